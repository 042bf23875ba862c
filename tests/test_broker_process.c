/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The opener of files itself, over a socket that holds all wishes before it begins. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/broker_message.h"
#include "tools/tlswhy/system_clock.h"

static unsigned opened;

int feed_open_sink(const struct feed *feed, size_t number, enum sink_wish wish)
{
    (void)feed;
    (void)number;
    (void)wish;
    opened++;
    return -1;
}

static bool take_answer(int socket, uint32_t number, int32_t error)
{
    struct broker_answer answer;

    return recv(socket, &answer, sizeof(answer), MSG_DONTWAIT) == (ssize_t)sizeof(answer)
           && answer.number == number && answer.error == error;
}

/* Carry out one wish that somebody waits for, for so long from now. */
static void carry_out(uint16_t wish, const struct options *options, int64_t for_ms)
{
    const struct broker_request request = {
        .number = 1, .wish = wish, .sink = 0, .until_ms = system_clock_now_ms() + for_ms};
    int sockets[2];

    opened = 0;
    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
    CU_ASSERT_EQUAL(send(sockets[0], &request, sizeof(request), 0), (ssize_t)sizeof(request));
    CU_ASSERT_EQUAL(shutdown(sockets[0], SHUT_WR), 0);
    broker_process(sockets[1], options, NULL, NULL);
    CU_ASSERT(take_answer(sockets[0], 0, BROKER_END));
    if (for_ms < 0) /* whoever asks is told in any case that there is no more */
        CU_ASSERT(take_answer(sockets[0], 1, BROKER_END));
    close(sockets[0]);
    close(sockets[1]);
}

static void a_wish_that_was_given_up_is_not_carried_out(void)
{
    static const uint16_t wishes[] = {BROKER_SINK, BROKER_ROTATE};
    const struct options options = {0};

    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        carry_out(wishes[i], &options, 10000);
        CU_ASSERT_EQUAL(opened, 1);
        carry_out(wishes[i], &options, -1);
        CU_ASSERT_EQUAL(opened, 0);
    }
}

static void no_state_is_begun_for_nobody(void)
{
    char directory[] = "/tmp/test_broker_process_XXXXXX";
    char path[64];
    char made[72];
    const struct options options = {.state = path};

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/state", directory);
    snprintf(made, sizeof(made), "%s.new", path);
    carry_out(BROKER_STATE, &options, -1);
    CU_ASSERT_NOT_EQUAL(access(made, F_OK), 0);
    carry_out(BROKER_STATE, &options, 10000);
    CU_ASSERT_EQUAL(unlink(made), 0);
    rmdir(directory);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a wish that was given up is not carried out",
         a_wish_that_was_given_up_is_not_carried_out},
        {"no state is begun for nobody", no_state_is_begun_for_nobody},
        CU_TEST_INFO_NULL,
    };

    return suite_run("the opener of files itself", tests);
}
