/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "analyze/event.h"
#include "capture/savefile.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/place.h"
#include "tools/tlswhy/sink_spec.h"

enum { BLOCK = 4096 /* read at once, backwards */ };

/* Where the last line that is whole ends in a file of this size. */
static off_t end_of_lines(int file, off_t size)
{
    off_t lowest = size > EVENT_LINE_MAX ? size - EVENT_LINE_MAX : 0;
    char block[BLOCK];

    for (off_t end = size; end > lowest;) {
        off_t begin = end > lowest + BLOCK ? end - BLOCK : lowest;
        ssize_t count = pread(file, block, (size_t)(end - begin), begin);
        const char *newline = count > 0 ? memrchr(block, '\n', (size_t)count) : NULL;

        if (newline != NULL)
            return begin + (newline - block) + 1;
        if (count <= 0)
            return -1;
        end = begin;
    }
    return lowest == 0 ? 0 : -1;
}

/* It is looked at through the descriptor that would be written to: nothing else is opened for it,
 * which root might not want to. */
static bool is_capture(int file)
{
    uint8_t begin[SAVEFILE_MAGIC_LEN];
    struct stat status;
    ssize_t count = -1;

    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
        count = pread(file, begin, sizeof(begin), 0);
    return count > 0 && savefile_begins_capture(bytes_of(begin, (size_t)count));
}

/* Only the beginning of an event is worth nothing; what others wrote stays. */
static void repair(int file)
{
    struct stat status;
    char octet = '\n';
    off_t end;

    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0
        || pread(file, &octet, 1, status.st_size - 1) != 1 || octet == '\n')
        return;
    end = end_of_lines(file, status.st_size);
    if (end >= 0 && pread(file, &octet, 1, end) == 1 && octet == '{')
        (void)!ftruncate(file, end); /* else the line stays cut */
    else
        (void)!write(file, "\n", 1); /* the same */
}

/* Once it is open, a pipe is waited for when it is full. */
static bool wait_again(int file)
{
    int flags = fcntl(file, F_GETFL);

    return flags >= 0 && fcntl(file, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

/* A file that may be written but not read is neither looked at nor repaired. */
static int open_lines(const struct place *place, int flags, bool *is_new)
{
    int file = place_open(place, flags | O_RDWR, is_new);

    if (file < 0)
        return errno == EACCES ? place_open(place, flags | O_WRONLY, is_new) : -1;
    if (is_capture(file)) {
        close(file);
        errno = COMPLAIN_CAPTURE;
        return -1;
    }
    repair(file);
    return file;
}

/* flags are added to those that every file has. */
static int open_at(const struct place *place, int flags, bool *is_new)
{
    const int all = flags | O_APPEND | O_CLOEXEC;
    int file = place_is_special(place) ? place_open(place, all | O_WRONLY, is_new)
                                       : open_lines(place, all, is_new);

    if (file >= 0 && (flags & O_NONBLOCK) != 0 && !wait_again(file)) {
        close(file);
        return -1;
    }
    return file;
}

static bool numbered(char name[PATH_MAX], const struct place *place, size_t number)
{
    int length = number == 0 ? snprintf(name, PATH_MAX, "%s", place->name)
                             : snprintf(name, PATH_MAX, "%s.%zu", place->name, number);

    errno = ENAMETOOLONG;
    return length < PATH_MAX;
}

/* The lowest that no file has, or keep: those above need not move. */
static size_t free_number(const struct place *place, size_t keep)
{
    char name[PATH_MAX];
    struct stat status;
    size_t number = 1;

    while (number < keep && numbered(name, place, number)
           && fstatat(place->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        number++;
    return number;
}

/* PATH becomes PATH.1, that PATH.2; what would be above keep goes. That can be repeated when it
 * failed midway, or when the new file could not be opened or came too late: then PATH is missing
 * or empty, and nothing moves. */
static bool rotate(const struct place *place, size_t keep)
{
    char from[PATH_MAX];
    char to[PATH_MAX];

    if (place_is_vacant(place))
        return true;
    if (keep == 0)
        return unlinkat(place->folder, place->name, 0) == 0 || errno == ENOENT;
    for (size_t number = free_number(place, keep); number > 0; number--) {
        if (!numbered(from, place, number - 1) || !numbered(to, place, number))
            return false;
        if (renameat(place->folder, from, place->folder, to) != 0 && errno != ENOENT)
            return false;
    }
    return true;
}

static int open_file(const char *path, const struct sink_opening *opening, bool *is_new)
{
    struct place place;
    int file = -1;

    if (!(opening->is_by_broker ? place_as_given(path, &place) : place_find(path, &place)))
        return -1;
    if (opening->wish != SINK_ROTATE || rotate(&place, opening->keep))
        file = open_at(&place, opening->is_by_broker ? O_NONBLOCK : 0, is_new);
    place_leave(&place);
    return file;
}

/* Connect within the time, and without a wait in send(2) later. */
static int connect_to(const struct sockaddr *address, socklen_t length, int type)
{
    int file = socket(address->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct pollfd wait = {.fd = file, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof(error);

    if (file < 0)
        return -1;
    if (connect(file, address, length) == 0)
        return file;
    error = errno;
    if (error == EINPROGRESS) {
        error = ETIMEDOUT;
        if (poll(&wait, 1, SINK_CONNECT_MS) == 1)
            (void)getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0)
        return file;
    close(file);
    errno = error;
    return -1;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    return connect_to((const struct sockaddr *)&address, sizeof(address), SOCK_STREAM);
}

static int connect_host(const struct sink_spec *spec, int type)
{
    int file = -1;

    errno = EDESTADDRREQ;
    for (size_t i = 0; i < spec->address_count && file < 0; i++) {
        const struct sockaddr_storage *address = &spec->addresses[i];

        file = connect_to((const struct sockaddr *)address,
                          address->ss_family == AF_INET ? sizeof(struct sockaddr_in)
                                                        : sizeof(struct sockaddr_in6),
                          type);
    }
    return file;
}

int sink_spec_open(const struct sink_spec *spec, const struct sink_opening *opening, bool *is_new)
{
    *is_new = false;
    switch (spec->scheme) {
    case SINK_STDOUT:
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    case SINK_FILE:
        return open_file(spec->path, opening, is_new);
    case SINK_UNIX:
        return connect_unix(spec->path);
    case SINK_SYSLOG_UDP:
        return connect_host(spec, SOCK_DGRAM);
    case SINK_SYSLOG_TCP:
        return connect_host(spec, SOCK_STREAM);
    default:
        errno = EINVAL;
        return -1;
    }
}
