/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/json.h"

#include <stdlib.h>

#include "analyze/digits.h"
#include "analyze/scan.h"
#include "analyze/text.h"
#include "analyze/utf8.h"

static const char HEX_DIGITS[] = "0123456789abcdef";
static const char HEX_CAPITALS[] = "0123456789ABCDEF";
static const char ELLIPSIS[] = "...";

enum {
    SIZE_FIRST = 16384, /* octets: room for a usual event at once */
    /* What a peer chose, with quotes and ellipsis, and what text_begin wants. */
    STRING_TOKEN_MAX = JSON_ESCAPE_MAX * JSON_OCTETS_MAX + 2 + 3 + 1
};

void json_init(struct json *json, size_t max)
{
    *json = (struct json){.max = max};
}

void json_fail(struct json *json)
{
    json->failed = true;
    json->room = 0;
}

void json_release(struct json *json)
{
    free(json->data);
    json_init(json, json->max);
}

/* Make room for so many octets more, and always for the end. False: there is none. */
static bool reserve(struct json *json, size_t octets)
{
    size_t needed = json->length + octets + JSON_END_MAX;
    size_t size = json->size > 0 ? json->size : SIZE_FIRST;
    char *data;

    if (json->failed)
        return false;
    if (needed <= json->size)
        return true;
    while (size < needed && size < json->max)
        size *= 2;
    size = size < json->max ? size : json->max;
    data = needed <= size ? realloc(json->data, size) : NULL;
    if (data == NULL) {
        json_fail(json);
        return false;
    }
    json->data = data;
    json->size = size;
    json->room = size - JSON_END_MAX;
    return true;
}

/* reserve leaves room for this. */
static void close_innermost(struct json *json)
{
    char *end = json->data + json->length;
    bool is_empty = end[-1] != ',';

    if (is_empty && json->levels[json->depth].may_be_left) {
        json->length = json->begin;
    } else {
        end[is_empty ? 0 : -1] = json->levels[json->depth].closer;
        end[is_empty ? 1 : 0] = ',';
        json->length += is_empty ? 2 : 1;
    }
    json->depth--;
    json->begin = json->levels[json->depth].begin;
}

/* Close what was opened in at. False when at itself is closed, or something failed. */
static bool return_to(struct json *json, struct json_at at)
{
    if (json->failed)
        return false;
    if (at.depth > json->depth || json->levels[at.depth].begin != at.begin) {
        json_fail(json);
        return false;
    }
    while (json->depth > at.depth)
        close_innermost(json);
    return true;
}

bool json_prepare(struct json *json, struct json_at parent, size_t octets)
{
    return return_to(json, parent)
           && (json->length + octets <= json->room || reserve(json, octets));
}

struct json_at json_begin(struct json *json)
{
    json->failed = false;
    json->length = 0;
    json->depth = 0;
    json->begin = 0;
    json->room = json->size > 0 ? json->size - JSON_END_MAX : 0;
    if (reserve(json, 1))
        json->data[json->length++] = '{';
    return (struct json_at){0};
}

bool json_finish(struct json *json, struct bytes *line)
{
    if (!return_to(json, (struct json_at){0}))
        return false;
    if (json->data[json->length - 1] == ',')
        json->length--;
    memcpy(json->data + json->length, "}\n", 2);
    *line = bytes_of(json->data, json->length + 2);
    return true;
}

struct json_part json_close(struct json *json, struct json_at object)
{
    struct json_part part = {0};
    const char *text;

    if (object.depth == 0 || !return_to(json, object))
        return part;
    text = memchr(json->data + object.begin, '{', json->length - object.begin);
    close_innermost(json);
    if (json->length <= object.begin) /* it was left out */
        return part;
    part.begin = (uint32_t)(text - json->data);
    part.length = (uint32_t)json->length - 1 - part.begin; /* without the comma */
    return part;
}

