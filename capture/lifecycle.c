/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/lifecycle.h"

#include "capture/fetch.h"
#include "capture/moment.h"
#include "capture/time_unit.h"

enum {
    /* Shares of memory_max, in sixteenths. */
    SHARE_FLOWS = 7,
    SHARE_HALF_OPEN = 3,
    SHARE_READING = 5,
    SHARE_HELD = 1,
    SHARES = 16,

    /* Octets of a connection that is read, at most: few have long flights or early ACKs. */
    READING_COST =
        sizeof(struct reading) + SIDES * (sizeof(struct flight) + STREAM_EARLY_ACKS_OCTETS),

    /* Flows looked at in one go for a time-out or an eviction; those used since they
     * were queued go to the end, which each packet can cause once at most. */
    SWEEP_MAX = 64,

    /* Of the connections that are read, so many quarters may have sent something. What is left is
     * for those that have only begun, so that a flood of hellos that are never whole does not keep
     * out every new connection. */
    READING_QUARTERS = 3
};

/* Of connections nobody reads: as long as most keep-alives leave them silent. One that
 * is forgotten too early is picked up midway, which costs time but spoils nothing. */
#define DONE_TIMEOUT_NS (600 * SECOND_NS)

/* Of connections that are over, for copies that come late; they must not be taken for
 * a connection picked up midway. */
#define OVER_TIMEOUT_NS (10 * SECOND_NS)

/* Packets of several queues come out of order by less. */
#define SWEEP_DISORDER_NS SECOND_NS

static uint32_t share(const struct connections_options *options, unsigned sixteenths, size_t size)
{
    size_t count = options->memory_max / SHARES * sixteenths / size;

    if (count < 1)
        return 1;
    return count < POOL_NONE ? (uint32_t)count : POOL_NONE;
}

static void forget_pauses(struct connections *c)
{
    for (size_t i = 0; i < LIFECYCLE_PAUSES; i++)
        c->pauses[i].begin_ns = c->pauses[i].end_ns = INT64_MIN;
}

void lifecycle_init(struct connections *c)
{
    half_opens_init(&c->half_opens, share(&c->options, SHARE_HALF_OPEN, HALF_OPENS_COST));
    c->flows_max = share(&c->options, SHARE_FLOWS, FLOW_COST);
    c->readings_max = share(&c->options, SHARE_READING, READING_COST);
    if (c->readings_max > POOL_NONE / SIDES)
        c->readings_max = POOL_NONE / SIDES;
    pool_init(&c->readings, sizeof(struct reading), c->readings_max);
    pool_init(&c->readers.flights, sizeof(struct flight), SIDES * c->readings_max);
    c->readers.held.max = c->options.memory_max / SHARES * SHARE_HELD;
    c->held_high = c->readers.held.max / 8 * 7;
    c->awake_ns = INT64_MAX;
    forget_pauses(c);
    c->timeout_ns[FLOW_CONNECTING] = c->options.idle_timeout_ns;
    c->timeout_ns[FLOW_READING] = c->options.idle_timeout_ns;
    c->timeout_ns[FLOW_CLOSING] = c->options.closed_linger_ns;
    c->timeout_ns[FLOW_IDLE] = DONE_TIMEOUT_NS;
    c->timeout_ns[FLOW_DONE] = DONE_TIMEOUT_NS;
    c->timeout_ns[FLOW_OVER] = OVER_TIMEOUT_NS;
}

void lifecycle_note_levels(struct connections *c)
{
    struct connections_counters *counters = &c->readers.counters;
    const struct flow_list *lists = c->table.lists;

    counters->current = c->table.flows.used + c->half_opens.count;
    counters->half_open = c->half_opens.count;
    counters->reading =
        lists[FLOW_CONNECTING].count + lists[FLOW_READING].count + lists[FLOW_CLOSING].count;
    counters->memory = sizeof(*c) + c->table.memory + pool_memory(&c->table.flows)
                       + c->half_opens.memory + pool_memory(&c->readings)
                       + pool_memory(&c->readers.flights) + c->readers.held.used
                       + c->readers.held.early_acks;
    if (counters->memory > counters->memory_peak)
        counters->memory_peak = counters->memory;
}

