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
};

/* How the server treated a hello. */
enum treatment {
    TREATMENT_UNKNOWN, /* the client gave up first, or the capture does not show it */
    TREATMENT_ACCEPTED,
    TREATMENT_REFUSED
};

enum treatment treatment_of(const struct facts *facts);

/* Count one more. */
void known_count_add(struct known_count *count, int64_t time_ns);

/* Count one more success, and the pause before it. */
void known_established_add(struct known_server *server, int64_t at_ns);

/* Count one more hello that the server treated so; it is in server->hellos already, unless
 * treatment is that. */
void known_treatment_add(struct known_treatment *treatment, const struct known_server *server,
                         enum treatment how, int64_t at_ns);

/* A keyed hash of an address. */
uint64_t knowledge_hash_address(const struct knowledge *knowledge, const struct address *address);

/* A keyed hash of a Certificate message, by which another one is recognised. */
uint64_t knowledge_hash_message(const struct knowledge *knowledge, struct bytes body);

/* Note what the client made of the server's certificate. */
void knowledge_learn_flight(const struct knowledge *knowledge, struct known_flights *flights,
                            const struct facts *facts);

/* Note what a server chose, and from what. */
void knowledge_learn_server(const struct knowledge *knowledge, struct known_server *server,
                            const struct facts *facts);

#endif
