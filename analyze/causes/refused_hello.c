/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/refused_hello.h"

#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/transport.h"

/* How unusual a part of an offer is, compared with what clients of its time send. */
enum weight {
    WEIGHT_NONE,       /* speaks against the suspect, or says nothing */
    WEIGHT_SLIGHT,     /* nearly every server takes this: thought of where nothing is unusual */
    WEIGHT_ORDINARY,   /* nothing unusual, yet it can be the reason */
    WEIGHT_UNUSUAL,    /* servers that refuse this are not rare */
    WEIGHT_STANDS_OUT, /* most servers refuse this */
    WEIGHT_KNOWN       /* this server, which takes up other offers, never took up this */
};

/* 2014-10-15: the POODLE attack; within months servers and clients gave up SSL 3.0 (RFC 7568). */
#define SSL3_GIVEN_UP INT64_C(1413331200)

/* 2018-07-01: the payment industry's rules forbid TLS 1.0, and many servers drop it. */
#define TLS10_FADING INT64_C(1530403200)

/* 2021-03-01: RFC 8996 deprecates TLS 1.0 and 1.1. */
#define TLS10_GIVEN_UP INT64_C(1614556800)

/* 2021-09-07: OpenSSL 3.0, which makes no SHA-1 signature unless it is told to; GnuTLS and Go gave
 * them up in those years too. */
#define SHA1_GIVEN_UP INT64_C(1630972800)

/* 2023-05-16: from here on the validation of modules for FIPS 140-3 demands the extended master
 * secret, and servers in that mode refuse clients without it. */
#define MASTER_SECRET_DEMANDED INT64_C(1684195200)

/* A server that closes because of an offer does it when it has read it. What comes later than
 * this is a time-out. */
#define PROMPT_NS INT64_C(2000000000)

/* An offer of fewer cipher suites is a configured one: general clients offer ten and more. */
enum { FEW_SUITES = 2 };

#define SUITE_MANDATORY_1_3 0x1301 /* TLS_AES_128_GCM_SHA256, RFC 8446 section 9.1 */
#define GROUP_SECP256R1     23
#define GROUP_X25519        29
#define GROUP_FFDHE_FIRST   256 /* RFC 7919 section 2 */
#define GROUP_FFDHE_LAST    511

bool captured_after(const struct facts *facts, int64_t seconds)
{
    return facts->connection->first.time_ns / INT64_C(1000000000) >= seconds;
}

static enum weight weigh_version(const struct facts *facts)
{
    const struct offer *offer = &facts->offer;

    if (offer->version_max <= TLS_VERSION_SSL3)
        return captured_after(facts, SSL3_GIVEN_UP) ? WEIGHT_STANDS_OUT : WEIGHT_ORDINARY;
    if (offer->version_max <= TLS_VERSION_1_1) {
        if (captured_after(facts, TLS10_GIVEN_UP))
            return WEIGHT_STANDS_OUT;
        return captured_after(facts, TLS10_FADING) ? WEIGHT_UNUSUAL : WEIGHT_NONE;
    }
    /* Servers without TLS 1.3 that look for a suite first find none in such a hello. */
    return offer->version_min == TLS_VERSION_1_3 ? WEIGHT_ORDINARY : WEIGHT_NONE;
}

/* Every server of TLS 1.3 has its mandatory suite, unless it is told not to (RFC 8446 section 9.1):
 * then what is missing can as well be a group, or a signature that its key can make. Keys of other
 * kinds than RSA and ECDSA, and groups that few clients have, are rare, but they are in use. */
static enum weight weigh_what_is_common(const struct facts *facts)
{
    return facts->offer.version_max >= TLS_VERSION_1_3 && facts->server_hello_note == NULL
                   && list_u16_contains(facts->client_hello.cipher_suites, SUITE_MANDATORY_1_3)
               ? WEIGHT_SLIGHT
               : WEIGHT_NONE;
}

/* Only an offer that servers of any key and any age of the last ten years can take. */
static bool is_broad(const struct offer *offer)
{
    return offer->version_max >= TLS_VERSION_1_2 && offer->suites_legacy && offer->suites_rsa
           && offer->suites_ecdsa && offer->suites_ecdhe && !offer->suites_all_obsolete;
}

static enum weight weigh_suites(const struct facts *facts)
{
    const struct offer *offer = &facts->offer;

