/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.c -- one direction of a connection, from octets to notes.
 *
 * In-order octets are framed where they lie. Copied are only a record that
 * spans segments, if its content is needed at all, a message that spans
 * records, and the first octets of a stream that is not TLS.
 */
#include <stdlib.h>

#include "analyze/session.h"
#include "analyze/starttls.h"
#include "dissect/alert.h"
#include "dissect/hello.h"
#include "dissect/message.h"
#include "dissect/prelude.h"
#include "dissect/record.h"
#include "dissect/sslv2.h"

enum {
    /* The shortest run that is taken for a ClientHello in the middle of another protocol:
     * record header, message header, version. */
    HELLO_MARK_LENGTH = 11,
    SEARCH_STEP = 512 /* octets looked at in one go */
};

/* The octets at hand: whose they are and which packet brought them. */
struct run {
    struct session *session;
    enum side from;
    struct moment at;
};

static struct reader *run_reader(const struct run *run)
{
    return &run->session->reader[run->from];
}

static struct note *run_note(const struct run *run, enum note_kind kind)
{
    return session_note(run->session, kind, run->from, run->at);
}

static void note_malformed(const struct run *run, enum malformation malformation)
{
    struct note *note = run_note(run, NOTE_MALFORMED);
    uint64_t before = run->session->handshake.stream_octets[run->from];

    if (note == NULL)
        return;
    note->type = (uint8_t)malformation;
    note->length = before > UINT32_MAX ? UINT32_MAX : (uint32_t)before;
}

/* Handshake messages. */

/* Bodies that a diagnosis reads. ClientKeyExchange, Finished and tickets tell nothing. */
static bool body_is_wanted(uint8_t type)
{
    static const bool wanted[] = {
        [TLS_HANDSHAKE_CLIENT_HELLO] = true,
        [TLS_HANDSHAKE_SERVER_HELLO] = true,
        [TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED] = true,
        [TLS_HANDSHAKE_CERTIFICATE] = true,
        [TLS_HANDSHAKE_SERVER_KEY_EXCHANGE] = true,
        [TLS_HANDSHAKE_CERTIFICATE_REQUEST] = true,
        [TLS_HANDSHAKE_CERTIFICATE_VERIFY] = true,
        [TLS_HANDSHAKE_CERTIFICATE_STATUS] = true,
    };

    return type < sizeof(wanted) / sizeof(wanted[0]) && wanted[type];
}

/* Who sends the first ClientHello is the client, whoever opened the TCP connection: that is
 * unknown in a connection picked up midway, and the other way round in active FTP. */
static void settle_sides(struct run *run, uint8_t type)
{
    bool turned =
        (type == TLS_HANDSHAKE_CLIENT_HELLO && run->from == SIDE_SERVER)
        || (type == TLS_HANDSHAKE_SERVER_HELLO && run->from == SIDE_CLIENT && run->session->midway);

    if (!turned || run->session->hello_seen)
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
    if (!hello.is_hello_retry_request)
        session->server_hello_seen = true;
}

static void take_message(struct run *run, const struct message *message, uint16_t version)
{
    struct session *session = run->session;

    settle_sides(run, message->type);
    if (message->type == TLS_HANDSHAKE_CLIENT_HELLO)
        session->hello_seen = true;
    if (message->type == TLS_HANDSHAKE_SERVER_HELLO
        || message->type == TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED)
        see_server_hello(session, message->type, message->body);

    struct note *note = run_note(run, NOTE_MESSAGE);

    if (note == NULL)
        return;
    note->type = message->type;
    note->version = version;
    note->length = (uint32_t)message->body.len;
    if (body_is_wanted(message->type))
        session_keep_body(session, note, message->body);
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

    buffer_release(&reader->message, session->budget);
    reader->encrypted = true;
    if (!session->midway && session->handshake.gap_octets[run->from] == 0) {
        note_malformed(run, MALFORMED_MESSAGE_SIZE);
        return;
    }

    struct note *note = run_note(run, NOTE_ENCRYPTED_HANDSHAKE);

    if (note != NULL) {
        note->length = (uint32_t)record->fragment.len;
        note->version = record->version;
    }
}

