/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/proxy_refusal.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/transport.h"
#include "analyze/causes/version_refusal.h"
#include "analyze/knowledge.h"

/* 2011-03-01: RFC 6176 prohibits SSL 2.0; until then clients sent hellos in its format to reach
 * servers of every age. */
#define SSL2_FORMAT_GIVEN_UP INT64_C(1298937600)

/* The server names the reason itself. */
static enum certainty server_says_so(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = version_refusal_by_server(facts);

    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    describe_known(facts, SUSPECT_VERSION, evidence);
    /* The octets of a PROXY protocol header are not the version of a record either. */
    return certainty == CAUSE_CERTAIN && refuses_proxy_header(facts) != CAUSE_NO ? CAUSE_LIKELY
                                                                                 : certainty;
}

/* Where one of the hellos was not read the choice may be one that the client names. Clients whose
 * best version is one that RFC 8996 deprecates are few. */
static enum certainty weigh_choice(const struct facts *facts)
{
    if (version_of_record_is_odd(facts))
        return CAUSE_POSSIBLE;
    if (facts->client_hello_read && facts->server_hello_read)
        return CAUSE_CERTAIN;
    return facts->server_hello_read && facts->version < TLS_VERSION_1_2 ? CAUSE_LIKELY
                                                                        : CAUSE_POSSIBLE;
}

/* The client refuses the version that the server chose: it comes after a ServerHello. A client
 * that gets something else than TLS may send the same alert, but then there is none. */
static enum certainty client_says_so(const struct facts *facts, struct evidence *evidence)
{
    if (!facts_client_refused_server(facts)
        || !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_PROTOCOL_VERSION)
        || version_choice_was_named(facts))
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    describe_choice(facts, evidence);
    return weigh_choice(facts);
}

/* The server chose a version that the client did not offer, and the client left without saying
 * protocol_version(70). */
static enum certainty choice_was_not_offered(const struct facts *facts, struct evidence *evidence)
{
    if (!facts_client_refused_server(facts) || !facts->server_hello_read
        || !facts->client_hello_read
        || client_hello_offers_version(&facts->client_hello, facts->version))
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    describe_choice(facts, evidence);
    return CAUSE_LIKELY;
}

/* It offers more, or did so before it fell back (RFC 7507). */
static bool client_knows_tls_1_2(const struct facts *facts)
{
    return facts->offer.version_max >= TLS_VERSION_1_2 || facts->offer.fallback_scsv;
}

/* Up to TLS 1.1 a ServerKeyExchange is signed with MD5 and SHA-1 together, or SHA-1 alone (RFC 4346
 * section 7.4.3). Libraries whose policy has no place for these offer the version all the same, and
 * give up at the signature with an error that they call their own. */
static enum certainty choice_is_unusable(const struct facts *facts, struct evidence *evidence)
{
    if (!facts_client_refused_server(facts)
        || !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR)
        || facts->server_key_exchange_note == NULL || facts->client_key_exchange_note != NULL
        || facts->version >= TLS_VERSION_1_2 || !client_knows_tls_1_2(facts))
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    describe_choice(facts, evidence);
    evidence_add(evidence, "signature", facts->server_key_exchange_note->at,
                 "the server's key exchange is signed with SHA-1, which that version prescribes "
                 "and clients of today refuse");
    return CAUSE_LIKELY;
}

/* Programs that keep what their library writes in memory close before they have sent its alert. A
 * certificate that the client does not like looks the same, and comes first where it is likely. */
static enum certainty left_at_signature(const struct facts *facts, struct evidence *evidence)
{
    if (!client_left_at_flight(facts) || known_client_takes_flight(facts)
        || !version_signature_is_unlisted(facts))
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    describe_choice(facts, evidence);
    evidence_add(evidence, "signature", facts->server_key_exchange_note->at,
                 "the server's key exchange is signed with SHA-1, which that version prescribes "
                 "and the client does not list among the schemes that it takes");
    return CAUSE_POSSIBLE;
}

/* A hello in SSL 2.0 format: servers that know only the later format answer with an alert, with
 * octets in clear, or just close. */
static enum certainty obsolete_format(const struct facts *facts, struct evidence *evidence)
{
    const struct refusal *refusal = &facts->refusal;

