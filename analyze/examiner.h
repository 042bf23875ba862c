/* SPDX-License-Identifier: GPL-2.0-or-later */
/* examiner.h -- examines the certificates of a handshake: reads them from the transcript through
 * the cache, judges the chains of both sides for the facts, and verifies the signature of the
 * server's key exchange where a client refused it.
 */
#ifndef TLSWHY_ANALYZE_EXAMINER_H
#define TLSWHY_ANALYZE_EXAMINER_H

#include "analyze/certificate_cache.h"
#include "analyze/chain.h"
#include "analyze/facts.h"

struct examiner;

/* An examiner that judges against the trust store and the revocation lists (either may be NULL:
 * then nothing is said of trust or revocation), which it borrows. limits are those of its cache,
 * NULL: the defaults. When it judges each handshake alone, an issuer that another one showed is not
 * known. NULL when memory is short. */
struct examiner *examiner_new(struct trust_store *trust, const struct crl_set *crls,
                              const struct certificate_cache_limits *limits, bool alone);
void examiner_free(struct examiner *examiner); /* NULL is harmless */

/* Judge the certificates of a handshake: sets facts->chain and facts->certificates of each side
 * whose Certificate message was kept and has a certificate in it. They belong to the examiner and
 * stay valid until its next call. */
void examiner_examine(struct examiner *examiner, struct facts *facts);

/* Verify the signature of a ServerKeyExchange of TLS 1.2 behind which the client ended the
 * handshake. SIGNATURE_UNKNOWN also when there were too many (signature_ledger.h), which counts: to
 * be asked once of each handshake. */
enum signature_check examiner_verify_key_exchange(struct examiner *examiner,
                                                  const struct facts *facts);

/* Judge by others from now on, which are borrowed too. What was judged before may not be used any
 * more. */
void examiner_set_trust(struct examiner *examiner, struct trust_store *trust,
                        const struct crl_set *crls);

/* The cache that it reads certificates through, for its counters. */
const struct certificate_cache *examiner_cache(const struct examiner *examiner);

/* Signatures that were not verified because there were too many: SIGNATURE_LEDGER_PER_SECOND. */
uint64_t examiner_signatures_left_out(const struct examiner *examiner);

#endif
