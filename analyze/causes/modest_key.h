/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modest_key.h -- keys that most clients take and strict policies refuse: RSA below 3072 bits.
 *
 * Policies of 128 bits of security ask for more than RSA of 2048 bits: OpenSSL's SECLEVEL 3, the
 * crypto policy FUTURE of Red Hat, jdk.certpath.disabledAlgorithms of a JVM, Botan's and wolfSSL's
 * own limits.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_MODEST_KEY_H
#define TLSWHY_ANALYZE_CAUSES_MODEST_KEY_H

#include "analyze/certificate.h"
#include "analyze/evidence.h"
#include "analyze/facts.h"

/* The first certificate of the server's path, from the leaf to the anchor, that has such a key;
 * NULL: there is none, or the chain was not seen. */
const struct certificate *modest_key_find(const struct facts *facts);

/* Such a key is there, and the key exchange is none that strict policies mind: it is on an elliptic
 * curve, or encrypted to that key. */
bool modest_key_is_all_that_is_weak(const struct facts *facts);

/* Say which one it is. Nothing is added when there is none. */
void describe_modest_key(const struct facts *facts, struct evidence *evidence);

/* The client refused a chain that has such a key, and in which nothing else is wrong that can be
 * seen, with an alert that libraries have for keys that are too short for them. */
bool modest_key_may_be_refused(const struct facts *facts);

#endif
