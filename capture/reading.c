/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/exchange.h"
#include "capture/moment.h"
#include "capture/reading_internal.h"

_Static_assert(offsetof(struct reading, connection.direction) == READING_ALIGNMENT,
               "what every segment touches is one cache line");
_Static_assert(sizeof(struct direction) % READING_ALIGNMENT == 0
                   && offsetof(struct direction, largest_acknowledged) == READING_ALIGNMENT
                   && offsetof(struct direction, trouble) % READING_ALIGNMENT == 0,
               "as it is at the beginning of a direction for those with payload; trouble has lines "
               "of its own");
_Static_assert(offsetof(struct half, stream.next) == READING_ALIGNMENT
                   && offsetof(struct half, transport.few) == (size_t)2 * READING_ALIGNMENT
                   && offsetof(struct half, transport.recent_tag) == (size_t)3 * READING_ALIGNMENT
                   && sizeof(struct half) == (size_t)4 * READING_ALIGNMENT,
               "as are the parts of a half");

/* The context of a stream's sink. */
struct reader {
    struct reading *reading;
    unsigned half;
};

static bool wants_more(struct reading *reading, enum connection_interest interest)
{
    if (interest == CONNECTION_DONE)
        reading->done = true;
    return !reading->done;
}

static bool sink_data(void *context, struct bytes data, struct moment at)
{
    const struct reader *reader = context;
    struct reading *reading = reader->reading;
    const struct connection_handler *handler = &reading->readers->handler;
    enum connection_interest interest;

    reading->connection.arrived_by = stream_arrived_by(&reading->half[reader->half].stream);
    interest = handler->data(handler->context, &reading->connection, side_of(reading, reader->half),
                             data, at);
    reading->connection.arrived_by = 0;
    return wants_more(reading, interest);
}

static void count_gap(struct reading *reading, unsigned half, uint64_t missing, enum stream_gap why)
{
    struct trouble *trouble = direction_have_trouble(direction_of(reading, half));

    if (why == STREAM_GAP_MISSED) {
        trouble->missed_octets += missing;
        reading->readers->counters.missed_octets += missing;
    } else if (why == STREAM_GAP_CUT) {
        trouble->cut_octets += missing;
        reading->readers->counters.cut_octets += missing;
    } else {
        trouble->dropped_octets += missing;
        reading->readers->counters.dropped_octets += missing;
    }
}

static bool sink_gap(void *context, uint64_t missing, enum stream_gap why, struct moment at)
{
    const struct reader *reader = context;
    struct reading *reading = reader->reading;
    const struct connection_handler *handler = &reading->readers->handler;

    count_gap(reading, reader->half, missing, why);
    return wants_more(reading, handler->gap(handler->context, &reading->connection,
                                            side_of(reading, reader->half), missing, at));
}

static struct stream_sink sink_of(struct reader *reader)
{
    return (struct stream_sink){
        .context = reader,
        .data = sink_data,
        .gap = sink_gap,
        .other = &reader->reading->half[reader->half ^ 1].stream,
    };
}

static void begin(struct reading *reading, const struct flow_key *key, unsigned client)
{
    struct connection *connection = &reading->connection;

    connection_clear(connection);
    for (unsigned half = 0; half < 2; half++) {
        struct endpoint *endpoint =
            &connection->endpoint[half == client ? SIDE_CLIENT : SIDE_SERVER];

        endpoint->address = key->address[half];
        endpoint->port = key->port[half];
        stream_init(&reading->half[half].stream);
        transport_init(&reading->half[half].transport);
    }
    connection->direction[SIDE_CLIENT].window_scale = -1;
    connection->direction[SIDE_SERVER].window_scale = -1;
    connection->syn_rtt_ns = -1;
    connection->ack_rtt_ns = -1;
    reading->packets = 0;
    reading->client = (uint16_t)client;
    reading->done = false;
    reading->closing = false;
    reading->payload = false;
    reading->waits = false;
    reading->has_macs = false;
    reading->ending = false;
    reading->ack_timed = false;
    reading->given = 0;
}

static void note_mac(struct endpoint *endpoint, const uint8_t mac[6])
{
    if (endpoint->has_mac)
        return;
    endpoint->has_mac = true;
    memcpy(endpoint->mac, mac, sizeof(endpoint->mac));
}

