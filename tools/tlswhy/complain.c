/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without isatty(3), which not every sandbox allows. */
static bool is_terminal(void)
{
    struct stat status;

    return fstat(STDERR_FILENO, &status) == 0 && S_ISCHR(status.st_mode);
}

/* In one piece, from whichever thread, and in the place of a line that shows how it goes. */
static void write_message(const char *format, va_list arguments)
{
    flockfile(stderr);
    fputs(is_terminal() ? "\r\033[Ktlswhy: " : "tlswhy: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    funlockfile(stderr);
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
