/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The states of a flow and what moves it between them; who must go when memory is
 * needed; and time. */
#include "capture/connection.h"

#include <stdlib.h>

#include "capture/flow.h"
#include "capture/moment.h"
#include "capture/reading.h"

enum {
    READING_CHUNK_SHIFT = 4,   /* 16 connections read */
    HALF_OPEN_CHUNK_SHIFT = 9, /* 512 half-open ones, 32 KiB */

    /* Shares of memory_max, in sixteenths. Each kind evicts its own, so that no flood
     * of one kind takes the place of another. */
    SHARE_FLOWS = 8,
    SHARE_HALF_OPEN = 2,
    SHARE_READING = 5,
    SHARE_HELD = 1,
    SHARES = 16,

    /* Flows looked at in one go for a time-out or an eviction; those used since they
     * were queued go to the end, which each packet can cause once at most. */
    SWEEP_MAX = 64
};

/* Time-outs are looked for this often, in packet time. */
#define SWEEP_INTERVAL_NS UINT64_C(10000000)

/* Of connections nobody reads: as long as most keep-alives leave them silent. One that
 * is forgotten too early is picked up midway, which costs time but spoils nothing. */
#define DONE_TIMEOUT_NS INT64_C(600000000000)

/* Of connections that are over, for copies that come late; they must not be taken for
 * a connection picked up midway. */
#define OVER_TIMEOUT_NS INT64_C(10000000000)

struct connections {
    struct connections_options options;
    struct connection_handler handler;
    struct connections_counters counters;
    struct flow_table table;
    struct pool half_opens;
    struct pool readings;
    struct stream_budget held;
    struct reading scratch; /* a half-open connection on its way out needs no memory */
    uint32_t flows_max;
    uint32_t half_opens_max;
    uint32_t readings_max;
    int64_t swept_ns;
    bool sweep_again; /* the last sweep left something to do */
    int64_t timeout_ns[FLOW_STATES];
};

struct connections_options connections_options_default(void)
{
    return (struct connections_options){
        .memory_max = (size_t)256 * 1024 * 1024,
        .idle_timeout_ns = INT64_C(120000000000),
        /* Common stacks send a SYN again after 1, 2, 4, ... 64 s. */
        .half_open_timeout_ns = INT64_C(70000000000),
        .closed_linger_ns = INT64_C(2000000000),
    };
}

static uint32_t share(const struct connections_options *options, unsigned sixteenths, size_t size)
{
    size_t count = options->memory_max / SHARES * sixteenths / size;

    if (count < 1)
        return 1;
    return count < POOL_NONE ? (uint32_t)count : POOL_NONE;
}

struct connections *connections_new(const struct connections_options *options,
                                    const struct connection_handler *handler)
{
    struct connections *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return NULL;
    if (!flow_table_init(&c->table, options->hash_key)) {
        free(c);
        return NULL;
    }
    c->options = *options;
    c->handler = *handler;
    pool_init(&c->half_opens, sizeof(struct half_open), HALF_OPEN_CHUNK_SHIFT);
    pool_init(&c->readings, sizeof(struct reading), READING_CHUNK_SHIFT);
    c->flows_max = share(options, SHARE_FLOWS, FLOW_COST);
    c->half_opens_max = share(options, SHARE_HALF_OPEN, sizeof(struct half_open));
    c->readings_max = share(options, SHARE_READING, sizeof(struct reading));
    c->held.max = options->memory_max / SHARES * SHARE_HELD;
    c->timeout_ns[FLOW_HALF_OPEN] = options->half_open_timeout_ns;
    c->timeout_ns[FLOW_CONNECTING] = options->idle_timeout_ns;
    c->timeout_ns[FLOW_READING] = options->idle_timeout_ns;
    c->timeout_ns[FLOW_CLOSING] = options->closed_linger_ns;
    c->timeout_ns[FLOW_DONE] = DONE_TIMEOUT_NS;
    c->timeout_ns[FLOW_OVER] = OVER_TIMEOUT_NS;
    return c;
}

