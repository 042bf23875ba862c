/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole handshakes, each delivered whole, octet by octet, and in odd pieces: which outcome, how
 * far it came, and who ended it how. */
#include "dissect/tls.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

static void hellos_1_2(struct play *play)
{
    play_client_hello(play, false);
    play_server_hello(play, false);
    play_server_flight(play);
}

static void full_1_2_with_data(struct play *play)
{
    play_handshake(play);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 100);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 100);
}

static void resumed_1_2(struct play *play)
{
    play_client_hello(play, false);
    play_server_hello(play, false);
    play_server_finishes(play);
    play_change_cipher_spec(play, SIDE_CLIENT);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_HANDSHAKE, 40);
}

static void reset_after_finish(struct play *play)
{
    play_handshake(play);
    play_reset(play, SIDE_CLIENT);
}

static void false_start_without_answer(struct play *play)
{
    hellos_1_2(play);
    play_client_finishes(play);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 100);
    play_fin(play, SIDE_SERVER);
}

static void server_finishes_first(struct play *play)
{
    play_client_hello(play, false);
    play_server_hello(play, false);
    play_server_flight(play);
    play_server_finishes(play);
    play_fin(play, SIDE_SERVER);
    play_client_finishes(play);
}

static void finished_refused_1_2(struct play *play)
{
    hellos_1_2(play);
    play_client_finishes(play);
    play_alert(play, SIDE_SERVER, 2, TLS_ALERT_DECRYPT_ERROR);
    play_fin(play, SIDE_SERVER);
}

static void encrypted_alert_instead_of_finished(struct play *play)
{
    hellos_1_2(play);
    play_message(play, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("0123", 4));
    play_change_cipher_spec(play, SIDE_CLIENT);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_ALERT, 26);
    play_fin(play, SIDE_CLIENT);
}

static void hellos_1_3(struct play *play)
{
    play_client_hello(play, true);
    play_server_hello(play, true);
    play_change_cipher_spec(play, SIDE_SERVER);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 1500);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 53);
}

static void full_1_3(struct play *play)
{
    hellos_1_3(play);
    play_change_cipher_spec(play, SIDE_CLIENT);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 200);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 250);
}

static void retried_1_3(struct play *play)
{
    play_client_hello(play, true);
    play_retry(play);
    play_change_cipher_spec(play, SIDE_SERVER);
    play_change_cipher_spec(play, SIDE_CLIENT);
    play_client_hello(play, true);
    play_server_hello(play, true);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 1500);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 200);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 250);
}

static void closed_after_finished_1_3(struct play *play)
{
    hellos_1_3(play);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    play_fin(play, SIDE_CLIENT);
}

static void encrypted_alert_1_3(struct play *play)
{
    hellos_1_3(play);
    play_change_cipher_spec(play, SIDE_CLIENT);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 19);
    play_fin(play, SIDE_CLIENT);
}

static void padding_server_1_3(struct play *play)
{
    play_client_hello(play, true);
    play_server_hello(play, true);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 2064);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 528);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 900);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 528);
    play_fin(play, SIDE_SERVER);
}

static void padded_alert_1_3(struct play *play)
{
    hellos_1_3(play);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 35);
    play_fin(play, SIDE_CLIENT);
}

static void plain_alert_1_3(struct play *play)
{
    hellos_1_3(play);
    play_alert(play, SIDE_CLIENT, 2, TLS_ALERT_CERTIFICATE_EXPIRED);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 19);
    play_fin(play, SIDE_SERVER);
}

static void client_without_certificate_1_3(struct play *play)
{
    hellos_1_3(play);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 25);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 200);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 19);
    play_fin(play, SIDE_SERVER);
}

/* The server asked for another key share while early data was on its way. */
static void early_data_retried_1_3(struct play *play)
{
    play_client_hello(play, true);
    play_retry(play);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 100);
    play_client_hello(play, true);
    play_server_hello(play, true);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 1500);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 53);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 900);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 19);
    play_fin(play, SIDE_SERVER);
}

