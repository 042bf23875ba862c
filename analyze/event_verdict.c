/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "analyze/event_parts.h"
#include "analyze/history.h"
#include "dissect/names.h"

static void add_moment(struct json *json, struct json_at object, struct moment at)
{
    event_add_moment(json, object, "packet", "time", at);
}

/* Octets of both names at the most. */
enum { OUTCOME_MAX = 2 * (7 + JSON_MEMBER_MAX + 32) };

static void add_outcome(struct json *json, struct json_at why, const struct verdict *verdict)
{
    char *out;

    if (!json_begin_members(json, why, OUTCOME_MAX, &out))
        return;
    out = json_put_name(out, "outcome", outcome_name(verdict->outcome));
    out = json_put_name(out, "stage", stage_name(verdict->stage));
    json_end_members(json, out);
}

static void add_cause(struct json *json, struct json_at why, const struct verdict *verdict)
{
    struct json_at array;
    char remedy[REMEDY_SIZE];

    if (verdict->cause == NULL)
        return;
    json_add_name(json, why, "cause", verdict->cause->id);
    json_add_name(json, why, "layer", layer_name(verdict->cause->layer));
    json_add_name(json, why, "confidence", certainty_name(verdict->confidence));
    array = json_add_array(json, why, "alternatives");
    for (size_t i = 0; i < verdict->alternative_count; i++)
        json_append_constant(json, array, verdict->alternatives[i]->id);
    json_add_constant(json, why, "remedy",
                      remedy_text(verdict->cause->remedy, verdict->way, remedy));
}

static void add_origin(struct json *json, struct json_at item, const struct origins *origins,
                       struct moment at)
{
    struct origin origin;

    if (!moment_seen(at) || !origins_find(origins, at.packet, &origin))
        return;
    json_add_octets(json, item, "file", bytes_of(origin.path, strlen(origin.path)));
    json_add_unsigned(json, item, "file_packet", origin.packet);
}

static void add_evidence(struct json *json, struct json_at why, const struct evidence *evidence,
                         const struct origins *origins)
{
    struct json_at array;

    if (evidence->count == 0) { /* nothing speaks for an established handshake */
        json_add_empty_array(json, why, "evidence");
        return;
    }
    array = json_add_array(json, why, "evidence");
    for (size_t i = 0; i < evidence->count; i++) {
        struct json_at item = json_append_object(json, array);

        json_add_name(json, item, "fact", evidence->items[i].fact);
        add_moment(json, item, evidence->items[i].at);
        add_origin(json, item, origins, evidence->items[i].at);
        json_add_text(json, item, "text", evidence->items[i].text);
    }
}

static void add_findings(struct json *json, struct json_at why, const struct verdict *verdict)
{
    struct json_at array;

    if (verdict->finding_count == 0) {
        json_add_empty_array(json, why, "findings");
        return;
    }
    array = json_add_array(json, why, "findings");
    for (size_t i = 0; i < verdict->finding_count; i++) {
        struct json_at item = json_append_object(json, array);

        json_add_name(json, item, "id", verdict->findings[i].id);
        json_add_text(json, item, "text", verdict->findings[i].text);
    }
}

static void add_alert_content(struct json *json, struct json_at alert, uint8_t alert_level,
                              uint8_t code)
{
    char level[NAMES_HEX_SIZE];
    char name[NAMES_HEX_SIZE];

    json_add_text(
        json, alert, "level",
        names_or_hex(level, sizeof(level), names_alert_level(alert_level), alert_level, 2));
    json_add_unsigned(json, alert, "code", code);
    json_add_text(json, alert, "name",
                  names_or_hex(name, sizeof(name), names_alert(code), code, 2));
}

/* What a server says in TLS to a client that does not speak it. */
static void add_answering_alert(struct json *json, struct json_at why, const struct facts *facts)
{
    enum side by = side_other(facts->refusal.by);
    const struct note *note = handshake_next(facts->handshake, NULL, by, NOTE_ALERT);
    struct json_at alert;

    if (note == NULL)
        return;
    alert = json_add_object(json, why, "alert");
    add_alert_content(json, alert, note->type, note->code);
    json_add_name(json, alert, "sender", party_name(party_of(by)));
    json_add_bool(json, alert, "encrypted", false);
    add_moment(json, alert, note->at);
}

