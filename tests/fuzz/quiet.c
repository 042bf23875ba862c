/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quiet.c -- complaints of the program's own parts, without writing them. */
#include "tools/tlswhy/complain.h"

bool complain(const char *format, ...)
{
    (void)format;
    return false;
}

bool complain_usage(const char *format, ...)
{
    (void)format;
    return false;
}

bool complain_memory(void)
{
    return false;
}

const char *complain_reason(int error, const char *user, char reason[COMPLAIN_REASON_SIZE])
{
    (void)error;
    (void)user;
    reason[0] = '\0';
    return reason;
}

void complain_hint(void)
{
}
