/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.h -- the few things that events do with JSON, made safe for any octets and numbers.
 *
 * Writes straight into one buffer that is used again for each line. A tree of cJSON, whose
 * allocator is called for each value and whose printing measures every string anew, needs some
 * 30 us for the 5 KB of a handshake with its certificates, ten times what all of its packets
 * need; a few are left here. The tests read everything back with cJSON.
 *
 * Objects and arrays are written from front to back: adding to one closes those that were opened
 * in it, and nothing can be added to them any more (which is a mistake of the caller, noted as
 * failed). Keys are string constants of clean text. A call that finds no memory notes it and
 * changes nothing; one look at the result of json_finish is enough.
 */
#ifndef TLSWHY_ANALYZE_JSON_H
#define TLSWHY_ANALYZE_JSON_H

#include "analyze/text.h"

struct memo;

enum {
    JSON_OCTETS_MAX = 512, /* of one value that a peer chose; what is longer ends in "...": a host
                              name has at most 255 octets, an ALPN name too */
    JSON_ESCAPE_MAX = 6, /* octets of "\u007f", for one octet; two are a character of four octets */
    JSON_HEX_OCTETS_MAX = 32, /* a SHA-256 digest */
    JSON_NAMES_MAX = 256, /* entries of one list that a peer chose: twice what any client offers */
    JSON_DEPTH_MAX = 8,   /* objects and arrays in each other; events have 5 */
    JSON_END_MAX = JSON_DEPTH_MAX + 1, /* octets that closing all and the newline need */
    JSON_MEMBER_MAX = 4,               /* octets of a comma, and of quotes and colon of a key */
    JSON_NUMBER_MAX = 20               /* octets of INT64_MIN */
};

/* One line under construction, and its buffer. Members are private, but for memo. Each value is
 * followed by a comma, which the end of the object or array takes the place of. */
struct json {
    char *data;
    size_t length;
    size_t room; /* octets at data, those for the end left out; 0 when something failed */
    size_t size; /* octets at data */
    size_t max;
    uint32_t begin; /* of the innermost object or array that is open */
    uint32_t depth; /* of the same; the line itself is 0 */
    struct {
        uint32_t begin;   /* where it was added: before its key; each has another one */
        char closer;      /* '}' or ']' */
        bool may_be_left; /* out, when it is empty */
    } levels[JSON_DEPTH_MAX];
    bool failed;       /* something is missing */
    struct memo *memo; /* parts of events that come again; borrowed, NULL: none */
};

/* An object or array that is open. It fits in a register, and goes through a dozen functions. */
struct json_at {
    uint32_t depth;
    uint32_t begin;
};

/* Begin to use a writer for lines of at most max octets, below 2^32. Allocates nothing yet. */
void json_init(struct json *json, size_t max);

/* Free the buffer. */
void json_release(struct json *json);

/* Begin a line, an object, in place of the last one. */
struct json_at json_begin(struct json *json);

/* Close all and add a newline. The line is valid until the next json_begin. False, and *line
 * unchanged, when something is missing: no memory, or more than max octets. */
MUST_USE bool json_finish(struct json *json, struct bytes *line);

/* An object that is complete: octets of the line. */
struct json_part {
    uint32_t begin;
    uint32_t length;
};

/* Close an object, or add a copy of it under another name. */
struct json_part json_close(struct json *json, struct json_at object);
void json_add_copy(struct json *json, struct json_at parent, const char *key,
                   struct json_part part);

/* What is added to an object from a mark on, with commas, for json_add_members. The view is valid
 * until the next call. */
size_t json_mark(struct json *json, struct json_at object);
struct bytes json_since(struct json *json, struct json_at object, size_t mark);

/* Add members to an object as json_since gave them. */
void json_add_members(struct json *json, struct json_at object, struct bytes members);

/* Add octets that a peer chose: as a string when they are UTF-8 without NUL, else in
 * hexadecimal; at most JSON_OCTETS_MAX of them. Nothing when there are none. */
