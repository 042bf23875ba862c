/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificate_parts.h -- the readers that certificate_read() is made of. For certificate*.c,
 * trust.c, crl_list.c and signature.c.
 */
#ifndef TLSWHY_ANALYZE_CERTIFICATE_PARTS_H
#define TLSWHY_ANALYZE_CERTIFICATE_PARTS_H

#include "analyze/certificate.h"
#include "analyze/text.h"

/* The fields of a certificate (RFC 5280 section 4.1) as views into its DER. Contents without
 * header unless said otherwise. */
struct certificate_outline {
    uint8_t version;
    struct bytes serial;
    struct bytes issuer;              /* the RDNs */
    struct bytes issuer_element;      /* the same with its header */
    struct bytes validity;            /* two times */
    struct bytes subject;             /* the RDNs */
    struct bytes key_algorithm;       /* OID and parameters */
    struct bytes key;                 /* BIT STRING: unused bits, then the key */
    struct bytes extensions;          /* each a SEQUENCE; empty: none */
    struct bytes signature_algorithm; /* OID and parameters, as outside of what is signed */
    struct bytes after;               /* octets after the certificate: none in a good one */
};

/* Cut a certificate into its fields. False, and *out undefined, if that cannot be done. */
MUST_USE bool certificate_outline_read(struct bytes der, struct certificate_outline *out);

/* How a distinguished name reads, and what identifies it. */
struct certificate_name_text {
    char *text;        /* CERTIFICATE_TEXT_SIZE octets, the caller's; NULL: not wanted */
    char *common_name; /* the same */
    struct certificate_name_id id;
};

/* Read the RDNs of a name into *out. False, and *out undefined, if they are malformed. */
MUST_USE bool certificate_distinguished_name_read(struct bytes rdns,
                                                  struct certificate_name_text *out);

/* Append an object identifier, the contents of its DER, as "1.2.840". */
void certificate_add_oid(struct text *text, struct bytes oid);

/* Read all extensions into *out, which says nothing on them yet. False if the list itself is
 * malformed or has more than CERTIFICATE_EXTENSIONS_MAX; what was read before that is set. */
MUST_USE bool certificate_extensions_read(struct bytes extensions, struct certificate *out);

/* Read what key there is into *out, as far as its algorithm and curve are known. */
void certificate_key_read(const struct certificate_outline *outline, struct certificate *out);

/* Of what algorithm the subject's key is. */
enum certificate_key certificate_key_kind(const struct certificate_outline *outline);

/* The digest in the parameters of an RSASSA-PSS signature (RFC 4055 section 3.1). */
enum certificate_digest certificate_pss_digest(const struct certificate_outline *outline);

/* Read signature, constraints and usages by wolfSSL into *out. False, and out->reason
 * set, if it refuses the certificate. */
MUST_USE bool certificate_wolfssl_read(struct bytes der, const struct certificate_outline *outline,
                                       struct certificate *out);

/* SHA-256 of the octets; all zero if it cannot be had. */
void certificate_sha256(struct bytes octets, uint8_t out[CERTIFICATE_SHA256_LEN]);

#endif
