/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subject's public key, and the digest of a signature whose parameters name it. */
#include "analyze/certificate_parts.h"
#include "analyze/der.h"

enum { OID_MAX = 9 };

struct key_algorithm {
    uint8_t length;
    uint8_t oid[OID_MAX];
    enum certificate_key key;
    uint16_t bits; /* 0: the parameters or the key itself tell them */
    const char *name;
};

/* RFC 3279, RFC 4055, RFC 5480, RFC 8410, RFC 9881. */
static const struct key_algorithm algorithms[] = {
    {9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01}, KEY_RSA, 0, "RSA"},
    {9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a}, KEY_RSA_PSS, 0, "RSA-PSS"},
    {7, {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01}, KEY_EC, 0, "EC"},
    {3, {0x2b, 0x65, 0x70}, KEY_ED25519, 256, "Ed25519"},
    {3, {0x2b, 0x65, 0x71}, KEY_ED448, 456, "Ed448"},
    {7, {0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01}, KEY_DSA, 0, "DSA"},
    {7, {0x2a, 0x86, 0x48, 0xce, 0x3e, 0x02, 0x01}, KEY_DH, 0, "DH"},
    {9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01}, KEY_DH, 0, "DH"},
    {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11}, KEY_UNKNOWN, 0, "ML-DSA-44"},
    {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12}, KEY_UNKNOWN, 0, "ML-DSA-65"},
    {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13}, KEY_UNKNOWN, 0, "ML-DSA-87"},
};

struct curve {
    uint8_t length;
    uint8_t oid[OID_MAX];
    uint16_t bits;
    uint16_t group; /* TLS Supported Group */
    const char *name;
};

/* SEC 2, RFC 5639; the groups: RFC 8422 section 5.1.1, RFC 7027 section 2. */
static const struct curve curves[] = {
    {8, {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}, 256, 23, "EC P-256"},
    {5, {0x2b, 0x81, 0x04, 0x00, 0x22}, 384, 24, "EC P-384"},
    {5, {0x2b, 0x81, 0x04, 0x00, 0x23}, 521, 25, "EC P-521"},
    {5, {0x2b, 0x81, 0x04, 0x00, 0x21}, 224, 21, "EC P-224"},
    {8, {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x01}, 192, 19, "EC P-192"},
    {5, {0x2b, 0x81, 0x04, 0x00, 0x0a}, 256, 22, "EC secp256k1"},
    {5, {0x2b, 0x81, 0x04, 0x00, 0x20}, 224, 20, "EC secp224k1"},
    {5, {0x2b, 0x81, 0x04, 0x00, 0x1f}, 192, 18, "EC secp192k1"},
    {5, {0x2b, 0x81, 0x04, 0x00, 0x08}, 160, 16, "EC secp160r1"},
    {9, {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07}, 256, 26, "EC brainpoolP256r1"},
    {9, {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0b}, 384, 27, "EC brainpoolP384r1"},
    {9, {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0d}, 512, 28, "EC brainpoolP512r1"},
};

static const struct key_algorithm *algorithm_find(struct bytes oid)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
        if (bytes_equal(oid, bytes_of(algorithms[i].oid, algorithms[i].length)))
            return &algorithms[i];
    return NULL;
}

static const struct curve *curve_find(struct bytes oid)
{
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (bytes_equal(oid, bytes_of(curves[i].oid, curves[i].length)))
            return &curves[i];
    return NULL;
}

static uint16_t bits_of(struct bytes number)
{
    struct bytes magnitude = der_magnitude(number);
    unsigned bits = (unsigned)magnitude.len * 8;

    if (magnitude.len == 0 || magnitude.len > UINT16_MAX / 8)
        return 0;
    for (uint8_t first = magnitude.data[0]; (first & 0x80) == 0; first = (uint8_t)(first << 1))
        bits--;
    return (uint16_t)bits;
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }, RFC 8017 appendix A.1.1 */
static uint16_t rsa_bits(struct bytes key)
{
    struct bytes numbers;
    struct bytes modulus;

    if (!bytes_skip(&key, 1) || !der_take(&key, DER_SEQUENCE, &numbers)
        || !der_take(&numbers, DER_INTEGER, &modulus))
        return 0;
    return bits_of(modulus);
}

