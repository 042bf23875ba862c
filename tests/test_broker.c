/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service's side of the opener of files. The other side is played here: it is late, ends before
 * it is ready or later, or has more than is read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/certificates.h"
#include "tests/support/listener.h"
#include "tests/support/suite.h"
#include "tools/tlswhy/broker.h"
#include "tools/tlswhy/broker_message.h"

/* What the other side does, as of the next broker_start. */
enum play {
    PLAY_PUNCTUAL,
    PLAY_LATE,
    PLAY_DEAD,
    PLAY_DIES,
    PLAY_DIES_BEFORE_LISTS,
    PLAY_EMPTY,
    PLAY_PART,
    PLAY_NO_LIST
};

static enum play play;

/* No memory is left. The linker has all calls come here. */
static bool memory_is_out;

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    return memory_is_out ? NULL : __real_calloc(count, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void send_answer(int socket, uint32_t number, const char *path)
{
    struct broker_answer body = {.number = number, .error = path != NULL ? 0 : BROKER_END};
    struct iovec part = {.iov_base = &body, .iov_len = sizeof(body)};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int file = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (file >= 0) {
        struct cmsghdr *header;

        message.msg_control = control;
        message.msg_controllen = sizeof(control);
        header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &file, sizeof(file));
    }
    (void)sendmsg(socket, &message, MSG_NOSIGNAL);
    if (file >= 0)
        close(file);
}

static void send_refusal(int socket, uint32_t number)
{
    const struct broker_answer body = {
        .number = number, .error = EACCES, .name = "/nowhere/unreadable.pem"};

    (void)send(socket, &body, sizeof(body), MSG_NOSIGNAL);
}

/* Of the store, or of the lists, the first file cannot be opened. */
static void play_trust(int socket, const struct broker_request *request)
{
    if (request->wish == BROKER_TRUST) {
        if (play == PLAY_PART)
            send_refusal(socket, request->number);
        send_answer(socket, request->number, certificates_path("root.der"));
    } else if (play == PLAY_NO_LIST) {
        send_refusal(socket, request->number);
    }
}

/* Sink 0 is /dev/null, all others /dev/zero. A late answer to the wish before comes first. */
void broker_process(int socket, const struct options *options, const struct feed *feed,
                    const char *trust_path)
{
    struct broker_request request;

    (void)options;
    (void)feed;
    (void)trust_path;
    if (play == PLAY_DEAD)
        return;
    send_answer(socket, 0, NULL);
    while (read(socket, &request, sizeof(request)) == (ssize_t)sizeof(request)) {
        if (play == PLAY_DIES || (play == PLAY_DIES_BEFORE_LISTS && request.wish == BROKER_CRLS))
            return;
        if (play == PLAY_LATE) {
            send_answer(socket, request.number - 1, "/dev/full");
            send_answer(socket, request.number - 1, NULL);
        }
        if (play == PLAY_PART || play == PLAY_NO_LIST || play == PLAY_DIES_BEFORE_LISTS)
            play_trust(socket, &request);
        else if (play != PLAY_EMPTY)
            send_answer(socket, request.number, request.sink == 0 ? "/dev/null" : "/dev/zero");
        send_answer(socket, request.number, NULL);
    }
}

static struct broker *start(enum play wanted, const char *trust_path)
{
    const struct options options = {.service = {.no_sandbox = true}, .trust_store = trust_path};

    play = wanted;
    return broker_start(&options, NULL, trust_path, NULL);
}

static bool opens(struct broker *broker, size_t sink, const char *path)
{
    struct sink_opener opener = broker_opener(broker);
    int file = opener.open(opener.context, sink, SINK_OPEN);
    struct stat is, wanted;
    bool is_same = file >= 0 && fstat(file, &is) == 0 && stat(path, &wanted) == 0
                   && is.st_rdev == wanted.st_rdev;

    if (file >= 0)
        close(file);
    return is_same;
}

static void a_wish_is_answered(void)
{
    struct broker *broker = start(PLAY_PUNCTUAL, NULL);

    CU_ASSERT_FATAL(broker != NULL);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(opens(broker, 0, "/dev/null"));
        CU_ASSERT(opens(broker, 1, "/dev/zero"));
    }
    broker_stop(broker);
}

static void an_answer_that_comes_late_is_not_taken_for_the_next(void)
{
    struct broker *broker = start(PLAY_LATE, NULL);
    int before = dup(STDIN_FILENO);

    CU_ASSERT_FATAL(broker != NULL);
    close(before);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(opens(broker, 0, "/dev/null"));
        CU_ASSERT(opens(broker, 1, "/dev/zero"));
    }
    CU_ASSERT_EQUAL(dup(STDIN_FILENO), before); /* what came late does not stay open */
    close(before);
    broker_stop(broker);
}

static void one_that_is_not_ready_is_noticed(void)
{
    CU_ASSERT_PTR_NULL(start(PLAY_DEAD, NULL));
}

/* What broker_read_trust says when it fails. */
static void read_trust_in_vain(struct broker *broker, char said[LISTENER_SIZE])
{
    struct listener listener = listener_begin();
    struct trust_files files = {0};

    CU_ASSERT(!broker_read_trust(broker, &files));
    CU_ASSERT_PTR_NULL(files.store);
    listener_end(&listener, said);
}

