/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sink.h -- a thread that writes the lines of several queues to one file.
 *
 * A file is appended to, and ends in a whole line also when the disk is full: what is left of a line
 * that did not fit is taken back. A receiver that does not read holds up this thread alone.
 */
#ifndef TLSWHY_TOOLS_SINK_H
#define TLSWHY_TOOLS_SINK_H

#include "tools/tlswhy/queue.h"

enum { SINK_BATCH_OCTETS = 262144 /* written at once, unless a line is longer */ };

struct sink;

struct sink_counters {
    uint64_t written; /* lines */
    uint64_t lost;    /* lines that no queue had room for or that could not be written */
    uint64_t waiting; /* lines in the queues */
};

/* Open the file at path, or standard output when it is NULL, and make count queues. NULL after a
 * complaint. */
struct sink *sink_open(const char *path, size_t count);

/* The queue with this number, for one thread to push to. */
struct queue *sink_queue(struct sink *sink, size_t number);

/* The descriptor that is written to, the same until sink_close. */
int sink_descriptor(const struct sink *sink);

/* Begin. False after a complaint. */
bool sink_start(struct sink *sink);

/* Write to another descriptor from now on; it is closed. */
void sink_replace(struct sink *sink, int descriptor);

/* Write what the queues hold, for timeout_ms at most, and end the thread. False when lines were
 * left, or something written before may not have arrived. */
bool sink_stop(struct sink *sink, int timeout_ms);

/* False before sink_start and after a sink_stop that ended the thread. */
bool sink_is_running(const struct sink *sink);

/* Close; only after sink_stop, or without sink_start. NULL is harmless. */
void sink_close(struct sink *sink);

/* True when nobody will ever read: a pipe that the reader closed. */
bool sink_is_dead(const struct sink *sink);

struct sink_counters sink_counters(const struct sink *sink);

/* Open a file to append to, as sink_open does. -1 with errno set. */
int sink_open_file(const char *path);

#endif
