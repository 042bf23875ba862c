/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/prelude.h"
#include "dissect/prelude_fit.h"

enum speaker { CLIENT = 1 << 0, SERVER = 1 << 1, BOTH = CLIENT | SERVER };

/* One way for a protocol to begin: a text, or what a function says. */
struct signature {
    enum prelude prelude;
    enum speaker side;
    const char *prefix; /* NULL: fit decides */
    enum fit (*fit)(struct bytes in);
};

/* The first that fits counts, so the more exact ones come first. */
static const struct signature signatures[] = {
    {PRELUDE_HTTP_CONNECT, CLIENT, "CONNECT ", NULL},
    {PRELUDE_HTTP_REQUEST, CLIENT, "GET ", NULL},
    {PRELUDE_HTTP_REQUEST, CLIENT, "POST ", NULL},
    {PRELUDE_HTTP_REQUEST, CLIENT, "HEAD ", NULL},
    {PRELUDE_HTTP_REQUEST, CLIENT, "PUT ", NULL},
    {PRELUDE_HTTP_REQUEST, CLIENT, "DELETE ", NULL},
    {PRELUDE_HTTP_REQUEST, CLIENT, "OPTIONS ", NULL},
    {PRELUDE_HTTP_REQUEST, CLIENT, "PATCH ", NULL},
    {PRELUDE_HTTP_REQUEST, CLIENT, "TRACE ", NULL},
    {PRELUDE_HTTP_REQUEST, CLIENT, "PROPFIND ", NULL},
    {PRELUDE_HTTP2, CLIENT, "PRI * HTTP/2.0\r\n", NULL},
    {PRELUDE_HTTP_TO_HTTPS, SERVER, NULL, fit_http_to_https},
    {PRELUDE_HTTP_RESPONSE, SERVER, "HTTP/1.", NULL},
    {PRELUDE_HTTP_RESPONSE, SERVER, "<!DOCTYPE html", NULL}, /* HTTP/0.9 */
    {PRELUDE_HTTP_RESPONSE, SERVER, "<!DOCTYPE HTML", NULL},
    {PRELUDE_HTTP_RESPONSE, SERVER, "<html", NULL},
    {PRELUDE_HTTP_RESPONSE, SERVER, "<HTML", NULL},
    {PRELUDE_SSH, BOTH, "SSH-", NULL},
    {PRELUDE_SMTP, CLIENT, "EHLO ", NULL},
    {PRELUDE_SMTP, CLIENT, "HELO ", NULL},
    {PRELUDE_SMTP, CLIENT, "LHLO ", NULL},
    {PRELUDE_SMTP, SERVER, NULL, fit_smtp_reply},
    {PRELUDE_FTP, CLIENT, "AUTH TLS", NULL},
    {PRELUDE_FTP, CLIENT, "AUTH SSL", NULL},
    {PRELUDE_FTP, SERVER, NULL, fit_ftp_reply},
    {PRELUDE_NNTP, CLIENT, "MODE READER", NULL},
    {PRELUDE_NNTP, CLIENT, "CAPABILITIES", NULL},
    {PRELUDE_NNTP, SERVER, NULL, fit_nntp_reply},
    {PRELUDE_REPLY, SERVER, NULL, fit_reply},
    {PRELUDE_STARTTLS, CLIENT, "STARTTLS", NULL},
    {PRELUDE_POP3, CLIENT, "STLS", NULL},
    {PRELUDE_POP3, CLIENT, "CAPA\r\n", NULL},
    {PRELUDE_REDIS, SERVER, "-ERR unknown command", NULL},
    {PRELUDE_REDIS, SERVER, "-ERR Protocol error", NULL},
    {PRELUDE_REDIS, SERVER, "-NOAUTH ", NULL},
    {PRELUDE_REDIS, SERVER, "-DENIED ", NULL},
    {PRELUDE_REDIS, SERVER, "+PONG\r\n", NULL},
    {PRELUDE_REDIS, CLIENT, "PING\r\n", NULL},
    {PRELUDE_REDIS, CLIENT, NULL, fit_redis_command},
    {PRELUDE_POP3, SERVER, "+OK", NULL},
    {PRELUDE_POP3, SERVER, "-ERR", NULL},
    {PRELUDE_IMAP, SERVER, "* OK", NULL},
    {PRELUDE_IMAP, SERVER, "* PREAUTH", NULL},
    {PRELUDE_IMAP, SERVER, "* BYE", NULL},
    {PRELUDE_IMAP, SERVER, "* BAD", NULL},
    {PRELUDE_IMAP, SERVER, "* CAPABILITY", NULL},
    {PRELUDE_SIEVE, SERVER, "\"IMPLEMENTATION\"", NULL},
    {PRELUDE_IRC, CLIENT, "NICK ", NULL},
    {PRELUDE_IRC, CLIENT, "CAP LS", NULL},
    {PRELUDE_IRC, SERVER, "NOTICE ", NULL},
    {PRELUDE_IRC, SERVER, "ERROR :", NULL},
    {PRELUDE_IRC, SERVER, NULL, fit_irc_message},
    {PRELUDE_XMPP, BOTH, "<?xml ", NULL},
    {PRELUDE_XMPP, BOTH, "<stream:stream", NULL},
    {PRELUDE_MYSQL, SERVER, NULL, fit_mysql_greeting},
    {PRELUDE_MYSQL_ERROR, SERVER, NULL, fit_mysql_error},
    {PRELUDE_MYSQL_SSL_REQUEST, CLIENT, NULL, fit_mysql_ssl_request},
    {PRELUDE_POSTGRESQL_SSL_REQUEST, CLIENT, NULL, fit_postgresql_ssl_request},
    {PRELUDE_POSTGRESQL_STARTUP, CLIENT, NULL, fit_postgresql_startup},
    {PRELUDE_POSTGRESQL_ACCEPT, SERVER, NULL, fit_postgresql_accept},
    {PRELUDE_POSTGRESQL_REFUSE, SERVER, NULL, fit_postgresql_refuse},
    {PRELUDE_POSTGRESQL_ERROR, SERVER, NULL, fit_postgresql_error},
    {PRELUDE_MONGODB, CLIENT, NULL, fit_mongodb},
    {PRELUDE_MQTT, CLIENT, NULL, fit_mqtt},
    {PRELUDE_AMQP, BOTH, "AMQP", NULL},
    {PRELUDE_LDAP, BOTH, NULL, fit_ldap},
    {PRELUDE_SOCKS4, CLIENT, NULL, fit_socks4_client},
    {PRELUDE_SOCKS4, SERVER, NULL, fit_socks4_server},
    {PRELUDE_SOCKS5, CLIENT, NULL, fit_socks5_client},
    {PRELUDE_SOCKS5, SERVER, NULL, fit_socks5_server},
    {PRELUDE_PROXY_V1, CLIENT, "PROXY TCP", NULL},
    {PRELUDE_PROXY_V1, CLIENT, "PROXY UNKNOWN", NULL},
    {PRELUDE_PROXY_V2, CLIENT, NULL, fit_proxy_v2},
    {PRELUDE_RDP, BOTH, NULL, fit_rdp},
    {PRELUDE_RDP, SERVER, NULL, fit_rdp_error},
    {PRELUDE_SMB, BOTH, NULL, fit_smb},
    {PRELUDE_TELNET, BOTH, NULL, fit_telnet},
    {PRELUDE_VNC, BOTH, "RFB 003.", NULL},
    {PRELUDE_TDS, CLIENT, NULL, fit_tds_prelogin},
    {PRELUDE_TDS, SERVER, NULL, fit_tds_response},
    {PRELUDE_RPC, CLIENT, NULL, fit_rpc_tls},
    {PRELUDE_NBD, CLIENT, NULL, fit_nbd_client},
    {PRELUDE_NBD, SERVER, "NBDMAGIC", NULL},
    {PRELUDE_OPENVPN, CLIENT, NULL, fit_openvpn_client},
    {PRELUDE_OPENVPN, SERVER, NULL, fit_openvpn_server},
    {PRELUDE_DTLS, CLIENT, "\x16\xfe\xff", NULL},
    {PRELUDE_DTLS, CLIENT, "\x16\xfe\xfd", NULL},
    {PRELUDE_DTLS, CLIENT, "\x16\xfe\xfc", NULL},
    {PRELUDE_TLCP, BOTH, "\x16\1\1", NULL},
    {PRELUDE_TLCP, SERVER, "\x15\1\1", NULL},
    {PRELUDE_QUIC, CLIENT, NULL, fit_quic},
    {PRELUDE_TNS, CLIENT, NULL, fit_tns},
    {PRELUDE_CQL, CLIENT, NULL, fit_cql},
    {PRELUDE_DICOM, CLIENT, NULL, fit_dicom},
    {PRELUDE_HL7, CLIENT, "\x0bMSH", NULL},
    {PRELUDE_TACACS, CLIENT, NULL, fit_tacacs},
    /* The tag in front is any word, those that others begin with too. */
    {PRELUDE_IMAP, CLIENT, NULL, fit_imap_command},
};

