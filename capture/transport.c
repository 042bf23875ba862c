/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/transport.h"

#include "capture/moment.h"

void transport_init(struct transport *transport)
{
    /* A packet is as unlikely to have this hash as any other. The other array is read below its
     * count only. */
    memset(transport->recent_tag, 0, sizeof(transport->recent_tag));
    memset(transport->recent_time, 0, sizeof(transport->recent_time));
    memset(transport->recent_check, 0, sizeof(transport->recent_check));
    memset(transport->recent_hop_limit, 0, sizeof(transport->recent_hop_limit));
    transport->sent_count = 0;
    transport->sent_open = 0;
    transport->is_long = false;
    transport->syn_seen = false;
    transport->window_shift = TRANSPORT_WINDOW_SCALE_MAX;
    transport->sent_again = false;
    transport->sack_hole = false;
    transport->acknowledged_once = false;
    transport->far_seen = false;
    transport->reset_seen = false;
    transport->last_window = 0;
    transport->last_ack = 0;
    transport->octets = 0;
    transport->packets = 0;
    transport->hop_limit = 0;
    transport->hop_limit_other = 0;
}

void transport_clear(struct transport *transport, struct pool *flights)
{
    if (transport->is_long)
        pool_give(flights, pool_number(flights, transport->flight));
    transport->is_long = false;
}

static void note_other_path(struct trouble *trouble, const struct segment *segment)
{
    trouble->other_path_packet = segment->at.packet & ((1u << PATH_PACKET_BITS) - 1);
    trouble->other_path_hop_limit = segment->hop_limit;
}

/* Of the first packet, or of one that is not like it. */
static void note_hop_limit(struct direction *direction, struct transport *transport,
                           const struct segment *segment)
{
    if (transport->hop_limit == 0)
        transport->hop_limit = segment->hop_limit;
    else if (transport->hop_limit_other == transport->hop_limit)
        note_other_path(direction_have_trouble(direction), segment);
    transport->hop_limit_other = segment->hop_limit;
}

void transport_packet(struct direction *direction, struct transport *transport,
                      const struct segment *segment)
{
    if (transport->packets == 0)
        direction->first = segment->at;
    transport->packets = transport_sum(transport->packets, 1);
    transport->octets += segment->ip_length;
    if (segment->flags & TCP_RST)
        return;
    if (transport->hop_limit != segment->hop_limit)
        note_hop_limit(direction, transport, segment);
}

void transport_syn(struct direction *direction, const struct segment *segment)
{
    struct syn_options options;

    transport_syn_options(segment->options, &options);
    direction->last_syn = segment->at;
    if (direction->syn_count++ > 0)
        return;
    direction->syn = segment->at;
    direction->mss = options.mss;
    direction->window_scale = options.window_scale;
    direction->sack_permitted = options.sack_permitted;
    direction->timestamps = options.timestamps;
    direction->is_like_linux = options.is_in_linux_order;
    direction->multipath = options.multipath;
}

/* RFC 7323 section 2.2: windows are scaled when both SYNs say so. When its own was not seen, the
 * scale is the most that it can be; when the other one was not, it counts as if it said so. */
void transport_note_syns(struct transport *transport, const struct direction *direction,
                         const struct direction *peer)
{
    int shift = direction->window_scale;

    if (direction->syn_count == 0)
        shift = TRANSPORT_WINDOW_SCALE_MAX;
    else if (shift < 0 || (peer->syn_count > 0 && peer->window_scale < 0))
        shift = 0;
    transport->syn_seen = direction->syn_count > 0;
    transport->window_shift = (unsigned)shift & 0xfu;
}

/* Segments that are remembered at most. */
static uint32_t sent_room(const struct transport *transport)
{
    return transport->is_long ? TRANSPORT_SENT_MAX : TRANSPORT_SENT_FEW;
}

static struct sent_segment *sent_at(struct transport *transport, uint32_t number)
{
    return transport->is_long ? &transport->flight->sent[number % TRANSPORT_SENT_MAX]
                              : &transport->few[number % TRANSPORT_SENT_FEW];
}

static uint32_t sent_oldest(const struct transport *transport)
{
    uint32_t count = transport->sent_count;
    uint32_t room = sent_room(transport);

    return count > room ? count - room : 0;
}

/* Where a segment ends, seen from another sequence number: positive when behind it. */
static int32_t sent_end_from(const struct sent_segment *sent, uint32_t sequence)
{
    return (int32_t)(sent->start + sent->length - sequence);
}

