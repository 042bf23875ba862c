/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/fragment.h"
#include "tests/support/wire.h"

#include <stdlib.h>

#define SECOND INT64_C(1000000000)

enum { DATAGRAM_LEN = 100 };

/* The octets of every datagram here. */
static const uint8_t *pattern(void)
{
    static uint8_t octets[FRAGMENT_DATAGRAM_LEN_MAX];

    for (size_t i = 0; octets[1] == 0 && i < sizeof(octets); i++)
        octets[i] = (uint8_t)(i * 7);
    return octets;
}

/* Add octets [start, end) of datagram id; the last fragment of it ends at length. */
static enum fragment_status add_at(struct fragments *fragments, uint32_t id, int64_t time_ns,
                                   uint32_t start, uint32_t end, uint32_t length,
                                   struct bytes *datagram)
{
    struct fragment fragment = {
        .key = {.id = id, .version = 4, .protocol = 6},
        .time_ns = time_ns,
        .offset = start,
        .more = end < length,
        .protocol = start == 0 ? 6 : 99,
        .data = bytes_of(pattern() + start, end - start),
    };
    uint8_t protocol = 0;
    enum fragment_status status = fragments_add(fragments, &fragment, datagram, &protocol);

    CU_ASSERT_TRUE(status != FRAGMENT_COMPLETE || protocol == 6);
    return status;
}

static enum fragment_status add(struct fragments *fragments, uint32_t start, uint32_t end)
{
    struct bytes datagram;

    return add_at(fragments, 1, 0, start, end, DATAGRAM_LEN, &datagram);
}

static struct fragments *start(void)
{
    struct fragments *fragments = fragments_new();

    CU_ASSERT_PTR_NOT_NULL_FATAL(fragments);
    return fragments;
}

