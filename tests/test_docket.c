/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/docket.h"

enum { ROOM = 1 << 26 };

/* A connection on which both sides spoke TLS, with a transcript of this length. */
struct sample {
    struct connection connection;
    struct handshake handshake;
    struct observation observation;
    uint8_t transcript[64];
};

static struct sample *sample_new(void)
{
    struct sample *sample = calloc(1, sizeof(*sample));

    if (sample == NULL)
        abort();
    sample->handshake.spoke_tls[SIDE_CLIENT] = true;
    sample->handshake.transcript = sample->transcript;
    sample->observation.connection = &sample->connection;
    sample->observation.handshake = &sample->handshake;
    return sample;
}

static void what_is_pushed_is_taken_in_order_and_is_a_copy(void)
{
    struct docket *docket = docket_new(-1, ROOM);
    struct sample *sample = sample_new();

    for (uint16_t port = 1; port <= 3; port++) {
        sample->connection.endpoint[SIDE_SERVER].port = port;
        CU_ASSERT_TRUE(docket_push(docket, &sample->observation));
    }
    CU_ASSERT_EQUAL(docket_level(docket), 3);
    CU_ASSERT_TRUE(docket_octets(docket) > 3 * sizeof(struct connection));
    for (uint16_t port = 1; port <= 3; port++) {
        const struct deferred *deferred = docket_take(docket);

        CU_ASSERT_PTR_NOT_NULL_FATAL(deferred);
        CU_ASSERT_EQUAL(deferred->observation.connection->endpoint[SIDE_SERVER].port, port);
    }
    CU_ASSERT_PTR_NULL(docket_take(docket));
    CU_ASSERT_EQUAL(docket_level(docket), 0);
    free(sample);
    docket_free(docket);
}

/* It is looked at until the next is taken: neither another push nor a flush may free it. */
static void what_is_taken_is_freed_by_who_pushed_when_another_is_taken(void)
{
    struct docket *docket = docket_new(-1, ROOM);
    struct sample *sample = sample_new();
    const struct deferred *deferred;
    uint64_t each;

    CU_ASSERT_TRUE(docket_push(docket, &sample->observation));
    each = docket_octets(docket);
    deferred = docket_take(docket);
    CU_ASSERT_PTR_NOT_NULL_FATAL(deferred);
    CU_ASSERT_TRUE(docket_push(docket, &sample->observation));
    docket_flush(docket);
    CU_ASSERT_EQUAL(docket_octets(docket), 2 * each);
    CU_ASSERT_EQUAL(docket_level(docket), 2);
    CU_ASSERT_TRUE(deferred->observation.handshake->spoke_tls[SIDE_CLIENT]);

    CU_ASSERT_PTR_NOT_NULL(docket_take(docket));
    docket_flush(docket);
    CU_ASSERT_EQUAL(docket_octets(docket), each);
    CU_ASSERT_PTR_NULL(docket_take(docket));
    docket_flush(docket);
    CU_ASSERT_EQUAL(docket_octets(docket), 0);
    free(sample);
    docket_free(docket);
}

/* Nobody copies it, and it stays as long as the copy is looked at. */
static void a_body_that_handshakes_share_is_held(void)
{
    static const uint8_t octets[1000] = {1};
    struct docket *docket = docket_new(-1, ROOM);
    struct body_table *bodies = docket_bodies(docket);
    struct sample *sample = sample_new();
    const struct deferred *deferred;
    struct shared_body *body = body_table_hold(bodies, bytes_of(octets, sizeof(octets)));

    CU_ASSERT_PTR_NOT_NULL_FATAL(body);
    sample->handshake.shared = body;
    CU_ASSERT_TRUE(docket_push(docket, &sample->observation));
    CU_ASSERT_EQUAL(body->holders, 3);
    body_table_release(bodies, body);
    deferred = docket_take(docket);
    CU_ASSERT_PTR_NOT_NULL_FATAL(deferred);
    CU_ASSERT_PTR_EQUAL(deferred->observation.handshake->shared, body);
    CU_ASSERT_PTR_NULL(docket_take(docket));
    CU_ASSERT_EQUAL(body->holders, 2);
    docket_flush(docket);
    CU_ASSERT_EQUAL(body->holders, 1);
    CU_ASSERT_TRUE(docket_push(docket, &sample->observation));
    free(sample);
    docket_free(docket); /* what is in it holds its body: a use after that would be told */
}

static void what_can_be_spared_is_refused_first(void)
{
    CU_ASSERT_FALSE(docket_refuses(DOCKET_NOT_TLS, 49, 100));
    CU_ASSERT_TRUE(docket_refuses(DOCKET_NOT_TLS, 50, 100));
    CU_ASSERT_FALSE(docket_refuses(DOCKET_ESTABLISHED, 50, 100));
    CU_ASSERT_TRUE(docket_refuses(DOCKET_ESTABLISHED, 75, 100));
    CU_ASSERT_FALSE(docket_refuses(DOCKET_OTHER, 99, 100));
    CU_ASSERT_TRUE(docket_refuses(DOCKET_OTHER, 100, 100));
}

