/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/complain.h"

#include <stdarg.h>
#include <stdio.h>

static void write_message(const char *format, va_list arguments)
{
    fputs("tlswhy: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

bool complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_message(format, arguments);
    va_end(arguments);
    return false;
}

bool complain_usage(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_message(format, arguments);
    va_end(arguments);
    complain_hint();
    return false;
}

bool complain_memory(void)
{
    return complain("out of memory");
}

void complain_hint(void)
{
    fputs("Try 'tlswhy --help'.\n", stderr);
}
