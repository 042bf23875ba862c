/* SPDX-License-Identifier: GPL-2.0-or-later */
/* written.h -- the event of a sample, written and read again, for tests. */
#ifndef TLSWHY_TESTS_WRITTEN_H
#define TLSWHY_TESTS_WRITTEN_H

#include <cjson/cJSON.h>

#include "analyze/event.h"
#include "tests/support/sample.h"

/* One sample and what became of it. */
struct written {
    struct sample sample;
    struct event_writer *writer;
    struct bytes line;
    cJSON *event;
};

/* Start with a sample that is all zero, for the test to fill. */
void written_begin(struct written *written);

/* Write the sample, check what holds for every line, and parse it. */
void written_write(struct written *written);
void written_end(struct written *written);

/* The value at a path such as "tls.client.server_name" or "tlswhy.evidence.0.fact"; NULL: none. */
const cJSON *written_at(const struct written *written, const char *path);

/* The value at the path is this text. */
void written_check_text(const struct written *written, const char *path, const char *expected);

#endif
