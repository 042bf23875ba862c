/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes.h -- the one type that touches untrusted octets.
 *
 * A struct bytes is a view and a cursor in one: readers take octets off its
 * front. It never owns memory: it points into a packet, a reassembly buffer or
 * a transcript, and dies with it.
 *
 * Every reader returns whether it could read. A failed read changes nothing:
 * neither the cursor nor the output. All pointer arithmetic on captured data
 * is in this file, and each length is compared with what is left before it is
 * used.
 */
#ifndef TLSWHY_DISSECT_BYTES_H
#define TLSWHY_DISSECT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_USE __attribute__((warn_unused_result))

/* Of what is called often, where the compiler would rather have it once. */
#define ALWAYS_INLINE __attribute__((always_inline)) static inline

/* Of what is seldom called by a short function that is called often. */
#define NEVER_INLINE __attribute__((noinline, cold))

struct bytes {
    const uint8_t *data; /* may be NULL only when len is 0 */
    size_t len;          /* octets left to read */
};

/* A view of len octets at data, which the caller keeps alive. */
static inline struct bytes bytes_of(const void *data, size_t len)
{
    return (struct bytes){.data = data, .len = len};
}

/* Take the first count octets off *in into *out. False when fewer are left. */
MUST_USE ALWAYS_INLINE bool bytes_take(struct bytes *in, size_t count, struct bytes *out)
{
    if (count > in->len)
        return false;
    *out = (struct bytes){.data = in->data, .len = count};
    if (count > 0) {
        in->data += count;
        in->len -= count;
    }
    return true;
}

/* Drop the first count octets of *in. False when fewer are left. */
MUST_USE ALWAYS_INLINE bool bytes_skip(struct bytes *in, size_t count)
{
    struct bytes skipped;

    return bytes_take(in, count, &skipped);
}

/* Read an unsigned integer of width octets (1 to 8) in network order. */
MUST_USE static inline bool bytes_uint(struct bytes *in, size_t width, uint64_t *out)
{
    struct bytes raw;
    uint64_t value = 0;

    if (!bytes_take(in, width, &raw))
        return false;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | raw.data[i];
    *out = value;
    return true;
}

MUST_USE ALWAYS_INLINE bool bytes_u8(struct bytes *in, uint8_t *out)
{
    if (in->len < 1)
        return false;
    *out = in->data[0];
    in->data += 1;
    in->len -= 1;
    return true;
}

/* 16 bits, network order. */
MUST_USE ALWAYS_INLINE bool bytes_u16(struct bytes *in, uint16_t *out)
{
    if (in->len < 2)
        return false;
    *out = (uint16_t)(in->data[0] << 8 | in->data[1]);
    in->data += 2;
    in->len -= 2;
    return true;
}

/* 24 bits, network order. */
MUST_USE static inline bool bytes_u24(struct bytes *in, uint32_t *out)
{
    if (in->len < 3)
        return false;
    *out = (uint32_t)in->data[0] << 16 | (uint32_t)in->data[1] << 8 | in->data[2];
    in->data += 3;
    in->len -= 3;
    return true;
}

/* 32 bits, network order. */
MUST_USE ALWAYS_INLINE bool bytes_u32(struct bytes *in, uint32_t *out)
{
    if (in->len < 4)
        return false;
    *out = (uint32_t)in->data[0] << 24 | (uint32_t)in->data[1] << 16 | (uint32_t)in->data[2] << 8
           | in->data[3];
    in->data += 4;
    in->len -= 4;
    return true;
}

/* Read a TLS vector (RFC 8446 section 3.4): a length of width octets (1 to 3), then that many
 * octets, which *out becomes a view of. Where the width is known to the compiler, no loop is left
 * of it. Behind a length that was read there is memory, so an empty vector needs no care. */
MUST_USE static inline bool bytes_vector(struct bytes *in, size_t width, struct bytes *out)
{
    struct bytes rest = *in;
    uint8_t length_8 = 0;
    uint16_t length_16 = 0;
    uint32_t length = 0;

    if ((width == 1 && !bytes_u8(&rest, &length_8)) || (width == 2 && !bytes_u16(&rest, &length_16))
        || (width == 3 && !bytes_u24(&rest, &length)))
        return false;
    length |= length_16 | length_8;
    if (length > rest.len)
        return false;
    *out = (struct bytes){.data = rest.data, .len = length};
    *in = (struct bytes){.data = rest.data + length, .len = rest.len - length};
    return true;
}

/* Drop what is left of a line with its line feed; everything when there is none. */
static inline void bytes_skip_line(struct bytes *in)
{
    uint8_t octet;

    while (bytes_u8(in, &octet))
        if (octet == '\n')
            return;
}

/* True when both views hold the same octets. */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* True when the view begins with the C string prefix. */
static inline bool bytes_start_with(struct bytes in, const char *prefix)
{
    size_t length = strlen(prefix);

    return in.len >= length && memcmp(in.data, prefix, length) == 0;
}

#endif
