/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/starttls.h"

#include "analyze/starttls_protocol.h"
#include "dissect/ldap.h"
#include "dissect/proxy_header.h"

/* NULL: it has no way to TLS, or none that is known. */
static const struct starttls_protocol *find(enum prelude protocol)
{
    static const struct starttls_protocol *const protocols[PRELUDE_COUNT] = {
        [PRELUDE_HTTP_REQUEST] = &starttls_http_request,
        [PRELUDE_HTTP_CONNECT] = &starttls_http_connect,
        [PRELUDE_SMTP] = &starttls_status_lines,
        [PRELUDE_FTP] = &starttls_status_lines,
        [PRELUDE_NNTP] = &starttls_status_lines,
        [PRELUDE_REPLY] = &starttls_status_lines,
        [PRELUDE_POP3] = &starttls_pop3,
        [PRELUDE_IMAP] = &starttls_imap,
        [PRELUDE_SIEVE] = &starttls_sieve,
        [PRELUDE_IRC] = &starttls_irc,
        [PRELUDE_XMPP] = &starttls_xmpp,
        [PRELUDE_LDAP] = &starttls_ldap,
        [PRELUDE_MYSQL_SSL_REQUEST] = &starttls_mysql,
        [PRELUDE_POSTGRESQL_SSL_REQUEST] = &starttls_postgresql,
        [PRELUDE_SOCKS4] = &starttls_socks4,
        [PRELUDE_SOCKS5] = &starttls_socks5,
        [PRELUDE_RDP] = &starttls_rdp,
        [PRELUDE_TDS] = &starttls_tds,
        [PRELUDE_RPC] = &starttls_rpc,
        [PRELUDE_NBD] = &starttls_nbd,
        [PRELUDE_OPENVPN] = &starttls_openvpn,
    };

    return protocol < PRELUDE_COUNT ? protocols[protocol] : NULL;
}

static const struct starttls_protocol *find_or_unknown(enum prelude protocol)
{
    const struct starttls_protocol *found = find(protocol);

    return found != NULL ? found : &starttls_unknown;
}

static struct bytes behind_proxy_header(struct bytes client)
{
    struct bytes rest = client;
    struct proxy_header header;

    return proxy_header_take(&rest, &header) ? rest : client;
}

enum prelude starttls_client_protocol(struct bytes client)
{
    struct bytes rest = behind_proxy_header(client);

    return prelude_identify(rest.len > 0 ? rest : client, true);
}

bool starttls_is_request(struct bytes client)
{
    const struct starttls_protocol *protocol;

    client = behind_proxy_header(client);
    protocol = find_or_unknown(prelude_identify(client, true));
    return protocol->asks == NULL || protocol->asks(client);
}

enum prelude starttls_protocol(enum prelude client, enum prelude server)
{
    bool server_tells = find(server) != NULL && server != PRELUDE_REPLY;

    return find(client) == NULL && server_tells ? server : client;
}

bool starttls_is_refusal(enum prelude protocol, struct bytes reply)
{
    const struct starttls_protocol *found = find_or_unknown(protocol);

    return (found->refuses != NULL && found->refuses(reply))
           || (found->refusal != NULL && found->refusal(reply) != NULL);
}

bool starttls_is_agreement(enum prelude protocol, bool was_greeted, struct bytes reply)
{
    const struct starttls_protocol *found = find_or_unknown(protocol);

    return found->agrees != NULL && (was_greeted || !found->is_greeted) && found->agrees(reply);
}

const char *starttls_refusal_name(enum prelude protocol, struct bytes reply)
{
    const struct starttls_protocol *found = find_or_unknown(protocol);

    return found->refusal != NULL ? found->refusal(reply) : NULL;
}

/* LDAP alone has words in a reply that is no text. */
struct bytes starttls_reply_words(enum prelude protocol, struct bytes reply)
{
    struct ldap_result result;

    if (protocol != PRELUDE_LDAP)
        return reply;
    return ldap_result_find(reply, &result) ? result.message : bytes_of(reply.data, 0);
}

bool starttls_goes_on(enum prelude protocol, struct bytes rest)
{
    const struct starttls_protocol *found = find_or_unknown(protocol);

    return found->is_optional && rest.len > 0 && (found->leaves == NULL || !found->leaves(rest));
}

bool starttls_has_target(enum prelude protocol)
{
    return protocol == PRELUDE_HTTP_CONNECT || protocol == PRELUDE_SOCKS4
           || protocol == PRELUDE_SOCKS5;
}

const char *starttls_name(enum prelude protocol)
{
    static const char *const names[PRELUDE_COUNT] = {
        [PRELUDE_HTTP_REQUEST] = "http",
        [PRELUDE_HTTP_CONNECT] = "http_connect",
        [PRELUDE_SMTP] = "smtp",
        [PRELUDE_FTP] = "ftp",
        [PRELUDE_POP3] = "pop3",
        [PRELUDE_IMAP] = "imap",
        [PRELUDE_NNTP] = "nntp",
        [PRELUDE_SIEVE] = "sieve",
        [PRELUDE_IRC] = "irc",
        [PRELUDE_XMPP] = "xmpp",
        [PRELUDE_MYSQL] = "mysql",
        [PRELUDE_MYSQL_SSL_REQUEST] = "mysql",
        [PRELUDE_POSTGRESQL_SSL_REQUEST] = "postgresql",
        [PRELUDE_POSTGRESQL_ACCEPT] = "postgresql",
        [PRELUDE_POSTGRESQL_REFUSE] = "postgresql",
        [PRELUDE_POSTGRESQL_ERROR] = "postgresql",
        [PRELUDE_LDAP] = "ldap",
        [PRELUDE_SOCKS4] = "socks4",
        [PRELUDE_SOCKS5] = "socks5",
        [PRELUDE_RDP] = "rdp",
        [PRELUDE_TELNET] = "telnet",
        [PRELUDE_VNC] = "vnc",
        [PRELUDE_TDS] = "tds",
        [PRELUDE_RPC] = "rpc",
        [PRELUDE_NBD] = "nbd",
        [PRELUDE_OPENVPN] = "openvpn",
        [PRELUDE_STARTTLS] = "starttls",
    };

    return protocol < PRELUDE_COUNT ? names[protocol] : NULL;
}
