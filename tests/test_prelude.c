/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/prelude.h"
#include "tests/support/wire.h"

#include <stdio.h>

enum { CLIENT = 1, SERVER = 0 };

/* What one side sends first, and what it is. */
struct example {
    enum prelude prelude;
    int side;
    const char *text;
    size_t length;
};

#define SENDS(prelude, side, text)                                                                 \
    {                                                                                              \
        PRELUDE_##prelude, side, text, sizeof(text) - 1                                            \
    }

/* A call of the NULL procedure of NFS, or what differs from it in an octet. */
#define RPC_PROBE(mark, type, flavor)                                                              \
    mark "\0\0\x28\1\2\3\4\0\0\0" type "\0\0\0\2\0\1\x86\xa3\0\0\0\4\0\0\0\0\0\0\0" flavor         \
         "\0\0\0\0\0\0\0\0\0\0\0\0"

/* clang-format off */
static const struct example examples[] = {
    SENDS(HTTP_REQUEST, CLIENT, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    SENDS(HTTP_REQUEST, CLIENT, "POST /x HTTP/1.0\r\n"),
    SENDS(HTTP_REQUEST, CLIENT, "PROPFIND /dav HTTP/1.1\r\n"),
    SENDS(HTTP_CONNECT, CLIENT, "CONNECT example.net:443 HTTP/1.1\r\n\r\n"),
    SENDS(HTTP_RESPONSE, SERVER, "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"),
    SENDS(HTTP_RESPONSE, SERVER, "<!DOCTYPE HTML>\n<html lang=\"en\">"),
    SENDS(HTTP_RESPONSE, SERVER, "<HTML><HEAD>"),
    SENDS(HTTP_RESPONSE, SERVER, "HTTP/1.1 400 Bad Request\r\n\r\nNo."),
    SENDS(HTTP_RESPONSE, SERVER, "<html><body>no</body></html>"),
    SENDS(HTTP_TO_HTTPS, SERVER, "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>\r\n"
          "<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>"),
    SENDS(HTTP_TO_HTTPS, SERVER, "HTTP/1.1 400 Bad Request\r\n\r\n<p>Reason: You're speaking plain "
          "HTTP to an SSL-enabled server port.<br />"),
    SENDS(HTTP_TO_HTTPS, SERVER, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an"
          " HTTPS server.\n"),
    SENDS(HTTP_TO_HTTPS, SERVER, "HTTP/1.1 400 \r\n\r\nBad Request\r\nThis combination of host and "
          "port requires TLS.\r\n"),
    SENDS(HTTP_TO_HTTPS, SERVER, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nThe "
          "client sent a plain HTTP request, but this server only speaks HTTPS on this port."),
    SENDS(HTTP_TO_HTTPS, SERVER, "HTTP/1.1 426 Upgrade Required\r\nDate: x\r\n"
          "upgrade: TLS/1.2, HTTP/1.1\r\n\r\n"),
    SENDS(HTTP_RESPONSE, SERVER, "HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c\r\n\r\n"),
    SENDS(HTTP_RESPONSE, SERVER, "HTTP/1.1 200 OK\r\n\r\nNever speak: speaking plain HTTP to an SSL port"),
    SENDS(HTTP_RESPONSE, SERVER, "HTTP/1.1 426 Upgrade Required\r\n\r\nUpgrade: TLS/1.2\r\n"),
    SENDS(HTTP_RESPONSE, SERVER, "HTTP/1.1 200 OK\r\nUpgrade: TLS/1.2\r\n\r\n"),
    SENDS(HTTP2, CLIENT, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    SENDS(SSH, SERVER, "SSH-2.0-OpenSSH_9.2p1\r\n"),
    SENDS(SSH, CLIENT, "SSH-2.0-PuTTY_Release_0.78\r\n"),
    SENDS(SMTP, SERVER, "220 mail.example.net ESMTP Postfix\r\n"),
    SENDS(SMTP, SERVER, "220-mail.example.net esmtp\r\n220 \r\n"),
    SENDS(SMTP, SERVER, "500 5.5.1 Invalid command\r\n"),
    SENDS(SMTP, SERVER, "454 4.7.0 TLS not available due to local problem\r\n"),
    SENDS(SMTP, CLIENT, "EHLO client.example.net\r\n"),
    SENDS(FTP, SERVER, "220 ProFTPD Server ready.\r\n"),
    SENDS(FTP, SERVER, "234 AUTH TLS successful\r\n"),
    SENDS(FTP, CLIENT, "AUTH TLS\r\n"),
    SENDS(REPLY, SERVER, "220 Welcome\r\n"),
    SENDS(REPLY, SERVER, "421 Too many connections\r\n"),
    SENDS(STARTTLS, CLIENT, "STARTTLS\r\n"),
    SENDS(POP3, SERVER, "+OK Dovecot ready.\r\n"),
    SENDS(POP3, SERVER, "-ERR no TLS\r\n"),
    SENDS(POP3, CLIENT, "STLS\r\n"),
    SENDS(POP3, CLIENT, "CAPA\r\n"),
    SENDS(IMAP, SERVER, "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"),
    SENDS(IMAP, SERVER, "* BYE too many\r\n"),
    SENDS(IMAP, CLIENT, "a001 STARTTLS\r\n"),
    SENDS(IMAP, CLIENT, "1 capability\r\n"),
    SENDS(AMQP, CLIENT, "AMQP NOOP\r\n"), /* with four octets it was, so it stays */
    SENDS(IRC, CLIENT, "NICK NOOP\r\n"),
    SENDS(NNTP, SERVER, "200 news.example.net InterNetNews NNRP server INN 2.7 ready (posting ok)\r\n"),
    SENDS(NNTP, CLIENT, "CAPABILITIES\r\n"),
    SENDS(SIEVE, SERVER, "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n"),
    SENDS(IRC, SERVER, ":irc.example.net NOTICE * :*** Looking up your hostname...\r\n"),
    SENDS(IRC, SERVER, "NOTICE AUTH :*** Looking up\r\n"),
    SENDS(IRC, SERVER, "ERROR :Closing link\r\n"),
    SENDS(IRC, CLIENT, "NICK guest\r\n"),
    SENDS(IRC, CLIENT, "CAP LS 302\r\n"),
    SENDS(XMPP, CLIENT, "<?xml version='1.0'?><stream:stream to='example.net'"),
    SENDS(XMPP, SERVER, "<stream:stream id='1' from='example.net'"),
    SENDS(MYSQL, SERVER, "\x4a\0\0\0\x0a" "8.0.36\0\x08\0\0\0"),
    SENDS(MYSQL_ERROR, SERVER, "\x45\0\0\0\xff\x6a\x04Host '10.0.0.1' is not allowed"),
    SENDS(MYSQL_ERROR, SERVER, "\x21\0\0\1\xff\x13\x04#08S01Bad handshake"),
    SENDS(MYSQL_SSL_REQUEST, CLIENT, "\x20\0\0\1\x85\xae\xff\x19\0\0\0\1\x2d\0\0\0"),
    SENDS(POSTGRESQL_SSL_REQUEST, CLIENT, "\0\0\0\x08\x04\xd2\x16\x2f"),
    SENDS(POSTGRESQL_SSL_REQUEST, CLIENT, "\0\0\0\x08\x04\xd2\x16\x30"),
    SENDS(POSTGRESQL_STARTUP, CLIENT, "\0\0\0\x29\0\3\0\0user\0bob\0\0"),
    SENDS(POSTGRESQL_ACCEPT, SERVER, "S"),
    SENDS(POSTGRESQL_ACCEPT, SERVER, "S\x16\3\3\0\x7a"),
    SENDS(POSTGRESQL_REFUSE, SERVER, "N"),
    SENDS(POSTGRESQL_ERROR, SERVER, "E\0\0\0\x61SFATAL\0VFATAL\0C28000\0"),
    SENDS(REDIS, SERVER, "-ERR unknown command '\x16\3\1', with args beginning with:\r\n"),
    SENDS(REDIS, SERVER, "-NOAUTH Authentication required.\r\n"),
    SENDS(REDIS, CLIENT, "*1\r\n$4\r\nPING\r\n"),
    SENDS(REDIS, CLIENT, "PING\r\n"),
    SENDS(MONGODB, CLIENT, "\x3a\1\0\0\1\0\0\0\0\0\0\0\xd4\7\0\0\0\0\0\0admin.$cmd\0"),
    SENDS(MONGODB, CLIENT, "\x3a\1\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0\0\0\0\0\0"),
    SENDS(MONGODB, CLIENT, "\4\1\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0\0\0\0\0\0"),
    SENDS(MQTT, CLIENT, "\x10\x1a\0\4MQTT\4\2\0\x3c\0\x0e"),
    SENDS(MQTT, CLIENT, "\x10\x9a\1\0\6MQIsdp\3\2\0\x3c"),
    SENDS(AMQP, CLIENT, "AMQP\0\0\x09\1"),
    SENDS(LDAP, CLIENT, "\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0"), /* bind */
    SENDS(LDAP, CLIENT, "\x30\x1d\2\1\1\x77\x18\x80\x16" "1.3.6.1.4.1.1466.20037"), /* StartTLS */
    SENDS(LDAP, SERVER, "\x30\x84\0\0\0\x10\2\1\1\x61\x84\0\0\0\7\x0a\1\0\4\0\4\0"),
    SENDS(SOCKS4, CLIENT, "\4\1\1\xbb\x0a\0\0\1user\0"),
    SENDS(SOCKS4, SERVER, "\0\x5b\0\0\0\0\0\0"),
    SENDS(SOCKS5, CLIENT, "\5\2\0\2"),
    SENDS(SOCKS5, CLIENT, "\5\1\0\5\1\0\3\x0b" "example.net\1\xbb"),
    SENDS(SOCKS5, SERVER, "\5\xff"),
    SENDS(SOCKS5, SERVER, "\5\0\5\0\0\1"),
    SENDS(SOCKS5, SERVER, "\5\2\1\0"),
    SENDS(PARTIAL, SERVER, "\5\0"),
    SENDS(MYSQL_ERROR, SERVER, "\5\1\0\0\xff\x15\4Access denied"),
    SENDS(UNKNOWN, SERVER, "\5\3\1"),
    SENDS(UNKNOWN, CLIENT, "\0\0\0\4\0\3"), /* too short for a startup */
    SENDS(UNKNOWN, CLIENT, "\0\1\1\1\1"),
    SENDS(UNKNOWN, CLIENT, "\x30\4\2\5"), /* a message ID of five octets */
    SENDS(UNKNOWN, CLIENT, "\x30\4\2\1\1\x42"), /* unbind, not at the beginning */
    SENDS(PROXY_V1, CLIENT, "PROXY TCP4 10.0.0.1 10.0.0.2 40000 443\r\n"),
    SENDS(PROXY_V1, CLIENT, "PROXY UNKNOWN\r\n"),
    SENDS(PROXY_V2, CLIENT, "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a\0\0\1\x0a\0\0\2\x9c\x40\1\xbb"),
    SENDS(RDP, CLIENT, "\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0"),
    SENDS(RDP, SERVER, "\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\1\0\0\0"),
    SENDS(RDP, SERVER, "\3\0\0\x09\2\xf0\x80\x21\x80"), /* its MCS layer disconnects */
    SENDS(RDP, SERVER, "\3\0\0\x0b\6\x80\0\0\0\0\0"),
    SENDS(UNKNOWN, SERVER, "\3\0\0\x09\7\xf0\x80"),
    SENDS(UNKNOWN, CLIENT, "\3\0\0\x09\2\xf0\x80\x21\x80"),
    SENDS(TDS, CLIENT, "\x12\1\0\x2f\0\0\1\0\0\0\x1a\0\6\1\0\x20\0\1\xff"),
    SENDS(TDS, SERVER, "\4\1\0\x2b\0\0\1\0\0\0\x1a\0\6\1\0\x20\0\1\xff"),
    SENDS(PARTIAL, SERVER, "\4\1\0\x2b\0\0\1\0\0\0\x1a\0"),
    SENDS(UNKNOWN, SERVER, "\4\1\0\x2b\0\0\1\0\xaa\0\x1a\0\6"), /* an error */
    SENDS(UNKNOWN, CLIENT, "\x12\1\0\x2f\0\0\1\0\0\0\x1a\0\7"),
    SENDS(RPC, CLIENT, RPC_PROBE("\x80", "\0", "\7")),
    SENDS(UNKNOWN, CLIENT, RPC_PROBE("\0", "\0", "\7")),    /* not the last fragment */
    SENDS(UNKNOWN, CLIENT, RPC_PROBE("\x80", "\1", "\7")),  /* a reply */
    SENDS(UNKNOWN, CLIENT, RPC_PROBE("\x80", "\0", "\1")),  /* AUTH_SYS */
    SENDS(DTLS, CLIENT, "\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x5c\1"),
    SENDS(DTLS, CLIENT, "\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x5c\1"),
    SENDS(TLCP, CLIENT, "\x16\1\1\0\x35\1\0\0\x31\1\1"),
    SENDS(TLCP, SERVER, "\x16\1\1\0\x51\2\0\0\x4d\1\1"),
    SENDS(TLCP, SERVER, "\x15\1\1\0\2\2\x28"),
    SENDS(QUIC, CLIENT, "\xc3\0\0\0\1\x08\x36\xf4"),
    SENDS(UNKNOWN, CLIENT, "\xc3\0\0\1\1\x08\x36\xf4"),
    SENDS(TNS, CLIENT, "\0\x3a\0\0\1\0\0\0\1\x36\1\x2c\0\0\x08\0"),
    SENDS(UNKNOWN, CLIENT, "\0\x3a\0\0\6\0\0\0\1\x36"), /* data */
    SENDS(CQL, CLIENT, "\4\0\0\0\5\0\0\0\0"),
    SENDS(CQL, CLIENT, "\3\0\0\1\1\0\0\0\x16\0\1\0\x0b" "CQL_VERSION\0\5" "3.0.0"),
    SENDS(UNKNOWN, CLIENT, "\2\0\0\0\5\0\0\0\0"),
    SENDS(DICOM, CLIENT, "\1\0\0\0\0\xcd\0\1\0\0" "ANY-SCP         "),
    SENDS(HL7, CLIENT, "\x0bMSH|^~\\&|A|B\r\x1c\r"),
    SENDS(TACACS, CLIENT, "\xc0\1\1\0\x4f\xe1\xc5\x35\0\0\0\x20"),
    SENDS(UNKNOWN, CLIENT, "\xc0\1\2\0\x4f\xe1\xc5\x35\0\0\0\x20"), /* not the first */
    SENDS(NBD, SERVER, "NBDMAGICIHAVEOPT\0\3"),
    SENDS(NBD, CLIENT, "\0\0\0\3IHAVEOPT\0\0\0\5\0\0\0\0"),
    SENDS(UNKNOWN, CLIENT, "\0\0\0\4IHAVEOPT\0\0\0\5\0\0\0\0"), /* no such flag */
    SENDS(UNKNOWN, CLIENT, "\0\0\0\3IHAVENOT"),
    SENDS(OPENVPN, CLIENT, "\0\x0e\x38SESSION1\0\0\0\0\0"),
    SENDS(OPENVPN, SERVER, "\0\x1a\x40SESSION2\1\0\0\0\0SESSION1\0\0\0\0"),
    SENDS(PARTIAL, CLIENT, "\0\x0e\x38SESSION1\0"),
    SENDS(SMB, CLIENT, "\0\0\0\x54\xff" "SMBr\0\0\0\0"),
    SENDS(SMB, CLIENT, "\0\0\1\4\xfe" "SMB@\0\0\0"),
    SENDS(TELNET, SERVER, "\xff\xfd\x18\xff\xfd\x20"),
    SENDS(TELNET, SERVER, "\xff\xfb\1"),
    SENDS(TELNET, SERVER, "\xff\xfe\1"),
    SENDS(UNKNOWN, SERVER, "\xff\xfa\1"),
    SENDS(SOCKS4, SERVER, "\0\x5a\0\0"),
    SENDS(SOCKS4, SERVER, "\0\x5d\0\0"),
    SENDS(SOCKS4, CLIENT, "\4\2\1\xbb\x0a\0\0\1\0"),
    SENDS(POSTGRESQL_STARTUP, CLIENT, "\0\0\0\x08\0\3\0\2"),
    SENDS(UNKNOWN, CLIENT, "\0\0\0\x29\0\3\0\3"),
    SENDS(UNKNOWN, CLIENT, "\0\0\0\x29\0\4\0\0"),
    SENDS(LDAP, CLIENT, "\x30\x0c\2\4\0\0\1\1\x60\7"),
    SENDS(UNKNOWN, CLIENT, "\x30\x0c\3\1\1\x60"),
    SENDS(UNKNOWN, SERVER, "\1\4\0\0\xff"), /* longer than a MySQL greeting */
    SENDS(UNKNOWN, SERVER, "\x45\0\0\2\xff\x6a\4"),
    SENDS(UNKNOWN, SERVER, "\x4a\0\0\1\x0a" "8.0.36"),
    SENDS(PARTIAL, CLIENT, "*12"),
    SENDS(UNKNOWN, CLIENT, "*\r\n$4"),
    SENDS(UNKNOWN, CLIENT, "*1234567890\r\n$4"),
    SENDS(UNKNOWN, SERVER, "120 wait\r\n"),
    SENDS(UNKNOWN, SERVER, "600 what\r\n"),
    SENDS(REPLY, SERVER, "599 what\r\n"),
    SENDS(UNKNOWN, SERVER, "220\r\n"),
    SENDS(IMAP, CLIENT, "ABCDEFGHIJKLMNOZ noop\r\n"), /* a tag of 16 */
    SENDS(UNKNOWN, CLIENT, "ABCDEFGHIJKLMNOPQ noop\r\n"),
    SENDS(UNKNOWN, CLIENT, " noop\r\n"),
    SENDS(IRC, SERVER, ":irc.example.net 451 * :You have not registered\r\n"),
    SENDS(VNC, SERVER, "RFB 003.008\n"),
    SENDS(UNKNOWN, CLIENT, "\x16\3\1\2\0\1\0\1\xfc\3\3"), /* TLS */
    SENDS(UNKNOWN, SERVER, "\x16\3\3\0\x7a\2\0\0\x76\3\3"),
    SENDS(UNKNOWN, SERVER, "\x15\3\3\0\2\2\x28"),
    SENDS(UNKNOWN, CLIENT, "BREW /pot HTCPCP/1.0\r\n"),
    SENDS(UNKNOWN, CLIENT, "* 1 2 3"),
    SENDS(UNKNOWN, SERVER, "hello there\r\n"),
    SENDS(UNKNOWN, SERVER, "GET / HTTP/1.1\r\n"), /* the wrong side */
    SENDS(UNKNOWN, CLIENT, "220 mail ESMTP\r\n"),
    SENDS(UNKNOWN, SERVER, "\0\0\0\0\0\0\0\0"),
    SENDS(UNKNOWN, CLIENT, "\x30\x80\2\1\1\x60"), /* no definite length */
    SENDS(UNKNOWN, CLIENT, "\5\0\1\0"),
    SENDS(UNKNOWN, CLIENT, "\4\7\1\xbb"),
    SENDS(PARTIAL, CLIENT, ""),
    SENDS(PARTIAL, SERVER, ""),
    SENDS(PARTIAL, CLIENT, "GE"),
    SENDS(PARTIAL, SERVER, "HTTP"),
    SENDS(PARTIAL, SERVER, "22"),
};
/* clang-format on */

static void every_protocol_is_named(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        struct bytes in = guard_copy(&guard, examples[i].text, examples[i].length);
        enum prelude found = prelude_identify(in, examples[i].side == CLIENT);

        if (found != examples[i].prelude)
            fprintf(stderr, "example %zu: %s, not %s\n", i, prelude_name(found),
                    prelude_name(examples[i].prelude));
        CU_ASSERT_EQUAL(found, examples[i].prelude);
    }
    guard_free(&guard);
}

static void every_protocol_has_an_example(void)
{
    bool has_example[PRELUDE_COUNT] = {false};

    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
        has_example[examples[i].prelude] = true;
    for (int prelude = 0; prelude < PRELUDE_COUNT; prelude++) {
        if (!has_example[prelude])
            CU_FAIL(prelude_name((enum prelude)prelude));
    }
}

/* Whether an answer may turn into another one when more octets come. */
static bool may_become(enum prelude before, enum prelude after, size_t length)
{
    if (before == after || before == PRELUDE_PARTIAL)
        return true;
    if (before == PRELUDE_HTTP_RESPONSE)
        return after == PRELUDE_HTTP_TO_HTTPS;
    if (before == PRELUDE_REPLY)
        return after == PRELUDE_SMTP || after == PRELUDE_FTP || after == PRELUDE_NNTP;
    if (before == PRELUDE_POP3) /* "-ERR" */
        return after == PRELUDE_REDIS;
    return length == 1
           && (before == PRELUDE_POSTGRESQL_ACCEPT || before == PRELUDE_POSTGRESQL_REFUSE);
}

/* Octet by octet, no answer is taken back but where the header says so. */
static void more_octets_make_the_answer_more_exact(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        enum prelude before = PRELUDE_PARTIAL;

        for (size_t length = 1; length <= examples[i].length; length++) {
            struct bytes in = guard_copy(&guard, examples[i].text, length);
            enum prelude after = prelude_identify(in, examples[i].side == CLIENT);

            if (!may_become(before, after, length - 1))
                fprintf(stderr, "example %zu at %zu: %s, then %s\n", i, length,
                        prelude_name(before), prelude_name(after));
            CU_ASSERT_TRUE(may_become(before, after, length - 1));
            before = after;
        }
    }
    guard_free(&guard);
}

