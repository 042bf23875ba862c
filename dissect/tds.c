/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tds.h"

bool tds_header_take(struct bytes *in, struct tds_header *out)
{
    struct bytes header = *in;
    uint8_t type, status;
    uint16_t length;

    if (!bytes_u8(&header, &type) || (type != TDS_PRELOGIN && type != TDS_RESPONSE)
        || !bytes_u8(&header, &status) || !bytes_u16(&header, &length) || length < TDS_HEADER_LENGTH
        || !bytes_skip(&header, 4))
        return false;
    *in = header;
    *out = (struct tds_header){.type = type, .length = (uint16_t)(length - TDS_HEADER_LENGTH)};
    return true;
}

bool tds_prelogin_header_take(struct bytes *in, struct tds_header *out)
{
    enum { STATUS_AT = 1, STATUS_LAST = 1, WINDOW_AT = TDS_HEADER_LENGTH - 1 };
    struct bytes header = *in;
    struct tds_header found;

    if (!tds_header_take(&header, &found) || found.type != TDS_PRELOGIN
        || in->data[STATUS_AT] > STATUS_LAST || in->data[WINDOW_AT] != 0)
        return false;
    *in = header;
    *out = found;
    return true;
}

/* The octets of an option; empty: there is none, or it is not all there. */
static struct bytes find_option(struct bytes content, uint8_t wanted)
{
    enum { END = 0xff };
    struct bytes options = content;
    uint8_t token;

    while (bytes_u8(&options, &token) && token != END) {
        uint16_t offset, length;
        struct bytes value;

        if (!bytes_u16(&options, &offset) || !bytes_u16(&options, &length))
            break;
        if (token == wanted)
            return bytes_skip(&content, offset) && bytes_take(&content, length, &value)
                       ? value
                       : (struct bytes){0};
    }
    return (struct bytes){0};
}

enum tds_encryption tds_encryption(struct bytes message)
{
    enum { ENCRYPTION = 1, CLIENT_CERTIFICATE = 0x80 };
    struct bytes option;
    uint8_t value;

    if (!bytes_skip(&message, TDS_HEADER_LENGTH))
        return TDS_ENCRYPT_UNSAID;
    option = find_option(message, ENCRYPTION);
    if (!bytes_u8(&option, &value))
        return TDS_ENCRYPT_UNSAID;
    value &= (uint8_t)~CLIENT_CERTIFICATE;
    return value < TDS_ENCRYPT_UNSAID ? (enum tds_encryption)value : TDS_ENCRYPT_UNSAID;
}
