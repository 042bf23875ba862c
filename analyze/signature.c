/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/signature.h"

/* The headers of wolfSSL change their contents with the options of the build: these come first. */
#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/ed25519.h>
#include <wolfssl/wolfcrypt/ed448.h>
#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/hash.h>
#include <wolfssl/wolfcrypt/rsa.h>

#include "analyze/certificate_parts.h"
#include "analyze/der.h"
#include "analyze/key_scheme.h"
#include "dissect/tls.h"

enum {
    RSA_OCTETS_MAX = SIGNATURE_RSA_BITS_MAX / 8,
    RSA_EXPONENT_OCTETS_MAX = SIGNATURE_RSA_EXPONENT_BITS_MAX / 8
};

struct digest {
    uint8_t octets[WC_MAX_DIGEST_SIZE];
    word32 length;
};

struct scheme {
    uint16_t value;
    enum signature_check (*verify)(const struct scheme *scheme, struct bytes key_algorithm,
                                   struct bytes key, const struct signature_claim *claim);
    enum wc_HashType hash;
    int mask; /* of PSS */
};

static bool digest_make(const struct scheme *scheme, struct bytes content, struct digest *out)
{
    int length = wc_HashGetDigestSize(scheme->hash);

    if (length <= 0)
        return false;
    out->length = (word32)length;
    return wc_Hash(scheme->hash, content.data, (word32)content.len, out->octets, out->length) == 0;
}

/* Of what wolfSSL says, that which is about the signature and not about itself. */
static enum signature_check check_of_error(int error)
{
    static const int wrong[] = {RSA_PAD_E, BAD_PADDING_E, RSA_OUT_OF_RANGE_E, PSS_SALTLEN_E,
                                SIG_VERIFY_E};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (wrong[i] == error)
            return SIGNATURE_WRONG;
    return SIGNATURE_UNKNOWN;
}

static enum signature_check check_of_result(int error, int verifies)
{
    if (error != 0)
        return check_of_error(error);
    return verifies == 1 ? SIGNATURE_VERIFIES : SIGNATURE_WRONG;
}

struct rsa_numbers {
    struct bytes modulus;
    struct bytes exponent;
};

/* RSAPublicKey, RFC 8017 appendix A.1.1. False if it is none, or too large. */
static bool rsa_numbers_read(struct bytes key, struct rsa_numbers *out)
{
    struct bytes numbers;

    if (!der_take(&key, DER_SEQUENCE, &numbers) || !der_take(&numbers, DER_INTEGER, &out->modulus)
        || !der_take(&numbers, DER_INTEGER, &out->exponent))
        return false;
    out->modulus = der_magnitude(out->modulus);
    out->exponent = der_magnitude(out->exponent);
    return out->modulus.len > 0 && out->modulus.len <= RSA_OCTETS_MAX && out->exponent.len > 0
           && out->exponent.len <= RSA_EXPONENT_OCTETS_MAX;
}

static enum signature_check pkcs1_verify(RsaKey *key, const struct digest *digest,
                                         struct bytes signature)
{
    uint8_t opened[RSA_OCTETS_MAX];
    int length =
        wc_RsaSSL_Verify(signature.data, (word32)signature.len, opened, sizeof(opened), key);

    if (length < 0)
        return check_of_error(length);
    /* A DigestInfo ends with the digest. */
    return (word32)length >= digest->length
                   && memcmp(&opened[(word32)length - digest->length], digest->octets,
                             digest->length)
                          == 0
               ? SIGNATURE_VERIFIES
               : SIGNATURE_WRONG;
}

static enum signature_check pss_verify(const struct scheme *scheme, RsaKey *key,
                                       const struct digest *digest, struct bytes signature)
{
    uint8_t octets[RSA_OCTETS_MAX];
    uint8_t opened[RSA_OCTETS_MAX];
    int length;

    memcpy(octets, signature.data, signature.len);
    length = wc_RsaPSS_VerifyCheck(octets, (word32)signature.len, opened, sizeof(opened),
                                   digest->octets, digest->length, scheme->hash, scheme->mask, key);
    return length < 0 ? check_of_error(length) : SIGNATURE_VERIFIES;
}

