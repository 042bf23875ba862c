/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge.h -- what the handshakes that are over tell of each server and each client.
 *
 * One handshake seldom proves why it failed; what the same server took and refused from others
 * often does. Learned are numbers, times and code points; no payload is kept, and of the clients
 * of a server only how many there are, about (knowledge_sketch.h).
 *
 * Times are packet times in nanoseconds. Memory is bounded: the server, name or client that was
 * not heard of for longest makes room, and is counted. When there is no room left, one that
 * succeeded for the first time is not learned of, only counted, until it comes again: many that
 * come once do not drive out what comes often.
 */
#ifndef TLSWHY_ANALYZE_KNOWLEDGE_H
#define TLSWHY_ANALYZE_KNOWLEDGE_H

#include "analyze/chain.h"
#include "analyze/facts.h"
#include "analyze/knowledge_refusal.h"
#include "analyze/knowledge_sketch.h"
#include "capture/time_unit.h"

enum {
    KNOWLEDGE_VALUES_MAX = 12,     /* different values of one kind that a server chose: more than
                                     its usual clients make it choose */
    KNOWLEDGE_VALUES_FEW = 2,      /* of them, those that stand with the other facts */
    KNOWLEDGE_ALPN_MAX = 4,        /* protocols that a server chose: h2, http/1.1 and a few */
    KNOWLEDGE_ALPN_OCTETS = 15,    /* of one; longer ones are left out, none is registered */
    KNOWLEDGE_PAUSES_MAX = 8,      /* between successes, of those the latest */
    KNOWLEDGE_ALERTS_MAX = 8,      /* different ones that a server sent */
    KNOWLEDGE_ISSUERS_MAX = 4,     /* of whose certificates it is kept what a client made of them */
    KNOWLEDGE_ISSUER_SERVERS = 4,  /* servers that are told apart for it */
    KNOWLEDGE_ATTEMPTS_MAX = 3,    /* of a client at a server that failed, one after the other */
    KNOWLEDGE_OFFERS_MAX = 8,      /* the latest that a server took up since it refused one */
    KNOWLEDGE_SHORT_HELLOS = 8,    /* the latest of one segment each that were taken up */
    KNOWLEDGE_TAKEN_TIMES = 8,     /* of hellos taken up, the latest: as many as may be learned of
                                     before one that was refused between */
    KNOWLEDGE_RETURNS_MAX = 4,     /* manners of refusal told apart; others are left out */
    KNOWLEDGE_WORDS_MAX = 3,       /* of clients of one name that are told apart, the latest */
    KNOWLEDGE_SCAN_HELLOS = 12,    /* unusual ones that fail at one server: of a scanner */
    KNOWLEDGE_RESETS_MAX = 4,      /* servers and names that are told apart for resets */
    KNOWLEDGE_NAME_SIZE = 80,      /* octets of a name kept as an example, NUL included */
    KNOWLEDGE_ADDRESS_KEY = 18,    /* address and port */
    KNOWLEDGE_NAME_KEY = 26,       /* address, port, and 64 bits for the name */
    KNOWLEDGE_CLIENT_KEY = 16,     /* 64 bits for the address, and as many for the fingerprint */
    KNOWLEDGE_RETRY_KEY = 34,      /* address of the client, address and port of the server */
    KNOWLEDGE_SERVERS_MAX = 8192,  /* 11 MiB, and 22 where all are unusual */
    KNOWLEDGE_NAMES_MAX = 16384,   /* 10 MiB */
    KNOWLEDGE_CLIENTS_MAX = 32768, /* 6 MiB, and 19 where all are unusual */
    KNOWLEDGE_RETRIES_MAX = 8192   /* clients at servers: 3 MiB */
};

/* How often something came, and when last. Records are full of them, and thousands of records do
 * not fit into a cache: no octet lies idle. */
struct __attribute__((packed, aligned(4))) known_count {
    uint32_t count;
    int64_t last_ns;
};

