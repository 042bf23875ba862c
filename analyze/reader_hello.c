/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_hello.c -- a ClientHello of which only a part came, looked for when the connection is
 * over. */
#include "analyze/reader_internal.h"
#include "dissect/message.h"

/* The part that came of a message. */
struct broken_hello {
    struct bytes octets; /* with its header, as far as they came in whole records */
    uint32_t announced;  /* octets, with its header: by the record when its own did not come */
    uint32_t more;       /* octets of it in the record that broke off */
    uint16_t version;    /* of the record */
};

/* What is kept of a stream before it is known to be TLS, or after it was, may be anything. */
static bool reads_records(const struct reader *reader)
{
    return reader->state == READER_TLS || reader->state == READER_TDS;
}

/* Of so few octets some are as a hello has them, and others did not come: there are clients that
 * send the header of a record alone. */
static bool may_begin_hello(struct bytes record)
{
    enum { TOLD_BY = TLS_RECORD_HEADER_LENGTH + TLS_HANDSHAKE_HEADER_LENGTH + 2 };
    uint8_t content;
    uint16_t length;

    return record.len < TOLD_BY && record_begins(record) && bytes_u8(&record, &content)
           && content == TLS_CONTENT_HANDSHAKE && bytes_skip(&record, 2)
           && bytes_u16(&record, &length) && length > TLS_HANDSHAKE_HEADER_LENGTH
           && length <= TLS_CIPHERTEXT_MAX
           && (record.len == 0 || record.data[0] == TLS_HANDSHAKE_CLIENT_HELLO);
}

/* The first record broke off. */
static bool find_in_record(struct bytes record, struct broken_hello *broken)
{
    uint16_t length;

    if (!(reader_begins_hello(record, TLS_HANDSHAKE_CLIENT_HELLO) || may_begin_hello(record))
        || !bytes_skip(&record, 1) || !bytes_u16(&record, &broken->version)
        || !bytes_u16(&record, &length))
        return false;
    broken->octets = record;
    broken->announced = length;
    return true;
}

/* It spans records (RFC 8446 section 5.1), and one of the later ones is not there, or broke off. */
static bool find_in_message(struct bytes message, struct bytes record, struct broken_hello *broken)
{
    struct bytes body = message;
    uint16_t version;

    if (!bytes_skip(&body, TLS_HANDSHAKE_HEADER_LENGTH) || !bytes_u16(&body, &version)
        || version >> 8 != 3)
        return false;
    broken->octets = message;
    broken->version = version;
    broken->more = record.len > TLS_RECORD_HEADER_LENGTH
                       ? (uint32_t)(record.len - TLS_RECORD_HEADER_LENGTH)
                       : 0;
    return message.data[0] == TLS_HANDSHAKE_CLIENT_HELLO;
}

static bool find_broken_hello(const struct session *session, struct broken_hello *broken)
{
    const struct reader *reader = &session->reader[SIDE_CLIENT];
    const struct buffer *partial = &session->partial[SIDE_CLIENT];
    const struct buffer *message = &session->message[SIDE_CLIENT];
    struct bytes record = {0};

    if (session->hello_seen || session->server_hello_seen || session->midway
        || !reads_records(reader))
        return false;
    if (reader->has_partial)
        record = bytes_of(partial->data, partial->length);
    if (reader->has_message)
        return find_in_message(bytes_of(message->data, message->length), record, broken);
    return reader->has_partial && find_in_record(record, broken);
}

/* Which packet it began with is not kept: mostly it is what the client said first. */
static struct moment find_moment(const struct session *session)
{
    const struct direction *client = &session->connection->direction[SIDE_CLIENT];

    return session->switched ? client->last_data : client->first_data;
}

/* Put a note where its moment belongs. */
static void insert_note(struct handshake *handshake, const struct note *note)
{
    size_t at = handshake->note_count;

    while (at > 0 && handshake->notes[at - 1].place > note->place) {
        handshake->notes[at] = handshake->notes[at - 1];
        at--;
    }
    handshake->notes[at] = *note;
    handshake->note_count++;
}

void session_conclude_hello(const struct session *session, struct handshake *handshake)
{
    const size_t room = session->notes != NULL ? HANDSHAKE_NOTES_MAX : SESSION_NOTES;
    struct broken_hello broken = {0};
    struct bytes octets;
    uint32_t length;
    struct note note;

    if (handshake->note_count >= room || !find_broken_hello(session, &broken))
        return;
    octets = broken.octets;
    if (bytes_skip(&octets, 1) && bytes_u24(&octets, &length))
        broken.announced = length + TLS_HANDSHAKE_HEADER_LENGTH;
    note = (struct note){
        .at = find_moment(session),
        .length = broken.announced - TLS_HANDSHAKE_HEADER_LENGTH,
        .offset = NOTE_NOT_KEPT,
        .label = {.version = broken.version, .type = TLS_HANDSHAKE_CLIENT_HELLO},
        .kind = NOTE_MESSAGE,
        .side = SIDE_CLIENT,
    };
    note.place = 2 * note.at.packet;
    insert_note(handshake, &note);
    handshake->hello_broke_off = true;
    handshake->partial_hello_octets = (uint32_t)broken.octets.len + broken.more;
    handshake->spoke_tls[SIDE_CLIENT] = true;
}