void json_add_octets(struct json *json, struct json_at parent, const char *key,
                     struct bytes octets);

/* Add octets of ours, such as a digest, in hexadecimal with upper case letters, at most
 * JSON_HEX_OCTETS_MAX of them. Nothing when there are none. */
void json_add_hex(struct json *json, struct json_at parent, const char *key, struct bytes octets);

/* Add a date of a certificate (text_add_date_stamp). */
void json_add_date(struct json *json, struct json_at parent, const char *key, int64_t seconds);

/* The same for an entry of an array. */
void json_append_hex(struct json *json, struct json_at array, struct bytes octets);
void json_append_octets(struct json *json, struct json_at array, struct bytes octets);

/* Append octets in base64 (RFC 4648 section 4), all of them. */
void json_append_base64(struct json *json, struct json_at array, struct bytes octets);

/* Append a code point by its name, or as 0xNNNN when name is NULL. */
void json_append_name(struct json *json, struct json_at array, const char *name, uint16_t value);

/* What follows is needed a hundred times for each event. Here the compiler knows the length of
 * keys and of most values, and no call is left but for what is rare. */

/* Note that something is missing. */
void json_fail(struct json *json);

/* Close what was opened in parent, and make room for so many octets and the end: true, unless
 * something failed. */
MUST_USE bool json_prepare(struct json *json, struct json_at parent, size_t octets);

/* Put a key at out; returns its end. */
ALWAYS_INLINE char *json_put_key(char *out, const char *key)
{
    const size_t length = strlen(key);

    *out++ = '"';
    memcpy(out, key, length);
    memcpy(out + length, "\":", 2);
    return out + length + 2;
}

/* Begin a value that needs at most so many octets; key is NULL in an array. *place is where to
 * write it, for json_end_value. False: it cannot be added. The length of the line changes once for
 * each value: whoever writes characters may have written over it, for all that the compiler
 * knows. */
MUST_USE ALWAYS_INLINE bool json_begin_value(struct json *json, struct json_at parent,
                                             const char *key, size_t octets, char **place)
{
    size_t key_length = key != NULL ? strlen(key) : 0;

    octets += JSON_MEMBER_MAX + key_length;
    if ((parent.begin != json->begin || json->length + octets > json->room)
        && !json_prepare(json, parent, octets))
        return false;
    *place = json->data + json->length;
    if (key != NULL)
        *place = json_put_key(*place, key);
    return true;
}

/* The value that was begun ends here. */
ALWAYS_INLINE void json_end_value(struct json *json, char *end)
{
    *end = ',';
    json->length = (size_t)(end + 1 - json->data);
}

/* Write a string as it is, or a number; returns the end. */
ALWAYS_INLINE char *json_put_quoted(char *out, const char *octets, size_t length)
{
    *out++ = '"';
    memcpy(out, octets, length);
    out[length] = '"';
    return out + length + 1;
}

char *json_put_number(char *out, int64_t value);

/* End a value that was begun with a string, for which length + 2 octets were asked. */
void json_end_string(struct json *json, char *out, const char *value, size_t length);

/* The object or array that is begun here, before its key, and that brackets show. */
ALWAYS_INLINE struct json_at json_open(struct json *json, uint32_t begin, char bracket)
{
    json->depth++;
    json->begin = begin;
    json->levels[json->depth].begin = begin;
    json->levels[json->depth].closer = bracket;
    json->levels[json->depth].may_be_left = false;
    return (struct json_at){.depth = json->depth, .begin = begin};
}

/* Add an empty object or array, which brackets show, to parent. */
ALWAYS_INLINE struct json_at json_add_level(struct json *json, struct json_at parent,
                                            const char *key, const char *brackets)
{
    size_t key_length = key != NULL ? strlen(key) + 3 : 0;
    char *out;

    if (parent.depth + 1 >= JSON_DEPTH_MAX)
        json_fail(json);
    if (!json_begin_value(json, parent, key, 2, &out))
        return parent;
    *out++ = brackets[0];
    json->length = (size_t)(out - json->data);
    return json_open(json, (uint32_t)(json->length - key_length - 1), brackets[1]);
}