static void read_plain_handshake(struct run *run, const struct record *record)
{
    struct session *session = run->session;
    struct bytes octets = record->fragment;
    struct buffer *message = &run_reader(run)->message;
    bool spans = message->length > 0;

    if (spans) {
        if (!buffer_append(message, session->budget, octets, MESSAGE_MAX + TLS_CIPHERTEXT_MAX)) {
            session->handshake.transcript_full = true;
            buffer_release(message, session->budget);
            return;
        }
        octets = bytes_of(message->data, message->length);
    }

    bool framed = take_messages(run, &octets, record->version);

    message = &run_reader(run)->message; /* the sides may have been exchanged */
    if (!framed) {
        give_up_messages(run, record);
    } else if (spans) {
        memmove(message->data, octets.data, octets.len);
        message->length = (uint32_t)octets.len;
    } else if (octets.len > 0 && !buffer_append(message, session->budget, octets, MESSAGE_MAX)) {
        session->handshake.transcript_full = true;
    }
}

/* Records, by content type. */

static void read_handshake_record(struct run *run, const struct record *record)
{
    const struct session *session = run->session;

    if (!run_reader(run)->encrypted || session->tls13) {
        read_plain_handshake(run, record);
        return;
    }

    struct note *note = run_note(run, NOTE_ENCRYPTED_HANDSHAKE);

    if (note != NULL) {
        note->length = (uint32_t)record->fragment.len;
        note->version = record->version;
    }
}

static void read_change_cipher_spec(struct run *run, const struct record *record)
{
    struct note *note = run_note(run, NOTE_CHANGE_CIPHER_SPEC);

    /* In TLS 1.3 it is for middleboxes only and means nothing (RFC 8446 appendix D.4). A client
     * that was asked to retry sends it before its second hello, which is plain. */
    run_reader(run)->encrypted = true;
    if (note == NULL)
        return;
    note->version = record->version;
    note->length = (uint32_t)record->fragment.len;
    note->code = record->fragment.len == 1 && record->fragment.data[0] == 1;
}

static void read_alert_record(struct run *run, const struct record *record)
{
    struct bytes fragment = record->fragment;
    struct alert alert;
    struct note *note;

    if (!alerts_are_plain(fragment)) {
        if (!run_reader(run)->encrypted && fragment.len <= TLS_ALERT_LENGTH) {
            note_malformed(run, MALFORMED_ALERT);
            return;
        }
        note = run_note(run, NOTE_ENCRYPTED_ALERT);
        if (note != NULL) {
            note->length = (uint32_t)fragment.len;
            note->version = record->version;
        }
        return;
    }
    while (alert_next(&fragment, &alert)) {
        note = run_note(run, NOTE_ALERT);
        if (note == NULL)
            return;
        note->length = TLS_ALERT_LENGTH;
        note->version = record->version;
        note->type = alert.level;
        note->code = alert.description;
    }
}

static void read_application_record(struct run *run, const struct record *record)
{
    session_application_record(run->session, run->from, run->at, record->version,
                               (uint32_t)record->fragment.len);
}

static void read_heartbeat_record(struct run *run, const struct record *record)
{
    struct note *note = run_note(run, NOTE_HEARTBEAT);

    if (note != NULL)
        note->length = (uint32_t)record->fragment.len;
}

static void read_record(struct run *run, const struct record *record)
{
    static void (*const readers[])(struct run *, const struct record *) = {
        [TLS_CONTENT_CHANGE_CIPHER_SPEC] = read_change_cipher_spec,
        [TLS_CONTENT_ALERT] = read_alert_record,
        [TLS_CONTENT_HANDSHAKE] = read_handshake_record,
        [TLS_CONTENT_APPLICATION_DATA] = read_application_record,
        [TLS_CONTENT_HEARTBEAT] = read_heartbeat_record,
    };
    struct handshake *handshake = &run->session->handshake;

    handshake->records[run->from]++;
    handshake->spoke_tls[run->from] = true;
    readers[record->type](run, record);
}

/* A record whose header is enough: the content is protected. */
static bool content_is_protected(const struct run *run, uint8_t type)
{
    return type == TLS_CONTENT_APPLICATION_DATA
           || (type == TLS_CONTENT_HANDSHAKE && run_reader(run)->encrypted && !run->session->tls13);
}

/* Note a protected record from its header alone; its content is skipped as it comes.
 * octets holds the record's beginning, need is its whole size. */
