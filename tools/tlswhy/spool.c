/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/event.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/place.h"

enum { DATA_BEGIN = 4096, LENGTH_SIZE = 4 };

#define MAGIC UINT64_C(0x746c737768795331) /* "tlswhyS1" */

/* As it is in the file, in the order of the host: the file never moves. Places only grow; modulo
 * size they are where a record is. */
struct header {
    uint64_t magic;
    uint64_t size; /* octets of the ring */
    uint64_t head; /* the oldest that was not released */
    uint64_t tail; /* after the newest */
};

struct spool {
    const char *name; /* of the sink */
    int file;
    bool is_new; /* made by root in this process */
    struct header header;
    uint64_t next; /* the oldest that was not taken */
    uint64_t max;
    atomic_uint_least64_t waiting;
};

/* Read or write length octets at a place of the ring. */
static bool transfer(const struct spool *spool, uint64_t place, uint8_t *data, size_t length,
                     bool is_write)
{
    while (length > 0) {
        uint64_t offset = place % spool->header.size;
        size_t part =
            length < spool->header.size - offset ? length : (size_t)(spool->header.size - offset);
        off_t where = (off_t)(DATA_BEGIN + offset);
        ssize_t count = is_write ? pwrite(spool->file, data, part, where)
                                 : pread(spool->file, data, part, where);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        data += count;
        place += (uint64_t)count;
        length -= (size_t)count;
    }
    return true;
}

/* All of a header was read or written; errno says why not. */
static bool is_whole(ssize_t count)
{
    if (count >= 0 && count != (ssize_t)sizeof(struct header))
        errno = EIO;
    return count == (ssize_t)sizeof(struct header);
}

static bool write_header(const struct spool *spool)
{
    return is_whole(pwrite(spool->file, &spool->header, sizeof(spool->header), 0));
}

/* The length of the record at a place, 0: there is none that makes sense. */
static size_t length_at(const struct spool *spool, uint64_t place)
{
    uint32_t length;

    if (spool->header.tail - place < LENGTH_SIZE
        || !transfer(spool, place, (uint8_t *)&length, sizeof(length), false))
        return 0;
    return length <= EVENT_LINE_MAX && length <= spool->header.tail - place - LENGTH_SIZE ? length
                                                                                          : 0;
}

/* Whether the file holds the ring from a place on; one record that wraps needs all of it. */
static bool is_there(const struct spool *spool, uint64_t place, size_t length)
{
    uint64_t offset = place % spool->header.size;
    uint64_t left = spool->header.size - offset;
    uint64_t end = length < left ? offset + length : spool->header.size;
    struct stat file;

    return fstat(spool->file, &file) == 0 && file.st_size >= DATA_BEGIN
           && (uint64_t)file.st_size - DATA_BEGIN >= end;
}

static void complain_damaged(const struct spool *spool, uint64_t octets)
{
    (void)complain("%s: the end of its spool was damaged: %" PRIu64 " octets are given up",
                   spool->name, octets);
}

/* Count what an earlier process left. Whatever a crash of the system spoiled ends it. */
static void look_through(struct spool *spool)
{
    uint64_t lines = 0;

    for (uint64_t place = spool->header.head; place != spool->header.tail; lines++) {
        size_t length = length_at(spool, place);

        if (length == 0 || !is_there(spool, place, LENGTH_SIZE + length)) {
            complain_damaged(spool, spool->header.tail - place);
            spool->header.tail = place;
            break;
        }
        place += LENGTH_SIZE + length;
    }
    atomic_store(&spool->waiting, lines);
}

/* Nothing waits: the ring is as large as is wanted now. */
static void empty(struct spool *spool)
{
    spool->header = (struct header){.magic = MAGIC, .size = spool->max};
    spool->next = 0;
}

/* What a crash of the system makes of a header that was not on disk yet. */
static bool is_blank(const struct header *header)
{
    return header->magic == 0 && header->size == 0 && header->head == 0 && header->tail == 0;
}

static bool makes_sense(const struct header *header)
{
    return header->magic == MAGIC && header->size > 0
           && header->tail - header->head <= header->size;
}

/* Read the header of a file of this size. NULL, or why the file is not touched. */
static const char *read_header(struct spool *spool, off_t size)
{
    struct header *header = &spool->header;

    if (size == 0) {
        empty(spool);
        return NULL;
    }
    if (size < (off_t)sizeof(*header))
        return "is no spool; remove it to begin anew";
    if (!is_whole(pread(spool->file, header, sizeof(*header), 0)))
        return strerror(errno);
    if (header->magic != MAGIC && !is_blank(header))
        return "is no spool; remove it to begin anew";
    if (!makes_sense(header)) {
        (void)complain("%s: the header of its spool was damaged: a file of %jd octets is given up",
                       spool->name, (intmax_t)size);
        empty(spool);
    }
    return NULL;
}

