/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The states of a flow and what moves it from one to the next. */
#include "capture/connection.h"

#include <stdlib.h>

#include "capture/lifecycle.h"
#include "capture/time_unit.h"

/* Time-outs are looked for this often, in packet time. */
#define SWEEP_INTERVAL_NS (10 * (uint64_t)MILLISECOND_NS)

/* Packets whose connections are fetched at once: more than a processor has loads in flight. */
enum { BATCH_MAX = 32 };

/* Of a segment of a batch, what is found out before its turn. */
struct prospect {
    const struct flow_page *slots; /* of the index, where its flow is looked for */
    struct flow *flow;             /* that it is likely to be of, NULL: none */
    uint32_t hash;
};

struct connections_options connections_options_default(void)
{
    return (struct connections_options){
        .memory_max = (size_t)256 * 1024 * 1024,
        .idle_timeout_ns = CONNECTIONS_IDLE_SECONDS * SECOND_NS,
        /* Common stacks send a SYN again after 1, 2, 4, ... 64 s. */
        .half_open_timeout_ns = 70 * SECOND_NS,
        .closed_linger_ns = 2 * SECOND_NS,
    };
}

struct connections *connections_new(const struct connections_options *options,
                                    const struct connection_handler *handler)
{
    struct connections *c = aligned_alloc(READING_ALIGNMENT, sizeof(*c));

    if (c == NULL)
        return NULL;
    memset(c, 0, sizeof(*c));
    c->options = *options;
    c->readers.handler = *handler;
    lifecycle_init(c);
    if (!flow_table_init(&c->table, options->hash_key, c->flows_max)) {
        free(c);
        return NULL;
    }
    return c;
}

static void settle(struct connections *c, const struct flow *flow, enum reading_status status)
{
    const struct reading *reading = reading_of(c, flow);
    uint32_t number = flow_number(&c->table, flow);

    if (status == READING_DONE)
        lifecycle_release_reading(c, number, reading->closing ? FLOW_OVER : FLOW_DONE);
    else if (status == READING_CLOSING && flow->state != FLOW_CLOSING)
        flow_queue(&c->table, number, FLOW_CLOSING);
    else if (flow->state == FLOW_CONNECTING && reading->payload)
        flow_queue(&c->table, number, FLOW_READING);
}

static void read_segment(struct connections *c, const struct flow *flow,
                         const struct segment *segment)
{
    enum reading_status status;

    if (lifecycle_wants_held_room(c))
        lifecycle_make_held_room(c, flow_number(&c->table, flow));
    status = reading_segment(reading_of(c, flow), segment->half, segment);
    if (status != READING_CONTINUE || flow->state == FLOW_CONNECTING)
        settle(c, flow, status);
}

static void read_first_segment(struct connections *c, const struct flow *flow,
                               const struct segment *segment)
{
    if (reading_opened(reading_of(c, flow)) == READING_DONE)
        settle(c, flow, READING_DONE);
    else
        read_segment(c, flow, segment);
}

static void note_isn(struct flow *flow, unsigned half, uint32_t isn)
{
    flow->isn = isn;
    flow->flags |= FLOW_ISN_KNOWN;
    if (half == 1)
        flow->flags |= FLOW_ISN_1;
}

/* A flow entry and a record for it, POOL_NONE when memory is short. */
static uint32_t add_reading(struct connections *c, const struct flow_key *key, uint32_t hash)
{
    uint32_t record = lifecycle_take_reading(c);
    uint32_t number = record == POOL_NONE ? POOL_NONE : lifecycle_add_flow(c, key, hash);

    if (number != POOL_NONE) {
        flow_at(&c->table, number)->record = record;
        lifecycle_prepare(c, reading_of(c, flow_at(&c->table, number)));
    } else if (record != POOL_NONE) {
        pool_give(&c->readings, record);
    }
    return number;
}

/* A half-open connection becomes one that is read: its number, POOL_NONE when it cannot, or when
 * nobody wants it. */
