/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/certificate_list.h"
#include "dissect/certificate_request.h"
#include "dissect/extension.h"
#include "tests/support/wire.h"

/* Two certificates of three and two octets, up to TLS 1.2. */
static const char list_1_2[] = "00000b" /* certificate_list */
                               "000003 300130"
                               "000002 3000";

/* The same in TLS 1.3, the first with a stapled OCSP response. */
static const char list_1_3[] = "02 c1c2" /* certificate_request_context */
                               "000019"  /* certificate_list */
                               "000003 300130"
                               "000a 0005 0006 01 000002 3000" /* status_request */
                               "000002 3000"
                               "0000"; /* no extensions */

static void a_list_of_tls_1_2_is_read(void)
{
    struct guard guard = guard_new();
    struct certificate_list list;
    struct certificate_entry entry;

    CU_ASSERT_TRUE_FATAL(
        certificate_list_parse(guard_hex(&guard, list_1_2), TLS_VERSION_1_2, &list));
    CU_ASSERT_EQUAL(list.count, 2);
    CU_ASSERT_FALSE(list.has_extensions);
    CU_ASSERT_TRUE(certificate_list_next(&list, &entry));
    CU_ASSERT_EQUAL(entry.certificate.len, 3);
    CU_ASSERT_EQUAL(entry.extensions.len, 0);
    CU_ASSERT_TRUE(certificate_list_next(&list, &entry));
    CU_ASSERT_EQUAL(entry.certificate.data[1], 0);
    CU_ASSERT_FALSE(certificate_list_next(&list, &entry));
    guard_free(&guard);
}

static void a_list_of_tls_1_3_has_extensions(void)
{
    struct guard guard = guard_new();
    struct certificate_list list;
    struct certificate_entry entry;
    struct hello_extensions extensions;
    struct bytes data;
    struct certificate_status status;

    CU_ASSERT_TRUE_FATAL(
        certificate_list_parse(guard_hex(&guard, list_1_3), TLS_VERSION_1_3, &list));
    CU_ASSERT_EQUAL(list.count, 2);
    CU_ASSERT_EQUAL(list.context.len, 2);
    CU_ASSERT_TRUE(certificate_list_next(&list, &entry));
    CU_ASSERT_EQUAL(entry.certificate.len, 3);
    CU_ASSERT_TRUE(extensions_parse(entry.extensions, EXTENSION_IN_CERTIFICATE, &extensions));
    CU_ASSERT_EQUAL(extensions.status_request.state, EXTENSION_WELL_FORMED);
    CU_ASSERT_TRUE(extension_find(entry.extensions, TLS_EXTENSION_STATUS_REQUEST, &data));
    CU_ASSERT_TRUE(certificate_status_parse(data, &status));
    CU_ASSERT_EQUAL(status.response.len, 2);
    CU_ASSERT_TRUE(certificate_list_next(&list, &entry));
    CU_ASSERT_EQUAL(entry.extensions.len, 0);
    CU_ASSERT_FALSE(certificate_list_next(&list, &entry));
    guard_free(&guard);
}

static void the_certificate_of_rfc_8448_is_read(void)
{
    struct guard guard = guard_new();
    struct certificate_list list;
    struct certificate_entry entry;

    CU_ASSERT_TRUE_FATAL(certificate_list_parse(guard_vector_body(&guard, "rfc8448_3_certificate"),
                                                TLS_VERSION_1_3, &list));
    CU_ASSERT_EQUAL(list.count, 1);
    CU_ASSERT_TRUE(certificate_list_next(&list, &entry));
    CU_ASSERT_EQUAL(entry.certificate.len, 432);
    CU_ASSERT_EQUAL(entry.certificate.data[0], 0x30);
    guard_free(&guard);
}

static void a_client_without_a_certificate_sends_an_empty_list(void)
{
    struct guard guard = guard_new();
    struct certificate_list list;

    CU_ASSERT_TRUE(certificate_list_parse(guard_hex(&guard, "000000"), TLS_VERSION_1_2, &list));
    CU_ASSERT_EQUAL(list.count, 0);
    CU_ASSERT_TRUE(certificate_list_parse(guard_hex(&guard, "00 000000"), TLS_VERSION_1_3, &list));
    CU_ASSERT_EQUAL(list.count, 0);
    guard_free(&guard);
}

