/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/transport.h"
#include "analyze/describe.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"

/* The last word was the client's, it reached the server, and no answer came for as long as
 * anybody watched. */
static bool waited_in_vain(const struct facts *facts)
{
    bool client_gave_up =
        facts_closed_without_reason(facts, SIDE_CLIENT) && facts->waited_ns >= WAITED_IN_VAIN_NS;

    return client_gave_up || facts->refusal.kind == REFUSAL_NONE;
}

/* The wait is counted from the request, not from the last thing that was noted. */
static void describe_ignored_request(const struct facts *facts, struct evidence *evidence)
{
    struct moment asked = facts->starttls.at;
    struct text text;

    describe_starttls_request(facts, evidence);
    text = evidence_begin(evidence, "waited", facts->refusal.at);
    text_add(&text, "no answer came for ");
    text_add_duration(&text, facts->refusal.at.time_ns - asked.time_ns);
    text_add(&text, " although all that the client sent was acknowledged");
}

/* Nobody ended it, and the server took up others meanwhile: the capture may lack what came. */
static bool others_were_served(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;
    int64_t asked_ns = facts->last_note->at.time_ns;

    return facts->refusal.kind == REFUSAL_NONE && server != NULL
           && known_established_by(server, asked_ns + facts->waited_ns).last_ns > asked_ns;
}

static void describe_late_answer(const struct facts *facts, struct evidence *evidence)
{
    const struct note *answer = late_answer(facts);
    struct text text;

    if (answer == NULL)
        return;
    text = evidence_begin(evidence, "late_answer", answer->at);
    text_add(&text, "the server answered ");
    text_add_duration(&text, answer->at.time_ns - facts->client_hello_note->at.time_ns);
    text_add(&text, " after the hello, when the client had closed");
}

/* The server said something that the client was there to get. */
static bool has_answered_in_time(const struct facts *facts)
{
    return facts->answered[SIDE_SERVER] && late_answer(facts) == NULL && !server_owes_answer(facts);
}

/* The server's last word was no end, and the client waited for more. */
static enum certainty stopped_midway(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = server_stopped_midway(facts);
    struct text text;

    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_last_seen(facts, evidence);
    if (server_stopped_in_hello(facts))
        evidence_add(evidence, "record_begun", facts->connection->direction[SIDE_SERVER].last_data,
                     "the server sent %" PRIu32 " octets of a record, whose rest never came",
                     facts->handshake->begun_octets[SIDE_SERVER]);
    text = evidence_begin(evidence, "waited", facts->refusal.at);
    text_add(&text, "the client waited for the rest of the server's flight for ");
    text_add_duration(&text, server_silence_ns(facts));
    describe_known_life(facts, evidence);
    return certainty;
}

/* It had some time for what got through at last. */
static bool heard_too_late(const struct facts *facts)
{
    return client_was_heard_late(facts) && heard_for_ns(facts) < FACTS_PATIENCE_NS;
}

/* What the client has to say does not fit into what its program reads. */
static bool reads_no_more(const struct facts *facts)
{
    return facts_reads_no_more(facts, SIDE_SERVER) && client_hello_seen(facts)
           && !facts->answered[SIDE_SERVER] && waited_in_vain(facts);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = stopped_midway(facts, evidence);

    if (certainty != CAUSE_NO)
        return certainty;
    if (facts_request_is_ignored(facts)) {
        describe_ignored_request(facts, evidence);
        return CAUSE_LIKELY;
    }
    if (reads_no_more(facts)) {
        describe_closed_window(facts, SIDE_SERVER, evidence);
        return CAUSE_LIKELY;
    }
    if (!client_hello_seen(facts) || client_hello_broke_off(facts) || facts->last_note == NULL
        || facts->last_note->side != SIDE_CLIENT || !waited_in_vain(facts)
        || data_is_lost(facts, SIDE_CLIENT) || data_is_lost(facts, SIDE_SERVER)
        || data_has_hole(facts, SIDE_SERVER) || heard_too_late(facts))
        return CAUSE_NO;
    describe_last_seen(facts, evidence);
    describe_wait(facts, evidence);
    describe_late_answer(facts, evidence);
    describe_known_life(facts, evidence);
    if (facts->connection->direction[SIDE_CLIENT].unacknowledged_octets > 0)
        return CAUSE_POSSIBLE;
    if (has_answered_in_time(facts) || client_was_heard_late(facts))
        return CAUSE_POSSIBLE;
    return others_were_served(facts) ? CAUSE_POSSIBLE : CAUSE_LIKELY;
}

/* All that the server makes of the hello is to end the connection, seconds later: its own time-out
 * is over, or that of a load balancer whose server did not answer. */
static bool is_ended_by_time_out(const struct facts *facts)
{
    return facts_server_refused_hello(facts) && facts_closed_without_reason(facts, SIDE_SERVER)
           && facts->waited_ns >= FACTS_PATIENCE_NS
           && facts->connection->direction[SIDE_CLIENT].unacknowledged_octets == 0;
}

static bool is_conceivable(const struct facts *facts)
{
    return accept_queue_may_be_full(facts) || is_ended_by_time_out(facts);
}

const struct cause cause_server_silent = {
    .id = "server_silent",
    .layer = LAYER_NETWORK,
    .title = "The server got the client's last message, and never answered it",
    .explanation = "The TCP connection works, the server's host acknowledged what the client sent, "
                   "and yet no TLS answer came. The process hangs, is overloaded, waits for "
                   "something else first (a PROXY protocol header), or is not what speaks TLS "
                   "here; or a device takes the connection and forwards nothing. A request for TLS "
                   "within another protocol (STARTTLS, CONNECT) stays unanswered where the server "
                   "does not know it, or where a proxy cannot find or reach its target. Where the "
                   "hello was answered and the client's Finished was not, the process may have "
                   "died of what the client sent, its certificate for one. An answer that comes "
                   "when the client has given up is as good as none, and so is the end of the "
                   "connection when a time-out is over, or an answer that stops in "
                   "the middle: near the client, its rest may also be lost on the way.",
    .remedy = "On the server look at the process (`ss -tnp 'sport = :PORT'` shows octets waiting "
              "in Recv-Q: it does not read) and its load. Behind a load balancer compare the PROXY "
              "protocol settings of both. `openssl s_client -connect SERVER:PORT`, run nearer and "
              "nearer to the server, tells where it hangs. For a proxy, look up and "
              "reach the target from the proxy's host.",
    .reported_as = "curl: (28) SSL connection timeout; Chromium: net::ERR_TIMED_OUT; Firefox: "
                   "NS_ERROR_NET_TIMEOUT; Java: SocketTimeoutException: Read timed out; Go: "
                   "net/http: TLS handshake timeout",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 8446 section 2; RFC 6298 section 2.1",
    .match = match,
    .conceivable = is_conceivable,
};
