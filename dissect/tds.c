/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tds.h"

bool tds_header_take(struct bytes *in, struct tds_header *out)
{
    enum { STATUS_LAST = 1 };
    struct bytes header = *in;
    struct bytes identifiers; /* of the process and the packet */
    uint8_t type, status, window;
    uint16_t length;

    if (!bytes_u8(&header, &type) || (type != TDS_PRELOGIN && type != TDS_RESPONSE)
        || !bytes_u8(&header, &status) || status > STATUS_LAST || !bytes_u16(&header, &length)
        || length < TDS_HEADER_LENGTH || !bytes_take(&header, 3, &identifiers)
        || !bytes_u8(&header, &window) || window != 0)
        return false;
    *in = header;
    *out = (struct tds_header){.type = type, .length = (uint16_t)(length - TDS_HEADER_LENGTH)};
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
        if (token == wanted && bytes_skip(&content, offset) && bytes_take(&content, length, &value))
            return value;
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
