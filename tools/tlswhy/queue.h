/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue.h -- lines from one thread to another, within limits and without a lock.
 *
 * One thread pushes, one takes. What does not fit is not taken, and counted: whoever pushes never
 * waits for whoever writes.
 */
#ifndef TLSWHY_TOOLS_QUEUE_H
#define TLSWHY_TOOLS_QUEUE_H

#include "dissect/bytes.h"

enum {
    QUEUE_LINES = 8192,         /* a power of two; some seconds of failures on a busy gateway */
    QUEUE_OCTETS_MAX = 32 << 20 /* what these lines may hold: 4 KiB each */
};

struct queue;

/* A queue that writes to the event descriptor wake (eventfd(2)) when lines are there, or -1. NULL
 * when memory is short. */
struct queue *queue_new(int wake);

/* Hold no more octets than these, QUEUE_OCTETS_MAX at most; before it is used. And how many. */
void queue_limit(struct queue *queue, size_t octets);
size_t queue_octets_max(const struct queue *queue);
void queue_free(struct queue *queue); /* NULL is harmless */

/* Copy a line into the queue. False when it is full or memory is short: the line is counted as
 * lost. */
bool queue_push(struct queue *queue, struct bytes line);

/* The same, without a count: for whoever tries again. */
bool queue_offer(struct queue *queue, struct bytes line);

/* Count a line that whoever tried again gave up. */
void queue_give_up(struct queue *queue);

/* Look at the line that waited longest; it stays the queue's. False: there is none. */
bool queue_peek(const struct queue *queue, struct bytes *line);

/* Take the line that waited longest; it is the caller's to free(3). False: there is none. */
bool queue_take(struct queue *queue, struct bytes *line);

/* How many lines wait, and how many were lost. From any thread. */
uint64_t queue_level(const struct queue *queue);
uint64_t queue_lost(const struct queue *queue);

#endif
