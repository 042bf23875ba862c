# SPDX-License-Identifier: GPL-2.0-or-later
"""What the network does to a handshake, seen at the client, at the router and at the server."""

from net import Condition
from options import Client, Server
from scenario import Each, Established, Failed, Scenario

FORWARD = (
    "{r} nft add table inet lab",
    "{r} nft 'add chain inet lab forward {{ type filter hook forward priority 0; }}'",
)
OUTPUT = ("{r} nft 'add chain inet lab output {{ type filter hook output priority 0; }}'",)


def forward(rule):
    """A rule for what the router forwards."""
    return Condition((*FORWARD, f"{{r}} nft 'add rule inet lab forward {rule}'"))


TO_SERVER, TO_CLIENT = "iifname r0", "iifname r1"
HELLO = "@ih,0,8 22"  # first octet of the payload: a handshake record
SILENT_ROUTER = (
    "{r} nft add rule inet lab output icmp type destination-unreachable drop",
    "{r} nft add rule inet lab output icmpv6 type packet-too-big drop",
)


def black_hole(device, mtu):
    """A link with a small MTU whose router does not say so."""
    return Condition(
        (*FORWARD, *OUTPUT, *SILENT_ROUTER, f"ip -n {{router}} link set {device} mtu {mtu}")
    )


EVERYWHERE = ("client", "router2", "server")
SHORT = Client(timeout=4.0)
LONG = Client(timeout=6.5)

CONNECT = (
    Scenario(
        "connect_timeout",
        "syn-dropped",
        "curl:nginx openssl:nginx gnutls:nginx python:nginx",
        Failed("unanswered", note="The router drops every SYN."),
        SHORT,
        Server(),
        net=forward("tcp dport 443 drop"),
        connections=0,
    ),
    Scenario(
        "connect_timeout",
        "syn-dropped-ipv6",
        "curl:nginx openssl:nginx",
        Failed("unanswered", note="The router drops every SYN."),
        SHORT,
        Server(),
        net=forward("tcp dport 443 drop"),
        family=6,
        connections=0,
    ),
    Scenario(
        "connect_timeout",
        "syn-ack-dropped",
        "curl:nginx",
        Failed(
            "unanswered client:silent", "cause:packet_loss", note="The router drops every SYN-ACK."
        ),
        SHORT,
        Server(),
        net=forward(f"{TO_CLIENT} tcp flags syn,ack / syn,ack drop"),
        connections=0,
    ),
    Scenario(
        "connection_refused",
        "nobody-listens",
        "curl:nobody openssl:nobody gnutls:nobody go:nobody java:nobody",
        Failed("refused", note="Nothing listens."),
        SHORT,
        Server(),
    ),
    Scenario(
        "connection_refused",
        "nobody-listens-ipv6",
        "curl:nobody",
        Failed("refused", note="Nothing listens."),
        SHORT,
        Server(),
        family=6,
    ),
    Scenario(
        "connection_refused",
        "router-resets",
        "curl:nginx python:nginx",
        Failed("refused", "cause:middlebox_reset", "The router answers the SYN with RST."),
        SHORT,
        Server(),
        net=forward("tcp dport 443 reject with tcp reset"),
    ),
    *(
        Scenario(
            "icmp_unreachable",
            f"{name}{suffix}",
            pairs,
            Failed("icmp", note="The router answers with an ICMP error."),
            SHORT,
            Server(),
            family=family,
            net=forward(f"tcp dport 443 reject with icmpx {what}"),
            connections=0,
        )
        for family, suffix in ((4, ""), (6, "-ipv6"))
        for name, what, pairs in (
            ("admin-prohibited", "admin-prohibited", "curl:nginx gnutls:nginx openssl:nginx"),
            ("port-unreachable", "port-unreachable", "curl:nginx"),
            ("no-route", "no-route", "python:nginx"),
        )
    ),
    Scenario(
        "icmp_unreachable",
        "hello-prohibited",
        "curl:nginx",
        Failed(
            "icmp", "cause:packet_loss", "The router answers the ClientHello with an ICMP error."
        ),
        SHORT,
        Server(),
        net=forward(f"{TO_SERVER} tcp dport 443 {HELLO} reject with icmpx admin-prohibited"),
    ),
)

