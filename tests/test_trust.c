/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/trust.h"
#include "tests/support/certificates.h"
#include "tests/support/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static struct trust_store *open_store(const char *file)
{
    struct trust_store *store = trust_store_new(certificates_path(file));

    CU_ASSERT_PTR_NOT_NULL_FATAL(store);
    return store;
}

static void a_bundle_is_loaded_when_it_is_needed(void)
{
    struct trust_store *store = open_store("store.pem");
    struct certificate intermediate = certificates_read("intermediate");
    const struct certificate *issuer;
    size_t errors;
    size_t further;

    CU_ASSERT_EQUAL(trust_store_count(store), 0);
    issuer = trust_store_find_issuer(store, &intermediate, CERTIFICATES_TIME);
    CU_ASSERT_PTR_NOT_NULL_FATAL(issuer);
    CU_ASSERT_STRING_EQUAL(issuer->common_name, "Root");
    CU_ASSERT_EQUAL(trust_store_count(store), 2);
    CU_ASSERT_EQUAL(trust_store_load(store), TRUST_LOADED);
    (void)trust_store_errors(store, &errors, &further);
    CU_ASSERT_EQUAL(errors + further, 0);
    trust_store_free(store);
}

static void what_is_not_in_it_is_not_found(void)
{
    struct trust_store *store = open_store("store.pem");
    struct certificate leaf = certificates_read("leaf");
    struct certificate root = certificates_read("root");
    struct certificate other = certificates_read("other_root");
    struct certificate unreadable = certificates_read("staple_good");

    CU_ASSERT_PTR_NULL(trust_store_find_issuer(store, &leaf, CERTIFICATES_TIME));
    CU_ASSERT_TRUE(trust_store_contains(store, &root));
    CU_ASSERT_FALSE(trust_store_contains(store, &other));
    CU_ASSERT_FALSE(trust_store_contains(store, &leaf));
    CU_ASSERT_FALSE(trust_store_contains(store, &unreadable));
    CU_ASSERT_PTR_NULL(trust_store_find_issuer(store, &unreadable, CERTIFICATES_TIME));
    trust_store_free(store);
}

static void a_single_certificate_in_der_is_a_store(void)
{
    struct trust_store *store = open_store("intermediate.der");
    struct certificate leaf = certificates_read("leaf");

    CU_ASSERT_PTR_NOT_NULL(trust_store_find_issuer(store, &leaf, CERTIFICATES_TIME));
    CU_ASSERT_EQUAL(trust_store_count(store), 1);
    trust_store_free(store);
}

static void errors_say_where(void)
{
    struct trust_store *store = open_store("store_damaged.pem");
    const struct trust_error *errors;
    size_t count;
    size_t further;

    CU_ASSERT_EQUAL(trust_store_load(store), TRUST_LOADED);
    CU_ASSERT_EQUAL(trust_store_count(store), 1);
    errors = trust_store_errors(store, &count, &further);
    CU_ASSERT_EQUAL_FATAL(count, 3);
    CU_ASSERT_STRING_EQUAL(errors[0].reason, "is not base64");
    CU_ASSERT_EQUAL(errors[0].offset, 5); /* after "root\n" */
    CU_ASSERT_STRING_EQUAL(errors[1].reason, "is not a certificate");
    CU_ASSERT_TRUE(errors[1].offset > errors[0].offset);
    CU_ASSERT_STRING_EQUAL(errors[2].reason, "does not end");
    CU_ASSERT_PTR_NOT_NULL(strstr(errors[0].file, "store_damaged.pem"));
    trust_store_free(store);
}

static void a_store_that_is_not_there(void)
{
    struct trust_store *store = open_store("no such file");
    const struct trust_error *errors;
    size_t count;
    size_t further;

    CU_ASSERT_EQUAL(trust_store_load(store), TRUST_NONE);
    errors = trust_store_errors(store, &count, &further);
    CU_ASSERT_EQUAL_FATAL(count, 1);
    CU_ASSERT_EQUAL(errors[0].system_error, ENOENT);
    trust_store_free(store);
    trust_store_free(NULL);
}

/* A directory with links to these files of tests/certificates under these names. */
static void make_directory(char *directory, const char *const (*links)[2], size_t count)
{
    char link[1024];

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    for (size_t i = 0; i < count; i++) {
        snprintf(link, sizeof(link), "%s/%s", directory, links[i][1]);
        CU_ASSERT_EQUAL_FATAL(symlink(certificates_path(links[i][0]), link), 0);
    }
}

static void remove_directory(const char *directory, const char *const (*links)[2], size_t count)
{
    char link[1024];

    for (size_t i = 0; i < count; i++) {
        snprintf(link, sizeof(link), "%s/%s", directory, links[i][1]);
        CU_ASSERT_EQUAL(unlink(link), 0);
    }
    CU_ASSERT_EQUAL(rmdir(directory), 0);
}

static void a_directory_is_a_store_without_doubles(void)
{
    static const char *const links[][2] = {
        {"store.pem", "bundle.crt"}, {"root.der", "root.der"},   {"root.der", "12345678.0"},
        {"other_root.der", "b.cer"}, {"leaf.der", "readme.txt"},
    };
    enum { COUNT = sizeof(links) / sizeof(links[0]) };
    char directory[] = "/tmp/tlswhy-trust-XXXXXX";
    struct certificate other = certificates_read("other_root");
    struct trust_store *store;

    make_directory(directory, links, COUNT);
    store = trust_store_new(directory);
    CU_ASSERT_PTR_NOT_NULL_FATAL(store);
    CU_ASSERT_EQUAL(trust_store_load(store), TRUST_LOADED);
    CU_ASSERT_EQUAL(trust_store_count(store), 3); /* Root, Old Root, Other Root */
    CU_ASSERT_TRUE(trust_store_contains(store, &other));
    trust_store_free(store);
    remove_directory(directory, links, COUNT);
}

/* Two anchors of one name and key: the one that is valid is preferred. */
static void of_several_the_valid_one_is_found(void)
{
    static const char *const links[][2] = {{"intermediate_expired.der", "a.der"},
                                           {"intermediate.der", "b.der"},
                                           {"other_key.der", "c.der"}};
    enum { COUNT = sizeof(links) / sizeof(links[0]) };
    char directory[] = "/tmp/tlswhy-trust-XXXXXX";
    struct certificate leaf = certificates_read("leaf");
    struct certificate valid = certificates_read("intermediate");
    const struct certificate *issuer;
    struct trust_store *store;

    make_directory(directory, links, COUNT);
    store = trust_store_new(directory);
    CU_ASSERT_PTR_NOT_NULL_FATAL(store);
    issuer = trust_store_find_issuer(store, &leaf, CERTIFICATES_TIME);
    CU_ASSERT_TRUE(issuer != NULL
                   && memcmp(issuer->sha256, valid.sha256, sizeof(valid.sha256)) == 0);
    trust_store_free(store);
    remove_directory(directory, links, COUNT);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a bundle is loaded when it is needed", a_bundle_is_loaded_when_it_is_needed},
        {"what is not in it is not found", what_is_not_in_it_is_not_found},
        {"a single certificate in DER is a store", a_single_certificate_in_der_is_a_store},
        {"errors say where", errors_say_where},
        {"a store that is not there", a_store_that_is_not_there},
        {"a directory is a store without doubles", a_directory_is_a_store_without_doubles},
        {"of several the valid one is found", of_several_the_valid_one_is_found},
        CU_TEST_INFO_NULL,
    };

    return suite_run("trust", tests);
}
