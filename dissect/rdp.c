/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/rdp.h"

enum {
    TPKT_LENGTH = 4,
    X224_LENGTH = 7,
    HEADERS_LENGTH = TPKT_LENGTH + X224_LENGTH,
    NEGOTIATION_LENGTH = 8,
    TYPE_REQUEST = 1,          /* RDP_NEG_REQ */
    TYPE_RESPONSE = 2,         /* RDP_NEG_RSP */
    TYPE_FAILURE = 3,          /* RDP_NEG_FAILURE */
    CONNECTION_CONFIRM = 0xd0, /* X.224 */
    DISCONNECT_REQUEST = 0x80
};

/* The value of the negotiation structure at the front, of which the first octet is all that is in
 * use; false: it is another one, or none. */
static bool read_negotiation(struct bytes in, uint8_t wanted, uint8_t *value)
{
    uint8_t type, flags, length, high;

    return bytes_u8(&in, &type) && type == wanted && bytes_u8(&in, &flags) && bytes_u8(&in, &length)
           && length == NEGOTIATION_LENGTH && bytes_u8(&in, &high) && high == 0
           && bytes_u8(&in, value);
}

/* The X.224 message in a TPKT packet (RFC 1006 section 6), of which all came, and its code. */
static bool read_message(struct bytes in, uint8_t *code, struct bytes *message)
{
    enum { VERSION = 3, CODE_OFFSET = 1 };
    uint8_t version, reserved;
    uint16_t length;
    struct bytes rest;

    if (!bytes_u8(&in, &version) || version != VERSION || !bytes_u8(&in, &reserved)
        || !bytes_u16(&in, &length) || length < TPKT_LENGTH
        || !bytes_take(&in, (size_t)length - TPKT_LENGTH, message))
        return false;
    rest = *message;
    return bytes_skip(&rest, CODE_OFFSET) && bytes_u8(&rest, code);
}

bool rdp_asks_for_tls(struct bytes request)
{
    struct bytes message;
    uint8_t code, protocols;

    if (!read_message(request, &code, &message) || !bytes_skip(&request, HEADERS_LENGTH))
        return false;
    if (request.len > 0 && request.data[0] >= ' ') /* a cookie or a routing token */
        bytes_skip_line(&request);
    return read_negotiation(request, TYPE_REQUEST, &protocols) && protocols != 0;
}

static const char *failure_name(uint8_t code)
{
    static const char *const names[] = {
        NULL,
        "RDP failure 1: the server requires TLS",
        "RDP failure 2: the server does not allow TLS",
        "RDP failure 3: the server has no certificate",
        "RDP failure 4: inconsistent flags",
        "RDP failure 5: the server requires CredSSP (network level authentication)",
        "RDP failure 6: the server requires TLS and a certificate of the client",
    };

    return code > 0 && code < sizeof(names) / sizeof(names[0]) ? names[code]
                                                               : "RDP failure: unassigned code";
}

const char *rdp_refusal(struct bytes answer)
{
    struct bytes confirm;
    uint8_t code, value;

    if (!read_message(answer, &code, &confirm) || code != CONNECTION_CONFIRM
        || !bytes_skip(&confirm, X224_LENGTH))
        return NULL;
    if (read_negotiation(confirm, TYPE_FAILURE, &value))
        return value != 0 ? failure_name(value) : NULL;
    if (confirm.len == 0)
        return "RDP: the server does not negotiate, so its security is RDP's own";
    return read_negotiation(confirm, TYPE_RESPONSE, &value) && value == 0
               ? "RDP: the server chose RDP's own security"
               : NULL;
}

bool rdp_disconnects(struct bytes rest)
{
    struct bytes message;
    uint8_t code;

    return read_message(rest, &code, &message) && code == DISCONNECT_REQUEST;
}
