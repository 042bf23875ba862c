/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/extension.h"

bool extension_next(struct bytes *extensions, struct extension *out)
{
    struct bytes in = *extensions;
    struct extension extension;

    if (!bytes_u16(&in, &extension.type) || !bytes_vector(&in, 2, &extension.data))
        return false;
    *out = extension;
    *extensions = in;
    return true;
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
