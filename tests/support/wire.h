/* SPDX-License-Identifier: GPL-2.0-or-later */

/* wire.h -- what the tests of readers share: octets written as text, octets whose end is the end
 * of readable memory, and the loop over every prefix.
 *
 * Everything here ends the test program when it cannot do its work: a test that could not be set
 * up has not passed.
 */
#ifndef TLSWHY_TESTS_SUPPORT_WIRE_H
#define TLSWHY_TESTS_SUPPORT_WIRE_H

#include "dissect/bytes.h"
#include "tests/support/suite.h"

/* The longest run of octets that a guard holds. */
#define WIRE_MAX ((size_t)256 * 1024)

/* Memory that is followed by a page that cannot be read. */
struct guard {
    uint8_t *end; /* the first octet that cannot be read */
    void *mapping;
    size_t mapping_len;
};

struct guard guard_new(void);
void guard_free(struct guard *guard);

/* A copy of len octets that ends at the unreadable page, valid until the next call. */
struct bytes guard_copy(const struct guard *guard, const void *data, size_t len);

/* The same for octets written as hexadecimal text: pairs of digits, blanks between as one likes,
 * '#' to the end of the line is a comment. */
struct bytes guard_hex(const struct guard *guard, const char *text);

/* The same for the file tests/vectors/NAME.hex. */
struct bytes guard_vector(const struct guard *guard, const char *name);

/* The same for the body of the handshake message that such a file holds: without its header of
 * four octets. */
struct bytes guard_vector_body(const struct guard *guard, const char *name);

/* A parser under test: whether it takes the whole input. */
typedef bool wire_parser(struct bytes in);

/* Give every prefix of the text's octets to the parser, each at an unreadable page, and check
 * that it takes the whole, and of the others only one of the legal length (SIZE_MAX: none). */
void check_prefixes(const char *hex, wire_parser *parser, size_t legal);

/* The same for octets. */
void check_prefixes_of(struct bytes whole, wire_parser *parser, size_t legal);

#endif
