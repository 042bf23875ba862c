/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/transport.h"
#include "analyze/text.h"
#include "capture/time_unit.h"

/* A client that does not like what it got says so sooner: it is the shortest time-out before a
 * retransmission in wide use. */
#define REFUSED_AT_ONCE_NS (200 * MILLISECOND_NS)

/* The rest of the hello did not come in the time that sending it again takes, and the client, which
 * may send it, did not leave: it may have been on its way. */
static bool rest_of_hello_is_due(const struct facts *facts, enum side from)
{
    bool client_left = facts->refusal.kind != REFUSAL_NONE && facts->refusal.by == SIDE_CLIENT;

    return from == SIDE_CLIENT && client_hello_broke_off(facts) && !client_left
           && facts->waited_ns >= WAITED_IN_VAIN_NS && !facts_reads_no_more(facts, SIDE_SERVER);
}

static enum certainty weigh_lost_data(const struct facts *facts, enum side from)
{
    bool has_other_reason =
        from == SIDE_CLIENT && (known_drops_split_hello(facts) || accept_queue_may_be_full(facts));

    return has_other_reason ? CAUSE_POSSIBLE : CAUSE_LIKELY;
}

static void describe_queue(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    if (!accept_queue_may_be_full(facts))
        return;
    evidence_add(evidence, "accept_queue", server->last_syn,
                 "behind its SYN-ACK%s nothing came of the server, not even an ACK: a host whose "
                 "queue of connections is full, for its program does not take them, drops "
                 "what comes for one more",
                 server->syn_count > 1 ? ", which it sent again," : "");
}

/* A hole is closed within a retransmission time-out, unless what is sent again is lost as well. An
 * end that did not wait for that may have another reason. */
static enum certainty weigh(const struct facts *facts, enum side from)
{
    if (data_is_lost(facts, from))
        return weigh_lost_data(facts, from);
    if (!data_has_hole(facts, from))
        return rest_of_hello_is_due(facts, from) ? CAUSE_POSSIBLE : CAUSE_NO;
    return hole_lasted_ns(facts, from) >= WAITED_IN_VAIN_NS ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

/* A client that had left before did not wait since, but until then. */
static int64_t client_waited(const struct facts *facts)
{
    return facts_client_had_left(facts)
               ? facts->refusal.at.time_ns - facts->connection->first.time_ns
               : facts->waited_ns;
}

/* "... these were sent again: the client's SYN 1 time, data of the server 2 times" */
static void describe_sent_again(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    const struct {
        const char *what;
        uint32_t again;
    } rows[] = {
        {"the client's SYN", client->syn_count > 0 ? client->syn_count - 1U : 0},
        {"the server's SYN-ACK", server->syn_count > 0 ? server->syn_count - 1U : 0},
        {"the client's FIN", client->fin_again},
        {"data of the client", client->retransmissions},
        {"data of the server", server->retransmissions},
    };
    const char *separator = "";
    struct text text = evidence_begin(evidence, "sent_again", facts->connection->last);

    text_add(&text, "for want of an answer these were sent again: ");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].again == 0)
            continue;
        text_add(&text, "%s%s %u time%s", separator, rows[i].what, rows[i].again,
                 rows[i].again == 1 ? "" : "s");
        separator = ", ";
    }
}

/* The server's time begins when the client's octets get through. */
static void describe_hearing(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    int64_t heard_ns = heard_for_ns(facts);
    struct text text;

    if (!client_was_heard_late(facts) || heard_ns < 0)
        return;
    text = evidence_begin(evidence, "heard_late", direction_trouble(client)->last_retransmission);
    text_add(&text, "what the client sent last got through after ");
    text_add_duration(&text, facts->waited_ns - heard_ns);
    text_add(&text, ", ");
    text_add_duration(&text, heard_ns);
    text_add(&text, " before the end");
}

/* What got through soon, and is answered late or never, was with a slow server; but not when the
 * FIN does not get through either. An answer that was lost shows in the numbers of its ACK. */
static bool server_was_slow(const struct facts *facts)
{
    bool has_no_answer =
        facts_server_kept_silent(facts) && heard_for_ns(facts) >= FACTS_PATIENCE_NS;

    return (late_answer(facts) != NULL || has_no_answer) && !client_was_heard_late(facts)
           && facts->connection->direction[SIDE_CLIENT].fin_again == 0;
}

/* What came last did arrive, and its answer did not, on a path that lost much before: the client
 * waited in vain. One that has all that it needs waits for nothing. A server that closes when its
 * own octets got through at last has waited, too. */
static enum certainty weigh_path(const struct facts *facts, struct evidence *evidence)
{
    bool gave_up = facts_closed_without_reason(facts, SIDE_SERVER) && server_was_heard_late(facts);
    bool by_client = facts->refusal.kind == REFUSAL_NONE || facts->refusal.by == SIDE_CLIENT;

    if (gave_up) {
        describe_sent_again(facts, evidence);
        describe_loss(facts, SIDE_SERVER, evidence);
        return CAUSE_LIKELY;
    }
    if (!path_is_lossy(facts) || !by_client
        || facts_is_before_end(facts, facts->server_hello_done_note)
        || client_waited(facts) < REFUSED_AT_ONCE_NS)
        return CAUSE_NO;
    describe_sent_again(facts, evidence);
    describe_hearing(facts, evidence);
    return server_was_slow(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
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
    describe_queue(facts, evidence);
    return most != CAUSE_NO ? most : weigh_path(facts, evidence);
}

const struct cause cause_packet_loss = {
    .id = "packet_loss",
    .layer = LAYER_NETWORK,
    .title = "Packets were lost until the handshake died of it",
    .explanation = "Segments were sent again and again and never acknowledged, or a hole in the "
                   "data was never filled, and nothing shows that their size is the reason. The "
                   "path loses packets, or stopped to carry this connection at all. Where nothing "
                   "behind the server's SYN-ACK was acknowledged the server's host may have "
                   "dropped it: it takes TCP connections until the queue for its program is full.",
    .remedy =
        "Measure with `mtr --tcp --port PORT SERVER` in both directions, and look at error "
        "and drop counters of the interfaces on the way (`ip -s link`, `nstat -az | grep "
        "Retrans`). Loss of this connection alone, from one packet on, points to a stateful "
        "firewall or an asymmetric route. Where the evidence says that it goes by the name, "
        "look for a firewall or proxy on the way that filters by server name (SNI): `openssl "
        "s_client -connect SERVER:PORT -servername NAME` hangs with this name alone. Where it "
        "speaks of a queue, ask the server first: `ss -ltn` (Recv-Q against Send-Q) and "
        "`nstat -az TcpExtListenOverflows`; a program that hangs or is overloaded lets it "
        "fill.",
    .reported_as = "curl: (28) SSL connection timeout; Chromium: net::ERR_TIMED_OUT, "
                   "net::ERR_CONNECTION_TIMED_OUT; Firefox: NS_ERROR_NET_TIMEOUT; Java: "
                   "SocketTimeoutException: Read timed out; Go: net/http: TLS handshake timeout",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 6298 section 5; RFC 2018; RFC 9293 section 3.8",
    .ended_by = PARTY_NETWORK,
    .match = match,
    .conceivable = server_waited_in_vain,
};
