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

static bool issuer_read(struct bytes *in, struct certificate_outline *out)
{
    struct bytes before = *in;

    return der_take(in, DER_SEQUENCE, &out->issuer)
           && bytes_take(&before, before.len - in->len, &out->issuer_element);
}

static bool signed_part_read(struct bytes in, struct certificate_outline *out)
{
    return version_read(&in, &out->version)               /* version */
           && der_take(&in, DER_INTEGER, &out->serial)    /* serialNumber */
           && der_skip(&in, DER_SEQUENCE)                 /* signature */
           && issuer_read(&in, out)                       /* issuer */
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
