/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/big_endian.h"
#include "analyze/digits.h"
#include "analyze/event_parts.h"
#include "capture/siphash.h"

/* An identifier tells an event from all others, and is the same wherever the same packets are read:
 * there is no secret in it, and nobody trusts it. Whoever wants two of them to be equal, so that a
 * receiver takes the second event for the first, cannot know the time that the capture will have of
 * a connection, to the microsecond or better, before it sends what else is hashed. A digest of
 * cryptography would be a quarter of the event. */
static const uint64_t event_id_key[2] = {0, 0};

enum { HASH_NUMBERS = 2 };

static void put_id(const uint64_t hash[HASH_NUMBERS], char out[EVENT_ID_SIZE])
{
    uint8_t octets[HASH_NUMBERS * sizeof(hash[0])];

    for (size_t i = 0; i < HASH_NUMBERS; i++)
        big_endian_put(octets + i * sizeof(hash[0]), hash[i]);
    for (size_t i = 0; i < sizeof(octets); i += 4)
        digits_put_hex(out + 2 * i, octets + i, DIGITS_GAP_LOWER);
    out[EVENT_ID_SIZE - 1] = '\0';
}

void event_number_id(const uint64_t *numbers, size_t count, char out[EVENT_ID_SIZE])
{
    uint64_t hash[HASH_NUMBERS];

    siphash_128(event_id_key, numbers, count, hash);
    put_id(hash, out);
}

/* Eight octets as a number, for each of so many. */
static void put_octets(uint64_t *numbers, const uint8_t *octets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = siphash_load(octets + 8 * i, 8);
}

enum {
    ADDRESS_NUMBERS = sizeof(((struct address *)0)->octets) / 8,
    BOTH_ADDRESSES = SIDES * ADDRESS_NUMBERS,
    RANDOM_NUMBERS = TLS_RANDOM_LENGTH / 8,
    DIGEST_NUMBERS = sizeof(((struct inventory_key *)0)->sha256) / 8
};

/* Two connections can have the same addresses, ports and, where the clock of a capture is coarse,
 * the same time; the client's random is then still another. */
static void hash_connection(const struct facts *facts, uint64_t hash[HASH_NUMBERS])
{
    const struct connection *connection = facts->connection;
    const struct endpoint *client = &connection->endpoint[SIDE_CLIENT];
    const struct endpoint *server = &connection->endpoint[SIDE_SERVER];
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    uint64_t numbers[BOTH_ADDRESSES + 2 + RANDOM_NUMBERS];
    size_t count = BOTH_ADDRESSES;

    put_octets(numbers, client->address.octets, ADDRESS_NUMBERS);
    put_octets(numbers + ADDRESS_NUMBERS, server->address.octets, ADDRESS_NUMBERS);
    numbers[count++] = (uint64_t)client->port << 16 | server->port;
    numbers[count++] = (uint64_t)connection->first.time_ns;
    if (event_client_hello(facts, &hello, &extensions) && hello->random.len == TLS_RANDOM_LENGTH) {
        put_octets(numbers + count, hello->random.data, RANDOM_NUMBERS);
        count += RANDOM_NUMBERS;
    }
    siphash_128(event_id_key, numbers, count, hash);
}

void event_id(const struct facts *facts, char out[EVENT_ID_SIZE])
{
    uint64_t hash[HASH_NUMBERS];

    hash_connection(facts, hash);
    put_id(hash, out);
}

void event_update_id(const struct verdict *verdict, char out[EVENT_ID_SIZE])
{
    const char *cause = verdict->cause->id;
    uint64_t numbers[HASH_NUMBERS + 3];
    size_t count = HASH_NUMBERS;

    hash_connection(verdict->facts, numbers);
    numbers[count++] = siphash_2_4(event_id_key, cause, strlen(cause));
    numbers[count++] = verdict->confidence;
    numbers[count++] = verdict->refused_by;
    event_number_id(numbers, count, out);
}

void event_inventory_id(const struct inventory_news *news, char out[EVENT_ID_SIZE])
{
    const struct inventory_key *key = &news->entry->key;
    uint64_t numbers[DIGEST_NUMBERS + ADDRESS_NUMBERS + 4];
    size_t count = DIGEST_NUMBERS + ADDRESS_NUMBERS;

    put_octets(numbers, key->sha256, DIGEST_NUMBERS);
    put_octets(numbers + DIGEST_NUMBERS, key->address.octets, ADDRESS_NUMBERS);
    numbers[count++] = key->port;
    numbers[count++] = key->role;
    numbers[count++] = (uint64_t)news->occasion;
    numbers[count++] = news->level;
    event_number_id(numbers, count, out);
}
