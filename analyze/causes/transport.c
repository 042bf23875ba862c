/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/transport.h"

#include "analyze/causes/causes.h"
#include "analyze/causes/known_refusals.h"
#include "analyze/causes/second_hello.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"
#include "capture/time_unit.h"

enum {
    LOST_SENDS_MIN = 2,   /* sent again twice: not just slow */
    LOSSY_SENDS_MIN = 3,  /* of a whole handshake, which has a dozen packets; or of one segment */
    TCP_OPTIONS_MAX = 40, /* RFC 9293 section 3.1 */
    TIMESTAMPS_LEN = 12,  /* RFC 7323 appendix A */
    RTT_SHARE = 4,        /* the SYN's round trip may well have been a slow one */
    FULL_SEGMENT_UNKNOWN =
        1200 /* without an announced size: the smallest MTU of IPv6 is 1280 octets
                                   (RFC 8200 section 5), less 60 of headers and some options */
};

/* Below, a host's own delays are of the size of a round trip. */
#define RTT_TELLING_NS (10 * MILLISECOND_NS)

/* An alert that cannot be read, of a side that lacks the other's flight, is about waiting. */
static bool gave_up_encrypted(const struct facts *facts)
{
    enum side other = side_other(facts->refusal.by);

    return facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
           && (data_is_lost(facts, other) || data_has_hole(facts, other));
}

bool ended_without_reason(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_NONE || facts_closed_without_reason(facts, SIDE_CLIENT)
           || facts_closed_without_reason(facts, SIDE_SERVER) || gave_up_encrypted(facts);
}

bool client_hello_seen(const struct facts *facts)
{
    return facts->client_hello_note != NULL || facts->sslv2_hello_note != NULL;
}

bool client_hello_broke_off(const struct facts *facts)
{
    return facts->handshake->hello_broke_off;
}

bool data_is_lost(const struct facts *facts, enum side from)
{
    const struct direction *direction = &facts->connection->direction[from];

    /* An octet that is sent again and again to a closed window is a probe. */
    return direction->unacknowledged_octets > 0 && direction->largest_unacknowledged > 0
           && direction->most_retransmitted >= LOST_SENDS_MIN
           && !facts_reads_no_more(facts, side_other(from));
}

bool data_has_hole(const struct facts *facts, enum side from)
{
    return facts_octets_are_lost(facts, from);
}

/* All that the server has to say before the client's answer was said, as far as can be seen; or the
 * client has begun a record, or a flight, that it owes the rest of. */
static bool is_clients_turn(const struct facts *facts)
{
    if (facts->last_note != NULL && facts->last_note->side == SIDE_CLIENT)
        return facts_broke_off(facts, facts->last_note) || facts_client_owes_finished(facts);
    return facts->last_note != NULL && facts->last_note->side == SIDE_SERVER
           && (facts->server_hello_done_note != NULL || facts->finished_note[SIDE_SERVER] != NULL
               || (facts->tls13 && facts->first_protected_note[SIDE_SERVER] != NULL));
}

/* The first record of the server behind the client's hello; NULL: there is none. */
static const struct note *answer_to_hello(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    if (facts->client_hello_note == NULL)
        return NULL;
    for (const struct note *note = facts->client_hello_note + 1;
         note < handshake->notes + handshake->note_count; note++)
        if (note->side == SIDE_SERVER && note->kind != NOTE_FIN && note->kind != NOTE_RST)
            return note->kind != NOTE_GAP ? note : NULL;
    return NULL;
}

const struct note *late_answer(const struct facts *facts)
{
    const struct note *answer = answer_to_hello(facts);

    if (answer == NULL || facts->refusal.kind != REFUSAL_FIN || facts->refusal.by != SIDE_CLIENT
        || facts_is_before_end(facts, answer))
        return NULL;
    return answer->at.time_ns - facts->client_hello_note->at.time_ns >= FACTS_PATIENCE_NS ? answer
                                                                                          : NULL;
}

