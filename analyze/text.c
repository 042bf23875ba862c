/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/text.h"

#include <stdarg.h>
#include <stdio.h>

#include "analyze/digits.h"
#include "analyze/scan.h"
#include "analyze/utf8.h"
#include "capture/time_unit.h"
#include "dissect/extension.h"

static const char ELLIPSIS[] = "...";

/* Replace the end of the text with the ellipsis, without halving a character. */
static void text_cut(struct text *text)
{
    size_t keep = text->size - sizeof(ELLIPSIS);

    text->length = utf8_whole(bytes_of(text->data, text->length), keep);
    memcpy(text->data + text->length, ELLIPSIS, sizeof(ELLIPSIS));
    text->length += sizeof(ELLIPSIS) - 1;
    text->cut = true;
}

void text_append_cut(struct text *text, const void *octets, size_t length)
{
    size_t room = text->size - text->length - 1;

    if (text->cut)
        return;
    memcpy(text->data + text->length, octets, length < room ? length : room);
    text->length += length < room ? length : room;
    text_cut(text);
}

void text_add_number(struct text *text, uint64_t number)
{
    char digits[DIGITS_MAX];
    size_t length = digits_put(digits, number);

    text_append(text, digits, length);
}

void text_add_list(struct text *text, const char *format, va_list arguments)
{
    size_t room = text->size - text->length;
    int length;

    if (text->cut)
        return;
    length = vsnprintf(text->data + text->length, room, format, arguments);
    if (length < 0) {
        text->data[text->length] = '\0';
        return;
    }
    if ((size_t)length < room) {
        text->length += (size_t)length;
        return;
    }
    text->length = text->size - 1;
    text_cut(text);
}

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_add_list(text, format, arguments);
    va_end(arguments);
}

/* Where an octet is none of those that text_is_plain() is about. */
static inline scan_octets find_others(scan_octets octets)
{
    return (scan_octets)((octets < 0x20) | (octets >= 0x7f) | (octets == '"') | (octets == '\\'));
}

bool text_is_plain(struct bytes octets)
{
    return !scan_has(octets, find_others);
}

/* Printable ASCII, but for the backslash: it begins an escape. */
static bool is_plain_octet(uint8_t octet)
{
    return octet >= ' ' && octet < 0x7f && octet != '\\';
}

/* Append what is at the front and stands for itself, as far as there is room: most names are no
 * more than that. False: nothing is. */
static bool add_plain(struct text *text, struct bytes *octets)
{
    size_t room = text->size - text->length - 1;
    struct bytes plain;
    size_t length = 0;

    while (length < octets->len && length < room && is_plain_octet(octets->data[length]))
        length++;
    if (length == 0 || !bytes_take(octets, length, &plain))
        return false;
    text_append(text, plain.data, plain.len);
    return true;
}

void text_add_untrusted(struct text *text, struct bytes octets)
{
    if (octets.len == 0)
        return;
    if (octets.len < text->size - text->length && !text->cut && text_is_plain(octets)) {
        text_append(text, octets.data, octets.len);
        return;
    }
    while (octets.len > 0 && !text->cut) {
        uint32_t code_point = 0;
        struct bytes character;
        size_t length;
        bool is_plain;

        if (add_plain(text, &octets))
            continue;
        length = utf8_character(octets, &code_point);
        /* The backslash begins an escape: a peer's own has to look different. */
        is_plain = length > 0 && utf8_is_printable(code_point) && code_point != '\\';
        if (!bytes_take(&octets, length > 0 ? length : 1, &character))
            return;
        if (is_plain)
            text_append(text, character.data, character.len);
        for (size_t i = 0; !is_plain && i < character.len; i++)
            text_add(text, "\\x%02x", character.data[i]);
    }
}

