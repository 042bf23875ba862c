/* SPDX-License-Identifier: GPL-2.0-or-later */
/* starttls_binary.c -- protocols whose messages are no text. */
#include "analyze/starttls_protocol.h"
#include "dissect/ldap.h"
#include "dissect/nbd.h"
#include "dissect/openvpn.h"
#include "dissect/rdp.h"
#include "dissect/tds.h"

static bool ldap_refuses(struct bytes reply)
{
    struct ldap_result result;

    return ldap_result_find(reply, &result) && result.code != 0;
}

const struct starttls_protocol starttls_ldap = {
    .asks = ldap_asks_for_tls,
    .refuses = ldap_refuses,
};

/* An ERR packet: 24 bits of length, a sequence number, 0xff. */
static bool mysql_refuses(struct bytes reply)
{
    enum { HEADER = 4, ERR = 0xff };

    return reply.len > HEADER && reply.data[HEADER] == ERR;
}

/* Its request is a message of its own. */
const struct starttls_protocol starttls_mysql = {
    .refuses = mysql_refuses,
};

enum { POSTGRESQL_REQUEST_LENGTH = 8 };

/* An SSLRequest, which may follow a refused GSSENCRequest, that asks for something else. */
static bool postgresql_asks(struct bytes client)
{
    static const uint8_t request[] = {0, 0, 0, POSTGRESQL_REQUEST_LENGTH, 0x04, 0xd2, 0x16, 0x2f};
    struct bytes message;

    while (bytes_take(&client, POSTGRESQL_REQUEST_LENGTH, &message))
        if (memcmp(message.data, request, sizeof(request)) == 0)
            return true;
    return false;
}

static bool postgresql_agrees(struct bytes reply)
{
    return starttls_begins_with(reply, "S");
}

static bool postgresql_refuses(struct bytes reply)
{
    return starttls_begins_with(reply, "N") || starttls_begins_with(reply, "E");
}

const struct starttls_protocol starttls_postgresql = {
    .asks = postgresql_asks,
    .refuses = postgresql_refuses,
    .agrees = postgresql_agrees,
    .is_optional = true,
};

/* What is encrypted for the login alone goes on in clear where the server does not support it. */
static bool tds_asks(struct bytes client)
{
    enum tds_encryption wanted = tds_encryption(client);

    return wanted == TDS_ENCRYPT_ON || wanted == TDS_ENCRYPT_REQUIRED;
}

static const char *tds_refusal(struct bytes reply)
{
    return tds_encryption(reply) == TDS_ENCRYPT_NOT_SUPPORTED
               ? "PRELOGIN: encryption is not supported"
               : NULL;
}

const struct starttls_protocol starttls_tds = {
    .asks = tds_asks,
    .refusal = tds_refusal,
};

const struct starttls_protocol starttls_rdp = {
    .asks = rdp_asks_for_tls,
    .refusal = rdp_refusal,
    .leaves = rdp_disconnects,
    .is_optional = true,
};

/* The whole call came (RFC 5531 section 11). */
static bool rpc_asks(struct bytes client)
{
    enum { LENGTH_MASK = 0x7fffffff };
    uint32_t mark;

    return bytes_u32(&client, &mark) && client.len >= (mark & LENGTH_MASK);
}

/* A server that agrees says so in the verifier of its reply (RFC 5531 section 9, RFC 9289 section
 * 4.1). */
static bool rpc_refuses(struct bytes reply)
{
    enum { MARK_AND_IDENTIFIER = 8, REPLY = 1, DENIED = 1 };
    static const char agreed[] = "STARTTLS";
    uint32_t type, status, flavor, length;
    struct bytes verifier;

    if (!bytes_skip(&reply, MARK_AND_IDENTIFIER) || !bytes_u32(&reply, &type) || type != REPLY
        || !bytes_u32(&reply, &status))
        return false;
    if (status == DENIED)
        return true;
    return bytes_u32(&reply, &flavor) && bytes_u32(&reply, &length)
           && bytes_take(&reply, length, &verifier)
           && (length != strlen(agreed) || memcmp(verifier.data, agreed, length) != 0);
}

const struct starttls_protocol starttls_rpc = {
    .asks = rpc_asks,
    .refuses = rpc_refuses,
    .is_optional = true,
};

const struct starttls_protocol starttls_nbd = {
    .asks = nbd_asks_for_tls,
    .refusal = nbd_refusal,
    .leaves = nbd_aborts,
    .is_optional = true,
};

/* The channel is opened for a handshake that can be read. */
static bool openvpn_asks(struct bytes client)
{
    struct openvpn_protection protection;

    return openvpn_opening(client, true, &protection) == OPENVPN_OK && !protection.encrypted;
}

/* A server that does not like a packet drops it, or closes. */
const struct starttls_protocol starttls_openvpn = {
    .asks = openvpn_asks,
};

enum {
    SOCKS4_GRANTED = 90,
    SOCKS5_NO_METHOD = 0xff /* RFC 1928 section 3 */
};

static const char *socks4_refusal(struct bytes reply)
{
    uint8_t version, code;

    if (!bytes_u8(&reply, &version) || !bytes_u8(&reply, &code) || version != 0
        || code == SOCKS4_GRANTED)
        return NULL;
    if (code == SOCKS4_GRANTED + 2)
        return "SOCKS4 reply 92: no identd on the client";
    if (code == SOCKS4_GRANTED + 3)
        return "SOCKS4 reply 93: identd names another user";
    return "SOCKS4 reply 91: request rejected or failed";
}

const struct starttls_protocol starttls_socks4 = {
    .refusal = socks4_refusal,
};

/* RFC 1928 section 6. */
static const char *socks5_reply_name(uint8_t code)
{
    static const char *const names[] = {
        NULL,
        "SOCKS5 reply 1: general failure",
        "SOCKS5 reply 2: connection not allowed by ruleset",
        "SOCKS5 reply 3: network of the target unreachable from the proxy",
        "SOCKS5 reply 4: target unreachable from the proxy",
        "SOCKS5 reply 5: the target refused the proxy's connection",
        "SOCKS5 reply 6: TTL expired on the way from the proxy to the target",
        "SOCKS5 reply 7: command not supported",
        "SOCKS5 reply 8: address type not supported",
    };

    return code < sizeof(names) / sizeof(names[0]) ? names[code] : "SOCKS5 reply: unassigned code";
}

/* All that the server said: the method, the answer to a password (RFC 1929), the reply. */
static const char *socks5_refusal(struct bytes reply)
{
    uint8_t version, code;

    if (!bytes_u8(&reply, &version) || version != 5 || !bytes_u8(&reply, &code))
        return NULL;
    if (code == SOCKS5_NO_METHOD)
        return "SOCKS5: no acceptable method";
    if (!bytes_u8(&reply, &version) || !bytes_u8(&reply, &code))
        return NULL;
    if (version == 1 && code != 0)
        return "SOCKS5: user name or password refused";
    if (version == 1 && (!bytes_u8(&reply, &version) || !bytes_u8(&reply, &code)))
        return NULL;
    return version == 5 ? socks5_reply_name(code) : NULL;
}

const struct starttls_protocol starttls_socks5 = {
    .refusal = socks5_refusal,
};