static enum signature_check rsa_verify(const struct scheme *scheme, struct bytes key_algorithm,
                                       struct bytes key, const struct signature_claim *claim)
{
    enum signature_check check = SIGNATURE_UNKNOWN;
    struct rsa_numbers numbers;
    struct digest digest;
    RsaKey rsa;

    (void)key_algorithm;
    if (!rsa_numbers_read(key, &numbers) || !digest_make(scheme, claim->content, &digest))
        return SIGNATURE_UNKNOWN;
    /* RFC 8017 sections 8.1.2 and 8.2.2, step 1 */
    if (claim->signature.len != numbers.modulus.len)
        return SIGNATURE_WRONG;
    if (wc_InitRsaKey(&rsa, NULL) != 0)
        return SIGNATURE_UNKNOWN;
    if (wc_RsaPublicKeyDecodeRaw(numbers.modulus.data, (word32)numbers.modulus.len,
                                 numbers.exponent.data, (word32)numbers.exponent.len, &rsa)
        == 0)
        check = scheme->mask == WC_MGF1NONE ? pkcs1_verify(&rsa, &digest, claim->signature)
                                            : pss_verify(scheme, &rsa, &digest, claim->signature);
    (void)wc_FreeRsaKey(&rsa);
    return check;
}

/* ECPoint, RFC 5480 section 2.2, on the curve that the parameters of the algorithm name. */
static bool ecc_key_read(struct bytes key_algorithm, struct bytes key, ecc_key *out)
{
    struct bytes curve;
    int id;

    if (!der_skip(&key_algorithm, DER_OID) || !der_take(&key_algorithm, DER_OID, &curve))
        return false;
    id = wc_ecc_get_curve_id_from_oid(curve.data, (word32)curve.len);
    return id > ECC_CURVE_DEF && wc_ecc_import_x963_ex(key.data, (word32)key.len, out, id) == 0;
}

/* One that is longer than any of this curve is of a larger one. */
static enum signature_check ecdsa_verify_digest(ecc_key *key, const struct digest *digest,
                                                struct bytes signature)
{
    int longest = wc_ecc_sig_size(key);
    int verifies = 0;
    int error;

    if (longest > 0 && signature.len > (size_t)longest)
        return SIGNATURE_WRONG;
    error = wc_ecc_verify_hash(signature.data, (word32)signature.len, digest->octets,
                               digest->length, &verifies, key);
    return check_of_result(error, verifies);
}

static enum signature_check ecdsa_verify(const struct scheme *scheme, struct bytes key_algorithm,
                                         struct bytes key, const struct signature_claim *claim)
{
    enum signature_check check = SIGNATURE_UNKNOWN;
    struct digest digest;
    ecc_key ecc;

    if (!digest_make(scheme, claim->content, &digest) || wc_ecc_init(&ecc) != 0)
        return SIGNATURE_UNKNOWN;
    if (ecc_key_read(key_algorithm, key, &ecc))
        check = ecdsa_verify_digest(&ecc, &digest, claim->signature);
    (void)wc_ecc_free(&ecc);
#ifdef FP_ECC
    wc_ecc_fp_free(); /* multiples of points that are kept for the next time, megabytes of them */
#endif
    return check;
}

static enum signature_check ed25519_verify(const struct scheme *scheme, struct bytes key_algorithm,
                                           struct bytes key, const struct signature_claim *claim)
{
    enum signature_check check = SIGNATURE_UNKNOWN;
    ed25519_key edwards;
    int verifies = 0;

    (void)scheme;
    (void)key_algorithm;
    if (claim->signature.len != ED25519_SIG_SIZE)
        return SIGNATURE_WRONG;
    if (wc_ed25519_init(&edwards) != 0)
        return SIGNATURE_UNKNOWN;
    if (wc_ed25519_import_public(key.data, (word32)key.len, &edwards) == 0) {
        int error =
            wc_ed25519_verify_msg(claim->signature.data, ED25519_SIG_SIZE, claim->content.data,
                                  (word32)claim->content.len, &verifies, &edwards);

        check = check_of_result(error, verifies);
    }
    wc_ed25519_free(&edwards);
    return check;
}

static enum signature_check ed448_verify(const struct scheme *scheme, struct bytes key_algorithm,
                                         struct bytes key, const struct signature_claim *claim)
{
    enum signature_check check = SIGNATURE_UNKNOWN;
    ed448_key edwards;
    int verifies = 0;

