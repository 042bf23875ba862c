/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_openvpn.c -- a handshake in the control channel of OpenVPN (dissect/openvpn.h).
 *
 * Each piece of a message is read where it lies, as if it were the next octets of a stream that is
 * TLS. What is sent again under a number that was read is passed by, and so are data packets and
 * those of later keys.
 */
#include "analyze/reader_internal.h"

static struct openvpn_framing *run_framing(const struct run *run)
{
    return &run->session->preludes->openvpn[run->from];
}

/* All that this side said, if it is an opening that leaves the handshake to be read. */
static bool said_opening(const struct run *run, struct openvpn_protection *protection)
{
    const struct prelude_text *text = run->session->preludes->prelude[run->from];

    return text != NULL && text->length == run->session->stream_octets[run->from]
           && openvpn_opening(prelude_octets(text), run->from == SIDE_CLIENT, protection)
                  == OPENVPN_OK
           && !protection->encrypted;
}

bool reader_begin_openvpn(struct run *run)
{
    struct preludes *preludes = run->session->preludes;
    struct openvpn_protection protection;

    if (preludes == NULL || !said_opening(run, &protection))
        return false;
    preludes->openvpn[run->from] = (struct openvpn_framing){
        .next = 1,
        .authentication = protection.authentication,
    };
    session_drop_partial(run->session, run->from);
    run_reader(run)->state = READER_OPENVPN;
    reader_take_openvpn(run, prelude_octets(preludes->prelude[run->from]));
    return true;
}

/* A message that is not the next one, and none that was read, leaves a hole in what is TLS. */
static void begin_content(struct run *run, const struct openvpn_header *header)
{
    struct openvpn_framing *framing = run_framing(run);

    framing->header_length = 0;
    framing->left = header->length;
    framing->has_tls = header->has_tls && header->message == framing->next;
    framing->next += framing->has_tls;
    if (header->has_tls && header->message > framing->next)
        run_reader(run)->state = READER_OPAQUE;
}

/* Take octets of a header, of which more may come with the next segment. */
static void take_header(struct run *run, struct bytes *data)
{
    struct openvpn_framing *framing = run_framing(run);
    const size_t before = framing->header_length;
    const size_t room = OPENVPN_HEADER_MAX - before;
    const size_t count = room < data->len ? room : data->len;
    struct openvpn_header header;
    struct bytes octets;
    enum openvpn_status status;

    memcpy(framing->header + before, data->data, count);
    octets = bytes_of(framing->header, before + count);
    status = openvpn_header_next(&octets, framing->authentication, &header);
    if (!bytes_skip(data, count - (status == OPENVPN_OK ? octets.len : 0)))
        return;
    framing->header_length = (uint8_t)(before + count);
    if (status == OPENVPN_OK)
        begin_content(run, &header);
    else if (status == OPENVPN_ALIEN)
        run_reader(run)->state = READER_OPAQUE;
}

/* The content may exchange the sides, and lose the framing of TLS for good. */
static void take_content(struct run *run, struct bytes *data)
{
    struct openvpn_framing *framing = run_framing(run);
    struct bytes piece;

    if (!bytes_take(data, framing->left < data->len ? framing->left : data->len, &piece))
        return;
    framing->left = (uint16_t)(framing->left - piece.len);
    if (!framing->has_tls)
        return;
    reader_end_preludes(run->session);
    reader_take_piece(run, piece, data->len);
}

void reader_take_openvpn(struct run *run, struct bytes data)
{
    while (data.len > 0 && run_reader(run)->state == READER_OPENVPN) {
        if (run_framing(run)->left > 0)
            take_content(run, &data);
        else
            take_header(run, &data);
    }
    reader_go_on(run, data);
}
