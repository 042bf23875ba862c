/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.h -- the few things that events do with cJSON, made safe for any octets and numbers.
 *
 * Keys are string constants and are not copied. A call that finds no memory notes it and changes
 * nothing; one look at json.failed at the end is enough. cJSON knows doubles only, so integers
 * go in as text.
 */
#ifndef TLSWHY_ANALYZE_JSON_H
#define TLSWHY_ANALYZE_JSON_H

#include <cjson/cJSON.h>

#include "dissect/bytes.h"

enum {
    JSON_OCTETS_MAX = 512, /* of one value that a peer chose; what is longer ends in "...": a host
                              name has at most 255 octets, an ALPN name too */
    JSON_HEX_OCTETS_MAX = 32, /* a SHA-256 digest */
    JSON_NAMES_MAX = 256 /* entries of one list that a peer chose: twice what any client offers */
};

struct json {
    bool failed; /* memory was short: something is missing */
};

/* Add an empty object or array to parent; NULL, which every function here takes, on failure. */
cJSON *json_add_object(struct json *json, cJSON *parent, const char *key);
cJSON *json_add_array(struct json *json, cJSON *parent, const char *key);

/* Add an empty object to an array. */
cJSON *json_append_object(struct json *json, cJSON *array);

/* Add an object that was made apart, unless it is empty; it belongs to json from now on. */
void json_attach(struct json *json, cJSON *parent, const char *key, cJSON *object);

/* Add a second name for an object, which shares its members and must not outlive it. */
void json_add_alias(struct json *json, cJSON *parent, const char *key, const cJSON *object);

void json_add_bool(struct json *json, cJSON *parent, const char *key, bool value);
void json_add_signed(struct json *json, cJSON *parent, const char *key, int64_t value);

/* Numbers above INT64_MAX become it: the field type "long" ends there. */
void json_add_unsigned(struct json *json, cJSON *parent, const char *key, uint64_t value);

/* Add text that is a string constant and stays; nothing when value is NULL. */
void json_add_constant(struct json *json, cJSON *parent, const char *key, const char *value);

/* Add a copy of text that is clean; nothing when value is NULL or empty. */
void json_add_text(struct json *json, cJSON *parent, const char *key, const char *value);

/* Add octets that a peer chose: as a string when they are UTF-8 without NUL, else in
 * hexadecimal; at most JSON_OCTETS_MAX of them. Nothing when there are none. */
void json_add_octets(struct json *json, cJSON *parent, const char *key, struct bytes octets);

/* Add octets of ours, such as a digest, in hexadecimal with upper case letters, at most
 * JSON_HEX_OCTETS_MAX of them. Nothing when there are none. */
void json_add_hex(struct json *json, cJSON *parent, const char *key, struct bytes octets);

/* Add a date of a certificate (text_add_date_stamp). */
void json_add_date(struct json *json, cJSON *parent, const char *key, int64_t seconds);

/* Add a packet time (text_add_timestamp). */
void json_add_time(struct json *json, cJSON *parent, const char *key, int64_t time_ns);

/* The same for an entry of an array. */
void json_append_constant(struct json *json, cJSON *array, const char *value);
void json_append_text(struct json *json, cJSON *array, const char *value);
void json_append_hex(struct json *json, cJSON *array, struct bytes octets);
void json_append_octets(struct json *json, cJSON *array, struct bytes octets);

/* Append a code point by its name, or as 0xNNNN when name is NULL. */
void json_append_name(struct json *json, cJSON *array, const char *name, uint16_t value);

#endif