/* They are more than a few: have room for all that are to be remembered. When memory is short the
 * few stay. */
static void begin_flight(struct transport *transport, struct pool *flights)
{
    uint32_t number = pool_take(flights);
    struct flight *flight;

    if (number == POOL_NONE)
        return;
    flight = pool_at(flights, number);
    memcpy(flight->sent, transport->few, sizeof(transport->few));
    transport->is_long = true;
    transport->flight = flight;
}

/* The sizes that never got through: of the segments sent again, those not ACKed, or
 * ACKed only after the sender had cut the octets into other portions. */
static void note_unacknowledged_sizes(struct direction *direction, struct transport *transport)
{
    uint32_t smallest = 0;
    uint32_t largest = 0;

    for (uint32_t i = sent_oldest(transport); i < transport->sent_count; i++) {
        const struct sent_segment *sent = sent_at(transport, i);

        if (sent->again == 0 || (sent->acknowledged && !sent->superseded))
            continue;
        if (smallest == 0 || sent->length < smallest)
            smallest = sent->length;
        if (sent->length > largest)
            largest = sent->length;
    }
    direction->smallest_unacknowledged = smallest;
    direction->largest_unacknowledged = largest;
}

void transport_routed(struct direction *direction, struct transport *transport,
                      const struct segment *segment)
{
    direction->routed = true;
    for (uint32_t i = sent_oldest(transport); i < transport->sent_count; i++) {
        struct sent_segment *sent = sent_at(transport, i);

        if (sent->start == segment->sequence && sent->length == segment->payload_length)
            sent->routed = true;
    }
}

/* A segment that ends where this side's octets end went through the router. */
static bool last_is_routed(struct transport *transport, uint32_t end)
{
    for (uint32_t i = sent_oldest(transport); i < transport->sent_count; i++) {
        const struct sent_segment *sent = sent_at(transport, i);

        if (sent->routed && sent_end_from(sent, end) == 0)
            return true;
    }
    return false;
}

void transport_conclude(struct direction *direction, struct transport *transport,
                        const struct stream *stream)
{
    int64_t open = stream->highest - stream->acknowledged;

    direction->packets = transport->packets;
    direction->octets = transport->octets;
    direction->hop_limit = transport->hop_limit;
    direction->hop_limit_other = transport->hop_limit_other;
    direction->unacknowledged_octets = open > 0 ? transport_sum(0, open) : 0;
    direction->largest_acknowledged = stream->largest_acknowledged;
    direction->window_closed = transport->acknowledged_once && transport->last_window == 0;
    if (transport->sent_again)
        note_unacknowledged_sizes(direction, transport);
    if (direction->routed)
        direction->last_routed =
            last_is_routed(transport, stream->base + (uint32_t)stream->highest);
}

void transport_note_unseen(struct direction *direction, const struct stream *stream)
{
    const uint64_t unseen = stream_unseen(stream);
    struct trouble *trouble;

    if (unseen == 0)
        return;
    trouble = direction_have_trouble(direction);
    trouble->unseen_octets = unseen;
    trouble->undelivered_octets = transport_sum(0, (int64_t)stream_undelivered(stream));
}

/* Everything below the sequence number was ACKed. */
static void sent_acknowledged(struct transport *transport, struct stream *stream,
                              uint32_t acknowledgment)
{
    uint32_t oldest = sent_oldest(transport);
    bool in_row = true;

    if (transport->sent_open < oldest)
        transport->sent_open = oldest;
    for (uint32_t i = transport->sent_open; i < transport->sent_count; i++) {
        struct sent_segment *sent = sent_at(transport, i);
        /* Looked at before it is changed: a processor waits for what it stored a part of. */
        uint32_t length = sent->superseded ? 0 : sent->length;

        if (!sent->acknowledged && sent_end_from(sent, acknowledgment) <= 0) {
            sent->acknowledged = true;
            if (length > stream->largest_acknowledged)
                stream->largest_acknowledged = length;
        }
        in_row = in_row && sent->acknowledged;
        if (in_row)
            transport->sent_open = i + 1;
    }
}

/* The other side has what is between these sequence numbers: the segments in there passed. */
static void sent_arrived(struct transport *transport, struct stream *stream, uint32_t left,
                         uint32_t right)
{
    for (uint32_t i = sent_oldest(transport); i < transport->sent_count; i++) {
        struct sent_segment *sent = sent_at(transport, i);

        if (sent->acknowledged || (int32_t)(sent->start - left) < 0
            || sent_end_from(sent, right) > 0)
            continue;
        sent->acknowledged = true;
        if (!sent->superseded && sent->length > stream->largest_acknowledged)
            stream->largest_acknowledged = sent->length;
    }
}

