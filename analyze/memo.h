/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memo.h -- texts that were made before, found by what they were made of.
 *
 * The same certificates and the same hellos come again and again, and most of an event is about
 * them: digests, names, lists. A table of MEMO_SETS times MEMO_WAYS texts: in a set, what was not
 * needed for longest gives way to what is new. Keys are compared octet by octet, so that a text is
 * never that of another key.
 */
#ifndef TLSWHY_ANALYZE_MEMO_H
#define TLSWHY_ANALYZE_MEMO_H

#include "dissect/bytes.h"

enum {
    MEMO_SETS =
        256,       /* with their ways: servers and clients of a large network, 8 MiB at the most */
    MEMO_WAYS = 4, /* with one, two texts of one place would take turns for ever */
    MEMO_KEY_MAX = 1024,  /* octets: a hello of 100 suites and 50 extensions */
    MEMO_TEXT_MAX = 7168, /* octets: a certificate of 100 names */
};

/* What texts are made of, put together piece by piece. */
struct memo_key {
    size_t length;
    bool is_full;  /* more than there is room for: there is no text for it */
    uint64_t hash; /* once it is finished */
    uint8_t octets[MEMO_KEY_MAX];
};

/* Begin a key; finish it before it is used. */
static inline void memo_key_begin(struct memo_key *key)
{
    key->length = 0;
    key->is_full = false;
}

void memo_key_finish(struct memo_key *key);

/* Make a key longer by so many octets; NULL when there is no room for them. */
static inline uint8_t *memo_key_extend(struct memo_key *key, size_t octets)
{
    uint8_t *added = key->octets + key->length;

    if (octets > sizeof(key->octets) - key->length) {
        key->is_full = true;
        return NULL;
    }
    key->length += octets;
    return added;
}

static inline void memo_key_add(struct memo_key *key, struct bytes octets)
{
    uint8_t *added = memo_key_extend(key, octets.len);

    if (added != NULL && octets.len > 0)
        memcpy(added, octets.data, octets.len);
}

static inline void memo_key_add_u16(struct memo_key *key, uint16_t value)
{
    memo_key_add(key, bytes_of(&value, sizeof(value)));
}

struct memo;

struct memo *memo_new(void);       /* NULL when memory is short */
void memo_free(struct memo *memo); /* NULL is harmless */

/* The text of a kind for a key, valid until the next memo_keep. False, and *text unchanged, when
 * there is none. A memo that is NULL has none. */
MUST_USE bool memo_find(struct memo *memo, uint8_t kind, const struct memo_key *key,
                        struct bytes *text);

/* Keep a copy of a text that was not found, unless it is too long or memory is short. */
void memo_keep(struct memo *memo, uint8_t kind, const struct memo_key *key, struct bytes text);

#endif
