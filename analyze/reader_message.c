/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_message.c -- the handshake messages of plain records. */
#include "analyze/reader_internal.h"
#include "analyze/session_brief.h"
#include "dissect/hello.h"
#include "dissect/key_exchange.h"
#include "dissect/message.h"

void reader_note_malformed(const struct run *run, enum malformation malformation, size_t octets)
{
    uint64_t before = run->session->stream_octets[run->from] - run->left - octets;
    const struct note_detail detail = {
        .type = (uint8_t)malformation,
        .length = before > UINT32_MAX ? UINT32_MAX : (uint32_t)before,
    };

    (void)session_note(run, NOTE_MALFORMED, detail);
}

#define MESSAGE_BIT(type) (UINT32_C(1) << (type))

/* What every implementation takes (RFC 4279 section 5.3). The key exchanges that may look like one
 * have longer keys. */
enum { PSK_IDENTITY_MAX = 128 };

/* Of a suite with a pre-shared key, as far as its size tells. */
static bool may_name_key(struct bytes client_key_exchange)
{
    struct bytes identity;

    return psk_identity_parse(client_key_exchange, &identity) && identity.len <= PSK_IDENTITY_MAX;
}

/* Bodies that a diagnosis reads. Other ClientKeyExchanges, Finished and tickets tell nothing. */
static bool body_is_wanted(uint8_t type, struct bytes body)
{
    static const uint32_t wanted =
        MESSAGE_BIT(TLS_HANDSHAKE_CLIENT_HELLO) | MESSAGE_BIT(TLS_HANDSHAKE_SERVER_HELLO)
        | MESSAGE_BIT(TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED)
        | MESSAGE_BIT(TLS_HANDSHAKE_CERTIFICATE) | MESSAGE_BIT(TLS_HANDSHAKE_SERVER_KEY_EXCHANGE)
        | MESSAGE_BIT(TLS_HANDSHAKE_CERTIFICATE_REQUEST)
        | MESSAGE_BIT(TLS_HANDSHAKE_CERTIFICATE_VERIFY)
        | MESSAGE_BIT(TLS_HANDSHAKE_CERTIFICATE_STATUS);

    return (type < 32 && (wanted >> type & 1) != 0)
           || (type == TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE && may_name_key(body));
}

/* Who sends the first ClientHello is the client, whoever opened the TCP connection: that is
 * unknown in a connection picked up midway, and the other way round in active FTP. */
void reader_settle_sides_by(struct run *run, uint8_t type)
{
    /* Of messages in clear (RFC 5246 section 7.3). A Certificate is of either side. */
    static const uint32_t of_client = MESSAGE_BIT(TLS_HANDSHAKE_CLIENT_HELLO)
                                      | MESSAGE_BIT(TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE)
                                      | MESSAGE_BIT(TLS_HANDSHAKE_CERTIFICATE_VERIFY);
    static const uint32_t of_server = MESSAGE_BIT(TLS_HANDSHAKE_SERVER_HELLO)
                                      | MESSAGE_BIT(TLS_HANDSHAKE_SERVER_KEY_EXCHANGE)
                                      | MESSAGE_BIT(TLS_HANDSHAKE_CERTIFICATE_REQUEST)
                                      | MESSAGE_BIT(TLS_HANDSHAKE_SERVER_HELLO_DONE)
                                      | MESSAGE_BIT(TLS_HANDSHAKE_CERTIFICATE_STATUS);
    const uint32_t of_other = run->from == SIDE_SERVER ? of_client : of_server;

    if (type >= 32 || (of_other >> type & 1) == 0
        || (!run->session->midway && type != TLS_HANDSHAKE_CLIENT_HELLO))
        return;
    session_reverse(run->session);
    run->from = side_other(run->from);
}

static void see_server_hello(struct session *session, uint8_t type, struct bytes body)
{
    struct server_hello hello;

    if (type == TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED) {
        session->tls13 = true;
        return;
    }
    if (!server_hello_parse(body, &hello))
        return;
    if (hello.is_hello_retry_request || version_is_tls_1_3(server_hello_version(&hello)))
        session->tls13 = true;
    if (!hello.is_hello_retry_request) {
        session->server_hello_seen = true;
        session->suite = hello.cipher_suite;
    }
}

static void keep_body(const struct run *run, const struct message *message)
{
    /* Each client has another one. */
    if (message->type == TLS_HANDSHAKE_CERTIFICATE && run->from == SIDE_SERVER)
        session_share_body(run->session, run->from, message->body);
    else
        session_keep_body(run->session, run->from, message->body);
}