static void count_ended(struct connections *c, struct flow *flow)
{
    if (flow->flags & FLOW_ENDED)
        return;
    c->readers.counters.ended++;
    c->flows_ended++;
    flow->flags |= FLOW_ENDED;
}

void lifecycle_count_again(struct connections *c, struct flow *flow)
{
    c->readers.counters.opened++;
    c->flows_ended--;
    flow->flags &= (uint8_t)~FLOW_ENDED;
}

static void forget(struct connections *c, uint32_t number)
{
    count_ended(c, flow_at(&c->table, number));
    c->flows_ended--;
    flow_remove(&c->table, number);
}

/* Keep of a connection what its flow entry holds, in the state given. */
void lifecycle_release_reading(struct connections *c, uint32_t number, enum flow_state state)
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
    lifecycle_note_levels(c);
}

/* How long a connection that was seen last then was watched: to the first pause since. */
static int64_t watched_until(const struct connections *c, int64_t seen_ns)
{
    if (c->pauses[0].end_ns <= seen_ns)
        return c->now_ns;
    if (c->pauses[1].end_ns <= seen_ns && c->pauses[0].begin_ns > seen_ns)
        return c->pauses[0].begin_ns;
    return seen_ns;
}

static void tell_end(struct connections *c, const struct flow *flow, enum connection_end reason)
{
    struct reading *reading = reading_of(c, flow);

    reading->connection.ended_ns = watched_until(c, flow->seen_ns);
    reading_end(reading, reason);
}

/* Tell the handler of the end. The flow entry stays, with nobody reading it. */
static void end_reading(struct connections *c, uint32_t number, enum connection_end reason)
{
    struct flow *flow = flow_at(&c->table, number);
    bool over = flow->state == FLOW_CLOSING;

    tell_end(c, flow, reason);
    count_ended(c, flow);
    lifecycle_release_reading(c, number, over ? FLOW_OVER : FLOW_DONE);
}

void lifecycle_prepare(struct connections *c, struct reading *reading)
{
    reading->readers = &c->readers;
}

void lifecycle_end_half_open(struct connections *c, struct half_open *half_open,
                             enum connection_end reason)
{
    const int64_t watched_ns = watched_until(c, half_open->last_ns);

    lifecycle_prepare(c, &c->scratch);
    reading_begin_half_open(&c->scratch, half_open);
    half_opens_remove(&c->half_opens, half_open);
    c->scratch.connection.ended_ns = watched_ns;
    if (reading_opened(&c->scratch) == READING_CONTINUE)
        reading_end(&c->scratch, reason);
    c->readers.counters.ended++;
}

/* End a connection in whatever state; its flow goes too. */
void lifecycle_end_flow(struct connections *c, uint32_t number, enum connection_end reason)
{
    if (flow_is_read(flow_at(&c->table, number)))
        end_reading(c, number, reason);
    forget(c, number);
}

/* They are most of the connections of a capture, and one by one each costs as much as a packet. */
void lifecycle_forget_all(struct connections *c)
{
    c->readers.counters.ended += c->table.flows.used - c->flows_ended;
    c->flows_ended = 0;
    flow_remove_all(&c->table);
}

/* The oldest flow of a state that was not used since it was queued; after SWEEP_MAX
 * that were, the next one. POOL_NONE when there is none. */
static uint32_t oldest(struct connections *c, enum flow_state state)
{
    const struct flow_list *list = &c->table.lists[state];

    for (unsigned i = 0; i < SWEEP_MAX && list->oldest != POOL_NONE; i++) {
        uint32_t number = list->oldest;
        struct flow *flow = flow_at(&c->table, number);

        if (!(flow->flags & FLOW_TOUCHED))
            return number;
        flow->flags &= (uint8_t)~FLOW_TOUCHED;
        flow_queue(&c->table, number, state);
    }
    return list->oldest;
}

/* Whether those that are read have taken the room of those that have only begun. */
static bool are_too_many_read(const struct connections *c)
{
    return c->table.lists[FLOW_READING].count > c->readings_max / 4 * READING_QUARTERS;
}

