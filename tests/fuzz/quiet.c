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

void complain_hint(void)
{
}
