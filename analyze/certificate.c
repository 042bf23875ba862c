/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/certificate.h"

#include <arpa/inet.h>
#include <stddef.h>

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/hash.h>

#include "analyze/certificate_parts.h"
#include "analyze/der.h"
#include "analyze/text.h"

void certificate_sha256(struct bytes octets, uint8_t out[CERTIFICATE_SHA256_LEN])
{
    if (wc_Sha256Hash(octets.data, (word32)octets.len, out) != 0)
        memset(out, 0, CERTIFICATE_SHA256_LEN);
}

static void sha1_of(struct bytes octets, uint8_t out[CERTIFICATE_SHA1_LEN])
{
    if (wc_ShaHash(octets.data, (word32)octets.len, out) != 0)
        memset(out, 0, CERTIFICATE_SHA1_LEN);
}

static void digests_of(struct bytes octets, struct certificate_digests *out)
{
    sha1_of(octets, out->sha1);
    certificate_sha256(octets, out->sha256);
}

/* The key is a BIT STRING, whose first octet counts unused bits and is no part of it. */
static void issuer_digests_read(const struct certificate_outline *outline, struct certificate *out)
{
    struct bytes key = outline->key;

    digests_of(outline->issuer_element, &out->issuer_digests);
    if (bytes_skip(&key, 1))
        digests_of(key, &out->key_digests);
}

static void serial_read(struct bytes integer, struct certificate *out)
{
    struct bytes magnitude = der_magnitude(integer);
    bool is_negative = integer.len > 0 && (integer.data[0] & 0x80) != 0;
    size_t excess = 0;

    if (magnitude.len > CERTIFICATE_SERIAL_MAX)
        excess = magnitude.len - CERTIFICATE_SERIAL_MAX;
    out->serial_bad = is_negative || magnitude.len == 0 || excess > 0;
    if (!bytes_skip(&magnitude, excess) || magnitude.len == 0)
        return;
    memcpy(out->serial, magnitude.data, magnitude.len);
    out->serial_length = (uint8_t)magnitude.len;
}

static bool distinguished_names_read(const struct certificate_outline *outline,
                                     struct certificate *out)
{
    struct certificate_name_text subject = {.text = out->subject, .common_name = out->common_name};
    struct certificate_name_text issuer = {.text = out->issuer,
                                           .common_name = out->issuer_common_name};

    if (!certificate_distinguished_name_read(outline->subject, &subject)
        || !certificate_distinguished_name_read(outline->issuer, &issuer))
        return false;
    out->subject_id = subject.id;
    out->issuer_id = issuer.id;
    out->self_issued = certificate_name_id_equal(&subject.id, &issuer.id);
    return true;
}

static const char *outer_read(const struct certificate_outline *outline, struct certificate *out)
{
    struct bytes validity = outline->validity;

    if (!distinguished_names_read(outline, out))
        return "a distinguished name is malformed";
    out->reading = CERTIFICATE_OUTER;
    out->version = outline->version;
    serial_read(outline->serial, out);
    out->has_validity = der_take_time(&validity, &out->not_before)
                        && der_take_time(&validity, &out->not_after) && validity.len == 0;
    issuer_digests_read(outline, out);
    certificate_key_read(outline, out);
    if (!certificate_extensions_read(outline->extensions, out))
        return "the list of extensions is malformed or too long";
    return NULL;
}

/* Why wolfSSL is not asked; NULL: it is. */
static const char *refusal_of(struct bytes der, const struct certificate_outline *outline,
                              const struct certificate *certificate)
{
    uint64_t names =
        (uint64_t)certificate->name_count + certificate->names_cut + certificate->names_other;

    if (outline->after.len > 0)
        return "octets follow the certificate";
    if (!certificate->has_validity)
        return "a time of the validity is malformed";
    if (certificate->duplicate_extension)
        return "an extension comes twice";
    if (der.len > CERTIFICATE_WOLFSSL_MAX)
        return "larger than 64 KiB";
    if (names > CERTIFICATE_WOLFSSL_NAMES_MAX)
        return "more than 1024 names";
    return NULL;
}

void certificate_read(struct bytes der, struct certificate *out)
{
    struct certificate_outline outline;

    /* What is at its end is set by the lengths before it alone: clearing them costs more than
     * parsing. */
    memset(out, 0, offsetof(struct certificate, constraints));
    out->reading = CERTIFICATE_UNREADABLE;
    out->length = (uint32_t)der.len;
    out->key_name = "unknown";
    out->signature_name = "unknown";
    sha1_of(der, out->sha1);
    certificate_sha256(der, out->sha256);
    if (der.len > CERTIFICATE_DER_MAX) {
        out->reason = "larger than 1 MiB";
        return;
    }
    if (!certificate_outline_read(der, &outline)) {
        out->reason = "not a certificate in DER";
        return;
    }
    out->reason = outer_read(&outline, out);
    if (out->reason == NULL)
        out->reason = refusal_of(der, &outline, out);
    if (out->reason == NULL && certificate_wolfssl_read(der, &outline, out))
        out->reading = CERTIFICATE_READ;
}

struct bytes certificate_name(const struct certificate *certificate, size_t index)
{
    const struct certificate_name *name = &certificate->names[index];

    return bytes_of(&certificate->name_octets[name->offset], name->length);
}

void certificate_name_text(const struct certificate *certificate, size_t index, char *out,
                           size_t size)
{
    struct bytes octets = certificate_name(certificate, index);
    struct text text = text_begin(out, size);
    char address[INET6_ADDRSTRLEN];
    int family = octets.len == 4 ? AF_INET : octets.len == 16 ? AF_INET6 : AF_UNSPEC;

    if (certificate->names[index].type != NAME_IP) {
        text_add_untrusted(&text, octets);
        return;
    }
    if (inet_ntop(family, octets.data, address, sizeof(address)) != NULL) {
        text_add(&text, "%s", address);
        return;
    }
    for (size_t i = 0; i < octets.len && !text.cut; i++)
        text_add(&text, "%02x", octets.data[i]);
}

bool certificate_name_id_equal(const struct certificate_name_id *a,
                               const struct certificate_name_id *b)
{
    return memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

bool certificate_key_id_equal(const struct certificate_key_id *a,
                              const struct certificate_key_id *b)
{
    return a->length > 0 && a->length == b->length && memcmp(a->octets, b->octets, a->length) == 0;
}

bool certificate_may_issue(const struct certificate *issuer, const struct certificate *certificate)
{
    if (issuer->reading == CERTIFICATE_UNREADABLE || certificate->reading == CERTIFICATE_UNREADABLE)
        return false;
    if (!certificate_name_id_equal(&issuer->subject_id, &certificate->issuer_id))
        return false;
    return issuer->subject_key_id.length == 0 || certificate->authority_key_id.length == 0
           || certificate_key_id_equal(&issuer->subject_key_id, &certificate->authority_key_id);
}

const char *certificate_digest_name(enum certificate_digest digest)
{
    static const char *const names[] = {
        [DIGEST_UNKNOWN] = "unknown", [DIGEST_MD2] = "MD2",
        [DIGEST_MD5] = "MD5",         [DIGEST_SHA1] = "SHA-1",
        [DIGEST_SHA224] = "SHA-224",  [DIGEST_SHA256] = "SHA-256",
        [DIGEST_SHA384] = "SHA-384",  [DIGEST_SHA512] = "SHA-512",
        [DIGEST_SHA3] = "SHA-3",      [DIGEST_INTRINSIC] = "of the signature scheme",
    };

    return names[digest];
}
