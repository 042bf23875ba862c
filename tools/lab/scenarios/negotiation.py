# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of negotiation and of the server name."""

from options import Client, Server
from scenario import Established, Failed, Scenario

BOTH = ("1.2", "1.3")
ANY_REFUSAL = "server:alert server:fin server:rst"

VERSION = (
    Scenario(
        "version_mismatch",
        "client12-server13",
        "curl:nginx gnutls:nginx openssl:openssl python:haproxy curl:gnutls openssl:apache "
        "gnutls:stunnel nss:nginx go:go java:java node:node curl:nss curl:go curl:java "
        "node12:node24 mbedtls:nginx wolfssl:wolfssl",
        Failed(
            "server:70 server:40", note="Client offers up to TLS 1.2, server takes only TLS 1.3."
        ),
        Client(versions="1.2"),
        Server(versions="1.3"),
    ),
    Scenario(
        "version_mismatch",
        "client10-server12",
        "curl:nginx gnutls:haproxy openssl:python node8:nginx "
        "mbedtls:go openssl:java openssl:nss",
        Failed("server:70 server:40", note="Client offers TLS 1.0, server takes 1.2 and 1.3."),
        Client(versions="1.0"),
        Server(versions="1.2-1.3"),
    ),
    Scenario(
        "version_mismatch",
        "client13-server12",
        "curl:nginx openssl:mbedtls go:node8 nss:openssl java:gnutls deno:nginx wolfssl:haproxy",
        Failed(
            "server:70 server:40 client:70",
            "cause:no_shared_cipher",
            "Client offers only TLS 1.3, server has only 1.2.",
        ),
        Client(versions="1.3"),
        Server(versions="1.2"),
    ),
    Scenario(
        "version_mismatch",
        "client12-server10",
        "curl:nginx gnutls:nginx nss:nginx go:nginx java:nginx node:nginx "
        "deno:nginx bun:nginx python:openssl chromium:nginx php:nginx ruby:nginx",
        Failed(
            "server:70 client:70 client:alert",
            note="Server has only TLS 1.0, client wants 1.2 or more.",
        ),
        Client(versions="1.2-1.3"),
        Server(versions="1.0"),
    ),
    Scenario(
        "version_mismatch",
        "ssl3-hello",
        "script:nginx script:go script:gnutls script:java script:apache",
        Failed(ANY_REFUSAL, note="An SSL 3.0 ClientHello."),
        Client(mode="ssl3"),
        kind="crafted",
    ),
    Scenario(
        "version_mismatch",
        "ssl2-hello",
        "script:nginx script:go script:gnutls script:haproxy",
        Failed(
            ANY_REFUSAL,
            "cause:malformed_record cause:plaintext_on_tls_port cause:server_closed "
            "cause:reset_by_server",
            "An SSL 2.0 ClientHello.",
        ),
        Client(mode="ssl2"),
        kind="crafted",
    ),
    Scenario(
        "inappropriate_fallback",
        "fallback-scsv",
        "openssl:openssl openssl:nginx gnutls:openssl nss:haproxy "
        "openssl:go openssl:gnutls openssl:nss openssl:node",
        Failed("server:86", note="TLS_FALLBACK_SCSV at a server that has TLS 1.3."),
        Client(versions="1.2", fallback=True),
        Server(versions="1.2-1.3"),
    ),
)