bool server_owes_answer(const struct facts *facts)
{
    const struct note *last = facts->last_note;
    const struct note *second = second_hello_note(facts);
    bool owes_hello = second != NULL && last != NULL && last >= second && last->side == SIDE_CLIENT
                      && facts->server_hello_note == NULL;

    return owes_hello || facts_server_owes_finished(facts);
}

bool server_waited_in_vain(const struct facts *facts)
{
    bool is_own_reset =
        facts->refusal.kind == REFUSAL_RST && reset_is_foreign(facts, SIDE_SERVER) == CAUSE_NO;

    return (facts->refusal.kind == REFUSAL_FIN || is_own_reset) && facts->refusal.by == SIDE_SERVER
           && is_clients_turn(facts) && facts->waited_ns >= WAITED_IN_VAIN_NS;
}

/* Nothing came of it but SYN-ACKs: Linux sends them again while its queue is full, or one alone. */
static bool server_took_nothing(const struct facts *facts)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    return moment_seen(server->syn) && server->packets == server->syn_count
           && client_hello_seen(facts) && data_is_lost(facts, SIDE_CLIENT) && !facts->missed
           && !facts->one_direction_only && facts->connection->icmp.count == 0;
}

/* Handshakes of connections that end behind this one's beginning. */
static bool server_serves_others(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;

    return server != NULL && server->established.last_ns > facts->connection->first.time_ns;
}

bool accept_queue_may_be_full(const struct facts *facts)
{
    return server_took_nothing(facts) && !server_serves_others(facts) && !known_goes_by_name(facts);
}

static uint32_t sent_again(const struct direction *direction)
{
    return direction->retransmissions + direction->fin_again
           + (direction->syn_count > 1 ? direction->syn_count - 1 : 0);
}

bool path_is_lossy(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    bool fin_is_unanswered =
        moment_seen(client->fin) && !client->fin_acknowledged
        && (client->fin_again > 0
            || facts->capture_end_ns - client->fin.time_ns >= WAITED_IN_VAIN_NS);
    /* What comes together with the FIN, late, came before and did not get here. */
    uint32_t not_seen = (uint32_t)facts_client_had_left(facts) + (uint32_t)fin_is_unanswered;

    return not_seen + sent_again(&facts->connection->direction[SIDE_CLIENT])
               + sent_again(&facts->connection->direction[SIDE_SERVER])
           >= LOSSY_SENDS_MIN;
}

int64_t hole_lasted_ns(const struct facts *facts, enum side from)
{
    const struct moment behind = direction_trouble(&facts->connection->direction[from])->disorder;
    int64_t end_ns =
        facts->refusal.kind != REFUSAL_NONE ? facts->refusal.at.time_ns : facts->capture_end_ns;
    int64_t seen_ns = moment_seen(behind) ? end_ns - behind.time_ns : 0;

    return seen_ns > facts->waited_ns ? seen_ns : facts->waited_ns;
}

/* From when the client's last word was sent first; 0: it was not sent again, or is not the last. */
static int64_t on_its_way_ns(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    int64_t again_ns = direction_trouble(client)->last_retransmission.time_ns;

    if (facts->last_note == NULL || facts->last_note->side != SIDE_CLIENT
        || again_ns < facts->last_note->at.time_ns)
        return 0;
    return again_ns - facts->last_note->at.time_ns;
}

int64_t heard_for_ns(const struct facts *facts)
{
    return facts->waited_ns - on_its_way_ns(facts);
}

bool client_was_heard_late(const struct facts *facts)
{
    return facts->connection->direction[SIDE_CLIENT].most_retransmitted >= LOST_SENDS_MIN
           && on_its_way_ns(facts) > heard_for_ns(facts);
}

/* From when the server first sent anything again to when it last did. */
static int64_t server_sent_again_ns(const struct facts *facts)
{
    const struct trouble *trouble = direction_trouble(&facts->connection->direction[SIDE_SERVER]);

    return trouble->last_retransmission.time_ns - trouble->first_retransmission.time_ns;
}

