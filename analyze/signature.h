/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signature.h -- whether a signature of a TLS 1.2 handshake verifies with the key of a certificate.
 *
 * What is signed is in clear there, and so is the key: whoever reads the packets can do what the
 * client did. RSA with PKCS #1 v1.5 (RFC 8017 section 8.2) and PSS (section 8.1), ECDSA on the
 * curves that wolfSSL has, Ed25519 and Ed448. What cannot be decided is SIGNATURE_UNKNOWN: another
 * scheme, as those of DSA and MD5 are, a key that does not fit the scheme, or one that is larger
 * than what is bounded here. No state, no allocation that outlives the call.
 */
#ifndef TLSWHY_ANALYZE_SIGNATURE_H
#define TLSWHY_ANALYZE_SIGNATURE_H

#include "dissect/bytes.h"

/* They bound what one verification costs: below half a millisecond with RSA, and three with an
 * elliptic curve. */
enum {
    SIGNATURE_RSA_BITS_MAX = 8192,        /* wolfSSL may have been built for fewer */
    SIGNATURE_RSA_EXPONENT_BITS_MAX = 32, /* all that are in use are shorter */
    SIGNATURE_CONTENT_MAX = 8192          /* octets: a Diffie-Hellman group of 16384 bits */
};

enum signature_check {
    SIGNATURE_UNKNOWN,
    SIGNATURE_VERIFIES,
    SIGNATURE_WRONG /* it is not one of this key of this content */
};

struct signature_claim {
    uint16_t scheme; /* SignatureScheme, or {hash, signature} of RFC 5246 */
    struct bytes signature;
    struct bytes content; /* what is signed, before it is hashed */
};

/* Verify with the key of a certificate, in DER. */
enum signature_check signature_verify(struct bytes certificate,
                                      const struct signature_claim *claim);

#endif
