/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rules make of other connections to the same server. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

enum {
    OTHER_CLIENTS = 101, /* the last octet of the address of the first of those that are refused */
    CLIENT_TAKEN = 1     /* and of one whose hellos the server takes up */
};

static struct knowledge *knowledge;

static void begin(struct story *story, int64_t at_s, const struct story_offer *offer)
{
    story_begin_at(story, at_s * STORY_SECOND);
    story->knowledge = knowledge;
    story_client_hello(story, offer);
}

/* count connections with this offer are established, a second apart. */
static void establish(int count, int64_t from_s, const struct story_offer *offer)
{
    struct story_choice choice = story_choice_1_2();

    choice.legacy_version =
        offer->legacy_version < TLS_VERSION_1_2 ? offer->legacy_version : TLS_VERSION_1_2;
    for (int i = 0; i < count; i++) {
        struct story story;

        begin(&story, from_s + i, offer);
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = (uint8_t)(i + 1);
        story_flight_1_2(&story, &choice, 0);
        story_finish_1_2(&story);
        CU_ASSERT_EQUAL(story_facts(&story)->outcome, OUTCOME_ESTABLISHED);
        story_learn(knowledge, story_facts(&story));
    }
}

/* The server takes up count hellos with TLS 1.3, a second apart. */
static void take_up_tls_1_3(int count, int64_t from_s)
{
    struct story_offer modern = story_modern_offer();

    for (int i = 0; i < count; i++) {
        struct story story;

        begin(&story, from_s + i, &modern);
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = (uint8_t)(i + 1);
        story_flight_1_3(&story);
        story_protected(&story, SIDE_CLIENT, 53);
        story_protected(&story, SIDE_SERVER, 300);
        story_learn(knowledge, story_facts(&story));
    }
}

/* The server closes the connection, or sends this alert. */
static void refuse(struct story *story, int64_t at_s, const struct story_offer *offer, int alert)
{
    begin(story, at_s, offer);
    if (alert >= 0)
        story_fatal(story, SIDE_SERVER, (uint8_t)alert);
    else
        story_fin(story, SIDE_SERVER);
}

/* And that is learned, each time of another client. */
static void learn_refusals(int count, int64_t from_s, const struct story_offer *offer, int alert)
{
    for (int i = 0; i < count; i++) {
        struct story story;

        refuse(&story, from_s + i, offer, alert);
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = (uint8_t)(OTHER_CLIENTS + i);
        story_learn(knowledge, story_facts(&story));
    }
}

static void open_knowledge(void)
{
    const struct knowledge_options options = {0};

    knowledge = knowledge_new(&options);
}

static void close_knowledge(void)
{
    knowledge_free(knowledge);
}

static bool has_fact(const struct story *story, const char *fact, const char *text)
{
    for (size_t i = 0; i < story->verdict.evidence.count; i++)
        if (strcmp(story->verdict.evidence.items[i].fact, fact) == 0
            && strcmp(story->verdict.evidence.items[i].text, text) == 0)
            return true;
    return false;
}

/* All who could choose take newer versions, and an old hello is old in all else, too. */
static void a_close_is_not_certain_to_be_about_a_version_that_was_never_chosen(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer old = story_offer_1_0();
    struct story story;

    open_knowledge();
    establish(20, 0, &modern);
    learn_refusals(2, 5, &old, -1);
    refuse(&story, 7, &old, -1);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
    close_knowledge();
}

static void a_version_that_was_taken_up_later_is_no_mismatch(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer old = story_offer_1_0();
    struct story story;

    open_knowledge();
    establish(20, 0, &modern);
    learn_refusals(2, 5, &old, TLS_ALERT_HANDSHAKE_FAILURE);
    establish(1, 100, &old);
    refuse(&story, 7, &old, -1);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    close_knowledge();
}

/* The version was taken up until the server was changed. */
static void a_version_can_be_given_up_in_between(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer old = story_offer_1_0();
    struct story story;

    open_knowledge();
    establish(5, 0, &old);
    establish(20, 10, &modern);
    learn_refusals(3, 15, &old, -1);
    refuse(&story, 18, &old, -1);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_LIKELY));
    CU_ASSERT_TRUE(has_fact(&story, "server_known",
                            "this server took up an offer of this version at 2024-05-01 "
                            "00:00:04.011 for the last time; since then it refused 3 of them and "
                            "took up 20 others"));
    close_knowledge();
}

