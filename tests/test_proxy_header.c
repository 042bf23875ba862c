/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The headers are the examples of "The PROXY protocol", sections 2.1 and 2.2, the requests follow
 * RFC 9110 section 9.3.6, RFC 1928 section 4 and the memo on SOCKS4A. */
#include "dissect/proxy_header.h"
#include "dissect/proxy_target.h"
#include "tests/support/wire.h"

#define TEXT(text) text, sizeof(text) - 1

#define V2 "\r\n\r\n\0\r\nQUIT\n"
#define CLIENT_IPV4                                                                                \
    {                                                                                              \
        {[10] = 0xff, [11] = 0xff, 192, 168, 0, 1}, 56324                                          \
    }
#define SERVER_IPV4                                                                                \
    {                                                                                              \
        {[10] = 0xff, [11] = 0xff, 192, 168, 0, 11}, 443                                           \
    }
#define CLIENT_IPV6                                                                                \
    {                                                                                              \
        {0x20, 1, 0x0d, 0xb8, [15] = 1}, 56324                                                     \
    }
#define SERVER_IPV6                                                                                \
    {                                                                                              \
        {0x20, 1, 0x0d, 0xb8, [15] = 2}, 443                                                       \
    }

static const struct header_case {
    const char *text;
    size_t length;
    struct proxy_header expected; /* version 0: no header */
} headers[] = {
    {TEXT("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"),
     {1, true, CLIENT_IPV4, SERVER_IPV4}},
    {TEXT("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"), {1, true, CLIENT_IPV6, SERVER_IPV6}},
    {TEXT("PROXY UNKNOWN\r\n"), {.version = 1}},
    {TEXT("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), {.version = 1}},
    {TEXT("PROXY TCP4 192.168.0.1 192.168.0.11 56324\r\n"), {0}},
    {TEXT("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 1\r\n"), {0}},
    {TEXT("PROXY TCP4 192.168.0.1 192.168.0.11 56324 65536\r\n"), {0}},
    {TEXT("PROXY TCP4 192.168.0.1 192.168.0.11 56324 44x\r\n"), {0}},
    {TEXT("PROXY TCP4 2001:db8::1 192.168.0.11 56324 443\r\n"), {0}},
    {TEXT("PROXY TCP4 1111111111111111111111111111111111111111111111111 1.1.1.1 1 1\r\n"), {0}},
    {TEXT("PROXY UDP4 192.168.0.1 192.168.0.11 56324 443\r\n"), {0}},
    {TEXT("GET / HTTP/1.1\r\n"), {0}},
    {TEXT(V2 "\x21\x11\0\x0c\xc0\xa8\0\1\xc0\xa8\0\x0b\xdc\x04\1\xbb"),
     {2, true, CLIENT_IPV4, SERVER_IPV4}},
    {TEXT(V2 "\x21\x21\0\x24\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
             "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\xdc\x04\1\xbb"),
     {2, true, CLIENT_IPV6, SERVER_IPV6}},
    /* A TLV, PP2_TYPE_NOOP, behind the addresses. */
    {TEXT(V2 "\x21\x11\0\x10\xc0\xa8\0\1\xc0\xa8\0\x0b\xdc\x04\1\xbb\4\0\1\0"),
     {2, true, CLIENT_IPV4, SERVER_IPV4}},
    {TEXT(V2 "\x20\0\0\0"), {.version = 2}},
    {TEXT(V2 "\x21\x31\0\1x"), {.version = 2}},                               /* AF_UNIX */
    {TEXT(V2 "\x11\x11\0\x0c\xc0\xa8\0\1\xc0\xa8\0\x0b\xdc\x04\1\xbb"), {0}}, /* version 1 */
    {TEXT(V2 "\x22\x11\0\x0c\xc0\xa8\0\1\xc0\xa8\0\x0b\xdc\x04\1\xbb"), {0}}, /* command 2 */
    {TEXT(V2 "\x21\x11\0\x0b\xc0\xa8\0\1\xc0\xa8\0\x0b\xdc\x04\1"), {0}},     /* too short */
};

static bool is_same(const struct proxy_endpoint *a, const struct proxy_endpoint *b)
{
    return memcmp(a->address, b->address, sizeof(a->address)) == 0 && a->port == b->port;
}

static void a_header_names_both_ends(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        const struct proxy_header *expected = &headers[i].expected;
        struct bytes in = guard_copy(&guard, headers[i].text, headers[i].length);
        struct proxy_header header = {0};
        size_t before = in.len;

        CU_ASSERT_EQUAL(proxy_header_take(&in, &header), expected->version != 0);
        CU_ASSERT_EQUAL(header.version, expected->version);
        CU_ASSERT_EQUAL(header.has_addresses, expected->has_addresses);
        CU_ASSERT_TRUE(is_same(&header.client, &expected->client));
        CU_ASSERT_TRUE(is_same(&header.server, &expected->server));
        CU_ASSERT_EQUAL(in.len, expected->version != 0 ? 0 : before);
    }
    guard_free(&guard);
}

static void what_follows_a_header_is_left(void)
{
    static const char hello[] = "\x16\3\1";

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        char text[128];
        struct bytes in = bytes_of(text, headers[i].length + sizeof(hello) - 1);
        struct proxy_header header;

        memcpy(text, headers[i].text, headers[i].length);
        memcpy(text + headers[i].length, hello, sizeof(hello) - 1);
        if (!proxy_header_take(&in, &header))
            continue;
        CU_ASSERT_TRUE(bytes_equal(in, bytes_of(hello, sizeof(hello) - 1)));
    }
}

