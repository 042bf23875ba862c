/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_outcome.c -- established, failed, incomplete or not TLS; and how far it came. */
#include "analyze/facts_internal.h"

#include "capture/time_unit.h"

/* Without an answer for this long while the capture goes on, a handshake is dying rather than
 * slow: a retransmission time-out begins at 1 s and doubles (RFC 6298), so three went by. */
#define SILENCE_NS (7 * SECOND_NS)

/* A SYN is sent again after 1 s, then 2 s (RFC 6298 section 2.1): two time-outs went by. */
#define SYN_SILENCE_NS (3 * SECOND_NS)

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[] = {
        [OUTCOME_ESTABLISHED] = "established",
        [OUTCOME_FAILED] = "failed",
        [OUTCOME_INCOMPLETE] = "incomplete",
        [OUTCOME_NOT_TLS] = "not_tls",
    };

    return names[outcome];
}

const char *stage_name(enum stage stage)
{
    static const char *const names[] = {
        [STAGE_TCP_CONNECT] = "tcp_connect",
        [STAGE_TCP_ESTABLISHED] = "tcp_established",
        [STAGE_CLIENT_HELLO] = "client_hello",
        [STAGE_SERVER_HELLO] = "server_hello",
        [STAGE_SERVER_CERTIFICATE] = "server_certificate",
        [STAGE_KEY_EXCHANGE] = "key_exchange",
        [STAGE_CHANGE_CIPHER_SPEC] = "change_cipher_spec",
        [STAGE_ENCRYPTED_SERVER_FLIGHT] = "encrypted_server_flight",
        [STAGE_ENCRYPTED_CLIENT_FLIGHT] = "encrypted_client_flight",
        [STAGE_FINISHED] = "finished",
    };

    return names[stage];
}

const char *party_name(enum party party)
{
    static const char *const names[] = {
        [PARTY_NONE] = NULL,
        [PARTY_CLIENT] = "client",
        [PARTY_SERVER] = "server",
        [PARTY_NETWORK] = "network",
    };

    return names[party];
}

static enum stage stage_1_3(const struct facts *facts)
{
    if (facts_client_finished(facts) != NULL
        || facts_is_empty_certificate(facts, facts->client_flight_note))
        return STAGE_ENCRYPTED_CLIENT_FLIGHT;
    if (facts->first_protected_note[SIDE_SERVER] != NULL)
        return STAGE_ENCRYPTED_SERVER_FLIGHT;
    return STAGE_SERVER_HELLO;
}

/* The client repeats its SYN all the time, for two time-outs at least, whatever answers that; or
 * the server goes on repeating its SYN-ACK. */
static bool opening_goes_on(const struct direction *client, const struct direction *server)
{
    return client->packets == client->syn_count
           && (server->last_syn.time_ns - server->syn.time_ns >= SILENCE_NS
               || (server->syn_count >= FACTS_SYNS_IN_VAIN
                   && client->last_syn.time_ns - client->syn.time_ns >= SYN_SILENCE_NS));
}

/* A SYN-ACK that the client goes on not getting, or gets when it has given up. One SYN proves
 * nothing: scanners and forged addresses leave others half open. */
static bool opening_is_lost(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    const struct reset *reset = direction_reset(client);
    bool gave_up = moment_seen(reset->at) && !reset->has_ack && reset->unseen_octets == 0;

    return facts->tls_expected && facts->connection->syn_seen
           && client->syn_count >= FACTS_SYNS_IN_VAIN && client->payload_octets == 0
           && server->payload_octets == 0 && direction_trouble(client)->unseen_octets == 0
           && !moment_seen(client->fin) && !moment_seen(server->fin)
           && !moment_seen(direction_reset(server)->at)
           && (gave_up || opening_goes_on(client, server));
}

bool facts_tcp_is_connected(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    return moment_seen(server->syn) || server->packets > direction_reset(server)->count
           || client->packets > (uint64_t)client->syn_count + direction_reset(client)->count;
}

/* The SYN was not answered, or it was refused. */
static bool syn_is_in_vain(const struct facts *facts)
{
    const struct reset *reset = direction_reset(&facts->connection->direction[SIDE_SERVER]);

    return facts->connection->syn_seen && !facts_tcp_is_connected(facts)
           && (!moment_seen(reset->at) || reset->answers_syn);
}

bool facts_connect_is_not_judged(const struct facts *facts)
{
    return facts->outcome == OUTCOME_NOT_TLS && !facts->tls_expected && syn_is_in_vain(facts);
}

