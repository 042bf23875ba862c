/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The opener of files itself, over a socket that holds all wishes before it begins. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/broker_message.h"
#include "tools/tlswhy/system_clock.h"

static unsigned opened;

/* There is one sink, which cannot be opened. */
int feed_open_sink(const struct feed *feed, size_t number, enum sink_wish wish)
{
    (void)feed;
    (void)wish;
    opened++;
    errno = number == 0 ? EACCES : EINVAL;
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

enum { WISHES_MAX = 2, ANSWERS_MAX = 8, WAIT_MS = 10000 };

/* What is asked for, in this order. */
struct wishes {
    const struct options *options;
    const char *trust_path;
    size_t count;
    uint16_t wish[WISHES_MAX];
    uint16_t sink;
};

/* What came for them without the ends. */
struct answers {
    size_t count;
    size_t ends;
    int32_t errors[ANSWERS_MAX];
    char names[ANSWERS_MAX][BROKER_NAME_SIZE];
};

static struct answers take_answers(int socket)
{
    struct answers answers = {0};
    struct broker_answer answer;

    while (answers.count < ANSWERS_MAX
           && recv(socket, &answer, sizeof(answer), MSG_DONTWAIT) == (ssize_t)sizeof(answer)) {
        if (answer.error == BROKER_END) {
            answers.ends++;
            continue;
        }
        answers.errors[answers.count] = answer.error;
        memcpy(answers.names[answers.count++], answer.name, sizeof(answer.name));
    }
    return answers;
}

/* Ask for all of it. After each wish comes an end, and one before them. */
static struct answers ask(const struct wishes *wishes)
{
    struct answers answers;
    int sockets[2];

    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
    for (size_t i = 0; i < wishes->count; i++) {
        const struct broker_request request = {.number = (uint32_t)i + 1,
                                               .wish = wishes->wish[i],
                                               .sink = wishes->sink,
                                               .until_ms = system_clock_now_ms() + WAIT_MS};

        CU_ASSERT_EQUAL(send(sockets[0], &request, sizeof(request), 0), (ssize_t)sizeof(request));
    }
    CU_ASSERT_EQUAL(shutdown(sockets[0], SHUT_WR), 0);
    broker_process(sockets[1], wishes->options, NULL, wishes->trust_path);
    answers = take_answers(sockets[0]);
    CU_ASSERT_EQUAL(answers.ends, wishes->count + 1);
    close(sockets[0]);
    close(sockets[1]);
    return answers;
}

/* A directory for one test, and files in it, which are made and removed by their names. */
struct folder {
    char path[40];
    char file[64];
};

static struct folder make_folder(void)
{
    struct folder folder = {.path = "/tmp/test_broker_process_XXXXXX"};

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder.path));
    return folder;
}

static const char *path_in(struct folder *folder, const char *name)
{
    snprintf(folder->file, sizeof(folder->file), "%s/%s", folder->path, name);
    return folder->file;
}

static void make_file(struct folder *folder, const char *name)
{
    int file = open(path_in(folder, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    CU_ASSERT_FATAL(file >= 0);
    close(file);
}

static void a_store_is_a_file_or_the_certificates_of_a_directory(void)
{
    static const char *const names[] = {"one.pem", "two.crt", "README"};
    static const struct options options = {0};
    struct folder folder = make_folder();
    struct wishes wishes = {
        .options = &options, .trust_path = folder.path, .count = 1, .wish = {BROKER_TRUST}};
    struct answers answers;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        make_file(&folder, names[i]);
    answers = ask(&wishes);
    CU_ASSERT_EQUAL(answers.count, 2);
    CU_ASSERT_EQUAL(answers.errors[0] | answers.errors[1], 0);
    wishes.trust_path = path_in(&folder, "two.crt");
    answers = ask(&wishes);
    CU_ASSERT_EQUAL(answers.count, 1);
    CU_ASSERT_EQUAL(answers.errors[0], 0);
    CU_ASSERT_STRING_EQUAL(answers.names[0], wishes.trust_path);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(path_in(&folder, names[i]));
    rmdir(folder.path);
    answers = ask(&wishes);
    CU_ASSERT_EQUAL(answers.errors[0], ENOENT);
    wishes.trust_path = NULL;
    CU_ASSERT_EQUAL(ask(&wishes).count, 0);
}

static void every_list_is_answered_for(void)
{
    static const struct options options = {.crls = {"/dev/null", "/nowhere/list"}, .crl_count = 2};
    const struct answers answers =
        ask(&(struct wishes){.options = &options, .count = 1, .wish = {BROKER_CRLS}});

    CU_ASSERT_EQUAL(answers.count, 2);
    CU_ASSERT_EQUAL(answers.errors[0], 0);
    CU_ASSERT_EQUAL(answers.errors[1], ENOENT);
    CU_ASSERT_STRING_EQUAL(answers.names[1], "/nowhere/list");
}

static void a_state_is_committed_once_it_was_begun(void)
{
    struct folder folder = make_folder();
    const struct options options = {.state = path_in(&folder, "state")};
    struct wishes wishes = {.options = &options, .count = 1, .wish = {BROKER_COMMIT}};
    struct answers answers = ask(&wishes);

    CU_ASSERT_EQUAL(answers.count, 1);
    CU_ASSERT_EQUAL(answers.errors[0], EINVAL);
    CU_ASSERT_EQUAL(access(options.state, F_OK), -1);
    wishes =
        (struct wishes){.options = &options, .count = 2, .wish = {BROKER_STATE, BROKER_COMMIT}};
    answers = ask(&wishes);
    CU_ASSERT_EQUAL(answers.count, 1); /* the descriptor */
    CU_ASSERT_EQUAL(answers.errors[0], 0);
    CU_ASSERT_EQUAL(unlink(options.state), 0);
    rmdir(folder.path);
}

static void what_is_not_there_is_not_opened(void)
{
    static const struct options options = {0};
    struct answers answers =
        ask(&(struct wishes){.options = &options, .count = 1, .wish = {BROKER_SINK}, .sink = 1});

    CU_ASSERT_EQUAL(answers.errors[0], EINVAL); /* a sink */
    answers = ask(&(struct wishes){
        .options = &options, .count = 2, .wish = {BROKER_COMMIT + 1, BROKER_STATE}});
    CU_ASSERT_EQUAL(answers.count, 0); /* a wish, and a state */
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
        {"a store is a file, or the certificates of a directory",
         a_store_is_a_file_or_the_certificates_of_a_directory},
        {"every list is answered for", every_list_is_answered_for},
        {"a state is committed once it was begun", a_state_is_committed_once_it_was_begun},
        {"what is not there is not opened", what_is_not_there_is_not_opened},
        CU_TEST_INFO_NULL,
    };

    return suite_run("the opener of files itself", tests);
}
