/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/community_id.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/hash.h>

enum {
    INPUT_MAX = 2 + 16 + 16 + 1 + 1 + 2 + 2,
    GROUPS = (WC_SHA_DIGEST_SIZE + 2) / 3, /* of three octets, which are four characters */
    TEXT_LENGTH = 4 * GROUPS,
    PADDING = 3 * GROUPS - WC_SHA_DIGEST_SIZE
};

/* RFC 4648 section 4. text has room for the result and a NUL: a digest is six groups of three
 * octets, and two octets more, whose group ends in padding. */
static void base64(const uint8_t digest[WC_SHA_DIGEST_SIZE], char *text)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t octets[3 * GROUPS + 1] = {0};

    memcpy(octets, digest, WC_SHA_DIGEST_SIZE);
#pragma GCC unroll 7
    for (size_t i = 0; i < GROUPS; i++) {
        const uint8_t *three = octets + 3 * i;
        /* A fourth octet makes it one load. */
        uint32_t group = (uint32_t)three[0] << 24 | (uint32_t)three[1] << 16
                         | (uint32_t)three[2] << 8 | three[3];

        text[4 * i] = alphabet[group >> 26];
        text[4 * i + 1] = alphabet[group >> 20 & 63];
        text[4 * i + 2] = alphabet[group >> 14 & 63];
        text[4 * i + 3] = alphabet[group >> 8 & 63];
    }
    _Static_assert(PADDING == 1, "one character stands for no octet");
    memcpy(text + TEXT_LENGTH - PADDING, "=", 2);
}

static size_t put(uint8_t *out, size_t at, const void *octets, size_t len)
{
    memcpy(out + at, octets, len);
    return at + len;
}

static size_t put_u16(uint8_t *out, size_t at, uint16_t value)
{
    out[at] = (uint8_t)(value >> 8);
    out[at + 1] = (uint8_t)value;
    return at + 2;
}

void community_id(uint16_t seed, uint8_t protocol, const struct address *address_a, uint16_t port_a,
                  const struct address *address_b, uint16_t port_b, char text[COMMUNITY_ID_MAX])
{
    bool is_ipv4 = address_is_ipv4(address_a) && address_is_ipv4(address_b);
    size_t skip = is_ipv4 ? 12 : 0;
    int order = memcmp(address_a->octets, address_b->octets, sizeof(address_a->octets));
    bool is_ordered = order < 0 || (order == 0 && port_a < port_b);
    const struct address *first = is_ordered ? address_a : address_b;
    const struct address *second = is_ordered ? address_b : address_a;
    uint8_t in[INPUT_MAX];
    uint8_t digest[WC_SHA_DIGEST_SIZE];
    size_t len = put_u16(in, 0, seed);

    len = put(in, len, first->octets + skip, sizeof(first->octets) - skip);
    len = put(in, len, second->octets + skip, sizeof(second->octets) - skip);
    in[len++] = protocol;
    in[len++] = 0;
    len = put_u16(in, len, is_ordered ? port_a : port_b);
    len = put_u16(in, len, is_ordered ? port_b : port_a);
    text[0] = '\0';
    if (wc_ShaHash(in, (word32)len, digest) != 0)
        return;
    text[0] = '1';
    text[1] = ':';
    base64(digest, text + 2);
}
