/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/ascii.h"
#include "dissect/openvpn.h"
#include "dissect/prelude_fit.h"
#include "dissect/tds.h"
#include "dissect/tls.h"

static enum fit better(enum fit a, enum fit b)
{
    return a > b ? a : b;
}

#define MYSQL_PACKET_MAX 1024 /* of a greeting or error: they have some 80 to 600 octets */

/* The header of a MySQL packet: 24 bits of length, least significant octet first, and a sequence
 * number. Then the packet's own first octet. */
static enum fit fit_mysql(struct bytes in, uint8_t sequence_max, uint8_t first)
{
    uint8_t low, high, top, sequence, octet;
    size_t length;

    if (!bytes_u8(&in, &low) || !bytes_u8(&in, &high))
        return FIT_MAYBE;
    length = (size_t)high << 8 | low;
    if (length < 4 || length > MYSQL_PACKET_MAX)
        return FIT_NO;
    if (!bytes_u8(&in, &top))
        return FIT_MAYBE;
    if (top != 0)
        return FIT_NO;
    if (!bytes_u8(&in, &sequence))
        return FIT_MAYBE;
    if (sequence > sequence_max)
        return FIT_NO;
    if (!bytes_u8(&in, &octet))
        return FIT_MAYBE;
    return octet == first ? FIT_YES : FIT_NO;
}

/* Protocol::HandshakeV10: version 10, then the server's version as text. */
enum fit fit_mysql_greeting(struct bytes in)
{
    enum fit fit = fit_mysql(in, 0, 0x0a);
    struct bytes text = bytes_after(in, 5);

    if (fit != FIT_YES || text.len == 0)
        return fit == FIT_YES ? FIT_MAYBE : fit;
    return ascii_is_digit(text.data[0]) ? FIT_YES : FIT_NO;
}

enum fit fit_mysql_error(struct bytes in)
{
    return fit_mysql(in, 1, 0xff);
}

/* Protocol::SSLRequest: 32 octets, sequence 1, CLIENT_SSL and CLIENT_PROTOCOL_41 set. */
enum fit fit_mysql_ssl_request(struct bytes in)
{
    enum { CLIENT_SSL_AND_41 = 0x0a }; /* of the second octet of the capabilities */
    enum fit fit = fit_prefix(in, "\x20\x00\x00\x01", 4);
    struct bytes capabilities = bytes_after(in, 4);

    if (fit != FIT_YES || capabilities.len < 2)
        return fit == FIT_YES ? FIT_MAYBE : fit;
    return (capabilities.data[1] & CLIENT_SSL_AND_41) == CLIENT_SSL_AND_41 ? FIT_YES : FIT_NO;
}

/* SSLRequest and GSSENCRequest: 8 octets, the latter four 80877103 or 80877104. */
enum fit fit_postgresql_ssl_request(struct bytes in)
{
    return better(fit_prefix(in, "\0\0\0\x08\x04\xd2\x16\x2f", 8),
                  fit_prefix(in, "\0\0\0\x08\x04\xd2\x16\x30", 8));
}

/* A StartupMessage: 32 bits of length, version 3.0 to 3.2. */
enum fit fit_postgresql_startup(struct bytes in)
{
    enum { STARTUP_MIN = 8, STARTUP_MAX = 10000 }; /* MAX_STARTUP_PACKET_LENGTH of the server */
    uint16_t high, low, major, minor;

    if (!bytes_u16(&in, &high))
        return in.len == 0 || in.data[0] == 0 ? FIT_MAYBE : FIT_NO;
    if (high != 0)
        return FIT_NO;
    if (!bytes_u16(&in, &low))
        return FIT_MAYBE;
    if (low < STARTUP_MIN || low > STARTUP_MAX)
        return FIT_NO;
    if (!bytes_u16(&in, &major) || !bytes_u16(&in, &minor))
        return FIT_MAYBE;
    return major == 3 && minor <= 2 ? FIT_YES : FIT_NO;
}

/* The server's answer to an SSLRequest is one octet, and after 'S' it waits for a ClientHello. */
enum fit fit_postgresql_accept(struct bytes in)
{
    if (in.len == 0)
        return FIT_MAYBE;
    if (in.data[0] != 'S'
        || (in.len > 1 && in.data[1] != TLS_CONTENT_HANDSHAKE && in.data[1] != TLS_CONTENT_ALERT))
        return FIT_NO;
    return FIT_YES;
}

enum fit fit_postgresql_refuse(struct bytes in)
{
    if (in.len == 0)
        return FIT_MAYBE;
    return in.len == 1 && in.data[0] == 'N' ? FIT_YES : FIT_NO;
}

