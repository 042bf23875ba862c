/* SPDX-License-Identifier: GPL-2.0-or-later */
/* utf8.h -- which octets are UTF-8 (RFC 3629), and which of its characters are safe to show. */
#ifndef TLSWHY_ANALYZE_UTF8_H
#define TLSWHY_ANALYZE_UTF8_H

#include "dissect/bytes.h"

/* The number of octets (1 to 4) of the character at the front of octets, and its code point;
 * 0, and *code_point unchanged, when there is none: the view is empty, the sequence is cut,
 * overlong, a surrogate or above U+10FFFF. */
size_t utf8_character(struct bytes octets, uint32_t *code_point);

/* True when all octets are UTF-8. */
bool utf8_is_valid(struct bytes octets);

/* True when a terminal shows the character and it changes nothing but its own cell: no control
 * or format character, no mark that turns the direction of the text, no space but U+0020. */
bool utf8_is_printable(uint32_t code_point);

/* True when all octets are UTF-8, and each character is printable. */
bool utf8_is_printable_text(struct bytes octets);

/* How many of the first octets, at most max, are whole characters. The octets are UTF-8. */
size_t utf8_whole(struct bytes octets, size_t max);

#endif
