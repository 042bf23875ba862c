/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/known_refusals.h"

#include "analyze/causes/known.h"
#include "analyze/causes/refused_hello.h"
#include "analyze/text.h"
#include "capture/time_unit.h"

enum {
    ORDINARY_FEW = 3, /* ordinary hellos refused: each may have a reason of its own, but not all */
    REFUSED_FEW = 3,  /* hellos of one kind refused, none taken up: chance is no explanation */
    RETURNS_FEW = 2,  /* names refused and taken up later: one may have been put right */
    MIXED_SHARE = 10, /* of so many refusals one may have another reason than the name */
    REFUSALS_MAX = 64 /* that are drawn: more only make chance less likely */
};

/* What comes by chance so often is no accident. Many names and hellos are looked at. */
static const double coincidence = 0.01;

/* What a server took so shortly before it still takes: configurations change seldom. */
#define TAKEN_BEFORE_NS (60 * SECOND_NS)

bool known_refuses_everybody(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;

    return server != NULL && server->hellos.accepted.count == 0 && facts_server_refused_hello(facts)
           && known_ordinary_refusals(server, facts) >= ORDINARY_FEW;
}

/* NULL: there is no such run. */
static const struct known_run *run_of(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;
    const struct known_run *run;

    if (!known_speaks_tls(server) || !facts_server_refused_hello(facts))
        return NULL;
    run = known_run_of(server, facts);
    return run != NULL && run->usual >= ORDINARY_FEW ? run : NULL;
}

bool known_refuses_since(const struct facts *facts)
{
    return run_of(facts) != NULL;
}

/* Of the hellos for names that were seen before, the share that came after a refusal: where every
 * hello is refused with the same probability, that is it. */
static double share_of_returns(const struct known_server *server, const struct known_return *of)
{
    uint32_t repeats = known_repeats(server) - server->repeats_before;

    for (size_t i = 0; i < server->return_count; i++)
        repeats += server->rare->returns[i].first;
    return of->count < repeats ? (double)of->count / repeats : 1;
}

bool known_refuses_by_chance(const struct facts *facts, const struct known_server *server,
                             const struct known_treatment *like)
{
    const struct known_return *returns = known_return_of(server, facts);
    double expected; /* names, or hellos, that begin as many refusals by chance */
    double share;

    if (returns == NULL || returns->count < RETURNS_FEW)
        return false;
    share = share_of_returns(server, returns);
    expected = share
               * (like->accepted.count == 0 ? server->names_accepted + 1.0
                                            : server->hellos.accepted.count);
    for (uint32_t i = 1; i < like->refused_since && i < REFUSALS_MAX; i++)
        expected *= share;
    return expected > coincidence;
}

bool known_refuses_tls_1_3(const struct facts *facts)
{
    const struct known_server *server = known_server_of(facts);
    const struct known_treatment *like;

    if (server == NULL || !facts_server_refused_hello(facts)
        || facts->offer.version_max < TLS_VERSION_1_3
        || facts->offer.version_min >= TLS_VERSION_1_3)
        return false;
    like = &server->by_version[VERSION_CLASS_1_3];
    return like->accepted.count == 0 && like->refused.count >= REFUSED_FEW
           && weigh_treatment(facts, server, like) >= KNOWN_FOR;
}

/* NULL: there are no such hellos, or they may have failed by chance or in one outage. */
static const struct known_trait *trait_of(const struct facts *facts, enum hello_trait trait)
{
    const struct known_server *server = known_server_of(facts);
    const struct known_trait *known = server != NULL ? known_trait_of(server, facts, trait) : NULL;

    return known != NULL && known->refused >= REFUSED_FEW && known->returns >= RETURNS_FEW
                   && !known_may_be_chance(known->refused,
                                           server->hellos.refused.count - known->refused,
                                           server->hellos.accepted.count)
               ? known
               : NULL;
}

bool known_refuses_trait(const struct facts *facts, enum hello_trait trait)
{
    const struct known_trait *known = trait_of(facts, trait);
    enum version_class class = version_class_of(facts->offer.version_max);

    /* Who answers with an alert has read the hello, however long it is. */
    return known != NULL && (trait != HELLO_TRAIT_LENGTH || known->kind != REFUSAL_ALERT)
           && facts->known->server->by_version[class].accepted.count > 0
           && refused_offer_is_usual(facts);
}

/* NULL: there are no such hellos, or they may have failed by chance, in one outage, or for who sent
 * them. */
static const struct known_names *names_of(const struct facts *facts)
{
    const struct known *known = facts->known;
    const struct known_server *server = known_server_of(facts);
    const struct known_names *names;

    if (server == NULL || known == NULL || !known->client_was_served || known->name == NULL
        || known->name->hellos.accepted.count > 0 || facts_names_no_server(facts))
        return NULL;
    names = known_names_of(server, facts);
    return names != NULL && names->refused.refused >= REFUSED_FEW
                   && names->refused.returns >= RETURNS_FEW
                   && names->mixed <= names->refused.refused / MIXED_SHARE
                   && !known_may_be_chance(names->refused.refused, names->mixed,
                                           known_repeats(server))
               ? names
               : NULL;
}

bool known_goes_by_name(const struct facts *facts)
{
    return names_of(facts) != NULL;
}

