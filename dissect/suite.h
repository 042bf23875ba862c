/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite.h -- what a cipher suite stands for.
 *
 * One row per suite in dissect/def/suite.def: the IANA registry "TLS Cipher Suites" as of August
 * 2026, and the unregistered ones of dissect/def/unregistered.csv that are met on the wire. All
 * columns are worked out from the name when the table is written, by tools/gen-def.
 *
 * Pure lookups in constant tables: no state, no allocation. GREASE values (RFC 8701) are no suites,
 * nor are those of TLCP, which is another protocol.
 */
#ifndef TLSWHY_DISSECT_SUITE_H
#define TLSWHY_DISSECT_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the premaster secret comes about. */
enum suite_key_exchange {
    SUITE_KEY_EXCHANGE_NONE,      /* TLS_NULL_WITH_NULL_NULL and signalling values */
    SUITE_KEY_EXCHANGE_ANY,       /* TLS 1.3: key_share and pre_shared_key decide */
    SUITE_KEY_EXCHANGE_RSA,       /* encrypted to the certificate's key, RFC 5246 section 7.4.7.1 */
    SUITE_KEY_EXCHANGE_DH,        /* with the key in the certificate */
    SUITE_KEY_EXCHANGE_DHE,       /* ephemeral, DH_anon included: ServerKeyExchange has dh_p */
    SUITE_KEY_EXCHANGE_ECDH,      /* with the key in the certificate */
    SUITE_KEY_EXCHANGE_ECDHE,     /* ephemeral, ECDH_anon included: ServerKeyExchange has a curve */
    SUITE_KEY_EXCHANGE_PSK,       /* RFC 4279 */
    SUITE_KEY_EXCHANGE_DHE_PSK,   /* RFC 4279 */
    SUITE_KEY_EXCHANGE_RSA_PSK,   /* RFC 4279 */
    SUITE_KEY_EXCHANGE_ECDHE_PSK, /* RFC 5489 */
    SUITE_KEY_EXCHANGE_SRP,       /* RFC 5054 */
    SUITE_KEY_EXCHANGE_ECCPWD,    /* RFC 8492 */
    SUITE_KEY_EXCHANGE_ECJPAKE,   /* draft-cragie-tls-ecjpake */
    SUITE_KEY_EXCHANGE_KRB5,      /* RFC 2712 */
    SUITE_KEY_EXCHANGE_KEA,       /* Fortezza, RFC 6101 */
    SUITE_KEY_EXCHANGE_GOST       /* RFC 9189 */
};

/* What the server proves itself with. With DH and ECDH it is what signed the certificate; the key
 * in it is a DH or EC key. */
enum suite_authentication {
    SUITE_AUTHENTICATION_NONE,
    SUITE_AUTHENTICATION_ANY, /* TLS 1.3: signature_algorithms decide */
    SUITE_AUTHENTICATION_RSA,
    SUITE_AUTHENTICATION_DSS,
    SUITE_AUTHENTICATION_ECDSA, /* or EdDSA, RFC 8422 section 5.10 */
    SUITE_AUTHENTICATION_ANON,
    SUITE_AUTHENTICATION_PSK,
    SUITE_AUTHENTICATION_PASSWORD, /* SRP, ECCPWD and ECJPAKE without a certificate */
    SUITE_AUTHENTICATION_KRB5,
    SUITE_AUTHENTICATION_GOST
};

enum suite_cipher {
#define CIPHER(token, ...) SUITE_CIPHER_##token,
#include "dissect/def/cipher.def"
#undef CIPHER
    SUITE_CIPHER_COUNT
};

/* The HMAC that protects records, with NONE, STREAM and CBC ciphers; the hash of the key schedule
 * with AEAD ciphers and in TLS 1.3. */
enum suite_hash {
#define HASH(token, octets) SUITE_HASH_##token,
#include "dissect/def/hash.def"
#undef HASH
    SUITE_HASH_COUNT
};

