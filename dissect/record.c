/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/record.h"

#define VERSION_MAJOR       3
#define VERSION_MINOR_MAX   4 /* RFC 8446 wants 3.3 at most; test servers send what they negotiated */
#define HEADER_MARKS_LENGTH 3 /* the octets that mark a record: type and version */

/* Whether value may stand at this place of a record's header. */
static bool header_octet_fits(size_t at, uint8_t value)
{
    switch (at) {
    case 0:
        return value >= TLS_CONTENT_CHANGE_CIPHER_SPEC && value <= TLS_CONTENT_HEARTBEAT;
    case 1:
        return value == VERSION_MAJOR;
    default:
        return value <= VERSION_MINOR_MAX;
    }
}

/* Whether the octets of the header that are there make a TLS record. */
static bool header_fits(struct bytes in)
{
    uint8_t value;

    for (size_t at = 0; at < HEADER_MARKS_LENGTH && bytes_u8(&in, &value); at++) {
        if (!header_octet_fits(at, value))
            return false;
    }
    return true;
}

enum record_status record_next(struct bytes *stream, struct record *out, size_t *need)
{
    struct bytes in = *stream;
    struct record record = {.fragment = {.len = 0}};
    uint16_t length;

    if (!header_fits(in))
        return RECORD_ALIEN;
    if (!bytes_u8(&in, &record.type) || !bytes_u16(&in, &record.version)
        || !bytes_u16(&in, &length)) {
        *need = TLS_RECORD_HEADER_LENGTH;
        return RECORD_PARTIAL;
    }
    if (length > TLS_CIPHERTEXT_MAX) {
        *out = record;
        *need = (size_t)TLS_RECORD_HEADER_LENGTH + length;
        return RECORD_OVERSIZED;
    }
    if (!bytes_take(&in, length, &record.fragment)) {
        *need = (size_t)TLS_RECORD_HEADER_LENGTH + length;
        return RECORD_PARTIAL;
    }
    *out = record;
    *stream = in;
    return RECORD_OK;
}