/* When the server fails everybody, an old offer is not the reason. */
static void an_outage_is_not_taken_for_an_old_version(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer old = story_offer_1_0();
    struct story story;

    open_knowledge();
    establish(20, 0, &modern);
    learn_refusals(5, 100, &modern, -1);
    learn_refusals(2, 100, &old, -1);
    refuse(&story, 110, &old, -1);
    CU_ASSERT_FALSE(story_says(&story, "version_mismatch", CAUSE_CERTAIN));
    close_knowledge();
}

static void a_client_of_1_3_alone_meets_a_server_that_chooses_lower(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer newest = story_modern_offer();
    struct story story;

    memset(newest.versions, 0, sizeof(newest.versions));
    newest.versions[0] = TLS_VERSION_1_3;
    open_knowledge();
    establish(12, 0, &modern);
    refuse(&story, 20, &newest, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_CERTAIN));
    close_knowledge();
}

/* A client of TLS 1.2 alone at a server that was asked for TLS 1.3 by all others. */
static void a_server_that_chose_tls_1_3_alone_may_have_nothing_older(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer older = story_modern_offer();
    struct story_offer oldest = story_modern_offer();
    struct story story;

    memset(older.versions, 0, sizeof(older.versions));
    oldest.suites[3] = oldest.suites[4] = oldest.suites[5] = oldest.suites[6] =
        0xc00a; /* no AEAD */
    memset(oldest.versions, 0, sizeof(oldest.versions));
    open_knowledge();
    refuse(&story, 20, &older, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    take_up_tls_1_3(8, 0);
    refuse(&story, 20, &older, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_cipher"));
    CU_ASSERT_TRUE(has_fact(&story, "server_known",
                            "this server has accepted only TLS 1.3 (8 connections, 8 clients)"));
    refuse(&story, 20, &oldest, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    older.name = "other.example.com";
    refuse(&story, 20, &older, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    establish(1, 30, &modern);
    older.name = modern.name;
    refuse(&story, 20, &older, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    close_knowledge();
}

static void a_name_that_was_taken_up_later_is_not_the_reason(void)
{
    struct story_offer modern = story_modern_offer();
    struct story story;

    open_knowledge();
    refuse(&story, 20, &modern, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_considers(&story, "unrecognized_sni"));
    establish(3, 30, &modern);
    refuse(&story, 20, &modern, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "unrecognized_sni"));
    close_knowledge();
}

/* Whatever the server says of it, a name that it alone refuses is the reason. */
static void access_denied_to_one_name_alone_is_about_the_name(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer other = story_modern_offer();
    struct story story;

    other.name = "other.example.com";
    open_knowledge();
    establish(5, 0, &modern);
    learn_refusals(1, 20, &other, TLS_ALERT_ACCESS_DENIED);
    refuse(&story, 20, &other, TLS_ALERT_ACCESS_DENIED);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    close_knowledge();
}

static void one_server_is_not_counted_as_two(void)
{
    struct story_offer modern = story_modern_offer();
    struct story story;

    open_knowledge();
    establish(1, 0, &modern);
    for (uint8_t server = 2; server <= 3; server++) { /* 2 is that of establish() */
        refuse(&story, 10, &modern, TLS_ALERT_INTERNAL_ERROR);
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = 1;
        if (server == 3)
            story.connection.endpoint[SIDE_SERVER].address.octets[15]++;
        story_learn(knowledge, story_facts(&story));
        refuse(&story, 10, &modern, TLS_ALERT_INTERNAL_ERROR);
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = 1;
        (void)story_facts(&story);
        CU_ASSERT_EQUAL(has_fact(&story, "client_known",
                                 "this client, with this kind of hello, succeeds at 1 server "
                                 "and fails at 2; at 1 it does both"),
                        server == 3);
        CU_ASSERT_FALSE(
            has_fact(&story, "client_known",
                     "this client, with this kind of hello, succeeds at 1 server and fails at 1"));
    }
    close_knowledge();
}

static void a_name_that_alone_is_refused_is_not_served(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer other = story_modern_offer();
    struct story story;

    other.name = "other.example.com";
    open_knowledge();
    establish(12, 0, &modern);
    refuse(&story, 20, &other, -1);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    learn_refusals(2, 20, &other, -1);
    establish(1, 30, &modern);
    refuse(&story, 22, &other, -1);
    CU_ASSERT_TRUE(story_says(&story, "unrecognized_sni", CAUSE_LIKELY));
    close_knowledge();
}

/* Of one client that the server never took up it may as well refuse the address. */
static void only_clients_without_a_name_are_refused(void)
{
    static const struct {
        uint8_t client[2]; /* who is refused */
        enum certainty certainty;
    } rows[] = {
        {{OTHER_CLIENTS, OTHER_CLIENTS + 1}, CAUSE_LIKELY},
        {{OTHER_CLIENTS, OTHER_CLIENTS}, CAUSE_POSSIBLE},
        {{CLIENT_TAKEN, CLIENT_TAKEN}, CAUSE_LIKELY},
    };
    const struct story_offer modern = story_modern_offer();
    struct story_offer nameless = story_modern_offer();

    nameless.name = NULL;
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct story story;

        open_knowledge();
        establish(12, 0, &modern);
        for (int i = 0; i < 2; i++) {
            refuse(&story, 20 + i, &nameless, -1);
            story.connection.endpoint[SIDE_CLIENT].address.octets[15] = rows[row].client[i];
            story_learn(knowledge, story_facts(&story));
        }
        establish(1, 30, &modern);
        refuse(&story, 22, &nameless, -1);
        CU_ASSERT_EQUAL(story_certainty(&story, "missing_sni"), rows[row].certainty);
        close_knowledge();
    }
}

static void suites_that_were_never_chosen_stand_out(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer narrow = story_modern_offer();
    struct story story;

    memset(narrow.versions, 0, sizeof(narrow.versions));
    memset(narrow.suites, 0, sizeof(narrow.suites));
    narrow.suites[0] = 0xc02c; /* with ECDSA, as the server never chose; */
    narrow.suites[1] = 0x009c; /* with RSA */
    narrow.suites[2] = 0xc030;
    open_knowledge();
    refuse(&story, 20, &narrow, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_FALSE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    establish(5, 0, &modern);
    refuse(&story, 20, &narrow, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    close_knowledge();
}

static void a_known_server_that_goes_silent_was_alive(void)
{
    struct story_offer modern = story_modern_offer();
    struct story story;
    bool found = false;

    open_knowledge();
    establish(3, 0, &modern);
    story_begin_syn(&story);
    story.knowledge = knowledge;
    story.connection.direction[SIDE_CLIENT].syn_count = 3;
    story.connection.direction[SIDE_CLIENT].packets = 3;
    CU_ASSERT_TRUE(story_says(&story, "connect_timeout", CAUSE_CERTAIN));
    for (size_t i = 0; i < story.verdict.evidence.count; i++)
        found |= strcmp(story.verdict.evidence.items[i].fact, "server_known") == 0;
    CU_ASSERT_TRUE(found);
    close_knowledge();
}

static void a_client_that_fails_everywhere_is_named(void)
{
    struct story_offer old = story_offer_1_0();
    struct story_choice choice = story_choice_1_2();
    struct story story;

    open_knowledge();
    for (uint8_t server = 1; server <= 3; server++) {
        refuse(&story, server, &old, TLS_ALERT_PROTOCOL_VERSION);
        story.connection.endpoint[SIDE_SERVER].address.octets[15] = server;
        story_learn(knowledge, story_facts(&story));
    }
    refuse(&story, 5, &old, TLS_ALERT_PROTOCOL_VERSION);
    story.connection.endpoint[SIDE_SERVER].address.octets[15] = 1;
    (void)story_facts(&story);
    CU_ASSERT_TRUE(has_fact(
        &story, "client_known",
        "this client, with this kind of hello, fails at every server that it tries: 3 of 3"));

    begin(&story, 6, &old);
    choice.legacy_version = TLS_VERSION_1_0;
    story.connection.endpoint[SIDE_SERVER].address.octets[15] = 4;
    story_flight_1_2(&story, &choice, 0);
    story_finish_1_2(&story);
    story_learn(knowledge, story_facts(&story));
    refuse(&story, 7, &old, TLS_ALERT_PROTOCOL_VERSION);
    (void)story_facts(&story);
    CU_ASSERT_TRUE(
        has_fact(&story, "client_known",
                 "this client, with this kind of hello, succeeds at 1 server and fails at 3"));
    close_knowledge();
}

static void a_server_that_fails_everybody_is_named(void)
{
    struct story_offer modern = story_modern_offer();
    struct story story;

    open_knowledge();
    for (uint8_t client = 1; client <= 2; client++) {
        refuse(&story, client, &modern, TLS_ALERT_INTERNAL_ERROR);
        story.connection.endpoint[SIDE_CLIENT].address.octets[15] = client;
        story_learn(knowledge, story_facts(&story));
    }
    refuse(&story, 5, &modern, TLS_ALERT_INTERNAL_ERROR);
    (void)story_facts(&story);
    CU_ASSERT_TRUE(
        has_fact(&story, "server_known", "no handshake with this server succeeds: 2 clients fail"));
    close_knowledge();
}

/* A hello in segments of at most this many octets, to a server that answers it with a ServerHello
 * or resets. */
static void say_hello(struct story *story, int64_t at_s, uint32_t segment, bool answered)
{
    struct story_offer offer = story_modern_offer();
    struct story_choice choice = story_choice_1_2();

    begin(story, at_s, &offer);
    story->connection.direction[SIDE_CLIENT].largest_segment = segment;
    if (answered)
        story_server_hello(story, &choice);
    else
        story_rst(story, SIDE_SERVER);
}

static void a_split_hello_is_too_large_where_others_succeed(void)
{
    enum { WHOLE = 1448, HALF = 100 };
    static const struct {
        int whole;
        int split_accepted;
        enum certainty certainty;
    } cases[] = {{12, 0, CAUSE_LIKELY}, {5, 0, CAUSE_POSSIBLE}, {12, 1, CAUSE_POSSIBLE}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct story story;
        int64_t at_s = 0;

        open_knowledge();
        for (int n = 0; n < cases[i].whole + cases[i].split_accepted; n++) {
            say_hello(&story, at_s++, n < cases[i].whole ? WHOLE : HALF, true);
            story_learn(knowledge, story_facts(&story));
        }
        for (int n = 0; n < 3; n++) {
            say_hello(&story, at_s++, HALF, false);
            story_learn(knowledge, story_facts(&story));
        }
        say_hello(&story, at_s, HALF, false);
        CU_ASSERT_EQUAL(story_certainty(&story, "large_client_hello_intolerance"),
                        cases[i].certainty);
        close_knowledge();
    }
}

/* The first attempt fails, and the client comes again at_s seconds later with another offer. */
static void retry(struct story *first, int64_t after_s, const struct story_offer *offer,
                  const struct story_offer *next, bool succeeds)
{
    struct story second;

    refuse(first, 10, offer, -1);
    story_learn(knowledge, story_facts(first));
    if (succeeds) {
        struct story_choice choice = story_choice_1_2();

        begin(&second, 10 + after_s, next);
        story_flight_1_2(&second, &choice, 0);
        story_finish_1_2(&second);
    } else {
        refuse(&second, 10 + after_s, next, -1);
    }
    story_learn(knowledge, story_facts(&second));
    refuse(first, 10, offer, -1);
    (void)story_facts(first);
}

static void what_a_client_falls_back_to_is_evidence(void)
{
    struct story_offer modern = story_modern_offer();
    struct story_offer older = story_modern_offer();
    struct story story;

    memset(older.versions, 0, sizeof(older.versions));
    for (int i = 0; i < 4; i++) { /* succeeds, fails, comes too late, comes with the same */
        static const char *const said[] = {
            "and succeeded",
            "and failed too",
            NULL,
            NULL,
        };
        bool found = false;

        open_knowledge();
        retry(&story, i == 2 ? 31 : 2, &modern, i == 3 ? &modern : &older, i == 0);
        for (size_t k = 0; k < story.verdict.evidence.count; k++) {
            const struct evidence_item *item = &story.verdict.evidence.items[k];

            if (strcmp(item->fact, "client_retry") != 0)
                continue;
            found = true;
            CU_ASSERT_TRUE_FATAL(said[i] != NULL);
            CU_ASSERT_TRUE(said[i] != NULL && strstr(item->text, said[i]) != NULL);
            CU_ASSERT_PTR_NOT_NULL(strstr(item->text, "with TLS 1.2 at most instead of TLS 1.3"));
        }
        CU_ASSERT_EQUAL(found, said[i] != NULL);
        close_knowledge();
    }
}

static void a_shorter_hello_of_the_same_client_tells_that_the_long_one_was_too_long(void)
{
    enum { HALF = 100 };

    for (int i = 0; i < 2; i++) { /* the shorter one is of the same version, or of an older */
        struct story_offer shorter = story_modern_offer();
        struct story_choice choice = story_choice_1_2();
        struct story story;

        open_knowledge();
        say_hello(&story, 1, HALF, false);
        story_learn(knowledge, story_facts(&story));
        memset(shorter.schemes, 0, sizeof(shorter.schemes));
        shorter.name = NULL;
        shorter.alpn = NULL;
        shorter.suites[1] = 0;
        if (i == 1)
            memset(shorter.versions, 0, sizeof(shorter.versions));
        begin(&story, 3, &shorter);
        CU_ASSERT_TRUE(story.handshake.transcript_length < HALF);
        story_flight_1_2(&story, &choice, 0);
        story_finish_1_2(&story);
        story_learn(knowledge, story_facts(&story));
        say_hello(&story, 1, HALF, false);
        CU_ASSERT_EQUAL(story_certainty(&story, "large_client_hello_intolerance"),
                        i == 0 ? CAUSE_LIKELY : CAUSE_POSSIBLE);
        close_knowledge();
    }
}

static void alerts_and_the_offers_they_answered_are_evidence(void)
{
    struct story_offer old = story_offer_1_0();
    struct story story;
    bool found = false;

    open_knowledge();
    learn_refusals(3, 0, &old, TLS_ALERT_HANDSHAKE_FAILURE);
    refuse(&story, 5, &old, TLS_ALERT_HANDSHAKE_FAILURE);
    (void)story_facts(&story);
    for (size_t i = 0; i < story.verdict.evidence.count; i++)
        found |= strstr(story.verdict.evidence.items[i].text,
                        "answered 3 hellos with handshake_failure: they offered from TLS 1.0 to "
                        "TLS 1.0 at most; without a server name: 0")
                 != NULL;
    CU_ASSERT_TRUE(found);
    refuse(&story, 5, &old, TLS_ALERT_INTERNAL_ERROR);
    (void)story_facts(&story);
    for (size_t i = 0; i < story.verdict.evidence.count; i++)
        CU_ASSERT_PTR_NULL(strstr(story.verdict.evidence.items[i].text, "hellos with"));
    close_knowledge();
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a close is not certain to be about a version that was never chosen",
         a_close_is_not_certain_to_be_about_a_version_that_was_never_chosen},
        {"a version that was taken up later is no mismatch",
         a_version_that_was_taken_up_later_is_no_mismatch},
        {"a version can be given up in between", a_version_can_be_given_up_in_between},
        {"an outage is not taken for an old version", an_outage_is_not_taken_for_an_old_version},
        {"a client of TLS 1.3 alone meets a server that chooses lower",
         a_client_of_1_3_alone_meets_a_server_that_chooses_lower},
        {"a server that chose TLS 1.3 alone may have nothing older",
         a_server_that_chose_tls_1_3_alone_may_have_nothing_older},
        {"a name that was taken up later is not the reason",
         a_name_that_was_taken_up_later_is_not_the_reason},
        {"access_denied to one name alone is about the name",
         access_denied_to_one_name_alone_is_about_the_name},
        {"one server is not counted as two", one_server_is_not_counted_as_two},
        {"a name that alone is refused is not served", a_name_that_alone_is_refused_is_not_served},
        {"only clients without a name are refused", only_clients_without_a_name_are_refused},
        {"suites that were never chosen stand out", suites_that_were_never_chosen_stand_out},
        {"a known server that goes silent was alive", a_known_server_that_goes_silent_was_alive},
        {"a client that fails everywhere is named", a_client_that_fails_everywhere_is_named},
        {"a server that fails everybody is named", a_server_that_fails_everybody_is_named},
        {"what a client falls back to is evidence", what_a_client_falls_back_to_is_evidence},
        {"a shorter hello of the same client tells that the long one was too long",
         a_shorter_hello_of_the_same_client_tells_that_the_long_one_was_too_long},
        {"alerts and the offers they answered are evidence",
         alerts_and_the_offers_they_answered_are_evidence},
        {"a split hello is too large where others succeed",
         a_split_hello_is_too_large_where_others_succeed},
        CU_TEST_INFO_NULL,
    };

    return suite_run("known", tests);
}
