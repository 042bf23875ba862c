/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analyze/layout.h"
#include "tests/support/report_text.h"
#include "tests/support/wire.h"

static void add_failed(struct report_text *written)
{
    sample_failed(&written->sample);
    report_add(written->report, &written->sample.verdict);
}

static void one_failure_is_told_in_full(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){0});
    add_failed(&written);
    text = report_text_finish(&written);
    CU_ASSERT_PTR_EQUAL(strstr(text, "1 of 1 TLS handshake failed.\n\n"
                                     "sample_cause  192.0.2.10:50000 -> 198.51.100.7:443 "
                                     "(www.example.org)\n"
                                     "  The sample was refused.\n"
                                     "  When        2024-05-01 10:00:00.123 UTC\n"
                                     "  Why         The server found nothing in the offer that it "
                                     "could accept.\n"),
                        text);
    text_check_has(text, "  Evidence    packet 4  +0.004000 s  the client offers two suites\n"
                         "              packet 6  +0.012000 s  the server sent an alert\n"
                         "              nothing followed\n");
    text_check_has(text, "  Ended by    the server, with the alert handshake_failure(40)\n");
    text_check_has(text, "  How sure    likely: ");
    text_check_has(text, "  Remedy      Offer more.\n");
    CU_ASSERT_PTR_NULL(strstr(text, "Failures by")); /* one failure needs no table */
    report_text_end(&written);
}

static void who_ended_it_is_said_without_contradiction(void)
{
    static const struct {
        enum refusal_kind kind;
        enum side by;
        enum party party;
        const char *expected;
    } cases[] = {
        {REFUSAL_NONE, SIDE_CLIENT, PARTY_SERVER, "Ended by    silence of the server\n"},
        {REFUSAL_NONE, SIDE_CLIENT, PARTY_NONE, "Ended by    silence\n"},
        {REFUSAL_FIN, SIDE_CLIENT, PARTY_CLIENT,
         "Ended by    the client, by closing the connection\n"},
        {REFUSAL_FIN, SIDE_CLIENT, PARTY_SERVER, "Ended by    the server\n"},
        {REFUSAL_FIN, SIDE_CLIENT, PARTY_NETWORK, "Ended by    the network\n"},
        {REFUSAL_RST, SIDE_SERVER, PARTY_NETWORK,
         "Ended by    the network, by resetting the connection\n"},
        {REFUSAL_ENCRYPTED_ALERT, SIDE_SERVER, PARTY_SERVER,
         "Ended by    the server, with an encrypted alert\n"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct report_text written;

        report_text_begin(&written, (struct report_options){0});
        sample_failed(&written.sample);
        written.sample.facts.refusal.kind = cases[i].kind;
        written.sample.facts.refusal.by = cases[i].by;
        written.sample.verdict.refused_by = cases[i].party;
        report_add(written.report, &written.sample.verdict);
        text_check_has(report_text_finish(&written), cases[i].expected);
        report_text_end(&written);
    }
}

static void equal_failures_are_folded(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){0});
    for (int i = 0; i < 12; i++) {
        sample_failed(&written.sample);
        written.sample.connection.endpoint[SIDE_CLIENT].address.octets[15] = (uint8_t)(i % 3);
        written.sample.connection.endpoint[SIDE_CLIENT].port = (uint16_t)(1000 + i);
        written.sample.connection.first.time_ns += i * INT64_C(60000000000);
        report_add(written.report, &written.sample.verdict);
    }
    text = report_text_finish(&written);
    text_check_has(text, "12 of 12 TLS handshakes failed.");
    text_check_has(text,
                   "Seen        12 times from 3 clients, 2024-05-01 10:00:00.123 to 2024-05-01 "
                   "10:11:00.123 UTC");
    CU_ASSERT_EQUAL(text_count_of(text, "sample_cause  "), 1);
    report_text_end(&written);
}

/* What makes a failure another one. */
static void change_name(struct sample *sample)
{
    sample->facts.client_extensions.server_name.host_name.len--;
}

