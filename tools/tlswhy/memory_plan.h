/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory_plan.h -- how --max-memory is shared out.
 *
 * Not in it: the program, its libraries and the trust store, some 30 MiB, which depend on no
 * packet; and the rings, which are the kernel's memory (--buffer-size).
 */
#ifndef TLSWHY_TOOLS_MEMORY_PLAN_H
#define TLSWHY_TOOLS_MEMORY_PLAN_H

#include <stddef.h>
#include <stdint.h>

/* Octets. */
struct memory_plan {
    size_t tables;  /* connections and the handshakes on them, of one worker */
    size_t waiting; /* connections that wait: for later ones to decide them, or, of one worker, for
                         the judge, with the messages that its handshakes have in common */
    size_t knowledge; /* of servers and clients, with incidents, and certificates as read */
    size_t state;     /* what of that is being written to --state */
    size_t seen;      /* the inventory of certificates and the report, at the end or in metrics */
    size_t summary; /* the rows of --summary; their text takes what waited for a verdict, as waiting
                       is over then */
    size_t lines;   /* events that wait to be written */
};

/* The shares of memory_max octets; workers, 1 at least, have one each of what is of one worker. */
struct memory_plan memory_plan_make(uint64_t memory_max, size_t workers);

#endif
