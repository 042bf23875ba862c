/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/certificate_refusal.h"

#include "analyze/causes/known_certificate.h"
#include "analyze/causes/refused_hello.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/version_refusal.h"
#include "analyze/chain_problem.h"
#include "analyze/knowledge.h"
#include "capture/moment.h"
#include "dissect/tls.h"

const struct chain_judgement *certificate_refused(const struct facts *facts)
{
    if (!facts_client_refused_server(facts) || facts->refusal.kind == REFUSAL_PLAINTEXT
        || !facts_is_before_end(facts, facts->server_certificate_note))
        return NULL;
    return facts->chain[SIDE_SERVER];
}

/* Alerts that clients send for any problem of a certificate, whatever the RFC has them for: the
 * general ones of verifiers, and those of programs that check a name in code of their own. */
static bool is_vague(uint8_t alert)
{
    static const uint8_t vague[] = {
        TLS_ALERT_BAD_CERTIFICATE,       TLS_ALERT_CERTIFICATE_UNKNOWN,
        TLS_ALERT_HANDSHAKE_FAILURE,     TLS_ALERT_INTERNAL_ERROR,
        TLS_ALERT_ACCESS_DENIED,         TLS_ALERT_UNSUPPORTED_CERTIFICATE,
        TLS_ALERT_INSUFFICIENT_SECURITY,
    };

    for (size_t i = 0; i < sizeof(vague); i++)
        if (vague[i] == alert)
            return true;
    return false;
}

/* Those of them that no verifier has for an issuer that it does not know: they come of errors in
 * the handshake, and of checks that a program does itself. Who denies access has been asked whether
 * to trust the certificate, as by FreeRDP. */
static bool is_general(uint8_t alert)
{
    return alert == TLS_ALERT_HANDSHAKE_FAILURE || alert == TLS_ALERT_INTERNAL_ERROR
           || alert == TLS_ALERT_INSUFFICIENT_SECURITY;
}

/* When the client does not say what was wrong. By a clock that is wrong it may have been the dates,
 * whatever else stands out. */
static enum certainty weigh_unnamed(const struct facts *facts)
{
    return capture_clock_is_early(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
}

/* No client builds a path from what came, whatever its trust store holds but this very chain. */
static bool path_is_broken(const struct chain_judgement *chain)
{
    return chain->end == CHAIN_END_SELF_SIGNED
           || (chain->end == CHAIN_END_ISSUER_MISSING && chain_lacks_intermediate(chain));
}

/* certificate_unknown is what Java says of a path that it cannot build, which it tries first, and
 * Chromium of everything, of which it tells the issuer before names and dates. Of dates in a path
 * that it has built Java says certificate_expired. */
static bool may_be_about_path(const struct facts *facts, uint8_t named)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];

    if (named == TLS_ALERT_UNKNOWN_CA || chain == NULL
        || !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_UNKNOWN))
        return false;
    return path_is_broken(chain)
           || (named == TLS_ALERT_CERTIFICATE_EXPIRED && chain->end == CHAIN_END_UNTRUSTED_ROOT);
}

/* The client says unknown_ca of a chain that leads to no authority: nothing else need be wrong. */
static bool says_what_is_seen_of_trust(const struct facts *facts)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];

    return facts->refusal.alert == TLS_ALERT_UNKNOWN_CA && chain != NULL
           && (chain->end == CHAIN_END_ISSUER_MISSING || chain->end == CHAIN_END_UNTRUSTED_ROOT
               || chain->end == CHAIN_END_SELF_SIGNED);
}

/* With this kind of hello the client took this server's flight for this name, minutes before or
 * after: it does not verify, or made an exception, and drops connections for other reasons. */
static bool takes_it_as_it_is(const struct facts *facts)
{
    const struct known *known = facts->known;

    if (known == NULL || known->attempt == NULL)
        return false;
    return known->attempt->is_taken
           || (known->client != NULL && known->client->taken.asked == known->attempt->hello.asked
               && times_are_within(KNOWLEDGE_SAME_RUN_NS, known->client->taken.began_ns,
                                   known->attempt->hello.began_ns));
}

