/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* On the way to a place. */
struct walk {
    int folder;          /* reached so far */
    uid_t top_owner;     /* of "/" */
    unsigned links;      /* followed */
    char left[PATH_MAX]; /* of the path */
};

bool place_as_given(const char *path, struct place *place)
{
    int length = snprintf(place->name, sizeof(place->name), "%s", path);

    place->folder = AT_FDCWD;
    place->is_guarded = false;
    errno = ENAMETOOLONG;
    return (size_t)length < sizeof(place->name);
}

void place_leave(const struct place *place)
{
    if (place->folder >= 0)
        close(place->folder);
}

/* Who has "/" rules every path; that is root, but for a user namespace that has not mapped it. */
static bool is_ruler(const struct walk *walk, uid_t user)
{
    return user == 0 || user == walk->top_owner;
}

static bool begin(struct walk *walk, const char *path)
{
    struct stat top;

    walk->links = 0;
    errno = ENAMETOOLONG;
    if ((size_t)snprintf(walk->left, sizeof(walk->left), "%s", path) >= sizeof(walk->left)
        || stat("/", &top) != 0)
        return false;
    walk->top_owner = top.st_uid;
    walk->folder = open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return walk->folder >= 0;
}

/* Take the first component of what is left; none is an empty name. */
static void take_component(struct walk *walk, char name[PATH_MAX])
{
    const char *first = walk->left + strspn(walk->left, "/");
    size_t length = strcspn(first, "/");
    const char *rest = first + length + strspn(first + length, "/");

    memcpy(name, first, length);
    name[length] = '\0';
    memmove(walk->left, rest, strlen(rest) + 1);
}

static void enter(struct walk *walk, int folder)
{
    close(walk->folder);
    walk->folder = folder;
}

/* What links of /proc name is no path: the kernel made them, and it alone can follow. */
static bool is_of_kernel(int folder)
{
    struct statfs system;

    return fstatfs(folder, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

static bool may_follow(const struct walk *walk, const struct stat *link)
{
    struct stat folder;

    errno = ELOOP;
    return walk->links < PLACE_LINKS_MAX && fstat(walk->folder, &folder) == 0
           && is_ruler(walk, folder.st_uid) && is_ruler(walk, link->st_uid);
}

/* Put what the link says before what is left of the path. */
static bool follow(struct walk *walk, int link)
{
    char path[PATH_MAX];
    char target[PATH_MAX];
    ssize_t length = readlinkat(link, "", target, sizeof(target) - 1);

    if (length < 0)
        return false;
    target[length] = '\0';
    errno = ENAMETOOLONG;
    if ((size_t)snprintf(path, sizeof(path), "%s%s%s", target, walk->left[0] != '\0' ? "/" : "",
                         walk->left)
        >= sizeof(path))
        return false;
    memcpy(walk->left, path, strlen(path) + 1);
    walk->links++;
    if (target[0] == '/')
        enter(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return walk->folder >= 0;
}

/* Go on from the component that was opened, a link or a directory; it is closed or entered. */
static bool pass(struct walk *walk, int component)
{
    struct stat status;
    bool is_known = fstat(component, &status) == 0;
    bool is_passed;

    if (is_known && !S_ISLNK(status.st_mode)) {
        enter(walk, component);
        return true;
    }
    is_passed = is_known && may_follow(walk, &status) && follow(walk, component);
    close(component);
    return is_passed;
}

static bool is_link(const struct walk *walk, const char *name)
{
    struct stat status;

    return fstatat(walk->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0
           && S_ISLNK(status.st_mode);
}

/* Every component but the last, and that too as long as it is a link. */
static bool go(struct walk *walk, struct place *place)
{
    for (;;) {
        bool is_of_proc = is_of_kernel(walk->folder);
        int component;

        take_component(walk, place->name);
        place->is_guarded = !is_of_proc;
        if (walk->left[0] == '\0' && (is_of_proc || !is_link(walk, place->name)))
            return true;
        component =
            openat(walk->folder, place->name, O_PATH | O_CLOEXEC | (is_of_proc ? 0 : O_NOFOLLOW));
        if (component < 0 || !pass(walk, component))
            return false;
    }
}

bool place_find(const char *path, struct place *place)
{
    struct walk walk;
    bool is_found;

    if (geteuid() != 0)
        return place_as_given(path, place);
    if (!begin(&walk, path))
        return false;
    is_found = go(&walk, place);
    place->folder = walk.folder;
    if (!is_found) {
        int error = errno;

        place_leave(place);
        errno = error;
    }
    return is_found;
}

/* Whether a name of the file may be one that somebody made who may not write to it. */
static bool is_shared(const struct place *place, int file)
{
    struct stat folder;
    struct stat status;

    if (fstat(file, &status) != 0 || fstat(place->folder, &folder) != 0)
        return true;
    return S_ISREG(status.st_mode) && status.st_nlink > 1
           && (folder.st_uid != 0 || (folder.st_mode & (S_IWGRP | S_IWOTH)) != 0);
}

int place_open(const struct place *place, int flags, bool *is_new)
{
    int guard = place->is_guarded ? O_NOFOLLOW : 0;
    int file = openat(place->folder, place->name, flags | guard);

    *is_new = false;
    if (file < 0 && errno == ENOENT) {
        guard |= place->is_guarded ? O_EXCL : 0;
        file = openat(place->folder, place->name, flags | guard | O_CREAT, 0640);
        *is_new = file >= 0 && place->is_guarded;
    }
    if (file >= 0 && place->is_guarded && is_shared(place, file)) {
        close(file);
        errno = EMLINK;
        return -1;
    }
    return file;
}

static bool look(const struct place *place, struct stat *status)
{
    int flags = place->is_guarded ? AT_SYMLINK_NOFOLLOW : 0;

    return fstatat(place->folder, place->name, status, flags) == 0;
}

bool place_is_special(const struct place *place)
{
    struct stat status;

    return look(place, &status) && !S_ISREG(status.st_mode);
}

bool place_is_vacant(const struct place *place)
{
    struct stat status;

    return look(place, &status) ? status.st_size == 0 : errno == ENOENT;
}
