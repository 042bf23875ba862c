/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/certificate_parts.h"
#include "analyze/der.h"
#include "analyze/text.h"

/* Reads what is in an extension's OCTET STRING into *out. False if it is malformed. */
typedef bool extension_reader(struct bytes value, struct certificate *out);

static void copy_url(struct bytes octets, char *out, size_t size)
{
    struct text text = text_begin(out, size);

    text_add_untrusted(&text, octets);
}

static bool oid_is(struct bytes oid, const void *octets, size_t length)
{
    return bytes_equal(oid, bytes_of(octets, length));
}

static bool key_id_copy(struct bytes octets, struct certificate_key_id *out)
{
    size_t kept = octets.len;

    if (kept == 0)
        return false;
    if (kept > CERTIFICATE_KEY_ID_MAX)
        kept = CERTIFICATE_KEY_ID_MAX;
    memcpy(out->octets, octets.data, kept);
    out->length = (uint8_t)kept;
    return true;
}

/* SubjectKeyIdentifier ::= OCTET STRING, RFC 5280 section 4.2.1.2 */
static bool subject_key_id_read(struct bytes value, struct certificate *out)
{
    struct bytes octets;

    return der_take(&value, DER_OCTET_STRING, &octets) && value.len == 0
           && key_id_copy(octets, &out->subject_key_id);
}

/* AuthorityKeyIdentifier ::= SEQUENCE {                     RFC 5280 section 4.2.1.1
 *     keyIdentifier             [0] IMPLICIT OCTET STRING OPTIONAL,
 *     authorityCertIssuer       [1] IMPLICIT GeneralNames OPTIONAL,
 *     authorityCertSerialNumber [2] IMPLICIT INTEGER OPTIONAL } */
static bool authority_key_id_read(struct bytes value, struct certificate *out)
{
    struct bytes fields;
    struct bytes octets;
    struct bytes ignored;

    if (!der_take(&value, DER_SEQUENCE, &fields) || value.len != 0)
        return false;
    if (der_take_optional(&fields, DER_CONTEXT | 0, &octets)
        && !key_id_copy(octets, &out->authority_key_id))
        return false;
    der_take_optional(&fields, DER_CONTEXT_CONSTRUCTED | 1, &ignored);
    der_take_optional(&fields, DER_CONTEXT | 2, &ignored);
    return fields.len == 0;
}

static void name_keep(uint8_t type, struct bytes octets, struct certificate *out)
{
    struct certificate_name *last = &out->names[out->name_count];
    size_t used = 0;

    if (out->name_count > 0)
        used = (size_t)last[-1].offset + last[-1].length;
    if (out->name_count == CERTIFICATE_NAMES_MAX || octets.len > CERTIFICATE_NAME_OCTETS - used) {
        out->names_cut++;
        return;
    }
    if (octets.len > 0)
        memcpy(out->name_octets + used, octets.data, octets.len);
    *last = (struct certificate_name){
        .type = type, .offset = (uint16_t)used, .length = (uint16_t)octets.len};
    out->name_count++;
}

/* GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName, RFC 5280 section 4.2.1.6 */
static bool alternative_names_read(struct bytes value, struct certificate *out)
{
    struct bytes names;
    struct bytes octets;
    uint8_t tag;

    if (!der_take(&value, DER_SEQUENCE, &names) || value.len != 0)
        return false;
    while (names.len > 0) {
        if (!der_next(&names, &tag, &octets))
            return false;
        uint8_t type = (uint8_t)(tag & ~DER_CONTEXT);

        if (type == NAME_MAIL || type == NAME_DNS || type == NAME_URI || type == NAME_IP)
            name_keep(type, octets, out);
        else
            out->names_other++;
    }
    out->has_subject_alt_name = true;
    return true;
}

static bool name_constraints_read(struct bytes value, struct certificate *out)
{
    struct bytes subtrees;

    if (!der_take(&value, DER_SEQUENCE, &subtrees) || value.len != 0)
        return false;
    out->has_name_constraints = true;
    if (subtrees.len == 0 || subtrees.len > sizeof(out->constraints))
        return true;
    memcpy(out->constraints, subtrees.data, subtrees.len);
    out->constraints_length = (uint16_t)subtrees.len;
    return true;
}

/* certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { policyIdentifier OID, ... },
 * RFC 5280 section 4.2.1.4 */