static bool parse_1_2(struct bytes in)
{
    struct certificate_list list;

    return certificate_list_parse(in, TLS_VERSION_1_2, &list);
}

static bool parse_1_3(struct bytes in)
{
    struct certificate_list list;

    return certificate_list_parse(in, TLS_VERSION_1_3, &list);
}

static bool parse_status(struct bytes in)
{
    struct certificate_status status;

    return certificate_status_parse(in, &status);
}

static bool parse_request_1_3(struct bytes in)
{
    struct certificate_request request;

    return certificate_request_parse(in, TLS_VERSION_1_3, &request);
}

static bool parse_request_1_2(struct bytes in)
{
    struct certificate_request request;

    return certificate_request_parse(in, TLS_VERSION_1_2, &request);
}

static bool parse_request_1_0(struct bytes in)
{
    struct certificate_request request;

    return certificate_request_parse(in, TLS_VERSION_1_0, &request);
}

#define REQUEST_1_2 "02 0140 0004 04030804 0008 0002 3000 0002 3001"
#define REQUEST_1_0 "02 0140 0008 0002 3000 0002 3001"
#define REQUEST_1_3 "01 c1 0008 000d 0004 0002 0403"

static void no_prefix_is_a_whole(void)
{
    check_prefixes(list_1_2, parse_1_2, SIZE_MAX);
    check_prefixes(list_1_3, parse_1_3, SIZE_MAX);
    check_prefixes("01 000002 3000", parse_status, SIZE_MAX);
    check_prefixes("02 000008 000002 3000 000000", parse_status, SIZE_MAX);
    check_prefixes(REQUEST_1_3, parse_request_1_3, SIZE_MAX);
    check_prefixes(REQUEST_1_2, parse_request_1_2, SIZE_MAX);
    check_prefixes(REQUEST_1_0, parse_request_1_0, SIZE_MAX);
}

static void malformed_lists_are_refused(void)
{
    struct guard guard = guard_new();

    CU_ASSERT_FALSE(parse_1_2(guard_hex(&guard, "000003 000000")));         /* an empty one */
    CU_ASSERT_FALSE(parse_1_2(guard_hex(&guard, "000004 000002 30")));      /* cut */
    CU_ASSERT_FALSE(parse_1_2(guard_hex(&guard, "000000 00")));             /* more after it */
    CU_ASSERT_FALSE(parse_1_3(guard_hex(&guard, "00 000005 000002 3000"))); /* no extensions */
    CU_ASSERT_FALSE(parse_1_2(guard_hex(&guard, list_1_3)));
    CU_ASSERT_FALSE(parse_1_2(guard_hex(&guard, "000006 000002 3000 00"))); /* an octet more */
    guard_free(&guard);
}

static void stapled_responses_are_read(void)
{
    struct guard guard = guard_new();
    struct certificate_status status = {.type = 99};

    CU_ASSERT_TRUE(certificate_status_parse(guard_hex(&guard, "01 000003 300130"), &status));
    CU_ASSERT_EQUAL(status.type, TLS_CERTIFICATE_STATUS_TYPE_OCSP);
    CU_ASSERT_EQUAL(status.response.len, 3);
    /* Of the second kind the leaf's is the first, and may be empty. */
    CU_ASSERT_TRUE(
        certificate_status_parse(guard_hex(&guard, "02 000008 000000 000002 3000"), &status));
    CU_ASSERT_EQUAL(status.response.len, 0);
    CU_ASSERT_EQUAL(status.list.len, 8);
    CU_ASSERT_FALSE(parse_status(guard_hex(&guard, "01 000000")));
    CU_ASSERT_FALSE(parse_status(guard_hex(&guard, "01 000001 30 00")));
    CU_ASSERT_TRUE(parse_status(guard_hex(&guard, "01 000001 30")));
    CU_ASSERT_FALSE(parse_status(guard_hex(&guard, "02 000003 000000 00")));
    CU_ASSERT_FALSE(parse_status(guard_hex(&guard, "02 000000")));
    CU_ASSERT_FALSE(parse_status(guard_hex(&guard, "02 000004 000000 00")));
    CU_ASSERT_FALSE(parse_status(guard_hex(&guard, "03 000001 30")));
    guard_free(&guard);
}