/* How a server treats the hellos of one kind. Taken up: it answered with a ServerHello and did not
 * refuse afterwards, unless at the client's answer to a request for a certificate. Refused:
 * anything else that ended them before its hello, silence included. */
struct known_treatment {
    struct known_count accepted;
    struct known_count refused;
    uint32_t accepted_then; /* hellos of any kind that it had taken up at accepted.last_ns */
    uint32_t refused_since; /* of those refused, the ones after the last that was taken up */
};

/* What a server chooses. */
enum known_choice {
    KNOWN_VERSIONS,
    KNOWN_SUITES,  /* of TLS 1.3 and others */
    KNOWN_GROUPS,  /* in whatever message */
    KNOWN_SCHEMES, /* that it signed with, up to TLS 1.2 */
    KNOWN_CHOICES
};

/* A code point that a server chose, how often, and when last. */
struct known_value {
    struct known_count chosen;
    uint16_t value;
};

/* As far as count says; the rest of them stand in known_server.rare: see known_server_value. */
struct known_values {
    uint8_t count;
    bool incomplete; /* there were more than KNOWLEDGE_VALUES_MAX */
    struct known_value few[KNOWLEDGE_VALUES_FEW];
};

struct known_protocol {
    uint8_t length;
    uint8_t octets[KNOWLEDGE_ALPN_OCTETS];
};

/* The classes of known_server.by_version: what a client offers at most. */
enum version_class {
    VERSION_CLASS_SSL, /* SSL 3.0 and below */
    VERSION_CLASS_1_0,
    VERSION_CLASS_1_1,
    VERSION_CLASS_1_2,
    VERSION_CLASS_1_3,
    VERSION_CLASSES
};

/* A time without a success: after so many, from the last of them to the next one. */
struct known_pause {
    struct known_count before;
    int64_t until_ns;
};

/* An alert that a server sent in clear in answer to hellos, and what these offered. */
struct known_alert {
    uint8_t description;
    struct known_count sent;
    uint16_t version_lowest; /* of the highest versions offered */
    uint16_t version_highest;
    uint32_t nameless; /* hellos without a server name */
    uint32_t split;    /* hellos longer than one segment */
    uint32_t ordinary; /* hellos with nothing unusual: refused_hello_is_ordinary() */
};

/* What is left of a hello that fits one segment, of a connection that was established. */
struct known_short_hello {
    int64_t began_ns; /* the connection; 0: there was none */
    uint64_t kind;    /* as in known_hello */
    uint32_t client;  /* part of a hash of its address */
    uint16_t octets;
    uint16_t version_max;
};

/* A hello that a server took up, whoever sent it. */
struct known_offer {
    uint64_t hash;    /* of all that it offers, the name that it asks for, and the session, key or
                         user that it names; 0: there is none */
    int64_t taken_ns; /* the last time */
};

/* Clients that said certificate_expired(45) of a certificate that TLS 1.3 hides, or refused one
 * that is seen to have expired. */
struct known_dates_word {
    int64_t since_ns; /* the first time of a row, in which each is minutes behind the one before */
    int64_t said_ns;  /* the last time; 0: nobody did */
    int64_t other_ns; /* the last time that another client did; 0: none */
    uint32_t client;  /* part of a hash of the address of the last one */
};

/* What there is to know of few servers only: of most it is not there. */
struct known_server_rare {
    struct sketch failed_clients; /* whose handshakes failed; set when there are any */
    struct known_offer offers[KNOWLEDGE_OFFERS_MAX]; /* set as failed_clients is. Not in a state */
    struct known_trait traits[HELLO_TRAITS];         /* likewise */
    struct known_names names;                        /* likewise */
    struct known_dates_word dates;                   /* likewise */
    struct known_count too_early[VERSION_CLASSES];   /* likewise: known_offered_too_early() */
    uint32_t ordinary_closed; /* hellos as in known_alert.ordinary that it answered with a FIN; */
    uint32_t ordinary_reset;  /* and with a RST; both set as failed_clients is */
    struct known_alert alerts[KNOWLEDGE_ALERTS_MAX];    /* set as far as the count says */
    struct known_return returns[KNOWLEDGE_RETURNS_MAX]; /* likewise */
    struct known_value values[KNOWN_CHOICES][KNOWLEDGE_VALUES_MAX - KNOWLEDGE_VALUES_FEW];
};

