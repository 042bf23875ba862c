/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/key_scheme.h"

#include "dissect/extension.h"
#include "dissect/tls.h"

enum { KIND_OF_KEY = 0x00ff, ALL = 0xffff };

/* Schemes of RFC 5246 have the hash in the first octet and the kind of key in the second. */
static const struct {
    enum certificate_key key;
    uint16_t mask;
    uint16_t scheme;
} rows[] = {
    {KEY_RSA, KIND_OF_KEY, TLS_SIGNATURE_ALGORITHM_RSA},
    {KEY_RSA, ALL, TLS_RSA_PSS_RSAE_SHA256},
    {KEY_RSA, ALL, TLS_RSA_PSS_RSAE_SHA384},
    {KEY_RSA, ALL, TLS_RSA_PSS_RSAE_SHA512},
    {KEY_DSA, KIND_OF_KEY, TLS_SIGNATURE_ALGORITHM_DSA},
    {KEY_EC, KIND_OF_KEY, TLS_SIGNATURE_ALGORITHM_ECDSA},
    {KEY_ED25519, ALL, TLS_ED25519},
    {KEY_ED448, ALL, TLS_ED448},
    {KEY_RSA_PSS, ALL, TLS_RSA_PSS_PSS_SHA256},
    {KEY_RSA_PSS, ALL, TLS_RSA_PSS_PSS_SHA384},
    {KEY_RSA_PSS, ALL, TLS_RSA_PSS_PSS_SHA512},
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
