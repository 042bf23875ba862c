/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/key_exchange.h"
#include "tests/support/wire.h"

#define DH_PARAMS    "0003 00fffd 0001 02 0002 1234" /* dh_p of 16 bits with a leading zero */
#define ECDH_PARAMS  "03 001d 04 01020304"           /* named_curve, x25519, public */
#define SIGNATURE_12 "0804 0003 a1a2a3"              /* rsa_pss_rsae_sha256 */
#define SIGNATURE_10 "0003 a1a2a3"

static struct server_key_exchange parsed(const char *hex, enum server_key_exchange_form form,
                                         uint16_t version)
{
    static uint8_t octets[512];
    struct guard guard = guard_new();
    struct bytes in = guard_hex(&guard, hex);
    struct server_key_exchange out = {.modulus_bits = 0};

    CU_ASSERT_TRUE_FATAL(in.len <= sizeof octets);
    CU_ASSERT_TRUE_FATAL(server_key_exchange_parse(in, form, version, &out));
    /* What is viewed must outlive the guard. */
    memcpy(octets, in.data, in.len);
    CU_ASSERT_TRUE_FATAL(server_key_exchange_parse(bytes_of(octets, in.len), form, version, &out));
    guard_free(&guard);
    return out;
}

static void dhe_parameters_of_tls_1_2_are_read(void)
{
    struct server_key_exchange params =
        parsed(DH_PARAMS SIGNATURE_12, SERVER_KEY_EXCHANGE_DHE, TLS_VERSION_1_2);

    CU_ASSERT_EQUAL(params.modulus_bits, 16);
    CU_ASSERT_EQUAL(params.modulus.len, 3);
    CU_ASSERT_EQUAL(params.generator.data[0], 2);
    CU_ASSERT_EQUAL(params.public_key.len, 2);
    CU_ASSERT_TRUE(params.has_signature);
    CU_ASSERT_TRUE(params.has_scheme);
    CU_ASSERT_EQUAL(params.signature_scheme, 0x0804);
    CU_ASSERT_EQUAL(params.signature.len, 3);
    CU_ASSERT_EQUAL(params.parameters.len, 12);
    CU_ASSERT_PTR_EQUAL(params.parameters.data + 12 + 4, params.signature.data);
    CU_ASSERT_FALSE(params.has_psk_hint);
}

static void before_tls_1_2_there_is_no_scheme(void)
{
    struct server_key_exchange params =
        parsed(ECDH_PARAMS SIGNATURE_10, SERVER_KEY_EXCHANGE_ECDHE, TLS_VERSION_1_1);

    CU_ASSERT_EQUAL(params.curve_type, TLS_EC_CURVE_TYPE_NAMED_CURVE);
    CU_ASSERT_EQUAL(params.named_group, 0x001d);
    CU_ASSERT_EQUAL(params.public_key.len, 4);
    CU_ASSERT_TRUE(params.has_signature);
    CU_ASSERT_FALSE(params.has_scheme);
    CU_ASSERT_EQUAL(params.signature_scheme, 0);
    CU_ASSERT_EQUAL(params.signature.data[2], 0xa3);
}

static void anonymous_and_psk_parameters_have_no_signature(void)
{
    struct server_key_exchange params =
        parsed(DH_PARAMS, SERVER_KEY_EXCHANGE_DH_ANON, TLS_VERSION_1_2);

    CU_ASSERT_FALSE(params.has_signature);
    params = parsed(ECDH_PARAMS, SERVER_KEY_EXCHANGE_ECDH_ANON, TLS_VERSION_1_2);
    CU_ASSERT_EQUAL(params.named_group, 0x001d);
    params = parsed("0004 68696e74", SERVER_KEY_EXCHANGE_PSK, TLS_VERSION_1_2);
    CU_ASSERT_TRUE(params.has_psk_hint);
    CU_ASSERT_TRUE(bytes_equal(params.psk_hint, bytes_of("hint", 4)));
    params = parsed("0000" DH_PARAMS, SERVER_KEY_EXCHANGE_DHE_PSK, TLS_VERSION_1_2);
    CU_ASSERT_EQUAL(params.psk_hint.len, 0);
    CU_ASSERT_EQUAL(params.modulus_bits, 16);
    params = parsed("0000" ECDH_PARAMS, SERVER_KEY_EXCHANGE_ECDHE_PSK, TLS_VERSION_1_2);
    CU_ASSERT_EQUAL(params.named_group, 0x001d);
    CU_ASSERT_FALSE(params.has_signature);
}

