/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/record.h"

/* Whether the octets of a header that is not all there can begin that of a TLS record. */
static bool beginning_fits(struct bytes in)
{
    uint8_t type, major, minor;

    return (!bytes_u8(&in, &type) || record_header_fits(type, TLS_VERSION_SSL3))
           && (!bytes_u8(&in, &major) || major == TLS_VERSION_SSL3 >> 8)
           && (!bytes_u8(&in, &minor) || minor <= (RECORD_VERSION_MAX & 0xff));
}

enum record_status record_next_odd(struct bytes stream, struct record *out, size_t *need)
{
    struct bytes in = stream;
    struct record record = {.fragment = {.len = 0}};
    uint16_t length;

    if (!beginning_fits(stream))
        return RECORD_ALIEN;
    if (!bytes_u8(&in, &record.type) || !bytes_u16(&in, &record.version)
        || !bytes_u16(&in, &length)) {
        *need = TLS_RECORD_HEADER_LENGTH;
        return RECORD_PARTIAL;
    }
    *need = (size_t)TLS_RECORD_HEADER_LENGTH + length;
    if (length <= TLS_CIPHERTEXT_MAX)
        return RECORD_PARTIAL;
    *out = record;
    return RECORD_OVERSIZED;
}
