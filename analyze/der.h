/* SPDX-License-Identifier: GPL-2.0-or-later */
/* der.h -- take the elements of a DER encoding (X.690) off a view, one level at a time.
 *
 * Tags of one octet and definite lengths of up to four octets only, which is all that X.509,
 * CRLs and OCSP use. Lengths in more octets than needed are accepted, as most readers do. No
 * recursion, no allocation; a failed read changes neither the cursor nor the output.
 */
#ifndef TLSWHY_ANALYZE_DER_H
#define TLSWHY_ANALYZE_DER_H

#include "dissect/bytes.h"

enum der_tag {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTF8_STRING = 0x0c,
    DER_NUMERIC_STRING = 0x12,
    DER_PRINTABLE_STRING = 0x13,
    DER_TELETEX_STRING = 0x14,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_VISIBLE_STRING = 0x1a,
    DER_UNIVERSAL_STRING = 0x1c,
    DER_BMP_STRING = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0x80,            /* | number: a primitive element, [n] IMPLICIT */
    DER_CONTEXT_CONSTRUCTED = 0xa0 /* | number: a constructed one, [n] EXPLICIT */
};

/* Take the next element whatever it is: its tag, and its contents as a view. */
MUST_USE bool der_next(struct bytes *in, uint8_t *tag, struct bytes *contents);

/* Take the next element, which must have this tag. */
MUST_USE bool der_take(struct bytes *in, uint8_t tag, struct bytes *contents);

/* Take the next element if it has this tag; *contents is empty, and the result false, if it has
 * another one or none is left. */
bool der_take_optional(struct bytes *in, uint8_t tag, struct bytes *contents);

/* Drop the next element, which must have this tag. */
MUST_USE bool der_skip(struct bytes *in, uint8_t tag);

/* What such times can be, in seconds since 1970-01-01T00:00:00Z: the years 0 to 9999. */
#define DER_TIME_MIN INT64_C(-62167219200)
#define DER_TIME_MAX INT64_C(253402300799)

/* Take a UTCTime or a GeneralizedTime as RFC 5280 section 4.1.2.5 has them: with seconds, in
 * UTC, without a fraction. *out is from DER_TIME_MIN to DER_TIME_MAX. */
MUST_USE bool der_take_time(struct bytes *in, int64_t *out);

/* Take a BOOLEAN. */
MUST_USE bool der_take_boolean(struct bytes *in, bool *out);

/* The magnitude of an INTEGER's contents: leading zero octets left off. Empty for zero. */
struct bytes der_magnitude(struct bytes contents);

/* How many elements there are, whatever they are; false if they are malformed. */
MUST_USE bool der_count(struct bytes in, size_t *count);

#endif
