/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/report.h"

#include <stdlib.h>

#include "analyze/finding.h"
#include "analyze/incident_report.h"
#include "analyze/report_parts.h"

/* A limit, smaller when memory is. */
static size_t scaled(size_t count, size_t memory_max)
{
    const size_t octets =
        REPORT_ENTRIES_MAX * sizeof(struct report_entry)
        + REPORT_SERVERS_MAX
              * (2 * sizeof(struct report_server) + sizeof(struct report_server_details));

    if (memory_max == 0 || memory_max >= octets)
        return count;
    return 1 + (size_t)((uint64_t)count * memory_max / octets);
}

struct report *report_new(const struct report_options *options)
{
    struct report *report = calloc(1, sizeof(*report));

    if (report == NULL)
        return NULL;
    report->options = *options;
    report->server_hash = table_hash_of(options->hash_key);
    report->entries_max = scaled(REPORT_ENTRIES_MAX, options->memory_max);
    report->servers_max = scaled(REPORT_SERVERS_MAX, options->memory_max);
    report->server_slots = 2;
    while (report->server_slots < 2 * report->servers_max)
        report->server_slots *= 2;
    report->layout = layout_new(options->out, options->width, options->has_color);
    return report;
}

void report_free(struct report *report)
{
    if (report == NULL)
        return;
    report_tables_free(report);
    free(report);
}

static void key_set_server(struct report_key *key, const struct facts *facts)
{
    const struct endpoint *server = &facts->connection->endpoint[SIDE_SERVER];

    *key = (struct report_key){.address = server->address, .port = server->port};
}

/* Who gave up in the end, and how, is not who had ended it: a client that the server said no to, or
 * that the network lets wait. */
static bool is_consequence(const struct refusal *refusal, enum party refused_by)
{
    if (refused_by == PARTY_NETWORK)
        return refusal->kind != REFUSAL_RST;
    return refusal->kind != REFUSAL_NONE && refused_by == party_of(side_other(refusal->by));
}

static void key_set_failure(struct report_key *key, const struct verdict *verdict,
                            const struct cause *cause, enum party refused_by)
{
    const struct refusal *refusal = &verdict->facts->refusal;
    struct text name = text_begin(key->name, sizeof(key->name));

    key->cause = cause;
    key->refusal = (uint8_t)refusal->kind;
    key->by = (uint8_t)refused_by;
    key->alert = refusal->kind == REFUSAL_ALERT ? refusal->alert : 0;
    key->is_consequence = is_consequence(refusal, refused_by);
    summary_add_server_name(&name, verdict->facts);
}

static void entry_add_client(struct report_entry *entry, const struct address *client)
{
    for (size_t i = 0; i < entry->clients; i++)
        if (memcmp(&entry->client_addresses[i], client, sizeof(*client)) == 0)
            return;
    if (entry->clients == REPORT_CLIENTS_MAX)
        entry->more_clients = true;
    else
        entry->client_addresses[entry->clients++] = *client;
}

static void entry_show(struct report_entry *entry, const struct verdict *verdict)
{
    const struct connection *connection = verdict->facts->connection;

    entry->client = connection->endpoint[SIDE_CLIENT];
    entry->server = connection->endpoint[SIDE_SERVER];
    entry->started_ns = connection->first.time_ns;
    entry->verdict = *verdict;
    entry->verdict.facts = NULL; /* they are gone after the call */
}

static void add_failure(struct report *report, struct report_key *key,
                        const struct verdict *verdict)
{
    int64_t begun_ns = verdict->facts->connection->first.time_ns;
    struct report_entry *entry;

    key_set_failure(key, verdict, verdict->cause, verdict->refused_by);
    entry = report_entry_get(report, key);
    if (entry == NULL) {
        report->entries_left_out++;
        return;
    }
    /* The first of the surest ones stands for all of them. */
    if (entry->count == 0 || verdict->confidence > entry->verdict.confidence) {
        entry_show(entry, verdict);
        entry->as_sure = 0;
    }
    entry->as_sure += verdict->confidence == entry->verdict.confidence;
    if (entry->count == 0 || begun_ns < entry->first_ns)
        entry->first_ns = begun_ns;
    if (entry->count == 0 || begun_ns > entry->last_ns)
        entry->last_ns = begun_ns;
    entry->count++;
    entry_add_client(entry, &verdict->facts->connection->endpoint[SIDE_CLIENT].address);
}

