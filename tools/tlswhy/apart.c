/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/apart.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/savefile.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/config.h"
#include "tools/tlswhy/place.h"

enum { WRITTEN_MAX = SINKS_MAX + 3 /* --output, --summary and --state */ };

/* What a path leads to: a regular file, or a name in a directory that has no such file yet. */
struct target {
    dev_t device;        /* of the file, else of the directory */
    ino_t inode;         /* likewise */
    char path[PATH_MAX]; /* behind all links, where there is no file yet */
    const char *name;    /* in that directory, points into path; "": there is a file */
};

struct written {
    const char *option; /* that says so */
    const char *value;  /* of it */
    const char *path;
    struct target target;
};

struct writing {
    const struct options *options;
    struct written files[WRITTEN_MAX];
    size_t count;
};

static void note_status(struct target *target, const struct stat *status)
{
    target->device = status->st_dev;
    target->inode = status->st_ino;
}

/* Put what a link says in its place. False: it is no link, or leads too far. */
static bool follow(char path[PATH_MAX])
{
    char aim[PATH_MAX];
    const ssize_t length = readlink(path, aim, sizeof(aim) - 1);
    const char *slash = strrchr(path, '/');
    size_t begin = 0;

    if (length < 0)
        return false;
    if (aim[0] != '/' && slash != NULL)
        begin = (size_t)(slash + 1 - path);
    if (begin + (size_t)length >= PATH_MAX)
        return false;
    memcpy(path + begin, aim, (size_t)length);
    path[begin + (size_t)length] = '\0';
    return true;
}

/* The directory and the name that a file would be made in and by. */
static bool find_vacancy(const char *path, struct target *target)
{
    const size_t length = strlen(path);
    struct stat status;
    int links = 0;
    char *slash;

    if (length >= PATH_MAX)
        return false;
    memcpy(target->path, path, length + 1);
    while (links < PLACE_LINKS_MAX && follow(target->path))
        links++;
    slash = strrchr(target->path, '/');
    target->name = slash != NULL ? slash + 1 : target->path;
    if (slash == NULL || slash == target->path) {
        if (stat(slash == NULL ? "." : "/", &status) != 0)
            return false;
    } else {
        *slash = '\0';
        if (stat(target->path, &status) != 0)
            return false;
    }
    note_status(target, &status);
    return target->name[0] != '\0';
}

/* False: what is there is no regular file, and none can be made. */
static bool target_find(const char *path, struct target *target)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return find_vacancy(path, target);
    note_status(target, &status);
    target->name = "";
    return S_ISREG(status.st_mode);
}

static bool target_find_stdin(struct target *target)
{
    struct stat status;

    if (fstat(STDIN_FILENO, &status) != 0)
        return false;
    note_status(target, &status);
    target->name = "";
    return S_ISREG(status.st_mode);
}

/* What writes to the target; NULL: nothing. */
static const struct written *writer_of(const struct writing *writing, const struct target *target)
{
    for (size_t i = 0; i < writing->count; i++) {
        const struct target *other = &writing->files[i].target;

        if (other->device == target->device && other->inode == target->inode
            && strcmp(other->name, target->name) == 0)
            return &writing->files[i];
    }
    return NULL;
}

/* Say that an option names the wrong file. */
static bool refuse(const struct writing *writing, const struct written *written, const char *path,
                   const char *reason)
{
    (void)complain("--%s: %s is %s: name another file", written->option, path, reason);
    return config_blame(writing->options, written->option, written->value);
}

/* Add one more. */
static bool add_written(struct writing *writing, const struct written *wanted)
{
    struct written *written = &writing->files[writing->count];
    const struct written *other;
    char reason[32];

    *written = *wanted;
    if (!target_find(written->path, &written->target))
        return true;
    other = writer_of(writing, &written->target);
    if (other != NULL) {
        snprintf(reason, sizeof(reason), "written by --%s, too", other->option);
        return refuse(writing, written, written->path, reason);
    }
    writing->count++;
    return true;
}

/* The same for an option whose value is the path; NULL: it was not given. */
static bool add_path(struct writing *writing, const char *option, const char *path)
{
    const struct written written = {.option = option, .value = path, .path = path};

    return path == NULL || add_written(writing, &written);
}

static bool add_sink(struct writing *writing, const struct sink_spec *spec)
{
    const struct written written = {.option = "sink", .value = spec->text, .path = spec->path};

    return spec->scheme != SINK_FILE || add_written(writing, &written);
}

static bool find_written(struct writing *writing, const struct options *options)
{
    const struct feed_sinks *sinks = &options->sinks;
    const char *summary = options->summary;

    if (summary != NULL && strcmp(summary, "-") == 0)
        summary = NULL;
    if (!add_path(writing, "output", options->output) || !add_path(writing, "summary", summary)
        || !add_path(writing, "state", options->state))
        return false;
    for (size_t i = 0; i < sinks->count; i++)
        if (!add_sink(writing, &sinks->specs[i]))
            return false;
    return true;
}

/* Whether nothing is written to what is read here, NULL: nothing is. */
static bool is_kept(const struct writing *writing, const char *path)
{
    const bool is_stdin = path != NULL && strcmp(path, "-") == 0;
    struct target target;
    const struct written *written;

    if (path == NULL || !(is_stdin ? target_find_stdin(&target) : target_find(path, &target)))
        return true;
    written = writer_of(writing, &target);
    return written == NULL
           || refuse(writing, written, is_stdin ? "standard input" : path, "read, too");
}

static bool are_kept(const struct writing *writing, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_kept(writing, paths[i]))
            return false;
    return true;
}

/* A regular file that can be read as a capture is one. */
static bool is_capture(const struct written *written)
{
    char reason[SAVEFILE_REASON_MAX];
    struct input *input =
        written->target.name[0] == '\0' ? input_open(written->path, reason) : NULL;
    struct savefile *savefile = input != NULL ? savefile_new(input, reason) : NULL;
    bool is_read = savefile != NULL;

    savefile_free(savefile);
    return is_read;
}

/* "-o *.pcap" names one that is not read. */
static bool has_no_capture(const struct writing *writing)
{
    for (size_t i = 0; i < writing->count; i++)
        if (is_capture(&writing->files[i]))
            return refuse(writing, &writing->files[i], writing->files[i].path, "a capture");
    return true;
}

bool apart_check_merge(const struct options *options)
{
    struct writing writing = {.options = options};

    return find_written(&writing, options) && has_no_capture(&writing);
}

bool apart_check(const struct options *options)
{
    struct writing writing = {.options = options};

    return find_written(&writing, options)
           && are_kept(&writing, options->paths, options->path_count)
           && are_kept(&writing, options->crls, options->crl_count)
           && are_kept(&writing, options->configs, options->config_count)
           && is_kept(&writing, options->trust_store) && is_kept(&writing, options->filter_file)
           && (options->path_count == 0 || has_no_capture(&writing));
}
