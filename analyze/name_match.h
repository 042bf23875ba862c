/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name_match.h -- does a certificate stand for a server name? (RFC 9525)
 *
 * A DNS name is compared with the dNSName entries alone, an IP address with the iPAddress entries
 * alone. A wildcard is one "*" as the whole left-most label and stands for one label. Letters of
 * ASCII are compared without case, a trailing dot of the reference is left off, and a U-label in
 * UTF-8 is not equal to its A-label: certificates and server_name carry A-labels (RFC 5280
 * section 7.2, RFC 6066 section 3), so a U-label that is the same octets but for the case of
 * ASCII letters matches, and nothing else does. Pure functions.
 */
#ifndef TLSWHY_ANALYZE_NAME_MATCH_H
#define TLSWHY_ANALYZE_NAME_MATCH_H

#include "analyze/certificate.h"

enum name_match {
    NAME_MATCH_NOT_CHECKED, /* no reference name, or the certificate's names could not be read */
    NAME_MATCH_SAN,         /* an entry of subjectAltName matches */
    NAME_MATCH_COMMON_NAME, /* no name of that kind in subjectAltName, and the common name
                               matches: RFC 9525 and modern clients refuse it, old ones accept */
    NAME_MATCH_MISMATCH,    /* no name matches */
    NAME_MATCH_UNDECIDED    /* none of the names kept matches, but some were cut */
};

/* Judge reference: a DNS name, or an IPv4 or IPv6 address as text. Empty: not checked. */
enum name_match name_match_certificate(const struct certificate *certificate,
                                       struct bytes reference);

/* True when the DNS name pattern of a certificate, a wildcard or not, stands for reference. A dot
 * at the end of reference is none of the name. The pattern has none (preferred name syntax, RFC
 * 5280 section 4.2.1.6), and clients refuse one that has. */
bool name_match_dns(struct bytes pattern, struct bytes reference);

/* True when reference is an IPv4 or IPv6 address as text; its 4 or 16 octets to address (16
 * octets), *length says how many. */
bool name_match_is_address(struct bytes reference, uint8_t *address, size_t *length);

#endif
