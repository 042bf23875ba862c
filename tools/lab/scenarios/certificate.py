# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates that the client refuses, and client certificates that the server refuses."""

from options import Client, Server
from scenario import CertificateFault, Established, Failed, Scenario

BOTH = ("1.2", "1.3")
WEB = (
    "curl:nginx openssl:apache python:haproxy gnutls:openssl nss:nginx go:go java:nginx node:node "
    "bun:nginx deno:nginx wolfssl:openssl node24:go chromium:nginx perl:nginx php:openssl "
    "ruby:openssl erlang:go bouncycastle:java wget:apache openssl:erlang python:bouncycastle"
)
OLD = "mbedtls:nginx node8:openssl mbedtls:java openssl:mbedtls wolfssl:mbedtls"
OLD_CLIENTS = "mbedtls:nginx node8:openssl mbedtls:java bearssl:nginx botan:openssl"
FEW = (
    "openssl:nginx gnutls:haproxy go:apache java:openssl nss:nginx deno:openssl wolfssl:nginx "
    "node:nginx"
)

# cause, name, certificate, further acceptable answers, pairs
FAULTS = (
    ("certificate_expired", "expired", "expired", "", WEB),
    ("certificate_expired", "expired-long-ago", "expiredlong", "", FEW),
    ("certificate_expired", "expired-ecdsa", "expiredec", "", FEW),
    ("certificate_not_yet_valid", "future", "future", "", WEB),
    (
        "hostname_mismatch",
        "wrong-name",
        "wrongname",
        "",
        "openssl:nginx python:apache gnutls:haproxy curl:openssl "
        "nss:nginx go:go java:nginx node:node bun:nginx deno:nginx wolfssl:openssl chromium:nginx "
        "erlang:nginx bouncycastle:go perl:haproxy",
    ),
    ("hostname_mismatch", "wrong-wildcard", "wrongwild", "", FEW),
    ("incomplete_chain", "no-intermediate", "nointer", "", WEB),
    ("incomplete_chain", "wrong-intermediate", "wronginter", "", FEW),
    ("self_signed", "self-signed", "selfsigned", "", WEB),
    ("self_signed", "self-signed-ecdsa", "selfsignedec", "", FEW),
    ("untrusted_ca", "unknown-root", "unknownca", "", WEB),
    ("untrusted_ca", "unknown-root-sent", "unknownroot", "cause:self_signed", FEW),
    ("weak_certificate", "rsa1024", "weakrsa", "", FEW + " curl:nginx chromium:nginx"),
    ("weak_certificate", "sha1", "sha1", "", FEW + " curl:nginx chromium:nginx"),
    ("certificate_purpose", "client-only", "clientonly", "", WEB),
    ("certificate_purpose", "code-signing", "codesign", "", FEW),
    (
        "certificate_purpose",
        "leaf-as-issuer",
        "leafissuer",
        "cause:incomplete_chain cause:untrusted_ca",
        FEW,
    ),
    (
        "certificate_purpose",
        "path-length",
        "pathlength",
        "cause:untrusted_ca cause:incomplete_chain",
        FEW,
    ),
    (
        "hostname_mismatch",
        "common-name-only",
        "cnonly",
        "cause:bad_certificate cause:certificate_rejected",
        FEW,
    ),
)

SERVER_CERTIFICATE = tuple(
    Scenario(
        cause,
        name,
        pairs,
        CertificateFault(also),
        Client(),
        Server(cert=certificate, level=0 if cause == "weak_certificate" else -1),
        versions=BOTH,
    )
    for cause, name, certificate, also, pairs in FAULTS
) + tuple(
    Scenario(
        cause,
        name,
        OLD_CLIENTS if name == "client-only" else OLD,
        CertificateFault(also),
        Client(),
        Server(cert=certificate),
        versions=("1.2",),
    )
    for cause, name, certificate, also, pairs in FAULTS
    if name
    in (
        "expired",
        "future",
        "wrong-name",
        "no-intermediate",
        "self-signed",
        "unknown-root",
        "client-only",
    )
)

