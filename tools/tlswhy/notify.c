/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Signs of life come three times as often as they must. */
enum { WATCHDOG_MARGIN = 3, MICROSECONDS_PER_MS = 1000 };

static int64_t watchdog_interval_ms(void)
{
    const char *interval = getenv("WATCHDOG_USEC");
    const char *process = getenv("WATCHDOG_PID");

    if (interval == NULL || (process != NULL && strtol(process, NULL, 10) != (long)getpid()))
        return 0;
    return strtoll(interval, NULL, 10) / MICROSECONDS_PER_MS / WATCHDOG_MARGIN;
}

struct notify notify_open(void)
{
    struct notify notify = {.socket = -1};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    size_t length = path != NULL ? strlen(path) : 0;

    if (length == 0 || length >= sizeof(address.sun_path))
        return notify;
    memcpy(address.sun_path, path, length);
    if (address.sun_path[0] == '@') /* of the abstract namespace */
        address.sun_path[0] = '\0';
    notify.socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notify.socket < 0)
        return notify;
    if (connect(notify.socket, (struct sockaddr *)(void *)&address,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length))
        != 0)
        notify_close(&notify);
    notify.watchdog_ms = watchdog_interval_ms();
    return notify;
}

void notify_close(struct notify *notify)
{
    if (notify->socket >= 0)
        close(notify->socket);
    notify->socket = -1;
}

void notify_send(const struct notify *notify, const char *state)
{
    if (notify->socket >= 0)
        (void)send(notify->socket, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT);
}
