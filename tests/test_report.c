/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analyze/layout.h"
#include "analyze/report.h"
#include "tests/support/sample.h"
#include "tests/support/wire.h"

/* A report in the making, and its text when it is finished. */
struct written {
    struct sample sample;
    struct report *report;
    FILE *out;
    char *text;
    size_t size;
    struct packet_counters packets;
    struct connections_counters connections;
    struct tracker_counters tracker;
    struct source_counters source;
    struct report_totals totals;
};

static void begin(struct written *written, struct report_options options)
{
    memset(written, 0, sizeof(*written));
    written->packets.packets = 1234;
    written->connections.opened = 5;
    written->totals = (struct report_totals){
        .packets = &written->packets,
        .connections = &written->connections,
        .tracker = &written->tracker,
        .source = &written->source,
        .first_ns = SAMPLE_START_NS,
        .last_ns = SAMPLE_START_NS,
    };
    written->out = open_memstream(&written->text, &written->size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(written->out);
    options.out = written->out;
    written->report = report_new(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(written->report);
}

static const char *finish(struct written *written)
{
    report_finish(written->report, &written->totals);
    CU_ASSERT_EQUAL(fflush(written->out), 0);
    return written->text;
}

static void end(struct written *written)
{
    report_free(written->report);
    fclose(written->out);
    free(written->text);
}

static void check_has(const char *text, const char *expected)
{
    if (strstr(text, expected) == NULL)
        printf("\n'%s' is not in:\n%s\n", expected, text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, expected));
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part))
        count++;
    return count;
}

static void add_failed(struct written *written)
{
    sample_failed(&written->sample);
    report_add(written->report, &written->sample.verdict);
}

static void one_failure_is_told_in_full(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){0});
    add_failed(&written);
    CU_ASSERT_EQUAL(report_failed(written.report), 1);
    text = finish(&written);
    CU_ASSERT_PTR_EQUAL(strstr(text, "1 of 1 TLS handshake failed.\n\n"
                                     "sample_cause  192.0.2.10:50000 -> 198.51.100.7:443 "
                                     "(www.example.org)\n"
                                     "  The sample was refused.\n"
                                     "  When        2024-05-01 10:00:00.135 UTC\n"
                                     "  Why         The server found nothing in the offer that it "
                                     "could accept.\n"),
                        text);
    check_has(text, "  Evidence    packet 4  +0.004000 s  the client offers two suites\n"
                    "              packet 6  +0.012000 s  the server sent an alert\n"
                    "              nothing followed\n");
    check_has(text, "  Ended by    the server, with the alert handshake_failure(40)\n");
    check_has(text, "  How sure    likely: ");
    check_has(text, "  Remedy      Offer more.\n");
    CU_ASSERT_PTR_NULL(strstr(text, "Failures by")); /* one failure needs no table */
    end(&written);
}

static void who_ended_it_is_said_without_contradiction(void)
{
    static const struct {
        enum refusal_kind kind;
        enum party party;
        const char *expected;
    } cases[] = {
        {REFUSAL_NONE, PARTY_SERVER, "Ended by    silence of the server\n"},
        {REFUSAL_NONE, PARTY_NONE, "Ended by    silence\n"},
        {REFUSAL_FIN, PARTY_CLIENT, "Ended by    the client, by closing the connection\n"},
        {REFUSAL_FIN, PARTY_NETWORK, "Ended by    the network\n"},
        {REFUSAL_RST, PARTY_NETWORK, "Ended by    the network, by resetting the connection\n"},
        {REFUSAL_ENCRYPTED_ALERT, PARTY_SERVER,
         "Ended by    the server, with an encrypted alert\n"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct written written;

        begin(&written, (struct report_options){0});
        sample_failed(&written.sample);
        written.sample.facts.refusal.kind = cases[i].kind;
        written.sample.verdict.refused_by = cases[i].party;
        report_add(written.report, &written.sample.verdict);
        check_has(finish(&written), cases[i].expected);
        end(&written);
    }
}

static void equal_failures_are_folded(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){0});
    for (int i = 0; i < 12; i++) {
        sample_failed(&written.sample);
        written.sample.connection.endpoint[SIDE_CLIENT].address.octets[15] = (uint8_t)(i % 3);
        written.sample.connection.endpoint[SIDE_CLIENT].port = (uint16_t)(1000 + i);
        written.sample.facts.refusal.at.time_ns += i * INT64_C(60000000000);
        report_add(written.report, &written.sample.verdict);
    }
    text = finish(&written);
    check_has(text, "12 of 12 TLS handshakes failed.");
    check_has(text, "Seen        12 times from 3 clients, 2024-05-01 10:00:00.135 to 2024-05-01 "
                    "10:11:00.135 UTC");
    CU_ASSERT_EQUAL(count_of(text, "sample_cause  "), 1);
    end(&written);
}

