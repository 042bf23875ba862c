/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/wire.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static _Noreturn void die(const char *what, const char *which)
{
    fprintf(stderr, "%s: %s\n", what, which);
    abort();
}

struct guard guard_new(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct guard guard = {.mapping_len = WIRE_MAX + page};

    guard.mapping =
        mmap(NULL, guard.mapping_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guard.mapping == MAP_FAILED)
        die("mmap", "no memory");
    guard.end = (uint8_t *)guard.mapping + WIRE_MAX;
    if (mprotect(guard.end, page, PROT_NONE) != 0)
        die("mprotect", "failed");
    return guard;
}

void guard_free(struct guard *guard)
{
    munmap(guard->mapping, guard->mapping_len);
}

struct bytes guard_copy(const struct guard *guard, const void *data, size_t len)
{
    if (len > WIRE_MAX)
        die("guard_copy", "too long");
    if (len > 0)
        memmove(guard->end - len, data, len);
    return bytes_of(guard->end - len, len);
}

/* The value of a hexadecimal digit, or 16. */
static unsigned digit_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));

    return at == NULL ? 16 : (unsigned)(at - digits);
}

/* Read the text into out, which has room for WIRE_MAX octets. */
static size_t hex_read(const char *text, uint8_t *out)
{
    size_t length = 0;

    while (*text != '\0') {
        if (*text == '#') {
            text += strcspn(text, "\n");
            continue;
        }
        if (isspace((unsigned char)*text)) {
            text++;
            continue;
        }
        unsigned high = digit_value(text[0]);
        unsigned low = high < 16 ? digit_value(text[1]) : 16;

        if (length == WIRE_MAX || low == 16)
            die("not hexadecimal", text);
        out[length++] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    return length;
}

struct bytes guard_hex(const struct guard *guard, const char *text)
{
    uint8_t *start = guard->mapping;

    return guard_copy(guard, start, hex_read(text, start));
}

struct bytes guard_vector(const struct guard *guard, const char *name)
{
    char path[512];
    char text[65536];
    FILE *file;
    size_t length;

    snprintf(path, sizeof path, "%s/vectors/%s.hex", TLSWHY_TESTS_DIR, name);
    file = fopen(path, "r");
    if (file == NULL)
        die("cannot open", path);
    length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    if (length == 0 || length == sizeof text - 1)
        die("empty or too long", path);
    text[length] = '\0';
    return guard_hex(guard, text);
}

struct bytes guard_vector_body(const struct guard *guard, const char *name)
{
    struct bytes message = guard_vector(guard, name);

    if (!bytes_skip(&message, 4))
        die("no message", name);
    return message;
}

void check_prefixes_of(struct bytes whole, wire_parser *parser, size_t legal)
{
    struct guard guard = guard_new();

    for (size_t length = 0; length <= whole.len; length++) {
        bool is_taken = parser(guard_copy(&guard, whole.data, length));

        if (is_taken != (length == whole.len || length == legal))
            fprintf(stderr, "a prefix of %zu octets: %s\n", length, is_taken ? "taken" : "refused");
        CU_ASSERT_EQUAL(is_taken, length == whole.len || length == legal);
    }
    guard_free(&guard);
}

void check_prefixes(const char *hex, wire_parser *parser, size_t legal)
{
    struct guard guard = guard_new();

    check_prefixes_of(guard_hex(&guard, hex), parser, legal);
    guard_free(&guard);
}