static uint32_t promote(struct connections *c, struct half_open *half_open)
{
    uint32_t number = add_reading(c, &half_open->key, half_open->hash);
    struct flow *flow;
    struct reading *reading;

    if (number == POOL_NONE) {
        c->readers.counters.evicted++;
        lifecycle_end_half_open(c, half_open, CONNECTION_END_EVICTED);
        return POOL_NONE;
    }
    flow = flow_at(&c->table, number);
    flow->seen_ns = half_open->last_ns;
    note_isn(flow, half_open->opener, half_open->isn);
    reading = reading_of(c, flow);
    reading_begin_half_open(reading, half_open);
    half_opens_remove(&c->half_opens, half_open);
    settle(c, flow, reading_opened(reading));
    lifecycle_note_levels(c);
    return flow->state == FLOW_CONNECTING ? number : POOL_NONE;
}

static bool open_half_open(struct connections *c, uint32_t hash, const struct segment *segment)
{
    struct half_open *half_open = lifecycle_add_half_open(c, &segment->key, hash);

    if (half_open == NULL)
        return false;
    half_open_begin(half_open, segment);
    return true;
}

static bool open_reading(struct connections *c, uint32_t hash, const struct segment *segment)
{
    bool from_server = (segment->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
    unsigned client = from_server ? segment->half ^ 1u : segment->half;
    uint32_t number = add_reading(c, &segment->key, hash);
    struct flow *flow;

    if (number == POOL_NONE)
        return false;
    flow = flow_at(&c->table, number);
    flow->seen_ns = segment->at.time_ns;
    if (segment->flags & TCP_SYN)
        note_isn(flow, client, from_server ? segment->acknowledgment - 1 : segment->sequence);
    else
        c->readers.counters.midway++;
    reading_begin(reading_of(c, flow), &segment->key, client, segment);
    read_first_segment(c, flow, segment);
    return true;
}

/* What has to be left out for this segment, which begins a connection, to be left out. */
static enum connections_shed shed_class(const struct connections *c, const struct segment *segment)
{
    const struct connection_handler *handler = &c->readers.handler;
    uint16_t port;

    if ((segment->flags & TCP_SYN) == 0)
        return CONNECTIONS_SHED_MIDWAY;
    port =
        segment->flags & TCP_ACK ? segment_source_port(segment) : segment_destination_port(segment);
    return handler->prefers == NULL || handler->prefers(handler->context, port)
               ? CONNECTIONS_SHED_NEW
               : CONNECTIONS_SHED_OTHERS;
}

/* Leave the segment out, and count it, if that is called for. */
static bool shed(struct connections *c, const struct segment *segment)
{
    bool is_syn = (segment->flags & TCP_SYN) != 0;

    if (c->shed < shed_class(c, segment))
        return false;
    c->readers.counters.shed_segments += !is_syn;
    c->readers.counters.shed_syns += is_syn;
    return true;
}

/* The first segment of a connection, as far as we know. A bare ACK, FIN or RST of a
 * connection not in the table tells of nothing that is still to come. */
static void open_connection(struct connections *c, uint32_t hash, const struct segment *segment)
{
    bool opened;

    if ((segment->flags & TCP_RST) || (segment->payload_length == 0 && !(segment->flags & TCP_SYN)))
        return;
    if (c->shed > CONNECTIONS_SHED_NOTHING && shed(c, segment))
        return;
    c->readers.counters.opened++;
    if ((segment->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && segment->payload_length == 0)
        opened = open_half_open(c, hash, segment);
    else
        opened = open_reading(c, hash, segment);
    if (!opened) {
        c->readers.counters.evicted++;
        c->readers.counters.ended++;
    }
    lifecycle_note_levels(c);
}

/* A segment of a flow that nobody reads. */
static void pass(struct connections *c, struct flow *flow, const struct segment *segment)
{
    if ((segment->flags & (TCP_FIN | TCP_RST)) == 0 || flow->state == FLOW_OVER)
        return;
    if (segment->flags & TCP_FIN)
        flow->flags |= (uint8_t)(FLOW_FIN_0 << segment->half);
    if ((segment->flags & TCP_RST) || (flow->flags & FLOW_FIN_BOTH) == FLOW_FIN_BOTH)
        flow_queue(&c->table, flow_number(&c->table, flow), FLOW_OVER);
}

/* Read a connection again that was silent from its beginning until its time-out. */
static void take_up_again(struct connections *c, struct flow *flow, const struct segment *segment)
{
    uint32_t number = flow_number(&c->table, flow);
    uint32_t peer_isn = flow->peer_isn;

    flow->record = lifecycle_take_reading(c);
    if (flow->record == POOL_NONE) {
        c->readers.counters.evicted++;
        flow_queue(&c->table, number, FLOW_DONE);
        return;
    }
    lifecycle_count_again(c, flow);
    flow_queue(&c->table, number, FLOW_CONNECTING);
    lifecycle_prepare(c, reading_of(c, flow));
    reading_begin_again(reading_of(c, flow), flow, peer_isn, segment);
    read_first_segment(c, flow, segment);
    lifecycle_note_levels(c);
}

/* Not a keep-alive probe, which may have one octet: that before the next one. */
static bool has_new_octets(const struct flow *flow, const struct segment *segment)
{
    uint32_t isn = segment->half == flow_opener(flow) ? flow->isn : flow->peer_isn;
    uint32_t end = segment->sequence + segment->payload_length;

    if (segment->payload_length == 0 || (segment->flags & TCP_RST))
        return false;
    return flow->flags & FLOW_BEGUN ? segment->payload_length > 1 : (int32_t)(end - isn) > 1;
}

/* A segment of a connection whose time-out came. When a side closes it goes on as one that nobody
 * reads: who leaves without a word has nothing to say. */
static void take_idle(struct connections *c, struct flow *flow, const struct segment *segment)
{
    bool goes_on = has_new_octets(flow, segment);

    if (goes_on && !(flow->flags & FLOW_BEGUN)) {
        take_up_again(c, flow, segment);
        return;
    }
    c->readers.counters.went_on += goes_on;
    pass(c, flow, segment);
    if (flow->state == FLOW_IDLE && (goes_on || (segment->flags & TCP_FIN)))
        flow_queue(&c->table, flow_number(&c->table, flow), FLOW_DONE);
}

/* Does the SYN begin another connection on the same addresses and ports? */
static bool is_reused_by(const struct connections *c, const struct flow *flow,
                         const struct segment *syn)
{
    if (flow_is_read(flow))
        return reading_is_reused_by(reading_of(c, flow), syn->half, syn);
    return flow_is_reused_by(flow, syn, c->options.closed_linger_ns);
}

static inline bool is_reused(const struct connections *c, const struct flow *flow,
                             const struct segment *segment)
{
    return (segment->flags & TCP_SYN) && is_reused_by(c, flow, segment);
}

/* A segment of a connection that is half open: the SYN again, or one of another connection on the
 * same addresses and ports, or what ends this state. */
static void half_open_segment(struct connections *c, struct half_open *half_open, uint32_t hash,
                              const struct segment *segment)
{
    bool is_syn = (segment->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN
                  && segment->half == half_open->opener;
    struct flow *flow;
    uint32_t number;

    if (is_syn && segment->sequence != half_open->isn) {
        lifecycle_end_half_open(c, half_open, CONNECTION_END_REUSED);
        open_connection(c, hash, segment);
        return;
    }
    if (is_syn && segment->payload_length == 0) {
        half_open_again(half_open, segment);
        return;
    }
    number = promote(c, half_open);
    if (number == POOL_NONE)
        return;
    flow = flow_at(&c->table, number);
    flow->seen_ns = segment->at.time_ns;
    flow->flags |= FLOW_TOUCHED;
    read_segment(c, flow, segment);
}

ALWAYS_INLINE void take_segment(struct connections *c, struct flow *flow,
                                const struct segment *segment)
{
    flow->seen_ns = segment->at.time_ns;
    flow->flags |= FLOW_TOUCHED;
    if (flow->state >= FLOW_DONE)
        pass(c, flow, segment);
    else if (flow->state == FLOW_IDLE)
        take_idle(c, flow, segment);
    else
        read_segment(c, flow, segment);
}

void connections_advance(struct connections *connections, int64_t now_ns)
{
    connections->now_ns = now_ns;
    while (!lifecycle_sweep(connections, now_ns))
        ;
}

void connections_shed(struct connections *connections, enum connections_shed what)
{
    connections->shed = what;
}

/* A segment of a connection that has no flow. */
static void take_without_flow(struct connections *c, uint32_t hash, const struct segment *segment)
{
    struct half_open *half_open = half_opens_find(&c->half_opens, &segment->key, hash);

    if (half_open != NULL)
        half_open_segment(c, half_open, hash, segment);
    else
        open_connection(c, hash, segment);
}

/* A segment of a flow that is not at hand, or that begins anew. */
__attribute__((noinline)) static void look_for(struct connections *c, uint32_t hash,
                                               const struct segment *segment)
{
    uint32_t number = flow_find(&c->table, &segment->key, hash);

    if (number != POOL_NONE && is_reused(c, flow_at(&c->table, number), segment)) {
        lifecycle_end_flow(c, number, CONNECTION_END_REUSED);
        number = POOL_NONE;
    }
    if (number != POOL_NONE)
        take_segment(c, flow_at(&c->table, number), segment);
    else
        take_without_flow(c, hash, segment);
}

/* likely: the flow that it is likely to be of, NULL: none. is_without_flow: there is none for
 * sure. */
static void take_at(struct connections *c, struct flow *likely, bool is_without_flow, uint32_t hash,
                    const struct segment *segment)
{
    uint64_t since_sweep = (uint64_t)segment->at.time_ns - (uint64_t)c->swept_ns;

    c->now_ns = segment->at.time_ns;
    /* Unsigned: a step backwards is a large interval, and resets swept_ns. */
    if (since_sweep >= SWEEP_INTERVAL_NS)
        (void)lifecycle_sweep(c, segment->at.time_ns);
    if (likely != NULL && flow_is_of(likely, &segment->key) && !is_reused(c, likely, segment))
        take_segment(c, likely, segment);
    else if (is_without_flow)
        take_without_flow(c, hash, segment);
    else
        look_for(c, hash, segment);
}

void connections_segment(struct connections *connections, const struct segment *segment)
{
    take_at(connections, NULL, false, flow_hash(&connections->table, &segment->key), segment);
}

/* Have the flows fetched. */
static void find_flows(const struct connections *c, const struct packet *packets, size_t count,
                       struct prospect *prospects)
{
    for (size_t i = 0; i < count; i++) {
        if (packets[i].kind != PACKET_TCP)
            continue;
        prospects[i].hash = flow_hash(&c->table, &packets[i].segment.key);
        prospects[i].slots = flow_fetch_slot(&c->table, prospects[i].hash);
    }
    for (size_t i = 0; i < count; i++) {
        prospects[i].flow = NULL;
        if (packets[i].kind != PACKET_TCP)
            continue;
        prospects[i].flow = flow_fetch(&c->table, prospects[i].slots, prospects[i].hash);
        if (prospects[i].flow == NULL)
            half_opens_fetch(&c->half_opens, prospects[i].hash);
    }
}

/* Have fetched what is read of these flows. Which packet needs what, no processor can guess: those
 * that do are listed without a branch. Returns how many of the packets are of flows that are read.
 */
static size_t find_readings(const struct connections *c, const struct packet *packets, size_t count,
                            const struct prospect *prospects)
{
    struct found {
        const struct reading *reading;
        unsigned half; /* the one that sent the packet */
        bool has_data;
    } all[BATCH_MAX];
    const struct found *some[BATCH_MAX];
    uint8_t read[BATCH_MAX];
    size_t read_count = 0;
    size_t some_count = 0;

    for (size_t i = 0; i < count; i++) {
        if (prospects[i].flow == NULL)
            continue;
        read[read_count] = (uint8_t)i;
        read_count += flow_is_read(prospects[i].flow);
    }
    for (size_t i = 0; i < read_count; i++) {
        const struct segment *segment = &packets[read[i]].segment;

        all[i].reading = reading_of(c, prospects[read[i]].flow);
        all[i].half = segment->half;
        all[i].has_data = segment->payload_length > 0;
        reading_fetch(all[i].reading);
    }
    for (size_t i = 0; i < read_count; i++) {
        reading_fetch_sender(all[i].reading, all[i].half);
        some[some_count] = &all[i];
        some_count += all[i].has_data;
    }
    for (size_t i = 0; i < some_count; i++)
        reading_fetch_data(some[i]->reading, some[i]->half);
    some_count = 0;
    for (size_t i = 0; i < read_count; i++) {
        some[some_count] = &all[i];
        some_count += reading_is_open(all[i].reading, all[i].half ^ 1);
    }
    for (size_t i = 0; i < some_count; i++)
        reading_fetch_open(some[i]->reading, some[i]->half ^ 1);
    return read_count;
}

/* Each step touches what the one before it had fetched. Returns as connections_packets does. */
static size_t take_batch(struct connections *c, const struct packet *packets, size_t count)
{
    struct prospect prospects[BATCH_MAX];
    uint32_t added = c->table.added;
    size_t read_count;

    find_flows(c, packets, count, prospects);
    read_count = find_readings(c, packets, count, prospects);
    for (size_t i = 0; i < count; i++) {
        if (packets[i].kind == PACKET_TCP)
            take_at(c, prospects[i].flow, prospects[i].flow == NULL && c->table.added == added,
                    prospects[i].hash, &packets[i].segment);
        else if (packets[i].kind == PACKET_ICMP_ERROR)
            connections_icmp(c, &packets[i].icmp);
    }
    return read_count;
}

size_t connections_packets(struct connections *connections, const struct packet *packets,
                           size_t count)
{
    size_t read_count = 0;

    while (count > 0) {
        size_t part = count < BATCH_MAX ? count : BATCH_MAX;

        read_count += take_batch(connections, packets, part);
        packets += part;
        count -= part;
    }
    return read_count;
}

/* The SYN that an ICMP error quotes gets a connection that can carry it. */
static uint32_t promote_refused(struct connections *c, const struct flow_key *key, uint32_t hash,
                                uint32_t sequence)
{
    struct half_open *half_open = half_opens_find(&c->half_opens, key, hash);

    if (half_open == NULL || half_open->isn != sequence)
        return POOL_NONE;
    return promote(c, half_open);
}

void connections_icmp(struct connections *connections, const struct icmp_error *error)
{
    struct connections *c = connections;
    struct flow_key key;
    unsigned half = flow_key_of(&error->source, error->source_port, &error->destination,
                                error->destination_port, &key);
    uint32_t hash = flow_hash(&c->table, &key);
    uint32_t number = flow_find(&c->table, &key, hash);
    const struct flow *flow;

    if (number == POOL_NONE)
        number = promote_refused(c, &key, hash, error->sequence);
    if (number == POOL_NONE)
        return;
    flow = flow_at(&c->table, number);
    if (flow_is_read(flow) && reading_icmp(reading_of(c, flow), half, error))
        c->readers.counters.icmp_matched++;
}

static uint64_t first_packet(const void *context, const struct flow *flow)
{
    return reading_of(context, flow)->connection.first.packet;
}

/* The flow with a record whose connection began first; the lists are in that order. */
static uint32_t first_of_all(const struct connections *c)
{
    uint32_t first = POOL_NONE;

    for (int state = 0; state < FLOW_IDLE; state++) {
        uint32_t number = c->table.lists[state].oldest;

        if (number == POOL_NONE)
            continue;
        if (first == POOL_NONE
            || first_packet(c, flow_at(&c->table, number))
                   < first_packet(c, flow_at(&c->table, first)))
            first = number;
    }
    return first;
}

/* End the connection that began first of all. False: there is none. */
static bool end_first(struct connections *c)
{
    uint32_t number = first_of_all(c);
    struct half_open *half_open = half_opens_oldest(&c->half_opens);

    if (number == POOL_NONE && half_open == NULL)
        return false;
    if (half_open == NULL
        || (number != POOL_NONE
            && first_packet(c, flow_at(&c->table, number)) < half_open->first.packet))
        lifecycle_end_flow(c, number, CONNECTION_END_CAPTURE);
    else
        lifecycle_end_half_open(c, half_open, CONNECTION_END_CAPTURE);
    return true;
}

void connections_finish(struct connections *connections)
{
    struct connections *c = connections;

    for (int state = 0; state < FLOW_IDLE; state++)
        flow_list_sort(&c->table, (enum flow_state)state, first_packet, c);
    half_opens_sort(&c->half_opens);
    while (end_first(c))
        ;
    lifecycle_forget_all(c);
    lifecycle_note_levels(c);
}

void connections_free(struct connections *connections)
{
    struct connections *c = connections;

    if (c == NULL)
        return;
    for (int state = FLOW_CONNECTING; state < FLOW_IDLE; state++) {
        uint32_t number = c->table.lists[state].oldest;

        for (; number != POOL_NONE; number = flow_at(&c->table, number)->newer)
            reading_clear(reading_of(c, flow_at(&c->table, number)));
    }
    flow_table_clear(&c->table);
    half_opens_clear(&c->half_opens);
    pool_clear(&c->readings);
    pool_clear(&c->readers.flights);
    free(c);
}

const struct connections_counters *connections_counters(const struct connections *connections)
{
    return &connections->readers.counters;
}
