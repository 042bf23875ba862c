/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of servers from one run to the next: what was read is written as it was, and more is
 * learned.
 *
 * The first octet of the input says whether the rest is the file as it is, or gets the version, the
 * length and the digest that make it whole.
 */
#include <string.h>

#include "analyze/big_endian.h"
#include "analyze/certificate_parts.h"
#include "analyze/file.h"
#include "analyze/knowledge_state.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/story_opening.h"

enum {
    RECORDS_MAX = 64,
    FILE_MAX = 1 << 16,
    VERSION_OFFSET = 12,
    LENGTH_OFFSET = 16,
    HEADER_LEN = 40
};

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

static void tell_established(struct story *story)
{
    story_begin_flight_1_2(story);
    story_finish_1_2(story);
}

static void tell_refused_flight(struct story *story)
{
    story_begin_flight_1_2(story);
    story_fatal(story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
}

static void tell_refused_hello(struct story *story)
{
    story_begin_hello(story);
    story_fatal(story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
}

/* Connections whose server, name and client the corpus knows. */
static void learn(struct knowledge *knowledge, struct insight *insight)
{
    void (*const stories[])(struct story *) = {tell_established, tell_refused_flight,
                                               tell_refused_hello};

    for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
        struct known known;
        struct lesson lesson;
        struct story story;

        stories[i](&story);
        (void)story_facts(&story);
        knowledge_find(knowledge, &story.facts, &known);
        insight_apply(insight, &story.facts);
        lesson = story_learn(knowledge, &story.facts);
        if (lesson.unexamined != NULL)
            knowledge_learn_issuer(knowledge, lesson.unexamined, &story.facts);
        insight_learn(insight, &story.facts);
    }
}

static void complete(uint8_t *state, size_t length)
{
    big_endian_put(state + LENGTH_OFFSET, length);
    memset(state + VERSION_OFFSET, 0, LENGTH_OFFSET - VERSION_OFFSET);
    state[LENGTH_OFFSET - 1] = KNOWLEDGE_STATE_VERSION;
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
    if (knowledge != NULL) {
        check(knowledge, insight);
        learn(knowledge, insight);
        check(knowledge, insight);
    }
    knowledge_free(knowledge);
    insight_free(insight);
    return 0;
}