static struct reading *reading_of(const struct connections *c, const struct flow *flow)
{
    return pool_at(&c->readings, flow->record);
}

static struct half_open *half_open_of(const struct connections *c, const struct flow *flow)
{
    return pool_at(&c->half_opens, flow->record);
}

static bool is_read(const struct flow *flow)
{
    return flow->state == FLOW_CONNECTING || flow->state == FLOW_READING
           || flow->state == FLOW_CLOSING;
}

static void note_levels(struct connections *c)
{
    struct connections_counters *counters = &c->counters;
    const struct flow_list *lists = c->table.lists;

    counters->current = c->table.flows.used;
    counters->half_open = lists[FLOW_HALF_OPEN].count;
    counters->reading =
        lists[FLOW_CONNECTING].count + lists[FLOW_READING].count + lists[FLOW_CLOSING].count;
    counters->memory = sizeof(*c) + c->table.memory + c->table.flows.memory + c->half_opens.memory
                       + c->readings.memory + c->held.used;
    if (counters->memory > counters->memory_peak)
        counters->memory_peak = counters->memory;
}

static void count_ended(struct connections *c, struct flow *flow)
{
    if (!(flow->flags & FLOW_ENDED))
        c->counters.ended++;
    flow->flags |= FLOW_ENDED;
}

static void forget(struct connections *c, uint32_t number)
{
    count_ended(c, flow_at(&c->table, number));
    flow_remove(&c->table, number);
}

/* Keep of a connection what its flow entry holds, in the state given. */
static void release_reading(struct connections *c, uint32_t number, enum flow_state state)
{
    struct flow *flow = flow_at(&c->table, number);
    struct reading *reading = reading_of(c, flow);

    for (unsigned half = 0; half < 2; half++) {
        if (reading->half[half].stream.fin >= 0)
            flow->flags |= (uint8_t)(FLOW_FIN_0 << half);
    }
    reading_clear(reading);
    pool_give(&c->readings, flow->record);
    flow->record = POOL_NONE;
    flow_queue(&c->table, number, state);
}

/* Tell the handler of the end. The flow entry stays, with nobody reading it. */
static void end_reading(struct connections *c, uint32_t number, enum connection_end reason)
{
    struct flow *flow = flow_at(&c->table, number);
    struct reading *reading = reading_of(c, flow);
    bool over = flow->state == FLOW_CLOSING;

    reading_end(reading, reason);
    count_ended(c, flow);
    release_reading(c, number, over ? FLOW_OVER : FLOW_DONE);
}

static void prepare(struct connections *c, struct reading *reading, uint32_t number)
{
    reading->handler = &c->handler;
    reading->counters = &c->counters;
    reading->budget = &c->held;
    reading->flow = number;
}

static void end_half_open(struct connections *c, uint32_t number, enum connection_end reason)
{
    struct flow *flow = flow_at(&c->table, number);

    prepare(c, &c->scratch, number);
    reading_begin_half_open(&c->scratch, &flow->key, flow->flags & FLOW_ISN_1 ? 1 : 0,
                            half_open_of(c, flow), flow->isn);
    pool_give(&c->half_opens, flow->record);
    if (reading_opened(&c->scratch) == READING_CONTINUE)
        reading_end(&c->scratch, reason);
    forget(c, number);
}

/* End a connection in whatever state; its flow goes too. */
static void end_flow(struct connections *c, uint32_t number, enum connection_end reason)
{
    const struct flow *flow = flow_at(&c->table, number);

    if (flow->state == FLOW_HALF_OPEN) {
        end_half_open(c, number, reason);
        return;
    }
    if (is_read(flow))
        end_reading(c, number, reason);
    forget(c, number);
}

/* The oldest flow of a state that was not used since it was queued; after SWEEP_MAX
 * that were, the next one. never is passed by. POOL_NONE when there is none. */
