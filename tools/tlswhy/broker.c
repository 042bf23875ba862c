/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/broker.h"

#include <errno.h>
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

static pid_t begin_process(const int sockets[2], const struct options *options,
                           const char *trust_path)
{
    pid_t process = fork();

    if (process != 0)
        return process;
    close(sockets[0]);
    if (options->service.no_sandbox || !sandbox_is_built_in()
        || sandbox_enter(options->state != NULL ? SANDBOX_KEEPER : SANDBOX_BROKER))
        broker_process(sockets[1], options, trust_path);
    _exit(0);
}

struct broker *broker_start(const struct options *options, const char *trust_path)
{
    const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    struct broker *broker = calloc(1, sizeof(*broker));
    int sockets[2];

    if (broker == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
        (void)complain("the opener of files: %s", strerror(errno));
        free(broker);
        return NULL;
    }
    broker->process = begin_process(sockets, options, trust_path);
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

static bool send_wish(const struct broker *broker, enum broker_wish wish)
{
    const uint8_t octet = (uint8_t)wish;

    return send(broker->socket, &octet, sizeof(octet), MSG_NOSIGNAL) == (ssize_t)sizeof(octet)
           || complain("the opener of files is gone");
}

/* A wish that one descriptor answers. -1 after a complaint. */
static int wish_for_one(const struct broker *broker, enum broker_wish wish)
{
    struct broker_answer answer;
    struct broker_answer end;
    int file = -1;
    int none = -1;

    if (!send_wish(broker, wish) || !next_answer(broker, &answer, &file)
        || answer.error == BROKER_END || !next_answer(broker, &end, &none))
        return -1;
    if (answer.error != 0)
        (void)complain("%s: %s", answer.name, strerror(answer.error));
    return file;
}

int broker_open_output(struct broker *broker)
{
    return wish_for_one(broker, BROKER_OUTPUT);
}

/* The wish is answered by its end alone when all went well. */
static bool commit_state(const struct broker *broker)
{
    struct broker_answer answer;
    int none = -1;

    if (!send_wish(broker, BROKER_COMMIT) || !next_answer(broker, &answer, &none))
        return false;
    return answer.error == BROKER_END || complain("%s: %s", answer.name, strerror(answer.error));
}

bool broker_write_state(struct broker *broker, struct bytes octets)
{
    int file = wish_for_one(broker, BROKER_STATE);
    bool is_filled;

    if (file < 0)
        return false;
    is_filled = state_file_fill(file, octets) || complain("the state: %s", strerror(errno));
    close(file);
    return is_filled && commit_state(broker);
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

    if (!send_wish(broker, wish))
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
    bool is_good = contents.items != NULL && collect(broker, BROKER_TRUST, &contents)
                   && collect(broker, BROKER_CRLS, &contents) && fill_new(files, &contents);

    contents_free(&contents);
    return is_good;
}
