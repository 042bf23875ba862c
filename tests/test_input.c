/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why an input that is compressed cannot be read. */
#include <string.h>

#include "capture/input.h"
#include "tests/support/suite.h"
#include "tlswhy_config.h"

/* So many more are granted; below 0: all. The linker has all calls come here. */
static int allocations_left = -1;

static bool is_granted(void)
{
    if (allocations_left > 0)
        allocations_left--;
    else if (allocations_left == 0)
        return false;
    return true;
}

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_malloc(size_t size)
{
    return is_granted() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_granted() ? __real_calloc(count, size) : NULL;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static const struct {
    struct bytes begin;
    bool is_built_in;
    const char *refusal;
} compressions[] = {
    {{(const uint8_t *)"\x1f\x8b\x08", 3},
     HAVE_ZLIB,
     "compressed with gzip, which this build does not read: decompress it first"},
    {{(const uint8_t *)"\x28\xb5\x2f\xfd", 4},
     HAVE_ZSTD,
     "compressed with Zstandard, which this build does not read: decompress it first"},
    {{(const uint8_t *)"\x04\x22\x4d\x18", 4},
     false,
     "compressed with LZ4, which is not read: decompress it first"},
};

enum { COMPRESSIONS = sizeof(compressions) / sizeof(compressions[0]) };

static void what_is_not_read_is_told(void)
{
    for (size_t i = 0; i < COMPRESSIONS; i++) {
        char error[INPUT_ERROR_MAX] = "";
        struct input *input = input_of_bytes(compressions[i].begin, error);

        CU_ASSERT_EQUAL(input != NULL, compressions[i].is_built_in);
        CU_ASSERT_STRING_EQUAL(error, input != NULL ? "" : compressions[i].refusal);
        input_close(input);
    }
}

/* That decompressing would not help is not said of a file that is read. */
static void a_lack_of_memory_is_told_as_one(void)
{
    enum { ALLOCATIONS = 3 }; /* the input, its buffer, and the decompressor */

    for (size_t i = 0; i < COMPRESSIONS; i++) {
        for (int granted = 0; granted < ALLOCATIONS && compressions[i].is_built_in; granted++) {
            char error[INPUT_ERROR_MAX] = "";
            struct input *input;

            allocations_left = granted;
            input = input_of_bytes(compressions[i].begin, error);
            allocations_left = -1;
            CU_ASSERT_PTR_NULL(input);
            CU_ASSERT_STRING_EQUAL(error, "out of memory");
            input_close(input);
        }
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what is not read is told", what_is_not_read_is_told},
        {"a lack of memory is told as one", a_lack_of_memory_is_told_as_one},
        CU_TEST_INFO_NULL,
    };

    return suite_run("input", tests);
}