static bool policies_read(struct bytes value, struct certificate *out)
{
    struct bytes policies;
    struct bytes policy;
    struct bytes oid;

    if (!der_take(&value, DER_SEQUENCE, &policies) || value.len != 0)
        return false;
    while (policies.len > 0) {
        if (!der_take(&policies, DER_SEQUENCE, &policy) || !der_take(&policy, DER_OID, &oid))
            return false;
        if (out->policy_count < UINT16_MAX)
            out->policy_count++;
    }
    return true;
}

/* CRLDistributionPoints ::= SEQUENCE OF SEQUENCE {          RFC 5280 section 4.2.1.13
 *     distributionPoint [0] EXPLICIT CHOICE {
 *         fullName [0] IMPLICIT GeneralNames, ... } OPTIONAL, ... }
 * The first URL is taken. */
static bool distribution_points_read(struct bytes value, struct certificate *out)
{
    struct bytes points;
    struct bytes point;
    struct bytes choice;
    struct bytes names;
    struct bytes url;

    if (!der_take(&value, DER_SEQUENCE, &points) || value.len != 0)
        return false;
    while (points.len > 0 && out->crl_url[0] == '\0') {
        if (!der_take(&points, DER_SEQUENCE, &point))
            return false;
        if (der_take_optional(&point, DER_CONTEXT_CONSTRUCTED | 0, &choice)
            && der_take_optional(&choice, DER_CONTEXT_CONSTRUCTED | 0, &names)
            && der_take_optional(&names, DER_CONTEXT | NAME_URI, &url))
            copy_url(url, out->crl_url, sizeof(out->crl_url));
    }
    return true;
}

/* AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE {      RFC 5280 section 4.2.2.1
 *     accessMethod OID, accessLocation GeneralName } */
static bool authority_access_read(struct bytes value, struct certificate *out)
{
    static const uint8_t ocsp[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01};
    static const uint8_t issuers[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02};
    struct bytes descriptions;
    struct bytes description;
    struct bytes method;
    struct bytes url;

    if (!der_take(&value, DER_SEQUENCE, &descriptions) || value.len != 0)
        return false;
    while (descriptions.len > 0) {
        if (!der_take(&descriptions, DER_SEQUENCE, &description)
            || !der_take(&description, DER_OID, &method))
            return false;
        if (!der_take_optional(&description, DER_CONTEXT | NAME_URI, &url))
            continue;
        if (oid_is(method, ocsp, sizeof(ocsp)) && out->ocsp_url[0] == '\0')
            copy_url(url, out->ocsp_url, sizeof(out->ocsp_url));
        if (oid_is(method, issuers, sizeof(issuers)) && out->issuer_url[0] == '\0')
            copy_url(url, out->issuer_url, sizeof(out->issuer_url));
    }
    return true;
}

/* Features ::= SEQUENCE OF INTEGER, RFC 7633 section 4.1: the numbers of TLS extensions. */
static bool features_read(struct bytes value, struct certificate *out)
{
    enum { STATUS_REQUEST = 5 };
    struct bytes features;
    struct bytes feature;

    if (!der_take(&value, DER_SEQUENCE, &features) || value.len != 0)
        return false;
    while (features.len > 0) {
        if (!der_take(&features, DER_INTEGER, &feature))
            return false;
        if (feature.len == 1 && feature.data[0] == STATUS_REQUEST)
            out->must_staple = true;
    }
    return true;
}

/* SignedCertificateTimestampList, RFC 6962 section 3.3: TLS vectors in an OCTET STRING. */
static bool timestamps_read(struct bytes value, struct certificate *out)
{
    struct bytes octets;
    struct bytes list;
    struct bytes timestamp;

    if (!der_take(&value, DER_OCTET_STRING, &octets) || value.len != 0
        || !bytes_vector(&octets, 2, &list) || octets.len != 0)
        return false;
    out->has_sct_list = true;
    while (list.len > 0) {
        if (!bytes_vector(&list, 2, &timestamp))
            return false;
        out->sct_count++;
    }
    return true;
}

