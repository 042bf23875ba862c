/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <wolfssl/options.h>

#include <wolfssl/wolfcrypt/hash.h>

#include "analyze/big_endian.h"
#include "analyze/digits.h"
#include "analyze/event_parts.h"

/* What an identifier is the digest of. */
struct identity {
    size_t length;
    uint8_t octets[128]; /* what is added below */
};

enum {
    NUMBERS_MAX = sizeof(((struct identity *)0)->octets) / 8,
    /* Of a random, for which one block of SHA-256 has room beside two endpoints, a time and its
     * padding (FIPS 180-4 section 5.1.1). Two blocks would be a tenth of the event. */
    RANDOM_OCTETS = 64 - 2 * (16 + 2) - 8 - 9
};

/* What that of a connection is the digest of. Numbers are in network order. */
struct connection_identity {
    struct {
        uint8_t address[16];
        uint8_t port[2];
    } endpoints[SIDES];
    uint8_t first_ns[8];
    uint8_t random[RANDOM_OCTETS]; /* of the client's hello; left out when there is none */
};

_Static_assert(sizeof(struct connection_identity) == 64 - 9, "one block, and no hole");

static void add(struct identity *identity, const void *octets, size_t length)
{
    memcpy(identity->octets + identity->length, octets, length);
    identity->length += length;
}

static void add_number(struct identity *identity, uint64_t value)
{
    uint8_t octets[8];

    big_endian_put(octets, value);
    add(identity, octets, sizeof(octets));
}

/* All octets of a random, folded into as many as there is room for. */
static void put_random(uint8_t octets[RANDOM_OCTETS], struct bytes random)
{
    uint8_t rows[3][RANDOM_OCTETS] = {{0}};

    _Static_assert(sizeof(rows) >= TLS_RANDOM_LENGTH, "a random fits");
    if (random.len == TLS_RANDOM_LENGTH) /* else there is none */
        memcpy(rows, random.data, TLS_RANDOM_LENGTH);
    for (size_t i = 0; i < RANDOM_OCTETS; i++)
        octets[i] = rows[0][i] ^ rows[1][i] ^ rows[2][i];
}

/* The first digits of the digest. False when that fails. */
static bool make_id(struct bytes octets, char out[EVENT_ID_SIZE])
{
    uint8_t digest[WC_SHA256_DIGEST_SIZE];

    if (wc_Sha256Hash(octets.data, (word32)octets.len, digest) != 0)
        return false;
    for (size_t i = 0; i < EVENT_ID_SIZE - 1; i += 8)
        digits_put_hex(out + i, digest + i / 2, DIGITS_GAP_LOWER);
    out[EVENT_ID_SIZE - 1] = '\0';
    return true;
}

static bool finish_id(const struct identity *identity, char out[EVENT_ID_SIZE])
{
    return make_id(bytes_of(identity->octets, identity->length), out);
}

/* Two connections can have the same addresses, ports and, where the clock of a capture is coarse,
 * the same time; the client's random is then still another. */
bool event_id(const struct facts *facts, char out[EVENT_ID_SIZE])
{
    const struct connection *connection = facts->connection;
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    struct connection_identity identity;

    for (size_t side = 0; side < SIDES; side++) {
        const struct endpoint *endpoint = &connection->endpoint[side];

        memcpy(identity.endpoints[side].address, endpoint->address.octets,
               sizeof(endpoint->address.octets));
        identity.endpoints[side].port[0] = (uint8_t)(endpoint->port >> 8);
        identity.endpoints[side].port[1] = (uint8_t)endpoint->port;
    }
    big_endian_put(identity.first_ns, (uint64_t)connection->first.time_ns);
    if (!event_client_hello(facts, &hello, &extensions))
        return make_id(bytes_of(&identity, offsetof(struct connection_identity, random)), out);
    put_random(identity.random, hello->random);
    return make_id(bytes_of(&identity, sizeof(identity)), out);
}

bool event_update_id(const struct verdict *verdict, char out[EVENT_ID_SIZE])
{
    char first[EVENT_ID_SIZE];
    const char *cause = verdict->cause->id;
    size_t length = strlen(cause);
    struct identity identity = {.length = 0};

    if (!event_id(verdict->facts, first)
        || length > sizeof(identity.octets) - (EVENT_ID_SIZE - 1) - 2 * sizeof(uint64_t))
        return false;
    add(&identity, first, EVENT_ID_SIZE - 1);
    add(&identity, cause, length);
    add_number(&identity, verdict->confidence);
    add_number(&identity, verdict->refused_by);
    return finish_id(&identity, out);
}

bool event_inventory_id(const struct inventory_news *news, char out[EVENT_ID_SIZE])
{
    const struct inventory_key *key = &news->entry->key;
    struct identity identity = {.length = 0};

    add(&identity, key->sha256, sizeof(key->sha256));
    add(&identity, key->address.octets, sizeof(key->address.octets));
    add_number(&identity, key->port);
    add_number(&identity, key->role);
    add_number(&identity, (uint64_t)news->occasion);
    add_number(&identity, news->level);
    return finish_id(&identity, out);
}

bool event_number_id(const uint64_t *numbers, size_t count, char out[EVENT_ID_SIZE])
{
    struct identity identity = {.length = 0};

    if (count > NUMBERS_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        add_number(&identity, numbers[i]);
    return finish_id(&identity, out);
}