/* End the connection that is the smallest loss, of the states given in that order. */
static bool evict(struct connections *c, const enum flow_state *states, unsigned count,
                  bool keep_flow)
{
    struct connections_counters *counters = &c->readers.counters;

    for (unsigned i = 0; i < count; i++) {
        uint32_t number = oldest(c, states[i]);

        if (number == POOL_NONE || (states[i] == FLOW_CONNECTING && are_too_many_read(c)))
            continue;
        counters->evicted += states[i] == FLOW_READING || states[i] == FLOW_CONNECTING;
        counters->evicted_done += states[i] == FLOW_DONE || states[i] == FLOW_IDLE;
        if (states[i] == FLOW_CLOSING)
            end_reading(c, number, CONNECTION_END_CLOSED);
        else if (states[i] == FLOW_READING)
            end_reading(c, number, CONNECTION_END_EVICTED);
        else
            lifecycle_end_flow(c, number, CONNECTION_END_EVICTED);
        if (!keep_flow && (states[i] == FLOW_CLOSING || states[i] == FLOW_READING))
            forget(c, number);
        return true;
    }
    return false;
}

uint32_t lifecycle_add_flow(struct connections *c, const struct flow_key *key, uint32_t hash)
{
    static const enum flow_state order[] = {FLOW_OVER,    FLOW_DONE,       FLOW_IDLE,
                                            FLOW_CLOSING, FLOW_CONNECTING, FLOW_READING};
    uint32_t number;

    if (c->table.flows.used >= c->flows_max)
        (void)evict(c, order, FLOW_STATES, false);
    number = flow_add(&c->table, key, hash, FLOW_CONNECTING);
    if (number == POOL_NONE && evict(c, order, FLOW_STATES, false))
        number = flow_add(&c->table, key, hash, FLOW_CONNECTING);
    return number;
}

/* Like oldest(). There must be one. */
static struct half_open *oldest_half_open(struct connections *c)
{
    struct half_open *half_open = half_opens_oldest(&c->half_opens);

    for (unsigned i = 0; i < SWEEP_MAX && half_open->touched; i++) {
        half_open->touched = false;
        half_opens_queue(&c->half_opens);
        half_open = half_opens_oldest(&c->half_opens);
    }
    return half_open;
}

static void count_evicted(struct connections *c, uint32_t count)
{
    c->readers.counters.evicted_half_open += count;
    c->readers.counters.ended += count;
}

/* The index may have no slot for one, or for some when the table grows. */
static struct half_open *try_to_add(struct connections *c, const struct flow_key *key,
                                    uint32_t hash)
{
    uint32_t before = c->half_opens.count;
    struct half_open *half_open = half_opens_add(&c->half_opens, key, hash);

    count_evicted(c, before + (half_open != NULL) - c->half_opens.count);
    return half_open;
}

/* One that gives way is counted, and no more: a flood has millions of them. */
struct half_open *lifecycle_add_half_open(struct connections *c, const struct flow_key *key,
                                          uint32_t hash)
{
    struct half_open *half_open = try_to_add(c, key, hash);

    if (half_open != NULL || c->half_opens.count == 0)
        return half_open;
    half_opens_remove(&c->half_opens, oldest_half_open(c));
    count_evicted(c, 1);
    return try_to_add(c, key, hash);
}

uint32_t lifecycle_take_reading(struct connections *c)
{
    static const enum flow_state order[] = {FLOW_CLOSING, FLOW_CONNECTING, FLOW_READING};
    uint32_t number;

    if (c->readings.used >= c->readings_max)
        (void)evict(c, order, 3, true);
    number = pool_take(&c->readings);
    if (number == POOL_NONE && evict(c, order, 3, true))
        number = pool_take(&c->readings);
    return number;
}

/* One that is idle is told as that. When it has been silent from its beginning on, all that it has
 * to say may still come: a client may open connections before it needs them. */
