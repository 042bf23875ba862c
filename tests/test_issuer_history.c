/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/issuer_history.h"

#include "analyze/state_codec.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/sample.h"
#include "tests/support/wire.h"

#define SECOND INT64_C(1000000000)

struct fixture {
    struct issuer_history *history;
    struct judged judged;
    struct sample sample;
    struct note note;
};

static void begin(struct fixture *fixture)
{
    static const uint64_t hash_key[2] = {1, 2};

    memset(fixture, 0, sizeof(*fixture));
    fixture->history = issuer_history_new(hash_key, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->history);
    judged_begin(&fixture->judged);
    sample_established(&fixture->sample);
}

static void end(struct fixture *fixture)
{
    issuer_history_free(fixture->history);
    judged_end(&fixture->judged);
}

/* A connection with this chain, so many seconds after the first. */
static struct facts *show(struct fixture *fixture, const char *files, const char *name,
                          int64_t after)
{
    struct facts *facts = &fixture->sample.facts;

    judged_chain(&fixture->judged, files, name, CERTIFICATES_TIME + after);
    fixture->note.at =
        (struct moment){.time_ns = (CERTIFICATES_TIME + after) * SECOND, .packet = 1};
    facts->client_extensions.server_name.host_name = bytes_of(name, strlen(name));
    facts->server_certificate_note = &fixture->note;
    facts->certificates[SIDE_SERVER] = &fixture->judged.chain;
    facts->chain[SIDE_SERVER] = &fixture->judged.judgement;
    return facts;
}

/* The earlier issuer that is told of such a connection, which is learned then. */
static const char *see(struct fixture *fixture, const char *files, const char *name, int64_t after)
{
    static char text[ISSUER_TEXT_SIZE];
    struct facts *facts = show(fixture, files, name, after);
    const struct issuer_sighting *earlier = issuer_history_find(fixture->history, facts);

    text[0] = '\0';
    if (earlier != NULL)
        memcpy(text, earlier->text, sizeof(text));
    issuer_history_learn(fixture->history, facts);
    return text;
}

static void the_first_issuer_and_the_same_again_are_no_change(void)
{
    struct fixture fixture;

    begin(&fixture);
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf intermediate", "www.example.test", 0), "");
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_p256 intermediate", "www.example.test", 1), "");
    end(&fixture);
}

static void an_issuer_that_is_not_trusted_is_told_each_time(void)
{
    struct fixture fixture;

    begin(&fixture);
    see(&fixture, "leaf intermediate", "www.example.test", 0);
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_elsewhere", "WWW.example.test", 1),
                           "CN=Intermediate,O=Test");
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_elsewhere", "www.example.test", 2),
                           "CN=Intermediate,O=Test");
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf intermediate", "www.example.test", 3), "");
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
    see(&fixture, "leaf intermediate", "www.example.test", 0);
    issuer_history_walk(fixture.history, &writer);
    CU_ASSERT_TRUE_FATAL(writer.length <= sizeof(octets));
    issuer_history_free(fixture.history);
    fixture.history = issuer_history_new(other_key, 0);
    reader.in = bytes_of(octets, writer.length);
    issuer_history_walk(fixture.history, &reader);
    CU_ASSERT_PTR_NULL(reader.fault);
    CU_ASSERT_EQUAL(reader.in.len, 0);
    see(&fixture, "leaf_of_old_root", "www.example.test", 0); /* under the other key */
    issuer_history_set_hash_key(fixture.history, same_key);
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_elsewhere", "www.example.test", 1),
                           "CN=Intermediate,O=Test");
    end(&fixture);
}

static void another_issuer_below_the_same_root_is_no_change(void)
{
    struct fixture fixture;

    begin(&fixture);
    see(&fixture, "leaf intermediate", "www.example.test", 0);
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_of_root", "www.example.test", 1), "");
    CU_ASSERT_STRING_EQUAL(
        see(&fixture, "leaf_below_subordinate subordinate intermediate", "www.example.test", 2),
        "");
    end(&fixture);
}

static void two_trusted_issuers_are_told_once(void)
{
    struct fixture fixture;

    begin(&fixture);
    see(&fixture, "leaf_of_old_root", "www.example.test", 0);
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_of_root", "www.example.test", 1),
                           "CN=Old Root,O=Test");
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_of_root", "www.example.test", 2), "");
    end(&fixture);
}

static void the_order_of_packets_counts(void)
{
    const struct issuer_sighting *earlier;
    struct fixture fixture;

    begin(&fixture);
    see(&fixture, "leaf_elsewhere", "www.example.test", 10);
    see(&fixture, "leaf intermediate", "www.example.test", 5); /* it ended later */
    CU_ASSERT_PTR_NULL(issuer_history_find(
        fixture.history, show(&fixture, "leaf intermediate", "www.example.test", 6)));
    earlier = issuer_history_find(fixture.history,
                                  show(&fixture, "leaf_elsewhere", "www.example.test", 10));
    CU_ASSERT_PTR_NOT_NULL_FATAL(earlier);
    CU_ASSERT_STRING_EQUAL(earlier->text, "CN=Intermediate,O=Test");
    CU_ASSERT_EQUAL(earlier->server.port, 443);
    end(&fixture);
}

static void other_names_have_histories_of_their_own(void)
{
    struct fixture fixture;

    begin(&fixture);
    see(&fixture, "leaf intermediate", "www.example.test", 0);
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_elsewhere", "a.wild.example.test", 1), "");
    CU_ASSERT_STRING_EQUAL(see(&fixture, "self_signed", "www.example.test", 2), ""); /* mismatch */
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_elsewhere", "", 3), "");
    end(&fixture);
}

static void many_names_and_issuers_are_bounded(void)
{
    struct fixture fixture;
    struct facts *facts;

    begin(&fixture);
    facts = show(&fixture, "leaf intermediate", "www.example.test", 0);
    for (unsigned i = 0; i < ISSUER_NAMES_MAX + 10; i++) {
        char name[32];

        snprintf(name, sizeof(name), "n%u.example.test", i);
        facts->client_extensions.server_name.host_name = bytes_of(name, strlen(name));
        issuer_history_learn(fixture.history, facts);
    }
    CU_ASSERT_EQUAL(issuer_history_evictions(fixture.history), 10);
    end(&fixture);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"the first issuer and the same again are no change",
         the_first_issuer_and_the_same_again_are_no_change},
        {"an issuer that is not trusted is told each time",
         an_issuer_that_is_not_trusted_is_told_each_time},
        {"what one run saw the next one knows", what_one_run_saw_the_next_one_knows},
        {"another issuer below the same root is no change",
         another_issuer_below_the_same_root_is_no_change},
        {"two trusted issuers are told once", two_trusted_issuers_are_told_once},
        {"the order of packets counts", the_order_of_packets_counts},
        {"other names have histories of their own", other_names_have_histories_of_their_own},
        {"many names and issuers are bounded", many_names_and_issuers_are_bounded},
        CU_TEST_INFO_NULL,
    };

    return suite_run("issuer_history", tests);
}
