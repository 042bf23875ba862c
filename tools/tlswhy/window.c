/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/window.h"

#include <stdlib.h>

#include "analyze/bytes_free.h"

struct window *window_new(size_t octets_max)
{
    struct window *window = calloc(1, sizeof(*window));

    if (window != NULL)
        window->octets_max = octets_max < WINDOW_OCTETS_MAX ? octets_max : WINDOW_OCTETS_MAX;
    return window;
}

struct window_line *window_line(struct window *window, uint64_t number)
{
    return &window->lines[number % WINDOW_LINES];
}

void window_free(struct window *window)
{
    if (window == NULL)
        return;
    for (uint64_t number = window->first; number < window->end; number++)
        bytes_free(window_line(window, number)->octets);
    free(window);
}

bool window_has_room(const struct window *window)
{
    return window->end - window->first < WINDOW_LINES && window->octets < window->octets_max;
}

void window_add(struct window *window, struct bytes line)
{
    *window_line(window, window->end++) = (struct window_line){.octets = line};
    window->octets += line.len;
}

void window_acknowledge(struct window *window, uint64_t total, int64_t now_ms)
{
    while (window->acked < window->sent) {
        struct window_line *line = window_line(window, window->acked);

        if (line->total > total)
            return;
        line->acked_ms = now_ms;
        window->kept += line->octets.len;
        window->acked++;
    }
}

size_t window_release(struct window *window)
{
    struct window_line *line = window_line(window, window->first++);
    size_t length = line->octets.len;

    bytes_free(line->octets);
    window->octets -= length;
    window->kept -= length;
    return length;
}

void window_note_handed(struct window *window, uint64_t total)
{
    if (window->handed < window->acked)
        window->handed = window->acked;
    while (window->handed < window->sent && window_line(window, window->handed)->total <= total)
        window->handed++;
}

void window_rewind(struct window *window)
{
    window->acked = window->first;
    window->sent = window->first;
    window->kept = 0;
}
