/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/body_table.h"

#include <stdlib.h>

#include "analyze/budget.h"
#include "capture/table_hash.h"

enum {
    SPARE_SHARE = 8, /* this part of the memory stays for bodies that come when others go */
    STEPS = 16,      /* slots that are looked at to make room for a body */
    /* Of a body that are hashed: the serial number of the first certificate is among them, and the
       lengths of all. */
    HASHED_OCTETS = TABLE_HASH_OCTETS_MAX
};

_Static_assert((int)HASHED_OCTETS <= (int)BODY_OCTETS_MIN, "they are there");

struct body_table {
    struct budget budget;
    struct table_hash hash;
    uint64_t refused;
    size_t hand; /* the slot that gives way next */
    struct shared_body *slots[BODY_TABLE_SLOTS];
};

struct body_table *body_table_new(size_t octets_max)
{
    struct body_table *table = calloc(1, sizeof(*table));
    uint64_t secret[2];

    if (table == NULL)
        return NULL;
    table->budget = (struct budget){
        .limit = octets_max - octets_max / SPARE_SHARE,
        .spare_max = octets_max / SPARE_SHARE,
    };
    table_hash_secret(secret);
    table->hash = table_hash_of(secret);
    return table;
}

/* The table holds what is in the slot no longer. */
static void clear_slot(struct body_table *table, struct shared_body **slot)
{
    body_table_release(table, *slot);
    *slot = NULL;
}

void body_table_free(struct body_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < BODY_TABLE_SLOTS; i++)
        clear_slot(table, &table->slots[i]);
    budget_clear(&table->budget);
    free(table);
}

static size_t block_octets(size_t length)
{
    return sizeof(struct shared_body) + length;
}

void body_table_release(struct body_table *table, struct shared_body *body)
{
    if (body != NULL && --body->holders == 0)
        budget_give_block(&table->budget, body, block_octets(body->length));
}

static bool is_the_same(const struct shared_body *body, struct bytes octets)
{
    return body != NULL && bytes_equal(bytes_of(body->octets, body->length), octets);
}

/* Room for a body; those that the table alone holds give way in turn. NULL: there is none. */
static struct shared_body *take_room(struct body_table *table, size_t octets)
{
    struct shared_body *room = budget_take_block(&table->budget, octets);

    for (unsigned i = 0; room == NULL && i < STEPS; i++) {
        struct shared_body **slot = &table->slots[table->hand++ % BODY_TABLE_SLOTS];

        if (*slot == NULL || (*slot)->holders > 1)
            continue;
        clear_slot(table, slot);
        room = budget_take_block(&table->budget, octets);
    }
    return room;
}

/* Make a body that the table holds in this slot. NULL: no room. */
static struct shared_body *make(struct body_table *table, struct shared_body **slot,
                                struct bytes octets)
{
    struct shared_body *body = take_room(table, block_octets(octets.len));

    if (body == NULL) {
        table->refused++;
        return NULL;
    }
    body->holders = 1;
    body->length = (uint32_t)octets.len;
    memcpy(body->octets, octets.data, octets.len);
    clear_slot(table, slot);
    *slot = body;
    return body;
}

struct shared_body *body_table_hold(struct body_table *table, struct bytes octets)
{
    struct shared_body **slot;

    if (table == NULL || octets.len < BODY_OCTETS_MIN || octets.len > BODY_OCTETS_MAX)
        return NULL;
    slot = &table->slots[table_hash(&table->hash, octets.data, HASHED_OCTETS) % BODY_TABLE_SLOTS];
    return body_table_hold_too(is_the_same(*slot, octets) ? *slot : make(table, slot, octets));
}

size_t body_table_octets(const struct body_table *table)
{
    return table->budget.used;
}

size_t body_table_octets_peak(const struct body_table *table)
{
    return table->budget.peak;
}

uint64_t body_table_refused(const struct body_table *table)
{
    return table->refused;
}
