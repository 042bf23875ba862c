/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/extension.h"
#include "dissect/hello.h"
#include "tests/support/wire.h"

#include <stddef.h>
#include <stdio.h>

#define CH   EXTENSION_IN_CLIENT_HELLO
#define SH   EXTENSION_IN_SERVER_HELLO
#define HRR  EXTENSION_IN_HELLO_RETRY_REQUEST
#define EE   EXTENSION_IN_ENCRYPTED_EXTENSIONS
#define CERT EXTENSION_IN_CERTIFICATE
#define CREQ EXTENSION_IN_CERTIFICATE_REQUEST
#define NST  EXTENSION_IN_NEW_SESSION_TICKET

/* Where the state of an extension is. */
#define STATE(field) offsetof(struct hello_extensions, field)

/* The data of one extension, and whether it is well-formed in a message. */
struct example {
    uint16_t type;
    enum extension_context context;
    const char *data;
    size_t field; /* of its state */
    bool is_good;
};

#define GOOD(type, context, data, field)                                                           \
    {                                                                                              \
        TLS_EXTENSION_##type, context, data, STATE(field), true                                    \
    }
#define BAD(type, context, data, field)                                                            \
    {                                                                                              \
        TLS_EXTENSION_##type, context, data, STATE(field), false                                   \
    }

