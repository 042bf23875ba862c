/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_internal.h -- what learning and finding share, private to analyze/knowledge*.c. */
#ifndef TLSWHY_ANALYZE_KNOWLEDGE_INTERNAL_H
#define TLSWHY_ANALYZE_KNOWLEDGE_INTERNAL_H

#include "analyze/knowledge.h"
#include "analyze/knowledge_table.h"

struct knowledge {
    struct knowledge_options options;
    struct knowledge_table *servers;
    struct knowledge_table *names;
    struct knowledge_table *clients;
    struct knowledge_table *retries;
};

/* As known_client_issuer, for who keeps it. */
static inline struct known_issuer *known_issuer_at(struct known_client *client, size_t i)
{
    return i == 0 ? &client->issuer : &client->rare->issuers[i - 1];
}

/* As known_server_value, for who keeps it. */
static inline struct known_value *known_value_at(struct known_server *server,
                                                 enum known_choice choice, size_t i)
{
    return i < KNOWLEDGE_VALUES_FEW ? &server->chosen[choice].few[i]
                                    : &server->rare->values[choice][i - KNOWLEDGE_VALUES_FEW];
}

/* Enough of a hash to tell a few parties apart. */
static inline uint32_t part_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

/* How the server treated a hello. */
enum treatment {
    TREATMENT_UNKNOWN, /* the client gave up first, or the capture does not show it */
    TREATMENT_ACCEPTED,
    TREATMENT_REFUSED
};

/* By how far the server went, and who ended it. */
enum treatment treatment_of(const struct facts *facts);

/* Count one more. */
void known_count_add(struct known_count *count, int64_t time_ns);

/* Count one more success, and the pause before it. */
void known_established_add(struct known_server *server, int64_t at_ns);

/* Count one more hello that the server treated so; it is in server->hellos already, unless
 * treatment is that. */
void known_treatment_add(struct known_treatment *treatment, const struct known_server *server,
                         enum treatment how, int64_t at_ns);

/* Note how the server treated a hello for a name that it refused before, or refuses it; before that
 * is in name->hellos. */
void knowledge_learn_return(struct known_server *server, struct known_name *name,
                            const struct facts *facts, enum treatment how);

/* Note the traits of a hello that the server took up; of one that it refused, if it did. */
void knowledge_note_traits_taken(struct known_server *server, const struct facts *facts);
void knowledge_note_traits_refused(struct known_server *server, const struct facts *facts);

/* Note that the server refused a hello for this name with nothing unusual; before that is in
 * name->hellos. */
void knowledge_note_stranger(struct known_server *server, const struct known_name *name,
                             const struct facts *facts);

/* The hello has a trait that the server never took up. */
bool knowledge_trait_is_new(const struct known_server *server, const struct facts *facts);

/* The server took up a hello of a connection that began between these times, one of the latest. */
bool known_took_between(const struct known_server *server, int64_t after_ns, int64_t before_ns);

/* A keyed hash of a Certificate message, by which another one is recognised. */
uint64_t knowledge_hash_message(const struct knowledge *knowledge, struct bytes body);

/* The server identified itself with a certificate, which is encrypted in TLS 1.3: the handshake is
 * neither abbreviated nor rests on a key that both sides share, nor on nothing. */
static inline bool has_certificate_flight(const struct facts *facts)
{
    return !facts->resumed && (facts->tls13 || facts->server_certificate_note != NULL);
}

/* Note what the client with this hash of its address made of the server's certificate. */
void knowledge_learn_flight(struct known_flights *flights, const struct facts *facts,
                            uint64_t client_hash);

/* Of a handshake that failed: note whether it was for the dates of the server's certificate. */
void knowledge_note_dates(struct known_dates_word *word, const struct facts *facts,
                          uint64_t client_hash);

/* Note what the client said in clear of the server's certificate, if it refused it for a reason. */
void knowledge_note_word(struct known_name *name, const struct facts *facts);

/* Note what the client made of a certificate by the issuer of the known one. */
void knowledge_note_issuer(const struct knowledge *knowledge, struct known_client *client,
                           const struct known_name *name, const struct facts *facts);

/* Note that a server took up a hello of the client. */
void knowledge_note_taken(const struct knowledge *knowledge, struct known_client *client,
                          const struct facts *facts);

/* Note that a RST answered a hello of the client for this name, if one did. */
void knowledge_note_reset(const struct knowledge *knowledge, struct known_client *client,
                          const struct known_name *name, const struct facts *facts);

/* The client's resets, if the one of these facts is of them. NULL: it is not. */
const struct known_resets *knowledge_find_resets(const struct knowledge *knowledge,
                                                 const struct known *known,
                                                 const struct facts *facts);

/* A keyed hash of the server name, in whatever case. */
uint64_t knowledge_hash_name(const struct knowledge *knowledge, const struct facts *facts);

/* A keyed hash of the server that TLS is spoken with, for sketches. */
uint64_t knowledge_hash_peer(const struct knowledge *knowledge, const struct facts *facts);

/* Note an attempt that failed, or one that came after such; server is what is known of it, and
 * client of the client with this kind of hello, NULL: nothing. */
void knowledge_learn_attempt(struct knowledge *knowledge, const struct known_server *server,
                             const struct known_client *client, const struct facts *facts,
                             const struct knowledge_parties *parties);

/* Set known->attempt and known->oddities. */
void knowledge_find_attempt(struct knowledge *knowledge, const struct facts *facts,
                            struct known *known);

/* The key of the server that TLS is spoken with, and a number that stands for the kind of hello. */
void knowledge_put_peer_key(const struct knowledge *knowledge, uint8_t *key,
                            const struct facts *facts);
uint64_t knowledge_kind_of_hello(const struct knowledge *knowledge, const struct facts *facts);

/* The same number, as it stands in the client's key; 0: the kind cannot be told. */
uint64_t knowledge_kind_met(const struct knowledge_parties *parties);

/* The same of all but its application protocols (ALPN), as if it offered none. */
uint64_t knowledge_kind_but_alpn(const struct knowledge *knowledge, const struct facts *facts);

/* A keyed hash of all that a server may refuse a hello for whoever sends it. What is new each time
 * is not in it: random, shares of keys, tickets. */
uint64_t knowledge_hash_offer(const struct knowledge *knowledge, const struct facts *facts);

/* Note that a server took up this hello, if it did and has refused others. */
void knowledge_note_offer(const struct knowledge *knowledge, struct known_server *server,
                          const struct facts *facts);

/* The last time that a server took up a hello just like this one; 0: it is not known of any. */
int64_t knowledge_offer_taken(const struct knowledge *knowledge, const struct known_server *server,
                              const struct facts *facts);

/* Note what a server chose, and from what: the hello of the client of these parties. */
void knowledge_learn_server(struct known_server *server, const struct facts *facts,
                            const struct knowledge_parties *parties);

#endif
