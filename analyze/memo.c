/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/memo.h"

#include <stdlib.h>

#include "capture/siphash.h"

/* The key, then the text. */
struct memo_slot {
    uint8_t *octets; /* NULL: empty */
    uint64_t hash;
    uint32_t key_length;
    uint32_t text_length;
    uint8_t kind;
};

/* The slots of a set, the one that was needed last first. */
struct memo {
    struct memo_slot sets[MEMO_SETS][MEMO_WAYS];
};

static uint64_t mix(uint64_t hash, uint64_t word)
{
    return (hash + word) * UINT64_C(0x9e3779b97f4a7c15); /* odd: 2^64 by the golden ratio */
}

/* No secret: whoever makes keys collide gains that texts are made again. Two hashes side by side do
 * not wait for each other. */
void memo_key_finish(struct memo_key *key)
{
    uint64_t hashes[2] = {key->length, 0};
    size_t at = 0;

    for (; key->length - at >= 16; at += 16) {
        hashes[0] = mix(hashes[0], siphash_load(key->octets + at, 8));
        hashes[1] = mix(hashes[1], siphash_load(key->octets + at + 8, 8));
    }
    for (; key->length - at >= 8; at += 8)
        hashes[0] = mix(hashes[0], siphash_load(key->octets + at, 8));
    hashes[1] = mix(hashes[1], siphash_load(key->octets + at, key->length - at));
    key->hash = mix(hashes[0] ^ hashes[0] >> 32, hashes[1] ^ hashes[1] >> 32);
    key->hash ^= key->hash >> 32; /* the upper bits are those that all octets count for */
}

struct memo *memo_new(void)
{
    return calloc(1, sizeof(struct memo));
}

void memo_free(struct memo *memo)
{
    if (memo == NULL)
        return;
    for (size_t i = 0; i < MEMO_SETS; i++)
        for (size_t j = 0; j < MEMO_WAYS; j++)
            free(memo->sets[i][j].octets);
    free(memo);
}

static struct memo_slot *set_of(struct memo *memo, uint8_t kind, const struct memo_key *key)
{
    return memo->sets[(key->hash + kind) % MEMO_SETS];
}

static bool is_of(const struct memo_slot *slot, uint8_t kind, const struct memo_key *key)
{
    return slot->hash == key->hash && slot->kind == kind && slot->octets != NULL
           && slot->key_length == key->length
           && memcmp(slot->octets, key->octets, key->length) == 0;
}

/* Put a slot of a set before all others. */
static void move_to_front(struct memo_slot *set, size_t way)
{
    struct memo_slot moved = set[way];

    memmove(set + 1, set, way * sizeof(*set));
    set[0] = moved;
}

bool memo_find(struct memo *memo, uint8_t kind, const struct memo_key *key, struct bytes *text)
{
    struct memo_slot *set;

    if (memo == NULL || key->is_full)
        return false;
    set = set_of(memo, kind, key);
    for (size_t way = 0; way < MEMO_WAYS; way++) {
        if (!is_of(&set[way], kind, key))
            continue;
        if (way > 0)
            move_to_front(set, way);
        *text = bytes_of(set->octets + set->key_length, set->text_length);
        return true;
    }
    return false;
}

void memo_keep(struct memo *memo, uint8_t kind, const struct memo_key *key, struct bytes text)
{
    struct memo_slot *set;
    uint8_t *octets;

    if (memo == NULL || key->is_full || text.len == 0 || text.len > MEMO_TEXT_MAX)
        return;
    octets = malloc(key->length + text.len);
    if (octets == NULL)
        return;
    memcpy(octets, key->octets, key->length);
    memcpy(octets + key->length, text.data, text.len);
    set = set_of(memo, kind, key);
    free(set[MEMO_WAYS - 1].octets);
    move_to_front(set, MEMO_WAYS - 1);
    *set = (struct memo_slot){
        .octets = octets,
        .hash = key->hash,
        .key_length = (uint32_t)key->length,
        .text_length = (uint32_t)text.len,
        .kind = kind,
    };
}