/* When it leaves without a word. Later than a program judges a certificate it may be a user who was
 * asked about it, or a time-out. */
static enum certainty weigh_leaving(const struct facts *facts)
{
    bool may_be_unrelated =
        known_client_scans(facts->known) || takes_it_as_it_is(facts) || !client_ended_soon(facts);

    return may_be_unrelated ? CAUSE_POSSIBLE : weigh_unnamed(facts);
}

enum certainty certificate_refusal_weigh(const struct facts *facts, uint8_t named)
{
    const struct refusal *refusal = &facts->refusal;

    if (refusal->kind == REFUSAL_ALERT && named != TLS_ALERT_BAD_CERTIFICATE
        && refusal->alert == named)
        return CAUSE_CERTAIN;
    if (refusal->kind == REFUSAL_ALERT && named == TLS_ALERT_UNKNOWN_CA
        && is_general(refusal->alert))
        return CAUSE_POSSIBLE;
    if (refusal->kind == REFUSAL_ALERT && may_be_about_path(facts, named))
        return CAUSE_POSSIBLE;
    if (refusal->kind == REFUSAL_ALERT && is_vague(refusal->alert))
        return weigh_unnamed(facts);
    if (refusal->kind == REFUSAL_ALERT && says_what_is_seen_of_trust(facts))
        return CAUSE_NO;
    if (refusal->kind == REFUSAL_ALERT
        && (alert_is_about_certificates(refusal->alert) || refusal->alert == TLS_ALERT_DECRYPT_ERROR
            || version_complaint_is_about_flight(facts)))
        return CAUSE_POSSIBLE;
    if (server_stopped_midway(facts) == CAUSE_LIKELY)
        return CAUSE_NO;
    if (refusal->kind == REFUSAL_ENCRYPTED_ALERT)
        return facts->finished_note[SIDE_SERVER] == NULL ? weigh_unnamed(facts) : CAUSE_NO;
    if (facts_closed_without_reason(facts, SIDE_CLIENT) && client_silent_after_flight(facts))
        return weigh_leaving(facts);
    return CAUSE_NO;
}

/* Whatever the trust store here makes of the issuer that came with the leaf: the client takes it
 * elsewhere, and says nothing else of it here. */
static bool trusts_issuer(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_ALERT
           && !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA)
           && facts->chain[SIDE_SERVER]->path_length > 1 && known_issuer_is_taken(facts);
}

/* A root that is not known here may be known to the client, and something else is there that it
 * minds then: a critical extension that nobody may take (RFC 5280 section 4.2), or, for what it
 * says, a key usage. */
static bool has_fault_beside_root(const struct facts *facts)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];
    bool says_unknown = facts_alert(facts, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_UNKNOWN);

    return !path_is_broken(chain)
           && (chain->critical_of != NULL
               || (says_unknown && chain->purpose == PURPOSE_SUITE_KEY_USAGE));
}

enum certainty certificate_refusal_weigh_trust(const struct facts *facts)
{
    enum certainty certainty = certificate_refusal_weigh(facts, TLS_ALERT_UNKNOWN_CA);

    if (facts_alert(facts, SIDE_CLIENT, TLS_ALERT_DECRYPT_ERROR))
        return CAUSE_NO;
    if (trusts_issuer(facts))
        return CAUSE_NO;
    if (facts->refusal.kind == REFUSAL_ALERT)
        return certainty == CAUSE_LIKELY && has_fault_beside_root(facts) ? CAUSE_POSSIBLE
                                                                         : certainty;
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    return facts->chain[SIDE_SERVER]->path_length == 1 ? CAUSE_POSSIBLE : CAUSE_NO;
}

