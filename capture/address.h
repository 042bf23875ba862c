/* SPDX-License-Identifier: GPL-2.0-or-later */
/* address.h -- IP addresses of both versions in one form. */
#ifndef TLSWHY_CAPTURE_ADDRESS_H
#define TLSWHY_CAPTURE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* An IP address, IPv4 in the mapped form ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). */
struct address {
    uint8_t octets[16];
};

enum {
    ADDRESS_IPV4_AT = 12, /* where the four octets of an IPv4 address stand in the mapped form */
    ADDRESS_TEXT_MAX = 46 /* "ffff:...:255.255.255.255" and the final NUL (INET6_ADDRSTRLEN) */
};

/* True for an IPv4 address in the mapped form. */
static inline bool address_is_ipv4(const struct address *address)
{
    static const uint8_t mapped[ADDRESS_IPV4_AT] = {[10] = 0xff, [11] = 0xff};

    return memcmp(address->octets, mapped, sizeof(mapped)) == 0;
}

/* The mapped form of the four octets at octets. */
static inline void address_map_ipv4(struct address *address, const void *octets)
{
    static const uint8_t mapped[ADDRESS_IPV4_AT] = {[10] = 0xff, [11] = 0xff};

    memcpy(address->octets, mapped, sizeof(mapped));
    memcpy(address->octets + ADDRESS_IPV4_AT, octets, 4);
}

/* Write the usual text form of address (dotted quad or RFC 5952) into text,
 * NUL terminated. Returns text. */
const char *address_format(const struct address *address, char text[ADDRESS_TEXT_MAX]);

/* The same with its length, for those who need it more than once. */
struct address_text {
    size_t length; /* NUL not counted */
    char text[ADDRESS_TEXT_MAX];
};

/* Write an address as address_format does. */
void address_text_make(struct address_text *text, const struct address *address);

/* Read either text form: dotted quad or RFC 4291 section 2.2. False: text is none. */
bool address_parse(const char *text, struct address *address);

#endif
