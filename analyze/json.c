/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/json.h"

#include <stdio.h>

#include "analyze/text.h"
#include "analyze/utf8.h"

static const char HEX_DIGITS[] = "0123456789abcdef";
static const char ELLIPSIS[] = "...";

enum {
    /* One octet of a value becomes at most six: \u007f. Quotes, ellipsis and NUL. */
    STRING_TOKEN_MAX = 6 * JSON_OCTETS_MAX + 2 + 3 + 1,
    INTEGER_TOKEN_MAX = 24 /* "-9223372036854775808" and NUL */
};

static void attach(struct json *json, cJSON *parent, const char *key, cJSON *item)
{
    if (parent != NULL && item != NULL && cJSON_AddItemToObjectCS(parent, key, item))
        return;
    cJSON_Delete(item);
    json->failed = true;
}

static void append(struct json *json, cJSON *array, cJSON *item)
{
    if (array != NULL && item != NULL && cJSON_AddItemToArray(array, item))
        return;
    cJSON_Delete(item);
    json->failed = true;
}

cJSON *json_add_object(struct json *json, cJSON *parent, const char *key)
{
    cJSON *object = cJSON_CreateObject();

    attach(json, parent, key, object);
    return json->failed ? NULL : object;
}

cJSON *json_add_array(struct json *json, cJSON *parent, const char *key)
{
    cJSON *array = cJSON_CreateArray();

    attach(json, parent, key, array);
    return json->failed ? NULL : array;
}

cJSON *json_append_object(struct json *json, cJSON *array)
{
    cJSON *object = cJSON_CreateObject();

    append(json, array, object);
    return json->failed ? NULL : object;
}

void json_attach(struct json *json, cJSON *parent, const char *key, cJSON *object)
{
    if (object != NULL && object->child == NULL)
        cJSON_Delete(object);
    else
        attach(json, parent, key, object);
}

void json_add_alias(struct json *json, cJSON *parent, const char *key, const cJSON *object)
{
    if (object != NULL)
        attach(json, parent, key, cJSON_CreateObjectReference(object->child));
    else
        json->failed = true;
}

void json_add_bool(struct json *json, cJSON *parent, const char *key, bool value)
{
    attach(json, parent, key, cJSON_CreateBool(value));
}

/* Events have dozens of numbers: printf would be a third of their cost. */
void json_add_signed(struct json *json, cJSON *parent, const char *key, int64_t value)
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char token[INTEGER_TOKEN_MAX];
    char *digit = token + sizeof(token) - 1;

    *digit = '\0';
    do {
        *--digit = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--digit = '-';
    attach(json, parent, key, cJSON_CreateRaw(digit));
}

void json_add_unsigned(struct json *json, cJSON *parent, const char *key, uint64_t value)
{
    json_add_signed(json, parent, key, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void json_add_constant(struct json *json, cJSON *parent, const char *key, const char *value)
{
    if (value != NULL)
        attach(json, parent, key, cJSON_CreateStringReference(value));
}

void json_add_text(struct json *json, cJSON *parent, const char *key, const char *value)
{
    if (value != NULL && value[0] != '\0')
        attach(json, parent, key, cJSON_CreateString(value));
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

/* The JSON string that stands for octets that a peer chose. */
static cJSON *octets_item(struct bytes octets)
{
    char buffer[STRING_TOKEN_MAX];
    struct text token = text_begin(buffer, sizeof(buffer));
    bool is_text = utf8_is_valid(octets) && memchr(octets.data, 0, octets.len) == NULL;
    bool is_long = octets.len > JSON_OCTETS_MAX;

    if (is_long)
        octets.len = is_text ? utf8_whole(octets, JSON_OCTETS_MAX) : JSON_OCTETS_MAX;
    text_add(&token, "\"");
    if (is_text)
        add_characters(&token, octets);
    else
        add_hex(&token, octets);
    text_add(&token, "%s\"", is_long ? ELLIPSIS : "");
    return cJSON_CreateRaw(buffer);
}

void json_add_octets(struct json *json, cJSON *parent, const char *key, struct bytes octets)
{
    if (octets.len > 0)
        attach(json, parent, key, octets_item(octets));
}

/* Digests and serial numbers, in the form that ECS shows. */
static const char *hex_text(struct bytes octets, char out[2 * JSON_HEX_OCTETS_MAX + 1])
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length = 0;
    uint8_t octet;

    while (length < (size_t)2 * JSON_HEX_OCTETS_MAX && bytes_u8(&octets, &octet)) {
        out[length++] = digits[octet >> 4];
        out[length++] = digits[octet & 0xf];
    }
    out[length] = '\0';
    return out;
}

void json_add_hex(struct json *json, cJSON *parent, const char *key, struct bytes octets)
{
    char text[2 * JSON_HEX_OCTETS_MAX + 1];

    json_add_text(json, parent, key, hex_text(octets, text));
}

void json_add_date(struct json *json, cJSON *parent, const char *key, int64_t seconds)
{
    char buffer[32];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add_date_stamp(&text, seconds);
    attach(json, parent, key, cJSON_CreateString(buffer));
}

void json_add_time(struct json *json, cJSON *parent, const char *key, int64_t time_ns)
{
    char buffer[40];
    struct text text = text_begin(buffer, sizeof(buffer));

    text_add_timestamp(&text, time_ns);
    attach(json, parent, key, cJSON_CreateString(buffer));
}

void json_append_constant(struct json *json, cJSON *array, const char *value)
{
    append(json, array, cJSON_CreateStringReference(value));
}

void json_append_text(struct json *json, cJSON *array, const char *value)
{
    append(json, array, cJSON_CreateString(value));
}

void json_append_hex(struct json *json, cJSON *array, struct bytes octets)
{
    char text[2 * JSON_HEX_OCTETS_MAX + 1];

    json_append_text(json, array, hex_text(octets, text));
}

void json_append_octets(struct json *json, cJSON *array, struct bytes octets)
{
    if (octets.len > 0)
        append(json, array, octets_item(octets));
}

void json_append_name(struct json *json, cJSON *array, const char *name, uint16_t value)
{
    char buffer[8];

    if (name != NULL) {
        json_append_constant(json, array, name);
        return;
    }
    snprintf(buffer, sizeof(buffer), "0x%04x", value);
    json_append_text(json, array, buffer);
}
