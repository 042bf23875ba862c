/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/defer.h"

#include <stdlib.h>

/* Of one kind, the one that waited longest first. */
struct line {
    size_t memory_max;
    size_t memory;
    struct deferred *first;
    struct deferred *last;
};

struct defer {
    struct line decided; /* by later connections, perhaps */
    struct line ordered;
    bool order_is_lost; /* there were too many of them: from then on none waits for it */
    struct defer_counters counters;
};

/* One block for all of a connection. It ends behind the last note; texts, which few have, and the
 * transcript follow. */
struct package {
    struct deferred deferred;
    struct connection connection;
    struct handshake handshake;
    struct note notes[];
};

struct defer *defer_new(size_t memory_max)
{
    struct defer *defer = calloc(1, sizeof(*defer));

    if (defer == NULL)
        return NULL;
    defer->decided.memory_max = memory_max;
    defer->ordered.memory_max = memory_max < DEFER_ORDER_MAX ? memory_max : DEFER_ORDER_MAX;
    return defer;
}

void deferred_free(struct deferred *deferred)
{
    free(deferred);
}

static void line_clear(struct line *line)
{
    while (line->first != NULL) {
        struct deferred *next = line->first->next;

        deferred_free(line->first);
        line->first = next;
    }
}

void defer_free(struct defer *defer)
{
    if (defer == NULL)
        return;
    line_clear(&defer->decided);
    line_clear(&defer->ordered);
    free(defer);
}

/* A multiple of the size of a pointer, as every note is. */
static size_t package_octets(const struct handshake *handshake)
{
    return offsetof(struct package, notes) + handshake->note_count * sizeof(handshake->notes[0]);
}

size_t deferred_octets(const struct observation *observation, enum deferred_body body)
{
    const struct handshake *handshake = observation->handshake;
    size_t octets = package_octets(handshake) + handshake->transcript_length;

    if (body == DEFERRED_COPIES_BODY && handshake->shared != NULL)
        octets += handshake->shared->length;
    for (size_t side = 0; side < SIDES; side++) {
        octets += handshake->prelude[side] != NULL ? sizeof(struct prelude_text) : 0;
        octets += handshake->opening[side] != NULL ? sizeof(struct prelude_text) : 0;
    }
    return octets;
}

/* Both lines share what the longer one may use. */
static bool has_room(const struct defer *defer, const struct line *line, size_t octets)
{
    return octets <= defer->decided.memory_max - defer->counters.memory
           && octets <= line->memory_max - line->memory;
}

static struct line *line_of(struct defer *defer, const struct defer_note *note)
{
    return note->for_order ? &defer->ordered : &defer->decided;
}

static struct deferred *take_oldest(struct defer *defer, struct line *line)
{
    struct deferred *oldest = line->first;

    line->first = oldest->next;
    if (line->first == NULL)
        line->last = NULL;
    line->memory -= oldest->octets;
    defer->counters.memory -= oldest->octets;
    defer->counters.waiting--;
    oldest->next = NULL;
    return oldest;
}

struct deferred *defer_make_room(struct defer *defer, const struct observation *observation,
                                 const struct defer_note *note)
{
    size_t octets = deferred_octets(observation, DEFERRED_COPIES_BODY);
    struct line *line = line_of(defer, note);

    if (octets > line->memory_max
        || (has_room(defer, line, octets) && !(note->for_order && defer->order_is_lost)))
        return NULL;
    if (note->for_order)
        defer->order_is_lost = true;
    if (defer->ordered.first != NULL)
        return take_oldest(defer, &defer->ordered);
    if (note->for_order || line->first == NULL)
        return NULL;
    defer->counters.early++;
    return take_oldest(defer, line);
}

struct deferred *defer_take_judged(struct defer *defer, int64_t until_ns)
{
    struct line *line = &defer->decided;

    if (line->first == NULL || line->first->note.judged_ns > until_ns)
        return NULL;
    return take_oldest(defer, line);
}

/* Copy the text, if there is one, to *rest and move that behind it. */
static void copy_text(struct prelude_text **text, uint8_t **rest)
{
    if (*text == NULL)
        return;
    memcpy(*rest, *text, sizeof(**text));
    *text = (struct prelude_text *)(void *)*rest;
    *rest += sizeof(**text);
}

/* Copy the body that the handshake shares to rest, where the transcript is, of which it is the last
 * part from now on. */
static void copy_shared(struct handshake *handshake, uint8_t *rest)
{
    const struct shared_body *shared = handshake->shared;

    if (shared == NULL)
        return;
    for (size_t i = 0; i < handshake->note_count; i++)
        if (handshake->notes[i].offset == NOTE_SHARED)
            handshake->notes[i].offset = handshake->transcript_length;
    memcpy(rest + handshake->transcript_length, shared->octets, shared->length);
    handshake->transcript_length += shared->length;
    handshake->shared = NULL;
}