/* What every handshake changes stands first. */
struct known_server {
    uint8_t key[KNOWLEDGE_ADDRESS_KEY];
    uint8_t alpn_count;
    uint8_t alert_count;
    uint8_t return_count;
    bool answered_in_tls;      /* a hello of a handshake that failed; not in a state */
    bool takes_no_certificate; /* a client that it had asked for one finished without; likewise */
    bool takes_proxy_header;   /* it took up a hello behind one; likewise */
    uint8_t traits_taken; /* of hellos that it took up: a bit for each enum hello_trait. Not in a
                             state: all are set when one was read of a server that took up any */
    struct known_count established;
    struct known_count failed;
    struct known_count answered;                        /* TCP connections that the server took */
    struct known_treatment hellos;                      /* all that could be read */
    struct known_treatment by_version[VERSION_CLASSES]; /* by the highest version offered */
    struct known_treatment without_name;                /* no server_name extension */
    struct known_treatment with_name;
    struct known_treatment split;   /* longer than the client's largest segment on the wire */
    struct known_treatment unsplit; /* the others */
    struct known_short_hello short_hellos[KNOWLEDGE_SHORT_HELLOS]; /* a ring. Not in a state */
    uint32_t short_hellos_total;
    uint32_t largest_accepted;               /* octets of the largest hello taken up */
    int64_t taken_ns[KNOWLEDGE_TAKEN_TIMES]; /* the latest connections with hellos that it took up
                                                began, in a ring; 0: none. Not in a state */
    uint32_t smallest_split_refused;         /* octets; 0: none */
    uint32_t split_returns;         /* split hellos refused, each of them the first after one of
                                        short_hellos, by when they began; not in a state */
    int64_t split_refused_ns;       /* the connection of the latest split hello that was refused
                                        began; 0: none. Not in a state */
    uint32_t names_accepted;        /* different names that it took up */
    uint32_t repeats_before;        /* known_repeats() when a state was read, which has no
                                        returns */
    uint32_t pauses_total;          /* that there were */
    uint64_t name_hash;             /* of `name`; 0: not known, after a state was read */
    struct known_server_rare *rare; /* never NULL; belongs to the table */
    struct known_values chosen[KNOWN_CHOICES];
    struct sketch clients; /* that it took up */
    struct known_protocol alpn[KNOWLEDGE_ALPN_MAX];
    struct known_count chose_lower;       /* than the client's best, with no mark of a downgrade */
    struct known_count asked_certificate; /* of the client */
    struct known_count unanswered;        /* connection attempts without an answer */
    struct known_run run;                 /* the latest. Not in a state */
    int64_t named_leaf_ns;                /* the last time that a certificate became known that it
                                             sent in clear to a hello with a name, is for that name
                                             and not its own issuer; 0: none. Not in a state */
    char name[KNOWLEDGE_NAME_SIZE];       /* the last that it took up, made printable; "": none */
    struct known_pause pauses[KNOWLEDGE_PAUSES_MAX]; /* the latest, in a ring */
};

/* From the first to the last time that something was seen; both 0: it was not. */
struct known_span {
    int64_t first_ns;
    int64_t last_ns;
};

/* What the chain of a certificate needs and its server did not send. */
enum known_lack {
    KNOWN_LACKS_NOTHING,      /* nothing that is known to be needed */
    KNOWN_LACKS_INTERMEDIATE, /* the chain ends early, and not for want of a root alone */
    KNOWN_LACKS_ISSUER, /* what issued the leaf, which came alone: an intermediate or a root */
    KNOWN_LACKS_ROOT    /* by its name a root, which is not in the trust store */
};

