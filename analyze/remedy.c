/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/remedy.h"

#include <string.h>
#include <strings.h>

#include "analyze/describe.h"
#include "analyze/text.h"

/* The command that takes the argument, as all remedies write it, and what stands there where a
 * remedy is about STARTTLS itself. */
static const char command[] = "s_client -connect SERVER:PORT";
static const char any_protocol[] = " -starttls PROTOCOL` (smtp, imap, pop3, ftp, postgres, ...)";

static const char nmap[] = "`nmap -p PORT --script ssl-cert SERVER` shows the certificate.";
static const char proxychains[] = "run it with `proxychains4`, SERVER:PORT being the target.";

static const struct remedy_way lmtp = {"LMTP", "STARTTLS", " -starttls lmtp", NULL};

static const struct remedy_way ways[PRELUDE_COUNT] = {
    [PRELUDE_HTTP_REQUEST] = {"HTTP", "Upgrade: TLS", NULL, "`lpstat -E -h SERVER:PORT` tries."},
    [PRELUDE_HTTP_CONNECT] = {"HTTP CONNECT", NULL, " -proxy PROXY:PORT", NULL},
    [PRELUDE_SOCKS4] = {"SOCKS4", NULL, NULL, proxychains},
    [PRELUDE_SOCKS5] = {"SOCKS5", NULL, NULL, proxychains},
    [PRELUDE_SMTP] = {"SMTP", "STARTTLS", " -starttls smtp", NULL},
    [PRELUDE_FTP] = {"FTP", "AUTH TLS", " -starttls ftp", NULL},
    [PRELUDE_POP3] = {"POP3", "STLS", " -starttls pop3", NULL},
    [PRELUDE_IMAP] = {"IMAP", "STARTTLS", " -starttls imap", NULL},
    [PRELUDE_NNTP] = {"NNTP", "STARTTLS", " -starttls nntp", NULL},
    [PRELUDE_SIEVE] = {"ManageSieve", "STARTTLS", " -starttls sieve", NULL},
    [PRELUDE_IRC] = {"IRC", "STARTTLS", " -starttls irc", NULL},
    [PRELUDE_XMPP] = {"XMPP", "<starttls/>", " -starttls xmpp -xmpphost NAME", NULL},
    [PRELUDE_LDAP] = {"LDAP", "StartTLS", " -starttls ldap", NULL},
    [PRELUDE_MYSQL] = {"MySQL", "SSLRequest", " -starttls mysql", NULL},
    [PRELUDE_MYSQL_ERROR] = {"MySQL", "SSLRequest", " -starttls mysql", NULL},
    [PRELUDE_MYSQL_SSL_REQUEST] = {"MySQL", "SSLRequest", " -starttls mysql", NULL},
    [PRELUDE_POSTGRESQL_SSL_REQUEST] = {"PostgreSQL", "SSLRequest", " -starttls postgres", NULL},
    [PRELUDE_POSTGRESQL_ACCEPT] = {"PostgreSQL", "SSLRequest", " -starttls postgres", NULL},
    [PRELUDE_POSTGRESQL_REFUSE] = {"PostgreSQL", "SSLRequest", " -starttls postgres", NULL},
    [PRELUDE_POSTGRESQL_ERROR] = {"PostgreSQL", "SSLRequest", " -starttls postgres", NULL},
    [PRELUDE_RDP] = {"RDP", "an X.224 connection request", NULL,
                     "`sslyze --starttls=rdp SERVER:PORT` shows the certificate."},
    [PRELUDE_TDS] = {"TDS", "PRELOGIN", NULL, nmap},
    [PRELUDE_TELNET] = {"Telnet", "START_TLS", " -starttls telnet", NULL},
    [PRELUDE_VNC] = {"VNC", "VeNCrypt", NULL, nmap},
    [PRELUDE_RPC] = {"RPC", "an AUTH_TLS call", NULL,
                     "`mount -o xprtsec=tls` does, and tlshd logs what it sees."},
    [PRELUDE_NBD] = {"NBD", "NBD_OPT_STARTTLS", NULL, "`nbdinfo nbds://SERVER:PORT` tries."},
    [PRELUDE_OPENVPN] = {"OpenVPN", "a reset of its control channel", NULL,
                         "run both sides with `--verb 4`, which logs what TLS says."},
};

/* It is told from SMTP by its first command alone (RFC 2033 section 4.1). */
static bool is_lmtp(const struct facts *facts)
{
    static const char greeting[] = "LHLO ";
    struct bytes client = prelude_octets(facts_words(facts, SIDE_CLIENT));

    return client.len >= strlen(greeting)
           && strncasecmp((const char *)client.data, greeting, strlen(greeting)) == 0;
}

static const struct remedy_way *way_within(enum prelude protocol)
{
    return protocol < PRELUDE_COUNT && ways[protocol].protocol != NULL ? &ways[protocol] : NULL;
}

const struct remedy_way *remedy_way_of(const struct facts *facts)
{
    bool speaks_other =
        facts->refusal.kind == REFUSAL_PLAINTEXT && facts->refusal.by == SIDE_SERVER;

    if (facts->starttls.protocol == PRELUDE_SMTP && is_lmtp(facts))
        return &lmtp;
    if (facts->starttls.protocol != PRELUDE_UNKNOWN)
        return way_within(facts->starttls.protocol);
    return speaks_other ? way_within(facts->prelude[SIDE_SERVER]) : NULL;
}

/* Append the remedy with the argument in each of its commands. */
static void add_with_argument(struct text *text, const char *remedy, const char *argument)
{
    const char *place;

    while ((place = strstr(remedy, command)) != NULL) {
        text_add(text, "%.*s%s%s", (int)(place - remedy), remedy, command, argument);
        remedy = place + strlen(command);
        if (strncmp(remedy, any_protocol, strlen(any_protocol)) == 0) {
            remedy += strlen(any_protocol);
            text_add_string(text, "`");
        }
    }
    text_add_string(text, remedy);
}

bool remedy_has_command(const char *remedy)
{
    return strstr(remedy, command) != NULL;
}

const char *remedy_text(const char *remedy, const struct remedy_way *way, char buffer[REMEDY_SIZE])
{
    struct text text;

    if (way == NULL || !remedy_has_command(remedy))
        return remedy;
    text = text_begin(buffer, REMEDY_SIZE);
    if (way->argument != NULL)
        add_with_argument(&text, remedy, way->argument);
    else
        text_add(&text, "%s openssl s_client cannot speak %s: %s", remedy, way->protocol,
                 way->instead);
    return buffer;
}

static bool is_told(const struct evidence *evidence)
{
    for (size_t i = 0; i < evidence->count; i++)
        if (strcmp(evidence->items[i].fact, "starttls") == 0)
            return true;
    return false;
}

void remedy_describe_way(const struct facts *facts, struct evidence *evidence)
{
    const struct remedy_way *way = remedy_way_of(facts);

    if (!facts->starttls.asked || !facts->handshake->switched || is_told(evidence))
        return;
    if (way == NULL || way->request == NULL)
        describe_starttls_request(facts, evidence);
    else
        evidence_add(evidence, "starttls", facts->starttls.at,
                     "the client changed to TLS within %s, by %s", way->protocol, way->request);
}
