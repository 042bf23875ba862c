/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lifecycle.h -- inside of the connection table: room for what begins, the end of what ends.
 *
 * Memory is shared out by kind (flow entries, SYNs without an answer, connections read,
 * held octets), and each kind evicts its own, so that no flood of one kind takes the
 * place of another. Of flow entries those go first whose connections are over, then those
 * that nobody reads, those that timed out, those closing, those without payload
 * so far, and at last those being read; within a kind the one least recently used, approximately
 * (a second chance for what was used since it was queued).
 */
#ifndef TLSWHY_CAPTURE_LIFECYCLE_H
#define TLSWHY_CAPTURE_LIFECYCLE_H

#include "capture/connection.h"
#include "capture/flow.h"
#include "capture/half_opens.h"
#include "capture/reading.h"
#include "capture/time_unit.h"

/* A time that is long before that of any packet. */
#define LIFECYCLE_SWEEP_AGAIN_NS INT64_MIN

/* Without a packet for so long it is not known that the input was watched: one capture may have
 * ended there, and another begun. */
#define LIFECYCLE_PAUSE_NS (30 * SECOND_NS)

enum { LIFECYCLE_PAUSES = 2 /* that are remembered */ };

struct connections {
    struct connections_options options;
    struct readers readers;
    struct flow_table table;
    struct half_opens half_opens;
    struct pool readings;
    struct reading scratch; /* a half-open connection on its way out needs no memory */
    uint32_t flows_ended;   /* flows of the table that have FLOW_ENDED */
    uint32_t flows_max;
    uint32_t readings_max;
    size_t held_high; /* held octets from which on room is made for more */
    int64_t swept_ns; /* LIFECYCLE_SWEEP_AGAIN_NS: the last sweep left something to do */
    int64_t awake_ns; /* when there last was a packet, or the clock went on: at a sweep; INT64_MAX:
                           not yet */
    struct {
        int64_t begin_ns;
        int64_t end_ns;
    } pauses[LIFECYCLE_PAUSES]; /* of the input, each of LIFECYCLE_PAUSE_NS: the last one first */
    int64_t now_ns;             /* of the last segment */
    enum connections_shed shed;
    int64_t timeout_ns[FLOW_STATES];
};

static inline struct reading *reading_of(const struct connections *c, const struct flow *flow)
{
    return pool_at(&c->readings, flow->record);
}

/* Set the time-outs and the shares of memory from c->options. */
void lifecycle_init(struct connections *c);

/* Bring the counters of levels up to date. */
void lifecycle_note_levels(struct connections *c);

/* A new flow entry (FLOW_CONNECTING), at the cost of others if need be; its record is to be set at
 * once. POOL_NONE when memory is short. */
uint32_t lifecycle_add_flow(struct connections *c, const struct flow_key *key, uint32_t hash);

/* A half-open connection, likewise: half_open_begin must follow. NULL when memory is short. */
struct half_open *lifecycle_add_half_open(struct connections *c, const struct flow_key *key,
                                          uint32_t hash);

/* End a half-open connection, with its callbacks. */
void lifecycle_end_half_open(struct connections *c, struct half_open *half_open,
                             enum connection_end reason);

/* A record for a connection to be read, likewise. */
uint32_t lifecycle_take_reading(struct connections *c);

/* Count a flow whose end was counted as that of another connection. */
void lifecycle_count_again(struct connections *c, struct flow *flow);

/* Whether the room for held octets is nearly used up. */
static inline bool lifecycle_wants_held_room(const struct connections *c)
{
    return c->readers.held.used > c->held_high;
}

/* Make room for held octets, but not at the cost of the connection never. */
void lifecycle_make_held_room(struct connections *c, uint32_t never);

/* Tie a record to the table. */
void lifecycle_prepare(struct connections *c, struct reading *reading);

/* Nobody reads the connection any more: keep its flow entry only, in the state given. */
void lifecycle_release_reading(struct connections *c, uint32_t number, enum flow_state state);

/* End a connection in whatever state, with its callbacks; its flow entry goes too. */
void lifecycle_end_flow(struct connections *c, uint32_t number, enum connection_end reason);

/* Remove all flow entries, of connections that nobody reads. */
void lifecycle_forget_all(struct connections *c);

/* End some of what timed out by now_ns. False when there may be more. */
bool lifecycle_sweep(struct connections *c, int64_t now_ns);

#endif
