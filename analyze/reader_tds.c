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

void reader_expect_tds(struct session *session, enum side side, uint16_t left)
{
    session->preludes->tds[side].left = left;
    for (size_t i = 0; i < SIDES; i++) {
        session_drop_partial(session, (enum side)i);
        session->reader[i].state = READER_TDS;
    }
}

/* A packet comes. What is none is TLS alone; or the login is over, and with it what was encrypted,
 * as it is when the server sends a response. Before it has spoken TLS that is its answer to
 * PRELOGIN, which packets that changed places have brought late. */
static bool is_packet(const struct run *run, uint8_t type)
{
    return type == TDS_PRELOGIN || (type == TDS_RESPONSE && !run->session->spoke_tls[run->from]);
}

static void leave_packets(struct run *run, struct bytes data)
{
    run_reader(run)->state = reader_may_be_record(data) ? READER_TLS : READER_OPAQUE;
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
        reader_lose_framing(run, MALFORMED_RECORD);
        return;
    }
    framing->left = header.length;
    framing->no_tls = header.type != TDS_PRELOGIN;
}

/* The content may exchange the sides, and lose the framing of TLS for good. */
static void take_content(struct run *run, struct bytes *data)
{
    struct tds_framing *framing = run_framing(run);
    struct bytes piece;

    if (!bytes_take(data, framing->left < data->len ? framing->left : data->len, &piece))
        return;
    framing->left = (uint16_t)(framing->left - piece.len);
    if (framing->no_tls)
        return;
    run_reader(run)->state = READER_TLS;
    reader_take_records(run, piece);
    if (run_reader(run)->state == READER_TLS)
        run_reader(run)->state = READER_TDS;
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
