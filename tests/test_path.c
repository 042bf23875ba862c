/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resets, and which way the packets took: by their hop limits, and by captures that have both sides
 * of a router. */
#include "tests/support/play.h"
#include "tests/support/suite.h"

enum { ROUTER_COPY_NS = 20 * 1000, HELLO_OCTETS = 11 };

/* routed: it is captured again behind a router. */
static void give_at_router(struct play *play, struct segment segment, bool routed)
{
    play_give(play, &segment);
    if (!routed)
        return;
    segment.at.time_ns += ROUTER_COPY_NS;
    segment.at.packet = ++play->packets;
    segment.hop_limit--;
    play_give(play, &segment);
}

/* A segment without payload. */
static void give(struct play *play, enum side from, uint8_t flags, bool routed)
{
    struct segment segment = play_segment(play, from, flags);

    give_at_router(play, segment, routed);
    if ((flags & (TCP_SYN | TCP_FIN)) != 0)
        play->next[from]++;
}

/* Octets that begin a ClientHello, in one segment. */
static void hello(struct play *play, bool routed)
{
    static const uint8_t octets[HELLO_OCTETS] = {22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3};
    struct segment segment = play_segment(play, SIDE_CLIENT, TCP_ACK | TCP_PSH);

    segment.payload = bytes_of(octets, sizeof(octets));
    segment.payload_length = sizeof(octets);
    segment.ip_length += sizeof(octets);
    give_at_router(play, segment, routed);
    play->next[SIDE_CLIENT] += sizeof(octets);
}

/* Everything up to the server's RST, captured at a router that may or may not send on the hello and
 * the RST. */
static void begin_reset_at_router(struct play *play, bool opening, bool hello_goes_on,
                                  bool reset_goes_on)
{
    play_begin_midway(play, 0);
    play->server_port = 443;
    give(play, SIDE_CLIENT, TCP_SYN, opening);
    give(play, SIDE_SERVER, TCP_SYN | TCP_ACK, opening);
    give(play, SIDE_CLIENT, TCP_ACK, opening);
    hello(play, hello_goes_on);
    give(play, SIDE_SERVER, TCP_RST | TCP_ACK, reset_goes_on);
}

static void a_reset_on_one_side_of_a_router_is_the_routers(void)
{
    static const struct {
        bool opening;
        bool hello;
        bool reset;
        const char *cause;
        enum certainty confidence;
    } cases[] = {
        {true, false, false, "middlebox_reset", CAUSE_LIKELY},
        {true, true, false, "middlebox_reset", CAUSE_POSSIBLE}, /* or the router dropped it */
        {true, true, true, "reset_by_server", CAUSE_LIKELY},
        {false, false, false, "reset_by_server", CAUSE_LIKELY}, /* nothing was captured twice */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;

        begin_reset_at_router(&play, cases[i].opening, cases[i].hello, cases[i].reset);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_FAILED);
        CU_ASSERT_STRING_EQUAL(play.cause, cases[i].cause);
        CU_ASSERT_EQUAL(play.confidence, cases[i].confidence);
    }
}

/* The server's own RST comes a moment later and goes through the router; the copy of the one before,
 * if there is one, comes after it. */
static void another_reset_does_not_tell_whose_the_first_is(void)
{
    static const struct {
        bool first_goes_on;
        const char *cause;
    } cases[] = {{false, "middlebox_reset"}, {true, "reset_by_server"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;
        struct segment first;
        struct segment own;

        begin_reset_at_router(&play, true, false, false);
        own = play_segment(&play, SIDE_SERVER, TCP_RST | TCP_ACK);
        first = own;
        first.ip_id--;
        first.hop_limit--;
        own.acknowledgment -= HELLO_OCTETS;
        play_give(&play, &own);
        if (cases[i].first_goes_on)
            play_give(&play, &first);
        own.hop_limit--;
        play_give(&play, &own);
        play_end(&play);
        CU_ASSERT_STRING_EQUAL(play.cause, cases[i].cause);
    }
}

/* The server did not get what the router answered with a RST, and says so in its FIN. */
static void what_comes_after_a_reset_shows_whose_it_is(void)
{
    static const struct {
        int64_t later_ns;
        bool opening;
        const char *cause;
        enum certainty confidence;
    } cases[] = {
        /* The network may have exchanged the two. */
        {1000000, true, "middlebox_reset", CAUSE_LIKELY},
        {1000000, false, "reset_by_server", CAUSE_LIKELY},
        {400000000, true, "middlebox_reset", CAUSE_CERTAIN},
        {400000000, false, "middlebox_reset", CAUSE_CERTAIN},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;
        struct segment fin;

        begin_reset_at_router(&play, cases[i].opening, false, false);
        play.now_ns += cases[i].later_ns;
        fin = play_segment(&play, SIDE_SERVER, TCP_FIN | TCP_ACK);
        fin.acknowledgment -= HELLO_OCTETS;
        play_give(&play, &fin);
        play_end(&play);
        CU_ASSERT_STRING_EQUAL(play.cause, cases[i].cause);
        CU_ASSERT_EQUAL(play.confidence, cases[i].confidence);
    }
}

/* A scanner makes its SYN itself; its host knows nothing of it and resets what it answers. */
static void a_probe_that_its_own_host_resets_is_no_middlebox(void)
{
    static const struct {
        uint8_t flags;
        enum outcome outcome;
    } cases[] = {
        {TCP_RST, OUTCOME_NOT_TLS},
        {TCP_RST | TCP_ACK, OUTCOME_FAILED}, /* of something that has the connection */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct play play;
        struct segment syn;

        play_begin_midway(&play, 0);
        play.server_port = 443;
        syn = play_segment(&play, SIDE_CLIENT, TCP_SYN);
        syn.hop_limit = 57;
        play_give(&play, &syn);
        play.next[SIDE_CLIENT]++;
        give(&play, SIDE_SERVER, TCP_SYN | TCP_ACK, false);
        give(&play, SIDE_CLIENT, cases[i].flags, false);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, cases[i].outcome);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a reset on one side of a router is the router's",
         a_reset_on_one_side_of_a_router_is_the_routers},
        {"another reset does not tell whose the first is",
         another_reset_does_not_tell_whose_the_first_is},
        {"what comes after a reset shows whose it is", what_comes_after_a_reset_shows_whose_it_is},
        {"a probe that its own host resets is no middlebox",
         a_probe_that_its_own_host_resets_is_no_middlebox},
        CU_TEST_INFO_NULL,
    };

    return suite_run("path", tests);
}
