/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/manner.h"

#include "analyze/causes/known.h"
#include "analyze/causes/transport.h"
#include "analyze/causes/version_refusal.h"
#include "capture/time_unit.h"

/* A server that closes because of an offer does it when it has read it. What comes later than
 * this is a time-out. */
#define PROMPT_NS (2 * SECOND_NS)

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
                     [SUSPECT_NO_NAME] = WEIGHT_ORDINARY,
                     [SUSPECT_NAME] = WEIGHT_ORDINARY},
        .enough = WEIGHT_STANDS_OUT,
        .cap = {[SUSPECT_VERSION] = CAUSE_POSSIBLE,
                [SUSPECT_GROUPS] = CAUSE_POSSIBLE,
                [SUSPECT_SCHEMES] = CAUSE_POSSIBLE,
                [SUSPECT_NO_NAME] = CAUSE_POSSIBLE,
                [SUSPECT_NAME] = CAUSE_POSSIBLE},
        .means_known_names = true,
        .means_own_error = true,
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

bool manner_is_before_signing(const struct facts *facts)
{
    return facts->server_certificate_note != NULL && !facts->tls13
           && facts->server_key_exchange_note == NULL && facts->server_hello_done_note == NULL
           && facts->refusal.by == SIDE_SERVER;
}

bool manner_is_of_host(const struct facts *facts)
{
    return facts->refusal.kind != REFUSAL_RST
           || reset_is_foreign(facts, facts->refusal.by) == CAUSE_NO;
}

/* A server without any other packet has no hop limit to compare. */
static bool origin_is_open(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_RST
           && (!manner_is_of_host(facts) || known_resets_follow_names(facts)
               || facts->connection->direction[facts->refusal.by].hop_limit == 0);
}

static enum manner_kind kind_of_close(const struct facts *facts)
{
    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_CLOSE_NOTIFY))
        return MANNER_CLOSE_NOTIFY;
    return origin_is_open(facts) ? MANNER_OPEN_RESET : MANNER_CLOSED;
}

static bool is_refused_so(const struct facts *facts, const struct manner *manner)
{
    bool is_offer_refused = facts_server_refused_hello(facts) || manner_is_before_signing(facts);

    switch (manner->kind) {
    case MANNER_ALERT:
        return is_offer_refused && facts_alert(facts, SIDE_SERVER, manner->alert)
               && (manner->is_doubtful == NULL || manner->is_doubtful(facts));
    case MANNER_CLOSE_NOTIFY:
    case MANNER_CLOSED:
    case MANNER_OPEN_RESET:
        return is_offer_refused && facts_closed_without_reason(facts, SIDE_SERVER)
               && kind_of_close(facts) == manner->kind && facts->waited_ns < PROMPT_NS;
    case MANNER_ENCRYPTED:
        return facts->tls13 && facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
               && facts->refusal.by == SIDE_SERVER
               && facts->first_protected_note[SIDE_CLIENT] == NULL;
    }
    return false;
}

const struct manner *manner_of(const struct facts *facts)
{
    if (!facts->client_hello_read)
        return NULL;
    for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
        if (is_refused_so(facts, &manners[i]))
            return &manners[i];
    return NULL;
}

enum weight manner_least(const struct manner *manner, enum suspect suspect)
{
    enum weight least = manner->least_of[suspect];

    return least != WEIGHT_NONE ? least : manner->least;
}

bool manner_is_general(const struct manner *manner)
{
    return manner->kind == MANNER_CLOSE_NOTIFY
           || (manner->kind == MANNER_ALERT && manner->alert == TLS_ALERT_HANDSHAKE_FAILURE);
}

bool manner_is_silent(const struct manner *manner)
{
    return manner->kind == MANNER_CLOSED || manner->kind == MANNER_OPEN_RESET;
}