/* A SOCKS4 request whose user never ends, and an answer that is only looked at so far. */
static void there_is_a_limit_to_what_is_looked_at(void)
{
    static const char late[] = "The plain HTTP request was sent to HTTPS port";
    char octets[2 * PRELUDE_OCTETS_MAX];

    memset(octets, 'u', sizeof octets);
    memcpy(octets, "\4\1\1\xbb\x0a\0\0\1", 8);
    CU_ASSERT_EQUAL(prelude_identify(bytes_of(octets, PRELUDE_OCTETS_MAX - 1), true),
                    PRELUDE_PARTIAL);
    CU_ASSERT_EQUAL(prelude_identify(bytes_of(octets, PRELUDE_OCTETS_MAX), true), PRELUDE_UNKNOWN);
    octets[PRELUDE_OCTETS_MAX] = '\0';
    CU_ASSERT_EQUAL(prelude_identify(bytes_of(octets, sizeof octets), true), PRELUDE_UNKNOWN);
    memcpy(octets, "HTTP/1.1 400 ", 13);
    memcpy(octets + PRELUDE_OCTETS_MAX, late, sizeof late - 1);
    CU_ASSERT_EQUAL(prelude_identify(bytes_of(octets, sizeof octets), false),
                    PRELUDE_HTTP_RESPONSE);
    memcpy(octets + PRELUDE_OCTETS_MAX - sizeof late, late, sizeof late - 1);
    CU_ASSERT_EQUAL(prelude_identify(bytes_of(octets, sizeof octets), false),
                    PRELUDE_HTTP_TO_HTTPS);
}

