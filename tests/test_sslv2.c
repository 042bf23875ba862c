/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/sslv2.h"
#include "tests/support/wire.h"

/* A hello that offers TLS 1.0, in the form of RFC 5246 appendix E.2. */
static const char tls_hello[] = "80 25"  /* two octets of header: 37 */
                                "01"     /* CLIENT-HELLO */
                                "0301"   /* TLS 1.0 */
                                "000c"   /* cipher_spec_length */
                                "0000"   /* session_id_length */
                                "0010"   /* challenge_length */
                                "00002f" /* TLS_RSA_WITH_AES_128_CBC_SHA */
                                "00000a" /* TLS_RSA_WITH_3DES_EDE_CBC_SHA */
                                "010080" /* SSL_CK_RC4_128_WITH_MD5 */
                                "0000ff" /* TLS_EMPTY_RENEGOTIATION_INFO_SCSV */
                                "00112233445566778899aabbccddeeff";

/* The same in genuine SSL 2.0, with a session to resume. */
static const char ssl2_hello[] = "80 2c"  /* header: 44 */
                                 "01"     /* CLIENT-HELLO */
                                 "0002"   /* SSL 2.0 */
                                 "0003"   /* cipher_spec_length */
                                 "0010"   /* session_id_length */
                                 "0010"   /* challenge_length */
                                 "0700c0" /* SSL_CK_DES_192_EDE3_CBC_WITH_MD5 */
                                 "0f0e0d0c0b0a09080706050403020100"
                                 "00112233445566778899aabbccddeeff";

/* With three octets of header, without padding. */
static const char long_header_hello[] = "00 1c 00" /* 28 octets, no padding */
                                        "01 0300 0003 0000 0010 00002f"
                                        "00112233445566778899aabbccddeeff";

static const char server_hello[] = "80 22" /* header: 34 */
                                   "04"    /* SERVER-HELLO */
                                   "00"    /* session_id_hit */
                                   "01"    /* certificate_type: X.509 */
                                   "0002"  /* SSL 2.0 */
                                   "0004"  /* certificate_length */
                                   "0003"  /* cipher_specs_length */
                                   "0010"  /* connection_id_length */
                                   "30020000"
                                   "010080"
                                   "ffeeddccbbaa99887766554433221100";