static void change_server(struct sample *sample)
{
    sample->connection.endpoint[SIDE_SERVER].address.octets[15]++;
}

static void change_port(struct sample *sample)
{
    sample->connection.endpoint[SIDE_SERVER].port++;
}

static void change_alert(struct sample *sample)
{
    sample->facts.refusal.alert++;
}

static void change_refusal(struct sample *sample)
{
    sample->facts.refusal.kind = REFUSAL_RST;
}

static void change_party(struct sample *sample)
{
    sample->verdict.refused_by = PARTY_NETWORK;
}

static void different_failures_are_not_folded(void)
{
    static void (*const changes[])(struct sample *) = {
        change_name, change_server, change_port, change_alert, change_refusal, change_party,
    };
    enum { COUNT = sizeof(changes) / sizeof(changes[0]) };
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){0});
    add_failed(&written);
    for (size_t i = 0; i < COUNT; i++) {
        sample_failed(&written.sample);
        changes[i](&written.sample);
        report_add(written.report, &written.sample.verdict);
    }
    text = report_text_finish(&written);
    CU_ASSERT_EQUAL(text_count_of(text, "\nsample_cause  192.0.2.10"), COUNT + 1);
    /* The cause is explained with the first of them. */
    CU_ASSERT_EQUAL(text_count_of(text, "  Why  "), 1);
    CU_ASSERT_EQUAL(text_count_of(text, "  Remedy      as above\n"), COUNT);
    report_text_end(&written);
}

/* Twice within POP3, then from the first octet. */
static void a_remedy_is_told_anew_where_its_commands_need_something_else(void)
{
    static const struct remedy_way pop3 = {"POP3", "STLS", " -starttls pop3", NULL};
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){0});
    for (uint8_t i = 0; i < 3; i++) {
        sample_failed(&written.sample);
        written.sample.verdict.cause = cause_find("certificate_expired");
        written.sample.verdict.way = i < 2 ? &pop3 : NULL;
        written.sample.connection.endpoint[SIDE_SERVER].address.octets[15] = i;
        report_add(written.report, &written.sample.verdict);
    }
    text = report_text_finish(&written);
    CU_ASSERT_EQUAL(text_count_of(text, "  Why  "), 1);
    CU_ASSERT_EQUAL(text_count_of(text, "  Remedy      as above\n"), 1);
    CU_ASSERT_EQUAL(text_count_of(text, "-starttls pop3"), 1);
    CU_ASSERT_EQUAL(text_count_of(text, "  Remedy      Run `openssl"), 2);
    report_text_end(&written);
}

static void the_most_frequent_failure_comes_first(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){0});
    add_failed(&written);
    for (int i = 0; i < 2; i++) {
        sample_failed(&written.sample);
        change_server(&written.sample);
        report_add(written.report, &written.sample.verdict);
    }
    text = report_text_finish(&written);
    CU_ASSERT_TRUE(strstr(text, "-> 198.51.100.8:443") < strstr(text, "-> 198.51.100.7:443"));
    text_check_has(text, "\nFailures by cause\n        3  sample_cause  The sample was refused\n");
    text_check_has(text,
                   "\nFailures by server\n        2 of 2  198.51.100.8:443 (www.example.org)\n"
                   "        1 of 1  198.51.100.7:443 (www.example.org)\n");
    report_text_end(&written);
}

static void a_server_counts_what_it_established_too(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){0});
    add_failed(&written);
    sample_failed(&written.sample);
    change_name(&written.sample);
    report_add(written.report, &written.sample.verdict);
    for (int i = 0; i < 1000; i++) {
        sample_established(&written.sample);
        report_add(written.report, &written.sample.verdict);
    }
    text = report_text_finish(&written);
    text_check_has(text, "2 of 1,002 TLS handshakes failed.");
    text_check_has(text, "2 of 1,002  198.51.100.7:443 (www.example.org and others)\n");
    report_text_end(&written);
}

