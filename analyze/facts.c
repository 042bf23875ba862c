/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/facts.h"

#include "analyze/facts_internal.h"
#include "analyze/utf8.h"
#include "capture/time_unit.h"

/* A ticket or session ID that the server takes up, or a PSK that it chooses. Up to TLS 1.2 the
 * server goes straight to its change_cipher_spec (RFC 5246 section 7.3). */
static bool is_resumed(const struct facts *facts)
{
    if (facts->tls13)
        return facts->server_extensions.pre_shared_key.state == EXTENSION_WELL_FORMED;
    return facts->server_hello_note != NULL && facts->server_certificate_note == NULL
           && facts->server_key_exchange_note == NULL && facts->server_hello_done_note == NULL
           && facts->change_cipher_spec_note[SIDE_SERVER] != NULL
           && facts->client_key_exchange_note == NULL;
}

static void identify_preludes(struct facts *facts)
{
    for (size_t side = 0; side < SIDES; side++) {
        const struct prelude_text *text = facts->handshake->prelude[side];

        if (text != NULL)
            facts->prelude[side] = prelude_identify(prelude_octets(text), side == SIDE_CLIENT);
    }
}

bool facts_lacks(const struct facts *facts, enum side side, unsigned ways)
{
    const struct trouble *trouble = direction_trouble(&facts->connection->direction[side]);

    return ((ways & LACK_GAP) != 0 && facts->handshake->gap_octets[side] > 0)
           || ((ways & LACK_MISSED) != 0 && trouble->missed_octets > 0)
           || ((ways & LACK_UNSEEN) != 0 && trouble->unseen_octets > 0)
           || ((ways & LACK_CUT) != 0 && trouble->cut_octets > 0)
           || ((ways & LACK_DROPPED) != 0 && trouble->dropped_octets > 0)
           || ((ways & LACK_BEFORE_RESET) != 0 && trouble->reset.unseen_octets > 0);
}

bool facts_is_captured(const struct facts *facts)
{
    const unsigned ways = LACK_UNSEEN | LACK_MISSED | LACK_BEFORE_RESET;

    return !facts_lacks(facts, SIDE_CLIENT, ways) && !facts_lacks(facts, SIDE_SERVER, ways);
}

/* Octets that are this long on their way are lost: the longest time-out before the first
 * retransmission (RFC 6298 section 2.1). */
#define LOST_AFTER_NS SECOND_NS

/* Without SACK a receiver has its last ACK sent again for what comes behind a hole (RFC 5681
 * section 3.2): the capture lacks the same octets, and has those behind. */
static bool is_asked_again(const struct facts *facts, enum side from)
{
    const struct direction *sender = &facts->connection->direction[from];
    const struct trouble *trouble = direction_trouble(sender);

    return facts->connection->direction[side_other(from)].duplicate_acks > 0
           && trouble->missed_octets == 0 && sender->unacknowledged_octets > trouble->unseen_octets
           && facts->waited_ns >= LOST_AFTER_NS;
}

uint64_t facts_hole_octets(const struct facts *facts, enum side from)
{
    uint32_t reported = facts->connection->direction[side_other(from)].sack_hole_octets;

    if (reported > 0 || !is_asked_again(facts, from))
        return reported;
    return direction_trouble(&facts->connection->direction[from])->unseen_octets;
}

bool facts_octets_are_lost(const struct facts *facts, enum side from)
{
    const struct direction *sender = &facts->connection->direction[from];

    return facts_hole_octets(facts, from) > 0
           || (direction_trouble(sender)->undelivered_octets > 0
               && !facts_lacks(facts, SIDE_CLIENT, LACK_MISSED)
               && !facts_lacks(facts, SIDE_SERVER, LACK_MISSED)
               && facts->waited_ns >= LOST_AFTER_NS);
}

/* Octets that one side sent, and neither did the capture see them nor does the other side say
 * that it lacks them (RFC 5681 section 3.2). */
static bool octets_are_unseen(const struct facts *facts, enum side from)
{
    return facts_lacks(facts, from, LACK_UNSEEN) && !facts_octets_are_lost(facts, from)
           && facts->connection->direction[side_other(from)].duplicate_acks == 0;
}

/* The client closed after its hello and no other record, and the capture has all that it had ACKed:
 * without its Finished there is no handshake, whatever was still on its way to it (RFC 5246 section
 * 7.3, RFC 8446 section 2). */
static bool client_left_before_the_rest(const struct facts *facts)
{
    return facts->client_hello_note != NULL && facts->handshake->records[SIDE_CLIENT] == 1
           && moment_seen(facts->connection->direction[SIDE_CLIENT].fin)
           && !facts_lacks(facts, SIDE_CLIENT, LACK_UNSEEN | LACK_GAP)
           && !facts_lacks(facts, SIDE_SERVER, LACK_MISSED | LACK_DROPPED);
}

/* What a server said before the hello, its greeting or what it answered a request for TLS, answers
 * no hello. */
