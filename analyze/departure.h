/* SPDX-License-Identifier: GPL-2.0-or-later */
/* departure.h -- handshakes that are established, and then left without having been used: who
 * verifies the other side only afterwards refuses it so. */
#ifndef TLSWHY_ANALYZE_DEPARTURE_H
#define TLSWHY_ANALYZE_DEPARTURE_H

#include "analyze/facts.h"
#include "analyze/text.h"

/* The client left an established handshake before it had sent data. */
bool departure_client_left(const struct facts *facts);

/* The server, as the first of both, left it at once before it had sent data. */
bool departure_server_left(const struct facts *facts);

/* Tell how it was left, and what may be why: by the client, by the server, by a client that misses
 * an application protocol, by one that went on in clear, or in the middle of a renegotiation.
 * False, and nothing added: it was not left so. */
bool departure_tell_client(const struct facts *facts, struct text *text);
bool departure_tell_server(const struct facts *facts, struct text *text);
bool departure_tell_alpn(const struct facts *facts, struct text *text);
bool departure_tell_clear(const struct facts *facts, struct text *text);
bool departure_tell_renegotiation(const struct facts *facts, struct text *text);

#endif
