/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_client.c -- what clients do when they fail, and whose certificates they refuse. */
#include "analyze/causes/offer_weight.h"
#include "analyze/causes/server_flight.h"
#include "analyze/knowledge_internal.h"
#include "capture/moment.h"

/* --- issuers --- */

/* When the client took or refused a certificate of its issuer i last: both together. */
static int64_t heard_of(const struct known_client *client, size_t i)
{
    return known_client_issuer(client, i)->taken.last_ns
           + (client->failed.count > 0 ? client->rare->failures.refused[i].last_ns : 0);
}

/* Which of the client's issuers it is. The one that was heard of last gives way last. */
static size_t issuer_of(struct known_client *client, uint64_t issuer)
{
    size_t oldest = 0;

    for (size_t i = 0; i < client->issuer_count; i++) {
        if (known_client_issuer(client, i)->issuer == issuer)
            return i;
        if (heard_of(client, i) < heard_of(client, oldest))
            oldest = i;
    }
    if (client->issuer_count < KNOWLEDGE_ISSUERS_MAX)
        oldest = client->issuer_count++;
    *known_issuer_at(client, oldest) = (struct known_issuer){.issuer = issuer};
    if (client->failed.count > 0)
        client->rare->failures.refused[oldest] = (struct known_count){0};
    return oldest;
}

static void note_server(struct known_client *client, size_t number, uint32_t part)
{
    struct known_issuer *issuer = known_issuer_at(client, number);
    uint32_t *refused_at = client->rare->failures.refused_at[number];

    for (size_t i = 0; i < issuer->servers; i++)
        if (refused_at[i] == part)
            return;
    if (issuer->servers < KNOWLEDGE_ISSUER_SERVERS)
        refused_at[issuer->servers++] = part;
}

void knowledge_note_issuer(const struct knowledge *knowledge, struct known_client *client,
                           const struct known_name *name, const struct facts *facts)
{
    int64_t at_ns = facts->connection->last.time_ns;
    size_t issuer;

    if (name->certificate.issuer == 0 || facts->resumed)
        return;
    if (facts->outcome == OUTCOME_ESTABLISHED) {
        issuer = issuer_of(client, name->certificate.issuer);
        known_count_add(&known_issuer_at(client, issuer)->taken, at_ns);
    } else if (facts->outcome == OUTCOME_FAILED && client_refused_flight(facts)) {
        issuer = issuer_of(client, name->certificate.issuer);
        known_count_add(&client->rare->failures.refused[issuer], at_ns);
        note_server(client, issuer, (uint32_t)(knowledge_hash_peer(knowledge, facts) >> 32));
    }
}

const struct known_issuer *known_issuer_find(const struct known *known, uint64_t issuer)
{
    const struct known_client *client = known->client;

    if (client == NULL || issuer == 0)
        return NULL;
    for (size_t i = 0; i < client->issuer_count; i++)
        if (known_client_issuer(client, i)->issuer == issuer)
            return known_client_issuer(client, i);
    return NULL;
}

/* --- resets --- */

/* A RST in the server's name that answers the client's first and only hello, for a name. */
static bool is_reset_at_name(const struct facts *facts)
{
    return facts->outcome == OUTCOME_FAILED && facts->refusal.kind == REFUSAL_RST
           && facts->refusal.by == SIDE_SERVER && facts->server_hello_note == NULL
           && facts->retry_note == NULL && facts->client_hello_read
           && facts->client_extensions.server_name.state == EXTENSION_WELL_FORMED;
}

static bool parts_have(const uint32_t *parts, uint8_t count, uint32_t part)
{
    for (size_t i = 0; i < count; i++)
        if (parts[i] == part)
            return true;
    return false;
}

static void add_part(uint32_t *parts, uint8_t *count, uint32_t part)
{
    if (*count < KNOWLEDGE_RESETS_MAX && !parts_have(parts, *count, part))
        parts[(*count)++] = part;
}

static bool is_near(const struct known_resets *resets, int64_t at_ns)
{
    return at_ns - resets->last_ns <= KNOWLEDGE_RESETS_NS
           && resets->last_ns - at_ns <= KNOWLEDGE_RESETS_NS;
}

/* Where one of the names is served to this client, the resets are not about names. */
void knowledge_note_taken(const struct knowledge *knowledge, struct known_client *client,
                          const struct facts *facts)
{
    struct known_resets *resets = &client->rare->failures.resets;

    if (client->failed.count == 0 || resets->server_count == 0)
        return;
    if (parts_have(resets->names, resets->name_count,
                   part_of(knowledge_hash_name(knowledge, facts))))
        *resets = (struct known_resets){0};
    else if (parts_have(resets->servers, resets->server_count,
                        part_of(knowledge_hash_peer(knowledge, facts))))
        resets->other_name_taken = true;
}

