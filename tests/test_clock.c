/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/clock.h"

#include "analyze/cause.h"
#include "analyze/state_codec.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/sample.h"
#include "tests/support/wire.h"

#define SECOND INT64_C(1000000000)
#define YEAR   INT64_C(31536000)

struct fixture {
    struct clocks *clocks;
    struct judged judged;
    struct sample sample;
    struct note hello;
    struct note certificate;
    struct note alert;
    uint32_t nonce;
    int64_t now; /* seconds since 1970 */
};

static void begin(struct fixture *fixture)
{
    static const uint64_t hash_key[2] = {1, 2};

    memset(fixture, 0, sizeof(*fixture));
    fixture->clocks = clocks_new(hash_key, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->clocks);
    judged_begin(&fixture->judged);
    sample_failed(&fixture->sample);
    fixture->now = CERTIFICATES_TIME;
}

static void end(struct fixture *fixture)
{
    clocks_free(fixture->clocks);
    judged_end(&fixture->judged);
}

/* Set up the hello of a client, the last octet of whose address is given, with this time in it. */
static struct facts *hello(struct fixture *fixture, uint8_t client, uint32_t seconds)
{
    struct facts *facts = &fixture->sample.facts;
    uint8_t *random = fixture->sample.random;

    fixture->nonce++;
    for (size_t i = 0; i < 4; i++) {
        random[i] = (uint8_t)(seconds >> (24 - 8 * i));
        random[4 + i] = (uint8_t)(fixture->nonce >> (24 - 8 * i));
    }
    fixture->sample.connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
    fixture->hello.at = (struct moment){.time_ns = fixture->now * SECOND, .packet = 4};
    facts->client_hello_note = &fixture->hello;
    return facts;
}

/* Learn from such a hello, whose clock is off by so much; what is known then. */
static struct client_clock learn(struct fixture *fixture, uint8_t client, int64_t ahead_by)
{
    struct facts *facts = hello(fixture, client, (uint32_t)(fixture->now + ahead_by));

    clocks_learn(fixture->clocks, facts);
    return clocks_find(fixture->clocks, facts);
}

static void one_hello_proves_no_clock(void)
{
    struct fixture fixture;

    begin(&fixture);
    CU_ASSERT_EQUAL(learn(&fixture, 1, 5 * YEAR).basis, CLOCK_BASIS_NONE);
    end(&fixture);
}

static void hellos_that_agree_prove_one(void)
{
    struct client_clock clock;
    struct fixture fixture;

    begin(&fixture);
    learn(&fixture, 1, 5 * YEAR);
    fixture.now += 3600;
    clock = learn(&fixture, 1, 5 * YEAR + CLOCK_AGREE);
    CU_ASSERT_EQUAL(clock.basis, CLOCK_BASIS_HELLOS);
    CU_ASSERT_EQUAL(clock.hellos, 2);
    CU_ASSERT_EQUAL(clock.ahead_by, 5 * YEAR + CLOCK_AGREE);
    clock = learn(&fixture, 1, 5 * YEAR);
    CU_ASSERT_EQUAL(clock.hellos, 3);
    CU_ASSERT_EQUAL(learn(&fixture, 2, 5 * YEAR).basis, CLOCK_BASIS_NONE); /* another client */
    end(&fixture);
}

/* Whatever the first octets are, in TLS 1.3 they are not its time. */
static void an_offer_of_1_3_has_no_clock_in_it(void)
{
    struct fixture fixture;

    begin(&fixture);
    fixture.sample.facts.offer.version_max = TLS_VERSION_1_3;
    learn(&fixture, 1, 5 * YEAR);
    CU_ASSERT_EQUAL(learn(&fixture, 1, 5 * YEAR).basis, CLOCK_BASIS_NONE);
    fixture.sample.facts.offer.version_max = TLS_VERSION_1_2;
    CU_ASSERT_EQUAL(learn(&fixture, 1, 5 * YEAR).basis, CLOCK_BASIS_NONE); /* nor was it learned */
    CU_ASSERT_EQUAL(learn(&fixture, 1, 5 * YEAR).basis, CLOCK_BASIS_HELLOS);
    end(&fixture);
}

