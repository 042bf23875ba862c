/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ldap.h -- a StartTLS request of LDAP and its answer (RFC 4511 sections 4.1.1, 4.1.9, 4.12, 4.14).
 *
 *   LDAPMessage       SEQUENCE: messageID, then
 *   ExtendedRequest   [APPLICATION 23]: requestName [0]
 *   ExtendedResponse  [APPLICATION 24]: resultCode ENUMERATED, matchedDN OCTET STRING,
 *                     diagnosticMessage OCTET STRING, further ones
 *
 * Pure functions, no state.
 */
#ifndef TLSWHY_DISSECT_LDAP_H
#define TLSWHY_DISSECT_LDAP_H

#include "dissect/bytes.h"

struct ldap_result {
    uint8_t code;         /* 0: success */
    struct bytes message; /* the diagnosticMessage, in the octets read; empty: none came */
};

/* True when an ExtendedRequest in what a client sent asks for TLS. */
MUST_USE bool ldap_asks_for_tls(struct bytes client);

/* Find the ExtendedResponse in what a server sent. False when there is none, or its code is not
 * there. */
MUST_USE bool ldap_result_find(struct bytes reply, struct ldap_result *out);

/* What the code is called in RFC 4511; NULL: it is none that answers StartTLS. Static storage. */
const char *ldap_result_name(uint8_t code);

#endif
