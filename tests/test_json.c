/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What json.h writes is read back by cJSON, which shares no line with it. */
#include "analyze/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/memo.h"
#include "tests/support/wire.h"

enum { LINE_MAX = 1 << 20 };

/* So many more are granted; below 0: all. The linker has all calls come here. */
static int reallocations_left = -1;

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_realloc(void *memory, size_t size)
{
    if (reallocations_left == 0)
        return NULL;
    if (reallocations_left > 0)
        reallocations_left--;
    return __real_realloc(memory, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* A line with so many numbers. */
static void fill_long(struct json *json, int count)
{
    struct json_at root = json_begin(json);

    for (int i = 0; i < count; i++)
        json_add_signed(json, root, "number", i + 1000000);
}

/* A deterministic source of choices (xorshift). */
static uint64_t choose(uint64_t *state, uint64_t count)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state % count;
}

static cJSON *parse(struct bytes line)
{
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts((const char *)line.data, line.len, &end, false);

    CU_ASSERT_PTR_EQUAL(end, (const char *)line.data + line.len - 1); /* a newline is left */
    CU_ASSERT_EQUAL(line.data[line.len - 1], '\n');
    CU_ASSERT_PTR_NULL(memchr(line.data, '\n', line.len - 1));
    return tree;
}

static const char *const keys[] = {"a", "bb", "tls", "certificate_sha256", "x"};
static const char *const texts[] = {"", "plain", "a quotation: \"quoted\" \\ back",
                                    "tab\tline\nend\x01 and \x1f",
                                    "gr\xc3\xbc\xc3\x9f \x7f gr\xc3\xbc\xc3\x9f"};

enum kind { KIND_OBJECT, KIND_ARRAY, KIND_NUMBER, KIND_TEXT, KIND_BOOL, KINDS };

/* The same random members in both. */
/* NOLINTNEXTLINE(misc-no-recursion): depth bounds it */
static void fill(struct json *json, struct json_at at, cJSON *tree, uint64_t *state, int depth)
{
    bool is_array = cJSON_IsArray(tree);

    for (uint64_t left = choose(state, 6); left > 0; left--) {
        const char *text = texts[choose(state, 5)];
        char key[40];
        cJSON *item = NULL;
        enum kind kind = (enum kind)choose(state, KINDS);

        snprintf(key, sizeof(key), "%s_%d", keys[choose(state, 5)], cJSON_GetArraySize(tree));
        if (is_array) {
            json_append_constant(json, at, text);
            cJSON_AddItemToArray(tree, cJSON_CreateString(text));
            continue;
        }
        if (kind == KIND_NUMBER) {
            int64_t number = (int64_t)choose(state, 2000001) - 1000000;

            json_add_signed(json, at, key, number);
            item = cJSON_CreateNumber((double)number);
        } else if (kind == KIND_TEXT) {
            json_add_constant(json, at, key, text);
            item = cJSON_CreateString(text);
        } else if (kind == KIND_BOOL || depth == 0) {
            json_add_bool(json, at, key, kind == KIND_BOOL);
            item = cJSON_CreateBool(kind == KIND_BOOL);
        } else {
            struct json_at inner =
                kind == KIND_ARRAY ? json_add_array(json, at, key) : json_add_object(json, at, key);

            item = kind == KIND_ARRAY ? cJSON_CreateArray() : cJSON_CreateObject();
            fill(json, inner, item, state, depth - 1);
        }
        cJSON_AddItemToObject(tree, key, item);
    }
}

static void what_is_written_is_read_back_as_the_same(void)
{
    struct json json;
    uint64_t state = 88172645463325252u;

    json_init(&json, LINE_MAX);
    for (int i = 0; i < 2000; i++) {
        cJSON *expected = cJSON_CreateObject();
        struct bytes line;
        cJSON *read;

        fill(&json, json_begin(&json), expected, &state, 5);
        CU_ASSERT_TRUE_FATAL(json_finish(&json, &line));
        read = parse(line);
        CU_ASSERT_TRUE(cJSON_Compare(read, expected, true));
        cJSON_Delete(read);
        cJSON_Delete(expected);
    }
    json_release(&json);
}

static void any_octets_make_one_string(void)
{
    struct json json;
    uint64_t state = 1234567;

    json_init(&json, LINE_MAX);
    for (int i = 0; i < 20000; i++) {
        uint8_t octets[JSON_OCTETS_MAX + 40];
        size_t length = choose(&state, i % 100 == 0 ? sizeof(octets) : 12) + 1;
        struct bytes line;
        cJSON *read;

        for (size_t j = 0; j < length; j++)
            octets[j] = (uint8_t)choose(&state, i % 2 == 0 ? 256 : 128);
        json_add_octets(&json, json_begin(&json), "name", bytes_of(octets, length));
        CU_ASSERT_TRUE_FATAL(json_finish(&json, &line));
        for (size_t j = 0; j + 1 < line.len; j++)
            CU_ASSERT_TRUE(line.data[j] >= 0x20 && line.data[j] != 0x7f);
        read = parse(line);
        CU_ASSERT_TRUE(cJSON_IsString(cJSON_GetObjectItem(read, "name")));
        cJSON_Delete(read);
    }
    json_release(&json);
}

static void check_line(struct json *json, const char *expected)
{
    struct bytes line;

    CU_ASSERT_TRUE_FATAL(json_finish(json, &line));
    CU_ASSERT_EQUAL(line.len, strlen(expected));
    CU_ASSERT_EQUAL(strncmp((const char *)line.data, expected, line.len), 0);
}

/* Wherever it stands, beside whatever octet: a character is escaped when RFC 8259 says so. */
static void each_character_is_escaped_when_it_must_be(void)
{
    enum { SHORT = 15, LONG = 51 }; /* octets: below a vector, and four of them */
    struct json json;
    size_t wrong = 0;

    json_init(&json, LINE_MAX);
    for (int character = 1; character < 0x80; character++) {
        for (size_t at = 0; at < LONG; at++) {
            char text[] = "!#[]~ 0aZ!#[]~ 0a!#[]~ 0aZ!#[]~ 0a!#[]~ 0aZ!#[]~ 0a";
            struct bytes line;
            cJSON *read;

            text[at] = (char)character;
            text[at < SHORT ? SHORT : LONG] = '\0';
            json_add_text(&json, json_begin(&json), "t", text);
            CU_ASSERT_TRUE_FATAL(json_finish(&json, &line));
            for (size_t i = 0; i + 1 < line.len; i++)
                wrong += line.data[i] < 0x20;
            read = parse(line);
            wrong += read == NULL
                     || strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(read, "t")), text) != 0;
            cJSON_Delete(read);
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    json_release(&json);
}

static void numbers_are_whole(void)
{
    struct json json;
    struct json_at root;

    json_init(&json, LINE_MAX);
    root = json_begin(&json);
    json_add_signed(&json, root, "least", INT64_MIN);
    json_add_signed(&json, root, "zero", 0);
    json_add_unsigned(&json, root, "most", UINT64_MAX);
    check_line(&json, "{\"least\":-9223372036854775808,\"zero\":0,\"most\":9223372036854775807}\n");
    json_release(&json);
}

static void numbers_have_as_many_digits_as_they_need(void)
{
    struct json json;
    char expected[64];

    json_init(&json, LINE_MAX);
    for (int64_t power = 1; power <= INT64_MAX / 10; power *= 10) {
        for (int64_t number = power - 2; number <= power + 1; number++) {
            json_add_signed(&json, json_begin(&json), "n", number);
            snprintf(expected, sizeof(expected), "{\"n\":%lld}\n", (long long)number);
            check_line(&json, expected);
            json_add_signed(&json, json_begin(&json), "n", -number);
            snprintf(expected, sizeof(expected), "{\"n\":%lld}\n", (long long)-number);
            check_line(&json, expected);
        }
    }
    json_release(&json);
}

static void names_are_left_out_when_empty(void)
{
    const char *none = NULL;
    struct json json;
    struct json_at root;

    json_init(&json, LINE_MAX);
    root = json_begin(&json);
    json_add_name(&json, root, "none", none);
    json_add_name(&json, root, "empty", "");
    json_add_name(&json, root, "some", "tls");
    check_line(&json, "{\"some\":\"tls\"}\n");
    json_release(&json);
}

static void optional_objects_are_left_out_when_empty(void)
{
    struct json json;
    struct json_at root;
    struct json_at inner;

    json_init(&json, LINE_MAX);
    root = json_begin(&json);
    (void)json_add_optional(&json, root, "none");
    inner = json_add_optional(&json, root, "some");
    (void)json_add_optional(&json, inner, "none");
    json_add_bool(&json, inner, "is", true);
    inner = json_add_optional(&json, root, "nested");
    (void)json_add_optional(&json, inner, "none");
    (void)json_add_object(&json, root, "empty");
    (void)json_add_array(&json, root, "list");
    check_line(&json, "{\"some\":{\"is\":true},\"empty\":{},\"list\":[]}\n");
    json_release(&json);
}

static void copies_and_members_are_what_was_written(void)
{
    struct json json;
    struct json_at root;
    struct json_at object;
    struct json_part part;
    struct bytes members;
    char kept[64];
    size_t mark;

    json_init(&json, LINE_MAX);
    root = json_begin(&json);
    object = json_add_object(&json, root, "a");
    json_add_bool(&json, object, "first", false);
    mark = json_mark(&json, object);
    json_add_text(&json, object, "b", "c");
    (void)json_add_array(&json, object, "d");
    members = json_since(&json, object, mark);
    CU_ASSERT_EQUAL_FATAL(members.len, strlen("\"b\":\"c\",\"d\":[],"));
    memcpy(kept, members.data, members.len);
    part = json_close(&json, object);
    json_add_copy(&json, root, "same", part);
    json_add_members(&json, json_add_object(&json, root, "again"), bytes_of(kept, members.len));
    json_append_name(&json, json_add_array(&json, root, "names"), NULL, 0x1a2b);
    check_line(&json, "{\"a\":{\"first\":false,\"b\":\"c\",\"d\":[]},"
                      "\"same\":{\"first\":false,\"b\":\"c\",\"d\":[]},"
                      "\"again\":{\"b\":\"c\",\"d\":[]},\"names\":[\"0x1a2b\"]}\n");
    json_release(&json);
}

static void what_is_closed_takes_nothing_more(void)
{
    struct json json;
    struct json_at root;
    struct json_at first;
    struct bytes line;

    json_init(&json, LINE_MAX);
    root = json_begin(&json);
    first = json_add_object(&json, root, "first");
    (void)json_add_object(&json, root, "second");
    json_add_bool(&json, first, "late", true);
    CU_ASSERT_FALSE(json_finish(&json, &line));
    json_add_bool(&json, json_begin(&json), "new", true);
    check_line(&json, "{\"new\":true}\n");
    json_release(&json);
}

static void without_room_there_is_no_line_and_no_leak(void)
{
    static const size_t needed = sizeof("{\"key\":{\"text\":[\"value\"]}}\n") - 1;
    size_t failures = 0;
    struct bytes line = {.data = NULL, .len = 0};

    for (size_t max = 0; line.len == 0 && max < 1000; max++) {
        struct json json;
        struct json_at object;

        json_init(&json, max);
        object = json_add_object(&json, json_begin(&json), "key");
        json_append_constant(&json, json_add_array(&json, object, "text"), "value");
        if (!json_finish(&json, &line))
            failures++;
        json_release(&json);
    }
    CU_ASSERT_EQUAL(line.len, needed);
    CU_ASSERT_TRUE(failures >= needed);
}

static void the_allocation_that_fails_costs_one_line(void)
{
    enum { LONG = 3000, NONE = -1 };
    struct bytes untouched = bytes_of("x", 1);
    int failed = 0;

    for (int number = 0; number < 8; number++) {
        struct json json;
        struct bytes line = untouched;

        json_init(&json, LINE_MAX);
        reallocations_left = number;
        fill_long(&json, LONG);
        if (!json_finish(&json, &line)) {
            failed++;
            CU_ASSERT_PTR_EQUAL(line.data, untouched.data);
        }
        reallocations_left = NONE;
        fill_long(&json, LONG); /* the next line knows nothing of it */
        CU_ASSERT_TRUE(json_finish(&json, &line));
        CU_ASSERT_TRUE(line.len > (size_t)8 * LONG);
        cJSON_Delete(parse(line));
        json_release(&json);
    }
    CU_ASSERT_TRUE(failed > 1);
    CU_ASSERT_TRUE(failed < 8);
}

/* A number as key and text. */
static struct memo_key number_key(uint16_t number)
{
    struct memo_key key;

    memo_key_begin(&key);
    memo_key_add_u16(&key, number);
    memo_key_finish(&key);
    return key;
}

static void keep_number(struct memo *memo, uint8_t kind, uint16_t number)
{
    struct memo_key key = number_key(number);

    memo_keep(memo, kind, &key, bytes_of(&number, sizeof(number)));
}

/* Whether it is there, and right. */
static bool has_number(struct memo *memo, uint8_t kind, uint16_t number)
{
    struct memo_key key = number_key(number);
    struct bytes text;

    if (!memo_find(memo, kind, &key, &text))
        return false;
    CU_ASSERT_EQUAL_FATAL(text.len, sizeof(number));
    CU_ASSERT_EQUAL(memcmp(text.data, &number, sizeof(number)), 0);
    return true;
}

static void a_memo_gives_a_text_to_its_own_key_only(void)
{
    static const uint16_t kept_max = MEMO_SETS * MEMO_WAYS;
    struct memo *memo = memo_new();
    size_t found = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(memo);
    for (uint16_t i = 0; i / 3 < kept_max; i++) {
        CU_ASSERT_FALSE(has_number(memo, 1, i));
        keep_number(memo, 1, i);
        CU_ASSERT_TRUE(has_number(memo, 1, i));
    }
    for (uint16_t i = 0; i / 3 < kept_max; i++) {
        found += has_number(memo, 1, i);
        CU_ASSERT_FALSE(has_number(memo, 2, i));
    }
    CU_ASSERT_TRUE(found > kept_max / 2 && found <= kept_max);
    memo_free(memo);
}

/* Numbers of one place, which is where their hash says. */
static void of_one_place(uint16_t *numbers, size_t count)
{
    uint64_t place = number_key(0).hash % MEMO_SETS;
    size_t found = 0;

    for (uint16_t i = 0; found < count; i++) {
        CU_ASSERT_TRUE_FATAL(i < UINT16_MAX);
        if (number_key(i).hash % MEMO_SETS == place)
            numbers[found++] = i;
    }
}

static void what_was_not_needed_for_longest_gives_way(void)
{
    struct memo *memo = memo_new();
    uint16_t numbers[MEMO_WAYS + 2];

    CU_ASSERT_PTR_NOT_NULL_FATAL(memo);
    of_one_place(numbers, MEMO_WAYS + 2);
    for (size_t i = 0; i < MEMO_WAYS; i++)
        keep_number(memo, 1, numbers[i]);
    CU_ASSERT_TRUE(has_number(memo, 1, numbers[0])); /* needed again: the second is the oldest */
    keep_number(memo, 1, numbers[MEMO_WAYS]);
    CU_ASSERT_FALSE(has_number(memo, 1, numbers[1]));
    for (size_t i = 2; i <= MEMO_WAYS; i++)
        CU_ASSERT_TRUE(has_number(memo, 1, numbers[i]));
    keep_number(memo, 1, numbers[MEMO_WAYS + 1]);
    CU_ASSERT_FALSE(has_number(memo, 1, numbers[0]));
    memo_free(memo);
}

static void a_memo_keeps_nothing_that_is_too_long(void)
{
    static uint8_t octets[MEMO_TEXT_MAX + 1];
    struct memo *memo = memo_new();
    struct memo_key key;
    struct bytes text;

    CU_ASSERT_PTR_NOT_NULL_FATAL(memo);
    memo_key_begin(&key);
    memo_key_finish(&key);
    memo_keep(memo, 0, &key, bytes_of(octets, sizeof(octets)));
    CU_ASSERT_FALSE(memo_find(memo, 0, &key, &text));
    memo_key_add(&key, bytes_of(octets, MEMO_KEY_MAX + 1));
    memo_key_finish(&key);
    memo_keep(memo, 0, &key, bytes_of(octets, 1));
    CU_ASSERT_FALSE(memo_find(memo, 0, &key, &text));
    CU_ASSERT_FALSE(memo_find(NULL, 0, &key, &text));
    memo_free(memo);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what is written is read back as the same", what_is_written_is_read_back_as_the_same},
        {"any octets make one string", any_octets_make_one_string},
        {"each character is escaped when it must be", each_character_is_escaped_when_it_must_be},
        {"numbers are whole", numbers_are_whole},
        {"numbers have as many digits as they need", numbers_have_as_many_digits_as_they_need},
        {"names are left out when empty", names_are_left_out_when_empty},
        {"optional objects are left out when empty", optional_objects_are_left_out_when_empty},
        {"copies and members are what was written", copies_and_members_are_what_was_written},
        {"what is closed takes nothing more", what_is_closed_takes_nothing_more},
        {"without room there is no line and no leak", without_room_there_is_no_line_and_no_leak},
        {"the allocation that fails costs one line", the_allocation_that_fails_costs_one_line},
        {"a memo gives a text to its own key only", a_memo_gives_a_text_to_its_own_key_only},
        {"what was not needed for longest gives way", what_was_not_needed_for_longest_gives_way},
        {"a memo keeps nothing that is too long", a_memo_keeps_nothing_that_is_too_long},
        CU_TEST_INFO_NULL,
    };

    return suite_run("json", tests);
}