/* SACK blocks (RFC 2018 section 3). The one that reports a duplicate (RFC 2883) tells of no
 * hole. */
static void note_sack(struct direction *direction, struct transport *transport,
                      struct transport *peer_transport, struct stream *peer_stream,
                      const struct segment *segment, struct bytes blocks)
{
    uint32_t lowest = UINT32_MAX;
    uint32_t left;
    uint32_t right;

    while (bytes_u32(&blocks, &left) && bytes_u32(&blocks, &right)) {
        uint32_t above = left - segment->acknowledgment;

        sent_arrived(peer_transport, peer_stream, left, right);
        if (above < STREAM_WINDOW_MAX && above < lowest)
            lowest = above;
    }
    direction->sack_blocks++;
    if (lowest == UINT32_MAX)
        return;
    direction->sack_hole_octets = lowest;
    transport->sack_hole = true;
}

static void close_sack_hole(struct direction *direction, struct transport *transport)
{
    if (transport->sack_hole)
        direction->sack_hole_octets = 0;
    transport->sack_hole = false;
}

static bool find_sack(struct bytes options, struct bytes *blocks)
{
    /* Timestamps alone, as RFC 7323 appendix A lays them out: most segments. */
    if (options.len < 10 || (options.len == 12 && options.data[2] == TRANSPORT_OPTION_TIMESTAMPS))
        return false;
    return transport_sack_option(options, blocks);
}

/* RFC 5681 section 2. */
static bool is_duplicate_ack(const struct transport *transport, const struct stream *peer_stream,
                             const struct segment *segment)
{
    return transport->acknowledged_once && segment->payload_length == 0
           && (segment->flags & (TCP_SYN | TCP_FIN)) == 0
           && segment->acknowledgment == transport->last_ack
           && segment->window == transport->last_window
           && peer_stream->highest > peer_stream->acknowledged;
}

static void note_window(const struct transport *transport, struct stream *peer_stream,
                        const struct segment *segment)
{
    int32_t window = segment->window;

    if (!(segment->flags & TCP_SYN))
        window <<= transport->window_shift;
    if (window > peer_stream->window)
        peer_stream->window = window;
}

/* The one before it was too far ahead too, and this one goes on from there. */
static bool goes_on(const struct transport *transport, int64_t offset, int64_t reach)
{
    uint32_t beyond = (uint32_t)offset - transport->far_ack;

    return beyond > 0 && beyond <= reach;
}

/* An ACK of more than a window beyond what was captured is forged or of another
 * connection, unless the next one goes on from there: then the capture has a gap. */
static bool is_believed(struct transport *transport, const struct stream *peer_stream,
                        int64_t offset)
{
    int64_t reach = peer_stream->window > UINT16_MAX ? peer_stream->window : UINT16_MAX;
    int64_t from = peer_stream->highest > peer_stream->acknowledged ? peer_stream->highest
                                                                    : peer_stream->acknowledged;

    if (offset <= from + reach + STREAM_WINDOW_SLACK
        || (transport->far_seen && goes_on(transport, offset, reach)))
        return true;
    transport->far_seen = true;
    transport->far_ack = (uint32_t)offset;
    return false;
}

static inline bool is_credible(struct transport *transport, const struct stream *peer_stream,
                               int64_t offset)
{
    return offset <= peer_stream->highest || is_believed(transport, peer_stream, offset);
}

void transport_acknowledgment(struct direction *direction, struct transport *transport,
                              struct direction *peer, struct transport *peer_transport,
                              struct stream *peer_stream, struct stream_budget *budget,
                              const struct segment *segment)
{
    int64_t offset = stream_offset(peer_stream, segment->acknowledgment);
    bool advances = offset > peer_stream->acknowledged;
    struct bytes blocks;

    if (!is_credible(transport, peer_stream, offset))
        return;
    if (is_duplicate_ack(transport, peer_stream, segment))
        direction->duplicate_acks++;
    if (segment->window == 0 && !(segment->flags & TCP_SYN))
        direction->zero_windows++;
    note_window(transport, peer_stream, segment);
    if (find_sack(segment->options, &blocks))
        note_sack(direction, transport, peer_transport, peer_stream, segment, blocks);
    else if (advances)
        close_sack_hole(direction, transport);
    transport->acknowledged_once = true;
    transport->last_ack = segment->acknowledgment;
    transport->last_window = segment->window;
    if (!advances)
        return;
    stream_acknowledge(peer_stream, budget, offset, segment->at.packet);
    if (peer_stream->fin >= 0 && offset > peer_stream->fin)
        peer->fin_acknowledged = true;
    sent_acknowledged(peer_transport, peer_stream, segment->acknowledgment);
}

