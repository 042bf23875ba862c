/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_certificate.h -- what is wrong with a certificate that TLS 1.3 hides, as far as the same
 * server showed one for the same name in another connection.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_KNOWN_CERTIFICATE_H
#define TLSWHY_ANALYZE_CAUSES_KNOWN_CERTIFICATE_H

#include "analyze/cause.h"

enum known_problem {
    KNOWN_REVOKED,
    KNOWN_EXPIRED,
    KNOWN_NOT_YET_VALID,
    KNOWN_SELF_SIGNED,
    KNOWN_OTHER_NAME,
    KNOWN_OTHER_PURPOSE,
    KNOWN_WEAK,
    KNOWN_UNTRUSTED_ROOT,
    KNOWN_PROBLEMS
};

/* How well this problem explains that the client refused a hidden certificate: likely at most, and
 * possible where the certificate was seen long before or after. named is the alert that stands for
 * it. Adds the evidence unless the result is CAUSE_NO: nothing is known, the certificate known has no
 * such problem, or this client refused something else. */
enum certainty known_certificate_weigh(const struct facts *facts, enum known_problem problem,
                                       uint8_t named, struct evidence *evidence);

/* Add what is known of the certificate that TLS 1.3 hides; nothing when that is nothing. */
void describe_known_certificate(const struct facts *facts, struct evidence *evidence);

#endif