bool server_was_heard_late(const struct facts *facts)
{
    const struct connection *connection = facts->connection;
    const struct direction *server = &connection->direction[SIDE_SERVER];
    int64_t life_ns = facts->refusal.at.time_ns - connection->first.time_ns;

    return server->most_retransmitted >= LOSSY_SENDS_MIN && server->again_in_need
           && server_sent_again_ns(facts) >= FACTS_PATIENCE_NS
           && server_sent_again_ns(facts) > life_ns / 2;
}

bool loss_is_general(const struct facts *facts, enum side from)
{
    return facts->connection->direction[from].syn_count > 1
           || sent_again(&facts->connection->direction[side_other(from)]) > 0;
}

uint32_t full_segment(const struct facts *facts, enum side from)
{
    uint16_t mss = facts->connection->direction[side_other(from)].mss;

    return mss > TCP_OPTIONS_MAX ? (uint32_t)mss - TCP_OPTIONS_MAX : FULL_SEGMENT_UNKNOWN;
}

uint32_t segment_on_wire(const struct facts *facts, enum side from)
{
    const struct direction *sender = &facts->connection->direction[from];
    const struct direction *receiver = &facts->connection->direction[side_other(from)];
    uint32_t options = sender->timestamps && receiver->timestamps ? TIMESTAMPS_LEN : 0;
    uint32_t taken = (uint32_t)receiver->mss - options;

    return receiver->mss > TCP_OPTIONS_MAX && taken < sender->largest_segment
               ? taken
               : sender->largest_segment;
}

/* Routers between a sender and here, when the sender began with the next higher one of the initial
 * values that systems use. */
static unsigned distance(uint8_t hop_limit)
{
    static const unsigned initial[] = {32, 64, 128, 255};
    size_t i = 0;

    while (hop_limit > initial[i])
        i++;
    return initial[i] - hop_limit;
}

/* The RST knows the last octets of the other side sooner than they can have got to the host in
 * whose name it comes and the RST back, by the SYN and its answer. */
static bool reset_comes_too_soon(const struct facts *facts, enum side by)
{
    const struct connection *connection = facts->connection;
    const struct direction *other = &connection->direction[side_other(by)];
    const struct reset *reset = direction_reset(&connection->direction[by]);
    int64_t after_ns = reset->at.time_ns - other->last_data.time_ns;

    return by == SIDE_SERVER && reset->acknowledges_data && other->syn_count == 1
           && connection->direction[by].syn_count == 1 && moment_seen(other->last_data)
           && connection->syn_rtt_ns >= RTT_TELLING_NS && after_ns >= 0
           && after_ns < connection->syn_rtt_ns / RTT_SHARE;
}

/* A host that sends the RST for a connection that it has, which the ACK shows, knows its options;
 * but the timestamp only should be there (RFC 7323 section 3.2), and 4.4BSD and all that comes of
 * it, Apple's systems among them, leave it out. */
static bool reset_lacks_timestamp(const struct facts *facts, enum side by)
{
    const struct direction *direction = facts->connection->direction;
    const struct reset *reset = direction_reset(&direction[by]);

    return direction[SIDE_CLIENT].timestamps && direction[SIDE_SERVER].timestamps && reset->has_ack
           && !reset->has_timestamp;
}

/* Linux puts the timestamp on each RST of a connection that it has. */
static bool reset_is_unlike_host(const struct facts *facts, enum side by)
{
    return reset_lacks_timestamp(facts, by) && facts->connection->direction[by].is_like_linux;
}

/* Signs that the RST is not of its host's making. One may have another reason: the first packet of
 * a connection is the slowest, and something on the way may have answered the SYN. */
static enum certainty odd_reset(const struct facts *facts, enum side by)
{
    bool is_soon = reset_comes_too_soon(facts, by);
    bool is_unlike = reset_is_unlike_host(facts, by);