ALGORITHMS = (
    Scenario(
        "no_shared_cipher",
        "suites",
        "curl:nginx gnutls:openssl python:haproxy openssl:gnutls nss:nginx go:nginx "
        "curl:go curl:java curl:mbedtls mbedtls:nginx curl:wolfssl node:apache curl:nss curl:bearssl "
        "go:erlang",
        Failed(
            "server:40 server:71", note="Client offers RSA key exchange, server takes only ECDHE."
        ),
        Client(versions="1.2", ciphers="AES128-SHA"),
        Server(versions="1.2", ciphers="ECDHE"),
    ),
    Scenario(
        "no_shared_cipher",
        "rsa-client-ecdsa-server",
        "curl:nginx gnutls:haproxy go:apache java:nginx curl:go python:java",
        Failed(
            "server:40 server:71",
            "cause:no_shared_signature_algorithm",
            "Client offers suites with RSA authentication, server has an ECDSA certificate.",
        ),
        Client(versions="1.2", ciphers="aRSA"),
        Server(versions="1.2", cert="ecdsa"),
    ),
    Scenario(
        "no_shared_cipher",
        "suites13",
        "openssl:openssl php:openssl",
        Failed("server:40", note="TLS 1.3 suites do not meet."),
        Client(versions="1.3", suites="TLS_CHACHA20_POLY1305_SHA256"),
        Server(versions="1.3", suites="TLS_AES_128_GCM_SHA256"),
    ),
    Scenario(
        "no_shared_group",
        "groups",
        "openssl:openssl curl:nginx gnutls:haproxy go:openssl curl:go python:stunnel "
        "nss:nginx curl:node java:gnutls",
        Failed(
            "server:40 server:47 server:10 server:71",
            "cause:no_shared_cipher",
            "The groups do not meet.",
        ),
        Client(groups="P-256"),
        Server(groups="P-384", ciphers="ECDHE"),
        versions=BOTH,
    ),
    Scenario(
        "no_shared_signature_algorithm",
        "schemes",
        "openssl:openssl curl:nginx python:apache openssl:go "
        "openssl:gnutls openssl:java node:haproxy",
        Failed(
            "server:40 server:43 server:47 server:80 server:sealed server:71",
            "cause:no_shared_cipher",
            "Client verifies ECDSA only, server has an RSA key.",
        ),
        Client(sigalgs="ECDSA+SHA256"),
        Server(),
        versions=BOTH,
        overrides={},
    ),
    Scenario(
        "no_shared_alpn",
        "protocols",
        "openssl:gnutls gnutls:openssl openssl:openssl python:go go:go openssl:node "
        "java:java curl:go openssl:deno",
        Failed(
            "server:120 server:sealed",
            "cause:peer_alert cause:unknown",
            "Offer and list of application protocols differ.",
        ),
        Client(alpn="http/1.1"),
        Server(alpn="imap"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "alpn-not-shared",
        "python:haproxy openssl:apache gnutls:nginx",
        Established("The server ignores that no application protocol is shared."),
        Client(alpn="http/1.1"),
        Server(),
        versions=BOTH,
    ),
    Scenario(
        "weak_parameters",
        "dh1024",
        "openssl:nginx curl:haproxy python:openssl node24:openssl curl:gnutls",
        Failed("client:alert", note="DH group of 1024 bits."),
        Client(versions="1.2", ciphers="DHE"),
        Server(versions="1.2", ciphers="DHE", dh=1024, level=0),
    ),
    Scenario(
        "weak_parameters",
        "dh768",
        "curl:gnutls openssl:gnutls nss:gnutls mbedtls:gnutls python:gnutls node:gnutls",
        Failed("client:alert", note="DH group of 768 bits."),
        Client(versions="1.2", ciphers="DHE"),
        Server(versions="1.2", ciphers="DHE", dh=768, level=0),
    ),
    Scenario(
        "clean",
        "dh1024",
        "gnutls:nginx nss:nginx java:nginx mbedtls:nginx wolfssl:nginx",
        Established("DH group of 1024 bits, the client does not mind."),
        Client(versions="1.2", ciphers="DHE"),
        Server(versions="1.2", ciphers="DHE", dh=1024, level=0),
    ),
    Scenario(
        "legacy_renegotiation",
        "no-renegotiation-info",
        "curl:gnutls openssl:gnutls python:gnutls node:gnutls node24:gnutls",
        Failed("client:40", note="Server does not know RFC 5746."),
        Client(),
        Server(versions="1.2", extra=("%DISABLE_SAFE_RENEGOTIATION",)),
    ),
    Scenario(
        "clean",
        "no-renegotiation-info",
        "go:gnutls java:gnutls mbedtls:gnutls node8:gnutls nss:gnutls",
        Established("Server does not know RFC 5746, client does not mind."),
        Client(),
        Server(versions="1.2", extra=("%DISABLE_SAFE_RENEGOTIATION",)),
    ),
    Scenario(
        "missing_extended_master_secret",
        "server-without",
        "java:node8 java:openssl java:nginx java:haproxy java:python",
        Failed("client:alert", note="Client insists on RFC 7627, server does not know it."),
        Client(versions="1.2", insist_ems=True),
        Server(versions="1.2", disable="ExtendedMasterSecret"),
    ),
    Scenario(
        "missing_extended_master_secret",
        "client-without",
        "node8:java openssl:java python:java curl:java",
        Failed("server:alert", note="Server insists on RFC 7627, client does not offer it."),
        Client(versions="1.2", disable="ExtendedMasterSecret"),
        Server(versions="1.2", insist_ems=True),
    ),
    Scenario(
        "downgrade_detected",
        "stripped-versions",
        "curl:script gnutls:script go:script nss:script java:script "
        "node24:script deno:script bun:script wolfssl:script",
        Failed(
            "client:47 client:alert", note="supported_versions taken out of the hello on the way."
        ),
        Client(verify=False),
        Server(mode="downgrade"),
        kind="crafted",
    ),
    Scenario(
        "retry_failed",
        "retry-twice",
        # Stacks that offer the server's group at once are not asked again.
        "curl:script go:script nss:script python:script bun:script deno:script",
        Failed(
            "client:alert client:fin client:rst",
            "cause:unexpected_message cause:illegal_parameter",
            "Two HelloRetryRequests.",
        ),
        Client(groups="X25519:P-384", verify=False),
        Server(mode="retry_twice", groups="P-384", versions="1.3"),
        kind="crafted",
        overrides={},
    ),
    Scenario(
        "retry_failed",
        "leaves-after-retry",
        "script:openssl script:nginx script:gnutls script:go",
        Failed("client:fin client:rst", "cause:client_abandoned", "No second ClientHello."),
        Client(mode="retry_close", groups="X25519:P-384"),
        Server(groups="P-384", versions="1.3"),
        kind="crafted",
    ),
    Scenario(
        "retry_failed",
        "same-hello-again",
        "script:openssl script:nginx script:gnutls script:go",
        Failed(
            "server:alert",
            "cause:illegal_parameter cause:unexpected_message cause:no_shared_group",
            "The second ClientHello has no share of the group asked for.",
        ),
        Client(mode="retry_changed", groups="X25519:P-384"),
        Server(groups="P-384", versions="1.3"),
        kind="crafted",
    ),
    Scenario(
        "retry_failed",
        "server-leaves-after-retry",
        "curl:script python:script",
        Failed(
            "server:fin server:rst",
            "cause:server_closed",
            "The server closes after the second ClientHello.",
        ),
        Client(groups="X25519:P-384", verify=False),
        Server(mode="retry_then_close", groups="P-384", versions="1.3"),
        kind="crafted",
    ),
)

NAME = (
    Scenario(
        "missing_sni",
        "no-name",
        "curl:nginx openssl:haproxy python:nginx go:nginx curl:haproxy openssl:go "
        "curl:python openssl:nginx node:haproxy wolfssl:nginx",
        Failed(ANY_REFUSAL + " server:sealed", note="No server_name, and the server needs one."),
        Client(sni="", verify=False),
        Server(strict_sni="any"),
        versions=BOTH,
    ),
    Scenario(
        "unrecognized_sni",
        "unknown-name",
        "curl:nginx openssl:haproxy gnutls:gnutls go:nginx java:java curl:go "
        "curl:python openssl:openssl node:node java:nginx nss:nginx curl:java chromium:nginx",
        # That it serves other names is not in this one connection.
        Failed(
            ANY_REFUSAL + " server:sealed",
            "cause:internal_error cause:server_closed",
            "The server does not serve this name.",
        ),
        Client(sni="nobody.lab.test", name="nobody.lab.test"),
        Server(strict_sni="name"),
        versions=BOTH,
    ),
)

SCENARIOS = VERSION + ALGORITHMS + NAME
