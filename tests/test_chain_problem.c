/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/chain_problem.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/wire.h"

enum { DAY = 86400 };

static struct judged judged;

static void setup(void)
{
    judged_begin(&judged);
}

/* The identifiers of all problems, each followed by a blank. */
static const char *problems_of(const char *files, const char *name, int64_t at)
{
    static char ids[512];
    struct text text = text_begin(ids, sizeof(ids));

    judged_chain(&judged, files, name, at);
    for (size_t i = 0; i < chain_problem_count; i++)
        if ((chain_problems_of(&judged.judgement) >> i & 1) != 0)
            text_add(&text, "%s ", chain_problems[i].id);
    return ids;
}

static void each_problem_is_found_where_it_is_and_nowhere_else(void)
{
    static const struct {
        const char *files;
        const char *name;
        const char *expected;
    } cases[] = {
        {"leaf intermediate", "www.example.test", ""},
        {"leaf intermediate", "www.elsewhere.test", "name_mismatch "},
        {"leaf", "www.example.test", "incomplete_chain "},
        {"leaf_expired intermediate", "www.example.test", "certificate_expired "},
        {"leaf_future intermediate", "www.example.test", "certificate_not_yet_valid "},
        {"leaf_cn_only intermediate", "www.example.test", "common_name_only "},
        {"leaf_rsa_1024 intermediate", "www.example.test", "short_key "},
        {"leaf_p192 intermediate", "www.example.test", "short_key unreadable_certificate "},
        {"leaf_sha1 intermediate", "www.example.test", "sha1_signature "},
        {"leaf_md5 intermediate", "www.example.test", "md5_signature "},
        {"leaf_code_signing intermediate", "www.example.test", "wrong_purpose "},
        {"unknown_critical intermediate", "www.example.test", "unknown_critical_extension "},
        {"leaf intermediate intermediate", "www.example.test", "duplicate_certificates "},
        {"leaf intermediate other_root", "www.example.test", "unrelated_certificates "},
        {"leaf_below_subordinate intermediate subordinate", "www.example.test",
         "wrong_purpose chain_out_of_order "},
        {"self_signed", "www.example.test", "self_signed name_mismatch sha1_signature "},
        {"staple_good", "www.example.test", "unreadable_certificate "},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *found = problems_of(cases[i].files, cases[i].name, CERTIFICATES_TIME);

        if (strcmp(found, cases[i].expected) != 0)
            printf("\n%s: '%s', not '%s'\n", cases[i].files, found, cases[i].expected);
        CU_ASSERT_STRING_EQUAL(found, cases[i].expected);
    }
}

static void check_text(const char *id, const char *expected)
{
    for (size_t i = 0; i < chain_problem_count; i++) {
        char buffer[320];
        struct text text = text_begin(buffer, sizeof(buffer));

        if (strcmp(chain_problems[i].id, id) != 0)
            continue;
        CU_ASSERT_TRUE(chain_problems[i].is_there(&judged.judgement));
        chain_problems[i].tell(&judged.judgement, &text);
        CU_ASSERT_STRING_EQUAL(buffer, expected);
        return;
    }
    CU_FAIL("no such problem");
}

static void a_problem_is_told_in_words(void)
{
    judged_chain(&judged, "leaf intermediate", "www.elsewhere.test", CERTIFICATES_TIME);
    check_text("name_mismatch", "the certificate stands for www.example.test, "
                                "*.wild.example.test, not for the name that the client asked for");
    judged_chain(&judged, "leaf intermediate_expired", "www.example.test", CERTIFICATES_TIME);
    check_text("certificate_expired",
               "an issuer's certificate expired on 2021-01-01 00:00:00 UTC, 1463 days before this "
               "packet: CN=Intermediate,O=Test");
    judged_chain(&judged, "leaf", "www.example.test", CERTIFICATES_TIME);
    check_text("incomplete_chain", "the chain is incomplete: CN=Intermediate,O=Test is neither "
                                   "sent nor in the trust store");
    judged_chain(&judged, "leaf intermediate_lost", "www.example.test", CERTIFICATES_TIME);
    check_text("incomplete_chain", "the chain is incomplete, or its root is private: CN=Nobody,"
                                   "O=Test is neither sent nor in the trust store");
    judged_chain(&judged, "leaf_public", "www.example.test", CERTIFICATES_TIME);
    check_text("untrusted_root", "the chain ends at a root that is not in the trust store: "
                                 "CN=Other Root,O=Test");
    judged_chain(&judged, "leaf_rsa_1024 intermediate", "www.example.test", CERTIFICATES_TIME);
    check_text("short_key", "the certificate has a short key: RSA of 1024 bits");
    judged_chain(&judged, "unknown_critical intermediate", "www.example.test", CERTIFICATES_TIME);
    check_text("unknown_critical_extension",
               "the certificate has a critical extension that clients hardly know: "
               "1.3.6.1.4.1.55555.1");
}

static void a_date_too_far_away_for_nanoseconds_is_told(void)
{
    judged_chain(&judged, "leaf intermediate", "www.example.test",
                 CERTIFICATES_TIME + INT64_C(400) * 365 * DAY);
    check_text(
        "certificate_expired",
        "the certificate expired on 2030-01-01 00:00:00 UTC, 144176 days before this packet");
}

static void identifiers_are_told_apart(void)
{
    for (size_t i = 0; i < chain_problem_count; i++) {
        CU_ASSERT_EQUAL(strspn(chain_problems[i].id, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                        strlen(chain_problems[i].id));
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(chain_problems[i].id, chain_problems[j].id);
        if (chain_problems[i].client_id != NULL)
            CU_ASSERT_EQUAL(strncmp(chain_problems[i].client_id, "client_", 7), 0);
    }
}

static void check_name(const char *file, const char *expected)
{
    struct certificate certificate = certificates_read(file);
    char buffer[CERTIFICATE_TEXT_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    chain_problem_add_name(&text, &certificate);
    CU_ASSERT_STRING_EQUAL(buffer, expected);
}

static void a_certificate_goes_by_its_first_dns_name(void)
{
    check_name("leaf", "www.example.test");
    check_name("leaf_all_names", "a.example.test");
    check_name("leaf_cn_only", "www.example.test");
    check_name("root", "Root");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"each problem is found where it is and nowhere else",
         each_problem_is_found_where_it_is_and_nowhere_else},
        {"a problem is told in words", a_problem_is_told_in_words},
        {"a date too far away for nanoseconds is told",
         a_date_too_far_away_for_nanoseconds_is_told},
        {"identifiers are told apart", identifiers_are_told_apart},
        {"a certificate goes by its first DNS name", a_certificate_goes_by_its_first_dns_name},
        CU_TEST_INFO_NULL,
    };
    int status;

    setup();
    status = suite_run("chain_problem", tests);
    judged_end(&judged);
    return status;
}
