/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/body_table.h"
#include "tests/support/suite.h"

enum { LENGTH = 3000, MEMORY = 1 << 20 };

/* Octets that this number and the last one tell apart. */
static struct bytes octets_of(uint8_t buffer[BODY_OCTETS_MAX + 1], size_t length, uint32_t number,
                              char last)
{
    memset(buffer, 'x', length);
    memcpy(buffer, &number, sizeof(number));
    buffer[length - 1] = (uint8_t)last;
    return bytes_of(buffer, length);
}

static struct shared_body *hold(struct body_table *table, size_t length, uint32_t number)
{
    uint8_t buffer[BODY_OCTETS_MAX + 1];

    return body_table_hold(table, octets_of(buffer, length, number, 'x'));
}

static void the_same_octets_are_kept_once(void)
{
    struct body_table *table = body_table_new(MEMORY);
    struct shared_body *first = hold(table, LENGTH, 1);
    uint8_t buffer[BODY_OCTETS_MAX + 1];
    struct bytes octets = octets_of(buffer, LENGTH, 1, 'x');
    size_t memory = body_table_octets(table);

    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT_TRUE(bytes_equal(bytes_of(first->octets, first->length), octets));
    CU_ASSERT_PTR_EQUAL(hold(table, LENGTH, 1), first);
    CU_ASSERT_EQUAL(body_table_octets(table), memory);
    body_table_release(table, first);
    body_table_release(table, first);
    CU_ASSERT_PTR_EQUAL(hold(table, LENGTH, 1), first); /* also when nobody holds it */
    body_table_release(table, first);
    body_table_free(table);
}

/* Both have one place in the table: what is hashed of them is the same. */
static void another_with_the_same_beginning_is_another(void)
{
    struct body_table *table = body_table_new(MEMORY);
    struct shared_body *first = hold(table, LENGTH, 1);
    uint8_t buffer[BODY_OCTETS_MAX + 1];
    struct bytes octets = octets_of(buffer, LENGTH, 1, 'y');
    struct shared_body *second = body_table_hold(table, octets);

    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    CU_ASSERT_PTR_NOT_EQUAL(first, second);
    CU_ASSERT_EQUAL(first->octets[LENGTH - 1], 'x'); /* as long as it is held */
    CU_ASSERT_EQUAL(second->octets[LENGTH - 1], 'y');
    CU_ASSERT_PTR_EQUAL(body_table_hold(table, octets), second);
    body_table_release(table, first);
    body_table_release(table, second);
    body_table_release(table, second);
    body_table_free(table);
}

static void what_is_shorter_or_longer_is_not_kept(void)
{
    struct body_table *table = body_table_new(MEMORY);

    CU_ASSERT_PTR_NULL(hold(table, BODY_OCTETS_MIN - 1, 1));
    CU_ASSERT_PTR_NULL(hold(table, BODY_OCTETS_MAX + 1, 1));
    CU_ASSERT_EQUAL(body_table_octets(table), 0);
    body_table_release(table, hold(table, BODY_OCTETS_MIN, 1));
    CU_ASSERT_TRUE(body_table_octets(table) >= BODY_OCTETS_MIN);
    body_table_release(table, hold(table, BODY_OCTETS_MAX, 1));
    CU_ASSERT_TRUE(body_table_octets(table) >= BODY_OCTETS_MAX);
    body_table_free(table);
    CU_ASSERT_PTR_NULL(hold(NULL, LENGTH, 1));
}

/* Certificates that never come again: neither memory nor its count grows. */
static void memory_stays_within_its_limit(void)
{
    enum { BODIES = 10 * BODY_TABLE_SLOTS };
    const size_t limits[] = {MEMORY, (size_t)64 << 20};

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct body_table *table = body_table_new(limits[i]);
        size_t kept = 0;

        for (uint32_t number = 0; number < BODIES; number++) {
            struct shared_body *body = hold(table, LENGTH, number);

            kept += body != NULL;
            body_table_release(table, body);
            CU_ASSERT_TRUE(body_table_octets(table) <= limits[i]);
        }
        CU_ASSERT_EQUAL(kept + body_table_refused(table), BODIES);
        CU_ASSERT_TRUE(kept > BODIES / 2); /* older ones gave way */
        CU_ASSERT_TRUE(kept == BODIES || limits[i] == MEMORY);
        CU_ASSERT_TRUE(body_table_octets_peak(table) <= limits[i]);
        CU_ASSERT_TRUE(body_table_octets(table) <= (size_t)BODY_TABLE_SLOTS * 2 * LENGTH);
        body_table_free(table);
    }
}

/* How many of the bodies that are held, by number, others would get too. */
static size_t count_found(struct body_table *table, struct shared_body *const *held, uint32_t count)
{
    size_t found = 0;

    for (uint32_t number = 0; number < count; number++) {
        struct shared_body *body = hold(table, LENGTH, number);

        found += body != NULL && body == held[number];
        body_table_release(table, body);
    }
    return found;
}

/* What is in it gives way to what comes again and again, unless somebody holds it. */
static void a_full_table_takes_up_what_is_new(void)
{
    enum { BODIES = MEMORY / LENGTH, NEW = 20 };
    struct body_table *table = body_table_new(MEMORY);
    struct shared_body *held[BODIES];
    size_t found;

    for (uint32_t number = 0; number < BODIES; number++)
        held[number] = hold(table, LENGTH, number);
    CU_ASSERT_TRUE(body_table_refused(table) > 0);
    found = count_found(table, held, BODIES);
    CU_ASSERT_TRUE(found > 0);
    for (uint32_t number = 0; number < BODY_TABLE_SLOTS; number++)
        CU_ASSERT_PTR_NULL(hold(table, LENGTH, BODIES));
    CU_ASSERT_EQUAL(count_found(table, held, BODIES), found);
    for (uint32_t number = 0; number < BODIES; number++)
        body_table_release(table, held[number]);
    for (uint32_t number = BODIES; number < BODIES + NEW; number++) {
        struct shared_body *body = NULL;

        for (size_t i = 0; i < BODY_TABLE_SLOTS && body == NULL; i++)
            body = hold(table, LENGTH, number);
        CU_ASSERT_PTR_NOT_NULL(body);
        body_table_release(table, body);
    }
    body_table_free(table);
}

/* They are a part of the memory for handshakes, and not more than certificates need. */
static void a_table_takes_a_part_of_the_memory(void)
{
    CU_ASSERT_EQUAL(body_table_within(0), 0);
    CU_ASSERT_EQUAL(body_table_within(MEMORY), MEMORY / BODY_TABLE_SHARE);
    CU_ASSERT_EQUAL(body_table_within(SIZE_MAX), BODY_TABLE_OCTETS);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"the same octets are kept once", the_same_octets_are_kept_once},
        {"another with the same beginning is another", another_with_the_same_beginning_is_another},
        {"what is shorter or longer is not kept", what_is_shorter_or_longer_is_not_kept},
        {"memory stays within its limit", memory_stays_within_its_limit},
        {"a full table takes up what is new", a_full_table_takes_up_what_is_new},
        {"a table takes a part of the memory", a_table_takes_a_part_of_the_memory},
        CU_TEST_INFO_NULL,
    };

    return suite_run("body_table", tests);
}