/* A SYN with TLS in it (RFC 7413), maybe a whole hello, that nobody took or that was refused. */
static bool hello_of_syn_is_in_vain(const struct facts *facts)
{
    return facts->handshake->spoke_tls[SIDE_CLIENT] && syn_is_in_vain(facts);
}

static enum stage find_stage(const struct facts *facts)
{
    if (facts->outcome == OUTCOME_ESTABLISHED)
        return STAGE_FINISHED;
    if (hello_of_syn_is_in_vain(facts))
        return STAGE_TCP_CONNECT;
    if (facts->tls13)
        return stage_1_3(facts);
    if (facts->change_cipher_spec_note[SIDE_CLIENT] != NULL
        || (facts->change_cipher_spec_note[SIDE_SERVER] != NULL
            && facts->server_hello_note != NULL))
        return STAGE_CHANGE_CIPHER_SPEC;
    if (facts->client_key_exchange_note != NULL || facts->server_key_exchange_note != NULL)
        return STAGE_KEY_EXCHANGE;
    if (facts->server_certificate_note != NULL)
        return STAGE_SERVER_CERTIFICATE;
    if (facts->server_hello_note != NULL || facts->retry_note != NULL)
        return STAGE_SERVER_HELLO;
    if (facts->client_hello_note != NULL || facts->sslv2_hello_note != NULL)
        return STAGE_CLIENT_HELLO;
    return facts_tcp_is_connected(facts) && !opening_is_lost(facts) ? STAGE_TCP_ESTABLISHED
                                                                    : STAGE_TCP_CONNECT;
}

static bool hello_seen(const struct facts *facts)
{
    return facts->client_hello_note != NULL || facts->sslv2_hello_note != NULL;
}

/* Nobody answered a SYN, or somebody refused it. */
static enum outcome outcome_of_connect(struct facts *facts, enum connection_end reason)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    bool reset = moment_seen(direction_reset(server)->at);

    if (!facts->tls_expected && !hello_seen(facts))
        return OUTCOME_NOT_TLS;
    facts->incomplete_reason = "the capture missed packets";
    if (facts_tcp_is_connected(facts) || (reset && !direction_reset(server)->answers_syn))
        return OUTCOME_INCOMPLETE;
    facts->incomplete_reason = NULL;
    if (facts->connection->icmp.count > 0 || reset
        || (client->syn_count > 1 && !(facts->capture_ended && facts->waited_ns < SYN_SILENCE_NS)))
        return OUTCOME_FAILED;
    facts->incomplete_reason = reason == CONNECTION_END_IDLE || facts->waited_ns >= SYN_SILENCE_NS
                                   ? "one SYN without an answer: the client gave up at once, or "
                                     "the capture missed packets"
                                   : "the capture ends before an answer to the SYN was due";
    return OUTCOME_INCOMPLETE;
}

/* Who has closed and then gets octets answers them with a RST (RFC 9293 section 3.10.7.1). When the
 * capture has the RST and not the octets, it lacks them. */
static bool reset_answers_unseen_octets(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    return moment_seen(client->fin) && direction_reset(client)->at.packet > client->fin.packet
           && server->last_data.packet < client->fin.packet && !moment_seen(server->fin);
}

bool facts_server_kept_silent(const struct facts *facts)
{
    return facts->waited_ns >= FACTS_PATIENCE_NS
           && facts->connection->direction[SIDE_CLIENT].fin_acknowledged
           && facts_is_captured(facts);
}

/* The client closed or sent an alert, and the server's close is not in the capture, nor what it
 * said before. Or the client's last word is an alert that may well be its close_notify, and the
 * capture has not all of the connection. */
static bool end_is_not_captured(const struct facts *facts)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    bool server_ended = moment_seen(server->fin) || moment_seen(direction_reset(server)->at);

    if (facts->refusal.by != SIDE_CLIENT)
        return false;
    if (facts->refusal.kind == REFUSAL_FIN)
        return !server_ended && !facts_server_kept_silent(facts);
    return facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
           && (!server_ended || !facts->connection->syn_seen);
}

/* A RST that comes behind the client's FIN and knows of no octets that are not here, as of a host
 * that has no such connection any more (RFC 9293 section 3.10.7.1). */
static bool reset_answers_close(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct reset *reset = direction_reset(&facts->connection->direction[SIDE_SERVER]);

    return moment_seen(reset->at) && reset->at.packet > client->fin.packet
           && reset->unseen_octets == 0 && reset->fit != RESET_OUTSIDE;
}