void knowledge_note_reset(const struct knowledge *knowledge, struct known_client *client,
                          const struct known_name *name, const struct facts *facts)
{
    struct known_resets *resets = &client->rare->failures.resets;
    uint64_t server = knowledge_hash_peer(knowledge, facts);
    int64_t at_ns = facts->connection->last.time_ns;

    if (!is_reset_at_name(facts) || name->hellos.accepted.count > 0)
        return;
    if (!is_near(resets, at_ns))
        *resets = (struct known_resets){0};
    resets->last_ns = at_ns;
    resets->other_name_taken |= sketch_has_early(&client->servers, server);
    add_part(resets->servers, &resets->server_count, part_of(server));
    add_part(resets->names, &resets->name_count, part_of(knowledge_hash_name(knowledge, facts)));
}

/* Beyond the first few nobody knows which servers and names they were of. */
const struct known_resets *knowledge_find_resets(const struct knowledge *knowledge,
                                                 const struct known *known,
                                                 const struct facts *facts)
{
    const struct known_resets *resets;

    if (known->client == NULL || known->client->failed.count == 0 || known->name == NULL
        || known->name->hellos.accepted.count > 0 || !is_reset_at_name(facts))
        return NULL;
    resets = &known->client->rare->failures.resets;
    return is_near(resets, facts->connection->last.time_ns)
                   && parts_have(resets->servers, resets->server_count,
                                 part_of(knowledge_hash_peer(knowledge, facts)))
                   && parts_have(resets->names, resets->name_count,
                                 part_of(knowledge_hash_name(knowledge, facts)))
               ? resets
               : NULL;
}

/* --- attempts --- */

static void put_retry_key(const struct knowledge *knowledge, uint8_t *key,
                          const struct facts *facts)
{
    const struct address *client = &facts->connection->endpoint[SIDE_CLIENT].address;

    memcpy(key, client->octets, sizeof(client->octets));
    knowledge_put_peer_key(knowledge, key + sizeof(client->octets), facts);
}

static struct known_hello hello_of(const struct knowledge *knowledge, const struct facts *facts,
                                   const struct knowledge_parties *parties)
{
    bool has_alpn = facts->client_extensions.alpn.protocols.len > 0;
    uint64_t kind = knowledge_kind_of_hello(knowledge, facts);
    struct known_hello hello = {
        .began_ns = facts->connection->first.time_ns,
        .version_max = facts->offer.version_max,
        .octets = knowledge_hello_octets(facts),
        .asked = parties->name_expected,
        .but_alpn = part_of(has_alpn ? knowledge_kind_but_alpn(knowledge, facts) : kind),
        .kind = kind,
    };
    struct bytes extensions = facts->client_hello.extensions;
    struct extension extension;

    while (extension_next(&extensions, &extension))
        if (!tls_is_grease(extension.type))
            hello.extensions++;
    return hello;
}

/* One that succeeded says more than one that did not, and the first of its kind more than
 * others. */
static void note_next(struct known_attempt *attempt, const struct known_hello *next,
                      bool is_established)
{
    int64_t apart_ns = next->began_ns - attempt->hello.began_ns;

    if (apart_ns <= 0 || apart_ns > KNOWLEDGE_RETRY_NS || attempt->next_established
        || next->kind == attempt->hello.kind || (attempt->next.began_ns != 0 && !is_established))
        return;
    attempt->next = *next;
    attempt->next_established = is_established;
}

/* The same hello again, and a handshake with a certificate: clients that race several connections
 * drop all but one (RFC 8305 section 5), most often that one's server's. */
static void note_taken(struct known_attempt *attempt, const struct known_hello *taken)
{
    attempt->is_taken |=
        taken->kind == attempt->hello.kind && taken->asked == attempt->hello.asked
        && times_are_within(KNOWLEDGE_RETRY_NS, taken->began_ns, attempt->hello.began_ns);
}

/* Of hellos longer than one segment the length is in question before all else, and of those that
 * do better the highest version; of others the first tells most. */
static bool is_better(const struct known_short_hello *one, const struct known_short_hello *other,
                      bool is_split)
{
    if (is_split && one->version_max != other->version_max)
        return one->version_max > other->version_max;
    return one->began_ns < other->began_ns;
}

static bool is_other(const struct known_short_hello *one, const struct known_hello *hello,
                     bool is_split)
{
    if (is_split)
        return one->octets < hello->octets;
    return one->kind != 0 && hello->kind != 0 && one->kind != hello->kind;
}

/* The best that a client got with another hello, of one segment, soon after this one: a shorter one
 * than a split one, or else one of another kind. NULL: nothing. */
static const struct known_short_hello *find_short(const struct known_server *server,
                                                  const struct known_hello *hello, bool is_split,
                                                  uint32_t client)
{
    const struct known_short_hello *best = NULL;

    for (size_t i = 0; i < KNOWLEDGE_SHORT_HELLOS; i++) {
        const struct known_short_hello *other = &server->short_hellos[i];
        int64_t apart_ns = other->began_ns - hello->began_ns;

        if (other->client != client || apart_ns <= 0 || apart_ns > KNOWLEDGE_RETRY_NS
            || !is_other(other, hello, is_split))
            continue;
        if (best == NULL || is_better(other, best, is_split))
            best = other;
    }
    return best;
}

/* That a connection failed is learned some seconds after its end, and what succeeded meanwhile was
 * learned before: programs fall back at once. How many extensions that had is not known. */