static void client_with_certificate_1_3(struct play *play)
{
    hellos_1_3(play);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 900);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 53);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 250);
    play_fin(play, SIDE_CLIENT);
}

static void server_alert_in_1_3_flight(struct play *play)
{
    play_client_hello(play, true);
    play_server_hello(play, true);
    play_change_cipher_spec(play, SIDE_SERVER);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 19);
    play_fin(play, SIDE_SERVER);
}

static void idle_server_closes_1_3(struct play *play)
{
    hellos_1_3(play);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 63);
    play_fin(play, SIDE_SERVER);
}

static void refused_hello(struct play *play)
{
    play_client_hello(play, false);
    play_alert(play, SIDE_SERVER, 2, TLS_ALERT_HANDSHAKE_FAILURE);
    play_fin(play, SIDE_SERVER);
}

static void warned_and_closed(struct play *play)
{
    hellos_1_2(play);
    play_alert(play, SIDE_CLIENT, 1, TLS_ALERT_BAD_CERTIFICATE);
    play_fin(play, SIDE_CLIENT);
}

static void name_warning_then_fine(struct play *play)
{
    play_client_hello(play, false);
    play_alert(play, SIDE_SERVER, 1, TLS_ALERT_UNRECOGNIZED_NAME);
    play_server_hello(play, false);
    play_finish(play);
}

static void late_alert_after_fin(struct play *play)
{
    play_client_hello(play, false);
    play_fin(play, SIDE_SERVER);
    play_alert(play, SIDE_CLIENT, 2, TLS_ALERT_DECODE_ERROR);
    play_fin(play, SIDE_CLIENT);
}

static void server_speaks_ssh(struct play *play)
{
    play_text(play, SIDE_SERVER, "SSH-2.0-OpenSSH_9.2\r\n");
    play_client_hello(play, true);
    play_fin(play, SIDE_SERVER);
}

