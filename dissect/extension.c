/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/extension.h"

bool server_name_is_empty(struct bytes data)
{
    struct bytes list;
    struct bytes name;
    uint8_t type;

    if (data.len == 0)
        return true;
    if (!bytes_vector(&data, 2, &list) || data.len > 0)
        return false;
    if (list.len == 0)
        return true;
    return bytes_u8(&list, &type) && bytes_vector(&list, 2, &name) && name.len == 0
           && list.len == 0;
}

bool extension_find(struct bytes extensions, uint16_t type, struct bytes *data)
{
    struct extension extension;

    while (extension_next(&extensions, &extension)) {
        if (extension.type == type) {
            *data = extension.data;
            return true;
        }
    }
    return false;
}

bool list_u8_next(struct bytes *list, uint8_t *out)
{
    return bytes_u8(list, out);
}

bool list_u16_next(struct bytes *list, uint16_t *out)
{
    return bytes_u16(list, out);
}

/* A vector<1..> of the next width octets' length. */
static bool filled_vector(struct bytes *in, size_t width, struct bytes *out)
{
    struct bytes rest = *in;
    struct bytes vector;

    if (!bytes_vector(&rest, width, &vector) || vector.len == 0)
        return false;
    *out = vector;
    *in = rest;
    return true;
}

bool list_name_next(struct bytes *list, struct bytes *out)
{
    return filled_vector(list, 1, out);
}

bool distinguished_name_next(struct bytes *names, struct bytes *out)
{
    return filled_vector(names, 2, out);
}

bool key_share_next(struct bytes *shares, struct key_share *out)
{
    struct bytes in = *shares;
    struct key_share share;

    if (!bytes_u16(&in, &share.group) || !filled_vector(&in, 2, &share.key_exchange))
        return false;
    *out = share;
    *shares = in;
    return true;
}

/* Nearly always false: at least one of four code points has an a in the lower half of both
 * octets. Subtracting 1 from what differs is what changes the highest bit of a code point
 * without difference. */
static inline bool may_have_grease(uint64_t four)
{
    const uint64_t other = (four ^ UINT64_C(0x0a0a0a0a0a0a0a0a)) & UINT64_C(0x0f0f0f0f0f0f0f0f);

    return ((other - UINT64_C(0x0001000100010001)) & UINT64_C(0x8000800080008000)) != 0;
}

/* Replace each of four code points that is GREASE by 0, all at once: an octet whose lower half
 * is a, twice (RFC 8701 section 2). In whatever order the octets of the number are. */
NEVER_INLINE static uint64_t remove_grease(uint64_t four)
{
    const uint64_t upper = UINT64_C(0xff00ff00ff00ff00);
    uint64_t swapped = (four << 8 & upper) | (four & upper) >> 8;
    uint64_t other =
        (four ^ swapped) | ((four ^ UINT64_C(0x0a0a0a0a0a0a0a0a)) & UINT64_C(0x0f0f0f0f0f0f0f0f));
    uint64_t kept = ((other & UINT64_C(0x7fff7fff7fff7fff)) + UINT64_C(0x7fff7fff7fff7fff)) | other;

    return four & (kept >> 15 & UINT64_C(0x0001000100010001)) * 0xffff;
}

static inline uint64_t without_grease(uint64_t four)
{
    return may_have_grease(four) ? remove_grease(four) : four;
}

uint64_t list_u16_number(struct bytes list)
{
    uint64_t number = list.len;
    struct bytes four;
    uint64_t value;

    while (bytes_take(&list, sizeof(value), &four)) {
        memcpy(&value, four.data, sizeof(value));
        number = (number ^ without_grease(value)) * UINT64_C(0x9e3779b97f4a7c15);
        number ^= number >> 32;
    }
    value = 0;
    if (list.len >= sizeof(uint16_t))
        memcpy(&value, list.data, list.len - list.len % sizeof(uint16_t));
    return (number ^ without_grease(value)) * UINT64_C(0x9e3779b97f4a7c15);
}

bool list_u8_contains(struct bytes list, uint8_t value)
{
    uint8_t entry;

    while (list_u8_next(&list, &entry)) {
        if (entry == value)
            return true;
    }
    return false;
}

bool list_u16_contains(struct bytes list, uint16_t value)
{
    uint16_t entry;

    while (list_u16_next(&list, &entry)) {
        if (entry == value)
            return true;
    }
    return false;
}
