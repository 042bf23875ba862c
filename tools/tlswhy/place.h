/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.h -- where a file is that is written to, found so that nobody leads root astray.
 *
 * Root opens outputs and spools that may lie in a directory of somebody else, who could put a link
 * to any file of the system there, before or while it is opened. So root finds its way component by
 * component, follows only links that are root's and lie in a directory of root's, and then opens
 * what is in the directory that it holds. Whoever has no more rights than others need not look.
 */
#ifndef TLSWHY_TOOLS_PLACE_H
#define TLSWHY_TOOLS_PLACE_H

#include <limits.h>
#include <stdbool.h>

enum { PLACE_LINKS_MAX = 40 /* in one path, as many as the kernel follows */ };

struct place {
    int folder;          /* that the name is looked up in */
    bool is_guarded;     /* the name is no link, and none is followed */
    char name[PATH_MAX]; /* as given, or of the last component */
};

/* What path says, for the kernel to find. It needs no place_leave. False with errno set. */
bool place_as_given(const char *path, struct place *place);

/* The same for a process that may be root, which finds it as above. False with errno set: ELOOP
 * for a link that is not followed. */
bool place_find(const char *path, struct place *place);

/* Let go of what place_find holds. */
void place_leave(const struct place *place);

/* Open what is there, or else make a regular file. flags are those of open(2). A guarded file with
 * several names is refused with EMLINK, for one of them may be another's, where others than root
 * can make names. *is_new tells whether this call made a guarded file. Returns a descriptor, or -1
 * with errno set. */
int place_open(const struct place *place, int flags, bool *is_new);

/* Whether something else than a regular file is there. */
bool place_is_special(const struct place *place);

/* Whether nothing is there, or an empty file. */
bool place_is_vacant(const struct place *place);

#endif
