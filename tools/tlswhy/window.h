/* SPDX-License-Identifier: GPL-2.0-or-later */
/* window.h -- the lines that a sink is about to send, has sent, or may have to send again.
 *
 *   first       acked       sent        end
 *     | kept      | sent      | waiting   |
 *
 * These are numbers that only grow. Used by one thread.
 */
#ifndef TLSWHY_TOOLS_WINDOW_H
#define TLSWHY_TOOLS_WINDOW_H

#include "dissect/bytes.h"

enum {
    WINDOW_LINES = 32768,        /* a power of two */
    WINDOW_OCTETS_MAX = 24 << 20 /* what these lines may hold, unless one alone is larger */
};

struct window_line {
    struct bytes octets; /* owned */
    uint64_t total;      /* units that the carrier had taken after it */
    int64_t acked_ms;    /* when the receiver had it */
    bool is_refused;     /* it can never be sent */
};

struct window {
    uint64_t first, acked, sent, end;
    uint64_t counted; /* all before were counted as delivered or lost */
    uint64_t handed;  /* all before were handed over once: the receiver may have them */
    uint64_t octets;  /* of all lines */
    uint64_t kept;    /* octets of those before acked */
    uint64_t octets_max;
    struct window_line lines[WINDOW_LINES];
};

/* A window of at most octets_max octets, and WINDOW_OCTETS_MAX. NULL when memory is short. */
struct window *window_new(size_t octets_max);
void window_free(struct window *window);

/* Whether a line may be added, however long: the last one may go beyond the octets. */
bool window_has_room(const struct window *window);

/* Add a line, which is the window's from now on; only when there is room. */
void window_add(struct window *window, struct bytes line);

/* The line with a number between first and end. */
struct window_line *window_line(struct window *window, uint64_t number);

/* Note as acknowledged, at now_ms, what was sent up to total units. */
void window_acknowledge(struct window *window, uint64_t total, int64_t now_ms);

/* Forget the oldest line, which was acknowledged. Returns its length. */
size_t window_release(struct window *window);

/* Note as handed over what was sent up to total units; before the window is rewound. */
void window_note_handed(struct window *window, uint64_t total);

/* Everything that is still here waits to be sent. */
void window_rewind(struct window *window);

#endif
