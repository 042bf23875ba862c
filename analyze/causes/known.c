/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/known.h"

#include "analyze/causes/known_refusals.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"
#include "capture/time_unit.h"
#include "dissect/names.h"

enum {
    KNOWN_MANY = 10, /* so many that the server is known well */
    KNOWN_AGAIN = 2, /* refusals of the same kind without an exception between: no accident */
    RESET_NAMES = 2, /* names that are reset: it is not about the one */
    NAMES_SHOWN = 6  /* code points in one line */
};

const struct known_server *known_server_of(const struct facts *facts)
{
    return facts->known != NULL && facts->client_hello_read ? facts->known->server : NULL;
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
 * offer no better. */
static enum known_says weigh_deprecated(const struct facts *facts,
                                        const struct known_server *server)
{
    const struct known_treatment *like =
        &server->by_version[version_class_of(facts->offer.version_max)];
    enum known_says says = weigh_treatment(facts, server, like);

    return says == KNOWN_NOTHING && like->accepted.count == 0
                   && chose_only_above(server, facts->offer.version_max, KNOWN_FEW)
               ? KNOWN_HINTS
               : says;
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
static bool known_chain_is_excluded(const struct facts *facts)
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

    return says < KNOWN_HINTS && known_chain_is_excluded(facts) ? KNOWN_HINTS : says;
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

static enum known_says weigh_no_name(const struct facts *facts, const struct known_server *server)
{
    if (facts->client_extensions.server_name.state != EXTENSION_ABSENT
        || server->with_name.accepted.count < KNOWN_FEW)
        return KNOWN_NOTHING;
    return weigh_naming(facts, server, &server->without_name);
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
    return weigh_naming(facts, server, &name->hellos);
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

/* "TLS 1.2, TLS 1.3" */
static void add_values(struct text *text, const struct known_server *server,
                       enum known_choice choice, const char *(*name)(uint16_t))
{
    const struct known_values *values = &server->chosen[choice];
    char hex[NAMES_HEX_SIZE];

    for (size_t i = 0; i < values->count && i < NAMES_SHOWN; i++) {
        uint16_t value = known_server_value(server, choice, i)->value;

        text_add(text, "%s%s", i > 0 ? ", " : "",
                 names_or_hex(hex, sizeof(hex), name(value), value, 4));
    }
    if (values->count > NAMES_SHOWN || values->incomplete)
        text_add(text, " and others");
}

/* " (214 connections, about 37 clients)" */
static void add_numbers(struct text *text, const struct known_server *server)
{
    uint32_t clients = known_clients_of(server);

    text_add(text, " (%u connection%s, %s%u client%s)", server->hellos.accepted.count,
             server->hellos.accepted.count == 1 ? "" : "s",
             clients > SKETCH_EXACT_MAX ? "about " : "", clients, clients == 1 ? "" : "s");
}

static void describe_values(const struct known_server *server, enum known_choice choice,
                            const char *what, const char *(*name)(uint16_t), struct text *text)
{
    text_add(text, "this server has %s only ", what);
    add_values(text, server, choice, name);
    add_numbers(text, server);
}

/* A version that the server took up until it was changed is no contradiction. */
static void describe_versions(const struct facts *facts, const struct known_server *server,
                              struct text *text)
{
    enum version_class class = version_class_of(facts->offer.version_max);
    const struct known_treatment *like = &server->by_version[class];
    uint32_t others = server->hellos.accepted.count - like->accepted_then;

    if (class > VERSION_CLASS_1_1 || like->accepted.count == 0) {
        describe_values(server, KNOWN_VERSIONS, "accepted", names_version, text);
        return;
    }
    text_add(text, "this server took up an offer of this version at ");
    text_add_time(text, like->accepted.last_ns);
    text_add(text, " for the last time; since then it refused %u of them and took up %u others",
             like->refused_since, others);
}

static void describe_names(const struct known_server *server, const struct known_name *name,
                           struct text *text)
{
    text_add(text, "this server has taken up %u hello%s for %u other name%s, the last %s, and ",
             server->with_name.accepted.count, server->with_name.accepted.count == 1 ? "" : "s",
             server->names_accepted, server->names_accepted == 1 ? "" : "s", server->name);
    if (name == NULL || name->hellos.accepted.count == 0)
        text_add(text, "none for this one");
    else
        text_add(text, "none for this one since ");
    if (name != NULL && name->hellos.accepted.count > 0)
        text_add_time(text, name->hellos.accepted.last_ns);
}

void describe_known(const struct facts *facts, enum suspect suspect, struct evidence *evidence)
{
    const struct known_server *server = known_server_of(facts);
    char line[EVIDENCE_TEXT_MAX];
    struct text text = text_begin(line, sizeof(line));

    if (known_about(facts, suspect) < KNOWN_HINTS)
        return;
    switch (suspect) {
    case SUSPECT_VERSION:
        describe_versions(facts, server, &text);
        break;
    case SUSPECT_FALLBACK:
        describe_values(server, KNOWN_VERSIONS, "accepted", names_version, &text);
        break;
    case SUSPECT_SUITES:
        describe_values(server, KNOWN_SUITES, "chosen", names_cipher_suite, &text);
        break;
    case SUSPECT_GROUPS:
        describe_values(server, KNOWN_GROUPS, "chosen", names_group, &text);
        break;
    case SUSPECT_SCHEMES:
        if (known_about(facts, suspect) == KNOWN_HINTS)
            text_add(&text, "the certificates that this server has for the name are signed with "
                            "SHA-1, which the client does not list");
        else
            describe_values(server, KNOWN_SCHEMES, "signed with", names_signature_scheme, &text);
        break;
    case SUSPECT_NO_NAME:
        text_add(&text, "this server has taken up %u hellos with a server name and %u without",
                 server->with_name.accepted.count, server->without_name.accepted.count);
        break;
    case SUSPECT_NAME:
        describe_names(server, facts->known->name, &text);
        break;
    case SUSPECT_MASTER_SECRET:
    case SUSPECTS:
        return;
    }
    evidence_add(evidence, "server_known", (struct moment){0}, "%s", line);
}

void describe_known_resets(const struct facts *facts, struct evidence *evidence)
{
    const struct known_resets *resets;

    if (!known_resets_follow_names(facts))
        return;
    resets = facts->known->resets;
    evidence_add(
        evidence, "resets_follow_names", (struct moment){0},
        "%u servers%s reset this client after hellos for %u names%s that nobody serves it, "
        "and one of them takes up its hello for another name: the RSTs may come from what "
        "is between and looks at names",
        resets->server_count, resets->server_count == KNOWLEDGE_RESETS_MAX ? " or more" : "",
        resets->name_count, resets->name_count == KNOWLEDGE_RESETS_MAX ? " or more" : "");
}

void describe_known_life(const struct facts *facts, struct evidence *evidence)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;
    char line[EVIDENCE_TEXT_MAX];
    struct text text = text_begin(line, sizeof(line));

    if (server == NULL || server->established.count == 0)
        return;
    text_add(&text, "%u handshake%s with this server succeeded, the last at ",
             server->established.count, server->established.count == 1 ? "" : "s");
    text_add_time(&text, server->established.last_ns);
    evidence_add(evidence, "server_known", (struct moment){0}, "%s", line);
}

/* The client fails at several servers: where it succeeds too, it is not the client as such. Other
 * programs of its host are other clients. */
static void describe_client(const struct known_client *client, struct evidence *evidence)
{
    bool has_failed = client->failed.count > 0;
    uint32_t failed = has_failed ? sketch_count(&client->rare->failures.servers) : 0;
    uint32_t reached = sketch_count_apart(&client->servers, &client->rare->servers);
    uint32_t both =
        has_failed ? sketch_common_early(&client->servers, &client->rare->failures.servers.first)
                   : 0;
    char line[EVIDENCE_TEXT_MAX];
    struct text text = text_begin(line, sizeof(line));

    if (failed + reached - both < 2)
        return;
    if (reached == 0) {
        text_add(&text,
                 "this client, with this kind of hello, fails at every server that it tries: "
                 "%u of %u",
                 failed, failed);
    } else {
        text_add(&text,
                 "this client, with this kind of hello, succeeds at %u server%s and fails at %u",
                 reached, reached == 1 ? "" : "s", failed);
        if (both > 0)
            text_add(&text, "; at %u it does both", both);
    }
    evidence_add(evidence, "client_known", (struct moment){0}, "%s", line);
}

/* "with TLS 1.2 at most instead of TLS 1.3, without 2 extensions, with 300 octets instead of
 * 1700" */
static void add_difference(struct text *text, const struct known_attempt *attempt)
{
    const struct known_hello *first = &attempt->hello;
    const struct known_hello *next = &attempt->next;
    char hex[2][NAMES_HEX_SIZE];
    size_t before = text->length;

    if (next->version_max < first->version_max)
        text_add(text, ", with %s at most instead of %s",
                 names_or_hex(hex[0], sizeof(hex[0]), names_version(next->version_max),
                              next->version_max, 4),
                 names_or_hex(hex[1], sizeof(hex[1]), names_version(first->version_max),
                              first->version_max, 4));
    if (next->extensions < first->extensions)
        text_add(text, ", with %u extensions instead of %u", next->extensions, first->extensions);
    if (next->octets != 0 && next->octets < first->octets)
        text_add(text, ", with a hello of %u octets instead of %u", next->octets, first->octets);
    if (known_attempt_differs_in_alpn(attempt))
        text_add(text, ", with a change of its application protocols (ALPN) alone");
    if (text->length == before)
        text_add(text, ", with another hello");
}

/* What a client falls back to tells what it thinks was refused; that it succeeds with it, that this
 * was. */
static void describe_attempt(const struct known_attempt *attempt, struct evidence *evidence)
{
    char line[EVIDENCE_TEXT_MAX];
    struct text text = text_begin(line, sizeof(line));
    int64_t apart_ms;

    if (attempt->next.began_ns == 0)
        return;
    apart_ms = (attempt->next.began_ns - attempt->hello.began_ns) / MILLISECOND_NS;
    text_add(&text, "%lld ms after it began the same client tried again", (long long)apart_ms);
    add_difference(&text, attempt);
    text_add(&text, attempt->next_established ? ", and succeeded" : ", and failed too");
    evidence_add(evidence, "client_retry", (struct moment){0}, "%s", line);
}

/* An alert that this server sends to what is like this offer, or to other offers alone. */
static void describe_alert(const struct facts *facts, const struct known_server *server,
                           struct evidence *evidence)
{
    char hex[3][NAMES_HEX_SIZE];

    for (size_t i = 0; i < server->alert_count; i++) {
        const struct known_alert *alert = &server->rare->alerts[i];

        if (!facts_server_refused_hello(facts)
            || !facts_alert(facts, SIDE_SERVER, alert->description)
            || alert->sent.count < KNOWN_FEW)
            continue;
        evidence_add(
            evidence, "server_known", (struct moment){0},
            "this server answered %u hellos with %s: they offered from %s to %s at most; without a "
            "server name: %u, longer than one segment: %u",
            alert->sent.count,
            names_or_hex(hex[0], sizeof(hex[0]), names_alert(alert->description),
                         alert->description, 2),
            names_or_hex(hex[1], sizeof(hex[1]), names_version(alert->version_lowest),
                         alert->version_lowest, 4),
            names_or_hex(hex[2], sizeof(hex[2]), names_version(alert->version_highest),
                         alert->version_highest, 4),
            alert->nameless, alert->split);
    }
}

static void describe_clients(const struct known_server *server, struct evidence *evidence)
{
    uint32_t failed = server->failed.count > 0 ? sketch_count(&server->rare->failed_clients) : 0;

    if (failed < 2 || server->established.count > 0)
        return;
    evidence_add(evidence, "server_known", (struct moment){0},
                 "no handshake with this server succeeds: %s%u clients fail",
                 failed > SKETCH_EXACT_MAX ? "about " : "", failed);
}

void describe_known_sides(const struct facts *facts, struct evidence *evidence)
{
    if (facts->known == NULL)
        return;
    if (facts->known->server != NULL)
        describe_clients(facts->known->server, evidence);
    if (facts->known->attempt != NULL)
        describe_attempt(facts->known->attempt, evidence);
    if (facts->known->server != NULL)
        describe_alert(facts, facts->known->server, evidence);
    describe_known_refusals(facts, evidence);
    if (facts->known->client != NULL)
        describe_client(facts->known->client, evidence);
}