    if (offer->suites == 0 || offer->suites_all_obsolete)
        return WEIGHT_STANDS_OUT;
    if (!offer->suites_legacy)
        return list_u16_contains(facts->client_hello.cipher_suites, SUITE_MANDATORY_1_3)
                   ? WEIGHT_ORDINARY
                   : WEIGHT_STANDS_OUT;
    if (offer->version_max >= TLS_VERSION_1_3 && offer->suites_tls13)
        return WEIGHT_ORDINARY;
    /* Suites with pre-shared keys (RFC 4279), or for keys that few servers have. */
    if (!offer->suites_rsa && !offer->suites_ecdsa)
        return WEIGHT_STANDS_OUT;
    if (!offer->suites_ecdhe || !offer->suites_rsa || !offer->suites_ecdsa
        || offer->suites <= FEW_SUITES)
        return WEIGHT_UNUSUAL;
    return WEIGHT_ORDINARY;
}

static enum weight weigh_groups(const struct facts *facts)
{
    struct bytes list = facts->client_extensions.supported_groups.list;
    bool common = list_u16_contains(list, GROUP_SECP256R1) || list_u16_contains(list, GROUP_X25519);
    size_t count = 0;
    uint16_t group;

    if (!facts->offer.suites_ecdhe)
        return WEIGHT_NONE;
    if (facts->client_extensions.supported_groups.state == EXTENSION_ABSENT)
        return facts->offer.version_max >= TLS_VERSION_1_3 ? WEIGHT_STANDS_OUT : WEIGHT_NONE;
    while (list_u16_next(&list, &group))
        if (!tls_is_grease(group) && (group < GROUP_FFDHE_FIRST || group > GROUP_FFDHE_LAST))
            count++;
    if (!common)
        return WEIGHT_STANDS_OUT;
    return count == 1 ? WEIGHT_UNUSUAL : weigh_what_is_common(facts);
}

/* What the signature schemes of a list can verify. SignatureScheme values up to 0x06ff are
 * {hash, signature} pairs of RFC 5246 section 7.4.1.4.1; the 0x08.. ones are RFC 8446's. */
struct scheme_kinds {
    bool rsa;
    bool elliptic; /* ECDSA or EdDSA */
    bool modern;   /* a hash better than SHA-1 */
    size_t count;
};

static struct scheme_kinds sort_schemes(struct bytes list)
{
    enum { HASH_SHA1 = 2, INTRINSIC = 8, SIGNATURE_RSA = 1, SIGNATURE_ECDSA = 3 };
    static const uint8_t intrinsic_rsa[] = {0x04, 0x05, 0x06, 0x09, 0x0a, 0x0b};
    struct scheme_kinds kinds = {0};
    uint16_t scheme;

    while (list_u16_next(&list, &scheme)) {
        uint8_t hash = (uint8_t)(scheme >> 8);
        uint8_t low = (uint8_t)(scheme & 0xff);
        bool rsa = hash == INTRINSIC ? memchr(intrinsic_rsa, low, sizeof(intrinsic_rsa)) != NULL
                                     : low == SIGNATURE_RSA;

        if (tls_is_grease(scheme))
            continue;
        kinds.count++;
        kinds.rsa |= rsa;
        kinds.elliptic |= hash == INTRINSIC ? !rsa : low == SIGNATURE_ECDSA;
        kinds.modern |= hash > HASH_SHA1;
    }
    return kinds;
}

/* Without the list SHA-1 is all that the client takes (RFC 5246 section 7.4.1.4.1), which TLS 1.3
 * does not know; where the key is exchanged by RSA, nothing is signed. */
static enum weight weigh_no_schemes(const struct facts *facts)
{
    if (facts->offer.version_max >= TLS_VERSION_1_3)
        return WEIGHT_STANDS_OUT;
    if (!facts->offer.suites_ecdhe)
        return WEIGHT_ORDINARY;
    return is_broad(&facts->offer) && captured_after(facts, SHA1_GIVEN_UP) ? WEIGHT_STANDS_OUT
                                                                           : WEIGHT_UNUSUAL;
}

static enum weight weigh_schemes(const struct facts *facts)
{
    const struct offer *offer = &facts->offer;
    const struct extension_list *schemes = &facts->client_extensions.signature_algorithms;
    bool only_legacy = offer->version_max <= TLS_VERSION_1_2;
    struct scheme_kinds kinds;

