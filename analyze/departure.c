/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/departure.h"

#include "analyze/causes/alpn_refusal.h"

/* TLS 1.3: an alert is all that the client sent behind its Finished, and then came the end. Who
 * closed TCP first is a race between the two. */
static bool client_said_good_bye(const struct facts *facts)
{
    const struct note *first = facts->first_protected_note[SIDE_CLIENT];
    const struct note *last = facts->last_protected_note[SIDE_CLIENT];

    return facts->tls13 && last != NULL && last != first
           && last->at.time_ns - first->at.time_ns <= FACTS_LEFT_AFTER_FINISH_NS
           && facts_is_good_bye(facts, last) && facts->refusal.at.packet > last->at.packet;
}

/* The last record of the handshake; NULL: not known. */
static const struct note *last_of_handshake(const struct facts *facts)
{
    const struct note *client = facts->finished_note[SIDE_CLIENT];
    const struct note *server = facts->finished_note[SIDE_SERVER];

    if (facts->tls13)
        return facts->first_protected_note[SIDE_CLIENT];
    return client == NULL || server == NULL || client > server ? client : server;
}

static bool left_at_once(const struct facts *facts)
{
    const struct note *last = last_of_handshake(facts);

    return last == NULL
           || facts->refusal.at.time_ns - last->at.time_ns <= FACTS_LEFT_AFTER_FINISH_NS;
}

/* What a server of TLS 1.3 sent behind the client's flight, beside alerts. */
enum server_words {
    SERVER_WORDS_NONE,
    SERVER_WORDS_TICKETS, /* records that are all alike, as session tickets are */
    SERVER_WORDS_DATA     /* or what may be data: among others, a single record */
};

static enum server_words server_words(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *note = NULL;
    uint32_t length = 0;
    uint32_t noted = 0;
    uint32_t words = 0;

    while ((note = handshake_next(handshake, note, SIDE_SERVER, NOTE_APPLICATION_DATA)) != NULL) {
        noted++;
        if (note < facts->first_protected_note[SIDE_CLIENT]
            || suite_alert_length(facts->suite, TLS_VERSION_1_3, note->length))
            continue;
        if (words++ > 0 && note->length != length)
            return SERVER_WORDS_DATA;
        length = note->length;
    }
    if (words == 1 || noted < handshake->application_records[SIDE_SERVER])
        return SERVER_WORDS_DATA;
    return words == 0 ? SERVER_WORDS_NONE : SERVER_WORDS_TICKETS;
}

/* The number of the packet with which a side closed; 0: it did not. */
static uint64_t packet_of_close(const struct direction *direction)
{
    return moment_seen(direction->fin) ? direction->fin.packet
                                       : direction_reset(direction)->at.packet;
}

/* TLS 1.3: what is as short as an alert was data: the server answered it with what are not tickets,
 * and the client had stayed for it. Who says good-bye closes. */
static bool good_bye_was_data(const struct facts *facts)
{
    const struct note *last = facts->last_protected_note[SIDE_CLIENT];
    const struct note *answer = facts->last_protected_note[SIDE_SERVER];
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];

    return facts->tls13 && last != NULL && answer != NULL && last < answer
           && facts_is_good_bye(facts, last) && server_words(facts) == SERVER_WORDS_DATA
           && !suite_alert_length(facts->suite, TLS_VERSION_1_3, answer->length)
           && packet_of_close(client) > answer->at.packet;
}

/* The client went on without TLS behind the handshake, before it had used it: its octets there are
 * no record. */
static bool goes_on_in_clear(const struct facts *facts)
{
    const struct note *clear = facts->malformed_note[SIDE_CLIENT];
    const struct note *last = last_of_handshake(facts);

    return facts->outcome == OUTCOME_ESTABLISHED && !facts->missed && clear != NULL
           && clear->type == MALFORMED_RECORD && last != NULL && last < clear
           && !facts_client_sent_data(facts);
}

