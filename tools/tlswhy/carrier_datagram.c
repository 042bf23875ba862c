/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Syslog over UDP: a datagram for each event, and no word from the receiver. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tools/tlswhy/carrier.h"
#include "tools/tlswhy/syslog.h"

enum { TRIES = 2 /* an error may be that of the datagram before */ };

struct carrier {
    int file;
    uint64_t taken; /* messages */
};

static struct carrier *open_datagram(const struct sink_spec *spec,
                                     const struct carrier_options *options, int file)
{
    struct carrier *carrier = malloc(sizeof(*carrier));

    (void)spec;
    (void)options;
    if (carrier == NULL)
        close(file);
    else
        *carrier = (struct carrier){.file = file};
    return carrier;
}

/* Nobody listens, or no way leads there: what UDP loses is lost. */
static bool is_of_network(int error)
{
    return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH;
}

static enum carrier_status take(struct carrier *carrier, struct bytes line, uint64_t *total)
{
    char header[SYSLOG_HEADER_SIZE];
    struct iovec parts[] = {
        {.iov_base = header, .iov_len = syslog_header(header)},
        {.iov_base = (void *)(uintptr_t)line.data, .iov_len = line.len - 1},
    };
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    for (int tries = 0; tries < TRIES; tries++) {
        if (sendmsg(carrier->file, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
            *total = ++carrier->taken;
            return CARRIER_OK;
        }
        if (errno == EAGAIN || errno == ENOBUFS)
            return CARRIER_FULL;
        if (errno == EMSGSIZE)
            return CARRIER_REFUSED;
        if (!is_of_network(errno))
            return CARRIER_FAILED;
    }
    return CARRIER_REFUSED;
}

static enum carrier_status flush(struct carrier *carrier)
{
    (void)carrier;
    return CARRIER_OK;
}

static uint64_t acknowledged(struct carrier *carrier)
{
    return carrier->taken;
}

static int descriptor(const struct carrier *carrier)
{
    return carrier->file;
}

static bool finish(struct carrier *carrier, int timeout_ms)
{
    (void)carrier;
    (void)timeout_ms;
    return true;
}

static void close_datagram(struct carrier *carrier)
{
    close(carrier->file);
    free(carrier);
}

const struct carrier_kind carrier_syslog_udp = {
    .open = open_datagram,
    .send = take,
    .flush = flush,
    .acknowledged = acknowledged,
    .descriptor = descriptor,
    .finish = finish,
    .close = close_datagram,
};
