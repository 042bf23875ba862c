/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remedy.h -- the remedy of a cause for a connection whose TLS begins within another protocol.
 *
 * The commands of the remedies are for TLS from the first octet. Behind STARTTLS and its like
 * openssl s_client needs to be told the protocol, and some it cannot speak.
 */
#ifndef TLSWHY_ANALYZE_REMEDY_H
#define TLSWHY_ANALYZE_REMEDY_H

#include "analyze/evidence.h"
#include "analyze/facts.h"

enum { REMEDY_SIZE = 1024 }; /* octets of a remedy with what it needs, NUL included */

/* How TLS begins within a protocol, and how one tries that. */
struct remedy_way {
    const char *protocol; /* its name, for people */
    const char *request;  /* by which the client asks for TLS; NULL: it names a target to a proxy */
    const char *argument; /* of openssl s_client, with a blank before it; NULL: it cannot */
    const char *instead;  /* what can, to the end of a sentence; NULL: openssl */
};

/* That of the protocol in which the client asked for TLS, or which the server speaks in place of
 * TLS; NULL: there is none, or it is not known. A constant. */
const struct remedy_way *remedy_way_of(const struct facts *facts);

/* The remedy has a command that depends on how TLS begins. */
bool remedy_has_command(const char *remedy);

/* The remedy with what its commands need; way may be NULL. Either remedy itself or buffer. */
const char *remedy_text(const char *remedy, const struct remedy_way *way, char buffer[REMEDY_SIZE]);

/* By which request the client changed to TLS. Nothing is added where it did not, or where evidence
 * tells of the request already. */
void remedy_describe_way(const struct facts *facts, struct evidence *evidence);

#endif
