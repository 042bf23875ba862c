/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.c -- one direction of a connection, from octets to notes: what the stream is, and holes
 * in it. */
#include "analyze/reader_internal.h"
#include "dissect/sslv2.h"

static void note_sslv2_client_hello(struct run *run, const struct sslv2_client_hello *hello)
{
    reader_settle_sides(run, TLS_HANDSHAKE_CLIENT_HELLO);
    run->session->hello_seen = true;
    run->session->spoke_tls[run->from] = true;

    const struct note_detail detail = {
        .type = TLS_HANDSHAKE_CLIENT_HELLO,
        .version = hello->version,
        .length = (uint32_t)hello->message.len,
    };

    if (session_note(run, NOTE_SSLV2_HELLO, detail))
        session_keep_body(run->session, run->from, hello->message);
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

    const struct note_detail detail = {
        .type = is_hello ? TLS_HANDSHAKE_SERVER_HELLO : SSLV2_NOTE_ERROR,
        .version = TLS_VERSION_SSL2,
        .code = (uint8_t)error,
    };

    (void)session_note(run, NOTE_SSLV2_HELLO, detail);
    run->session->spoke_tls[run->from] = true;
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

static bool is_answer(const struct run *run)
{
    return run->from == SIDE_SERVER && run->session->hello_seen;
}

/* The server's hello in what is no record for its version, one that TLS never had: receivers must
 * not look at that (RFC 8446 section 5.1), and some do not. */
static bool answers_in_odd_version(const struct run *run, struct bytes octets)
{
    return is_answer(run) && reader_names_hello(octets, TLS_HANDSHAKE_SERVER_HELLO);
}

/* The same as far as it has come, while too little has to tell. */
static bool may_answer_in_odd_version(const struct run *run, struct bytes octets)
{
    enum { NAMED_AT = 11 }; /* octets up to the version in the hello */
    static const struct {
        uint8_t at;
        uint8_t octet;
    } fixed[] = {{0, TLS_CONTENT_HANDSHAKE},
                 {TLS_RECORD_HEADER_LENGTH, TLS_HANDSHAKE_SERVER_HELLO},
                 {TLS_RECORD_HEADER_LENGTH + TLS_HANDSHAKE_HEADER_LENGTH, TLS_VERSION_1_2 >> 8}};

    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        if (fixed[i].at < octets.len && octets.data[fixed[i].at] != fixed[i].octet)
            return false;
    return is_answer(run) && octets.len < NAMED_AT;
}

/* Take the header of such a record for that of one of TLS 1.2, and return what is behind it. */
static struct bytes read_odd_header(struct run *run, struct bytes octets)
{
    uint8_t header[TLS_RECORD_HEADER_LENGTH] = {TLS_CONTENT_HANDSHAKE, TLS_VERSION_1_2 >> 8,
                                                TLS_VERSION_1_2 & 0xff};
    struct bytes own;

    reader_note_malformed(run, MALFORMED_RECORD_VERSION, octets.len);
    if (bytes_take(&octets, sizeof(header), &own)) {
        memcpy(header + 3, own.data + 3, 2);
        run_reader(run)->state = READER_TLS;
        reader_keep_partial(run, bytes_of(header, sizeof(header)));
    }
    return octets;
}

static void begin_prelude(struct run *run)
{
    run_reader(run)->state = READER_PRELUDE;
    (void)session_note(run, NOTE_PLAINTEXT, (struct note_detail){0});
}

/* From now on it is the caller's. */
static struct buffer take_partial(const struct run *run)
{
    struct buffer taken = *run_partial(run);

    *run_partial(run) = (struct buffer){0};
    run_reader(run)->has_partial = false;
    return taken;
}

/* The start of a stream that came in pieces, or is no record. A stream of the other side that is
 * TLS makes alien octets here an answer in another protocol; in a connection picked up midway they
 * are just the middle of something. */
NEVER_INLINE static void take_odd_start(struct run *run, struct bytes data)
{
    struct session *session = run->session;
    struct buffer *partial = run_partial(run);
    bool spans = run_reader(run)->has_partial;

    if (spans) {
        if (!buffer_append(partial, &session->memory->budget, data,
                           PRELUDE_SEARCH_MAX + RECORD_MAX)) {
            reader_note_dropped(run, data.len);
            reader_lose_framing(run, MALFORMED_RECORD, data.len);
            return;
        }
        data = bytes_of(partial->data, partial->length);
    }

    struct bytes rest = data;
    enum record_status status = identify_start(run, &rest);
    struct buffer held = {0};

    if (status == RECORD_PARTIAL
        || (status == RECORD_ALIEN && may_answer_in_odd_version(run, rest))) {
        if (!spans)
            reader_keep_partial(run, data);
        return;
    }
    if (spans) /* the sides may have been exchanged */
        held = take_partial(run);
    if (status == RECORD_ALIEN && answers_in_odd_version(run, rest))
        rest = read_odd_header(run, rest);
    else if (status == RECORD_ALIEN)
        begin_prelude(run);
    reader_go_on(run, rest);
    buffer_release(&held, &session->memory->budget);
}

static void read_start(struct run *run, struct bytes data)
{
    struct reader *reader = run_reader(run);

    if (reader->has_partial || !record_begins(data)) {
        take_odd_start(run, data);
        return;
    }
    reader->state = READER_TLS;
    reader_take_records(run, data);
}

/* Framing was lost: a segment often begins with a record, so look there. */
static void read_lost(struct run *run, struct bytes data)
{
    struct bytes probe = data;
    struct record record;
    size_t need;
    enum record_status status = record_next(&probe, &record, &need);

    if (data.len == 0 || status == RECORD_ALIEN || status == RECORD_OVERSIZED)
        return;
    run_reader(run)->state = READER_TLS;
    reader_take_records(run, data);
}

static void read_opaque(struct run *run, struct bytes data)
{
    run->session->opaque_octets[run->from] += data.len;
}

void reader_go_on(struct run *run, struct bytes data)
{
    static void (*const readers[])(struct run *, struct bytes) = {
        [READER_START] = read_start,
        [READER_PRELUDE] = reader_take_prelude,
        [READER_TLS] = reader_take_records,
        [READER_TDS] = reader_take_tds,
        [READER_OPENVPN] = reader_take_openvpn,
        [READER_OPAQUE] = read_opaque,
        [READER_LOST] = read_lost,
    };

    if (data.len > 0)
        readers[run_reader(run)->state](run, data);
}

void reader_take_piece(struct run *run, struct bytes piece, size_t left)
{
    const uint8_t framed = run_reader(run)->state;

    run_reader(run)->state = READER_TLS;
    run->left += (uint32_t)left;
    reader_take_records(run, piece);
    run->left -= (uint32_t)left;
    if (run_reader(run)->state == READER_TLS)
        run_reader(run)->state = framed;
}

void session_read(struct session *session, enum side from, struct bytes data, struct moment at)
{
    struct run run = {.session = session, .from = from, .at = at};

    session->stream_octets[from] += data.len;
    if (session->reader[from].state == READER_TLS)
        reader_take_records(&run, data);
    else
        reader_go_on(&run, data);
}

/* A record that broke off, as far as it came. */
static void note_broken_record(struct run *run, struct bytes octets)
{
    struct record record = {0};
    uint16_t length;

    if (bytes_u8(&octets, &record.type) && record.type == TLS_CONTENT_HANDSHAKE
        && bytes_u16(&octets, &record.version) && bytes_u16(&octets, &length)) {
        record.fragment = octets;
        reader_take_broken_handshake(run, &record, length);
    }
}

/* Octets are missing while a record waits for its rest. True when the framing survives: the
 * hole ends within the record. */
static bool skip_broken_record(struct run *run, uint64_t missing)
{
    struct session *session = run->session;
    struct buffer broken = take_partial(run);
    struct bytes octets = bytes_of(broken.data, broken.length);
    struct record record;
    size_t need = 0;
    bool framed = record_next(&octets, &record, &need) == RECORD_PARTIAL
                  && broken.length >= TLS_RECORD_HEADER_LENGTH && need - broken.length >= missing;

    note_broken_record(run, octets);
    if (framed) {
        run_reader(run)->skip = (uint16_t)(need - broken.length - missing);
        run_reader(run)->state = READER_TLS;
    }
    buffer_release(&broken, &session->memory->budget);
    return framed;
}

void session_gap(struct session *session, enum side from, uint64_t missing, struct moment at)
{
    struct run run = {.session = session, .from = from, .at = at};
    struct reader *reader = &session->reader[from];
    const struct note_detail detail = {
        .length = missing > UINT32_MAX ? UINT32_MAX : (uint32_t)missing,
    };

    (void)session_note(&run, NOTE_GAP, detail);
    session->gap_octets[from] += missing;
    session->stream_octets[from] += missing;
    if (reader->state == READER_OPAQUE || reader->state == READER_PRELUDE)
        return;
    if (reader->skip >= missing && reader->skip > 0) {
        reader->skip -= (uint16_t)missing;
        return;
    }
    if (reader->has_partial && skip_broken_record(&run, missing)) {
        session_drop_message(session, run.from);
        return;
    }
    reader_lose_framing(&run, MALFORMED_RECORD, 0);
}
