/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known.h -- what other connections to the same server say of a suspect part of an offer.
 *
 * A server that takes up the offers of others tells what it accepts. It speaks for a suspect when
 * all that it took up differs from this offer in just that part; against it when it took up the
 * same from others.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_KNOWN_H
#define TLSWHY_ANALYZE_CAUSES_KNOWN_H

#include "analyze/causes/refused_hello.h"

struct known_server;
struct known_treatment;

enum known_says {
    KNOWN_NOTHING, /* too little is known */
    KNOWN_AGAINST, /* the server took this up from others */
    KNOWN_HINTS,   /* it took up nothing like this, but hardly anybody offered it, or has
                      nothing that fits it */
    KNOWN_FOR,     /* the server took up many offers and none like this one */
    KNOWN_SURE     /* likewise, and nothing else is left to explain it */
};

enum {
    KNOWN_FEW = 3 /* offers of others that were taken up: chance is no explanation any more */
};

/* The server of this connection, when its ClientHello could be read; NULL: nothing is known. */
const struct known_server *known_server_of(const struct facts *facts);

/* The server took up hellos for the name of this one at another time. */
bool known_name_is_served(const struct facts *facts);

/* Judge by how the server treated hellos that are like the one of facts. */
enum known_says weigh_treatment(const struct facts *facts, const struct known_server *server,
                                const struct known_treatment *like);

/* The server is known to choose suites or groups of which this offer has none, and no others that
 * clients commonly have. */
bool known_lacks_choice(const struct facts *facts, const struct known_server *server);

/* The server chose versions from others, if only once, and none that the offer of facts has. */
bool known_chose_only_above(const struct facts *facts);

/* The client, with this kind of hello, established a handshake with this server, which never chose
 * another version than here: what its hello lacks in that version the client does not insist on. */
bool known_client_takes_hello(const struct facts *facts);

/* What is known of this part of the offer of facts. */
enum known_says known_about(const struct facts *facts, enum suspect suspect);

/* The same of a hello that needs more than one segment. None was ever taken up: SURE when the same
 * client got an answer to a shorter one, of the same version, right after, or shorter ones succeed
 * before, between and after those that were refused, and chance does not make it so. FOR at most
 * where shorter ones, too, are refused without a word, or a longer one is refused with an alert: it
 * has been read. */
enum known_says known_about_split_hello(const struct facts *facts);

/* A server that refuses as many at random refuses all hellos of one kind now and then: those alike
 * were all refused, of the others so many, and so many were taken up. */
bool known_may_be_chance(uint32_t alike_refused, uint32_t others_refused, uint32_t others_taken);

/* Whether the client's data is lost because its hello needs more than one segment: likewise SURE,
 * and neither the size of what is lost nor a path that loses other packets, too, explains it. */
bool known_drops_split_hello(const struct facts *facts);

/* Whether RSTs such as the one that ended this connection seem to follow server names rather
 * than servers: one client, whose hellos are otherwise taken up, met them at several servers,
 * for several names, none of which is served to it, and one of these servers takes up another
 * name. That several servers do this each on its own is possible; that one device on the way
 * does, too. */
bool known_resets_follow_names(const struct facts *facts);

/* Add what known_about() rests on; nothing when it does not speak for the suspect. */
void describe_known(const struct facts *facts, enum suspect suspect, struct evidence *evidence);
void describe_known_sizes(const struct facts *facts, struct evidence *evidence);

/* Add what known_resets_follow_names() rests on; nothing when it says no. */
void describe_known_resets(const struct facts *facts, struct evidence *evidence);

/* Add what tells on which side the fault is: what this client does at other servers, and how
 * many clients succeed or fail at this server; nothing when it is too little to tell. */
void describe_known_sides(const struct facts *facts, struct evidence *evidence);

/* Add that the server is known to work, and when it did last; nothing when it is not known. */
void describe_known_life(const struct facts *facts, struct evidence *evidence);

#endif