static void add_alert(struct json *json, struct json_at why, const struct facts *facts)
{
    const struct refusal *refusal = &facts->refusal;
    bool is_encrypted = refusal->kind == REFUSAL_ENCRYPTED_ALERT;
    struct json_at alert;

    if (refusal->kind == REFUSAL_PLAINTEXT)
        add_answering_alert(json, why, facts);
    if (refusal->kind != REFUSAL_ALERT && !is_encrypted)
        return;
    alert = json_add_object(json, why, "alert");
    if (!is_encrypted)
        add_alert_content(json, alert, refusal->alert_level, refusal->alert);
    json_add_name(json, alert, "sender", party_name(party_of(refusal->by)));
    json_add_bool(json, alert, "encrypted", is_encrypted);
    add_moment(json, alert, refusal->at);
}

/* Octets that the network lost for good: sent more than once and never acknowledged. */
static uint64_t lost_octets(const struct direction *direction)
{
    return direction->retransmissions > 0 ? direction->unacknowledged_octets : 0;
}

static char *put_losses(char *out, const struct direction *direction)
{
    const struct trouble *trouble = direction_trouble(direction);

    out = json_put_unsigned(out, "retransmissions", direction->retransmissions);
    out = json_put_unsigned(out, "retransmitted_bytes", direction->retransmitted_octets);
    out = json_put_unsigned(out, "lost_bytes", lost_octets(direction));
    out = json_put_unsigned(out, "missed_bytes", trouble->missed_octets);
    out = json_put_unsigned(out, "cut_bytes", trouble->cut_octets);
    out = json_put_unsigned(out, "dropped_bytes", trouble->dropped_octets);
    return json_put_unsigned(out, "conflicting_bytes", trouble->conflicting_octets);
}

/* What put_losses puts for most directions. */
static char *put_no_losses(char *out)
{
    static const char zeros[] = "\"retransmissions\":0,\"retransmitted_bytes\":0,\"lost_bytes\":0,"
                                "\"missed_bytes\":0,\"cut_bytes\":0,\"dropped_bytes\":0,"
                                "\"conflicting_bytes\":0,";

    memcpy(out, zeros, sizeof(zeros) - 1);
    return out + sizeof(zeros) - 1;
}

static bool has_losses(const struct direction *direction)
{
    const struct trouble *trouble = direction_trouble(direction);

    return (direction->retransmissions | direction->retransmitted_octets | lost_octets(direction)
            | trouble->missed_octets | trouble->cut_octets | trouble->dropped_octets
            | trouble->conflicting_octets)
           != 0;
}

static char *put_direction(char *out, const struct direction *direction)
{
    out = json_put_unsigned(out, "hop_limit", direction->hop_limit);
    if (direction->mss != 0)
        out = json_put_unsigned(out, "mss", direction->mss);
    out = json_put_unsigned(out, "payload_bytes", direction->payload_octets);
    out = has_losses(direction) ? put_losses(out, direction) : put_no_losses(out);
    out = json_put_unsigned(out, "largest_segment", direction->largest_segment);
    out = json_put_unsigned(out, "largest_acknowledged", direction->largest_acknowledged);
    if (direction->smallest_unacknowledged != 0)
        out = json_put_unsigned(out, "smallest_unacknowledged", direction->smallest_unacknowledged);
    out = json_put_unsigned(out, "zero_windows", direction->zero_windows);
    return json_put_object_end(out);
}