/* clang-format off */
static const struct example examples[] = {
    GOOD(SERVER_NAME, CH, "0005 00 0002 6162", server_name),
    GOOD(SERVER_NAME, CH, "000a 01 0002 6162 00 0002 6364", server_name), /* another type first */
    GOOD(SERVER_NAME, SH, "", server_name),
    GOOD(SERVER_NAME, EE, "", server_name),
    BAD(SERVER_NAME, CH, "", server_name),
    BAD(SERVER_NAME, CH, "0000", server_name),
    BAD(SERVER_NAME, CH, "0003 00 0000", server_name), /* an empty name */
    BAD(SERVER_NAME, CH, "0005 00 0003 6162", server_name),
    BAD(SERVER_NAME, CH, "0005 00 0002 6162 00", server_name),
    BAD(SERVER_NAME, SH, "00", server_name),
    GOOD(MAX_FRAGMENT_LENGTH, CH, "01", max_fragment_length),
    BAD(MAX_FRAGMENT_LENGTH, CH, "", max_fragment_length),
    BAD(MAX_FRAGMENT_LENGTH, CH, "0101", max_fragment_length),
    GOOD(STATUS_REQUEST, CH, "01 0000 0000", status_request),
    GOOD(STATUS_REQUEST, CH, "07 aabb", status_request), /* an unknown type is opaque */
    GOOD(STATUS_REQUEST, SH, "", status_request),
    GOOD(STATUS_REQUEST, CREQ, "", status_request),
    GOOD(STATUS_REQUEST, CERT, "01 000001 30", status_request),
    BAD(STATUS_REQUEST, CH, "", status_request),
    BAD(STATUS_REQUEST, CH, "01 0000", status_request),
    BAD(STATUS_REQUEST, CH, "01 0000 0000 00", status_request),
    BAD(STATUS_REQUEST, SH, "01", status_request),
    BAD(STATUS_REQUEST, CERT, "01 000000", status_request),
    GOOD(SUPPORTED_GROUPS, CH, "0004 001d 0017", supported_groups),
    BAD(SUPPORTED_GROUPS, CH, "0000", supported_groups),
    BAD(SUPPORTED_GROUPS, CH, "0003 001d00", supported_groups),
    BAD(SUPPORTED_GROUPS, CH, "0002 001d 00", supported_groups),
    GOOD(EC_POINT_FORMATS, CH, "01 00", ec_point_formats),
    GOOD(EC_POINT_FORMATS, SH, "03 000102", ec_point_formats),
    BAD(EC_POINT_FORMATS, CH, "00", ec_point_formats),
    GOOD(SIGNATURE_ALGORITHMS, CH, "0002 0403", signature_algorithms),
    GOOD(SIGNATURE_ALGORITHMS, CREQ, "0002 0403", signature_algorithms),
    BAD(SIGNATURE_ALGORITHMS, CH, "0001 04", signature_algorithms),
    GOOD(SIGNATURE_ALGORITHMS_CERT, CH, "0002 0403", signature_algorithms_cert),
    BAD(SIGNATURE_ALGORITHMS_CERT, CH, "", signature_algorithms_cert),
    GOOD(APPLICATION_LAYER_PROTOCOL_NEGOTIATION, CH, "0006 02 6832 02 6833", alpn),
    GOOD(APPLICATION_LAYER_PROTOCOL_NEGOTIATION, SH, "0003 02 6832", alpn),
    BAD(APPLICATION_LAYER_PROTOCOL_NEGOTIATION, SH, "0006 02 6832 02 6833", alpn), /* two */
    BAD(APPLICATION_LAYER_PROTOCOL_NEGOTIATION, CH, "0000", alpn),
    BAD(APPLICATION_LAYER_PROTOCOL_NEGOTIATION, CH, "0001 00", alpn), /* an empty name */
    BAD(APPLICATION_LAYER_PROTOCOL_NEGOTIATION, CH, "0003 03 6832", alpn),
    GOOD(STATUS_REQUEST_V2, CH, "0007 02 0004 0000 0000", status_request_v2),
    GOOD(STATUS_REQUEST_V2, SH, "", status_request_v2),
    BAD(STATUS_REQUEST_V2, CH, "0000", status_request_v2),
    BAD(STATUS_REQUEST_V2, CH, "0003 02 0004", status_request_v2),
    BAD(STATUS_REQUEST_V2, SH, "00", status_request_v2),
    GOOD(SIGNED_CERTIFICATE_TIMESTAMP, CH, "", signed_certificate_timestamp),
    GOOD(SIGNED_CERTIFICATE_TIMESTAMP, SH, "0003 0001 00", signed_certificate_timestamp),
    BAD(SIGNED_CERTIFICATE_TIMESTAMP, CH, "00", signed_certificate_timestamp),
    BAD(SIGNED_CERTIFICATE_TIMESTAMP, CERT, "0000", signed_certificate_timestamp),
    GOOD(PADDING, CH, "000000", padding),
    GOOD(PADDING, CH, "", padding),
    GOOD(ENCRYPT_THEN_MAC, CH, "", encrypt_then_mac),
    BAD(ENCRYPT_THEN_MAC, CH, "00", encrypt_then_mac),
    GOOD(EXTENDED_MASTER_SECRET, SH, "", extended_master_secret),
    BAD(EXTENDED_MASTER_SECRET, SH, "00", extended_master_secret),
    GOOD(COMPRESS_CERTIFICATE, CH, "02 0002", compress_certificate),
    BAD(COMPRESS_CERTIFICATE, CH, "01 00", compress_certificate),
    GOOD(RECORD_SIZE_LIMIT, CH, "4001", record_size_limit),
    BAD(RECORD_SIZE_LIMIT, CH, "40", record_size_limit),
    GOOD(DELEGATED_CREDENTIAL, CH, "0002 0403", delegated_credential),
    GOOD(DELEGATED_CREDENTIAL, CERT, "00", delegated_credential),
    BAD(DELEGATED_CREDENTIAL, CH, "0003 040300", delegated_credential),
    BAD(DELEGATED_CREDENTIAL, CERT, "", delegated_credential),
    GOOD(SESSION_TICKET, CH, "", session_ticket),
    GOOD(SESSION_TICKET, CH, "abcdef", session_ticket),
    GOOD(SESSION_TICKET, SH, "", session_ticket),
    BAD(SESSION_TICKET, SH, "00", session_ticket),
    GOOD(PRE_SHARED_KEY, SH, "0001", pre_shared_key),
    BAD(PRE_SHARED_KEY, SH, "000100", pre_shared_key),
    BAD(PRE_SHARED_KEY, CH, "0000 0000", pre_shared_key),
    BAD(PRE_SHARED_KEY, CH, "0007 0001 aa 00000000 0000", pre_shared_key), /* no binder */
    BAD(PRE_SHARED_KEY, CH, "0006 0000 00000000 0000", pre_shared_key), /* an empty identity */
    BAD(PRE_SHARED_KEY, CH, "0007 0001 aa 00000000 0002 01 00", pre_shared_key), /* too short */
    GOOD(PRE_SHARED_KEY, CH, "0007 0001 aa 00000000 0021 20 abababababababababababababababababababababababababababababababab", pre_shared_key),
    GOOD(PRE_SHARED_KEY, CH, "000e 0001 aa 00000000 0001 bb 00000000 0042 20 abababababababababababababababababababababababababababababababab 20 abababababababababababababababababababababababababababababababab", pre_shared_key),
    BAD(PRE_SHARED_KEY, CH, "0007 0001 aa 00000000 0021 20 abababababababababababababababababababababababababababababababab 00", pre_shared_key),
    BAD(PRE_SHARED_KEY, CH, "0006 0000 00000000 0021 20 abababababababababababababababababababababababababababababababab", pre_shared_key),
    BAD(PRE_SHARED_KEY, CH, "0007 0001 aa 00000000", pre_shared_key), /* no list of binders */
    BAD(PRE_SHARED_KEY, CH, "0007 0001 aa 00000000 0022 21 abababababababababababababababababababababababababababababababab", pre_shared_key),
    GOOD(EARLY_DATA, CH, "", early_data),
    BAD(EARLY_DATA, NST, "0000400000", early_data),
    BAD(RECORD_SIZE_LIMIT, CH, "400100", record_size_limit),
    BAD(COMPRESS_CERTIFICATE, CH, "00", compress_certificate),
    BAD(ENCRYPTED_CLIENT_HELLO, CH, "", encrypted_client_hello),
    GOOD(RENEGOTIATION_INFO, SH, "03 aabbcc", renegotiation_info),
    GOOD(COOKIE, HRR, "0003 aabbcc", cookie),
    GOOD(EARLY_DATA, NST, "00004000", early_data),
    BAD(EARLY_DATA, CH, "00", early_data),
    BAD(EARLY_DATA, NST, "0000", early_data),
    GOOD(SUPPORTED_VERSIONS, CH, "04 0304 0303", supported_versions),
    GOOD(SUPPORTED_VERSIONS, SH, "0304", supported_versions),
    GOOD(SUPPORTED_VERSIONS, HRR, "0304", supported_versions),
    BAD(SUPPORTED_VERSIONS, CH, "00", supported_versions),
    BAD(SUPPORTED_VERSIONS, CH, "03 030403", supported_versions),
    BAD(SUPPORTED_VERSIONS, SH, "02 0304", supported_versions),
    GOOD(COOKIE, HRR, "0002 aabb", cookie),
    BAD(COOKIE, CH, "0000", cookie),
    GOOD(PSK_KEY_EXCHANGE_MODES, CH, "01 01", psk_key_exchange_modes),
    BAD(PSK_KEY_EXCHANGE_MODES, CH, "00", psk_key_exchange_modes),
    GOOD(CERTIFICATE_AUTHORITIES, CREQ, "0004 0002 3000", certificate_authorities),
    BAD(CERTIFICATE_AUTHORITIES, CH, "0002 0000", certificate_authorities),
    BAD(CERTIFICATE_AUTHORITIES, CH, "0000", certificate_authorities),
    GOOD(POST_HANDSHAKE_AUTH, CH, "", post_handshake_auth),
    BAD(POST_HANDSHAKE_AUTH, CH, "00", post_handshake_auth),
    GOOD(KEY_SHARE, CH, "0000", key_share), /* asks for a retry */
    GOOD(KEY_SHARE, CH, "0005 001d 0001 aa", key_share),
    GOOD(KEY_SHARE, SH, "001d 0001 aa", key_share),
    GOOD(KEY_SHARE, HRR, "0017", key_share),
    GOOD(KEY_SHARE_DRAFT, CH, "0005 001d 0001 aa", key_share),
    BAD(KEY_SHARE, CH, "0004 001d 0000", key_share), /* an empty key */
    BAD(KEY_SHARE, CH, "0005 001d 0001 aa 00", key_share),
    BAD(KEY_SHARE, SH, "001d 0001 aa 00", key_share),
    BAD(KEY_SHARE, SH, "001d", key_share),
    BAD(KEY_SHARE, HRR, "001700", key_share),
    GOOD(NEXT_PROTOCOL_NEGOTIATION, CH, "", npn),
    GOOD(NEXT_PROTOCOL_NEGOTIATION, SH, "02 6832", npn),
    BAD(NEXT_PROTOCOL_NEGOTIATION, CH, "00", npn),
    BAD(NEXT_PROTOCOL_NEGOTIATION, SH, "03 6832", npn),
    GOOD(ENCRYPTED_CLIENT_HELLO, CH, "01", encrypted_client_hello), /* inner */
    GOOD(ENCRYPTED_CLIENT_HELLO, CH, "00 0001 0003 2a 0000 0002 aabb", encrypted_client_hello),
    GOOD(ENCRYPTED_CLIENT_HELLO, HRR, "0102030405060708", encrypted_client_hello),
    GOOD(ENCRYPTED_CLIENT_HELLO, EE, "0000", encrypted_client_hello),
    BAD(ENCRYPTED_CLIENT_HELLO, CH, "02", encrypted_client_hello),
    BAD(ENCRYPTED_CLIENT_HELLO, CH, "01 00", encrypted_client_hello),
    BAD(ENCRYPTED_CLIENT_HELLO, CH, "00 0001 0003 2a 0000 0000", encrypted_client_hello),
    BAD(ENCRYPTED_CLIENT_HELLO, CH, "00 0001 0003", encrypted_client_hello),
    BAD(ENCRYPTED_CLIENT_HELLO, HRR, "01", encrypted_client_hello),
    GOOD(RENEGOTIATION_INFO, CH, "00", renegotiation_info),
    GOOD(RENEGOTIATION_INFO, SH, "02 aabb", renegotiation_info),
    BAD(RENEGOTIATION_INFO, CH, "", renegotiation_info),
    BAD(RENEGOTIATION_INFO, SH, "02 aa", renegotiation_info),
};
/* clang-format on */

