/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/known_refusals.h"
#include "analyze/causes/transport.h"
#include "analyze/knowledge.h"

/* A server that has a part alone may have been told to wait for the rest in vain: by the client's
 * numbers the rest was on its way, or the server did not wait for it. */
static bool rest_was_stopped(const struct facts *facts, uint32_t octets)
{
    bool was_sent =
        direction_trouble(&facts->connection->direction[SIDE_CLIENT])->unseen_octets > 1;

    return octets > full_segment(facts, SIDE_CLIENT)
           && (was_sent || facts_server_refused_hello(facts));
}

static bool hello_was_split(const struct facts *facts)
{
    return knowledge_hello_is_split(facts)
           && (!client_hello_broke_off(facts)
               || rest_was_stopped(facts, knowledge_hello_octets(facts)));
}

/* Cards and virtual networks cut packets behind the capture, or before it put them together. */
static bool came_in_segments(const struct facts *facts)
{
    return !client_hello_broke_off(facts)
           && knowledge_hello_octets(facts)
                  > facts->connection->direction[SIDE_CLIENT].largest_segment;
}

/* Nobody said why it ended, and the client waited for an answer if it was the one to leave. */
static bool is_left_unanswered(const struct facts *facts)
{
    return ended_without_reason(facts)
           && (!facts_closed_without_reason(facts, SIDE_CLIENT)
               || facts->waited_ns >= WAITED_IN_VAIN_NS);
}

/* Whoever drops the hello on the way drops it at each attempt, as a path does that loses packets:
 * what other connections tell makes the difference. */
static enum certainty weigh(const struct facts *facts)
{
    if (data_is_lost(facts, SIDE_CLIENT)) {
        if (known_about_split_hello(facts) < KNOWN_FOR)
            return CAUSE_NO;
        return known_drops_split_hello(facts) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
    }
    return known_about_split_hello(facts) == KNOWN_SURE ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

/* The server has the whole hello, or at least its end (SACK), or its beginning alone, and ends the
 * connection or says nothing; or nothing of it arrives. */
static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty;

    if (!hello_was_split(facts) || facts->answered[SIDE_SERVER] || !is_left_unanswered(facts))
        return CAUSE_NO;
    certainty = weigh(facts);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    evidence_add(evidence, "client_hello_size", facts->client_hello_note->at,
                 "the ClientHello has %u octets and %s %u",
                 facts->client_hello_note->length + TLS_HANDSHAKE_HEADER_LENGTH,
                 came_in_segments(facts) ? "came in more than one segment, the largest of"
                                         : "needs more than one segment of at most",
                 segment_on_wire(facts, SIDE_CLIENT));
    if (data_is_lost(facts, SIDE_CLIENT))
        describe_loss(facts, SIDE_CLIENT, evidence);
    describe_offered_groups(facts, evidence);
    describe_known_sizes(facts, evidence);
    return certainty;
}

/* The first hello fitted one segment and was answered with a HelloRetryRequest, and the second one,
 * with another share, does not: nothing answers it. */
static bool second_hello_was_split(const struct facts *facts)
{
    enum {
        IN_FRONT = TLS_RECORD_HEADER_LENGTH + 1
    }; /* change_cipher_spec, RFC 8446 appendix D.4 */
    uint32_t headers = TLS_RECORD_HEADER_LENGTH + TLS_HANDSHAKE_HEADER_LENGTH;
    uint32_t segment = segment_on_wire(facts, SIDE_CLIENT);

    return facts->retry_note != NULL && facts->server_hello_note == NULL
           && facts->second_client_hello_note != NULL
           && facts->client_hello_note->length + headers <= segment
           && facts->second_client_hello_note->length + headers + IN_FRONT > segment;
}

/* Who takes the first segment for all of it says what is to be said of a message that is cut, or
 * what its code has for any failure. handshake_failure is about what is in the offer. */
static bool split_hello_is_complained_of(const struct facts *facts)
{
    static const uint8_t alerts[] = {
        TLS_ALERT_DECODE_ERROR,
        TLS_ALERT_UNEXPECTED_MESSAGE,
        TLS_ALERT_RECORD_OVERFLOW,
        TLS_ALERT_INTERNAL_ERROR,
    };

    return facts_server_refused_hello(facts) && hello_was_split(facts)
           && facts_alert(facts, SIDE_SERVER, facts->refusal.alert)
           && memchr(alerts, facts->refusal.alert, sizeof(alerts)) != NULL
           && known_about_split_hello(facts) != KNOWN_AGAINST;
}

static bool is_conceivable(const struct facts *facts)
{
    return split_hello_is_complained_of(facts)
           || (second_hello_was_split(facts) && is_left_unanswered(facts))
           || known_refuses_trait(facts, HELLO_TRAIT_LENGTH);
}

const struct cause cause_large_client_hello_intolerance = {
    .id = "large_client_hello_intolerance",
    .layer = LAYER_NETWORK,
    .title = "The server, or a device before it, cannot cope with the length of the ClientHello",
    .explanation = "Post-quantum key shares make a ClientHello longer than one TCP segment. Some "
                   "servers and inspecting devices read only the first segment and then reset, "
                   "close or wait for ever; some devices on the way drop it. A capture on the "
                   "client's host may still show one packet, which the network card cuts. Others "
                   "hang at a hello whose record has 256 to 511 octets, and take a longer one.",
    .remedy = "Compare `openssl s_client -connect SERVER:PORT -groups X25519` with a client that "
              "sends X25519MLKEM768 (curl with OpenSSL 3.5, a current browser): only the short "
              "hello succeeds. https://tldr.fail has a test script. Update the server or the "
              "device; until then leave the post-quantum group out on the client.",
    .reported_as = "curl: (35) Recv failure: Connection reset by peer; Chromium: "
                   "net::ERR_CONNECTION_RESET, net::ERR_TIMED_OUT; Firefox: "
                   "PR_CONNECT_RESET_ERROR; Java: SocketException: Connection reset; Go: read tcp: "
                   "connection reset by peer",
    .alerts = CAUSE_ALERTS(TLS_ALERT_DECODE_ERROR, TLS_ALERT_UNEXPECTED_MESSAGE,
                           TLS_ALERT_RECORD_OVERFLOW, TLS_ALERT_INTERNAL_ERROR),
    .source = "RFC 8446 sections 4.1.2 and 5.1; RFC 9293 section 3.8; RFC 7685 section 1",
    .match = match,
    .conceivable = is_conceivable,
};
