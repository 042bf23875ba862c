/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/transport.h"

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    if (facts->stage != STAGE_TCP_CONNECT || !moment_seen(client->syn) || moment_seen(server->syn)
        || !moment_seen(direction_reset(server)->at))
        return CAUSE_NO;
    if (client->syn_count > 1)
        evidence_add(evidence, "syn", client->syn, "the client's SYN was sent %u times",
                     client->syn_count);
    else
        evidence_add(evidence, "syn", client->syn, "the client's SYN was sent once");
    evidence_add(evidence, "syn_reset", direction_reset(server)->at,
                 "a RST from the server's address answers it, with hop limit (TTL) %u",
                 direction_reset(server)->hop_limit);
    describe_reset_words(facts, SIDE_SERVER, evidence);
    describe_known_life(facts, evidence);
    return CAUSE_CERTAIN;
}

const struct cause cause_connection_refused = {
    .id = "connection_refused",
    .layer = LAYER_NETWORK,
    .title = "The server refused the TCP connection",
    .explanation = "A RST answered the client's SYN: no process listens on that port of that "
                   "address, or a firewall rejects in the server's name. TLS never began.",
    .remedy = "On the server run `ss -ltnp 'sport = :PORT'`: is the service up, and does it listen "
              "on this address and not just on 127.0.0.1 or IPv6? Check published ports of "
              "containers, the load balancer's targets, and firewall rules of type reject. A hop "
              "limit unlike that of other packets of the server points to a firewall.",
    .reported_as = "curl: (7) Failed to connect, Connection refused; Chromium: "
                   "net::ERR_CONNECTION_REFUSED; Firefox: NS_ERROR_CONNECTION_REFUSED; Java: "
                   "java.net.ConnectException: Connection refused; Go: dial tcp: connect: "
                   "connection refused; OpenSSL: connect:errno=111",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 9293 sections 3.5.2 and 3.10.7.1",
    .tells_attempt = true,
    .ended_by = PARTY_SERVER,
    .match = match,
};
