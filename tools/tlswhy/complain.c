/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/complain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/text.h"
#include "analyze/utf8.h"
#include "tools/tlswhy/terminal.h"

enum { COMPLAINT_MAX = 16384 /* octets: a path of the longest, with every octet escaped */ };

/* Without isatty(3), which not every sandbox allows. */
static bool is_terminal(void)
{
    struct stat status;

    return fstat(STDERR_FILENO, &status) == 0 && S_ISCHR(status.st_mode);
}

/* What a terminal shows, and does nothing else: whatever the names of files in it are, a message
 * stays one line. */
static void add_printable(struct text *line, struct bytes message)
{
    while (message.len > 0) {
        uint32_t code_point = 0;
        size_t length = utf8_character(message, &code_point);
        bool is_printable = length > 0 && utf8_is_printable(code_point);
        struct bytes character;

        if (!bytes_take(&message, length > 0 ? length : 1, &character))
            return;
        if (is_printable)
            text_append(line, character.data, character.len);
        for (size_t i = 0; !is_printable && i < character.len; i++)
            text_add(line, "\\x%02x", character.data[i]);
    }
}

/* In one piece, from whichever thread, and in the place of a line that shows how it goes. */
static void write_message(const char *format, va_list arguments)
{
    char message[COMPLAINT_MAX];
    char buffer[COMPLAINT_MAX];
    struct text line = text_begin(buffer, sizeof(buffer) - 1);

    vsnprintf(message, sizeof(message), format, arguments);
    text_add_string(&line, is_terminal() ? TERMINAL_CLEAR_LINE "tlswhy: " : "tlswhy: ");
    add_printable(&line, bytes_of(message, strlen(message)));
    buffer[line.length++] = '\n';
    fwrite(buffer, 1, line.length, stderr);
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

const char *complain_reason(int error, const char *user, char reason[COMPLAIN_REASON_SIZE])
{
    bool is_of_user = user != NULL && (error == EACCES || error == EPERM);
    const char *text = error == COMPLAIN_CAPTURE ? "is a capture, or compressed: name another file"
                                                 : strerror(error);

    snprintf(reason, COMPLAIN_REASON_SIZE, "%s%s%s", text, is_of_user ? " as user " : "",
             is_of_user ? user : "");
    return reason;
}

void complain_hint(void)
{
    fputs("Try 'tlswhy --help'.\n", stderr);
}
