/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How root finds what it writes to, where others may have put links. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/place.h"

enum { SKIPPED = 77, NOBODY = 65534, PATH_SIZE = 128, FILE_MODE = 0600 };

/* A folder of root with a file that is nobody's business, and in it one of somebody else. */
struct scene {
    char root[PATH_SIZE];
    char other[PATH_SIZE];
    char secret[PATH_SIZE];
};

static const char *path_in(const char *folder, const char *name)
{
    static char path[2 * PATH_SIZE];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void make_file(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);

    CU_ASSERT_FATAL(file >= 0);
    close(file);
}

static struct scene begin(void)
{
    struct scene scene = {.root = "/tmp/tlswhy_place_XXXXXX"};

    CU_ASSERT_FATAL(mkdtemp(scene.root) != NULL);
    snprintf(scene.other, sizeof(scene.other), "%.100s/other", scene.root);
    snprintf(scene.secret, sizeof(scene.secret), "%.100s/secret", scene.root);
    CU_ASSERT_FATAL(mkdir(scene.other, 0700) == 0 && chown(scene.other, NOBODY, NOBODY) == 0);
    make_file(scene.secret);
    return scene;
}

/* Whatever the test has made in it is one of these. */
static void end(const struct scene *scene)
{
    static const char *const names[] = {"events", "link", "chain", "folder"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)unlink(path_in(scene->other, names[i]));
        (void)unlink(path_in(scene->root, names[i]));
    }
    CU_ASSERT_EQUAL(unlink(scene->secret), 0);
    CU_ASSERT_EQUAL(rmdir(scene->other), 0);
    CU_ASSERT_EQUAL(rmdir(scene->root), 0);
}

static void make_link(const char *target, const char *path, uid_t owner)
{
    CU_ASSERT_FATAL(symlink(target, path) == 0 && lchown(path, owner, owner) == 0);
}

/* 0, or why not. */
static int open_path(const char *path, bool *is_new, struct stat *status)
{
    struct place place;
    int file = -1;

    *is_new = false;
    if (place_find(path, &place)) {
        file = place_open(&place, O_WRONLY | O_APPEND | O_CLOEXEC, is_new);
        place_leave(&place);
    }
    if (file < 0)
        return errno;
    CU_ASSERT_EQUAL(fstat(file, status), 0);
    close(file);
    return 0;
}

/* That it leads to the file called target, which is made if it is not there. */
static bool leads_to(const char *path, const char *target, bool is_made)
{
    struct stat opened;
    struct stat wanted;
    bool is_new;

    return open_path(path, &is_new, &opened) == 0 && stat(target, &wanted) == 0
           && opened.st_dev == wanted.st_dev && opened.st_ino == wanted.st_ino && is_new == is_made;
}

static bool is_refused(const char *path, int error)
{
    struct stat status;
    bool is_new;

    return open_path(path, &is_new, &status) == error && !is_new;
}

static void what_is_there_is_opened_and_what_is_not_is_made(void)
{
    struct scene scene = begin();
    char events[2 * PATH_SIZE];

    snprintf(events, sizeof(events), "%s", path_in(scene.other, "events"));
    CU_ASSERT(leads_to(events, events, true));
    CU_ASSERT(leads_to(events, events, false));
    CU_ASSERT(leads_to(scene.secret, scene.secret, false));
    CU_ASSERT(is_refused(path_in(scene.other, "none/events"), ENOENT));
    CU_ASSERT(is_refused(scene.other, EISDIR));
    end(&scene);
}

static void links_of_root_in_directories_of_root_are_followed(void)
{
    struct scene scene = begin();
    char events[2 * PATH_SIZE];

    make_link("other", path_in(scene.root, "folder"), 0);
    make_link("folder/../folder/events", path_in(scene.root, "chain"), 0);
    make_link(scene.secret, path_in(scene.root, "link"), 0);
    snprintf(events, sizeof(events), "%s", path_in(scene.other, "events"));
    CU_ASSERT(leads_to(path_in(scene.root, "chain"), events, true));
    CU_ASSERT(leads_to(path_in(scene.root, "folder//events"), events, false));
    CU_ASSERT(leads_to(path_in(scene.root, "link"), scene.secret, false));
    end(&scene);
}

static void a_link_of_somebody_else_is_not_followed(void)
{
    struct scene scene = begin();

    make_link(scene.secret, path_in(scene.other, "events"), NOBODY);
    make_link("/", path_in(scene.other, "folder"), NOBODY);
    make_link("../events", path_in(scene.other, "link"), NOBODY);
    make_link("other/events", path_in(scene.root, "chain"), 0);
    CU_ASSERT(is_refused(path_in(scene.other, "events"), ELOOP));
    CU_ASSERT(is_refused(path_in(scene.other, "folder/tmp"), ELOOP));
    CU_ASSERT(is_refused(path_in(scene.other, "link"), ELOOP));
    CU_ASSERT(is_refused(path_in(scene.root, "chain"), ELOOP)); /* root's, and then not */
    CU_ASSERT_NOT_EQUAL(access(path_in(scene.root, "events"), F_OK), 0);
    end(&scene);
}

