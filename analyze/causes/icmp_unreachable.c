/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/transport.h"

/* Codes by RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1 and RFC 4443 section 3.1. */
static const char *icmp_meaning(const struct icmp_facts *icmp)
{
    static const char *const v4[] = {
        [0] = "network unreachable",
        [1] = "host unreachable",
        [2] = "protocol unreachable",
        [3] = "port unreachable",
        [5] = "source route failed",
        [6] = "network unknown",
        [7] = "host unknown",
        [9] = "network administratively prohibited",
        [10] = "host administratively prohibited",
        [13] = "communication administratively prohibited",
    };
    static const char *const v6[] = {
        [0] = "no route to destination",
        [1] = "communication administratively prohibited",
        [2] = "beyond scope of source address",
        [3] = "address unreachable",
        [4] = "port unreachable",
        [5] = "source address failed policy",
        [6] = "reject route to destination",
    };
    const char *meaning = NULL;

    if (icmp_is_time_exceeded(icmp))
        return "time exceeded: a routing loop, or too many hops";
    if (icmp->is_ipv6 && icmp->code < sizeof(v6) / sizeof(v6[0]))
        meaning = v6[icmp->code];
    if (!icmp->is_ipv6 && icmp->code < sizeof(v4) / sizeof(v4[0]))
        meaning = v4[icmp->code];
    return meaning != NULL ? meaning : "destination unreachable";
}

static bool is_refusal(const struct icmp_facts *icmp)
{
    if (icmp->count == 0)
        return false;
    if (icmp_is_time_exceeded(icmp))
        return true;
    return icmp->is_ipv6
               ? icmp->type == ICMPV6_UNREACHABLE
               : icmp->type == ICMP_UNREACHABLE && icmp->code != ICMP_FRAGMENTATION_NEEDED;
}

static void describe_icmp(const struct icmp_facts *icmp, struct evidence *evidence)
{
    char address[ADDRESS_TEXT_MAX];

    evidence_add(evidence, "icmp", icmp->at,
                 "%s says to the %s's segment: %s (ICMP%s type %u code %u)%s",
                 address_format(&icmp->sender, address), party_name(party_of(icmp->quoted)),
                 icmp_meaning(icmp), icmp->is_ipv6 ? "v6" : "", icmp->type, icmp->code,
                 icmp->count > 1 ? ", more than once" : "");
}

/* TCP outlives errors about single segments (RFC 1122 section 4.2.3.9): the one that counts is
 * followed by nothing from the other side. */
static enum certainty weigh(const struct facts *facts)
{
    const struct icmp_facts *icmp = &facts->connection->icmp;
    const struct direction *quoted = &facts->connection->direction[icmp->quoted];
    const struct direction *other = &facts->connection->direction[side_other(icmp->quoted)];

    if (facts->stage == STAGE_TCP_CONNECT)
        return other->packets == 0 ? CAUSE_CERTAIN : CAUSE_LIKELY;
    if (!ended_without_reason(facts) || quoted->unacknowledged_octets == 0)
        return CAUSE_NO;
    return other->last_data.time_ns < icmp->at.time_ns ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    const struct icmp_facts *icmp = &facts->connection->icmp;
    enum certainty certainty = is_refusal(icmp) ? weigh(facts) : CAUSE_NO;

    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_icmp(icmp, evidence);
    describe_loss(facts, icmp->quoted, evidence);
    return certainty;
}

const struct cause cause_icmp_unreachable = {
    .id = "icmp_unreachable",
    .layer = LAYER_NETWORK,
    .title = "A router or firewall says that the destination cannot be reached",
    .explanation = "An ICMP error that quotes this connection came back: no route, no such host, "
                   "or prohibited by a firewall's policy. Systems give up a connection attempt at "
                   "once when they get it.",
    .remedy = "The evidence names the sender of the error, and whose segment it answers: look at "
              "the routes and rules of that device. For a segment of the client, on the client, "
              "`traceroute -T -p PORT SERVER` shows where the path ends and `ip route get SERVER` "
              "(for IPv6 `ip -6 route`) whether it has a route at all; for one of the server, "
              "which shows that the way back is broken, `traceroute CLIENT` and `ip route get "
              "CLIENT` do on the server. \"Prohibited\" is always a firewall's rule.",
    .reported_as = "curl: (7) No route to host, Network is unreachable; Chromium: "
                   "net::ERR_ADDRESS_UNREACHABLE; Firefox: NS_ERROR_CONNECTION_REFUSED; Java: "
                   "java.net.NoRouteToHostException: No route to host; Go: dial tcp: connect: no "
                   "route to host; OpenSSL: connect:errno=113",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 792; RFC 4443 section 3.1; RFC 1122 section 4.2.3.9; RFC 1812 section 5.2.7",
    .tells_attempt = true,
    .ended_by = PARTY_NETWORK,
    .match = match,
};
