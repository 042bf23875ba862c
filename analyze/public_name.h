/* SPDX-License-Identifier: GPL-2.0-or-later */
/* public_name.h -- is a server name one of the public Internet, for which public authorities issue
 * certificates? */
#ifndef TLSWHY_ANALYZE_PUBLIC_NAME_H
#define TLSWHY_ANALYZE_PUBLIC_NAME_H

#include "dissect/bytes.h"

/* True for a DNS name of two labels or more whose last one can be a public top-level domain: no
 * address, and none of those that are reserved for private use, documentation and the like (RFC
 * 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, ICANN's "internal") or that private networks use
 * and ICANN will not delegate ("home", "corp", "mail"; "lan" and "local" as habit has it). */
bool public_name_is(struct bytes name);

#endif