/* Find a segment with these very octets; mark those cut differently as superseded. */
static struct sent_segment *sent_before(struct transport *transport, uint32_t start,
                                        uint32_t length)
{
    struct sent_segment *found = NULL;

    for (uint32_t i = sent_oldest(transport); i < transport->sent_count; i++) {
        struct sent_segment *sent = sent_at(transport, i);

        if (sent_end_from(sent, start) <= 0 || (int32_t)(sent->start - (start + length)) >= 0)
            continue;
        if (sent->start == start && sent->length == length)
            found = sent;
        else if (!sent->acknowledged)
            sent->superseded = true;
    }
    return found;
}

static void note_sent(struct direction *direction, struct transport *transport,
                      struct pool *flights, uint32_t start, uint32_t length, bool again)
{
    struct sent_segment *sent = again ? sent_before(transport, start, length) : NULL;

    if (sent == NULL && transport->sent_count == UINT32_MAX)
        return; /* four thousand million segments: no handshake any more */
    if (sent == NULL) {
        if (transport->sent_count == TRANSPORT_SENT_FEW)
            begin_flight(transport, flights);
        sent = sent_at(transport, transport->sent_count++);
        *sent = (struct sent_segment){
            .start = start,
            .length = length & ((1u << SENT_LENGTH_BITS) - 1),
        };
    }
    sent->superseded = false;
    if (!again)
        return;
    transport->sent_again = true;
    if (sent->again < SENT_AGAIN_MAX)
        sent->again++;
    if (sent->again > direction->most_retransmitted)
        direction->most_retransmitted = sent->again;
}

static void note_retransmission(struct direction *direction, const struct segment *segment,
                                int64_t octets, bool needed)
{
    struct trouble *trouble = direction_have_trouble(direction);

    direction->retransmissions++;
    direction->retransmitted_octets += (uint64_t)octets;
    moment_first(&trouble->first_retransmission, segment->at);
    trouble->last_retransmission = segment->at;
    direction->again_in_need = needed;
}

void transport_payload(const struct connection *connection, struct direction *direction,
                       struct transport *transport, struct pool *flights, struct stream *stream,
                       const struct segment *segment, int64_t start)
{
    uint32_t length = segment->payload_length;
    int64_t end = start + length;
    int64_t seen = start < stream->highest ? stream_seen(stream, start, end) : 0;
    bool late =
        seen == 0 && start < stream->highest && transport_is_late(connection, direction, segment);

    if (direction->payload_octets == 0)
        direction->first_data = segment->at;
    direction->payload_octets += length;
    if (length > direction->largest_segment
        && !(late && transport_is_too_late(connection, direction, segment)))
        direction->largest_segment = length;
    if (seen < length)
        direction->last_data = segment->at;
    if (seen > 0 || late)
        note_retransmission(direction, segment, late ? length : seen, end > stream->acknowledged);
    if (start > stream->highest)
        direction_have_trouble(direction)->disorder = segment->at;
    note_sent(direction, transport, flights, stream->base + (uint32_t)start, length,
              seen > 0 || late);
    if (transport->reset_seen && (int32_t)((uint32_t)end - stream->reset_highest) > 0
        && direction_reset(direction)->fit != RESET_OUTSIDE)
        direction_have_trouble(direction)->reset.data_after = true;
}