static enum extension_state state_at(const struct hello_extensions *extensions, size_t field)
{
    enum extension_state state;

    memcpy(&state, (const uint8_t *)extensions + field, sizeof state);
    return state;
}

/* The example as a list of one extension, at an unreadable page. */
static struct bytes example_list(const struct guard *guard, const struct example *example)
{
    char text[512];
    size_t length = guard_hex(guard, example->data).len;

    snprintf(text, sizeof text, "%04x %04zx %s", example->type, length, example->data);
    return guard_hex(guard, text);
}

static void every_extension_is_read_by_its_grammar(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        const struct example *example = &examples[i];
        struct hello_extensions out;
        enum extension_state wanted =
            example->is_good ? EXTENSION_WELL_FORMED : EXTENSION_MALFORMED;

        CU_ASSERT_TRUE(extensions_parse(example_list(&guard, example), example->context, &out));
        if (state_at(&out, example->field) != wanted)
            fprintf(stderr, "extension %u \"%s\"\n", example->type, example->data);
        CU_ASSERT_EQUAL(state_at(&out, example->field), wanted);
        CU_ASSERT_EQUAL(out.count, 1);
        CU_ASSERT_EQUAL(out.has_malformed, !example->is_good);
        CU_ASSERT_EQUAL(out.malformed, example->is_good ? 0 : example->type);
        CU_ASSERT_FALSE(out.has_misplaced || out.has_duplicate || out.has_cut);
    }
    guard_free(&guard);
}