static void read_header_only(struct run *run, struct bytes octets, size_t need)
{
    uint8_t type;
    uint16_t version;
    struct record record = {0};
    struct bytes header = octets;

    if (!bytes_u8(&header, &type) || !bytes_u16(&header, &version))
        return;
    record.type = type;
    record.version = version;
    /* The readers of protected records use the length alone: no octet behind it is read. */
    record.fragment = (struct bytes){.data = octets.data, .len = need - TLS_RECORD_HEADER_LENGTH};
    run_reader(run)->skip = need - octets.len;
    read_record(run, &record);
}

static void lose_framing(struct run *run, enum malformation malformation)
{
    struct reader *reader = run_reader(run);

    buffer_release(&reader->partial, run->session->budget);
    buffer_release(&reader->message, run->session->budget);
    reader->state = READER_LOST;
    reader->skip = 0;
    if (run->session->handshake.gap_octets[run->from] == 0)
        note_malformed(run, malformation);
}

/* Keep the beginning of a record until the rest comes. */
static void keep_partial(struct run *run, struct bytes octets)
{
    struct session *session = run->session;
    struct reader *reader = run_reader(run);

    if (!buffer_append(&reader->partial, session->budget, octets, RECORD_MAX)) {
        session->handshake.transcript_full = true;
        lose_framing(run, MALFORMED_RECORD);
    }
}

/* The record at the front of octets is not all there. */
static void read_partial_record(struct run *run, struct bytes octets, size_t need, bool kept)
{
    if (octets.len >= TLS_RECORD_HEADER_LENGTH && content_is_protected(run, octets.data[0])) {
        read_header_only(run, octets, need);
        if (kept)
            buffer_release(&run_reader(run)->partial, run->session->budget);
    } else if (!kept) {
        keep_partial(run, octets);
    }
}

/* Read records that lie in *octets. kept: *octets is this reader's partial buffer. */
static void read_records(struct run *run, struct bytes *octets, bool kept)
{
    struct record record;
    size_t need = 0;

    while (octets->len > 0 && run_reader(run)->state == READER_TLS) {
        switch (record_next(octets, &record, &need)) {
        case RECORD_OK:
            read_record(run, &record);
            break;
        case RECORD_PARTIAL:
            read_partial_record(run, *octets, need, kept);
            return;
        case RECORD_ALIEN:
            lose_framing(run, MALFORMED_RECORD);
            return;
        case RECORD_OVERSIZED:
            run->session->handshake.spoke_tls[run->from] = true;
            lose_framing(run, MALFORMED_RECORD_SIZE);
            return;
        }
    }
}

/* Move octets of *data to the partial record, as many as record_next needs to go on. */
static void complete_partial(struct run *run, struct bytes *data)
{
    struct reader *reader = run_reader(run);
    struct bytes kept = bytes_of(reader->partial.data, reader->partial.length);
    struct record record;
    size_t need = 0;
    struct bytes more;

    if (record_next(&kept, &record, &need) != RECORD_PARTIAL) {
        lose_framing(run, MALFORMED_RECORD);
        return;
    }

    size_t missing = need - reader->partial.length;

    if (!bytes_take(data, missing < data->len ? missing : data->len, &more))
        return;
    keep_partial(run, more);
    if (reader->state != READER_TLS)
        return;
    kept = bytes_of(reader->partial.data, reader->partial.length);
    read_records(run, &kept, true);
    if (kept.len == 0)
        run_reader(run)->partial.length = 0; /* the sides may have been exchanged */
}

/* Drop the octets of *data that belong to a record whose content is not needed. */
static void skip_content(struct run *run, struct bytes *data)
{
    struct reader *reader = run_reader(run);
    size_t skip = reader->skip < data->len ? (size_t)reader->skip : data->len;

    reader->skip -= skip;
    if (!bytes_skip(data, skip))
        data->len = 0;
}

static void read_tls(struct run *run, struct bytes data)
{
    while (data.len > 0 && run_reader(run)->state == READER_TLS) {
        if (run_reader(run)->skip > 0) {
            skip_content(run, &data);
        } else if (run_reader(run)->partial.length > 0) {
            complete_partial(run, &data);
        } else {
            read_records(run, &data, false);
            return;
        }
    }
}

/* The start of a stream, and streams that are not TLS. */

static struct prelude_text *new_prelude(const struct run *run)
{
    struct budget *budget = run->session->budget;
    struct prelude_text *text = NULL;