/* What is left of an entry whose surest failures all have another cause by now is less sure; how
 * much is not kept. */
static void entry_take_back(struct report_entry *entry, enum certainty confidence)
{
    entry->count--;
    entry->as_sure -= confidence == entry->verdict.confidence;
    if (entry->as_sure > 0)
        return;
    entry->verdict.confidence = CAUSE_POSSIBLE;
    entry->as_sure = entry->count;
}

/* Its client stays among those of the entry: others may be of the same one. */
static void take_back_failure(struct report *report, struct report_key *key,
                              const struct verdict *verdict)
{
    const struct earlier_verdict *earlier = verdict->earlier;
    struct report_entry *entry;

    key_set_failure(key, verdict, earlier->cause, earlier->refused_by);
    entry = report_entry_find(report, key);
    if (entry != NULL && entry->count > 0)
        entry_take_back(entry, earlier->confidence);
    else if (report->entries_left_out > 0)
        report->entries_left_out--;
    for (size_t i = 0; i < report->cause_count; i++)
        if (report->causes[i].cause == earlier->cause && report->causes[i].count > 0)
            report->causes[i].count--;
}

static void add_cause(struct report *report, const struct cause *cause)
{
    size_t i = 0;

    while (i < report->cause_count && report->causes[i].cause != cause)
        i++;
    if (i == REPORT_CAUSES_MAX)
        return;
    if (i == report->cause_count)
        report->causes[report->cause_count++].cause = cause;
    report->causes[i].count++;
}

static void server_add_name(struct report_server *server, const struct facts *facts)
{
    char buffer[REPORT_NAME_SIZE];
    struct text name = text_begin(buffer, sizeof(buffer));
    struct report_server_details *details;

    if (!summary_add_server_name(&name, facts))
        return;
    details = report_server_detail(server);
    if (details == NULL)
        return; /* a name less: what failed is told all the same */
    if (details->name[0] == '\0')
        memcpy(details->name, buffer, sizeof(buffer));
    else if (strcmp(details->name, buffer) != 0)
        server->more_names = true;
}

static bool is_departure(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->finding_count; i++)
        if (finding_is_departure(verdict->findings[i].id))
            return true;
    return false;
}

/* What was noticed of handshakes that went well is told when all is asked for; of those that
 * were of no use, as one side left at once, it may be why. */
static void add_posture(const struct report *report, struct report_server *server,
                        const struct verdict *verdict)
{
    if (!report->options.all && (verdict->outcome != OUTCOME_ESTABLISHED || !is_departure(verdict)))
        return;
    report_posture_add(server, verdict);
    server_add_name(server, verdict->facts);
}

static void add_server(struct report *report, const struct verdict *verdict)
{
    const struct endpoint *endpoint = &verdict->facts->connection->endpoint[SIDE_SERVER];
    struct report_server *server = report_server_get(report, endpoint);

    if (server == NULL) {
        report->servers_left_out++;
        return;
    }
    server->outcomes[verdict->outcome]++;
    if (verdict->outcome == OUTCOME_FAILED)
        server_add_name(server, verdict->facts);
    add_posture(report, server, verdict);
}

static void add_connect(struct report_connects *connects, const struct facts *facts)
{
    const uint16_t port = facts->connection->endpoint[SIDE_SERVER].port;

    if (!facts_connect_is_not_judged(facts))
        return;
    connects->count++;
    for (size_t i = 0; i < connects->port_count; i++)
        if (connects->ports[i] == port)
            return;
    connects->more_ports = connects->port_count == REPORT_PORTS_SHOWN;
    if (!connects->more_ports)
        connects->ports[connects->port_count++] = port;
}

