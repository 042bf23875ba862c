/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/syslog.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

size_t syslog_header(char out[SYSLOG_HEADER_SIZE])
{
    char host[256] = "-"; /* the NILVALUE */
    char when[32];
    struct timespec now;
    struct tm parts;
    int length;

    if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0')
        memcpy(host, "-", sizeof("-"));
    clock_gettime(CLOCK_REALTIME, &now); /* cannot fail with this clock */
    (void)gmtime_r(&now.tv_sec, &parts);
    (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &parts);
    length = snprintf(out, SYSLOG_HEADER_SIZE, "<%d>1 %s.%06ldZ %s tlswhy %d - - ", SYSLOG_PRIORITY,
                      when, now.tv_nsec / 1000, host, (int)getpid());
    return (size_t)length;
}