void text_add_names(struct text *text, struct bytes list, const char *(*name)(uint16_t), size_t max)
{
    size_t named = 0;
    size_t left_out = 0;
    uint16_t value;

    while (list_u16_next(&list, &value)) {
        const char *known;

        if (tls_is_grease(value))
            continue;
        if (named == max) {
            left_out++;
            continue;
        }
        known = name(value);
        text_add(text, named > 0 ? ", " : "");
        if (known != NULL)
            text_add(text, "%s", known);
        else
            text_add(text, "0x%04x", value);
        named++;
    }
    if (left_out > 0)
        text_add(text, named > 0 ? " and %zu more" : "%zu", left_out);
}

#define MINUTE_NS (60 * SECOND_NS)
#define HOUR_NS   (60 * MINUTE_NS)
#define DAY_NS    (24 * HOUR_NS)

/* Units from the finest on: each is used for durations below its limit. */
static const struct unit {
    int64_t limit;
    int64_t size;
    bool has_tenths;
    const char *name;
} units[] = {
    {10 * MILLISECOND_NS, MILLISECOND_NS, true, "ms"},
    {SECOND_NS, MILLISECOND_NS, false, "ms"},
    {2 * MINUTE_NS, SECOND_NS, true, "s"},
    {2 * HOUR_NS, MINUTE_NS, false, "min"},
    {2 * DAY_NS, HOUR_NS, false, "h"},
    {INT64_MAX, DAY_NS, false, "days"},
};

enum { SECONDS_LENGTH = 19 /* "2024-05-01 10:00:00" */ };

enum {
    DAY_SECONDS = 86400,
    ERA_DAYS = 146097,       /* 400 years: then the Gregorian calendar begins anew */
    CENTURY_DAYS = 36524,    /* most of them; the last one of an era has a day more */
    OLYMPIAD_DAYS = 1461,    /* 4 years, the last one with a day more */
    ERA_BEFORE_1970 = 719468 /* days from 0000-03-01 to 1970-01-01 */
};

/* Write the date of a day since 1970-01-01 at out. The year is taken to begin in March, so that
 * the day that not every year has is its last one, and the months before it follow a rule. */
static void put_date(char *out, int64_t days)
{
    int64_t since = days + ERA_BEFORE_1970;
    int64_t era = (since >= 0 ? since : since - (ERA_DAYS - 1)) / ERA_DAYS;
    uint32_t day = (uint32_t)(since - era * ERA_DAYS);
    uint32_t year =
        (day - day / (OLYMPIAD_DAYS - 1) + day / CENTURY_DAYS - day / (ERA_DAYS - 1)) / 365;
    uint32_t of_year = day - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153; /* 0: March */
    uint32_t shown = (uint32_t)(year + era * 400) + (month >= 10);

    digits_put_pair(out, shown / 100);
    digits_put_pair(out + 2, shown % 100);
    digits_put_pair(out + 5, month < 10 ? month + 3 : month - 9);
    digits_put_pair(out + 8, of_year - (153 * month + 2) / 5 + 1);
}

/* Write date and time at out. Callers have years of four digits. gmtime_r asks for the time zone
 * each time. */
static void put_seconds(char out[SECONDS_LENGTH], int64_t seconds, char separator)
{
    int64_t days = (seconds >= 0 ? seconds : seconds - (DAY_SECONDS - 1)) / DAY_SECONDS;
    uint32_t rest = (uint32_t)(seconds - days * DAY_SECONDS);

    memcpy(out, "0000-00-00 00:00:00", SECONDS_LENGTH);
    put_date(out, days);
    out[10] = separator;
    digits_put_pair(out + 11, rest / 3600);
    digits_put_pair(out + 14, rest / 60 % 60);
    digits_put_pair(out + 17, rest % 60);
}

/* A packet time, which ends in the year 2262, in whole seconds and what is left, which counts
 * forwards before 1970 too. */
struct seconds {
    int64_t whole;
    uint32_t rest_ns;
};

static struct seconds seconds_of(int64_t time_ns)
{
    int64_t seconds = time_ns / SECOND_NS;
    int64_t rest = time_ns % SECOND_NS;

    if (rest < 0) {
        seconds--;
        rest += SECOND_NS;
    }
    return (struct seconds){.whole = seconds, .rest_ns = (uint32_t)rest};
}

