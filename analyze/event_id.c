/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <wolfssl/options.h>

#include <wolfssl/wolfcrypt/sha256.h>

#include "analyze/event_parts.h"

static const char HEX_DIGITS[] = "0123456789abcdef";

/* Two connections can have the same addresses, ports and, where the clock of a capture is coarse,
 * the same time; the client's random is then still another. */
struct identity {
    const struct endpoint *endpoint; /* of both sides */
    int64_t started_ns;
    struct bytes random;
};

static int hash_number(wc_Sha256 *sha, uint64_t value)
{
    uint8_t octets[8];

    for (size_t i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)(value >> (56 - 8 * i));
    return wc_Sha256Update(sha, octets, sizeof(octets));
}

static int hash_identity(wc_Sha256 *sha, const struct identity *identity)
{
    int error = 0;

    for (size_t side = 0; side < SIDES && error == 0; side++) {
        const struct endpoint *endpoint = &identity->endpoint[side];

        error = wc_Sha256Update(sha, endpoint->address.octets, sizeof(endpoint->address.octets));
        if (error == 0)
            error = hash_number(sha, endpoint->port);
    }
    if (error == 0)
        error = hash_number(sha, (uint64_t)identity->started_ns);
    if (error == 0 && identity->random.len > 0)
        error = wc_Sha256Update(sha, identity->random.data, (word32)identity->random.len);
    return error;
}

/* The first digits of a finished digest. False when that fails. */
static bool finish_id(wc_Sha256 *sha, char out[EVENT_ID_SIZE])
{
    uint8_t digest[WC_SHA256_DIGEST_SIZE];
    bool is_done = wc_Sha256Final(sha, digest) == 0;

    for (size_t i = 0; is_done && i < EVENT_ID_SIZE - 1; i++)
        out[i] = HEX_DIGITS[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 0xf];
    out[EVENT_ID_SIZE - 1] = '\0';
    return is_done;
}

bool event_id(const struct facts *facts, char out[EVENT_ID_SIZE])
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    bool has_hello = event_client_hello(facts, &hello, &extensions);
    const struct identity identity = {
        .endpoint = facts->connection->endpoint,
        .started_ns = facts->connection->first.time_ns,
        .random = has_hello ? hello->random : (struct bytes){0},
    };
    wc_Sha256 sha;
    bool is_done;

    if (wc_InitSha256(&sha) != 0)
        return false;
    is_done = hash_identity(&sha, &identity) == 0 && finish_id(&sha, out);
    wc_Sha256Free(&sha);
    return is_done;
}

bool event_update_id(const struct verdict *verdict, char out[EVENT_ID_SIZE])
{
    char first[EVENT_ID_SIZE];
    const char *cause = verdict->cause->id;
    wc_Sha256 sha;
    bool is_done;

    if (!event_id(verdict->facts, first) || wc_InitSha256(&sha) != 0)
        return false;
    is_done = wc_Sha256Update(&sha, (const byte *)first, EVENT_ID_SIZE - 1) == 0
              && wc_Sha256Update(&sha, (const byte *)cause, (word32)strlen(cause)) == 0
              && hash_number(&sha, verdict->confidence) == 0
              && hash_number(&sha, verdict->refused_by) == 0 && finish_id(&sha, out);
    wc_Sha256Free(&sha);
    return is_done;
}

bool event_inventory_id(const struct inventory_news *news, char out[EVENT_ID_SIZE])
{
    const struct inventory_key *key = &news->entry->key;
    wc_Sha256 sha;
    bool is_done;

    if (wc_InitSha256(&sha) != 0)
        return false;
    is_done = wc_Sha256Update(&sha, key->sha256, sizeof(key->sha256)) == 0
              && wc_Sha256Update(&sha, key->address.octets, sizeof(key->address.octets)) == 0
              && hash_number(&sha, key->port) == 0 && hash_number(&sha, key->role) == 0
              && hash_number(&sha, (uint64_t)news->occasion) == 0
              && hash_number(&sha, news->level) == 0 && finish_id(&sha, out);
    wc_Sha256Free(&sha);
    return is_done;
}

bool event_number_id(const uint64_t *numbers, size_t count, char out[EVENT_ID_SIZE])
{
    wc_Sha256 sha;
    int error;

    if (wc_InitSha256(&sha) != 0)
        return false;
    error = 0;
    for (size_t i = 0; i < count && error == 0; i++)
        error = hash_number(&sha, numbers[i]);
    error = error == 0 && finish_id(&sha, out) ? 0 : -1;
    wc_Sha256Free(&sha);
    return error == 0;
}
