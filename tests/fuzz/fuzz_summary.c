/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Summaries of runs: what is taken from one is written again as one that is its own sum. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "tools/tlswhy/summary_reader.h"

struct written {
    char *octets;
    size_t length;
};

/* Read a summary, and write the sum of it alone. False: it is none. */
static bool sum_of(struct bytes line, struct written *out)
{
    const struct tally_limits unlimited = {.rows_max = SIZE_MAX, .memory_max = SIZE_MAX};
    struct run_summary sum;
    FILE *file = open_memstream(&out->octets, &out->length);
    bool is_read;

    must(file != NULL && run_summary_begin(&sum, &unlimited));
    is_read = summary_read(line, &sum) == NULL;
    if (is_read)
        must(run_summary_write(&sum, file) == RUN_SUMMARY_WRITTEN);
    run_summary_release(&sum);
    must(fclose(file) == 0);
    return is_read;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct written once = {0};
    struct written again = {0};

    if (sum_of(bytes_of(data, size), &once)) {
        must(once.length > 0 && once.octets[once.length - 1] == '\n');
        must(sum_of(bytes_of(once.octets, once.length - 1), &again));
        must(again.length == once.length && memcmp(again.octets, once.octets, once.length) == 0);
    }
    free(once.octets);
    free(again.octets);
    return 0;
}