bool transport_is_keep_alive(struct direction *direction, const struct stream *stream,
                             const struct segment *segment)
{
    if (segment->payload_length > 1 || (segment->flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0
        || stream->acknowledged < stream->highest
        || stream_offset(stream, segment->sequence) != stream->highest - 1)
        return false;
    direction->keep_alives++;
    return true;
}

/* Who has reset a connection sends no FIN in it (RFC 9293 section 3.10.7.1), and one that was sent
 * before is in the numbers of the RST. */
static bool is_fin_after_reset(const struct reset *reset, const struct direction *peer,
                               const struct stream *peer_stream, const struct segment *segment)
{
    return moment_seen(reset->at) && reset->fit != RESET_OUTSIDE && reset->acknowledges_data
           && reset->unseen_octets == 0 && (segment->flags & TCP_ACK)
           && peer->last_data.packet < reset->at.packet
           && stream_offset(peer_stream, segment->acknowledgment) < peer_stream->highest
           && elapsed_ns(segment->at.time_ns, reset->at.time_ns) > TRANSPORT_RTO_NS;
}

void transport_fin(struct direction *direction, const struct stream *stream,
                   const struct direction *peer, const struct stream *peer_stream,
                   const struct segment *segment)
{
    direction->fin = segment->at;
    direction->fin_acknowledged = stream->acknowledged > stream->fin;
    if (is_fin_after_reset(direction_reset(direction), peer, peer_stream, segment))
        direction_have_trouble(direction)->reset.fin_after = true;
}

/* RFC 5961 section 3.2, and RFC 9293 section 3.10.7.3 for an answer to a SYN. */
static enum reset_fit reset_fit(const struct stream *stream, const struct stream *peer_stream,
                                const struct segment *segment)
{
    int64_t offset;
    int64_t window = stream->window > 0 ? stream->window : UINT16_MAX;

    if (!stream->known) {
        if (!peer_stream->known || !(segment->flags & TCP_ACK))
            return RESET_UNKNOWN;
        offset = stream_offset(peer_stream, segment->acknowledgment);
        return offset >= 0 && offset <= peer_stream->highest + 1 ? RESET_EXACT : RESET_OUTSIDE;
    }
    offset = stream_offset(stream, segment->sequence);
    if (offset == stream->next || offset == stream->acknowledged
        || (stream->fin >= 0 && offset == stream->fin + 1))
        return RESET_EXACT;
    if (offset > stream->acknowledged && offset < stream->acknowledged + window)
        return RESET_IN_WINDOW;
    return RESET_OUTSIDE;
}

/* Behind all that is known to have been sent. */
static int64_t sent_end(const struct stream *stream)
{
    int64_t end = stream->fin >= 0 ? stream->fin + 1 : stream->highest;

    return end > stream->acknowledged ? end : stream->acknowledged;
}

/* A host sends its RST with the next number that it would send, and ACKs what it has
 * (RFC 9293 section 3.5.2). */
static uint32_t unseen_before_reset(struct transport *transport, const struct stream *stream,
                                    const struct stream *peer_stream, const struct segment *segment)
{
    uint32_t unseen = 0;
    int64_t offset;

    if (stream->known) {
        offset = stream_offset(stream, segment->sequence);
        if (offset > sent_end(stream))
            unseen = transport_sum(unseen, offset - sent_end(stream));
    }
    if (peer_stream->known && (segment->flags & TCP_ACK)) {
        offset = stream_offset(peer_stream, segment->acknowledgment);
        if (offset > sent_end(peer_stream) && is_credible(transport, peer_stream, offset))
            unseen = transport_sum(unseen, offset - sent_end(peer_stream));
    }
    return unseen;
}

enum reset_fit transport_reset(struct direction *direction, struct transport *transport,
                               struct stream *stream, const struct stream *peer_stream,
                               const struct segment *segment)
{
    enum reset_fit fit = reset_fit(stream, peer_stream, segment);
    struct reset *reset = &direction_have_trouble(direction)->reset;
    bool better = reset->fit == RESET_OUTSIDE && fit != RESET_OUTSIDE;
    uint16_t count = (uint16_t)(reset->count + (reset->count < UINT16_MAX));
    uint32_t packets = transport->packets - count;
    struct syn_options options;

    reset->count = count;
    if (count > 1 && !better)
        return fit;
    transport_syn_options(segment->options, &options);
    *reset = (struct reset){
        .at = segment->at,
        .fit = (uint8_t)fit,
        .hop_limit = segment->hop_limit,
        .window = segment->window,
        .is_other_window =
            transport->acknowledged_once && segment->window != transport->last_window,
        .has_ack = segment->flags & TCP_ACK,
        .has_timestamp = options.timestamps,
        .count = count,
        .packets = packets < UINT16_MAX ? (uint16_t)packets : UINT16_MAX,
    };
    if (fit != RESET_OUTSIDE)
        reset->unseen_octets = unseen_before_reset(transport, stream, peer_stream, segment);
    if (reset->has_ack && peer_stream->known) {
        int64_t offset = stream_offset(peer_stream, segment->acknowledgment);

        reset->acknowledges_data = offset >= peer_stream->highest;
        reset->answers_syn =
            offset >= 0 && offset <= peer_stream->highest && segment->sequence == 0;
    }
    transport->reset_seen = true;
    stream->reset_highest = (uint32_t)stream->highest;
    return fit;
}