    if (is_soon && is_unlike)
        return CAUSE_LIKELY;
    return is_soon || is_unlike ? CAUSE_POSSIBLE : CAUSE_NO;
}

/* The capture has what a router gets and what it sends on, every packet of this side up to the RST
 * twice, but the RST once. */
static bool reset_has_one_copy(const struct facts *facts, enum side by)
{
    const struct direction *direction = &facts->connection->direction[by];
    const struct reset *reset = direction_reset(direction);

    return direction->routed && moment_seen(reset->at) && !reset->routed
           && direction->duplicates >= reset->packets;
}

enum certainty reset_is_of_router(const struct facts *facts, enum side by)
{
    const struct direction *other = &facts->connection->direction[side_other(by)];

    if (!reset_has_one_copy(facts, by))
        return CAUSE_NO;
    return other->routed && !other->last_routed && other->payload_octets > 0 ? CAUSE_LIKELY
                                                                             : CAUSE_POSSIBLE;
}

/* Packets of one host in one connection take one path: another hop limit is another host, unless
 * the path itself changed, as it does where the others differ too. Some systems begin their RSTs
 * with another initial value; then the distance is the same. */
static enum certainty reset_came_from_elsewhere(const struct facts *facts, enum side by)
{
    const struct direction *direction = &facts->connection->direction[by];
    const struct reset *reset = direction_reset(direction);

    if (!reset_has_other_hop_limit(direction))
        return odd_reset(facts, by);
    if (hop_limit_varies(direction) || distance(reset->hop_limit) == distance(direction->hop_limit))
        return odd_reset(facts, by) == CAUSE_NO ? CAUSE_POSSIBLE : CAUSE_LIKELY;
    return CAUSE_LIKELY;
}

enum certainty reset_is_foreign(const struct facts *facts, enum side by)
{
    const struct reset *reset = direction_reset(&facts->connection->direction[by]);
    enum certainty by_path;
    enum certainty by_router;

    if (!moment_seen(reset->at))
        return CAUSE_NO;
    if (reset->data_after || reset->fin_after)
        return CAUSE_CERTAIN;
    by_path = reset_came_from_elsewhere(facts, by);
    by_router = reset_is_of_router(facts, by);
    return by_path > by_router ? by_path : by_router;
}

bool answer_has_other_path(const struct facts *facts)
{
    const struct refusal *refusal = &facts->refusal;
    const struct direction *direction = &facts->connection->direction[refusal->by];

    return refusal->kind != REFUSAL_NONE && refusal->kind != REFUSAL_RST && refusal->note != NULL
           && (uint8_t)refusal->by == refusal->note->side
           && packet_has_other_path(direction, refusal->at.packet)
           && distance((uint8_t)direction_trouble(direction)->other_path_hop_limit)
                  != distance(direction->hop_limit);
}

void describe_answer_path(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *direction = &facts->connection->direction[facts->refusal.by];
    const char *by = side_name(facts->refusal.by);

    if (answer_has_other_path(facts))
        evidence_add(evidence, "answer_hop_limit", facts->refusal.at,
                     "the packet that ends it has hop limit (TTL) %u, those of the %s before it "
                     "have %u: a firewall or proxy on the way may have sent it in the %s's name, "
                     "or a load balancer the packets before it",
                     (unsigned)direction_trouble(direction)->other_path_hop_limit, by,
                     direction->hop_limit, by);
}

/* Which sizes were lost, and which passed. */
static void describe_sizes(const struct direction *direction, enum side from,
                           struct evidence *evidence)
{
    struct text text;

    if (direction->largest_unacknowledged == 0)
        return;
    text = evidence_begin(evidence, "never_acknowledged",
                          direction_trouble(direction)->last_retransmission);
    text_add(&text, "segments of %u ", direction->smallest_unacknowledged);
    if (direction->largest_unacknowledged > direction->smallest_unacknowledged)
        text_add(&text, "to %u ", direction->largest_unacknowledged);
    text_add(&text, "octets of the %s were never acknowledged; ", side_name(from));
    if (direction->largest_acknowledged > 0)
        text_add(&text, "the largest that was has %u", direction->largest_acknowledged);
    else
        text_add(&text, "none was");
}

