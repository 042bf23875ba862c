/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/file.h"
#include "tools/tlswhy/complain.h"

bool state_file_read(const char *path, struct knowledge *knowledge, struct insight *insight)
{
    struct knowledge_state_error error;
    struct bytes state;
    const char *reason;
    int system_error;
    bool is_good;
    bool is_ours; /* or of nobody: what is no state at all may be dear to somebody */

    if (!file_read(path, KNOWLEDGE_STATE_MAX, &state, &reason, &system_error)) {
        if (system_error == ENOENT)
            return true;
        return complain("%s: %s", path, system_error != 0 ? strerror(system_error) : reason);
    }
    is_good = knowledge_state_read(knowledge, insight, state, &error);
    is_ours = state.len == 0 || error.offset > 0;
    file_free(state);
    return is_good
           || complain("%s: offset %" PRIu64 ": %s%s", path, error.offset, error.reason,
                       is_ours ? "; remove it to begin anew" : "");
}

bool state_file_fill(int file, struct bytes octets)
{
    while (octets.len > 0) {
        ssize_t count = write(file, octets.data, octets.len);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0 || !bytes_skip(&octets, (size_t)count))
            return false;
    }
    return true;
}

/* False when the name is too long. */
static bool name_new(const char *path, char out[PATH_MAX])
{
    if ((size_t)snprintf(out, PATH_MAX, "%s.new", path) < PATH_MAX)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

/* It is made by nobody else: what is left of a crash is removed, a link not followed. */
int state_file_open_new(const char *path)
{
    char new_path[PATH_MAX];

    if (!name_new(path, new_path))
        return -1;
    (void)unlink(new_path);
    return open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

static void name_directory_of(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash - path) + 1 : 0;

    out[0] = '.';
    out[1] = '\0';
    if (length == 0 || length >= PATH_MAX)
        return;
    memcpy(out, path, length);
    out[length] = '\0';
}

bool state_file_has_place(const char *path, const char *user)
{
    char name[PATH_MAX];
    char reason[COMPLAIN_REASON_SIZE];

    name_directory_of(path, name);
    return access(name, W_OK | X_OK) == 0
           || complain("%s: no state can be put into this directory: %s", path,
                       complain_reason(errno, user, reason));
}

/* A crash after the rename must not find the old directory and the new file gone. */
static bool sync_directory_of(const char *path)
{
    char name[PATH_MAX];
    int directory;
    bool is_synced;

    name_directory_of(path, name);
    directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return false;
    is_synced = fsync(directory) == 0;
    close(directory);
    return is_synced;
}

bool state_file_commit(const char *path, int file)
{
    char new_path[PATH_MAX];
    bool is_synced = fsync(file) == 0;

    if (close(file) != 0 || !is_synced || !name_new(path, new_path))
        return false;
    return rename(new_path, path) == 0 && sync_directory_of(path);
}

/* What could not be written whole is of no use. errno stays as it was. */
static void remove_new(const char *path)
{
    const int error = errno;
    char new_path[PATH_MAX];

    if (name_new(path, new_path))
        (void)unlink(new_path);
    errno = error;
}

static bool write_octets(const char *path, struct bytes octets)
{
    int file = state_file_open_new(path);
    bool is_filled;

    if (file < 0)
        return false;
    is_filled = state_file_fill(file, octets);
    if (is_filled && state_file_commit(path, file))
        return true;
    if (!is_filled)
        close(file);
    remove_new(path);
    return false;
}

bool state_file_make(struct knowledge *knowledge, struct insight *insight, size_t octets_max,
                     struct bytes *out)
{
    uint64_t left_out;

    if (!knowledge_state_write(knowledge, insight, octets_max, out, &left_out))
        return complain_memory();
    if (left_out > 0)
        (void)complain("warning: the state has no room for %" PRIu64
                       " records, those longest unused; --max-memory gives it more",
                       left_out);
    return true;
}

bool state_file_write(const char *path, struct knowledge *knowledge, struct insight *insight,
                      size_t octets_max)
{
    struct bytes state;
    bool is_written;

    if (!state_file_make(knowledge, insight, octets_max, &state))
        return false;
    is_written = write_octets(path, state) || complain("%s: %s", path, strerror(errno));
    file_free(state);
    return is_written;
}
