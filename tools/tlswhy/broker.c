/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/broker.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/tlswhy/broker_message.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/sandbox.h"
#include "tools/tlswhy/state_file.h"

enum {
    ANSWER_SECONDS = 5, /* a file system that hangs must not hang the service */
    FILES_MAX = TRUST_FILES_MAX + OPTIONS_CRLS_MAX
};

struct broker {
    int socket;
    pid_t process;
    pthread_mutex_t lock; /* one wish and its answers at a time */
};

/* A file that was read. */
struct content {
    struct bytes octets; /* owned */
    bool is_crl;
    char name[BROKER_NAME_SIZE];
};

struct contents {
    struct content *items;
    size_t count;
};

/* Nothing of the service is kept open here: a connection that it closes is to be closed. */
static void close_all_but(int file)
{
    (void)close_range(STDERR_FILENO + 1, (unsigned)file - 1, 0);
    (void)close_range((unsigned)file + 1, UINT_MAX, 0);
}

static bool enter_sandbox(const struct options *options, const struct feed *feed)
{
    if (options->service.no_sandbox || !sandbox_is_built_in())
        return true;
    if (feed_needs_connections(feed))
        return sandbox_enter(SANDBOX_BROKER_FEED);
    return sandbox_enter(options->state != NULL ? SANDBOX_KEEPER : SANDBOX_BROKER);
}

static pid_t begin_process(const int sockets[2], const struct options *options,
                           const struct feed *feed, const char *trust_path)
{
    pid_t process = fork();

    if (process != 0)
        return process;
    close_all_but(sockets[1]);
    if (enter_sandbox(options, feed))
        broker_process(sockets[1], options, feed, trust_path);
    _exit(0);
}

struct broker *broker_start(const struct options *options, const struct feed *feed,
                            const char *trust_path)
{
    const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    struct broker *broker = calloc(1, sizeof(*broker));
    int sockets[2];

    if (broker == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
        (void)complain("the opener of files: %s", strerror(errno));
        free(broker);
        return NULL;
    }
    broker->process = begin_process(sockets, options, feed, trust_path);
    pthread_mutex_init(&broker->lock, NULL); /* cannot fail on Linux */
    close(sockets[1]);
    broker->socket = sockets[0];
    (void)setsockopt(broker->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (broker->process > 0)
        return broker;
    (void)complain("fork: %s", strerror(errno));
    close(broker->socket);
    free(broker);
    return NULL;
}

/* It ends when the socket does; init takes care of what is left of it, for the sandbox lets
 * nobody wait. */
void broker_stop(struct broker *broker)
{
    if (broker == NULL)
        return;
    pthread_mutex_destroy(&broker->lock);
    close(broker->socket);
    free(broker);
}

/* The descriptor that came along, -1: none. */
static int take_descriptor(struct msghdr *message)
{
    const struct cmsghdr *header = CMSG_FIRSTHDR(message);
    int file = -1;

    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(&file, CMSG_DATA(header), sizeof(file));
    return file;
}

/* The next answer. False after a complaint: it did not come. */
static bool next_answer(const struct broker *broker, struct broker_answer *answer, int *file)
{
    struct iovec part = {.iov_base = answer, .iov_len = sizeof(*answer)};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof(control),
    };

    if (recvmsg(broker->socket, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(*answer))
        return complain("the opener of files does not answer");
    answer->name[BROKER_NAME_SIZE - 1] = '\0';
    *file = take_descriptor(&message);
    return true;
}

static bool send_wish(const struct broker *broker, enum broker_wish wish, size_t sink)
{
    const struct broker_request request = {.wish = (uint8_t)wish, .sink = (uint8_t)sink};

    return send(broker->socket, &request, sizeof(request), MSG_NOSIGNAL) == (ssize_t)sizeof(request)
           || complain("the opener of files is gone");
}

/* A wish that one descriptor answers. -1 with the error of the other process. */
static int wish_for_one(const struct broker *broker, enum broker_wish wish, size_t sink)
{
    struct broker_answer answer;
    struct broker_answer end;
    int file = -1;
    int none = -1;

    errno = EIO;
    if (!send_wish(broker, wish, sink) || !next_answer(broker, &answer, &file)
        || answer.error == BROKER_END || !next_answer(broker, &end, &none))
        return -1;
    errno = answer.error;
    return file;
}

static int open_sink(void *context, size_t number, enum sink_wish wish)
{
    struct broker *broker = context;
    int file;

    pthread_mutex_lock(&broker->lock);
    file = wish_for_one(broker, wish == SINK_ROTATE ? BROKER_ROTATE : BROKER_SINK, number);
    pthread_mutex_unlock(&broker->lock);
    return file;
}

struct sink_opener broker_opener(struct broker *broker)
{
    return (struct sink_opener){.context = broker, .open = open_sink};
}

/* The wish is answered by its end alone when all went well. */
static bool commit_state(const struct broker *broker)
{
    struct broker_answer answer;
    int none = -1;

    if (!send_wish(broker, BROKER_COMMIT, 0) || !next_answer(broker, &answer, &none))
        return false;
    return answer.error == BROKER_END || complain("%s: %s", answer.name, strerror(answer.error));
}

static bool write_state(const struct broker *broker, struct bytes octets)
{
    int file = wish_for_one(broker, BROKER_STATE, 0);
    bool is_filled;

    if (file < 0)
        return complain("the state: %s", strerror(errno));
    is_filled = state_file_fill(file, octets) || complain("the state: %s", strerror(errno));
    close(file);
    return is_filled && commit_state(broker);
}

bool broker_write_state(struct broker *broker, struct bytes octets)
{
    bool is_written;

    pthread_mutex_lock(&broker->lock);
    is_written = write_state(broker, octets);
    pthread_mutex_unlock(&broker->lock);
    return is_written;
}

/* Read all of a file. False, and errno set. */
static bool read_content(int file, size_t max, struct bytes *out)
{
    struct stat status;
    size_t length = 0;
    uint8_t *octets;

    if (fstat(file, &status) != 0)
        return false;
    errno = !S_ISREG(status.st_mode) ? EINVAL : EFBIG;
    if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size > max)
        return false;
    octets = malloc((size_t)status.st_size + 1);
    while (octets != NULL && length < (size_t)status.st_size) {
        ssize_t count = read(file, octets + length, (size_t)status.st_size - length);

        if (count <= 0)
            break;
        length += (size_t)count;
    }
    if (octets != NULL)
        *out = bytes_of(octets, length);
    return octets != NULL;
}

