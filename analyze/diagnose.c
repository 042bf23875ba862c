/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diagnose.c -- asks every rule and weighs the answers. */
#include "analyze/causes/known.h"
#include "analyze/causes/transport.h"
#include "analyze/causes/two_certificates.h"
#include "analyze/causes/version_refusal.h"
#include "analyze/describe.h"
#include "analyze/finding.h"
#include "analyze/verdict.h"

const char *certainty_name(enum certainty certainty)
{
    static const char *const names[] = {
        [CAUSE_NO] = "none",
        [CAUSE_POSSIBLE] = "possible",
        [CAUSE_LIKELY] = "likely",
        [CAUSE_CERTAIN] = "certain",
    };

    return names[certainty];
}

const char *layer_name(enum layer layer)
{
    static const char *const names[] = {
        [LAYER_NEGOTIATION] = "negotiation", [LAYER_SERVER_NAME] = "server_name",
        [LAYER_CERTIFICATE] = "certificate", [LAYER_NETWORK] = "network",
        [LAYER_PROTOCOL] = "protocol",
    };

    return names[layer];
}

const struct cause *cause_find(const char *id)
{
    for (size_t i = 0; i < cause_count; i++)
        if (strcmp(cause_list[i]->id, id) == 0)
            return cause_list[i];
    return NULL;
}

static void add_alternative(struct verdict *verdict, const struct cause *cause)
{
    if (verdict->alternative_count < VERDICT_ALTERNATIVES_MAX)
        verdict->alternatives[verdict->alternative_count++] = cause;
}

/* A better explanation comes up: the one so far becomes the first alternative. */
static void replace_cause(struct verdict *verdict, const struct cause *cause,
                          enum certainty certainty, const struct evidence *evidence)
{
    const struct cause *before = verdict->cause;

    verdict->cause = cause;
    verdict->confidence = certainty;
    verdict->evidence = *evidence;
    if (before == NULL)
        return;
    if (verdict->alternative_count < VERDICT_ALTERNATIVES_MAX)
        verdict->alternative_count++;
    memmove(&verdict->alternatives[1], &verdict->alternatives[0],
            (verdict->alternative_count - 1) * sizeof(verdict->alternatives[0]));
    verdict->alternatives[0] = before;
}

/* A receiver for which a message is too long says so with whatever alert it has, or with none. And
 * what the capture missed may be what the end is about: of a hello that was taken up in there
 * nothing was refused. */
static enum certainty weigh_other_reasons(const struct facts *facts, const struct cause *cause,
                                          enum certainty certainty)
{
    bool has_other_reason = facts->long_message.length > 0 || facts->missed;
    bool may_be_later = cause->layer == LAYER_NEGOTIATION && facts_server_hello_is_unseen(facts);

    return ((cause->tells_end_alone && has_other_reason) || may_be_later)
                   && certainty == CAUSE_LIKELY
               ? CAUSE_POSSIBLE
               : certainty;
}

static void ask(const struct facts *facts, const struct cause *cause, struct verdict *verdict)
{
    struct evidence evidence;
    enum certainty certainty;

    evidence.count = 0;
    certainty = weigh_other_reasons(facts, cause, cause->match(facts, &evidence));
    if (certainty == CAUSE_NO)
        return;
    if (certainty > verdict->confidence)
        replace_cause(verdict, cause, certainty, &evidence);
    else
        add_alternative(verdict, cause);
}

/* Packets that were lost cannot be those that say an alert was sent, but the one that was not
 * seen. */
static bool is_spoiled(const struct facts *facts)
{
    return facts->missed || facts->one_direction_only
           || (facts->overloaded && facts->refusal.kind != REFUSAL_ALERT);
}

static bool is_named(const struct verdict *verdict, const struct cause *cause)
{
    bool named = verdict->cause == cause;

    for (size_t i = 0; i < verdict->alternative_count; i++)
        named = named || verdict->alternatives[i] == cause;
    return named;
}

