/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a certificate that was seen in clear tells of one that TLS 1.3 hides. */
#include "analyze/causes/known_certificate.h"

#include "analyze/causes/causes.h"
#include "dissect/tls.h"
#include "tests/support/known_flight.h"
#include "tests/support/wire.h"

/* What the rule says when the client refuses with this alert. */
static enum certainty says(struct known_flight *fixture, const char *cause)
{
    story_facts(&fixture->story);
    fixture->story.facts.known = &fixture->known;
    return story_certainty(&fixture->story, cause);
}

static void refuse(struct known_flight *fixture, uint8_t alert)
{
    story_fatal(&fixture->story, SIDE_CLIENT, alert);
}

static void expire(struct known_flight *fixture)
{
    fixture->name.certificate.valid_until = STORY_TIME / STORY_SECOND - DAY_SECONDS;
}

static void each_problem_speaks_for_its_cause(void)
{
    static const struct {
        const char *cause;
        enum known_problem problem;
    } cases[] = {
        {"certificate_revoked", KNOWN_REVOKED},
        {"certificate_expired", KNOWN_EXPIRED},
        {"self_signed", KNOWN_SELF_SIGNED},
        {"hostname_mismatch", KNOWN_OTHER_NAME},
        {"certificate_purpose", KNOWN_OTHER_PURPOSE},
        {"weak_certificate", KNOWN_WEAK},
        {"untrusted_ca", KNOWN_UNTRUSTED_ROOT},
        {"certificate_not_yet_valid", KNOWN_NOT_YET_VALID},
        {"incomplete_chain", KNOWN_INCOMPLETE},
    };

    for (size_t wrong = 0; wrong < sizeof(cases) / sizeof(cases[0]); wrong++) {
        struct known_flight fixture;
        struct known_certificate *known = &fixture.name.certificate;

        known_flight_begin(&fixture);
        known->revoked = cases[wrong].problem == KNOWN_REVOKED;
        if (cases[wrong].problem == KNOWN_EXPIRED)
            expire(&fixture);
        if (cases[wrong].problem == KNOWN_NOT_YET_VALID)
            known->valid_from = known->valid_until - DAY_SECONDS;
        if (cases[wrong].problem == KNOWN_SELF_SIGNED)
            known->end = CHAIN_END_SELF_SIGNED;
        if (cases[wrong].problem == KNOWN_UNTRUSTED_ROOT)
            known->end = CHAIN_END_UNTRUSTED_ROOT;
        if (cases[wrong].problem == KNOWN_INCOMPLETE)
            known->lack = KNOWN_LACKS_INTERMEDIATE;
        if (cases[wrong].problem == KNOWN_OTHER_NAME)
            known->name = NAME_MATCH_MISMATCH;
        if (cases[wrong].problem == KNOWN_OTHER_PURPOSE)
            known->purpose = PURPOSE_EXTENDED_KEY_USAGE;
        if (cases[wrong].problem == KNOWN_WEAK)
            known->weakness = WEAK_RSA_KEY;
        refuse(&fixture, TLS_ALERT_CERTIFICATE_UNKNOWN);
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
            CU_ASSERT_EQUAL(says(&fixture, cases[i].cause), i == wrong ? CAUSE_LIKELY : CAUSE_NO);
    }
}

