/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_certificate.h -- what is wrong with a certificate that TLS 1.3 hides, as far as the same
 * server showed one for the same name in another connection.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_KNOWN_CERTIFICATE_H
#define TLSWHY_ANALYZE_CAUSES_KNOWN_CERTIFICATE_H

#include "analyze/cause.h"
#include "analyze/causes/met_certificate.h"
#include "analyze/knowledge.h"
#include "capture/time_unit.h"

/* A certificate seen longer before or after a connection may be another one by then. */
#define KNOWN_CERTIFICATE_RECENT_NS (86400 * SECOND_NS)

/* How well this problem explains that the client refused a hidden certificate: likely at most,
 * and possible where the certificate was seen long before or after. named is the alert that
 * stands for it. Adds the evidence unless the result is CAUSE_NO: nothing is known, the certificate
 * known has no such problem, or this client refused something else. */
enum certainty known_certificate_weigh(const struct facts *facts, enum known_problem problem,
                                       uint8_t named, struct evidence *evidence);

/* What the chain of the certificate that is known for a hidden one lacks; KNOWN_LACKS_NOTHING when
 * none is known. */
enum known_lack known_certificate_lack(const struct facts *facts);

/* What is missing above it may be a root, which a server may leave out. */
bool known_certificate_may_lack_root(const struct facts *facts);

/* The client refused the certificate with this alert, or with an encrypted one that may be it
 * (known_word.h), and it was not seen: neither here nor, for
 * one that TLS 1.3 hides, elsewhere; or the server may have had another one by then. All that the
 * alert stands for is open. */
bool certificate_is_open(const struct facts *facts, uint8_t alert);

/* The client refused the certificate with this alert, and nothing is wrong with it that can be
 * seen: the reason is in what only the client has, its clock, its trust store, the name that it
 * wants, or in a signature. */
bool certificate_looks_right(const struct facts *facts, uint8_t alert);

/* What is known of the dates of a certificate that was not seen. */
enum known_dates {
    DATES_NOT_KNOWN,
    DATES_EXPIRED,    /* the one known has expired by now, or an issuer's has */
    DATES_NOT_YET,    /* the one known is not valid yet, or an issuer's is not */
    DATES_RIGHT_ONCE, /* the one known is in its dates, but the server may have another by now */
    DATES_RIGHT       /* the one known is recent, and all of its path is in its dates; or several
                         other clients take what this one refuses */
};

/* Of the certificate that the client refused, when it is hidden; DATES_NOT_KNOWN when all clients
 * refuse it: the server may have two, and show the other one in clear. */
enum known_dates known_certificate_dates(const struct facts *facts);

/* The client refused the server's flight, and within minutes several clients refused a certificate
 * of this server for its dates, one of them no later. It is not known to have established
 * handshakes both shortly before this one and behind it: what it sent at other times may be another
 * certificate. */
bool known_dates_are_refused(const struct facts *facts);

/* What the other clients of this server and name made of its flight. */
enum known_flight_says {
    FLIGHTS_SAY_NOTHING,
    FLIGHTS_ALL_REFUSED, /* several clients refused it, some with an alert, and none took it: the
                            fault is at the server */
    FLIGHTS_FEW_REFUSED  /* several others take it for each that refuses it: it is this client */
};

/* What other clients made of this server's certificate for the same name, when the client of this
 * connection refused it. FLIGHTS_SAY_NOTHING also when too few are known. */
enum known_flight_says known_flights(const struct facts *facts);

/* FLIGHTS_FEW_REFUSED, and others took it shortly before as well as shortly after this client did
 * not: the server has not changed its certificate in between. */
bool known_others_take_flight(const struct facts *facts);

/* The client ended the handshake at a flight with a certificate in which nothing is wrong that can
 * be seen, and minutes before or after it took it: others of its address may trust more, or it
 * leaves for another reason, as scanners do. Where the certificate was not seen at all, it took it
 * with the same hello, within seconds. */
bool known_client_takes_flight(const struct facts *facts);

/* The server's leaf came alone, whether a root or an intermediate issued it is open, and it does
 * not say where that one can be fetched; several clients took it, one of them later than this
 * connection, and no other chain of this name is known: they hold its issuer. */
bool known_others_hold_issuer(const struct facts *facts);

/* Say how many they are; nothing where there are none. */
void describe_issuer_held(const struct facts *facts, struct evidence *evidence);

/* Say that it took it; nothing where it did not. */
void describe_flight_taken(const struct facts *facts, struct evidence *evidence);

/* The client took certificates by this issuer in other handshakes. */
bool known_issuer_is_taken(const struct facts *facts);

/* The client refused a certificate of an issuer whose certificates it refuses at several servers
 * and never took, while it takes others', and other clients take this one: it does not trust the
 * issuer. */
bool known_issuer_is_distrusted(const struct facts *facts);

/* Add what known_flights() says; nothing when that is nothing. */
void describe_flights(const struct facts *facts, struct evidence *evidence);

/* Add what is known of the certificate that TLS 1.3 hides, and what others made of it; nothing
 * when that is nothing. */
void describe_known_certificate(const struct facts *facts, struct evidence *evidence);

#endif
