/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name_constraints.h -- may an authority issue for the names of a certificate? (RFC 5280
 * section 4.2.1.10)
 *
 * Judged are dNSName and iPAddress, which are what clients compare with the server they want. Each
 * name must lie in a permitted subtree if there is one of its type, and in no excluded one.
 * Constraints on names of other types are passed over. Pure functions.
 */
#ifndef TLSWHY_ANALYZE_NAME_CONSTRAINTS_H
#define TLSWHY_ANALYZE_NAME_CONSTRAINTS_H

#include "analyze/certificate.h"

enum constraints_verdict {
    CONSTRAINTS_MET,
    CONSTRAINTS_VIOLATED,
    CONSTRAINTS_UNKNOWN /* they are malformed, or longer than is kept, or names were cut */
};

/* Judge the names of certificate by the constraints of an issuer above it. The common name of a
 * leaf without any dNSName counts as one if it has the form of one: some clients take it so. */
enum constraints_verdict name_constraints_judge(const struct certificate *issuer,
                                                const struct certificate *certificate,
                                                bool is_leaf);

/* The DNS name lies in the subtree of base: it is base, or ends with a dot and base. A base that
 * begins with a dot stands for what is below it alone, as implementations have it; an empty one
 * for all names. A leading "*." of the name is a label like any other. Without case. */
bool name_constraints_dns_within(struct bytes name, struct bytes base);

/* The address (4 or 16 octets) lies in the subtree: an address and a mask of the same length. */
bool name_constraints_address_within(struct bytes address, struct bytes subtree);

#endif
