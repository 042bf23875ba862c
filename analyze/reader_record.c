/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_record.c -- a stream that is TLS, from octets to records and their notes.
 *
 * Records are framed where they lie. Copied are only a record that spans segments, if
 * its content is needed at all, and a message that spans records.
 */
#include "analyze/reader_internal.h"
#include "analyze/session_brief.h"
#include "dissect/alert.h"
#include "dissect/suite.h"

/* In TLS 1.3 the second hellos come in clear behind a change_cipher_spec (RFC 8446 appendix D.4):
 * so they do where the capture lacks the HelloRetryRequest that would say so, or begins behind
 * it. */
static bool awaits_second_hello(const struct run *run)
{
    const struct session *session = run->session;

    return run_reader(run)->encrypted && !session->tls13 && !session->server_hello_seen
           && (session->hello_seen || session->midway);
}

/* Before the hello of a connection that was picked up midway nothing tells which side is which. */
static uint8_t hello_of(const struct run *run)
{
    return run->from == SIDE_CLIENT || !run->session->hello_seen ? TLS_HANDSHAKE_CLIENT_HELLO
                                                                 : TLS_HANDSHAKE_SERVER_HELLO;
}

/* Of a record whose content is to be skipped there is only the header. */
static bool is_second_hello(const struct run *run, const struct record *record)
{
    return awaits_second_hello(run) && run_reader(run)->skip == 0
           && reader_content_is_hello(record->fragment, record->fragment.len, hello_of(run));
}

static void read_handshake_record(struct run *run, const struct record *record)
{
    struct session *session = run->session;

    if (is_second_hello(run, record))
        session->tls13 = true;
    if (!run_reader(run)->encrypted || session->tls13)
        reader_take_handshake(run, record);
    else
        (void)session_note(run, NOTE_ENCRYPTED_HANDSHAKE, reader_detail(record));
}

static void read_change_cipher_spec(struct run *run, const struct record *record)
{
    struct note_detail detail = reader_detail(record);

    detail.code = record->fragment.len == 1 && record->fragment.data[0] == 1;
    /* In TLS 1.3 it is for middleboxes only and means nothing (RFC 8446 appendix D.4). A client
     * that was asked to retry sends it before its second hello, which is plain. */
    run_reader(run)->encrypted = true;
    (void)session_note(run, NOTE_CHANGE_CIPHER_SPEC, detail);
}

static bool note_alert(const struct run *run, const struct record *record, struct alert alert)
{
    const struct note_detail detail = {
        .length = TLS_ALERT_LENGTH,
        .version = record->version,
        .type = alert.level,
        .code = alert.description,
    };

    return session_note(run, NOTE_ALERT, detail);
}

/* Up to TLS 1.2 an alert may be spread over two records (RFC 5246 section 6.2.1). The first half
 * alone says nothing. */
static void read_half_alert(const struct run *run, const struct record *record)
{
    struct reader *reader = run_reader(run);
    const uint8_t level = reader->half_alert;
    const uint8_t octet = record->fragment.data[0];

    reader->half_alert = 0;
    if (level != 0)
        (void)note_alert(run, record, (struct alert){level, octet});
    else if (octet == TLS_ALERT_LEVEL_WARNING || octet == TLS_ALERT_LEVEL_FATAL)
        reader->half_alert = octet & 3U;
    else
        reader_note_malformed(run, MALFORMED_ALERT, reader_record_octets(record));
}

/* Of a level that does not exist. TLS 1.3 wants levels to be ignored, and takes for an error what
 * has a description that it does not know (RFC 8446 section 6); a receiver of TLS 1.2 gives up
 * too. */
static void read_odd_alert(const struct run *run, const struct record *record)
{
    struct bytes fragment = record->fragment;
    struct alert alert;

    if (bytes_u8(&fragment, &alert.level) && bytes_u8(&fragment, &alert.description))
        (void)note_alert(run, record, (struct alert){TLS_ALERT_LEVEL_FATAL, alert.description});
    else
        reader_note_malformed(run, MALFORMED_ALERT, reader_record_octets(record));
}

static void read_alert_record(struct run *run, const struct record *record)
{
    struct bytes fragment = record->fragment;
    struct alert alert;

    if (!alerts_are_plain(fragment)) {
        if (run_reader(run)->encrypted || fragment.len > TLS_ALERT_LENGTH)
            (void)session_note(run, NOTE_ENCRYPTED_ALERT, reader_detail(record));
        else if (fragment.len == 1)
            read_half_alert(run, record);
        else
            read_odd_alert(run, record);
        return;
    }
    while (alert_next(&fragment, &alert))
        if (!note_alert(run, record, alert))
            return;
}