static void the_kinds_are_told_apart(void)
{
    struct sample *sample = sample_new();

    CU_ASSERT_EQUAL(docket_kind_of(&sample->observation), DOCKET_OTHER);
    sample->observation.settled = true;
    CU_ASSERT_EQUAL(docket_kind_of(&sample->observation), DOCKET_ESTABLISHED);
    sample->handshake.spoke_tls[SIDE_CLIENT] = false;
    CU_ASSERT_EQUAL(docket_kind_of(&sample->observation), DOCKET_NOT_TLS);
    sample->observation.tls_expected = true;
    CU_ASSERT_NOT_EQUAL(docket_kind_of(&sample->observation), DOCKET_NOT_TLS);
    free(sample);
}

/* Handshakes that went well are refused at three quarters, and failures go on until it is full. */
static void memory_stays_within_its_limit_and_the_rest_is_counted(void)
{
    const size_t max = 32 * (sizeof(struct connection) + sizeof(struct handshake));
    struct docket *docket = docket_new(-1, max);
    struct sample *sample = sample_new();
    size_t well = 0;
    size_t failed = 0;

    sample->observation.settled = true;
    while (docket_push(docket, &sample->observation))
        well++;
    sample->observation.settled = false;
    while (docket_push(docket, &sample->observation))
        failed++;
    CU_ASSERT_TRUE(well >= 8);
    CU_ASSERT_TRUE(failed >= 4);
    CU_ASSERT_TRUE(docket_octets(docket) <= max + docket_octets(docket) / 8);
    CU_ASSERT_EQUAL(docket_refused(docket, DOCKET_ESTABLISHED), 1);
    CU_ASSERT_EQUAL(docket_refused(docket, DOCKET_OTHER), 1);
    CU_ASSERT_EQUAL(docket_refused(docket, DOCKET_NOT_TLS), 0);
    CU_ASSERT_EQUAL(docket_level(docket), well + failed);
    free(sample);
    docket_free(docket); /* with all that is in it: a leak would be told */
}

static void one_write_wakes_for_many(void)
{
    int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct docket *docket = docket_new(wake, ROOM);
    struct sample *sample = sample_new();
    eventfd_t count = 0;

    docket_flush(docket);
    CU_ASSERT_NOT_EQUAL(eventfd_read(wake, &count), 0);
    docket_push(docket, &sample->observation);
    docket_push(docket, &sample->observation);
    docket_flush(docket);
    docket_flush(docket);
    CU_ASSERT_EQUAL(eventfd_read(wake, &count), 0);
    CU_ASSERT_EQUAL(count, 1);
    free(sample);
    docket_free(docket);
    close(wake);
}

enum { HANDED_OVER = 20000, BODIES = 4 };

/* Each with one of some bodies, which is held by nobody else once it is pushed. */
static void *push_many(void *argument)
{
    struct docket *docket = argument;
    struct body_table *bodies = docket_bodies(docket);
    struct sample *sample = sample_new();

    for (size_t i = 0; i < HANDED_OVER; i++) {
        uint8_t octets[BODY_OCTETS_MIN];

        memset(octets, (int)(i % BODIES), sizeof(octets));
        sample->observation.capture_end_ns = (int64_t)i;
        sample->handshake.shared = body_table_hold(bodies, bytes_of(octets, sizeof(octets)));
        while (!docket_push(docket, &sample->observation))
            sched_yield();
        body_table_release(bodies, sample->handshake.shared);
    }
    free(sample);
    return NULL;
}

static bool is_of_turn(const struct deferred *deferred, int64_t turn)
{
    const struct shared_body *body = deferred->observation.handshake->shared;

    return deferred->observation.capture_end_ns == turn && body != NULL
           && body->octets[0] == turn % BODIES && body->octets[body->length - 1] == turn % BODIES;
}

static void nothing_is_lost_or_exchanged_between_threads(void)
{
    struct docket *docket = docket_new(-1, 1 << 17);
    pthread_t thread;
    int64_t next = 0;

    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, push_many, docket), 0);
    while (next < HANDED_OVER) {
        const struct deferred *deferred = docket_take(docket);

        if (deferred == NULL) {
            sched_yield();
            continue;
        }
        if (!is_of_turn(deferred, next))
            break;
        next++;
    }
    CU_ASSERT_EQUAL(next, HANDED_OVER);
    pthread_join(thread, NULL);
    docket_free(docket);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what is pushed is taken in order and is a copy",
         what_is_pushed_is_taken_in_order_and_is_a_copy},
        {"what is taken is freed by who pushed, when another is taken",
         what_is_taken_is_freed_by_who_pushed_when_another_is_taken},
        {"a body that handshakes share is held", a_body_that_handshakes_share_is_held},
        {"what can be spared is refused first", what_can_be_spared_is_refused_first},
        {"the kinds are told apart", the_kinds_are_told_apart},
        {"memory stays within its limit and the rest is counted",
         memory_stays_within_its_limit_and_the_rest_is_counted},
        {"one write wakes for many", one_write_wakes_for_many},
        {"nothing is lost or exchanged between threads",
         nothing_is_lost_or_exchanged_between_threads},
        CU_TEST_INFO_NULL,
    };

    return suite_run("docket", tests);
}
