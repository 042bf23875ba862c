/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/clock.h"

#include <stdlib.h>

#include "analyze/chain.h"
#include "analyze/state_codec.h"
#include "capture/siphash.h"
#include "capture/time_unit.h"

enum {
    NONCE_LEN = 8, /* octets of the random that tell two hellos apart */
    LEAF_ID_LEN = 8,
    LEAFS_MIN = 3 /* certificates of several servers are not all in service before their time */
};

struct client_key {
    uint64_t address; /* a hash of it */
    uint64_t stack;   /* clients behind one address have different stacks, mostly */
};

struct client_record {
    struct client_key key;
    int64_t ahead; /* by the last hello, seconds */
    uint32_t hellos;
    uint32_t agreeing; /* the last ones that are off by the same */
    uint8_t nonce[NONCE_LEN];
};

/* One kind of hello. Each client counts once. */
struct stack_record {
    uint64_t key;
    uint32_t near; /* clients whose first hello has the packet's time in it */
    uint32_t far;
};

struct clocks {
    uint64_t hash_key[2];
    struct knowledge_table *clients;
    struct knowledge_table *stacks;
    uint8_t leafs[CLOCK_LEAFS][LEAF_ID_LEN];
    size_t leaf_count;
    bool leaf_was_valid; /* a certificate had been issued when it was seen */
    int64_t behind_by;   /* the most that a certificate was seen before its time, seconds */
};

static struct knowledge_table *new_table(const uint64_t hash_key[2], size_t record_size,
                                         size_t key_size, uint32_t records_max)
{
    const struct knowledge_table_options options = {
        .record_size = record_size,
        .key_size = key_size,
        .records_max = records_max,
        .hash_key = {hash_key[0], hash_key[1]},
    };

    return knowledge_table_new(&options);
}

struct clocks *clocks_new(const uint64_t hash_key[2], uint32_t clients_max)
{
    struct clocks *clocks = calloc(1, sizeof(*clocks));

    if (clocks == NULL)
        return NULL;
    memcpy(clocks->hash_key, hash_key, sizeof(clocks->hash_key));
    clocks->clients = new_table(hash_key, sizeof(struct client_record), sizeof(struct client_key),
                                clients_max > 0 ? clients_max : CLOCK_CLIENTS_MAX);
    clocks->stacks =
        new_table(hash_key, sizeof(struct stack_record), sizeof(uint64_t), CLOCK_STACKS_MAX);
    if (clocks->clients == NULL || clocks->stacks == NULL) {
        clocks_free(clocks);
        return NULL;
    }
    return clocks;
}

void clocks_free(struct clocks *clocks)
{
    if (clocks == NULL)
        return;
    knowledge_table_free(clocks->clients);
    knowledge_table_free(clocks->stacks);
    free(clocks);
}

/* What one hello says. */
struct clock_reading {
    struct client_key key;
    int64_t ahead;
    uint8_t nonce[NONCE_LEN];
};

/* In TLS 1.3 all 32 octets are random (RFC 8446 section 4.1.2), and who offers it has but one
 * hello for all versions. */
static bool read_hello(const struct clocks *clocks, const struct facts *facts,
                       struct clock_reading *reading)
{
    const struct address *address = &facts->connection->endpoint[SIDE_CLIENT].address;
    struct bytes random = facts->client_hello.random;
    struct bytes nonce;
    uint32_t seconds;

    if (!facts->client_hello_read || facts->offer.version_max >= TLS_VERSION_1_3
        || !bytes_u32(&random, &seconds) || !bytes_take(&random, NONCE_LEN, &nonce))
        return false;
    memset(reading, 0, sizeof(*reading));
    reading->key.address = siphash_1_3(clocks->hash_key, address->octets, sizeof(address->octets));
    reading->key.stack = facts->offer.suites_number;
    reading->ahead = (int64_t)seconds - facts->client_hello_note->at.time_ns / SECOND_NS;
    memcpy(reading->nonce, nonce.data, NONCE_LEN);
    return true;
}

static bool is_within(int64_t a, int64_t b, int64_t limit)
{
    return a - b <= limit && b - a <= limit;
}

static void learn_stack(struct clocks *clocks, const struct clock_reading *reading)
{
    struct stack_record *stack = knowledge_table_get(clocks->stacks, &reading->key.stack);

    if (stack == NULL)
        return;
    if (is_within(reading->ahead, 0, CLOCK_NEAR))
        stack->near++;
    else
        stack->far++;
}