static void without_failures_it_says_so(void)
{
    struct report_text written;

    report_text_begin(&written, (struct report_options){0});
    sample_established(&written.sample);
    report_add(written.report, &written.sample.verdict);
    sample_incomplete(&written.sample);
    report_add(written.report, &written.sample.verdict);
    text_check_has(report_text_finish(&written),
                   "No TLS handshake failed: 1 was established, 1 is incomplete in "
                   "the capture.\n");
    text_check_has(written.text, "Why a handshake is incomplete: tlswhy --all\n");
    CU_ASSERT_PTR_NULL(strstr(written.text, "--explain"));
    report_text_end(&written);
}

static void without_tls_or_packets_it_says_so(void)
{
    struct report_text written;

    report_text_begin(&written, (struct report_options){0});
    text_check_has(report_text_finish(&written),
                   "No TLS handshake was seen in 1,234 packets and 5 TCP connections.\n");
    report_text_end(&written);

    report_text_begin(&written, (struct report_options){0});
    written.packets.packets = 0;
    text_check_has(report_text_finish(&written), "The input holds no packets.\n");
    report_text_end(&written);
}

static void with_all_each_connection_has_a_line(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){.all = true});
    sample_established(&written.sample);
    report_add(written.report, &written.sample.verdict);
    sample_incomplete(&written.sample);
    report_add(written.report, &written.sample.verdict);
    add_failed(&written);
    text = report_text_finish(&written);
    text_check_has(text, "2024-05-01 10:00:00.123  192.0.2.10:50000 -> 198.51.100.7:443 "
                         "(www.example.org)  established: TLS 1.3, TLS_AES_128_GCM_SHA256\n");
    text_check_has(text, "  incomplete: the capture ended before the handshake did\n");
    text_check_has(text, "  failed: The sample was refused\n");
    report_text_end(&written);
}

static void with_all_another_protocol_is_named(void)
{
    struct report_text written;

    report_text_begin(&written, (struct report_options){.all = true});
    sample_incomplete(&written.sample);
    written.sample.verdict.outcome = OUTCOME_NOT_TLS;
    report_add(written.report, &written.sample.verdict);
    written.sample.facts.prelude[SIDE_SERVER] = PRELUDE_SMTP;
    report_add(written.report, &written.sample.verdict);
    written.sample.facts.prelude[SIDE_CLIENT] = PRELUDE_TLCP;
    report_add(written.report, &written.sample.verdict);
    text_check_has(report_text_finish(&written), "  not TLS\n");
    text_check_has(written.text, "  not TLS: SMTP\n");
    text_check_has(written.text, "  not TLS: TLCP\n");
    report_text_end(&written);
}

static void with_all_a_client_that_left_at_once_is_told(void)
{
    struct report_text written;
    struct verdict *verdict = &written.sample.verdict;

    report_text_begin(&written, (struct report_options){.all = true});
    sample_established(&written.sample);
    verdict->findings[0].id = "closed_right_after_handshake";
    verdict->finding_count = 1;
    report_add(written.report, verdict);
    text_check_has(report_text_finish(&written),
                   "TLS_AES_128_GCM_SHA256; the client left at once, without sending data\n");
    text_check_has(written.text, "      1 of 1      closed_right_after_handshake:");
    report_text_end(&written);
}

static void what_could_hide_something_is_said(void)
{
    struct report_text written;

    report_text_begin(&written, (struct report_options){0});
    text_check_has(report_text_finish(&written),
                   "Not seen     nothing: no packet was missed, cut, or left unread");
    CU_ASSERT_PTR_NULL(strstr(written.text, "Numbered"));
    report_text_end(&written);

    report_text_begin(&written, (struct report_options){0});
    written.connections.missed_octets = 1460;
    written.packets.cut = 1;
    written.packets.cut_payloads = 2;
    written.packets.other = 34;
    written.connections.evicted = 7;
    written.connections.midway = 5;
    written.tracker.unreadable = 8;
    written.source.files = 3;
    written.totals.interrupted = true;
    report_text_finish(&written);
    text_check_has(written.text, "octets that passed by without being captured: 1,460\n");
    text_check_has(written.text, " 5 of them picked up midway: begun before the capture, or ");
    text_check_has(written.text, "Packets      1,234, 34 of them not TCP, ");
    text_check_has(written.text,
                   "Numbered     through all 3 files in the order of time, as in what "
                   "`mergecap` makes of them; in\n");
    text_check_has(written.text, "               brackets those of the files\n");
    text_check_has(written.text, "packets cut by the snap length of the capture: 3\n");
    text_check_has(written.text, "connections given up for want of memory (--max-memory): 7\n");
    text_check_has(written.text, "hello messages that could not be read: 8\n");
    text_check_has(written.text, "Stopped      before the end of the input\n");
    CU_ASSERT_PTR_NULL(strstr(written.text, "nothing: no packet"));
    report_text_end(&written);
}

