/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rdp.h -- how a Remote Desktop client and its server agree on TLS, in the X.224 connection request
 * and its answer ([MS-RDPBCGR] sections 2.2.1.1 and 2.2.1.2).
 *
 *   TPKT header 4, X.224 header 7, of a request a line of text if its first word is one,
 *   then type 1, flags 1, length 2 (8), value 4; numbers in little endian
 *
 * Pure functions, no state.
 */
#ifndef TLSWHY_DISSECT_RDP_H
#define TLSWHY_DISSECT_RDP_H

#include "dissect/bytes.h"

/* True when a client's request, of which all came, offers a protocol that begins with TLS. */
bool rdp_asks_for_tls(struct bytes request);

/* What a server's answer means, for people, that refuses what was asked for: an RDP_NEG_FAILURE, or
 * the choice of RDP's own security, which is also what a server means that does not negotiate.
 * Static storage; NULL: it does not refuse. */
const char *rdp_refusal(struct bytes answer);

/* True when what a client says begins with an X.224 disconnect request (ITU-T X.224 section 13.5):
 * it leaves. */
bool rdp_disconnects(struct bytes rest);

#endif
