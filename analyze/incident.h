/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident.h -- many failures with one cause at one server, of one client at many servers, or of
 * many clients at many servers on one path.
 *
 * Every failure is counted with its server (and with the name asked for, where the cause is
 * about the name), with its client, and with the path that its packets show (incident_key.h). It
 * belongs to the path when several servers and clients fail there with this cause and none of
 * them has most of it; else to the client when that fails with this cause at several servers, and
 * no other client fails at this one, unless the client succeeds at as many servers as it fails at,
 * nobody else is seen to succeed at this one and the cause cannot be on the way; or when the client
 * succeeds nowhere, has more failures than the server, and others succeed there; else to the
 * server. What came only once is no incident.
 *
 * Which it is changes while failures are added. Where all of them are known before the first is
 * told of, each is assigned, in a second pass, to the one that it belongs to in the end, and to no
 * other. Told of at once, one may have been counted with two, and an incident that was merged into
 * another may turn out to go on by itself: it is updated then, and not merged again.
 *
 * An incident that was quiet for long, or whose server, which had failed everybody, works again,
 * is over: the next failure begins another one. Behind a proxy the server is the target.
 *
 * Memory is bounded: the incident that was quiet for longest makes room, and is counted. One to
 * which no verdict was assigned goes first; one that was told is told as closed when it goes.
 * Times are packet times in nanoseconds.
 */
#ifndef TLSWHY_ANALYZE_INCIDENT_H
#define TLSWHY_ANALYZE_INCIDENT_H

#include "analyze/knowledge.h"
#include "analyze/verdict.h"
#include "capture/time_unit.h"

enum {
    INCIDENTS_MAX = 4096,        /* of each table, of 0.8 KiB each: 3.3 MiB */
    INCIDENTS_EVICTED_MAX = 64,  /* told ones that made room and wait until their end is told */
    INCIDENT_FAILURES_MIN = 2,   /* fewer are no incident */
    INCIDENT_NAME_SIZE = 80,     /* octets of a server name, NUL included */
    INCIDENT_CAUSE_KEY = 48,     /* of a cause's identifier, and an alert */
    INCIDENT_PARTY_KEY = 34,     /* address, port and 128 bits more */
    INCIDENT_GENERATION_KEY = 4, /* which one, of those over */
    INCIDENT_KEY = INCIDENT_CAUSE_KEY + INCIDENT_PARTY_KEY + INCIDENT_GENERATION_KEY,
    INCIDENT_PATH_SERVERS_MIN = 3, /* fewer, or a single client, are no matter of the path */
    INCIDENT_PATH_CLIENTS_MIN = 2
};

/* Without a failure for this long an incident is over, when the server works. */
#define INCIDENT_QUIET_NS (600 * SECOND_NS)

/* And one that failed everybody when the server works again for this long: longer than a client's
 * silence is waited for, for failures are known only at their end. */
#define INCIDENT_RECOVERED_NS (150 * SECOND_NS)

/* Between two events of an incident that goes on. */
#define INCIDENT_UPDATE_NS (60 * SECOND_NS)

enum incident_scope {
    INCIDENT_SERVER, /* at one server */
    INCIDENT_NAME,   /* at one server, for one name */
    INCIDENT_CLIENT, /* of one client, at several servers */
    INCIDENT_PATH    /* of several clients, at several servers on one path */
};

/* "server", "server_name", "client", "path". */
const char *incident_scope_name(enum incident_scope scope);

/* What failures are counted by: each by all of them, or, when it is assigned, by one. Not every one
 * shows a path. */
enum incident_table { INCIDENT_AT_SERVER, INCIDENT_OF_CLIENT, INCIDENT_ON_PATH, INCIDENT_TABLES };

/* By what packets show that they took one path. */
enum incident_path_kind {
    INCIDENT_PATH_NONE,
    INCIDENT_PATH_ROUTER,         /* who sent the ICMP errors */
    INCIDENT_PATH_HOP_LIMIT,      /* the hop limit of RSTs that are not the host's */
    INCIDENT_PATH_SERVER_NETWORK, /* the servers' */
    INCIDENT_PATH_CLIENT_NETWORK  /* the clients' */
};

/* "router", "hop_limit", "server_network", "client_network"; NULL: none. */
const char *incident_path_kind_name(enum incident_path_kind kind);

struct incident_path {
    enum incident_path_kind kind;
    struct address address; /* of the router or the network */
    uint8_t prefix_bits;    /* of a network: 24 of IPv4, 64 of IPv6 */
    uint8_t hop_limit;
    uint16_t vlan_id;
};

/* What is told of an incident. */
enum incident_state {
    INCIDENT_UNTOLD,
    INCIDENT_OPENED,
    INCIDENT_UPDATED, /* failures came since it was told, if only that it was merged */
    INCIDENT_CLOSED   /* it is over, part of another one, or made room for others */
};

