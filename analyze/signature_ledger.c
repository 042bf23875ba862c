/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/signature_ledger.h"

#include <stdlib.h>

#include "capture/siphash.h"
#include "capture/time_unit.h"

struct result {
    uint64_t hash; /* of all that the result depends on */
    enum signature_check check;
};

/* Those of one second. */
struct page {
    int64_t second;
    size_t used;
    struct result results[SIGNATURE_LEDGER_PER_SECOND];
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

/* Who makes two that are alike has a wrong result for a handshake of his own. */
static uint64_t hash_of(struct bytes certificate, const struct signature_claim *claim)
{
    uint64_t key[2] = {claim->scheme, certificate.len};

    key[0] = siphash_1_3(key, certificate.data, certificate.len);
    key[0] = siphash_1_3(key, claim->content.data, claim->content.len);
    return siphash_1_3(key, claim->signature.data, claim->signature.len);
}

enum signature_check signature_ledger_verify(struct signature_ledger *ledger, int64_t time_ns,
                                             struct bytes certificate,
                                             const struct signature_claim *claim)
{
    struct page *page = turn_to(ledger, time_ns / SECOND_NS);
    uint64_t hash = hash_of(certificate, claim);
    struct result *result;

    for (size_t i = 0; i < page->used; i++)
        if (page->results[i].hash == hash)
            return page->results[i].check;
    if (page->used == SIGNATURE_LEDGER_PER_SECOND) {
        ledger->left_out++;
        return SIGNATURE_UNKNOWN;
    }
    result = &page->results[page->used++];
    result->hash = hash;
    result->check = signature_verify(certificate, claim);
    return result->check;
}

uint64_t signature_ledger_left_out(const struct signature_ledger *ledger)
{
    return ledger->left_out;
}
