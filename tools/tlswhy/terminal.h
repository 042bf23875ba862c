/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h -- what a terminal is told to do. */
#ifndef TLSWHY_TOOLS_TERMINAL_H
#define TLSWHY_TOOLS_TERMINAL_H

/* Back to the first column, and clear the line (ECMA-48 section 8.3.41). */
#define TERMINAL_CLEAR_LINE "\r\033[K"

#endif
