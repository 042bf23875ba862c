/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_refusal.h -- what is kept of the hellos that a server refused: a part of knowledge.h.
 *
 * Times are packet times in nanoseconds. Nothing of it is in a state.
 */
#ifndef TLSWHY_ANALYZE_KNOWLEDGE_REFUSAL_H
#define TLSWHY_ANALYZE_KNOWLEDGE_REFUSAL_H

#include <stdint.h>

struct facts;
struct known_server;

/* Hellos that a server refused in one manner, one after the other, by the times when their
 * connections began: none taken up, and none with nothing unusual refused in another manner
 * between. */
struct known_run {
    int64_t since_ns; /* the first connection began */
    uint32_t usual;   /* of them, those with nothing unusual, of a version that the server took
                         before, and with what it chooses */
    uint8_t kind;     /* enum refusal_kind */
    uint8_t alert;
};

/* A manner in which a server refused hellos of one segment with nothing unusual, of a version that
 * it takes, for names that it took up afterwards. */
struct known_return {
    uint8_t kind; /* enum refusal_kind */
    uint8_t alert;
    uint32_t count; /* of hellos taken up: each the first of its name after such refusals */
    uint32_t first; /* of them, those of names that it had never taken up */
};

/* What some servers, and devices before them, cannot stand in a hello, whatever else is in it. */
enum hello_trait {
    HELLO_TRAIT_RESUMES, /* facts_wants_to_resume() */
    HELLO_TRAIT_ECH,     /* encrypted_client_hello, be it GREASE (RFC 9849) */
    HELLO_TRAIT_LENGTH,  /* a record of 256 to 511 octets, which RFC 7685 has padding(21) for */
    HELLO_TRAITS
};

/* Hellos of one kind, such as those with a trait, that a server refused in one manner, the latest,
 * silence included. */
struct known_trait {
    int64_t refused_ns; /* the latest such connection began */
    uint32_t refused;
    uint32_t returns; /* of them, those that began when the server had taken up a hello since the
                         one before began */
    uint8_t kind;     /* enum refusal_kind; REFUSAL_NONE: silence */
    uint8_t alert;
};

/* Whether it goes by the name how a server treats hellos with nothing unusual. The first one for a
 * name does not count. */
struct known_names {
    struct known_trait refused; /* for names of which it took up none */
    uint32_t mixed;             /* refused for names of which it took up others */
};

/* The server refused hellos like this one with protocol_version(70), this one no later than the
 * last of them, when it had taken up others, but chosen no version that this one offers: if it has
 * since, it was changed. */
bool known_offered_too_early(const struct known_server *server, const struct facts *facts);

#endif