/* Write what follows the second at out. */
static void put_fraction(char *out, uint32_t rest_ns)
{
    out[0] = '.';
    digits_put_all(out + 1, digits_of(rest_ns / 10), 0);
    out[9] = (char)('0' + rest_ns % 10);
    out[10] = 'Z';
}

void text_put_timestamp(char out[TEXT_TIMESTAMP_LENGTH], int64_t time_ns)
{
    struct seconds time = seconds_of(time_ns);

    put_seconds(out, time.whole, 'T');
    put_fraction(out + SECONDS_LENGTH, time.rest_ns);
}

void text_put_timestamp_near(char out[TEXT_TIMESTAMP_LENGTH], int64_t time_ns,
                             const char known[TEXT_TIMESTAMP_LENGTH], int64_t known_ns)
{
    struct seconds time = seconds_of(time_ns);

    if (time.whole == seconds_of(known_ns).whole)
        memcpy(out, known, SECONDS_LENGTH);
    else
        put_seconds(out, time.whole, 'T');
    put_fraction(out + SECONDS_LENGTH, time.rest_ns);
}

void text_add_time(struct text *text, int64_t time_ns)
{
    char stamp[SECONDS_LENGTH + 4];
    struct seconds time = seconds_of(time_ns);
    uint32_t milliseconds = time.rest_ns / MILLISECOND_NS;

    put_seconds(stamp, time.whole, ' ');
    stamp[SECONDS_LENGTH] = '.';
    stamp[SECONDS_LENGTH + 1] = (char)('0' + milliseconds / 100);
    digits_put_pair(stamp + SECONDS_LENGTH + 2, milliseconds % 100);
    text_append(text, stamp, sizeof(stamp));
}

void text_add_date(struct text *text, int64_t seconds)
{
    char stamp[SECONDS_LENGTH];

    put_seconds(stamp, seconds, ' ');
    text_append(text, stamp, sizeof(stamp));
    text_append(text, " UTC", 4);
}

void text_add_date_stamp(struct text *text, int64_t seconds)
{
    char stamp[SECONDS_LENGTH];

    put_seconds(stamp, seconds, 'T');
    text_append(text, stamp, sizeof(stamp));
    text_append(text, "Z", 1);
}

/* Rounded, but never up to a whole unit, at which limits are: 4.96 s becomes "4.960 s". */
static void add_with_fraction(struct text *text, const struct unit *unit, int64_t duration_ns)
{
    int64_t tenth = unit->size / 10;
    int64_t tenths = (duration_ns + tenth / 2) / tenth;
    int64_t thousandths = duration_ns / (unit->size / 1000);

    if (tenths % 10 == 0 && tenths * tenth > duration_ns)
        text_add(text, "%lld.%03lld %s", (long long)(thousandths / 1000),
                 (long long)(thousandths % 1000), unit->name);
    else
        text_add(text, "%lld.%lld %s", (long long)(tenths / 10), (long long)(tenths % 10),
                 unit->name);
}

void text_add_duration(struct text *text, int64_t duration_ns)
{
    const struct unit *unit = units;

    if (duration_ns < 0) { /* clocks step back; INT64_MIN has no positive */
        text_add(text, "-");
        duration_ns = duration_ns == INT64_MIN ? INT64_MAX : -duration_ns;
    }
    if (duration_ns > 0 && duration_ns < MILLISECOND_NS / 10) {
        text_add(text, "below 0.1 ms");
        return;
    }
    while (duration_ns >= unit->limit && unit->limit < INT64_MAX)
        unit++;
    if (unit->has_tenths)
        add_with_fraction(text, unit, duration_ns);
    else
        text_add(text, "%lld %s", (long long)(duration_ns / unit->size), unit->name);
}

void text_add_seconds(struct text *text, int64_t seconds)
{
    static const int64_t most = INT64_MAX / SECOND_NS;

    if (seconds > most || seconds < -most)
        text_add(text, "%lld days", (long long)(seconds / DAY_SECONDS));
    else
        text_add_duration(text, seconds * SECOND_NS);
}
