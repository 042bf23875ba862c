/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/crl_list.h"

#include <stdlib.h>

#include "analyze/certificate_parts.h"
#include "analyze/der.h"
#include "analyze/revocation.h"

enum { REMOVE_FROM_CRL = 8 };

/* TBSCertList ::= SEQUENCE {                                    RFC 5280 section 5.1
 *     version             INTEGER OPTIONAL,
 *     signature           SEQUENCE,
 *     issuer              SEQUENCE OF RDN,
 *     thisUpdate          Time,
 *     nextUpdate          Time OPTIONAL,
 *     revokedCertificates SEQUENCE OF SEQUENCE {
 *         userCertificate INTEGER, revocationDate Time, crlEntryExtensions OPTIONAL } OPTIONAL,
 *     crlExtensions   [0] EXPLICIT SEQUENCE OF Extension OPTIONAL }
 */
struct crl_fields {
    struct bytes issuer;
    struct bytes revoked;
    struct bytes extensions;
};

static bool next_is_time(struct bytes in)
{
    return in.len > 0 && (in.data[0] == DER_UTC_TIME || in.data[0] == DER_GENERALIZED_TIME);
}

static bool fields_read(struct bytes der, struct crl_list *out, struct crl_fields *fields)
{
    struct bytes list, in, ignored, tagged;

    if (!der_take(&der, DER_SEQUENCE, &list) || der.len != 0 || !der_take(&list, DER_SEQUENCE, &in))
        return false;
    der_take_optional(&in, DER_INTEGER, &ignored);
    if (!der_skip(&in, DER_SEQUENCE) || !der_take(&in, DER_SEQUENCE, &fields->issuer)
        || !der_take_time(&in, &out->this_update))
        return false;
    if (next_is_time(in) && !der_take_time(&in, &out->next_update))
        return false;
    der_take_optional(&in, DER_SEQUENCE, &fields->revoked);
    if (der_take_optional(&in, DER_CONTEXT_CONSTRUCTED | 0, &tagged)
        && !der_take(&tagged, DER_SEQUENCE, &fields->extensions))
        return false;
    return in.len == 0;
}

static bool oid_is(struct bytes oid, const uint8_t octets[3])
{
    return bytes_equal(oid, bytes_of(octets, 3));
}

/* Take the next extension; its number of id-ce (2.5.29) in *number, 0: of another kind. */
static bool extension_next(struct bytes *extensions, uint8_t *number, struct bytes *value)
{
    struct bytes extension, oid, critical;
    uint8_t id_ce[3] = {0x55, 0x1d, 0};

    if (!der_take(extensions, DER_SEQUENCE, &extension) || !der_take(&extension, DER_OID, &oid))
        return false;
    der_take_optional(&extension, DER_BOOLEAN, &critical);
    id_ce[2] = oid.len == 3 ? oid.data[2] : 0;
    *number = oid_is(oid, id_ce) ? id_ce[2] : 0;
    return der_take(&extension, DER_OCTET_STRING, value);
}

/* IssuingDistributionPoint ::= SEQUENCE { ... [4] IMPLICIT indirectCRL BOOLEAN ... } */
static bool is_indirect(struct bytes value)
{
    struct bytes fields, contents;
    uint8_t tag;

    if (!der_take(&value, DER_SEQUENCE, &fields))
        return true;
    while (fields.len > 0) {
        if (!der_next(&fields, &tag, &contents))
            return true;
        if (tag == (DER_CONTEXT | 4) && contents.len == 1 && contents.data[0] != 0)
            return true;
    }
    return false;
}

/* AuthorityKeyIdentifier, of which the key identifier counts. */
static void key_id_read(struct bytes value, struct certificate_key_id *out)
{
    struct bytes fields, octets;

    if (!der_take(&value, DER_SEQUENCE, &fields)
        || !der_take_optional(&fields, DER_CONTEXT | 0, &octets) || octets.len == 0)
        return;
    out->length =
        (uint8_t)(octets.len < CERTIFICATE_KEY_ID_MAX ? octets.len : CERTIFICATE_KEY_ID_MAX);
    memcpy(out->octets, octets.data, out->length);
}

static const char *extensions_read(struct bytes extensions, struct crl_list *out)
{
    enum { DELTA = 27, DISTRIBUTION_POINT = 28, AUTHORITY_KEY = 35 };
    struct bytes value;
    uint8_t number;

    while (extensions.len > 0) {
        if (!extension_next(&extensions, &number, &value))
            return "has a malformed extension";
        if (number == DELTA)
            return "is a delta CRL";
        if (number == AUTHORITY_KEY)
            key_id_read(value, &out->authority_key_id);
        if (number != DISTRIBUTION_POINT)
            continue;
        if (is_indirect(value))
            return "is an indirect CRL";
        out->is_partial = true;
        certificate_sha256(value, out->scope);
    }
    return NULL;
}