/* ErrorResponse: 'E', 32 bits of length, and the first field, which is the severity. */
enum fit fit_postgresql_error(struct bytes in)
{
    enum fit fit = fit_prefix(in, "E\0\0", 3);
    struct bytes field = bytes_after(in, 5);

    if (fit != FIT_YES || field.len == 0)
        return fit == FIT_YES ? FIT_MAYBE : fit;
    return field.data[0] == 'S' ? FIT_YES : FIT_NO;
}

/* A MongoDB message header: four 32-bit numbers, least significant octet first: length,
 * requestID, responseTo (0 in a request) and opCode 2004, 2012 or 2013. */
enum fit fit_mongodb(struct bytes in)
{
    enum { HEADER_LENGTH = 16 };
    struct bytes tail = bytes_after(in, 8);

    if (in.len >= 2 && in.data[1] == 0 && in.data[0] < HEADER_LENGTH)
        return FIT_NO;
    if (in.len >= 4 && (in.data[3] != 0 || in.data[2] != 0))
        return FIT_NO; /* longer than any first message */
    return better(fit_prefix(tail, "\0\0\0\0\xd4\x07\0\0", 8),
                  better(fit_prefix(tail, "\0\0\0\0\xdc\x07\0\0", 8),
                         fit_prefix(tail, "\0\0\0\0\xdd\x07\0\0", 8)));
}

/* CONNECT: the type, one to four octets of remaining length, and the protocol's name. */
enum fit fit_mqtt(struct bytes in)
{
    uint8_t octet;

    if (!bytes_u8(&in, &octet))
        return FIT_MAYBE;
    if (octet != 0x10)
        return FIT_NO;
    for (size_t i = 0; i < 4; i++) {
        if (!bytes_u8(&in, &octet))
            return FIT_MAYBE;
        if ((octet & 0x80) == 0)
            break;
    }
    return better(fit_prefix(in, "\0\4MQTT", 6), fit_prefix(in, "\0\6MQIsdp", 8));
}

/* An LDAPMessage (RFC 4511 section 4.1.1): a SEQUENCE, a messageID, and one of the operations
 * that begin a conversation or end it. */
enum fit fit_ldap(struct bytes in)
{
    static const uint8_t operations[] = {0x60, 0x61, 0x63, 0x64, 0x65, 0x77, 0x78};
    uint8_t tag, length, id_tag, id_length, operation;

    if (!bytes_u8(&in, &tag))
        return FIT_MAYBE;
    if (tag != 0x30)
        return FIT_NO;
    if (!bytes_u8(&in, &length))
        return FIT_MAYBE;
    if (length > 0x84 || length == 0x80)
        return FIT_NO;
    if (length > 0x80 && !bytes_skip(&in, length & 0x7f))
        return FIT_MAYBE;
    if (!bytes_u8(&in, &id_tag) || !bytes_u8(&in, &id_length))
        return in.len == 0 ? FIT_MAYBE : FIT_NO;
    if (id_tag != 0x02 || id_length < 1 || id_length > 4)
        return FIT_NO;
    if (!bytes_skip(&in, id_length) || !bytes_u8(&in, &operation))
        return FIT_MAYBE;
    return memchr(operations, operation, sizeof operations) ? FIT_YES : FIT_NO;
}

/* CONNECT or BIND with port, address and a user that ends in NUL. With port 0 it is no request, but
 * may be the length of a MongoDB message. */
enum fit fit_socks4_client(struct bytes in)
{
    enum { FIXED = 8 };

    if ((in.len > 0 && in.data[0] != 4) || (in.len > 1 && in.data[1] != 1 && in.data[1] != 2)
        || (in.len > 3 && in.data[2] == 0 && in.data[3] == 0))
        return FIT_NO;
    if (in.len <= FIXED)
        return FIT_MAYBE;
    return memchr(in.data + FIXED, 0, in.len - FIXED) ? FIT_YES : FIT_MAYBE;
}

/* The methods a client knows, RFC 1928 section 3. */
enum fit fit_socks5_client(struct bytes in)
{
    uint8_t version, count;

    if (!bytes_u8(&in, &version))
        return FIT_MAYBE;
    if (version != 5)
        return FIT_NO;
    if (!bytes_u8(&in, &count))
        return FIT_MAYBE;
    if (count == 0)
        return FIT_NO;
    return bytes_skip(&in, count) ? FIT_YES : FIT_MAYBE;
}

/* The method chosen: "nothing acceptable", or one after which comes a reply (5) or the answer to
 * a user name (1). */
enum fit fit_socks5_server(struct bytes in)
{
    enum { METHOD_MAX = 2, NO_METHOD = 0xff };
    uint8_t version, method, next;

