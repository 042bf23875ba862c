/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a carrier ends, whatever the receiver does. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/carrier.h"

enum { FINISH_MS = 200, BLOCK = 65536, BLOCKS_MAX = 4096 /* far more than is read in that time */ };

/* A carrier, and the socket of its receiver. *spec lives as long as it. */
static struct carrier *open_pair(struct sink_spec *spec, int *receiver)
{
    static const struct carrier_options options = {0};
    struct carrier *carrier;
    int ends[2];

    CU_ASSERT_FATAL(sink_spec_parse("unix:/nowhere", spec));
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    carrier = carrier_unix.open(spec, &options, ends[0]);
    CU_ASSERT_FATAL(carrier != NULL);
    *receiver = ends[1];
    return carrier;
}

struct talker {
    int socket;
    atomic_bool is_over;
};

/* Send until it is over, or for long; then close. */
static void *talk(void *argument)
{
    struct talker *talker = argument;
    static const char block[BLOCK];

    for (int i = 0; i < BLOCKS_MAX && !atomic_load(&talker->is_over); i++)
        (void)send(talker->socket, block, sizeof(block), MSG_NOSIGNAL);
    close(talker->socket);
    return NULL;
}

static void a_receiver_that_sends_is_waited_for_no_longer_than_another(void)
{
    struct talker talker = {0};
    struct sink_spec spec;
    struct carrier *carrier = open_pair(&spec, &talker.socket);
    pthread_t thread;
    struct pollfd word = {.fd = carrier_unix.descriptor(carrier), .events = POLLIN};

    CU_ASSERT_FATAL(pthread_create(&thread, NULL, talk, &talker) == 0);
    CU_ASSERT_EQUAL(poll(&word, 1, -1), 1);
    CU_ASSERT(!carrier_unix.finish(carrier, FINISH_MS));
    atomic_store(&talker.is_over, true);
    carrier_unix.close(carrier);
    pthread_join(thread, NULL);
}

static void what_a_receiver_sent_before_its_end_is_passed_over(void)
{
    int receiver;
    struct sink_spec spec;
    struct carrier *carrier = open_pair(&spec, &receiver);

    CU_ASSERT_EQUAL(send(receiver, "hello", 5, 0), 5);
    close(receiver);
    CU_ASSERT(carrier_unix.finish(carrier, FINISH_MS));
    carrier_unix.close(carrier);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a receiver that sends is waited for no longer than another",
         a_receiver_that_sends_is_waited_for_no_longer_than_another},
        {"what a receiver sent before its end is passed over",
         what_a_receiver_sent_before_its_end_is_passed_over},
        CU_TEST_INFO_NULL,
    };

    return suite_run("carrier", tests);
}