MTU = (
    Scenario(
        "mtu_blackhole",
        "server-flight",
        "curl:nginx openssl:nginx gnutls:haproxy nss:nginx go:go",
        Failed(
            "client:unfinished",
            "cause:packet_loss",
            "Segments above 1280 octets to the client vanish.",
        ),
        LONG,
        Server(cert="large"),
        versions=("1.2",),
        net=black_hole("r0", 1280),
        vantage=EVERYWHERE,
        overrides={},
    ),
    Scenario(
        "mtu_blackhole",
        "server-flight13",
        "curl:nginx python:openssl java:java",
        Failed(
            "client:unfinished",
            "cause:packet_loss",
            "Segments above 1400 octets to the client vanish.",
        ),
        LONG,
        Server(cert="large", versions="1.3"),
        net=black_hole("r0", 1400),
        vantage=EVERYWHERE,
    ),
    Scenario(
        "mtu_blackhole",
        "server-flight-ipv6",
        "curl:nginx",
        Failed(
            "client:unfinished",
            "cause:packet_loss cause:server_silent",
            "Segments above 1300 octets to the client vanish.",
        ),
        LONG,
        Server(cert="large"),
        net=black_hole("r0", 1300),
        vantage=EVERYWHERE,
        family=6,
    ),
    Scenario(
        "mtu_blackhole",
        "client-hello",
        "node24:nginx bun:nginx chromium:nginx",
        Failed(
            "client:unfinished",
            # Behind the loss there is no more than a hole, and nothing after it.
            "cause:packet_loss cause:large_client_hello_intolerance outcome:incomplete",
            "Segments above 1300 octets to the server vanish; the hello has a post-quantum share.",
        ),
        LONG,
        Server(),
        net=black_hole("r1", 1300),
        vantage=EVERYWHERE,
        connections=0,
    ),
    Scenario(
        "large_client_hello_intolerance",
        "reset",
        "curl+node24:script python+bun:script",
        Each(
            (
                Established("A small ClientHello."),
                Failed(
                    "server:rst",
                    "cause:reset_by_server cause:middlebox_reset",
                    "The server resets at a ClientHello in two segments.",
                ),
            )
        ),
        LONG.but(verify=False),
        Server(mode="single_read"),
        kind="crafted",
        connections=2,
    ),
    Scenario(
        "large_client_hello_intolerance",
        "silence",
        "curl+node24:script python+bun:script",
        Each(
            (
                Established("A small ClientHello."),
                Failed(
                    "server:silent",
                    "cause:server_silent",
                    "The server never answers a ClientHello in two segments.",
                ),
            )
        ),
        LONG.but(verify=False),
        Server(mode="single_read then=silent"),
        kind="crafted",
        connections=2,
    ),
)

RESETS = (
    Scenario(
        "middlebox_reset",
        "reject",
        "curl:nginx openssl:haproxy gnutls:nginx go:go java:nginx",
        Failed("server:rst", note="The router answers the ClientHello with RST."),
        SHORT,
        Server(),
        net=forward(f"{TO_SERVER} tcp dport 443 {HELLO} reject with tcp reset"),
        vantage=("client", "router"),
    ),
    Scenario(
        "middlebox_reset",
        "reject-ipv6",
        "curl:nginx",
        Failed("server:rst", note="The router answers the ClientHello with RST."),
        SHORT,
        Server(),
        family=6,
        net=forward(f"{TO_SERVER} tcp dport 443 {HELLO} reject with tcp reset"),
    ),
    Scenario(
        "middlebox_reset",
        "forged-pair",
        "curl:nginx openssl:nginx go:go",
        Failed(
            "server:rst client:rst",
            "cause:reset_by_client",
            "Something on the way swallows the hello and sends RSTs to both ends.",
        ),
        SHORT,
        Server(),
        net=Condition(router="resets=2 swallow=1"),
        kind="crafted",
        vantage=("client", "server"),
        overrides={},
    ),
    Scenario(
        "reset_by_server",
        "policy",
        "curl:haproxy-reject openssl:haproxy-reject gnutls:haproxy-reject go:haproxy-reject",
        Failed(
            "server:rst server:fin", "cause:server_closed", "HAProxy rejects after the ClientHello."
        ),
        SHORT,
        Server(),
    ),
    Scenario(
        "reset_by_server",
        "server-resets-after-hello",
        "curl:script gnutls:script java:script node24:script chromium:script",
        Failed("server:rst", note="The server resets after it has read the ClientHello."),
        SHORT,
        Server(mode="reset_after_hello"),
        kind="crafted",
        connections=0,
    ),
    Scenario(
        "reset_by_server",
        "unread",
        "curl:script python:script",
        Failed("server:rst", note="The server closes with the ClientHello unread."),
        SHORT,
        Server(mode="reset_unread"),
        kind="crafted",
    ),
    Scenario(
        "reset_by_server",
        "server-resets-in-flight",
        "curl:script go:script",
        Failed("server:rst", note="The server resets in the middle of its flight."),
        SHORT,
        Server(mode="reset_in_flight"),
        kind="crafted",
        versions=("1.2", "1.3"),
    ),
    Scenario(
        "reset_by_client",
        "client-resets-after-hello",
        "script:nginx script:go script:java",
        # The server's flight may be faster: then the client may have judged its certificate.
        Failed(
            "client:rst",
            "cause:certificate_rejected",
            "The client resets right after its ClientHello.",
        ),
        Client(mode="hello_reset"),
        Server(),
        kind="crafted",
    ),
    Scenario(
        "reset_by_client",
        "client-resets-after-flight",
        "script:nginx script:go script:openssl",
        Failed(
            "client:rst",
            "cause:certificate_rejected",
            "The client resets after the server's flight.",
        ),
        Client(mode="flight_reset"),
        Server(),
        kind="crafted",
        versions=("1.2", "1.3"),
    ),
)