    if (!bytes_u8(&in, &version))
        return FIT_MAYBE;
    if (version != 5)
        return FIT_NO;
    if (!bytes_u8(&in, &method))
        return FIT_MAYBE;
    if (method == NO_METHOD)
        return FIT_YES;
    if (method > METHOD_MAX)
        return FIT_NO;
    if (!bytes_u8(&in, &next))
        return FIT_MAYBE;
    return next == 5 || next == 1 ? FIT_YES : FIT_NO;
}

/* SOCKS4 replies: granted 90, or rejected 91 to 93. */
enum fit fit_socks4_server(struct bytes in)
{
    uint8_t version, code;

    if (!bytes_u8(&in, &version))
        return FIT_MAYBE;
    if (version != 0)
        return FIT_NO;
    if (!bytes_u8(&in, &code))
        return FIT_MAYBE;
    return code >= 90 && code <= 93 ? FIT_YES : FIT_NO;
}

/* The signature of the PROXY protocol's binary header, section 2.2 of its specification. */
enum fit fit_proxy_v2(struct bytes in)
{
    return fit_prefix(in, "\r\n\r\n\0\r\nQUIT\n", 12);
}

/* TPKT (RFC 1006) with an X.224 connection request or confirm. */
enum fit fit_rdp(struct bytes in)
{
    enum fit fit = fit_prefix(in, "\x03\0\0", 3);
    struct bytes code = bytes_after(in, 5);

    if (fit != FIT_YES || code.len == 0)
        return fit == FIT_YES ? FIT_MAYBE : fit;
    return code.data[0] == 0xe0 || code.data[0] == 0xd0 ? FIT_YES : FIT_NO;
}

/* TPKT with the header of this message behind its length. */
static enum fit fit_tpkt(struct bytes in, const char *header, size_t length)
{
    enum fit fit = fit_prefix(in, "\x03\0\0", 3);

    return fit == FIT_YES ? fit_prefix(bytes_after(in, 4), header, length) : fit;
}

/* X.224 data, as of a server that ends the connection by the disconnect of the layer above, or a
 * disconnect request (ITU-T X.224 sections 13.7 and 13.5): what a server says to a request that it
 * cannot read. */
enum fit fit_rdp_error(struct bytes in)
{
    return better(fit_tpkt(in, "\x02\xf0\x80", 3), fit_tpkt(in, "\x06\x80", 2));
}

/* The NetBIOS session header and the marks of SMB 1 and SMB 2. */
enum fit fit_smb(struct bytes in)
{
    struct bytes mark = bytes_after(in, 4);

    if (in.len > 0 && in.data[0] != 0)
        return FIT_NO;
    return better(fit_prefix(mark, "\xffSMB", 4), fit_prefix(mark, "\xfeSMB", 4));
}

/* IAC, then WILL, WONT, DO or DONT: RFC 854. */
enum fit fit_telnet(struct bytes in)
{
    uint8_t iac, command;

    if (!bytes_u8(&in, &iac))
        return FIT_MAYBE;
    if (iac != 0xff)
        return FIT_NO;
    if (!bytes_u8(&in, &command))
        return FIT_MAYBE;
    return command >= 0xfb && command <= 0xfe ? FIT_YES : FIT_NO;
}

/* The only packet of a message whose first option is VERSION, of six octets ([MS-TDS] section
 * 2.2.6.5). */
static enum fit fit_tds(struct bytes in, const char *type)
{
    enum fit fit = fit_prefix(in, type, 2);

    if (fit == FIT_YES)
        fit = fit_prefix(bytes_after(in, TDS_HEADER_LENGTH), "\0", 1);
    if (fit == FIT_YES)
        fit = fit_prefix(bytes_after(in, TDS_HEADER_LENGTH + 3), "\0\6", 2);
    return fit;
}

enum fit fit_tds_prelogin(struct bytes in)
{
    return fit_tds(in, "\x12\x01");
}

/* The answer has the type of any response. */
enum fit fit_tds_response(struct bytes in)
{
    return fit_tds(in, "\x04\x01");
}

/* The last fragment of a record, which is a call with the flavor AUTH_TLS (RFC 5531 sections 9 and
 * 11, RFC 9289 section 4.1). */
enum fit fit_rpc_tls(struct bytes in)
{
    enum { CALL = 4 + 4, FLAVOR = CALL + 5 * 4 };
    enum fit fit = fit_prefix(in, "\x80\0", 2);

    if (fit == FIT_YES)
        fit = fit_prefix(bytes_after(in, CALL), "\0\0\0\0\0\0\0\2", 8);
    if (fit == FIT_YES)
        fit = fit_prefix(bytes_after(in, FLAVOR), "\0\0\0\7", 4);
    return fit;
}