/* Cut short at every octet the data of an extension is read no further than it goes, and a
 * malformed one leaves nothing behind. */
static void cut_extensions_leave_nothing_behind(void)
{
    struct guard guard = guard_new();
    struct hello_extensions out, blank;

    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        uint8_t data[128];
        struct bytes whole = guard_hex(&guard, examples[i].data);
        size_t length = whole.len;

        memcpy(data + 4, whole.data, length);
        for (size_t cut = 0; cut < length; cut++) {
            data[0] = (uint8_t)(examples[i].type >> 8);
            data[1] = (uint8_t)examples[i].type;
            data[2] = 0;
            data[3] = (uint8_t)cut;
            CU_ASSERT_TRUE(
                extensions_parse(guard_copy(&guard, data, 4 + cut), examples[i].context, &out));
            if (!out.has_malformed)
                continue;
            memset(&blank, 0, sizeof blank);
            blank.count = 1;
            blank.has_malformed = true;
            blank.malformed = examples[i].type;
            blank.low_types = out.low_types;
            blank.high_types = out.high_types;
            blank.high_bits = out.high_bits;
            memcpy((uint8_t *)&blank + examples[i].field, (uint8_t *)&out + examples[i].field,
                   sizeof(enum extension_state));
            CU_ASSERT_TRUE(bytes_equal(bytes_of(&blank, sizeof blank), bytes_of(&out, sizeof out)));
        }
    }
    guard_free(&guard);
}

