/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/name_match.h"
#include "tests/support/certificates.h"
#include "tests/support/wire.h"

static struct bytes text(const char *string)
{
    return bytes_of(string, strlen(string));
}

static void dns_names(void)
{
    static const struct {
        const char *pattern;
        const char *reference;
        bool matches;
    } cases[] = {
        {"www.example.test", "www.example.test", true},
        {"WWW.Example.TEST", "www.eXample.test", true},
        {"www.example.test", "www.example.test.", true},
        {"www.example.test.", "www.example.test", false},
        {"www.example.test.", "www.example.test.", false},
        {"www.example.test", "example.test", false},
        {"example.test", "www.example.test", false},
        {"*.example.test", "www.example.test", true},
        {"*.EXAMPLE.test", "www.example.TEST", true},
        {"*.example.test", "example.test", false},
        {"*.example.test", "a.b.example.test", false},
        {"*.example.test", ".example.test", false},
        {"w*.example.test", "www.example.test", false}, /* RFC 9525 section 6.3 */
        {"*w.example.test", "www.example.test", false},
        {"www.*.test", "www.example.test", false},
        {"*.*.test", "www.example.test", false},
        {"*.test", "example.test", false}, /* a whole top-level domain */
        {"*", "example", false},
        {"*.", "example.", false},
        {"", "", false},
        {"xn--mnchen-3ya.test", "XN--MNCHEN-3YA.test", true},
        {"m\xc3\xbcnchen.test", "m\xc3\xbcnchen.TEST", true},
        {"m\xc3\xbcnchen.test", "xn--mnchen-3ya.test", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(name_match_dns(text(cases[i].pattern), text(cases[i].reference)),
                        cases[i].matches);
    CU_ASSERT_FALSE(name_match_dns(bytes_of("a.test\0.evil.test", 17), text("a.test")));
}

static void addresses(void)
{
    uint8_t address[16];
    size_t length = 0;

    CU_ASSERT_TRUE(name_match_is_address(text("192.0.2.1"), address, &length));
    CU_ASSERT_EQUAL(length, 4);
    CU_ASSERT_EQUAL(address[3], 1);
    CU_ASSERT_TRUE(name_match_is_address(text("2001:db8::1"), address, &length));
    CU_ASSERT_EQUAL(length, 16);
    CU_ASSERT_EQUAL(address[1], 1);
    CU_ASSERT_FALSE(name_match_is_address(text("192.0.2.1.example"), address, &length));
    CU_ASSERT_FALSE(name_match_is_address(text(""), address, &length));
    CU_ASSERT_FALSE(name_match_is_address(bytes_of("1.2.3.4\0x", 9), address, &length));
    CU_ASSERT_FALSE(name_match_is_address(text("2001:0db8:0000:0000:0000:0000:0000:0000:0000:0001"),
                                          address, &length));
}

static enum name_match match(const char *file, const char *reference)
{
    struct certificate certificate = certificates_read(file);

    return name_match_certificate(&certificate, text(reference));
}

static void names_of_a_certificate(void)
{
    CU_ASSERT_EQUAL(match("leaf", "www.example.test"), NAME_MATCH_SAN);
    CU_ASSERT_EQUAL(match("leaf", "any.wild.example.test"), NAME_MATCH_SAN);
    CU_ASSERT_EQUAL(match("leaf", "mail.example.test"), NAME_MATCH_MISMATCH);
    CU_ASSERT_EQUAL(match("leaf", ""), NAME_MATCH_NOT_CHECKED);
    CU_ASSERT_EQUAL(match("staple_good", "www.example.test"), NAME_MATCH_NOT_CHECKED);
}

static void addresses_are_compared_with_addresses_alone(void)
{
    CU_ASSERT_EQUAL(match("leaf_all_names", "192.0.2.1"), NAME_MATCH_SAN);
    CU_ASSERT_EQUAL(match("leaf_all_names", "2001:DB8:0::1"), NAME_MATCH_SAN);
    CU_ASSERT_EQUAL(match("leaf_all_names", "192.0.2.2"), NAME_MATCH_MISMATCH);
    CU_ASSERT_EQUAL(match("leaf", "192.0.2.1"), NAME_MATCH_MISMATCH);
}

static void the_common_name_counts_only_without_others(void)
{
    CU_ASSERT_EQUAL(match("leaf_cn_only", "WWW.example.test"), NAME_MATCH_COMMON_NAME);
    CU_ASSERT_EQUAL(match("leaf_cn_only", "other.example.test"), NAME_MATCH_MISMATCH);
    /* CN=www.example.test, but there are names of the kind that is looked for. */
    CU_ASSERT_EQUAL(match("leaf_all_names", "www.example.test"), NAME_MATCH_MISMATCH);
}

static void names_that_were_not_kept_decide_nothing(void)
{
    CU_ASSERT_EQUAL(match("many_names", "host-0000.example.test"), NAME_MATCH_SAN);
    CU_ASSERT_EQUAL(match("many_names", "host-0899.example.test"), NAME_MATCH_UNDECIDED);
    CU_ASSERT_EQUAL(match("many_names", "elsewhere.test"), NAME_MATCH_UNDECIDED);
    CU_ASSERT_EQUAL(match("malformed_names", "www.example.test"), NAME_MATCH_UNDECIDED);
    /* wolfSSL refused it, its names are known all the same. */
    CU_ASSERT_EQUAL(match("leaf_p192", "www.example.test"), NAME_MATCH_SAN);
    CU_ASSERT_EQUAL(match("leaf_p192", "mail.example.test"), NAME_MATCH_MISMATCH);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"DNS names", dns_names},
        {"addresses", addresses},
        {"names of a certificate", names_of_a_certificate},
        {"addresses are compared with addresses alone",
         addresses_are_compared_with_addresses_alone},
        {"the common name counts only without others", the_common_name_counts_only_without_others},
        {"names that were not kept decide nothing", names_that_were_not_kept_decide_nothing},
        CU_TEST_INFO_NULL,
    };

    return suite_run("name_match", tests);
}