static const struct cause other_cause = {
    .id = "other_cause",
    .title = "It was something else",
    .explanation = "Later connections told.",
    .remedy = "Read it anew.",
    .reported_as = "",
    .alerts = "",
    .source = "",
};

/* A failure of the sample's kind, with this confidence. */
static void add_with(struct written *written, enum certainty confidence)
{
    sample_failed(&written->sample);
    written->sample.verdict.confidence = confidence;
    report_add(written->report, &written->sample.verdict);
}

/* One that was added with the sample's cause and this confidence has the other cause now. */
static void revise_from(struct written *written, enum certainty confidence)
{
    struct earlier_verdict earlier = {.cause = &sample_cause, .confidence = confidence};

    sample_failed(&written->sample);
    earlier.refused_by = written->sample.verdict.refused_by;
    written->sample.verdict.cause = &other_cause;
    written->sample.verdict.earlier = &earlier;
    report_revise(written->report, &written->sample.verdict);
}

static void a_failure_is_told_with_what_was_said_of_it_last(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){0});
    add_with(&written, CAUSE_LIKELY);
    add_with(&written, CAUSE_LIKELY);
    revise_from(&written, CAUSE_LIKELY);
    revise_from(&written, CAUSE_LIKELY);
    text = finish(&written);
    check_has(text, "2 of 2 TLS handshakes failed.");
    check_has(text, "Seen        2 times from 1 client");
    CU_ASSERT_EQUAL(count_of(text, "other_cause  "), 2); /* an entry, and among the causes */
    CU_ASSERT_EQUAL(count_of(text, "sample_cause"), 0);
    end(&written);
}

/* The surest ones went; how sure the rest is was not kept. */
static void what_is_left_of_an_entry_is_not_surer_than_it_is(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){0});
    add_with(&written, CAUSE_POSSIBLE);
    add_with(&written, CAUSE_LIKELY);
    add_with(&written, CAUSE_POSSIBLE);
    revise_from(&written, CAUSE_LIKELY);
    text = finish(&written);
    check_has(text, "Seen        2 times");
    check_has(text, "How sure    possible: the best of several explanations\n");
    CU_ASSERT_EQUAL(count_of(text, "sample_cause  "), 2);
    end(&written);
}

static void what_had_no_entry_is_still_counted_once(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){.memory_max = 1}); /* one entry */
    add_with(&written, CAUSE_LIKELY);
    written.sample.facts.refusal.alert++;
    report_add(written.report, &written.sample.verdict);
    revise_from(&written, CAUSE_LIKELY);
    text = finish(&written);
    check_has(text, "2 of 2 TLS handshakes failed.");
    check_has(text, "2 more failures, of other kinds, are only counted below.");
    end(&written);
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
    struct written written;
    const char *text;

    begin(&written, (struct report_options){0});
    add_failed(&written);
    for (size_t i = 0; i < COUNT; i++) {
        sample_failed(&written.sample);
        changes[i](&written.sample);
        report_add(written.report, &written.sample.verdict);
    }
    text = finish(&written);
    CU_ASSERT_EQUAL(count_of(text, "\nsample_cause  192.0.2.10"), COUNT + 1);
    /* The cause is explained with the first of them. */
    CU_ASSERT_EQUAL(count_of(text, "  Why  "), 1);
    CU_ASSERT_EQUAL(count_of(text, "  Remedy      as above\n"), COUNT);
    end(&written);
}

