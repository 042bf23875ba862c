/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/run_summary.h"
#include "tools/tlswhy/stats.h"

static bool is_one_of(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static const struct stats_row *find_row(const char *key)
{
    for (size_t i = 0; i < stats_row_count; i++)
        if (strcmp(stats_rows[i].key, key) == 0)
            return &stats_rows[i];
    return NULL;
}

static bool is_in_summary(const char *key)
{
    const char *name;

    for (size_t i = 0; (name = run_summary_counter(i)) != NULL; i++)
        if (strcmp(name, key) == 0)
            return true;
    return false;
}

/* Live capture reads no files, filters in the kernel, refuses link types when it begins, and makes
 * no verdict wait for the end. */
static void a_summary_counts_nothing_else_than_statistics(void)
{
    static const char *const of_captures[] = {"files",
                                              "files_unreadable",
                                              "files_damaged",
                                              "files_cut_off",
                                              "runs_interrupted",
                                              "filtered_packets",
                                              "link_unsupported_packets",
                                              "judged_early"};
    const size_t count = sizeof(of_captures) / sizeof(of_captures[0]);
    const char *name;

    for (size_t i = 0; (name = run_summary_counter(i)) != NULL; i++) {
        const struct stats_row *row = find_row(name);

        if ((row == NULL) != is_one_of(of_captures, count, name) || (row != NULL && row->is_level))
            printf("\n  %s ", name);
        CU_ASSERT_EQUAL(row == NULL, is_one_of(of_captures, count, name));
        CU_ASSERT_FALSE(row != NULL && row->is_level);
    }
}

/* What a run over captures has no part for, what it tells elsewhere (outcomes, the inventory), and
 * what costs memory or time alone. */
static void statistics_count_nothing_that_a_summary_hides(void)
{
    static const char *const not_in_summary[] = {"early_packets",
                                                 "interface_outages",
                                                 "interface_failed_reads",
                                                 "evicted_done",
                                                 "unordered_first_segments",
                                                 "shed_packets",
                                                 "shed_connections",
                                                 "unjudged_without_tls",
                                                 "unjudged_established",
                                                 "unjudged_handshakes",
                                                 "revised_verdicts",
                                                 "unrevised_verdicts",
                                                 "evicted_certificates",
                                                 "evicted_open_incidents",
                                                 "inventory_left_out",
                                                 "unshared_messages",
                                                 "unverified_signatures",
                                                 "established",
                                                 "incomplete",
                                                 "not_tls",
                                                 "failed"};
    const size_t count = sizeof(not_in_summary) / sizeof(not_in_summary[0]);

    for (size_t i = 0; i < stats_row_count; i++) {
        const struct stats_row *row = &stats_rows[i];

        if (row->is_level)
            continue;
        if (is_in_summary(row->key) == is_one_of(not_in_summary, count, row->key))
            printf("\n  %s ", row->key);
        CU_ASSERT_NOT_EQUAL(is_in_summary(row->key), is_one_of(not_in_summary, count, row->key));
    }
}

/* Those without a metric of their own are the outcomes, which are one metric with a label. */
static void a_metric_is_called_like_its_key(void)
{
    for (size_t i = 0; i < stats_row_count; i++) {
        const struct stats_row *row = &stats_rows[i];
        char metric[64];

        if (row->metric == NULL) {
            CU_ASSERT_TRUE(row->offset >= offsetof(struct stats, tracker.outcomes));
            CU_ASSERT_TRUE(row->offset < offsetof(struct stats, tracker.handshakes));
            continue;
        }
        snprintf(metric, sizeof(metric), "tlswhy_%s%s", row->key, row->is_level ? "" : "_total");
        CU_ASSERT_STRING_EQUAL(row->metric, metric);
    }
}

static void no_key_is_there_twice(void)
{
    for (size_t i = 0; i < stats_row_count; i++)
        CU_ASSERT_PTR_EQUAL(find_row(stats_rows[i].key), &stats_rows[i]);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a summary counts nothing else than statistics",
         a_summary_counts_nothing_else_than_statistics},
        {"statistics count nothing that a summary hides",
         statistics_count_nothing_that_a_summary_hides},
        {"a metric is called like its key", a_metric_is_called_like_its_key},
        {"no key is there twice", no_key_is_there_twice},
        CU_TEST_INFO_NULL,
    };

    return suite_run("stats", tests);
}
