/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/window.h"

enum { LINE = 100, LINES = 10 };

static void add(struct window *window, size_t length)
{
    window_add(window, bytes_of(calloc(1, length), length));
}

/* A window with LINES lines, of which the first so many were sent, in units of one octet. */
static struct window *sent_window(uint64_t sent)
{
    struct window *window = window_new((size_t)LINE * LINES);

    for (int i = 0; i < LINES; i++)
        add(window, LINE);
    for (; window->sent < sent; window->sent++)
        window_line(window, window->sent)->total = (window->sent + 1) * LINE;
    return window;
}

static void it_holds_no_more_octets_than_it_may(void)
{
    struct window *window = window_new((size_t)LINE * LINES);

    for (int i = 0; i < LINES; i++) {
        CU_ASSERT(window_has_room(window));
        add(window, LINE);
    }
    CU_ASSERT(!window_has_room(window));
    window_free(window);
}

/* Whoever has none must be able to send the longest line. */
static void one_line_alone_may_be_longer(void)
{
    struct window *window = window_new(LINE);

    CU_ASSERT(window_has_room(window));
    add(window, (size_t)2 * LINE);
    CU_ASSERT(!window_has_room(window));
    window_free(window);
}

static void it_holds_no_more_lines_than_it_has_places(void)
{
    struct window *window = window_new(SIZE_MAX);

    CU_ASSERT_EQUAL(window->octets_max, WINDOW_OCTETS_MAX);
    for (int i = 0; i < WINDOW_LINES; i++) {
        CU_ASSERT_FATAL(window_has_room(window));
        add(window, 1);
    }
    CU_ASSERT(!window_has_room(window));
    window_free(window);
}

static void what_was_sent_in_part_is_not_acknowledged(void)
{
    struct window *window = sent_window(5);

    window_acknowledge(window, UINT64_C(2) * LINE + LINE / 2, 77);
    CU_ASSERT_EQUAL(window->acked, 2);
    CU_ASSERT_EQUAL(window->kept, UINT64_C(2) * LINE);
    CU_ASSERT_EQUAL(window_line(window, 1)->acked_ms, 77);
    window_acknowledge(window, (uint64_t)LINE * LINES, 78); /* more than was sent */
    CU_ASSERT_EQUAL(window->acked, 5);
    window_free(window);
}

static void what_is_forgotten_makes_room(void)
{
    struct window *window = sent_window(1);

    window_acknowledge(window, LINE, 0);
    CU_ASSERT(!window_has_room(window));
    CU_ASSERT_EQUAL(window_release(window), LINE);
    CU_ASSERT(window_has_room(window));
    CU_ASSERT_EQUAL(window->kept, 0);
    CU_ASSERT_EQUAL(window->octets, (uint64_t)LINE * (LINES - 1));
    window_free(window);
}

static void all_that_is_kept_may_be_sent_again(void)
{
    struct window *window = sent_window(6);

    window_acknowledge(window, (uint64_t)4 * LINE, 0);
    (void)window_release(window);
    window_rewind(window);
    CU_ASSERT_EQUAL(window->first, 1);
    CU_ASSERT_EQUAL(window->acked, 1);
    CU_ASSERT_EQUAL(window->sent, 1);
    CU_ASSERT_EQUAL(window->end, LINES);
    CU_ASSERT_EQUAL(window->kept, 0);
    window_free(window);
}

static void what_the_receiver_may_have_is_known_when_it_is_sent_again(void)
{
    struct window *window = sent_window(6);

    window_acknowledge(window, (uint64_t)2 * LINE, 0);
    (void)window_release(window);
    window_note_handed(window, (uint64_t)4 * LINE + LINE / 2); /* a part of the fifth */
    window_rewind(window);
    CU_ASSERT_EQUAL(window->handed, 4);
    window_note_handed(window, 0); /* the next took nothing */
    CU_ASSERT_EQUAL(window->handed, 4);
    window_free(window);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"it holds no more octets than it may", it_holds_no_more_octets_than_it_may},
        {"one line alone may be longer", one_line_alone_may_be_longer},
        {"it holds no more lines than it has places", it_holds_no_more_lines_than_it_has_places},
        {"what was sent in part is not acknowledged", what_was_sent_in_part_is_not_acknowledged},
        {"what is forgotten makes room", what_is_forgotten_makes_room},
        {"all that is kept may be sent again", all_that_is_kept_may_be_sent_again},
        {"what the receiver may have is known when it is sent again",
         what_the_receiver_may_have_is_known_when_it_is_sent_again},
        CU_TEST_INFO_NULL,
    };

    return suite_run("window", tests);
}
