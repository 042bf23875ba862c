/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident.h -- many failures with one cause at one server, or of one client at many servers.
 *
 * Every failure is counted twice: with its server (and with the name asked for, where the cause is
 * about the name), and with its client. It belongs to the client when that fails with this cause
 * at several servers, of which no other client fails at this one; else to the server. What came
 * only once is no incident.
 *
 * Memory is bounded: the incident that was quiet for longest makes room, and is counted. Times are
 * packet times in nanoseconds.
 */
#ifndef TLSWHY_ANALYZE_INCIDENT_H
#define TLSWHY_ANALYZE_INCIDENT_H

#include "analyze/knowledge.h"
#include "analyze/verdict.h"

enum {
    INCIDENTS_MAX = 4096,      /* of each scope, of some 600 octets each */
    INCIDENT_FAILURES_MIN = 2, /* fewer are no incident */
    INCIDENT_ID_SIZE = 33,     /* 128 bits in hexadecimal, and NUL */
    INCIDENT_NAME_SIZE = 80,   /* octets of a server name, NUL included */
    INCIDENT_CAUSE_KEY = 48,   /* octets of a cause's identifier */
    INCIDENT_PARTY_KEY = 34    /* address, port and 128 bits more */
};

/* Without a failure for this long an incident is over, when the server works. */
#define INCIDENT_QUIET_NS (INT64_C(600) * 1000000000)

enum incident_scope {
    INCIDENT_SERVER, /* at one server */
    INCIDENT_NAME,   /* at one server, for one name */
    INCIDENT_CLIENT  /* of one client, at several servers */
};

/* "server", "server_name", "client". */
const char *incident_scope_name(enum incident_scope scope);

/* How things stood when a connection began, by the connections that had ended before. */
struct incident_past {
    int64_t established_last_ns; /* the last handshake established at its server; 0: none, or
                                    not known when */
    uint32_t established;        /* and how many there were */
};

struct incident {
    uint8_t key[INCIDENT_CAUSE_KEY + INCIDENT_PARTY_KEY];
    enum incident_scope scope;
    const struct cause *cause;
    enum certainty confidence; /* the best of its failures */
    enum party refused_by;     /* of the first failure counted */
    struct endpoint server;    /* of the first failure counted; for INCIDENT_CLIENT one of many */
    struct endpoint client;    /* of it */
    char name[INCIDENT_NAME_SIZE]; /* asked for in it, made printable; "": none */
    bool more_names;               /* other failures asked for other names */
    uint64_t failures;
    int64_t first_ns; /* when the first one and the last one began */
    int64_t last_ns;
    struct sketch clients;
    struct sketch servers;
    struct incident_past before;    /* the first failure: the onset */
    uint32_t established_by_last;   /* incident_past.established of the last failure */
    struct known_count established; /* by the server, the name or the client, in all */
    int64_t certificate_ns;         /* the end (or begin) of the validity that is the cause; 0: it
                                         is not about that, or not known */
    bool is_used;                   /* some failure belongs to it */
    uint32_t minute_events;         /* of its failures, those passed on in full in minute */
    int64_t minute;                 /* of packet time, since 1970 */
    uint64_t folded;                /* failures that were not passed on in full */
};

struct incidents;

struct incidents *incidents_new(const uint64_t hash_key[2]); /* NULL: no memory */
void incidents_free(struct incidents *incidents);            /* NULL is harmless */

/* Count a failure: verdict->outcome is OUTCOME_FAILED. */
void incidents_add(struct incidents *incidents, const struct verdict *verdict,
                   const struct incident_past *past);

/* The incident that a failure belongs to, by all that were added; it is_used from now on. NULL: it
 * stands alone. */
struct incident *incidents_find(struct incidents *incidents, const struct verdict *verdict);

/* Whether one more of its failures, which ended at at_ns, is among the first per_minute of a minute
 * of packet time, and so to be told in full. If not, it is counted in incident->folded. A failure
 * that comes late counts for the latest minute. Each failure is asked about once. */
MUST_USE bool incident_admits(struct incident *incident, int64_t at_ns, uint32_t per_minute);

/* The identifier: the same whenever the same packets are read in the same order. */
const char *incident_id(const struct incident *incident, char out[INCIDENT_ID_SIZE]);

/* Several clients failed, and nobody succeeded between the first failure and the last. */
bool incident_is_total(const struct incident *incident);

/* It is over at end_ns: quiet for long, or the server, which failed everybody, works again. */
bool incident_is_over(const struct incident *incident, int64_t end_ns);

/* All that are used, in the order of their first failures, as an array of *count pointers for the
 * caller to free. NULL: no memory. */
struct incident **incidents_list(const struct incidents *incidents, size_t *count);

/* Incidents that had to make room; octets allocated. */
uint64_t incidents_evictions(const struct incidents *incidents);
size_t incidents_memory(const struct incidents *incidents);

#endif