static bool has_answered(const struct facts *facts, enum side side)
{
    const struct direction *direction = &facts->connection->direction[side];
    bool is_before = side == SIDE_SERVER && facts->client_hello_note != NULL
                     && direction->last_data.packet < facts->client_hello_note->at.packet;

    return direction->payload_octets > 0 && !is_before;
}

static void see_capture(struct facts *facts)
{
    const struct connection *connection = facts->connection;
    const struct handshake *handshake = facts->handshake;

    for (size_t side = 0; side < SIDES; side++) {
        const struct direction *direction = &connection->direction[side];

        if (direction->packets == 0 && handshake->spoke_tls[side_other((enum side)side)]
            && facts_tcp_is_connected(facts))
            facts->one_direction_only = true;
        if (direction_trouble(direction)->cut_octets > 0)
            facts->cut = true;
        if ((handshake->gap_octets[side] > 0 || octets_are_unseen(facts, (enum side)side))
            && (side == SIDE_CLIENT || !client_left_before_the_rest(facts)))
            facts->missed = true;
        facts->answered[side] = has_answered(facts, (enum side)side);
    }
}

/* Extensions that were not read for want of a hello are as zero as those of an empty one. */
static void clear_absent(struct facts *facts)
{
    if (!facts->client_hello_read)
        memset(&facts->client_extensions, 0, sizeof(facts->client_extensions));
    if (!facts->server_hello_read)
        memset(&facts->server_extensions, 0, sizeof(facts->server_extensions));
}

/* Returns whether the handshake was finished. */
static bool read_handshake(struct facts *facts, const struct observation *observation,
                           bool in_brief)
{
    memset(facts, 0, offsetof(struct facts, client_extensions));
    facts->connection = observation->connection;
    facts->handshake = observation->handshake;
    facts->capture_end_ns = observation->capture_end_ns;
    facts->capture_ended = observation->reason == CONNECTION_END_CAPTURE;
    facts->went_idle = observation->reason == CONNECTION_END_IDLE;
    facts->evicted = observation->reason == CONNECTION_END_EVICTED;
    facts->tls_expected = observation->tls_expected;
    facts->tls_seen = observation->tls_seen;
    facts->key_exchange_signature = observation->key_exchange_signature;
    facts->overloaded = observation->overloaded;
    facts->others_missed = observation->others_missed;
    facts->in_brief = in_brief;
    identify_preludes(facts);
    facts_read_notes(facts);
    clear_absent(facts);
    facts->resumed = is_resumed(facts);
    facts_read_client_flight(facts);
    facts_find_starttls(facts, &observation->tls_ports);
    return facts_handshake_finished(facts);
}

void facts_build(struct facts *facts, const struct observation *observation)
{
    /* What was settled early is established as a rule, where it is TLS. */
    const bool in_brief = observation->settled && observation->established_in_brief
                          && observation->handshake->spoke_tls[SIDE_SERVER];
    bool is_finished = read_handshake(facts, observation, in_brief);

    if (in_brief && !is_finished)
        is_finished = read_handshake(facts, observation, false);
    if (!is_finished || !observation->settled || !observation->established_in_brief) {
        facts_find_refusal(facts);
        see_capture(facts);
    }
    facts_decide_outcome(facts, observation, is_finished);
    /* Dozens of suites per hello: only the causes ask. */
    if (facts->outcome == OUTCOME_FAILED) {
        facts_read_suites(facts);
        facts_find_long_message(facts);
    }
}

bool facts_is_before_end(const struct facts *facts, const struct note *note)
{
    return note != NULL && (facts->refusal.note == NULL || note < facts->refusal.note);
}

bool facts_alert(const struct facts *facts, enum side by, uint8_t description)
{
    return facts->refusal.kind == REFUSAL_ALERT && facts->refusal.by == by
           && facts->refusal.note->kind == NOTE_ALERT && facts->refusal.alert == description;
}

bool facts_closed_without_reason(const struct facts *facts, enum side by)
{
    const struct refusal *refusal = &facts->refusal;

    if (refusal->kind == REFUSAL_NONE)
        return by == SIDE_SERVER && !facts->answered[SIDE_SERVER];
    if (refusal->by != by)
        return false;
    return refusal->kind == REFUSAL_FIN || refusal->kind == REFUSAL_RST
           || facts_alert(facts, by, TLS_ALERT_CLOSE_NOTIFY)
           || facts_alert(facts, by, TLS_ALERT_USER_CANCELED);
}

const struct note *facts_warning_of(const struct facts *facts, enum side side)
{
    const struct note *warning = facts->warning_note;

    return warning != NULL && warning->side == side ? warning : NULL;
}

bool facts_reads_no_more(const struct facts *facts, enum side side)
{
    const struct direction *direction = &facts->connection->direction[side];

    return direction->window_closed && direction->zero_windows > 1;
}

bool facts_client_had_left(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct refusal *refusal = &facts->refusal;

    if (facts->last_note == NULL || refusal->by != SIDE_CLIENT)
        return false;
    if (refusal->kind == REFUSAL_FIN)
        return facts->last_note->side == SIDE_CLIENT
               && client->fin.packet <= facts->last_note->at.packet;
    return refusal->kind == REFUSAL_RST && facts->last_note->side == SIDE_SERVER
           && !direction_reset(client)->has_ack && !moment_seen(client->fin);
}

