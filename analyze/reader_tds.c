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

void reader_expect_tds(struct session *session, enum side client, uint16_t left)
{
    session->preludes->tds[client].left = left;
    for (size_t side = 0; side < SIDES; side++)
        session->reader[side].state = READER_TDS;
}

/* At the end of a packet: what comes is no other one that carries TLS. It is TLS, or the login is
 * over, and with it what was encrypted. */
static void leave_packets(struct run *run, struct bytes data)
{
    run_reader(run)->state = reader_may_be_record(data) ? READER_TLS : READER_OPAQUE;
}

/* Take octets of a header, of which more may come with the next segment. */
static void take_header(struct run *run, struct bytes *data)
{
    struct tds_framing *framing = run_framing(run);
    size_t missing = TDS_HEADER_LENGTH - framing->header_length;
    struct bytes part;
    struct bytes header;

    if (!bytes_take(data, missing < data->len ? missing : data->len, &part))
        return;
    memcpy(framing->header + framing->header_length, part.data, part.len);
    framing->header_length = (uint8_t)(framing->header_length + part.len);
    if (framing->header_length < TDS_HEADER_LENGTH)
        return;
    framing->header_length = 0;
    header = bytes_of(framing->header, TDS_HEADER_LENGTH);
    if (!tds_prelogin_header_take(&header, &framing->left))
        reader_lose_framing(run, MALFORMED_RECORD);
}

/* The content may exchange the sides, and lose the framing of TLS for good. */
static void take_content(struct run *run, struct bytes *data)
{
    struct tds_framing *framing = run_framing(run);
    struct bytes piece;

    if (!bytes_take(data, framing->left < data->len ? framing->left : data->len, &piece))
        return;
    framing->left = (uint16_t)(framing->left - piece.len);
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
        else if (framing->header_length > 0 || data.data[0] == TDS_PRELOGIN)
            take_header(run, &data);
        else
            leave_packets(run, data);
    }
    reader_go_on(run, data);
}
