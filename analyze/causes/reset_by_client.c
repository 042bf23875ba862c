/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/transport.h"

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];

    if (facts->refusal.kind != REFUSAL_RST || facts->refusal.by != SIDE_CLIENT
        || reset_is_foreign(facts, SIDE_CLIENT) >= CAUSE_LIKELY)
        return CAUSE_NO;
    describe_reset(facts, SIDE_CLIENT, evidence);
    describe_last_seen(facts, evidence);
    describe_flight_taken(facts, evidence);
    /* A client that waited in vain has another reason, and so has one that had long ceased to read;
     * one that got a certificate may have one. */
    if (client->hop_limit == 0 || !facts->answered[SIDE_SERVER] || client_ended_at_flight(facts)
        || facts_reads_no_more(facts, SIDE_CLIENT)
        || reset_is_of_router(facts, SIDE_CLIENT) != CAUSE_NO)
        return CAUSE_POSSIBLE;
    return CAUSE_LIKELY;
}

const struct cause cause_reset_by_client = {
    .id = "reset_by_client",
    .layer = LAYER_NETWORK,
    .title = "The client reset the connection without a TLS alert",
    .explanation = "The client's host sent a RST that fits its other packets, in the middle of the "
                   "handshake. The process ended or closed with unread data, gave up, or refuses "
                   "what it got without saying so; port scanners do the like.",
    .remedy = "Read the client's log at this time. Repeat with `curl -v https://NAME:PORT/` or "
              "`openssl s_client -connect SERVER:PORT -servername NAME -verify_return_error` on "
              "that host: a certificate that it does not like shows there. Look for its time-out "
              "settings and for a health check that only tests the port.",
    .reported_as = "nginx: peer closed connection in SSL handshake (104: Connection reset by "
                   "peer); OpenSSL: on the server: SSL_ERROR_SYSCALL, errno 104; HAProxy: "
                   "Connection closed during SSL handshake; Java: SocketException: Connection "
                   "reset; Go: http: TLS handshake error: read: connection reset by peer",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 9293 sections 3.5.2 and 3.6",
    .tells_end_alone = true,
    .ended_by = PARTY_CLIENT,
    .match = match,
};
