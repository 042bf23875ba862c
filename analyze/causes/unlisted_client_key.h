/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unlisted_client_key.h -- a client's key, or its signature, that the server's CertificateRequest
 * does not list.
 *
 * In TLS 1.2 both are in clear: the key of the client's certificate makes one of the
 * supported_signature_algorithms of the request (RFC 5246 section 7.4.6). A client that has no such
 * key should send no certificate; one that sends it all the same gives up when it has to sign, or
 * the server refuses what it signed. Others have such a key, and sign with another hash.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_UNLISTED_CLIENT_KEY_H
#define TLSWHY_ANALYZE_CAUSES_UNLISTED_CLIENT_KEY_H

#include "analyze/cause.h"

/* How well this explains the end: likely when a side said so with an alert of this kind, possible
 * when the client gave up without one. CAUSE_NO: the request lists the key and the signature, or
 * one of them is not known; or the handshake ended otherwise. */
enum certainty unlisted_client_key_weigh(const struct facts *facts);

/* Say which key or signature it is, and what the server lists. Only where
 * unlisted_client_key_weigh() says so. */
void describe_unlisted_client_key(const struct facts *facts, struct evidence *evidence);

/* The key of the client's certificate is of a curve that not every server takes: none of those of
 * NIST, or not in the groups of the hello, which say up to TLS 1.2 what the client takes (RFC 8422
 * section 5.1). OpenSSL compares it with both lists, and says illegal_parameter. */
bool client_curve_is_unusual(const struct facts *facts);

#endif