REVOKED = (
    Scenario(
        "certificate_revoked",
        "crl",
        "openssl:nginx curl:nginx openssl:haproxy curl:go",
        CertificateFault(note="By a CRL that only the client has."),
        Client(crl=True),
        Server(cert="revoked"),
        versions=BOTH,
    ),
    Scenario(
        "certificate_revoked",
        "stapled",
        "gnutls:nginx gnutls:openssl gnutls:gnutls java:nginx",
        CertificateFault(note="By the stapled OCSP response."),
        Client(revocation=True),
        Server(cert="revoked", staple="revoked"),
        versions=BOTH,
    ),
    Scenario(
        "ocsp_response_bad",
        "must-staple-without",
        "gnutls:nginx gnutls:openssl gnutls:go wolfssl:nginx wolfssl:haproxy",
        CertificateFault(
            "cause:bad_certificate cause:certificate_rejected", "Must-staple, and nothing stapled."
        ),
        Client(revocation=True),
        Server(cert="muststaple"),
        versions=BOTH,
    ),
    Scenario(
        "ocsp_response_bad",
        "stapled-expired",
        "gnutls:openssl gnutls:gnutls java:openssl wolfssl:nginx wolfssl:openssl",
        CertificateFault(
            "cause:bad_certificate cause:certificate_rejected", "The stapled response is too old."
        ),
        Client(revocation=True),
        Server(cert="stalestaple", staple="stalestaple"),
        versions=BOTH,
    ),
    Scenario(
        "client_clock_skew",
        "clock-ahead",
        "curl:nginx openssl:go python:haproxy gnutls:openssl nss:nginx wolfssl:nginx",
        CertificateFault(
            "cause:bad_certificate cause:certificate_rejected",
            "The client's clock is 2000 days ahead.",
        ),
        Client(clock="+2000d"),
        Server(),
        versions=BOTH,
    ),
    Scenario(
        "client_clock_skew",
        "clock-behind",
        "curl:nginx openssl:go python:haproxy gnutls:openssl nss:nginx wolfssl:nginx",
        CertificateFault(
            "cause:bad_certificate cause:certificate_not_yet_valid",
            "The client's clock is 200 days behind.",
        ),
        Client(clock="-200d"),
        Server(),
        versions=BOTH,
    ),
    Scenario(
        "client_clock_skew",
        "clock-ahead",
        "mbedtls:nginx",
        CertificateFault(
            "cause:bad_certificate cause:certificate_rejected",
            "The client's clock is 2000 days ahead.",
        ),
        Client(clock="+2000d"),
        Server(),
        versions=("1.2",),
    ),
    Scenario(
        "bad_certificate",
        "alert-42",
        "script:nginx",
        Failed(
            "client:42", "cause:certificate_rejected", "Alert 42, and nothing visible is wrong."
        ),
        Client(mode="flight_alert code=42", versions="1.2"),
        Server(),
        kind="crafted",
    ),
    Scenario(
        "bad_certificate",
        "not-der",
        "curl:script gnutls:script go:script java:script nss:script openssl:script "
        "node:script wolfssl:script",
        Failed(
            "client:alert client:fin client:rst",
            "cause:malformed_record cause:certificate_rejected",
            "The certificate is not DER.",
        ),
        Client(versions="1.2"),
        Server(mode="garbled_certificate", versions="1.2"),
        kind="crafted",
    ),
    Scenario(
        "certificate_rejected",
        "alert-46",
        "script:openssl script:haproxy",
        Failed(
            "client:46",
            "cause:bad_certificate cause:peer_alert",
            "Alert 46, and nothing visible is wrong.",
        ),
        Client(mode="flight_alert code=46", versions="1.2"),
        Server(),
        kind="crafted",
    ),
)

CLIENT_CERTIFICATE = (
    Scenario(
        "client_certificate_required",
        "none-sent",
        "curl:openssl openssl:haproxy python:python gnutls:gnutls go:go java:java node:node "
        "curl:go curl:java curl:stunnel nss:nss curl:nss deno:openssl curl:apache",
        Failed(
            "server:alert server:sealed server:fin server:rst",
            "cause:client_certificate_rejected cause:peer_alert cause:certificate_rejected",
            "The client has no certificate to send.",
        ),
        Client(),
        Server(client_auth="require"),
        versions=BOTH,
    ),
    Scenario(
        "client_certificate_required",
        "none-sent",
        "curl:mbedtls curl:wolfssl wolfssl:openssl mbedtls:haproxy",
        Failed(
            "server:alert server:sealed server:fin server:rst",
            "cause:client_certificate_rejected cause:server_closed cause:reset_by_server",
            "The client has no certificate to send.",
        ),
        Client(),
        Server(client_auth="require"),
        versions=("1.2",),
    ),
    *(
        Scenario(
            "client_certificate_rejected",
            name,
            "curl:openssl openssl:haproxy python:python gnutls:gnutls "
            "curl:go java:java node:node curl:java curl:stunnel openssl:python",
            Failed(
                "server:alert server:sealed server:fin server:rst",
                "cause:client_certificate_required cause:peer_alert cause:certificate_rejected "
                "cause:server_closed",
                note,
                late="the server checks after the handshake.",
            ),
            Client(cert=cert),
            Server(client_auth="require"),
            versions=BOTH,
        )
        for name, cert, note in (
            ("client-unknown-ca", "clientunknown", "The client's certificate is of an unknown CA."),
            ("client-expired", "clientexpired", "The client's certificate has expired."),
            ("client-self-signed", "clientself", "The client's certificate is self-signed."),
        )
    ),
    Scenario(
        "client_certificate_rejected",
        "server-only",
        "curl:openssl openssl:haproxy curl:go python:python",
        Failed(
            "server:alert server:sealed server:fin server:rst",
            "cause:client_certificate_required cause:peer_alert cause:certificate_rejected",
            "The client's certificate is for servers only.",
        ),
        Client(cert="clientwrongeku"),
        Server(client_auth="require"),
        versions=BOTH,
    ),
    Scenario(
        "clean",
        "client-auth-refused-by-http",
        "curl:nginx openssl:nginx",
        Established(
            "nginx refuses a missing client certificate with HTTP 400, after the handshake."
        ),
        Client(),
        Server(client_auth="require"),
        versions=BOTH,
    ),
)

SCENARIOS = SERVER_CERTIFICATE + REVOKED + CLIENT_CERTIFICATE
