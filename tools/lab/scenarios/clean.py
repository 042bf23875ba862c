# SPDX-License-Identifier: GPL-2.0-or-later
"""Handshakes that succeed, in every shape."""

from net import Condition
from options import Client, Server
from scenario import Established, Scenario

BOTH = ("1.2", "1.3")
ALL_CLIENTS = (
    "curl:nginx openssl:apache python:haproxy gnutls:stunnel nss:nginx go:nginx java:nginx "
    "node:nginx bun:nginx deno:nginx wolfssl:nginx node24:nginx chromium:nginx node12:nginx "
    "ruby:openssl perl:go php:nginx erlang:apache bouncycastle:haproxy wget:nginx"
)
ALL_SERVERS = (
    "curl:gnutls curl:openssl openssl:python curl:nss curl:go curl:java curl:node curl:deno "
    "curl:bun curl:wolfssl curl:node24 go:go java:java node:node24 gnutls:gnutls "
    "curl:lighttpd chromium:erlang node12:bouncycastle"
)
OLD_ONLY = (
    "mbedtls:nginx curl:mbedtls node8:nginx curl:node8 mbedtls:java bearssl:nginx botan:java "
    "openssl:bearssl"
)
LEGACY = (
    "curl:nginx gnutls:openssl openssl:haproxy mbedtls:nginx java:java node8:openssl go:go "
    "nss:gnutls"
)


def shaped(name, options, pairs="curl:nginx openssl:nginx go:go", **fields):
    """A network that is bad but not too bad, made by the scripted router."""
    return Scenario(
        "clean",
        name,
        pairs,
        Established(),
        Client(timeout=15),
        Server(cert="large"),
        versions=fields.pop("versions", BOTH),
        net=Condition(router=options),
        wait=0.1,
        **fields,
    )