    if (budget->limit - budget->used >= sizeof(*text))
        text = calloc(1, sizeof(*text));
    if (text != NULL) {
        budget->used += sizeof(*text);
        text->at = run->at;
    }
    return text;
}

/* A request for TLS is answered by what the server sends from here on. */
static void see_starttls(const struct run *run, const struct prelude_text *text)
{
    struct handshake *handshake = &run->session->handshake;
    const struct prelude_text *server = handshake->prelude[SIDE_SERVER];

    if (run->from != SIDE_CLIENT || moment_seen(handshake->starttls_at)
        || !starttls_is_request(bytes_of(text->data, text->length)))
        return;
    handshake->starttls_at = run->at;
    handshake->starttls_reply_offset = server != NULL ? server->length : 0;
}

static void keep_prelude(const struct run *run, struct bytes data)
{
    struct prelude_text **slot = &run->session->handshake.prelude[run->from];

    if (*slot == NULL)
        *slot = new_prelude(run);
    if (*slot == NULL)
        return;

    struct prelude_text *text = *slot;
    size_t room = sizeof(text->data) - text->length;
    size_t length = data.len < room ? data.len : room;

    if (length == 0)
        return;
    memcpy(text->data + text->length, data.data, length);
    text->length = (uint16_t)(text->length + length);
    see_starttls(run, text);
}

/* True when octets begin with the headers of a ClientHello that contradict themselves nowhere. */
static bool is_hello_mark(struct bytes octets)
{
    uint8_t content, type;
    uint16_t record_version, record_length, version;
    uint32_t length;

    return bytes_u8(&octets, &content) && content == TLS_CONTENT_HANDSHAKE
           && bytes_u16(&octets, &record_version) && record_version >> 8 == 3
           && bytes_u16(&octets, &record_length) && record_length <= TLS_CIPHERTEXT_MAX
           && bytes_u8(&octets, &type) && type == TLS_HANDSHAKE_CLIENT_HELLO
           && bytes_u24(&octets, &length) && length <= TLS_CIPHERTEXT_MAX
           && length + TLS_HANDSHAKE_HEADER_LENGTH >= record_length && bytes_u16(&octets, &version)
           && version >> 8 == 3;
}

/* A ClientHello after another protocol: from here on both directions speak TLS. */
static void switch_to_tls(struct run *run)
{
    struct session *session = run->session;

    for (size_t side = 0; side < SIDES; side++) {
        struct reader *reader = &session->reader[side];
        struct prelude_text *text = session->handshake.prelude[side];

        if (reader->state == READER_PRELUDE)
            reader->state = READER_START;
        buffer_release(&reader->partial, session->budget);
        if (text == NULL)
            continue;
        session->handshake.switched_from[side] =
            (uint8_t)prelude_identify(bytes_of(text->data, text->length), side == SIDE_CLIENT);
        text->length = 0; /* from here on it holds what comes instead of TLS */
    }
    session->handshake.switched = true;
}

/* Look for a ClientHello in the window of the last octets; returns the octets from it on. */
static bool find_hello(struct bytes window, struct bytes *hello)
{
    while (window.len >= HELLO_MARK_LENGTH) {
        if (is_hello_mark(window)) {
            *hello = window;
            return true;
        }
        if (!bytes_skip(&window, 1))
            return false;
    }
    return false;
}

/* Search step octets and what was left from before. Returns false when TLS began. */
static bool search_step(struct run *run, struct bytes step)
{
    struct session *session = run->session;
    struct buffer *window = &run_reader(run)->partial;
    struct bytes hello;

    if (!buffer_append(window, session->budget, step, SEARCH_STEP + HELLO_MARK_LENGTH))
        return true;
    if (find_hello(bytes_of(window->data, window->length), &hello)) {
        uint8_t copy[SEARCH_STEP + HELLO_MARK_LENGTH];

        memcpy(copy, hello.data, hello.len);
        hello.data = copy;
        switch_to_tls(run);
        session_read_more(session, run->from, hello, run->at);
        return false;
    }
    if (window->length >= HELLO_MARK_LENGTH) {
        memmove(window->data, window->data + window->length - (HELLO_MARK_LENGTH - 1),
                HELLO_MARK_LENGTH - 1);
        window->length = HELLO_MARK_LENGTH - 1;
    }
    return true;
}

