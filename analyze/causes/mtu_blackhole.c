/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/transport.h"
#include "analyze/text.h"

/* Segments up to this size pass everywhere: the default of RFC 9293 section 3.7.1 for IPv4. */
enum { ALWAYS_PASSES = 536 };

/* A router reports that a segment of this side is too big for the next link. */
static bool router_says_so(const struct facts *facts, enum side from)
{
    const struct icmp_facts *icmp = &facts->connection->icmp;

    if (icmp->count == 0 || icmp->quoted != from)
        return false;
    if (icmp->is_ipv6)
        return icmp->type == ICMPV6_PACKET_TOO_BIG;
    return icmp->type == ICMP_UNREACHABLE && icmp->code == ICMP_FRAGMENTATION_NEEDED;
}

static bool smaller_ones_passed(const struct facts *facts, enum side from)
{
    const struct direction *sender = &facts->connection->direction[from];
    const struct direction *receiver = &facts->connection->direction[side_other(from)];

    return (sender->largest_acknowledged > 0
            && sender->largest_acknowledged < sender->smallest_unacknowledged)
           || receiver->sack_blocks > 0;
}

/* A receiver that says what it has (SACK) gets no small segment twice, unless it was lost, too. */
static bool small_ones_were_lost(const struct facts *facts, enum side from)
{
    const struct direction *sender = &facts->connection->direction[from];
    const struct direction *receiver = &facts->connection->direction[side_other(from)];

    return receiver->sack_blocks > 0 && sender->smallest_unacknowledged < full_segment(facts, from);
}

/* Seen near the sender: full segments sent again and again, none of that size acknowledged. */
static enum certainty seen_from_sender(const struct facts *facts, enum side from)
{
    const struct direction *sender = &facts->connection->direction[from];

    if (!data_is_lost(facts, from) || sender->largest_unacknowledged < full_segment(facts, from)
        || sender->smallest_unacknowledged <= ALWAYS_PASSES
        || sender->smallest_unacknowledged <= sender->largest_acknowledged)
        return CAUSE_NO;
    if (router_says_so(facts, from))
        return CAUSE_CERTAIN;
    if (loss_is_general(facts, from) || small_ones_were_lost(facts, from))
        return CAUSE_POSSIBLE;
    return smaller_ones_passed(facts, from) ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

/* Seen near the receiver: it has small segments from behind a hole that is as large as a full
 * one, and full ones never came by. One that had the time to be sent again was lost again; before
 * that any loss looks the same. */
static enum certainty seen_from_receiver(const struct facts *facts, enum side from)
{
    const struct direction *sender = &facts->connection->direction[from];
    uint32_t full = full_segment(facts, from);

    if (!data_has_hole(facts, from) || facts_hole_octets(facts, from) < full
        || sender->payload_octets == 0 || sender->largest_segment >= full)
        return CAUSE_NO;
    return loss_is_general(facts, from) || hole_lasted_ns(facts, from) < WAITED_IN_VAIN_NS
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

static enum certainty weigh(const struct facts *facts, enum side from)
{
    enum certainty certainty = seen_from_sender(facts, from);