/* The two flags that there are, then the first option (doc/proto.md of the NBD project). */
enum fit fit_nbd_client(struct bytes in)
{
    enum { FLAGS_ALL = 3 };
    enum fit fit = fit_prefix(in, "\0\0\0", 3);
    struct bytes flags = bytes_after(in, 3);

    if (fit != FIT_YES || flags.len == 0)
        return fit == FIT_YES ? FIT_MAYBE : fit;
    return flags.data[0] <= FLAGS_ALL ? fit_prefix(bytes_after(flags, 1), "IHAVEOPT", 8) : FIT_NO;
}

static enum fit fit_openvpn(struct bytes in, bool from_client)
{
    static const enum fit fits[] = {
        [OPENVPN_OK] = FIT_YES,
        [OPENVPN_PARTIAL] = FIT_MAYBE,
        [OPENVPN_ALIEN] = FIT_NO,
    };
    struct openvpn_protection protection;

    return fits[openvpn_opening(in, from_client, &protection)];
}

enum fit fit_openvpn_client(struct bytes in)
{
    return fit_openvpn(in, true);
}

enum fit fit_openvpn_server(struct bytes in)
{
    return fit_openvpn(in, false);
}

/* An octet of a header: the bits that tell, and what they are. */
struct bits {
    uint8_t mask;
    uint8_t value;
};

/* clang-format off */
#define ANY      {0, 0}
#define OCTET(x) {0xff, x}
/* clang-format on */

static enum fit fit_bits(struct bytes in, const struct bits *bits, size_t count)
{
    uint8_t octet;

    for (size_t i = 0; i < count; i++) {
        if (!bytes_u8(&in, &octet))
            return FIT_MAYBE;
        if ((octet & bits[i].mask) != bits[i].value)
            return FIT_NO;
    }
    return FIT_YES;
}

/* A long header of version 1 (RFC 9000 section 17.2). */
enum fit fit_quic(struct bytes in)
{
    static const struct bits header[] = {{0xc0, 0xc0}, OCTET(0), OCTET(0), OCTET(0), OCTET(1)};

    return fit_bits(in, header, sizeof(header) / sizeof(header[0]));
}

/* A CONNECT packet: its length, a checksum that is 0, its type, flags, another checksum, and the
 * version, 300 to 511. */
enum fit fit_tns(struct bytes in)
{
    static const struct bits header[] = {{0xe0, 0}, ANY,      OCTET(0), OCTET(0), OCTET(1),
                                         ANY,       OCTET(0), OCTET(0), OCTET(1)};

    return fit_bits(in, header, sizeof(header) / sizeof(header[0]));
}

/* OPTIONS, without a body, or STARTUP, with a short map of texts: version, flags, stream, opcode,
 * length (sections 2 and 4.1 of versions 3 to 5). */
enum fit fit_cql(struct bytes in)
{
    static const struct bits options[] = {ANY,      {0xef, 0}, OCTET(0), ANY,     OCTET(5),
                                          OCTET(0), OCTET(0),  OCTET(0), OCTET(0)};
    static const struct bits startup[] = {ANY,      {0xef, 0}, OCTET(0), ANY, OCTET(1), OCTET(0),
                                          OCTET(0), ANY,       ANY,      ANY, ANY,      OCTET(0)};

    if (in.len > 0 && (in.data[0] < 3 || in.data[0] > 5))
        return FIT_NO;
    return better(fit_bits(in, options, sizeof(options) / sizeof(options[0])),
                  fit_bits(in, startup, sizeof(startup) / sizeof(startup[0])));
}

/* An A-ASSOCIATE-RQ: type, length, version 1, two reserved octets (DICOM PS3.8 section 9.3.2). */
enum fit fit_dicom(struct bytes in)
{
    static const struct bits header[] = {OCTET(1), OCTET(0), OCTET(0), OCTET(0), ANY,
                                         ANY,      OCTET(0), OCTET(1), OCTET(0), OCTET(0)};

    return fit_bits(in, header, sizeof(header) / sizeof(header[0]));
}

/* The first packet of a session: version, type, sequence number, flags, and of the length, behind
 * the session's number, the octets that are 0 (RFC 8907 section 4.1). */
enum fit fit_tacacs(struct bytes in)
{
    static const struct bits header[] = {{0xfe, 0xc0}, {0xfc, 0}, OCTET(1), {0xfa, 0}, ANY,
                                         ANY,          ANY,       ANY,      OCTET(0),  OCTET(0)};

    return fit_bits(in, header, sizeof(header) / sizeof(header[0]));
}