static void a_request_of_tls_1_2_is_read(void)
{
    struct guard guard = guard_new();
    struct certificate_request request;
    struct bytes name;

    CU_ASSERT_TRUE_FATAL(
        certificate_request_parse(guard_hex(&guard, REQUEST_1_2), TLS_VERSION_1_2, &request));
    CU_ASSERT_TRUE(list_u8_contains(request.types, 0x40));
    CU_ASSERT_FALSE(list_u8_contains(request.types, 0x02));
    CU_ASSERT_TRUE(list_u16_contains(request.schemes, 0x0804));
    CU_ASSERT_TRUE(distinguished_name_next(&request.authorities, &name));
    CU_ASSERT_TRUE(distinguished_name_next(&request.authorities, &name));
    CU_ASSERT_EQUAL(name.data[1], 1);
    CU_ASSERT_FALSE(distinguished_name_next(&request.authorities, &name));
    CU_ASSERT_EQUAL(request.extensions.len, 0);
    guard_free(&guard);
}

static void a_request_before_tls_1_2_has_no_schemes(void)
{
    struct guard guard = guard_new();
    struct certificate_request request;

    CU_ASSERT_TRUE_FATAL(
        certificate_request_parse(guard_hex(&guard, REQUEST_1_0), TLS_VERSION_1_0, &request));
    CU_ASSERT_EQUAL(request.schemes.len, 0);
    CU_ASSERT_EQUAL(request.authorities.len, 8);
    CU_ASSERT_TRUE(
        certificate_request_parse(guard_hex(&guard, "01 01 0000"), TLS_VERSION_1_0, &request));
    CU_ASSERT_EQUAL(request.authorities.len, 0);
    guard_free(&guard);
}

static void a_request_of_tls_1_3_has_extensions(void)
{
    struct guard guard = guard_new();
    struct certificate_request request;
    struct hello_extensions extensions;

    CU_ASSERT_TRUE_FATAL(
        certificate_request_parse(guard_hex(&guard, REQUEST_1_3), TLS_VERSION_1_3, &request));
    CU_ASSERT_EQUAL(request.context.len, 1);
    CU_ASSERT_TRUE(
        extensions_parse(request.extensions, EXTENSION_IN_CERTIFICATE_REQUEST, &extensions));
    CU_ASSERT_TRUE(list_u16_contains(extensions.signature_algorithms.list, 0x0403));
    guard_free(&guard);
}

static void malformed_requests_are_refused(void)
{
    struct guard guard = guard_new();

    CU_ASSERT_FALSE(parse_request_1_2(guard_hex(&guard, "00 0002 0403 0000")));  /* no type */
    CU_ASSERT_FALSE(parse_request_1_2(guard_hex(&guard, "01 01 0001 04 0000"))); /* half */
    CU_ASSERT_FALSE(parse_request_1_2(guard_hex(&guard, "01 01 0002 0403 0000 00")));
    CU_ASSERT_FALSE(parse_request_1_2(guard_hex(&guard, "01 01 0002 0403 0002 0000")));
    CU_ASSERT_FALSE(parse_request_1_3(guard_hex(&guard, "00 0000 00")));
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a list of TLS 1.2 is read", a_list_of_tls_1_2_is_read},
        {"a list of TLS 1.3 has extensions", a_list_of_tls_1_3_has_extensions},
        {"the certificate of RFC 8448 is read", the_certificate_of_rfc_8448_is_read},
        {"a client without a certificate sends an empty list",
         a_client_without_a_certificate_sends_an_empty_list},
        {"no prefix is a whole", no_prefix_is_a_whole},
        {"malformed lists are refused", malformed_lists_are_refused},
        {"stapled responses are read", stapled_responses_are_read},
        {"a request of TLS 1.2 is read", a_request_of_tls_1_2_is_read},
        {"a request before TLS 1.2 has no schemes", a_request_before_tls_1_2_has_no_schemes},
        {"a request of TLS 1.3 has extensions", a_request_of_tls_1_3_has_extensions},
        {"malformed requests are refused", malformed_requests_are_refused},
        CU_TEST_INFO_NULL,
    };

    return suite_run("certificate_list", tests);
}