    return certainty != CAUSE_NO ? certainty : seen_from_receiver(facts, from);
}

static void describe_icmp(const struct facts *facts, enum side from, struct evidence *evidence)
{
    const struct icmp_facts *icmp = &facts->connection->icmp;

    if (router_says_so(facts, from))
        evidence_add(evidence, "icmp", icmp->at,
                     "a router reports that the next link takes at most %u octets (ICMP%s type %u "
                     "code %u)",
                     icmp->mtu, icmp->is_ipv6 ? "v6" : "", icmp->type, icmp->code);
    else
        evidence_add(evidence, "icmp", (struct moment){0},
                     "no ICMP message about the size was seen");
}

/* Octets that the tunnels around the connection take of every packet, at the least: their own
 * headers, and an outer header of IPv4. */
static uint32_t tunnel_overhead(const struct connection *connection)
{
    static const uint8_t overhead[] = {
        [TUNNEL_GRE] = 24,      /* RFC 2784 section 2.1 */
        [TUNNEL_IP_IN_IP] = 20, /* RFC 2003, RFC 4213 section 3 */
        [TUNNEL_VXLAN] = 50,    /* UDP and an Ethernet header: RFC 7348 section 5 */
        [TUNNEL_GENEVE] = 36,   /* UDP, no options: RFC 8926 section 3.4 */
        [TUNNEL_GTP_U] = 36,    /* UDP: 3GPP TS 29.281 section 5.1 */
        [TUNNEL_ERSPAN] = 38,   /* GRE without its own header, and an Ethernet header */
        [TUNNEL_L2TP] = 36,     /* UDP, and a compressed PPP header: RFC 2661 section 3.1 */
    };
    uint32_t octets = 0;

    for (size_t i = 0; i < PACKET_TUNNELS_MAX && connection->tunnels[i] != TUNNEL_NONE; i++)
        octets += overhead[connection->tunnels[i]];
    return octets;
}

/* What a router on the way should write into the SYNs: the payload that fits the reported MTU, or a
 * value that fits every usual tunnel, and those that were seen. */
static void describe_clamp(const struct facts *facts, enum side from, struct evidence *evidence)
{
    enum { HEADERS_V4 = 40, HEADERS_V6 = 60, MSS_OF_TUNNELS_V4 = 1360, MSS_OF_TUNNELS_V6 = 1220 };
    enum { ETHERNET_MTU = 1500 };
    const struct icmp_facts *icmp = &facts->connection->icmp;
    const struct direction *receiver = &facts->connection->direction[side_other(from)];
    bool is_v4 = address_is_ipv4(&facts->connection->endpoint[SIDE_CLIENT].address);
    uint32_t headers = is_v4 ? HEADERS_V4 : HEADERS_V6;
    uint32_t clamp = is_v4 ? MSS_OF_TUNNELS_V4 : MSS_OF_TUNNELS_V6;

    if (router_says_so(facts, from) && icmp->mtu > headers)
        clamp = icmp->mtu - headers;
    else if (ETHERNET_MTU - headers - tunnel_overhead(facts->connection) < clamp)
        clamp = ETHERNET_MTU - headers - tunnel_overhead(facts->connection);
    if (receiver->mss == 0)
        return;
    evidence_add(evidence, "mss", receiver->syn,
                 "the %s announced an MSS of %u; an MSS clamp to %u on the way makes segments fit",
                 party_name(party_of(side_other(from))), receiver->mss, clamp);
}

/* A tunnel on the path takes room from every packet. */
static void describe_tunnel(const struct facts *facts, struct evidence *evidence)
{
    const uint8_t *tunnels = facts->connection->tunnels;
    struct text text;

    if (tunnels[0] == TUNNEL_NONE)
        return;
    text = evidence_begin(evidence, "tunnel", facts->connection->first);
    text_add(&text, "the connection was captured inside ");
    for (size_t i = 0; i < PACKET_TUNNELS_MAX && tunnels[i] != TUNNEL_NONE; i++)
        text_add(&text, "%s%s", i > 0 ? " and " : "", tunnel_name((enum tunnel)tunnels[i]));
    text_add(&text, ", whose headers take at least %u octets of every packet",
             tunnel_overhead(facts->connection));
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    if (!ended_without_reason(facts))
        return CAUSE_NO;
    for (size_t side = 0; side < SIDES; side++) {
        enum side from = side == 0 ? SIDE_SERVER : SIDE_CLIENT; /* flights before hellos */
        enum certainty certainty = weigh(facts, from);

        if (certainty == CAUSE_NO)
            continue;
        describe_loss(facts, from, evidence);
        evidence_add(evidence, "full_segment", (struct moment){0},
                     "a full segment of the %s carries about %u octets", party_name(party_of(from)),
                     full_segment(facts, from));
        describe_icmp(facts, from, evidence);
        describe_clamp(facts, from, evidence);
        describe_tunnel(facts, evidence);
        return certainty;
    }
    return CAUSE_NO;
}

const struct cause cause_mtu_blackhole = {
    .id = "mtu_blackhole",
    .layer = LAYER_NETWORK,
    .title = "Large packets vanish on the way while small ones pass (MTU black hole)",
    .explanation = "Some link on the path takes only smaller packets than the hosts send, a tunnel "
                   "or PPPoE mostly, and the ICMP message that should say so does not reach the "
                   "sender. The TCP connection opens, but the first full segment, a certificate or "
                   "a large ClientHello, is lost for ever.",
    .remedy = "Find the size that passes with `ping -M do -s 1472 SERVER` (1452 for IPv6), going "
              "down until it answers, or `tracepath SERVER`. Let ICMP type 3 code 4 and ICMPv6 "
              "type 2 through every firewall; clamp the MSS at the tunnel (`nft add rule ... tcp "
              "flags syn tcp option maxseg size set rt mtu`); as a stopgap set "
              "net.ipv4.tcp_mtu_probing=1 or lower the MTU of the host.",
    .reported_as = "curl: (28) SSL connection timeout; Chromium: net::ERR_TIMED_OUT, "
                   "net::ERR_CONNECTION_TIMED_OUT; Firefox: NS_ERROR_NET_TIMEOUT; Java: "
                   "SocketTimeoutException: Read timed out; Go: net/http: TLS handshake timeout",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 2923 section 2.1; RFC 1191; RFC 8201; RFC 4821",
    .ended_by = PARTY_NETWORK,
    .match = match,
};