static void read_vector(const struct guard *guard, const char *name, struct hello_extensions *out)
{
    struct client_hello hello;

    CU_ASSERT_TRUE_FATAL(client_hello_parse(guard_vector_body(guard, name), &hello));
    CU_ASSERT_TRUE(extensions_parse(hello.extensions, CH, out));
    CU_ASSERT_FALSE(out->has_malformed || out->has_misplaced || out->has_duplicate);
}

static void the_client_hello_of_rfc_8448_is_read(void)
{
    struct guard guard = guard_new();
    struct hello_extensions out;
    struct key_share share;

    read_vector(&guard, "rfc8448_3_client_hello", &out);
    CU_ASSERT_EQUAL(out.count, 9);
    CU_ASSERT_TRUE(bytes_equal(out.server_name.host_name, bytes_of("server", 6)));
    CU_ASSERT_EQUAL(out.supported_groups.list.len, 18);
    CU_ASSERT_TRUE(list_u16_contains(out.supported_groups.list, 0x0104));
    CU_ASSERT_FALSE(list_u16_contains(out.supported_groups.list, 0x11ec));
    CU_ASSERT_TRUE(list_u16_contains(out.supported_versions.versions, TLS_VERSION_1_3));
    CU_ASSERT_TRUE(list_u16_contains(out.signature_algorithms.list, 0x0804));
    CU_ASSERT_TRUE(list_u8_contains(out.psk_key_exchange_modes.list, TLS_PSK_DHE_KE));
    CU_ASSERT_EQUAL(out.record_size_limit.limit, 0x4001);
    CU_ASSERT_EQUAL(out.session_ticket.state, EXTENSION_WELL_FORMED);
    CU_ASSERT_EQUAL(out.session_ticket.ticket.len, 0);
    CU_ASSERT_EQUAL(out.renegotiation_info.list.len, 0);
    CU_ASSERT_TRUE(key_share_next(&out.key_share.shares, &share));
    CU_ASSERT_EQUAL(share.group, 0x001d);
    CU_ASSERT_EQUAL(share.key_exchange.len, 32);
    CU_ASSERT_FALSE(key_share_next(&out.key_share.shares, &share));
    CU_ASSERT_EQUAL(out.alpn.state, EXTENSION_ABSENT);
    guard_free(&guard);
}

static void a_resumption_of_rfc_8448_is_read(void)
{
    struct guard guard = guard_new();
    struct hello_extensions out;

    read_vector(&guard, "rfc8448_4_client_hello", &out);
    CU_ASSERT_EQUAL(out.pre_shared_key.state, EXTENSION_WELL_FORMED);
    CU_ASSERT_EQUAL(out.pre_shared_key.identities, 1);
    CU_ASSERT_EQUAL(out.pre_shared_key.binders, 1);
    CU_ASSERT_EQUAL(out.early_data.state, EXTENSION_WELL_FORMED);
    CU_ASSERT_EQUAL(out.padding.list.len, 87);
    guard_free(&guard);
}

static void the_retry_of_rfc_8448_is_read(void)
{
    struct guard guard = guard_new();
    struct server_hello hello;
    struct hello_extensions out;
    struct key_share share;

    CU_ASSERT_TRUE_FATAL(
        server_hello_parse(guard_vector_body(&guard, "rfc8448_5_hello_retry_request"), &hello));
    CU_ASSERT_TRUE(extensions_parse(hello.extensions, HRR, &out));
    CU_ASSERT_FALSE(out.has_malformed || out.has_misplaced);
    CU_ASSERT_EQUAL(out.key_share.group, 0x0017);
    CU_ASSERT_EQUAL(out.key_share.key_length, 0);
    CU_ASSERT_EQUAL(out.cookie.list.len, 0x72);
    CU_ASSERT_EQUAL(out.supported_versions.selected, TLS_VERSION_1_3);
    read_vector(&guard, "rfc8448_5_client_hello_2", &out);
    CU_ASSERT_EQUAL(out.cookie.list.len, 0x72);
    CU_ASSERT_TRUE(key_share_next(&out.key_share.shares, &share));
    CU_ASSERT_EQUAL(share.group, 0x0017);
    CU_ASSERT_EQUAL(share.key_exchange.len, 65);
    guard_free(&guard);
}

