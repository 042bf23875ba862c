/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of servers from one run to the next: what was read is written as it was.
 *
 * The first octet of the input says whether the rest is the file as it is, or gets the length and
 * the digest that make it whole.
 */
#include <string.h>

#include "analyze/certificate_parts.h"
#include "analyze/file.h"
#include "analyze/knowledge_state.h"
#include "tests/fuzz/fuzz.h"

enum { RECORDS_MAX = 64, FILE_MAX = 1 << 16, LENGTH_OFFSET = 16, LENGTH_LEN = 8, HEADER_LEN = 40 };

static struct insight *new_insight(void)
{
    struct insight *insight = insight_new(&(const struct insight_options){.hash_key = {1, 2}});

    must(insight != NULL);
    return insight;
}

static struct knowledge *read(struct bytes state, struct insight *insight)
{
    const struct knowledge_options options = {
        .servers_max = RECORDS_MAX, .names_max = RECORDS_MAX, .clients_max = RECORDS_MAX};
    struct knowledge *knowledge = knowledge_new(&options);
    struct knowledge_state_error error = {0};

    must(knowledge != NULL);
    if (knowledge_state_read(knowledge, insight, state, &error))
        return knowledge;
    must(error.reason != NULL && error.offset <= state.len);
    must(knowledge_counters(knowledge).servers == 0 && knowledge_counters(knowledge).names == 0);
    knowledge_free(knowledge);
    return NULL;
}

/* Written and read again it is the same. */
static void check(struct knowledge *knowledge, struct insight *insight)
{
    struct insight *other = new_insight();
    struct bytes first;
    struct bytes second;
    struct knowledge *again;
    uint64_t left_out;

    must(knowledge_state_write(knowledge, insight, SIZE_MAX, &first, &left_out));
    again = read(first, other);
    must(again != NULL);
    must(knowledge_state_write(again, other, SIZE_MAX, &second, &left_out));
    must(bytes_equal(first, second));
    knowledge_free(again);
    insight_free(other);
    file_free(first);
    file_free(second);
}

static void complete(uint8_t *state, size_t length)
{
    for (size_t i = 0; i < LENGTH_LEN; i++)
        state[LENGTH_OFFSET + i] = (uint8_t)(length >> (8 * (LENGTH_LEN - 1 - i)));
    certificate_sha256(bytes_of(state, length - CERTIFICATE_SHA256_LEN),
                       state + length - CERTIFICATE_SHA256_LEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t state[FILE_MAX];
    struct bytes in = bytes_of(data, size);
    struct knowledge *knowledge;
    struct insight *insight;
    size_t length;
    uint8_t choice;

    if (!bytes_u8(&in, &choice) || in.len > FILE_MAX - CERTIFICATE_SHA256_LEN)
        return 0;
    memcpy(state, in.data, in.len);
    length = in.len;
    if (choice & 1 && in.len >= HEADER_LEN) {
        length += CERTIFICATE_SHA256_LEN;
        complete(state, length);
    }
    insight = new_insight();
    knowledge = read(bytes_of(state, length), insight);
    if (knowledge != NULL)
        check(knowledge, insight);
    knowledge_free(knowledge);
    insight_free(insight);
    return 0;
}