static void what_one_run_saw_the_next_one_knows(void)
{
    static const uint64_t other_key[2] = {3, 4};
    static const uint64_t same_key[2] = {1, 2};
    uint8_t octets[4096];
    struct state_codec writer = {.out = octets};
    struct state_codec reader = {.is_reading = true};
    struct fixture fixture;

    begin(&fixture);
    learn(&fixture, 1, 5 * YEAR);
    clocks_walk(fixture.clocks, &writer);
    CU_ASSERT_TRUE_FATAL(writer.length <= sizeof(octets));
    clocks_free(fixture.clocks);
    fixture.clocks = clocks_new(other_key, 0);
    reader.in = bytes_of(octets, writer.length);
    clocks_walk(fixture.clocks, &reader);
    CU_ASSERT_PTR_NULL(reader.fault);
    CU_ASSERT_EQUAL(reader.in.len, 0);
    clocks_set_hash_key(fixture.clocks, same_key);
    CU_ASSERT_EQUAL(learn(&fixture, 1, 5 * YEAR).basis, CLOCK_BASIS_HELLOS);
    CU_ASSERT_EQUAL(learn(&fixture, 2, 5 * YEAR).basis, CLOCK_BASIS_NONE);
    end(&fixture);
}

static void hellos_that_do_not_agree_prove_none(void)
{
    struct fixture fixture;

    begin(&fixture);
    learn(&fixture, 1, YEAR);
    CU_ASSERT_EQUAL(learn(&fixture, 1, YEAR + CLOCK_AGREE + 1).basis, CLOCK_BASIS_NONE);
    CU_ASSERT_EQUAL(learn(&fixture, 1, -YEAR).basis, CLOCK_BASIS_NONE);
    end(&fixture);
}

static void a_random_that_never_changes_is_no_clock(void)
{
    struct client_clock clock = {0};
    struct fixture fixture;

    begin(&fixture);
    for (size_t i = 0; i < 4; i++) {
        struct facts *facts = hello(&fixture, 1, (uint32_t)(CERTIFICATES_TIME + YEAR));

        memset(fixture.sample.random + 4, 7, 8);
        clocks_learn(fixture.clocks, facts);
        clock = clocks_find(fixture.clocks, facts);
    }
    CU_ASSERT_EQUAL(clock.basis, CLOCK_BASIS_NONE);
    end(&fixture);
}

static void the_same_offer_of_others_proves_one(void)
{
    static const uint8_t other_suites[] = {0xc0, 0x30};
    struct client_clock clock;
    struct fixture fixture;

    begin(&fixture);
    learn(&fixture, 1, 3);
    clock = learn(&fixture, 2, -2 * YEAR);
    CU_ASSERT_EQUAL(clock.basis, CLOCK_BASIS_OTHERS);
    CU_ASSERT_EQUAL(clock.ahead_by, -2 * YEAR);
    learn(&fixture, 3, 123456789); /* now most are off: random octets */
    CU_ASSERT_EQUAL(learn(&fixture, 4, -2 * YEAR).basis, CLOCK_BASIS_NONE);
    fixture.sample.facts.client_hello.cipher_suites = bytes_of(other_suites, 2);
    CU_ASSERT_EQUAL(learn(&fixture, 5, -2 * YEAR).basis, CLOCK_BASIS_NONE);
    end(&fixture);
}

static void without_a_hello_nothing_is_known(void)
{
    struct fixture fixture;

    begin(&fixture);
    fixture.sample.facts.client_hello_read = false;
    CU_ASSERT_EQUAL(learn(&fixture, 1, 0).basis, CLOCK_BASIS_NONE);
    CU_ASSERT_EQUAL(learn(&fixture, 1, 0).basis, CLOCK_BASIS_NONE);
    end(&fixture);
}

