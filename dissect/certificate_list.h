/* SPDX-License-Identifier: GPL-2.0-or-later */

/* certificate_list.h -- the list in a Certificate message, and stapled OCSP responses.
 *
 *   opaque ASN.1Cert<1..2^24-1>;                   RFC 5246 section 7.4.2
 *   struct {
 *       ASN.1Cert certificate_list<0..2^24-1>;
 *   } Certificate;
 *
 *   struct {                                       RFC 8446 section 4.4.2
 *       opaque cert_data<1..2^24-1>;
 *       Extension extensions<0..2^16-1>;
 *   } CertificateEntry;
 *   struct {
 *       opaque certificate_request_context<0..2^8-1>;
 *       CertificateEntry certificate_list<0..2^24-1>;
 *   } Certificate;
 *
 * Framing only: what is in a certificate is not looked at. A raw public key (RFC 7250) up to TLS
 * 1.2 is not a list and does not parse. Views into the input, no allocation, no state.
 */
#ifndef TLSWHY_DISSECT_CERTIFICATE_LIST_H
#define TLSWHY_DISSECT_CERTIFICATE_LIST_H

#include "dissect/bytes.h"
#include "dissect/tls.h"

struct certificate_list {
    bool has_extensions;  /* the form of TLS 1.3 */
    struct bytes context; /* certificate_request_context, TLS 1.3 only */
    struct bytes entries; /* of a client without certificate: empty */
    size_t count;         /* of entries */
};

struct certificate_entry {
    struct bytes certificate; /* DER, at least one octet */
    struct bytes extensions;  /* TLS 1.3: extensions_parse(EXTENSION_IN_CERTIFICATE) */
};

/* Parse the body of a Certificate message; version is the negotiated one. The framing of every
 * entry is checked. False, and *out unchanged, if it is malformed. */
MUST_USE bool certificate_list_parse(struct bytes body, uint16_t version,
                                     struct certificate_list *out);

/* Take the next entry, leaf first as a rule, off list->entries. False at the end. */
MUST_USE bool certificate_list_next(struct certificate_list *list, struct certificate_entry *out);

struct certificate_status {
    uint8_t type;          /* TLS_CERTIFICATE_STATUS_TYPE_... */
    struct bytes response; /* of the leaf: DER OCSPResponse; empty if none is given for it */
    struct bytes list;     /* ocsp_multi: the whole list, one u24 vector for each certificate */
};

/* Parse a CertificateStatus: the body of that message (RFC 6066 section 8, RFC 6961 section
 * 2.2), or the data of the extension status_request of an entry in TLS 1.3. False, and *out
 * unchanged, if it is malformed or of an unknown type. */
MUST_USE bool certificate_status_parse(struct bytes body, struct certificate_status *out);

#endif