bool certificate_trust_is_in_doubt(const struct facts *facts, enum chain_end end)
{
    const struct chain_judgement *chain = certificate_refused(facts);

    return chain != NULL && chain->end == end
           && (facts->refusal.kind != REFUSAL_ALERT || trusts_issuer(facts)
               || facts_closed_without_reason(facts, SIDE_CLIENT))
           && certificate_refusal_weigh(facts, TLS_ALERT_UNKNOWN_CA) != CAUSE_NO;
}

bool capture_clock_is_early(const struct facts *facts)
{
    static const struct {
        uint16_t version;
        int64_t since; /* begin of the year, seconds since 1970 */
    } published[] = {
        {TLS_VERSION_1_0, INT64_C(915148800)},  /* 1999: RFC 2246 */
        {TLS_VERSION_1_1, INT64_C(1136073600)}, /* 2006: RFC 4346 */
        {TLS_VERSION_1_2, INT64_C(1199145600)}, /* 2008: RFC 5246 */
        {TLS_VERSION_1_3, INT64_C(1514764800)}, /* 2018: RFC 8446 */
    };

    for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++)
        if (published[i].version == facts->version)
            return !captured_after(facts, published[i].since);
    return false;
}

static struct moment certificate_moment(const struct facts *facts, enum side side)
{
    return side == SIDE_SERVER ? facts->server_certificate_note->at
                               : facts->client_certificate_note->at;
}

void describe_certificate(const struct facts *facts, enum side side,
                          const struct certificate *certificate, struct evidence *evidence)
{
    struct text text;

    if (certificate == NULL || certificate->reading == CERTIFICATE_UNREADABLE)
        return;
    text = evidence_begin(evidence, "certificate", certificate_moment(facts, side));
    text_add(&text, "certificate of %s, issued by %s",
             certificate->subject[0] != '\0' ? certificate->subject : "(no name)",
             certificate->issuer[0] != '\0' ? certificate->issuer : "(no name)");
    if (certificate->has_validity) {
        text_add(&text, ", valid from ");
        text_add_date(&text, certificate->not_before);
        text_add(&text, " to ");
        text_add_date(&text, certificate->not_after);
    }
}

void describe_validity(const struct facts *facts, enum side side, struct evidence *evidence)
{
    const struct chain_judgement *chain = facts->chain[side];
    bool is_expired = chain->validity == VALIDITY_EXPIRED;
    struct text text;

    if (chain->validity_of == NULL)
        return;
    text = evidence_begin(evidence, is_expired ? "not_after" : "not_before",
                          certificate_moment(facts, side));
    chain_problem_add_validity(&text, chain);
}

void describe_names(const struct facts *facts, struct evidence *evidence)
{
    const struct certificate *leaf = facts->chain[SIDE_SERVER]->leaf;
    struct text text;

    if (leaf == NULL)
        return;
    text = evidence_begin(evidence, "certificate_names", certificate_moment(facts, SIDE_SERVER));
    chain_problem_add_names(&text, leaf);
}

void describe_chain_end(const struct facts *facts, enum side side, struct evidence *evidence)
{
    const struct chain_judgement *chain = facts->chain[side];
    const struct certificate *last = chain->last;
    struct moment at = certificate_moment(facts, side);

    if (last == NULL)
        return;
    if (chain->end == CHAIN_END_SELF_SIGNED)
        evidence_add(evidence, "self_signed", at, "the certificate is its own issuer: %s",
                     last->subject);
    else if (chain->end == CHAIN_END_UNTRUSTED_ROOT)
        evidence_add(evidence, "untrusted_root", at,
                     "the chain ends at a root that is not in the trust store: %s", last->issuer);
    else if (chain->end == CHAIN_END_ISSUER_MISSING)
        evidence_add(evidence, "issuer_missing", at,
                     "the issuer of %s is neither sent nor in the trust store: %s%s%s%s",
                     chain->path_length == 1 ? "the certificate" : "the last certificate sent",
                     last->issuer, chain->issuer_is_root ? ", a root by its name" : "",
                     chain->issuer_url != NULL ? "; it can be fetched from " : "",
                     chain->issuer_url != NULL ? chain->issuer_url : "");
    else if (chain->end == CHAIN_END_ANCHORED)
        evidence_add(evidence, "chain_complete", at,
                     "the chain is complete up to a root of the trust store: %s",
                     chain->anchor->subject);
}