ENDS = (
    Scenario(
        "server_closed",
        "server-closes-after-hello",
        "curl:script gnutls:script openssl:script go:script java:script "
        "nss:script chromium:script",
        Failed("server:fin", note="FIN in answer to the ClientHello."),
        SHORT,
        Server(mode="close_after_hello"),
        kind="crafted",
        connections=0,
    ),
    Scenario(
        "server_closed",
        "server-closes-in-flight",
        "curl:script gnutls:script java:script",
        Failed("server:fin", note="FIN in the middle of the server's flight."),
        SHORT,
        Server(mode="close_in_flight"),
        kind="crafted",
        versions=("1.2", "1.3"),
    ),
    Scenario(
        "server_closed",
        "server-closes-after-flight",
        "curl:script openssl:script go:script",
        Failed("server:fin", note="FIN after the server's flight, before its Finished."),
        SHORT.but(verify=False),
        Server(mode="close_after_flight", versions="1.2"),
        kind="crafted",
    ),
    Scenario(
        "client_abandoned",
        "client-closes-after-hello",
        "script:nginx script:go script:java script:haproxy",
        Failed("client:fin", "cause:certificate_rejected", "FIN right after the ClientHello."),
        Client(mode="hello_close"),
        Server(),
        kind="crafted",
    ),
    Scenario(
        "client_abandoned",
        "client-closes-after-flight",
        "script:nginx script:go script:openssl",
        Failed(
            "client:fin client:rst",
            "cause:certificate_rejected cause:reset_by_client",
            "The client closes after the server's flight.",
        ),
        Client(mode="flight_close"),
        Server(),
        kind="crafted",
        versions=("1.2", "1.3"),
    ),
    Scenario(
        "client_abandoned",
        "server-stalls",
        "curl:script openssl:script gnutls:script",
        Failed(
            "server:unfinished",
            "cause:server_silent outcome:incomplete",
            "The server stops in the middle of its flight, the client gives up.",
        ),
        SHORT.but(verify=False),
        Server(mode="stall_in_flight"),
        kind="crafted",
        versions=("1.2",),
    ),
    Scenario(
        "server_silent",
        "no-answer",
        "curl:script openssl:script gnutls:script java:script chromium:script",
        Failed(
            "server:silent", "cause:client_abandoned", "The hello is acknowledged, nothing comes."
        ),
        SHORT,
        Server(mode="silent"),
        kind="crafted",
        connections=0,
    ),
    Scenario(
        "server_silent",
        "proxy-waits",
        "curl:haproxy-wait openssl:haproxy-wait go:haproxy-wait nss:haproxy-wait",
        Failed("server:silent", "cause:client_abandoned", "A proxy waits for more than the hello."),
        SHORT,
        Server(),
    ),
    Scenario(
        "packet_loss",
        "hello-lost",
        "curl:nginx openssl:nginx gnutls:nginx",
        Failed(
            "server:silent",
            "cause:server_silent cause:mtu_blackhole cause:client_abandoned",
            "Every segment with payload to the server is lost.",
        ),
        SHORT,
        Server(),
        net=forward(f"{TO_SERVER} tcp dport 443 {HELLO} drop"),
        vantage=("client",),
    ),
    Scenario(
        "packet_loss",
        "flight-lost",
        "curl:nginx openssl:nginx go:go",
        Failed(
            "server:silent server:unfinished",
            "cause:mtu_blackhole cause:server_silent cause:client_abandoned",
            "Every segment with payload to the client is lost.",
        ),
        SHORT,
        Server(cert="ecdsa"),
        net=forward(f"{TO_CLIENT} tcp sport 443 {HELLO} drop"),
        vantage=("client", "server"),
    ),
)

SCENARIOS = CONNECT + MTU + RESETS + ENDS
