/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "capture/stream.h"
#include "tests/support/reference.h"
#include "tests/support/suite.h"

/* What a stream tells, as text: "abc" is data, [5m] a gap of 5 missed octets (c: cut,
 * d: dropped). */
struct tape {
    struct stream stream;
    struct stream_budget budget;
    char text[4096];
    size_t length;
    uint64_t packets;
    bool tells_arrival; /* write "abc@5" for data that packet 5 ACKed early */
};

static void tape_write(struct tape *tape, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void tape_write(struct tape *tape, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    tape->length += (size_t)vsnprintf(tape->text + tape->length, sizeof(tape->text) - tape->length,
                                      format, arguments);
    va_end(arguments);
}

static bool tape_data(void *context, struct bytes data, struct moment at)
{
    struct tape *tape = context;

    (void)at;
    tape_write(tape, "%.*s", (int)data.len, (const char *)data.data);
    if (tape->tells_arrival)
        tape_write(tape, "@%llu ", (unsigned long long)stream_arrived_by(&tape->stream));
    return true;
}

static bool tape_gap(void *context, uint64_t missing, enum stream_gap why, struct moment at)
{
    (void)at;
    tape_write(context, "[%llu%c]", (unsigned long long)missing, "mcd"[why]);
    return true;
}

static struct stream_sink sink_of(struct tape *tape)
{
    return (struct stream_sink){.context = tape, .data = tape_data, .gap = tape_gap};
}

static void begin(struct tape *tape)
{
    *tape = (struct tape){.budget = {.max = 1 << 20}};
    stream_init(&tape->stream);
}

static struct moment packet(struct tape *tape)
{
    tape->packets++;
    return (struct moment){.time_ns = (int64_t)tape->packets * 1000, .packet = tape->packets};
}

static void push_cut(struct tape *tape, int64_t start, const char *octets, uint32_t length)
{
    struct stream_sink sink = sink_of(tape);
    struct bytes captured = bytes_of(octets, strlen(octets));

    CU_ASSERT_TRUE(
        stream_push(&tape->stream, &sink, &tape->budget, start, captured, length, packet(tape)));
}

static void push(struct tape *tape, int64_t start, const char *octets)
{
    push_cut(tape, start, octets, (uint32_t)strlen(octets));
}

static void expire(struct tape *tape, uint32_t packets, int64_t time_ns)
{
    struct stream_sink sink = sink_of(tape);
    struct moment at = {.time_ns = time_ns, .packet = packets};

    CU_ASSERT_TRUE(stream_expire(&tape->stream, &sink, &tape->budget, packets, at));
}

static void finish(struct tape *tape, bool one_sided)
{
    struct stream_sink sink = sink_of(tape);

    CU_ASSERT_TRUE(stream_finish(&tape->stream, &sink, &tape->budget, one_sided, packet(tape)));
    stream_clear(&tape->stream, &tape->budget);
    CU_ASSERT_EQUAL(tape->budget.used, 0);
    CU_ASSERT_EQUAL(tape->budget.early_acks, 0);
}

static void octets_in_order_are_not_held(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 0, "ab");
    push(&tape, 2, "cd");
    CU_ASSERT_EQUAL(tape.budget.used, 0);
    CU_ASSERT_STRING_EQUAL(tape.text, "abcd");
    finish(&tape, false);
}

static void octets_out_of_order_wait_for_their_turn(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 4, "ef");
    push(&tape, 2, "cd");
    CU_ASSERT_STRING_EQUAL(tape.text, "");
    CU_ASSERT_EQUAL(tape.stream.held_octets, 4);
    push(&tape, 0, "ab");
    CU_ASSERT_STRING_EQUAL(tape.text, "abcdef");
    finish(&tape, false);
}

static void the_first_copy_wins_and_differences_are_counted(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 2, "CD");
    push(&tape, 1, "bxxe"); /* overlaps the held octets on both sides */
    CU_ASSERT_EQUAL(tape.stream.conflicting, 2);
    push(&tape, 0, "a?");
    CU_ASSERT_EQUAL(tape.stream.conflicting, 3);
    push(&tape, 0, "zzzzz"); /* below: nobody can say any more */
    CU_ASSERT_STRING_EQUAL(tape.text, "abCDe");
    finish(&tape, false);
}

