/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/transport.h"
#include "analyze/describe.h"
#include "analyze/text.h"

/* How long behind what was seen last it left is told with every end. */
static void describe_leaving(const struct facts *facts, struct evidence *evidence)
{
    struct text text;

    if (!facts_hello_is_due(facts))
        return;
    text = evidence_begin(evidence, "client_left", facts->refusal.at);
    text_add(&text, "the client left ");
    text_add_duration(&text, facts->refusal.at.time_ns - facts->starttls.answered_at.time_ns);
    text_add_string(&text, " after the server had agreed to TLS");
}

/* TLS had been agreed on, and the client said no more. */
static bool left_before_hello(const struct facts *facts)
{
    return (facts->starttls.asked && facts->handshake->switched && !client_hello_seen(facts))
           || facts_hello_is_due(facts);
}

static void describe_point(const struct facts *facts, struct evidence *evidence)
{
    if (!left_before_hello(facts))
        return;
    describe_starttls_request(facts, evidence);
    evidence_add(evidence, "starttls_reply", facts->starttls.answered_at,
                 "the server agreed, and no ClientHello came");
}

/* The turn was the client's, and it said nothing more. */
static bool went_silent(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_NONE && facts->last_note != NULL
           && facts->last_note->side == SIDE_SERVER;
}

/* The server had more to say, and was not let. */
static bool reads_no_more(const struct facts *facts)
{
    return facts_reads_no_more(facts, SIDE_CLIENT) && facts->answered[SIDE_SERVER]
           && !client_ended_at_flight(facts);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (!client_hello_seen(facts) && !left_before_hello(facts))
        return CAUSE_NO;
    if (went_silent(facts)) {
        describe_last_seen(facts, evidence);
        describe_closed_window(facts, SIDE_CLIENT, evidence);
        return reads_no_more(facts) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
    }
    if (!facts_closed_without_reason(facts, SIDE_CLIENT))
        return CAUSE_NO;
    describe_leaving(facts, evidence);
    describe_point(facts, evidence);
    describe_flight_taken(facts, evidence);
    describe_closed_window(facts, SIDE_CLIENT, evidence);
    if (reads_no_more(facts))
        return CAUSE_LIKELY;
    /* A RST, a certificate not liked or a server that does not answer, or too late, explain it as
     * well. */
    if (facts->refusal.kind == REFUSAL_RST || client_ended_at_flight(facts)
        || late_answer(facts) != NULL
        || ((!facts->answered[SIDE_SERVER] || server_owes_answer(facts))
            && facts->waited_ns >= WAITED_IN_VAIN_NS && !client_hello_broke_off(facts)))
        return CAUSE_POSSIBLE;
    return CAUSE_LIKELY;
}

const struct cause cause_client_abandoned = {
    .id = "client_abandoned",
    .layer = LAYER_NETWORK,
    .title = "The client left in the middle of the handshake without saying why",
    .explanation =
        "The client closed the connection, or fell silent, while the server was "
        "answering, and nothing on the wire was wrong. Users stop a page, clients race "
        "several connections and drop the losers, scanners and health checks look no "
        "further; a time-out of the client that is too short looks the same. A program that hangs "
        "reads no more until its receive window is closed. Where TLS "
        "was asked for within another protocol, what the server agreed to may not be "
        "enough for it: a client that insists on CredSSP (NLA) leaves an RDP server "
        "that offers plain TLS; and one that cannot read its own files, such as the "
        "root certificates, may find out only then (psql does).",
    .remedy = "Compare how long the client waited (in the evidence) with its time-outs. Read its "
              "log at this time, and look for another connection of the same client that succeeded "
              "at once. If it happens to one client and always at this point, run `openssl "
              "s_client -connect SERVER:PORT -servername NAME -state` there.",
    .reported_as = "nginx: peer closed connection in SSL handshake; Apache: AH02008: SSL library "
                   "error 1 in handshake; HAProxy: Connection closed during SSL handshake; "
                   "OpenSSL: on the server: unexpected eof while reading; Java: "
                   "SSLHandshakeException: Remote host terminated the handshake; Go: http: TLS "
                   "handshake error: EOF",
    .alerts = CAUSE_ALERTS(TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_USER_CANCELED),
    .source = "RFC 8446 section 6.1; RFC 8305 section 5",
    .tells_end_alone = true,
    .ended_by = PARTY_CLIENT,
    .match = match,
    .conceivable = server_waited_in_vain,
};
