/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/record.h"

#define VERSION_MAJOR     3
#define VERSION_MINOR_MAX 4 /* RFC 8446 wants 3.3 at most; test servers send what they negotiated */

static bool type_fits(uint8_t type)
{
    return type >= TLS_CONTENT_CHANGE_CIPHER_SPEC && type <= TLS_CONTENT_HEARTBEAT;
}

static bool version_fits(uint16_t version)
{
    return version >> 8 == VERSION_MAJOR && (version & 0xff) <= VERSION_MINOR_MAX;
}

/* Whether the octets of a header that is not all there can begin that of a TLS record. */
static bool beginning_fits(struct bytes in)
{
    uint8_t type, major, minor;

    return (!bytes_u8(&in, &type) || type_fits(type))
           && (!bytes_u8(&in, &major) || major == VERSION_MAJOR)
           && (!bytes_u8(&in, &minor) || minor <= VERSION_MINOR_MAX);
}

enum record_status record_next(struct bytes *stream, struct record *out, size_t *need)
{
    struct bytes in = *stream;
    struct record record = {.fragment = {.len = 0}};
    uint16_t length;

    if (!bytes_u8(&in, &record.type) || !bytes_u16(&in, &record.version)
        || !bytes_u16(&in, &length)) {
        if (!beginning_fits(*stream))
            return RECORD_ALIEN;
        *need = TLS_RECORD_HEADER_LENGTH;
        return RECORD_PARTIAL;
    }
    if (!type_fits(record.type) || !version_fits(record.version))
        return RECORD_ALIEN;
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