static void an_equal_copy_is_no_conflict(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 2, "cd");
    push(&tape, 2, "cd");
    push(&tape, 0, "abcdef");
    CU_ASSERT_EQUAL(tape.stream.conflicting, 0);
    CU_ASSERT_STRING_EQUAL(tape.text, "abcdef");
    finish(&tape, false);
}

static void a_segment_begun_below_the_next_octet_is_trimmed(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 0, "abc");
    push(&tape, 1, "bcde");
    push(&tape, -2, "yzabcdef");
    CU_ASSERT_STRING_EQUAL(tape.text, "abcdef");
    finish(&tape, false);
}

static void cut_octets_are_a_gap_in_their_place(void)
{
    struct tape tape;

    begin(&tape);
    push_cut(&tape, 0, "ab", 5);
    push(&tape, 5, "f");
    push_cut(&tape, 9, "j", 3); /* held, with its cut tail */
    push(&tape, 12, "m");
    push(&tape, 6, "ghi");
    CU_ASSERT_STRING_EQUAL(tape.text, "ab[3c]fghij[2c]m");
    finish(&tape, false);
}

static void a_hole_without_ack_is_never_given_up(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 0, "ab");
    push(&tape, 5, "f");
    expire(&tape, 1000000, INT64_MAX);
    expire(&tape, 2000000, INT64_MAX);
    finish(&tape, false);
    CU_ASSERT_STRING_EQUAL(tape.text, "ab");
}

static void octets_that_were_acked_before_they_came_tell_by_which_packet(void)
{
    struct tape tape;

    begin(&tape);
    tape.tells_arrival = true;
    push(&tape, 0, "ab");
    stream_acknowledge(&tape.stream, &tape.budget, 2, 10);
    stream_acknowledge(&tape.stream, &tape.budget, 4, 11);
    stream_acknowledge(&tape.stream, &tape.budget, 5, 12);
    push(&tape, 2, "cd");
    push(&tape, 4, "e");
    push(&tape, 5, "f");
    stream_acknowledge(&tape.stream, &tape.budget, 8, 13);
    push(&tape, 7, "h");
    push(&tape, 6, "g");
    CU_ASSERT_STRING_EQUAL(tape.text, "ab@0 cd@11 e@12 f@0 g@13 h@13 ");
    finish(&tape, false);
}

static void an_ack_far_ahead_is_no_early_one(void)
{
    struct tape tape;

    begin(&tape);
    tape.tells_arrival = true;
    stream_acknowledge(&tape.stream, &tape.budget, STREAM_HELD_OCTETS_MAX + 1, 10);
    push(&tape, 0, "ab");
    CU_ASSERT_STRING_EQUAL(tape.text, "ab@0 ");
    finish(&tape, false);
}

static void of_many_early_acks_the_first_are_remembered(void)
{
    struct tape tape;

    begin(&tape);
    tape.tells_arrival = true;
    for (int64_t i = 1; i <= STREAM_EARLY_ACKS_MAX + 1; i++)
        stream_acknowledge(&tape.stream, &tape.budget, i, (uint64_t)(10 + i));
    for (int64_t i = 0; i <= STREAM_EARLY_ACKS_MAX; i++)
        push(&tape, i, "x");
    CU_ASSERT_STRING_EQUAL(tape.text, "x@11 x@12 x@13 x@14 x@15 x@16 x@17 x@18 x@0 ");
    finish(&tape, false);
}

static void early_acks_have_memory_until_what_they_cover_came(void)
{
    struct tape tape;

    begin(&tape);
    stream_acknowledge(&tape.stream, &tape.budget, 3, 10);
    CU_ASSERT_EQUAL(tape.budget.early_acks, STREAM_EARLY_ACKS_OCTETS);
    push(&tape, 0, "ab");
    CU_ASSERT_EQUAL(tape.budget.early_acks, STREAM_EARLY_ACKS_OCTETS);
    push(&tape, 2, "c");
    CU_ASSERT_EQUAL(tape.budget.early_acks, 0);
    tape.stream.fin = 3;
    stream_acknowledge(&tape.stream, &tape.budget, 4, 11); /* of the FIN alone */
    CU_ASSERT_EQUAL(tape.budget.early_acks, 0);
    finish(&tape, false);
}