/* "opened", "updated", "closed". */
const char *incident_state_name(enum incident_state state);

/* How things stood when a connection began, by the connections that had ended before. */
struct incident_past {
    int64_t established_last_ns; /* the last handshake established at its server; 0: none, or
                                    not known when */
    uint32_t established;        /* and how many there were: about, if not known when */
};

/* All of a failure that counts for its incidents: worked out once for each, however often it is
 * counted and looked for. It borrows what the verdict was made of, and what was known then: valid
 * as long as those. */
struct incident_failure {
    const struct connection *connection;
    const struct cause *cause; /* NULL: it is none */
    enum certainty confidence;
    enum party refused_by;
    uint8_t alert; /* in clear, that ended the handshake; 0: there is none */
    const struct remedy_way *way;
    struct bytes name; /* that was asked for; empty: none */
    bool name_is_well_formed;
    bool has_target;
    bool is_of_scan;                   /* the client seems to scan */
    bool is_half_seen;                 /* one direction alone was captured */
    bool has_limit;                    /* of validity: it is the cause, and known */
    enum incident_table table;         /* that it is assigned to */
    uint32_t number[INCIDENT_TABLES];  /* of the incident that it is counted with, from 1 on, among
                                          those with its key; 0: not known */
    struct proxy_target target;        /* of the proxy that stands for the server, if has_target */
    int64_t certificate_limit;         /* in seconds since 1970, if has_limit */
    uint64_t client_kind;              /* a hash of what its hello is known by; 0: it sent none */
    const struct known_server *server; /* what was known of its parties; NULL: nothing */
    const struct known_name *named;
    const struct known_client *client;
};

struct incident {
    uint8_t key[INCIDENT_KEY];
    uint32_t generation; /* how many with this key are over */
    enum incident_scope scope;
    const struct cause *cause;
    enum certainty confidence;    /* the best of its failures */
    enum party refused_by;        /* of the first failure counted */
    const struct remedy_way *way; /* of it, at one server; NULL: there is none */
    struct endpoint server; /* of the first failure counted; for INCIDENT_CLIENT one of many */
    struct endpoint client; /* of it */
    char name[INCIDENT_NAME_SIZE]; /* asked for in it, in small letters, made printable; "": none */
    bool more_names;               /* other failures asked for other names */
    char target[INCIDENT_NAME_SIZE]; /* that a proxy at server was asked for; "": none */
    struct incident_path path;       /* INCIDENT_PATH */
    uint64_t failures;
    int64_t first_ns; /* when the first one and the last one began */
    int64_t last_ns;
    struct sketch clients;
    struct sketch servers;
    struct incident_past before;    /* the first failure: the onset */
    struct incident_past by_last;   /* the last failure */
    struct known_count established; /* by the server, the name or the client, in all */
    int64_t certificate_limit;      /* the end (or begin) of the validity that is the cause, in
                                       seconds since 1970, if has_certificate_limit */
    bool has_certificate_limit;     /* it is about that, and known */
    uint8_t known_key[KNOWLEDGE_NAME_KEY]; /* of its party in what is known, if has_known_key */
    bool has_known_key;
    bool is_half_seen;                  /* of all its failures one direction alone was captured */
    bool is_used;                       /* some failure belongs to it */
    int64_t named_ns;                   /* first_ns when it got its identifier; 0: not yet */
    char merged_into[INCIDENT_ID_SIZE]; /* the one that its failures belong to now; "": none */
    bool is_reopened;                   /* it was told as merged, and went on by itself */
    enum incident_state told;
    uint32_t told_times;
    int64_t told_ns;
    uint64_t told_failures;
    uint32_t minute_events; /* of its failures, those passed on in full in minute */
    int64_t minute;         /* of packet time, since 1970 */
    uint64_t folded;        /* failures that were not passed on in full */
    bool is_last_folded;    /* the one that was asked about last is among them */
    uint64_t scans;         /* failures of which is found that their client seems to scan */
};

struct incidents;

/* At most records_max of each scope, 0: INCIDENTS_MAX; the keys as in knowledge_options. NULL: no
 * memory. */
struct incidents *incidents_new(const uint64_t hash_key[2], const uint64_t sketch_key[2],
                                uint32_t records_max);
void incidents_free(struct incidents *incidents); /* NULL is harmless */

/* What of this failure counts: verdict->outcome is OUTCOME_FAILED. */
struct incident_failure incidents_failure_of(const struct incidents *incidents,
                                             const struct verdict *verdict);

/* Count a failure. past is how things stood when it began. Sets failure->number. */
void incidents_add(struct incidents *incidents, struct incident_failure *failure,
                   const struct incident_past *past);

/* All failures were added: does some incident take from several servers, so that each is to be
 * assigned to its own? Not when one was told of, nor twice. */
MUST_USE bool incidents_need_assigning(const struct incidents *incidents);