/* The certificate that a server sent in clear, as it was judged then. */
struct known_certificate {
    uint64_t message_hash; /* of the Certificate message: an equal one is not judged again */
    uint32_t octets;       /* of that message. Not in a state, nor is the span */
    struct known_span span;
    bool known;
    int64_t seen_ns;
    uint8_t sha256[CERTIFICATE_SHA256_LEN];
    uint64_t issuer;    /* a hash of the leaf's issuer name; 0: not known */
    int64_t valid_from; /* of all of the path, seconds since 1970; both 0: not known */
    int64_t valid_until;
    enum chain_end end;
    enum name_match name;
    enum chain_purpose_problem purpose;
    unsigned weakness;
    bool revoked;
    bool trust_known;
    enum known_lack lack;
};

/* What clients made of a server's flight with its certificate, in full handshakes. */
struct known_flights {
    struct known_count taken;      /* the handshake was established */
    struct known_count refused;    /* the client ended it there */
    struct known_count told;       /* of those, with an alert, plain or encrypted */
    struct sketch clients_taken;   /* that took it */
    struct sketch clients_refused; /* that refused it */
};

/* The alerts with which a client names its reason to refuse a certificate. */
enum { KNOWN_WORD_ALERTS = 3 };
extern const uint8_t known_word_alerts[KNOWN_WORD_ALERTS];

/* What a client said in clear of the server's certificate, when it refused it for a reason that it
 * named. */
struct known_word {
    int64_t said_ns; /* 0: there is none */
    uint32_t octets; /* of the record of TLS 1.3 that holds the certificate */
    uint8_t alert;
};

/* One server name at one server; without a name in the hello there is one of these too. */
struct known_name {
    uint8_t key[KNOWLEDGE_NAME_KEY];
    /* How the latest hello that counts for known_return was refused, of those since one was taken
     * up; REFUSAL_NONE: there is none. Not in a state. */
    uint8_t refused_kind;
    uint8_t refused_alert;
    struct known_treatment hellos;
    struct known_count established;
    struct known_flights flights;
    struct known_certificate certificate;
    struct known_certificate former; /* what else was sent in clear for it: another certificate, or
                                        the same one with another chain; of several the latest. Not
                                        in a state */
    struct known_word words[KNOWLEDGE_WORDS_MAX]; /* each with another alert or length. Not in a
                                                     state */
};

/* What a client made of certificates by one issuer, in full handshakes. */
struct known_issuer {
    uint64_t issuer; /* as in known_certificate */
    struct known_count taken;
    uint8_t servers; /* where it refused them: so many are told apart */
};

/* Hellos for names that a server never took up, each answered by a RST in the server's name:
 * those of one client, with no longer than KNOWLEDGE_RESETS_NS from one to the next. Some
 * minutes later they mean nothing: they are not in a state. */
struct known_resets {
    int64_t last_ns;
    uint32_t servers[KNOWLEDGE_RESETS_MAX]; /* parts of hashes, all different */
    uint32_t names[KNOWLEDGE_RESETS_MAX];
    uint8_t server_count; /* so many are set */
    uint8_t name_count;
    bool other_name_taken; /* by one of these servers, from the same client */
};

/* What is known of a client that failed. */
struct known_client_failures {
    struct sketch servers; /* with which it failed */
    struct known_resets resets;
    /* Of each of its issuers: certificates that it refused, and parts of hashes of the servers. */
    struct known_count refused[KNOWLEDGE_ISSUERS_MAX];
    uint32_t refused_at[KNOWLEDGE_ISSUERS_MAX][KNOWLEDGE_ISSUER_SERVERS];
};

/* What there is to know of few clients only: of most it is not there. */
struct known_client_rare {
    struct sketch_map servers;                              /* of known_client.servers */
    struct known_issuer issuers[KNOWLEDGE_ISSUERS_MAX - 1]; /* all but one; set as far as the count
                                                               says */
    struct known_client_failures failures; /* set when known_client.failed counts any */
};

