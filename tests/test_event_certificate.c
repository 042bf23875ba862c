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

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a certificate has the fields of ECS", a_certificate_has_the_fields_of_ecs},
        {"a client's certificate stands on its side", a_clients_certificate_stands_on_its_side},
        {"an unreadable certificate has a fingerprint alone",
         an_unreadable_certificate_has_a_fingerprint_alone},
        CU_TEST_INFO_NULL,
    };

    return suite_run("event_certificate", tests);
}
