/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files, pipes and stream sockets: many lines are written at once. */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/event.h"
#include "tools/tlswhy/carrier.h"
#include "tools/tlswhy/syslog.h"
#include "tools/tlswhy/system_clock.h"
#include "tools/tlswhy/terminal.h"

enum {
    BATCH_OCTETS = 262144,                                    /* written at once */
    BUFFER_OCTETS = EVENT_LINE_MAX + SYSLOG_HEADER_SIZE + 16, /* any line with its frame */
    PAST_OCTETS = 256,    /* of what the receiver sends, read at once */
    KEEP_OCTETS = 8 << 20 /* more than Linux lets a receiver have unread (tcp_rmem) */
};

struct carrier {
    int file;
    bool is_socket;
    bool is_syslog;
    bool clears_status; /* it is a terminal, see carrier_options */
    uint64_t taken;     /* octets */
    size_t used;        /* of the buffer */
    size_t done;        /* of them, written */
    uint8_t buffer[BUFFER_OCTETS];
};

static struct carrier *open_stream(int file, bool is_socket, bool is_syslog)
{
    struct carrier *carrier = malloc(sizeof(*carrier));

    if (carrier == NULL) {
        close(file);
        return NULL;
    }
    carrier->file = file;
    carrier->is_socket = is_socket;
    carrier->is_syslog = is_syslog;
    carrier->clears_status = false;
    carrier->taken = 0;
    carrier->used = 0;
    carrier->done = 0;
    return carrier;
}

static struct carrier *open_file(const struct sink_spec *spec,
                                 const struct carrier_options *options, int file)
{
    struct carrier *carrier = open_stream(file, false, false);

    (void)spec;
    if (carrier != NULL)
        carrier->clears_status = options->clears_status && isatty(file);
    return carrier;
}

static struct carrier *open_unix(const struct sink_spec *spec,
                                 const struct carrier_options *options, int file)
{
    (void)spec;
    (void)options;
    return open_stream(file, true, false);
}

static struct carrier *open_syslog(const struct sink_spec *spec,
                                   const struct carrier_options *options, int file)
{
    (void)spec;
    (void)options;
    return open_stream(file, true, true);
}

static void append(struct carrier *carrier, const void *data, size_t length)
{
    memcpy(carrier->buffer + carrier->used, data, length);
    carrier->used += length;
    carrier->taken += length;
}

/* The count of octets, a blank, and the message, RFC 6587 section 3.4.1. It has no newline. */
static void append_syslog(struct carrier *carrier, struct bytes line)
{
    char header[SYSLOG_HEADER_SIZE];
    char count[16];
    size_t length = syslog_header(header);
    int digits = snprintf(count, sizeof(count), "%zu ", length + line.len - 1);

    append(carrier, count, (size_t)digits);
    append(carrier, header, length);
    append(carrier, line.data, line.len - 1);
}

/* Take back the beginning of a line that could not be written whole. */
static void take_back(struct carrier *carrier)
{
    size_t whole = carrier->done;
    struct stat status;
    off_t cut;

    while (whole > 0 && carrier->buffer[whole - 1] != '\n')
        whole--;
    cut = (off_t)(carrier->done - whole);
    if (cut > 0 && fstat(carrier->file, &status) == 0 && S_ISREG(status.st_mode)
        && status.st_size >= cut)
        (void)!ftruncate(carrier->file, status.st_size - cut); /* else it stays cut */
    carrier->done = whole;
}

