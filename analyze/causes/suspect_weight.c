/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/suspect_weight.h"

#include "analyze/causes/known.h"
#include "analyze/causes/known_refusals.h"
#include "analyze/causes/second_hello.h"
#include "analyze/knowledge.h"

bool suspect_is_about_name(enum suspect suspect)
{
    return suspect == SUSPECT_NAME || suspect == SUSPECT_NO_NAME;
}

bool suspect_is_settled(const struct facts *facts, enum suspect suspect)
{
    if (facts->retry_note == NULL && facts->server_hello_note == NULL)
        return false;
    if (suspect == SUSPECT_GROUPS)
        return !manner_is_before_signing(facts) || facts->suite == NULL
               || facts->suite->key_exchange != SUITE_KEY_EXCHANGE_ECDHE;
    if (suspect_is_about_name(suspect) && facts->server_hello_note == NULL)
        return second_hello_judge(facts) != SECOND_HELLO_RIGHT;
    if (suspect == SUSPECT_NO_NAME)
        return facts->server_certificate_note != NULL;
    return suspect != SUSPECT_SCHEMES;
}

/* What the server took up later is no reason to refuse, where it does not depend on the rest of the
 * offer. */
static enum weight correct_down(enum suspect suspect, enum weight weight)
{
    if (suspect_is_about_name(suspect) || suspect == SUSPECT_VERSION)
        return WEIGHT_NONE;
    return weight > WEIGHT_ORDINARY ? WEIGHT_ORDINARY : weight;
}

/* The server is known to refuse the version, or never chose one so old, and few servers do. */
static bool version_comes_first(const struct facts *facts)
{
    enum known_says says = known_about(facts, SUSPECT_VERSION);

    return says >= KNOWN_FOR
           || (says == KNOWN_HINTS && offer_weigh(facts, SUSPECT_VERSION) == WEIGHT_STANDS_OUT);
}

/* What this server did with others outweighs what servers do in general. A version that it does
 * not take explains all else about an old hello. */
static enum weight correct(const struct facts *facts, enum suspect suspect, enum weight weight)
{
    static const enum weight least[SUSPECTS] = {
        [SUSPECT_SUITES] = WEIGHT_SLIGHT,   [SUSPECT_GROUPS] = WEIGHT_ORDINARY,
        [SUSPECT_SCHEMES] = WEIGHT_UNUSUAL, [SUSPECT_NO_NAME] = WEIGHT_ORDINARY,
        [SUSPECT_NAME] = WEIGHT_ORDINARY,
    };
    static const enum weight hinted[SUSPECTS] = {
        [SUSPECT_VERSION] = WEIGHT_ORDINARY,
        [SUSPECT_SCHEMES] = WEIGHT_UNUSUAL,
    };
    enum known_says says = known_about(facts, suspect);

    if (says == KNOWN_AGAINST)
        return correct_down(suspect, weight);
    if (says == KNOWN_HINTS && weight < hinted[suspect] && offer_has_modern_suites(facts))
        return hinted[suspect];
    if (says < KNOWN_FOR
        || (weight < least[suspect] && (suspect != SUSPECT_GROUPS || says < KNOWN_SURE)))
        return weight;
    return suspect == SUSPECT_VERSION || !version_comes_first(facts) ? WEIGHT_KNOWN : weight;
}

/* insufficient_security(71) demands better suites. The best of them came with TLS 1.2, so that an
 * older version is in question too, unless the suites are unusual even for that version. */
static bool suites_are_meant(const struct facts *facts, const struct manner *manner)
{
    return manner->kind == MANNER_ALERT && manner->alert == TLS_ALERT_INSUFFICIENT_SECURITY
           && correct(facts, SUSPECT_SUITES, offer_weigh(facts, SUSPECT_SUITES)) >= WEIGHT_UNUSUAL;
}

/* With suites that fit everywhere, the name is what is left. A refusal that is never or seldom
 * about suites needs none. */
static bool suites_come_first(const struct facts *facts, const struct manner *manner)
{
    return manner->cap[SUSPECT_SUITES] != CAUSE_NO && !manner->means_a_field
           && !offer_is_broad(facts);
}

/* Ordinary hellos for another name tell nothing of names where hellos were taken up. */
static bool is_refused_to_all(const struct facts *facts, enum suspect suspect)
{
    return known_refuses_everybody(facts)
           || (!suspect_is_about_name(suspect) && known_refuses_since(facts));
}

/* Where hellos with nothing unusual are refused in the same way, what is unusual in another one is
 * no reason, and no version that it lacks: they have them all. Suites remain the first guess that
 * they are there. */
static enum weight play_down(enum suspect suspect, enum weight weight)
{
    if (suspect == SUSPECT_VERSION)
        return WEIGHT_NONE;
    if (weight < WEIGHT_UNUSUAL)
        return weight;
    return suspect == SUSPECT_SUITES ? WEIGHT_ORDINARY : WEIGHT_NONE;
}

/* The server refused more hellos with nothing unusual in the same general way, for names, than it
 * took up with a name: it may as well miss something else. */
static bool named_are_refused_too(const struct facts *facts, const struct manner *manner)
{
    const struct known_server *server = known_server_of(facts);

    return server != NULL && manner_is_general(manner)
           && known_ordinary_refusals(server, facts) > server->with_name.accepted.count;
}

/* Nothing is known of names at this server, and others take the client's hellos without one: that
 * this one does not is no better a guess than that it lacks something else. */
static bool gets_on_without_name(const struct facts *facts)
{
    const struct known_client *client = facts->known != NULL ? facts->known->client : NULL;

    return client != NULL && known_about(facts, SUSPECT_NO_NAME) == KNOWN_NOTHING
           && sketch_count_apart(&client->servers, &client->rare->servers) >= KNOWN_FEW;
}

/* What is not unusual, and was taken up as it is, is not why a server refuses without a word, or
 * with one that means nothing in particular. Of several servers behind one address one may lack
 * what is unusual. */
static bool is_acquitted(const struct facts *facts, const struct manner *manner,
                         enum suspect suspect)
{
    return (manner_is_general(manner) || manner_is_silent(manner)) && known_took_such(facts)
           && offer_weigh(facts, suspect) < WEIGHT_UNUSUAL;
}

enum weight suspect_weigh_alone(const struct facts *facts, const struct manner *manner,
                                enum suspect suspect)
{
    if (suspect_is_settled(facts, suspect) || is_acquitted(facts, manner, suspect)
        || (suspect == SUSPECT_NAME && suites_come_first(facts, manner))
        || (suspect == SUSPECT_VERSION && suites_are_meant(facts, manner)))
        return WEIGHT_NONE;
    return correct(facts, suspect, offer_weigh(facts, suspect));
}

enum weight suspect_weigh(const struct facts *facts, const struct manner *manner,
                          enum suspect suspect)
{
    enum weight weight = suspect_weigh_alone(facts, manner, suspect);

    if (suspect == SUSPECT_NO_NAME && weight > WEIGHT_ORDINARY
        && (named_are_refused_too(facts, manner) || gets_on_without_name(facts)))
        return WEIGHT_ORDINARY;
    return is_refused_to_all(facts, suspect) ? play_down(suspect, weight) : weight;
}
