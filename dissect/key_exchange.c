/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/key_exchange.h"

size_t bytes_bit_length(struct bytes number)
{
    uint8_t octet;
    size_t bits;

    while (bytes_u8(&number, &octet)) {
        if (octet == 0)
            continue;
        for (bits = 0; octet > 0; octet = (uint8_t)(octet >> 1))
            bits++;
        return bits + number.len * 8;
    }
    return 0;
}

/* A vector<1..2^16-1>. */
static bool number_take(struct bytes *in, struct bytes *out)
{
    return bytes_vector(in, 2, out) && out->len > 0;
}

/* ServerDHParams, RFC 5246 section 7.4.3 */
static bool dh_take(struct bytes *in, struct server_key_exchange *out)
{
    return number_take(in, &out->modulus) && number_take(in, &out->generator)
           && number_take(in, &out->public_key);
}

static bool curve_is_explicit(uint8_t curve_type)
{
    return curve_type == TLS_EC_CURVE_TYPE_EXPLICIT_PRIME
           || curve_type == TLS_EC_CURVE_TYPE_EXPLICIT_CHAR2;
}

/* ServerECDHParams, RFC 8422 section 5.4. Nothing is taken of an explicit curve but its type. */
static bool ecdh_take(struct bytes *in, struct server_key_exchange *out)
{
    if (!bytes_u8(in, &out->curve_type))
        return false;
    if (curve_is_explicit(out->curve_type))
        return true;
    return out->curve_type == TLS_EC_CURVE_TYPE_NAMED_CURVE && bytes_u16(in, &out->named_group)
           && bytes_vector(in, 1, &out->public_key) && out->public_key.len > 0;
}

/* ServerRSAParams, RFC 2246 section 7.4.3 */
static bool rsa_take(struct bytes *in, struct server_key_exchange *out)
{
    return number_take(in, &out->modulus) && number_take(in, &out->generator);
}

static bool hint_take(struct bytes *in, struct server_key_exchange *out)
{
    out->has_psk_hint = true;
    return bytes_vector(in, 2, &out->psk_hint);
}

static bool dhe_psk_take(struct bytes *in, struct server_key_exchange *out)
{
    return hint_take(in, out) && dh_take(in, out);
}

static bool ecdhe_psk_take(struct bytes *in, struct server_key_exchange *out)
{
    return hint_take(in, out) && ecdh_take(in, out);
}

/* ServerSRPParams, RFC 5054 section 2.5.3 */
static bool srp_take(struct bytes *in, struct server_key_exchange *out)
{
    struct bytes salt;

    return number_take(in, &out->modulus) && number_take(in, &out->generator)
           && bytes_vector(in, 1, &salt) && salt.len > 0 && number_take(in, &out->public_key);
}

static const struct form {
    bool (*take)(struct bytes *in, struct server_key_exchange *out);
    bool is_signed;
} forms[] = {
    [SERVER_KEY_EXCHANGE_DHE] = {dh_take, true},
    [SERVER_KEY_EXCHANGE_DH_ANON] = {dh_take, false},
    [SERVER_KEY_EXCHANGE_ECDHE] = {ecdh_take, true},
    [SERVER_KEY_EXCHANGE_ECDH_ANON] = {ecdh_take, false},
    [SERVER_KEY_EXCHANGE_RSA_EXPORT] = {rsa_take, true},
    [SERVER_KEY_EXCHANGE_PSK] = {hint_take, false},
    [SERVER_KEY_EXCHANGE_DHE_PSK] = {dhe_psk_take, false},
    [SERVER_KEY_EXCHANGE_ECDHE_PSK] = {ecdhe_psk_take, false},
    [SERVER_KEY_EXCHANGE_SRP] = {srp_take, false},
    [SERVER_KEY_EXCHANGE_SRP_CERT] = {srp_take, true},
};

/* A signature, with its scheme from TLS 1.2 on: RFC 5246 section 4.7. */
static bool signature_parse(struct bytes in, uint16_t version, struct certificate_verify *out)
{
    out->has_scheme = version >= TLS_VERSION_1_2;
    if (out->has_scheme && !bytes_u16(&in, &out->signature_scheme))
        return false;
    return bytes_vector(&in, 2, &out->signature) && in.len == 0;
}

/* What follows the parameters: a signature or nothing. */
static bool end_parse(struct bytes in, bool is_signed, uint16_t version,
                      struct server_key_exchange *out)
{
    struct certificate_verify end = {.has_scheme = false};

    if (curve_is_explicit(out->curve_type))
        return true;
    if (!is_signed)
        return in.len == 0;
    if (!signature_parse(in, version, &end))
        return false;
    out->has_signature = true;
    out->has_scheme = end.has_scheme;
    out->signature_scheme = end.signature_scheme;
    out->signature = end.signature;
    return true;
}

bool server_key_exchange_parse(struct bytes body, enum server_key_exchange_form form,
                               uint16_t version, struct server_key_exchange *out)
{
    struct server_key_exchange params = {.modulus_bits = 0};
    struct bytes rest = body;

    if (!forms[form].take(&rest, &params)
        || !end_parse(rest, forms[form].is_signed, version, &params))
        return false;
    params.parameters = bytes_of(body.data, body.len - rest.len);
    params.modulus_bits = bytes_bit_length(params.modulus);
    *out = params;
    return true;
}

bool certificate_verify_parse(struct bytes body, uint16_t version, struct certificate_verify *out)
{
    struct certificate_verify verify = {.has_scheme = false};

    if (!signature_parse(body, version, &verify))
        return false;
    *out = verify;
    return true;
}

bool psk_identity_parse(struct bytes body, struct bytes *out)
{
    return bytes_vector(&body, 2, out);
}