static const char *const names[PRELUDE_COUNT] = {
    [PRELUDE_UNKNOWN] = "unknown",
    [PRELUDE_PARTIAL] = "too short to say",
    [PRELUDE_HTTP_REQUEST] = "HTTP request",
    [PRELUDE_HTTP_CONNECT] = "HTTP CONNECT",
    [PRELUDE_HTTP_RESPONSE] = "HTTP response",
    [PRELUDE_HTTP_TO_HTTPS] = "HTTP response to plain HTTP on a TLS port",
    [PRELUDE_HTTP2] = "HTTP/2",
    [PRELUDE_SSH] = "SSH",
    [PRELUDE_SMTP] = "SMTP",
    [PRELUDE_FTP] = "FTP",
    [PRELUDE_REPLY] = "SMTP or FTP",
    [PRELUDE_STARTTLS] = "STARTTLS command",
    [PRELUDE_POP3] = "POP3",
    [PRELUDE_IMAP] = "IMAP",
    [PRELUDE_NNTP] = "NNTP",
    [PRELUDE_SIEVE] = "ManageSieve",
    [PRELUDE_IRC] = "IRC",
    [PRELUDE_XMPP] = "XMPP",
    [PRELUDE_MYSQL] = "MySQL",
    [PRELUDE_MYSQL_ERROR] = "MySQL error",
    [PRELUDE_MYSQL_SSL_REQUEST] = "MySQL SSLRequest",
    [PRELUDE_POSTGRESQL_SSL_REQUEST] = "PostgreSQL SSLRequest",
    [PRELUDE_POSTGRESQL_STARTUP] = "PostgreSQL without TLS",
    [PRELUDE_POSTGRESQL_ACCEPT] = "PostgreSQL accepting TLS",
    [PRELUDE_POSTGRESQL_REFUSE] = "PostgreSQL refusing TLS",
    [PRELUDE_POSTGRESQL_ERROR] = "PostgreSQL error",
    [PRELUDE_REDIS] = "Redis",
    [PRELUDE_MONGODB] = "MongoDB",
    [PRELUDE_MQTT] = "MQTT",
    [PRELUDE_AMQP] = "AMQP",
    [PRELUDE_LDAP] = "LDAP",
    [PRELUDE_SOCKS4] = "SOCKS4",
    [PRELUDE_SOCKS5] = "SOCKS5",
    [PRELUDE_PROXY_V1] = "PROXY protocol v1",
    [PRELUDE_PROXY_V2] = "PROXY protocol v2",
    [PRELUDE_RDP] = "RDP",
    [PRELUDE_SMB] = "SMB",
    [PRELUDE_TELNET] = "Telnet",
    [PRELUDE_VNC] = "VNC",
    [PRELUDE_TDS] = "TDS (SQL Server)",
    [PRELUDE_RPC] = "RPC",
    [PRELUDE_NBD] = "NBD (Network Block Device)",
    [PRELUDE_OPENVPN] = "OpenVPN",
    [PRELUDE_DTLS] = "DTLS",
    [PRELUDE_TLCP] = "TLCP",
    [PRELUDE_QUIC] = "QUIC",
    [PRELUDE_TNS] = "TNS (Oracle)",
    [PRELUDE_CQL] = "CQL (Cassandra)",
    [PRELUDE_DICOM] = "DICOM",
    [PRELUDE_HL7] = "HL7",
    [PRELUDE_TACACS] = "TACACS+",
};

