/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sink_parts.h -- a sink as its two files know it: sink.c is called by its owner, sink_thread.c is
 * what its thread does. */
#ifndef TLSWHY_TOOLS_SINK_PARTS_H
#define TLSWHY_TOOLS_SINK_PARTS_H

#include <stdatomic.h>

#include "tools/tlswhy/sink.h"
#include "tools/tlswhy/thread.h"
#include "tools/tlswhy/window.h"

struct sink {
    struct sink_options options;
    const struct carrier_kind *kind;
    int wake; /* eventfd(2): there is something to do */
    struct thread thread;

    /* The thread's, from sink_start until it is joined. */
    struct carrier *carrier; /* NULL: closed */
    struct window *window;   /* what is on its way to the receiver */
    bool is_failing;         /* the last attempt to open or send failed, and that was said */
    bool cannot_renew;       /* the last attempt to rotate or reopen failed, and that was said */
    bool is_full;            /* the carrier takes no more for now */
    int64_t retry_ms;        /* what failed is not tried again before, by system_clock_now_ms */
    int64_t opened_ms;       /* when the carrier was, by the same clock */

    /* From any thread. */
    atomic_bool is_stopping; /* the thread is to send what is there, and end */
    atomic_bool is_given_up; /* it is to end */
    atomic_bool is_dead;     /* see sink_is_dead */
    atomic_bool wants_reopen;
    atomic_uint_least64_t written;    /* lines, as in struct sink_counters */
    atomic_uint_least64_t lost;       /* likewise */
    atomic_uint_least64_t sent_again; /* likewise */
    atomic_uint_least64_t failures;   /* likewise */
    atomic_uint_least64_t in_window;  /* lines that are not delivered */
    struct queue *queues[];           /* options.queue_count of them */
};

/* Open what it writes to, as sink->carrier. False with errno set: there is none. */
bool sink_connect(struct sink *sink, enum sink_wish wish);

/* Say which sink fails, why (errno), and with what consequence ("": none). Returns false. */
bool sink_complain(const struct sink *sink, int error, const char *consequence);

/* What the thread runs; context is the sink. */
void sink_run(void *context);

#endif