static void the_most_frequent_failure_comes_first(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){0});
    add_failed(&written);
    for (int i = 0; i < 2; i++) {
        sample_failed(&written.sample);
        change_server(&written.sample);
        report_add(written.report, &written.sample.verdict);
    }
    text = finish(&written);
    CU_ASSERT_TRUE(strstr(text, "-> 198.51.100.8:443") < strstr(text, "-> 198.51.100.7:443"));
    check_has(text, "\nFailures by cause\n        3  sample_cause  The sample was refused\n");
    check_has(text, "\nFailures by server\n        2 of 2  198.51.100.8:443 (www.example.org)\n"
                    "        1 of 1  198.51.100.7:443 (www.example.org)\n");
    end(&written);
}

static void a_server_counts_what_it_established_too(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){0});
    add_failed(&written);
    sample_failed(&written.sample);
    change_name(&written.sample);
    report_add(written.report, &written.sample.verdict);
    for (int i = 0; i < 1000; i++) {
        sample_established(&written.sample);
        report_add(written.report, &written.sample.verdict);
    }
    text = finish(&written);
    check_has(text, "2 of 1,002 TLS handshakes failed.");
    check_has(text, "2 of 1,002  198.51.100.7:443 (www.example.org and others)\n");
    end(&written);
}

static void without_failures_it_says_so(void)
{
    struct written written;

    begin(&written, (struct report_options){0});
    sample_established(&written.sample);
    report_add(written.report, &written.sample.verdict);
    sample_incomplete(&written.sample);
    report_add(written.report, &written.sample.verdict);
    check_has(finish(&written), "No TLS handshake failed: 1 was established, 1 is incomplete in "
                                "the capture.\n");
    check_has(written.text, "Why a handshake is incomplete: tlswhy --all\n");
    CU_ASSERT_PTR_NULL(strstr(written.text, "--explain"));
    end(&written);
}

static void without_tls_or_packets_it_says_so(void)
{
    struct written written;

    begin(&written, (struct report_options){0});
    check_has(finish(&written), "No TLS was seen in 1,234 packets and 5 TCP connections.\n");
    end(&written);

    begin(&written, (struct report_options){0});
    written.packets.packets = 0;
    check_has(finish(&written), "The input holds no packets.\n");
    end(&written);
}

static void with_all_each_connection_has_a_line(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){.all = true});
    sample_established(&written.sample);
    report_add(written.report, &written.sample.verdict);
    sample_incomplete(&written.sample);
    report_add(written.report, &written.sample.verdict);
    add_failed(&written);
    text = finish(&written);
    check_has(text, "2024-05-01 10:00:00.123  192.0.2.10:50000 -> 198.51.100.7:443 "
                    "(www.example.org)  established: TLS 1.3, TLS_AES_128_GCM_SHA256\n");
    check_has(text, "  incomplete: the capture ended before the handshake did\n");
    check_has(text, "  failed: The sample was refused\n");
    end(&written);
}

static void what_could_hide_something_is_said(void)
{
    struct written written;

    begin(&written, (struct report_options){0});
    check_has(finish(&written), "Not seen     nothing: no packet was missed, cut, or left unread");
    end(&written);

    begin(&written, (struct report_options){0});
    written.connections.missed_octets = 1460;
    written.packets.cut = 1;
    written.packets.cut_payloads = 2;
    written.connections.evicted = 7;
    written.tracker.unreadable = 8;
    written.totals.interrupted = true;
    finish(&written);
    check_has(written.text, "octets that passed by without being captured: 1,460\n");
    check_has(written.text, "packets cut by the snap length of the capture: 3\n");
    check_has(written.text, "connections given up for want of memory (--max-memory): 7\n");
    check_has(written.text, "hello messages that could not be read: 8\n");
    check_has(written.text, "Stopped      before the end of the input\n");
    CU_ASSERT_PTR_NULL(strstr(written.text, "nothing: no packet"));
    end(&written);
}