static void take_message(struct run *run, const struct message *message, uint16_t version)
{
    struct session *session = run->session;

    reader_settle_sides(run, message->type);
    if (message->type == TLS_HANDSHAKE_CLIENT_HELLO)
        session->hello_seen = true;
    if (message->type == TLS_HANDSHAKE_SERVER_HELLO
        || message->type == TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED)
        see_server_hello(session, message->type, message->body);

    const struct note_detail detail = {
        .type = message->type,
        .version = version,
        .length = (uint32_t)message->body.len,
    };

    if ((session_note_in_brief(run, NOTE_MESSAGE, detail)
         || session_note(run, NOTE_MESSAGE, detail))
        && body_is_wanted(message->type, message->body))
        keep_body(run, message);
}

/* Take whole messages off the front of *octets. False when what follows is no message. */
static bool take_messages(struct run *run, struct bytes *octets, uint16_t version)
{
    struct message message;
    size_t need;

    while (octets->len > 0) {
        switch (message_next(octets, &message, &need)) {
        case MESSAGE_OK:
            take_message(run, &message, version);
            break;
        case MESSAGE_PARTIAL:
            return true;
        case MESSAGE_TOO_LONG:
            return false;
        }
    }
    return true;
}

/* The handshake octets of this side can not be framed (any more): what follows counts as
 * encrypted. When the capture lost octets before, they most likely are. */
static void give_up_messages(const struct run *run, const struct record *record)
{
    const struct session *session = run->session;
    struct reader *reader = run_reader(run);

    session_drop_message(run->session, run->from);
    reader->encrypted = true;
    if (!session->midway && session->gap_octets[run->from] == 0) {
        reader_note_malformed(run, MALFORMED_MESSAGE_SIZE, reader_record_octets(record));
        return;
    }
    (void)session_note(run, NOTE_ENCRYPTED_HANDSHAKE, reader_detail(record));
}

/* Its rest comes in later records. */
static void keep_message(const struct run *run, struct bytes octets)
{
    if (buffer_append(run_message(run), &run->session->memory->budget, octets, MESSAGE_MAX))
        run_reader(run)->has_message = true;
    else
        reader_note_dropped(run, octets.len);
}

void reader_take_handshake(struct run *run, const struct record *record)
{
    struct session *session = run->session;
    struct bytes octets = record->fragment;
    struct buffer *message = run_message(run);
    bool spans = run_reader(run)->has_message;

    if (spans) {
        if (!buffer_append(message, &session->memory->budget, octets,
                           MESSAGE_MAX + TLS_CIPHERTEXT_MAX)) {
            reader_note_dropped(run, octets.len);
            session_drop_message(session, run->from);
            return;
        }
        octets = bytes_of(message->data, message->length);
    }

    bool framed = take_messages(run, &octets, record->version);

    message = run_message(run); /* the sides may have been exchanged */
    if (!framed) {
        give_up_messages(run, record);
    } else if (spans && octets.len == 0) {
        session_drop_message(session, run->from);
    } else if (spans) {
        memmove(message->data, octets.data, octets.len);
        message->length = (uint32_t)octets.len;
    } else if (octets.len > 0) {
        keep_message(run, octets);
    }
}

/* That a message came is known, what it said is not. */
static void note_broken_message(struct run *run, uint8_t type, uint16_t version, uint16_t length)
{
    const struct note_detail detail = {.type = type, .version = version, .length = length};

    /* What is encrypted begins with anything: of a hello alone more than an octet says so. */
    if (type == TLS_HANDSHAKE_CLIENT_HELLO || type == TLS_HANDSHAKE_SERVER_HELLO)
        reader_settle_sides(run, type);
    if (type == TLS_HANDSHAKE_CLIENT_HELLO)
        run->session->hello_seen = true;
    (void)session_note(run, NOTE_MESSAGE, detail);
}

/* Behind a hole that is the middle of a message, as of padding (RFC 7685), rather than a
 * HelloRequest: each four octets of it would be one. */
static bool begins_with_zero(struct bytes octets)
{
    return octets.len > 0 && octets.data[0] == TLS_HANDSHAKE_HELLO_REQUEST;
}

void reader_take_broken_handshake(struct run *run, const struct record *record, uint16_t length)
{
    const struct buffer *begun = run_message(run);
    struct bytes octets = record->fragment;
    uint8_t type;

    run->session->spoke_tls[run->from] = true;
    if (run_reader(run)->has_message)
        octets = bytes_of(begun->data, begun->length);
    else if (!begins_with_zero(octets))
        (void)take_messages(run, &octets, record->version);
    if (bytes_u8(&octets, &type))
        note_broken_message(run, type, record->version, length);
}