void json_add_copy(struct json *json, struct json_at parent, const char *key, struct json_part part)
{
    char *out;

    if (part.length == 0 || !json_begin_value(json, parent, key, part.length, &out))
        return;
    memcpy(out, json->data + part.begin, part.length);
    json_end_value(json, out + part.length);
}

size_t json_mark(struct json *json, struct json_at object)
{
    return return_to(json, object) ? json->length : 0;
}

struct bytes json_since(struct json *json, struct json_at object, size_t mark)
{
    if (!return_to(json, object))
        return (struct bytes){0};
    return bytes_of(json->data + mark, json->length - mark);
}

void json_add_members(struct json *json, struct json_at object, struct bytes members)
{
    char *out;

    if (members.len == 0 || !json_begin_value(json, object, NULL, members.len, &out))
        return;
    memcpy(out, members.data, members.len);
    json->length += members.len;
}

char *json_put_number(char *out, int64_t value)
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    if (value < 0)
        *out++ = '-';
    return out + digits_put(out, rest);
}

/* RFC 8259 section 7. */
static bool needs_escape(char character)
{
    return (unsigned char)character < 0x20 || character == '"' || character == '\\';
}

/* Where an octet needs an escape. */
static inline scan_octets find_escapes(scan_octets octets)
{
    return (scan_octets)((octets < 0x20) | (octets == '"') | (octets == '\\'));
}

static char *put_escape(char *out, char character)
{
    unsigned char octet = (unsigned char)character;

    *out++ = '\\';
    if (character == '"' || character == '\\') {
        *out++ = character;
        return out;
    }
    *out++ = 'u';
    *out++ = '0';
    *out++ = '0';
    *out++ = HEX_DIGITS[octet >> 4];
    *out++ = HEX_DIGITS[octet & 0xf];
    return out;
}

/* What does not stand for itself all along. */
static void end_escaped(struct json *json, size_t begin, const char *value, size_t length)
{
    char *out;

    json->length = begin;
    if (!reserve(json, length * JSON_ESCAPE_MAX + JSON_MEMBER_MAX))
        return;
    out = json->data + begin;
    *out++ = '"';
    for (size_t i = 0; i < length; i++) {
        if (needs_escape(value[i]))
            out = put_escape(out, value[i]);
        else
            *out++ = value[i];
    }
    *out++ = '"';
    json_end_value(json, out);
}

void json_end_string(struct json *json, char *out, const char *value, size_t length)
{
    if (scan_has(bytes_of(value, length), find_escapes))
        end_escaped(json, (size_t)(out - json->data), value, length);
    else
        json_end_value(json, json_put_quoted(out, value, length));
}

/* UTF-16 code units of the escapes of RFC 8259 section 7. */
static void add_escape(struct text *token, uint32_t code_point)
{
    if (code_point < 0x10000) {
        text_add(token, "\\u%04x", code_point);
        return;
    }
    code_point -= 0x10000;
    text_add(token, "\\u%04x\\u%04x", 0xd800 + (code_point >> 10), 0xdc00 + (code_point & 0x3ff));
}

/* The octets are UTF-8. What a careless reader could take for the end of a line, or a terminal
 * for a command, is escaped although JSON would not ask for all of it. */
static void add_characters(struct text *token, struct bytes octets)
{
    while (octets.len > 0) {
        uint32_t code_point = 0;
        struct bytes character;

        if (!bytes_take(&octets, utf8_character(octets, &code_point), &character)
            || character.len == 0)
            return;
        if (code_point == '"' || code_point == '\\')
            text_append(token, "\\", 1);
        if (utf8_is_printable(code_point))
            text_append(token, character.data, character.len);
        else
            add_escape(token, code_point);
    }
}

static void add_hex(struct text *token, struct bytes octets)
{
    uint8_t octet;

    while (bytes_u8(&octets, &octet)) {
        const char digits[] = {HEX_DIGITS[octet >> 4], HEX_DIGITS[octet & 0xf]};

        text_append(token, digits, sizeof(digits));
    }
}

