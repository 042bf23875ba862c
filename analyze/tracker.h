/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracker.h -- from in-order octets of a connection to its handshake, and to a verdict at its end.
 *
 * The handler of capture/connection.h: frames records and messages where they
 * lie, copies only what spans segments, notes what it sees (handshake.h), lets
 * go of a connection as soon as its outcome is settled, and hands a verdict
 * to the sink.
 */
#ifndef TLSWHY_ANALYZE_TRACKER_H
#define TLSWHY_ANALYZE_TRACKER_H

#include "analyze/certificate_cache.h"
#include "analyze/defer.h"
#include "analyze/insight.h"
#include "analyze/knowledge.h"
#include "analyze/revocation.h"
#include "analyze/trust.h"
#include "analyze/verdict.h"
#include "capture/time_unit.h"

/* Who judges the connections of a tracker that does not do it itself. What is observed is valid
 * during the call. */
struct observation_sink {
    void *context;
    void (*take)(void *context, const struct observation *observation);
};

/* A verdict that was given at once is looked at again when this much packet time has passed: by the
 * first time who failed has tried again and others have come to a busy server, by the second they
 * have to one that is less so. */
enum { TRACKER_LOOKS = 2 };
#define TRACKER_FIRST_LOOK_NS  (30 * SECOND_NS)
#define TRACKER_SECOND_LOOK_NS (120 * SECOND_NS)

struct tracker_options {
    size_t memory_max;         /* octets for handshakes in progress; what comes when they are used
                                  up is not read, and counted */
    struct body_table *bodies; /* borrowed: where bodies of messages are kept that handshakes have
                                  in common; NULL: in a table of its own, as part of memory_max */
    const uint16_t *tls_ports; /* where TLS is expected beside the well-known ports; borrowed */
    size_t tls_port_count;
    struct trust_store *trust;  /* borrowed; NULL: nothing is said of trust */
    const struct crl_set *crls; /* borrowed; NULL: no revocation lists */
    bool alone;       /* each connection is judged by its own packets: nothing is learned of one for
                   others, and there are no incidents */
    bool examine_all; /* the certificates of handshakes that did not fail, and what is to be noticed
                         about them, too */
    size_t defer_max; /* octets for verdicts that wait for later connections to decide them;
                             0: every verdict at once */
    /* Octets for failed connections that were judged at once, and are judged again later; 0: none
     * are. */
    size_t revise_max;
    bool defer_all;       /* verdicts of handshakes that did not fail wait too, for their order */
    size_t knowledge_max; /* octets for what is known of servers and clients, incidents, and
                             certificates as they were read, about; 0, or more than the default
                             limits need: those limits. CERTIFICATE_CACHE_OCTETS_MIN and 1 MiB are
                             used in any case */
    struct observation_sink pass_on; /* with take: no verdicts and no memory for what they need, but
                                        observations for another tracker */
    uint64_t hash_key[2];            /* secret key of tables; random in production */
    uint64_t sketch_key[2];          /* of what is counted, as in knowledge_options */
};

struct tracker_counters {
    uint64_t outcomes[OUTCOMES]; /* by enum outcome */
    uint64_t handshakes;         /* in progress now */
    uint64_t refused;            /* connections not read for want of memory */
    uint64_t memory;             /* octets held for those that are read */
    uint64_t memory_peak;        /* of these and the next ones, at most */
    uint64_t bodies_memory;      /* octets of the messages that they have in common */
    uint64_t bodies_refused;     /* messages that were copied for want of room there */
    uint64_t transcripts_full;   /* messages not kept: HANDSHAKE_TRANSCRIPT_MAX or memory_max */
    uint64_t notes_full;         /* notes not kept: HANDSHAKE_NOTES_MAX or memory_max */
    uint64_t unreadable;         /* hellos that do not parse */
    uint64_t searches_ended;     /* for TLS that was asked for: PRELUDE_SEARCH_MAX */
    struct knowledge_counters knowledge; /* the memory with that of insight */
    struct certificate_cache_stats certificates;
    uint64_t signatures_left_out; /* SIGNATURE_LEDGER_PER_SECOND */
    struct insight_counters insight;
    struct defer_counters defer;
    uint64_t incidents_evicted;      /* for want of room */
    uint64_t incidents_evicted_open; /* those of them that were told and not over */
    uint64_t incidents_refused;      /* times that a failure found no room in an incident */
    uint64_t incidents_memory;       /* octets */
    uint64_t revised;                /* verdicts that what was known later changed */
    uint64_t unrevised; /* failures that were not looked at again, for want of memory */
};

struct tracker;

/* Make a tracker whose verdicts go to sink (copied). NULL when memory is short. */
struct tracker *tracker_new(const struct tracker_options *options, const struct verdict_sink *sink);
void tracker_free(struct tracker *tracker); /* NULL is harmless */

/* The callbacks to give to connections_new; they borrow the tracker. */
struct connection_handler tracker_handler(struct tracker *tracker);

/* Judge a connection that another tracker observed and passed on. */
void tracker_judge(struct tracker *tracker, const struct observation *observation);

/* Packet time is now_ns: look again at the verdicts that are due, and give those that are others
 * by what is known by now, with verdict->earlier set. When the clock was set back, all of them
 * are due. */
void tracker_revise(struct tracker *tracker, int64_t now_ns);

/* The capture lost packets, or left connections out, until time_ns of the packets at least: the
 * verdicts on connections that began before say so. */
void tracker_note_loss(struct tracker *tracker, int64_t time_ns);

/* The input is over, and so are its connections: give the verdicts that waited, in the order of the
 * connections' first packets, and look again at those that were given lately. */
void tracker_finish(struct tracker *tracker);

/* Judge by another trust store and other revocation lists from now on; both are borrowed, and the
 * earlier ones are no longer. Not for one that passes on. */
void tracker_set_trust(struct tracker *tracker, struct trust_store *trust,
                       const struct crl_set *crls);

/* What the tracker knows of servers and clients, to be kept or restored (knowledge_state.h);
 * NULL of one that passes on. As long as the tracker. */
struct knowledge *tracker_knowledge(struct tracker *tracker);
struct insight *tracker_insight(struct tracker *tracker);

/* The incidents so far; after tracker_finish all of them; NULL of one that passes on. Valid as long
 * as the tracker, and until its next connection. */
const struct incidents *tracker_incidents(const struct tracker *tracker);

/* Tell of incidents that came, went on or ended, as incidents_tell does. Not of one that passes
 * on. */
void tracker_tell_incidents(struct tracker *tracker, int64_t now_ns, bool is_last,
                            const struct incident_sink *sink);

/* The counters as of now; the view is valid until the next call. */
const struct tracker_counters *tracker_counters(struct tracker *tracker);

#endif
