/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How TLS begins behind words that nobody knows: a hello that ends a turn of the client, soon, and
 * that the server answers in TLS. All else that looks like one is a part of something else. */
#include "analyze/session.h"
#include "tests/support/opening.h"

static const struct opening list[] = {
    {{CLIENT_SAYS("hello\r\n"), SERVER_SAYS("ready\r\n")}},
    {{SERVER_SAYS("welcome\r\n"), CLIENT_SAYS("upgrade\r\n"), SERVER_SAYS("go ahead\r\n")}},
    {{CLIENT_SAYS("\1\2\3\4"), SERVER_SAYS("\1\2\3\5")}},
    {{SERVER_SAYS("welcome\r\n"), CLIENT_SAYS("AAAA-AAAAAA"), SERVER_SAYS("BBBB-BBBBBB")}},
    {{CLIENT_SAYS("\0\0\0\x12Hello Director x"), SERVER_SAYS("\0\0\0\x05 1000")}},
};

static const struct openings openings = {9101, list, sizeof(list) / sizeof(list[0])};

static const char record_begin[] = "\x16\3\1\0\xc8\1\0\0\xc4\3\3";

static void tls_may_begin_behind_unknown_words(void)
{
    opening_expect(&openings, play_handshake, OUTCOME_ESTABLISHED, "");
    opening_expect(&openings, opening_refuse, OUTCOME_FAILED, "version_mismatch");
}

static void answer_in_clear(struct play *play)
{
    play_client_hello(play, false);
    play_text(play, SIDE_SERVER, "thanks for the file\r\n");
    play_fin(play, SIDE_CLIENT);
}

/* A hello in frames of another protocol, whose headers have segments of their own. */
static void answer_in_frames(struct play *play)
{
    play_client_hello(play, false);
    play_text(play, SIDE_SERVER, "frame\r\n");
    play_server_hello(play, false);
    play_fin(play, SIDE_CLIENT);
}

static void hang_up(struct play *play)
{
    play_client_hello(play, false);
    play_fin(play, SIDE_SERVER);
}

static void what_the_server_answers_in_clear_is_no_hello(void)
{
    opening_expect(&openings, answer_in_clear, OUTCOME_NOT_TLS, "");
    opening_expect(&openings, answer_in_frames, OUTCOME_NOT_TLS, "");
    opening_expect(&openings, hang_up, OUTCOME_NOT_TLS, "");
}

static void ask_and_begin(struct play *play)
{
    play_text(play, SIDE_CLIENT, "start TLS\r\n");
    play_handshake(play);
}

static void begin_behind_part_of_mark(struct play *play)
{
    play_octets(play, SIDE_CLIENT, record_begin, 5);
    play_handshake(play);
}

/* As the client of corosync-qnetd does, which waits for no answer to its request. */
static void a_hello_may_follow_a_request_in_the_same_turn(void)
{
    opening_expect(&openings, ask_and_begin, OUTCOME_ESTABLISHED, "");
    opening_expect(&openings, begin_behind_part_of_mark, OUTCOME_ESTABLISHED, "");
}

static void send_file(struct play *play)
{
    play_text(play, SIDE_CLIENT, "file\r\n");
    answer_in_clear(play);
}

static void send_file_in_frames(struct play *play)
{
    play_text(play, SIDE_CLIENT, "frame\r\n");
    answer_in_frames(play);
}

static void send_file_and_end(struct play *play)
{
    play_text(play, SIDE_CLIENT, "file\r\n");
    hang_up(play);
}

static void receive_file(struct play *play)
{
    play_octets(play, SIDE_SERVER, record_begin, sizeof(record_begin) - 1);
    play_alert(play, SIDE_CLIENT, 2, TLS_ALERT_PROTOCOL_VERSION);
}

static void a_hello_in_a_file_is_no_tls(void)
{
    opening_expect(&openings, send_file, OUTCOME_NOT_TLS, "");
    opening_expect(&openings, send_file_in_frames, OUTCOME_NOT_TLS, "");
    opening_expect(&openings, send_file_and_end, OUTCOME_NOT_TLS, "");
    opening_expect(&openings, receive_file, OUTCOME_NOT_TLS, "");
}

/* Of one that the other side has not answered so far, or whose protocol stays what it is. */
static const struct opening file_list[] = {
    {{CLIENT_SAYS("packets \n")}},
    {{CLIENT_SAYS("POST /packets HTTP/1.1\r\nHost: a\r\n\r\n")}},
    {{CLIENT_SAYS("GET /packets HTTP/1.1\r\nHost: a\r\n\r\n"),
      SERVER_SAYS("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")}},
};

static const struct openings files = {8080, file_list, sizeof(file_list) / sizeof(file_list[0])};

static void send_both_hellos(struct play *play, enum side from)
{
    play_text(play, from, "of a capture:");
    play_octets(play, from, record_begin, sizeof(record_begin) - 1);
    for (size_t i = 0; i < 200 / 4; i++)
        play_text(play, from, "more");
    play_message(play, from, TLS_HANDSHAKE_SERVER_HELLO, bytes_of("\3\3", 2));
    play_fin(play, from);
    play_fin(play, side_other(from));
}

