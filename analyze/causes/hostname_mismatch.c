/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"
#include "analyze/text.h"

/* An address that stands there as a DNS name is none (RFC 9525 section 6.5). */
static bool is_there_as_dns_name(const struct certificate *leaf, struct bytes address)
{
    for (size_t i = 0; i < leaf->name_count; i++)
        if (leaf->names[i].type == NAME_DNS && bytes_equal(certificate_name(leaf, i), address))
            return true;
    return false;
}

/* As the common name alone it does not count either (RFC 9525 section 6.5). */
static void describe_address(const struct facts *facts, const char *address, enum name_match fit,
                             bool is_misplaced, struct evidence *evidence)
{
    struct text text =
        evidence_begin(evidence, "server_address", facts->server_certificate_note->at);

    text_add(&text, "who goes by the address wants it in the certificate, ");
    if (is_misplaced || fit == NAME_MATCH_COMMON_NAME)
        text_add(&text, "where %s stands as %s, not as an IP address", address,
                 is_misplaced ? "a DNS name" : "the common name");
    else
        text_add(&text, "which is not for %s", address);
}

/* Clients that go by an address send no server name (RFC 6066 section 3), and want the address in
 * the certificate (RFC 9525 section 6.5). The one that is seen here may have been translated. */
static enum certainty judge_address(const struct facts *facts, const struct chain_judgement *chain,
                                    struct evidence *evidence)
{
    struct address_text address;
    enum name_match fit;
    bool is_misplaced;

    if (chain->leaf == NULL || !facts->client_hello_read || facts_server_name(facts).len > 0
        || (!client_alert_on_certificate(facts, TLS_ALERT_BAD_CERTIFICATE)
            && !client_alert_on_certificate(facts, TLS_ALERT_CERTIFICATE_UNKNOWN)))
        return CAUSE_NO;
    address_text_make(&address, &facts->connection->endpoint[SIDE_SERVER].address);
    fit = name_match_certificate(chain->leaf, bytes_of(address.text, address.length));
    if (fit != NAME_MATCH_MISMATCH && fit != NAME_MATCH_COMMON_NAME)
        return CAUSE_NO;
    is_misplaced = is_there_as_dns_name(chain->leaf, bytes_of(address.text, address.length));
    describe_server_name(facts, evidence);
    describe_address(facts, address.text, fit, is_misplaced, evidence);
    describe_names(facts, evidence);
    /* Who made the certificate meant clients that go by it. */
    return is_misplaced ? certificate_refusal_weigh(facts, TLS_ALERT_BAD_CERTIFICATE)
                        : CAUSE_POSSIBLE;
}

/* Clients that take the common name are rare by now, but they are there. */
static enum certainty weigh_common_name(enum certainty certainty)
{
    return certainty == CAUSE_LIKELY ? CAUSE_POSSIBLE : certainty;
}

static enum certainty judge_hidden(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty =
        known_certificate_weigh(facts, KNOWN_OTHER_NAME, TLS_ALERT_BAD_CERTIFICATE, evidence);

    return certainty != CAUSE_NO
               ? certainty
               : weigh_common_name(known_certificate_weigh(facts, KNOWN_COMMON_NAME_ONLY,
                                                           TLS_ALERT_BAD_CERTIFICATE, evidence));
}

/* No alert stands for a wrong name: clients send what they send for a bad certificate. */
static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = certificate_refused(facts);
    enum certainty certainty;

    if (chain == NULL)
        return judge_hidden(facts, evidence);
    if (chain->name == NAME_MATCH_NOT_CHECKED) /* there is no server name */
        return judge_address(facts, chain, evidence);
    if (chain->name != NAME_MATCH_MISMATCH && chain->name != NAME_MATCH_COMMON_NAME)
        return CAUSE_NO;
    describe_server_name(facts, evidence);
    describe_names(facts, evidence);
    certainty = certificate_refusal_weigh(facts, TLS_ALERT_BAD_CERTIFICATE);
    return chain->name == NAME_MATCH_COMMON_NAME ? weigh_common_name(certainty) : certainty;
}

/* A client may compare with another name than the one in its hello. */
static bool is_conceivable(const struct facts *facts)
{
    return certificate_is_open(facts, TLS_ALERT_BAD_CERTIFICATE)
           || certificate_looks_right(facts, TLS_ALERT_BAD_CERTIFICATE);
}

const struct cause cause_hostname_mismatch = {
    .id = "hostname_mismatch",
    .layer = LAYER_CERTIFICATE,
    .title = "The server's certificate is for another name than the client asked for",
    .explanation = "None of the names in the certificate (subjectAltName; the common name no "
                   "longer counts) is the server name that the client asked for, and the client "
                   "refused it. The server has no certificate for this name and sent its default "
                   "one, the client uses an alias, or DNS leads to the wrong server. A client that "
                   "goes by an IP address sends no name and wants the address in the "
                   "certificate.",
    .remedy = "Run `openssl s_client -connect SERVER:PORT -servername NAME </dev/null | "
              "openssl x509 -noout -ext subjectAltName`. Add the name to the certificate, "
              "bind the right certificate to this name on the server (virtual host, SNI map),"
              " or correct the name or the DNS record that the client uses.",
    .reported_as = "OpenSSL: verify error 62: hostname mismatch; curl: (60) no alternative "
                   "certificate subject name matches target host name; Chromium: "
                   "net::ERR_CERT_COMMON_NAME_INVALID; Firefox: SSL_ERROR_BAD_CERT_DOMAIN; Java: "
                   "CertificateException: No subject alternative DNS name matching; Go: x509: "
                   "certificate is valid for X, not Y; Node: ERR_TLS_CERT_ALTNAME_INVALID",
    .alerts =
        CAUSE_ALERTS(TLS_ALERT_BAD_CERTIFICATE, TLS_ALERT_CERTIFICATE_UNKNOWN,
                     TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_ACCESS_DENIED,
                     TLS_ALERT_UNSUPPORTED_CERTIFICATE, TLS_ALERT_INSUFFICIENT_SECURITY),
    .source = "RFC 9525 section 6; RFC 6066 section 3; RFC 8446 section 6.2",
    .ended_by = PARTY_CLIENT,
    .match = match,
    .conceivable = is_conceivable,
};
