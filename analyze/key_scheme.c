/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/key_scheme.h"

#include "dissect/extension.h"

/* Schemes of RFC 5246 have the hash in the first octet and the kind of key in the second. */
static const struct {
    enum certificate_key key;
    uint16_t mask;
    uint16_t scheme;
} rows[] = {
    {KEY_RSA, 0x00ff, 0x0001},     {KEY_RSA, 0xffff, 0x0804},     {KEY_RSA, 0xffff, 0x0805},
    {KEY_RSA, 0xffff, 0x0806},     {KEY_DSA, 0x00ff, 0x0002},     {KEY_EC, 0x00ff, 0x0003},
    {KEY_ED25519, 0xffff, 0x0807}, {KEY_ED448, 0xffff, 0x0808},   {KEY_RSA_PSS, 0xffff, 0x0809},
    {KEY_RSA_PSS, 0xffff, 0x080a}, {KEY_RSA_PSS, 0xffff, 0x080b},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool key_is_known(enum certificate_key key)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].key == key)
            return true;
    return false;
}

bool key_scheme_fits(enum certificate_key key, uint16_t scheme)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].key == key && (scheme & rows[i].mask) == rows[i].scheme)
            return true;
    return false;
}

bool key_scheme_fits_none(const struct certificate *certificate, struct bytes schemes)
{
    uint16_t scheme;

    if (certificate->reading == CERTIFICATE_UNREADABLE || !key_is_known(certificate->key))
        return false;
    while (list_u16_next(&schemes, &scheme))
        if (key_scheme_fits(certificate->key, scheme))
            return false;
    return true;
}
