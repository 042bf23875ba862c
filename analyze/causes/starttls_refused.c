/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/describe.h"
#include "analyze/http_answer.h"
#include "analyze/text.h"
#include "dissect/ldap.h"

/* "..., LDAP result 52 (unavailable)" */
static void add_ldap_code(const struct facts *facts, struct text *text)
{
    const char *name = ldap_result_name((uint8_t)facts->starttls.status);

    if (facts->starttls.protocol != PRELUDE_LDAP)
        return;
    text_add(text, ", LDAP result %u", facts->starttls.status);
    if (name != NULL)
        text_add(text, " (%s)", name);
}

/* "...; it offers: Basic realm="x"" */
static void describe_proxy(const struct facts *facts, struct evidence *evidence)
{
    const char *meaning = facts->starttls.protocol == PRELUDE_HTTP_CONNECT
                              ? http_answer_of_proxy(facts->starttls.status)
                              : NULL;
    struct bytes offer =
        http_answer_field(prelude_octets(facts_words(facts, SIDE_SERVER)), "Proxy-Authenticate");
    struct text text;

    if (meaning == NULL)
        return;
    text = evidence_begin(evidence, "proxy_answer", facts->starttls.answered_at);
    text_add_string(&text, meaning);
    if (offer.len > 0) {
        text_add(&text, "; it takes: ");
        text_add_untrusted(&text, offer);
    }
    if (facts_request_lacked_credentials(facts))
        text_add(&text, "; the client sent none, and may come again with them");
}

/* Browsers and HTTP libraries send a proxy no credentials before it asks for them. */
static bool is_first_step(const struct facts *facts)
{
    return facts_request_may_be_repeated(facts) || facts_request_lacked_credentials(facts);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    struct text text;

    if (facts_request_is_hung_up_on(facts)) {
        describe_starttls_request(facts, evidence);
        evidence_add(evidence, "starttls_reply", facts->refusal.at,
                     "the server closed the connection instead of an answer");
        /* One that expects TLS from the first octet on hangs up at any other. */
        return facts->tls_expected && !facts->answered[SIDE_SERVER] ? CAUSE_POSSIBLE : CAUSE_LIKELY;
    }
    if (!facts->starttls.refused)
        return CAUSE_NO;
    describe_starttls_request(facts, evidence);
    text = evidence_begin(evidence, "starttls_reply", facts->starttls.answered_at);
    text_add(&text, "the server answered ");
    if (facts->starttls.reply.len > 0) {
        text_add(&text, "\"");
        text_add_untrusted(&text, facts->starttls.reply);
        text_add(&text, "\"");
    } else {
        text_add(&text, "no");
    }
    add_ldap_code(facts, &text);
    describe_proxy(facts, evidence);
    return is_first_step(facts) ? CAUSE_LIKELY : CAUSE_CERTAIN;
}

const struct cause cause_starttls_refused = {
    .id = "starttls_refused",
    .layer = LAYER_PROTOCOL,
    .title = "The server or a proxy refused the request that comes before TLS",
    .explanation = "In this protocol TLS begins on request (STARTTLS, AUTH TLS, an SSLRequest of "
                   "PostgreSQL, the PRELOGIN of SQL Server, an RDP connection request, CONNECT at "
                   "a proxy). The server's answer was no, or it closed the connection instead, so "
                   "that there was no TLS handshake at all.",
    .remedy =
        "Read the refusing line in the evidence. Try it with `openssl s_client -connect "
        "SERVER:PORT -starttls PROTOCOL` (smtp, imap, pop3, ftp, postgres, ...). A proxy is not to "
        "change to TLS itself: give the client credentials for it (407), allow the target in its "
        "rules (403, SOCKS5 reply 2), or look from the proxy why it cannot reach or resolve the "
        "target (502 to 504, SOCKS5 replies 3 to 6). Elsewhere enable TLS and a certificate in the "
        "service (smtpd_tls_security_level in Postfix, ssl = on in PostgreSQL, "
        "olcTLSCertificateFile "
        "in OpenLDAP, a certificate in SQL Server). "
        "A firewall that rewrites mail sessions can remove STARTTLS as well.",
    .reported_as = "curl: (64), (56) CONNECT tunnel failed, response 403; OpenSSL: Didn't find "
                   "STARTTLS in server response; psql: server does not support SSL, but SSL was "
                   "required; SqlClient: The instance of SQL Server you attempted to connect to "
                   "does not support encryption; FreeRDP: "
                   "ERRCONNECT_SECURITY_NEGO_CONNECT_FAILED; QEMU: Denied by server for option 5 "
                   "(starttls); Postfix: Must issue a STARTTLS "
                   "command first; Chromium: net::ERR_TUNNEL_CONNECTION_FAILED; Java: "
                   "SMTPSendFailedException",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 3207 section 4; RFC 9051 section 6.2.1; RFC 2595; RFC 4217; RFC 9110 section "
              "9.3.6; [MS-TDS] section 2.2.6.5; [MS-RDPBCGR] section 2.2.1.2",
    .ended_by = PARTY_SERVER,
    .match = match,
};
