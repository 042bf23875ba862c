/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/broker.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyze/file.h"
#include "tools/tlswhy/broker_message.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/sandbox.h"
#include "tools/tlswhy/state_file.h"
#include "tools/tlswhy/system_clock.h"

enum {
    ANSWER_SECONDS = 5, /* whoever asks does not wait for a file system that hangs */
    FILES_MAX = TRUST_FILES_MAX + OPTIONS_CRLS_MAX
};

struct broker {
    int socket;
    uint32_t number;      /* of the last wish */
    const char *user;     /* who the process is; NULL: who started the program */
    const char *state;    /* the file of --state; NULL: none */
    char *trust_path;     /* NULL: there is no trust store */
    bool is_trust_named;  /* by an option: one without a certificate is an error */
    bool is_silent;       /* the last answer did not come, and that was said */
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
    if (feed_has_receivers_or_rotation(feed))
        return sandbox_enter(SANDBOX_BROKER_FEED);
    return sandbox_enter(options->state != NULL ? SANDBOX_KEEPER : SANDBOX_BROKER);
}

/* However the service ends, and also if a file system hangs. False: it has ended already. */
static bool end_with(pid_t service)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == service;
}

static pid_t begin_process(const int sockets[2], const struct options *options,
                           const struct feed *feed, const char *trust_path)
{
    const pid_t service = getpid();
    pid_t process = fork();

    if (process != 0)
        return process;
    close_all_but(sockets[1]);
    if (end_with(service) && enter_sandbox(options, feed))
        broker_process(sockets[1], options, feed, trust_path);
    _exit(0);
}

/* What begin_process needs, all but the process. NULL: errno says why. */
static struct broker *new_broker(const char *trust_path, int sockets[2])
{
    const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    struct broker *broker = calloc(1, sizeof(*broker));