/* The gravest fault of a suite, worst first after SIGNAL. */
enum suite_strength {
    SUITE_STRENGTH_SIGNAL,      /* no suite: a signalling value (RFC 5746, RFC 7507) */
    SUITE_STRENGTH_UNENCRYPTED, /* null cipher */
    SUITE_STRENGTH_ANONYMOUS,   /* nobody is authenticated */
    SUITE_STRENGTH_EXPORT,      /* 40 or 56 bits, by export rules */
    SUITE_STRENGTH_WEAK,        /* RC4, RC2, DES, 3DES, IDEA, Fortezza or HMAC-MD5 */
    SUITE_STRENGTH_LEGACY,      /* CBC, no forward secrecy, or DSS: RFC 9325 section 4.1 advises
                                   against it, peers commonly still take it */
    SUITE_STRENGTH_MODERN       /* AEAD and an ephemeral key exchange */
};

struct suite {
    uint16_t value;
    /* Versions in which peers negotiate it. SSL 3.0 where its parts existed then, though the
     * defining RFC is younger: stacks did negotiate AES in SSL 3.0. */
    uint16_t minimum_version;
    uint16_t maximum_version;
    enum suite_key_exchange key_exchange;
    enum suite_authentication authentication;
    enum suite_cipher cipher;
    enum suite_hash hash;
    enum suite_strength strength;
    const char *name; /* IANA spelling */
};

enum suite_mode { SUITE_MODE_NONE, SUITE_MODE_STREAM, SUITE_MODE_CBC, SUITE_MODE_AEAD };

/* How a cipher lays out a record; lengths in octets. */
struct suite_layout {
    enum suite_mode mode;
    uint16_t key_bits;
    uint8_t block;          /* CBC pads to a multiple of this; 1 where nothing is padded */
    uint8_t explicit_nonce; /* in front of the ciphertext, TLS 1.2 AEAD only */
    uint8_t tag;            /* made by the cipher itself; 0 where an HMAC protects the record */
};

/* Octets of a TLS 1.3 record that can hold a Finished at least: message header, the smallest
 * hash, content type and the shortest tag (RFC 8446 sections 4.4.4 and 5.2, RFC 6655 for CCM_8).
 * A protected record below is an alert, padded or not, an EndOfEarlyData, or an empty
 * Certificate. */
enum { SUITE_FINISHED_MIN = 4 + 32 + 1 + 8 };

/* The suite with this value, or NULL where there is none that is known. Valid for ever. */
const struct suite *suite_find(uint16_t value);

/* The layout that goes with a suite's cipher. Never NULL, valid for ever. */
const struct suite_layout *suite_layout(const struct suite *suite);

/* Octets of the suite's hash, 0 for SUITE_HASH_NONE. */
size_t suite_hash_length(const struct suite *suite);

/* Whether a record that the suite protects, in this version (TLS_VERSION_SSL3 to TLS_VERSION_1_3),
 * can have a fragment of fragment_length octets when it carries content_length octets of content.
 * "Can", because encrypt-then-MAC (RFC 7366) gives CBC records a second length, and whether it was
 * negotiated is for the caller to know.
 *
 * Assumed are the null compression, a full-length HMAC and the least padding. TLS 1.3 padding
 * (RFC 8446 section 5.4) is for the caller: what it makes of a fragment is any greater length.
 *
 * A draft of TLS 1.3 (0x7f00 and above) is for the caller to pass as TLS_VERSION_1_3.
 *
 * False for a NULL suite, a signalling value, a version outside that range, a TLS 1.3 suite in an
 * older version and the reverse, and content above 2^14 octets.
 */
bool suite_record_length(const struct suite *suite, uint16_t version, size_t content_length,
                         size_t fragment_length);

/* suite_record_length for one alert, two octets: with the common suites 19 in TLS 1.3, 26 with GCM
 * and 18 with ChaCha20-Poly1305 in TLS 1.2. */
bool suite_alert_length(const struct suite *suite, uint16_t version, size_t fragment_length);

/* suite_record_length for one Finished message, alone in its record. */
bool suite_finished_length(const struct suite *suite, uint16_t version, size_t fragment_length);

#endif
