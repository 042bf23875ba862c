/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/wire.h"
#include "tests/support/written.h"

static void show_certificates(struct written *written, const struct judged *judged, enum side side)
{
    written->sample.facts.certificates[side] = &judged->chain;
    written->sample.facts.chain[side] = &judged->judgement;
}

static void a_certificate_has_the_fields_of_ecs(void)
{
    static const char *const texts[][2] = {
        {"tls.server.subject", "CN=www.example.test"},
        {"tls.server.issuer", "CN=Intermediate,O=Test"},
        {"tls.server.not_before", "2020-01-01T00:00:00Z"},
        {"tls.server.not_after", "2030-01-01T00:00:00Z"},
        {"tls.server.x509.version_number", "3"},
        {"tls.server.x509.issuer.common_name.0", "Intermediate"},
        {"tls.server.x509.issuer.distinguished_name", "CN=Intermediate,O=Test"},
        {"tls.server.x509.not_after", "2030-01-01T00:00:00Z"},
        {"tls.server.x509.alternative_names.0", "www.example.test"},
        {"tls.server.x509.alternative_names.1", "*.wild.example.test"},
        {"tls.server.x509.public_key_algorithm", "EC"},
        {"tls.server.x509.public_key_curve", "P-256"},
        {"tls.server.x509.signature_algorithm", "ecdsa-with-SHA256"},
        {"tlswhy.chain.end", "anchored"},
        {"tlswhy.chain.problems.0", "name_mismatch"},
        {"tlswhy.chain.problems.1", "duplicate_certificates"},
    };
    struct judged judged;
    struct written written;

    judged_begin(&judged);
    judged_chain(&judged, "leaf_p256 intermediate intermediate", "www.elsewhere.test",
                 CERTIFICATES_TIME);
    written_begin(&written);
    sample_failed(&written.sample);
    show_certificates(&written, &judged, SIDE_SERVER);
    written_write(&written);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        written_check_text(&written, texts[i][0], texts[i][1]);
    CU_ASSERT_EQUAL(strlen(cJSON_GetStringValue(written_at(&written, "tls.server.hash.sha1"))), 40);
    CU_ASSERT_EQUAL(strlen(cJSON_GetStringValue(written_at(&written, "tls.server.hash.sha256"))),
                    64);
    CU_ASSERT_EQUAL(cJSON_GetNumberValue(written_at(&written, "tls.server.x509.public_key_size")),
                    256);
    CU_ASSERT_EQUAL(cJSON_GetNumberValue(written_at(&written, "tlswhy.chain.length")), 3);
    CU_ASSERT_EQUAL(cJSON_GetNumberValue(written_at(&written, "tlswhy.chain.duplicates")), 1);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(written_at(&written, "tlswhy.chain.sha256")), 3);
    CU_ASSERT_TRUE(cJSON_IsTrue(written_at(&written, "tlswhy.chain.complete")));
    CU_ASSERT_TRUE(cJSON_IsTrue(written_at(&written, "tlswhy.chain.anchored")));
    CU_ASSERT_PTR_NULL(written_at(&written, "tls.client.x509"));
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.client_chain"));
    written_end(&written);
    judged_end(&judged);
}

static void a_clients_certificate_stands_on_its_side(void)
{
    struct judged judged;
    struct written written;

    judged_begin(&judged);
    judged_chain(&judged, "leaf_client", NULL, CERTIFICATES_TIME);
    written_begin(&written);
    sample_failed(&written.sample);
    show_certificates(&written, &judged, SIDE_CLIENT);
    written_write(&written);
    written_check_text(&written, "tls.client.issuer", "CN=Intermediate,O=Test");
    written_check_text(&written, "tls.client.server_name", "www.example.org");
    written_check_text(&written, "tlswhy.client_chain.end", "issuer_missing");
    CU_ASSERT_PTR_NULL(written_at(&written, "tls.server"));
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.chain"));
    written_end(&written);
    judged_end(&judged);
}

static void an_unreadable_certificate_has_a_fingerprint_alone(void)
{
    struct judged judged;
    struct written written;

    judged_begin(&judged);
    judged_chain(&judged, "staple_good", "www.example.test", CERTIFICATES_TIME);
    written_begin(&written);
    sample_failed(&written.sample);
    show_certificates(&written, &judged, SIDE_SERVER);
    written_write(&written);
    CU_ASSERT_PTR_NOT_NULL(written_at(&written, "tls.server.hash.sha256"));
    CU_ASSERT_PTR_NULL(written_at(&written, "tls.server.x509"));
    written_check_text(&written, "tlswhy.chain.problems.0", "unreadable_certificate");
    written_end(&written);
    judged_end(&judged);
}

/* Change one thing that is told of a chain, numbers twice, at first nothing; false: that was
 * all. */
static bool change_chain(struct judged *judged, size_t change)
{
    struct chain_judgement *judgement = &judged->judgement;
    bool *const flags[] = {&judgement->chain_complete, &judgement->trust_known,
                           &judgement->out_of_order};
    size_t *const numbers[] = {&judgement->duplicates, &judgement->unrelated,
                               &judged->chain.beyond};

    if (change > 0 && change <= 3)
        *flags[change - 1] = !*flags[change - 1];
    else if (change > 3 && change <= 9)
        ++*numbers[(change - 4) / 2];
    else if (change == 10)
        judgement->end = CHAIN_END_UNKNOWN;
    else if (change == 11)
        judgement->weakness |= WEAK_SHA1; /* a problem, of which this is the certificate */
    else if (change == 12)
        judged->chain.certificates[1] = judged->chain.certificates[0];
    else if (change == 13)
        judged->chain.count--;
    judgement->weakness_of = judged->chain.certificates[0];
    return change < 14;
}

/* A writer that has seen the others writes what one that has seen none does. */
static void chains_that_differ_are_told_apart(void)
{
    const struct event_options options = {.community_seed = 0};
    struct event_writer *experienced = event_writer_new(&options);
    struct judged judged;
    struct written written;

    judged_begin(&judged);
    written_begin(&written);
    sample_failed(&written.sample);
    judged_chain(&judged, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    for (size_t change = 0; change_chain(&judged, change); change++) {
        struct event_writer *fresh = event_writer_new(&options);
        struct bytes expected = {0};
        struct bytes line = {0};

        for (unsigned side = 0; side < SIDES; side++) {
            show_certificates(&written, &judged, (enum side)side);
            CU_ASSERT_TRUE(event_write(fresh, &written.sample.verdict, &expected));
            CU_ASSERT_TRUE(event_write(experienced, &written.sample.verdict, &line));
            CU_ASSERT_TRUE(bytes_equal(line, expected));
        }
        event_writer_free(fresh);
    }
    event_writer_free(experienced);
    written_end(&written);
    judged_end(&judged);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a certificate has the fields of ECS", a_certificate_has_the_fields_of_ecs},
        {"a client's certificate stands on its side", a_clients_certificate_stands_on_its_side},
        {"an unreadable certificate has a fingerprint alone",
         an_unreadable_certificate_has_a_fingerprint_alone},
        {"chains that differ are told apart", chains_that_differ_are_told_apart},
        CU_TEST_INFO_NULL,
    };

    return suite_run("event_certificate", tests);
}
