/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proxy_refusal.h -- a server that takes a PROXY protocol header for the beginning of TLS. */
#ifndef TLSWHY_ANALYZE_CAUSES_PROXY_REFUSAL_H
#define TLSWHY_ANALYZE_CAUSES_PROXY_REFUSAL_H

#include "analyze/cause.h"

/* How sure it is that the server refused the header, and not the hello behind it. A server that
 * does not expect the header finds octets that are no record, and answers as it answers those;
 * the specification of the header (section 2) has it abort. CAUSE_NO without a header. */
enum certainty refuses_proxy_header(const struct facts *facts);

#endif