static enum fit signature_fit(const struct signature *signature, struct bytes in)
{
    if (signature->prefix)
        return fit_prefix(in, signature->prefix, strlen(signature->prefix));
    return signature->fit(in);
}

enum prelude prelude_identify(struct bytes data, bool from_client)
{
    enum speaker side = from_client ? CLIENT : SERVER;
    bool is_long = data.len >= PRELUDE_OCTETS_MAX;
    enum prelude answer = PRELUDE_UNKNOWN;

    if (is_long)
        data.len = PRELUDE_OCTETS_MAX;
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        enum fit fit = FIT_NO;

        if ((signatures[i].side & side) != 0)
            fit = signature_fit(&signatures[i], data);
        if (fit == FIT_YES)
            return signatures[i].prelude;
        if (fit == FIT_MAYBE && !is_long)
            answer = PRELUDE_PARTIAL;
    }
    return answer;
}

const char *prelude_name(enum prelude prelude)
{
    return prelude < PRELUDE_COUNT ? names[prelude] : names[PRELUDE_UNKNOWN];
}

struct bytes prelude_first_line(struct bytes data, size_t max)
{
    struct bytes rest = data;
    struct bytes line = bytes_of(data.data, 0);
    uint8_t octet;

    while (line.len < max && bytes_u8(&rest, &octet) && octet >= ' ' && octet <= '~')
        line.len++;
    return line;
}
