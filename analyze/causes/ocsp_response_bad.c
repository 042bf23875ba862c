/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/server_flight.h"
#include "analyze/chain.h"

/* Of the staple that came, or that did not, when it is known what is wrong with it. */
static bool has_visible_problem(const struct chain_judgement *chain)
{
    return chain != NULL && chain->staple != STAPLE_OK && chain->staple != STAPLE_REVOKED;
}

static void describe_staple(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];
    bool is_due = has_visible_problem(chain) && chain->staple == STAPLE_MISSING;

    if (facts->certificate_status_note != NULL)
        evidence_add(evidence, "stapled_response", facts->certificate_status_note->at,
                     "the server sent a stapled OCSP response of %u octets%s%s",
                     facts->certificate_status_note->length,
                     has_visible_problem(chain) ? ", which is bad: " : "",
                     has_visible_problem(chain) ? chain_staple_problem_name(chain->staple) : "");
    else if (!facts->tls13 && facts->server_certificate_note != NULL)
        evidence_add(evidence, "stapled_response", (struct moment){0},
                     "the server sent no stapled OCSP response%s",
                     is_due ? ", and its certificate says that one must come (must-staple)" : "");
}

/* Few libraries have the alert of RFC 6066 for it: GnuTLS says bad_certificate(42), NSS and OpenSSL
 * certificate_unknown(46). Many clients do not look at a staple at all, so that a client that
 * leaves without a word may have another reason. */
static enum certainty weigh_visible(const struct facts *facts)
{
    const struct chain_judgement *chain = certificate_refused(facts);
    enum certainty certainty;

    if (!has_visible_problem(chain))
        return CAUSE_NO;
    certainty = certificate_refusal_weigh(facts, TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE);
    if (certainty == CAUSE_LIKELY
        && (facts_closed_without_reason(facts, SIDE_CLIENT)
            || !alert_is_about_certificates(facts->refusal.alert)
            || chain_has_problem_beside_staple(chain)))
        return CAUSE_POSSIBLE;
    return certainty;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty =
        client_alert_on_certificate(facts, TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE)
            ? CAUSE_CERTAIN
            : weigh_visible(facts);

    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_server_certificate(facts, evidence);
    describe_staple(facts, evidence);
    return certainty;
}

const struct cause cause_ocsp_response_bad = {
    .id = "ocsp_response_bad",
    .layer = LAYER_CERTIFICATE,
    .title = "The stapled OCSP response for the server's certificate is missing or bad",
    .explanation = "A server can staple its certificate's OCSP response to the handshake; a "
                   "certificate marked must-staple needs it. The client found none, or one that is "
                   "too old, not valid or not good. The alert for that is "
                   "bad_certificate_status_response(113); many clients send "
                   "bad_certificate(42) or certificate_unknown(46).",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME -status </dev/null` and "
              "read OCSP Response Status, Cert Status and Next Update. Enable stapling "
              "(ssl_stapling in nginx, SSLUseStapling in Apache, ocsp-update in HAProxy) and let "
              "the server reach the OCSP responder by name resolution and HTTP.",
    .reported_as =
        "OpenSSL: tlsv1 bad certificate status response; curl: (91); Firefox: "
        "MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING, "
        "SEC_ERROR_OCSP_OLD_RESPONSE; Java: SSLHandshakeException: Received fatal "
        "alert: bad_certificate_status_response; GnuTLS: The revocation or OCSP data are "
        "old and have been superseded",
    .alerts = CAUSE_ALERTS(TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE, TLS_ALERT_BAD_CERTIFICATE,
                           TLS_ALERT_CERTIFICATE_UNKNOWN),
    .source = "RFC 6066 section 8; RFC 7633; RFC 8446 sections 4.4.2.1 and 6.2",
    .match = match,
};
