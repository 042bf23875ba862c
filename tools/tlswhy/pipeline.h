/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pipeline.h -- from packets to verdicts and events: decoder, connections, tracker and event writer
 * wired together, the same for files and for live captures.
 *
 * Where packets come from, and where verdicts and lines go, is the caller's. One thread uses a
 * pipeline. Files have one that does everything. Live, each worker has a first half, which
 * observes connections; all of them share one second half, which judges: so what is known of
 * servers, clients and incidents lies at one place, whichever worker saw it, and needs no lock.
 */
#ifndef TLSWHY_TOOLS_PIPELINE_H
#define TLSWHY_TOOLS_PIPELINE_H

#include "analyze/event.h"
#include "analyze/tracker.h"
#include "tools/tlswhy/options.h"

enum pipeline_part {
    PIPELINE_WHOLE,   /* packets in, verdicts and lines out */
    PIPELINE_OBSERVE, /* packets in, observations out */
    PIPELINE_JUDGE    /* observations in, verdicts and lines out */
};

/* Who takes what comes out. */
struct pipeline_sink {
    void *context;

    /* Each connection that is over, from PIPELINE_OBSERVE only; valid during the call. */
    void (*take_observation)(void *context, const struct observation *observation);

    /* Every verdict, whatever its outcome, after its event. */
    void (*take_verdict)(void *context, const struct verdict *verdict);

    /* One on a connection of this server is likely to come soon; NULL: nobody wants to know. */
    void (*expect_verdict)(void *context, const struct endpoint *server);

    /* What pipeline_tell_incidents tells, after its event; NULL: nobody wants it. */
    void (*take_incident)(void *context, const struct incident *incident,
                          enum incident_state state);

    /* One event, a whole line, valid during the call; never called without events. */
    void (*take_line)(void *context, struct bytes line);
};

struct pipeline_options {
    enum pipeline_part part;
    const struct options *options; /* borrowed */
    /* Octets for tables: half for connections, half for the handshakes on them. */
    size_t memory_max;
    size_t knowledge_max; /* octets for what is known of servers and clients */
    size_t defer_max;     /* octets for verdicts that wait for later connections; 0: all at once */
    size_t revise_max;    /* octets for verdicts that later connections may change; 0: none are */
    struct body_table *bodies; /* borrowed, as in tracker_options */
    bool examine_all;          /* certificates of every handshake */
    bool has_events;           /* verdicts are written as events, those that the options ask for */
    const char *interface;     /* where all packets come from, for the events; NULL: several */
    /* Borrowed, as in event_options. */
    const struct origins *origins;
    struct trust_store *trust;  /* borrowed */
    const struct crl_set *crls; /* borrowed */
    uint64_t hash_key[2];       /* secret */
    uint64_t sketch_key[2];     /* of what is counted: zero for a file, of which each run is to say
                                   the same; hash_key for packets from a network, and with a
                                   state */
};

enum { PIPELINE_BATCH = 32 }; /* packets that are worth being given at once */

struct pipeline;

/* Make a pipeline. NULL after a complaint. */
struct pipeline *pipeline_new(const struct pipeline_options *options,
                              const struct pipeline_sink *sink);
void pipeline_free(struct pipeline *pipeline); /* NULL is harmless */

/* Take packets in their order, all of them valid during the call. Returns how many are of
 * connections whose octets are read. */
size_t pipeline_packets(struct pipeline *pipeline, const struct raw_packet *raw, size_t count);

/* Judge a connection that another pipeline observed; only PIPELINE_JUDGE. */
void pipeline_judge(struct pipeline *pipeline, const struct observation *observation);

/* Time goes on without packets: now_ns is in packet time. PIPELINE_JUDGE looks again at verdicts
 * that are due; its time may go back, as it does when the clock is set back. */
void pipeline_advance(struct pipeline *pipeline, int64_t now_ns);

/* Leave out connections from now on. */
void pipeline_shed(struct pipeline *pipeline, enum connections_shed what);

/* Packets were lost, or left out, up to now: verdicts on the connections that there are say so. */
void pipeline_note_loss(struct pipeline *pipeline);

/* The input is over: judge what is open and what waits. */
void pipeline_finish(struct pipeline *pipeline);

/* After pipeline_finish: one event for each incident, unless certificates alone are wanted. */
void pipeline_write_incidents(struct pipeline *pipeline);

/* Instead, while the input goes on: one event for each incident that was opened, that went on since
 * a while, or that is over; with is_last for what is left to tell. Only PIPELINE_JUDGE. */
void pipeline_tell_incidents(struct pipeline *pipeline, bool is_last);

/* One event for news of a certificate. Only with events. */
void pipeline_write_news(struct pipeline *pipeline, const struct inventory_news *news);

/* As tracker_set_trust. */
void pipeline_set_trust(struct pipeline *pipeline, struct trust_store *trust,
                        const struct crl_set *crls);

/* Times of the earliest and of the latest packet, with PIPELINE_JUDGE as far as it was told of;
 * 0: there was none. */
int64_t pipeline_first_ns(const struct pipeline *pipeline);
int64_t pipeline_last_ns(const struct pipeline *pipeline);

/* Events lost for want of memory. */
uint64_t pipeline_unserialised(const struct pipeline *pipeline);

/* Failures without an event of their own: beyond --events-per-minute, counted in the event of their
 * incident. */
uint64_t pipeline_folded(const struct pipeline *pipeline);

/* What the parts counted and found; the views are valid until the next call of any of these. */
const struct packet_counters *pipeline_packet_counters(const struct pipeline *pipeline);
const struct connections_counters *pipeline_connections_counters(const struct pipeline *pipeline);
const struct tracker_counters *pipeline_tracker_counters(const struct pipeline *pipeline);
struct knowledge *pipeline_knowledge(struct pipeline *pipeline);
struct insight *pipeline_insight(struct pipeline *pipeline);
const struct incidents *pipeline_incidents(const struct pipeline *pipeline);

#endif
