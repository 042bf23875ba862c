/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/known.h"

#include "analyze/causes/known_refusals.h"
#include "analyze/knowledge.h"

enum {
    KNOWN_MANY = 10, /* so many that the server is known well */
    KNOWN_AGAIN = 2, /* refusals of the same kind without an exception between: no accident */
    RESET_NAMES = 2  /* names that are reset: it is not about the one */
};

const struct known_server *known_server_of(const struct facts *facts)
{
    return facts->known != NULL && facts->client_hello_read ? facts->known->server : NULL;
}

bool known_name_is_served(const struct facts *facts)
{
    return facts->known != NULL && facts->known->name != NULL
           && facts->known->name->hellos.accepted.count > 0;
}

/* The server was up when it refused: it took up something later, or it refuses nobody else. */
static bool others_succeed(const struct facts *facts, const struct known_server *server,
                           const struct known_treatment *like)
{
    return server->hellos.accepted.last_ns > facts->connection->first.time_ns
           || server->hellos.refused.count <= like->refused.count;
}

/* A change of its configuration shows in refusals one after the other, while others succeed. */
enum known_says weigh_treatment(const struct facts *facts, const struct known_server *server,
                                const struct known_treatment *like)
{
    uint32_t others = server->hellos.accepted.count - like->accepted_then;

    if (like->accepted.last_ns > facts->connection->last.time_ns)
        return KNOWN_AGAINST;
    if (others < KNOWN_FEW || !others_succeed(facts, server, like)
        || known_refuses_by_chance(facts, server, like))
        return KNOWN_NOTHING;
    if (others >= KNOWN_MANY && like->refused_since >= KNOWN_AGAIN)
        return KNOWN_SURE;
    return like->accepted.count == 0 ? KNOWN_FOR : KNOWN_NOTHING;
}

static uint16_t highest_version(const struct known_server *server)
{
    uint16_t highest = 0;

    for (size_t i = 0; i < server->chosen[KNOWN_VERSIONS].count; i++) {
        uint16_t version = known_server_value(server, KNOWN_VERSIONS, i)->value;

        highest = version > highest ? version : highest;
    }
    return highest;
}

/* The server made so many choices, and all were of a higher version than this one. */
static bool chose_only_above(const struct known_server *server, uint16_t version, uint32_t least)
{
    const struct known_values *versions = &server->chosen[KNOWN_VERSIONS];
    uint32_t chosen = 0;

    for (size_t i = 0; i < versions->count; i++) {
        const struct known_value *value = known_server_value(server, KNOWN_VERSIONS, i);

        if (value->value <= version)
            return false;
        chosen += value->chosen.count;
    }
    return chosen >= least && !versions->incomplete;
}

bool known_chose_only_above(const struct facts *facts)
{
    const struct known_server *server = known_server_of(facts);

    return server != NULL && chose_only_above(server, facts->offer.version_max, 1);
}

bool known_client_takes_hello(const struct facts *facts)
{
    const struct known_server *server = known_server_of(facts);

    return server != NULL && facts->known->client_was_served
           && server->chosen[KNOWN_VERSIONS].count == 1
           && known_server_value(server, KNOWN_VERSIONS, 0)->value == facts->version;
}

/* A server that chooses less than its client's best has nothing better. */
static enum known_says weigh_minimum(const struct facts *facts, const struct known_server *server)
{
    if (!facts->offer.has_supported_versions || facts->offer.version_min <= highest_version(server))
        return KNOWN_NOTHING;
    if (server->chose_lower.count >= KNOWN_MANY)
        return KNOWN_SURE;
    return server->chose_lower.count >= KNOWN_FEW ? KNOWN_FOR : KNOWN_NOTHING;
}

/* Where nearly all clients have TLS 1.3 a server that takes TLS 1.2 as well chooses nothing else
 * either. It says something only of a client whose name is served. */
static enum known_says weigh_tls_1_2(const struct facts *facts, const struct known_server *server)
{
    const struct known_name *name = facts->known->name;
    enum known_says says = weigh_treatment(facts, server, &server->by_version[VERSION_CLASS_1_2]);

    if (says == KNOWN_AGAINST)
        return KNOWN_AGAINST;
    if (!chose_only_above(server, TLS_VERSION_1_2, 1) || name == NULL
        || name->hellos.accepted.count == 0)
        return KNOWN_NOTHING;
    return says >= KNOWN_FOR ? KNOWN_HINTS : KNOWN_NOTHING;
}

/* Versions that RFC 8996 deprecates: what a server does with them is seen only from clients that
 * offer no better. Their hellos are old in all else, too, so that it is never sure; nor is it where
 * one was taken up before, which may have been another client's. */
static enum known_says weigh_deprecated(const struct facts *facts,
                                        const struct known_server *server)
{
    const struct known_treatment *like =
        &server->by_version[version_class_of(facts->offer.version_max)];
    enum known_says says = weigh_treatment(facts, server, like);

    if (says == KNOWN_NOTHING && like->accepted.count == 0
        && chose_only_above(server, facts->offer.version_max, KNOWN_FEW))
        return KNOWN_HINTS;
    return says == KNOWN_SURE ? KNOWN_FOR : says;
}

