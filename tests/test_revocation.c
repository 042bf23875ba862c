/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/revocation.h"
#include "tests/support/certificates.h"
#include "tests/support/wire.h"

#include <errno.h>

#define REVOKED_AT INT64_C(1717200000) /* 2024-06-01 */

static struct crl_set *set;
static struct crl_error error;

/* A set with these lists, up to a NULL. */
static void begin(const char *const *lists)
{
    set = crl_set_new();
    CU_ASSERT_PTR_NOT_NULL_FATAL(set);
    for (; *lists != NULL; lists++)
        CU_ASSERT_TRUE(crl_set_add_der(set, certificates_der(*lists), &error));
}

static struct crl_answer find(const char *file)
{
    struct certificate certificate = certificates_read(file);

    return crl_set_find(set, &certificate);
}

static void a_serial_in_the_list_is_revoked(void)
{
    struct crl_answer answer;

    begin((const char *const[]){"crl", NULL});
    answer = find("leaf");
    CU_ASSERT_TRUE(answer.covered);
    CU_ASSERT_TRUE(answer.revoked);
    CU_ASSERT_EQUAL(answer.revoked_at, REVOKED_AT);
    CU_ASSERT_EQUAL(answer.this_update, 1735689600);
    CU_ASSERT_EQUAL(answer.next_update, 1738368000);
    crl_set_free(set);
}

static void another_serial_or_issuer_is_not(void)
{
    begin((const char *const[]){"crl", NULL});
    CU_ASSERT_FALSE(find("leaf_of_root").covered); /* another issuer */
    CU_ASSERT_TRUE(find("serial_long").covered);
    CU_ASSERT_FALSE(find("serial_long").revoked);
    CU_ASSERT_FALSE(find("serial_removed").revoked); /* removeFromCRL */
    CU_ASSERT_FALSE(find("staple_good").covered);    /* no certificate */
    crl_set_free(set);
    set = NULL;
    CU_ASSERT_FALSE(find("leaf").covered);
}

static void another_key_of_the_same_name_is_another_issuer(void)
{
    begin((const char *const[]){"crl_other_key", NULL});
    CU_ASSERT_FALSE(find("leaf").covered);
    crl_set_free(set);
}

static void the_later_list_counts(void)
{
    begin((const char *const[]){"crl_older", "crl", NULL});
    CU_ASSERT_EQUAL(crl_set_count(set), 1);
    CU_ASSERT_TRUE(find("leaf").revoked);
    crl_set_free(set);
    begin((const char *const[]){"crl", "crl_older", NULL});
    CU_ASSERT_TRUE(find("leaf").revoked);
    crl_set_free(set);
    begin((const char *const[]){"crl", "crl_empty", NULL});
    CU_ASSERT_TRUE(find("leaf").covered);
    CU_ASSERT_FALSE(find("leaf").revoked);
    CU_ASSERT_EQUAL(find("leaf").next_update, 0);
    crl_set_free(set);
}

static void a_part_revokes_but_clears_nothing(void)
{
    begin((const char *const[]){"crl_part_1", NULL});
    CU_ASSERT_FALSE(find("leaf").covered);
    crl_set_free(set);
    begin((const char *const[]){"crl_part_1", "crl_part_2", NULL});
    CU_ASSERT_EQUAL(crl_set_count(set), 2);
    CU_ASSERT_TRUE(find("leaf").revoked);
    crl_set_free(set);
}

static void lists_that_cannot_be_used_say_why(void)
{
    begin((const char *const[]){NULL});
    CU_ASSERT_FALSE(crl_set_add_der(set, certificates_der("crl_delta"), &error));
    CU_ASSERT_STRING_EQUAL(error.reason, "is a delta CRL");
    CU_ASSERT_FALSE(crl_set_add_der(set, certificates_der("crl_indirect"), &error));
    CU_ASSERT_STRING_EQUAL(error.reason, "is an indirect CRL");
    CU_ASSERT_FALSE(crl_set_add_der(set, certificates_der("leaf"), &error));
    CU_ASSERT_STRING_EQUAL(error.reason, "is not a CRL");
    CU_ASSERT_EQUAL(crl_set_count(set), 0);
    crl_set_free(set);
}

static void files_of_both_forms(void)
{
    begin((const char *const[]){NULL});
    CU_ASSERT_TRUE(crl_set_add_file(set, certificates_path("crl.pem"), &error));
    CU_ASSERT_TRUE(find("leaf").revoked);
    CU_ASSERT_TRUE(crl_set_add_file(set, certificates_path("crl_empty.der"), &error));
    CU_ASSERT_FALSE(find("leaf").revoked);
    CU_ASSERT_FALSE(crl_set_add_file(set, certificates_path("leaf.der"), &error));
    CU_ASSERT_FALSE(crl_set_add_file(set, certificates_path("no such file"), &error));
    CU_ASSERT_EQUAL(error.system_error, ENOENT);
    crl_set_free(set);
    crl_set_free(NULL);
}

static void a_file_of_other_blocks_alone_is_refused(void)
{
    static const char key[] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

    begin((const char *const[]){NULL});
    CU_ASSERT_FALSE(crl_set_add_file(set, certificates_path("store.pem"), &error));
    CU_ASSERT_STRING_EQUAL(error.reason, "holds no revocation list");
    CU_ASSERT_FALSE(crl_set_add(set, bytes_of(key, strlen(key)), &error));
    CU_ASSERT_STRING_EQUAL(error.reason, "holds no revocation list");
    CU_ASSERT_EQUAL(crl_set_count(set), 0);
    crl_set_free(set);
}