static void add_conceivable(const struct facts *facts, struct verdict *verdict)
{
    for (size_t i = 0; i < cause_count; i++) {
        const struct cause *cause = cause_list[i];

        if (cause->conceivable != NULL && !is_named(verdict, cause) && cause->conceivable(facts))
            add_alternative(verdict, cause);
    }
}

/* What is certain leaves no alternative. What the capture may have spoiled is not certain. */
static void settle_confidence(const struct facts *facts, struct verdict *verdict)
{
    if (verdict->confidence < CAUSE_CERTAIN)
        return;
    if (is_spoiled(facts))
        verdict->confidence = CAUSE_LIKELY;
    else
        verdict->alternative_count = 0;
}

/* A server that said nothing ended nothing but by its own FIN or RST. */
static enum party find_party(const struct facts *facts, const struct cause *cause)
{
    bool server_is_mute = cause->ended_by == PARTY_SERVER && !facts->answered[SIDE_SERVER]
                          && facts->refusal.kind != REFUSAL_NONE;

    if (cause->ended_by != PARTY_NONE && !server_is_mute)
        return cause->ended_by;
    if (facts->refusal.kind != REFUSAL_NONE)
        return party_of(facts->refusal.by);
    return PARTY_NONE;
}

static void ask_all(const struct facts *facts, bool last_resort, struct verdict *verdict)
{
    for (size_t i = 0; i < cause_count; i++)
        if (cause_list[i]->match != NULL && cause_list[i]->last_resort == last_resort)
            ask(facts, cause_list[i], verdict);
}

static void find_cause(const struct facts *facts, struct verdict *verdict)
{
    ask_all(facts, false, verdict);
    if (verdict->cause == NULL)
        ask_all(facts, true, verdict);
    if (verdict->cause == NULL) {
        verdict->cause = cause_list[cause_count - 1];
        verdict->confidence = CAUSE_POSSIBLE;
        describe_offered_versions(facts, &verdict->evidence);
        describe_last_seen(facts, &verdict->evidence);
    }
    settle_confidence(facts, verdict);
    if (verdict->confidence < CAUSE_CERTAIN)
        add_conceivable(facts, verdict);
    if (facts->overloaded)
        evidence_add(&verdict->evidence, "overloaded", (struct moment){0},
                     "The capture lost packets or left connections out in this time.");
    remedy_describe_way(facts, &verdict->evidence);
    describe_fallback(facts, &verdict->evidence);
    describe_partial_hello(facts, &verdict->evidence);
    describe_missing_signature(facts, &verdict->evidence);
    describe_long_message(facts, &verdict->evidence);
    describe_version_contradiction(facts, &verdict->evidence);
    if (verdict->cause->layer == LAYER_CERTIFICATE)
        describe_two_certificates(facts, &verdict->evidence);
    describe_known_sides(facts, &verdict->evidence);
    describe_answer_path(facts, &verdict->evidence);
    if (!verdict->cause->tells_attempt || facts->stage != STAGE_TCP_CONNECT)
        describe_refusal(facts, &verdict->evidence);
    verdict->refused_by = find_party(facts, verdict->cause);
    verdict->way = remedy_way_of(facts);
}

/* The texts are not cleared: they are ten thousand octets, and counts say which of them are set. */
void verdict_begin(struct verdict *verdict, const struct facts *facts)
{
    verdict->facts = facts;
    verdict->outcome = facts->outcome;
    verdict->stage = facts->stage;
    verdict->refused_by = PARTY_NONE;
    verdict->cause = NULL;
    verdict->confidence = CAUSE_NO;
    verdict->alternative_count = 0;
    verdict->evidence.count = 0;
    verdict->way = NULL;
    verdict->incomplete_reason = facts->incomplete_reason;
    verdict->finding_count = 0;
    verdict->incident = NULL;
    verdict->earlier = NULL;
}

void diagnose(const struct facts *facts, struct verdict *verdict)
{
    verdict_begin(verdict, facts);
    if (facts->outcome == OUTCOME_FAILED)
        find_cause(facts, verdict);
    finding_add_all(facts, verdict);
}
