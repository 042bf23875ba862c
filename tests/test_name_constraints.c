/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/name_constraints.h"

#include "tests/support/certificates.h"
#include "tests/support/wire.h"

static bool is_within(const char *name, const char *base)
{
    return name_constraints_dns_within(bytes_of(name, strlen(name)), bytes_of(base, strlen(base)));
}

/* RFC 5280 section 4.2.1.10: adding labels to the left stays within. */
static void a_dns_name_is_within_its_domain(void)
{
    CU_ASSERT_TRUE(is_within("host.example.com", "host.example.com"));
    CU_ASSERT_TRUE(is_within("my.host.example.com", "host.example.com"));
    CU_ASSERT_TRUE(is_within("HOST.example.com", "host.EXAMPLE.com"));
    CU_ASSERT_TRUE(is_within("*.example.com", "example.com"));
    CU_ASSERT_TRUE(is_within("a.example.com", ""));
    CU_ASSERT_TRUE(is_within("a.example.com", ".example.com"));
    CU_ASSERT_FALSE(is_within("example.com", ".example.com"));
    CU_ASSERT_FALSE(is_within("myhost.example.com", "host.example.com"));
    CU_ASSERT_FALSE(is_within("example.com", "host.example.com"));
    CU_ASSERT_FALSE(is_within("host.example.org", "example.com"));
}

static void an_address_is_within_its_network(void)
{
    static const uint8_t address[] = {192, 0, 2, 77};
    static const uint8_t network[] = {192, 0, 2, 0, 255, 255, 255, 0};
    static const uint8_t other[] = {192, 0, 3, 0, 255, 255, 255, 0};
    static const uint8_t all[8] = {0};

    CU_ASSERT_TRUE(name_constraints_address_within(bytes_of(address, 4), bytes_of(network, 8)));
    CU_ASSERT_TRUE(name_constraints_address_within(bytes_of(address, 4), bytes_of(all, 8)));
    CU_ASSERT_FALSE(name_constraints_address_within(bytes_of(address, 4), bytes_of(other, 8)));
    CU_ASSERT_FALSE(name_constraints_address_within(bytes_of(address, 4), bytes_of(network, 7)));
    CU_ASSERT_FALSE(name_constraints_address_within(bytes_of(address, 4), bytes_of(network, 0)));
}

/* The verdict on tests/certificates/FILE.der by constraints in hexadecimal, without the header. */
static enum constraints_verdict judge(const char *constraints, const char *file)
{
    struct guard guard = guard_new();
    struct bytes octets = guard_hex(&guard, constraints);
    struct certificate issuer = certificates_read("intermediate");
    const struct certificate certificate = certificates_read(file);

    issuer.has_name_constraints = true;
    issuer.constraints_length = (uint16_t)octets.len;
    memcpy(issuer.constraints, octets.data, octets.len);
    guard_free(&guard);
    return name_constraints_judge(&issuer, &certificate, true);
}

/* The leaf is www.example.test and *.wild.example.test. */
static void permitted_and_excluded_subtrees(void)
{
    CU_ASSERT_EQUAL(judge("a0 10 30 0e 82 0c 6578616d706c652e74657374", "leaf"), CONSTRAINTS_MET);
    CU_ASSERT_EQUAL(judge("a1 10 30 0e 82 0c 6578616d706c652e74657374", "leaf"),
                    CONSTRAINTS_VIOLATED);
    CU_ASSERT_EQUAL(judge("a0 08 30 06 82 04 74657374", "leaf"), CONSTRAINTS_MET);
    CU_ASSERT_EQUAL(judge("a0 08 30 06 82 04 61626364", "leaf"), CONSTRAINTS_VIOLATED);
    /* Excluded outweighs permitted. */
    CU_ASSERT_EQUAL(judge("a0 08 30 06 82 04 74657374 a1 08 30 06 82 04 74657374", "leaf"),
                    CONSTRAINTS_VIOLATED);
    /* One of two permitted ones is enough. */
    CU_ASSERT_EQUAL(judge("a0 10 30 06 82 04 61626364 30 06 82 04 74657374", "leaf"),
                    CONSTRAINTS_MET);
}

/* Constraints on mail addresses say nothing on hosts. */
static void names_of_other_types_are_free(void)
{
    CU_ASSERT_EQUAL(judge("a0 08 30 06 81 04 61626364", "leaf"), CONSTRAINTS_MET);
    CU_ASSERT_EQUAL(judge("a0 0c 30 0a 87 08 c6336400 ffffff00", "leaf"), CONSTRAINTS_MET);
    CU_ASSERT_EQUAL(judge("a0 0c 30 0a 87 08 c6336400 ffffff00", "leaf_all_names"),
                    CONSTRAINTS_VIOLATED);
}

/* Without dNSName its common name, www.example.test, is taken for one. */
static void a_common_name_counts_where_there_is_no_other(void)
{
    CU_ASSERT_EQUAL(judge("a0 08 30 06 82 04 61626364", "leaf_cn_only"), CONSTRAINTS_VIOLATED);
    CU_ASSERT_EQUAL(judge("a0 08 30 06 82 04 74657374", "leaf_cn_only"), CONSTRAINTS_MET);
    CU_ASSERT_EQUAL(judge("a0 08 30 06 82 04 61626364", "intermediate"), CONSTRAINTS_MET);
}

static void what_cannot_be_read_is_not_judged(void)
{
    CU_ASSERT_EQUAL(judge("", "leaf"), CONSTRAINTS_UNKNOWN); /* longer than is kept */
    CU_ASSERT_EQUAL(judge("a0 09 30 06 82 04 61626364", "leaf"), CONSTRAINTS_UNKNOWN);
    CU_ASSERT_EQUAL(judge("a0 08 31 06 82 04 61626364", "leaf"), CONSTRAINTS_UNKNOWN);
    CU_ASSERT_EQUAL(judge("a0 08 30 06 82 05 61626364", "leaf"), CONSTRAINTS_UNKNOWN);
    CU_ASSERT_EQUAL(judge("a2 08 30 06 82 04 61626364", "leaf"), CONSTRAINTS_UNKNOWN);
    /* Names that were cut may be the ones that matter. */
    CU_ASSERT_EQUAL(judge("a0 08 30 06 82 04 74657374", "too_many_names"), CONSTRAINTS_UNKNOWN);
}

static void without_constraints_all_is_allowed(void)
{
    const struct certificate issuer = certificates_read("intermediate");
    const struct certificate leaf = certificates_read("leaf");

    CU_ASSERT_EQUAL(name_constraints_judge(&issuer, &leaf, true), CONSTRAINTS_MET);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a DNS name is within its domain", a_dns_name_is_within_its_domain},
        {"an address is within its network", an_address_is_within_its_network},
        {"permitted and excluded subtrees", permitted_and_excluded_subtrees},
        {"names of other types are free", names_of_other_types_are_free},
        {"a common name counts where there is no other",
         a_common_name_counts_where_there_is_no_other},
        {"what cannot be read is not judged", what_cannot_be_read_is_not_judged},
        {"without constraints all is allowed", without_constraints_all_is_allowed},
        CU_TEST_INFO_NULL,
    };

    return suite_run("name_constraints", tests);
}