static void an_acked_hole_is_given_up_after_some_packets(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 2, "c");
    stream_acknowledge(&tape.stream, &tape.budget, 3, 1);
    expire(&tape, 10, 0);
    expire(&tape, 10 + STREAM_PATIENCE_PACKETS - 1, 0);
    CU_ASSERT_STRING_EQUAL(tape.text, "");
    expire(&tape, 10 + STREAM_PATIENCE_PACKETS, 0);
    CU_ASSERT_STRING_EQUAL(tape.text, "[2m]c");
    finish(&tape, false);
}

static void an_acked_hole_is_given_up_after_some_time(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 2, "c");
    stream_acknowledge(&tape.stream, &tape.budget, 3, 1);
    expire(&tape, 1, 0);
    expire(&tape, 2, STREAM_PATIENCE_NS - 1);
    CU_ASSERT_STRING_EQUAL(tape.text, "");
    expire(&tape, 3, STREAM_PATIENCE_NS);
    CU_ASSERT_STRING_EQUAL(tape.text, "[2m]c");
    finish(&tape, false);
}

static void octets_later_than_their_ack_are_no_gap(void)
{
    struct tape tape;

    begin(&tape);
    stream_acknowledge(&tape.stream, &tape.budget, 4, 1);
    expire(&tape, 1, 0);
    push(&tape, 2, "cd");
    expire(&tape, 2, 0);
    push(&tape, 0, "ab");
    expire(&tape, 1000, INT64_MAX);
    CU_ASSERT_STRING_EQUAL(tape.text, "abcd");
    finish(&tape, false);
}

static void a_hole_at_the_end_is_given_up_when_acked(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 0, "a");
    stream_acknowledge(&tape.stream, &tape.budget, 4, 1);
    finish(&tape, false);
    CU_ASSERT_STRING_EQUAL(tape.text, "a[3m]");
}

static void one_acked_octet_at_the_end_is_no_hole(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 0, "a");
    stream_acknowledge(&tape.stream, &tape.budget, 2,
                       1); /* a FIN that was not captured, for all we know */
    finish(&tape, false);
    CU_ASSERT_STRING_EQUAL(tape.text, "a");
}

static void the_ack_of_a_fin_is_no_hole(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 0, "a");
    tape.stream.fin = 1;
    stream_acknowledge(&tape.stream, &tape.budget, 2, 1);
    finish(&tape, false);
    CU_ASSERT_STRING_EQUAL(tape.text, "a");
}

static void of_one_side_alone_every_hole_counts_as_acked(void)
{
    struct tape tape;

    begin(&tape);
    push(&tape, 2, "c");
    push(&tape, 4, "e");
    finish(&tape, true);
    CU_ASSERT_STRING_EQUAL(tape.text, "[2m]c[1m]e");
}

static void too_many_pieces_give_up_the_first_hole(void)
{
    struct tape tape;

    begin(&tape);
    for (int i = 0; i < STREAM_HELD_PIECES_MAX; i++)
        push(&tape, 2 + 2 * i, "x");
    CU_ASSERT_STRING_EQUAL(tape.text, "");
    push(&tape, 2 + 2 * STREAM_HELD_PIECES_MAX, "y");
    CU_ASSERT_STRING_EQUAL(tape.text, "[2d]x");
    CU_ASSERT_EQUAL(tape.stream.held_pieces, STREAM_HELD_PIECES_MAX);
    finish(&tape, false);
}

static void too_many_octets_give_up_the_first_hole(void)
{
    static uint8_t block[STREAM_HELD_OCTETS_MAX / 2];
    struct tape tape;
    struct stream_sink sink = sink_of(&tape);
    struct bytes half = bytes_of(block, sizeof(block));

    begin(&tape);
    for (int64_t i = 0; i < 2; i++)
        CU_ASSERT_TRUE(stream_push(&tape.stream, &sink, &tape.budget,
                                   1 + i * (int64_t)sizeof(block), half, sizeof(block),
                                   packet(&tape)));
    CU_ASSERT_EQUAL(tape.stream.held_octets, STREAM_HELD_OCTETS_MAX);
    push(&tape, 10 + STREAM_HELD_OCTETS_MAX, "z");
    CU_ASSERT_EQUAL(tape.stream.next, 1 + STREAM_HELD_OCTETS_MAX);
    CU_ASSERT_EQUAL(tape.stream.held_octets, 1);
    finish(&tape, false);
}