/* The one that is legal without its end is version 2 without the end of its TLVs. */
static void a_part_of_a_header_is_none(void)
{
    enum { FIXED = 16, IPV4_BODY = 12 };
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        bool is_v2 = headers[i].expected.version == 2;
        size_t enough = FIXED + (headers[i].expected.has_addresses ? IPV4_BODY : 0);

        for (size_t length = 0; length < headers[i].length; length++) {
            struct bytes in = guard_copy(&guard, headers[i].text, length);
            struct proxy_header header;

            CU_ASSERT_TRUE(!proxy_header_take(&in, &header) || (is_v2 && length >= enough));
        }
    }
    guard_free(&guard);
}

static void a_line_ends_within_107_octets(void)
{
    char line[128];
    struct proxy_header header;
    struct bytes in;

    memset(line, ' ', sizeof(line));
    memcpy(line, "PROXY UNKNOWN", 13);
    memcpy(line + 105, "\r\n", 2);
    in = bytes_of(line, sizeof(line));
    CU_ASSERT_TRUE(proxy_header_take(&in, &header));
    memcpy(line + 105, " \r\n", 3);
    in = bytes_of(line, sizeof(line));
    CU_ASSERT_FALSE(proxy_header_take(&in, &header));
}

static const struct target_case {
    enum prelude protocol;
    const char *text;
    size_t length;
    uint16_t port; /* 0: none */
    const char *host;
    uint8_t address[4]; /* the last four octets of an address, all zero: a name */
} targets[] = {
    {PRELUDE_HTTP_CONNECT,
     TEXT("CONNECT www.example.org:443 HTTP/1.1\r\n"),
     443,
     "www.example.org",
     {0}},
    {PRELUDE_HTTP_CONNECT,
     TEXT("CONNECT 192.0.2.7:8443 HTTP/1.1\r\n"),
     8443,
     "192.0.2.7",
     {192, 0, 2, 7}},
    {PRELUDE_HTTP_CONNECT,
     TEXT("CONNECT [2001:db8::102:304]:443 HTTP/1.1\r\n"),
     443,
     "2001:db8::102:304",
     {1, 2, 3, 4}},
    {PRELUDE_HTTP_CONNECT, TEXT("CONNECT www.example.org HTTP/1.1\r\n"), 0, "", {0}},
    {PRELUDE_HTTP_CONNECT, TEXT("CONNECT www.example.org: HTTP/1.1\r\n"), 0, "", {0}},
    {PRELUDE_HTTP_CONNECT, TEXT("CONNECT :443 HTTP/1.1\r\n"), 0, "", {0}},
    {PRELUDE_HTTP_CONNECT, TEXT("CONNECT a:0 HTTP/1.1\r\n"), 0, "", {0}},
    {PRELUDE_HTTP_CONNECT, TEXT("CONNECT a:65536 HTTP/1.1\r\n"), 0, "", {0}},
    {PRELUDE_HTTP_CONNECT, TEXT("CONNECT a:4x3 HTTP/1.1\r\n"), 0, "", {0}},
    {PRELUDE_HTTP_CONNECT, TEXT("CONNECT a\r\n:443 HTTP/1.1\r\n"), 0, "", {0}},
    {PRELUDE_SOCKS4, TEXT("\4\1\1\xbb\xc6\x33\x64\x14user\0"), 443, "", {0xc6, 0x33, 0x64, 0x14}},
    {PRELUDE_SOCKS4,
     TEXT("\4\1\1\xbb\0\0\0\1user\0www.example.org\0"),
     443,
     "www.example.org",
     {0}},
    {PRELUDE_SOCKS4, TEXT("\4\1\1\xbb\0\0\0\1user\0\0"), 0, "", {0}},
    {PRELUDE_SOCKS4, TEXT("\4\2\1\xbb\xc6\x33\x64\x14user\0"), 0, "", {0}}, /* BIND */
    {PRELUDE_SOCKS5, TEXT("\5\1\0\5\1\0\3\x0fwww.example.org\1\xbb"), 443, "www.example.org", {0}},
    {PRELUDE_SOCKS5,
     TEXT("\5\2\0\2\1\4user\4word\5\1\0\3\x0fwww.example.org\1\xbb"),
     443,
     "www.example.org",
     {0}},
    {PRELUDE_SOCKS5, TEXT("\5\1\0\5\1\0\1\xc0\0\2\7\1\xbb"), 443, "", {192, 0, 2, 7}},
    {PRELUDE_SOCKS5,
     TEXT("\5\1\0\5\1\0\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\1\2\3\4\1\xbb"),
     443,
     "",
     {1, 2, 3, 4}},
    {PRELUDE_SOCKS5, TEXT("\5\1\0\5\1\0\2\xc0\0\2\7\1\xbb"), 0, "", {0}}, /* no such type */
    {PRELUDE_SOCKS5, TEXT("\5\1\0\5\3\0\1\xc0\0\2\7\1\xbb"), 0, "", {0}}, /* UDP ASSOCIATE */
    {PRELUDE_SOCKS5, TEXT("\5\1\0\5\1\0\3\0\1\xbb"), 0, "", {0}},
    {PRELUDE_SMTP, TEXT("CONNECT www.example.org:443 HTTP/1.1\r\n"), 0, "", {0}},
};