static uint32_t oldest(struct connections *c, enum flow_state state, uint32_t never)
{
    struct flow_list *list = &c->table.lists[state];

    for (unsigned i = 0; list->oldest != POOL_NONE; i++) {
        uint32_t number = list->oldest;
        struct flow *flow = flow_at(&c->table, number);

        if (number != never && (i >= SWEEP_MAX || !(flow->flags & FLOW_TOUCHED)))
            return number;
        if (number == never && list->count == 1)
            return POOL_NONE;
        flow->flags &= (uint8_t)~FLOW_TOUCHED;
        flow_queue(&c->table, number, state);
    }
    return POOL_NONE;
}

/* End the connection that is the smallest loss, of the states given in that order. */
static bool evict(struct connections *c, const enum flow_state *states, unsigned count,
                  uint32_t never, bool keep_flow)
{
    struct connections_counters *counters = &c->counters;

    for (unsigned i = 0; i < count; i++) {
        uint32_t number = oldest(c, states[i], never);

        if (number == POOL_NONE)
            continue;
        counters->evicted += states[i] == FLOW_READING || states[i] == FLOW_CONNECTING;
        counters->evicted_half_open += states[i] == FLOW_HALF_OPEN;
        counters->evicted_done += states[i] == FLOW_DONE;
        if (states[i] == FLOW_CLOSING)
            end_reading(c, number, CONNECTION_END_CLOSED);
        else if (states[i] == FLOW_READING)
            end_reading(c, number, CONNECTION_END_EVICTED);
        else
            end_flow(c, number, CONNECTION_END_EVICTED);
        if (!keep_flow && (states[i] == FLOW_CLOSING || states[i] == FLOW_READING))
            forget(c, number);
        return true;
    }
    return false;
}

static uint32_t add_flow(struct connections *c, const struct flow_key *key, uint32_t hash)
{
    static const enum flow_state order[] = {FLOW_OVER,    FLOW_DONE,       FLOW_HALF_OPEN,
                                            FLOW_CLOSING, FLOW_CONNECTING, FLOW_READING};
    uint32_t number;

    if (c->table.flows.used >= c->flows_max)
        (void)evict(c, order, FLOW_STATES, POOL_NONE, false);
    number = flow_add(&c->table, key, hash, FLOW_OVER);
    if (number == POOL_NONE && evict(c, order, FLOW_STATES, POOL_NONE, false))
        number = flow_add(&c->table, key, hash, FLOW_OVER);
    return number;
}

static uint32_t take_half_open(struct connections *c)
{
    static const enum flow_state order[] = {FLOW_HALF_OPEN};

    if (c->half_opens.used >= c->half_opens_max)
        (void)evict(c, order, 1, POOL_NONE, false);
    return pool_take(&c->half_opens);
}

/* A record for a connection to be read, at the cost of others if need be. */
static uint32_t take_reading(struct connections *c, uint32_t never)
{
    static const enum flow_state order[] = {FLOW_CLOSING, FLOW_CONNECTING, FLOW_READING};
    uint32_t number;

    if (c->readings.used >= c->readings_max)
        (void)evict(c, order, 3, never, true);
    number = pool_take(&c->readings);
    if (number == POOL_NONE && evict(c, order, 3, never, true))
        number = pool_take(&c->readings);
    return number;
}

static void settle(struct connections *c, uint32_t number, enum reading_status status)
{
    struct flow *flow = flow_at(&c->table, number);
    const struct reading *reading = reading_of(c, flow);

    if (status == READING_DONE)
        release_reading(c, number, reading->closing ? FLOW_OVER : FLOW_DONE);
    else if (status == READING_CLOSING && flow->state != FLOW_CLOSING)
        flow_queue(&c->table, number, FLOW_CLOSING);
    else if (flow->state == FLOW_CONNECTING && reading->payload)
        flow_queue(&c->table, number, FLOW_READING);
}

static void read_segment(struct connections *c, uint32_t number, unsigned half,
                         const struct segment *segment)
{
    struct reading *reading = reading_of(c, flow_at(&c->table, number));

    settle(c, number, reading_segment(reading, half, segment));
}

