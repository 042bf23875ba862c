/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_tds.c -- a handshake in packets of TDS (dissect/tds.h), until TLS stands alone.
 *
 * Each piece of a packet's content is read where it lies, as if it were the next octets of a stream
 * that is TLS.
 */
#include "analyze/reader_internal.h"

static struct tds_framing *run_framing(const struct run *run)
{
    return &run->session->preludes->tds[run->from];
}

/* All that a side has said so far; empty when it is not known to its end. The first octets may be
 * too few to tell what they are: those are moved to room. */
static struct bytes all_said(const struct session *session, enum side side,
                             uint8_t room[TDS_HEADER_LENGTH])
{
    const struct buffer *partial = &session->partial[side];
    const struct prelude_text *text = session->preludes->opening[side];

    if (text != NULL && text->length == session->stream_octets[side])
        return prelude_octets(text);
    if (text != NULL || partial->length != session->stream_octets[side]
        || partial->length > TDS_HEADER_LENGTH)
        return bytes_of("", 0);
    if (partial->length > 0)
        memcpy(room, partial->data, partial->length);
    return bytes_of(room, partial->length);
}

/* The other side may be within a packet too: packets come in any order. */
void reader_expect_tds(struct run *run, uint16_t left)
{
    struct session *session = run->session;
    struct run other = {.session = session, .from = side_other(run->from), .at = run->at};
    uint8_t room[TDS_HEADER_LENGTH];
    struct bytes said = all_said(session, other.from, room);

    session->preludes->tds[run->from].left = left;
    for (size_t side = 0; side < SIDES; side++) {
        session_drop_partial(session, (enum side)side);
        session->reader[side].state = READER_TDS;
    }
    reader_take_tds(&other, said);
    run->from = side_other(other.from);
}

/* PRELOGIN packets carry the handshake. A RESPONSE before the server's first record is its answer
 * to PRELOGIN, which comes late; after it the login is over. */
static bool is_packet(const struct run *run, uint8_t type)
{
    return type == TDS_PRELOGIN || (type == TDS_RESPONSE && !run->session->spoke_tls[run->from]);
}

/* What is no packet is TLS without packets; or it is in clear, as it is when the login alone was
 * encrypted. */
static void leave_packets(struct run *run, struct bytes data)
{
    bool is_tls = reader_may_be_record(data);

    run_reader(run)->state = is_tls ? READER_TLS : READER_OPAQUE;
    run->session->login_is_over = !is_tls && run->session->spoke_tls[run->from];
}

/* Take octets of a header, of which more may come with the next segment. */
static void take_header(struct run *run, struct bytes *data)
{
    struct tds_framing *framing = run_framing(run);
    size_t missing = TDS_HEADER_LENGTH - framing->header_length;
    struct tds_header header;
    struct bytes octets;

    if (!bytes_take(data, missing < data->len ? missing : data->len, &octets))
        return;
    memcpy(framing->header + framing->header_length, octets.data, octets.len);
    framing->header_length = (uint8_t)(framing->header_length + octets.len);
    if (framing->header_length < TDS_HEADER_LENGTH)
        return;
    framing->header_length = 0;
    octets = bytes_of(framing->header, TDS_HEADER_LENGTH);
    if (!tds_header_take(&octets, &header)) {
        reader_lose_framing(run, MALFORMED_RECORD, TDS_HEADER_LENGTH + data->len);
        return;
    }
    framing->left = header.length;
    framing->no_tls = header.type != TDS_PRELOGIN;
}

/* What a side says before its first record is PRELOGIN or the answer to it. */
static bool content_is_tls(const struct run *run, struct bytes content)
{
    return run->session->spoke_tls[run->from] || run_reader(run)->has_partial
           || reader_may_be_record(content);
}

/* The content may exchange the sides, and lose the framing of TLS for good. */
static void take_content(struct run *run, struct bytes *data)
{
    struct tds_framing *framing = run_framing(run);
    struct bytes piece;

    if (!bytes_take(data, framing->left < data->len ? framing->left : data->len, &piece))
        return;
    framing->left = (uint16_t)(framing->left - piece.len);
    framing->no_tls = framing->no_tls || !content_is_tls(run, piece);
    if (framing->no_tls)
        return;
    reader_take_piece(run, piece, data->len);
}

void reader_take_tds(struct run *run, struct bytes data)
{
    while (data.len > 0 && run_reader(run)->state == READER_TDS) {
        const struct tds_framing *framing = run_framing(run);

        if (framing->left > 0)
            take_content(run, &data);
        else if (framing->header_length > 0 || is_packet(run, data.data[0]))
            take_header(run, &data);
        else
            leave_packets(run, data);
    }
    reader_go_on(run, data);
}