/* A server's flight with a certificate that a client took, in a full handshake. */
struct known_taken {
    int64_t began_ns; /* of the connection; 0: there was none */
    uint32_t asked;   /* as in known_hello */
};

/* One client address with one kind of hello. */
struct known_client {
    uint8_t key[KNOWLEDGE_CLIENT_KEY];
    struct known_count established;
    struct known_count failed;
    struct known_taken taken;       /* the latest. Not in a state */
    struct sketch_first servers;    /* with which it was established */
    uint8_t issuer_count;           /* of those that came last, see known_client_issuer */
    struct known_issuer issuer;     /* the first of them */
    struct known_client_rare *rare; /* never NULL; belongs to the table */
};

/* What is left of a hello in an attempt to reach a server. */
struct known_hello {
    int64_t began_ns; /* of the connection */
    uint16_t version_max;
    uint16_t extensions;
    uint32_t octets;   /* of a first and only hello; 0: not known */
    uint32_t asked;    /* part of a hash of server and name */
    uint32_t but_alpn; /* part of the kind of all but its application protocols (ALPN) */
    uint64_t kind;     /* other hellos have another one; 0: not known */
};

/* An attempt that failed, and the best of those that came soon after with another hello. */
struct known_attempt {
    struct known_hello hello;
    struct known_hello next; /* began_ns 0: there was none */
    bool next_established;
    bool is_taken; /* the client, with this kind of hello, took this server's flight for this name
                      in another connection, which began soon before or after */
};

/* Different hellos of one client address that failed at one server, each with something unusual. */
struct known_oddities {
    int64_t since_ns; /* the first connection began; others count for KNOWLEDGE_ODDITIES_NS */
    uint64_t hellos;  /* a bit for each, by its hash: there are as many, or more */
};

/* One client address at one server. */
struct known_retry {
    uint8_t key[KNOWLEDGE_RETRY_KEY];
    struct known_oddities oddities;
    uint32_t total;                                        /* attempts that failed */
    struct known_attempt attempts[KNOWLEDGE_ATTEMPTS_MAX]; /* the latest, in a ring */
};

/* What is known of the parties of one connection. NULL: nothing. */
struct known {
    const struct known_server *server;
    const struct known_name *name;
    const struct known_client *client;
    bool client_took_flight; /* of this server and name, at another time: its address did, as one
                                of the first few, or with this kind of hello as the last one that
                                it took */
    bool client_was_served;  /* with this kind of hello the client established a handshake with this
                               server, as one of its first few, for whatever name */
    int64_t offer_taken_ns; /* the last time that this server took up a hello just like this one, as
                               far as that is kept; 0: never */
    /* The hello was refused: the server took up the same one of this client, at any time, without
     * application protocols, and never this one. */
    bool taken_without_alpn;
    const struct known_attempt *attempt; /* this one, which failed */
    const struct known_resets *resets;   /* this one is one of them */
    uint8_t oddities; /* so many hellos in known_oddities, or more; 0: not known */
};

/* Between a failure and what is taken for another attempt of the same client: impatient programs
 * try again at once, people within seconds. */
#define KNOWLEDGE_RETRY_NS (30 * SECOND_NS)

/* Within this time neither a certificate nor what a client thinks of it is likely to change. */
#define KNOWLEDGE_SAME_RUN_NS (600 * SECOND_NS)

/* Programs that ask a server for all that it takes are done in this time. */
#define KNOWLEDGE_ODDITIES_NS (600 * SECOND_NS)

/* Between two resets of a client that may have one reason: people try again within minutes, and a
 * server that is restarted by chance has long been up again. */
#define KNOWLEDGE_RESETS_NS (300 * SECOND_NS)

struct knowledge_options {
    uint32_t servers_max; /* 0: the default above */
    uint32_t names_max;
    uint32_t clients_max;
    uint64_t hash_key[2]; /* secret; random in production */
    uint64_t sketch_key
        [2]; /* for what is counted, and clients' addresses. Secret where somebody could choose
                               addresses by what he is told; a fixed one where two runs over the
                               same input are to say the same */
};

