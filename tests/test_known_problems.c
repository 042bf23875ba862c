/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client's alert in clear and a certificate that was seen elsewhere say together of one that
 * TLS 1.3 hides. */
#include "dissect/tls.h"
#include "tests/support/known_flight.h"
#include "tests/support/suite.h"

static void judge(struct known_flight *fixture, uint8_t alert)
{
    story_fatal(&fixture->story, SIDE_CLIENT, alert);
    story_facts(&fixture->story);
    fixture->story.facts.known = &fixture->known;
    diagnose(&fixture->story.facts, &fixture->story.verdict);
}

/* The first explanation is this one, this sure. */
static bool finds(const struct known_flight *fixture, const char *cause, enum certainty certainty)
{
    return strcmp(fixture->story.verdict.cause->id, cause) == 0
           && fixture->story.verdict.confidence == certainty;
}

static bool is_alternative(const struct known_flight *fixture, const char *cause)
{
    const struct verdict *verdict = &fixture->story.verdict;

    for (size_t i = 0; i < verdict->alternative_count; i++)
        if (strcmp(verdict->alternatives[i]->id, cause) == 0)
            return true;
    return false;
}

static bool tells_of_certificate(const struct known_flight *fixture, const char *part)
{
    const struct evidence *evidence = &fixture->story.verdict.evidence;

    for (size_t i = 0; i < evidence->count; i++)
        if (strcmp(evidence->items[i].fact, "known_certificate") == 0
            && strstr(evidence->items[i].text, part) != NULL)
            return true;
    return false;
}

/* Of a certificate that nobody saw, too: the clients whose alert can be read have it for a purpose
 * first of all. */
static void unsupported_certificate_is_about_the_purpose(void)
{
    static const struct {
        bool known;
        enum chain_purpose_problem purpose;
        unsigned weakness;
        const char *cause;
        const char *other;
    } rows[] = {
        {false, PURPOSE_OK, 0, "certificate_purpose", "weak_certificate"},
        {true, PURPOSE_EXTENDED_KEY_USAGE, 0, "certificate_purpose", "certificate_rejected"},
        {true, PURPOSE_SUITE_KEY_USAGE, 0, "certificate_purpose", "certificate_rejected"},
        {true, PURPOSE_OK, 0, "certificate_rejected", "certificate_purpose"},
        {true, PURPOSE_OK, WEAK_RSA_KEY, "weak_certificate", "certificate_purpose"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known_flight fixture;

        known_flight_begin(&fixture);
        fixture.name.certificate.known = rows[i].known;
        fixture.name.certificate.purpose = rows[i].purpose;
        fixture.name.certificate.weakness = rows[i].weakness;
        judge(&fixture, TLS_ALERT_UNSUPPORTED_CERTIFICATE);
        CU_ASSERT_TRUE(finds(&fixture, rows[i].cause, CAUSE_LIKELY));
        CU_ASSERT_TRUE(is_alternative(&fixture, rows[i].other));
    }
}

/* Not known to be right, as where the capture cut its message short. */
static void a_certificate_that_was_cut_short_is_open_as_well(void)
{
    struct story story;

    story_begin_flight_1_2(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNSUPPORTED_CERTIFICATE);
    CU_ASSERT_STRING_EQUAL(story_cause(&story), "certificate_purpose");
    CU_ASSERT_EQUAL(story.verdict.confidence, CAUSE_LIKELY);
    CU_ASSERT_TRUE(story_considers(&story, "weak_certificate"));
}

/* Who finds no path over it says that it does not know the issuer. */
static void an_issuer_that_may_not_issue_breaks_the_path(void)
{
    static const struct {
        enum chain_purpose_problem purpose;
        enum chain_end end;
        const char *cause;
    } rows[] = {
        {PURPOSE_NOT_CA, CHAIN_END_ANCHORED, "certificate_purpose"},
        {PURPOSE_NO_CERT_SIGN, CHAIN_END_ANCHORED, "certificate_purpose"},
        {PURPOSE_PATH_LENGTH, CHAIN_END_ANCHORED, "certificate_purpose"},
        {PURPOSE_NAME_CONSTRAINTS, CHAIN_END_ANCHORED, "certificate_purpose"},
        {PURPOSE_PATH_LENGTH, CHAIN_END_UNTRUSTED_ROOT, "untrusted_ca"},
        {PURPOSE_EXTENDED_KEY_USAGE, CHAIN_END_ANCHORED, "untrusted_ca"},
        {PURPOSE_CA_AS_LEAF, CHAIN_END_ANCHORED, "untrusted_ca"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known_flight fixture;

        known_flight_begin(&fixture);
        fixture.name.certificate.purpose = rows[i].purpose;
        fixture.name.certificate.end = rows[i].end;
        judge(&fixture, TLS_ALERT_UNKNOWN_CA);
        CU_ASSERT_TRUE(finds(&fixture, rows[i].cause, CAUSE_LIKELY));
        CU_ASSERT_TRUE(strcmp(rows[i].cause, "untrusted_ca") == 0
                       || is_alternative(&fixture, "untrusted_ca"));
    }
}

static void one_of_long_ago_may_have_another_issuer(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.purpose = PURPOSE_NOT_CA;
    fixture.name.certificate.seen_ns -= 2 * DAY_SECONDS * STORY_SECOND;
    judge(&fixture, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(finds(&fixture, "untrusted_ca", CAUSE_LIKELY));
    CU_ASSERT_TRUE(is_alternative(&fixture, "certificate_purpose"));
}

/* Many clients mind it, and many do not. */
static void a_common_name_alone_may_be_refused(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.name = NAME_MATCH_COMMON_NAME;
    judge(&fixture, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_TRUE(finds(&fixture, "certificate_rejected", CAUSE_LIKELY));
    CU_ASSERT_TRUE(is_alternative(&fixture, "hostname_mismatch"));
    CU_ASSERT_TRUE(tells_of_certificate(&fixture, "as its common name alone"));
    CU_ASSERT_FALSE(tells_of_certificate(&fixture, "nothing wrong"));
    known_flight_begin(&fixture);
    fixture.name.certificate.name = NAME_MATCH_COMMON_NAME;
    judge(&fixture, TLS_ALERT_UNSUPPORTED_EXTENSION); /* not about certificates */
    CU_ASSERT_FALSE(is_alternative(&fixture, "hostname_mismatch"));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"unsupported_certificate is about the purpose",
         unsupported_certificate_is_about_the_purpose},
        {"a certificate that was cut short is open as well",
         a_certificate_that_was_cut_short_is_open_as_well},
        {"an issuer that may not issue breaks the path",
         an_issuer_that_may_not_issue_breaks_the_path},
        {"one of long ago may have another issuer", one_of_long_ago_may_have_another_issuer},
        {"a common name alone may be refused", a_common_name_alone_may_be_refused},
        CU_TEST_INFO_NULL,
    };

    return suite_run("known_problems", tests);
}
