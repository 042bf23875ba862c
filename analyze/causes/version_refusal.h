/* SPDX-License-Identifier: GPL-2.0-or-later */
/* version_refusal.h -- whether protocol_version(70) can be taken at its word.
 *
 * RFC 8446 section 6.2 has it for a version that the receiver recognises and does not support. Some
 * libraries also send it for whatever else their system has no alert for, such as .NET's on
 * Windows: then offer, choice and what the server took from others contradict it.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_VERSION_REFUSAL_H
#define TLSWHY_ANALYZE_CAUSES_VERSION_REFUSAL_H

#include "analyze/cause.h"

/* How well the versions explain that the server answered the hello with protocol_version(70).
 * CAUSE_NO: it did not. Likely where TLS 1.2 may be offered, which nearly every server has, unless
 * this one is known to choose better versions alone; and possible at most where it is known to take
 * one of them from others, or where the capture has the server's side alone and not the hello. */
enum certainty version_refusal_by_server(const struct facts *facts);

/* The server is known to take a version that this hello offers. */
bool version_is_taken(const struct facts *facts);

/* The server said so, and is known to take a version that this hello offers; from others, as far as
 * can be told. */
bool version_refusal_is_contradicted(const struct facts *facts);

/* The server said so, and took such a version from this very client, with the same kind of hello:
 * several servers stand behind its address, or it was changed, and nothing else about the hello is
 * in question. */
bool version_refusal_varies(const struct facts *facts);

/* The offer names the version that the server chose, in its list (RFC 8446 section 4.2.1) or, where
 * there is none, as the best one (RFC 5246 section 7.4.1.2): the client is prepared to take it.
 * Without a list its minimum is not on the wire. */
bool version_choice_was_named(const struct facts *facts);

/* The client says protocol_version(70) to a choice of a version that it names. */
bool version_complaint_is_contradicted(const struct facts *facts);

/* The same directly behind the server's flight, which is where clients judge what is in it. */
bool version_complaint_is_about_flight(const struct facts *facts);

/* The server signed its key exchange with SHA-1, as TLS 1.1 and older versions prescribe (RFC 4346
 * section 7.4.3), and the client, which goes up to TLS 1.2 at least, lists no scheme with SHA-1:
 * libraries whose policy leaves it out there refuse it here, too. */
bool version_signature_is_unlisted(const struct facts *facts);

/* The server's hello came in a record of a version that TLS never had, which receivers that look at
 * it call a wrong version, too. */
static inline bool version_of_record_is_odd(const struct facts *facts)
{
    const struct note *note = facts->malformed_note[SIDE_SERVER];

    return note != NULL && note->type == MALFORMED_RECORD_VERSION;
}

/* Add what contradicts protocol_version(70), of either side; nothing when nothing does. */
void describe_version_contradiction(const struct facts *facts, struct evidence *evidence);

#endif