static bool add_content(struct contents *contents, const struct broker_answer *answer, int file,
                        bool is_crl)
{
    struct content *content = &contents->items[contents->count];

    if (answer->error != 0)
        return complain("%s: %s", answer->name, strerror(answer->error));
    if (contents->count == FILES_MAX)
        return complain("%s: too many files", answer->name);
    if (!read_content(file, is_crl ? CRL_FILE_MAX : TRUST_FILE_MAX, &content->octets))
        return complain("%s: %s", answer->name, strerror(errno));
    content->is_crl = is_crl;
    memcpy(content->name, answer->name, sizeof(content->name));
    contents->count++;
    return true;
}

/* Read every answer, also after one that is of no use. */
static bool collect(const struct broker *broker, enum broker_wish wish, struct contents *contents)
{
    bool is_good = true;

    if (!send_wish(broker, wish, 0))
        return false;
    for (;;) {
        struct broker_answer answer;
        int file = -1;

        if (!next_answer(broker, &answer, &file))
            return false;
        if (answer.error == BROKER_END)
            return is_good;
        is_good = add_content(contents, &answer, file, wish == BROKER_CRLS) && is_good;
        if (file >= 0)
            close(file);
    }
}

static void contents_free(struct contents *contents)
{
    for (size_t i = 0; i < contents->count; i++)
        free((void *)(uintptr_t)contents->items[i].octets.data);
    free(contents->items);
}

static bool fill(struct trust_files *files, const struct contents *contents)
{
    struct crl_error error;

    for (size_t i = 0; i < contents->count; i++) {
        const struct content *content = &contents->items[i];

        if (!content->is_crl)
            trust_store_add(files->store, content->octets, content->name);
        else if (!crl_set_add(files->crls, content->octets, &error))
            return complain("%s: offset %llu: %s", content->name, (unsigned long long)error.offset,
                            error.reason);
    }
    (void)trust_store_load(files->store);
    return true;
}

static bool fill_new(struct trust_files *files, const struct contents *contents)
{
    struct trust_files made = {.store = trust_store_new(NULL), .crls = crl_set_new()};
    bool is_good = made.store != NULL && made.crls != NULL;

    is_good = is_good ? fill(&made, contents) : complain_memory();
    if (is_good)
        *files = made;
    else
        trust_files_close(&made);
    return is_good;
}

bool broker_read_trust(struct broker *broker, struct trust_files *files)
{
    struct contents contents = {.items = calloc(FILES_MAX + 1, sizeof(*contents.items))};
    bool is_good;

    pthread_mutex_lock(&broker->lock);
    is_good = contents.items != NULL && collect(broker, BROKER_TRUST, &contents)
              && collect(broker, BROKER_CRLS, &contents);
    pthread_mutex_unlock(&broker->lock);
    is_good = is_good && fill_new(files, &contents);
    contents_free(&contents);
    return is_good;
}