/* The client got no answer and closed, and not even the ACK of its FIN is there: that ACK would
 * tell whether the server had answered. A FIN that is sent again was not ACKed at all. */
static bool close_is_unanswered(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];

    return facts->refusal.kind == REFUSAL_FIN && facts->refusal.by == SIDE_CLIENT
           && !client->fin_acknowledged && !reset_answers_close(facts)
           && client->retransmissions == 0 && client->fin_again == 0
           && client->syn_count < FACTS_SYNS_IN_VAIN && !facts->answered[SIDE_SERVER];
}

/* Up to TLS 1.2: the client is done but for the server's Finished, which may have come: the client
 * sent data and there is a hole in the server's stream, or octets came that were not captured. */
static bool client_went_on(const struct facts *facts)
{
    if (facts->tls13 || facts->finished_note[SIDE_CLIENT] == NULL || facts_finished_is_lost(facts))
        return false;
    return reset_answers_unseen_octets(facts) || end_is_not_captured(facts)
           || (facts->handshake->application_records[SIDE_CLIENT] > 0
               && facts->connection->direction[SIDE_SERVER].unacknowledged_octets > 0);
}

/* The numbers of a RST that its host sent itself tell of octets that are not in the capture. */
static bool reset_follows_unseen_octets(const struct facts *facts)
{
    const struct direction *direction = &facts->connection->direction[facts->refusal.by];

    return facts->refusal.kind == REFUSAL_RST && direction_reset(direction)->unseen_octets > 0
           && !reset_has_other_hop_limit(direction);
}

/* Why the end does not tell whether the server accepted the flight of a client that it had asked
 * for a certificate; NULL: it tells. A server that closes at once without a word had hardly
 * another reason than that there was no certificate; of one that was sent, it may have been
 * content. */
static const char *untold_answer(const struct facts *facts)
{
    static const char *const reasons[] = {
        [SERVER_ANSWER_CONTENT] = NULL,
        [SERVER_ANSWER_REFUSAL] = NULL,
        [SERVER_ANSWER_AT_DATA] = NULL,
        [SERVER_ANSWER_AT_GOOD_BYE] = NULL,
        [SERVER_ANSWER_SILENCE] =
            "the server closed without a word: it refused the client's certificate, or was done",
        [SERVER_ANSWER_UNSEEN] = "the capture missed packets",
        [SERVER_ANSWER_STAYED] =
            "the server's last record is an alert or two octets, and it did not close at once",
        [SERVER_ANSWER_PADDED] =
            "the server pads its records: its last one is an alert or a session ticket",
        [SERVER_ANSWER_OPAQUE] =
            "the client pads its records: the server may have refused a certificate among them",
        [SERVER_ANSWER_TOO_LATE] =
            "the client left before the server's answer to its certificate could tell",
        [SERVER_ANSWER_DUE] = "the capture ends before the server's answer to the certificate",
        [SERVER_ANSWER_LATER] =
            "the server closed, not at once: for the client's certificate, or for something else",
        [SERVER_ANSWER_UNTIMED] =
            "the packets have no times: the server closed at the certificate, or at what came next",
        [SERVER_ANSWER_NOT_ASKED] =
            "of the client's flight its certificate came, and nothing that must be its Finished",
    };
    enum server_answer answer = facts_server_answer(facts);

    return answer == SERVER_ANSWER_SILENCE && facts->client_answer == CLIENT_ANSWER_EMPTY
               ? NULL
               : reasons[answer];
}

/* Who spoke something else than TLS did so before the hello only, and the beginning of the
 * connection is not captured: they may have agreed on TLS there. */
static bool answer_may_be_older(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_PLAINTEXT && !facts->answered[facts->refusal.by];
}

/* TLS began behind other octets, and its records do not follow each other: what carries it, as
 * OpenVPN does, said so in what is not captured. */
static bool carrier_may_be_older(const struct facts *facts)
{
    for (size_t side = 0; side < SIDES; side++)
        if (facts->prelude_note[side] != NULL && facts->prelude[side] == PRELUDE_UNKNOWN
            && facts->malformed_note[side] != NULL)
            return true;
    return false;
}