static void a_good_certificate_speaks_for_none(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    refuse(&fixture, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_EQUAL(says(&fixture, "self_signed"), CAUSE_NO);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_expired"), CAUSE_NO);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), CAUSE_LIKELY);
}

static void one_that_is_not_known_speaks_for_none(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.end = CHAIN_END_SELF_SIGNED;
    fixture.name.certificate.known = false;
    refuse(&fixture, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_EQUAL(says(&fixture, "self_signed"), CAUSE_NO);
    fixture.known.name = NULL;
    CU_ASSERT_EQUAL(says(&fixture, "self_signed"), CAUSE_NO);
}

static void what_came_alone_may_lack_a_root(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.lack = KNOWN_LACKS_ISSUER;
    refuse(&fixture, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_EQUAL(says(&fixture, "incomplete_chain"), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_POSSIBLE);
    fixture.name.certificate.lack = KNOWN_LACKS_INTERMEDIATE;
    CU_ASSERT_EQUAL(says(&fixture, "incomplete_chain"), CAUSE_LIKELY);
    fixture.name.certificate.lack = KNOWN_LACKS_ROOT; /* as of a chain that is seen */
    CU_ASSERT_EQUAL(says(&fixture, "incomplete_chain"), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_LIKELY);
}

static void one_of_long_ago_makes_it_possible(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.end = CHAIN_END_SELF_SIGNED;
    fixture.name.certificate.seen_ns -= 2 * DAY_SECONDS * STORY_SECOND;
    refuse(&fixture, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_EQUAL(says(&fixture, "self_signed"), CAUSE_POSSIBLE);
}

static void the_alert_weighs_more_than_what_is_known(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.end = CHAIN_END_SELF_SIGNED;
    expire(&fixture);
    refuse(&fixture, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_EQUAL(says(&fixture, "self_signed"), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_expired"), CAUSE_POSSIBLE);
    known_flight_begin(&fixture);
    fixture.name.certificate.end = CHAIN_END_SELF_SIGNED;
    refuse(&fixture, TLS_ALERT_UNEXPECTED_MESSAGE); /* not about certificates */
    CU_ASSERT_EQUAL(says(&fixture, "self_signed"), CAUSE_NO);
}

static void a_client_that_leaves_soon_has_seen_it(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.end = CHAIN_END_SELF_SIGNED;
    story_fin(&fixture.story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(says(&fixture, "self_signed"), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_NO); /* that needs an alert */
    known_flight_begin(&fixture);
    fixture.name.certificate.end = CHAIN_END_SELF_SIGNED;
    story_wait(&fixture.story, 60 * STORY_SECOND);
    story_fin(&fixture.story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(says(&fixture, "self_signed"), CAUSE_NO);
}

/* The alert is about dates, and those that are known are right: it is the client's clock, or a CRL
 * that it holds, unless the server has another certificate. */
static void dates_that_are_known_decide_what_certificate_expired_is_about(void)
{
    static const struct {
        int64_t seen_before; /* seconds */
        int64_t valid_from;  /* seconds from now */
        int64_t valid_until; /* 0: not known */
        const char *cause;
        enum certainty certainty;
        const char *other;
    } rows[] = {
        {0, -30 * DAY_SECONDS, 30 * DAY_SECONDS, "client_clock_skew", CAUSE_POSSIBLE,
         "certificate_expired"},
        {0, -30 * DAY_SECONDS, 30 * DAY_SECONDS, "client_clock_skew", CAUSE_POSSIBLE,
         "certificate_rejected"},
        {2 * DAY_SECONDS, -30 * DAY_SECONDS, 30 * DAY_SECONDS, "certificate_expired",
         CAUSE_POSSIBLE, "client_clock_skew"},
        {0, -30 * DAY_SECONDS, -DAY_SECONDS, "certificate_expired", CAUSE_LIKELY, NULL},
        {0, DAY_SECONDS, 30 * DAY_SECONDS, "certificate_not_yet_valid", CAUSE_LIKELY,
         "certificate_expired"},
        {0, 0, 0, "certificate_expired", CAUSE_LIKELY, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t now = STORY_TIME / STORY_SECOND;
        bool has_dates = rows[i].valid_until != 0;
        struct known_flight fixture;

        known_flight_begin(&fixture);
        fixture.name.certificate.seen_ns -= rows[i].seen_before * STORY_SECOND;
        fixture.name.certificate.valid_from = has_dates ? now + rows[i].valid_from : 0;
        fixture.name.certificate.valid_until = has_dates ? now + rows[i].valid_until : 0;
        refuse(&fixture, TLS_ALERT_CERTIFICATE_EXPIRED);
        CU_ASSERT_EQUAL(says(&fixture, rows[i].cause), rows[i].certainty);
        diagnose(&fixture.story.facts, &fixture.story.verdict);
        CU_ASSERT_STRING_EQUAL(fixture.story.verdict.cause->id, rows[i].cause);
        CU_ASSERT_TRUE(rows[i].other == NULL || story_considers(&fixture.story, rows[i].other));
    }
}

static void what_is_known_is_evidence(void)
{
    struct evidence evidence = {0};
    struct known_flight fixture;

    known_flight_begin(&fixture);
    expire(&fixture);
    refuse(&fixture, TLS_ALERT_CERTIFICATE_EXPIRED);
    story_facts(&fixture.story);
    fixture.story.facts.known = &fixture.known;
    describe_known_certificate(&fixture.story.facts, &evidence);
    CU_ASSERT_EQUAL_FATAL(evidence.count, 1);
    CU_ASSERT_STRING_EQUAL(evidence.items[0].fact, "known_certificate");
    CU_ASSERT_STRING_EQUAL(evidence.items[0].text,
                           "the certificate that this server sent in clear for the same name, at "
                           "2024-05-01 00:00:00.000, has expired, or an issuer's has");
}

static void note_clients(struct sketch *sketch, uint32_t count)
{
    for (uint64_t i = 0; i < count; i++)
        sketch_add(sketch, (i + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

/* taken clients have taken the flight, the last a moment ago, and refused ones have not. */
static void set_flights(struct known_flight *fixture, uint32_t taken, uint32_t refused)
{
    struct known_flights *flights = &fixture->name.flights;

    flights->taken =
        (struct known_count){.count = taken, .last_ns = STORY_TIME + 60 * STORY_SECOND};
    flights->refused = (struct known_count){.count = refused, .last_ns = STORY_TIME};
    flights->told = flights->refused;
    note_clients(&flights->clients_taken, taken);
    note_clients(&flights->clients_refused, refused);
}

static bool has_evidence(const struct known_flight *fixture, const char *part)
{
    struct evidence evidence = {0};
    bool found = false;

    describe_known_certificate(&fixture->story.facts, &evidence);
    for (size_t i = 0; i < evidence.count; i++)
        found |= strcmp(evidence.items[i].fact, "known_clients") == 0
                 && strstr(evidence.items[i].text, part) != NULL;
    return found;
}

static void what_all_clients_refuse_is_the_fault_of_the_server(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.known = false;
    story_fin(&fixture.story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), CAUSE_POSSIBLE);
    set_flights(&fixture, 0, 2);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), CAUSE_POSSIBLE); /* two are few */
    set_flights(&fixture, 0, 3);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), CAUSE_LIKELY);
    CU_ASSERT_TRUE(has_evidence(&fixture, "refused it, 3 of them"));
    fixture.name.flights.told.count = 0; /* all of them only left, as scanners do */
    CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), CAUSE_POSSIBLE);
    set_flights(&fixture, 1, 3);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), CAUSE_POSSIBLE);
    CU_ASSERT_FALSE(has_evidence(&fixture, ""));
}

/* What others make of the flight counts more than a certificate that the server sends to some. */
static void others_decide_whose_dates_are_wrong(void)
{
    static const struct {
        bool known;
        uint32_t taken;
        uint32_t refused;
        enum certainty expired;
        enum certainty clock;
    } rows[] = {
        {false, 0, 1, CAUSE_LIKELY, CAUSE_NO},
        {false, 5, 1, CAUSE_NO, CAUSE_POSSIBLE},
        {false, 6, 2, CAUSE_NO, CAUSE_POSSIBLE},
        {false, 5, 2, CAUSE_LIKELY, CAUSE_NO}, /* two hosts with one certificate each, maybe */
        {true, 0, 1, CAUSE_NO, CAUSE_POSSIBLE},
        {true, 0, 3, CAUSE_LIKELY, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known_flight fixture;

        known_flight_begin(&fixture);
        fixture.name.certificate.known = rows[i].known;
        set_flights(&fixture, rows[i].taken, rows[i].refused);
        refuse(&fixture, TLS_ALERT_CERTIFICATE_EXPIRED);
        CU_ASSERT_EQUAL(says(&fixture, "certificate_expired"), rows[i].expired);
        CU_ASSERT_EQUAL(says(&fixture, "client_clock_skew"), rows[i].clock);
    }
}

/* The server established this many handshakes, for this name and others, the last so long before
 * the client's and, for this name, the last so long after it. */
static enum certainty clock_between(uint32_t established, int64_t before_ns, int64_t after_ns)
{
    struct known_server server = {.established = {established, STORY_TIME + after_ns},
                                  .pauses_total = 1};
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.known = false;
    set_flights(&fixture, 7, 2);
    fixture.name.established = (struct known_count){7, STORY_TIME + after_ns};
    fixture.name.flights.taken.last_ns = STORY_TIME + after_ns;
    server.pauses[0] = (struct known_pause){{3, STORY_TIME - before_ns}, STORY_TIME + after_ns};
    fixture.known.server = &server;
    refuse(&fixture, TLS_ALERT_CERTIFICATE_EXPIRED);
    return says(&fixture, "client_clock_skew");
}

/* A certificate that is renewed is refused until then. */
static void what_others_take_before_and_after_is_in_its_dates(void)
{
    CU_ASSERT_EQUAL(clock_between(7, 5 * STORY_SECOND, 5 * STORY_SECOND), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(clock_between(7, 500 * STORY_SECOND, 5 * STORY_SECOND), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(clock_between(7, 5 * STORY_SECOND, 500 * STORY_SECOND), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(clock_between(9, 5 * STORY_SECOND, 5 * STORY_SECOND), CAUSE_POSSIBLE);
}

/* Many clients have one alert for all that is wrong with a certificate. */
static void a_clock_is_conceivable_where_others_take_the_certificate(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.known = false;
    refuse(&fixture, TLS_ALERT_BAD_CERTIFICATE);
    says(&fixture, "bad_certificate");
    CU_ASSERT_FALSE(cause_client_clock_skew.conceivable(&fixture.story.facts));
    set_flights(&fixture, 7, 2);
    CU_ASSERT_TRUE(cause_client_clock_skew.conceivable(&fixture.story.facts));
    CU_ASSERT_TRUE(has_evidence(&fixture, "7 other clients take"));
}

/* The one that was sent last may not be the one that this client got. */
static void of_two_certificates_the_one_that_has_expired_is_meant(void)
{
    int64_t now = STORY_TIME / STORY_SECOND;
    struct known_flight fixture;

    known_flight_begin(&fixture);
    fixture.name.certificate.span = (struct known_span){STORY_TIME - 3, STORY_TIME - 1};
    fixture.name.former = (struct known_certificate){
        .known = true,
        .span = {STORY_TIME - 2, STORY_TIME - 2},
        .valid_until = now - DAY_SECONDS,
    };
    refuse(&fixture, TLS_ALERT_CERTIFICATE_EXPIRED);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_expired"), CAUSE_LIKELY);
    CU_ASSERT_EQUAL(says(&fixture, "client_clock_skew"), CAUSE_NO);
    fixture.name.former.valid_until = now + DAY_SECONDS;
    CU_ASSERT_EQUAL(says(&fixture, "certificate_expired"), CAUSE_NO);
    CU_ASSERT_EQUAL(says(&fixture, "client_clock_skew"), CAUSE_POSSIBLE);
}

static void what_only_one_client_refuses_is_its_own_fault(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    set_flights(&fixture, 5, 1);
    refuse(&fixture, TLS_ALERT_CERTIFICATE_UNKNOWN);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), CAUSE_LIKELY);
    CU_ASSERT_TRUE(has_evidence(&fixture, "5 other clients take"));
    fixture.name.flights.taken.last_ns = STORY_TIME - STORY_SECOND; /* nobody did any more */
    CU_ASSERT_FALSE(has_evidence(&fixture, ""));
    set_flights(&fixture, 5, 2);
    CU_ASSERT_FALSE(has_evidence(&fixture, ""));
}

static void a_client_that_leaves_without_a_word_is_not_said_to_be_at_fault(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    set_flights(&fixture, 5, 1);
    story_fin(&fixture.story, SIDE_CLIENT);
    CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), CAUSE_POSSIBLE);
    CU_ASSERT_TRUE(has_evidence(&fixture, "5 other clients take"));
    CU_ASSERT_TRUE(has_evidence(&fixture, "this one left without a word"));
    CU_ASSERT_FALSE(has_evidence(&fixture, "the fault is with"));
    fixture.known.client_took_flight = true;
    CU_ASSERT_TRUE(has_evidence(&fixture, "5 clients take"));
    CU_ASSERT_TRUE(has_evidence(&fixture, "this one's address among them"));
}

/* As scanners do, which look no further. */
static void who_takes_a_certificate_leaves_for_another_reason(void)
{
    static const struct {
        int64_t taken_ns; /* before or after this connection */
        bool took;
        bool self_signed;
        enum certainty rejected;
    } rows[] = {
        {60 * STORY_SECOND, true, false, CAUSE_NO},
        {-60 * STORY_SECOND, true, false, CAUSE_NO},
        {60 * STORY_SECOND, false, false, CAUSE_POSSIBLE},
        {3600 * STORY_SECOND, true, false, CAUSE_POSSIBLE}, /* it may be another one by then */
        {60 * STORY_SECOND, true, true, CAUSE_POSSIBLE},    /* another program at its address */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known_flight fixture;

        known_flight_begin(&fixture);
        set_flights(&fixture, 1, 0);
        fixture.name.flights.taken.last_ns = STORY_TIME + rows[i].taken_ns;
        fixture.known.client_took_flight = rows[i].took;
        if (rows[i].self_signed)
            fixture.name.certificate.end = CHAIN_END_SELF_SIGNED;
        story_fin(&fixture.story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), rows[i].rejected);
        CU_ASSERT_EQUAL(says(&fixture, "client_abandoned"), CAUSE_POSSIBLE);
        diagnose(&fixture.story.facts, &fixture.story.verdict);
        CU_ASSERT_TRUE(story_considers(&fixture.story, "certificate_rejected"));
    }
}

/* Clients race several connections, and drop all but one. */
static void a_client_that_takes_the_flight_with_the_same_hello_drops_a_connection(void)
{
    static const struct {
        bool is_taken;
        bool known; /* the certificate, and nothing wrong with it */
        bool self_signed;
        enum certainty rejected;
    } rows[] = {
        {true, true, false, CAUSE_NO},
        {true, false, false, CAUSE_NO},
        {false, false, false, CAUSE_POSSIBLE},
        {true, true, true, CAUSE_POSSIBLE}, /* somebody may have made an exception for it */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known_attempt attempt = {.is_taken = rows[i].is_taken};
        struct known_flight fixture;

        known_flight_begin(&fixture);
        fixture.known.attempt = &attempt;
        fixture.name.certificate.known = rows[i].known;
        if (rows[i].self_signed)
            fixture.name.certificate.end = CHAIN_END_SELF_SIGNED;
        story_fin(&fixture.story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(says(&fixture, "certificate_rejected"), rows[i].rejected);
        CU_ASSERT_EQUAL(says(&fixture, "client_abandoned"), CAUSE_POSSIBLE);
    }
}

/* Its signatures verified then: octets that were changed on the way are as good a reason. Those of
 * the server itself verify when several others take them. */
static void who_takes_a_certificate_can_verify_it(void)
{
    struct known_flight fixture;

    known_flight_begin(&fixture);
    refuse(&fixture, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_EQUAL(says(&fixture, "bad_certificate"), CAUSE_POSSIBLE);
    known_flight_begin(&fixture);
    set_flights(&fixture, 5, 0);
    fixture.name.flights.taken.last_ns = STORY_TIME + STORY_SECOND;
    refuse(&fixture, TLS_ALERT_DECRYPT_ERROR);
    CU_ASSERT_EQUAL(says(&fixture, "bad_certificate"), CAUSE_LIKELY);
    fixture.known.client_took_flight = true;
    CU_ASSERT_EQUAL(says(&fixture, "bad_certificate"), CAUSE_POSSIBLE);
    CU_ASSERT_EQUAL(says(&fixture, "record_corruption"), CAUSE_POSSIBLE);
}

/* A client that refused certificates of this issuer at so many servers, and took another's. */
static void set_client(struct known_client *client, struct known_client_rare *rare, uint64_t issuer,
                       uint8_t servers)
{
    *rare = (struct known_client_rare){
        .issuers = {{.issuer = issuer + 1, .taken = {.count = 3}}},
    };
    *client = (struct known_client){
        .issuer_count = 2,
        .issuer = {.issuer = issuer, .servers = servers},
        .rare = rare,
    };
}

static void an_issuer_that_a_client_refuses_everywhere_is_one_that_it_does_not_trust(void)
{
    struct known_client client;
    struct known_client_rare rare;
    struct known_flight fixture;

    known_flight_begin(&fixture);
    set_client(&client, &rare, 7, 2);
    fixture.name.certificate.issuer = 7;
    fixture.known.client = &client;
    set_flights(&fixture, 1, 1);
    story_protected(&fixture.story, SIDE_CLIENT, 19);
    story_fin(&fixture.story, SIDE_CLIENT);
    fixture.story.handshake.notes[fixture.story.handshake.note_count - 2].kind =
        NOTE_ENCRYPTED_ALERT;
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_LIKELY);
    set_client(&client, &rare, 7, 1); /* at one server it may be the server */
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_NO);
    set_client(&client, &rare, 7, 2);
    client.issuer.taken.count = 1; /* it took one elsewhere */
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_NO);
    set_client(&client, &rare, 7, 2);
    rare.issuers[0].taken.count = 0; /* it takes nothing at all */
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_NO);
    set_client(&client, &rare, 7, 2);
    fixture.name.flights = (struct known_flights){0}; /* nobody takes it */
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_NO);
    known_flight_begin(&fixture);
    fixture.known.client = &client;
    fixture.name.certificate.issuer = 7;
    fixture.name.certificate.end = CHAIN_END_UNTRUSTED_ROOT;
    refuse(&fixture, TLS_ALERT_BAD_CERTIFICATE);
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_LIKELY);
    client.issuer.taken.count = 1; /* it takes the root elsewhere */
    CU_ASSERT_EQUAL(says(&fixture, "untrusted_ca"), CAUSE_POSSIBLE);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an issuer that a client refuses everywhere is one that it does not trust",
         an_issuer_that_a_client_refuses_everywhere_is_one_that_it_does_not_trust},
        {"each problem speaks for its cause", each_problem_speaks_for_its_cause},
        {"a good certificate speaks for none", a_good_certificate_speaks_for_none},
        {"one that is not known speaks for none", one_that_is_not_known_speaks_for_none},
        {"what came alone may lack a root", what_came_alone_may_lack_a_root},
        {"one of long ago makes it possible", one_of_long_ago_makes_it_possible},
        {"the alert weighs more than what is known", the_alert_weighs_more_than_what_is_known},
        {"a client that leaves soon has seen it", a_client_that_leaves_soon_has_seen_it},
        {"what all clients refuse is the fault of the server",
         what_all_clients_refuse_is_the_fault_of_the_server},
        {"what only one client refuses is its own fault",
         what_only_one_client_refuses_is_its_own_fault},
        {"a client that leaves without a word is not said to be at fault",
         a_client_that_leaves_without_a_word_is_not_said_to_be_at_fault},
        {"of two certificates the one that has expired is meant",
         of_two_certificates_the_one_that_has_expired_is_meant},
        {"who takes a certificate leaves for another reason",
         who_takes_a_certificate_leaves_for_another_reason},
        {"a client that takes the flight with the same hello drops a connection",
         a_client_that_takes_the_flight_with_the_same_hello_drops_a_connection},
        {"who takes a certificate can verify it", who_takes_a_certificate_can_verify_it},
        {"dates that are known decide what certificate_expired is about",
         dates_that_are_known_decide_what_certificate_expired_is_about},
        {"others decide whose dates are wrong", others_decide_whose_dates_are_wrong},
        {"what others take before and after is in its dates",
         what_others_take_before_and_after_is_in_its_dates},
        {"a clock is conceivable where others take the certificate",
         a_clock_is_conceivable_where_others_take_the_certificate},
        {"what is known is evidence", what_is_known_is_evidence},
        CU_TEST_INFO_NULL,
    };

    return suite_run("known_certificate", tests);
}