    if (offer->version_max < TLS_VERSION_1_2)
        return WEIGHT_NONE;
    if (schemes->state == EXTENSION_ABSENT)
        return weigh_no_schemes(facts);
    kinds = sort_schemes(schemes->list);
    /* A kind of key that no suite offered can use is the matter of the suites. */
    if (only_legacy
        && ((!kinds.rsa && !offer->suites_rsa) || (!kinds.elliptic && !offer->suites_ecdsa)))
        return WEIGHT_NONE;
    if (!kinds.rsa || !kinds.elliptic || !kinds.modern)
        return WEIGHT_STANDS_OUT;
    return weigh_what_is_common(facts);
}

static enum weight weigh_no_name(const struct facts *facts)
{
    if (facts->client_extensions.server_name.state != EXTENSION_ABSENT)
        return WEIGHT_NONE;
    return facts->client_hello.has_extensions ? WEIGHT_UNUSUAL : WEIGHT_ORDINARY;
}

/* With an offer that fits everywhere, the name is what is left. */
static enum weight weigh_name(const struct facts *facts)
{
    if (facts->client_extensions.server_name.state != EXTENSION_WELL_FORMED)
        return WEIGHT_NONE;
    return is_broad(&facts->offer) ? WEIGHT_ORDINARY : WEIGHT_NONE;
}

static enum weight weigh_master_secret(const struct facts *facts)
{
    if (facts->client_extensions.extended_master_secret.state != EXTENSION_ABSENT
        || facts->offer.version_max != TLS_VERSION_1_2 || !is_broad(&facts->offer))
        return WEIGHT_NONE;
    return captured_after(facts, MASTER_SECRET_DEMANDED) ? WEIGHT_UNUSUAL : WEIGHT_NONE;
}

/* Up to TLS 1.2 a server names the group and signs behind its certificates (RFC 5246 section 7.4.3,
 * RFC 8422 section 5.4), and some look for a group and a scheme only then. */
static bool gave_up_before_signing(const struct facts *facts)
{
    return facts->server_certificate_note != NULL && !facts->tls13
           && facts->server_key_exchange_note == NULL && facts->server_hello_done_note == NULL
           && facts->refusal.by == SIDE_SERVER;
}

/* A server that sent HelloRetryRequest or ServerHello has found version, suite and group, and
 * looked at the name. It may find out late that its key does not fit, or that it has no group for
 * the suite that it chose. */
static bool is_settled(const struct facts *facts, enum suspect suspect)
{
    if (facts->retry_note == NULL && facts->server_hello_note == NULL)
        return false;
    if (suspect == SUSPECT_GROUPS)
        return !gave_up_before_signing(facts) || facts->suite == NULL
               || facts->suite->key_exchange != SUITE_KEY_EXCHANGE_ECDHE;
    if (suspect == SUSPECT_NO_NAME)
        return facts->server_hello_note == NULL || facts->server_certificate_note != NULL;
    return suspect != SUSPECT_SCHEMES;
}

static bool is_about_name(enum suspect suspect)
{
    return suspect == SUSPECT_NAME || suspect == SUSPECT_NO_NAME;
}

/* The offer has a suite with AEAD and an ephemeral key exchange for each kind of key, as every
 * server of TLS 1.2 has had for years (RFC 9325 section 4.2). */
static bool has_modern_suites(const struct facts *facts)
{
    struct bytes list = facts->client_hello.cipher_suites;
    bool rsa = false;
    bool elliptic = false;
    uint16_t value;

    while (list_u16_next(&list, &value)) {
        const struct suite *suite = suite_find(value);

        if (suite == NULL || suite->strength < SUITE_STRENGTH_MODERN)
            continue;
        rsa |= suite->authentication == SUITE_AUTHENTICATION_RSA;
        elliptic |= suite->authentication == SUITE_AUTHENTICATION_ECDSA;
    }
    return rsa && elliptic;
}

/* What the server took up later is no reason to refuse, where it does not depend on the rest of the
 * offer. */
static enum weight correct_down(enum suspect suspect, enum weight weight)
{
    if (is_about_name(suspect))
        return WEIGHT_NONE;
    return weight > WEIGHT_ORDINARY ? WEIGHT_ORDINARY : weight;
}

/* What this server did with others outweighs what servers do in general. A version that it does
 * not take explains all else about an old hello. */