static void a_spent_budget_gives_up_the_hole(void)
{
    struct tape tape;

    begin(&tape);
    tape.budget.max = 100;
    tape.budget.used = 100;
    push(&tape, 2, "c");
    CU_ASSERT_STRING_EQUAL(tape.text, "[2d]c");
    CU_ASSERT_EQUAL(tape.budget.used, 100);
}

static void a_budget_used_by_half_leaves_each_stream_less(void)
{
    static const uint8_t block[STREAM_HELD_OCTETS_TIGHT];
    struct tape tape;
    struct stream_sink sink = sink_of(&tape);

    begin(&tape);
    tape.budget.used = tape.budget.max / 2 + 1;
    CU_ASSERT_TRUE(stream_push(&tape.stream, &sink, &tape.budget, 1, bytes_of(block, sizeof(block)),
                               sizeof(block), packet(&tape)));
    CU_ASSERT_EQUAL(tape.stream.next, 0);
    push(&tape, 2 + STREAM_HELD_OCTETS_TIGHT, "z");
    CU_ASSERT_EQUAL(tape.stream.next, 1 + STREAM_HELD_OCTETS_TIGHT);
    stream_clear(&tape.stream, &tape.budget);
}

static void the_window_of_the_other_side_bounds_what_is_taken(void)
{
    struct stream_budget budget = {0};
    struct stream stream;
    int64_t limit = 1000 + STREAM_WINDOW_SLACK;

    stream_init(&stream);
    CU_ASSERT_TRUE(stream_in_window(&stream, STREAM_WINDOW_MAX, STREAM_WINDOW_MAX + 1));
    CU_ASSERT_FALSE(stream_in_window(&stream, STREAM_WINDOW_MAX + 1, STREAM_WINDOW_MAX + 2));
    stream.window = 1000;
    CU_ASSERT_TRUE(stream_in_window(&stream, limit, limit + 1));
    CU_ASSERT_FALSE(stream_in_window(&stream, limit + 1, limit + 2));
    stream_acknowledge(&stream, &budget, 10, 1);
    CU_ASSERT_TRUE(stream_in_window(&stream, limit + 10, limit + 11));
    CU_ASSERT_FALSE(stream_in_window(&stream, -STREAM_WINDOW_MAX - 2, -STREAM_WINDOW_MAX - 1));
    stream_clear(&stream, &budget);
}

static void offsets_unwrap_around_the_next_octet(void)
{
    struct stream stream;

    stream_init(&stream);
    stream_set_base(&stream, 0xfffffff0);
    CU_ASSERT_EQUAL(stream_offset(&stream, 0xfffffff0), 0);
    CU_ASSERT_EQUAL(stream_offset(&stream, 0xffffffef), -1);
    CU_ASSERT_EQUAL(stream_offset(&stream, 0x10), 0x20);
    stream.next = INT64_C(0x500000000);
    CU_ASSERT_EQUAL(stream_offset(&stream, 0xfffffff0), INT64_C(0x500000000));
    CU_ASSERT_EQUAL(stream_offset(&stream, 0xffffffe0), INT64_C(0x4fffffff0));
    CU_ASSERT_EQUAL(stream_offset(&stream, 0), INT64_C(0x500000010));
}

static void a_sink_that_wants_no_more_is_not_called_again(void)
{
    static struct reference reference;
    struct stream_sink sink;
    struct stream stream;
    struct stream_budget budget = {.max = 1000};
    struct moment at = {.packet = 1};

    reference_init(&reference);
    reference.stop_after = 1;
    sink = reference_sink(&reference);
    stream_init(&stream);
    reference_push(&reference, 0, bytes_of("abc", 3), 3);
    CU_ASSERT_TRUE(stream_push(&stream, &sink, &budget, 1, bytes_of("b", 1), 1, at));
    CU_ASSERT_TRUE(stream_push(&stream, &sink, &budget, 2, bytes_of("c", 1), 1, at));
    CU_ASSERT_FALSE(stream_push(&stream, &sink, &budget, 0, bytes_of("a", 1), 1, at));
    CU_ASSERT_EQUAL(reference.delivered, 1);
    stream_clear(&stream, &budget);
}

/* xorshift64*: the same numbers on every machine. */
static uint32_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

