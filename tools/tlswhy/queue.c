/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/queue.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "analyze/bytes_free.h"

struct queue {
    int wake;
    size_t octets_max;
    atomic_size_t pushed; /* by the one thread */
    atomic_size_t taken;  /* by the other */
    atomic_size_t octets;
    atomic_size_t lost;
    struct bytes lines[QUEUE_LINES];
};

struct queue *queue_new(int wake)
{
    struct queue *queue = calloc(1, sizeof(*queue));

    if (queue == NULL)
        return NULL;
    queue->wake = wake;
    queue->octets_max = QUEUE_OCTETS_MAX;
    return queue;
}

void queue_limit(struct queue *queue, size_t octets)
{
    queue->octets_max = octets < QUEUE_OCTETS_MAX ? octets : QUEUE_OCTETS_MAX;
}

size_t queue_octets_max(const struct queue *queue)
{
    return queue->octets_max;
}

void queue_free(struct queue *queue)
{
    struct bytes line;

    if (queue == NULL)
        return;
    while (queue_take(queue, &line))
        bytes_free(line);
    free(queue);
}

static bool has_room(const struct queue *queue, size_t pushed, size_t length)
{
    size_t taken = atomic_load_explicit(&queue->taken, memory_order_acquire);
    size_t octets = atomic_load_explicit(&queue->octets, memory_order_relaxed);

    return pushed - taken < QUEUE_LINES && octets + length <= queue->octets_max;
}

bool queue_offer(struct queue *queue, struct bytes line)
{
    size_t pushed = atomic_load_explicit(&queue->pushed, memory_order_relaxed);
    uint8_t *copy = has_room(queue, pushed, line.len) ? malloc(line.len) : NULL;

    if (copy == NULL)
        return false;
    memcpy(copy, line.data, line.len);
    queue->lines[pushed % QUEUE_LINES] = bytes_of(copy, line.len);
    atomic_fetch_add_explicit(&queue->octets, line.len, memory_order_relaxed);
    atomic_store_explicit(&queue->pushed, pushed + 1, memory_order_release);
    if (queue->wake >= 0)
        (void)eventfd_write(queue->wake, 1); /* fails only when it is awake already */
    return true;
}

void queue_give_up(struct queue *queue)
{
    atomic_fetch_add_explicit(&queue->lost, 1, memory_order_relaxed);
}

bool queue_push(struct queue *queue, struct bytes line)
{
    bool is_in = queue_offer(queue, line);

    if (!is_in)
        queue_give_up(queue);
    return is_in;
}

bool queue_peek(const struct queue *queue, struct bytes *line)
{
    size_t taken = atomic_load_explicit(&queue->taken, memory_order_relaxed);

    if (taken == atomic_load_explicit(&queue->pushed, memory_order_acquire))
        return false;
    *line = queue->lines[taken % QUEUE_LINES];
    return true;
}

bool queue_take(struct queue *queue, struct bytes *line)
{
    size_t taken = atomic_load_explicit(&queue->taken, memory_order_relaxed);

    if (!queue_peek(queue, line))
        return false;
    atomic_fetch_sub_explicit(&queue->octets, line->len, memory_order_relaxed);
    atomic_store_explicit(&queue->taken, taken + 1, memory_order_release);
    return true;
}

uint64_t queue_level(const struct queue *queue)
{
    size_t taken = atomic_load_explicit(&queue->taken, memory_order_acquire);
    size_t pushed = atomic_load_explicit(&queue->pushed, memory_order_acquire);

    return pushed - taken;
}

uint64_t queue_lost(const struct queue *queue)
{
    return atomic_load_explicit(&queue->lost, memory_order_relaxed);
}