/* A server's certificate is seen at a time. */
static void see(struct fixture *fixture, const char *file, int64_t at)
{
    struct facts *facts = &fixture->sample.facts;

    judged_chain(&fixture->judged, file, "www.example.test", at);
    fixture->certificate.at.time_ns = at * SECOND;
    facts->client_hello_read = false;
    facts->server_certificate_note = &fixture->certificate;
    facts->certificates[SIDE_SERVER] = &fixture->judged.chain;
    facts->chain[SIDE_SERVER] = &fixture->judged.judgement;
    clocks_learn(fixture->clocks, facts);
}

static void a_capture_before_all_certificates_is_implausible(void)
{
    static const int64_t at = INT64_C(946684800); /* 2000-01-01, and they are of 2020 */
    struct capture_clock clock;
    struct fixture fixture;

    begin(&fixture);
    see(&fixture, "leaf", at);
    see(&fixture, "leaf", at);
    see(&fixture, "leaf_p256", at);
    CU_ASSERT_FALSE(clocks_capture(fixture.clocks).implausible); /* two are too few */
    see(&fixture, "leaf_sha1", at);
    clock = clocks_capture(fixture.clocks);
    CU_ASSERT_TRUE(clock.implausible);
    CU_ASSERT_EQUAL(clock.leafs, 3);
    CU_ASSERT_EQUAL(clock.behind_by, INT64_C(1577836800) - at);
    see(&fixture, "leaf_rsa_3072", CERTIFICATES_TIME); /* one that is in its dates */
    CU_ASSERT_FALSE(clocks_capture(fixture.clocks).implausible);
    end(&fixture);
}

/* What the rule says of a client that refuses a good certificate with this alert. */
static enum certainty weigh(struct fixture *fixture, uint8_t alert, enum clock_basis basis,
                            int64_t ahead_by, struct evidence *evidence)
{
    struct facts *facts = hello(fixture, 1, 0);

    *evidence = (struct evidence){0};
    see(fixture, "leaf intermediate", CERTIFICATES_TIME);
    fixture->certificate.kind = NOTE_MESSAGE;
    facts->client_hello_read = true;
    facts->server_hello_note = &fixture->certificate;
    fixture->alert.kind = NOTE_ALERT;
    facts->refusal = (struct refusal){
        .kind = REFUSAL_ALERT,
        .note = &fixture->alert,
        .by = SIDE_CLIENT,
        .alert = alert,
        .alert_level = TLS_ALERT_LEVEL_FATAL,
        .at = {.time_ns = CERTIFICATES_TIME * SECOND, .packet = 9},
    };
    facts->client_clock = (struct client_clock){.basis = basis, .ahead_by = ahead_by, .hellos = 3};
    return cause_find("client_clock_skew")->match(facts, evidence);
}