static void client_speaks_http(struct play *play)
{
    play_text(play, SIDE_CLIENT, "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    play_alert(play, SIDE_SERVER, 2, TLS_ALERT_UNEXPECTED_MESSAGE);
    play_fin(play, SIDE_SERVER);
}

static void plain_http(struct play *play)
{
    play_text(play, SIDE_CLIENT, "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    play_text(play, SIDE_SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

static void bad_request_page(struct play *play)
{
    play_text(play, SIDE_CLIENT, "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    play_text(play, SIDE_SERVER,
              "HTTP/1.1 400 Bad Request\r\n\r\n<html><head><title>400 The plain HTTP "
              "request was sent to HTTPS port</title></head>\r\n");
    play_fin(play, SIDE_SERVER);
}

/* What a server's policies for browsers make of the head is no reason to miss what it says. */
static void bad_request_page_behind_a_long_head(struct play *play)
{
    char page[900];

    snprintf(page, sizeof(page),
             "HTTP/1.1 400 Bad Request\r\nContent-Security-Policy: %0700d\r\n\r\n"
             "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head>",
             0);
    play_text(play, SIDE_CLIENT, "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    play_text(play, SIDE_SERVER, page);
    play_fin(play, SIDE_SERVER);
}

static void smtp_until_starttls(struct play *play)
{
    play_text(play, SIDE_SERVER, "220 mail.example.org ESMTP\r\n");
    play_text(play, SIDE_CLIENT, "EHLO client.example.org\r\n");
    play_text(play, SIDE_SERVER, "250-mail.example.org\r\n250 STARTTLS\r\n");
    play_text(play, SIDE_CLIENT, "STARTTLS\r\n");
}

static void smtp_starttls(struct play *play)
{
    smtp_until_starttls(play);
    play_text(play, SIDE_SERVER, "220 2.0.0 Ready to start TLS\r\n");
    full_1_2_with_data(play);
}

static void smtp_starttls_fails(struct play *play)
{
    smtp_until_starttls(play);
    play_text(play, SIDE_SERVER, "220 2.0.0 Ready to start TLS\r\n");
    refused_hello(play);
}

static void smtp_starttls_refused(struct play *play)
{
    smtp_until_starttls(play);
    play_text(play, SIDE_SERVER, "454 4.7.0 TLS not available\r\n");
    play_text(play, SIDE_CLIENT, "QUIT\r\n");
    play_fin(play, SIDE_CLIENT);
}

static void postgresql_accepts(struct play *play)
{
    play_octets(play, SIDE_CLIENT, "\0\0\0\x08\x04\xd2\x16\x2f", 8);
    play_text(play, SIDE_SERVER, "S");
    full_1_2_with_data(play);
}

static void postgresql_refuses(struct play *play)
{
    play_octets(play, SIDE_CLIENT, "\0\0\0\x08\x04\xd2\x16\x2f", 8);
    play_text(play, SIDE_SERVER, "N");
    play_fin(play, SIDE_CLIENT);
}

static void garbage_after_hello(struct play *play)
{
    play_client_hello(play, false);
    play_server_hello(play, false);
    play_text(play, SIDE_SERVER, "this is not a record at all");
    play_alert(play, SIDE_CLIENT, 2, TLS_ALERT_DECODE_ERROR);
    play_fin(play, SIDE_CLIENT);
}

static void oversized_record(struct play *play)
{
    play_client_hello(play, false);
    play_octets(play, SIDE_SERVER,
                "\x16\x03\x03\xff\xff"
                "abcdefgh",
                13);
    play_fin(play, SIDE_CLIENT);
}

static void hole_in_certificate(struct play *play)
{
    play_client_hello(play, false);
    play_server_hello(play, false);
    play_octets(play, SIDE_SERVER, "\x16\x03\x03\x01\x00\x0b\x00\x00\xfc", 9);
    play_missing(play, SIDE_SERVER, 252);
    play_message(play, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
    play_fin(play, SIDE_CLIENT);
}

static void hole_and_alert(struct play *play)
{
    play_client_hello(play, false);
    play_server_hello(play, false);
    play_missing(play, SIDE_SERVER, 252);
    play_alert(play, SIDE_CLIENT, 2, TLS_ALERT_UNKNOWN_CA);
    play_fin(play, SIDE_CLIENT);
}

static void hole_and_data(struct play *play)
{
    play_client_hello(play, false);
    play_server_hello(play, false);
    play_missing(play, SIDE_SERVER, 2000);
    play_missing(play, SIDE_CLIENT, 300);
    play_protected(play, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 100);
    play_protected(play, SIDE_SERVER, TLS_CONTENT_APPLICATION_DATA, 100);
}

static void ssl_2(struct play *play)
{
    static const char hello[] = "\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80"
                                "0123456789abcdef";

    play_octets(play, SIDE_CLIENT, hello, sizeof(hello) - 1);
    play_fin(play, SIDE_SERVER);
}

static const struct scenario {
    const char *name;
    void (*act)(struct play *play);
    enum outcome outcome;
    enum stage stage;
    enum refusal_kind refusal;
    enum side by;
    uint8_t alert;
} scenarios[] = {
    {"full handshake, TLS 1.2", play_handshake, OUTCOME_ESTABLISHED, STAGE_FINISHED, REFUSAL_NONE,
     SIDE_CLIENT, 0},
    {"TLS 1.2 with data", full_1_2_with_data, OUTCOME_ESTABLISHED, STAGE_FINISHED, REFUSAL_NONE, 0,
     0},
    {"abbreviated handshake, TLS 1.2", resumed_1_2, OUTCOME_ESTABLISHED, STAGE_FINISHED,
     REFUSAL_NONE, SIDE_CLIENT, 0},
    {"RST after the handshake", reset_after_finish, OUTCOME_ESTABLISHED, STAGE_FINISHED,
     REFUSAL_RST, SIDE_CLIENT, 0},
    {"false start, server closes", false_start_without_answer, OUTCOME_FAILED,
     STAGE_CHANGE_CIPHER_SPEC, REFUSAL_FIN, SIDE_SERVER, 0},
    {"server finishes before the key exchange", server_finishes_first, OUTCOME_FAILED,
     STAGE_CHANGE_CIPHER_SPEC, REFUSAL_FIN, SIDE_SERVER, 0},
    {"client's Finished refused", finished_refused_1_2, OUTCOME_FAILED, STAGE_CHANGE_CIPHER_SPEC,
     REFUSAL_ALERT, SIDE_SERVER, TLS_ALERT_DECRYPT_ERROR},
    {"encrypted alert in place of Finished", encrypted_alert_instead_of_finished, OUTCOME_FAILED,
     STAGE_CHANGE_CIPHER_SPEC, REFUSAL_ENCRYPTED_ALERT, SIDE_CLIENT, 0},
    {"full handshake, TLS 1.3", full_1_3, OUTCOME_ESTABLISHED, STAGE_FINISHED, REFUSAL_NONE,
     SIDE_CLIENT, 0},
    {"HelloRetryRequest", retried_1_3, OUTCOME_ESTABLISHED, STAGE_FINISHED, REFUSAL_NONE,
     SIDE_CLIENT, 0},
    {"client closes after its Finished, TLS 1.3", closed_after_finished_1_3, OUTCOME_ESTABLISHED,
     STAGE_FINISHED, REFUSAL_FIN, SIDE_CLIENT, 0},
    {"encrypted alert, TLS 1.3", encrypted_alert_1_3, OUTCOME_FAILED, STAGE_ENCRYPTED_SERVER_FLIGHT,
     REFUSAL_ENCRYPTED_ALERT, SIDE_CLIENT, 0},
    {"padded alert, TLS 1.3", padded_alert_1_3, OUTCOME_FAILED, STAGE_ENCRYPTED_SERVER_FLIGHT,
     REFUSAL_ENCRYPTED_ALERT, SIDE_CLIENT, 0},
    {"server that pads, TLS 1.3", padding_server_1_3, OUTCOME_INCOMPLETE,
     STAGE_ENCRYPTED_CLIENT_FLIGHT, REFUSAL_FIN, SIDE_SERVER, 0},
    {"plain alert in TLS 1.3, answered by an encrypted one", plain_alert_1_3, OUTCOME_FAILED,
     STAGE_ENCRYPTED_SERVER_FLIGHT, REFUSAL_ALERT, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED},
    {"no client certificate, TLS 1.3", client_without_certificate_1_3, OUTCOME_FAILED,
     STAGE_ENCRYPTED_CLIENT_FLIGHT, REFUSAL_ENCRYPTED_ALERT, SIDE_SERVER, 0},
    {"client certificate refused after a retry, TLS 1.3", early_data_retried_1_3, OUTCOME_FAILED,
     STAGE_ENCRYPTED_CLIENT_FLIGHT, REFUSAL_ENCRYPTED_ALERT, SIDE_SERVER, 0},
    {"client certificate accepted, TLS 1.3", client_with_certificate_1_3, OUTCOME_ESTABLISHED,
     STAGE_FINISHED, REFUSAL_NONE, SIDE_CLIENT, 0},
    {"encrypted alert of the server, TLS 1.3", server_alert_in_1_3_flight, OUTCOME_FAILED,
     STAGE_ENCRYPTED_SERVER_FLIGHT, REFUSAL_ENCRYPTED_ALERT, SIDE_SERVER, 0},
    {"server closes an idle connection, TLS 1.3", idle_server_closes_1_3, OUTCOME_ESTABLISHED,
     STAGE_FINISHED, REFUSAL_FIN, SIDE_SERVER, 0},
    {"hello refused", refused_hello, OUTCOME_FAILED, STAGE_CLIENT_HELLO, REFUSAL_ALERT, SIDE_SERVER,
     TLS_ALERT_HANDSHAKE_FAILURE},
    {"warning and close", warned_and_closed, OUTCOME_FAILED, STAGE_SERVER_CERTIFICATE,
     REFUSAL_ALERT, SIDE_CLIENT, TLS_ALERT_BAD_CERTIFICATE},
    {"warning about the name", name_warning_then_fine, OUTCOME_ESTABLISHED, STAGE_FINISHED,
     REFUSAL_NONE, SIDE_CLIENT, 0},
    {"alert after the peer's FIN", late_alert_after_fin, OUTCOME_FAILED, STAGE_CLIENT_HELLO,
     REFUSAL_FIN, SIDE_SERVER, 0},
    {"server speaks SSH", server_speaks_ssh, OUTCOME_FAILED, STAGE_CLIENT_HELLO, REFUSAL_FIN,
     SIDE_SERVER, 0},
    {"client speaks HTTP, alert", client_speaks_http, OUTCOME_FAILED, STAGE_TCP_ESTABLISHED,
     REFUSAL_PLAINTEXT, SIDE_CLIENT, 0},
    {"plain HTTP", plain_http, OUTCOME_NOT_TLS, STAGE_TCP_ESTABLISHED, REFUSAL_NONE, SIDE_CLIENT,
     0},
    {"client speaks HTTP, page", bad_request_page, OUTCOME_FAILED, STAGE_TCP_ESTABLISHED,
     REFUSAL_PLAINTEXT, SIDE_SERVER, 0},
    {"a page behind a long head", bad_request_page_behind_a_long_head, OUTCOME_FAILED,
     STAGE_TCP_ESTABLISHED, REFUSAL_PLAINTEXT, SIDE_SERVER, 0},
    {"SMTP with STARTTLS", smtp_starttls, OUTCOME_ESTABLISHED, STAGE_FINISHED, REFUSAL_NONE,
     SIDE_CLIENT, 0},
    {"SMTP, hello refused", smtp_starttls_fails, OUTCOME_FAILED, STAGE_CLIENT_HELLO, REFUSAL_ALERT,
     SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE},
    {"SMTP, STARTTLS refused", smtp_starttls_refused, OUTCOME_FAILED, STAGE_TCP_ESTABLISHED,
     REFUSAL_FIN, SIDE_CLIENT, 0},
    {"PostgreSQL", postgresql_accepts, OUTCOME_ESTABLISHED, STAGE_FINISHED, REFUSAL_NONE,
     SIDE_CLIENT, 0},
    {"PostgreSQL refuses", postgresql_refuses, OUTCOME_FAILED, STAGE_TCP_ESTABLISHED, REFUSAL_FIN,
     SIDE_CLIENT, 0},
    {"not a record", garbage_after_hello, OUTCOME_FAILED, STAGE_SERVER_HELLO, REFUSAL_ALERT,
     SIDE_CLIENT, TLS_ALERT_DECODE_ERROR},
    {"record too long", oversized_record, OUTCOME_FAILED, STAGE_CLIENT_HELLO, REFUSAL_FIN,
     SIDE_CLIENT, 0},
    {"hole in the certificate", hole_in_certificate, OUTCOME_INCOMPLETE, STAGE_SERVER_CERTIFICATE,
     REFUSAL_FIN, SIDE_CLIENT, 0},
    {"hole, but an alert that decides", hole_and_alert, OUTCOME_FAILED, STAGE_SERVER_HELLO,
     REFUSAL_ALERT, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA},
    {"hole, then data both ways", hole_and_data, OUTCOME_ESTABLISHED, STAGE_FINISHED, REFUSAL_NONE,
     SIDE_CLIENT, 0},
    {"SSL 2.0 hello", ssl_2, OUTCOME_FAILED, STAGE_CLIENT_HELLO, REFUSAL_FIN, SIDE_SERVER, 0},
};

static void check_scenario(const struct scenario *scenario, size_t piece)
{
    struct play play;

    play_begin(&play, 443, piece);
    scenario->act(&play);
    play_end(&play);
    if (play.verdicts != 1 || play.outcome != scenario->outcome || play.stage != scenario->stage
        || play.refusal != scenario->refusal || play.alert != scenario->alert)
        fprintf(stderr, "%s, pieces of %zu: %u verdicts, %s at %s, refusal %d alert %d\n",
                scenario->name, piece, play.verdicts, outcome_name(play.outcome),
                stage_name(play.stage), play.refusal, play.alert);
    CU_ASSERT_EQUAL(play.verdicts, 1);
    CU_ASSERT_EQUAL(play.outcome, scenario->outcome);
    CU_ASSERT_EQUAL(play.stage, scenario->stage);
    CU_ASSERT_EQUAL(play.refusal, scenario->refusal);
    CU_ASSERT_EQUAL(play.alert, scenario->alert);
    CU_ASSERT(play.refusal == REFUSAL_NONE || play.refused == scenario->by);
    CU_ASSERT_EQUAL(play.cause[0] != '\0', scenario->outcome == OUTCOME_FAILED);
    CU_ASSERT_EQUAL(play.incomplete[0] != '\0', scenario->outcome == OUTCOME_INCOMPLETE);
}

static void every_scenario_has_its_outcome_in_any_pieces(void)
{
    static const size_t pieces[] = {0, 1, 2, 7, 100};

    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
        for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++)
            check_scenario(&scenarios[i], pieces[p]);
}

/* Whatever it is that finds no memory. */
static void no_handshake_fails_for_want_of_memory(void)
{
    static const size_t pieces[] = {0, 1, 7, 100};
    struct play play;

    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        if (scenarios[i].outcome == OUTCOME_FAILED)
            continue;
        for (size_t octets = 0; octets < 8192; octets += 64) {
            play_begin_within(&play, 443, pieces[octets / 64 % 4], octets);
            scenarios[i].act(&play);
            play_end(&play);
            CU_ASSERT(play.verdicts <= 1);
            CU_ASSERT(play.verdicts == 0 || play.outcome != OUTCOME_FAILED);
            if (play.verdicts != 0 && play.outcome == OUTCOME_FAILED)
                fprintf(stderr, "%s, %zu octets: %s\n", scenarios[i].name, octets, play.cause);
        }
    }
}

static void memory_is_bounded_and_the_limit_is_counted(void)
{
    struct play play;

    play_begin(&play, 443, 0);
    CU_ASSERT_EQUAL(tracker_counters(play.tracker)->handshakes, 1);
    CU_ASSERT(tracker_counters(play.tracker)->memory > 0);
    full_1_2_with_data(&play);
    CU_ASSERT_EQUAL(tracker_counters(play.tracker)->handshakes, 0);
    CU_ASSERT_EQUAL(tracker_counters(play.tracker)->memory, 0);
    play_end(&play);

    play_begin(&play, 443, 0);
    play_client_hello(&play, false);
    play_server_hello(&play, false);
    for (size_t i = 0; i < 100; i++)
        play_protected(&play, SIDE_SERVER, TLS_CONTENT_HANDSHAKE, 16384);
    CU_ASSERT(tracker_counters(play.tracker)->memory <= 1 << 20);
    play_end(&play);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"every scenario has its outcome, in any pieces",
         every_scenario_has_its_outcome_in_any_pieces},
        {"no handshake fails for want of memory", no_handshake_fails_for_want_of_memory},
        {"memory is bounded and the limit is counted", memory_is_bounded_and_the_limit_is_counted},
        CU_TEST_INFO_NULL,
    };

    return suite_run("tracker", tests);
}
