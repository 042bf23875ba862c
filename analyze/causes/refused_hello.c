/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/refused_hello.h"

#include "analyze/causes/host_name.h"
#include "analyze/causes/known.h"
#include "analyze/causes/known_refusals.h"
#include "analyze/causes/suspect_weight.h"
#include "analyze/causes/version_refusal.h"
#include "analyze/knowledge.h"

static bool others_were_taken_up(const struct facts *facts)
{
    return facts->known != NULL && known_speaks_tls(facts->known->server);
}

/* The server took this up from others. */
static bool is_contradicted(const struct facts *facts, enum suspect suspect)
{
    return known_about(facts, suspect) == KNOWN_AGAINST
           || (suspect == SUSPECT_VERSION && version_is_taken(facts));
}

/* Several servers may stand behind one address, one of which takes what another one refuses. Where
 * both were taken up from others, what is unusual comes before what is not. */
static bool is_outdone(const struct facts *facts, const struct manner *manner, enum suspect suspect)
{
    if (!others_were_taken_up(facts) || offer_weigh(facts, suspect) >= WEIGHT_UNUSUAL
        || !is_contradicted(facts, suspect))
        return false;
    for (size_t other = 0; other < SUSPECTS; other++)
        if (manner->cap[other] != CAUSE_NO && !suspect_is_settled(facts, (enum suspect)other)
            && offer_weigh(facts, (enum suspect)other) >= WEIGHT_UNUSUAL
            && is_contradicted(facts, (enum suspect)other))
            return true;
    return false;
}

/* Suites of which the server never chose one from others are a field that an alert may mean; and
 * who closes at suites, groups or schemes of which it chose none, where they are unusual anyway,
 * need not say why. Few of the servers that have other groups and schemes close: those must be such
 * as most servers refuse. */
static bool is_known_to_differ(const struct facts *facts, const struct manner *manner,
                               enum suspect suspect, enum known_says says)
{
    static const enum weight at_close[SUSPECTS] = {
        [SUSPECT_SUITES] = WEIGHT_UNUSUAL,
        [SUSPECT_GROUPS] = WEIGHT_STANDS_OUT,
        [SUSPECT_SCHEMES] = WEIGHT_STANDS_OUT,
    };

    if (says < KNOWN_FOR || at_close[suspect] == WEIGHT_NONE)
        return false;
    return (suspect == SUSPECT_SUITES && manner->means_a_field)
           || (manner->kind == MANNER_CLOSED && offer_weigh(facts, suspect) >= at_close[suspect]);
}

/* An alert about a field, and a name that is no host name: whoever has that name is not asked. */
static bool name_is_the_field(const struct facts *facts, const struct manner *manner)
{
    return manner->means_a_field
           && host_name_oddity(facts->client_extensions.server_name.host_name) != NULL;
}

/* Up to TLS 1.1 the version prescribes how a server signs (offer_prescribes_sha1). Libraries that
 * have the version in their range and no such signature in their policy find that out when they
 * sign, and call it an error of their own. */
static enum certainty cap_of_signatures(const struct facts *facts, enum known_says says)
{
    if (!offer_prescribes_sha1(facts))
        return CAUSE_NO;
    return says >= KNOWN_FOR ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

/* The most that this refusal can say of a suspect, with what is known of the server. */
static enum certainty cap_of(const struct facts *facts, const struct manner *manner,
                             enum suspect suspect)
{
    enum certainty cap = manner->cap[suspect];
    enum known_says says = known_about(facts, suspect);

    if (suspect == SUSPECT_VERSION && manner->means_own_error)
        return cap_of_signatures(facts, says);
    if (suspect == SUSPECT_VERSION && says == KNOWN_SURE && cap == CAUSE_LIKELY
        && manner_is_of_host(facts))
        return CAUSE_CERTAIN;
    if (is_known_to_differ(facts, manner, suspect, says))
        return CAUSE_LIKELY;
    if (suspect_is_about_name(suspect) && says == KNOWN_SURE && manner_is_silent(manner)
        && !known_resets_follow_names(facts))
        return CAUSE_LIKELY;
    return suspect_is_about_name(suspect) && says >= KNOWN_FOR && manner->means_known_names
                   && !name_is_the_field(facts, manner)
               ? CAUSE_LIKELY
               : cap;
}

/* All suspects of one refusal, side by side. */
struct suspects {
    enum weight weight[SUSPECTS];
    enum certainty cap[SUSPECTS]; /* the most that the refusal can say of each */
};

static struct suspects weigh_all(const struct facts *facts, const struct manner *manner)
{
    struct suspects suspects;

