/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/transport.h"

/* A client that does not like what it got says so sooner: it is the shortest time-out before a
 * retransmission in wide use. */
#define REFUSED_AT_ONCE_NS INT64_C(200000000)

/* The rest of the hello did not come in the time that sending it again takes, and the client did
 * not leave: it may have been on its way. */
static bool rest_of_hello_is_due(const struct facts *facts, enum side from)
{
    bool client_left = facts->refusal.kind != REFUSAL_NONE && facts->refusal.by == SIDE_CLIENT;

    return from == SIDE_CLIENT && client_hello_broke_off(facts) && !client_left
           && facts->waited_ns >= WAITED_IN_VAIN_NS;
}

/* A hole is closed within a retransmission time-out, unless what is sent again is lost as well. An
 * end that did not wait for that may have another reason. */
static enum certainty weigh(const struct facts *facts, enum side from)
{
    if (data_is_lost(facts, from))
        return CAUSE_LIKELY;
    if (!data_has_hole(facts, from))
        return rest_of_hello_is_due(facts, from) ? CAUSE_POSSIBLE : CAUSE_NO;
    return facts->waited_ns >= WAITED_IN_VAIN_NS ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

/* A client that had left before did not wait since, but until then. */
static int64_t client_waited(const struct facts *facts)
{
    return facts_client_had_left(facts)
               ? facts->refusal.at.time_ns - facts->connection->first.time_ns
               : facts->waited_ns;
}

/* What came last did arrive, and its answer did not, on a path that lost much before: the client
 * waited in vain. One that has all that it needs waits for nothing. */
static enum certainty weigh_path(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *direction = facts->connection->direction;
    bool by_client = facts->refusal.kind == REFUSAL_NONE || facts->refusal.by == SIDE_CLIENT;

    if (!path_is_lossy(facts) || !by_client || facts->server_hello_done_note != NULL
        || client_waited(facts) < REFUSED_AT_ONCE_NS)
        return CAUSE_NO;
    evidence_add(evidence, "sent_again", facts->connection->last,
                 "SYNs were sent %u times and SYN-ACKs %u times; the client sent its FIN again %u "
                 "times and %u segments, the server %u segments",
                 direction[SIDE_CLIENT].syn_count, direction[SIDE_SERVER].syn_count,
                 direction[SIDE_CLIENT].fin_again, direction[SIDE_CLIENT].retransmissions,
                 direction[SIDE_SERVER].retransmissions);
    return CAUSE_LIKELY;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty most = CAUSE_NO;

    if (!ended_without_reason(facts)
        || (facts->stage == STAGE_TCP_CONNECT
            && !moment_seen(facts->connection->direction[SIDE_SERVER].syn)))
        return CAUSE_NO;
    for (size_t side = 0; side < SIDES; side++) {
        enum certainty certainty = weigh(facts, (enum side)side);

        if (certainty != CAUSE_NO)
            describe_loss(facts, (enum side)side, evidence);
        if (certainty > most)
            most = certainty;
    }
    return most != CAUSE_NO ? most : weigh_path(facts, evidence);
}

const struct cause cause_packet_loss = {
    .id = "packet_loss",
    .layer = LAYER_NETWORK,
    .title = "Packets were lost until the handshake died of it",
    .explanation = "Segments were sent again and again and never acknowledged, or a hole in the "
                   "data was never filled, without a pattern in their size. The path loses "
                   "packets, or stopped to carry this connection at all.",
    .remedy = "Measure with `mtr --tcp --port PORT SERVER` in both directions, and look at error "
              "and drop counters of the interfaces on the way (`ip -s link`, `nstat -az | grep "
              "Retrans`). Loss of this connection alone, from one packet on, points to a stateful "
              "firewall or an asymmetric route.",
    .reported_as = "curl: (28) SSL connection timeout; Chromium: net::ERR_TIMED_OUT, "
                   "net::ERR_CONNECTION_TIMED_OUT; Firefox: NS_ERROR_NET_TIMEOUT; Java: "
                   "SocketTimeoutException: Read timed out; Go: net/http: TLS handshake timeout",
    .alerts = "",
    .source = "RFC 6298 section 5; RFC 2018; RFC 9293 section 3.8",
    .ended_by = PARTY_NETWORK,
    .match = match,
    .conceivable = server_waited_in_vain,
};
