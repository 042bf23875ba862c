/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes libFuzzer look for inputs that cost much: how many edges of the program's control flow
 * an input takes for each of its octets is one more thing that can be new about it.
 *
 * Unlike time, edges are the same on every machine and from run to run. What a library does that
 * is not compiled with the targets is not counted. The input that cost most is written to the
 * file that WORST_INPUT in the environment names.
 */
#include <inttypes.h>
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

enum {
    SIZE_MIN = 64, /* octets: what the first one costs is no cost of each */
    LEVELS_OF_DOUBLING = 8,
    LEVELS = 64 * LEVELS_OF_DOUBLING
};

/* Names that the linker gives: of what libFuzzer calls, and of what the compiler put at each
 * edge. */
int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __wrap___sanitizer_cov_trace_pc(void);

/* libFuzzer takes each that is not zero for a feature of the input; it clears them itself. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t levels[LEVELS];

static struct {
    uint64_t edges;
    uint64_t edges_of_nothing; /* what an empty input takes */
    uint64_t most;             /* of an octet */
} work;

__attribute__((no_sanitize("coverage"))) void __wrap___sanitizer_cov_trace_pc(void)
{
    work.edges++;
}

/* Eight steps from each power of two to the next. */
static unsigned level_of(uint64_t value)
{
    unsigned doublings = 0;

    while (value >> doublings >= 2 * LEVELS_OF_DOUBLING)
        doublings++;
    return (unsigned)(doublings * LEVELS_OF_DOUBLING + (value >> doublings));
}

static void keep_worst(const uint8_t *data, size_t size)
{
    const char *path = getenv("WORST_INPUT");
    FILE *file = path != NULL ? fopen(path, "wb") : NULL;

    fprintf(stderr, "work: %" PRIu64 " edges for each of %zu octets\n", work.most, size);
    if (file == NULL)
        return;
    must(fwrite(data, 1, size, file) == size);
    must(fclose(file) == 0);
}

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t each;
    int result;

    if (work.edges_of_nothing == 0) {
        work.edges = 0;
        (void)__real_LLVMFuzzerTestOneInput(data, 0);
        work.edges_of_nothing = work.edges + 1;
    }
    work.edges = 0;
    result = __real_LLVMFuzzerTestOneInput(data, size);
    each = work.edges > work.edges_of_nothing ? work.edges - work.edges_of_nothing : 0;
    each /= size > SIZE_MIN ? size : SIZE_MIN;
    levels[level_of(each) % LEVELS] = 1;
    if (each > work.most) {
        work.most = each;
        keep_worst(data, size);
    }
    return result;
}