/* NULL, or why it cannot be used. */
static const char *start(struct spool *spool)
{
    const struct header *header = &spool->header;
    const char *reason;
    struct stat file;

    if (flock(spool->file, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? "another process has it" : strerror(errno);
    if (fstat(spool->file, &file) != 0)
        return strerror(errno);
    reason = read_header(spool, file.st_size);
    if (reason != NULL)
        return reason;
    spool->next = header->head;
    look_through(spool);
    if (header->head == header->tail)
        empty(spool);
    return write_header(spool) ? NULL : strerror(errno);
}

/* FNV-1a: names of files, told apart by what the sinks are called. */
static uint64_t number_of(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    return hash;
}

/* False with errno set: it is too long, and another sink's may begin the same. */
static bool put_path(char path[PATH_MAX], const char *directory, const char *name)
{
    int length = snprintf(path, PATH_MAX, "%s/%016" PRIx64 ".spool", directory, number_of(name));

    errno = ENAMETOOLONG;
    return length >= 0 && length < PATH_MAX;
}

static int open_file(const char *path, bool *is_new)
{
    struct place place;
    int file;

    if (!place_find(path, &place))
        return -1;
    file = place_open(&place, O_RDWR | O_CLOEXEC, is_new);
    place_leave(&place);
    return file;
}

struct spool *spool_open(const char *directory, const char *name, uint64_t max)
{
    struct spool *spool = calloc(1, sizeof(*spool));
    char path[PATH_MAX];
    const char *reason;

    if (spool == NULL) {
        (void)complain_memory();
        return NULL;
    }
    spool->name = name;
    spool->max = max;
    spool->file = put_path(path, directory, name) ? open_file(path, &spool->is_new) : -1;
    reason = spool->file >= 0 ? start(spool) : strerror(errno);
    if (reason == NULL)
        return spool;
    (void)complain("%s: %s", path, reason);
    spool_close(spool);
    return NULL;
}

void spool_close(struct spool *spool)
{
    if (spool == NULL)
        return;
    if (spool->file >= 0)
        close(spool->file);
    free(spool);
}

bool spool_put(struct spool *spool, struct bytes line)
{
    uint32_t length = (uint32_t)line.len;
    struct header *header = &spool->header;

    if (header->tail - header->head + LENGTH_SIZE + line.len > header->size
        || !transfer(spool, header->tail, (uint8_t *)&length, sizeof(length), true)
        || !transfer(spool, header->tail + LENGTH_SIZE, (uint8_t *)(uintptr_t)line.data, line.len,
                     true))
        return false;
    header->tail += LENGTH_SIZE + line.len;
    if (!write_header(spool)) {
        header->tail -= LENGTH_SIZE + line.len;
        return false;
    }
    atomic_fetch_add(&spool->waiting, 1);
    return true;
}

enum spool_status spool_take(struct spool *spool, struct bytes *line)
{
    size_t length;
    uint8_t *data;

    if (spool->next == spool->header.tail)
        return SPOOL_EMPTY;
    length = length_at(spool, spool->next);
    if (length == 0)
        return SPOOL_DAMAGED;
    data = malloc(length);
    if (data == NULL)
        return SPOOL_EMPTY;
    if (!transfer(spool, spool->next + LENGTH_SIZE, data, length, false)) {
        free(data);
        return SPOOL_DAMAGED;
    }
    *line = bytes_of(data, length);
    spool->next += LENGTH_SIZE + length;
    atomic_fetch_sub(&spool->waiting, 1);
    return SPOOL_LINE;
}

/* Note in the file what is left; of a ring that is empty nothing is. */
static void note_what_is_left(struct spool *spool)
{
    if (spool->header.head == spool->header.tail) {
        empty(spool);
        (void)!ftruncate(spool->file, DATA_BEGIN); /* else the disk stays taken */
    }
    (void)write_header(spool); /* else lines are read again */
}

uint64_t spool_give_up(struct spool *spool)
{
    complain_damaged(spool, spool->header.tail - spool->next);
    spool->header.tail = spool->next;
    note_what_is_left(spool);
    return atomic_exchange(&spool->waiting, 0);
}

void spool_release(struct spool *spool, size_t length)
{
    spool->header.head += LENGTH_SIZE + length;
    note_what_is_left(spool);
}

uint64_t spool_waiting(const struct spool *spool)
{
    return atomic_load(&spool->waiting);
}

void spool_give(const struct spool *spool, unsigned user, unsigned group)
{
    if (spool->is_new)
        (void)!fchown(spool->file, user, group); /* it stays open in any case */
}
