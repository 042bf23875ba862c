/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/text.h"

/* A client that sent anything but SYNs, and RSTs to give up, has got an answer that the capture
 * does not have. */
static bool sent_only_syns(const struct direction *client)
{
    return client->packets <= (uint64_t)client->syn_count + direction_reset(client)->count;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    struct text text;

    if (facts->stage != STAGE_TCP_CONNECT || !moment_seen(client->syn) || server->packets > 0
        || facts->connection->icmp.count > 0 || !sent_only_syns(client))
        return CAUSE_NO;
    text = evidence_begin(evidence, "syn", client->syn);
    text_add(&text, "the client's SYN was sent ");
    if (client->syn_count > 1) {
        text_add(&text, "%u times within ", client->syn_count);
        text_add_duration(&text, client->last_syn.time_ns - client->syn.time_ns);
    } else {
        text_add(&text, "once");
    }
    text_add(&text, " and nothing came back");
    describe_known_life(facts, evidence);
    return client->syn_count >= FACTS_SYNS_IN_VAIN ? CAUSE_CERTAIN : CAUSE_LIKELY;
}

const struct cause cause_connect_timeout = {
    .id = "connect_timeout",
    .layer = LAYER_NETWORK,
    .title = "The server did not answer the connection attempt",
    .explanation =
        "The client's SYN was never answered, neither with a SYN-ACK nor with a RST or an "
        "ICMP error: a firewall drops it, the host is down, the route is wrong, or the "
        "service does not accept connections as fast as they come, so that its queue is full "
        "and the system drops the SYN. TLS never began.",
    .remedy = "From the client's network run `nc -vz SERVER PORT` and `traceroute -T -p PORT "
              "SERVER`; capture on the server to see whether the SYN arrives; check firewalls, "
              "security groups and the server's address. If it arrives, look for a full queue on "
              "the server: `ss -ltn` (Recv-Q above Send-Q) and `nstat -az TcpExtListenOverflows`.",
    .reported_as = "curl: (28) Connection timed out; Chromium: net::ERR_CONNECTION_TIMED_OUT; "
                   "Firefox: NS_ERROR_NET_TIMEOUT; Java: java.net.ConnectException: Connection "
                   "timed out, SocketTimeoutException: Connect timed out; Go: dial tcp: i/o "
                   "timeout; OpenSSL: connect:errno=110",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 9293 section 3.5; RFC 6298 section 2.1",
    .tells_attempt = true,
    .ended_by = PARTY_NETWORK,
    .match = match,
};
