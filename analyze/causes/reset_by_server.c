/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/alpn_refusal.h"
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/transport.h"

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    if (facts->refusal.kind != REFUSAL_RST || facts->refusal.by != SIDE_SERVER
        || facts->stage == STAGE_TCP_CONNECT
        || reset_is_foreign(facts, SIDE_SERVER) >= CAUSE_LIKELY)
        return CAUSE_NO;
    describe_turned_away(facts, evidence);
    describe_reset(facts, SIDE_SERVER, evidence);
    describe_last_seen(facts, evidence);
    describe_alpn_refusal(facts, evidence);
    /* Without any other packet of the server its origin is open. */
    return server->hop_limit == 0 || known_resets_follow_names(facts)
                   || server_waited_in_vain(facts)
                   || reset_is_of_router(facts, SIDE_SERVER) != CAUSE_NO
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

const struct cause cause_reset_by_server = {
    .id = "reset_by_server",
    .layer = LAYER_NETWORK,
    .title = "The server reset the connection without a TLS alert",
    .explanation = "The server's host sent a RST that fits its other packets. A process that "
                   "crashed, that closed with unread data, that is told to reject this client, or "
                   "a load balancer without a healthy target behind it does that.",
    .remedy = "Read the service's log at this time, and check access rules and limits of the "
              "service and of the load balancer (tcp-request reject in HAProxy, a PROXY protocol "
              "setting that does not match). `openssl s_client -connect SERVER:PORT -servername "
              "NAME` from another host tells whether only this client is concerned.",
    .reported_as = "curl: (35) Recv failure: Connection reset by peer; Chromium: "
                   "net::ERR_CONNECTION_RESET; Firefox: PR_CONNECT_RESET_ERROR; Java: "
                   "SocketException: Connection reset; Go: read tcp: connection reset by peer; "
                   "OpenSSL: write:errno=104",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 9293 sections 3.5.2 and 3.6",
    .tells_end_alone = true,
    .ended_by = PARTY_SERVER,
    .match = match,
};
