/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strict_rules.h -- rules for certificates that few clients have, and that these insist on.
 *
 * Apple's systems limit how long a server's certificate may be valid and want its purpose named
 * (support.apple.com 103769, formerly HT210176, and 102028, formerly HT211025). OpenSSL's
 * X509_V_FLAG_X509_STRICT, which Python sets by default since 3.13 (ssl.create_default_context),
 * wants what RFC 5280 demands of authorities. Most clients take all of that, so it is evidence and
 * no problem of the chain.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_STRICT_RULES_H
#define TLSWHY_ANALYZE_CAUSES_STRICT_RULES_H

#include "analyze/evidence.h"
#include "analyze/facts.h"

/* Say which of these rules the server's chain breaks, when nothing else is wrong with it that can
 * be seen and the client refused it without saying why. */
void describe_strict_rules(const struct facts *facts, struct evidence *evidence);

#endif
