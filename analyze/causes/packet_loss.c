/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/transport.h"

/* A hole is closed within a retransmission time-out, unless what is sent again is lost as well. An
 * end that did not wait for that may have another reason. */
static enum certainty weigh(const struct facts *facts, enum side from)
{
    if (data_is_lost(facts, from))
        return CAUSE_LIKELY;
    if (!data_has_hole(facts, from))
        return CAUSE_NO;
    return facts->waited_ns >= WAITED_IN_VAIN_NS ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty most = CAUSE_NO;

    if (!ended_without_reason(facts) || facts->stage == STAGE_TCP_CONNECT)
        return CAUSE_NO;
    for (size_t side = 0; side < SIDES; side++) {
        enum certainty certainty = weigh(facts, (enum side)side);

        if (certainty != CAUSE_NO)
            describe_loss(facts, (enum side)side, evidence);
        if (certainty > most)
            most = certainty;
    }
    return most;
}

const struct cause cause_packet_loss = {
    .id = "packet_loss",
    .layer = LAYER_NETWORK,
    .title = "Packets were lost until the handshake died of it",
    .explanation = "Segments were sent again and again and never acknowledged, or a hole in the "
                   "data was never filled, without a pattern in their size. The path loses "
                   "packets, or stopped to carry this connection at all.",
    .remedy = "Measure with `mtr --tcp --port PORT SERVER` in both directions, and look at error "
              "and drop counters of the interfaces on the way (`ip -s link`, `nstat -az | grep "
              "Retrans`). Loss of this connection alone, from one packet on, points to a stateful "
              "firewall or an asymmetric route.",
    .reported_as = "curl: (28) SSL connection timeout; Chromium: net::ERR_TIMED_OUT, "
                   "net::ERR_CONNECTION_TIMED_OUT; Firefox: NS_ERROR_NET_TIMEOUT; Java: "
                   "SocketTimeoutException: Read timed out; Go: net/http: TLS handshake timeout",
    .alerts = "",
    .source = "RFC 6298 section 5; RFC 2018; RFC 9293 section 3.8",
    .ended_by = PARTY_NETWORK,
    .match = match,
};
