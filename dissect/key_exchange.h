/* SPDX-License-Identifier: GPL-2.0-or-later */

/* key_exchange.h -- ServerKeyExchange and CertificateVerify, up to TLS 1.2.
 *
 * What a ServerKeyExchange holds depends on the negotiated suite, so the caller says which form
 * to expect:
 *
 *   DHE, DH_anon      dh_p<1..2^16-1> dh_g<1..2^16-1> dh_Ys<1..2^16-1>     RFC 5246 section 7.4.3
 *   ECDHE, ECDH_anon  curve_type named_curve public<1..2^8-1>              RFC 8422 section 5.4
 *   RSA_EXPORT        rsa_modulus<1..2^16-1> rsa_exponent<1..2^16-1>       RFC 2246 section 7.4.3
 *   PSK, RSA_PSK      psk_identity_hint<0..2^16-1>                         RFC 4279 section 2
 *   DHE_PSK           the hint, then as DHE                                RFC 4279 section 3
 *   ECDHE_PSK         the hint, then as ECDHE                              RFC 5489 section 2
 *   SRP               srp_N<1..2^16-1> srp_g<1..2^16-1> srp_s<1..2^8-1> srp_B<1..2^16-1>
 *                                                                          RFC 5054 section 2.5.3
 *   then, unless anonymous or a PSK one (SRP without certificate has none either):
 *     TLS 1.2         SignatureAndHashAlgorithm, signature<0..2^16-1>
 *     before          signature<0..2^16-1>                                 ending at the message
 *
 * Views into the input, no allocation, no state.
 */
#ifndef TLSWHY_DISSECT_KEY_EXCHANGE_H
#define TLSWHY_DISSECT_KEY_EXCHANGE_H

#include "dissect/bytes.h"
#include "dissect/tls.h"

enum server_key_exchange_form {
    SERVER_KEY_EXCHANGE_DHE,
    SERVER_KEY_EXCHANGE_DH_ANON,
    SERVER_KEY_EXCHANGE_ECDHE,
    SERVER_KEY_EXCHANGE_ECDH_ANON,
    SERVER_KEY_EXCHANGE_RSA_EXPORT,
    SERVER_KEY_EXCHANGE_PSK, /* RSA_PSK too */
    SERVER_KEY_EXCHANGE_DHE_PSK,
    SERVER_KEY_EXCHANGE_ECDHE_PSK,
    SERVER_KEY_EXCHANGE_SRP,     /* SRP_SHA: no certificate, no signature */
    SERVER_KEY_EXCHANGE_SRP_CERT /* SRP_SHA_RSA, SRP_SHA_DSS */
};

/* What is not in the given form is zero. */
struct server_key_exchange {
    size_t modulus_bits;     /* of dh_p, rsa_modulus or srp_N, leading zeros not counted */
    struct bytes modulus;    /* big-endian, leading zeros included */
    struct bytes generator;  /* of dh_g or srp_g; rsa_exponent */
    struct bytes public_key; /* dh_Ys, the EC point, srp_B */
    uint8_t curve_type;      /* TLS_EC_CURVE_TYPE_NAMED_CURVE, or an explicit one */
    uint16_t named_group;    /* when curve_type is named_curve */
    bool has_psk_hint;
    struct bytes psk_hint;
    struct bytes parameters; /* all before the signature: it is of both randoms and of these */
    bool has_signature;
    bool has_scheme;           /* TLS 1.2 */
    uint16_t signature_scheme; /* SignatureScheme, or {hash, signature} of RFC 5246 */
    struct bytes signature;
};

/* Parse the body of a ServerKeyExchange of this form; version is the negotiated one. False, and
 * *out unchanged, if it is malformed or has octets left over. Explicit curves (RFC 8422 forbids
 * them, RFC 4492 had them) are not taken apart: of such a message only curve_type is told. */
MUST_USE bool server_key_exchange_parse(struct bytes body, enum server_key_exchange_form form,
                                        uint16_t version, struct server_key_exchange *out);

struct certificate_verify {
    bool has_scheme;           /* TLS 1.2 and later */
    uint16_t signature_scheme; /* SignatureScheme, or {hash, signature} of RFC 5246 */
    struct bytes signature;
};

/* Parse the body of a CertificateVerify (RFC 5246 section 7.4.8, RFC 8446 section 4.4.3). False,
 * and *out unchanged, if it is malformed. */
MUST_USE bool certificate_verify_parse(struct bytes body, uint16_t version,
                                       struct certificate_verify *out);

/* The name of the client's pre-shared key: what a ClientKeyExchange of PSK, RSA_PSK, DHE_PSK or
 * ECDHE_PSK begins with, psk_identity<0..2^16-1> (RFC 4279 section 2, RFC 5489 section 2). Those of
 * other suites may look the same. False, and *out unchanged, if it is malformed. */
MUST_USE bool psk_identity_parse(struct bytes body, struct bytes *out);

/* The position of the highest bit that is set in a big-endian number: its size in bits. */
size_t bytes_bit_length(struct bytes number);

#endif
