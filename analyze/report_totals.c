/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "analyze/report_parts.h"
#include "capture/time_unit.h"

enum { MARGIN = 2, LABEL_WIDTH = 13, INDENT = MARGIN + LABEL_WIDTH, LINE_SIZE = 1024 };

/* A number that could hide something from the reader, and what it means. */
struct caveat {
    uint64_t count;
    const char *meaning;
};

static void write_line(const struct layout *layout, const char *label, const char *text)
{
    fprintf(layout->out, "%*s%s%-*s%s", MARGIN, "", layout->faint, LABEL_WIDTH, label,
            layout->plain);
    layout_paragraph(layout, INDENT, INDENT, text);
}

static void write_packets(const struct layout *layout, const struct report_totals *totals)
{
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add(&text, "%s", layout_number(totals->packets->packets, number));
    if (totals->packets->other > 0)
        text_add(&text, ", %s of them not TCP", layout_number(totals->packets->other, number));
    if (totals->packets->packets > 0) {
        text_add(&text, ", ");
        text_add_time(&text, totals->first_ns);
        text_add(&text, " to ");
        text_add_time(&text, totals->last_ns);
        text_add(&text, " UTC");
    }
    if (totals->source->rejected > 0)
        text_add(&text, "; %s others do not match the filter",
                 layout_number(totals->source->rejected, number));
    write_line(layout, "Packets", buffer);
}

/* One file's packets have its own numbers, which need no word. */
static void write_numbering(const struct layout *layout, const struct report_totals *totals)
{
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    if (totals->source->files <= 1)
        return;
    text_add(&text,
             "through all %s files in the order of time, as in what `mergecap` makes of them; in "
             "brackets those of the files",
             layout_number(totals->source->files, number));
    write_line(layout, "Numbered", buffer);
}

/* Said once, since every verdict on dates rests on it. */
static void write_clock(const struct layout *layout, const struct report_totals *totals)
{
    const struct capture_clock *clock = &totals->tracker->insight.capture_clock;
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    if (!clock->implausible)
        return;
    text_add(&text, "wrong, it seems: the certificates of all servers were issued later than these "
                    "packets' times, up to ");
    text_add_seconds(&text, clock->behind_by);
    text_add(&text, " later; so what is said of expired certificates and clients' clocks is not to "
                    "be relied on");
    write_line(layout, "Clock", buffer);
}

static void write_connections(const struct layout *layout, const struct report_totals *totals)
{
    const bool some_were_given_up =
        totals->connections->evicted + totals->connections->evicted_half_open > 0;
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add(&text, "%s TCP", layout_number(totals->connections->opened, number));
    /* One that was given up and has packets yet is picked up, and counted, once more. */
    if (totals->connections->midway > 0)
        text_add(&text,
                 some_were_given_up ? ", %s of them picked up midway: begun before the capture, or "
                                      "given up for want of memory"
                                    : ", %s of them begun before the capture",
                 layout_number(totals->connections->midway, number));
    write_line(layout, "Connections", buffer);
}

static void write_outcomes(const struct layout *layout, const struct report_totals *totals)
{
    static const enum outcome outcomes[] = {OUTCOME_ESTABLISHED, OUTCOME_FAILED,
                                            OUTCOME_INCOMPLETE};
    const struct tracker_counters *tracker = totals->tracker;
    char number[LAYOUT_NUMBER_SIZE];
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
        text_add(&text, "%s%s %s", i > 0 ? ", " : "",
                 layout_number(tracker->outcomes[outcomes[i]], number), outcome_name(outcomes[i]));
    if (tracker->outcomes[OUTCOME_NOT_TLS] > 0)
        text_add(&text, "; %s without TLS",
                 layout_number(tracker->outcomes[OUTCOME_NOT_TLS], number));
    write_line(layout, "Handshakes", buffer);
}

/* Write those that are not zero; false when there are none. */
static bool write_caveats(const struct layout *layout, const struct caveat *caveats, size_t count,
                          const char *label)
{
    bool is_any = false;

    for (size_t i = 0; i < count; i++) {
        char number[LAYOUT_NUMBER_SIZE];
        char buffer[LINE_SIZE];
        struct text text = text_begin(buffer, sizeof(buffer));

        if (caveats[i].count == 0)
            continue;
        text_add(&text, "%s: %s", caveats[i].meaning, layout_number(caveats[i].count, number));
        write_line(layout, is_any ? "" : label, buffer);
        is_any = true;
    }
    return is_any;
}

/* What came too late to be read. */
static void name_went_on(char name[LINE_SIZE])
{
    snprintf(name, LINE_SIZE, "connections that went on after %d s of silence, which was not read",
             CONNECTIONS_IDLE_SECONDS);
}