/* The handshake was finished and the client left without having used it. */
bool departure_client_left(const struct facts *facts)
{
    if (goes_on_in_clear(facts))
        return facts->refusal.kind != REFUSAL_NONE;
    return facts->outcome == OUTCOME_ESTABLISHED && facts->refusal.kind != REFUSAL_NONE
           && !facts_client_sent_data(facts) && !good_bye_was_data(facts)
           && (facts->refusal.by == SIDE_CLIENT || client_said_good_bye(facts));
}

/* Some clients verify the server only when the handshake is over, others just probe. One whose
 * offer of Encrypted ClientHello was not accepted must leave. */
bool departure_tell_client(const struct facts *facts, struct text *text)
{
    if (!departure_client_left(facts) || !left_at_once(facts))
        return false;
    text_add(text,
             "the client %s right after the handshake without sending data: it may have refused "
             "the server's certificate only then",
             goes_on_in_clear(facts) ? "left TLS" : "closed the connection");
    if (alpn_is_left_open(facts))
        text_add_string(text, ", or miss an application protocol (ALPN)");
    if (facts->client_extensions.encrypted_client_hello.state == EXTENSION_WELL_FORMED)
        text_add(text, ", or that its Encrypted ClientHello was not accepted (RFC 9849)");
    return true;
}

/* A client of one protocol alone looks at what was agreed on when the handshake is over. */
bool departure_tell_alpn(const struct facts *facts, struct text *text)
{
    enum { PROTOCOLS_TOLD = 4 };
    size_t count = 0;
    struct bytes list = facts->client_extensions.alpn.protocols;
    struct bytes name;

    if (!departure_client_left(facts) || !left_at_once(facts) || !alpn_is_left_open(facts))
        return false;
    text_add_string(text, "of the application protocols that the client offers (ALPN: ");
    for (; list_name_next(&list, &name); count++) {
        if (count >= PROTOCOLS_TOLD)
            continue;
        text_add_string(text, count == 0 ? "" : ", ");
        text_add_untrusted(text, name);
    }
    if (count > PROTOCOLS_TOLD)
        text_add(text, " and %zu more", count - PROTOCOLS_TOLD);
    text_add_string(text, ") the server chose none: clients of gRPC, and others that need one, "
                          "leave then");
    return true;
}

/* Programs that hand the connection back to their own protocol when they refuse the server's
 * certificate say good-bye in that, such as those that use libldap with GnuTLS. */
bool departure_tell_clear(const struct facts *facts, struct text *text)
{
    if (!goes_on_in_clear(facts))
        return false;
    text_add(text, "behind the handshake the client sent octets that are not TLS");
    if (facts->starttls.protocol != PRELUDE_UNKNOWN)
        text_add(text, ", as if it spoke %s in clear again",
                 prelude_name(facts->starttls.protocol));
    return true;
}

/* What the server had to judge yet is the client's certificate. In TLS 1.3 that is so for the whole
 * flight of the client: a server that says nothing may not have accepted it. */
static bool server_sent_no_data(const struct facts *facts)
{
    enum server_words words;

    if (!facts->tls13)
        return facts->certificate_request_note != NULL
               && facts->handshake->application_records[SIDE_SERVER] == 0;
    words = server_words(facts);
    return words == SERVER_WORDS_NONE
           || (words == SERVER_WORDS_TICKETS && facts->client_answer != CLIENT_ANSWER_NONE);
}

/* What is taken for the alert with which the server left may be data: it did not close, or only
 * when the client had left. */
static bool server_stayed(const struct facts *facts)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    return facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
           && (packet_of_close(server) == 0 || facts_server_stayed(facts, facts->refusal.note));
}

/* The handshake was finished and the server, as the first of both, left at once without having used
 * it. */
bool departure_server_left(const struct facts *facts)
{
    return facts->outcome == OUTCOME_ESTABLISHED && facts->refusal.kind != REFUSAL_NONE
           && facts->refusal.by == SIDE_SERVER && !client_said_good_bye(facts) && !facts->missed
           && left_at_once(facts) && !server_stayed(facts) && server_sent_no_data(facts);
}