static void every_name_is_its_own(void)
{
    for (int i = 0; i < PRELUDE_COUNT; i++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(prelude_name((enum prelude)i));
        CU_ASSERT_TRUE(strlen(prelude_name((enum prelude)i)) > 0);
        for (int j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(prelude_name((enum prelude)i),
                                       prelude_name((enum prelude)j));
    }
    CU_ASSERT_STRING_EQUAL(prelude_name(PRELUDE_COUNT), "unknown");
}

static void the_first_line_is_what_can_be_printed(void)
{
    static const struct {
        const char *text;
        size_t max;
        const char *line;
    } cases[] = {{"220 mail ESMTP\r\n220", 80, "220 mail ESMTP"},
                 {"no end", 80, "no end"},
                 {"a long line", 6, "a long"},
                 {"caf\xc3\xa9", 80, "caf"},
                 {"\x16\3\1", 80, ""},
                 {"\x1b[31mred", 80, ""},
                 {"", 80, ""}};
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes in = guard_copy(&guard, cases[i].text, strlen(cases[i].text));

        CU_ASSERT_TRUE(bytes_equal(prelude_first_line(in, cases[i].max),
                                   bytes_of(cases[i].line, strlen(cases[i].line))));
    }
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"every protocol is named", every_protocol_is_named},
        {"every protocol has an example", every_protocol_has_an_example},
        {"more octets make the answer more exact", more_octets_make_the_answer_more_exact},
        {"there is a limit to what is looked at", there_is_a_limit_to_what_is_looked_at},
        {"every name is its own", every_name_is_its_own},
        {"the first line is what can be printed", the_first_line_is_what_can_be_printed},
        CU_TEST_INFO_NULL,
    };

    return suite_run("prelude", tests);
}