void describe_purpose(const struct facts *facts, enum side side, struct evidence *evidence)
{
    static const char *const texts[] = {
        [PURPOSE_OK] = "",
        [PURPOSE_EXTENDED_KEY_USAGE] = "its extended key usage does not allow this use",
        [PURPOSE_KEY_USAGE] = "its key usage does not allow what TLS needs",
        [PURPOSE_CA_AS_LEAF] = "it is a certificate authority's, used as a server's",
        [PURPOSE_NOT_CA] = "it issued a certificate and is no certificate authority's",
        [PURPOSE_NO_CERT_SIGN] = "it issued a certificate without the key usage for that",
        [PURPOSE_PATH_LENGTH] = "there are more certificates below it than it allows",
        [PURPOSE_NAME_CONSTRAINTS] = "its name constraints forbid a name below it",
        [PURPOSE_SUITE_KEY_USAGE] = "it has a key usage that the cipher suite does not fit",
        [PURPOSE_ANY_ONLY] = "it names no purpose but any, which OpenSSL and others refuse",
    };
    const struct chain_judgement *chain = facts->chain[side];
    const char *text = texts[chain->purpose];

    if (chain->purpose_of == NULL)
        return;
    if (chain->purpose == PURPOSE_CA_AS_LEAF && side == SIDE_CLIENT)
        text = "it is a certificate authority's, used as a client's";
    evidence_add(evidence, "purpose", certificate_moment(facts, side), "certificate of %s: %s",
                 chain->purpose_of->subject, text);
}

void describe_critical(const struct facts *facts, enum side side, struct evidence *evidence)
{
    const struct certificate *certificate = facts->chain[side]->critical_of;

    if (certificate != NULL)
        evidence_add(evidence, "critical_extension", certificate_moment(facts, side),
                     "certificate of %s: a critical extension that is not known has to be "
                     "refused: %s",
                     certificate->subject, certificate->critical_oid);
}

void describe_weakness(const struct facts *facts, enum side side, struct evidence *evidence)
{
    const struct chain_judgement *chain = facts->chain[side];
    const struct certificate *weak = chain->weakness_of;

    if (weak != NULL)
        evidence_add(evidence, "weakness", certificate_moment(facts, side),
                     "certificate of %s: key %s of %u bits, signed with %s", weak->subject,
                     weak->key_name, weak->key_bits, weak->signature_name);
}

void describe_revocation(const struct facts *facts, enum side side, struct evidence *evidence)
{
    const struct chain_judgement *chain = facts->chain[side];

    if (chain->revoked != NULL)
        evidence_add(evidence, "revoked", certificate_moment(facts, side),
                     "certificate of %s: %s says that it is revoked", chain->revoked->subject,
                     chain->revoked_by_staple ? "the stapled OCSP response" : "a CRL");
}

void describe_client_chain(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = facts->chain[SIDE_CLIENT];

    if (chain == NULL)
        return;
    describe_certificate(facts, SIDE_CLIENT, chain->leaf, evidence);
    describe_revocation(facts, SIDE_CLIENT, evidence);
    describe_validity(facts, SIDE_CLIENT, evidence);
    if (chain->end != CHAIN_END_ANCHORED)
        describe_chain_end(facts, SIDE_CLIENT, evidence);
    describe_purpose(facts, SIDE_CLIENT, evidence);
    describe_critical(facts, SIDE_CLIENT, evidence);
    describe_weakness(facts, SIDE_CLIENT, evidence);
}
