/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memo.h -- texts that were made before, found by what they were made of.
 *
 * The same certificates and the same hellos come again and again, and most of an event is about
 * them: digests, names, lists. A table of MEMO_SLOTS texts, each of which gives way to the next
 * one of its place. Keys are compared octet by octet, so that a text is never that of another key.
 */
#ifndef TLSWHY_ANALYZE_MEMO_H
#define TLSWHY_ANALYZE_MEMO_H

#include "dissect/bytes.h"

enum {
    MEMO_SLOTS = 1024,    /* servers and clients of a large network; 8 MiB at the very most */
    MEMO_KEY_MAX = 1024,  /* octets: a hello of 100 suites and 50 extensions */
    MEMO_TEXT_MAX = 7168, /* octets: a certificate of 100 names */
};

/* What a text is made of, put together piece by piece. */
struct memo_key {
    uint8_t octets[MEMO_KEY_MAX];
    size_t length;
    bool is_full; /* more than there is room for: there is no text for it */
};

/* Begin a key; texts of different kinds never meet. */
void memo_key_begin(struct memo_key *key, uint8_t kind);
void memo_key_add(struct memo_key *key, struct bytes octets);
void memo_key_add_u16(struct memo_key *key, uint16_t value);

struct memo;

struct memo *memo_new(void);       /* NULL when memory is short */
void memo_free(struct memo *memo); /* NULL is harmless */

/* The text of a key, valid until the next memo_keep. False, and *text unchanged, when there is
 * none. A memo that is NULL has none. */
MUST_USE bool memo_find(const struct memo *memo, const struct memo_key *key, struct bytes *text);

/* Keep a copy of a text, unless it is too long or memory is short. */
void memo_keep(struct memo *memo, const struct memo_key *key, struct bytes text);

#endif