static void end_idle(struct connections *c, uint32_t number)
{
    struct flow *flow = flow_at(&c->table, number);
    const struct reading *reading = reading_of(c, flow);
    unsigned peer = flow_opener(flow) ^ 1;
    uint32_t peer_isn = reading->half[peer].stream.base - 1;
    bool is_silent = (flow->flags & FLOW_ISN_KNOWN) && reading_is_silent(reading);

    tell_end(c, flow, CONNECTION_END_IDLE);
    lifecycle_release_reading(c, number, FLOW_IDLE);
    flow->peer_isn = peer_isn;
    if (!is_silent)
        flow->flags |= FLOW_BEGUN;
    count_ended(c, flow);
}

static void end_by_timeout(struct connections *c, uint32_t number)
{
    const struct flow *flow = flow_at(&c->table, number);

    if (flow->state == FLOW_CLOSING)
        end_reading(c, number, CONNECTION_END_CLOSED);
    else if (flow_is_read(flow))
        end_idle(c, number);
    else
        lifecycle_end_flow(c, number, CONNECTION_END_IDLE);
}

/* Somebody set the clock back: a packet was seen later than now. Its time-out begins now, else
 * it would hold up all that is queued behind it until the clock is there again. */
static bool is_ahead(int64_t seen_ns, int64_t now_ns)
{
    return elapsed_ns(seen_ns, now_ns) > SWEEP_DISORDER_NS;
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
        if (flow->newer != POOL_NONE) /* it comes while this one is looked at */
            fetch(flow_at(&c->table, flow->newer), sizeof(*flow));
        if (is_ahead(flow->seen_ns, now_ns)) {
            flow->seen_ns = now_ns;
            flow->flags |= FLOW_TOUCHED;
        }
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

/* Likewise of SYNs without an answer. */
static bool sweep_half_opens(struct connections *c, int64_t now_ns)
{
    for (unsigned i = 0; i < SWEEP_MAX; i++) {
        struct half_open *half_open = half_opens_oldest(&c->half_opens);

        if (half_open == NULL)
            return true;
        if (is_ahead(half_open->last_ns, now_ns)) {
            half_open->last_ns = now_ns;
            half_open->touched = true;
        }
        if (elapsed_ns(now_ns, half_open->last_ns) > c->options.half_open_timeout_ns) {
            lifecycle_end_half_open(c, half_open, CONNECTION_END_IDLE);
        } else if (half_open->touched) {
            half_open->touched = false;
            half_opens_queue(&c->half_opens);
        } else {
            return true;
        }
    }
    return false;
}

/* Where time steps back, what was before says nothing of what comes. */
static void note_pause(struct connections *c, int64_t now_ns)
{
    if (now_ns < c->pauses[0].end_ns)
        forget_pauses(c);
    if (elapsed_ns(now_ns, c->awake_ns) >= LIFECYCLE_PAUSE_NS) {
        c->pauses[1] = c->pauses[0];
        c->pauses[0].begin_ns = c->awake_ns;
        c->pauses[0].end_ns = now_ns;
    }
    c->awake_ns = now_ns;
}

bool lifecycle_sweep(struct connections *c, int64_t now_ns)
{
    bool finished;

    note_pause(c, now_ns);
    finished = sweep_half_opens(c, now_ns);

    for (int state = 0; state < FLOW_STATES; state++)
        finished = sweep_state(c, (enum flow_state)state, now_ns) && finished;
    c->swept_ns = finished ? now_ns : LIFECYCLE_SWEEP_AGAIN_NS;
    lifecycle_note_levels(c);
    return finished;
}

static bool holds_octets(const struct reading *reading)
{
    return reading->half[0].stream.held_pieces > 0 || reading->half[1].stream.held_pieces > 0;
}

void lifecycle_make_held_room(struct connections *c, uint32_t never)
{
    const struct flow_list *list = &c->table.lists[FLOW_READING];

    for (unsigned i = 0; i < SWEEP_MAX && lifecycle_wants_held_room(c); i++) {
        uint32_t number = list->oldest;

        if (number == POOL_NONE)
            return;
        if (number == never || !holds_octets(reading_of(c, flow_at(&c->table, number)))) {
            flow_queue(&c->table, number, FLOW_READING);
            continue;
        }
        c->readers.counters.evicted++;
        end_reading(c, number, CONNECTION_END_EVICTED);
    }
}