static void export_rsa_keys_are_measured(void)
{
    struct server_key_exchange params = parsed("0002 8001 0003 010001" SIGNATURE_10,
                                               SERVER_KEY_EXCHANGE_RSA_EXPORT, TLS_VERSION_1_0);

    CU_ASSERT_EQUAL(params.modulus_bits, 16);
    CU_ASSERT_EQUAL(params.generator.len, 3);
    CU_ASSERT_TRUE(params.has_signature);
}

static void srp_parameters_are_read(void)
{
    static const char srp[] = "0002 0fff 0001 02 04 5a5a5a5a 0002 beef";
    struct server_key_exchange params = parsed(srp, SERVER_KEY_EXCHANGE_SRP, TLS_VERSION_1_2);

    CU_ASSERT_EQUAL(params.modulus_bits, 12);
    CU_ASSERT_EQUAL(params.public_key.data[0], 0xbe);
    params = parsed("0002 0fff 0001 02 04 5a5a5a5a 0002 beef" SIGNATURE_12,
                    SERVER_KEY_EXCHANGE_SRP_CERT, TLS_VERSION_1_2);
    CU_ASSERT_TRUE(params.has_signature);
}

/* RFC 4492 had them; only their type is told. */
static void an_explicit_curve_is_only_named(void)
{
    struct server_key_exchange params =
        parsed("01 03fffefd 0102", SERVER_KEY_EXCHANGE_ECDHE, TLS_VERSION_1_2);

    CU_ASSERT_EQUAL(params.curve_type, TLS_EC_CURVE_TYPE_EXPLICIT_PRIME);
    CU_ASSERT_EQUAL(params.named_group, 0);
    CU_ASSERT_EQUAL(params.public_key.len, 0);
    CU_ASSERT_FALSE(params.has_signature);
    params = parsed("02", SERVER_KEY_EXCHANGE_ECDH_ANON, TLS_VERSION_1_2);
    CU_ASSERT_EQUAL(params.curve_type, TLS_EC_CURVE_TYPE_EXPLICIT_CHAR2);
}

#define PARSER(name, form, version)                                                                \
    static bool name(struct bytes in)                                                              \
    {                                                                                              \
        struct server_key_exchange out;                                                            \
                                                                                                   \
        return server_key_exchange_parse(in, form, version, &out);                                 \
    }
PARSER(parse_dhe, SERVER_KEY_EXCHANGE_DHE, TLS_VERSION_1_2)
PARSER(parse_dhe_1_0, SERVER_KEY_EXCHANGE_DHE, TLS_VERSION_1_0)
PARSER(parse_dh_anon, SERVER_KEY_EXCHANGE_DH_ANON, TLS_VERSION_1_2)
PARSER(parse_ecdhe, SERVER_KEY_EXCHANGE_ECDHE, TLS_VERSION_1_2)
PARSER(parse_rsa_export, SERVER_KEY_EXCHANGE_RSA_EXPORT, TLS_VERSION_1_0)
PARSER(parse_psk, SERVER_KEY_EXCHANGE_PSK, TLS_VERSION_1_2)
PARSER(parse_dhe_psk, SERVER_KEY_EXCHANGE_DHE_PSK, TLS_VERSION_1_2)
PARSER(parse_ecdhe_psk, SERVER_KEY_EXCHANGE_ECDHE_PSK, TLS_VERSION_1_2)
PARSER(parse_srp, SERVER_KEY_EXCHANGE_SRP, TLS_VERSION_1_2)

static void no_prefix_is_a_whole(void)
{
    check_prefixes(DH_PARAMS SIGNATURE_12, parse_dhe, SIZE_MAX);
    check_prefixes(DH_PARAMS SIGNATURE_10, parse_dhe_1_0, SIZE_MAX);
    check_prefixes(DH_PARAMS, parse_dh_anon, SIZE_MAX);
    check_prefixes(ECDH_PARAMS SIGNATURE_12, parse_ecdhe, SIZE_MAX);
    check_prefixes("0002 8001 0003 010001" SIGNATURE_10, parse_rsa_export, SIZE_MAX);
    check_prefixes("0004 68696e74", parse_psk, SIZE_MAX);
    check_prefixes("0001 aa" DH_PARAMS, parse_dhe_psk, SIZE_MAX);
    check_prefixes("0001 aa" ECDH_PARAMS, parse_ecdhe_psk, SIZE_MAX);
    check_prefixes("0002 0fff 0001 02 04 5a5a5a5a 0002 beef", parse_srp, SIZE_MAX);
}