SHAPES = (
    Scenario("clean", "get", ALL_CLIENTS, Established(), versions=BOTH),
    Scenario("clean", "serve", ALL_SERVERS, Established(), versions=BOTH),
    Scenario("clean", "get", OLD_ONLY, Established(), versions=("1.2",)),
    Scenario(
        "clean",
        "get",
        LEGACY,
        Established(),
        versions=("1.0", "1.1"),
        client=Client(level=0),
        server=Server(level=0),
    ),
    Scenario(
        "clean",
        "ipv6",
        "curl:nginx gnutls:haproxy go:go java:java nss:nginx",
        Established(),
        versions=BOTH,
        family=6,
    ),
    Scenario(
        "clean",
        "quit",
        "openssl:nginx python:go go:openssl java:nginx node:haproxy wolfssl:nginx nss:nginx",
        Established("The client closes right after the handshake."),
        Client(do="quit"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "reset-after-answer",
        "python:nginx python:go python:openssl",
        Established("The client resets after the answer."),
        Client(do="reset"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "half-close",
        "python:nginx python:openssl",
        Established("The client half-closes after its request."),
        Client(do="halfclose"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "idle",
        "python:nginx python:openssl",
        Established("Two seconds of silence in between."),
        Client(do="idle"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "bulk",
        "curl:nginx python:python",
        Established("300 kB to the client."),
        Client(),
        Server(body=300_000),
        versions=BOTH,
    ),
    *(
        Scenario(
            "clean",
            f"key-{cert}",
            "curl:nginx gnutls:openssl go:haproxy",
            Established(),
            Client(),
            Server(cert=cert),
            versions=BOTH,
        )
        for cert in ("ecdsa", "ecdsa384", "rsa4096", "wildcard")
    ),
    Scenario(
        "clean",
        "key-ed25519",
        "curl:nginx gnutls:openssl go:nginx",
        Established(),
        Client(),
        Server(cert="ed25519"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "rsa-key-exchange",
        "curl:nginx gnutls:openssl nss:nginx mbedtls:nginx",
        Established(),
        Client(versions="1.2", ciphers="kRSA"),
        Server(versions="1.2"),
    ),
    Scenario(
        "clean",
        "dhe",
        "curl:nginx gnutls:nginx openssl:haproxy",
        Established(),
        Client(versions="1.2", ciphers="DHE"),
        Server(versions="1.2", ciphers="DHE", dh=2048),
    ),
    Scenario(
        "clean",
        "no-sni",
        "curl:nginx openssl:haproxy go:go wolfssl:nginx",
        Established(),
        Client(sni="", verify=False),
        versions=BOTH,
    ),
)

FEATURES = (
    Scenario(
        "clean",
        "resumption-ticket",
        "curl:nginx openssl:nginx python:apache gnutls:openssl go:go java:java "
        "openssl:gnutls node:nginx",
        Established("Two connections, the second resumes."),
        Client(resume="ticket", timeout=10),
        Server(),
        versions=BOTH,
        connections=2,
    ),
    Scenario(
        "clean",
        "resumption-id",
        "curl:nginx openssl:apache python:nginx mbedtls:nginx",
        Established("Two connections, the second resumes by session id."),
        Client(resume="id", timeout=10),
        Server(tickets=False),
        versions=("1.2",),
        connections=2,
    ),
    Scenario(
        "clean",
        "early-data",
        "openssl:nginx openssl:haproxy",
        Established("0-RTT in the second connection."),
        Client(resume="psk", early_data=True),
        Server(early_data=True, versions="1.3"),
        connections=2,
    ),
    Scenario(
        "clean",
        "hello-retry",
        "curl:nginx openssl:openssl gnutls:openssl go:openssl python:haproxy nss:openssl "
        "curl:go",
        Established("HelloRetryRequest."),
        Client(groups="X25519:P-384"),
        Server(groups="P-384", versions="1.3"),
    ),
    Scenario(
        "clean",
        "post-quantum",
        "node24:node24 node24:nginx bun:node24 chromium:node24 deno:node24",
        Established("The hello has a post-quantum key share."),
        Client(),
        Server(versions="1.3"),
    ),
    Scenario(
        "clean",
        "client-auth",
        "curl:nginx openssl:openssl python:haproxy gnutls:gnutls go:go java:java node:node "
        "curl:apache curl:stunnel nss:nss java:erlang node:bouncycastle erlang:bouncycastle",
        Established("With a client certificate."),
        Client(cert="client"),
        Server(client_auth="require"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "client-auth-optional",
        "curl:nginx openssl:haproxy go:go gnutls:openssl java:java go:bouncycastle openssl:erlang",
        Established("A certificate is asked for; the client has none, the server does not mind."),
        Client(),
        Server(client_auth="request"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "alpn",
        "curl:nginx openssl:haproxy go:go gnutls:gnutls node:node java:java python:openssl",
        Established(),
        Client(alpn="h2,http/1.1"),
        Server(alpn="h2,http/1.1"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "staple",
        "gnutls:nginx openssl:openssl gnutls:haproxy",
        Established("OCSP staple."),
        Client(),
        Server(staple="good"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "deep-chain",
        "curl:nginx openssl:haproxy go:go gnutls:openssl",
        Established("Nine certificates."),
        Client(),
        Server(cert="deep"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "huge-certificate",
        "curl:nginx openssl:openssl go:go",
        Established("A certificate above 16 KiB, in several records."),
        Client(),
        Server(cert="huge"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "root-sent",
        "curl:nginx gnutls:openssl java:nginx",
        Established("The root is sent, too."),
        Client(),
        Server(cert="withroot"),
        versions=BOTH,
    ),
    *(
        Scenario(
            "clean",
            f"unverified-{cert}",
            "curl:nginx go:go node:nginx python:openssl gnutls:nginx",
            Established("The certificate is bad, the client does not look."),
            Client(verify=False),
            Server(cert=cert),
            versions=BOTH,
        )
        for cert in ("expired", "selfsigned", "wrongname", "unknownca")
    ),
    Scenario(
        "clean",
        "renegotiation",
        "openssl:openssl",
        Established("The client renegotiates."),
        Client(do="renegotiate", versions="1.2"),
        Server(versions="1.2", extra=("-client_renegotiation",)),
    ),
    Scenario(
        "clean",
        "false-start",
        "nss:nginx",
        Established("False start."),
        Client(extra=("-g",)),
        Server(versions="1.2"),
    ),
    *(
        Scenario(
            "clean",
            f"starttls-{protocol}",
            pairs,
            Established(f"TLS within {protocol}."),
            Client(starttls=protocol, verify=False, timeout=4.0),
            Server(mode=f"upgrade protocol={protocol}", port=port),
            kind="crafted",
        )
        for protocol, port, pairs in (
            ("smtp", 25, "openssl:script gnutls:script"),
            ("imap", 143, "openssl:script"),
            ("ftp", 21, "openssl:script"),
        )
    ),
    Scenario(
        "clean",
        "starttls-postgres",
        "openssl:script",
        Established("TLS after SSLRequest."),
        Client(starttls="postgres", verify=False, timeout=4.0),
        Server(mode="postgres", port=5432),
        kind="crafted",
    ),
    Scenario(
        "clean",
        "connect-proxy",
        "curl:script",
        Established("TLS through HTTP CONNECT."),
        Client(starttls="proxy", verify=False),
        Server(mode="proxy", port=3128),
        kind="crafted",
    ),
)

NETWORK = (
    *(shaped(f"loss-seed{seed}", f"loss=0.08 seed={seed}") for seed in (1, 2, 3)),
    *(shaped(f"reorder-seed{seed}", f"reorder=0.4 seed={seed}") for seed in (4, 5)),
    *(shaped(f"duplicates-seed{seed}", f"dup=0.5 seed={seed}") for seed in (6, 7)),
    shaped("all-of-it", "loss=0.04 reorder=0.3 dup=0.3 seed=8"),
    shaped("fragments", "fragment=400", kind="crafted", vantage=("server",)),
    *(
        shaped(
            f"mirror-{name}",
            f"mirror={name}",
            "curl:nginx",
            vantage=("mirror",),
            versions=("1.3",),
            kind="crafted",
        )
        for name in (
            "vlan",
            "qinq",
            "mpls",
            "pppoe",
            "gre",
            "ipip",
            "vxlan",
            "geneve",
            "gtpu",
            "erspan",
        )
    ),
    shaped(
        "mirror-vlan-ipv6",
        "mirror=vlan",
        "curl:nginx",
        vantage=("mirror",),
        versions=("1.2",),
        kind="crafted",
        family=6,
    ),
    shaped(
        "mirror-6in4",
        "mirror=ipip",
        "curl:nginx",
        vantage=("mirror",),
        versions=("1.2",),
        kind="crafted",
        family=6,
    ),
)

SCENARIOS = SHAPES + FEATURES + NETWORK