static void note_macs(struct reading *reading, unsigned half, const struct segment *segment)
{
    enum side side = side_of(reading, half);

    if (reading->has_macs || !segment->has_mac)
        return;
    note_mac(&reading->connection.endpoint[side], segment->mac.source);
    note_mac(&reading->connection.endpoint[side_other(side)], segment->mac.destination);
    reading->has_macs = true;
}

static void note_syns(struct reading *reading)
{
    for (unsigned half = 0; half < 2; half++)
        transport_note_syns(&reading->half[half].transport, direction_of(reading, half),
                            direction_of(reading, half ^ 1));
}

void reading_begin(struct reading *reading, const struct flow_key *key, unsigned client,
                   const struct segment *first)
{
    struct connection *connection = &reading->connection;

    begin(reading, key, client);
    connection->first = first->at;
    connection->syn_seen = first->flags & TCP_SYN;
    connection->vlan_id = first->vlan_id;
    memcpy(connection->tunnels, first->tunnels, sizeof(connection->tunnels));
}

void reading_begin_half_open(struct reading *reading, const struct half_open *half_open)
{
    unsigned client = half_open->opener;

    begin(reading, &half_open->key, client);
    half_open_facts(half_open, &reading->connection, &reading->half[client].transport);
    reading->packets = half_open->count;
    reading->has_macs = half_open->has_mac;
    stream_set_base(&reading->half[client].stream, half_open->isn + 1);
    reading->half[client ^ 1].stream.window = half_open->window;
    note_syns(reading);
}

enum reading_status reading_opened(struct reading *reading)
{
    const struct connection_handler *handler = &reading->readers->handler;

    if (!wants_more(reading, handler->opened(handler->context, &reading->connection)))
        return READING_DONE;
    return READING_CONTINUE;
}

static bool is_given(const struct reading *reading, int what)
{
    return (reading->given & what) != 0;
}

static bool give_closed(struct reading *reading, unsigned half, bool is_reset, struct bytes text,
                        struct moment at)
{
    const struct connection_handler *handler = &reading->readers->handler;

    return wants_more(reading, handler->closed(handler->context, &reading->connection,
                                               side_of(reading, half), is_reset, text, at));
}

/* A second SYN-ACK with another number counts while nobody ACKed the first one:
 * SYN cookies (RFC 4987 section 3.6) make each afresh. */
static bool may_change_base(const struct reading *reading, unsigned half)
{
    const struct stream *stream = &reading->half[half].stream;

    return stream->next == 0 && stream->highest == 0
           && !reading->half[half ^ 1].transport.acknowledged_once;
}

static void note_syn_rtt(struct reading *reading, const struct segment *segment)
{
    struct connection *connection = &reading->connection;
    const struct direction *client = &connection->direction[SIDE_CLIENT];

    /* With two SYNs nobody knows which was answered (RFC 6298 section 3). */
    if (connection->syn_rtt_ns >= 0 || client->syn_count != 1
        || segment->at.time_ns < client->syn.time_ns)
        return;
    connection->syn_rtt_ns = elapsed_ns(segment->at.time_ns, client->syn.time_ns);
}

/* False when the SYN is none of this connection and must be ignored. */
static bool take_syn(struct reading *reading, unsigned half, const struct segment *segment)
{
    struct stream *stream = &reading->half[half].stream;
    struct stream *peer = &reading->half[half ^ 1].stream;
    enum side side = side_of(reading, half);
    bool has_ack = segment->flags & TCP_ACK;

    if (stream->known && stream->base != segment->sequence + 1) {
        if (!has_ack || !may_change_base(reading, half))
            return false;
    }
    stream_set_base(stream, segment->sequence + 1);
    if (has_ack && side == SIDE_SERVER)
        note_syn_rtt(reading, segment);
    if (!has_ack && segment->window > peer->window)
        peer->window = segment->window;
    reading->connection.syn_seen = true;
    transport_syn(direction_of(reading, half), segment);
    note_syns(reading);
    return true;
}

static void note_ack_rtt(struct reading *reading, unsigned half, const struct segment *segment)
{
    struct connection *connection = &reading->connection;
    const struct direction *server = &connection->direction[SIDE_SERVER];

    if (reading->ack_timed || side_of(reading, half) != SIDE_CLIENT || (segment->flags & TCP_SYN)
        || server->syn_count != 1 || segment->at.time_ns < server->syn.time_ns)
        return;
    reading->ack_timed = true;
    connection->ack_rtt_ns = elapsed_ns(segment->at.time_ns, server->syn.time_ns);
}

