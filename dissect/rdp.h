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

/* True when a client's request offers a protocol that begins with TLS. */
bool rdp_asks_for_tls(struct bytes request);

/* Why a server's answer refuses what was asked for, as RDP_NEG_FAILURE has it; 0: it does not. */
uint8_t rdp_failure(struct bytes answer);

/* What such a code means, for people. Static storage, never NULL. */
const char *rdp_failure_name(uint8_t code);

#endif