    for (size_t i = 0; i < SUSPECTS; i++) {
        suspects.weight[i] = suspect_weigh(facts, manner, (enum suspect)i);
        suspects.cap[i] = cap_of(facts, manner, (enum suspect)i);
    }
    return suspects;
}

/* The weight of the heaviest of the suspects that this refusal can be about. Those of the set
 * left_out, one bit each, do not count. */
static enum weight heaviest_of(const struct suspects *suspects, unsigned left_out)
{
    enum weight heaviest = WEIGHT_NONE;

    for (size_t i = 0; i < SUSPECTS; i++)
        if ((left_out >> i & 1) == 0 && suspects->cap[i] != CAUSE_NO
            && suspects->weight[i] > heaviest)
            heaviest = suspects->weight[i];
    return heaviest;
}

/* Something but this suspect is unusual, and something but the extended master secret, too. */
static bool others_are_unusual(const struct suspects *suspects, enum suspect suspect)
{
    return heaviest_of(suspects, 1U << suspect | 1U << SUSPECT_MASTER_SECRET) >= WEIGHT_UNUSUAL;
}

/* With this kind of hello the client was established somewhere: it is not turned off for this
 * server. */
static bool succeeds_like_this(const struct facts *facts)
{
    return facts->known != NULL && facts->known->client != NULL
           && facts->known->client->established.count > 0;
}

/* What nearly every server takes is no reason where something is unusual. Clients that never have
 * the extended master secret are many, and meet all the other reasons too. */
static bool is_overshadowed(const struct facts *facts, const struct suspects *suspects,
                            enum suspect suspect)
{
    if (offer_never_has_master_secret(facts) || succeeds_like_this(facts))
        return others_are_unusual(suspects, suspect);
    return heaviest_of(suspects, 1U << suspect) >= WEIGHT_UNUSUAL;
}

/* All that is unusual is that the extended master secret is missing. Why, is a guess: some
 * libraries know what came before it and not that (Pike's). */
static bool is_outguessed(const struct facts *facts, const struct manner *manner,
                          enum suspect suspect)
{
    struct suspects suspects;

    if (manner_least(manner, suspect) != WEIGHT_SLIGHT
        || offer_weigh(facts, SUSPECT_MASTER_SECRET) < WEIGHT_UNUSUAL)
        return false;
    suspects = weigh_all(facts, manner);
    return suspects.weight[suspect] == WEIGHT_SLIGHT && is_overshadowed(facts, &suspects, suspect)
           && !others_are_unusual(&suspects, suspect);
}

/* Nearly every server takes groups and schemes that are usual, but each only its own names. Suites
 * are what a general refusal speaks of first of all (RFC 8446 section 6.2). */
static bool may_be_behind_name(enum suspect suspect)
{
    return suspect == SUSPECT_GROUPS || suspect == SUSPECT_SCHEMES;
}

static bool is_behind_name(const struct suspects *suspects, enum suspect suspect)
{
    return may_be_behind_name(suspect) && suspects->weight[suspect] == WEIGHT_SLIGHT
           && suspects->cap[SUSPECT_NAME] != CAUSE_NO
           && suspects->weight[SUSPECT_NAME] >= WEIGHT_ORDINARY;
}

/* From TLS 1.0 on there is an alert for a version that is not supported (RFC 2246 section 7.2.2).
 * A server that sends the general one instead may mean suites that are as unusual; where it never
 * took the version, suites that most servers refuse. */
static bool suites_may_be_meant(const struct facts *facts, const struct manner *manner,
                                const struct suspects *suspects)
{
    enum weight enough =
        suspects->weight[SUSPECT_VERSION] < WEIGHT_KNOWN ? WEIGHT_UNUSUAL : WEIGHT_STANDS_OUT;

    return manner_is_general(manner) && facts->offer.version_max >= TLS_VERSION_1_0
           && suspects->weight[SUSPECT_SUITES] >= enough;
}

/* How well a suspect that this refusal can be about explains it, beside all others. */
static enum certainty compare(const struct facts *facts, const struct manner *manner,
                              enum suspect suspect)
{
    const struct suspects suspects = weigh_all(facts, manner);
    const enum weight weight = suspects.weight[suspect];