static void what_a_peer_chose_cannot_reach_the_terminal(void)
{
    static const char hostile[] = "\x1b]0;owned\x07\n\xe2\x80\xae.example";
    struct written written;
    const char *text;

    begin(&written, (struct report_options){.all = true});
    sample_failed(&written.sample);
    written.sample.facts.client_extensions.server_name.host_name =
        bytes_of(hostile, sizeof(hostile) - 1);
    report_add(written.report, &written.sample.verdict);
    text = finish(&written);
    CU_ASSERT_EQUAL(count_of(text, "(\\x1b]0;owned\\x07\\x0a\\xe2\\x80\\xae.example)"), 2);
    CU_ASSERT_PTR_NULL(strpbrk(text, "\x1b\x07"));
    end(&written);
}

static void lines_are_no_wider_than_the_terminal(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){.width = 60});
    sample_failed(&written.sample);
    written.sample.verdict.evidence.count = 0;
    evidence_add(&written.sample.verdict.evidence, "long", (struct moment){SAMPLE_START_NS, 123456},
                 "%s", "some words that go on and on, beyond what any narrow terminal can show");
    report_add(written.report, &written.sample.verdict);
    text = strstr(finish(&written), "Why");
    CU_ASSERT_PTR_NOT_NULL(text);
    for (size_t length; text != NULL && *text != '\0'; text += length + 1) {
        length = strcspn(text, "\n");
        CU_ASSERT_TRUE(length <= 60);
    }
    check_has(written.text, "packet 123,456  +0.000000 s  some words that\n"
                            "                                           go on and on,\n");
    end(&written);
}

static void colours_come_only_when_asked_for(void)
{
    struct written written;

    begin(&written, (struct report_options){.has_color = true});
    add_failed(&written);
    check_has(finish(&written), "\033[1;31msample_cause\033[0m");
    end(&written);

    begin(&written, (struct report_options){0});
    add_failed(&written);
    CU_ASSERT_PTR_NULL(strchr(finish(&written), '\033'));
    end(&written);
}

static void clients_are_told_apart_up_to_a_limit(void)
{
    struct written written;

    begin(&written, (struct report_options){0});
    for (int i = 0; i <= REPORT_CLIENTS_MAX; i++) {
        sample_failed(&written.sample);
        written.sample.connection.endpoint[SIDE_CLIENT].address.octets[15] = (uint8_t)i;
        report_add(written.report, &written.sample.verdict);
    }
    check_has(finish(&written), "65 times from more than 64 clients, ");
    end(&written);
}

static void what_is_beyond_the_limits_is_counted(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){0});
    for (int i = 0; i < REPORT_SERVERS_MAX + 10; i++) {
        sample_failed(&written.sample);
        written.sample.connection.endpoint[SIDE_SERVER].address.octets[14] = (uint8_t)(i >> 8);
        written.sample.connection.endpoint[SIDE_SERVER].address.octets[15] = (uint8_t)i;
        report_add(written.report, &written.sample.verdict);
    }
    text = finish(&written);
    check_has(text, "4,106 of 4,106 TLS handshakes failed.");
    CU_ASSERT_EQUAL(count_of(text, "\nsample_cause  192.0.2.10"), REPORT_ENTRIES_MAX);
    check_has(text, "\n3,082 more failures, of other kinds, are only counted below.\n");
    check_has(text, "    4,106  sample_cause  ");
    check_has(text, "and 4,076 more servers with failures\n");
    check_has(text, "10 connections to yet other servers are not counted here\n");
    end(&written);
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
    struct written written;
    const char *text;

    begin(&written, (struct report_options){.all = true});
    sample_established(&written.sample);
    notice(&written.sample, "weak_suite", "the weak cipher suite X was chosen");
    report_add(written.report, &written.sample.verdict);
    notice(&written.sample, "short_key", "RSA of 1024 bits");
    notice(&written.sample, "client_short_key", "not the server's");
    notice(&written.sample, "octets_missed", "not the server's either");
    report_add(written.report, &written.sample.verdict);
    text = finish(&written);
    check_has(text, "Noticed at servers, whether handshakes failed or not\n"
                    "  198.51.100.7:443 (www.example.org)\n"
                    "      2 of 2      weak_suite: the weak cipher suite X was chosen\n"
                    "      1 of 2      short_key: RSA of 1024 bits\n\n");
    end(&written);
}

