/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/ldap.h"

enum {
    EXTENDED_REQUEST = 0x77,
    EXTENDED_RESPONSE = 0x78,
    ENUMERATED = 0x0a,
    OCTET_STRING = 0x04,
    REQUEST_NAME = 0x80
};

/* A length of BER: below 128, or so many octets of one (RFC 4511 section 5.1 has no other forms).
 * Active Directory writes all of them in four. */
static bool take_length(struct bytes *in, uint64_t *length)
{
    enum { LONG_FORM = 0x80, WIDTH_MAX = 4 };
    uint8_t first;

    if (!bytes_u8(in, &first))
        return false;
    *length = first;
    if (first < LONG_FORM)
        return true;
    first -= LONG_FORM;
    return first >= 1 && first <= WIDTH_MAX && bytes_uint(in, first, length);
}

/* Of an element as much as there is: not all of a reply is kept. */
static bool take_element(struct bytes *in, uint8_t tag, struct bytes *value)
{
    uint64_t length;
    uint8_t found;

    if (!bytes_u8(in, &found) || found != tag || !take_length(in, &length))
        return false;
    return bytes_take(in, length < in->len ? (size_t)length : in->len, value);
}

/* A search for servers that know StartTLS names it as well. */
bool ldap_asks_for_tls(struct bytes client)
{
    static const char start_tls[] = "1.3.6.1.4.1.1466.20037";
    uint8_t octet;

    do {
        struct bytes rest = client;
        struct bytes request, name;

        if (take_element(&rest, EXTENDED_REQUEST, &request)
            && take_element(&request, REQUEST_NAME, &name)
            && bytes_equal(name, bytes_of(start_tls, strlen(start_tls))))
            return true;
    } while (bytes_u8(&client, &octet));
    return false;
}

static bool read_result(struct bytes response, struct ldap_result *out)
{
    struct bytes code, matched;

    if (!take_element(&response, ENUMERATED, &code) || code.len != 1)
        return false;
    out->code = code.data[0];
    if (!take_element(&response, OCTET_STRING, &matched)
        || !take_element(&response, OCTET_STRING, &out->message))
        out->message = bytes_of(response.data, 0);
    return true;
}

bool ldap_result_find(struct bytes reply, struct ldap_result *out)
{
    uint8_t octet;

    while (reply.len > 0) {
        struct bytes rest = reply;
        struct bytes response;

        if (take_element(&rest, EXTENDED_RESPONSE, &response) && read_result(response, out))
            return true;
        if (!bytes_u8(&reply, &octet))
            return false;
    }
    return false;
}

const char *ldap_result_name(uint8_t code)
{
    static const char *const names[] = {
        [1] = "operationsError",
        [2] = "protocolError",
        [8] = "strongerAuthRequired",
        [10] = "referral",
        [11] = "adminLimitExceeded",
        [12] = "unavailableCriticalExtension",
        [13] = "confidentialityRequired",
        [50] = "insufficientAccessRights",
        [51] = "busy",
        [52] = "unavailable",
        [53] = "unwillingToPerform",
        [80] = "other",
    };

    return code < sizeof(names) / sizeof(names[0]) ? names[code] : NULL;
}