/* Purposes beyond those that wolfSSL tells apart, RFC 5280 section 4.2.1.12. */
static bool purposes_read(struct bytes value, struct certificate *out)
{
    static const uint8_t any[] = {0x55, 0x1d, 0x25, 0x00};
    static const uint8_t key_purposes[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03};
    static const char known[] = {1, 2, 3, 4, 8, 9}; /* id-kp-serverAuth to id-kp-OCSPSigning */
    struct bytes purposes;
    struct bytes oid;
    struct bytes arc;

    if (!der_take(&value, DER_SEQUENCE, &purposes) || value.len != 0)
        return false;
    while (purposes.len > 0) {
        if (!der_take(&purposes, DER_OID, &oid))
            return false;
        if (oid_is(oid, any, sizeof(any)))
            continue;
        if (oid.len != sizeof(key_purposes) + 1 || !bytes_take(&oid, sizeof(key_purposes), &arc)
            || !oid_is(arc, key_purposes, sizeof(key_purposes))
            || memchr(known, oid.data[0], sizeof(known)) == NULL)
            out->purposes |= PURPOSE_OTHER;
    }
    return true;
}

/* Extensions that a client is expected to process when they are critical: RFC 5280 section 4.2
 * and RFC 3739 to RFC 7633. A NULL reader: wolfSSL reads it, or nobody needs it. */
static const struct {
    uint8_t length;
    uint8_t oid[10];
    extension_reader *read;
} known_extensions[] = {
    {3, {0x55, 0x1d, 0x0e}, subject_key_id_read},
    {3, {0x55, 0x1d, 0x0f}, NULL}, /* keyUsage */
    {3, {0x55, 0x1d, 0x11}, alternative_names_read},
    {3, {0x55, 0x1d, 0x12}, NULL}, /* issuerAltName */
    {3, {0x55, 0x1d, 0x13}, NULL}, /* basicConstraints */
    {3, {0x55, 0x1d, 0x1e}, name_constraints_read},
    {3, {0x55, 0x1d, 0x1f}, distribution_points_read},
    {3, {0x55, 0x1d, 0x20}, policies_read},
    {3, {0x55, 0x1d, 0x21}, NULL}, /* policyMappings */
    {3, {0x55, 0x1d, 0x23}, authority_key_id_read},
    {3, {0x55, 0x1d, 0x24}, NULL}, /* policyConstraints */
    {3, {0x55, 0x1d, 0x25}, purposes_read},
    {3, {0x55, 0x1d, 0x2e}, NULL}, /* freshestCRL */
    {3, {0x55, 0x1d, 0x36}, NULL}, /* inhibitAnyPolicy */
    {8, {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01}, authority_access_read},
    {8, {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x18}, features_read},
    {10, {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02}, timestamps_read},
    {9, {0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x01, 0x01}, NULL}, /* Netscape's type */
};

/* Extension ::= SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
static bool extension_next(struct bytes *extensions, struct bytes *oid, bool *critical,
                           struct bytes *value)
{
    struct bytes extension;

    *critical = false;
    if (!der_take(extensions, DER_SEQUENCE, &extension) || !der_take(&extension, DER_OID, oid))
        return false;
    if (extension.len > 0 && extension.data[0] == DER_BOOLEAN
        && !der_take_boolean(&extension, critical))
        return false;
    return der_take(&extension, DER_OCTET_STRING, value) && extension.len == 0;
}

static void extension_read(struct bytes oid, bool critical, struct bytes value,
                           struct certificate *out)
{
    for (size_t i = 0; i < sizeof(known_extensions) / sizeof(known_extensions[0]); i++) {
        if (!oid_is(oid, known_extensions[i].oid, known_extensions[i].length))
            continue;
        if (known_extensions[i].read != NULL && !known_extensions[i].read(value, out))
            out->malformed_extension = true;
        return;
    }
    if (critical && !out->unknown_critical) {
        struct text text = text_begin(out->critical_oid, sizeof(out->critical_oid));

        certificate_add_oid(&text, oid);
        out->unknown_critical = true;
    }
}

static bool is_among(struct bytes oid, const struct bytes *seen, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_equal(oid, seen[i]))
            return true;
    return false;
}

bool certificate_extensions_read(struct bytes extensions, struct certificate *out)
{
    struct bytes seen[CERTIFICATE_EXTENSIONS_MAX];
    struct bytes oid;
    struct bytes value;
    size_t count = 0;
    bool critical;

    while (extensions.len > 0 && count < CERTIFICATE_EXTENSIONS_MAX) {
        if (!extension_next(&extensions, &oid, &critical, &value))
            return false;
        /* Of two extensions of a kind the first one counts, or an attacker could hide it. */
        if (is_among(oid, seen, count))
            out->duplicate_extension = true;
        else
            extension_read(oid, critical, value, out);
        seen[count++] = oid;
        out->extensions = (uint16_t)count;
    }
    return extensions.len == 0;
}