static void what_a_peer_chose_cannot_reach_the_terminal(void)
{
    static const char hostile[] = "\x1b]0;owned\x07\n\xe2\x80\xae.example";
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){.all = true});
    sample_failed(&written.sample);
    written.sample.facts.client_extensions.server_name.host_name =
        bytes_of(hostile, sizeof(hostile) - 1);
    report_add(written.report, &written.sample.verdict);
    text = report_text_finish(&written);
    CU_ASSERT_EQUAL(text_count_of(text, "(\\x1b]0;owned\\x07\\x0a\\xe2\\x80\\xae.example)"), 2);
    CU_ASSERT_PTR_NULL(strpbrk(text, "\x1b\x07"));
    report_text_end(&written);
}

/* Of several files that are read as one. */
static void the_file_of_a_packet_is_told(void)
{
    struct origins *origins = origins_new();
    struct report_text written;
    struct moment at = {SAMPLE_START_NS, 7};

    CU_ASSERT_PTR_NOT_NULL_FATAL(origins);
    origins_note(origins, 1, "a.pcap", 1);
    origins_note(origins, 6, "b.pcap", 1);
    report_text_begin(&written, (struct report_options){.origins = origins});
    sample_failed(&written.sample);
    written.sample.verdict.evidence.count = 0;
    evidence_add(&written.sample.verdict.evidence, "one", (struct moment){SAMPLE_START_NS, 5},
                 "one");
    evidence_add(&written.sample.verdict.evidence, "two", at, "two");
    at.packet++;
    evidence_add(&written.sample.verdict.evidence, "three", at, "three");
    evidence_add(&written.sample.verdict.evidence, "none", (struct moment){0}, "none");
    report_add(written.report, &written.sample.verdict);
    report_text_finish(&written);
    text_check_has(written.text, "one (packet 5 of a.pcap)\n");
    text_check_has(written.text, "two (packet 2 of b.pcap)\n");
    text_check_has(written.text, "three (packet 3 of that file)\n");
    text_check_has(written.text, "none\n");
    report_text_end(&written);
    origins_free(origins);
}

static void lines_are_no_wider_than_the_terminal(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){.width = 60});
    sample_failed(&written.sample);
    written.sample.verdict.evidence.count = 0;
    evidence_add(&written.sample.verdict.evidence, "long", (struct moment){SAMPLE_START_NS, 123456},
                 "%s", "some words that go on and on, beyond what any narrow terminal can show");
    report_add(written.report, &written.sample.verdict);
    text = strstr(report_text_finish(&written), "Why");
    CU_ASSERT_PTR_NOT_NULL(text);
    for (size_t length; text != NULL && *text != '\0'; text += length + 1) {
        length = strcspn(text, "\n");
        CU_ASSERT_TRUE(length <= 60);
    }
    text_check_has(written.text, "packet 123,456  +0.000000 s  some words that\n"
                                 "                                           go on and on,\n");
    report_text_end(&written);
}

static void colours_come_only_when_asked_for(void)
{
    struct report_text written;

    report_text_begin(&written, (struct report_options){.has_color = true});
    add_failed(&written);
    text_check_has(report_text_finish(&written), "\033[1;31msample_cause\033[0m");
    report_text_end(&written);

    report_text_begin(&written, (struct report_options){0});
    add_failed(&written);
    CU_ASSERT_PTR_NULL(strchr(report_text_finish(&written), '\033'));
    report_text_end(&written);
}