static void take_acknowledgment(struct reading *reading, unsigned half,
                                const struct segment *segment)
{
    struct half *peer = &reading->half[half ^ 1];

    if (!peer->stream.known)
        stream_set_base(&peer->stream, segment->acknowledgment);
    note_ack_rtt(reading, half, segment);
    transport_acknowledgment(direction_of(reading, half), &reading->half[half].transport,
                             direction_of(reading, half ^ 1), &peer->transport, &peer->stream,
                             &reading->readers->held, segment);
}

/* Give what waited for octets of the other half, which may in turn have waited for it. */
static bool resume(struct reading *reading, unsigned half)
{
    int64_t before;

    do {
        struct stream *stream = &reading->half[half].stream;
        struct reader reader = {.reading = reading, .half = half};
        struct stream_sink sink = sink_of(&reader);

        before = stream->next;
        if (!stream_resume(stream, &sink, &reading->readers->held))
            return false;
        half ^= 1;
        if (stream->next == before)
            return true;
    } while (stream_waits(&reading->half[half].stream));
    return true;
}

static bool take_payload(struct reading *reading, unsigned half, const struct segment *segment)
{
    struct stream *stream = &reading->half[half].stream;
    const struct stream *other = &reading->half[half ^ 1].stream;
    struct direction *direction = direction_of(reading, half);
    struct reader reader = {.reading = reading, .half = half};
    struct stream_sink sink = sink_of(&reader);
    uint32_t length = segment->payload_length;
    uint32_t syn = segment->flags & TCP_SYN ? 1 : 0;
    int64_t start = stream_offset(stream, segment->sequence + syn);
    bool has_held;
    bool more;

    if (!stream_in_window(stream, start, start + length)
        || (stream->fin >= 0 && start >= stream->fin)) {
        struct trouble *trouble = direction_have_trouble(direction);

        trouble->outside_octets = transport_sum(trouble->outside_octets, length);
        return true;
    }
    reading->payload = true;
    has_held = stream->held_pieces > 0;
    if (other->acknowledged > other->next && (segment->flags & TCP_ACK))
        sink.after =
            stream_place(stream, other, start, stream_offset(other, segment->acknowledgment));
    transport_payload(&reading->connection, direction, &reading->half[half].transport,
                      &reading->readers->flights, stream, segment, start);
    more = stream_push(stream, &sink, &reading->readers->held, start, segment->payload, length,
                       segment->at);
    /* The callbacks may have exchanged the sides. */
    if (has_held && stream->conflicting > 0)
        direction_have_trouble(direction_of(reading, half))->conflicting_octets =
            stream->conflicting;
    return more && (!stream_waits(other) || resume(reading, half ^ 1));
}

static void take_fin(struct reading *reading, unsigned half, const struct segment *segment)
{
    struct stream *stream = &reading->half[half].stream;
    struct direction *direction = direction_of(reading, half);
    int64_t fin = stream_offset(stream, segment->sequence) + segment->payload_length;

    direction->fin_again += stream->fin >= 0 && fin == stream->fin;
    if (stream->fin >= 0 || fin < stream->highest || !stream_in_window(stream, fin, fin))
        return;
    stream->fin = fin;
    transport_fin(direction, stream, direction_of(reading, half ^ 1),
                  &reading->half[half ^ 1].stream, segment);
}

static bool take_reset(struct reading *reading, unsigned half, const struct segment *segment)
{
    struct half *from = &reading->half[half];
    enum reset_fit fit = transport_reset(direction_of(reading, half), &from->transport,
                                         &from->stream, &reading->half[half ^ 1].stream, segment);

    if (fit == RESET_OUTSIDE)
        return true;
    reading->closing = true;
    if (is_given(reading, READING_RESET << half))
        return true;
    reading->given |= (uint8_t)(READING_RESET << half);
    return give_closed(reading, half, true, segment->payload, segment->at);
}

/* Nothing is to be done for a half whose octets came up to the ACK, and no FIN. */
static bool is_settled(const struct reading *reading, unsigned half)
{
    const struct stream *stream = &reading->half[half].stream;

    return stream->acknowledged <= stream->next
           && (stream->fin < 0 || is_given(reading, READING_FIN << half));
}

