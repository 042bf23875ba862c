/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nbd.h -- how a client of a Network Block Device and its server agree on TLS, in the fixed
 * newstyle negotiation (doc/proto.md of the NBD project, "Newstyle negotiation" and "TLS support").
 *
 *   client  flags 4, then options: "IHAVEOPT" 8, option 4, length 4, data
 *   server  "NBDMAGIC" 8, "IHAVEOPT" 8, flags 2, then replies: magic 8, option 4, type 4, length 4,
 *           data; numbers in network byte order
 *
 * Pure functions, no state.
 */
#ifndef TLSWHY_DISSECT_NBD_H
#define TLSWHY_DISSECT_NBD_H

#include "dissect/bytes.h"

/* True when what a client sent so far, its flags first, has NBD_OPT_STARTTLS in it. */
bool nbd_asks_for_tls(struct bytes client);

/* What the error means, for people, by which a server's replies refuse NBD_OPT_STARTTLS. Static
 * storage; NULL: they do not. */
const char *nbd_refusal(struct bytes replies);

/* True when a client's further options end the negotiation: NBD_OPT_ABORT comes first. */
bool nbd_aborts(struct bytes options);

#endif
