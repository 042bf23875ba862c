/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alpn_refusal.h -- whether a server that says internal_error(80) or handshake_failure(40) means
 * the client's application protocols.
 *
 * RFC 7301 section 3.2 has no_application_protocol(120) for that. Programs that look at the
 * protocols themselves, and let their library know only that something is wrong, send one of these.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_ALPN_REFUSAL_H
#define TLSWHY_ANALYZE_CAUSES_ALPN_REFUSAL_H

#include "analyze/cause.h"

/* The ClientHello was read and offers application protocols (ALPN). */
bool alpn_is_offered(const struct facts *facts);

/* How well the protocols explain that the server refused the hello with such an alert: likely where
 * it takes up the same hello of this client with others or none, possible where a second attempt
 * without those, which few servers know, and with other changes, succeeds. */
enum certainty alpn_refusal_weigh(const struct facts *facts);

/* The server said internal_error to a hello with protocols that few servers know. */
bool alpn_refusal_is_conceivable(const struct facts *facts);

/* Up to TLS 1.2: the server closed at the client's Finished, and looks at the protocols of others.
 * Programs for one protocol look at what was agreed on only then, and may close at a client that
 * offers none (Node.js for HTTP/2 alone). */
bool alpn_may_be_demanded(const struct facts *facts);

/* The client offers application protocols, none of them the one that every HTTP server speaks
 * unasked, and the server chose none: by its ServerHello, or in TLS 1.3 by an EncryptedExtensions
 * too short for one (RFC 7301 section 3.1). */
bool alpn_is_left_open(const struct facts *facts);

/* Say that the server takes up the same with other protocols, or may miss one; nothing where that
 * is not known. */
void describe_alpn_refusal(const struct facts *facts, struct evidence *evidence);

#endif
