/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "analyze/trust.h"
#include "tools/tlswhy/broker_message.h"
#include "tools/tlswhy/state_file.h"
#include "tools/tlswhy/system_clock.h"

/* Who asked. */
struct caller {
    int socket;
    uint32_t number; /* of the wish */
};

/* Send an answer, and the descriptor if there is one, which is closed. */
static void answer(const struct caller *caller, const char *name, int file, int error)
{
    struct broker_answer body = {.number = caller->number, .error = file >= 0 ? 0 : error};
    struct iovec part = {.iov_base = &body, .iov_len = sizeof(body)};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    strncpy(body.name, name, sizeof(body.name) - 1);
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
    (void)sendmsg(caller->socket, &message, MSG_NOSIGNAL); /* fails when nobody waits any more */
    if (file >= 0)
        close(file);
}

/* O_NONBLOCK: a pipe of this name must not hang. */
static void answer_file(const struct caller *caller, const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    answer(caller, path, file, errno);
}

static void take_trust_file(void *context, const char *path)
{
    const struct caller *const *caller = context;

    answer_file(*caller, path);
}

static void answer_trust(const struct caller *caller, const char *path)
{
    if (path != NULL && !trust_each_file(path, take_trust_file, &caller))
        answer_file(caller, path);
}

/* The new state is written by who asked for it, and kept open here until all of it is there. */
static void answer_state(const struct caller *caller, const char *path, int *state)
{
    if (*state >= 0)
        close(*state);
    *state = state_file_open_new(path);
    answer(caller, path, *state >= 0 ? fcntl(*state, F_DUPFD_CLOEXEC, 0) : -1, errno);
}

static void answer_commit(const struct caller *caller, const char *path, int *state)
{
    errno = EINVAL; /* of a commit of nothing */
    if (*state < 0 || !state_file_commit(path, *state))
        answer(caller, path, -1, errno);
    *state = -1;
}

static void answer_sink(const struct caller *caller, const struct feed *feed,
                        const struct broker_request *request)
{
    enum sink_wish wish = request->wish == BROKER_ROTATE ? SINK_ROTATE : SINK_OPEN;
    int file = feed_open_sink(feed, request->sink, wish);

    answer(caller, "", file, errno);
}

/* What is asked for of the options, not of the feed. */
static void answer_wish(const struct caller *caller, enum broker_wish wish,
                        const struct options *options, const char *trust_path, int *state)
{
    if (wish == BROKER_TRUST) {
        answer_trust(caller, trust_path);
    } else if (wish == BROKER_CRLS) {
        for (size_t i = 0; i < options->crl_count; i++)
            answer_file(caller, options->crls[i]);
    } else if (wish == BROKER_STATE && options->state != NULL) {
        answer_state(caller, options->state, state);
    } else if (wish == BROKER_COMMIT && options->state != NULL) {
        answer_commit(caller, options->state, state);
    }
}

/* All wishes but those that nobody waits for any longer. */
static void carry_out(const struct caller *caller, const struct broker_request *request,
                      const struct options *options, const struct feed *feed,
                      const char *trust_path, int *state)
{
    if (system_clock_now_ms() > request->until_ms)
        return;
    if (request->wish == BROKER_SINK || request->wish == BROKER_ROTATE)
        answer_sink(caller, feed, request);
    else
        answer_wish(caller, (enum broker_wish)request->wish, options, trust_path, state);
}

void broker_process(int socket, const struct options *options, const struct feed *feed,
                    const char *trust_path)
{
    struct broker_request request;
    struct caller caller = {.socket = socket};
    int state = -1;

    answer(&caller, "", -1, BROKER_END);
    while (read(socket, &request, sizeof(request)) == (ssize_t)sizeof(request)) {
        caller.number = request.number;
        carry_out(&caller, &request, options, feed, trust_path, &state);
        answer(&caller, "", -1, BROKER_END);
    }
}
