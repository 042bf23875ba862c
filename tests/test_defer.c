/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/defer.h"

#include <stdlib.h>

#include "tests/support/wire.h"

enum { TRANSCRIPT = 1000 };

/* A connection whose parts are all told apart by one number. */
struct sample {
    struct connection connection;
    struct handshake handshake;
    struct prelude_text prelude;
    uint8_t transcript[TRANSCRIPT];
    struct observation observation;
};

static void sample_make(struct sample *sample, uint8_t number, int64_t first_ns)
{
    *sample = (struct sample){
        .connection = {.first = {.time_ns = first_ns, .packet = number}, .user = sample},
        .prelude = {.length = number},
        .observation = {.capture_end_ns = number},
    };
    memset(sample->transcript, number, sizeof(sample->transcript));
    sample->handshake.transcript = sample->transcript;
    sample->handshake.transcript_length = TRANSCRIPT;
    sample->handshake.prelude[SIDE_SERVER] = &sample->prelude;
    sample->observation.connection = &sample->connection;
    sample->observation.handshake = &sample->handshake;
}

static const struct defer_note undecided = {.past = {.established = 9}};
static const struct defer_note for_order = {.for_order = true};

static bool keep_as(struct defer *defer, uint8_t number, int64_t first_ns,
                    const struct defer_note *note)
{
    struct sample *sample = malloc(sizeof(*sample));
    bool is_kept;

    if (sample == NULL)
        abort();
    sample_make(sample, number, first_ns);
    is_kept = defer_keep(defer, &sample->observation, note);
    free(sample);
    return is_kept;
}

static bool keep(struct defer *defer, uint8_t number, int64_t first_ns)
{
    return keep_as(defer, number, first_ns, &undecided);
}

static void a_copy_owes_nothing_to_the_original(void)
{
    struct defer *defer = defer_new(1 << 20);
    struct deferred *deferred;
    const struct handshake *handshake;

    CU_ASSERT_TRUE(keep(defer, 7, 100));
    deferred = defer_take_all(defer);
    CU_ASSERT_PTR_NOT_NULL_FATAL(deferred);
    handshake = deferred->observation.handshake;
    CU_ASSERT_EQUAL(deferred->observation.connection->first.packet, 7);
    CU_ASSERT_PTR_NULL(deferred->observation.connection->user);
    CU_ASSERT_EQUAL(deferred->note.past.established, 9);
    CU_ASSERT_EQUAL(handshake->transcript_length, TRANSCRIPT);
    CU_ASSERT_EQUAL(handshake->transcript[0], 7);
    CU_ASSERT_EQUAL(handshake->transcript[TRANSCRIPT - 1], 7);
    CU_ASSERT_PTR_NULL(handshake->prelude[SIDE_CLIENT]);
    CU_ASSERT_EQUAL(handshake->prelude[SIDE_SERVER]->length, 7);
    CU_ASSERT_PTR_NULL(deferred->next);
    deferred_free(deferred);
    CU_ASSERT_PTR_NULL(defer_take_all(defer));
    defer_free(defer);
}

/* What one message had in common with other handshakes, the copy has alone. */
static void a_body_that_was_shared_is_copied(void)
{
    static const uint8_t octets[1000] = {[0] = 1, [999] = 2};
    struct defer *defer = defer_new(1 << 20);
    struct body_table *bodies = body_table_new(1 << 20);
    struct sample *sample = malloc(sizeof(*sample));
    struct note notes[] = {
        {.offset = 0, .length = 10},
        {.offset = NOTE_SHARED, .length = sizeof(octets)},
        {.offset = NOTE_NOT_KEPT},
    };
    const struct handshake *handshake;
    struct deferred *deferred;
    struct bytes body;

    CU_ASSERT_PTR_NOT_NULL_FATAL(sample);
    sample_make(sample, 7, 0);
    sample->handshake.notes = notes;
    sample->handshake.note_count = sizeof(notes) / sizeof(notes[0]);
    sample->handshake.shared = body_table_hold(bodies, bytes_of(octets, sizeof(octets)));
    CU_ASSERT_TRUE(defer_keep(defer, &sample->observation, &undecided));
    body_table_release(bodies, sample->handshake.shared);
    body_table_free(bodies);
    free(sample);

    deferred = defer_take_all(defer);
    CU_ASSERT_PTR_NOT_NULL_FATAL(deferred);
    handshake = deferred->observation.handshake;
    CU_ASSERT_EQUAL(notes[1].offset, NOTE_SHARED); /* the original stays */
    body = handshake_body(handshake, &handshake->notes[1]);
    CU_ASSERT_TRUE(bytes_equal(body, bytes_of(octets, sizeof(octets))));
    body = handshake_body(handshake, &handshake->notes[0]);
    CU_ASSERT_EQUAL(body.len, 10);
    CU_ASSERT_EQUAL(body.data[9], 7);
    CU_ASSERT_PTR_NULL(handshake_body(handshake, &handshake->notes[2]).data);
    deferred_free(deferred);
    defer_free(defer);
}

