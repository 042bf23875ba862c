/* SPDX-License-Identifier: GPL-2.0-or-later */
/* docket.h -- connections that are over, on their way from the worker that read them to the thread
 * that judges them, within limits and without a lock.
 *
 * One thread pushes, one takes. What does not fit is refused and counted: a worker never waits.
 * When it gets tight, connections on which nobody spoke TLS are refused first, then handshakes
 * that went well, and only a full docket refuses the others.
 */
#ifndef TLSWHY_TOOLS_DOCKET_H
#define TLSWHY_TOOLS_DOCKET_H

#include "analyze/defer.h"

enum {
    DOCKET_LENGTH = 65536, /* a power of two; the share of --max-memory is used up before, unless
                               the connections are mere attempts */
    /* Memory that stays for connections that come next when those before are gone: this part of
     * all of it, but not more than so many octets, for about as many handshakes as end between two
     * turns of the one who takes. */
    DOCKET_SPARE_SHARE = 8,
    DOCKET_SPARE_MAX = 10 << 20
};

/* What becomes dispensable when. Handshakes that went well teach what the server accepts, so they
 * go on for longer than connections without TLS. */
enum docket_kind { DOCKET_NOT_TLS, DOCKET_ESTABLISHED, DOCKET_OTHER, DOCKET_KINDS };

struct docket;

/* A docket of at most octets_max octets, passed by one connection at most; wake is the event
 * descriptor (eventfd(2)) that docket_flush writes to. NULL: no memory. */
struct docket *docket_new(int wake, size_t octets_max);
void docket_free(struct docket *docket); /* NULL is harmless; frees what is in it */

/* The table of bodies that handshakes share, for the one who pushes: they are not copied on the way
 * to the judge. It is the docket's, and nobody else holds any of them when that is freed. */
struct body_table *docket_bodies(const struct docket *docket);

/* Copy what was observed onto the docket. False: it was refused, and is counted. */
bool docket_push(struct docket *docket, const struct observation *observation);

/* Wake who takes, if anything was pushed since the last time: once for many, for it is a system
 * call; and free what was taken. By the one who pushes. */
void docket_flush(struct docket *docket);

/* Take the one that waited longest. It stays the docket's, and is there until the next call; it is
 * freed by the one who pushes, so that no memory goes from one thread to another. NULL: there is
 * none. */
const struct deferred *docket_take(struct docket *docket);

/* The time of the latest packet, set by the one who pushes, and read by the one who takes. */
void docket_set_time(struct docket *docket, int64_t time_ns);
int64_t docket_time(const struct docket *docket);

/* Whether one of this kind is refused while used of max are in use. */
bool docket_refuses(enum docket_kind kind, size_t used, size_t max);

/* What the observed is, as far as that is seen without judging. */
enum docket_kind docket_kind_of(const struct observation *observation);

/* How many wait or are looked at, the octets of all that are not freed yet, and how many of a
 * kind were refused. From any thread. */
uint64_t docket_level(const struct docket *docket);
uint64_t docket_octets(const struct docket *docket);
uint64_t docket_refused(const struct docket *docket, enum docket_kind kind);

#endif
