/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/rdp.h"

enum {
    HEADERS_LENGTH = 11,
    NEGOTIATION_LENGTH = 8,
    TYPE_REQUEST = 1, /* RDP_NEG_REQ */
    TYPE_FAILURE = 3  /* RDP_NEG_FAILURE */
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

bool rdp_asks_for_tls(struct bytes request)
{
    uint8_t protocols;

    if (!bytes_skip(&request, HEADERS_LENGTH))
        return false;
    if (request.len > 0 && request.data[0] >= ' ') /* a cookie or a routing token */
        bytes_skip_line(&request);
    return read_negotiation(request, TYPE_REQUEST, &protocols) && protocols != 0;
}

uint8_t rdp_failure(struct bytes answer)
{
    uint8_t code;

    return bytes_skip(&answer, HEADERS_LENGTH) && read_negotiation(answer, TYPE_FAILURE, &code)
               ? code
               : 0;
}

const char *rdp_failure_name(uint8_t code)
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
