/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample.h -- a verdict made by hand, for the tests of what is written about verdicts. */
#ifndef TLSWHY_TESTS_SUPPORT_SAMPLE_H
#define TLSWHY_TESTS_SUPPORT_SAMPLE_H

#include "analyze/verdict.h"

/* 2024-05-01 10:00:00.123456789 UTC, when a sample's first packet was seen. */
#define SAMPLE_START_NS INT64_C(1714557600123456789)

/* Everything that a verdict borrows. It points into itself: never copy it. */
struct sample {
    struct connection connection;
    struct handshake handshake;
    struct note notes[1];
    struct facts facts;
    struct verdict verdict;
    uint8_t random[TLS_RANDOM_LENGTH];
};

/* A cause that no rule knows. */
extern const struct cause sample_cause;

/* 192.0.2.10:50000 -> 198.51.100.7:443, which offers TLS 1.3 and 1.2 to www.example.org and is
 * refused by the server with handshake_failure(40) in packet 6, 12 ms after the first packet. */
void sample_failed(struct sample *sample);

/* The same, established with TLS 1.3. */
void sample_established(struct sample *sample);

/* The same, of which the capture lacks something. */
void sample_incomplete(struct sample *sample);

#endif
