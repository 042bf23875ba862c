/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/known_refusals.h"
#include "analyze/causes/transport.h"

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum side by = facts->refusal.by;
    enum certainty certainty;

    if (facts->refusal.kind != REFUSAL_RST)
        return CAUSE_NO;
    certainty = reset_is_foreign(facts, by);
    if (certainty == CAUSE_NO && !known_resets_follow_names(facts))
        return CAUSE_NO;
    if (certainty == CAUSE_NO)
        certainty = CAUSE_POSSIBLE;
    describe_known_resets(facts, evidence);
    describe_reset(facts, by, evidence);
    /* RSTs in both names, neither of which fits: nobody but a third party sends these. */
    if (reset_is_foreign(facts, side_other(by)) >= CAUSE_LIKELY) {
        describe_reset(facts, side_other(by), evidence);
        if (certainty >= CAUSE_LIKELY)
            certainty = CAUSE_CERTAIN;
    }
    describe_server_name(facts, evidence);
    return certainty;
}

/* Filters that look at server names may end what hides them. */
static bool is_conceivable(const struct facts *facts)
{
    return facts->refusal.kind == REFUSAL_RST && known_refuses_trait(facts, HELLO_TRAIT_ECH);
}

const struct cause cause_middlebox_reset = {
    .id = "middlebox_reset",
    .layer = LAYER_NETWORK,
    .title = "Something between client and server reset the connection",
    .explanation =
        "The RST seems not to come from the host in whose name it was sent: its hop limit "
        "differs from that host's other packets, or the host went on sending data or a FIN, or a "
        "capture at a router has it on one side of that alone, or "
        "several servers reset one client for some names alone, or a server every hello with "
        "encrypted_client_hello. Firewalls, intrusion prevention and name filters end connections "
        "in this way, "
        "often right after the ClientHello shows the server name.",
    .remedy = "Capture at both ends: the host in whose name the RST came will not have sent it, "
              "though the other one gets it. Look for the device whose distance fits the RST's hop "
              "limit (`traceroute -T -p PORT SERVER`), and into its logs for the server name and "
              "time. Try another name on the same address: `openssl s_client -connect SERVER:PORT "
              "-servername OTHER`.",
    .reported_as = "curl: (35) Recv failure: Connection reset by peer; Chromium: "
                   "net::ERR_CONNECTION_RESET; Firefox: PR_CONNECT_RESET_ERROR; Java: "
                   "SocketException: Connection reset; Go: read tcp: connection reset by peer; "
                   "OpenSSL: read:errno=104",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "RFC 3360; RFC 5961 section 3; RFC 9293 section 3.5.2",
    .ended_by = PARTY_NETWORK,
    .match = match,
    .conceivable = is_conceivable,
};
