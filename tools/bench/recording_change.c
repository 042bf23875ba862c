/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording_change.c -- what networks and captures do to packets. */
#include <stdlib.h>
#include <string.h>

#include "tools/bench/recording_internal.h"

enum {
    SPLIT_MAX = 250,  /* octets of payload in a segment, as behind tunnels with a tiny MTU */
    AGAIN_ID = 0x5555 /* a packet sent again has another identification */
};

/* A frame and its place in a changed recording. Sorted by place; what comes late to a place is
 * behind the frame that was always there. */
struct placed {
    size_t place;
    size_t index;
    bool is_again;
};

static void begin(const struct recording *from, struct recording *to)
{
    *to = (struct recording){
        .path = strdup(from->path), .begin_s = from->begin_s, .is_whole = from->is_whole};
    memcpy(to->address, from->address, sizeof(to->address));
}

void recording_copy(const struct recording *from, uint64_t *random, struct recording *to)
{
    (void)random;
    begin(from, to);
    for (size_t i = 0; i < from->count; i++)
        recording_add(to, &from->frames[i]);
    if (from->bulk_at > 0)
        recording_set_bulk(to, from->bulk_at - 1);
}

static bool has_payload(const struct frame *frame)
{
    return frame_is_tcp(frame) && frame_payload_length(frame) > 0
           && !(frame_flags(frame) & FRAME_SYN);
}

/* A place behind the other side's next packet, so behind an ACK as a rule, but never behind a RST:
 * what comes then is another matter. */
static size_t later_place(const struct recording *recording, size_t i, uint64_t *random)
{
    const struct frame *frames = recording->frames;
    size_t extra = random_next(random) % 3;
    size_t place = i;

    for (size_t j = i + 1; j < recording->count && !(frame_flags(&frames[j]) & FRAME_RST); j++) {
        place = j;
        if (frames[j].from != frames[i].from && extra-- == 0)
            break;
    }
    return place;
}

static int compare_places(const void *left, const void *right)
{
    const struct placed *a = left;
    const struct placed *b = right;

    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->index < b->index) - (a->index > b->index);
}

/* Write the frames in the order of their places, at the times of those places. */
static void place_all(const struct recording *from, struct placed *placed, size_t count,
                      struct recording *to)
{
    qsort(placed, count, sizeof(*placed), compare_places);
    for (size_t i = 0; i < count; i++) {
        struct frame *frame = recording_add(to, &from->frames[placed[i].index]);
        uint32_t id = frame_get(frame->octets + FRAME_IP + 4, 2);

        frame->at_us = from->frames[placed[i].place].at_us;
        if (placed[i].is_again && !frame_is_ipv6(frame))
            frame_put(frame->octets + FRAME_IP + 4, 2, id + AGAIN_ID);
    }
    free(placed);
}

/* Room for each frame twice. */
static struct placed *new_places(const struct recording *recording)
{
    struct placed *placed = calloc(recording->count, 2 * sizeof(*placed));

    if (placed == NULL)
        abort();
    return placed;
}

void recording_reorder(const struct recording *from, uint64_t *random, struct recording *to)
{
    struct placed *placed = new_places(from);

    begin(from, to);
    for (size_t i = 0; i < from->count; i++) {
        bool is_late = has_payload(&from->frames[i]) && random_once_in(random, 3);

        placed[i] =
            (struct placed){.place = is_late ? later_place(from, i, random) : i, .index = i};
    }
    place_all(from, placed, from->count, to);
}

void recording_repeat(const struct recording *from, uint64_t *random, struct recording *to)
{
    struct placed *placed = new_places(from);
    size_t count = 0;

    begin(from, to);
    for (size_t i = 0; i < from->count; i++) {
        placed[count++] = (struct placed){.place = i, .index = i};
        if (random_once_in(random, 3))
            placed[count++] = (struct placed){.place = i, .index = i};
        else if (has_payload(&from->frames[i]) && random_once_in(random, 3))
            placed[count++] = (struct placed){
                .place = later_place(from, i, random), .index = i, .is_again = true};
    }
    place_all(from, placed, count, to);
}

void recording_lose(const struct recording *from, uint64_t *random, struct recording *to)
{
    struct placed *placed = new_places(from);
    size_t count = 0;

    begin(from, to);
    for (size_t i = 0; i < from->count; i++) {
        bool is_lost = has_payload(&from->frames[i]) && random_once_in(random, 4);

        if (frame_is_bare_ack(&from->frames[i]) && random_once_in(random, 5))
            continue;
        placed[count++] = (struct placed){
            .place = is_lost ? later_place(from, i, random) : i, .index = i, .is_again = is_lost};
    }
    place_all(from, placed, count, to);
}

void recording_lack(const struct recording *from, uint64_t *random, struct recording *to)
{
    struct placed *placed = new_places(from);
    size_t count = 0;

    begin(from, to);
    for (size_t i = 0; i < from->count; i++) {
        if (has_payload(&from->frames[i]) && random_once_in(random, 6))
            to->is_whole = false;
        else
            placed[count++] = (struct placed){.place = i, .index = i};
    }
    place_all(from, placed, count, to);
}

/* Cut one segment into several. */
static void split(const struct frame *frame, struct recording *to)
{
    uint32_t payload = frame_payload_length(frame);
    uint8_t flags = frame_flags(frame);

    for (uint32_t done = 0; done < payload; done += SPLIT_MAX) {
        uint32_t part = payload - done < SPLIT_MAX ? payload - done : SPLIT_MAX;
        bool is_last = done + part == payload;
        struct frame *cut = recording_add(to, frame);

        memmove(cut->octets + cut->payload, cut->octets + cut->payload + done, part);
        cut->length = cut->payload + part;
        cut->at_us += done / SPLIT_MAX;
        frame_set_tcp(cut, frame_sequence(frame) + done, frame_acknowledgment(frame),
                      is_last ? flags : (uint8_t)(flags & ~(FRAME_PSH | FRAME_FIN)));
    }
}

void recording_split(const struct recording *from, uint64_t *random, struct recording *to)
{
    (void)random;
    begin(from, to);
    for (size_t i = 0; i < from->count; i++) {
        if (has_payload(&from->frames[i]))
            split(&from->frames[i], to);
        else
            recording_add(to, &from->frames[i]);
    }
}