static void learn_hello(struct clocks *clocks, const struct facts *facts)
{
    struct clock_reading reading;
    struct client_record *client;

    if (!read_hello(clocks, facts, &reading))
        return;
    client = knowledge_table_get_again(clocks->clients, &reading.key);
    if (client == NULL)
        return;
    if (client->hellos++ == 0)
        learn_stack(clocks, &reading);
    /* A client that always sends the same random has no clock in it. */
    if (memcmp(client->nonce, reading.nonce, NONCE_LEN) == 0)
        return;
    if (client->hellos > 1 && is_within(client->ahead, reading.ahead, CLOCK_AGREE))
        client->agreeing++;
    else
        client->agreeing = 1;
    client->ahead = reading.ahead;
    memcpy(client->nonce, reading.nonce, NONCE_LEN);
}

static bool is_known(struct clocks *clocks, const struct certificate *leaf)
{
    for (size_t i = 0; i < clocks->leaf_count; i++)
        if (memcmp(clocks->leafs[i], leaf->sha256, LEAF_ID_LEN) == 0)
            return true;
    return false;
}

static void learn_certificate(struct clocks *clocks, const struct facts *facts)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];
    const struct certificate *leaf = chain != NULL ? chain->leaf : NULL;
    int64_t behind_by;

    if (clocks->leaf_was_valid || leaf == NULL || !leaf->has_validity)
        return;
    behind_by = leaf->not_before - facts->server_certificate_note->at.time_ns / SECOND_NS;
    if (behind_by <= 0) {
        clocks->leaf_was_valid = true;
        return;
    }
    if (behind_by > clocks->behind_by)
        clocks->behind_by = behind_by;
    if (clocks->leaf_count < CLOCK_LEAFS && !is_known(clocks, leaf))
        memcpy(clocks->leafs[clocks->leaf_count++], leaf->sha256, LEAF_ID_LEN);
}

void clocks_learn(struct clocks *clocks, const struct facts *facts)
{
    learn_hello(clocks, facts);
    learn_certificate(clocks, facts);
}

struct client_clock clocks_find(struct clocks *clocks, const struct facts *facts)
{
    struct client_clock clock = {0};
    const struct client_record *client;
    const struct stack_record *stack;
    struct clock_reading reading;

    if (!read_hello(clocks, facts, &reading))
        return clock;
    client = knowledge_table_find(clocks->clients, &reading.key);
    stack = knowledge_table_find(clocks->stacks, &reading.key.stack);
    clock.ahead_by = reading.ahead;
    if (client != NULL && client->agreeing > 1
        && is_within(client->ahead, reading.ahead, CLOCK_AGREE)) {
        clock.basis = CLOCK_BASIS_HELLOS;
        clock.hellos = client->agreeing;
    } else if (stack != NULL && stack->near > 0 && stack->near >= stack->far) {
        clock.basis = CLOCK_BASIS_OTHERS;
    }
    return clock;
}

static void walk_client(struct state_codec *codec, void *record)
{
    struct client_record *client = record;

    state_codec_u64(codec, &client->key.address);
    state_codec_u64(codec, &client->key.stack);
    state_codec_seconds(codec, &client->ahead);
    state_codec_u32(codec, &client->hellos);
    state_codec_u32(codec, &client->agreeing);
    state_codec_octets(codec, client->nonce, sizeof(client->nonce));
}

static void walk_stack(struct state_codec *codec, void *record)
{
    struct stack_record *stack = record;

    state_codec_u64(codec, &stack->key);
    state_codec_u32(codec, &stack->near);
    state_codec_u32(codec, &stack->far);
}

void clocks_walk(struct clocks *clocks, struct state_codec *codec)
{
    const struct state_table clients = {clocks->clients, sizeof(struct client_record), walk_client};
    const struct state_table stacks = {clocks->stacks, sizeof(struct stack_record), walk_stack};

    state_codec_table(codec, &clients);
    state_codec_table(codec, &stacks);
}

void clocks_clear(struct clocks *clocks)
{
    knowledge_table_clear(clocks->clients);
    knowledge_table_clear(clocks->stacks);
}

void clocks_set_hash_key(struct clocks *clocks, const uint64_t hash_key[2])
{
    memcpy(clocks->hash_key, hash_key, sizeof(clocks->hash_key));
}

struct capture_clock clocks_capture(const struct clocks *clocks)
{
    return (struct capture_clock){
        .implausible = !clocks->leaf_was_valid && clocks->leaf_count >= LEAFS_MIN,
        .leafs = clocks->leaf_count,
        .behind_by = clocks->behind_by,
    };
}

uint64_t clocks_evictions(const struct clocks *clocks)
{
    return knowledge_table_evictions(clocks->clients) + knowledge_table_evictions(clocks->stacks);
}

size_t clocks_memory(const struct clocks *clocks)
{
    return knowledge_table_memory(clocks->clients) + knowledge_table_memory(clocks->stacks);
}
