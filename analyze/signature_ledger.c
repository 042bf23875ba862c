/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/signature_ledger.h"

#include <stdlib.h>

#include "capture/time_unit.h"

/* Those of one second. */
struct page {
    int64_t second;
    size_t used;
};

struct signature_ledger {
    uint64_t left_out;
    struct page pages[SIGNATURE_LEDGER_SECONDS];
};

struct signature_ledger *signature_ledger_new(void)
{
    return calloc(1, sizeof(struct signature_ledger));
}

void signature_ledger_free(struct signature_ledger *ledger)
{
    free(ledger);
}

/* A second takes the page of another one that is long gone. */
static struct page *turn_to(struct signature_ledger *ledger, int64_t second)
{
    struct page *page = &ledger->pages[(uint64_t)second % SIGNATURE_LEDGER_SECONDS];

    if (page->second != second) {
        page->second = second;
        page->used = 0;
    }
    return page;
}

enum signature_check signature_ledger_verify(struct signature_ledger *ledger, int64_t time_ns,
                                             struct bytes certificate,
                                             const struct signature_claim *claim)
{
    struct page *page = turn_to(ledger, time_ns / SECOND_NS);

    if (page->used == SIGNATURE_LEDGER_PER_SECOND) {
        ledger->left_out++;
        return SIGNATURE_UNKNOWN;
    }
    page->used++;
    return signature_verify(certificate, claim);
}

uint64_t signature_ledger_left_out(const struct signature_ledger *ledger)
{
    return ledger->left_out;
}