/* What the capture lacks to judge a handshake that was not seen to finish; NULL: nothing. */
static const char *what_is_missing(const struct facts *facts)
{
    if (facts->evicted)
        return "dropped for want of memory, see --max-memory";
    if (facts->one_direction_only)
        return "the capture has only one direction of the connection";
    if (!facts->connection->syn_seen
        && (!hello_seen(facts) || answer_may_be_older(facts) || carrier_may_be_older(facts)))
        return "the connection began before the capture";
    if (!hello_seen(facts) && facts->handshake->spoke_tls[SIDE_SERVER]
        && facts->prelude_note[SIDE_CLIENT] == NULL)
        return "the capture has no ClientHello";
    if (client_went_on(facts))
        return "the client went on, the server's answer is not in the capture";
    if (untold_answer(facts) != NULL)
        return untold_answer(facts);
    if (facts_finished_is_hidden(facts) && !facts->missed)
        return "the client's early data cannot be told from its Finished";
    if (facts_finished_is_under_way(facts))
        return "the client's Finished is sent again, and the capture ends before that is answered";
    if (facts->missed && facts->cut)
        return "packets were cut by the capture's snapshot length";
    if (close_is_unanswered(facts))
        return "the capture ends with the client's FIN";
    if (facts->missed || reset_follows_unseen_octets(facts))
        return "the capture missed packets";
    return NULL;
}

/* A capture without the SYN may lack the answer, too, and so may one that lacks packets of others
 * at that moment, as tracker_lost_near() has it. One more flight finishes the handshake: a packet
 * or two, which the capture may lack like their ACKs. And a client that stays away without a FIN or
 * RST is unlikely, in the middle of its hello or of another record as well. */
static bool silence_proves_nothing(const struct facts *facts)
{
    if (!moment_seen(facts->connection->direction[SIDE_CLIENT].syn) || facts->others_missed)
        return true;
    if (facts->last_note != NULL && facts->last_note->side == SIDE_SERVER)
        return true;
    return facts->handshake->hello_broke_off || facts_broke_off(facts, facts->last_note)
           || facts_hello_is_due(facts)
           || (!facts->tls13 && facts->finished_note[SIDE_CLIENT] != NULL);
}

/* The capture ends while what was sent again may still arrive: a sender tries within milliseconds,
 * and then waits longer and longer (RFC 8985 section 7, RFC 6298 section 5). */
static bool may_still_arrive(const struct facts *facts, const struct direction *direction)
{
    return facts->capture_ended
           && facts->capture_end_ns - direction_trouble(direction)->first_retransmission.time_ns
                  < SYN_SILENCE_NS;
}

/* The side sends the same octets again and again, or did so before it fell silent. What got through
 * in the end was late, not lost. */
static bool sends_in_vain(const struct facts *facts, enum side side)
{
    const struct direction *direction = &facts->connection->direction[side];

    return direction->most_retransmitted >= FACTS_RESENDS_OF_LOSS
           && (direction->unacknowledged_octets > 0 || facts->waited_ns >= SILENCE_NS)
           && !may_still_arrive(facts, direction);
}

/* Silence of a connection proves something only where TCP itself was seen to work or to fail:
 * what was sent last is either ACKed, or sent again and again. Neither means that the capture
 * lacks packets, as one does that was made through a filter. */
static bool is_dying(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    bool acknowledged = client->unacknowledged_octets == 0 && server->unacknowledged_octets == 0;

    if (sends_in_vain(facts, SIDE_CLIENT) || sends_in_vain(facts, SIDE_SERVER))
        return true;
    if (facts->waited_ns < SILENCE_NS)
        return false;
    return facts_octets_are_lost(facts, SIDE_CLIENT) || facts_octets_are_lost(facts, SIDE_SERVER)
           || facts_reads_no_more(facts, SIDE_CLIENT) || facts_reads_no_more(facts, SIDE_SERVER)
           || (acknowledged && !silence_proves_nothing(facts));
}

/* Why a handshake that nothing ended is open. */
static const char *what_came_last(const struct facts *facts, enum connection_end reason)
{
    _Static_assert(CONNECTIONS_IDLE_SECONDS == 120, "told in words");
    if (reason == CONNECTION_END_IDLE)
        return "nothing came for 120 s; what came after that, if anything, was not read";
    if (facts->capture_ended && facts->waited_ns < SILENCE_NS)
        return "the capture ends during the handshake";
    if (facts->others_missed)
        return "the capture lacks packets of this moment, of other connections too";
    return "the capture lacks the packets that came next";
}

static enum outcome outcome_of_handshake(struct facts *facts, enum connection_end reason)
{
    if (facts->refusal.kind == REFUSAL_ALERT && facts->refusal.alert != TLS_ALERT_CLOSE_NOTIFY
        && facts->refusal.alert != TLS_ALERT_USER_CANCELED && !facts_sides_are_unknown(facts))
        return OUTCOME_FAILED;
    facts->incomplete_reason = what_is_missing(facts);
    if (facts->incomplete_reason != NULL)
        return OUTCOME_INCOMPLETE;
    if (facts->refusal.kind != REFUSAL_NONE || is_dying(facts))
        return OUTCOME_FAILED;
    facts->incomplete_reason = what_came_last(facts, reason);
    return OUTCOME_INCOMPLETE;
}

