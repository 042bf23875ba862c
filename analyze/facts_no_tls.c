/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_no_tls.c -- connections in which nobody sent a TLS record, though somebody wanted TLS. */
#include "analyze/facts_internal.h"

#include "capture/time_unit.h"

/* Servers that wait for a hello do so for a second at least, mostly for many: one that ends a
 * connection this soon does not want it, and one that ends it later got no hello. */
#define TURNED_AWAY_NS (200 * MILLISECOND_NS)

enum {
    /* No system begins with a hop limit below this; traceroute and mtr go up to 30. Those with 64
     * or more are here when they have come far. */
    HOP_LIMIT_OF_SYSTEMS_MIN = 32,
    /* With what is left nobody reaches a server: the longest ways have half of it. */
    HOP_LIMIT_OF_PROBES_MAX = 8
};

/* The side ended the connection with a FIN or RST, and said nothing about it. */
static bool is_closed_by(const struct facts *facts, enum side side)
{
    return (facts->refusal.kind == REFUSAL_FIN || facts->refusal.kind == REFUSAL_RST)
           && facts->refusal.by == side;
}

/* A client that speaks another protocol where TLS is expected, to a server that hangs up on it
 * without a word. */
static bool plain_client_is_hung_up_on(const struct facts *facts)
{
    return facts->tls_expected && facts->prelude[SIDE_CLIENT] > PRELUDE_PARTIAL
           && !facts->answered[SIDE_SERVER] && is_closed_by(facts, SIDE_SERVER);
}

/* A client that sent nothing but SYNs and, to the SYN-ACK, the RST of a host that knows no such
 * connection (RFC 9293 section 3.10.7.1). Scanners make their SYNs themselves, with a hop limit of
 * their own, and their host, which did not, answers so. */
static bool opening_is_a_probe(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct reset *reset = direction_reset(client);

    return facts->refusal.by == SIDE_CLIENT && !reset->has_ack && reset->unseen_octets == 0
           && client->packets == (uint64_t)client->syn_count + reset->count;
}

/* Seen to expire, or of different limits, or with little of it left; nobody said that it was for
 * another reason. */
static bool hop_limits_are_of_probes(const struct connection *connection)
{
    const struct direction *client = &connection->direction[SIDE_CLIENT];

    if (connection->icmp.count > 0)
        return icmp_is_time_exceeded(&connection->icmp);
    return client->hop_limit != client->hop_limit_other
           || client->hop_limit <= HOP_LIMIT_OF_PROBES_MAX;
}

bool facts_traces_path(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    return client->syn_count > 0 && client->payload_octets == 0
           && client->packets == (uint64_t)client->syn_count + direction_reset(client)->count
           && client->hop_limit > 0 && client->hop_limit < HOP_LIMIT_OF_SYSTEMS_MIN
           && client->hop_limit_other < HOP_LIMIT_OF_SYSTEMS_MIN
           && hop_limits_are_of_probes(facts->connection)
           && !moment_seen(direction_reset(server)->at);
}

bool facts_nobody_spoke(const struct facts *facts)
{
    return facts->handshake->stream_octets[SIDE_CLIENT] == 0
           && facts->handshake->stream_octets[SIDE_SERVER] == 0;
}

/* A connection where TLS is expected that is reset before a single octet, by a RST that took
 * another way than its alleged sender's packets: a hello that something on the way took. */
static bool opening_is_reset_by_another(const struct facts *facts)
{
    const struct direction *sender = &facts->connection->direction[facts->refusal.by];

    return facts->tls_expected && facts->refusal.kind == REFUSAL_RST && !opening_is_a_probe(facts)
           && facts_nobody_spoke(facts) && reset_has_other_hop_limit(sender);
}

bool facts_client_is_turned_away(const struct facts *facts)
{
    const struct connection *connection = facts->connection;
    const struct direction *client = &connection->direction[SIDE_CLIENT];
    const struct direction *server = &connection->direction[SIDE_SERVER];
    const struct reset *reset = direction_reset(client);
    /* Its host knows no such connection any more (RFC 9293 section 3.10.7.1). */
    bool client_was_gone = moment_seen(reset->at) && !reset->has_ack;

    return facts->tls_expected && connection->syn_seen && moment_seen(server->syn)
           && client->packets > client->syn_count && facts_nobody_spoke(facts)
           && client->payload_octets == 0 && server->payload_octets == 0
           && is_closed_by(facts, SIDE_SERVER) && !client_was_gone
           && facts->refusal.at.time_ns - server->last_syn.time_ns < TURNED_AWAY_NS
           && facts_is_captured(facts);
}

/* Plain HTTP, to a server that waits for more octets of what it takes for the beginning of TLS,
 * until the client gives up. Other protocols are not for port or server alone to tell: they may be
 * the beginning of STARTTLS. */
static bool plain_client_waits_in_vain(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    return facts->tls_expected && facts->connection->syn_seen
           && facts_client_speaks_plain_http(facts) && is_closed_by(facts, SIDE_CLIENT)
           && facts->waited_ns >= FACTS_PATIENCE_NS && client->unacknowledged_octets == 0
           && server->payload_octets == 0 && facts_is_captured(facts);
}

static bool request_is_unanswered(const struct facts *facts)
{
    return facts->starttls.wants_tls && !facts->handshake->switched
           && !moment_seen(facts->starttls.answered_at);
}

bool facts_request_is_ignored(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];

    return request_is_unanswered(facts) && is_closed_by(facts, SIDE_CLIENT)
           && facts->refusal.at.time_ns - facts->starttls.at.time_ns >= FACTS_PATIENCE_NS
           && client->unacknowledged_octets == 0 && facts_is_captured(facts);
}

bool facts_request_is_hung_up_on(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    return request_is_unanswered(facts) && facts->connection->syn_seen
           && is_closed_by(facts, SIDE_SERVER) && !facts_client_had_left(facts)
           && client->last_data.packet == facts->starttls.at.packet
           && server->last_data.packet < facts->starttls.at.packet && facts_is_captured(facts);
}

bool facts_failed_without_tls(const struct facts *facts)
{
    return facts->prelude[SIDE_SERVER] == PRELUDE_HTTP_TO_HTTPS || facts->starttls.refused
           || facts_plain_http_is_refused(facts) || plain_client_is_hung_up_on(facts)
           || plain_client_waits_in_vain(facts) || facts_request_is_ignored(facts)
           || facts_request_is_hung_up_on(facts) || opening_is_reset_by_another(facts)
           || facts_client_is_turned_away(facts) || facts_server_breaks_its_word(facts);
}
