/* SPDX-License-Identifier: GPL-2.0-or-later */

/* record.h -- cut a TCP byte stream into TLS records.
 *
 *   struct {                                    RFC 8446 section 5.1
 *       ContentType type;                       1 octet
 *       ProtocolVersion legacy_record_version;  2 octets
 *       uint16 length;                          2 octets
 *       opaque fragment[length];
 *   } TLSPlaintext;
 *
 * Framing only: nothing here looks inside a fragment, so it works the same for plain and for
 * encrypted records. No allocation, no state, no I/O. SSL 2.0 has a framing of its own: see
 * dissect/sslv2.h.
 */
#ifndef TLSWHY_DISSECT_RECORD_H
#define TLSWHY_DISSECT_RECORD_H

#include "dissect/bytes.h"
#include "dissect/tls.h"

/* The longest record that is taken, header included: the longest that any version of the
 * protocol with any protection allows (RFC 5246 section 6.2.3). */
#define RECORD_MAX (TLS_RECORD_HEADER_LENGTH + TLS_CIPHERTEXT_MAX)

/* Of the minor versions, RFC 8446 wants 3 at most; test servers send what they negotiated. */
#define RECORD_VERSION_MAX TLS_VERSION_1_3

/* What the front of a stream is. Shared by record_next() and the readers of dissect/sslv2.h. */
enum record_status {
    RECORD_OK,       /* *out is set, *stream moved past the record */
    RECORD_PARTIAL,  /* a valid beginning: call again when *need octets are there */
    RECORD_ALIEN,    /* not this format, or framing lost; *stream still at the bad octet */
    RECORD_OVERSIZED /* type and version are TLS, the length is above what any version allows */
};

struct record {
    uint8_t type;     /* enum tls_content_type, always 20 to 24 */
    uint16_t version; /* legacy_record_version, 0x0300 to 0x0304 */
    struct bytes fragment;
};

/* A content type and a version that TLS records have. */
static inline bool record_header_fits(uint8_t type, uint16_t version)
{
    return type >= TLS_CONTENT_CHANGE_CIPHER_SPEC && type <= TLS_CONTENT_HEARTBEAT
           && version >= TLS_VERSION_SSL3 && version <= RECORD_VERSION_MAX;
}

/* Whether the stream begins with the header of a record, of whatever length. */
static inline bool record_begins(struct bytes stream)
{
    uint8_t type;
    uint16_t version;

    return stream.len >= TLS_RECORD_HEADER_LENGTH && bytes_u8(&stream, &type)
           && bytes_u16(&stream, &version) && record_header_fits(type, version);
}

/* The part of record_next() for a stream that does not begin with a whole record. */
MUST_USE enum record_status record_next_odd(struct bytes stream, struct record *out, size_t *need);

/* Take the next record from the front of *stream.
 *
 * Type 20 to 24, major version 3 and minor version at most 4 make a TLS record; the octets that
 * are there are checked as they come, so that a stream of one wrong octet is RECORD_ALIEN. An
 * empty stream is RECORD_PARTIAL. An empty fragment is a record.
 *
 * On RECORD_OK, out->fragment points into the caller's buffer and is valid as long as that
 * buffer is neither freed nor moved.
 * On RECORD_PARTIAL, *need is the total number of octets, counted from stream->data, at which a
 * new call can do better: first TLS_RECORD_HEADER_LENGTH, then the whole record, at most
 * RECORD_MAX.
 * On RECORD_OVERSIZED, *out has type and version and an empty fragment, and *need is the total
 * that the header announces, above RECORD_MAX: nobody should wait for it.
 * Except on RECORD_OK *stream is unchanged; except on RECORD_OK and RECORD_OVERSIZED *out is;
 * *need is written only where it says so here.
 */
MUST_USE ALWAYS_INLINE enum record_status record_next(struct bytes *stream, struct record *out,
                                                      size_t *need)
{
    struct bytes in = *stream;
    struct bytes header;
    struct record record;
    uint16_t length;

    if (!bytes_take(&in, TLS_RECORD_HEADER_LENGTH, &header) || !bytes_u8(&header, &record.type)
        || !bytes_u16(&header, &record.version) || !bytes_u16(&header, &length)
        || !record_header_fits(record.type, record.version) || length > TLS_CIPHERTEXT_MAX
        || !bytes_take(&in, length, &record.fragment))
        return record_next_odd(*stream, out, need);
    *out = record;
    *stream = in;
    return RECORD_OK;
}

#endif
