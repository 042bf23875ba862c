/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/refused_hello.h"

#include "analyze/causes/causes.h"
#include "analyze/causes/host_name.h"
#include "analyze/causes/known.h"
#include "analyze/causes/known_refusals.h"
#include "analyze/causes/offer_weight.h"
#include "analyze/causes/second_hello.h"
#include "analyze/causes/transport.h"
#include "analyze/causes/version_refusal.h"
#include "analyze/knowledge.h"
#include "capture/time_unit.h"

/* A server that closes because of an offer does it when it has read it. What comes later than
 * this is a time-out. */
#define PROMPT_NS (2 * SECOND_NS)

/* Up to TLS 1.2 a server names the group and signs behind its certificates (RFC 5246 section 7.4.3,
 * RFC 8422 section 5.4), and some look for a group and a scheme only then. */
static bool gave_up_before_signing(const struct facts *facts)
{
    return facts->server_certificate_note != NULL && !facts->tls13
           && facts->server_key_exchange_note == NULL && facts->server_hello_done_note == NULL
           && facts->refusal.by == SIDE_SERVER;
}

static bool is_about_name(enum suspect suspect)
{
    return suspect == SUSPECT_NAME || suspect == SUSPECT_NO_NAME;
}

/* A server that sent HelloRetryRequest or ServerHello has found version, suite and group. It may
 * find out late that its key does not fit, or that it has no group for the suite that it chose; and
 * after a HelloRetryRequest, that it has no certificate for the name. */
static bool is_settled(const struct facts *facts, enum suspect suspect)
{
    if (facts->retry_note == NULL && facts->server_hello_note == NULL)
        return false;
    if (suspect == SUSPECT_GROUPS)
        return !gave_up_before_signing(facts) || facts->suite == NULL
               || facts->suite->key_exchange != SUITE_KEY_EXCHANGE_ECDHE;
    if (is_about_name(suspect) && facts->server_hello_note == NULL)
        return second_hello_judge(facts) != SECOND_HELLO_RIGHT;
    if (suspect == SUSPECT_NO_NAME)
        return facts->server_certificate_note != NULL;
    return suspect != SUSPECT_SCHEMES;
}

/* What the server took up later is no reason to refuse, where it does not depend on the rest of the
 * offer. */
