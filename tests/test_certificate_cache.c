/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/certificate_cache.h"
#include "tests/support/certificates.h"
#include "tests/support/wire.h"

static struct certificate_cache *cache;

static void begin(size_t entries, size_t octets)
{
    struct certificate_cache_limits limits = {.entries = entries, .octets = octets};

    cache = certificate_cache_new(&limits);
    CU_ASSERT_PTR_NOT_NULL_FATAL(cache);
}

static void end(void)
{
    certificate_cache_free(cache);
}

/* A different certificate for each number: the leaf with another last octet of its signature. */
static const struct certificate *get_variant(uint32_t number)
{
    static uint8_t octets[2048];
    static struct bytes leaf;

    if (leaf.len == 0)
        leaf = certificates_der("leaf");
    memcpy(octets, leaf.data, leaf.len);
    memcpy(octets + leaf.len - sizeof(number), &number, sizeof(number));
    return certificate_cache_get(cache, bytes_of(octets, leaf.len));
}

static void a_certificate_is_read_once(void)
{
    const struct certificate *first;
    struct certificate_cache_stats stats;

    begin(0, 0);
    first = get_variant(1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT_STRING_EQUAL(first->common_name, "www.example.test");
    CU_ASSERT_PTR_EQUAL(get_variant(1), first);
    CU_ASSERT_PTR_NOT_EQUAL(get_variant(2), first);
    stats = certificate_cache_stats(cache);
    CU_ASSERT_EQUAL(stats.reads, 2);
    CU_ASSERT_EQUAL(stats.hits, 1);
    CU_ASSERT_EQUAL(stats.entries, 2);
    CU_ASSERT_EQUAL(stats.unreadable, 0);
    end();
}

static void the_one_not_used_for_longest_makes_room(void)
{
    const struct certificate *kept;

    begin(1, 0); /* taken for the minimum */
    for (uint32_t i = 0; i < CERTIFICATE_CACHE_ENTRIES_MIN; i++)
        (void)get_variant(i);
    CU_ASSERT_EQUAL(certificate_cache_stats(cache).evictions, 0);
    kept = get_variant(0); /* used: number 1 is the oldest now */
    (void)get_variant(1000);
    CU_ASSERT_EQUAL(certificate_cache_stats(cache).evictions, 1);
    CU_ASSERT_EQUAL(certificate_cache_stats(cache).entries, CERTIFICATE_CACHE_ENTRIES_MIN);
    CU_ASSERT_PTR_EQUAL(get_variant(0), kept);
    CU_ASSERT_EQUAL(certificate_cache_stats(cache).reads, CERTIFICATE_CACHE_ENTRIES_MIN + 1);
    (void)get_variant(1);
    CU_ASSERT_EQUAL(certificate_cache_stats(cache).reads, CERTIFICATE_CACHE_ENTRIES_MIN + 2);
    end();
}

static void octets_are_bounded_too(void)
{
    static uint8_t junk[CERTIFICATE_DER_MAX];
    struct certificate_cache_stats stats;

    begin(0, CERTIFICATE_CACHE_OCTETS_MIN);
    for (uint8_t i = 0; i < 20; i++) {
        junk[0] = i;
        CU_ASSERT_PTR_NOT_NULL(certificate_cache_get(cache, bytes_of(junk, sizeof(junk))));
        CU_ASSERT_TRUE(certificate_cache_stats(cache).octets <= CERTIFICATE_CACHE_OCTETS_MIN);
    }
    stats = certificate_cache_stats(cache);
    CU_ASSERT_EQUAL(stats.unreadable, 20);
    CU_ASSERT_EQUAL(stats.evictions + stats.entries, 20);
    CU_ASSERT_TRUE(stats.evictions > 0);
    end();
}

static void certificates_that_end_alike_are_told_apart(void)
{
    uint8_t octets[2][100] = {{1}, {2}};
    const struct certificate *first[2];

    begin(0, 0);
    for (size_t i = 0; i < 2; i++)
        first[i] = certificate_cache_get(cache, bytes_of(octets[i], sizeof(octets[i])));
    CU_ASSERT_PTR_NOT_EQUAL(first[0], first[1]);
    for (size_t i = 0; i < 6; i++)
        CU_ASSERT_PTR_EQUAL(
            certificate_cache_get(cache, bytes_of(octets[i % 2], sizeof(octets[0]))), first[i % 2]);
    CU_ASSERT_EQUAL(certificate_cache_stats(cache).reads, 2);
    CU_ASSERT_EQUAL(certificate_cache_stats(cache).hits, 6);
    end();
}

static void nothing_and_too_much_are_refused(void)
{
    static uint8_t junk[CERTIFICATE_DER_MAX + 1];

    begin(0, 0);
    CU_ASSERT_PTR_NULL(certificate_cache_get(cache, (struct bytes){0}));
    CU_ASSERT_PTR_NULL(certificate_cache_get(cache, bytes_of(junk, sizeof(junk))));
    CU_ASSERT_EQUAL(certificate_cache_stats(cache).entries, 0);
    end();
}

static void an_issuer_seen_before_is_found(void)
{
    const struct certificate *leaf;
    const struct certificate *intermediate;

    begin(0, 0);
    leaf = certificate_cache_get(cache, certificates_der("leaf"));
    CU_ASSERT_PTR_NULL(certificate_cache_find_issuer(cache, leaf));
    (void)certificate_cache_get(cache, certificates_der("other_key"));
    CU_ASSERT_PTR_NULL(certificate_cache_find_issuer(cache, leaf));
    intermediate = certificate_cache_get(cache, certificates_der("intermediate"));
    CU_ASSERT_PTR_EQUAL(certificate_cache_find_issuer(cache, leaf), intermediate);
    /* A certificate is not the issuer that another connection would have to show. */
    leaf = certificate_cache_get(cache, certificates_der("self_signed"));
    CU_ASSERT_PTR_NULL(certificate_cache_find_issuer(cache, leaf));
    end();
}

static void no_cache_is_freed(void)
{
    certificate_cache_free(NULL);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a certificate is read once", a_certificate_is_read_once},
        {"the one not used for longest makes room", the_one_not_used_for_longest_makes_room},
        {"octets are bounded too", octets_are_bounded_too},
        {"certificates that end alike are told apart", certificates_that_end_alike_are_told_apart},
        {"nothing and too much are refused", nothing_and_too_much_are_refused},
        {"an issuer seen before is found", an_issuer_seen_before_is_found},
        {"no cache is freed", no_cache_is_freed},
        CU_TEST_INFO_NULL,
    };

    return suite_run("certificate_cache", tests);
}