static void clients_are_told_apart_up_to_a_limit(void)
{
    struct report_text written;

    report_text_begin(&written, (struct report_options){0});
    for (int i = 0; i <= REPORT_CLIENTS_MAX; i++) {
        sample_failed(&written.sample);
        written.sample.connection.endpoint[SIDE_CLIENT].address.octets[15] = (uint8_t)i;
        report_add(written.report, &written.sample.verdict);
    }
    text_check_has(report_text_finish(&written), "65 times from more than 64 clients, ");
    report_text_end(&written);
}

static void what_is_beyond_the_limits_is_counted(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){0});
    for (int i = 0; i < REPORT_SERVERS_MAX + 10; i++) {
        sample_failed(&written.sample);
        written.sample.connection.endpoint[SIDE_SERVER].address.octets[14] = (uint8_t)(i >> 8);
        written.sample.connection.endpoint[SIDE_SERVER].address.octets[15] = (uint8_t)i;
        report_add(written.report, &written.sample.verdict);
    }
    text = report_text_finish(&written);
    text_check_has(text, "4,106 of 4,106 TLS handshakes failed.");
    CU_ASSERT_EQUAL(text_count_of(text, "\nsample_cause  192.0.2.10"), REPORT_ENTRIES_MAX);
    text_check_has(text, "\n3,082 more failures, of other kinds, are only counted below.\n");
    text_check_has(text, "    4,106  sample_cause  ");
    text_check_has(text, "and 4,076 more servers with failures\n");
    text_check_has(text, "10 connections to yet other servers are not counted here\n");
    report_text_end(&written);
}

static void numbers_are_grouped_by_three(void)
{
    char text[LAYOUT_NUMBER_SIZE];

    CU_ASSERT_STRING_EQUAL(layout_number(0, text), "0");
    CU_ASSERT_STRING_EQUAL(layout_number(999, text), "999");
    CU_ASSERT_STRING_EQUAL(layout_number(1000, text), "1,000");
    CU_ASSERT_STRING_EQUAL(layout_number(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void notice(struct sample *sample, const char *id, const char *text)
{
    struct finding *finding = &sample->verdict.findings[sample->verdict.finding_count++];

    finding->id = id;
    snprintf(finding->text, sizeof(finding->text), "%s", text);
}

static void what_was_noticed_is_summed_up_for_each_server(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){.all = true});
    sample_established(&written.sample);
    notice(&written.sample, "weak_suite", "the weak cipher suite X was chosen");
    report_add(written.report, &written.sample.verdict);
    notice(&written.sample, "short_key", "RSA of 1024 bits");
    notice(&written.sample, "client_short_key", "not the server's");
    notice(&written.sample, "octets_missed", "not the server's either");
    report_add(written.report, &written.sample.verdict);
    text = report_text_finish(&written);
    text_check_has(text, "Noticed at servers, whether handshakes failed or not\n"
                         "  198.51.100.7:443 (www.example.org)\n"
                         "      2 of 2      weak_suite: the weak cipher suite X was chosen\n"
                         "      1 of 2      short_key: RSA of 1024 bits\n\n");
    report_text_end(&written);
}

static void nothing_noticed_has_no_title(void)
{
    struct report_text written;

    report_text_begin(&written, (struct report_options){.all = true});
    sample_established(&written.sample);
    report_add(written.report, &written.sample.verdict);
    CU_ASSERT_PTR_NULL(strstr(report_text_finish(&written), "Noticed at"));
    report_text_end(&written);
    report_text_begin(&written, (struct report_options){0}); /* without --all */
    sample_established(&written.sample);
    notice(&written.sample, "weak_suite", "the weak cipher suite X was chosen");
    report_add(written.report, &written.sample.verdict);
    CU_ASSERT_PTR_NULL(strstr(report_text_finish(&written), "Noticed at"));
    report_text_end(&written);
}

static void who_leaves_at_once_is_told_without_being_asked(void)
{
    struct report_text written;

    report_text_begin(&written, (struct report_options){0});
    sample_established(&written.sample);
    notice(&written.sample, "certificate_expired", "the certificate expired");
    notice(&written.sample, "closed_right_after_handshake", "the client left");
    report_add(written.report, &written.sample.verdict);
    text_check_has(report_text_finish(&written),
                   "Established, but of no use\n"
                   "  198.51.100.7:443 (www.example.org)\n"
                   "      1 of 1      closed_right_after_handshake: the client left\n"
                   "      1 of 1      certificate_expired: the certificate expired\n\n");
    report_text_end(&written);
}

static void servers_with_most_trouble_come_first_and_the_rest_is_counted(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){.all = true});
    for (unsigned i = 0; i < REPORT_SERVERS_SHOWN + 3; i++) {
        sample_established(&written.sample);
        written.sample.connection.endpoint[SIDE_SERVER].port = (uint16_t)(1000 + i);
        notice(&written.sample, "weak_suite", "X");
        if (i == REPORT_SERVERS_SHOWN + 1)
            notice(&written.sample, "short_key", "Y");
        report_add(written.report, &written.sample.verdict);
    }
    text = report_text_finish(&written);
    text_check_has(text, "failed or not\n  198.51.100.7:1021 (www.example.org)\n");
    text_check_has(text, "  and 3 more servers\n");
    CU_ASSERT_EQUAL(text_count_of(text, "weak_suite: X"), REPORT_SERVERS_SHOWN);
    report_text_end(&written);
}

