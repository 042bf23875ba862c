/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h -- octets chosen by a peer, made safe to print, and lists of names. */
#ifndef TLSWHY_ANALYZE_TEXT_H
#define TLSWHY_ANALYZE_TEXT_H

#include <stdarg.h>

#include "dissect/bytes.h"

enum { TEXT_TIMESTAMP_LENGTH = 30 /* of text_put_timestamp */ };

/* A bounded text under construction; always NUL terminated, cut with "..." when full. */
struct text {
    char *data;
    size_t size;   /* octets at data, >= 4 */
    size_t length; /* octets used, NUL not counted */
    bool cut;
};

/* Begin an empty text in the caller's buffer. */
static inline struct text text_begin(char *data, size_t size)
{
    data[0] = '\0';
    return (struct text){.data = data, .size = size};
}

/* Append printf-formatted text that is known to be clean. */
__attribute__((format(printf, 2, 3))) void text_add(struct text *text, const char *format, ...);

/* The same with the arguments of a caller's own variable list. */
__attribute__((format(printf, 2, 0))) void text_add_list(struct text *text, const char *format,
                                                         va_list arguments);

/* Append octets that are known to be clean: what there is room for, and then the ellipsis. */
void text_append_cut(struct text *text, const void *octets, size_t length);

static inline void text_append(struct text *text, const void *octets, size_t length)
{
    if (text->cut || length >= text->size - text->length) {
        text_append_cut(text, octets, length);
        return;
    }
    memcpy(text->data + text->length, octets, length);
    text->length += length;
    text->data[text->length] = '\0';
}

/* Append a string that is known to be clean, and a number in decimal: what text_add would do,
 * without looking for a format. */
static inline void text_add_string(struct text *text, const char *string)
{
    text_append(text, string, strlen(string));
}

void text_add_number(struct text *text, uint64_t number);

/* Printable ASCII without quotation marks and backslashes: what most names are, and what stands for
 * itself wherever it is written. */
bool text_is_plain(struct bytes octets);

/* Append untrusted octets: printable ASCII and valid UTF-8 letters as they are, backslash and
 * everything else (control characters, invalid UTF-8, directional marks) as \xNN. */
void text_add_untrusted(struct text *text, struct bytes octets);

/* Append the names of a list of 16-bit code points (octets in network order, two each),
 * separated by ", ", GREASE left out, at most max of them and then "and N more". name
 * returns NULL for a value it does not know, which is printed as 0xNNNN. */
void text_add_names(struct text *text, struct bytes list, const char *(*name)(uint16_t),
                    size_t max);

/* Write a packet time as RFC 3339 with nine digits, without NUL:
 * "2024-05-01T10:00:00.123456789Z". */
void text_put_timestamp(char out[TEXT_TIMESTAMP_LENGTH], int64_t time_ns);

/* The same when another one is known already, which most often is of the same second. */
void text_put_timestamp_near(char out[TEXT_TIMESTAMP_LENGTH], int64_t time_ns,
                             const char known[TEXT_TIMESTAMP_LENGTH], int64_t known_ns);

/* Append a packet time for people, to the millisecond: "2024-05-01 10:00:00.123". */
void text_add_time(struct text *text, int64_t time_ns);

/* Append a date of a certificate, in seconds since 1970, of the years 0 to 9999:
 * "2024-05-01 10:00:00 UTC". */
void text_add_date(struct text *text, int64_t seconds);

/* The same by RFC 3339: "2024-05-01T10:00:00Z". */
void text_add_date_stamp(struct text *text, int64_t seconds);

/* Append a duration in a unit that a person would use: "12 ms", "3.2 s", "5 min", "3 days". It is
 * never more than the duration is, by a limit in whole units: 4.96 s is "4.960 s". */
void text_add_duration(struct text *text, int64_t duration_ns);

/* The same for seconds, also for more than nanoseconds can hold, some 292 years. */
void text_add_seconds(struct text *text, int64_t seconds);

#endif
