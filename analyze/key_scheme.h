/* SPDX-License-Identifier: GPL-2.0-or-later */
/* key_scheme.h -- which signature schemes a key makes up to TLS 1.2 (RFC 5246 section 7.4.1.4.1,
 * RFC 8446 section 4.2.3). The curve of an ECDSA key does not matter there. */
#ifndef TLSWHY_ANALYZE_KEY_SCHEME_H
#define TLSWHY_ANALYZE_KEY_SCHEME_H

#include "analyze/certificate.h"

/* The key makes signatures of this SignatureScheme, or {hash, signature} of RFC 5246. False for a
 * key that is not known here. */
bool key_scheme_fits(enum certificate_key key, uint16_t scheme);

/* The certificate's key makes none of these schemes, 16 bits each. False for a key that is not
 * known here. */
bool key_scheme_fits_none(const struct certificate *certificate, struct bytes schemes);

#endif