bool known_took_such(const struct facts *facts)
{
    return facts->known != NULL && facts->known->offer_taken_ns != 0
           && facts_server_refused_hello(facts)
           && facts->known->offer_taken_ns >= facts->connection->first.time_ns - TAKEN_BEFORE_NS;
}

/* NULL: nothing speaks for chance. */
static const struct known_return *returns_of(const struct facts *facts)
{
    const struct known *known = facts->known;

    return known != NULL && known_speaks_tls(known->server) && known->name != NULL
                   && facts_server_refused_hello(facts)
                   && known_refuses_by_chance(facts, known->server, &known->name->hellos)
               ? known_return_of(known->server, facts)
               : NULL;
}

static void describe_returns(const struct known_return *returns, struct evidence *evidence)
{
    evidence_add(evidence, "server_known", (struct moment){0},
                 "%u times this server took up a hello for a name for which it had refused one in "
                 "the same way, with nothing unusual: several servers behind this address, or a "
                 "limit, may refuse whatever the name is",
                 returns->count);
}

static void describe_everybody(const struct facts *facts, struct evidence *evidence)
{
    if (refused_hello_is_ordinary(facts))
        return;
    evidence_add(evidence, "server_known", (struct moment){0},
                 "this server refused %u hellos in which nothing is unusual in the same way, and "
                 "took up none of anybody",
                 known_ordinary_refusals(facts->known->server, facts));
}

static void describe_run(const struct known_server *server, const struct known_run *run,
                         struct evidence *evidence)
{
    uint32_t taken = server->hellos.accepted.count;
    struct text text = evidence_begin(evidence, "server_known", (struct moment){0});

    text_add(&text, "this server took up %u hello%s and refuses all in the same way since ", taken,
             taken == 1 ? "" : "s");
    text_add_time(&text, run->since_ns);
    text_add(&text,
             ", among them %u in which nothing is unusual: a ban of the client, a limit, a restart "
             "or another configuration",
             run->usual);
}

static void describe_taken(const struct facts *facts, struct evidence *evidence)
{
    struct text text = evidence_begin(evidence, "server_known", (struct moment){0});

    text_add(&text, "this server took up a hello that offers just the same, for the same name, in "
                    "a connection that began at ");
    text_add_time(&text, facts->known->offer_taken_ns);
    text_add(&text, ": several servers behind this address, or a limit, rather than what the "
                    "client offers");
}

static void describe_refused_version(const struct known_server *server, struct evidence *evidence)
{
    evidence_add(
        evidence, "server_known", (struct moment){0},
        "this server refused all %u hellos that offer TLS 1.3, and took up %u that do not: "
        "it, or a device on the way, may not understand that offer",
        server->by_version[VERSION_CLASS_1_3].refused.count, server->hellos.accepted.count);
}

static void describe_traits(const struct facts *facts, struct evidence *evidence)
{
    static const struct {
        const char *what;
        const char *doubt;
    } rows[HELLO_TRAITS] = {
        [HELLO_TRAIT_RESUMES] = {"that resume a session",
                                 "it may lack what it needs for that: a session ID context, or the "
                                 "key of the server that gave the ticket"},
        [HELLO_TRAIT_ECH] = {"with encrypted_client_hello(0xfe0d)",
                             "it, or a device on the way, may end what has that extension"},
        [HELLO_TRAIT_LENGTH] = {"whose record has 256 to 511 octets",
                                "it, or a device on the way, may hang at that length, as some do "
                                "(RFC 7685)"},
    };

    for (size_t i = 0; i < HELLO_TRAITS; i++) {
        const struct known_trait *known = trait_of(facts, (enum hello_trait)i);

        if (known != NULL && known_refuses_trait(facts, (enum hello_trait)i))
            evidence_add(
                evidence, "server_known", (struct moment){0},
                "of the hellos %s this server took up none, and ended %u like this one; it "
                "took up %u others meanwhile: %s",
                rows[i].what, known->refused, facts->known->server->hellos.accepted.count,
                rows[i].doubt);
    }
}

static void describe_names(const struct facts *facts, struct evidence *evidence)
{
    const struct known_server *server = facts->known->server;

    evidence_add(
        evidence, "goes_by_name", (struct moment){0},
        "hellos for names like this one, of which this server took up none, ended so again "
        "and again, %u times after the first; before, between and after them it took up "
        "%u for other names, of this client too: it, or a device on the way, goes by the "
        "name",
        names_of(facts)->refused.refused, server->with_name.accepted.count);
}

void describe_known_refusals(const struct facts *facts, struct evidence *evidence)
{
    const struct known_run *run = run_of(facts);
    const struct known_return *returns = returns_of(facts);

    if (known_goes_by_name(facts))
        describe_names(facts, evidence);
    if (known_refuses_tls_1_3(facts))
        describe_refused_version(facts->known->server, evidence);
    describe_traits(facts, evidence);
    if (known_refuses_everybody(facts))
        describe_everybody(facts, evidence);
    else if (run != NULL)
        describe_run(facts->known->server, run, evidence);
    else if (known_took_such(facts))
        describe_taken(facts, evidence);
    else if (returns != NULL)
        describe_returns(returns, evidence);
}
