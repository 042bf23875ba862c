/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/certificate_parts.h"
#include "analyze/der.h"

/* TBSCertificate ::= SEQUENCE {                                 RFC 5280 section 4.1
 *     version         [0] EXPLICIT INTEGER DEFAULT v1,
 *     serialNumber        INTEGER,
 *     signature           SEQUENCE,
 *     issuer              SEQUENCE OF RDN,
 *     validity            SEQUENCE of two times,
 *     subject             SEQUENCE OF RDN,
 *     subjectPublicKeyInfo SEQUENCE { algorithm SEQUENCE, subjectPublicKey BIT STRING },
 *     issuerUniqueID  [1] IMPLICIT BIT STRING OPTIONAL,
 *     subjectUniqueID [2] IMPLICIT BIT STRING OPTIONAL,
 *     extensions      [3] EXPLICIT SEQUENCE OF Extension OPTIONAL }
 */

static bool version_read(struct bytes *in, uint8_t *out)
{
    struct bytes explicit_version;
    struct bytes version;

    *out = 1;
    if (!der_take_optional(in, DER_CONTEXT_CONSTRUCTED | 0, &explicit_version))
        return true;
    if (!der_take(&explicit_version, DER_INTEGER, &version) || version.len != 1
        || version.data[0] > 2)
        return false;
    *out = (uint8_t)(version.data[0] + 1);
    return true;
}

static bool key_info_read(struct bytes *in, struct certificate_outline *out)
{
    struct bytes info;

    return der_take(in, DER_SEQUENCE, &info) && der_take(&info, DER_SEQUENCE, &out->key_algorithm)
           && der_take(&info, DER_BIT_STRING, &out->key);
}

/* The three optional fields at the end. */
static bool tail_read(struct bytes *in, struct certificate_outline *out)
{
    struct bytes unique_id;
    struct bytes extensions;

    der_take_optional(in, DER_CONTEXT | 1, &unique_id);
    der_take_optional(in, DER_CONTEXT | 2, &unique_id);
    out->extensions = (struct bytes){0};
    if (!der_take_optional(in, DER_CONTEXT_CONSTRUCTED | 3, &extensions))
        return in->len == 0;
    return der_take(&extensions, DER_SEQUENCE, &out->extensions) && in->len == 0;
}

static bool signed_part_read(struct bytes in, struct certificate_outline *out)
{
    return version_read(&in, &out->version)               /* version */
           && der_take(&in, DER_INTEGER, &out->serial)    /* serialNumber */
           && der_skip(&in, DER_SEQUENCE)                 /* signature */
           && der_take(&in, DER_SEQUENCE, &out->issuer)   /* issuer */
           && der_take(&in, DER_SEQUENCE, &out->validity) /* validity */
           && der_take(&in, DER_SEQUENCE, &out->subject)  /* subject */
           && key_info_read(&in, out)                     /* subjectPublicKeyInfo */
           && tail_read(&in, out);
}

bool certificate_outline_read(struct bytes der, struct certificate_outline *out)
{
    struct bytes certificate;
    struct bytes signed_part;

    if (!der_take(&der, DER_SEQUENCE, &certificate)
        || !der_take(&certificate, DER_SEQUENCE, &signed_part)
        || !der_take(&certificate, DER_SEQUENCE, &out->signature_algorithm)
        || !der_skip(&certificate, DER_BIT_STRING) || certificate.len != 0)
        return false;
    out->after = der;
    return signed_part_read(signed_part, out);
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

uint16_t certificate_modulus_bits(const struct certificate_outline *outline,
                                  enum certificate_key key)
{
    if (key == KEY_RSA || key == KEY_RSA_PSS)
        return rsa_bits(outline->key);
    if (key == KEY_DSA || key == KEY_DH)
        return prime_bits(outline->key_algorithm);
    return 0;
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