static enum weight correct_down(enum suspect suspect, enum weight weight)
{
    if (is_about_name(suspect) || suspect == SUSPECT_VERSION)
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
        [SUSPECT_SUITES] = WEIGHT_SLIGHT,   [SUSPECT_GROUPS] = WEIGHT_UNUSUAL,
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

/* The ways to refuse a hello. */
enum manner_kind {
    MANNER_ALERT,
    MANNER_CLOSE_NOTIFY, /* without a reason, but its TLS has read the hello */
    MANNER_CLOSED,       /* with a FIN or RST alone, or as if its user had canceled */
    MANNER_OPEN_RESET,   /* with a RST that may come from elsewhere */
    MANNER_ENCRYPTED
};

struct manner {
    enum manner_kind kind;
    uint8_t alert;
    bool (*is_doubtful)(const struct facts *facts); /* only where it says yes is the alert
                                                       weighed; NULL: always */
    enum weight least;              /* a lighter suspect does not explain this refusal */
    enum weight least_of[SUSPECTS]; /* the same of single ones; WEIGHT_NONE: as above */
    enum weight enough;             /* this heavy, and heavier than all others, is the most */
    enum certainty cap[SUSPECTS];   /* the most that this refusal can say of each suspect */
    bool means_known_names;         /* likely of names that others show to be the reason */
    bool means_a_field;             /* what is ordinary explains it only if others show that it is
                                       the reason; suites that they show to be it are likely */
    bool means_signatures;          /* of versions only those are in question that prescribe how a
                                       server signs */
};

/* Which codes fit what, by RFC 8446 section 6.2 and its predecessors; with the freedom that
 * stacks take: illegal_parameter and unexpected_message for groups, the former in small ones for
 * suites, too, internal_error when they find no parameters for a key exchange or may not sign as
 * the version prescribes, and that, access_denied or illegal_parameter when they find no
 * certificate for a name. Fallback has an alert of its own, which programs lose that close before
 * they have sent what their library wrote. */
static const struct manner manners[] = {
    {
        .kind = MANNER_ALERT,
        .alert = TLS_ALERT_HANDSHAKE_FAILURE,
        .least = WEIGHT_SLIGHT,
        .least_of = {[SUSPECT_VERSION] = WEIGHT_ORDINARY},
        .enough = WEIGHT_UNUSUAL,
        .cap = {[SUSPECT_VERSION] = CAUSE_LIKELY,
                [SUSPECT_SUITES] = CAUSE_LIKELY,
                [SUSPECT_GROUPS] = CAUSE_LIKELY,
                [SUSPECT_SCHEMES] = CAUSE_LIKELY,
                [SUSPECT_NO_NAME] = CAUSE_LIKELY,
                [SUSPECT_NAME] = CAUSE_POSSIBLE,
                [SUSPECT_MASTER_SECRET] = CAUSE_POSSIBLE},
        .means_known_names = true,
    },
    {
        .kind = MANNER_ALERT,
        .alert = TLS_ALERT_INSUFFICIENT_SECURITY,
        .least = WEIGHT_SLIGHT,
        .least_of = {[SUSPECT_VERSION] = WEIGHT_UNUSUAL},
        .enough = WEIGHT_UNUSUAL,
        .cap = {[SUSPECT_VERSION] = CAUSE_POSSIBLE,
                [SUSPECT_SUITES] = CAUSE_LIKELY,
                [SUSPECT_GROUPS] = CAUSE_LIKELY,
                [SUSPECT_SCHEMES] = CAUSE_LIKELY,
                [SUSPECT_MASTER_SECRET] = CAUSE_POSSIBLE},
    },
    {
        .kind = MANNER_ALERT,
        .alert = TLS_ALERT_ILLEGAL_PARAMETER,
        .least = WEIGHT_UNUSUAL,
        .least_of = {[SUSPECT_NAME] = WEIGHT_ORDINARY},
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_SUITES] = CAUSE_POSSIBLE,
                [SUSPECT_GROUPS] = CAUSE_LIKELY,
                [SUSPECT_SCHEMES] = CAUSE_POSSIBLE,
                [SUSPECT_NO_NAME] = CAUSE_POSSIBLE,
                [SUSPECT_NAME] = CAUSE_POSSIBLE},
        .means_known_names = true,
        .means_a_field = true,
    },
    {
        .kind = MANNER_ALERT,
        .alert = TLS_ALERT_UNEXPECTED_MESSAGE,
        .least = WEIGHT_UNUSUAL,
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_GROUPS] = CAUSE_POSSIBLE},
    },
    {
        .kind = MANNER_ALERT,
        .alert = TLS_ALERT_INTERNAL_ERROR,
        .least = WEIGHT_UNUSUAL,
        .least_of = {[SUSPECT_VERSION] = WEIGHT_STANDS_OUT,
                     [SUSPECT_GROUPS] = WEIGHT_STANDS_OUT,
                     [SUSPECT_NAME] = WEIGHT_ORDINARY},
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_VERSION] = CAUSE_POSSIBLE,
                [SUSPECT_GROUPS] = CAUSE_POSSIBLE,
                [SUSPECT_SCHEMES] = CAUSE_POSSIBLE,
                [SUSPECT_NO_NAME] = CAUSE_POSSIBLE,
                [SUSPECT_NAME] = CAUSE_POSSIBLE},
        .means_known_names = true,
        .means_signatures = true,
    },
    {
        .kind = MANNER_ALERT,
        .alert = TLS_ALERT_ACCESS_DENIED,
        .least = WEIGHT_UNUSUAL,
        .least_of = {[SUSPECT_NAME] = WEIGHT_KNOWN},
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_NO_NAME] = CAUSE_POSSIBLE, [SUSPECT_NAME] = CAUSE_POSSIBLE},
        .means_known_names = true,
    },
    {
        .kind = MANNER_ALERT,
        .alert = TLS_ALERT_PROTOCOL_VERSION,
        .is_doubtful = version_refusal_is_contradicted,
        .least = WEIGHT_UNUSUAL,
        .least_of = {[SUSPECT_NAME] = WEIGHT_KNOWN},
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_SUITES] = CAUSE_POSSIBLE,
                [SUSPECT_GROUPS] = CAUSE_POSSIBLE,
                [SUSPECT_SCHEMES] = CAUSE_POSSIBLE,
                [SUSPECT_NO_NAME] = CAUSE_POSSIBLE,
                [SUSPECT_NAME] = CAUSE_POSSIBLE},
    },
    {
        .kind = MANNER_CLOSE_NOTIFY,
        .least = WEIGHT_SLIGHT,
        .enough = WEIGHT_UNUSUAL,
        .cap = {[SUSPECT_VERSION] = CAUSE_LIKELY,
                [SUSPECT_SUITES] = CAUSE_LIKELY,
                [SUSPECT_GROUPS] = CAUSE_LIKELY,
                [SUSPECT_SCHEMES] = CAUSE_LIKELY,
                [SUSPECT_NO_NAME] = CAUSE_LIKELY,
                [SUSPECT_NAME] = CAUSE_POSSIBLE,
                [SUSPECT_MASTER_SECRET] = CAUSE_POSSIBLE,
                [SUSPECT_FALLBACK] = CAUSE_LIKELY},
        .means_known_names = true,
    },
    {
        .kind = MANNER_CLOSED,
        .least = WEIGHT_UNUSUAL,
        .least_of = {[SUSPECT_VERSION] = WEIGHT_SLIGHT,
                     [SUSPECT_NAME] = WEIGHT_ORDINARY,
                     [SUSPECT_FALLBACK] = WEIGHT_ORDINARY},
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_VERSION] = CAUSE_LIKELY,
                [SUSPECT_SUITES] = CAUSE_POSSIBLE,
                [SUSPECT_GROUPS] = CAUSE_POSSIBLE,
                [SUSPECT_SCHEMES] = CAUSE_POSSIBLE,
                [SUSPECT_NO_NAME] = CAUSE_POSSIBLE,
                [SUSPECT_NAME] = CAUSE_POSSIBLE,
                [SUSPECT_FALLBACK] = CAUSE_LIKELY},
    },
    {
        .kind = MANNER_OPEN_RESET,
        .least = WEIGHT_UNUSUAL,
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_VERSION] = CAUSE_LIKELY,
                [SUSPECT_SUITES] = CAUSE_POSSIBLE,
                [SUSPECT_GROUPS] = CAUSE_POSSIBLE,
                [SUSPECT_SCHEMES] = CAUSE_POSSIBLE,
                [SUSPECT_NO_NAME] = CAUSE_POSSIBLE},
    },
    {
        .kind = MANNER_ENCRYPTED,
        .least = WEIGHT_UNUSUAL,
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_SCHEMES] = CAUSE_POSSIBLE, [SUSPECT_NO_NAME] = CAUSE_POSSIBLE},
    },
};

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