/* Give up holes that were open for too long, and tell of a FIN that has its turn. */
static bool settle(struct reading *reading, unsigned half, struct moment at)
{
    struct half *from = &reading->half[half];
    struct reader reader = {.reading = reading, .half = half};
    struct stream_sink sink = sink_of(&reader);
    bool more;

    if (!stream_expire(&from->stream, &sink, &reading->readers->held, reading->packets, at)
        || (stream_waits(&reading->half[half ^ 1].stream) && !resume(reading, half ^ 1)))
        return false;
    if (is_given(reading, READING_FIN << half) || from->stream.fin < 0
        || from->stream.next < from->stream.fin)
        return true;
    reading->given |= (uint8_t)(READING_FIN << half);
    reading->connection.arrived_by = stream_fin_arrived_by(&from->stream);
    more = give_closed(reading, half, false, bytes_of("", 0), direction_of(reading, half)->fin);
    reading->connection.arrived_by = 0;
    return more;
}

/* An answer to something else than this SYN: a server that still knows an older connection
 * ACKs that one (RFC 5961 section 4), and the client resets it. Before the SYN-ACK the
 * client can have sent no more than an unscaled window. */
static bool is_of_older_connection(const struct reading *reading, unsigned half,
                                   const struct segment *segment)
{
    const struct stream *peer = &reading->half[half ^ 1].stream;
    int64_t offset;

    if ((segment->flags & (TCP_SYN | TCP_RST | TCP_ACK)) != TCP_ACK || peer->highest > 0
        || reading->half[half].transport.syn_seen || !reading->half[half ^ 1].transport.syn_seen)
        return false;
    offset = stream_offset(peer, segment->acknowledgment);
    return offset < 0 || offset > UINT16_MAX;
}

static void note_sent(struct stream *stream, const struct segment *segment, bool acknowledges)
{
    bool is_mere_ack =
        segment->payload_length == 0 && !(segment->flags & (TCP_SYN | TCP_FIN | TCP_RST));

    stream_note_sent(stream, stream_offset(stream, segment->sequence), is_mere_ack && acknowledges);
}

static bool take(struct reading *reading, unsigned half, const struct segment *segment)
{
    struct stream *stream = &reading->half[half].stream;
    int64_t acknowledged = reading->half[half ^ 1].stream.acknowledged;

    if (is_of_older_connection(reading, half, segment))
        return true;
    if ((segment->flags & TCP_SYN) && !take_syn(reading, half, segment))
        return true;
    if (segment->flags & TCP_RST)
        return take_reset(reading, half, segment);
    if (!stream->known)
        stream_set_base(stream, segment->sequence);
    if (segment->flags & TCP_ACK)
        take_acknowledgment(reading, half, segment);
    note_sent(stream, segment, reading->half[half ^ 1].stream.acknowledged > acknowledged);
    if (transport_is_keep_alive(direction_of(reading, half), stream, segment))
        return true;
    if (segment->payload_length > 0 && !take_payload(reading, half, segment))
        return false;
    if (segment->flags & TCP_FIN)
        take_fin(reading, half, segment);
    return (is_settled(reading, half) || settle(reading, half, segment->at))
           && (is_settled(reading, half ^ 1) || settle(reading, half ^ 1, segment->at));
}