static void malformed_parameters_are_refused(void)
{
    struct guard guard = guard_new();

    CU_ASSERT_FALSE(parse_dhe(guard_hex(&guard, "0000 0001 02 0001 03" SIGNATURE_12)));
    CU_ASSERT_FALSE(parse_dhe(guard_hex(&guard, DH_PARAMS SIGNATURE_12 "00")));
    CU_ASSERT_FALSE(parse_dh_anon(guard_hex(&guard, DH_PARAMS SIGNATURE_12)));
    CU_ASSERT_FALSE(parse_ecdhe(guard_hex(&guard, "03 001d 00" SIGNATURE_12)));
    CU_ASSERT_FALSE(parse_ecdhe(guard_hex(&guard, "00 001d 01 aa" SIGNATURE_12)));
    CU_ASSERT_FALSE(parse_ecdhe(guard_hex(&guard, "04 001d 01 aa" SIGNATURE_12)));
    CU_ASSERT_FALSE(parse_srp(guard_hex(&guard, "0002 0fff 0001 02 00 0002 beef")));
    guard_free(&guard);
}

static void a_number_is_measured_in_bits(void)
{
    static const struct {
        const char *hex;
        size_t bits;
    } cases[] = {{"", 0},   {"00", 0},   {"0000", 0},         {"01", 1},    {"80", 8},
                 {"ff", 8}, {"0100", 9}, {"00 00 40 00", 15}, {"7f ff", 15}};
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(bytes_bit_length(guard_hex(&guard, cases[i].hex)), cases[i].bits);
    guard_free(&guard);
}

static bool parse_verify(struct bytes in)
{
    struct certificate_verify verify;

    return certificate_verify_parse(in, TLS_VERSION_1_3, &verify);
}

static void a_certificate_verify_is_read(void)
{
    struct guard guard = guard_new();
    struct certificate_verify verify;

    CU_ASSERT_TRUE_FATAL(certificate_verify_parse(
        guard_vector_body(&guard, "rfc8448_3_certificate_verify"), TLS_VERSION_1_3, &verify));
    CU_ASSERT_TRUE(verify.has_scheme);
    CU_ASSERT_EQUAL(verify.signature_scheme, 0x0804);
    CU_ASSERT_EQUAL(verify.signature.len, 128);
    check_prefixes_of(guard_vector_body(&guard, "rfc8448_3_certificate_verify"), parse_verify,
                      SIZE_MAX);
    CU_ASSERT_TRUE_FATAL(
        certificate_verify_parse(guard_hex(&guard, SIGNATURE_10), TLS_VERSION_1_0, &verify));
    CU_ASSERT_FALSE(verify.has_scheme);
    CU_ASSERT_EQUAL(verify.signature_scheme, 0);
    CU_ASSERT_EQUAL(verify.signature.len, 3);
    guard_free(&guard);
}

static bool parse_identity(struct bytes in)
{
    struct bytes identity;

    return psk_identity_parse(in, &identity);
}

/* What follows it is the client's part of another key exchange. */
static void the_identity_of_a_pre_shared_key_is_read(void)
{
    struct guard guard = guard_new();
    struct bytes identity;

    CU_ASSERT_TRUE_FATAL(psk_identity_parse(guard_hex(&guard, "0003 696441"), &identity));
    CU_ASSERT_TRUE(bytes_equal(identity, bytes_of("idA", 3)));
    CU_ASSERT_TRUE_FATAL(psk_identity_parse(guard_hex(&guard, "0001 61 04 5a5a5a5a"), &identity));
    CU_ASSERT_TRUE(bytes_equal(identity, bytes_of("a", 1)));
    check_prefixes("0003 696441", parse_identity, SIZE_MAX);
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"DHE parameters of TLS 1.2 are read", dhe_parameters_of_tls_1_2_are_read},
        {"before TLS 1.2 there is no scheme", before_tls_1_2_there_is_no_scheme},
        {"anonymous and PSK parameters have no signature",
         anonymous_and_psk_parameters_have_no_signature},
        {"export RSA keys are measured", export_rsa_keys_are_measured},
        {"SRP parameters are read", srp_parameters_are_read},
        {"an explicit curve is only named", an_explicit_curve_is_only_named},
        {"no prefix is a whole", no_prefix_is_a_whole},
        {"malformed parameters are refused", malformed_parameters_are_refused},
        {"a number is measured in bits", a_number_is_measured_in_bits},
        {"a CertificateVerify is read", a_certificate_verify_is_read},
        {"the identity of a pre-shared key is read", the_identity_of_a_pre_shared_key_is_read},
        CU_TEST_INFO_NULL,
    };

    return suite_run("key_exchange", tests);
}
