/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/describe.h"
#include "analyze/text.h"

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
    return facts_request_may_be_repeated(facts) ? CAUSE_LIKELY : CAUSE_CERTAIN;
}

const struct cause cause_starttls_refused = {
    .id = "starttls_refused",
    .layer = LAYER_PROTOCOL,
    .title = "The server refused the client's request to change to TLS",
    .explanation = "In this protocol TLS begins on request (STARTTLS, AUTH TLS, an SSLRequest of "
                   "PostgreSQL, the PRELOGIN of SQL Server, an RDP connection request, CONNECT at "
                   "a proxy). The server's answer was no, or it closed the connection instead, so "
                   "that there was no TLS handshake at all.",
    .remedy =
        "Read the refusing line in the evidence. Try it with `openssl s_client -connect "
        "SERVER:PORT -starttls PROTOCOL` (smtp, imap, pop3, ftp, postgres, ...). Enable TLS and a "
        "certificate in the service (smtpd_tls_security_level in Postfix, ssl = on in "
        "PostgreSQL, a certificate in SQL Server), or allow the target in the proxy's rules. "
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
