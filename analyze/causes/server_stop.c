/* SPDX-License-Identifier: GPL-2.0-or-later */
/* server_stop.c -- a server that falls silent within its flight. */
#include "analyze/causes/server_flight.h"
#include "analyze/causes/transport.h"

static bool server_finished_before(const struct facts *facts, const struct note *last)
{
    const struct note *note = facts->first_protected_note[SIDE_SERVER];

    do
        note = handshake_next(facts->handshake, note, SIDE_SERVER, NOTE_APPLICATION_DATA);
    while (note != NULL && note < last && !facts_is_plain_finished(facts, note));
    return note != NULL && note < last;
}

/* TLS 1.3: the server gives its messages records of their own, for EncryptedExtensions came alone,
 * and its last record is too long for a Finished, even for one that is padded as they are; nor is
 * it data behind one. */
static bool ends_in_long_message(const struct facts *facts)
{
    const struct note *first = facts->first_protected_note[SIDE_SERVER];
    const struct note *last = facts->last_protected_note[SIDE_SERVER];

    return first != NULL && first->length < CERTIFICATE_RECORD_MIN
           && last->length >= CERTIFICATE_RECORD_MIN && !server_finished_before(facts, last);
}

/* TLS 1.3: whether the server's last protected record is not the end of its flight. A Finished that
 * is not padded is one; one that is, or that shares its record, cannot be told. */
static enum certainty is_unfinished_1_3(const struct facts *facts)
{
    const struct note *last = facts->last_protected_note[SIDE_SERVER];

    if (server_record_broke_off(facts) || ends_in_long_message(facts))
        return CAUSE_LIKELY;
    if (last != NULL && facts_is_plain_finished(facts, last))
        return CAUSE_NO;
    return facts->resumed || server_flight_complete(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
}

bool server_stopped_in_hello(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    return handshake->records[SIDE_SERVER] == 0 && handshake->begun_octets[SIDE_SERVER] > 0;
}

/* Up to TLS 1.2 its end is plain: ServerHelloDone, or a change_cipher_spec when it resumes. What
 * came when the client had closed is none that it got. */
static enum certainty is_unfinished(const struct facts *facts)
{
    if (!facts_is_before_end(facts, facts->server_hello_note))
        return server_stopped_in_hello(facts) ? CAUSE_LIKELY : CAUSE_NO;
    if (facts->tls13)
        return is_unfinished_1_3(facts);
    return !facts_is_before_end(facts, facts->server_hello_done_note)
                   && !facts_is_before_end(facts, facts->change_cipher_spec_note[SIDE_SERVER])
               ? CAUSE_LIKELY
               : CAUSE_NO;
}

/* The client ended the handshake without naming a reason: an encrypted alert may be the
 * close_notify of programs on GnuTLS whose own timer fires. */
static bool client_gave_up(const struct facts *facts)
{
    return facts_closed_without_reason(facts, SIDE_CLIENT)
           || (facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT && facts->refusal.by == SIDE_CLIENT);
}

/* It waited for more of the server, since what it has, it reads at once. A server sends its flight
 * in one go, and then waits for no more than round trips: where its end is seen not to have come,
 * the time-outs of impatient clients tell. */
static bool client_waited(const struct facts *facts, enum certainty unfinished)
{
    enum { ROUND_TRIPS = 4 };
    int64_t silence_ns = server_silence_ns(facts);

    if (unfinished == CAUSE_LIKELY)
        return silence_ns >= WAITED_IN_VAIN_NS
               && silence_ns >= ROUND_TRIPS * facts->connection->syn_rtt_ns;
    return silence_ns >= FACTS_PATIENCE_NS;
}

enum certainty server_stopped_midway(const struct facts *facts)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    bool may_be_lost = server->retransmissions > 0 || path_is_lossy(facts);
    enum certainty certainty;

    if (!client_gave_up(facts) || !client_silent_after_flight(facts) || facts->missed
        || facts_client_had_left(facts) || direction_trouble(server)->unseen_octets > 0
        || facts_reads_no_more(facts, SIDE_CLIENT))
        return CAUSE_NO;
    certainty = is_unfinished(facts);
    if (!client_waited(facts, certainty))
        return CAUSE_NO;
    return certainty == CAUSE_LIKELY && may_be_lost ? CAUSE_POSSIBLE : certainty;
}
