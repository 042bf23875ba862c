/* SPDX-License-Identifier: GPL-2.0-or-later */
/* default_certificate.h -- a certificate that a server sends for want of one for the name asked.
 *
 * Such a one is most often its own issuer: made when the program was installed, or to tell that no
 * name was sent. What is wrong then is the name, and not the certificate that others get.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_DEFAULT_CERTIFICATE_H
#define TLSWHY_ANALYZE_CAUSES_DEFAULT_CERTIFICATE_H

#include "analyze/cause.h"

/* How the client's refusal of such a certificate bears on the name of the hello: likely at most,
 * when the server is known to send another one, for the name asked and by another issuer; else
 * possible. CAUSE_NO: the client refused something else; the certificate is not its own issuer; it
 * stands for the name; or there is no name where few clients send one. */
enum certainty default_certificate_weigh(const struct facts *facts);

/* The same for a certificate that is its own issuer, which is refused in this way: less, where the
 * name is a reason, too. */
enum certainty default_certificate_cap(const struct facts *facts, enum certainty certainty);

/* Say what default_certificate_weigh() rests on; nothing when it says no. */
void describe_default_certificate(const struct facts *facts, struct evidence *evidence);

#endif