/* Whether a record is as long as a Finished alone that is not padded (RFC 8446 section 5.4). */
static bool is_plain_finished(const struct session *session, size_t length)
{
    return suite_finished_length(suite_find(session->suite), TLS_VERSION_1_3, length);
}

/* An alert has two octets where a Finished has a header and a hash; the rest is the same. */
static bool is_as_alert_beside(size_t finished, size_t length)
{
    enum { SHORTER = 4 + 32 - 2, SHORTER_SHA384 = 4 + 48 - 2 };

    return length + SHORTER == finished || length + SHORTER_SHA384 == finished;
}

/* What the server sends behind the client's Finished may be an alert, padded to the length of its
 * smallest records. Where these are not padded, as one that is a plain Finished shows, alerts have
 * one length. The smallest may be another message: EncryptedExtensions with a list of groups are as
 * long as the Finished of other suites. Behind its Finished a server may send tickets before the
 * client's. */
static bool server_goes_on(const struct session *session, size_t length)
{
    enum { ALERT_MAX = TLS_ALERT_LENGTH + 1 + 48 }; /* with the tag of RFC 9150 */
    const size_t least = session->server_least;

    if (length == least || is_as_alert_beside(least, length))
        return false;
    return length > ALERT_MAX
           || (is_plain_finished(session, least)
               && !suite_alert_length(suite_find(session->suite), TLS_VERSION_1_3, length));
}

/* After both Finished of TLS 1.3 each side proves by what it sends that it accepts them. What a
 * client sends before the ServerHello is early data, of which more may come behind it. */
static inline void weigh_protected_record(struct session *session, enum side from, size_t length)
{
    if (!session->server_hello_seen)
        session->early_data_seen |= from == SIDE_CLIENT;
    if (!session->tls13 || !session->server_hello_seen)
        return;
    if (session->client_finished && from == SIDE_SERVER)
        session->follows_finished[SIDE_SERVER] =
            session->follows_finished[SIDE_SERVER] || server_goes_on(session, length);
    else if (length < SUITE_FINISHED_MIN)
        return;
    else if (session->client_finished)
        session->follows_finished[SIDE_CLIENT] = true;
    else if (from == SIDE_CLIENT)
        session->client_finished = !session->early_data_seen || is_plain_finished(session, length);
    else if (session->server_least == 0 || length < session->server_least)
        session->server_least = (uint16_t)length;
}

ALWAYS_INLINE void read_application_record(struct run *run, const struct record *record)
{
    const struct note_detail detail = reader_detail(record);
    struct session *session = run->session;

    if (!session_note_application_data_in_brief(run, detail))
        (void)session_note(run, NOTE_APPLICATION_DATA, detail);
    session->application_records[run->from]++;
    session->application_octets[run->from] += detail.length;
    weigh_protected_record(session, run->from, detail.length);
}

static void read_heartbeat_record(struct run *run, const struct record *record)
{
    const struct note_detail detail = {.length = (uint32_t)record->fragment.len};

    (void)session_note(run, NOTE_HEARTBEAT, detail);
}

static void read_other_record(struct run *run, const struct record *record, size_t left)
{
    static void (*const readers[])(struct run *, const struct record *) = {
        [TLS_CONTENT_CHANGE_CIPHER_SPEC] = read_change_cipher_spec,
        [TLS_CONTENT_ALERT] = read_alert_record,
        [TLS_CONTENT_HANDSHAKE] = read_handshake_record,
        [TLS_CONTENT_HEARTBEAT] = read_heartbeat_record,
    };

    run->left += (uint32_t)left;
    readers[record->type](run, record);
    run->left -= (uint32_t)left;
}

/* Behind it come left more octets. */
ALWAYS_INLINE void read_record(struct run *run, const struct record *record, size_t left)
{
    run->session->records[run->from]++;
    run->session->spoke_tls[run->from] = true;
    if (record->type == TLS_CONTENT_APPLICATION_DATA)
        read_application_record(run, record);
    else
        read_other_record(run, record, left);
}

/* What begins with these octets may be a second hello: as many tell as hold the headers and the
 * version of one. */
static bool may_be_second_hello(const struct run *run, struct bytes octets)
{
    enum { TELLING = TLS_RECORD_HEADER_LENGTH + TLS_HANDSHAKE_HEADER_LENGTH + 2 };

    return awaits_second_hello(run)
           && (octets.len < TELLING || reader_names_hello(octets, hello_of(run)));
}

/* A record, which begins with these octets, whose header is enough: the content is protected. */
static bool content_is_protected(const struct run *run, struct bytes octets)
{
    const uint8_t type = octets.data[0];

    return type == TLS_CONTENT_APPLICATION_DATA
           || (type == TLS_CONTENT_HANDSHAKE && run_reader(run)->encrypted && !run->session->tls13
               && !may_be_second_hello(run, octets));
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
    run_reader(run)->skip = (uint16_t)(need - octets.len);
    read_record(run, &record, 0);
}