/* A segment with data of a side of which nothing says yet where it begins. */
static bool may_wait(const struct reading *reading, unsigned half, const struct segment *segment)
{
    return !reading->half[half].stream.known && segment->payload_length > 0
           && (segment->flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0;
}

static bool wait_or_take(struct reading *reading, unsigned half, const struct segment *segment)
{
    reading->first = first_segment_new(segment, &reading->readers->held);
    reading->first_half = half & 1;
    reading->waits = reading->first != NULL;
    reading->readers->counters.first_at_once += !reading->waits;
    return reading->waits || take(reading, half, segment);
}

static inline bool take_next(struct reading *reading, unsigned half, const struct segment *segment)
{
    return may_wait(reading, half, segment) ? wait_or_take(reading, half, segment)
                                            : take(reading, half, segment);
}

/* Take the segment that waits for it, behind the next one or before. */
static bool take_first(struct reading *reading, unsigned half, const struct segment *next)
{
    unsigned first_half = reading->first_half;
    struct first_segment *first = reading->first;
    bool more;

    reading->waits = false;
    if (next != NULL && half == first_half && first_segment_follows(first, next))
        more = take(reading, half, next) && take(reading, first_half, first_segment_of(first));
    else
        more = take(reading, first_half, first_segment_of(first))
               && (next == NULL || take_next(reading, half, next));
    first_segment_free(first, &reading->readers->held);
    return more;
}

enum reading_status reading_segment(struct reading *reading, unsigned half,
                                    const struct segment *segment)
{
    struct direction *direction = direction_of(reading, half);
    struct transport *transport = &reading->half[half].transport;
    bool more;

    if (transport_is_duplicate(direction, transport, segment)
        || ((segment->flags & TCP_SYN) && reading_take_copied_syn(reading, half, segment)))
        return reading->closing ? READING_CLOSING : READING_CONTINUE;
    reading->packets++;
    reading->connection.last_by[side_of(reading, half)] = segment->at;
    note_macs(reading, half, segment);
    transport_packet(direction, transport, segment);
    if (reading->waits)
        more = take_first(reading, half, segment);
    else
        more = take_next(reading, half, segment);
    if (!more)
        return READING_DONE;
    if (reading->half[0].stream.fin >= 0 && reading->half[1].stream.fin >= 0)
        reading->closing = true;
    return reading->closing ? READING_CLOSING : READING_CONTINUE;
}

static struct reading *reading_with(struct connection *connection)
{
    void *octets = (uint8_t *)connection - offsetof(struct reading, connection);

    return octets;
}

void connection_conclude(struct connection *connection)
{
    struct reading *reading = reading_with(connection);

    if (reading->ending) /* the streams are not what they were any more */
        return;
    connection->last = reading_last(reading);
    for (unsigned half = 0; half < 2; half++)
        transport_conclude(direction_of(reading, half), &reading->half[half].transport,
                           &reading->half[half].stream);
}

/* in_turn: octets wait for those of the other half. */
static bool finish(struct reading *reading, unsigned half, bool in_turn)
{
    struct reader reader = {.reading = reading, .half = half};
    struct stream_sink sink = sink_of(&reader);
    bool one_sided = reading->half[half ^ 1].transport.packets == 0;

    if (!in_turn)
        sink.other = NULL;
    return stream_finish(&reading->half[half].stream, &sink, &reading->readers->held, one_sided,
                         reading->connection.last);
}

/* Give what waits, and what is behind the holes that it waits for, as far as they have turns. */
static bool finish_in_turn(struct reading *reading)
{
    const struct stream *streams[] = {&reading->half[0].stream, &reading->half[1].stream};
    int64_t before;

    do {
        before = streams[0]->next + streams[1]->next;
        if (!finish(reading, 0, true) || !finish(reading, 1, true))
            return false;
    } while (streams[0]->next + streams[1]->next > before);
    return true;
}

void reading_end(struct reading *reading, enum connection_end reason)
{
    const struct connection_handler *handler = &reading->readers->handler;

    if (reading->waits && !take_first(reading, 0, NULL))
        return;
    connection_conclude(&reading->connection);
    reading->ending = true;
    if ((stream_waits(&reading->half[0].stream) || stream_waits(&reading->half[1].stream))
        && !finish_in_turn(reading))
        return;
    for (unsigned half = 0; half < 2; half++) {
        bool is_over = reading->half[half].stream.held_pieces == 0 && is_settled(reading, half);

        if (!is_over
            && (!finish(reading, half, false) || !settle(reading, half, reading->connection.last)))
            return;
        transport_note_unseen(direction_of(reading, half), &reading->half[half].stream);
    }
    handler->ended(handler->context, &reading->connection, reason);
}

void reading_clear(struct reading *reading)
{
    if (reading->waits)
        first_segment_free(reading->first, &reading->readers->held);
    reading->waits = false;
    for (unsigned i = 0; i < 2; i++) {
        stream_clear(&reading->half[i].stream, &reading->readers->held);
        transport_clear(&reading->half[i].transport, &reading->readers->flights);
    }
}

void connection_reverse(struct connection *connection)
{
    struct reading *reading = reading_with(connection);

    exchange_sides(connection->direction, sizeof(connection->direction[0]));
    exchange_sides(connection->endpoint, sizeof(connection->endpoint[0]));
    exchange_sides(connection->last_by, sizeof(connection->last_by[0]));
    connection->icmp.quoted = side_other(connection->icmp.quoted);
    reading->client ^= 1;
}
