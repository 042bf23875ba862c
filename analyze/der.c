/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/der.h"

static bool take_length(struct bytes *in, size_t *length)
{
    uint8_t first;
    uint64_t value;

    if (!bytes_u8(in, &first))
        return false;
    if (first < 0x80) {
        *length = first;
        return true;
    }
    /* 0x80 is the indefinite form of BER. */
    if (first == 0x80 || first > 0x84 || !bytes_uint(in, first & 0x7fu, &value))
        return false;
    *length = (size_t)value;
    return true;
}

bool der_next(struct bytes *in, uint8_t *tag, struct bytes *contents)
{
    struct bytes rest = *in;
    uint8_t number;
    size_t length;

    /* The low five bits all set: the tag goes on in further octets. */
    if (!bytes_u8(&rest, &number) || (number & 0x1f) == 0x1f)
        return false;
    if (!take_length(&rest, &length) || !bytes_take(&rest, length, contents))
        return false;
    *tag = number;
    *in = rest;
    return true;
}

bool der_take(struct bytes *in, uint8_t tag, struct bytes *contents)
{
    struct bytes rest = *in;
    struct bytes found;
    uint8_t actual;

    if (!der_next(&rest, &actual, &found) || actual != tag)
        return false;
    *contents = found;
    *in = rest;
    return true;
}

bool der_take_optional(struct bytes *in, uint8_t tag, struct bytes *contents)
{
    *contents = (struct bytes){0};
    return der_take(in, tag, contents);
}

bool der_skip(struct bytes *in, uint8_t tag)
{
    struct bytes contents;

    return der_take(in, tag, &contents);
}

/* Two decimal digits. */
static bool take_two_digits(struct bytes *in, unsigned *out)
{
    struct bytes digits;

    if (!bytes_take(in, 2, &digits))
        return false;
    if (digits.data[0] < '0' || digits.data[0] > '9' || digits.data[1] < '0'
        || digits.data[1] > '9')
        return false;
    *out = (digits.data[0] - '0') * 10u + (digits.data[1] - '0');
    return true;
}

static bool take_year(struct bytes *in, bool four_digits, unsigned *year)
{
    unsigned century;
    unsigned rest;

    if (!four_digits) {
        if (!take_two_digits(in, &rest))
            return false;
        *year = rest < 50 ? 2000 + rest : 1900 + rest;
        return true;
    }
    if (!take_two_digits(in, &century) || !take_two_digits(in, &rest))
        return false;
    *year = century * 100 + rest;
    return true;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && is_leap ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, year 0 to 9999. The year begins in
 * March here, so that the leap day is its last. */
static int64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
    int64_t shifted = month <= 2 ? (int64_t)year - 1 : year;
    int64_t months = month <= 2 ? month + 9 : month - 3;
    int64_t century = shifted >= 0 ? shifted / 100 : -1;

    return 365 * shifted + (shifted >= 0 ? shifted / 4 : -1) - century
           + (century >= 0 ? century / 4 : -1) + (153 * months + 2) / 5 + day - 1 - 719468;
}

bool der_take_time(struct bytes *in, int64_t *out)
{
    struct bytes rest = *in;
    struct bytes text;
    uint8_t tag;
    uint8_t zone;
    unsigned year, month, day, hour, minute, second;
    int64_t time;

    if (!der_next(&rest, &tag, &text) || (tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME))
        return false;
    if (!take_year(&text, tag == DER_GENERALIZED_TIME, &year) || !take_two_digits(&text, &month)
        || !take_two_digits(&text, &day) || !take_two_digits(&text, &hour)
        || !take_two_digits(&text, &minute) || !take_two_digits(&text, &second)
        || !bytes_u8(&text, &zone) || zone != 'Z' || text.len != 0)
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month) || hour > 23
        || minute > 59 || second > 60)
        return false;
    time = ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    if (time > DER_TIME_MAX) /* by a leap second */
        return false;
    *out = time;
    *in = rest;
    return true;
}

bool der_take_boolean(struct bytes *in, bool *out)
{
    struct bytes rest = *in;
    struct bytes contents;

    if (!der_take(&rest, DER_BOOLEAN, &contents) || contents.len != 1)
        return false;
    *out = contents.data[0] != 0;
    *in = rest;
    return true;
}

struct bytes der_magnitude(struct bytes contents)
{
    bool is_skipped = true;

    while (is_skipped && contents.len > 0 && contents.data[0] == 0)
        is_skipped = bytes_skip(&contents, 1);
    return contents;
}

bool der_count(struct bytes in, size_t *count)
{
    struct bytes contents;
    uint8_t tag;
    size_t found = 0;

    while (in.len > 0) {
        if (!der_next(&in, &tag, &contents))
            return false;
        found++;
    }
    *count = found;
    return true;
}
