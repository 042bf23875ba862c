/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/alpn_refusal.h"
#include "analyze/causes/causes.h"
#include "analyze/causes/refused_hello.h"
#include "analyze/causes/server_flight.h"

/* In TLS 1.3 the alert is encrypted, and where the server's flight stops tells what failed. */
static enum certainty match_stop(const struct facts *facts, struct evidence *evidence)
{
    const struct note *stop = server_stop_at_signature(facts);

    if (stop == NULL)
        return CAUSE_NO;
    evidence_add(evidence, "server_flight", stop->at,
                 "the server's flight stops behind a record of %u octets, as long as a "
                 "Certificate: its signature (CertificateVerify) and Finished did not come",
                 stop->length);
    describe_last_seen(facts, evidence);
    return CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT)
        return match_stop(facts, evidence);
    if (!facts_alert(facts, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR)
        && !facts_alert(facts, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR))
        return CAUSE_NO;
    describe_last_seen(facts, evidence);
    /* Servers that find no certificate for a hello without a name, no parameters for its rare
     * groups, or no signature for its old version, call that an internal error; so do libraries
     * whose program says no to a certificate or to application protocols and not why. */
    return refused_hello_suspect(facts, SUSPECT_VERSION) != CAUSE_NO
                   || refused_hello_suspect(facts, SUSPECT_NO_NAME) != CAUSE_NO
                   || refused_hello_suspect(facts, SUSPECT_GROUPS) != CAUSE_NO
                   || client_ended_at_flight(facts) || alpn_refusal_weigh(facts) != CAUSE_NO
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

const struct cause cause_internal_error = {
    .id = "internal_error",
    .layer = LAYER_PROTOCOL,
    .title = "One side gave up because of an error of its own",
    .explanation = "internal_error(80) says that the sender could not go on for a reason that is "
                   "not in the protocol: a certificate or key that it cannot load or use, a "
                   "callback of the application that failed, memory, a hardware module.",
    .remedy = "The reason is in the log of the side that sent the alert, at the time in the "
              "evidence. On a server check that certificate and private key are readable and "
              "belong together: `openssl x509 -in cert.pem -noout -pubkey` and `openssl pkey -in "
              "key.pem -pubout` print the same key.",
    .reported_as = "OpenSSL: tlsv1 alert internal error; curl: (35); Chromium: "
                   "net::ERR_SSL_PROTOCOL_ERROR; Firefox: SSL_ERROR_INTERNAL_ERROR_ALERT; Java: "
                   "SSLHandshakeException: Received fatal alert: internal_error; Go: remote error: "
                   "tls: internal error",
    .alerts = CAUSE_ALERTS(TLS_ALERT_INTERNAL_ERROR),
    .source = "RFC 8446 section 6.2",
    .tells_end_alone = true,
    .match = match,
};
