/* SPDX-License-Identifier: GPL-2.0-or-later */

/* certificate_request.h -- what certificates a server asks its client for.
 *
 *   struct {                                                  RFC 5246 section 7.4.4
 *       ClientCertificateType certificate_types<1..2^8-1>;
 *       SignatureAndHashAlgorithm
 *           supported_signature_algorithms<2..2^16-2>;        TLS 1.2 only
 *       DistinguishedName certificate_authorities<0..2^16-1>;
 *   } CertificateRequest;
 *
 *   struct {                                                  RFC 8446 section 4.3.2
 *       opaque certificate_request_context<0..2^8-1>;
 *       Extension extensions<2..2^16-1>;
 *   } CertificateRequest;
 *
 * Views into the input, no allocation, no state.
 */
#ifndef TLSWHY_DISSECT_CERTIFICATE_REQUEST_H
#define TLSWHY_DISSECT_CERTIFICATE_REQUEST_H

#include "dissect/bytes.h"
#include "dissect/tls.h"

/* What is not in the form of the version is empty. */
struct certificate_request {
    struct bytes types;       /* 8 bits each: list_u8_next(); up to TLS 1.2 */
    struct bytes schemes;     /* 16 bits each: list_u16_next(); TLS 1.2 */
    struct bytes authorities; /* distinguished_name_next(); empty: any; up to TLS 1.2 */
    struct bytes context;     /* TLS 1.3 */
    struct bytes extensions;  /* extensions_parse(EXTENSION_IN_CERTIFICATE_REQUEST); TLS 1.3 */
};

/* Parse the body of a CertificateRequest; version is the negotiated one. The framing of each
 * authority is checked. False, and *out unchanged, if it is malformed. */
MUST_USE bool certificate_request_parse(struct bytes body, uint16_t version,
                                        struct certificate_request *out);

#endif