static void send_packets(struct play *play)
{
    send_both_hellos(play, SIDE_CLIENT);
}

static void receive_packets(struct play *play)
{
    send_both_hellos(play, SIDE_SERVER);
}

static void a_hello_that_nothing_announced_is_one_by_its_answer(void)
{
    opening_expect(&files, answer_in_clear, OUTCOME_NOT_TLS, "");
    opening_expect(&files, hang_up, OUTCOME_NOT_TLS, "");
    opening_expect(&files, send_packets, OUTCOME_NOT_TLS, "");
    opening_expect(&files, receive_packets, OUTCOME_NOT_TLS, "");
}

static void talk_long(struct play *play)
{
    for (size_t i = 0; i <= UNKNOWN_TURNS_MAX; i++) {
        play_text(play, SIDE_CLIENT, "more");
        play_text(play, SIDE_SERVER, "more");
    }
    play_handshake(play);
}

static void say_much(struct play *play, enum side side)
{
    for (size_t i = 0; i <= UNKNOWN_SEARCH_MAX / 16; i++)
        play_text(play, side, "more than enough");
    play_text(play, SIDE_SERVER, "ok");
    play_handshake(play);
}

static void ask_much(struct play *play)
{
    say_much(play, SIDE_CLIENT);
}

static void answer_much(struct play *play)
{
    say_much(play, SIDE_SERVER);
}

static void behind_many_words_no_hello_is_looked_for(void)
{
    opening_expect(&openings, talk_long, OUTCOME_NOT_TLS, "");
    opening_expect(&openings, ask_much, OUTCOME_NOT_TLS, "");
    opening_expect(&openings, answer_much, OUTCOME_NOT_TLS, "");
}

static const char greeting[] = "INFO {\"tls_required\":true}\r\n";

/* The server greets before or behind the client's hello, and then answers it; the client does this. */
static struct play greet(bool is_before, opening_act *perform)
{
    struct play play;

    play_begin(&play, 4222, 0);
    if (is_before)
        play_text(&play, SIDE_SERVER, greeting);
    play_client_hello(&play, false);
    if (!is_before)
        play_text(&play, SIDE_SERVER, greeting);
    play_server_hello(&play, false);
    perform(&play);
    play_end(&play);
    return play;
}

static void leave(struct play *play)
{
    play_fin(play, SIDE_CLIENT);
    play_fin(play, SIDE_SERVER);
}

static void complain_of_record(struct play *play)
{
    play_alert(play, SIDE_CLIENT, 2, TLS_ALERT_UNEXPECTED_MESSAGE);
    leave(play);
}

static void complain_of_certificate(struct play *play)
{
    play_server_flight(play);
    play_alert(play, SIDE_CLIENT, 2, TLS_ALERT_UNKNOWN_CA);
    leave(play);
}

static void go_on_and_fail(struct play *play)
{
    play_server_flight(play);
    play_client_finishes(play);
    play_alert(play, SIDE_SERVER, 2, TLS_ALERT_HANDSHAKE_FAILURE);
}

/* Its TLS library reads the greeting. */
static void who_does_not_wait_for_a_greeting_fails_by_it(void)
{
    struct play play = greet(false, leave);

    CU_ASSERT_STRING_EQUAL(play.cause, "server_not_tls");
    CU_ASSERT_EQUAL(play.confidence, CAUSE_LIKELY);
    play = greet(false, complain_of_record);
    CU_ASSERT_STRING_EQUAL(play.cause, "server_not_tls");
    play = greet(false, complain_of_certificate);
    CU_ASSERT_STRING_NOT_EQUAL(play.cause, "server_not_tls");
    play = greet(true, leave);
    CU_ASSERT_STRING_NOT_EQUAL(play.cause, "server_not_tls");
    play = greet(true, go_on_and_fail);
    CU_ASSERT_STRING_NOT_EQUAL(play.cause, "server_not_tls");
    play = greet(false, play_finish);
    CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"TLS may begin behind unknown words", tls_may_begin_behind_unknown_words},
        {"what the server answers in clear is no hello",
         what_the_server_answers_in_clear_is_no_hello},
        {"a hello may follow a request in the same turn",
         a_hello_may_follow_a_request_in_the_same_turn},
        {"a hello in a file is no TLS", a_hello_in_a_file_is_no_tls},
        {"a hello that nothing announced is one by its answer",
         a_hello_that_nothing_announced_is_one_by_its_answer},
        {"behind many words no hello is looked for", behind_many_words_no_hello_is_looked_for},
        {"who does not wait for a greeting fails by it",
         who_does_not_wait_for_a_greeting_fails_by_it},
        CU_TEST_INFO_NULL,
    };

    return suite_run("starttls_unknown", tests);
}