/* Random segments, some cut, some with other octets, some ACKs: compared step by step. */
static uint64_t random_run(uint64_t seed)
{
    static struct reference reference;
    struct stream_sink sink;
    struct stream stream;
    struct stream_budget budget = {.max = 8192};
    uint64_t state = seed;
    uint64_t disagreements = 0;

    reference_init(&reference);
    sink = reference_sink(&reference);
    stream_init(&stream);
    for (uint64_t i = 1; i < 600; i++) {
        uint8_t octets[200];
        uint32_t length = 1 + next_random(&state) % sizeof(octets);
        uint32_t captured = next_random(&state) % 8 == 0 ? next_random(&state) % length : length;
        int64_t start = stream.next + next_random(&state) % 600 - 100;
        struct moment at = {.time_ns = (int64_t)i, .packet = i};

        start = start < 0 ? 0 : start;
        if (start + length > REFERENCE_MAX)
            break;
        for (uint32_t j = 0; j < length; j++)
            octets[j] = (uint8_t)(start + j + (next_random(&state) % 64 == 0));
        reference_push(&reference, start, bytes_of(octets, captured), length);
        (void)stream_push(&stream, &sink, &budget, start, bytes_of(octets, captured), length, at);
        if (next_random(&state) % 16 == 0)
            stream_acknowledge(&stream, &budget, start, 1);
        (void)stream_expire(&stream, &sink, &budget, (uint32_t)i, at);
        disagreements += !reference_agrees(&reference, &stream);
    }
    (void)stream_finish(&stream, &sink, &budget, seed % 2 == 0, (struct moment){.packet = 1});
    disagreements += reference.wrong;
    stream_clear(&stream, &budget);
    return disagreements + budget.used;
}

static void random_segments_agree_with_the_reference(void)
{
    for (uint64_t seed = 1; seed <= 300; seed++)
        CU_ASSERT_EQUAL(random_run(seed), 0);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"octets in order are not held", octets_in_order_are_not_held},
        {"octets out of order wait for their turn", octets_out_of_order_wait_for_their_turn},
        {"the first copy wins and differences are counted",
         the_first_copy_wins_and_differences_are_counted},
        {"an equal copy is no conflict", an_equal_copy_is_no_conflict},
        {"a segment begun below the next octet is trimmed",
         a_segment_begun_below_the_next_octet_is_trimmed},
        {"cut octets are a gap in their place", cut_octets_are_a_gap_in_their_place},
        {"a hole without ACK is never given up", a_hole_without_ack_is_never_given_up},
        {"octets that were ACKed before they came tell by which packet",
         octets_that_were_acked_before_they_came_tell_by_which_packet},
        {"an ACK far ahead is no early one", an_ack_far_ahead_is_no_early_one},
        {"of many early ACKs the first are remembered",
         of_many_early_acks_the_first_are_remembered},
        {"early ACKs have memory until what they cover came",
         early_acks_have_memory_until_what_they_cover_came},
        {"an ACKed hole is given up after some packets",
         an_acked_hole_is_given_up_after_some_packets},
        {"an ACKed hole is given up after some time", an_acked_hole_is_given_up_after_some_time},
        {"octets later than their ACK are no gap", octets_later_than_their_ack_are_no_gap},
        {"a hole at the end is given up when ACKed", a_hole_at_the_end_is_given_up_when_acked},
        {"one ACKed octet at the end is no hole", one_acked_octet_at_the_end_is_no_hole},
        {"the ACK of a FIN is no hole", the_ack_of_a_fin_is_no_hole},
        {"of one side alone every hole counts as ACKed",
         of_one_side_alone_every_hole_counts_as_acked},
        {"too many pieces give up the first hole", too_many_pieces_give_up_the_first_hole},
        {"too many octets give up the first hole", too_many_octets_give_up_the_first_hole},
        {"a spent budget gives up the hole", a_spent_budget_gives_up_the_hole},
        {"a budget used by half leaves each stream less",
         a_budget_used_by_half_leaves_each_stream_less},
        {"the window of the other side bounds what is taken",
         the_window_of_the_other_side_bounds_what_is_taken},
        {"offsets unwrap around the next octet", offsets_unwrap_around_the_next_octet},
        {"a sink that wants no more is not called again",
         a_sink_that_wants_no_more_is_not_called_again},
        {"random segments agree with the reference", random_segments_agree_with_the_reference},
        CU_TEST_INFO_NULL,
    };

    return suite_run("stream", tests);
}
