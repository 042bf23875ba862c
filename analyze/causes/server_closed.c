/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/alpn_refusal.h"
#include "analyze/causes/causes.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/transport.h"

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (facts->refusal.kind == REFUSAL_NONE || facts->refusal.kind == REFUSAL_RST
        || !facts_closed_without_reason(facts, SIDE_SERVER)
        || (!client_hello_seen(facts) && !facts_client_is_turned_away(facts)
            && !facts_server_breaks_its_word(facts)))
        return CAUSE_NO;
    describe_turned_away(facts, evidence);
    describe_last_seen(facts, evidence);
    describe_alpn_refusal(facts, evidence);
    describe_server_name(facts, evidence);
    describe_offered_versions(facts, evidence);
    return server_refused_in_silence(facts) || server_waited_in_vain(facts) ? CAUSE_POSSIBLE
                                                                            : CAUSE_LIKELY;
}

/* TLS 1.3: behind a client's flight the record that is as short as an alert may be a close_notify,
 * of a server that took the flight, or of one that wants no client now. */
static bool may_be_close_notify(const struct facts *facts)
{
    return facts->tls13 && facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
           && server_refused_after_client_certificate(facts);
}

/* The server's FIN was not captured: the client's alert or FIN may be its answer to it. */
static bool client_may_answer_close(const struct facts *facts)
{
    return facts->refusal.kind != REFUSAL_NONE && facts->refusal.by == SIDE_CLIENT
           && facts_fin_is_unseen(facts, SIDE_SERVER);
}

static bool is_conceivable(const struct facts *facts)
{
    return may_be_close_notify(facts) || client_may_answer_close(facts);
}

const struct cause cause_server_closed = {
    .id = "server_closed",
    .layer = LAYER_NETWORK,
    .title = "The server closed the connection during the handshake without saying why",
    .explanation = "The server sent FIN, or close_notify, before the handshake was finished, and "
                   "no alert that names a reason. Servers do so when they do not like the offer or "
                   "the name and are not polite, when a limit or time-out strikes, or when the "
                   "process behind a proxy is gone. One that closes before the client has sent its "
                   "hello turns the client away: by its address, or for want of room.",
    .remedy = "The reason is in the server's log at this time, if at all. Vary one thing after the "
              "other: `openssl s_client -connect SERVER:PORT -servername NAME -tls1_2`, another "
              "name, another client address. If the close came after a long pause, look for the "
              "handshake time-out of the server and for what kept the client from answering.",
    .reported_as = "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL, unexpected eof while "
                   "reading; Chromium: net::ERR_CONNECTION_CLOSED; Firefox: "
                   "PR_END_OF_FILE_ERROR; Java: SSLHandshakeException: Remote host terminated the "
                   "handshake; Go: EOF; GnuTLS: The TLS connection was non-properly terminated",
    .alerts = CAUSE_ALERTS(TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_USER_CANCELED),
    .source = "RFC 8446 section 6.1; RFC 9293 section 3.6",
    .tells_end_alone = true,
    .ended_by = PARTY_SERVER,
    .match = match,
    .conceivable = is_conceivable,
};
