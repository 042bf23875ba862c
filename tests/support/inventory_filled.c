/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/inventory_filled.h"

#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/sample.h"
#include "tests/support/wire.h"

static void ignore_news(void *context, const struct inventory_news *news)
{
    (void)context;
    (void)news;
}

void inventory_fill(struct inventory *inventory, const char *file, unsigned first_port,
                    unsigned servers)
{
    struct note note = {.at.time_ns = CERTIFICATES_TIME * INT64_C(1000000000)};
    struct judged judged;
    struct sample sample;

    judged_begin(&judged);
    judged_chain(&judged, file, "www.example.test", CERTIFICATES_TIME);
    sample_established(&sample);
    sample.facts.tls13 = false;
    sample.facts.server_certificate_note = &note;
    sample.facts.certificates[SIDE_SERVER] = &judged.chain;
    sample.facts.chain[SIDE_SERVER] = &judged.judgement;
    for (unsigned i = 0; i < servers; i++) {
        sample.connection.endpoint[SIDE_SERVER].port = (uint16_t)(first_port + i);
        inventory_add(inventory, &sample.verdict);
    }
    judged_end(&judged);
}

struct inventory *inventory_filled(unsigned servers)
{
    const struct inventory_options options = {.levels = {30}, .level_count = 1};
    const struct inventory_sink sink = {.take = ignore_news};
    struct inventory *inventory = inventory_new(&options, &sink);

    CU_ASSERT_PTR_NOT_NULL_FATAL(inventory);
    inventory_fill(inventory, "leaf", 1000, servers);
    return inventory;
}