/* What is not judged for its port may be TLS all the same. */
static void add_outcome(struct text *text, const struct verdict *verdict)
{
    const struct connection *connection = verdict->facts->connection;

    if (!facts_connect_is_not_judged(verdict->facts))
        summary_add_outcome(text, verdict);
    else if (moment_seen(direction_reset(&connection->direction[SIDE_SERVER])->at))
        text_add_string(text, "no connection: refused");
    else
        text_add_string(text, connection->icmp.count > 0 ? "no connection: rejected (ICMP)"
                                                         : "no connection: not answered");
}

static void write_line(const struct report *report, const struct verdict *verdict)
{
    const struct layout *layout = &report->layout;
    bool is_failed = verdict->outcome == OUTCOME_FAILED;
    char buffer[SUMMARY_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add_time(&text, verdict->facts->connection->first.time_ns);
    text_add(&text, "  ");
    summary_add_parties(&text, verdict->facts);
    fprintf(layout->out, "%s  ", buffer);
    text = text_begin(buffer, sizeof(buffer));
    add_outcome(&text, verdict);
    fprintf(layout->out, "%s%s%s\n", is_failed ? layout->bad : "", buffer,
            is_failed ? layout->plain : "");
}

void report_add(struct report *report, const struct verdict *verdict)
{
    struct report_key key;

    report->outcomes[verdict->outcome]++;
    if (report->options.all)
        write_line(report, verdict);
    add_server(report, verdict);
    if (verdict->outcome == OUTCOME_NOT_TLS)
        add_connect(&report->connects, verdict->facts);
    if (verdict->outcome != OUTCOME_FAILED)
        return;
    key_set_server(&key, verdict->facts);
    add_cause(report, verdict->cause);
    add_failure(report, &key, verdict);
}

void report_revise(struct report *report, const struct verdict *verdict)
{
    struct report_key key;

    if (verdict->earlier == NULL || verdict->outcome != OUTCOME_FAILED)
        return;
    key_set_server(&key, verdict->facts);
    take_back_failure(report, &key, verdict);
    key_set_server(&key, verdict->facts);
    add_cause(report, verdict->cause);
    add_failure(report, &key, verdict);
}

/* Write an entry without what was written of its cause before. */
static void write_entry(struct report *report, const struct report_entry *entry)
{
    const struct remedy_way *way = entry->verdict.way;
    bool is_explained = false;
    bool is_told = false;

    for (size_t i = 0; i < report->cause_count; i++) {
        struct report_cause *cause = &report->causes[i];

        if (cause->cause != entry->key.cause)
            continue;
        is_explained = cause->is_explained;
        is_told = is_explained && (cause->way == way || !remedy_has_command(cause->cause->remedy));
        cause->is_explained = true;
        cause->way = way;
    }
    report_entry_write(&report->layout, entry, report->options.origins, is_explained, is_told);
}

/* Most frequent first, then in the order of time. */
static int compare_entries(const void *a, const void *b)
{
    const struct report_entry *left = *(struct report_entry *const *)a;
    const struct report_entry *right = *(struct report_entry *const *)b;

    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    if (left->first_ns != right->first_ns)
        return left->first_ns < right->first_ns ? -1 : 1;
    if (left->key.cause != right->key.cause)
        return strcmp(left->key.cause->id, right->key.cause->id);
    return report_key_compare(&left->key, &right->key);
}

void report_finish(struct report *report, const struct report_totals *totals)
{
    struct report_entry **entries = report_entries(report, compare_entries);
    char number[LAYOUT_NUMBER_SIZE];

    if (report->options.all && report->outcomes[OUTCOME_ESTABLISHED] > 0)
        fputc('\n', report->layout.out);
    report_write_answer(report, totals);
    if (totals->incidents != NULL)
        incidents_write(&report->layout, totals->incidents, totals->last_ns);
    /* Behind all others are those whose failures have another cause by now. */
    for (size_t i = 0; entries != NULL && i < report->entry_count && entries[i]->count > 0; i++)
        write_entry(report, entries[i]);
    free(entries);
    if (report->entries_left_out > 0)
        fprintf(report->layout.out, "\n%s more failures, of other kinds, are only counted below.\n",
                layout_number(report->entries_left_out, number));
    report_write_summary(report);
    report_write_posture(report);
    report_write_totals(report, totals);
}
