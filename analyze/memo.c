/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/memo.h"

#include <stdlib.h>

#include "capture/siphash.h"

/* The key, then the text. */
struct memo_slot {
    uint8_t *octets; /* NULL: empty */
    uint64_t hash;
    size_t key_length;
    size_t text_length;
};

struct memo {
    struct memo_slot slots[MEMO_SLOTS];
};

void memo_key_begin(struct memo_key *key, uint8_t kind)
{
    key->octets[0] = kind;
    key->length = 1;
    key->is_full = false;
}

void memo_key_add(struct memo_key *key, struct bytes octets)
{
    if (octets.len > sizeof(key->octets) - key->length) {
        key->is_full = true;
        return;
    }
    if (octets.len > 0)
        memcpy(key->octets + key->length, octets.data, octets.len);
    key->length += octets.len;
}

void memo_key_add_u16(struct memo_key *key, uint16_t value)
{
    memo_key_add(key, bytes_of(&value, sizeof(value)));
}

struct memo *memo_new(void)
{
    return calloc(1, sizeof(struct memo));
}

void memo_free(struct memo *memo)
{
    if (memo == NULL)
        return;
    for (size_t i = 0; i < MEMO_SLOTS; i++)
        free(memo->slots[i].octets);
    free(memo);
}

/* No secret: whoever makes keys collide gains that texts are made again. */
static uint64_t hash_of(const struct memo_key *key)
{
    static const uint64_t no_secret[2] = {0, 0};

    return siphash_1_3(no_secret, key->octets, key->length);
}

bool memo_find(const struct memo *memo, const struct memo_key *key, struct bytes *text)
{
    uint64_t hash;
    const struct memo_slot *slot;

    if (memo == NULL || key->is_full)
        return false;
    hash = hash_of(key);
    slot = &memo->slots[hash % MEMO_SLOTS];
    if (slot->octets == NULL || slot->hash != hash || slot->key_length != key->length
        || memcmp(slot->octets, key->octets, key->length) != 0)
        return false;
    *text = bytes_of(slot->octets + slot->key_length, slot->text_length);
    return true;
}

void memo_keep(struct memo *memo, const struct memo_key *key, struct bytes text)
{
    uint64_t hash;
    struct memo_slot *slot;
    uint8_t *octets;

    if (memo == NULL || key->is_full || text.len == 0 || text.len > MEMO_TEXT_MAX)
        return;
    octets = malloc(key->length + text.len);
    if (octets == NULL)
        return;
    hash = hash_of(key);
    slot = &memo->slots[hash % MEMO_SLOTS];
    free(slot->octets);
    memcpy(octets, key->octets, key->length);
    memcpy(octets + key->length, text.data, text.len);
    *slot = (struct memo_slot){
        .octets = octets,
        .hash = hash,
        .key_length = key->length,
        .text_length = text.len,
    };
}