/* Who has the directory may have given it another name. */
static void a_link_of_root_elsewhere_is_not_followed(void)
{
    struct scene scene = begin();

    make_link(scene.secret, path_in(scene.other, "events"), 0);
    CU_ASSERT(is_refused(path_in(scene.other, "events"), ELOOP));
    end(&scene);
}

static void a_file_of_several_names_is_opened_where_only_root_makes_names(void)
{
    struct scene scene = begin();
    char link_path[2 * PATH_SIZE];

    snprintf(link_path, sizeof(link_path), "%s", path_in(scene.other, "events"));
    CU_ASSERT_EQUAL(link(scene.secret, link_path), 0);
    CU_ASSERT(is_refused(link_path, EMLINK));
    CU_ASSERT(leads_to(scene.secret, scene.secret, false));
    CU_ASSERT_EQUAL(chmod(scene.root, 0770), 0);
    CU_ASSERT(is_refused(scene.secret, EMLINK));
    end(&scene);
}

static void links_that_go_round_end(void)
{
    struct scene scene = begin();

    make_link("chain", path_in(scene.root, "link"), 0);
    make_link("link", path_in(scene.root, "chain"), 0);
    CU_ASSERT(is_refused(path_in(scene.root, "link"), ELOOP));
    end(&scene);
}

/* As /dev/stdout and what a shell passes for >(command) lead there. */
static void a_descriptor_has_a_path(void)
{
    struct stat opened;
    struct stat wanted;
    char path[PATH_SIZE];
    int ends[2];
    bool is_new;

    CU_ASSERT_FATAL(pipe(ends) == 0);
    CU_ASSERT_EQUAL(fstat(ends[1], &wanted), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), i == 0 ? "/dev/fd/%d" : "/proc/self/fd/%d", ends[1]);
        CU_ASSERT_EQUAL(open_path(path, &is_new, &opened), 0);
        CU_ASSERT(opened.st_ino == wanted.st_ino && !is_new);
    }
    close(ends[0]);
    close(ends[1]);
}

static void a_pipe_is_special(void)
{
    struct scene scene = begin();
    struct place place;

    CU_ASSERT_EQUAL(mkfifo(path_in(scene.other, "events"), FILE_MODE), 0);
    CU_ASSERT_FATAL(place_find(path_in(scene.other, "events"), &place));
    CU_ASSERT(place_is_special(&place));
    place_leave(&place);
    CU_ASSERT_FATAL(place_find(scene.secret, &place));
    CU_ASSERT(!place_is_special(&place));
    place_leave(&place);
    end(&scene);
}

/* Nobody is led astray who may do no more than whoever made the link. */
static void as_given_every_link_is_followed(void)
{
    struct scene scene = begin();
    struct place place;
    bool is_new;
    int file;

    make_link(scene.secret, path_in(scene.other, "events"), NOBODY);
    CU_ASSERT_FATAL(place_as_given(path_in(scene.other, "events"), &place));
    file = place_open(&place, O_WRONLY | O_CLOEXEC, &is_new);
    CU_ASSERT(file >= 0 && !is_new);
    close(file);
    place_leave(&place);
    end(&scene);
}

static void a_path_that_is_too_long_is_refused(void)
{
    char path[PATH_MAX + 1];
    struct place place;

    memset(path, 'a', PATH_MAX);
    path[PATH_MAX] = '\0';
    CU_ASSERT(!place_find(path, &place));
    CU_ASSERT_EQUAL(errno, ENAMETOOLONG);
    CU_ASSERT(!place_as_given(path, &place));
    CU_ASSERT_EQUAL(errno, ENAMETOOLONG);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what is there is opened and what is not is made",
         what_is_there_is_opened_and_what_is_not_is_made},
        {"links of root in directories of root are followed",
         links_of_root_in_directories_of_root_are_followed},
        {"a link of somebody else is not followed", a_link_of_somebody_else_is_not_followed},
        {"a link of root elsewhere is not followed", a_link_of_root_elsewhere_is_not_followed},
        {"a file of several names is opened where only root makes names",
         a_file_of_several_names_is_opened_where_only_root_makes_names},
        {"links that go round end", links_that_go_round_end},
        {"a descriptor has a path", a_descriptor_has_a_path},
        {"a pipe is special", a_pipe_is_special},
        {"as given every link is followed", as_given_every_link_is_followed},
        {"a path that is too long is refused", a_path_that_is_too_long_is_refused},
        CU_TEST_INFO_NULL,
    };

    if (geteuid() != 0) {
        puts("only root has somebody else's directory to fear");
        return SKIPPED;
    }
    return suite_run("place", tests);
}