/* Copy the handshake and what it points at to behind the package. */
static void copy_handshake(struct package *package, const struct handshake *handshake,
                           enum deferred_body body)
{
    uint8_t *rest = (uint8_t *)package + package_octets(handshake);

    package->handshake = *handshake;
    package->handshake.notes = package->notes;
    if (handshake->note_count > 0)
        memcpy(package->notes, handshake->notes,
               handshake->note_count * sizeof(handshake->notes[0]));
    for (size_t side = 0; side < SIDES; side++) {
        copy_text(&package->handshake.prelude[side], &rest);
        copy_text(&package->handshake.opening[side], &rest);
    }
    if (handshake->transcript_length > 0)
        memcpy(rest, handshake->transcript, handshake->transcript_length);
    package->handshake.transcript = rest;
    if (body == DEFERRED_COPIES_BODY)
        copy_shared(&package->handshake, rest);
}

struct deferred *deferred_make(void *block, size_t octets, const struct observation *observation,
                               enum deferred_body body, const struct defer_note *note)
{
    struct package *package = block;
    struct deferred *deferred = &package->deferred;

    *deferred = (struct deferred){.observation = *observation, .note = *note, .octets = octets};
    connection_copy(&package->connection, observation->connection);
    package->connection.user = NULL;
    copy_handshake(package, observation->handshake, body);
    deferred->observation.connection = &package->connection;
    deferred->observation.handshake = &package->handshake;
    return deferred;
}

bool defer_keep(struct defer *defer, const struct observation *observation,
                const struct defer_note *note)
{
    size_t octets = deferred_octets(observation, DEFERRED_COPIES_BODY);
    struct line *line = line_of(defer, note);
    struct deferred *deferred;
    void *block = NULL;

    if (has_room(defer, line, octets) && !(note->for_order && defer->order_is_lost))
        block = malloc(octets);
    if (block == NULL)
        return false;
    deferred = deferred_make(block, octets, observation, DEFERRED_COPIES_BODY, note);
    if (line->last != NULL)
        line->last->next = deferred;
    else
        line->first = deferred;
    line->last = deferred;
    line->memory += octets;
    defer->counters.waiting++;
    defer->counters.memory += octets;
    if (defer->counters.memory > defer->counters.memory_peak)
        defer->counters.memory_peak = defer->counters.memory;
    return true;
}

static bool comes_first(const struct deferred *a, const struct deferred *b)
{
    const struct connection *left = a->observation.connection;
    const struct connection *right = b->observation.connection;

    if (left->first.time_ns != right->first.time_ns)
        return left->first.time_ns < right->first.time_ns;
    return left->first.packet <= right->first.packet;
}

/* Merge two ordered lists; of equals, those of a come first. */
static struct deferred *merge(struct deferred *a, struct deferred *b)
{
    struct deferred *result = NULL;
    struct deferred **end = &result;

    while (a != NULL && b != NULL) {
        struct deferred **taken = comes_first(a, b) ? &a : &b;

        *end = *taken;
        end = &(*taken)->next;
        *taken = *end;
    }
    *end = a != NULL ? a : b;
    return result;
}

enum { SORT_LEVELS = 48 }; /* lists of 2^level: more than memory can hold */

/* Merge sort from the bottom: levels[i] is empty or an ordered list of 2^i. */
static struct deferred *sort(struct deferred *list)
{
    struct deferred *levels[SORT_LEVELS] = {0};
    struct deferred *result = NULL;

    while (list != NULL) {
        struct deferred *carry = list;
        size_t level = 0;

        list = list->next;
        carry->next = NULL;
        while (level < SORT_LEVELS - 1 && levels[level] != NULL) {
            carry = merge(levels[level], carry);
            levels[level++] = NULL;
        }
        levels[level] = merge(levels[level], carry);
    }
    for (size_t level = 0; level < SORT_LEVELS; level++)
        result = merge(levels[level], result);
    return result;
}

struct deferred *defer_take_all(struct defer *defer)
{
    struct deferred *all = merge(sort(defer->decided.first), sort(defer->ordered.first));

    defer->decided = (struct line){.memory_max = defer->decided.memory_max};
    defer->ordered = (struct line){.memory_max = defer->ordered.memory_max};
    defer->counters.waiting = 0;
    defer->counters.memory = 0;
    return all;
}

struct defer_counters defer_counters(const struct defer *defer)
{
    return defer->counters;
}
