/* SPDX-License-Identifier: GPL-2.0-or-later */
/* two_certificates.h -- a server that sends now one certificate for a name, now another: several
 * hosts answer at its address, and not all have the same files.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_TWO_CERTIFICATES_H
#define TLSWHY_ANALYZE_CAUSES_TWO_CERTIFICATES_H

#include "analyze/cause.h"

/* About the time of this connection its server sent two certificates in clear for the same name in
 * turns, or one with two chains. */
bool two_certificates(const struct facts *facts);

/* Say so where the client refused one of them; else nothing. */
void describe_two_certificates(const struct facts *facts, struct evidence *evidence);

#endif