static void any_order_gives_the_datagram(void)
{
    static const uint32_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                          {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const uint32_t cuts[4] = {0, 32, 72, DATAGRAM_LEN};
    struct fragments *fragments = start();

    for (size_t i = 0; i < 6; i++) {
        struct bytes datagram = {0};

        for (size_t k = 0; k < 3; k++) {
            uint32_t part = orders[i][k];

            CU_ASSERT_EQUAL(
                add_at(fragments, 5, 0, cuts[part], cuts[part + 1], DATAGRAM_LEN, &datagram),
                k == 2 ? FRAGMENT_COMPLETE : FRAGMENT_WAITING);
        }
        CU_ASSERT_TRUE(bytes_equal(datagram, bytes_of(pattern(), DATAGRAM_LEN)));
        fragments_release(fragments);
    }
    CU_ASSERT_EQUAL(fragments_counters(fragments)->completed, 6);
    CU_ASSERT_EQUAL(fragments_counters(fragments)->waiting, 0);
    CU_ASSERT_EQUAL(fragments_counters(fragments)->memory, FRAGMENT_DATAGRAM_LEN_MAX);
    CU_ASSERT_EQUAL(fragments_counters(fragments)->dropped, 0);
    fragments_free(fragments);
}

/* Buffers for so many datagrams; the one that waited longest gives way, and is counted. */
static void with_less_memory_fewer_datagrams_wait(void)
{
    static const struct {
        size_t octets;
        uint64_t datagrams;
    } rows[] = {{0, FRAGMENT_DATAGRAMS_MIN},
                {(size_t)10 * FRAGMENT_DATAGRAM_LEN_MAX, 10},
                {SIZE_MAX, FRAGMENT_DATAGRAMS_MAX}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fragments *fragments = start();
        struct bytes datagram;

        fragments_limit(fragments, rows[i].octets);
        for (uint32_t id = 0; id < 2 * FRAGMENT_DATAGRAMS_MAX; id++)
            CU_ASSERT_EQUAL(add_at(fragments, id, 0, 0, 48, DATAGRAM_LEN, &datagram),
                            FRAGMENT_WAITING);
        CU_ASSERT_EQUAL(fragments_counters(fragments)->waiting, rows[i].datagrams);
        CU_ASSERT_EQUAL(fragments_counters(fragments)->memory,
                        rows[i].datagrams * FRAGMENT_DATAGRAM_LEN_MAX);
        CU_ASSERT_EQUAL(fragments_counters(fragments)->dropped,
                        (uint64_t)2 * FRAGMENT_DATAGRAMS_MAX - rows[i].datagrams);
        fragments_free(fragments);
    }
}

static void an_exact_copy_is_ignored(void)
{
    struct fragments *fragments = start();

    CU_ASSERT_EQUAL(add(fragments, 0, 48), FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(add(fragments, 0, 48), FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(add(fragments, 48, DATAGRAM_LEN), FRAGMENT_COMPLETE);
    fragments_free(fragments);
}

static void an_overlap_drops_the_datagram(void)
{
    static const struct {
        uint32_t start;
        uint32_t end;
    } overlaps[] = {{0, 40}, {8, 16}, {40, 56}, {0, 56}};

    for (size_t i = 0; i < sizeof(overlaps) / sizeof(overlaps[0]); i++) {
        struct fragments *fragments = start();

        CU_ASSERT_EQUAL(add(fragments, 0, 48), FRAGMENT_WAITING);
        CU_ASSERT_EQUAL(fragments_counters(fragments)->waiting, 1);
        CU_ASSERT_EQUAL(add(fragments, overlaps[i].start, overlaps[i].end), FRAGMENT_DROPPED);
        CU_ASSERT_EQUAL(fragments_counters(fragments)->waiting, 0);
        CU_ASSERT_EQUAL(add(fragments, 48, DATAGRAM_LEN), FRAGMENT_DROPPED);
        CU_ASSERT_EQUAL(add(fragments, 0, 48), FRAGMENT_DROPPED);
        CU_ASSERT_EQUAL(fragments_counters(fragments)->dropped, 4);
        fragments_free(fragments);
    }
}

static void a_copy_with_other_octets_is_an_overlap(void)
{
    struct fragments *fragments = start();
    struct fragment fragment = {
        .key = {.id = 1, .version = 4, .protocol = 6},
        .more = true,
        .data = bytes_of(pattern() + 8, 48),
    };
    struct bytes datagram;
    uint8_t protocol;

    CU_ASSERT_EQUAL(add(fragments, 0, 48), FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(fragments_add(fragments, &fragment, &datagram, &protocol), FRAGMENT_DROPPED);
    fragments_free(fragments);
}

/* The same octets again, but now as the last ones: one of the two lies. */
static void a_copy_that_ends_the_datagram_is_an_overlap(void)
{
    struct fragments *fragments = start();
    struct bytes datagram;

    CU_ASSERT_EQUAL(add(fragments, 0, 48), FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(add_at(fragments, 1, 0, 0, 48, 48, &datagram), FRAGMENT_DROPPED);
    CU_ASSERT_EQUAL(add(fragments, 48, DATAGRAM_LEN), FRAGMENT_DROPPED);
    fragments_free(fragments);
}

static void fragments_that_disagree_on_the_end_are_dropped(void)
{
    struct fragments *fragments = start();
    struct bytes datagram;

    CU_ASSERT_EQUAL(add_at(fragments, 1, 0, 64, 80, 80, &datagram), FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(add_at(fragments, 1, 0, 80, 96, 96, &datagram), FRAGMENT_DROPPED);
    CU_ASSERT_EQUAL(add_at(fragments, 2, 0, 64, 80, 80, &datagram), FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(add_at(fragments, 2, 0, 80, 96, 104, &datagram), FRAGMENT_DROPPED);
    CU_ASSERT_EQUAL(add_at(fragments, 3, 0, 64, 80, 104, &datagram), FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(add_at(fragments, 3, 0, 40, 56, 56, &datagram), FRAGMENT_DROPPED);
    fragments_free(fragments);
}

static void impossible_fragments_are_dropped(void)
{
    struct fragments *fragments = start();
    struct bytes datagram;

    CU_ASSERT_EQUAL(add(fragments, 0, 0), FRAGMENT_DROPPED);
    CU_ASSERT_EQUAL(add(fragments, 0, 47), FRAGMENT_DROPPED); /* not in eights */
    CU_ASSERT_EQUAL(add_at(fragments, 1, 0, 65528, 65535, 65535, &datagram), FRAGMENT_WAITING);
    {
        struct fragment beyond = {
            .key = {.id = 2, .version = 4}, .offset = 65528, .data = bytes_of(pattern(), 8)};
        uint8_t protocol;

        CU_ASSERT_EQUAL(fragments_add(fragments, &beyond, &datagram, &protocol), FRAGMENT_DROPPED);
    }
    fragments_free(fragments);
}

static void too_many_parts_drop_the_datagram(void)
{
    struct fragments *fragments = start();
    struct bytes datagram;
    uint32_t length = 8 * (FRAGMENT_PARTS_MAX + 2);

    for (uint32_t i = 0; i < FRAGMENT_PARTS_MAX; i++)
        CU_ASSERT_EQUAL(add_at(fragments, 1, 0, 8 * i, 8 * i + 8, length, &datagram),
                        FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(add_at(fragments, 1, 0, length - 8, length, length, &datagram),
                    FRAGMENT_DROPPED);
    fragments_free(fragments);
}

static void old_fragments_time_out(void)
{
    struct fragments *fragments = start();
    int64_t late = (FRAGMENT_TIMEOUT_S + 1) * SECOND;
    struct bytes datagram;

    CU_ASSERT_EQUAL(add_at(fragments, 1, 0, 0, 48, DATAGRAM_LEN, &datagram), FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(add_at(fragments, 1, late, 48, DATAGRAM_LEN, DATAGRAM_LEN, &datagram),
                    FRAGMENT_WAITING);
    CU_ASSERT_EQUAL(fragments_counters(fragments)->dropped, 1);
    CU_ASSERT_EQUAL(add_at(fragments, 1, late, 0, 48, DATAGRAM_LEN, &datagram), FRAGMENT_COMPLETE);
    fragments_free(fragments);
}

static void the_datagram_idle_for_longest_gives_way(void)
{
    struct fragments *fragments = start();
    struct bytes datagram;

    for (uint32_t id = 0; id < FRAGMENT_DATAGRAMS_MAX; id++)
        (void)add_at(fragments, id, 0, 0, 48, DATAGRAM_LEN, &datagram);
    (void)add_at(fragments, 0, 0, 48, 56, DATAGRAM_LEN, &datagram);
    CU_ASSERT_EQUAL(fragments_counters(fragments)->dropped, 0);
    (void)add_at(fragments, 9999, 0, 0, 48, DATAGRAM_LEN, &datagram);
    CU_ASSERT_EQUAL(fragments_counters(fragments)->dropped, 1); /* datagram 1 */
    CU_ASSERT_EQUAL(add_at(fragments, 0, 0, 56, DATAGRAM_LEN, DATAGRAM_LEN, &datagram),
                    FRAGMENT_COMPLETE);
    CU_ASSERT_EQUAL(add_at(fragments, 2, 0, 48, DATAGRAM_LEN, DATAGRAM_LEN, &datagram),
                    FRAGMENT_COMPLETE);
    CU_ASSERT_EQUAL(add_at(fragments, 1, 0, 48, DATAGRAM_LEN, DATAGRAM_LEN, &datagram),
                    FRAGMENT_WAITING);
    fragments_free(fragments);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"any order gives the datagram", any_order_gives_the_datagram},
        {"with less memory fewer datagrams wait", with_less_memory_fewer_datagrams_wait},
        {"an exact copy is ignored", an_exact_copy_is_ignored},
        {"an overlap drops the datagram", an_overlap_drops_the_datagram},
        {"a copy with other octets is an overlap", a_copy_with_other_octets_is_an_overlap},
        {"a copy that ends the datagram is an overlap",
         a_copy_that_ends_the_datagram_is_an_overlap},
        {"fragments that disagree on the end are dropped",
         fragments_that_disagree_on_the_end_are_dropped},
        {"impossible fragments are dropped", impossible_fragments_are_dropped},
        {"too many parts drop the datagram", too_many_parts_drop_the_datagram},
        {"old fragments time out", old_fragments_time_out},
        {"the datagram idle for longest gives way", the_datagram_idle_for_longest_gives_way},
        CU_TEST_INFO_NULL,
    };

    return suite_run("fragment", tests);
}