static enum weight correct(const struct facts *facts, enum suspect suspect, enum weight weight)
{
    static const enum weight least[SUSPECTS] = {
        [SUSPECT_SUITES] = WEIGHT_ORDINARY, [SUSPECT_GROUPS] = WEIGHT_UNUSUAL,
        [SUSPECT_SCHEMES] = WEIGHT_UNUSUAL, [SUSPECT_NO_NAME] = WEIGHT_ORDINARY,
        [SUSPECT_NAME] = WEIGHT_ORDINARY,
    };
    enum known_says says = known_about(facts, suspect);

    if (says == KNOWN_AGAINST)
        return correct_down(suspect, weight);
    if (says == KNOWN_HINTS && weight < WEIGHT_ORDINARY && has_modern_suites(facts))
        return WEIGHT_ORDINARY;
    if (says < KNOWN_FOR || weight < least[suspect])
        return weight;
    return suspect == SUSPECT_VERSION || known_about(facts, SUSPECT_VERSION) < KNOWN_FOR
               ? WEIGHT_KNOWN
               : weight;
}

static enum weight weigh(const struct facts *facts, enum suspect suspect)
{
    static enum weight (*const weighers[SUSPECTS])(const struct facts *facts) = {
        [SUSPECT_VERSION] = weigh_version,
        [SUSPECT_SUITES] = weigh_suites,
        [SUSPECT_GROUPS] = weigh_groups,
        [SUSPECT_SCHEMES] = weigh_schemes,
        [SUSPECT_NO_NAME] = weigh_no_name,
        [SUSPECT_NAME] = weigh_name,
        [SUSPECT_MASTER_SECRET] = weigh_master_secret,
    };

    return is_settled(facts, suspect) ? WEIGHT_NONE
                                      : correct(facts, suspect, weighers[suspect](facts));
}

/* The ways to refuse a hello. */
enum manner_kind { MANNER_ALERT, MANNER_CLOSED, MANNER_ENCRYPTED };

struct manner {
    enum manner_kind kind;
    uint8_t alert;
    enum weight least;              /* a lighter suspect does not explain this refusal */
    enum weight least_of[SUSPECTS]; /* the same of single ones; WEIGHT_NONE: as above */
    enum weight enough;             /* this heavy, and heavier than all others, is the most */
    enum certainty cap[SUSPECTS];   /* the most that this refusal can say of each suspect */
    bool means_known_names;         /* likely of names that others show to be the reason */
};

/* Which codes fit what, by RFC 8446 section 6.2 and its predecessors; with the freedom that
 * stacks take: illegal_parameter and unexpected_message for groups, internal_error when they
 * find no parameters for a key exchange, and that or access_denied when they find no certificate
 * for a name. */
static const struct manner manners[] = {
    {
        .kind = MANNER_ALERT,
        .alert = TLS_ALERT_HANDSHAKE_FAILURE,
        .least = WEIGHT_SLIGHT,
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
        .least = WEIGHT_ORDINARY,
        .enough = WEIGHT_ORDINARY,
        .cap = {[SUSPECT_SUITES] = CAUSE_LIKELY,
                [SUSPECT_GROUPS] = CAUSE_LIKELY,
                [SUSPECT_SCHEMES] = CAUSE_LIKELY,
                [SUSPECT_MASTER_SECRET] = CAUSE_POSSIBLE},
    },
    {
        .kind = MANNER_ALERT,
        .alert = TLS_ALERT_ILLEGAL_PARAMETER,
        .least = WEIGHT_UNUSUAL,
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_GROUPS] = CAUSE_LIKELY, [SUSPECT_SCHEMES] = CAUSE_POSSIBLE},
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
        .least_of = {[SUSPECT_GROUPS] = WEIGHT_STANDS_OUT, [SUSPECT_NAME] = WEIGHT_ORDINARY},
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_GROUPS] = CAUSE_POSSIBLE,
                [SUSPECT_SCHEMES] = CAUSE_POSSIBLE,
                [SUSPECT_NO_NAME] = CAUSE_POSSIBLE,
                [SUSPECT_NAME] = CAUSE_POSSIBLE},
        .means_known_names = true,
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
        .kind = MANNER_CLOSED,
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

