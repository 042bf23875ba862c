/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ldap.h -- what an LDAP server answers a StartTLS request (RFC 4511 sections 4.1.1, 4.1.9, 4.12).
 *
 *   LDAPMessage       SEQUENCE: messageID, then
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

/* Find the ExtendedResponse in what a server sent. False when there is none, or its code is not
 * there. */
MUST_USE bool ldap_result_find(struct bytes reply, struct ldap_result *out);

/* What the code is called in RFC 4511; NULL: it is none that answers StartTLS. Static storage. */
const char *ldap_result_name(uint8_t code);

#endif