/* Note to which incident alone a failure that was added belongs, by all of them. */
void incidents_choose(const struct incidents *incidents, struct incident_failure *failure);

/* Forget what was counted: from here on incidents are made of the failures that are assigned, each
 * of which was chosen for. */
void incidents_begin_assigning(struct incidents *incidents);

/* Count a failure with the incident that was chosen for it. Sets its number. */
void incidents_assign(struct incidents *incidents, struct incident_failure *failure,
                      const struct incident_past *past);

/* All failures were assigned: of a client's incident that was left with one server, as others
 * of its failures belong to others, give this failure to the server's. Of each that was assigned,
 * before the first is looked for. */
void incidents_settle(struct incidents *incidents, struct incident_failure *failure,
                      const struct incident_past *past);

/* Take a failure back that was counted with another verdict: cause is what it said. Of one that was
 * assigned failure->table is where. */
void incidents_take_back(struct incidents *incidents, const struct incident_failure *failure,
                         const struct cause *cause);

/* Count a failure with another verdict than it was counted with, by incidents_add or
 * incidents_assign: sets now->table. */
void incidents_recount(struct incidents *incidents, const struct incident_failure *counted,
                       struct incident_failure *now, const struct incident_past *past);

/* Count a failure that was folded with the incident where it was counted so far with the one that
 * it belongs to now; NULL: it has none. earlier is what was said of it. */
void incidents_move_folded(struct incidents *incidents, const struct incident_failure *failure,
                           const struct earlier_verdict *earlier, struct incident *now);

/* The incident that a failure belongs to, by all that were added; it is_used from now on. With
 * is_growing more failures may be added: an incident that some failure belonged to until now is
 * merged into the one that explains more. NULL: it stands alone. */
struct incident *incidents_find(struct incidents *incidents, const struct incident_failure *failure,
                                bool is_growing);

/* Who is told of incidents while they come and go. */
struct incident_sink {
    void *context;
    void (*take)(void *context, const struct incident *incident, enum incident_state state);
};

/* Tell of each incident that was opened, went on or ended since the last call, as it stands at
 * now_ns; what succeeded since is looked up in knowledge. With is_last nothing comes after it: what
 * was not told yet is. */
void incidents_tell(struct incidents *incidents, struct knowledge *knowledge, int64_t now_ns,
                    bool is_last, const struct incident_sink *sink);

/* Whether one more of its failures, which ended at at_ns, is among the first per_minute of a minute
 * of packet time, and so to be told in full. If not, it is counted in incident->folded. A failure
 * that comes late counts for the latest minute. Each failure is asked about once. */
MUST_USE bool incident_admits(struct incident *incident, int64_t at_ns, uint32_t per_minute);

/* The identifier: the same whenever the same packets are read in the same order. */
const char *incident_id(const struct incident *incident, char out[INCIDENT_ID_SIZE]);

/* The identifier of the next event of it: the first has that of the incident. */
const char *incident_event_id(const struct incident *incident, char out[INCIDENT_ID_SIZE]);

/* About how many of its clients, or of its servers, failed. Those whose failures have another
 * cause by now are not told from the others, yet there are no more than failures; when none is
 * left they are those of whom it was told. */
static inline uint32_t incident_parties(const struct incident *incident,
                                        const struct sketch *parties)
{
    uint32_t about = sketch_count(parties);

    return incident->failures == 0 || about < incident->failures ? about
                                                                 : (uint32_t)incident->failures;
}

/* All of its failures are of one client: incident->client. */
static inline bool incident_has_one_client(const struct incident *incident)
{
    return sketch_count(&incident->clients) == 1;
}

/* Several clients failed, and nobody succeeded between the first failure and the last. */
bool incident_is_total(const struct incident *incident);

/* How many handshakes its server established between the first failure and the last; and whether
 * that is estimated, so that 0 may stand for a few. */
uint32_t incident_successes_meanwhile(const struct incident *incident);
bool incident_estimates_successes(const struct incident *incident);

/* Does established say what its party managed? Not of a path, nor of a client of which nothing is
 * known, as of one that sent no hello; nor where one direction alone was captured, by which nobody
 * is seen to succeed. */
bool incident_tells_successes(const struct incident *incident);

/* It is over at end_ns: quiet for long, merged, or the server, which failed everybody, works
 * again. */
bool incident_is_over(const struct incident *incident, int64_t end_ns);

/* All that are used, even when failures were taken back since, in the order of their first
 * failures, as an array of *count pointers for the caller to free. NULL: no memory. */
struct incident **incidents_list(const struct incidents *incidents, size_t *count);

/* Incidents that had to make room; those of them that were told and not over; times that a failure
 * was not counted for want of room; octets allocated. */
uint64_t incidents_evictions(const struct incidents *incidents);
uint64_t incidents_refusals(const struct incidents *incidents);
uint64_t incidents_evicted_open(const struct incidents *incidents);
size_t incidents_memory(const struct incidents *incidents);

#endif
