/* SPDX-License-Identifier: GPL-2.0-or-later */
/* privileges.h -- give up for good what only opening needed. */
#ifndef TLSWHY_TOOLS_PRIVILEGES_H
#define TLSWHY_TOOLS_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#define PRIVILEGES_USER_DEFAULT "nobody"

/* Who to become. */
struct identity {
    bool is_other; /* somebody else than the process is */
    uid_t user;
    gid_t group;
    const char *name; /* borrowed */
};

/* Find the user of this name; NULL: nobody when the process is root's, else who it is. False
 * after a complaint: there is no such user, it is root, or only root may become somebody else. */
bool privileges_find(const char *name, struct identity *identity);

/* Become that user, with no capability, no further group, and no way to get any back, also not by
 * exec (PR_SET_NO_NEW_PRIVS). Before other threads begin. False after a complaint. */
bool privileges_drop(const struct identity *identity);

#endif