static void a_clock_that_must_be_wrong_is_told(void)
{
    struct report_text written;

    report_text_begin(&written, (struct report_options){0});
    written.tracker.insight.capture_clock =
        (struct capture_clock){.implausible = true, .leafs = 3, .behind_by = INT64_C(86400) * 400};
    add_failed(&written);
    text_check_has(report_text_finish(&written),
                   "  Clock        wrong, it seems: the certificates of all servers");
    report_text_end(&written);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"one failure is told in full", one_failure_is_told_in_full},
        {"who ended it is said without contradiction", who_ended_it_is_said_without_contradiction},
        {"equal failures are folded", equal_failures_are_folded},
        {"different failures are not folded", different_failures_are_not_folded},
        {"a remedy is told anew where its commands need something else",
         a_remedy_is_told_anew_where_its_commands_need_something_else},
        {"the most frequent failure comes first", the_most_frequent_failure_comes_first},
        {"a server counts what it established too", a_server_counts_what_it_established_too},
        {"without failures it says so", without_failures_it_says_so},
        {"without TLS or packets it says so", without_tls_or_packets_it_says_so},
        {"with --all each connection has a line", with_all_each_connection_has_a_line},
        {"with --all another protocol is named", with_all_another_protocol_is_named},
        {"with --all a client that left at once is told",
         with_all_a_client_that_left_at_once_is_told},
        {"what could hide something is said", what_could_hide_something_is_said},
        {"what a peer chose cannot reach the terminal",
         what_a_peer_chose_cannot_reach_the_terminal},
        {"lines are no wider than the terminal", lines_are_no_wider_than_the_terminal},
        {"colours come only when asked for", colours_come_only_when_asked_for},
        {"clients are told apart up to a limit", clients_are_told_apart_up_to_a_limit},
        {"what is beyond the limits is counted", what_is_beyond_the_limits_is_counted},
        {"numbers are grouped by three", numbers_are_grouped_by_three},
        {"what was noticed is summed up for each server",
         what_was_noticed_is_summed_up_for_each_server},
        {"nothing noticed has no title", nothing_noticed_has_no_title},
        {"who leaves at once is told without being asked",
         who_leaves_at_once_is_told_without_being_asked},
        {"servers with most trouble come first and the rest is counted",
         servers_with_most_trouble_come_first_and_the_rest_is_counted},
        {"a clock that must be wrong is told", a_clock_that_must_be_wrong_is_told},
        {"the file of a packet is told", the_file_of_a_packet_is_told},
        CU_TEST_INFO_NULL,
    };

    return suite_run("report", tests);
}