/* Of the two files that are read anew, the one that was not is named. */
static void what_did_not_come_is_named(void)
{
    static const struct {
        enum play play;
        const char *said;
    } cases[] = {
        {PLAY_DIES, "tlswhy: the trust store: Broken pipe\n"},
        {PLAY_DIES_BEFORE_LISTS, "tlswhy: the revocation lists: Broken pipe\n"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct broker *broker = start(cases[i].play, "/nowhere/store");
        char said[LISTENER_SIZE];

        CU_ASSERT_FATAL(broker != NULL);
        read_trust_in_vain(broker, said);
        CU_ASSERT_STRING_EQUAL(said, cases[i].said);
        broker_stop(broker);
    }
}

static void a_lack_of_memory_is_told(void)
{
    struct broker *broker = start(PLAY_PART, "/nowhere/store");
    char said[LISTENER_SIZE];

    CU_ASSERT_FATAL(broker != NULL);
    memory_is_out = true;
    read_trust_in_vain(broker, said);
    memory_is_out = false;
    CU_ASSERT_STRING_EQUAL(said, "tlswhy: out of memory\n");
    broker_stop(broker);
}

/* Its errno says why none was opened. */
static int error_of_sink(struct broker *broker)
{
    struct sink_opener opener = broker_opener(broker);

    errno = 0;
    CU_ASSERT_EQUAL(opener.open(opener.context, 0, SINK_OPEN), -1);
    return errno;
}

static void one_that_died_is_noticed_and_told_from_a_disk_that_fails(void)
{
    struct broker *broker = start(PLAY_DIES, NULL);
    struct trust_files files = {0};

    CU_ASSERT_FATAL(broker != NULL);
    CU_ASSERT(!broker_is_gone(broker));
    CU_ASSERT_EQUAL(error_of_sink(broker), EPIPE);
    CU_ASSERT(broker_is_gone(broker));
    CU_ASSERT_EQUAL(error_of_sink(broker), EPIPE);
    CU_ASSERT(!broker_write_state(broker, bytes_of("state", 5)));
    CU_ASSERT(!broker_read_trust(broker, &files));
    broker_stop(broker);
}

static void a_wish_that_it_gave_up_came_too_late(void)
{
    struct broker *broker = start(PLAY_EMPTY, NULL);

    CU_ASSERT_FATAL(broker != NULL);
    CU_ASSERT_EQUAL(error_of_sink(broker), ETIMEDOUT);
    CU_ASSERT(!broker_is_gone(broker));
    broker_stop(broker);
}

/* The file was opened, and there is no number for it here. */
static void a_descriptor_that_finds_no_place_is_an_error(void)
{
    struct broker *broker = start(PLAY_PUNCTUAL, NULL);
    struct rlimit before;
    struct rlimit none_free;
    int lowest = dup(STDIN_FILENO);

    CU_ASSERT_FATAL(broker != NULL && getrlimit(RLIMIT_NOFILE, &before) == 0);
    close(lowest);
    none_free = (struct rlimit){.rlim_cur = (rlim_t)lowest, .rlim_max = before.rlim_max};
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &none_free), 0);
    CU_ASSERT_EQUAL(error_of_sink(broker), EMFILE);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
    CU_ASSERT(opens(broker, 0, "/dev/null"));
    broker_stop(broker);
}

/* Such as a directory that was emptied: what is there of the store is not to be forgotten, nor the
 * system's to be looked for. */
static void a_store_without_a_file_is_refused(void)
{
    struct broker *broker = start(PLAY_EMPTY, "/nowhere/store");
    struct trust_files files = {0};

    CU_ASSERT_FATAL(broker != NULL);
    CU_ASSERT(!broker_read_trust(broker, &files));
    CU_ASSERT_PTR_NULL(files.store);
    broker_stop(broker);
}

/* As at the start. */
static void one_file_of_a_store_may_be_unreadable(void)
{
    struct broker *broker = start(PLAY_PART, "/nowhere/store");
    struct trust_files files = {0};

    CU_ASSERT_FATAL(broker != NULL && broker_read_trust(broker, &files));
    CU_ASSERT_EQUAL(trust_store_count(files.store), 1);
    trust_files_close(&files);
    broker_stop(broker);
}

static void a_list_may_not(void)
{
    struct broker *broker = start(PLAY_NO_LIST, "/nowhere/store");
    struct trust_files files = {0};

    CU_ASSERT_FATAL(broker != NULL);
    CU_ASSERT(!broker_read_trust(broker, &files));
    CU_ASSERT_PTR_NULL(files.store);
    broker_stop(broker);
}

static void who_has_no_store_reads_none(void)
{
    struct broker *broker = start(PLAY_EMPTY, NULL);
    struct trust_files files = {0};

    CU_ASSERT_FATAL(broker != NULL && broker_read_trust(broker, &files));
    CU_ASSERT_EQUAL(trust_store_load(files.store), TRUST_NONE);
    trust_files_close(&files);
    broker_stop(broker);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a wish is answered", a_wish_is_answered},
        {"one file of a store may be unreadable", one_file_of_a_store_may_be_unreadable},
        {"a list may not", a_list_may_not},
        {"an answer that comes late is not taken for the next",
         an_answer_that_comes_late_is_not_taken_for_the_next},
        {"one that is not ready is noticed", one_that_is_not_ready_is_noticed},
        {"a lack of memory is told", a_lack_of_memory_is_told},
        {"what did not come is named", what_did_not_come_is_named},
        {"one that died is noticed, and told from a disk that fails",
         one_that_died_is_noticed_and_told_from_a_disk_that_fails},
        {"a wish that it gave up came too late", a_wish_that_it_gave_up_came_too_late},
        {"a descriptor that finds no place is an error",
         a_descriptor_that_finds_no_place_is_an_error},
        {"a store without a file is refused", a_store_without_a_file_is_refused},
        {"who has no store reads none", who_has_no_store_reads_none},
        CU_TEST_INFO_NULL,
    };

    return suite_run("broker", tests);
}