/* Compare a list of the offer with what the server chose: nothing in common speaks for a suspect,
 * what was chosen later against it. */
static enum known_says weigh_values(const struct facts *facts, const struct known_server *server,
                                    enum known_choice choice, struct bytes list,
                                    bool (*counts)(const struct facts *, uint16_t))
{
    const struct known_values *values = &server->chosen[choice];
    uint32_t chosen = 0;
    bool is_shared = false;

    for (size_t i = 0; i < values->count; i++) {
        const struct known_value *value = known_server_value(server, choice, i);

        if (counts != NULL && !counts(facts, value->value))
            continue;
        chosen += value->chosen.count;
        if (!list_u16_contains(list, value->value))
            continue;
        if (value->chosen.last_ns > facts->connection->last.time_ns)
            return KNOWN_AGAINST;
        is_shared = true;
    }
    return !is_shared && !values->incomplete && chosen >= KNOWN_FEW ? KNOWN_FOR : KNOWN_NOTHING;
}

/* The server chose one of these versions later, and never less than TLS 1.3 for the many who have
 * that: no host behind its address is without. */
static bool has_version(const struct facts *facts, const struct known_server *server)
{
    struct bytes versions = facts->client_extensions.supported_versions.versions;

    return server->by_version[VERSION_CLASS_1_3].accepted.count >= KNOWN_MANY
           && server->chose_lower.count == 0
           && weigh_values(facts, server, KNOWN_VERSIONS, versions, NULL) == KNOWN_AGAINST;
}

/* Servers that refuse versions which RFC 8996 deprecates are the rule; those that refuse TLS 1.2
 * are not. */
static enum known_says weigh_version(const struct facts *facts, const struct known_server *server)
{
    enum version_class class = version_class_of(facts->offer.version_max);
    enum known_says says;

    if (class <= VERSION_CLASS_1_1)
        return weigh_deprecated(facts, server);
    if (has_version(facts, server))
        return KNOWN_AGAINST;
    if (known_refuses_tls_1_3(facts))
        return KNOWN_HINTS;
    says = weigh_minimum(facts, server);
    return says == KNOWN_NOTHING && class == VERSION_CLASS_1_2 ? weigh_tls_1_2(facts, server)
                                                               : says;
}

/* A suite counts when the client offers a version that has it. */
static bool suite_counts(const struct facts *facts, uint16_t value)
{
    const struct suite *suite = suite_find(value);

    if (suite == NULL)
        return false;
    return suite->minimum_version >= TLS_VERSION_1_3 ? facts->offer.version_max >= TLS_VERSION_1_3
                                                     : facts->offer.version_min < TLS_VERSION_1_3;
}

static enum known_says weigh_suites(const struct facts *facts, const struct known_server *server)
{
    return weigh_values(facts, server, KNOWN_SUITES, facts->client_hello.cipher_suites,
                        suite_counts);
}

/* Nearly every client has one of these, and a server that has one too chooses it. */
static bool is_common_group(uint16_t group)
{
    static const uint16_t common[] = {
        23,     /* secp256r1 */
        29,     /* x25519 */
        0x11eb, /* SecP256r1MLKEM768 */
        0x11ec, /* X25519MLKEM768 */
        0x6399, /* X25519Kyber768Draft00 */
    };

    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
        if (common[i] == group)
            return true;
    return false;
}

static bool chose_common_group(const struct known_server *server)
{
    for (size_t i = 0; i < server->chosen[KNOWN_GROUPS].count; i++)
        if (is_common_group(known_server_value(server, KNOWN_GROUPS, i)->value))
            return true;
    return false;
}

/* A server that always chose other groups than the common ones has none of those, or none that it
 * takes: a client that offers nothing else finds none. */
static enum known_says weigh_groups(const struct facts *facts, const struct known_server *server)
{
    const struct extension_list *groups = &facts->client_extensions.supported_groups;
    enum known_says says = weigh_values(facts, server, KNOWN_GROUPS, groups->list, NULL);

    return says == KNOWN_FOR && groups->state == EXTENSION_WELL_FORMED && facts->offer.suites_ecdhe
                   && !chose_common_group(server)
               ? KNOWN_SURE
               : says;
}

bool known_lacks_choice(const struct facts *facts, const struct known_server *server)
{
    return weigh_suites(facts, server) >= KNOWN_FOR || weigh_groups(facts, server) == KNOWN_SURE;
}

/* A list without SHA-1 speaks against certificates that are signed with it, too, unless there is
 * another list for them (RFC 8446 section 4.2.3). Servers that go by it refuse the client where
 * they have nothing else (RFC 5246 section 7.4.2). */