static void note_short(struct known_attempt *attempt, const struct known_server *server,
                       bool is_split, uint64_t client_hash)
{
    const struct known_short_hello *found =
        find_short(server, &attempt->hello, is_split, part_of(client_hash));

    if (found == NULL)
        return;
    attempt->next = (struct known_hello){
        .began_ns = found->began_ns,
        .version_max = found->version_max,
        .extensions = attempt->hello.extensions,
        .octets = found->octets,
        .kind = 0,
    };
    attempt->next_established = true;
}

/* The attempt of this connection, which failed. */
static void note_failed(struct known_retry *retry, const struct known_server *server,
                        const struct known_client *client, const struct known_hello *hello,
                        bool is_split, uint64_t client_hash)
{
    struct known_attempt *attempt = &retry->attempts[retry->total++ % KNOWLEDGE_ATTEMPTS_MAX];

    *attempt = (struct known_attempt){
        .hello = *hello,
        .is_taken =
            client != NULL && client->taken.asked == hello->asked
            && times_are_within(KNOWLEDGE_RETRY_NS, client->taken.began_ns, hello->began_ns),
    };
    note_short(attempt, server, is_split, client_hash);
}

static void note_oddity(const struct knowledge *knowledge, struct known_oddities *oddities,
                        const struct facts *facts)
{
    enum {
        HELLOS = 64,
        ASKED_FOR = 1U << SUSPECT_VERSION | 1U << SUSPECT_SUITES | 1U << SUSPECT_GROUPS
                    | 1U << SUSPECT_SCHEMES
    };
    int64_t began_ns = facts->connection->first.time_ns;

    if (!facts->client_hello_read || !offer_is_unusual(facts, ASKED_FOR))
        return;
    if (!times_are_within(KNOWLEDGE_ODDITIES_NS, oddities->since_ns, began_ns))
        *oddities = (struct known_oddities){.since_ns = began_ns};
    oddities->hellos |= UINT64_C(1) << knowledge_hash_offer(knowledge, facts) % HELLOS;
}

static uint8_t oddities_about(const struct known_oddities *oddities, int64_t began_ns)
{
    uint64_t hellos = oddities->hellos;
    uint8_t count = 0;

    if (!times_are_within(KNOWLEDGE_ODDITIES_NS, oddities->since_ns, began_ns))
        return 0;
    for (; hellos != 0; hellos &= hellos - 1)
        count++;
    return count;
}

void knowledge_learn_attempt(struct knowledge *knowledge, const struct known_server *server,
                             const struct known_client *client, const struct facts *facts,
                             const struct knowledge_parties *parties)
{
    bool is_failed = facts->outcome == OUTCOME_FAILED;
    uint8_t key[KNOWLEDGE_RETRY_KEY];
    struct known_retry *retry;
    struct known_hello hello;

    /* Most servers fail nobody. */
    if (!is_failed && (facts->outcome != OUTCOME_ESTABLISHED || server->failed.count == 0))
        return;
    put_retry_key(knowledge, key, facts);
    retry = is_failed ? knowledge_table_get(knowledge->retries, key)
                      : knowledge_table_find(knowledge->retries, key);
    if (retry == NULL)
        return;
    hello = hello_of(knowledge, facts, parties);
    for (size_t i = 0; i < retry->total && i < KNOWLEDGE_ATTEMPTS_MAX; i++) {
        note_next(&retry->attempts[i], &hello, !is_failed);
        if (!is_failed && !facts->resumed)
            note_taken(&retry->attempts[i], &hello);
    }
    if (!is_failed)
        return;
    note_failed(retry, server, client, &hello, knowledge_hello_is_split(facts),
                parties->client_hash);
    note_oddity(knowledge, &retry->oddities, facts);
}

bool known_attempt_differs_in_alpn(const struct known_attempt *attempt)
{
    return attempt->next.kind != 0 && attempt->next.but_alpn == attempt->hello.but_alpn
           && attempt->next.asked == attempt->hello.asked;
}

/* Without protocols the kind of all but them is the kind of all. */
bool known_attempt_drops_alpn(const struct known_attempt *attempt)
{
    return attempt->next.kind != 0 && attempt->next.but_alpn == part_of(attempt->next.kind)
           && attempt->hello.but_alpn != part_of(attempt->hello.kind)
           && attempt->next.asked == attempt->hello.asked;
}

void knowledge_find_attempt(struct knowledge *knowledge, const struct facts *facts,
                            struct known *known)
{
    uint8_t key[KNOWLEDGE_RETRY_KEY];
    const struct known_retry *retry;
    int64_t began_ns = facts->connection->first.time_ns;

    put_retry_key(knowledge, key, facts);
    retry = knowledge_table_find(knowledge->retries, key);
    if (retry == NULL)
        return;
    known->oddities = oddities_about(&retry->oddities, began_ns);
    for (size_t i = 0; i < retry->total && i < KNOWLEDGE_ATTEMPTS_MAX; i++)
        if (retry->attempts[i].hello.began_ns == began_ns)
            known->attempt = &retry->attempts[i];
}
