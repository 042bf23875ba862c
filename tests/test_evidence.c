/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/evidence.h"
#include "analyze/utf8.h"
#include "tests/support/wire.h"

static struct moment packet(uint64_t number)
{
    return (struct moment){.time_ns = (int64_t)number * 1000, .packet = number};
}

static void an_item_keeps_its_packet_and_text(void)
{
    struct evidence evidence = {0};

    evidence_add(&evidence, "server.alert", packet(7), "%s(%d)", "handshake_failure", 40);
    CU_ASSERT_EQUAL_FATAL(evidence.count, 1);
    CU_ASSERT_STRING_EQUAL(evidence.items[0].fact, "server.alert");
    CU_ASSERT_EQUAL(evidence.items[0].at.packet, 7);
    CU_ASSERT_EQUAL(evidence.items[0].at.time_ns, 7000);
    CU_ASSERT_STRING_EQUAL(evidence.items[0].text, "handshake_failure(40)");
}

static void what_is_too_much_is_dropped(void)
{
    struct evidence evidence = {0};

    for (uint64_t i = 1; i <= EVIDENCE_MAX + 3; i++)
        evidence_add(&evidence, "fact", packet(i), "number %d", (int)i);
    CU_ASSERT_EQUAL(evidence.count, EVIDENCE_MAX);
    CU_ASSERT_EQUAL(evidence.items[EVIDENCE_MAX - 1].at.packet, EVIDENCE_MAX);
}

static void a_text_is_written_piece_by_piece(void)
{
    struct evidence evidence = {0};
    struct text text = evidence_begin(&evidence, "server.alert", packet(7));

    text_add(&text, "%s", "handshake_failure");
    text_add(&text, "(%d)", 40);
    CU_ASSERT_EQUAL_FATAL(evidence.count, 1);
    CU_ASSERT_STRING_EQUAL(evidence.items[0].fact, "server.alert");
    CU_ASSERT_EQUAL(evidence.items[0].at.packet, 7);
    CU_ASSERT_STRING_EQUAL(evidence.items[0].text, "handshake_failure(40)");
}

static void a_text_that_finds_no_room_is_written_for_nobody(void)
{
    struct evidence evidence = {0};
    struct text text;

    for (uint64_t i = 1; i <= EVIDENCE_MAX; i++)
        evidence_add(&evidence, "fact", packet(i), "number %d", (int)i);
    text = evidence_begin(&evidence, "one more", packet(99));
    text_add(&text, "%*s", 2 * EVIDENCE_TEXT_MAX, "");
    CU_ASSERT_EQUAL(evidence.count, EVIDENCE_MAX);
    for (size_t i = 0; i < EVIDENCE_MAX; i++) {
        CU_ASSERT_STRING_EQUAL(evidence.items[i].fact, "fact");
        CU_ASSERT_TRUE(strlen(evidence.items[i].text) < 16);
    }
}

static void a_long_text_is_cut_between_characters(void)
{
    struct evidence evidence = {0};
    const char *text = evidence.items[0].text;
    size_t length;

    evidence_add(&evidence, "fact", packet(1), "%*s\u20ac\u20ac\u20ac", EVIDENCE_TEXT_MAX - 5, "");
    length = strlen(text);
    CU_ASSERT_TRUE(length < EVIDENCE_TEXT_MAX);
    CU_ASSERT_TRUE(utf8_is_valid(bytes_of(text, length)));
    CU_ASSERT_STRING_EQUAL(text + length - 3, "...");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an item keeps its packet and text", an_item_keeps_its_packet_and_text},
        {"what is too much is dropped", what_is_too_much_is_dropped},
        {"a text is written piece by piece", a_text_is_written_piece_by_piece},
        {"a text that finds no room is written for nobody",
         a_text_that_finds_no_room_is_written_for_nobody},
        {"a long text is cut between characters", a_long_text_is_cut_between_characters},
        CU_TEST_INFO_NULL,
    };

    return suite_run("evidence", tests);
}