static bool chain_is_excluded(const struct facts *facts)
{
    enum { HASH_SHA1 = 2, OCTET = 8 };
    const struct known_name *name = facts->known->name;
    const struct hello_extensions *extensions = &facts->client_extensions;
    const struct extension_list *schemes =
        extensions->signature_algorithms_cert.state == EXTENSION_WELL_FORMED
            ? &extensions->signature_algorithms_cert
            : &extensions->signature_algorithms;
    struct bytes list = schemes->list;
    uint16_t scheme;

    if (name == NULL || !name->certificate.known || (name->certificate.weakness & WEAK_SHA1) == 0
        || schemes->state != EXTENSION_WELL_FORMED)
        return false;
    while (list_u16_next(&list, &scheme))
        if (scheme >> OCTET == HASH_SHA1)
            return false;
    return true;
}

static enum known_says weigh_schemes(const struct facts *facts, const struct known_server *server)
{
    enum known_says says = weigh_values(facts, server, KNOWN_SCHEMES,
                                        facts->client_extensions.signature_algorithms.list, NULL);

    return says < KNOWN_HINTS && chain_is_excluded(facts) ? KNOWN_HINTS : says;
}

/* Whatever failed here is of one client, which the server is not known to have taken up once: a ban
 * or a limit of that address looks the same as what its hellos are like. */
static bool only_a_stranger_fails(const struct known_server *server)
{
    const struct sketch_first *failed;

    if (server->failed.count == 0)
        return false;
    failed = &server->rare->failed_clients.first;
    return failed->count == 1 && sketch_common_early(&server->clients.first, failed) == 0;
}

/* A server that answers with an alert is up, whomever else it refuses. */
static enum known_says weigh_naming(const struct facts *facts, const struct known_server *server,
                                    const struct known_treatment *like)
{
    enum known_says says = weigh_treatment(facts, server, like);

    return says == KNOWN_NOTHING && like->accepted.count == 0
                   && server->hellos.accepted.count >= KNOWN_FEW
                   && facts->refusal.kind == REFUSAL_ALERT
                   && !known_refuses_by_chance(facts, server, like)
               ? KNOWN_HINTS
               : says;
}

/* The name is not all that is left where it may be who sends it. */
static enum known_says weigh_naming_of_many(const struct facts *facts,
                                            const struct known_server *server,
                                            const struct known_treatment *like)
{
    enum known_says says = weigh_naming(facts, server, like);

    return says == KNOWN_SURE && only_a_stranger_fails(server) ? KNOWN_FOR : says;
}

static enum known_says weigh_no_name(const struct facts *facts, const struct known_server *server)
{
    if (facts->client_extensions.server_name.state != EXTENSION_ABSENT
        || server->with_name.accepted.count < KNOWN_FEW)
        return KNOWN_NOTHING;
    return weigh_naming_of_many(facts, server, &server->without_name);
}

static enum known_says weigh_name(const struct facts *facts, const struct known_server *server)
{
    const struct known_name *name = facts->known->name;

    if (facts->client_extensions.server_name.state != EXTENSION_WELL_FORMED || name == NULL
        || server->names_accepted == 0)
        return KNOWN_NOTHING;
    /* A RST may as well come from a device on the way that looks at names. */
    if (facts->refusal.kind != REFUSAL_RST && known_goes_by_name(facts))
        return KNOWN_SURE;
    return weigh_naming_of_many(facts, server, &name->hellos);
}

/* A version that the server chose once is one that it has. Where it ends hellos without the mark in
 * the same way, the first attempt may have failed for what fails the second. */
static enum known_says weigh_fallback(const struct facts *facts, const struct known_server *server)
{
    return facts->offer.fallback_scsv && highest_version(server) > facts->offer.version_max
                   && known_ordinary_refusals(server, facts) == 0
               ? KNOWN_FOR
               : KNOWN_NOTHING;
}

enum known_says known_about(const struct facts *facts, enum suspect suspect)
{
    static enum known_says (*const weighers[SUSPECTS])(const struct facts *facts,
                                                       const struct known_server *server) = {
        [SUSPECT_VERSION] = weigh_version,   [SUSPECT_SUITES] = weigh_suites,
        [SUSPECT_GROUPS] = weigh_groups,     [SUSPECT_SCHEMES] = weigh_schemes,
        [SUSPECT_NO_NAME] = weigh_no_name,   [SUSPECT_NAME] = weigh_name,
        [SUSPECT_MASTER_SECRET] = NULL, /* whether others had it is not kept */
        [SUSPECT_FALLBACK] = weigh_fallback,
    };
    const struct known_server *server = known_server_of(facts);

    if (server == NULL || weighers[suspect] == NULL)
        return KNOWN_NOTHING;
    return weighers[suspect](facts, server);
}

bool known_resets_follow_names(const struct facts *facts)
{
    const struct known_resets *resets = facts->known != NULL ? facts->known->resets : NULL;

    return resets != NULL && resets->server_count >= KNOWN_FEW && resets->name_count >= RESET_NAMES
           && resets->other_name_taken;
}