/* Cut inside, it is malformed; and nothing is kept of it. */
static void no_beginning_of_a_list_is_a_list(void)
{
    struct guard guard = guard_new();
    struct bytes der = certificates_der("crl");

    begin((const char *const[]){NULL});
    for (size_t length = 0; length < der.len; length++)
        CU_ASSERT_FALSE(crl_set_add_der(set, guard_copy(&guard, der.data, length), &error));
    CU_ASSERT_EQUAL(crl_set_count(set), 0);
    crl_set_free(set);
    guard_free(&guard);
}

static struct ocsp_answer staple;

static bool read_staple(const char *file)
{
    const struct certificate leaf = certificates_read("leaf");
    const struct certificate issuer = certificates_read("intermediate");
    const struct ocsp_question question = {.certificate = &leaf, .issuer = &issuer};

    return ocsp_response_read(certificates_der(file), &question, &staple);
}

static void staples_say_good_revoked_or_unknown(void)
{
    CU_ASSERT_TRUE(read_staple("staple_good"));
    CU_ASSERT_EQUAL(staple.response_status, OCSP_SUCCESSFUL);
    CU_ASSERT_TRUE(staple.found);
    CU_ASSERT_EQUAL(staple.status, OCSP_GOOD);
    CU_ASSERT_EQUAL(staple.this_update, 1735689600);
    CU_ASSERT_EQUAL(staple.next_update, 1736294400);
    CU_ASSERT_EQUAL(staple.produced_at, 1735689600);
    CU_ASSERT_TRUE(read_staple("staple_revoked"));
    CU_ASSERT_EQUAL(staple.status, OCSP_REVOKED);
    CU_ASSERT_TRUE(read_staple("staple_unknown"));
    CU_ASSERT_EQUAL(staple.status, OCSP_UNKNOWN);
    CU_ASSERT_EQUAL(staple.next_update, 0);
}

static void staples_without_an_answer(void)
{
    CU_ASSERT_TRUE(read_staple("staple_other"));
    CU_ASSERT_FALSE(staple.found);
    CU_ASSERT_TRUE(read_staple("staple_try_later"));
    CU_ASSERT_EQUAL(staple.response_status, OCSP_TRY_LATER);
    CU_ASSERT_EQUAL(staple.response_status, OCSP_TRY_LATER);
}

/* The serial number alone is not enough: another authority gives the same ones. */
static void an_answer_is_for_one_issuer(void)
{
    const struct certificate leaf = certificates_read("leaf");
    const struct ocsp_question question = {.certificate = &leaf};

    CU_ASSERT_TRUE(read_staple("staple_sha256"));
    CU_ASSERT_TRUE(staple.found);
    CU_ASSERT_TRUE(read_staple("staple_other_issuer"));
    CU_ASSERT_FALSE(staple.found);
    CU_ASSERT_TRUE(read_staple("staple_other_key"));
    CU_ASSERT_FALSE(staple.found);
    CU_ASSERT_TRUE(read_staple("staple_other_key_sha256"));
    CU_ASSERT_FALSE(staple.found);
    /* Digests that cannot be compared, and a key that is not known, rule nothing out. */
    CU_ASSERT_TRUE(read_staple("staple_sha384"));
    CU_ASSERT_TRUE(staple.found);
    CU_ASSERT_TRUE(ocsp_response_read(certificates_der("staple_other_key"), &question, &staple));
    CU_ASSERT_TRUE(staple.found);
    CU_ASSERT_TRUE(ocsp_response_read(certificates_der("staple_other_issuer"), &question, &staple));
    CU_ASSERT_FALSE(staple.found);
}

static void what_is_no_staple_is_refused(void)
{
    struct guard guard = guard_new();
    struct bytes der = certificates_der("staple_revoked");
    const struct certificate leaf = certificates_read("leaf");
    const struct ocsp_question question = {.certificate = &leaf};

    CU_ASSERT_FALSE(read_staple("leaf"));
    for (size_t length = 0; length < der.len; length++)
        CU_ASSERT_FALSE(
            ocsp_response_read(guard_copy(&guard, der.data, length), &question, &staple));
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a serial in the list is revoked", a_serial_in_the_list_is_revoked},
        {"another serial or issuer is not", another_serial_or_issuer_is_not},
        {"another key of the same name is another issuer",
         another_key_of_the_same_name_is_another_issuer},
        {"the later list counts", the_later_list_counts},
        {"a part revokes but clears nothing", a_part_revokes_but_clears_nothing},
        {"lists that cannot be used say why", lists_that_cannot_be_used_say_why},
        {"files of both forms", files_of_both_forms},
        {"a file of other blocks alone is refused", a_file_of_other_blocks_alone_is_refused},
        {"no beginning of a list is a list", no_beginning_of_a_list_is_a_list},
        {"staples say good, revoked or unknown", staples_say_good_revoked_or_unknown},
        {"staples without an answer", staples_without_an_answer},
        {"an answer is for one issuer", an_answer_is_for_one_issuer},
        {"what is no staple is refused", what_is_no_staple_is_refused},
        CU_TEST_INFO_NULL,
    };

    return suite_run("revocation", tests);
}
