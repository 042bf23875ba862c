/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/session.h"

#include "analyze/starttls.h"
#include "capture/exchange.h"
#include "capture/fetch.h"
#include "dissect/prelude.h"
#include "dissect/tls.h"

static void reverse_preludes(struct preludes *preludes)
{
    if (preludes == NULL)
        return;
    exchange_sides(preludes->tds, sizeof(preludes->tds[0]));
    exchange_sides(preludes->openvpn, sizeof(preludes->openvpn[0]));
    exchange_sides(preludes->prelude, sizeof(preludes->prelude[0]));
    exchange_sides(preludes->opening, sizeof(preludes->opening[0]));
}

void session_reverse(struct session *session)
{
    exchange_sides(session->reader, sizeof(session->reader[0]));
    exchange_sides(session->partial, sizeof(session->partial[0]));
    exchange_sides(session->message, sizeof(session->message[0]));
    exchange_sides(session->spoke_tls, sizeof(session->spoke_tls[0]));
    reverse_preludes(session->preludes);
    exchange_sides(session->records, sizeof(session->records[0]));
    exchange_sides(session->application_records, sizeof(session->application_records[0]));
    exchange_sides(session->application_octets, sizeof(session->application_octets[0]));
    exchange_sides(session->gap_octets, sizeof(session->gap_octets[0]));
    exchange_sides(session->opaque_octets, sizeof(session->opaque_octets[0]));
    exchange_sides(session->stream_octets, sizeof(session->stream_octets[0]));
    session_reverse_notes(session);
    connection_reverse(session->connection);
}

static struct prelude_text *begin_preludes(struct session *session)
{
    struct preludes *preludes = budget_take_block(&session->memory->budget, sizeof(*preludes));

    if (preludes == NULL)
        return NULL;
    memset(preludes, 0, offsetof(struct preludes, first));
    session->preludes = preludes;
    return &preludes->first;
}

struct prelude_text *session_new_text(struct session *session, struct moment at)
{
    struct prelude_text *text = session->preludes == NULL
                                    ? begin_preludes(session)
                                    : budget_take_block(&session->memory->budget, sizeof(*text));

    if (text == NULL)
        return NULL;
    text->length = 0;
    text->dropped = 0;
    text->at = at;
    return text;
}

static void release_text(const struct session *session, struct prelude_text *text)
{
    if (text != &session->preludes->first)
        budget_give_block(&session->memory->budget, text, sizeof(*text));
}

static void release_preludes(struct session *session)
{
    if (session->preludes == NULL)
        return;
    for (size_t side = 0; side < SIDES; side++) {
        release_text(session, session->preludes->prelude[side]);
        release_text(session, session->preludes->opening[side]);
    }
    budget_give_block(&session->memory->budget, session->preludes, sizeof(*session->preludes));
    session->preludes = NULL;
}

void session_begin(struct session *session, struct session_memory *memory,
                   struct connection *connection)
{
    memset(session, 0, offsetof(struct session, brief_notes));
    memset(session->partial, 0, sizeof(*session) - offsetof(struct session, partial));
    session->memory = memory;
    session->connection = connection;
    session->midway = !connection->syn_seen;
    session->began = connection->first;
    session->brief_max = SESSION_NOTES;
}

void session_drop_partial(struct session *session, enum side side)
{
    buffer_release(&session->partial[side], &session->memory->budget);
    session->reader[side].has_partial = false;
}

void session_drop_message(struct session *session, enum side side)
{
    buffer_release(&session->message[side], &session->memory->budget);
    session->reader[side].has_message = false;
}

void session_release(struct session *session)
{
    for (size_t side = 0; side < SIDES; side++) {
        if (session->reader[side].has_partial)
            session_drop_partial(session, (enum side)side);
        if (session->reader[side].has_message)
            session_drop_message(session, (enum side)side);
    }
    buffer_release(&session->transcript, &session->memory->budget);
    body_table_release(session->memory->bodies, session->shared);
    session->shared = NULL;
    release_preludes(session);
    session_release_notes(session);
}

/* The head of an HTTP response with a status in which a server complains about plain HTTP on a
 * TLS port, or one that is not there yet: its body will tell. */