/* A half-open connection becomes one that is read. False when it cannot, or when
 * nobody wants it. */
static bool promote(struct connections *c, uint32_t number)
{
    uint32_t record = take_reading(c, number);
    struct flow *flow = flow_at(&c->table, number);
    uint32_t half_open = flow->record;
    struct reading *reading;

    if (record == POOL_NONE) {
        c->counters.evicted++;
        end_half_open(c, number, CONNECTION_END_EVICTED);
        return false;
    }
    reading = pool_at(&c->readings, record);
    prepare(c, reading, number);
    reading_begin_half_open(reading, &flow->key, flow->flags & FLOW_ISN_1 ? 1 : 0,
                            half_open_of(c, flow), flow->isn);
    pool_give(&c->half_opens, half_open);
    flow->record = record;
    flow_queue(&c->table, number, FLOW_CONNECTING);
    settle(c, number, reading_opened(reading));
    note_levels(c);
    return flow->state == FLOW_CONNECTING;
}

static void note_isn(struct flow *flow, unsigned half, uint32_t isn)
{
    flow->isn = isn;
    flow->flags |= FLOW_ISN_KNOWN;
    if (half == 1)
        flow->flags |= FLOW_ISN_1;
}

static bool open_half_open(struct connections *c, const struct flow_key *key, uint32_t hash,
                           unsigned half, const struct segment *segment)
{
    uint32_t record = take_half_open(c);
    uint32_t number = record == POOL_NONE ? POOL_NONE : add_flow(c, key, hash);
    struct flow *flow;

    if (number == POOL_NONE) {
        if (record != POOL_NONE)
            pool_give(&c->half_opens, record);
        return false;
    }
    flow = flow_at(&c->table, number);
    flow->record = record;
    flow->seen_ns = segment->at.time_ns;
    note_isn(flow, half, segment->sequence);
    half_open_begin(half_open_of(c, flow), segment);
    flow_queue(&c->table, number, FLOW_HALF_OPEN);
    return true;
}