struct knowledge_counters {
    uint64_t servers;
    uint64_t names;
    uint64_t clients;
    uint64_t evicted_servers;
    uint64_t evicted_names;
    uint64_t evicted_clients;
    uint64_t evicted; /* of all three kinds */
    uint64_t memory;  /* octets */
};

struct knowledge;

/* Knowledge of nothing; options are copied. NULL: no memory. */
struct knowledge *knowledge_new(const struct knowledge_options *options);
void knowledge_free(struct knowledge *knowledge); /* NULL is harmless */

/* Somebody is going to ask for what is known of this server: fetch what tells where that is.
 * Returns what is to be given to the next one. */
uint32_t knowledge_expect(const struct knowledge *knowledge, const struct endpoint *server);

/* Some hundred instructions later: fetch what is known of that server. */
void knowledge_approach(const struct knowledge *knowledge, uint32_t expected);

/* Whom a handshake tells of beside its server, as knowledge_learn needs it. */
struct knowledge_parties {
    uint64_t client_hash;   /* of the client's address; set when TLS was spoken */
    bool has_name;          /* TLS was spoken, and the ClientHello could be read */
    bool has_client;        /* what kind of client it is can be told, too */
    uint32_t name_expected; /* what knowledge_table_expect returned */
    uint32_t client_expected;
    uint8_t name_key[KNOWLEDGE_NAME_KEY];
    uint8_t client_key[KNOWLEDGE_CLIENT_KEY];
};

/* Find out whom it tells of, and fetch what tells where they are known. */
void knowledge_meet(const struct knowledge *knowledge, const struct facts *facts,
                    struct knowledge_parties *out);

/* What became of a connection that was to be learned from. */
struct lesson {
    bool is_counted_only; /* there is no room, and its server succeeded for the first time */
    struct known_name *unexamined; /* whose certificates should be examined, and noted with
                                      knowledge_learn_certificate: they are not known yet. Valid
                                      until the next knowledge_learn. NULL: none */
};

/* Learn from a connection that is over, with the parties that knowledge_meet found in its facts.
 * Chains that were examined (facts->chain) are noted too. */
struct lesson knowledge_learn(struct knowledge *knowledge, const struct facts *facts,
                              const struct knowledge_parties *parties);

/* Note the certificates that were examined. */
void knowledge_learn_certificate(const struct knowledge *knowledge, struct known_name *name,
                                 const struct facts *facts);

/* Learn what the client made of the certificate that was noted for this name just now. */
void knowledge_learn_issuer(struct knowledge *knowledge, const struct known_name *name,
                            const struct facts *facts);

/* The other attempt, for the same name, differs in its application protocols (ALPN) alone; it has
 * none, and what else it changes is open. */
bool known_attempt_differs_in_alpn(const struct known_attempt *attempt);
bool known_attempt_drops_alpn(const struct known_attempt *attempt);

/* What a client said in clear with this alert of a certificate for this name that is as long as the
 * one of facts; NULL: nobody did. */
const struct known_word *known_word_of(const struct known_name *name, const struct facts *facts,
                                       uint8_t alert);

/* What was sent in clear for this name, and what else was, came in turns: several hosts answer, or
 * one has several certificates. False where one replaced the other. */
bool known_are_in_turns(const struct known_name *name);

/* What is known of this issuer of the client's, a hash as in known_issuer; NULL: nothing. */
const struct known_issuer *known_issuer_find(const struct known *known, uint64_t issuer);

/* What is known of the parties of this connection. Valid until the next knowledge_learn. */
void knowledge_find(struct knowledge *knowledge, const struct facts *facts, struct known *known);

/* What is known of the server at this address and port, NULL: nothing. Valid as above. */
const struct known_server *knowledge_find_server(struct knowledge *knowledge,
                                                 const struct endpoint *server);

/* The kinds of parties that are known. */
enum knowledge_kind { KNOWLEDGE_SERVER, KNOWLEDGE_NAME, KNOWLEDGE_CLIENT };

