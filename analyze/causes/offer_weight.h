/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offer_weight.h -- how unusual each part of a client's offer is, whatever its server may be.
 *
 * The scale is that of general servers at the time of the capture. What is known of the server
 * itself, and the way in which it refused, are the matter of suspect_weight.h.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_OFFER_WEIGHT_H
#define TLSWHY_ANALYZE_CAUSES_OFFER_WEIGHT_H

#include "analyze/causes/refused_hello.h"

/* How unusual a part of an offer is, compared with what clients of its time send. */
enum weight {
    WEIGHT_NONE,       /* speaks against the suspect, or says nothing */
    WEIGHT_SLIGHT,     /* nearly every server takes this: thought of where nothing is unusual */
    WEIGHT_ORDINARY,   /* nothing unusual, yet it can be the reason */
    WEIGHT_UNUSUAL,    /* servers that refuse this are not rare */
    WEIGHT_STANDS_OUT, /* most servers refuse this */
    WEIGHT_KNOWN       /* this server, which takes up other offers, never took up this */
};

/* The weight of this part of the offer of facts, whose ClientHello was read. Not WEIGHT_KNOWN. */
enum weight offer_weigh(const struct facts *facts, enum suspect suspect);

/* One of these parts of the offer, one bit for each suspect, is at least WEIGHT_UNUSUAL. */
bool offer_is_unusual(const struct facts *facts, unsigned suspects);

/* Servers of any key and any age of the last ten years can take its suites. */
bool offer_is_broad(const struct facts *facts);

/* The offer has a suite with AEAD and an ephemeral key exchange for each kind of key, as every
 * server of TLS 1.2 has had for years (RFC 9325 section 4.2). */
bool offer_has_modern_suites(const struct facts *facts);

/* The offer goes up to TLS 1.1 at most, where servers sign with MD5 and SHA-1 together, or SHA-1
 * alone (RFC 4346 section 7.4.3, RFC 8422 section 5.4). */
bool offer_prescribes_sha1(const struct facts *facts);

/* The client lists the signature schemes that it takes, and SHA-1 is in none of them (RFC 5246
 * section 7.4.1.4.1). */
bool offer_omits_sha1(const struct facts *facts);

/* The client offers TLS 1.2 at most and suites with ECDHE, and among its extensions lists no groups
 * for them: many servers serve none of these suites then. */
bool offer_wastes_ecdhe(const struct facts *facts);

/* The client offers pre-shared keys of TLS 1.3: tickets, or keys that were configured (RFC 8446
 * section 4.2.11). */
bool offer_has_shared_key(const struct facts *facts);

/* The client offers this application protocol (ALPN). */
bool offer_has_protocol(const struct facts *facts, struct bytes protocol);

/* The client offers HTTP by one of the names that nearly every web server knows, h2 or http/1.1. */
bool offer_has_http(const struct facts *facts);

/* The client does not offer extended_master_secret, and seems not to know it: nobody turned it
 * off. */
bool offer_never_has_master_secret(const struct facts *facts);

#endif