/* The client sent something where TLS is expected, but not one octet of its beginning is there: a
 * hello whose first segment got lost. A FIN that was not captured is nothing. */
static bool beginning_is_lost(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];

    return facts->tls_expected && facts->connection->syn_seen
           && (client->payload_octets > 0 || direction_trouble(client)->unseen_octets > 1)
           && facts->handshake->stream_octets[SIDE_CLIENT] == 0;
}

/* The client closed before it had sent a single octet, as TCP health checks do; what the server
 * says to that, some in an alert, refuses nothing. */
static bool client_left_unheard(const struct facts *facts)
{
    const struct connection *connection = facts->connection;
    const struct direction *client = &connection->direction[SIDE_CLIENT];

    return connection->syn_seen && facts->refusal.kind == REFUSAL_FIN
           && facts->refusal.by == SIDE_CLIENT && client->payload_octets == 0
           && facts->handshake->stream_octets[SIDE_CLIENT] == 0 && !facts->missed
           && facts->server_hello_note == NULL && facts->retry_note == NULL;
}

/* A connection where TLS is expected was open when the capture ended, and the hello still due. */
static bool hello_is_still_due(const struct facts *facts)
{
    const struct connection *connection = facts->connection;

    return facts->tls_expected && facts->capture_ended && facts->waited_ns < SILENCE_NS
           && connection->syn_seen && facts->refusal.kind == REFUSAL_NONE
           && facts_nobody_spoke(facts) && facts_is_captured(facts);
}

/* The capture ends before a client would ask for TLS again that may do so. */
static bool request_is_still_due(const struct facts *facts)
{
    return facts_request_may_be_repeated(facts) && facts->capture_ended
           && facts->capture_end_ns - facts->starttls.answered_at.time_ns < FACTS_PATIENCE_NS;
}

/* Nobody sent a TLS record. */
static enum outcome outcome_without_tls(struct facts *facts, enum connection_end reason)
{
    const struct connection *connection = facts->connection;
    bool opening = connection->syn_seen && !moment_seen(connection->direction[SIDE_SERVER].syn)
                   && connection->direction[SIDE_SERVER].payload_octets == 0;

    if (facts_traces_path(facts))
        return OUTCOME_NOT_TLS;
    if (opening && connection->direction[SIDE_CLIENT].payload_octets == 0)
        return outcome_of_connect(facts, reason);
    if (beginning_is_lost(facts) || facts_hello_is_due(facts))
        return outcome_of_handshake(facts, reason);
    if (request_is_still_due(facts)) {
        facts->incomplete_reason =
            "the capture ends with a refusal of TLS: the client may ask again";
        return OUTCOME_INCOMPLETE;
    }
    if (facts_failed_without_tls(facts) || opening_is_lost(facts))
        return OUTCOME_FAILED;
    if (!hello_is_still_due(facts))
        return OUTCOME_NOT_TLS;
    facts->incomplete_reason = "the capture ends before anybody spoke";
    return OUTCOME_INCOMPLETE;
}

/* Who speaks TLS answers such a Finished with an alert. */
static bool is_disguise(const struct facts *facts)
{
    return facts_server_is_in_disguise(facts) && facts->refusal.kind != REFUSAL_ALERT;
}

void facts_decide_outcome(struct facts *facts, const struct observation *observation,
                          bool is_finished)
{
    const struct handshake *handshake = facts->handshake;

    if (is_finished)
        facts->outcome = OUTCOME_ESTABLISHED;
    else if (hello_of_syn_is_in_vain(facts))
        facts->outcome = outcome_of_connect(facts, observation->reason);
    else if (!handshake->spoke_tls[SIDE_CLIENT] && !handshake->spoke_tls[SIDE_SERVER])
        facts->outcome = outcome_without_tls(facts, observation->reason);
    else if (client_left_unheard(facts) || is_disguise(facts)
             || (handshake->presumed && !handshake->spoke_tls[SIDE_SERVER]))
        facts->outcome = OUTCOME_NOT_TLS;
    else
        facts->outcome = outcome_of_handshake(facts, observation->reason);
    facts_allow_for_multipath(facts);
    facts->stage = find_stage(facts);
}