/* Which event this one takes the place of, and what that one said. */
static void add_earlier(struct json *json, struct json_at why, const struct verdict *verdict)
{
    const struct earlier_verdict *earlier = verdict->earlier;
    struct json_at object;
    char id[EVENT_ID_SIZE];

    if (!verdict_is_update(verdict))
        return;
    object = json_add_object(json, why, "updates");
    event_id(verdict->facts, id);
    json_add_name(json, object, "id", id);
    json_add_name(json, object, "cause", earlier->cause->id);
    json_add_name(json, object, "confidence", certainty_name(earlier->confidence));
    json_add_name(json, object, "refused_by", party_name(earlier->refused_by));
}

enum {
    /* Octets of transport at the most: three objects, of which the first has five members and the
     * others have fourteen, and no key has more than 23 letters. */
    TRANSPORT_MAX = (3 + 5 + 2 * 14) * (23 + JSON_MEMBER_MAX + JSON_NUMBER_MAX)
};

static void add_transport(struct json *json, struct json_at why,
                          const struct connection *connection)
{
    const struct direction *client = &connection->direction[SIDE_CLIENT];
    const struct direction *server = &connection->direction[SIDE_SERVER];
    char *out;

    if (!json_begin_members(json, why, TRANSPORT_MAX, &out))
        return;
    out = json_put_object(out, "transport");
    /* The sensor sits between the two: each half of the way is measured by one of them. */
    if (connection->syn_rtt_ns >= 0 && connection->ack_rtt_ns >= 0)
        out = json_put_unsigned(
            out, "rtt", (uint64_t)connection->syn_rtt_ns + (uint64_t)connection->ack_rtt_ns);
    out = json_put_bool(out, "syn_seen", connection->syn_seen);
    out = json_put_unsigned(out, "retransmissions",
                            (uint64_t)client->retransmissions + server->retransmissions);
    out = json_put_unsigned(out, "lost_bytes", lost_octets(client) + lost_octets(server));
    out = json_put_unsigned(out, "missed_bytes",
                            direction_trouble(client)->missed_octets
                                + direction_trouble(server)->missed_octets);
    if (client->packets != 0)
        out = put_direction(json_put_object(out, "client"), client);
    if (server->packets != 0)
        out = put_direction(json_put_object(out, "server"), server);
    json_end_members(json, json_put_object_end(out));
}

/* Outermost first. */
static void add_tunnels(struct json *json, struct json_at why, const struct connection *connection)
{
    struct json_at tunnels;

    if (connection->tunnels[0] == TUNNEL_NONE)
        return;
    tunnels = json_add_array(json, why, "tunnels");
    for (size_t i = 0; i < PACKET_TUNNELS_MAX && connection->tunnels[i] != TUNNEL_NONE; i++)
        json_append_constant(json, tunnels, tunnel_name((enum tunnel)connection->tunnels[i]));
}

void event_add_verdict(struct json *json, struct json_at root, const struct verdict *verdict,
                       const struct event_options *options, const struct memo_key *hello)
{
    const struct facts *facts = verdict->facts;
    struct json_at why = json_add_object(json, root, "tlswhy");
    char history[HISTORY_SIZE];
    size_t length;
    char incident[INCIDENT_ID_SIZE];

    add_outcome(json, why, verdict);
    add_cause(json, why, verdict);
    json_add_name(json, why, "refused_by", party_name(verdict->refused_by));
    json_add_text(json, why, "incomplete_reason", verdict->incomplete_reason);
    add_evidence(json, why, &verdict->evidence, options->origins);
    add_findings(json, why, verdict);
    add_alert(json, why, facts);
    event_add_chains(json, why, facts);
    event_add_offer(json, why, facts, hello);
    length = history_format(facts->handshake, history);
    if (length > 0)
        json_add_digits(json, why, "history", history, length);
    event_add_opening(json, why, facts);
    if (verdict->outcome == OUTCOME_FAILED)
        event_add_known(json, why, facts);
    if (verdict->incident != NULL)
        json_add_name(json, why, "incident", incident_id(verdict->incident, incident));
    add_earlier(json, why, verdict);
    add_transport(json, why, facts->connection);
    if (facts->overloaded)
        json_add_bool(json, why, "overloaded", true);
    add_tunnels(json, why, facts->connection);
}