/* As if it were the only hello that the server refused so. */
static enum weight weigh_alone(const struct facts *facts, const struct manner *manner,
                               enum suspect suspect)
{
    if (is_settled(facts, suspect) || (suspect == SUSPECT_NAME && suites_come_first(facts, manner))
        || (suspect == SUSPECT_VERSION && suites_are_meant(facts, manner)))
        return WEIGHT_NONE;
    return correct(facts, suspect, offer_weigh(facts, suspect));
}

/* Ordinary hellos for another name tell nothing of names where hellos were taken up. */
static bool is_refused_to_all(const struct facts *facts, enum suspect suspect)
{
    return known_refuses_everybody(facts)
           || (!is_about_name(suspect) && known_refuses_since(facts));
}

static enum weight weigh(const struct facts *facts, const struct manner *manner,
                         enum suspect suspect)
{
    enum weight weight = weigh_alone(facts, manner, suspect);

    return is_refused_to_all(facts, suspect) ? play_down(suspect, weight) : weight;
}

/* The host itself ended it, in whatever way. */
static bool is_ended_by_host(const struct facts *facts)
{
    return facts->refusal.kind != REFUSAL_RST
           || reset_is_foreign(facts, facts->refusal.by) == CAUSE_NO;
}

/* A server without any other packet has no hop limit to compare. */
static bool origin_is_open(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_RST
           && (!is_ended_by_host(facts) || known_resets_follow_names(facts)
               || facts->connection->direction[facts->refusal.by].hop_limit == 0);
}

static enum manner_kind manner_of_close(const struct facts *facts)
{
    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_CLOSE_NOTIFY))
        return MANNER_CLOSE_NOTIFY;
    return origin_is_open(facts) ? MANNER_OPEN_RESET : MANNER_CLOSED;
}