static void the_clients_clock_decides_whether_it_is_wrong(void)
{
    static const struct {
        uint8_t alert;
        enum clock_basis basis;
        int64_t ahead_by;
        enum certainty expected;
    } cases[] = {
        /* Without a clock it may be a CRL of the client's that has expired. */
        {TLS_ALERT_CERTIFICATE_EXPIRED, CLOCK_BASIS_NONE, 9 * YEAR, CAUSE_POSSIBLE},
        {TLS_ALERT_CERTIFICATE_EXPIRED, CLOCK_BASIS_HELLOS, 9 * YEAR, CAUSE_CERTAIN},
        {TLS_ALERT_CERTIFICATE_EXPIRED, CLOCK_BASIS_OTHERS, -9 * YEAR, CAUSE_CERTAIN},
        {TLS_ALERT_CERTIFICATE_EXPIRED, CLOCK_BASIS_HELLOS, 60, CAUSE_NO},
        {TLS_ALERT_BAD_CERTIFICATE, CLOCK_BASIS_HELLOS, 9 * YEAR, CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_UNKNOWN, CLOCK_BASIS_OTHERS, -9 * YEAR, CAUSE_LIKELY},
        {TLS_ALERT_CERTIFICATE_UNKNOWN, CLOCK_BASIS_HELLOS, YEAR, CAUSE_NO},
        {TLS_ALERT_BAD_CERTIFICATE, CLOCK_BASIS_NONE, 9 * YEAR, CAUSE_NO},
    };
    struct evidence evidence;
    struct fixture fixture;

    begin(&fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(
            weigh(&fixture, cases[i].alert, cases[i].basis, cases[i].ahead_by, &evidence),
            cases[i].expected);
    weigh(&fixture, TLS_ALERT_CERTIFICATE_UNKNOWN, CLOCK_BASIS_HELLOS, -9 * YEAR, &evidence);
    CU_ASSERT_EQUAL_FATAL(evidence.count, 3);
    CU_ASSERT_STRING_EQUAL(evidence.items[1].fact, "client_clock");
    CU_ASSERT_STRING_EQUAL(evidence.items[1].text,
                           "the client's clock, as its hello shows it, is 3285 days behind this "
                           "capture: 3 hellos of this client agree");
    end(&fixture);
}

/* A client whose clock is behind may say bad_certificate; not one whose clock is known. */
static void a_clock_that_is_right_is_not_conceivably_wrong(void)
{
    const struct cause *cause = cause_find("client_clock_skew");
    struct evidence evidence;
    struct fixture fixture;

    begin(&fixture);
    weigh(&fixture, TLS_ALERT_BAD_CERTIFICATE, CLOCK_BASIS_NONE, 0, &evidence);
    CU_ASSERT_TRUE(cause->conceivable(&fixture.sample.facts));
    weigh(&fixture, TLS_ALERT_BAD_CERTIFICATE, CLOCK_BASIS_HELLOS, 60, &evidence);
    CU_ASSERT_FALSE(cause->conceivable(&fixture.sample.facts));
    end(&fixture);
}

/* Its alert says that something is out of its dates: neither the certificate nor the clock is. */
static void a_clock_that_is_right_leaves_what_the_client_holds(void)
{
    struct evidence evidence = {0};
    struct fixture fixture;

    begin(&fixture);
    weigh(&fixture, TLS_ALERT_CERTIFICATE_EXPIRED, CLOCK_BASIS_HELLOS, 60, &evidence);
    CU_ASSERT_EQUAL(cause_find("certificate_rejected")->match(&fixture.sample.facts, &evidence),
                    CAUSE_POSSIBLE);
    fixture.judged.judgement.validity = VALIDITY_EXPIRED;
    CU_ASSERT_EQUAL(cause_find("certificate_rejected")->match(&fixture.sample.facts, &evidence),
                    CAUSE_NO);
    end(&fixture);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"one hello proves no clock", one_hello_proves_no_clock},
        {"hellos that agree prove one", hellos_that_agree_prove_one},
        {"an offer of 1.3 has no clock in it", an_offer_of_1_3_has_no_clock_in_it},
        {"what one run saw the next one knows", what_one_run_saw_the_next_one_knows},
        {"hellos that do not agree prove none", hellos_that_do_not_agree_prove_none},
        {"a random that never changes is no clock", a_random_that_never_changes_is_no_clock},
        {"the same offer of others proves one", the_same_offer_of_others_proves_one},
        {"without a hello nothing is known", without_a_hello_nothing_is_known},
        {"a capture before all certificates is implausible",
         a_capture_before_all_certificates_is_implausible},
        {"the client's clock decides whether it is wrong",
         the_clients_clock_decides_whether_it_is_wrong},
        {"a clock that is right is not conceivably wrong",
         a_clock_that_is_right_is_not_conceivably_wrong},
        {"a clock that is right leaves what the client holds",
         a_clock_that_is_right_leaves_what_the_client_holds},
        CU_TEST_INFO_NULL,
    };

    return suite_run("clock", tests);
}
