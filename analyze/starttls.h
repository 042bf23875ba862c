/* SPDX-License-Identifier: GPL-2.0-or-later */
/* starttls.h -- a request to change to TLS within another protocol, and a refusal of it.
 *
 * Reads the few hundred octets that are kept of a stream that is not TLS. Pure functions.
 */
#ifndef TLSWHY_ANALYZE_STARTTLS_H
#define TLSWHY_ANALYZE_STARTTLS_H

#include "dissect/prelude.h"

/* True when what the client sent so far asks for TLS: a STARTTLS command (RFC 3207, 9051, 2595,
 * 4217, 4642, 6120), a PostgreSQL SSLRequest, or a CONNECT to a proxy (RFC 9110 section 9.3.6). */
bool starttls_is_request(struct bytes client);

/* True when reply, what the server sent after the request, says no. protocol is
 * what the client's octets are. */
bool starttls_is_refusal(enum prelude protocol, struct bytes reply);

#endif