static bool is_refused_so(const struct facts *facts, const struct manner *manner)
{
    bool is_offer_refused = facts_server_refused_hello(facts) || gave_up_before_signing(facts);

    switch (manner->kind) {
    case MANNER_ALERT:
        return is_offer_refused && facts_alert(facts, SIDE_SERVER, manner->alert)
               && (manner->is_doubtful == NULL || manner->is_doubtful(facts));
    case MANNER_CLOSE_NOTIFY:
    case MANNER_CLOSED:
    case MANNER_OPEN_RESET:
        return is_offer_refused && facts_closed_without_reason(facts, SIDE_SERVER)
               && manner_of_close(facts) == manner->kind && facts->waited_ns < PROMPT_NS;
    case MANNER_ENCRYPTED:
        return facts->tls13 && facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
               && facts->refusal.by == SIDE_SERVER
               && facts->first_protected_note[SIDE_CLIENT] == NULL;
    }
    return false;
}

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
        if (manner->cap[other] != CAUSE_NO && !is_settled(facts, (enum suspect)other)
            && offer_weigh(facts, (enum suspect)other) >= WEIGHT_UNUSUAL
            && is_contradicted(facts, (enum suspect)other))
            return true;
    return false;
}

/* What the server says speaks of no part of the offer. */
static bool is_general(const struct manner *manner)
{
    return manner->kind == MANNER_CLOSE_NOTIFY
           || (manner->kind == MANNER_ALERT && manner->alert == TLS_ALERT_HANDSHAKE_FAILURE);
}

static bool is_silent(const struct manner *manner)
{
    return manner->kind == MANNER_CLOSED || manner->kind == MANNER_OPEN_RESET;
}

/* Suites of which the server never chose one from others, which are a field that an alert may mean;
 * and who closes at them, where they are unusual anyway, need not say why. */
static bool suites_are_known_to_differ(const struct facts *facts, const struct manner *manner,
                                       enum known_says says)
{
    bool is_unusual_and_closed =
        manner->kind == MANNER_CLOSED && offer_weigh(facts, SUSPECT_SUITES) >= WEIGHT_UNUSUAL;

    return says >= KNOWN_FOR && (manner->means_a_field || is_unusual_and_closed);
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

    if (suspect == SUSPECT_VERSION && manner->means_signatures)
        return cap_of_signatures(facts, says);
    if (suspect == SUSPECT_VERSION && says == KNOWN_SURE && cap == CAUSE_LIKELY
        && is_ended_by_host(facts))
        return CAUSE_CERTAIN;
    if (suspect == SUSPECT_SUITES && suites_are_known_to_differ(facts, manner, says))
        return CAUSE_LIKELY;
    if (is_about_name(suspect) && says == KNOWN_SURE && is_silent(manner)
        && !known_resets_follow_names(facts))
        return CAUSE_LIKELY;
    return is_about_name(suspect) && says >= KNOWN_FOR && manner->means_known_names
                   && !name_is_the_field(facts, manner)
               ? CAUSE_LIKELY
               : cap;
}

/* The weight of the heaviest of the suspects that this refusal can be about. Those of the set
 * left_out, one bit each, do not count. */
static enum weight weigh_heaviest(const struct facts *facts, const struct manner *manner,
                                  unsigned left_out)
{
    enum weight heaviest = WEIGHT_NONE;

    for (size_t suspect = 0; suspect < SUSPECTS; suspect++) {
        enum weight weight;

        if ((left_out >> suspect & 1) != 0
            || cap_of(facts, manner, (enum suspect)suspect) == CAUSE_NO)
            continue;
        weight = weigh(facts, manner, (enum suspect)suspect);
        heaviest = weight > heaviest ? weight : heaviest;
    }
    return heaviest;
}

/* What nearly every server takes is no reason where something is unusual. Clients that never have
 * the extended master secret are many, and meet all the other reasons too. */
static bool is_overshadowed(const struct facts *facts, const struct manner *manner,
                            enum suspect suspect)
{
    unsigned left_out = 1U << suspect;

    if (offer_never_has_master_secret(facts))
        left_out |= 1U << SUSPECT_MASTER_SECRET;
    return weigh_heaviest(facts, manner, left_out) >= WEIGHT_UNUSUAL;
}