static ssize_t write_some(const struct carrier *carrier)
{
    const uint8_t *data = carrier->buffer + carrier->done;
    size_t length = carrier->used - carrier->done;

    if (carrier->is_socket)
        return send(carrier->file, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    return write(carrier->file, data, length);
}

/* Take what the receiver sends, which means nothing; as recv(2). */
static ssize_t read_past(const struct carrier *carrier)
{
    char nothing[PAST_OCTETS];

    return recv(carrier->file, nothing, sizeof(nothing), MSG_DONTWAIT);
}

/* A receiver that goes says so by an end of what it sends. */
static bool is_gone(const struct carrier *carrier)
{
    ssize_t count;

    if (!carrier->is_socket)
        return false;
    count = read_past(carrier);
    if (count == 0)
        errno = ECONNRESET;
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
}

static enum carrier_status flush(struct carrier *carrier)
{
    if (is_gone(carrier))
        return CARRIER_FAILED;
    while (carrier->done < carrier->used) {
        ssize_t count = write_some(carrier);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return CARRIER_FULL;
        if (count <= 0) {
            int error = count < 0 ? errno : EIO;

            if (!carrier->is_socket)
                take_back(carrier);
            errno = error;
            return CARRIER_FAILED;
        }
        carrier->done += (size_t)count;
    }
    carrier->used = 0;
    carrier->done = 0;
    return CARRIER_OK;
}

static enum carrier_status take(struct carrier *carrier, struct bytes line, uint64_t *total)
{
    enum carrier_status status = CARRIER_OK;

    if (line.len > EVENT_LINE_MAX)
        return CARRIER_REFUSED;
    if (carrier->used > 0 && carrier->used + line.len + SYSLOG_HEADER_SIZE + 16 > BATCH_OCTETS)
        status = flush(carrier);
    if (status != CARRIER_OK)
        return status;
    if (carrier->clears_status && carrier->used == 0)
        append(carrier, TERMINAL_CLEAR_LINE, strlen(TERMINAL_CLEAR_LINE));
    if (carrier->is_syslog)
        append_syslog(carrier, line);
    else
        append(carrier, line.data, line.len);
    *total = carrier->taken;
    return CARRIER_OK;
}

static uint64_t handed_over(const struct carrier *carrier)
{
    return carrier->taken - (carrier->used - carrier->done);
}

/* What the receiver's system has not acknowledged is no more than what waits in ours; of a unix
 * socket, what its process has not read. */
static uint64_t acknowledged(struct carrier *carrier)
{
    uint64_t sent = handed_over(carrier);
    int waiting = 0;

    if (carrier->is_socket && ioctl(carrier->file, SIOCOUTQ, &waiting) != 0)
        return 0;
    return (uint64_t)waiting < sent ? sent - (uint64_t)waiting : 0;
}

static int descriptor(const struct carrier *carrier)
{
    return carrier->file;
}

static bool finish_file(struct carrier *carrier, int timeout_ms)
{
    (void)carrier;
    (void)timeout_ms;
    return true;
}

/* A receiver that has read everything, to the end, closes its side; what it sends until then does
 * not make the wait longer. */
static bool finish_socket(struct carrier *carrier, int timeout_ms)
{
    const int64_t until_ms = system_clock_now_ms() + timeout_ms;
    struct pollfd wait = {.fd = carrier->file, .events = POLLIN};
    int64_t left_ms = timeout_ms;

    if (shutdown(carrier->file, SHUT_WR) != 0)
        return false;
    while (left_ms >= 0 && poll(&wait, 1, (int)left_ms) == 1) {
        ssize_t count = read_past(carrier);

        if (count <= 0)
            return count == 0;
        left_ms = until_ms - system_clock_now_ms();
    }
    return false;
}

static void close_stream(struct carrier *carrier)
{
    close(carrier->file);
    free(carrier);
}

const struct carrier_kind carrier_file = {
    .is_local = true,
    .open = open_file,
    .send = take,
    .flush = flush,
    .acknowledged = acknowledged,
    .handed_over = handed_over,
    .descriptor = descriptor,
    .finish = finish_file,
    .close = close_stream,
};

const struct carrier_kind carrier_unix = {
    .open = open_unix,
    .send = take,
    .flush = flush,
    .acknowledged = acknowledged,
    .handed_over = handed_over,
    .descriptor = descriptor,
    .finish = finish_socket,
    .close = close_stream,
};

const struct carrier_kind carrier_syslog_tcp = {
    .keep_octets = KEEP_OCTETS,
    .open = open_syslog,
    .send = take,
    .flush = flush,
    .acknowledged = acknowledged,
    .handed_over = handed_over,
    .descriptor = descriptor,
    .finish = finish_socket,
    .close = close_stream,
};
