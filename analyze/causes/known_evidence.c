/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_evidence.c -- what is known from other connections, in words. */
#include "analyze/causes/known.h"
#include "analyze/causes/known_refusals.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"
#include "capture/time_unit.h"
#include "dissect/names.h"

enum { NAMES_SHOWN = 6 /* code points in one line */ };

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

static void describe_schemes(const struct facts *facts, const struct known_server *server,
                             struct text *text)
{
    if (known_about(facts, SUSPECT_SCHEMES) == KNOWN_HINTS)
        text_add(text, "the certificates that this server has for the name are signed with "
                       "SHA-1, which the client does not list");
    else
        describe_values(server, KNOWN_SCHEMES, "signed with", names_signature_scheme, text);
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
    struct text text;

    if (known_about(facts, suspect) < KNOWN_HINTS)
        return;
    text = evidence_begin(evidence, "server_known", (struct moment){0});
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
        describe_schemes(facts, server, &text);
        break;
    case SUSPECT_NO_NAME:
        text_add(&text, "this server has taken up %u hellos with a server name and %u without",
                 server->with_name.accepted.count, server->without_name.accepted.count);
        break;
    case SUSPECT_NAME:
        describe_names(server, facts->known->name, &text);
        break;
    case SUSPECT_MASTER_SECRET: /* never known, as known_about() says */
    case SUSPECTS:
        break;
    }
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
    struct text text;

    if (server == NULL || server->established.count == 0)
        return;
    text = evidence_begin(evidence, "server_known", (struct moment){0});
    text_add(&text, "%u handshake%s with this server succeeded, the last at ",
             server->established.count, server->established.count == 1 ? "" : "s");
    text_add_time(&text, server->established.last_ns);
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
    struct text text;

    if (failed + reached - both < 2)
        return;
    text = evidence_begin(evidence, "client_known", (struct moment){0});
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
    struct text text;
    int64_t apart_ms;

    if (attempt->next.began_ns == 0)
        return;
    apart_ms = (attempt->next.began_ns - attempt->hello.began_ns) / MILLISECOND_NS;
    text = evidence_begin(evidence, "client_retry", (struct moment){0});
    text_add(&text, "%lld ms after it began the same client tried again", (long long)apart_ms);
    add_difference(&text, attempt);
    text_add(&text, attempt->next_established ? ", and succeeded" : ", and failed too");
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