static void read_prelude(struct run *run, struct bytes data)
{
    keep_prelude(run, data);
    while (data.len > 0 && run_reader(run)->state == READER_PRELUDE) {
        struct bytes step;

        if (!bytes_take(&data, data.len < SEARCH_STEP ? data.len : SEARCH_STEP, &step))
            return;
        if (!search_step(run, step)) {
            session_read_more(run->session, run->from, data, run->at);
            return;
        }
    }
}

static void note_sslv2_client_hello(struct run *run, const struct sslv2_client_hello *hello)
{
    settle_sides(run, TLS_HANDSHAKE_CLIENT_HELLO);
    run->session->hello_seen = true;
    run->session->handshake.spoke_tls[run->from] = true;

    struct note *note = run_note(run, NOTE_SSLV2_HELLO);

    if (note == NULL)
        return;
    note->type = TLS_HANDSHAKE_CLIENT_HELLO;
    note->version = hello->version;
    note->length = (uint32_t)hello->message.len;
    session_keep_body(run->session, note, hello->message);
}

/* A client that begins in the format of SSL 2.0 goes on in TLS if its hello offered that. */
static enum record_status read_sslv2_client(struct run *run, struct bytes *octets)
{
    struct sslv2_client_hello hello;
    size_t need = 0;
    enum record_status status = sslv2_client_hello_next(octets, &hello, &need);

    if (status == RECORD_OK) {
        note_sslv2_client_hello(run, &hello);
        run->session->sslv2 = true;
        run_reader(run)->state = hello.version == TLS_VERSION_SSL2 ? READER_OPAQUE : READER_TLS;
    }
    return status;
}

/* What a server that speaks SSL 2.0 answers: its hello, or an error code. */
static enum record_status read_sslv2_server(struct run *run, struct bytes *octets)
{
    struct sslv2_server_hello hello;
    uint16_t error = 0;
    size_t need = 0;
    enum record_status status = sslv2_server_hello_next(octets, &hello, &need);
    bool is_hello = status == RECORD_OK;

    if (status == RECORD_ALIEN)
        status = sslv2_error_next(octets, &error, &need);
    if (status != RECORD_OK)
        return status;

    struct note *note = run_note(run, NOTE_SSLV2_HELLO);

    if (note != NULL) {
        note->type = is_hello ? TLS_HANDSHAKE_SERVER_HELLO : SSLV2_NOTE_ERROR;
        note->version = TLS_VERSION_SSL2;
        note->code = (uint8_t)error;
    }
    run->session->handshake.spoke_tls[run->from] = true;
    run->session->reader[SIDE_CLIENT].state = READER_OPAQUE;
    run->session->reader[SIDE_SERVER].state = READER_OPAQUE;
    return status;
}

static enum record_status identify_start(struct run *run, struct bytes *octets)
{
    struct bytes probe = *octets;
    struct record record;
    size_t need = 0;
    enum record_status status = record_next(&probe, &record, &need);

    if (status == RECORD_ALIEN && !run->session->hello_seen)
        return read_sslv2_client(run, octets);
    if (status == RECORD_ALIEN && run->session->sslv2 && run->from == SIDE_SERVER)
        return read_sslv2_server(run, octets);
    if (status == RECORD_PARTIAL && probe.len < TLS_RECORD_HEADER_LENGTH)
        return RECORD_PARTIAL;
    if (status != RECORD_ALIEN) {
        run_reader(run)->state = READER_TLS;
        return RECORD_OK;
    }
    return RECORD_ALIEN;
}

/* A stream of the other side that is TLS makes alien octets here an answer in another protocol;
 * in a connection picked up midway they are just the middle of something. */
static void read_start(struct run *run, struct bytes data)
{
    struct session *session = run->session;
    struct buffer *partial = &run_reader(run)->partial;
    bool spans = partial->length > 0;

    if (spans) {
        if (!buffer_append(partial, session->budget, data, PRELUDE_SEARCH_MAX + RECORD_MAX)) {
            lose_framing(run, MALFORMED_RECORD);
            return;
        }
        data = bytes_of(partial->data, partial->length);
    }

    struct bytes rest = data;
    enum record_status status = identify_start(run, &rest);
    struct buffer held = {0};

    if (status == RECORD_PARTIAL) {
        if (!spans && !buffer_append(partial, session->budget, data, RECORD_MAX))
            lose_framing(run, MALFORMED_RECORD);
        return;
    }
    if (spans) {
        partial = &run_reader(run)->partial; /* the sides may have been exchanged */
        held = *partial;
        *partial = (struct buffer){0};
    }
    if (status == RECORD_ALIEN) {
        run_reader(run)->state = READER_PRELUDE;
        (void)run_note(run, NOTE_PLAINTEXT);
    }
    session_read_more(session, run->from, rest, run->at);
    buffer_release(&held, session->budget);
}