static bool may_be_complaint(struct bytes response)
{
    static const char head[] = "HTTP/1.1 400";
    size_t length = sizeof(head) - 1;

    return response.len < length || memcmp(response.data + length - 3, "400", 3) == 0;
}

/* The client may ask for TLS then, in the same connection (RFC 2817 section 4.2). */
static bool wants_upgrade(enum prelude prelude, struct bytes response)
{
    enum { UPGRADE_REQUIRED = 426 };

    return (prelude == PRELUDE_HTTP_RESPONSE || prelude == PRELUDE_HTTP_TO_HTTPS)
           && starttls_status(PRELUDE_HTTP_REQUEST, response) == UPGRADE_REQUIRED;
}

/* Another protocol that is known to stay what it is. */
static bool prelude_is_settled(const struct prelude_text *text, enum prelude prelude)
{
    static const bool may_switch[PRELUDE_COUNT] = {
        [PRELUDE_PARTIAL] = true,
        [PRELUDE_HTTP_CONNECT] = true,
        [PRELUDE_SMTP] = true,
        [PRELUDE_FTP] = true,
        [PRELUDE_REPLY] = true,
        [PRELUDE_STARTTLS] = true,
        [PRELUDE_POP3] = true,
        [PRELUDE_IMAP] = true,
        [PRELUDE_NNTP] = true,
        [PRELUDE_SIEVE] = true,
        [PRELUDE_IRC] = true,
        [PRELUDE_XMPP] = true,
        [PRELUDE_MYSQL] = true,
        [PRELUDE_MYSQL_SSL_REQUEST] = true,
        [PRELUDE_POSTGRESQL_SSL_REQUEST] = true,
        [PRELUDE_POSTGRESQL_ACCEPT] = true,
        [PRELUDE_LDAP] = true,
        [PRELUDE_SOCKS4] = true,
        [PRELUDE_SOCKS5] = true,
        [PRELUDE_PROXY_V1] = true,
        [PRELUDE_PROXY_V2] = true,
        [PRELUDE_RDP] = true,
        [PRELUDE_TELNET] = true,
        [PRELUDE_AMQP] = true,
        [PRELUDE_VNC] = true,
        [PRELUDE_TDS] = true,
        [PRELUDE_RPC] = true,
        [PRELUDE_NBD] = true,
        [PRELUDE_OPENVPN] = true,
    };

    if (wants_upgrade(prelude, prelude_octets(text)))
        return false;
    if (prelude == PRELUDE_HTTP_RESPONSE && text->length < sizeof(text->data))
        return !may_be_complaint(prelude_octets(text));
    return !may_switch[prelude];
}

static bool said_more_than(const struct session *session, uint64_t octets)
{
    return session->stream_octets[SIDE_CLIENT] > octets
           || session->stream_octets[SIDE_SERVER] > octets;
}

static enum prelude prelude_of(const struct preludes *preludes, enum side side)
{
    return prelude_identify(prelude_octets(preludes->prelude[side]), side == SIDE_CLIENT);
}

bool session_knows_neither(const struct session *session)
{
    return prelude_of(session->preludes, SIDE_CLIENT) == PRELUDE_UNKNOWN
           && prelude_of(session->preludes, SIDE_SERVER) == PRELUDE_UNKNOWN;
}

/* A part of a first word is none. */
static bool side_may_switch(const struct preludes *preludes, enum side side)
{
    const struct prelude_text *text = preludes->prelude[side];
    enum prelude prelude = prelude_of(preludes, side);

    return text != NULL && prelude != PRELUDE_PARTIAL && !prelude_is_settled(text, prelude);
}

bool session_may_switch(const struct session *session)
{
    const struct preludes *preludes = session->preludes;

    return moment_seen(preludes->starttls_at) || side_may_switch(preludes, SIDE_CLIENT)
           || side_may_switch(preludes, SIDE_SERVER);
}

/* Both sides spoke, and what they said leads nowhere any more. Where TLS was asked for it may come
 * behind an answer of any kind. */
