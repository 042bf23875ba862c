/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crl_list.h -- one certificate revocation list (RFC 5280 section 5). For revocation.c. */
#ifndef TLSWHY_ANALYZE_CRL_LIST_H
#define TLSWHY_ANALYZE_CRL_LIST_H

#include "analyze/certificate.h"

struct crl_entry {
    uint8_t serial[CERTIFICATE_SERIAL_MAX]; /* magnitude, network order, zeros in front */
    int64_t revoked_at;                     /* seconds since 1970 */
};

struct crl_list {
    struct certificate_name_id issuer_id;
    struct certificate_key_id authority_key_id;
    int64_t this_update;
    int64_t next_update;                   /* 0: not said */
    bool is_partial;                       /* issuingDistributionPoint limits its scope */
    uint8_t scope[CERTIFICATE_SHA256_LEN]; /* of that extension, a digest; zeros: none */
    struct crl_entry *entries;             /* sorted by serial */
    size_t count;
};

/* Read a list in DER, of at most max entries. NULL, and *out is for crl_list_free(); else why it
 * cannot be used (static), and nothing to free: malformed, too long, indirect (RFC 5280 section
 * 5.2.5: its entries are other issuers') or a delta (section 5.2.4: it is not complete). */
const char *crl_list_read(struct bytes der, size_t max, struct crl_list *out);

void crl_list_free(struct crl_list *list);

/* Both lists are of the same issuer, key and scope: one replaces the other. */
bool crl_list_is_same(const struct crl_list *a, const struct crl_list *b);

/* The list is of the certificate's issuer, judged by name and key identifier. */
bool crl_list_is_of_issuer(const struct crl_list *list, const struct certificate *certificate);

/* The entry of the certificate's serial number; NULL: it is not revoked by this list. */
const struct crl_entry *crl_list_find(const struct crl_list *list,
                                      const struct certificate *certificate);

#endif
