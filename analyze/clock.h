/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h -- by how much the clocks of clients, and that of the capture, are wrong.
 *
 * In a hello that offers TLS 1.2 at most the random may begin with the sender's time
 * (gmt_unix_time, RFC 5246 section 7.4.1.2); in TLS 1.3 it is all random (RFC 8446 section 4.1.2).
 * Many stacks fill it with random octets. It is taken for a clock where hellos of one client are
 * off from the packets' time by the same, or where other clients with the same offer have the
 * packets' time there. Two random numbers are within seconds of each other once in some hundred
 * million times.
 *
 * The capture's own clock is implausible when no server's certificate had been issued by then.
 */
#ifndef TLSWHY_ANALYZE_CLOCK_H
#define TLSWHY_ANALYZE_CLOCK_H

#include "analyze/facts.h"

enum {
    CLOCK_CLIENTS_MAX = 16384, /* of 0.1 KiB each: 1.5 MiB */
    CLOCK_STACKS_MAX = 1024,   /* kinds of hello; a large network has some hundred */
    CLOCK_AGREE = 5,           /* seconds: clocks drift, and hellos wait for the network */
    CLOCK_NEAR = 300,          /* seconds: what a clock that is set may be off */
    CLOCK_LEAFS = 8 /* different certificates that are told apart for the capture's clock */
};

/* The capture's clock, by the certificates of servers. */
struct capture_clock {
    bool implausible;  /* several different ones, and none was issued by then */
    size_t leafs;      /* different ones, at most CLOCK_LEAFS */
    int64_t behind_by; /* seconds that it is behind at least; meaningful if implausible */
};

struct clocks;

/* Knowledge of no clock, of at most clients_max clients, 0: CLOCK_CLIENTS_MAX; hash_key is secret,
 * random in production. NULL: no memory. */
struct clocks *clocks_new(const uint64_t hash_key[2], uint32_t clients_max);
void clocks_free(struct clocks *clocks); /* NULL is harmless */

/* Learn from the hello and the certificates, as far as they were examined, of a connection. */
void clocks_learn(struct clocks *clocks, const struct facts *facts);

/* What is known of the clock of this connection's client, from this and other connections. */
struct client_clock clocks_find(struct clocks *clocks, const struct facts *facts);

/* As insight_walk, insight_clear and insight_set_hash_key. The clock of the capture is not kept. */
struct state_codec;
void clocks_walk(struct clocks *clocks, struct state_codec *codec);
void clocks_clear(struct clocks *clocks);
void clocks_set_hash_key(struct clocks *clocks, const uint64_t hash_key[2]);

/* What the certificates of all servers so far say of the clock of the capture. */
struct capture_clock clocks_capture(const struct clocks *clocks);

/* Clients and kinds of hello that were forgotten to make room for others. */
uint64_t clocks_evictions(const struct clocks *clocks);

/* Octets allocated. */
size_t clocks_memory(const struct clocks *clocks);

#endif