/* What the server may have done only when the handshake was over. */
static const char *what_server_did(const struct facts *facts)
{
    bool has_certificate =
        facts->tls13 ? facts->client_answer == CLIENT_ANSWER_CERTIFICATE
                     : facts->client_certificate_note != NULL && !facts->client_certificate_empty;

    if (facts->tls13 && facts->client_answer == CLIENT_ANSWER_NONE)
        return "refused the client's Finished";
    return has_certificate ? "refused the client's certificate"
                           : "missed a certificate of the client";
}

/* Some servers look at the client's certificate only when the handshake is over. */
bool departure_tell_server(const struct facts *facts, struct text *text)
{
    if (!departure_server_left(facts))
        return false;
    text_add(text,
             "the server closed the connection right after the handshake without sending data: it "
             "may only then have %s%s",
             what_server_did(facts),
             facts->client_hello_read && facts->client_extensions.alpn.state == EXTENSION_ABSENT
                 ? ", or missed an application protocol (ALPN), which the client does not offer"
                 : "");
    return true;
}

/* The last protected record of the handshake type that this side sent is a Finished: it follows its
 * change_cipher_spec at once. */
static bool ends_with_finished(const struct handshake *handshake, enum side side)
{
    bool is_changed = false;
    bool is_finished = false;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note->side != (uint8_t)side)
            continue;
        if (note->kind == NOTE_ENCRYPTED_HANDSHAKE)
            is_finished = is_changed;
        is_changed = note->kind == NOTE_CHANGE_CIPHER_SPEC;
    }
    return is_finished;
}

/* The client's hello of another handshake: up to TLS 1.2 its records are of the same type. A
 * Finished, which a stack may cut into pieces, is shorter than any hello. NULL: there is none. */
static const struct note *renegotiation_of(const struct facts *facts)
{
    const struct note *finished = facts->finished_note[SIDE_CLIENT];
    const struct note *hello;

    if (facts->tls13 || finished == NULL || facts->finished_note[SIDE_SERVER] == NULL)
        return NULL;
    hello = handshake_next(facts->handshake, last_of_handshake(facts), SIDE_CLIENT,
                           NOTE_ENCRYPTED_HANDSHAKE);
    return hello != NULL && hello->length > finished->length ? hello : NULL;
}

/* No data, which would have to wait for the end of that handshake. */
static bool ends_in_renegotiation(const struct facts *facts, const struct note *hello)
{
    const struct handshake *handshake = facts->handshake;

    return facts->refusal.kind != REFUSAL_NONE && facts->refusal.note > hello
           && handshake_next(handshake, hello, SIDE_CLIENT, NOTE_APPLICATION_DATA) == NULL
           && handshake_next(handshake, hello, SIDE_SERVER, NOTE_APPLICATION_DATA) == NULL
           && !(ends_with_finished(handshake, SIDE_CLIENT)
                && ends_with_finished(handshake, SIDE_SERVER));
}

/* Servers that want the client's certificate for some of what they serve alone ask for it when they
 * have read the request. What fails then is encrypted. */
bool departure_tell_renegotiation(const struct facts *facts, struct text *text)
{
    const struct note *hello = renegotiation_of(facts);
    const struct note *request;

    if (facts->outcome != OUTCOME_ESTABLISHED || hello == NULL || facts->missed
        || facts->handshake->notes_full || !ends_in_renegotiation(facts, hello))
        return false;
    request = handshake_next(facts->handshake, last_of_handshake(facts), SIDE_SERVER,
                             NOTE_ENCRYPTED_HANDSHAKE);
    text_add(text,
             "behind the handshake another one began (renegotiation)%s, and the %s ended the "
             "connection in the middle of it",
             request != NULL && request < hello
                 ? ", which the server asked for, as IIS does for a certificate of the client"
                 : "",
             side_name(facts->refusal.by));
    return true;
}
