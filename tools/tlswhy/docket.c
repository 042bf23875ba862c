/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/docket.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "analyze/budget.h"
#include "capture/fetch.h"

enum { FETCHED_OCTETS = 3072 /* of a connection that is looked at next: most have less */ };

struct item {
    struct deferred *deferred;
    struct shared_body *body; /* that its handshake shares, NULL: none; held for it. It stands here
                                 too: when it is released, the copy is in no near cache */
};

struct docket {
    int wake;
    size_t octets_max;
    atomic_size_t pushed;      /* by the one thread */
    atomic_size_t taken;       /* by the other, who needs them no more */
    size_t freed;              /* of those; the pusher's own */
    struct budget budget;      /* of all that are not freed; the pusher's own */
    struct body_table *bodies; /* that their handshakes share; likewise */
    bool is_looking;           /* at the one after those that were taken; the taker's own */
    atomic_size_t octets;      /* budget.used, for all to read */
    atomic_size_t refused[DOCKET_KINDS];
    _Atomic int64_t time_ns;
    bool is_new; /* something was pushed since the last flush; the pusher's own */
    struct item items[DOCKET_LENGTH];
};

struct docket *docket_new(int wake, size_t octets_max)
{
    struct docket *docket = calloc(1, sizeof(*docket));
    size_t spare = octets_max / DOCKET_SPARE_SHARE;
    size_t bodies = body_table_within(octets_max);

    if (spare > DOCKET_SPARE_MAX)
        spare = DOCKET_SPARE_MAX;
    if (docket == NULL)
        return NULL;
    docket->wake = wake;
    docket->octets_max = octets_max - spare - bodies;
    docket->budget = (struct budget){.limit = SIZE_MAX, .spare_max = spare};
    docket->bodies = body_table_new(bodies);
    if (docket->bodies != NULL)
        return docket;
    free(docket);
    return NULL;
}

struct body_table *docket_bodies(const struct docket *docket)
{
    return docket->bodies;
}

/* Free what is before end. */
static void free_until(struct docket *docket, size_t end)
{
    while (docket->freed != end) {
        const struct item *item = &docket->items[docket->freed++ % DOCKET_LENGTH];

        body_table_release(docket->bodies, item->body);
        budget_give_block(&docket->budget, item->deferred, item->deferred->octets);
    }
    atomic_store_explicit(&docket->octets, docket->budget.used, memory_order_relaxed);
}

void docket_free(struct docket *docket)
{
    if (docket == NULL)
        return;
    free_until(docket, atomic_load(&docket->pushed));
    budget_clear(&docket->budget);
    body_table_free(docket->bodies);
    free(docket);
}

bool docket_refuses(enum docket_kind kind, size_t used, size_t max)
{
    static const size_t quarters[] = {
        [DOCKET_NOT_TLS] = 2,
        [DOCKET_ESTABLISHED] = 3,
        [DOCKET_OTHER] = 4,
    };

    return used >= max / 4 * quarters[kind];
}

enum docket_kind docket_kind_of(const struct observation *observation)
{
    const struct handshake *handshake = observation->handshake;

    if (!handshake->spoke_tls[SIDE_CLIENT] && !handshake->spoke_tls[SIDE_SERVER]
        && !observation->tls_expected)
        return DOCKET_NOT_TLS;
    return observation->settled ? DOCKET_ESTABLISHED : DOCKET_OTHER;
}

/* By the fuller of the two limits. */
static bool refuses(const struct docket *docket, enum docket_kind kind, size_t waiting)
{
    return docket_refuses(kind, docket->budget.used, docket->octets_max)
           || docket_refuses(kind, waiting, DOCKET_LENGTH);
}

bool docket_push(struct docket *docket, const struct observation *observation)
{
    static const struct defer_note none = {0};
    size_t pushed = atomic_load_explicit(&docket->pushed, memory_order_relaxed);
    size_t taken = atomic_load_explicit(&docket->taken, memory_order_acquire);
    enum docket_kind kind = docket_kind_of(observation);
    size_t octets = deferred_octets(observation, DEFERRED_SHARES_BODY);
    void *block = NULL;

    free_until(docket, taken);
    if (!refuses(docket, kind, pushed - taken))
        block = budget_take_block(&docket->budget, octets);
    if (block == NULL) {
        atomic_fetch_add_explicit(&docket->refused[kind], 1, memory_order_relaxed);
        return false;
    }
    docket->items[pushed % DOCKET_LENGTH] = (struct item){
        .deferred = deferred_make(block, octets, observation, DEFERRED_SHARES_BODY, &none),
        .body = body_table_hold_too(observation->handshake->shared),
    };
    atomic_store_explicit(&docket->octets, docket->budget.used, memory_order_relaxed);
    atomic_store_explicit(&docket->pushed, pushed + 1, memory_order_release);
    docket->is_new = true;
    return true;
}

void docket_flush(struct docket *docket)
{
    if (docket->is_new)
        (void)eventfd_write(docket->wake, 1); /* fails only when it is awake already */
    docket->is_new = false;
    free_until(docket, atomic_load_explicit(&docket->taken, memory_order_acquire));
}

/* Another processor may have written it, or this one long ago: it comes while the one before it is
 * looked at. */
static void fetch_item(const struct docket *docket, size_t place)
{
    fetch(docket->items[place % DOCKET_LENGTH].deferred, FETCHED_OCTETS);
}

const struct deferred *docket_take(struct docket *docket)
{
    size_t taken = atomic_load_explicit(&docket->taken, memory_order_relaxed);
    size_t pushed = atomic_load_explicit(&docket->pushed, memory_order_acquire);

    if (docket->is_looking)
        atomic_store_explicit(&docket->taken, ++taken, memory_order_release);
    docket->is_looking = taken != pushed;
    if (pushed - taken > 1)
        fetch_item(docket, taken + 1);
    return docket->is_looking ? docket->items[taken % DOCKET_LENGTH].deferred : NULL;
}

void docket_set_time(struct docket *docket, int64_t time_ns)
{
    atomic_store_explicit(&docket->time_ns, time_ns, memory_order_relaxed);
}

int64_t docket_time(const struct docket *docket)
{
    return atomic_load_explicit(&docket->time_ns, memory_order_relaxed);
}

uint64_t docket_level(const struct docket *docket)
{
    size_t taken = atomic_load_explicit(&docket->taken, memory_order_acquire);

    return atomic_load_explicit(&docket->pushed, memory_order_acquire) - taken;
}

uint64_t docket_octets(const struct docket *docket)
{
    return atomic_load_explicit(&docket->octets, memory_order_relaxed);
}

uint64_t docket_refused(const struct docket *docket, enum docket_kind kind)
{
    return atomic_load_explicit(&docket->refused[kind], memory_order_relaxed);
}