ALWAYS_INLINE struct json_at json_add_object(struct json *json, struct json_at parent,
                                             const char *key)
{
    return json_add_level(json, parent, key, "{}");
}

ALWAYS_INLINE struct json_at json_add_array(struct json *json, struct json_at parent,
                                            const char *key)
{
    return json_add_level(json, parent, key, "[]");
}

/* Add an array that stays empty. */
ALWAYS_INLINE void json_add_empty_array(struct json *json, struct json_at parent, const char *key)
{
    char *out;

    if (!json_begin_value(json, parent, key, 2, &out))
        return;
    memcpy(out, "[]", 2);
    json_end_value(json, out + 2);
}

static inline struct json_at json_append_object(struct json *json, struct json_at array)
{
    return json_add_level(json, array, NULL, "{}");
}

/* Add an object that is left out when nothing is added to it. */
ALWAYS_INLINE struct json_at json_add_optional(struct json *json, struct json_at parent,
                                               const char *key)
{
    struct json_at object = json_add_object(json, parent, key);

    json->levels[json->depth].may_be_left = !json->failed;
    return object;
}

enum { JSON_BOOL_MAX = 8 }; /* octets of one, and of what is written behind it */

/* Put a value at out; returns its end. */
ALWAYS_INLINE char *json_put_truth(char *out, bool value)
{
    memcpy(out, value ? "true    " : "false   ", JSON_BOOL_MAX); /* at once, whichever it is */
    return out + (value ? 4 : 5);
}

ALWAYS_INLINE char *json_put_integer(char *out, int64_t value)
{
    if (value < 0 || value >= 10)
        return json_put_number(out, value);
    *out = (char)('0' + value); /* as most are */
    return out + 1;
}

ALWAYS_INLINE void json_add_bool(struct json *json, struct json_at parent, const char *key,
                                 bool value)
{
    char *out;

    if (json_begin_value(json, parent, key, JSON_BOOL_MAX, &out))
        json_end_value(json, json_put_truth(out, value));
}

ALWAYS_INLINE void json_add_signed(struct json *json, struct json_at parent, const char *key,
                                   int64_t value)
{
    char *out;

    if (json_begin_value(json, parent, key, JSON_NUMBER_MAX, &out))
        json_end_value(json, json_put_integer(out, value));
}

/* Begin members that have at most so many octets in all, each with JSON_MEMBER_MAX beside its key
 * and value: one look for room, and the length of the line changes once, for all of them. *out is
 * where to put the first one. False: they cannot be added. */
MUST_USE ALWAYS_INLINE bool json_begin_members(struct json *json, struct json_at object,
                                               size_t octets, char **out)
{
    return json_begin_value(json, object, NULL, octets, out);
}

/* The members that were begun end here. */
ALWAYS_INLINE void json_end_members(struct json *json, const char *end)
{
    json->length = (size_t)(end - json->data);
}

