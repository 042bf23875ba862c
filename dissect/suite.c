/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/suite.h"

#include "dissect/tls.h"

/* verify_data of SSL 3.0: an MD5 and a SHA-1 hash, RFC 6101 section 5.6.9. */
#define SSL3_VERIFY_DATA_LENGTH 36

static const struct suite suites[] = {
#define SUITE(number, text, exchange, proof, encryption, digest, lowest, highest, grade)           \
    {.value = (number),                                                                            \
     .minimum_version = TLS_VERSION_##lowest,                                                      \
     .maximum_version = TLS_VERSION_##highest,                                                     \
     .key_exchange = SUITE_KEY_EXCHANGE_##exchange,                                                \
     .authentication = SUITE_AUTHENTICATION_##proof,                                               \
     .cipher = SUITE_CIPHER_##encryption,                                                          \
     .hash = SUITE_HASH_##digest,                                                                  \
     .strength = SUITE_STRENGTH_##grade,                                                           \
     .name = #text},
#include "dissect/def/suite.def"
#undef SUITE
};

/* Of the same suites, in the same order: a search touches a line or two of them. */
static const uint16_t values[] = {
#define SUITE(number, text, exchange, proof, encryption, digest, lowest, highest, grade) (number),
#include "dissect/def/suite.def"
#undef SUITE
};

static const struct suite_layout layouts[SUITE_CIPHER_COUNT] = {
#define CIPHER(token, how, bits, block_octets, nonce_octets, tag_octets)                           \
    [SUITE_CIPHER_##token] = {.mode = SUITE_MODE_##how,                                            \
                              .key_bits = (bits),                                                  \
                              .block = (block_octets),                                             \
                              .explicit_nonce = (nonce_octets),                                    \
                              .tag = (tag_octets)},
#include "dissect/def/cipher.def"
#undef CIPHER
};

static const uint8_t hash_lengths[SUITE_HASH_COUNT] = {
#define HASH(token, octets) [SUITE_HASH_##token] = (octets),
#include "dissect/def/hash.def"
#undef HASH
};

/* Each step halves what is left, without a branch that a processor could mispredict: a hello
 * offers dozens of suites. */
const struct suite *suite_find(uint16_t value)
{
    const uint16_t *found = values;
    size_t left = sizeof(values) / sizeof(values[0]);

    while (left > 1) {
        size_t half = left / 2;

        found = found[half] <= value ? found + half : found;
        left -= half;
    }
    return *found == value ? &suites[found - values] : NULL;
}

const struct suite_layout *suite_layout(const struct suite *suite)
{
    return &layouts[suite->cipher];
}

size_t suite_hash_length(const struct suite *suite)
{
    return hash_lengths[suite->hash];
}

/* Whether records of this version can be under this suite at all. The version bounds in the table
 * are not asked beyond that: the arithmetic holds for a server that oversteps them too. */
static bool protects(const struct suite *suite, uint16_t version)
{
    return suite && suite->strength != SUITE_STRENGTH_SIGNAL && version >= TLS_VERSION_SSL3
           && version <= TLS_VERSION_1_3
           && (version == TLS_VERSION_1_3) == (suite->minimum_version == TLS_VERSION_1_3);
}

/* Octets of the tag, or of the HMAC where the cipher makes no tag. */
static size_t integrity_length(const struct suite *suite)
{
    size_t tag = suite_layout(suite)->tag;

    return tag > 0 ? tag : suite_hash_length(suite);
}

static size_t round_up(size_t length, size_t block)
{
    return (length + block - 1) / block * block;
}

/* GenericBlockCipher. The padding is at least its own length octet, and to the next block. The IV
 * is in the record since TLS 1.1 (RFC 4346 section 6.2.3.2), not before (RFC 2246 section 6.2.3.2,
 * RFC 6101 section 5.2.3.2).
 *
 *   MAC-then-encrypt   IV + padded(content + MAC + 1)     RFC 5246 section 6.2.3.2
 *   encrypt-then-MAC   IV + padded(content + 1) + MAC     RFC 7366 section 3, since TLS 1.0
 *
 * An alert under AES_128_CBC_SHA: 16 + padded(2 + 20 + 1) = 48, or 16 + padded(2 + 1) + 20 = 52;
 * in TLS 1.0, without the IV, 32 or 36. */
static bool cbc_record_length(const struct suite *suite, uint16_t version, size_t content_length,
                              size_t fragment_length)
{
    size_t block = suite_layout(suite)->block;
    size_t mac = integrity_length(suite);
    size_t iv = version >= TLS_VERSION_1_1 ? block : 0;

    if (fragment_length == iv + round_up(content_length + mac + 1, block))
        return true;
    return version >= TLS_VERSION_1_0
           && fragment_length == iv + round_up(content_length + 1, block) + mac;
}

bool suite_record_length(const struct suite *suite, uint16_t version, size_t content_length,
                         size_t fragment_length)
{
    const struct suite_layout *layout;

    if (!protects(suite, version) || content_length > TLS_PLAINTEXT_MAX)
        return false;
    layout = suite_layout(suite);

    /* TLSInnerPlaintext puts one octet of content type behind the content, then comes the tag:
     * an alert is 2 + 1 + 16. RFC 8446 section 5.2; the "tag" of RFC 9150 is an HMAC. */
    if (version == TLS_VERSION_1_3)
        return fragment_length == content_length + 1 + integrity_length(suite);

    if (layout->mode == SUITE_MODE_CBC)
        return cbc_record_length(suite, version, content_length, fragment_length);

    /* GenericStreamCipher, content + MAC (an alert under RC4_128_SHA: 2 + 20), and
     * GenericAEADCipher, explicit nonce + content + tag (under AES_128_GCM: 8 + 2 + 16).
     * RFC 5246 sections 6.2.3.1 and 6.2.3.3. */
    return fragment_length == layout->explicit_nonce + content_length + integrity_length(suite);
}

bool suite_alert_length(const struct suite *suite, uint16_t version, size_t fragment_length)
{
    return suite_record_length(suite, version, TLS_ALERT_LENGTH, fragment_length);
}

/* verify_data: RFC 6101 section 5.6.9, RFC 5246 section 7.4.9, RFC 8446 section 4.4.4. */
static size_t verify_data_length(const struct suite *suite, uint16_t version)
{
    if (version == TLS_VERSION_1_3)
        return suite_hash_length(suite);
    return version == TLS_VERSION_SSL3 ? SSL3_VERIFY_DATA_LENGTH : TLS_VERIFY_DATA_LENGTH;
}

bool suite_finished_length(const struct suite *suite, uint16_t version, size_t fragment_length)
{
    if (!protects(suite, version))
        return false;
    return suite_record_length(suite, version,
                               TLS_HANDSHAKE_HEADER_LENGTH + verify_data_length(suite, version),
                               fragment_length);
}