/* From TLS 1.0 on there is an alert for a version that is not supported (RFC 2246 section 7.2.2).
 * A server that sends the general one instead may mean suites that are as unusual. */
static bool suites_may_be_meant(const struct facts *facts, const struct manner *manner,
                                enum suspect suspect, enum weight weight)
{
    return suspect == SUSPECT_VERSION && weight < WEIGHT_KNOWN && is_general(manner)
           && facts->offer.version_max >= TLS_VERSION_1_0
           && weigh(facts, manner, SUSPECT_SUITES) >= WEIGHT_UNUSUAL;
}

/* How well a suspect of this weight explains a refusal that it can be about. */
static enum certainty compare(const struct facts *facts, const struct manner *manner,
                              enum suspect suspect, enum weight weight)
{
    if (weight == WEIGHT_SLIGHT && is_overshadowed(facts, manner, suspect))
        return CAUSE_NO;
    return weight >= manner->enough && weight > weigh_heaviest(facts, manner, 1U << suspect)
                   && !suites_may_be_meant(facts, manner, suspect, weight)
               ? cap_of(facts, manner, suspect)
               : CAUSE_POSSIBLE;
}

static enum weight least_of(const struct manner *manner, enum suspect suspect)
{
    enum weight least = manner->least_of[suspect];

    return least != WEIGHT_NONE ? least : manner->least;
}

/* The manner in which the hello was refused; NULL: in none that speaks of the offer. */
static const struct manner *manner_of(const struct facts *facts)
{
    if (!facts->client_hello_read)
        return NULL;
    for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
        if (is_refused_so(facts, &manners[i]))
            return &manners[i];
    return NULL;
}

/* A name explains an alert about a field when nobody else was served for it. */
static bool lacks_hint(const struct facts *facts, const struct manner *manner, enum suspect suspect)
{
    return manner->means_a_field && is_about_name(suspect)
           && known_about(facts, suspect) < KNOWN_HINTS;
}

enum certainty refused_hello_suspect(const struct facts *facts, enum suspect suspect)
{
    const struct manner *manner = manner_of(facts);
    enum weight weight;

    if (manner == NULL || cap_of(facts, manner, suspect) == CAUSE_NO
        || lacks_hint(facts, manner, suspect))
        return CAUSE_NO;
    weight = weigh(facts, manner, suspect);
    return weight >= least_of(manner, suspect) && !is_outdone(facts, manner, suspect)
               ? compare(facts, manner, suspect, weight)
               : CAUSE_NO;
}

bool refused_hello_is_usual(const struct facts *facts)
{
    if (!facts_server_refused_hello(facts) || manner_of(facts) == NULL)
        return false;
    for (size_t suspect = 0; suspect < SUSPECTS; suspect++)
        if (offer_weigh(facts, (enum suspect)suspect) >= WEIGHT_UNUSUAL)
            return false;
    return true;
}

bool refused_hello_is_ordinary(const struct facts *facts)
{
    return refused_hello_is_usual(facts) && offer_weigh(facts, SUSPECT_VERSION) == WEIGHT_NONE;
}

bool refused_hello_played_down(const struct facts *facts, enum suspect suspect)
{
    const struct manner *manner;
    enum weight alone;

    if (!others_were_taken_up(facts) && !known_refuses_everybody(facts))
        return false;
    manner = manner_of(facts);
    if (manner == NULL || cap_of(facts, manner, suspect) == CAUSE_NO)
        return false;
    alone = weigh_alone(facts, manner, suspect);
    if (alone <= WEIGHT_SLIGHT || alone < least_of(manner, suspect))
        return false;
    return is_outdone(facts, manner, suspect)
           || (is_refused_to_all(facts, suspect) && play_down(suspect, alone) < alone);
}

bool refused_hello_conceivable(const struct facts *facts, enum suspect suspect)
{
    const struct manner *manner = manner_of(facts);

    if (manner == NULL || !manner->means_a_field)
        return false;
    if (!is_about_name(suspect)
        && (name_is_the_field(facts, manner) || facts_refused_key_offer(facts)))
        return false;
    return cap_of(facts, manner, suspect) != CAUSE_NO
           && weigh(facts, manner, suspect) != WEIGHT_NONE;
}
