/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificate_refusal.h -- how a client's refusal bears on what is visibly wrong with the server's
 * certificate, and that certificate in words. */
#ifndef TLSWHY_ANALYZE_CAUSES_CERTIFICATE_REFUSAL_H
#define TLSWHY_ANALYZE_CAUSES_CERTIFICATE_REFUSAL_H

#include "analyze/cause.h"
#include "analyze/chain.h"

/* The judgement of the server's chain, when the client refused the handshake at a point where it
 * had that chain; else NULL. */
const struct chain_judgement *certificate_refused(const struct facts *facts);

/* What the form of that refusal says of a problem that the chain has. named is the alert that
 * stands for this problem and no other: then it is certain. An alert that many clients send
 * for whatever is wrong with a certificate makes it likely, and so does a client that falls silent
 * or speaks encrypted right after the certificate, unless it seems to scan. Another alert with a
 * meaning of its own makes it possible at most, and so does, for TLS_ALERT_UNKNOWN_CA as named, one
 * that speaks of no certificate. TLS_ALERT_BAD_CERTIFICATE as named: no alert of its own. */
enum certainty certificate_refusal_weigh(const struct facts *facts, uint8_t named);

/* The same for a problem that depends on the trust store, which may be another than the client's,
 * or of another time. Without an alert it is possible when the leaf came alone, and no
 * explanation at all when an issuer came with it: a root may be left out. Nor is it one of
 * decrypt_error(51): who lacks an issuer has no key to verify with. Nor is it where
 * the client takes the issuer that came elsewhere, unless it says unknown_ca(48). */
enum certainty certificate_refusal_weigh_trust(const struct facts *facts);

/* The client refused the chain without an alert in clear, and by the trust store it has this end:
 * that may be the reason, and the client may know more issuers. */
bool certificate_trust_is_in_doubt(const struct facts *facts, enum chain_end end);

/* The time of the packets is before the version that was chosen was published: the clock of the
 * capturing host is wrong, and dates mean nothing. */
bool capture_clock_is_early(const struct facts *facts);

/* The certificate at this depth of the path: who it stands for, who issued it, how long. */
void describe_certificate(const struct facts *facts, enum side side,
                          const struct certificate *certificate, struct evidence *evidence);

/* The client's certificate, and what is wrong with its chain, one line for each problem. Nothing is
 * added when it was not read. */
void describe_client_chain(const struct facts *facts, struct evidence *evidence);

/* The single problems, in words. */
void describe_validity(const struct facts *facts, enum side side, struct evidence *evidence);
void describe_names(const struct facts *facts, struct evidence *evidence);
void describe_chain_end(const struct facts *facts, enum side side, struct evidence *evidence);
void describe_purpose(const struct facts *facts, enum side side, struct evidence *evidence);
void describe_critical(const struct facts *facts, enum side side, struct evidence *evidence);
void describe_weakness(const struct facts *facts, enum side side, struct evidence *evidence);
void describe_revocation(const struct facts *facts, enum side side, struct evidence *evidence);

#endif