/* What was not seen or not read, as far as there was any. */
static void write_not_seen(const struct layout *layout, const struct report_totals *totals)
{
    const struct packet_counters *packets = totals->packets;
    const struct connections_counters *connections = totals->connections;
    const struct tracker_counters *tracker = totals->tracker;
    const struct source_counters *source = totals->source;
    char went_on[LINE_SIZE];
    const struct caveat caveats[] = {
        {source->files_unreadable, "files that could not be read"},
        {source->files_damaged, "files read only up to where they are damaged"},
        {source->files_cut_off, "files read only up to where they are cut off"},
        {source->dropped_interface + source->dropped_kernel,
         "packets lost while capturing, as the capture itself says"},
        {source->link_unsupported, "packets of a link type that is not read"},
        {source->too_long, "packets too long to be read"},
        {connections->missed_octets, "octets that passed by without being captured"},
        {packets->cut + packets->cut_payloads, "packets cut by the snap length of the capture"},
        {packets->unsupported,
         "packets of a kind that is not read, or encrypted below IP (Wi-Fi, MACsec)"},
        {packets->malformed, "packets with headers that contradict themselves"},
        {packets->corrupt, "packets with a wrong checksum (--verify-checksums)"},
        {packets->fragments_dropped, "IP fragments that never became a whole packet"},
        {connections->dropped_octets, "octets given up because too much before them was missing"},
        {connections->evicted + connections->evicted_half_open,
         "connections given up for want of memory (--max-memory)"},
        {connections->went_on, went_on},
        {tracker->refused, "connections not read for want of memory (--max-memory)"},
        {tracker->transcripts_full, "handshakes too long to be kept whole"},
        {tracker->notes_full,
         "handshakes with more records than are noted, or than had room in memory"},
        {tracker->unreadable, "hello messages that could not be read"},
        {tracker->searches_ended,
         "connections that asked for TLS, and were looked through for it only in part"},
        {tracker->defer.early,
         "failures judged before the end of the input, because too many of them waited"},
        {tracker->knowledge.evicted,
         "servers, names and clients that were forgotten to make room for others"},
        {tracker->incidents_evicted, "groups of failures that were forgotten to make room"},
        {tracker->incidents_refused, "failures that found no room in a group"},
        {tracker->signatures_left_out,
         "signatures not verified, because too many came within a second"},
        {tracker->insight.evicted,
         "clients and server names whose clock or issuer was forgotten to make room"},
    };

    name_went_on(went_on);
    if (totals->interrupted)
        write_line(layout, "Stopped", "before the end of the input");
    if (!write_caveats(layout, caveats, sizeof(caveats) / sizeof(caveats[0]), "Not seen")
        && !totals->interrupted)
        write_line(layout, "Not seen",
                   totals->filter == NULL
                       ? "nothing: no packet was missed, cut, or left unread"
                       : "nothing that matches the filter: no such packet was missed, cut, or left "
                         "unread");
}

/* Who captured just that connection looks for it. */
static void write_connects(const struct report *report)
{
    const struct report_connects *connects = &report->connects;
    char buffer[LINE_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    if (connects->count == 0)
        return;
    text_add_string(&text, "Refused or not answered, on ports where TLS is not known: ");
    layout_add_count(&text, connects->count, "connection", "connections");
    text_add_string(&text, "; --tls-port=");
    for (size_t i = 0; i < connects->port_count; i++)
        text_add(&text, "%s%u", i > 0 ? "," : "", (unsigned)connects->ports[i]);
    text_add(&text, "%s has %s judged", connects->more_ports ? " and so on" : "",
             connects->count == 1 ? "it" : "them");
    fputc('\n', report->layout.out);
    layout_paragraph(&report->layout, 0, 0, buffer);
}

void report_write_totals(const struct report *report, const struct report_totals *totals)
{
    const struct layout *layout = &report->layout;

    fprintf(layout->out, "\n%sWhat this rests on%s\n", layout->strong, layout->plain);
    write_packets(layout, totals);
    write_numbering(layout, totals);
    write_clock(layout, totals);
    write_connections(layout, totals);
    write_outcomes(layout, totals);
    write_not_seen(layout, totals);
    write_connects(report);
    if (report->outcomes[OUTCOME_INCOMPLETE] > 0 && !report->options.all)
        fprintf(layout->out, "\nWhy a handshake is incomplete: tlswhy --all\n");
    if (report->outcomes[OUTCOME_FAILED] > 0)
        fprintf(layout->out, "\nMore on a cause: tlswhy --explain CAUSE\n");
}
