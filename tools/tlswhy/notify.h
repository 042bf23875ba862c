/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notify.h -- tell the service manager how it goes: the protocol of sd_notify(3), as documented
 * there, without its library.
 */
#ifndef TLSWHY_TOOLS_NOTIFY_H
#define TLSWHY_TOOLS_NOTIFY_H

#include <stdint.h>

struct notify {
    int socket;          /* -1: nobody waits to be told */
    int64_t watchdog_ms; /* between two signs of life, 0: none are wanted */
};

/* Find out from the environment whom to tell, and open what is needed. */
struct notify notify_open(void);
void notify_close(struct notify *notify);

/* Send "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...". */
void notify_send(const struct notify *notify, const char *state);

#endif