void reader_note_dropped(const struct run *run, size_t octets)
{
    run->session->transcript_full = true;
    run->session->gap_octets[run->from] += octets;
}

void reader_lose_framing(struct run *run, enum malformation malformation, size_t octets)
{
    struct reader *reader = run_reader(run);

    session_drop_partial(run->session, run->from);
    session_drop_message(run->session, run->from);
    reader->state = READER_LOST;
    reader->skip = 0;
    reader->half_alert = 0;
    if (run->session->gap_octets[run->from] == 0)
        reader_note_malformed(run, malformation, octets);
}

void reader_keep_partial(struct run *run, struct bytes octets)
{
    if (buffer_append(run_partial(run), &run->session->memory->budget, octets, RECORD_MAX)) {
        run_reader(run)->has_partial = true;
        return;
    }
    reader_note_dropped(run, octets.len);
    reader_lose_framing(run, MALFORMED_RECORD, octets.len);
}

/* Keep the beginning of a record until the rest comes. need is its whole size, for which room is
 * made if that is not much more than what came of it: sizes are easily announced. */
static void keep_partial(struct run *run, struct bytes octets, size_t need)
{
    struct buffer *partial = run_partial(run);

    if (need <= 2 * (partial->length + octets.len))
        buffer_reserve(partial, &run->session->memory->budget, need);
    reader_keep_partial(run, octets);
}

/* The record at the front of octets is not all there. */
NEVER_INLINE static void read_partial_record(struct run *run, struct bytes octets, size_t need,
                                             bool kept)
{
    if (octets.len >= TLS_RECORD_HEADER_LENGTH && content_is_protected(run, octets)) {
        read_header_only(run, octets, need);
        if (kept)
            session_drop_partial(run->session, run->from);
    } else if (!kept) {
        keep_partial(run, octets, need);
    }
}

/* Read records that lie in octets, and return what is left. kept: octets is this reader's partial
 * buffer. */
ALWAYS_INLINE struct bytes read_records(struct run *run, struct bytes octets, bool kept)
{
    struct record record;
    size_t need = 0;

    while (octets.len > 0 && run_reader(run)->state == READER_TLS) {
        switch (record_next(&octets, &record, &need)) {
        case RECORD_OK:
            read_record(run, &record, octets.len);
            break;
        case RECORD_PARTIAL:
            read_partial_record(run, octets, need, kept);
            return octets;
        case RECORD_ALIEN:
            reader_lose_framing(run, MALFORMED_RECORD, octets.len);
            return octets;
        case RECORD_OVERSIZED:
            run->session->spoke_tls[run->from] = true;
            reader_lose_framing(run, MALFORMED_RECORD_SIZE, octets.len);
            return octets;
        }
    }
    return octets;
}

/* Move octets of *data to the partial record, as many as record_next needs to go on. */
NEVER_INLINE static void complete_partial(struct run *run, struct bytes *data)
{
    struct reader *reader = run_reader(run);
    struct bytes kept = bytes_of(run_partial(run)->data, run_partial(run)->length);
    struct record record;
    size_t need = 0;
    struct bytes more;

    if (record_next(&kept, &record, &need) != RECORD_PARTIAL) {
        reader_lose_framing(run, MALFORMED_RECORD, kept.len + data->len);
        return;
    }

    size_t missing = need - run_partial(run)->length;

    if (!bytes_take(data, missing < data->len ? missing : data->len, &more))
        return;
    keep_partial(run, more, need);
    if (reader->state != READER_TLS)
        return;
    kept = bytes_of(run_partial(run)->data, run_partial(run)->length);
    run->left += (uint32_t)data->len;
    kept = read_records(run, kept, true);
    run->left -= (uint32_t)data->len;
    if (kept.len == 0) /* the sides may have been exchanged */
        session_drop_partial(run->session, run->from);
}

/* Drop the octets of *data that belong to a record whose content is not needed. */
static void skip_content(struct run *run, struct bytes *data)
{
    struct reader *reader = run_reader(run);
    size_t skip = reader->skip < data->len ? reader->skip : data->len;

    reader->skip -= (uint16_t)skip;
    if (!bytes_skip(data, skip))
        data->len = 0;
}

void reader_take_records(struct run *run, struct bytes data)
{
    while (data.len > 0 && run_reader(run)->state == READER_TLS) {
        if (run_reader(run)->skip > 0) {
            skip_content(run, &data);
        } else if (run_reader(run)->has_partial) {
            complete_partial(run, &data);
        } else {
            (void)read_records(run, data, false);
            return;
        }
    }
}