/* The field type "long" ends at INT64_MAX: numbers above become it. */
static inline int64_t json_long(uint64_t value)
{
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Put a member at out; returns its end. */
ALWAYS_INLINE char *json_put_unsigned(char *out, const char *key, uint64_t value)
{
    out = json_put_integer(json_put_key(out, key), json_long(value));
    *out = ',';
    return out + 1;
}

ALWAYS_INLINE char *json_put_bool(char *out, const char *key, bool value)
{
    out = json_put_truth(json_put_key(out, key), value);
    *out = ',';
    return out + 1;
}

/* A string that needs no escape. */
ALWAYS_INLINE char *json_put_digits(char *out, const char *key, const char *digits, size_t length)
{
    out = json_put_quoted(json_put_key(out, key), digits, length);
    *out = ',';
    return out + 1;
}

/* A name of ours, of which nothing needs an escape. */
ALWAYS_INLINE char *json_put_name(char *out, const char *key, const char *name)
{
    return json_put_digits(out, key, name, strlen(name));
}

/* Open an array, put such names in it, and close it after one at least. */
ALWAYS_INLINE char *json_put_array(char *out, const char *key)
{
    out = json_put_key(out, key);
    *out = '[';
    return out + 1;
}

ALWAYS_INLINE char *json_put_entry(char *out, const char *name)
{
    out = json_put_quoted(out, name, strlen(name));
    *out = ',';
    return out + 1;
}

ALWAYS_INLINE char *json_put_array_end(char *out)
{
    memcpy(out - 1, "],", 2);
    return out + 1;
}

/* Octets that were put before, up to an end. */
ALWAYS_INLINE char *json_put_octets(char *out, const char *octets, const char *end)
{
    memcpy(out, octets, (size_t)(end - octets));
    return out + (end - octets);
}

/* Open an object, and close it after its members, of which it has one at least. */
ALWAYS_INLINE char *json_put_object(char *out, const char *key)
{
    out = json_put_key(out, key);
    *out = '{';
    return out + 1;
}

ALWAYS_INLINE char *json_put_object_end(char *out)
{
    memcpy(out - 1, "},", 2);
    return out + 1;
}

ALWAYS_INLINE void json_add_unsigned(struct json *json, struct json_at parent, const char *key,
                                     uint64_t value)
{
    json_add_signed(json, parent, key, json_long(value));
}

/* Add a string of so many octets, none of which needs an escape, for the caller to write them where
 * the result says. NULL: it cannot be added. */
MUST_USE ALWAYS_INLINE char *json_add_place(struct json *json, struct json_at parent,
                                            const char *key, size_t length)
{
    char *out;

    if (!json_begin_value(json, parent, key, length + 2, &out))
        return NULL;
    *out++ = '"';
    out[length] = '"';
    json_end_value(json, out + length + 1);
    return out;
}

/* Add a packet time (text_put_timestamp). */
static inline void json_add_time(struct json *json, struct json_at parent, const char *key,
                                 int64_t time_ns)
{
    char *place = json_add_place(json, parent, key, TEXT_TIMESTAMP_LENGTH);

    if (place != NULL)
        text_put_timestamp(place, time_ns);
}

/* Add text of so many octets that is UTF-8 and not from a peer as it is. */
ALWAYS_INLINE void json_add_string(struct json *json, struct json_at parent, const char *key,
                                   const char *value, size_t length)
{
    char *out;

    if (json_begin_value(json, parent, key, length + 2, &out))
        json_end_string(json, out, value, length);
}

/* Add text that is UTF-8 and not from a peer as it is; nothing when value is NULL. */
ALWAYS_INLINE void json_add_constant(struct json *json, struct json_at parent, const char *key,
                                     const char *value)
{
    if (value != NULL)
        json_add_string(json, parent, key, value, strlen(value));
}

/* The same; nothing when value is NULL or empty. */
ALWAYS_INLINE void json_add_text(struct json *json, struct json_at parent, const char *key,
                                 const char *value)
{
    if (value != NULL && value[0] != '\0')
        json_add_constant(json, parent, key, value);
}

/* Add digits, or what else needs no escape. */
ALWAYS_INLINE void json_add_digits(struct json *json, struct json_at parent, const char *key,
                                   const char *digits, size_t length)
{
    char *out;

    if (json_begin_value(json, parent, key, length + 2, &out))
        json_end_value(json, json_put_quoted(out, digits, length));
}

/* Add a name of ours: an identifier, a number, digits, an address. Nothing in it needs an escape,
 * and none is looked for. Nothing when it is NULL or empty. */
ALWAYS_INLINE void json_add_name(struct json *json, struct json_at parent, const char *key,
                                 const char *name)
{
    size_t length = name != NULL ? strlen(name) : 0;

    if (length > 0)
        json_add_digits(json, parent, key, name, length);
}

/* Append to an array, as json_add_constant adds. */
static inline void json_append_constant(struct json *json, struct json_at array, const char *value)
{
    json_add_constant(json, array, NULL, value);
}

#endif