void describe_loss(const struct facts *facts, enum side from, struct evidence *evidence)
{
    const struct direction *direction = &facts->connection->direction[from];
    const struct trouble *trouble = direction_trouble(direction);
    uint64_t hole = facts_hole_octets(facts, from);

    if (direction->retransmissions > 0)
        evidence_add(evidence, "retransmissions", trouble->first_retransmission,
                     "the %s sent %u segment%s again, the same one up to %u time%s; the last at "
                     "packet %llu",
                     side_name(from), direction->retransmissions,
                     direction->retransmissions == 1 ? "" : "s", direction->most_retransmitted,
                     direction->most_retransmitted == 1 ? "" : "s",
                     (unsigned long long)trouble->last_retransmission.packet);
    describe_sizes(direction, from, evidence);
    if (hole > 0)
        evidence_add(evidence, "hole", facts->connection->last_by[side_other(from)],
                     "the %s has data behind a hole of %llu octets that was never closed",
                     side_name(side_other(from)), (unsigned long long)hole);
    else if (trouble->undelivered_octets > 0)
        evidence_add(evidence, "never_arrived", facts->connection->last_by[from],
                     "by the sequence numbers of its ACKs the %s sent %u octets that never came",
                     side_name(from), trouble->undelivered_octets);
}

static void describe_reset_hop_limit(const struct direction *direction, enum side by,
                                     struct evidence *evidence)
{
    const struct reset *reset = direction_reset(direction);

    if (direction->hop_limit == 0)
        return;
    if (reset->hop_limit == direction->hop_limit && !hop_limit_varies(direction))
        evidence_add(evidence, "reset_hop_limit", reset->at,
                     "the RST has the hop limit (TTL) of the %s's other packets, %u: by that it "
                     "may be the %s's own",
                     side_name(by), direction->hop_limit, side_name(by));
    else
        evidence_add(evidence, "reset_hop_limit", reset->at,
                     "the RST has hop limit (TTL) %u, the %s's other packets have %u%s",
                     reset->hop_limit, side_name(by), direction->hop_limit,
                     hop_limit_varies(direction) ? " and others" : "");
}

/* A RST may carry a text that says why (RFC 1122 section 4.2.2.12, RFC 9293 section 3.5.3): BIG-IP
 * writes one when its database variable tm.rstcause.pkt is enabled, and
 * draft-ietf-tcpm-rst-diagnostic-payload gives it a form. It is not TLS, and may be anything. */
static void describe_reset_text(const struct facts *facts, enum side by, struct evidence *evidence)
{
    const struct note *note = handshake_next(facts->handshake, NULL, by, NOTE_RST);
    struct bytes octets = {0};
    struct text text;

    if (note != NULL)
        octets = handshake_body(facts->handshake, note);
    if (octets.len == 0)
        return;
    text = evidence_begin(evidence, "reset_text", note->at);
    text_add(&text, "the RST carries %s%zu octets: \"",
             octets.len < HANDSHAKE_RESET_TEXT_MAX ? "" : "at least ", octets.len);
    text_add_untrusted(&text, octets);
    text_add(&text, "\"; some devices write there why they reset");
}

/* NetScaler writes a number there for its reason: 8201 for a connection that it does not know
 * (support.citrix.com CTX583058). Hosts write 0 or the window that they announced before. */
static void describe_reset_window(const struct reset *reset, struct evidence *evidence)
{
    enum { CODE_MIN = 8192, CODE_MAX = 9999 };

    if (reset->is_other_window && reset->window >= CODE_MIN && reset->window <= CODE_MAX)
        evidence_add(evidence, "reset_window", reset->at,
                     "the RST has the window %u, which the packets before it have not: on a "
                     "NetScaler it would be the code of its reason to reset",
                     reset->window);
}

