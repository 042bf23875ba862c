/* SPDX-License-Identifier: GPL-2.0-or-later */
/* complain.h -- messages on standard error, each one line that begins with the program's name.
 *
 * What is not printable in one, such as a newline in the name of a file, is written as \xNN.
 */
#ifndef TLSWHY_TOOLS_COMPLAIN_H
#define TLSWHY_TOOLS_COMPLAIN_H

#include <errno.h>
#include <stdbool.h>

enum {
    COMPLAIN_REASON_SIZE = 256,
    COMPLAIN_CAPTURE = EMEDIUMTYPE /* in the place of an errno: a capture is not written to */
};

/* Say what is wrong. Each of these returns false. */
__attribute__((format(printf, 1, 2))) bool complain(const char *format, ...);

/* The same, followed by a hint at --help. */
__attribute__((format(printf, 1, 2))) bool complain_usage(const char *format, ...);
bool complain_memory(void);

/* Why a file cannot be used, for a message: what error, an errno or COMPLAIN_CAPTURE, means, and
 * where it is that a right is missing, whose. user is who asked; NULL: whoever started the program.
 * Returns reason. */
const char *complain_reason(int error, const char *user, char reason[COMPLAIN_REASON_SIZE]);

/* The hint alone. */
void complain_hint(void);

#endif