static void a_target_is_a_name_or_an_address(void)
{
    static const uint8_t none[4] = {0};
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        struct bytes in = guard_copy(&guard, targets[i].text, targets[i].length);
        struct proxy_target target = {.host = bytes_of("", 0)};

        CU_ASSERT_EQUAL(proxy_target_parse(targets[i].protocol, in, &target), targets[i].port != 0);
        CU_ASSERT_EQUAL(target.port, targets[i].port);
        CU_ASSERT_TRUE(
            bytes_equal(target.host, bytes_of(targets[i].host, strlen(targets[i].host))));
        CU_ASSERT_EQUAL(target.has_address, memcmp(targets[i].address, none, 4) != 0);
        CU_ASSERT_EQUAL(memcmp(target.address + 12, targets[i].address, 4), 0);
    }
    guard_free(&guard);
}

static void the_last_request_has_the_target(void)
{
    static const struct {
        const char *requests;
        const char *host; /* NULL: none */
    } cases[] = {
        {"CONNECT p2:8080 HTTP/1.1\r\nHost: p2\r\n\r\nCONNECT b:443 HTTP/1.1\r\n\r\n", "b"},
        {"CONNECT 192.0.2.1:8080 HTTP/1.1\r\n\r\nCONNECT b:443 HTTP/1.1\r\n\r\n", "b"},
        {"CONNECT a:80 HTTP/1.1\n\nCONNECT b:80 HTTP/1.1\n\nCONNECT c:1 HTTP/1.1\n\n", "c"},
        {"CONNECT a:443 HTTP/1.1\r\n\r\nGET b:443 HTTP/1.1\r\n\r\n", "a"},
        {"CONNECT a:443 HTTP/1.1\r\nCONNECT b:443 \r\n\r\n", "a"},
        {"CONNECT a:443 HTTP/1.1\r\n\r\nCONNECT b:4", NULL}, /* the last one is cut */
    };
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes in = guard_copy(&guard, cases[i].requests, strlen(cases[i].requests));
        struct proxy_target target = {.host = bytes_of("", 0)};
        bool is_read = proxy_target_parse(PRELUDE_HTTP_CONNECT, in, &target);

        CU_ASSERT_EQUAL(is_read, cases[i].host != NULL);
        if (!is_read)
            continue;
        CU_ASSERT_TRUE(bytes_equal(target.host, bytes_of(cases[i].host, strlen(cases[i].host))));
        CU_ASSERT_FALSE(target.has_address);
    }
    guard_free(&guard);
}

static void a_part_of_a_request_has_no_target(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        bool is_text = targets[i].protocol == PRELUDE_HTTP_CONNECT;
        size_t end = is_text ? targets[i].length - sizeof("HTTP/1.1\r\n") : targets[i].length;

        for (size_t length = 0; length < end; length++) {
            struct bytes in = guard_copy(&guard, targets[i].text, length);
            struct proxy_target target;

            CU_ASSERT_FALSE(proxy_target_parse(targets[i].protocol, in, &target));
        }
    }
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a header names both ends", a_header_names_both_ends},
        {"what follows a header is left", what_follows_a_header_is_left},
        {"a part of a header is none", a_part_of_a_header_is_none},
        {"a line ends within 107 octets", a_line_ends_within_107_octets},
        {"a target is a name or an address", a_target_is_a_name_or_an_address},
        {"a part of a request has no target", a_part_of_a_request_has_no_target},
        {"the last request has the target", the_last_request_has_the_target},
        CU_TEST_INFO_NULL,
    };

    return suite_run("proxy_header", tests);
}