static void all_come_in_the_order_of_their_first_packets(void)
{
    enum { COUNT = 200 };
    struct defer *defer = defer_new(4 << 20);
    struct deferred *deferred;
    int64_t last = -1;
    int count = 0;

    for (int i = 0; i < COUNT; i++)
        CU_ASSERT_TRUE(keep(defer, (uint8_t)i, (i * 37) % COUNT));
    CU_ASSERT_EQUAL(defer_counters(defer).waiting, COUNT);
    deferred = defer_take_all(defer);
    while (deferred != NULL) {
        struct deferred *next = deferred->next;

        CU_ASSERT_TRUE(deferred->observation.connection->first.time_ns > last);
        last = deferred->observation.connection->first.time_ns;
        count++;
        deferred_free(deferred);
        deferred = next;
    }
    CU_ASSERT_EQUAL(count, COUNT);
    CU_ASSERT_EQUAL(defer_counters(defer).memory, 0);
    defer_free(defer);
}

static void the_one_that_waited_longest_makes_room(void)
{
    struct defer *defer = defer_new(32 << 10);
    struct sample *sample = malloc(sizeof(*sample));
    struct deferred *early;
    uint8_t kept = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(sample);
    while (keep(defer, kept, kept))
        kept++;
    CU_ASSERT_TRUE(kept > 2);
    CU_ASSERT_TRUE(defer_counters(defer).memory <= 32 << 10);
    sample_make(sample, kept, kept);
    early = defer_make_room(defer, &sample->observation, &undecided);
    CU_ASSERT_PTR_NOT_NULL_FATAL(early);
    CU_ASSERT_EQUAL(early->observation.connection->first.packet, 0);
    deferred_free(early);
    CU_ASSERT_PTR_NULL(defer_make_room(defer, &sample->observation, &undecided));
    CU_ASSERT_TRUE(keep(defer, kept, kept));
    CU_ASSERT_EQUAL(defer_counters(defer).early, 1);
    CU_ASSERT_EQUAL(defer_counters(defer).waiting, kept);
    free(sample);
    defer_free(defer);
}

static void what_waits_for_its_order_makes_room_first(void)
{
    struct defer *defer = defer_new(32 << 10);
    struct sample *sample = malloc(sizeof(*sample));
    struct deferred *early;
    uint8_t kept = 2;

    CU_ASSERT_PTR_NOT_NULL_FATAL(sample);
    CU_ASSERT_TRUE(keep(defer, 0, 0));
    CU_ASSERT_TRUE(keep_as(defer, 1, 1, &for_order));
    while (keep(defer, kept, kept))
        kept++;
    sample_make(sample, kept, kept);
    early = defer_make_room(defer, &sample->observation, &undecided);
    CU_ASSERT_PTR_NOT_NULL_FATAL(early);
    CU_ASSERT_EQUAL(early->observation.connection->first.packet, 1);
    deferred_free(early);
    CU_ASSERT_EQUAL(defer_counters(defer).early, 0);
    CU_ASSERT_TRUE(keep(defer, kept, kept));
    CU_ASSERT_PTR_NULL(defer_make_room(defer, &sample->observation, &for_order));
    CU_ASSERT_FALSE(keep_as(defer, kept, kept, &for_order)); /* it drives out nobody */
    early = defer_make_room(defer, &sample->observation, &undecided);
    CU_ASSERT_PTR_NOT_NULL_FATAL(early);
    CU_ASSERT_EQUAL(early->observation.connection->first.packet, 0);
    deferred_free(early);
    free(sample);
    defer_free(defer);
}

static void too_many_that_wait_for_their_order_wait_no_more(void)
{
    struct defer *defer = defer_new(32 << 10);
    struct sample *sample = malloc(sizeof(*sample));
    struct deferred *early;
    uint8_t kept = 0;
    uint8_t out = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(sample);
    while (keep_as(defer, kept, kept, &for_order))
        kept++;
    sample_make(sample, kept, kept);
    while ((early = defer_make_room(defer, &sample->observation, &for_order)) != NULL) {
        CU_ASSERT_EQUAL(early->observation.connection->first.packet, out++);
        deferred_free(early);
    }
    CU_ASSERT_TRUE(kept > 2);
    CU_ASSERT_EQUAL(out, kept);
    CU_ASSERT_FALSE(keep_as(defer, kept, kept, &for_order));
    CU_ASSERT_TRUE(keep(defer, kept, kept));
    free(sample);
    defer_free(defer);
}

static void what_never_fits_evicts_nobody(void)
{
    struct defer *defer = defer_new(8 << 10);
    struct sample *sample = malloc(sizeof(*sample));

    CU_ASSERT_PTR_NOT_NULL_FATAL(sample);
    CU_ASSERT_TRUE(keep(defer, 1, 1));
    sample_make(sample, 2, 2);
    sample->handshake.transcript_length = 64 << 10; /* not looked at: it does not fit */
    CU_ASSERT_PTR_NULL(defer_make_room(defer, &sample->observation, &undecided));
    CU_ASSERT_FALSE(defer_keep(defer, &sample->observation, &(struct defer_note){0}));
    CU_ASSERT_EQUAL(defer_counters(defer).waiting, 1);
    free(sample);
    defer_free(defer);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a copy owes nothing to the original", a_copy_owes_nothing_to_the_original},
        {"a body that was shared is copied", a_body_that_was_shared_is_copied},
        {"all come in the order of their first packets",
         all_come_in_the_order_of_their_first_packets},
        {"the one that waited longest makes room", the_one_that_waited_longest_makes_room},
        {"what waits for its order makes room first", what_waits_for_its_order_makes_room_first},
        {"too many that wait for their order wait no more",
         too_many_that_wait_for_their_order_wait_no_more},
        {"what never fits evicts nobody", what_never_fits_evicts_nobody},
        CU_TEST_INFO_NULL,
    };

    return suite_run("defer", tests);
}