    if (broker == NULL)
        return NULL;
    broker->trust_path = trust_path != NULL ? strdup(trust_path) : NULL;
    if ((trust_path != NULL && broker->trust_path == NULL)
        || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
        free(broker->trust_path);
        free(broker);
        return NULL;
    }
    pthread_mutex_init(&broker->lock, NULL); /* cannot fail on Linux */
    broker->socket = sockets[0];
    (void)setsockopt(broker->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    (void)setsockopt(broker->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return broker;
}

/* It ends when the socket does; init takes care of what is left of it, for the sandbox lets
 * nobody wait. */
void broker_stop(struct broker *broker)
{
    if (broker == NULL)
        return;
    pthread_mutex_destroy(&broker->lock);
    close(broker->socket);
    free(broker->trust_path);
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

/* What a call on the socket failed with: nobody answers in time, or nobody is there. */
static int error_of_socket(ssize_t count)
{
    return count < 0 && errno == EAGAIN ? ETIMEDOUT : EPIPE;
}

/* Whatever comes next. A descriptor that found no place here is an answer without one. False with
 * errno set: nothing came. */
static bool receive(const struct broker *broker, struct broker_answer *answer, int *file)
{
    struct iovec part = {.iov_base = answer, .iov_len = sizeof(*answer)};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof(control),
    };

    ssize_t count = recvmsg(broker->socket, &message, MSG_CMSG_CLOEXEC);

    if (count != (ssize_t)sizeof(*answer)) {
        errno = error_of_socket(count);
        return false;
    }
    answer->name[BROKER_NAME_SIZE - 1] = '\0';
    *file = take_descriptor(&message);
    if (*file < 0 && (message.msg_flags & MSG_CTRUNC) != 0)
        answer->error = EMFILE;
    return true;
}

/* Say that no answer comes, once: what becomes of each wish is for whoever asked to say. That
 * nobody is there to answer, broker_is_gone finds. */
static void note_silence(struct broker *broker)
{
    const int error = errno;

    if (error == ETIMEDOUT && !broker->is_silent) {
        (void)complain("the opener of files does not answer");
        broker->is_silent = true;
    }
    errno = error;
}

/* The next answer to the last wish; those to earlier ones, for which nobody waited any more, are of
 * other files. False with errno set: it did not come. */
static bool next_answer(struct broker *broker, struct broker_answer *answer, int *file)
{
    while (receive(broker, answer, file)) {
        if (answer->number == broker->number) {
            broker->is_silent = false;
            return true;
        }
        if (*file >= 0)
            close(*file);
    }
    *file = -1;
    note_silence(broker);
    return false;
}

/* It is when it is in its sandbox; if that failed, which was said, it ended. */
static bool is_ready(struct broker *broker)
{
    struct broker_answer answer;
    int none = -1;

    if (next_answer(broker, &answer, &none))
        return answer.error == BROKER_END;
    if (errno == EPIPE)
        (void)complain("the opener of files is gone");
    return false;
}

struct broker *broker_start(const struct options *options, const struct feed *feed,
                            const char *trust_path, const char *user)
{
    int sockets[2] = {-1, -1};
    struct broker *broker = new_broker(trust_path, sockets);
    pid_t process;

    if (broker == NULL) {
        (void)complain("the opener of files: %s", strerror(errno));
        return NULL;
    }
    broker->user = user;
    broker->state = options->state;
    broker->is_trust_named = options->trust_store != NULL;
    process = begin_process(sockets, options, feed, trust_path);
    if (process < 0)
        (void)complain("fork: %s", strerror(errno));
    close(sockets[1]);
    if (process > 0 && is_ready(broker))
        return broker;
    broker_stop(broker);
    return NULL;
}

bool broker_is_gone(const struct broker *broker)
{
    struct pollfd file = {.fd = broker->socket};

    return poll(&file, 1, 0) > 0 && (file.revents & POLLHUP) != 0;
}

/* False with errno set. */
static bool send_wish(struct broker *broker, enum broker_wish wish, size_t sink)
{
    const struct broker_request request = {
        .number = ++broker->number,
        .wish = (uint16_t)wish,
        .sink = (uint16_t)sink,
        .until_ms = system_clock_now_ms() + INT64_C(1000) * ANSWER_SECONDS,
    };

    ssize_t count = send(broker->socket, &request, sizeof(request), MSG_NOSIGNAL);

    if (count == (ssize_t)sizeof(request))
        return true;
    errno = error_of_socket(count);
    note_silence(broker);
    return false;
}

/* A wish that one descriptor answers. -1 with errno set: the error of the other process, EPIPE when
 * it is gone, ETIMEDOUT when it did not answer or came to the wish too late. The end of the
 * answers is passed over by whoever asks next. */
static int wish_for_one(struct broker *broker, enum broker_wish wish, size_t sink)
{
    struct broker_answer answer;
    int file = -1;

    if (!send_wish(broker, wish, sink) || !next_answer(broker, &answer, &file))
        return -1;
    errno = answer.error == BROKER_END ? ETIMEDOUT : answer.error;
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
    return (struct sink_opener){.context = broker, .user = broker->user, .open = open_sink};
}

static bool complain_error(const struct broker *broker, const char *name, int error)
{
    char reason[COMPLAIN_REASON_SIZE];

    return complain("%s: %s", name, complain_reason(error, broker->user, reason));
}

/* The wish is answered by its end alone when all went well. */
static bool commit_state(struct broker *broker)
{
    struct broker_answer answer;
    int none = -1;

    if (!send_wish(broker, BROKER_COMMIT, 0) || !next_answer(broker, &answer, &none))
        return complain_error(broker, broker->state, errno);
    return answer.error == BROKER_END || complain_error(broker, broker->state, answer.error);
}

static bool write_state(struct broker *broker, struct bytes octets)
{
    int file = wish_for_one(broker, BROKER_STATE, 0);
    bool is_filled;

    if (file < 0)
        return complain_error(broker, broker->state, errno);
    is_filled = state_file_fill(file, octets) || complain_error(broker, broker->state, errno);
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

/* Keep what the file has. What cannot be read is told, and left out when it is one file of a trust
 * store, as at the start. False: it is a revocation list, without which what it revokes would count
 * as good. */
static bool add_content(const struct broker *broker, struct contents *contents,
                        const struct broker_answer *answer, int file, bool is_crl)
{
    struct content *content = &contents->items[contents->count];
    const char *reason;
    int error;

    if (answer->error != 0) {
        (void)complain_error(broker, answer->name, answer->error);
        return !is_crl;
    }
    if (contents->count == FILES_MAX || (!is_crl && contents->count == TRUST_FILES_MAX)) {
        (void)complain("the trust store has too many files");
        return true; /* as many are read as at the start */
    }
    if (!file_read_descriptor(file, is_crl ? CRL_FILE_MAX : TRUST_FILE_MAX, &content->octets,
                              &reason, &error)) {
        (void)trust_files_complain(answer->name, 0, reason, error);
        return !is_crl;
    }
    content->is_crl = is_crl;
    memcpy(content->name, answer->name, sizeof(content->name));
    contents->count++;
    return true;
}

/* Read every answer, also after one that is of no use. False: one that must be of use is not, or
 * none is. */
static bool collect(struct broker *broker, enum broker_wish wish, struct contents *contents)
{
    const char *what = wish == BROKER_CRLS ? "the revocation lists" : "the trust store";
    const size_t before = contents->count;
    size_t answers = 0;
    bool is_good = true;

    if (!send_wish(broker, wish, 0))
        return complain("%s: %s", what, strerror(errno));
    for (;;) {
        struct broker_answer answer;
        int file = -1;

        if (!next_answer(broker, &answer, &file))
            return complain("%s: %s", what, strerror(errno));
        if (answer.error == BROKER_END)
            return is_good && (answers == 0 || contents->count > before);
        answers++;
        is_good = add_content(broker, contents, &answer, file, wish == BROKER_CRLS) && is_good;
        if (file >= 0)
            close(file);
    }
}

static void contents_free(struct contents *contents)
{
    for (size_t i = 0; i < contents->count; i++)
        file_free(contents->items[i].octets);
    free(contents->items);
}

static bool fill(const struct broker *broker, struct trust_files *files,
                 const struct contents *contents)
{
    struct crl_error error;

    trust_store_read_none(files->store);
    for (size_t i = 0; i < contents->count; i++) {
        const struct content *content = &contents->items[i];

        if (!content->is_crl)
            trust_store_add(files->store, content->octets, content->name);
        else if (!crl_set_add(files->crls, content->octets, &error))
            return trust_files_complain(content->name, error.offset, error.reason, 0);
    }
    if (broker->is_trust_named)
        return trust_files_load(files->store);
    (void)trust_store_load(files->store);
    return true;
}

static bool fill_new(const struct broker *broker, struct trust_files *files,
                     const struct contents *contents)
{
    struct trust_files made = {.store = trust_store_new(broker->trust_path), .crls = crl_set_new()};
    bool is_good = made.store != NULL && made.crls != NULL;

    is_good = is_good ? fill(broker, &made, contents) : complain_memory();
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

    if (contents.items == NULL)
        return complain_memory();
    pthread_mutex_lock(&broker->lock);
    is_good = collect(broker, BROKER_TRUST, &contents) && collect(broker, BROKER_CRLS, &contents);
    pthread_mutex_unlock(&broker->lock);
    is_good = is_good && fill_new(broker, files, &contents);
    contents_free(&contents);
    return is_good;
}
