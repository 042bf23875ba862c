/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ascii.h -- octets as characters of ASCII, whatever the locale is. Octets above 0x7f are neither
 * letters nor digits, and without case. */
#ifndef TLSWHY_DISSECT_ASCII_H
#define TLSWHY_DISSECT_ASCII_H

#include <stdbool.h>
#include <stdint.h>

static inline bool ascii_is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static inline uint8_t ascii_lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet - 'A' + 'a') : octet;
}

static inline bool ascii_is_letter(uint8_t octet)
{
    uint8_t lower = ascii_lower(octet);

    return lower >= 'a' && lower <= 'z';
}

static inline bool ascii_is_alphanumeric(uint8_t octet)
{
    return ascii_is_letter(octet) || ascii_is_digit(octet);
}

#endif
