/* SPDX-License-Identifier: GPL-2.0-or-later */
/* refused_hello.h -- what in an offer most likely made the server refuse it.
 *
 * Many servers answer any offer that they cannot take with one alert,
 * handshake_failure(40), or just close. What is unusual about the hello then tells
 * the explanations apart: each suspect is weighed by its own facts, and only one
 * that stands out from all others is likely.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_REFUSED_HELLO_H
#define TLSWHY_ANALYZE_CAUSES_REFUSED_HELLO_H

#include "analyze/cause.h"

enum suspect {
    SUSPECT_VERSION,
    SUSPECT_SUITES,
    SUSPECT_GROUPS,
    SUSPECT_SCHEMES,
    SUSPECT_NO_NAME, /* no server_name at all */
    SUSPECT_NAME,    /* the name asked for */
    SUSPECT_MASTER_SECRET,
    SUSPECT_FALLBACK, /* the mark of a second attempt with a lower version */
    SUSPECTS
};

/* How well this suspect explains that the server refused the hello. CAUSE_NO when the server did
 * not refuse it, or refused it in a way that speaks against the suspect. CAUSE_CERTAIN only with
 * what other connections tell (known.h): what the server would have taken is not in the offer. */
enum certainty refused_hello_suspect(const struct facts *facts, enum suspect suspect);

/* Nothing about the offer of facts, whose ClientHello was read, is unusual. */
bool refused_offer_is_usual(const struct facts *facts);

/* The server answered the hello, which was read, with handshake_failure(40): the alert for whatever
 * in an offer does not suit (RFC 8446 section 6.2). */
bool refused_hello_by_failure(const struct facts *facts);

/* The server refused the hello in a manner that can be about an offer, but nothing about it is
 * unusual. */
bool refused_hello_is_usual(const struct facts *facts);

/* The same, and all of it fits nearly every server: TLS 1.2 and 1.3, a name, suites, groups and
 * schemes. */
bool refused_hello_is_ordinary(const struct facts *facts);

/* The server refused the hello with an alert that is for a field of it, and that some send for such
 * a part of the offer as well, though nothing is unusual about it. Never of suites and the like
 * where a field is seen that may be meant. */
bool refused_hello_conceivable(const struct facts *facts, enum suspect suspect);

/* This part of the offer would explain the refusal if the server did not refuse everybody in the
 * same way (known_refuses_everybody, known_refuses_since), if no part were more unusual of all
 * that it took up from others, or if the client did not seem to have turned the extended master
 * secret off; or it is one that nearly every server takes, and the name is thought of before. */
bool refused_hello_played_down(const struct facts *facts, enum suspect suspect);

/* The packets are younger than the end of a time, in seconds since 1970: what was common then
 * does not stand out in them. */
bool captured_after(const struct facts *facts, int64_t seconds);

#endif