static void a_hello_that_offers_tls_is_read(void)
{
    struct guard guard = guard_new();
    struct bytes stream = guard_hex(&guard, tls_hello);
    struct sslv2_client_hello hello;
    size_t need;
    uint32_t spec;

    CU_ASSERT_EQUAL_FATAL(sslv2_client_hello_next(&stream, &hello, &need), RECORD_OK);
    CU_ASSERT_EQUAL(stream.len, 0);
    CU_ASSERT_EQUAL(hello.version, TLS_VERSION_1_0);
    CU_ASSERT_EQUAL(hello.session_id.len, 0);
    CU_ASSERT_EQUAL(hello.challenge.len, 16);
    CU_ASSERT_EQUAL(hello.challenge.data[15], 0xff);
    CU_ASSERT_EQUAL(hello.message.len, 37);
    CU_ASSERT_EQUAL(hello.message.data[0], 1);
    CU_ASSERT_TRUE(sslv2_cipher_spec_next(&hello.cipher_specs, &spec));
    CU_ASSERT_EQUAL(spec, 0x2f);
    CU_ASSERT_TRUE(sslv2_cipher_spec_next(&hello.cipher_specs, &spec));
    CU_ASSERT_TRUE(sslv2_cipher_spec_next(&hello.cipher_specs, &spec));
    CU_ASSERT_EQUAL(spec, 0x010080);
    CU_ASSERT_TRUE(sslv2_cipher_spec_next(&hello.cipher_specs, &spec));
    CU_ASSERT_EQUAL(spec, TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
    CU_ASSERT_FALSE(sslv2_cipher_spec_next(&hello.cipher_specs, &spec));
    guard_free(&guard);
}

static void a_genuine_ssl_2_hello_is_read(void)
{
    struct guard guard = guard_new();
    struct bytes stream = guard_hex(&guard, ssl2_hello);
    struct sslv2_client_hello hello;
    size_t need;

    CU_ASSERT_EQUAL_FATAL(sslv2_client_hello_next(&stream, &hello, &need), RECORD_OK);
    CU_ASSERT_EQUAL(hello.version, TLS_VERSION_SSL2);
    CU_ASSERT_EQUAL(hello.session_id.len, 16);
    CU_ASSERT_EQUAL(hello.session_id.data[0], 0x0f);
    guard_free(&guard);
}

static void a_header_of_three_octets_is_read(void)
{
    struct guard guard = guard_new();
    struct bytes stream = guard_hex(&guard, long_header_hello);
    struct sslv2_client_hello hello;
    size_t need;

    CU_ASSERT_EQUAL_FATAL(sslv2_client_hello_next(&stream, &hello, &need), RECORD_OK);
    CU_ASSERT_EQUAL(hello.version, TLS_VERSION_SSL3);
    CU_ASSERT_EQUAL(hello.message.len, 28);
    guard_free(&guard);
}

/* The longest of everything: TLS 1.3, a session ID and a challenge of 32 octets each. */
static void the_greatest_values_are_taken(void)
{
    struct guard guard = guard_new();
    struct bytes stream = guard_hex(&guard, "80 4c 01 0304 0003 0020 0020 000035"
                                            "0102030405060708090a0b0c0d0e0f10"
                                            "1112131415161718191a1b1c1d1e1f20"
                                            "2122232425262728292a2b2c2d2e2f30"
                                            "3132333435363738393a3b3c3d3e3f40");
    struct sslv2_client_hello hello;
    struct sslv2_server_hello server;
    size_t need;

    CU_ASSERT_EQUAL_FATAL(sslv2_client_hello_next(&stream, &hello, &need), RECORD_OK);
    CU_ASSERT_EQUAL(hello.version, TLS_VERSION_1_3);
    CU_ASSERT_EQUAL(hello.session_id.len, 32);
    CU_ASSERT_EQUAL(hello.challenge.data[31], 0x40);
    /* A hit has no certificate, and a connection ID of 32 octets at the most. */
    stream = guard_hex(&guard, "80 2b 04 01 00 0002 0000 0000 0020"
                               "0102030405060708090a0b0c0d0e0f10"
                               "1112131415161718191a1b1c1d1e1f20");
    CU_ASSERT_EQUAL_FATAL(sslv2_server_hello_next(&stream, &server, &need), RECORD_OK);
    CU_ASSERT_EQUAL(server.certificate.len, 0);
    CU_ASSERT_EQUAL(server.connection_id.len, 32);
    guard_free(&guard);
}

static void a_server_hello_is_read(void)
{
    struct guard guard = guard_new();
    struct bytes stream = guard_hex(&guard, server_hello);
    struct sslv2_server_hello hello;
    size_t need;

    CU_ASSERT_EQUAL_FATAL(sslv2_server_hello_next(&stream, &hello, &need), RECORD_OK);
    CU_ASSERT_EQUAL(hello.certificate_type, 1);
    CU_ASSERT_EQUAL(hello.version, TLS_VERSION_SSL2);
    CU_ASSERT_EQUAL(hello.certificate.len, 4);
    CU_ASSERT_EQUAL(hello.cipher_specs.len, 3);
    CU_ASSERT_EQUAL(hello.connection_id.data[0], 0xff);
    guard_free(&guard);
}

static void an_error_is_read_and_named(void)
{
    struct guard guard = guard_new();
    struct bytes stream = guard_hex(&guard, "80 03 00 0001");
    uint16_t error;
    size_t need;

    CU_ASSERT_EQUAL(sslv2_error_next(&stream, &error, &need), RECORD_OK);
    CU_ASSERT_EQUAL(error, SSLV2_ERROR_NO_CIPHER);
    CU_ASSERT_EQUAL(stream.len, 0);
    CU_ASSERT_STRING_EQUAL(sslv2_error_name(1), "NO-CIPHER-ERROR");
    CU_ASSERT_STRING_EQUAL(sslv2_error_name(2), "NO-CERTIFICATE-ERROR");
    CU_ASSERT_STRING_EQUAL(sslv2_error_name(4), "BAD-CERTIFICATE-ERROR");
    CU_ASSERT_STRING_EQUAL(sslv2_error_name(6), "UNSUPPORTED-CERTIFICATE-TYPE-ERROR");
    CU_ASSERT_PTR_NULL(sslv2_error_name(3));
    guard_free(&guard);
}

typedef enum record_status reader(struct bytes *stream, size_t *need);

static enum record_status read_client(struct bytes *stream, size_t *need)
{
    struct sslv2_client_hello hello;

    return sslv2_client_hello_next(stream, &hello, need);
}

static enum record_status read_server(struct bytes *stream, size_t *need)
{
    struct sslv2_server_hello hello;

    return sslv2_server_hello_next(stream, &hello, need);
}

static enum record_status read_error(struct bytes *stream, size_t *need)
{
    uint16_t error;

    return sslv2_error_next(stream, &error, need);
}

/* Every prefix is partial, asks for more but not for too much, and changes nothing. */
static void check_partial(const char *hex, reader *read)
{
    struct guard guard = guard_new();
    uint8_t whole[256];
    struct bytes in = guard_hex(&guard, hex);
    size_t total = in.len;

    CU_ASSERT_TRUE_FATAL(total <= sizeof whole);
    memcpy(whole, in.data, total);
    for (size_t length = 0; length < total; length++) {
        struct bytes stream = guard_copy(&guard, whole, length);
        size_t need = 0;

        CU_ASSERT_EQUAL(read(&stream, &need), RECORD_PARTIAL);
        CU_ASSERT_TRUE(need > length && need <= total);
        CU_ASSERT_EQUAL(stream.len, length);
    }
    guard_free(&guard);
}

static void every_prefix_is_partial(void)
{
    check_partial(tls_hello, read_client);
    check_partial(ssl2_hello, read_client);
    check_partial(long_header_hello, read_client);
    check_partial(server_hello, read_server);
    check_partial("80 03 00 0001", read_error);
}

static void the_longest_hello_is_waited_for(void)
{
    static const char *const headers[] = {"90 00 01", "10 00 00 01"};
    struct guard guard = guard_new();

    for (size_t i = 0; i < 2; i++) {
        struct bytes stream = guard_hex(&guard, headers[i]);
        size_t need = 0;

        CU_ASSERT_EQUAL(read_client(&stream, &need), RECORD_PARTIAL);
        CU_ASSERT_EQUAL(need, SSLV2_CLIENT_HELLO_MAX + 2 + i);
    }
    guard_free(&guard);
}

static void check_alien(const char *const *texts, reader *read)
{
    struct guard guard = guard_new();

    for (; *texts != NULL; texts++) {
        struct bytes stream = guard_hex(&guard, *texts);
        size_t length = stream.len;
        size_t need;

        if (read(&stream, &need) != RECORD_ALIEN)
            CU_FAIL(*texts);
        CU_ASSERT_EQUAL(stream.len, length);
    }
    guard_free(&guard);
}

static void anything_else_is_alien(void)
{
    static const char *const not_client[] = {
        "16 0301 0200 010001fc0303",    /* a TLS record */
        "16 0300 0200 010001fc0300",    /* one of SSL 3.0 */
        "47 45 54",                     /* GET */
        "80 08",                        /* shorter than a hello */
        "91 00",                        /* longer than any */
        "80 25 02",                     /* another message */
        "80 25 01 04",                  /* no such version */
        "80 25 01 0305",                /* nor this */
        "80 25 01 0001",                /* nor this */
        "80 25 01 0301 000d 0000 0010", /* cipher specs of thirds */
        "80 25 01 0301 0000 0000 0010", /* none at all */
        "80 1a 01 0301 0000 0001 0010", /* no cipher spec, a length that fits */
        "80 19 01 0301 0000 0000 0010", /* the same */
        "80 1d 01 0301 0003 0001 0010", /* a session ID of one octet, a length that fits */
        "80 25 01 0301 000c 0001 0010", /* a session ID of one octet */
        "80 25 01 0301 000c 0000 000f", /* a short challenge */
        "80 25 01 0301 000c 0000 0021", /* a long one */
        "80 25 01 0301 000f 0000 0010", /* lengths that do not add up */
        "00 1c 01 01",                  /* padding */
        "40 1c 00 01",                  /* out of band */
        "11 00 00",                     /* longer than any */
        NULL,
    };
    static const char *const not_server[] = {
        "80 22 01",                           /* another message */
        "80 22 04 02",                        /* a hit of two */
        "80 22 04 00 02",                     /* no such certificate type */
        "80 22 04 00 01 03",                  /* not SSL 2.0 */
        "80 22 04 00 01 0003",                /* not SSL 2.0 */
        "80 22 04 00 01 0002 0004 0002 0010", /* cipher specs of thirds */
        "80 22 04 00 01 0002 0004 0003 000f", /* a short connection ID */
        "80 22 04 00 01 0002 0005 0003 0010", /* lengths that do not add up */
        "00 22 00 04",                        /* three octets of header */
        "80 0a",                              /* shorter than a hello */
        NULL,
    };
    static const char *const not_error[] = {"80 04", "80 03 01", "80 03 00 01", "80 03 00 0003",
                                            NULL};

    check_alien(not_client, read_client);
    check_alien(not_server, read_server);
    check_alien(not_error, read_error);
}

/* No TLS record may be taken for the beginning of a hello, or the stream would wait for ever. */
static void no_tls_record_begins_a_hello(void)
{
    for (unsigned type = TLS_CONTENT_CHANGE_CIPHER_SPEC; type <= TLS_CONTENT_HEARTBEAT; type++) {
        uint8_t octet = (uint8_t)type;
        struct bytes stream = bytes_of(&octet, 1);
        size_t need;

        CU_ASSERT_EQUAL(read_client(&stream, &need), RECORD_ALIEN);
        CU_ASSERT_EQUAL(read_server(&stream, &need), RECORD_ALIEN);
        CU_ASSERT_EQUAL(read_error(&stream, &need), RECORD_ALIEN);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a hello that offers TLS is read", a_hello_that_offers_tls_is_read},
        {"a genuine SSL 2.0 hello is read", a_genuine_ssl_2_hello_is_read},
        {"a header of three octets is read", a_header_of_three_octets_is_read},
        {"the greatest values are taken", the_greatest_values_are_taken},
        {"a server hello is read", a_server_hello_is_read},
        {"an error is read and named", an_error_is_read_and_named},
        {"every prefix is partial", every_prefix_is_partial},
        {"the longest hello is waited for", the_longest_hello_is_waited_for},
        {"anything else is alien", anything_else_is_alien},
        {"no TLS record begins a hello", no_tls_record_begins_a_hello},
        CU_TEST_INFO_NULL,
    };

    return suite_run("sslv2", tests);
}