static void nothing_noticed_has_no_title(void)
{
    struct written written;

    begin(&written, (struct report_options){.all = true});
    sample_established(&written.sample);
    report_add(written.report, &written.sample.verdict);
    CU_ASSERT_PTR_NULL(strstr(finish(&written), "Noticed at"));
    end(&written);
    begin(&written, (struct report_options){0}); /* without --all */
    sample_established(&written.sample);
    notice(&written.sample, "weak_suite", "the weak cipher suite X was chosen");
    report_add(written.report, &written.sample.verdict);
    CU_ASSERT_PTR_NULL(strstr(finish(&written), "Noticed at"));
    end(&written);
}

static void servers_with_most_trouble_come_first_and_the_rest_is_counted(void)
{
    struct written written;
    const char *text;

    begin(&written, (struct report_options){.all = true});
    for (unsigned i = 0; i < REPORT_SERVERS_SHOWN + 3; i++) {
        sample_established(&written.sample);
        written.sample.connection.endpoint[SIDE_SERVER].port = (uint16_t)(1000 + i);
        notice(&written.sample, "weak_suite", "X");
        if (i == REPORT_SERVERS_SHOWN + 1)
            notice(&written.sample, "short_key", "Y");
        report_add(written.report, &written.sample.verdict);
    }
    text = finish(&written);
    check_has(text, "failed or not\n  198.51.100.7:1021 (www.example.org)\n");
    check_has(text, "  and 3 more servers\n");
    CU_ASSERT_EQUAL(count_of(text, "weak_suite: X"), REPORT_SERVERS_SHOWN);
    end(&written);
}

static void a_clock_that_must_be_wrong_is_told(void)
{
    struct written written;

    begin(&written, (struct report_options){0});
    written.tracker.insight.capture_clock =
        (struct capture_clock){.implausible = true, .leafs = 3, .behind_by = INT64_C(86400) * 400};
    add_failed(&written);
    check_has(finish(&written), "  Clock        wrong, it seems: the certificates of all servers");
    end(&written);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"one failure is told in full", one_failure_is_told_in_full},
        {"who ended it is said without contradiction", who_ended_it_is_said_without_contradiction},
        {"equal failures are folded", equal_failures_are_folded},
        {"a failure is told with what was said of it last",
         a_failure_is_told_with_what_was_said_of_it_last},
        {"what is left of an entry is not surer than it is",
         what_is_left_of_an_entry_is_not_surer_than_it_is},
        {"what had no entry is still counted once", what_had_no_entry_is_still_counted_once},
        {"different failures are not folded", different_failures_are_not_folded},
        {"the most frequent failure comes first", the_most_frequent_failure_comes_first},
        {"a server counts what it established too", a_server_counts_what_it_established_too},
        {"without failures it says so", without_failures_it_says_so},
        {"without TLS or packets it says so", without_tls_or_packets_it_says_so},
        {"with --all each connection has a line", with_all_each_connection_has_a_line},
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
        {"servers with most trouble come first and the rest is counted",
         servers_with_most_trouble_come_first_and_the_rest_is_counted},
        {"a clock that must be wrong is told", a_clock_that_must_be_wrong_is_told},
        CU_TEST_INFO_NULL,
    };

    return run_suite("report", tests);
}