static bool preludes_are_settled(const struct session *session)
{
    const struct preludes *preludes = session->preludes;
    enum prelude client =
        preludes->is_unknown ? PRELUDE_UNKNOWN : prelude_of(preludes, SIDE_CLIENT);
    enum prelude server =
        preludes->is_unknown ? PRELUDE_UNKNOWN : prelude_of(preludes, SIDE_SERVER);

    if (client == PRELUDE_UNKNOWN && server == PRELUDE_UNKNOWN)
        return preludes->turns > UNKNOWN_TURNS_MAX || said_more_than(session, UNKNOWN_SEARCH_MAX);
    if (moment_seen(preludes->starttls_at))
        return false;
    return prelude_is_settled(preludes->prelude[SIDE_CLIENT], client)
           && prelude_is_settled(preludes->prelude[SIDE_SERVER], server);
}

bool session_without_tls_settled(const struct session *session)
{
    const struct preludes *preludes = session->preludes;

    if (said_more_than(session, PRELUDE_SEARCH_MAX))
        return true;
    if (preludes == NULL || preludes->prelude[SIDE_SERVER] == NULL)
        return false;
    if (session->presumed)
        return true; /* what the server answered is no TLS */
    return preludes->prelude[SIDE_CLIENT] != NULL && preludes_are_settled(session);
}

/* The hellos were written long ago; they are read as soon as the notes are. */
static void fetch_hellos(const struct buffer *transcript)
{
    enum { OCTETS_MAX = 640 };

    if (transcript->length > 0)
        fetch(transcript->data, transcript->length < OCTETS_MAX ? transcript->length : OCTETS_MAX);
}

/* The client asked for TLS, and more came than is looked through for it. */
static bool search_has_ended(const struct session *session)
{
    return moment_seen(session->preludes->starttls_at) && !session->switched
           && !session->spoke_tls[SIDE_CLIENT] && !session->spoke_tls[SIDE_SERVER]
           && said_more_than(session, PRELUDE_SEARCH_MAX);
}

static void conclude_preludes(const struct session *session, struct handshake *handshake)
{
    const struct preludes *preludes = session->preludes;

    if (preludes == NULL)
        return;
    handshake->search_ended = search_has_ended(session);
    for (size_t side = 0; side < SIDES; side++) {
        handshake->prelude[side] = preludes->prelude[side];
        handshake->opening[side] = preludes->opening[side];
    }
    handshake->starttls_at = preludes->starttls_at;
    handshake->starttls_answered_at = preludes->starttls_answered_at;
    handshake->starttls_request_end = preludes->starttls_request_end;
    handshake->starttls_reply_offset = preludes->starttls_reply_offset;
}

static struct partial_message partial_message(const struct session *session, enum side side)
{
    const struct buffer *message = &session->message[side];
    struct partial_message partial = {0};
    struct bytes octets = bytes_of(message->data, message->length);

    if (!bytes_u8(&octets, &partial.type) || !bytes_u24(&octets, &partial.length)
        || partial.type == TLS_HANDSHAKE_CLIENT_HELLO)
        return (struct partial_message){0};
    return partial;
}

static uint32_t begun_octets(const struct session *session, enum side side)
{
    const struct reader *reader = &session->reader[side];

    return reader->has_partial && reader->state == READER_TLS ? session->partial[side].length : 0;
}

void session_conclude(struct session *session, struct handshake *handshake,
                      struct note room[SESSION_NOTES])
{
    fetch_hellos(&session->transcript);
    *handshake = (struct handshake){
        .notes_full = session->notes_full,
        .transcript_full = session->transcript_full,
        .transcript = session->transcript.data,
        .transcript_length = session->transcript.length,
        .shared = session->shared,
        .switched = session->switched,
        .presumed = session->presumed,
    };
    for (size_t side = 0; side < SIDES; side++) {
        handshake->spoke_tls[side] = session->spoke_tls[side];
        handshake->records[side] = session->records[side];
        handshake->application_records[side] = session->application_records[side];
        handshake->application_octets[side] = session->application_octets[side];
        handshake->stream_octets[side] = session->stream_octets[side];
        handshake->gap_octets[side] = session->gap_octets[side];
        handshake->opaque_octets[side] = session->opaque_octets[side];
        handshake->begun_octets[side] = begun_octets(session, (enum side)side);
        handshake->broken_octets[side] = session->reader[side].skip;
        if (session->reader[side].has_message)
            handshake->partial_message[side] = partial_message(session, (enum side)side);
    }
    conclude_preludes(session, handshake);
    session_conclude_notes(session, handshake, room);
    session_conclude_hello(session, handshake);
}
