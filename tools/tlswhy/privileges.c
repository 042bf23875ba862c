/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/tlswhy/complain.h"

enum { CAPABILITIES_MAX = 64 /* the kernel's sets have 64 bits */ };

bool privileges_find(const char *name, struct identity *identity)
{
    bool is_root = geteuid() == 0;
    const struct passwd *entry;

    *identity = (struct identity){.user = geteuid(), .group = getegid(), .name = name};
    if (name == NULL && !is_root)
        return true;
    if (name == NULL)
        identity->name = PRIVILEGES_USER_DEFAULT;
    errno = 0;
    entry = getpwnam(identity->name);
    if (entry == NULL)
        return complain("--user: there is no user %s%s%s", identity->name, errno != 0 ? ": " : "",
                        errno != 0 ? strerror(errno) : "");
    if (entry->pw_uid == 0)
        return complain("--user: %s may not be the service's user: name another", identity->name);
    if (!is_root && entry->pw_uid != geteuid())
        return complain("--user: only root can become %s", identity->name);
    identity->is_other = is_root;
    identity->user = entry->pw_uid;
    identity->group = entry->pw_gid;
    return true;
}

/* What an exec could give back, should no_new_privs ever be gone. Needs CAP_SETPCAP; without it
 * the bounding set stays, which gives nothing by itself. */
static void drop_bounding_set(void)
{
    for (unsigned long capability = 0; capability < CAPABILITIES_MAX; capability++)
        (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static bool become(const struct identity *identity)
{
    if (!identity->is_other)
        return true;
    if (setgroups(0, NULL) != 0 || setresgid(identity->group, identity->group, identity->group) != 0
        || setresuid(identity->user, identity->user, identity->user) != 0)
        return complain("cannot become %s: %s", identity->name, strerror(errno));
    return setresuid(0, 0, 0) != 0
           || complain("cannot give up root for good (setresuid): not started");
}

static bool drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

    if (syscall(SYS_capset, &header, data) != 0)
        return complain("cannot drop capabilities: %s", strerror(errno));
    return true;
}

bool privileges_drop(const struct identity *identity)
{
    drop_bounding_set();
    if (!become(identity) || !drop_capabilities())
        return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return complain("cannot set no_new_privs: %s", strerror(errno));
    return true;
}