/* Dss-Parms and DHParameter both begin with the prime, RFC 3279 section 2.3. */
static uint16_t prime_bits(struct bytes algorithm)
{
    struct bytes parameters;
    struct bytes prime;

    if (!der_skip(&algorithm, DER_OID) || !der_take(&algorithm, DER_SEQUENCE, &parameters)
        || !der_take(&parameters, DER_INTEGER, &prime))
        return 0;
    return bits_of(prime);
}

static uint16_t measured_bits(const struct certificate_outline *outline, enum certificate_key key)
{
    if (key == KEY_RSA || key == KEY_RSA_PSS)
        return rsa_bits(outline->key);
    if (key == KEY_DSA || key == KEY_DH)
        return prime_bits(outline->key_algorithm);
    return 0;
}

enum certificate_key certificate_key_kind(const struct certificate_outline *outline)
{
    struct bytes algorithm = outline->key_algorithm;
    const struct key_algorithm *found = NULL;
    struct bytes oid;

    if (der_take(&algorithm, DER_OID, &oid))
        found = algorithm_find(oid);
    return found != NULL ? found->key : KEY_UNKNOWN;
}

/* A curve that is not known leaves the key one of EC. */
static void curve_read(struct bytes oid, struct certificate *out)
{
    const struct curve *curve = curve_find(oid);

    if (curve == NULL)
        return;
    out->key_name = curve->name;
    out->key_bits = curve->bits;
    out->key_group = curve->group;
}

void certificate_key_read(const struct certificate_outline *outline, struct certificate *out)
{
    struct bytes parameters = outline->key_algorithm;
    const struct key_algorithm *algorithm;
    struct bytes oid;

    if (!der_take(&parameters, DER_OID, &oid))
        return;
    algorithm = algorithm_find(oid);
    if (algorithm == NULL)
        return;
    out->key = algorithm->key;
    out->key_name = algorithm->name;
    out->key_bits = algorithm->bits != 0 ? algorithm->bits : measured_bits(outline, algorithm->key);
    if (algorithm->key == KEY_EC && der_take(&parameters, DER_OID, &oid))
        curve_read(oid, out);
}

/* The object identifiers of digests, RFC 8017 appendix B.1. */
static const struct {
    uint8_t length;
    uint8_t oid[9];
    enum certificate_digest digest;
} digest_oids[] = {
    {5, {0x2b, 0x0e, 0x03, 0x02, 0x1a}, DIGEST_SHA1},
    {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04}, DIGEST_SHA224},
    {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}, DIGEST_SHA256},
    {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02}, DIGEST_SHA384},
    {9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03}, DIGEST_SHA512},
};

static enum certificate_digest digest_of_oid(struct bytes oid)
{
    for (size_t i = 0; i < sizeof(digest_oids) / sizeof(digest_oids[0]); i++)
        if (bytes_equal(oid, bytes_of(digest_oids[i].oid, digest_oids[i].length)))
            return digest_oids[i].digest;
    return DIGEST_UNKNOWN;
}

enum certificate_digest certificate_pss_digest(const struct certificate_outline *outline)
{
    struct bytes algorithm = outline->signature_algorithm;
    struct bytes parameters;
    struct bytes tagged;
    struct bytes digest;
    struct bytes oid;

    if (!der_skip(&algorithm, DER_OID) || !der_take(&algorithm, DER_SEQUENCE, &parameters))
        return DIGEST_UNKNOWN;
    if (!der_take_optional(&parameters, DER_CONTEXT_CONSTRUCTED | 0, &tagged))
        return DIGEST_SHA1; /* the default */
    if (!der_take(&tagged, DER_SEQUENCE, &digest) || !der_take(&digest, DER_OID, &oid))
        return DIGEST_UNKNOWN;
    return digest_of_oid(oid);
}
