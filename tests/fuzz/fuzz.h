/* SPDX-License-Identifier: GPL-2.0-or-later */

/* fuzz.h -- what the fuzz targets share. */
#ifndef TLSWHY_TESTS_FUZZ_FUZZ_H
#define TLSWHY_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "dissect/bytes.h"

/* The entry point that libFuzzer and replay.c call: run the code under test on one input.
 * Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Something that must hold whatever the input is: a finding if it does not. */
static inline void must(bool holds)
{
    if (!holds)
        abort();
}

/* Read every octet of a view, so that one that reaches outside the input is a finding. */
static inline void touch(struct bytes view)
{
    volatile uint8_t sink = 0;

    for (size_t i = 0; i < view.len; i++)
        sink = sink ^ view.data[i];
}

#endif