void describe_reset_words(const struct facts *facts, enum side by, struct evidence *evidence)
{
    describe_reset_text(facts, by, evidence);
    describe_reset_window(direction_reset(&facts->connection->direction[by]), evidence);
}

void describe_reset(const struct facts *facts, enum side by, struct evidence *evidence)
{
    const struct direction *direction = &facts->connection->direction[by];
    const struct reset *reset = direction_reset(direction);

    if (!moment_seen(reset->at))
        return;
    describe_reset_words(facts, by, evidence);
    describe_reset_hop_limit(direction, by, evidence);
    if (reset_comes_too_soon(facts, by))
        evidence_add(
            evidence, "reset_too_soon", reset->at,
            "the RST acknowledges what the %s sent %llu µs before; a round trip to the %s "
            "took %llu µs",
            side_name(side_other(by)),
            (unsigned long long)((reset->at.time_ns
                                  - facts->connection->direction[side_other(by)].last_data.time_ns)
                                 / 1000),
            side_name(by), (unsigned long long)(facts->connection->syn_rtt_ns / 1000));
    if (reset_lacks_timestamp(facts, by))
        evidence_add(evidence, "reset_without_timestamp", reset->at,
                     "the RST has no timestamp although both sides agreed on them: %s",
                     reset_is_unlike_host(facts, by)
                         ? "a Linux host, as which this one begins, puts one there"
                         : "many systems, those of Apple and the BSDs among them, never put one "
                           "there");
    if (reset_is_of_router(facts, by) != CAUSE_NO)
        evidence_add(evidence, "reset_of_router", reset->at,
                     "the capture has all packets of the %s on both sides of a router, but the RST "
                     "on one side alone%s",
                     side_name(by),
                     reset_is_of_router(facts, by) == CAUSE_LIKELY
                         ? ", and what it answers was not sent on either"
                         : "");
    if (reset->data_after)
        evidence_add(evidence, "data_after_reset", direction->last_data,
                     "data from the %s arrived after the RST in its name", side_name(by));
    if (reset->fin_after)
        evidence_add(evidence, "fin_after_reset", direction->fin,
                     "a FIN from the %s arrived after the RST in its name, and acknowledges less "
                     "than that",
                     side_name(by));
    if (reset->count > 1)
        evidence_add(evidence, "reset_count", reset->at, "%u RSTs came in the %s's name",
                     reset->count, side_name(by));
}

void describe_closed_window(const struct facts *facts, enum side side, struct evidence *evidence)
{
    if (facts_reads_no_more(facts, side))
        evidence_add(evidence, "window_closed", facts->connection->last_by[side],
                     "the %s announced a receive window of 0 %u times, the last time with its last "
                     "ACK: its program does not read what came, and the %s may send no more",
                     side_name(side), facts->connection->direction[side].zero_windows,
                     side_name(side_other(side)));
}

void describe_wait(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    struct text text;

    if (facts->last_note == NULL)
        return;
    text = evidence_begin(evidence, "waited", facts->last_note->at);
    text_add(&text, "nothing came for ");
    text_add_duration(&text, facts->waited_ns);
    text_add(&text, client->unacknowledged_octets == 0
                        ? " although all that the client sent was acknowledged"
                        : " and the client's last octets were not acknowledged");
}

void describe_turned_away(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    bool had_agreed = facts_server_breaks_its_word(facts);
    int64_t since_ns = had_agreed ? facts->starttls.answered_at.time_ns : server->last_syn.time_ns;
    struct text text;

    if (!had_agreed && !facts_client_is_turned_away(facts))
        return;
    if (had_agreed)
        describe_starttls_request(facts, evidence);
    text = evidence_begin(evidence, "turned_away", facts->refusal.at);
    text_add(&text, "the server ended the connection ");
    text_add_duration(&text, facts->refusal.at.time_ns - since_ns);
    text_add(&text, " after it had %s, before the client had sent its hello",
             had_agreed ? "agreed to that" : "taken it");
}