static bool is_refused_so(const struct facts *facts, const struct manner *manner)
{
    bool is_offer_refused = facts_server_refused_hello(facts) || gave_up_before_signing(facts);

    switch (manner->kind) {
    case MANNER_ALERT:
        return is_offer_refused && facts_alert(facts, SIDE_SERVER, manner->alert);
    case MANNER_CLOSED:
        return is_offer_refused && facts_closed_without_reason(facts, SIDE_SERVER)
               && facts->waited_ns < PROMPT_NS;
    case MANNER_ENCRYPTED:
        return facts->tls13 && facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
               && facts->refusal.by == SIDE_SERVER
               && facts->first_protected_note[SIDE_CLIENT] == NULL;
    }
    return false;
}

/* The host itself ended it, in whatever way. */
static bool is_ended_by_host(const struct facts *facts)
{
    return facts->refusal.kind != REFUSAL_RST
           || reset_is_foreign(facts, facts->refusal.by) == CAUSE_NO;
}

/* The refusal is the alert that speaks of no part of the offer. */
static bool is_general(const struct manner *manner)
{
    return manner->kind == MANNER_ALERT && manner->alert == TLS_ALERT_HANDSHAKE_FAILURE;
}

/* The most that this refusal can say of a suspect, with what is known of the server. */
static enum certainty cap_of(const struct facts *facts, const struct manner *manner,
                             enum suspect suspect)
{
    enum certainty cap = manner->cap[suspect];
    enum known_says says = known_about(facts, suspect);

    if (suspect == SUSPECT_VERSION && says == KNOWN_SURE && cap == CAUSE_LIKELY
        && is_ended_by_host(facts))
        return CAUSE_CERTAIN;
    if (is_about_name(suspect) && says == KNOWN_SURE && manner->kind == MANNER_CLOSED
        && !known_resets_follow_names(facts))
        return CAUSE_LIKELY;
    return is_about_name(suspect) && says >= KNOWN_FOR && manner->means_known_names ? CAUSE_LIKELY
                                                                                    : cap;
}

/* The weight of the heaviest of the other suspects that this refusal can be about. */
static enum weight weigh_others(const struct facts *facts, const struct manner *manner,
                                enum suspect suspect)
{
    enum weight heaviest = WEIGHT_NONE;

    for (size_t other = 0; other < SUSPECTS; other++) {
        enum weight weight;

        if (other == suspect || cap_of(facts, manner, (enum suspect)other) == CAUSE_NO)
            continue;
        weight = weigh(facts, (enum suspect)other);
        heaviest = weight > heaviest ? weight : heaviest;
    }
    return heaviest;
}

/* From TLS 1.0 on there is an alert for a version that is not supported (RFC 2246 section 7.2.2).
 * A server that sends the general one instead may mean suites that are as unusual. */
static bool suites_may_be_meant(const struct facts *facts, const struct manner *manner,
                                enum suspect suspect, enum weight weight)
{
    return suspect == SUSPECT_VERSION && weight < WEIGHT_KNOWN && is_general(manner)
           && facts->offer.version_max >= TLS_VERSION_1_0
           && weigh(facts, SUSPECT_SUITES) >= WEIGHT_UNUSUAL;
}

/* How well a suspect of this weight explains a refusal that it can be about. */
static enum certainty compare(const struct facts *facts, const struct manner *manner,
                              enum suspect suspect, enum weight weight)
{
    enum weight others = weigh_others(facts, manner, suspect);

    if (weight == WEIGHT_SLIGHT && others >= WEIGHT_UNUSUAL)
        return CAUSE_NO;
    return weight >= manner->enough && weight > others
                   && !suites_may_be_meant(facts, manner, suspect, weight)
               ? cap_of(facts, manner, suspect)
               : CAUSE_POSSIBLE;
}

static enum weight least_of(const struct manner *manner, enum suspect suspect)
{
    enum weight least = manner->least_of[suspect];

    return least != WEIGHT_NONE ? least : manner->least;
}

enum certainty refused_hello_suspect(const struct facts *facts, enum suspect suspect)
{
    if (!facts->client_hello_read)
        return CAUSE_NO;
    for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
        const struct manner *manner = &manners[i];
        enum weight weight;

        if (!is_refused_so(facts, manner))
            continue;
        weight = weigh(facts, suspect);
        return cap_of(facts, manner, suspect) != CAUSE_NO && weight >= least_of(manner, suspect)
                   ? compare(facts, manner, suspect, weight)
                   : CAUSE_NO;
    }
    return CAUSE_NO;
}
