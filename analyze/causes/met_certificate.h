/* SPDX-License-Identifier: GPL-2.0-or-later */
/* met_certificate.h -- which of the certificates that a server sent in clear for a name is the one
 * that TLS 1.3 hides in this connection, and what is wrong with it.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_MET_CERTIFICATE_H
#define TLSWHY_ANALYZE_CAUSES_MET_CERTIFICATE_H

#include "analyze/facts.h"
#include "analyze/knowledge.h"

enum known_problem {
    KNOWN_REVOKED,
    KNOWN_EXPIRED,
    KNOWN_NOT_YET_VALID,
    KNOWN_SELF_SIGNED,
    KNOWN_OTHER_NAME,
    KNOWN_COMMON_NAME_ONLY,
    KNOWN_OTHER_PURPOSE,
    KNOWN_WEAK,
    KNOWN_UNTRUSTED_ROOT,
    KNOWN_INCOMPLETE,
    KNOWN_PROBLEMS
};

/* The certificate has this problem at this time, in seconds since 1970; or any of them. */
bool known_has_problem(const struct known_certificate *known, enum known_problem problem,
                       int64_t at);
bool known_is_wrong(const struct known_certificate *known, int64_t at);

/* The certificate that this connection met, as far as the times tell at which it and another one
 * were sent for the same name: one that replaced it later is not the one. Of two that are sent in
 * turns it is the latest. NULL: TLS 1.3 does not hide it, or none is known. */
const struct known_certificate *certificate_met(const struct facts *facts);

/* False: none is known, or the server may as well have sent another one by then. */
bool certificate_met_is_sure(const struct facts *facts);

/* A hash of the name of the issuer of the certificate that the client got, in clear or not; 0:
 * which of several it was is not known, or nothing is. */
uint64_t certificate_met_issuer(const struct facts *facts);

/* The certificate met has a problem, and one without any replaced it behind this connection: who
 * took that one says nothing of this one. */
bool certificate_was_mended(const struct facts *facts);

#endif