/* Whether the reason of an entry is that it revokes nothing any more. */
static bool is_removal(struct bytes extensions)
{
    enum { REASON_CODE = 21 };
    struct bytes list, value, code;
    uint8_t number;

    if (!der_take_optional(&extensions, DER_SEQUENCE, &list))
        return false;
    while (list.len > 0 && extension_next(&list, &number, &value))
        if (number == REASON_CODE && der_take(&value, DER_ENUMERATED, &code) && code.len == 1)
            return code.data[0] == REMOVE_FROM_CRL;
    return false;
}

/* Zeros in front make the octets compare as the numbers do. False: longer than allowed. */
static bool serial_pad(struct bytes magnitude, uint8_t out[CERTIFICATE_SERIAL_MAX])
{
    if (magnitude.len > CERTIFICATE_SERIAL_MAX)
        return false;
    memset(out, 0, CERTIFICATE_SERIAL_MAX);
    if (magnitude.len > 0)
        memcpy(out + CERTIFICATE_SERIAL_MAX - magnitude.len, magnitude.data, magnitude.len);
    return true;
}

/* Read one entry; *keep says whether it revokes something that can be looked up. */
static bool entry_read(struct bytes *revoked, struct crl_entry *out, bool *keep)
{
    struct bytes in, serial;

    if (!der_take(revoked, DER_SEQUENCE, &in) || !der_take(&in, DER_INTEGER, &serial)
        || !der_take_time(&in, &out->revoked_at))
        return false;
    *keep = serial_pad(der_magnitude(serial), out->serial) && !is_removal(in);
    return true;
}

static int entry_compare(const void *a, const void *b)
{
    return memcmp(((const struct crl_entry *)a)->serial, ((const struct crl_entry *)b)->serial,
                  CERTIFICATE_SERIAL_MAX);
}

static const char *entries_read(struct bytes revoked, size_t max, struct crl_list *out)
{
    size_t count;
    bool keep;

    if (!der_count(revoked, &count))
        return "has a malformed entry";
    if (count > max)
        return "has too many entries";
    if (count == 0)
        return NULL;
    out->entries = malloc(count * sizeof(*out->entries));
    if (out->entries == NULL)
        return "no memory";
    while (revoked.len > 0) {
        if (!entry_read(&revoked, &out->entries[out->count], &keep)) {
            crl_list_free(out);
            return "has a malformed entry";
        }
        out->count += keep;
    }
    qsort(out->entries, out->count, sizeof(*out->entries), entry_compare);
    return NULL;
}

const char *crl_list_read(struct bytes der, size_t max, struct crl_list *out)
{
    struct crl_fields fields = {0};
    struct certificate_name_text issuer = {.text = NULL};
    const char *reason;

    *out = (struct crl_list){0};
    if (!fields_read(der, out, &fields)
        || !certificate_distinguished_name_read(fields.issuer, &issuer))
        return "is not a CRL";
    out->issuer_id = issuer.id;
    reason = extensions_read(fields.extensions, out);
    return reason != NULL ? reason : entries_read(fields.revoked, max, out);
}

void crl_list_free(struct crl_list *list)
{
    free(list->entries);
    list->entries = NULL;
    list->count = 0;
}

bool crl_list_is_same(const struct crl_list *a, const struct crl_list *b)
{
    return certificate_name_id_equal(&a->issuer_id, &b->issuer_id)
           && a->authority_key_id.length == b->authority_key_id.length
           && memcmp(a->authority_key_id.octets, b->authority_key_id.octets,
                     a->authority_key_id.length)
                  == 0
           && memcmp(a->scope, b->scope, sizeof(a->scope)) == 0;
}

bool crl_list_is_of_issuer(const struct crl_list *list, const struct certificate *certificate)
{
    if (!certificate_name_id_equal(&list->issuer_id, &certificate->issuer_id))
        return false;
    return list->authority_key_id.length == 0 || certificate->authority_key_id.length == 0
           || certificate_key_id_equal(&list->authority_key_id, &certificate->authority_key_id);
}

const struct crl_entry *crl_list_find(const struct crl_list *list,
                                      const struct certificate *certificate)
{
    struct crl_entry wanted = {0};

    if (list->count == 0 || certificate->serial_bad
        || !serial_pad(bytes_of(certificate->serial, certificate->serial_length), wanted.serial))
        return NULL;
    return bsearch(&wanted, list->entries, list->count, sizeof(wanted), entry_compare);
}