static bool open_reading(struct connections *c, const struct flow_key *key, uint32_t hash,
                         unsigned half, const struct segment *segment)
{
    bool from_server = (segment->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
    unsigned client = from_server ? half ^ 1 : half;
    uint32_t record = take_reading(c, POOL_NONE);
    uint32_t number = record == POOL_NONE ? POOL_NONE : add_flow(c, key, hash);
    struct reading *reading;
    struct flow *flow;

    if (number == POOL_NONE) {
        if (record != POOL_NONE)
            pool_give(&c->readings, record);
        return false;
    }
    flow = flow_at(&c->table, number);
    flow->record = record;
    flow->seen_ns = segment->at.time_ns;
    if (segment->flags & TCP_SYN)
        note_isn(flow, client, from_server ? segment->acknowledgment - 1 : segment->sequence);
    else
        c->counters.midway++;
    reading = reading_of(c, flow);
    prepare(c, reading, number);
    reading_begin(reading, key, client, segment);
    flow_queue(&c->table, number, FLOW_CONNECTING);
    if (reading_opened(reading) == READING_DONE)
        settle(c, number, READING_DONE);
    else
        read_segment(c, number, half, segment);
    return true;
}

/* The first segment of a connection, as far as we know. A bare ACK, FIN or RST of a
 * connection not in the table tells of nothing that is still to come. */
static void open_flow(struct connections *c, const struct flow_key *key, uint32_t hash,
                      unsigned half, const struct segment *segment)
{
    bool opened;

    if ((segment->flags & TCP_RST) || (segment->payload_length == 0 && !(segment->flags & TCP_SYN)))
        return;
    c->counters.opened++;
    if ((segment->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && segment->payload_length == 0)
        opened = open_half_open(c, key, hash, half, segment);
    else
        opened = open_reading(c, key, hash, half, segment);
    if (!opened) {
        c->counters.evicted++;
        c->counters.ended++;
    }
    note_levels(c);
}

/* Of a flow that nobody reads: is this segment the beginning of another connection? */
static bool is_new_syn(const struct flow *flow, unsigned half, const struct segment *segment)
{
    unsigned opener = flow->flags & FLOW_ISN_1 ? 1 : 0;

    if ((segment->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN)
        return false;
    return !(flow->flags & FLOW_ISN_KNOWN) || opener != half || flow->isn != segment->sequence;
}

/* A segment of a flow that nobody reads. */
static void pass(struct connections *c, uint32_t number, unsigned half,
                 const struct segment *segment)
{
    struct flow *flow = flow_at(&c->table, number);

    if ((segment->flags & (TCP_FIN | TCP_RST)) == 0 || flow->state == FLOW_OVER)
        return;
    if (segment->flags & TCP_FIN)
        flow->flags |= (uint8_t)(FLOW_FIN_0 << half);
    if ((segment->flags & TCP_RST) || (flow->flags & FLOW_FIN_BOTH) == FLOW_FIN_BOTH)
        flow_queue(&c->table, number, FLOW_OVER);
}

/* Does the segment begin another connection on the same addresses and ports? */
static bool is_reused(const struct connections *c, const struct flow *flow, unsigned half,
                      const struct segment *segment)
{
    if (!(segment->flags & TCP_SYN))
        return false;
    if (is_read(flow))
        return reading_is_reused_by(reading_of(c, flow), half, segment);
    if (flow->state == FLOW_HALF_OPEN && half != (flow->flags & FLOW_ISN_1 ? 1u : 0u))
        return false;
    return is_new_syn(flow, half, segment);
}

static void take_half_open_segment(struct connections *c, uint32_t number, unsigned half,
                                   const struct segment *segment)
{
    struct flow *flow = flow_at(&c->table, number);
    bool is_syn = (segment->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;

    if (is_syn && half == (flow->flags & FLOW_ISN_1 ? 1u : 0u) && segment->payload_length == 0)
        half_open_again(half_open_of(c, flow), segment);
    else if (promote(c, number))
        read_segment(c, number, half, segment);
}

static void take_segment(struct connections *c, uint32_t number, unsigned half,
                         const struct segment *segment)
{
    struct flow *flow = flow_at(&c->table, number);

    flow->seen_ns = segment->at.time_ns;
    flow->flags |= FLOW_TOUCHED;
    if (flow->state >= FLOW_DONE)
        pass(c, number, half, segment);
    else if (flow->state == FLOW_HALF_OPEN)
        take_half_open_segment(c, number, half, segment);
    else
        read_segment(c, number, half, segment);
}

static void end_by_timeout(struct connections *c, uint32_t number)
{
    const struct flow *flow = flow_at(&c->table, number);

    if (flow->state == FLOW_CLOSING)
        end_reading(c, number, CONNECTION_END_CLOSED);
    else if (is_read(flow))
        end_reading(c, number, CONNECTION_END_IDLE);
    else
        end_flow(c, number, CONNECTION_END_IDLE);
}

/* End what timed out in one state. False when there may be more. */
static bool sweep_state(struct connections *c, enum flow_state state, int64_t now_ns)
{
    const struct flow_list *list = &c->table.lists[state];

    for (unsigned i = 0; i < SWEEP_MAX; i++) {
        uint32_t number = list->oldest;
        struct flow *flow;

        if (number == POOL_NONE)
            return true;
        flow = flow_at(&c->table, number);
        if (elapsed_ns(now_ns, flow->seen_ns) > c->timeout_ns[state]) {
            end_by_timeout(c, number);
        } else if (flow->flags & FLOW_TOUCHED) {
            flow->flags &= (uint8_t)~FLOW_TOUCHED;
            flow_queue(&c->table, number, state);
        } else {
            return true;
        }
    }
    return false;
}

static bool sweep(struct connections *c, int64_t now_ns)
{
    bool finished = true;

    for (int state = 0; state < FLOW_STATES; state++)
        finished = sweep_state(c, (enum flow_state)state, now_ns) && finished;
    c->swept_ns = now_ns;
    c->sweep_again = !finished;
    note_levels(c);
    return finished;
}

void connections_advance(struct connections *connections, int64_t now_ns)
{
    while (!sweep(connections, now_ns))
        ;
}

void connections_segment(struct connections *connections, const struct segment *segment)
{
    struct connections *c = connections;
    struct flow_key key;
    uint64_t since_sweep = (uint64_t)segment->at.time_ns - (uint64_t)c->swept_ns;
    unsigned half;
    uint32_t hash;
    uint32_t number;

    /* Unsigned: a step backwards is a large interval, and resets swept_ns. */
    if (since_sweep >= SWEEP_INTERVAL_NS || c->sweep_again)
        (void)sweep(c, segment->at.time_ns);
    half = flow_key_of(&segment->source, segment->source_port, &segment->destination,
                       segment->destination_port, &key);
    hash = flow_hash(&c->table, &key);
    number = flow_find(&c->table, &key, hash);
    if (number != POOL_NONE && is_reused(c, flow_at(&c->table, number), half, segment)) {
        end_flow(c, number, CONNECTION_END_REUSED);
        number = POOL_NONE;
    }
    if (number == POOL_NONE)
        open_flow(c, &key, hash, half, segment);
    else
        take_segment(c, number, half, segment);
}

void connections_icmp(struct connections *connections, const struct icmp_error *error)
{
    struct connections *c = connections;
    struct flow_key key;
    unsigned half = flow_key_of(&error->source, error->source_port, &error->destination,
                                error->destination_port, &key);
    uint32_t number = flow_find(&c->table, &key, flow_hash(&c->table, &key));
    const struct flow *flow;

    if (number == POOL_NONE)
        return;
    flow = flow_at(&c->table, number);
    if (flow->state == FLOW_HALF_OPEN && flow->isn == error->sequence)
        (void)promote(c, number);
    if (is_read(flow) && reading_icmp(reading_of(c, flow), half, error))
        c->counters.icmp_matched++;
}

static uint64_t first_packet(const void *context, const struct flow *flow)
{
    const struct connections *c = context;

    if (flow->state == FLOW_HALF_OPEN)
        return half_open_of(c, flow)->first.packet;
    return reading_of(c, flow)->connection.first.packet;
}

/* The flow with a record whose connection began first; the lists are in that order. */
static uint32_t first_of_all(const struct connections *c)
{
    uint32_t first = POOL_NONE;

    for (int state = FLOW_HALF_OPEN; state < FLOW_DONE; state++) {
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

void connections_finish(struct connections *connections)
{
    struct connections *c = connections;
    uint32_t number;

    for (int state = FLOW_HALF_OPEN; state < FLOW_DONE; state++)
        flow_list_sort(&c->table, (enum flow_state)state, first_packet, c);
    while ((number = first_of_all(c)) != POOL_NONE)
        end_flow(c, number, CONNECTION_END_CAPTURE);
    for (int state = FLOW_DONE; state < FLOW_STATES; state++) {
        while (c->table.lists[state].oldest != POOL_NONE)
            forget(c, c->table.lists[state].oldest);
    }
    note_levels(c);
}

void connections_free(struct connections *connections)
{
    struct connections *c = connections;

    if (c == NULL)
        return;
    for (int state = FLOW_CONNECTING; state < FLOW_DONE; state++) {
        uint32_t number = c->table.lists[state].oldest;

        for (; number != POOL_NONE; number = flow_at(&c->table, number)->newer)
            reading_clear(reading_of(c, flow_at(&c->table, number)));
    }
    flow_table_clear(&c->table);
    pool_clear(&c->half_opens);
    pool_clear(&c->readings);
    free(c);
}

const struct connections_counters *connections_counters(const struct connections *connections)
{
    return &connections->counters;
}