/* Octets of the server that the capture lacks, without those that stand in its own stream behind
 * its refusal. A RST is seen at once: what waits in front of it is given later. */
static uint64_t unseen_before_refusal(const struct facts *facts)
{
    const struct note *note = facts->refusal.note;
    uint64_t octets = facts->handshake->gap_octets[SIDE_SERVER];

    if (note == NULL || note->side != SIDE_SERVER || note->kind == NOTE_RST)
        return octets;
    while ((note = handshake_next(facts->handshake, note, SIDE_SERVER, NOTE_GAP)) != NULL)
        octets -= note->length < octets ? note->length : octets;
    return octets;
}

bool facts_server_hello_is_unseen(const struct facts *facts)
{
    return facts->server_hello_note == NULL && unseen_before_refusal(facts) >= FACTS_HELLO_MIN;
}

bool facts_server_refused_hello(const struct facts *facts)
{
    return (facts->client_hello_note != NULL || facts->sslv2_hello_note != NULL)
           && facts->server_hello_note == NULL && facts->refusal.kind != REFUSAL_NONE
           && facts->refusal.by == SIDE_SERVER;
}

bool facts_client_refused_server(const struct facts *facts)
{
    return facts->server_hello_note != NULL && facts->refusal.kind != REFUSAL_NONE
           && facts->refusal.by == SIDE_CLIENT && facts->outcome == OUTCOME_FAILED;
}

bool facts_client_ended_at_key_exchange(const struct facts *facts)
{
    return facts_client_refused_server(facts)
           && facts_is_before_end(facts, facts->server_key_exchange_note)
           && facts->client_certificate_note == NULL && facts->client_key_exchange_note == NULL
           && facts->change_cipher_spec_note[SIDE_CLIENT] == NULL;
}

bool facts_refused_key_offer(const struct facts *facts)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;

    return facts_server_refused_hello(facts) && facts_last_hello(facts, &hello, &extensions)
           && extensions->pre_shared_key.state != EXTENSION_ABSENT;
}

struct bytes facts_external_key(const struct facts *facts)
{
    enum { IDENTITY_MAX = 128 }; /* tickets are longer, and ciphertext */
    const struct bytes none = {0};
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    struct bytes identity;

    if (!facts_last_hello(facts, &hello, &extensions))
        return none;
    identity = extensions->pre_shared_key.external;
    return identity.len <= IDENTITY_MAX && utf8_is_valid(identity) ? identity : none;
}

static bool hello_has(const struct facts *facts, uint64_t type_bit)
{
    return (facts->client_extensions.low_types & type_bit) != 0;
}

struct bytes facts_session_id(const struct facts *facts)
{
    return facts->offer.version_max <= TLS_VERSION_1_2 ? facts->client_hello.session_id
                                                       : (struct bytes){0};
}

bool facts_wants_to_resume(const struct facts *facts)
{
    return facts->client_extensions.session_ticket.ticket.len > 0 || facts_session_id(facts).len > 0
           || (hello_has(facts, EXTENSION_BIT(TLS_EXTENSION_PRE_SHARED_KEY))
               && facts_external_key(facts).len == 0);
}

struct bytes facts_password_user(const struct facts *facts)
{
    struct bytes data, user;

    return hello_has(facts, EXTENSION_BIT(TLS_EXTENSION_SRP))
                   && extension_find(facts->client_hello.extensions, TLS_EXTENSION_SRP, &data)
                   && bytes_vector(&data, 1, &user)
               ? user
               : (struct bytes){0};
}

bool facts_names_no_server(const struct facts *facts)
{
    enum extension_state state = facts->client_extensions.server_name.state;
    struct bytes data;

    return state == EXTENSION_ABSENT
           || (state == EXTENSION_MALFORMED
               && extension_find(facts->client_hello.extensions, TLS_EXTENSION_SERVER_NAME, &data)
               && server_name_is_empty(data));
}

bool facts_name_is_unread(const struct facts *facts)
{
    return !facts->client_hello_read && !facts->second_client_hello_read
           && facts_server_name(facts).len == 0;
}

uint16_t facts_chosen_group(const struct facts *facts)
{
    const struct server_key_exchange *exchange = &facts->server_key_exchange;

    if (facts->server_hello_read && facts->server_extensions.key_share.group != 0)
        return facts->server_extensions.key_share.group;
    if (facts->server_key_exchange_read && exchange->curve_type == TLS_EC_CURVE_TYPE_NAMED_CURVE)
        return exchange->named_group;
    return 0;
}

bool facts_last_hello(const struct facts *facts, const struct client_hello **hello,
                      const struct hello_extensions **extensions)
{
    if (facts->second_client_hello_read) {
        *hello = &facts->second_client_hello;
        *extensions = &facts->second_client_extensions;
        return true;
    }
    *hello = &facts->client_hello;
    *extensions = &facts->client_extensions;
    return facts->client_hello_read;
}
