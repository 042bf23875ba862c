/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unlisted_key.h -- a server's key, or its signature, that the client's hello does not list.
 *
 * Up to TLS 1.2 both are in clear: a server sends a certificate whose curve is among the groups of
 * the hello (RFC 8422 section 5.3), and whose key makes one of its signature schemes (RFC 5246
 * section 7.4.2). Some servers have no other, and send it all the same; the client refuses it, or
 * they find out themselves when they have to sign with it. Others have a key that would do, and
 * sign with SHA-1 whatever is listed.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_UNLISTED_KEY_H
#define TLSWHY_ANALYZE_CAUSES_UNLISTED_KEY_H

#include "analyze/cause.h"

/* How well this explains that the client refused: likely when nothing else is wrong with the chain
 * that can be seen and the alert is not bad_certificate(42), else possible. Or that the server gave
 * up before it signed: likely when it is the host itself that did. Or that the client refused a
 * signature: likely with an alert that clients send for one, when the certificate does not explain
 * that as well, and possible when it left without a word. CAUSE_NO: the hello lists the key and the
 * signature, or what it needs is not known; or the handshake ended otherwise. */
enum certainty unlisted_key_weigh(const struct facts *facts);

/* Say which key or signature it is, and of a key what the client lists. Only where
 * unlisted_key_weigh() says so. */
void describe_unlisted_key(const struct facts *facts, struct evidence *evidence);

#endif