static void the_servers_answers_of_rfc_8448_are_read(void)
{
    struct guard guard = guard_new();
    struct server_hello hello;
    struct hello_extensions out;
    struct bytes extensions = {.len = 0};
    struct bytes body;

    CU_ASSERT_TRUE_FATAL(
        server_hello_parse(guard_vector_body(&guard, "rfc8448_3_server_hello"), &hello));
    CU_ASSERT_TRUE(extensions_parse(hello.extensions, SH, &out));
    CU_ASSERT_EQUAL(out.key_share.group, 0x001d);
    CU_ASSERT_EQUAL(out.key_share.key_length, 32);
    CU_ASSERT_EQUAL(out.supported_versions.selected, TLS_VERSION_1_3);
    CU_ASSERT_EQUAL(out.supported_versions.versions.len, 0);
    body = guard_vector_body(&guard, "rfc8448_3_encrypted_extensions");
    CU_ASSERT_TRUE_FATAL(bytes_vector(&body, 2, &extensions));
    CU_ASSERT_TRUE(extensions_parse(extensions, EE, &out));
    CU_ASSERT_FALSE(out.has_malformed || out.has_misplaced);
    CU_ASSERT_EQUAL(out.server_name.state, EXTENSION_WELL_FORMED);
    CU_ASSERT_EQUAL(out.server_name.host_name.len, 0);
    CU_ASSERT_EQUAL(out.supported_groups.list.len, 18);
    guard_free(&guard);
}

static void parse_text(const char *text, enum extension_context context,
                       struct hello_extensions *out)
{
    static uint8_t octets[256];
    struct guard guard = guard_new();
    struct bytes in = guard_hex(&guard, text);

    CU_ASSERT_TRUE_FATAL(in.len <= sizeof octets);
    memcpy(octets, in.data, in.len);
    CU_ASSERT_TRUE(extensions_parse(bytes_of(octets, in.len), context, out));
    guard_free(&guard);
}

static void fields_hold_what_was_sent(void)
{
    struct hello_extensions out;
    struct bytes name = {.len = 0};

    parse_text("0001 0001 04   001c 0002 0200   0005 0005 01 0000 0000"
               "0011 000e 000c 02 0004 0000 0000  01 0002 0000"
               "0010 000e 000c 02 6832 08 687474702f312e31",
               CH, &out);
    CU_ASSERT_EQUAL(out.max_fragment_length.code, 4);
    CU_ASSERT_EQUAL(out.record_size_limit.limit, 512);
    CU_ASSERT_EQUAL(out.status_request.type, TLS_CERTIFICATE_STATUS_TYPE_OCSP);
    CU_ASSERT_EQUAL(out.status_request.request.len, 4);
    CU_ASSERT_TRUE(out.status_request_v2.has_ocsp && out.status_request_v2.has_ocsp_multi);
    CU_ASSERT_TRUE(list_name_next(&out.alpn.protocols, &name));
    CU_ASSERT_TRUE(bytes_equal(name, bytes_of("h2", 2)));
    CU_ASSERT_TRUE(list_name_next(&out.alpn.protocols, &name));
    CU_ASSERT_TRUE(bytes_equal(name, bytes_of("http/1.1", 8)));
    CU_ASSERT_FALSE(list_name_next(&out.alpn.protocols, &name));
    parse_text("0011 0005 0003 01 0000", CH, &out);
    CU_ASSERT_TRUE(out.status_request_v2.has_ocsp && !out.status_request_v2.has_ocsp_multi);
    parse_text("0011 0005 0003 02 0000", CH, &out);
    CU_ASSERT_TRUE(!out.status_request_v2.has_ocsp && out.status_request_v2.has_ocsp_multi);
    parse_text("0000 0010 000e 01 0002 7878 00 0002 6162 00 0001 63", CH, &out);
    CU_ASSERT_TRUE(bytes_equal(out.server_name.host_name, bytes_of("ab", 2)));
    parse_text("fe0d 000b 00 0001 0003 2a 0000 0001 aa", CH, &out);
    CU_ASSERT_EQUAL(out.encrypted_client_hello.kdf, 1);
    CU_ASSERT_EQUAL(out.encrypted_client_hello.aead, 3);
    CU_ASSERT_EQUAL(out.encrypted_client_hello.config_id, 0x2a);
    CU_ASSERT_EQUAL(out.encrypted_client_hello.payload_length, 1);
    parse_text("fe0d 0001 01", CH, &out);
    CU_ASSERT_EQUAL(out.encrypted_client_hello.state, EXTENSION_WELL_FORMED);
    parse_text("3374 0006 02 6832 02 6833", SH, &out);
    CU_ASSERT_EQUAL(out.npn.protocols.len, 6);
    parse_text("002a 0004 00004000", NST, &out);
    CU_ASSERT_EQUAL(out.early_data.max_size, 0x4000);
    parse_text("0029 0002 0003", SH, &out);
    CU_ASSERT_EQUAL(out.pre_shared_key.selected, 3);
}