/* What the party with this key, of known_server, known_name or known_client, established. NULL:
 * it is not known any more. Valid as above. */
const struct known_count *knowledge_established(struct knowledge *knowledge,
                                                enum knowledge_kind kind, const uint8_t *key);

/* What the server had established by at_ns: how many, and when last. Exact where no success, or
 * none for a second or longer, was near that time; else about, and the time is 0, not known. */
struct known_count known_established_by(const struct known_server *server, int64_t at_ns);

/* Whether the server took up a hello. */
static inline bool known_speaks_tls(const struct known_server *server)
{
    return server != NULL && server->hellos.accepted.count > 0;
}

/* Whether the server answered a hello in TLS, be it with an alert: such a port is for TLS. */
static inline bool known_answers_in_tls(const struct known_server *server)
{
    return known_speaks_tls(server) || (server != NULL && server->answered_in_tls);
}

/* Whether the client seems to scan the server. Who wants a service tries a few hellos; who wants to
 * know what a server takes, all that there are. Behind an address that many share few hellos have
 * something unusual. known may be NULL. */
static inline bool known_client_scans(const struct known *known)
{
    return known != NULL && known->oddities >= KNOWLEDGE_SCAN_HELLOS;
}

/* About how many clients it took up: no more than hellos. */
static inline uint32_t known_clients_of(const struct known_server *server)
{
    uint32_t about = sketch_count(&server->clients);

    return about < server->hellos.accepted.count ? about : server->hellos.accepted.count;
}

/* Issuer number i (below issuer_count) of those whose certificates the client took or refused. */
static inline const struct known_issuer *known_client_issuer(const struct known_client *client,
                                                             size_t i)
{
    return i == 0 ? &client->issuer : &client->rare->issuers[i - 1];
}

/* How many hellos with nothing unusual the server refused in the manner in which the connection of
 * facts was refused: with the same alert, with a FIN, or with a RST. */
uint32_t known_ordinary_refusals(const struct known_server *server, const struct facts *facts);

/* What is known of names that were taken up after hellos for them were refused in the manner in
 * which the connection of facts was refused. NULL: nothing. */
const struct known_return *known_return_of(const struct known_server *server,
                                           const struct facts *facts);

/* How many hellos the server took up for names of which it had taken up one before. */
static inline uint32_t known_repeats(const struct known_server *server)
{
    uint32_t accepted = server->with_name.accepted.count;

    return accepted > server->names_accepted ? accepted - server->names_accepted : 0;
}

/* The latest run of refusals of this server, when it is of the manner of this one, began no later,
 * and no hello was taken up of a connection that began since; NULL: there is none. */
const struct known_run *known_run_of(const struct known_server *server, const struct facts *facts);

/* Value number i (below their count) of those that the server chose. */
static inline const struct known_value *known_server_value(const struct known_server *server,
                                                           enum known_choice choice, size_t i)
{
    return i < KNOWLEDGE_VALUES_FEW ? &server->chosen[choice].few[i]
                                    : &server->rare->values[choice][i - KNOWLEDGE_VALUES_FEW];
}

/* Octets of the client's first and only hello, with the headers of record and message; 0: there is
 * none, or it was asked for another. And whether it is longer than any segment of the client on the
 * wire. */
uint32_t knowledge_hello_octets(const struct facts *facts);
bool knowledge_hello_is_split(const struct facts *facts);

/* The server refused this hello, and several with this trait in the same manner; it took up none
 * with it. What it did with others is not asked. NULL: there are no such. */
const struct known_trait *known_trait_of(const struct known_server *server,
                                         const struct facts *facts, enum hello_trait trait);

/* The server refused this hello, and several for names of which it took up none, in the same
 * manner. NULL: there are no such. */
const struct known_names *known_names_of(const struct known_server *server,
                                         const struct facts *facts);

/* The class of a highest version. */
enum version_class version_class_of(uint16_t version_max);

struct knowledge_counters knowledge_counters(const struct knowledge *knowledge);

#endif