    (void)scheme;
    (void)key_algorithm;
    if (claim->signature.len != ED448_SIG_SIZE)
        return SIGNATURE_WRONG;
    if (wc_ed448_init(&edwards) != 0)
        return SIGNATURE_UNKNOWN;
    if (wc_ed448_import_public(key.data, (word32)key.len, &edwards) == 0) {
        int error = wc_ed448_verify_msg(claim->signature.data, ED448_SIG_SIZE, claim->content.data,
                                        (word32)claim->content.len, &verifies, &edwards, NULL, 0);

        check = check_of_result(error, verifies);
    }
    wc_ed448_free(&edwards);
    return check;
}

/* RFC 5246 section 7.4.1.4.1, RFC 8446 section 4.2.3, RFC 8422 section 5.1.3. In TLS 1.2 the curve
 * is the key's, whatever the name of the scheme says; and SHA-224 has no name of TLS 1.3. */
static const struct scheme schemes[] = {
    {TLS_RSA_PKCS1_SHA1, rsa_verify, WC_HASH_TYPE_SHA, WC_MGF1NONE},
    {0x0301, rsa_verify, WC_HASH_TYPE_SHA224, WC_MGF1NONE},
    {TLS_RSA_PKCS1_SHA256, rsa_verify, WC_HASH_TYPE_SHA256, WC_MGF1NONE},
    {TLS_RSA_PKCS1_SHA384, rsa_verify, WC_HASH_TYPE_SHA384, WC_MGF1NONE},
    {TLS_RSA_PKCS1_SHA512, rsa_verify, WC_HASH_TYPE_SHA512, WC_MGF1NONE},
    {TLS_RSA_PSS_RSAE_SHA256, rsa_verify, WC_HASH_TYPE_SHA256, WC_MGF1SHA256},
    {TLS_RSA_PSS_RSAE_SHA384, rsa_verify, WC_HASH_TYPE_SHA384, WC_MGF1SHA384},
    {TLS_RSA_PSS_RSAE_SHA512, rsa_verify, WC_HASH_TYPE_SHA512, WC_MGF1SHA512},
    {TLS_RSA_PSS_PSS_SHA256, rsa_verify, WC_HASH_TYPE_SHA256, WC_MGF1SHA256},
    {TLS_RSA_PSS_PSS_SHA384, rsa_verify, WC_HASH_TYPE_SHA384, WC_MGF1SHA384},
    {TLS_RSA_PSS_PSS_SHA512, rsa_verify, WC_HASH_TYPE_SHA512, WC_MGF1SHA512},
    {TLS_ECDSA_SHA1, ecdsa_verify, WC_HASH_TYPE_SHA, WC_MGF1NONE},
    {0x0303, ecdsa_verify, WC_HASH_TYPE_SHA224, WC_MGF1NONE},
    {TLS_ECDSA_SECP256R1_SHA256, ecdsa_verify, WC_HASH_TYPE_SHA256, WC_MGF1NONE},
    {TLS_ECDSA_SECP384R1_SHA384, ecdsa_verify, WC_HASH_TYPE_SHA384, WC_MGF1NONE},
    {TLS_ECDSA_SECP521R1_SHA512, ecdsa_verify, WC_HASH_TYPE_SHA512, WC_MGF1NONE},
    {TLS_ED25519, ed25519_verify, WC_HASH_TYPE_NONE, WC_MGF1NONE},
    {TLS_ED448, ed448_verify, WC_HASH_TYPE_NONE, WC_MGF1NONE},
};

static const struct scheme *scheme_find(uint16_t value)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (schemes[i].value == value)
            return &schemes[i];
    return NULL;
}

enum signature_check signature_verify(struct bytes certificate, const struct signature_claim *claim)
{
    const struct scheme *scheme = scheme_find(claim->scheme);
    struct certificate_outline outline;
    uint8_t unused_bits;

    if (scheme == NULL || claim->content.len > SIGNATURE_CONTENT_MAX || claim->signature.len == 0
        || !certificate_outline_read(certificate, &outline)
        || !key_scheme_fits(certificate_key_kind(&outline), claim->scheme)
        || !bytes_u8(&outline.key, &unused_bits) || unused_bits != 0)
        return SIGNATURE_UNKNOWN;
    return scheme->verify(scheme, outline.key_algorithm, outline.key, claim);
}