static void one_malformed_extension_does_not_hide_the_others(void)
{
    struct hello_extensions out;

    parse_text("000a 0001 00   0017 0000   000b 0001 00   002b 0003 02 0304", CH, &out);
    CU_ASSERT_EQUAL(out.supported_groups.state, EXTENSION_MALFORMED);
    CU_ASSERT_EQUAL(out.ec_point_formats.state, EXTENSION_MALFORMED);
    CU_ASSERT_EQUAL(out.malformed, TLS_EXTENSION_SUPPORTED_GROUPS);
    CU_ASSERT_EQUAL(out.extended_master_secret.state, EXTENSION_WELL_FORMED);
    CU_ASSERT_EQUAL(out.supported_versions.state, EXTENSION_WELL_FORMED);
    CU_ASSERT_EQUAL(out.count, 4);
}

static void of_duplicates_the_first_counts(void)
{
    struct hello_extensions out;

    parse_text("001c 0002 0200   001c 0002 0400   abcd 0000   abcd 0000", CH, &out);
    CU_ASSERT_TRUE(out.has_duplicate);
    CU_ASSERT_EQUAL(out.duplicate, TLS_EXTENSION_RECORD_SIZE_LIMIT);
    CU_ASSERT_EQUAL(out.record_size_limit.limit, 512);
    CU_ASSERT_EQUAL(out.count, 4);
    parse_text("abcd 0000   abce 0000   abcd 0000", CH, &out); /* unknown ones count too */
    CU_ASSERT_TRUE(out.has_duplicate);
    CU_ASSERT_EQUAL(out.duplicate, 0xabcd);
}

static void duplicates_are_looked_for_up_to_the_limit(void)
{
    enum { COUNT = EXTENSIONS_DUPLICATE_CHECK_MAX + 1 };
    uint8_t octets[(COUNT + 1) * 4] = {0};
    struct hello_extensions out;

    for (size_t i = 0; i < COUNT; i++) {
        octets[i * 4] = 0xab;
        octets[i * 4 + 1] = (uint8_t)i;
    }
    octets[(COUNT - 1) * 4 + 1] = 0; /* the first one again, one place too far back */
    CU_ASSERT_TRUE(extensions_parse(bytes_of(octets, (size_t)COUNT * 4), CH, &out));
    CU_ASSERT_FALSE(out.has_duplicate);
    CU_ASSERT_TRUE(extensions_parse(bytes_of(octets + 4, (size_t)(COUNT - 1) * 4), CH, &out));
    CU_ASSERT_FALSE(out.has_duplicate);
    octets[(COUNT - 1) * 4 + 1] = 1;
    CU_ASSERT_TRUE(extensions_parse(bytes_of(octets + 4, (size_t)(COUNT - 1) * 4), CH, &out));
    CU_ASSERT_TRUE(out.has_duplicate);
}

static void an_extension_in_the_wrong_message_is_noted(void)
{
    struct hello_extensions out;

    parse_text("0000 0000   0015 0000", SH, &out);
    CU_ASSERT_TRUE(out.has_misplaced);
    CU_ASSERT_EQUAL(out.misplaced, TLS_EXTENSION_PADDING);
    CU_ASSERT_EQUAL(out.padding.state, EXTENSION_WELL_FORMED);
    parse_text("abcd 0000", SH, &out); /* of an unknown one nothing is known */
    CU_ASSERT_FALSE(out.has_misplaced);
}

