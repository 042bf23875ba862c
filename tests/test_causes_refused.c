/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is thought of when a server refuses an offer in which little or nothing is unusual, or in
 * which several things are. */
#include "dissect/tls.h"
#include "tests/support/facts_builder.h"
#include "tests/support/wire.h"

static void refuse(struct story *story, const struct story_offer *offer, uint8_t alert)
{
    story_begin(story);
    story_client_hello(story, offer);
    story_fatal(story, SIDE_SERVER, alert);
}

static struct story_offer offer_of(uint16_t version, const story_list suites)
{
    struct story_offer offer = story_modern_offer();

    offer.legacy_version = version;
    memcpy(offer.suites, suites, sizeof(offer.suites));
    memset(offer.versions, 0, sizeof(offer.versions));
    memset(offer.shares, 0, sizeof(offer.shares));
    if (version < TLS_VERSION_1_2)
        memset(offer.schemes, 0, sizeof(offer.schemes));
    return offer;
}

static bool has_fact(const struct story *story, const char *fact)
{
    for (size_t i = 0; i < story->verdict.evidence.count; i++)
        if (strcmp(story->verdict.evidence.items[i].fact, fact) == 0)
            return true;
    return false;
}

/* RSA_PSK has a certificate, and a pre-shared key beside it. */
static void suites_that_no_certificate_alone_can_serve_stand_out(void)
{
    struct story story;
    struct story_offer offer =
        offer_of(TLS_VERSION_1_2, (story_list){0x00a8, 0x00aa, 0x00ac, 0x008c, 0xc035});

    offer.name = NULL;
    refuse(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "missing_sni"));
    CU_ASSERT_TRUE(has_fact(&story, "suites_without_certificate"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"suites that no certificate alone can serve stand out",
         suites_that_no_certificate_alone_can_serve_stand_out},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes of refused offers", tests);
}