void json_add_octets(struct json *json, struct json_at parent, const char *key, struct bytes octets)
{
    bool is_long = octets.len > JSON_OCTETS_MAX;
    struct text token;
    bool is_text;
    char *out;

    if (octets.len == 0 || !json_begin_value(json, parent, key, STRING_TOKEN_MAX, &out))
        return;
    if (!is_long && text_is_plain(octets)) { /* most names are */
        json_end_value(json, json_put_quoted(out, (const char *)octets.data, octets.len));
        return;
    }
    is_text = utf8_is_valid(octets) && memchr(octets.data, 0, octets.len) == NULL;
    if (is_long)
        octets.len = is_text ? utf8_whole(octets, JSON_OCTETS_MAX) : JSON_OCTETS_MAX;
    token = text_begin(out, STRING_TOKEN_MAX);
    text_append(&token, "\"", 1);
    if (is_text)
        add_characters(&token, octets);
    else
        add_hex(&token, octets);
    text_append(&token, ELLIPSIS, is_long ? sizeof(ELLIPSIS) - 1 : 0);
    text_append(&token, "\"", 1);
    json_end_value(json, out + token.length);
}

/* Digests and serial numbers, in the form that ECS shows. */
void json_add_hex(struct json *json, struct json_at parent, const char *key, struct bytes octets)
{
    struct bytes four;
    uint8_t octet;
    char *out;

    if (octets.len > JSON_HEX_OCTETS_MAX)
        octets.len = JSON_HEX_OCTETS_MAX;
    if (octets.len == 0 || !json_begin_value(json, parent, key, 2 * octets.len + 2, &out))
        return;
    *out++ = '"';
    for (; bytes_take(&octets, 4, &four); out += 8)
        digits_put_hex(out, four.data, DIGITS_GAP_UPPER);
    while (bytes_u8(&octets, &octet)) {
        *out++ = HEX_CAPITALS[octet >> 4];
        *out++ = HEX_CAPITALS[octet & 0xf];
    }
    *out++ = '"';
    json_end_value(json, out);
}

void json_add_date(struct json *json, struct json_at parent, const char *key, int64_t seconds)
{
    char buffer[32];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add_date_stamp(&text, seconds);
    json_add_constant(json, parent, key, buffer);
}

void json_append_hex(struct json *json, struct json_at array, struct bytes octets)
{
    json_add_hex(json, array, NULL, octets);
}

/* Three octets, or what there is of them, as four characters. */
static char *put_base64(char *out, const uint8_t octets[3], size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = (uint32_t)octets[0] << 16 | (uint32_t)octets[1] << 8 | octets[2];

    for (size_t i = 0; i < 4; i++)
        out[i] = i <= count ? digits[bits >> (18 - 6 * i) & 0x3f] : '=';
    return out + 4;
}

void json_append_base64(struct json *json, struct json_at array, struct bytes octets)
{
    uint8_t three[3] = {0};
    size_t count = 0;
    char *out;

    if (!json_begin_value(json, array, NULL, (octets.len + 2) / 3 * 4 + 2, &out))
        return;
    *out++ = '"';
    while (bytes_u8(&octets, &three[count])) {
        if (++count < sizeof(three))
            continue;
        out = put_base64(out, three, count);
        count = 0;
        memset(three, 0, sizeof(three));
    }
    if (count > 0)
        out = put_base64(out, three, count);
    *out++ = '"';
    json_end_value(json, out);
}

void json_append_octets(struct json *json, struct json_at array, struct bytes octets)
{
    json_add_octets(json, array, NULL, octets);
}

void json_append_name(struct json *json, struct json_at array, const char *name, uint16_t value)
{
    char token[] = "0x0000";

    if (name != NULL) {
        json_append_constant(json, array, name);
        return;
    }
    for (size_t i = 0; i < 4; i++)
        token[2 + i] = HEX_DIGITS[value >> (12 - 4 * i) & 0xf];
    json_add_digits(json, array, NULL, token, sizeof(token) - 1);
}