/* Framing was lost: a segment often begins with a record, so look there. */
static void read_lost(struct run *run, struct bytes data)
{
    struct bytes probe = data;
    struct record record;
    size_t need;
    enum record_status status = record_next(&probe, &record, &need);

    if (data.len == 0 || status == RECORD_ALIEN || status == RECORD_OVERSIZED
        || data.len < TLS_RECORD_HEADER_LENGTH)
        return;
    run_reader(run)->state = READER_TLS;
    read_tls(run, data);
}

static void read_opaque(struct run *run, struct bytes data)
{
    run->session->handshake.opaque_octets[run->from] += data.len;
}

void session_read_more(struct session *session, enum side from, struct bytes data, struct moment at)
{
    static void (*const readers[])(struct run *, struct bytes) = {
        [READER_START] = read_start,   [READER_PRELUDE] = read_prelude, [READER_TLS] = read_tls,
        [READER_OPAQUE] = read_opaque, [READER_LOST] = read_lost,
    };
    struct run run = {.session = session, .from = from, .at = at};

    if (data.len > 0)
        readers[session->reader[from].state](&run, data);
}

void session_read(struct session *session, enum side from, struct bytes data, struct moment at)
{
    session->handshake.stream_octets[from] += data.len;
    session_read_more(session, from, data, at);
}

/* A message whose record broke off: that it came is known, what it said is not. */
static void note_broken_message(struct run *run, struct bytes octets)
{
    uint8_t content, type;
    uint16_t version, length;

    if (!bytes_u8(&octets, &content) || content != TLS_CONTENT_HANDSHAKE
        || !bytes_u16(&octets, &version) || !bytes_u16(&octets, &length)
        || !bytes_u8(&octets, &type))
        return;
    settle_sides(run, type);
    if (type == TLS_HANDSHAKE_CLIENT_HELLO)
        run->session->hello_seen = true;
    run->session->handshake.spoke_tls[run->from] = true;

    struct note *note = run_note(run, NOTE_MESSAGE);

    if (note == NULL)
        return;
    note->type = type;
    note->version = version;
    note->length = length;
}

/* Octets are missing while a record waits for its rest. True when the framing survives: the
 * hole ends within the record. */
static bool skip_broken_record(struct run *run, uint64_t missing)
{
    struct session *session = run->session;
    struct buffer broken = run_reader(run)->partial;
    struct bytes octets = bytes_of(broken.data, broken.length);
    struct record record;
    size_t need = 0;
    bool framed = record_next(&octets, &record, &need) == RECORD_PARTIAL
                  && broken.length >= TLS_RECORD_HEADER_LENGTH && need - broken.length >= missing;

    run_reader(run)->partial = (struct buffer){0};
    note_broken_message(run, octets);
    if (framed) {
        run_reader(run)->skip = need - broken.length - missing;
        run_reader(run)->state = READER_TLS;
    }
    buffer_release(&broken, session->budget);
    return framed;
}

void session_gap(struct session *session, enum side from, uint64_t missing, struct moment at)
{
    struct run run = {.session = session, .from = from, .at = at};
    struct reader *reader = &session->reader[from];
    struct note *note = run_note(&run, NOTE_GAP);

    if (note != NULL)
        note->length = missing > UINT32_MAX ? UINT32_MAX : (uint32_t)missing;
    session->handshake.gap_octets[from] += missing;
    session->handshake.stream_octets[from] += missing;
    if (reader->state == READER_OPAQUE || reader->state == READER_PRELUDE)
        return;
    if (reader->skip >= missing && reader->skip > 0) {
        reader->skip -= missing;
        return;
    }
    if (reader->partial.length > 0 && skip_broken_record(&run, missing)) {
        buffer_release(&run_reader(&run)->message, session->budget);
        return;
    }
    lose_framing(&run, MALFORMED_RECORD);
}