    if (facts->sslv2_hello_note == NULL || facts->server_hello_note != NULL
        || refusal->kind == REFUSAL_NONE || refusal->by != SIDE_SERVER)
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    return captured_after(facts, SSL2_FORMAT_GIVEN_UP) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

static enum certainty obsolete_offer(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = refused_hello_suspect(facts, SUSPECT_VERSION);

    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_offered_versions(facts, evidence);
    describe_known(facts, SUSPECT_VERSION, evidence);
    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR))
        evidence_add(evidence, "signature", facts->client_hello_note->at,
                     "the versions offered prescribe signatures with SHA-1, which servers of today "
                     "refuse to make: some take such a hello and fail only then");
    return certainty;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    static enum certainty (*const rules[])(const struct facts *facts, struct evidence *evidence) = {
        server_says_so,    client_says_so,  choice_was_not_offered, choice_is_unusable,
        left_at_signature, obsolete_format, obsolete_offer,
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        enum certainty certainty = rules[i](facts, evidence);

        if (certainty != CAUSE_NO)
            return certainty;
    }
    return CAUSE_NO;
}

/* The client's minimum is not on the wire, and some clients leave below it without an alert. */
static bool client_may_have_left_for_it(const struct facts *facts)
{
    return facts_client_refused_server(facts) && facts_closed_without_reason(facts, SIDE_CLIENT)
           && client_silent_after_flight(facts)
           && server_silence_ns(facts) <= CERTIFICATE_JUDGEMENT_NS && facts->version != 0
           && facts->offer.version_max > facts->version && !version_choice_was_named(facts);
}

/* A server that chose better versions alone, however seldom it was seen, may mean the version by an
 * alert that names none. */
static bool server_may_have_none_so_old(const struct facts *facts)
{
    return facts_server_refused_hello(facts)
           && (facts_alert(facts, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE)
               || facts_alert(facts, SIDE_SERVER, TLS_ALERT_INSUFFICIENT_SECURITY))
           && known_chose_only_above(facts);
}

/* Nobody saw it choose a version. */
static bool versions_are_unknown(const struct facts *facts)
{
    const struct known_server *server = known_server_of(facts);

    return server == NULL || server->chosen[KNOWN_VERSIONS].count == 0;
}

/* GnuTLS, where TLS 1.3 alone is allowed, finds no suite in a hello of TLS 1.2 and says so. That is
 * worth a thought where the suites offered give no reason for it. */
static bool server_may_have_1_3_alone(const struct facts *facts)
{
    return refused_hello_by_failure(facts) && facts->offer.version_max == TLS_VERSION_1_2
           && refused_offer_is_usual(facts) && versions_are_unknown(facts);
}

static bool is_conceivable(const struct facts *facts)
{
    return server_may_have_1_3_alone(facts) || server_may_have_none_so_old(facts)
           || client_may_have_left_for_it(facts) || version_complaint_is_contradicted(facts)
           || refused_hello_played_down(facts, SUSPECT_VERSION);
}

const struct cause cause_version_mismatch = {
    .id = "version_mismatch",
    .layer = LAYER_NEGOTIATION,
    .title = "Client and server have no TLS version in common",
    .explanation =
        "The versions that the client offers and those that the server accepts do not "
        "overlap. Servers say so with protocol_version(70); others refuse with "
        "handshake_failure(40) or insufficient_security(71), or just close. A client refuses "
        "in the same way a ServerHello that chooses a version below its minimum, or leaves "
        "without a word; at the SHA-1 signatures of TLS 1.0 and 1.1 it gives up with "
        "internal_error(80), or leaves as well; so does a server that takes these versions "
        "and may not sign with SHA-1. Some old servers and devices end every hello that "
        "offers TLS 1.3, and take one that does not. Some programs, such as those on .NET under "
        "Windows, send protocol_version(70) for other failures, too: the evidence says what "
        "contradicts it.",
    .remedy = "Compare both sides: `openssl s_client -connect SERVER:PORT -tls1_2` (and -tls1_3) "
              "shows what the server takes; `tlswhy --json` lists what the client offers. Update "
              "the older side. Lowering the minimum version of the newer one is a stopgap: TLS "
              "1.0 and 1.1 are deprecated by RFC 8996.",
    .reported_as = "OpenSSL: tlsv1 alert protocol version, unsupported protocol, wrong version "
                   "number; curl: (35); Chromium: net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH; "
                   "Firefox: SSL_ERROR_UNSUPPORTED_VERSION, SSL_ERROR_PROTOCOL_VERSION_ALERT; "
                   "Java: SSLHandshakeException: Received fatal alert: protocol_version; Go: tls: "
                   "client offered only unsupported versions",
    .alerts = CAUSE_ALERTS(TLS_ALERT_PROTOCOL_VERSION, TLS_ALERT_HANDSHAKE_FAILURE,
                           TLS_ALERT_INSUFFICIENT_SECURITY, TLS_ALERT_INTERNAL_ERROR,
                           TLS_ALERT_CLOSE_NOTIFY),
    .source = "RFC 8446 sections 4.1.3, 4.2.1 and 6.2; RFC 8996; RFC 6176",
    .match = match,
    .conceivable = is_conceivable,
};