    if (is_behind_name(&suspects, suspect)
        || (weight == WEIGHT_SLIGHT && is_overshadowed(facts, &suspects, suspect)))
        return CAUSE_NO;
    if (weight < manner->enough || weight <= heaviest_of(&suspects, 1U << suspect)
        || (suspect == SUSPECT_VERSION && suites_may_be_meant(facts, manner, &suspects)))
        return CAUSE_POSSIBLE;
    return suspects.cap[suspect];
}

/* A name explains an alert about a field when nobody else was served for it. That there is none, at
 * a port where few clients give one, explains an error of the server's own when others with a name
 * were served. */
static bool needs_hint(const struct facts *facts, const struct manner *manner, enum suspect suspect)
{
    if (manner->means_a_field)
        return suspect_is_about_name(suspect);
    return manner->means_own_error && suspect == SUSPECT_NO_NAME
           && offer_weigh(facts, suspect) < WEIGHT_UNUSUAL;
}

static bool lacks_hint(const struct facts *facts, const struct manner *manner, enum suspect suspect)
{
    return needs_hint(facts, manner, suspect) && known_about(facts, suspect) < KNOWN_HINTS;
}

enum certainty refused_hello_suspect(const struct facts *facts, enum suspect suspect)
{
    const struct manner *manner = manner_of(facts);

    if (manner == NULL || cap_of(facts, manner, suspect) == CAUSE_NO
        || lacks_hint(facts, manner, suspect)
        || suspect_weigh(facts, manner, suspect) < manner_least(manner, suspect)
        || is_outdone(facts, manner, suspect))
        return CAUSE_NO;
    return compare(facts, manner, suspect);
}

bool refused_offer_is_usual(const struct facts *facts)
{
    enum { ALL = (1U << SUSPECTS) - 1 };

    return !offer_is_unusual(facts, ALL);
}

bool refused_hello_by_failure(const struct facts *facts)
{
    return facts_server_refused_hello(facts) && facts->client_hello_read
           && facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
}

bool refused_hello_is_usual(const struct facts *facts)
{
    return facts_server_refused_hello(facts) && manner_of(facts) != NULL
           && refused_offer_is_usual(facts);
}

bool refused_hello_is_ordinary(const struct facts *facts)
{
    return refused_hello_is_usual(facts) && offer_weigh(facts, SUSPECT_VERSION) == WEIGHT_NONE;
}

/* The server's other hellos make less of it. */
static bool is_played_down_by_others(const struct facts *facts, const struct manner *manner,
                                     enum suspect suspect)
{
    enum weight alone;

    if (!others_were_taken_up(facts) && !known_refuses_everybody(facts))
        return false;
    alone = suspect_weigh_alone(facts, manner, suspect);
    if (alone <= WEIGHT_SLIGHT || alone < manner_least(manner, suspect))
        return false;
    return is_outdone(facts, manner, suspect) || suspect_weigh(facts, manner, suspect) < alone;
}

/* It is thought of, but the name is before it. */
static bool is_named_behind_name(const struct facts *facts, const struct manner *manner,
                                 enum suspect suspect)
{
    struct suspects suspects;

    if (manner_least(manner, suspect) > WEIGHT_SLIGHT || !may_be_behind_name(suspect))
        return false;
    suspects = weigh_all(facts, manner);
    return is_behind_name(&suspects, suspect) && !is_overshadowed(facts, &suspects, suspect);
}

bool refused_hello_played_down(const struct facts *facts, enum suspect suspect)
{
    const struct manner *manner = manner_of(facts);

    if (manner == NULL || cap_of(facts, manner, suspect) == CAUSE_NO)
        return false;
    return is_outguessed(facts, manner, suspect) || is_played_down_by_others(facts, manner, suspect)
           || is_named_behind_name(facts, manner, suspect);
}

bool refused_hello_conceivable(const struct facts *facts, enum suspect suspect)
{
    const struct manner *manner = manner_of(facts);

    if (manner == NULL || !manner->means_a_field)
        return false;
    if (!suspect_is_about_name(suspect)
        && (name_is_the_field(facts, manner) || facts_refused_key_offer(facts)))
        return false;
    return cap_of(facts, manner, suspect) != CAUSE_NO
           && suspect_weigh(facts, manner, suspect) != WEIGHT_NONE;
}
