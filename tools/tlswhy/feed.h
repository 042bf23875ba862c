/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feed.h -- all sinks of a run, and how lines get to each of them. */
#ifndef TLSWHY_TOOLS_FEED_H
#define TLSWHY_TOOLS_FEED_H

#include "tools/tlswhy/options.h"
#include "tools/tlswhy/sink.h"

struct feed;

/* What one thread pushes to: the queues of all sinks that are its own. */
struct outlet;

enum { FEED_RECEIVER_WAIT_MS = 10000 }; /* several attempts to connect */

struct feed_options {
    const struct options *options; /* borrowed */
    size_t outlet_count;           /* threads that push */
    bool has_output;               /* also --output, or standard output without --sink */
    bool is_live;                  /* receivers are waited for, and nothing waits for them */
    bool has_status;               /* standard error shows a line of status */
    int receiver_wait_ms;          /* unless is_live, for one without a spool to say its first word;
                                      0: FEED_RECEIVER_WAIT_MS */
};

/* Open all sinks that the options name. NULL after a complaint. */
struct feed *feed_open(const struct feed_options *options);

/* Whoever has this number: 0 for the first. */
struct outlet *feed_outlet(struct feed *feed, size_t number);

/* Copy a line to every sink. One that has no room loses it, which is counted, or is waited for, as
 * --on-full says. */
void outlet_push(struct outlet *outlet, struct bytes line);

/* The same, but wait for room until until_ms of system_clock_now_ms, whatever --on-full says. */
void outlet_push_waiting(struct outlet *outlet, struct bytes line, int64_t until_ms);

/* The sink of --output or standard output; NULL: there is none. */
struct sink *feed_output(const struct feed *feed);

/* Open by this one from now on; before feed_start. */
void feed_set_opener(struct feed *feed, struct sink_opener opener);

/* Give spools and files that were made when they were opened to another user, as sink_give. */
void feed_give(const struct feed *feed, unsigned user, unsigned group);

/* Begin. False after a complaint. */
bool feed_start(struct feed *feed);

/* Open all files anew, soon. */
void feed_reopen(struct feed *feed);

/* As sink_stop, for all of them within the same time. */
bool feed_stop(struct feed *feed, int timeout_ms);

/* Wait no longer, neither to push nor to end. Safe in a signal handler's place, from any thread. */
void feed_give_up(struct feed *feed);

/* Whether the thread of any sink has not ended. */
bool feed_is_running(const struct feed *feed);

/* Let go of all sinks; of none while one is running, which keeps what it uses. NULL is harmless. */
void feed_close(struct feed *feed);

/* True when any sink is. */
bool feed_is_dead(const struct feed *feed);

/* The sum of all sinks: each counts a line for itself. */
struct sink_counters feed_counters(const struct feed *feed);

/* Whether one of them is a receiver, which may have to be connected to again, or files rotate. */
bool feed_has_receivers_or_rotation(const struct feed *feed);

/* Whether one of them connects by itself. */
bool feed_has_kafka(const struct feed *feed);

/* The sinks, numbered from 0. They belong to the feed. */
size_t feed_sink_count(const struct feed *feed);
const struct sink *feed_sink(const struct feed *feed, size_t number);

/* Open or connect one of its sinks, as sink_spec_open does, in a process that has no rights but
 * those of the service. */
int feed_open_sink(const struct feed *feed, size_t number, enum sink_wish wish);

#endif