static void a_cut_list_is_told(void)
{
    static const char *const cut[] = {"0017 0000 00", "0017 0000 0023", "0017 0000 0023 00",
                                      "0017 0000 0023 0001"};
    struct guard guard = guard_new();
    struct hello_extensions out;

    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
        CU_ASSERT_FALSE(extensions_parse(guard_hex(&guard, cut[i]), CH, &out));
        CU_ASSERT_TRUE(out.has_cut);
        CU_ASSERT_EQUAL(out.count, 1);
        CU_ASSERT_EQUAL(out.extended_master_secret.state, EXTENSION_WELL_FORMED);
    }
    guard_free(&guard);
}

static void an_extension_is_found_by_its_type(void)
{
    struct guard guard = guard_new();
    struct bytes list = guard_hex(&guard, "0017 0000   abcd 0002 aabb   abcd 0001 cc");
    struct bytes data = {.len = 99};

    CU_ASSERT_TRUE(extension_find(list, 0xabcd, &data));
    CU_ASSERT_EQUAL(data.len, 2);
    CU_ASSERT_TRUE(extension_find(list, 0x17, &data));
    CU_ASSERT_EQUAL(data.len, 0);
    data.len = 99;
    CU_ASSERT_FALSE(extension_find(list, 0x23, &data));
    CU_ASSERT_EQUAL(data.len, 99);
    guard_free(&guard);
}

static void lists_end_where_they_end(void)
{
    struct guard guard = guard_new();
    struct bytes list = guard_hex(&guard, "0304 03");
    struct bytes name;
    struct key_share share;
    uint16_t u16;
    uint8_t u8;

    CU_ASSERT_TRUE(list_u16_next(&list, &u16));
    CU_ASSERT_FALSE(list_u16_next(&list, &u16));
    CU_ASSERT_EQUAL(list.len, 1);
    CU_ASSERT_TRUE(list_u8_next(&list, &u8));
    CU_ASSERT_FALSE(list_u8_next(&list, &u8));
    list = guard_hex(&guard, "02 61");
    CU_ASSERT_FALSE(list_name_next(&list, &name));
    CU_ASSERT_EQUAL(list.len, 2);
    list = guard_hex(&guard, "001d 0002 aa");
    CU_ASSERT_FALSE(key_share_next(&list, &share));
    CU_ASSERT_EQUAL(list.len, 5);
    guard_free(&guard);
}

static void a_server_name_without_a_name_is_told_from_a_broken_one(void)
{
    static const struct {
        const char *data;
        size_t length;
        bool is_empty;
    } rows[] = {
        {"", 0, true},
        {"\0\0", 2, true},
        {"\0\3\0\0\0", 5, true},
        {"\0\4\0\0\1a", 6, false},
        {"\0", 1, false},
        {"\0\2\0\0", 4, false},
        {"\0\3\0\0\0\0", 6, false},
        {"\0\6\0\0\0\0\0\0", 8, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(server_name_is_empty(bytes_of(rows[i].data, rows[i].length)),
                        rows[i].is_empty);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"every extension is read by its grammar", every_extension_is_read_by_its_grammar},
        {"cut extensions leave nothing behind", cut_extensions_leave_nothing_behind},
        {"the ClientHello of RFC 8448 is read", the_client_hello_of_rfc_8448_is_read},
        {"a resumption of RFC 8448 is read", a_resumption_of_rfc_8448_is_read},
        {"the retry of RFC 8448 is read", the_retry_of_rfc_8448_is_read},
        {"the server's answers of RFC 8448 are read", the_servers_answers_of_rfc_8448_are_read},
        {"fields hold what was sent", fields_hold_what_was_sent},
        {"one malformed extension does not hide the others",
         one_malformed_extension_does_not_hide_the_others},
        {"of duplicates the first counts", of_duplicates_the_first_counts},
        {"duplicates are looked for up to the limit", duplicates_are_looked_for_up_to_the_limit},
        {"an extension in the wrong message is noted", an_extension_in_the_wrong_message_is_noted},
        {"a cut list is told", a_cut_list_is_told},
        {"an extension is found by its type", an_extension_is_found_by_its_type},
        {"lists end where they end", lists_end_where_they_end},
        {"a server_name without a name is told from a broken one",
         a_server_name_without_a_name_is_told_from_a_broken_one},
        CU_TEST_INFO_NULL,
    };

    return suite_run("extension", tests);
}
