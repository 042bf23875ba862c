/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sink.h -- a thread that sends the lines of several queues to one receiver.
 *
 *   queues -> [spool on disk] -> window -> carrier -> receiver
 *
 * A receiver that does not read or is gone holds up this thread alone, which connects again and
 * sends again what may not have arrived. What does not fit meanwhile is up to the policy: it is
 * lost and counted, or waits on disk, or whoever has more waits. A file is appended to, and ends
 * in a whole line also when the disk is full: what is left of a line that did not fit is taken
 * back.
 */
#ifndef TLSWHY_TOOLS_SINK_H
#define TLSWHY_TOOLS_SINK_H

#include "analyze/event.h"
#include "tools/tlswhy/carrier.h"
#include "tools/tlswhy/queue.h"
#include "tools/tlswhy/spool.h"

enum {
    SINK_SHARE_MIN = EVENT_LINE_MAX, /* octets of a queue: any event finds room in an empty one */
    SINK_RETRY_MS = 1000,            /* between two attempts to open or connect */
    SINK_TURN_OCTETS = 262144,       /* sent before files are looked at */
    SINK_LOOK_MS = 20,               /* between two looks whether the receiver has got it */
    SINK_KEEP_MS = 10000, /* a receiver that lives has read by then what it acknowledged */
    SINK_FINISH_MS = 1000 /* for the receiver to read to the end */
};

_Static_assert((int)SINK_SHARE_MIN <= (int)QUEUE_OCTETS_MAX, "a queue may hold that much");

enum full_policy { FULL_DEFAULT, FULL_BLOCK, FULL_DROP, FULL_SPOOL };

struct sink;

/* Who opens: the process itself, or another. Called by the sink's thread. Returns a descriptor, or
 * -1 with errno set. */
struct sink_opener {
    void *context;
    const char *user; /* who that is, if not who started the program; else NULL */
    int (*open)(void *context, size_t number, enum sink_wish wish);
};

/* When a file is rotated; 0: never. */
struct sink_rotation {
    uint64_t octets;
    uint64_t seconds;
};

struct sink_options {
    const struct sink_spec *spec; /* borrowed for the life of the sink */
    size_t number;                /* that the opener knows it by */
    struct sink_opener opener;
    struct carrier_options carrier;
    struct sink_rotation rotation;
    size_t memory_max; /* octets for the lines that wait, about */
    size_t queue_count;
    struct spool *spool; /* the sink's own from now on; NULL: none */
    bool is_patient;     /* a receiver or file that fails may come back */
};

struct sink_counters {
    uint64_t written;    /* lines that were delivered */
    uint64_t lost;       /* lines that no queue had room for or that could not be sent */
    uint64_t waiting;    /* lines in the queues and on their way */
    uint64_t spooled;    /* lines that wait on disk */
    uint64_t sent_again; /* lines, to a receiver that may have had them */
    uint64_t failures;   /* times that the receiver failed */
};

/* Make a sink, and open what it writes to. When that fails it is tried again later if the sink is
 * patient and it is neither a file nor standard output. NULL after a complaint. */
struct sink *sink_new(const struct sink_options *options);

/* The queue with this number, for one thread to push to. */
struct queue *sink_queue(struct sink *sink, size_t number);

/* The descriptor that is written to when that is a file, else -1. It is another one when the file
 * was opened anew: only before sink_start, and after a sink_stop that ended the thread. */
int sink_descriptor(const struct sink *sink);

/* Have another opener from now on; before sink_start. */
void sink_set_opener(struct sink *sink, struct sink_opener opener);

/* Give what this process made to another user, who has to open it later: the spool if it is new,
 * and the file if is_file_new says so. What was there before stays whose it is. */
void sink_give(const struct sink *sink, bool is_file_new, unsigned user, unsigned group);

/* Begin. False after a complaint. */
bool sink_start(struct sink *sink);

/* Open a file anew, soon. From any thread. */
void sink_reopen(struct sink *sink);

/* Send what the queues hold, for timeout_ms at most, and end the thread. False when lines were
 * left, or something written before may not have arrived. What is on disk may stay there. */
bool sink_stop(struct sink *sink, int timeout_ms);

/* End soon, whatever waits. From any thread. */
void sink_give_up(struct sink *sink);

/* False before sink_start and after a sink_stop that ended the thread. */
bool sink_is_running(const struct sink *sink);

/* Close; only after sink_stop, or without sink_start. NULL is harmless. */
void sink_close(struct sink *sink);

/* True when nobody will ever read: a pipe that the reader closed, a file that failed and is not
 * waited for. From any thread. */
bool sink_is_dead(const struct sink *sink);

/* From any thread. */
struct sink_counters sink_counters(const struct sink *sink);

/* What it is called: what --sink said. */
const char *sink_name(const struct sink *sink);

#endif
