# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers that speak no TLS, or TLS that is broken. Most of it takes a script."""

from options import Client, Server
from scenario import Failed, Scenario

ANY_CLIENT = "client:alert client:fin client:rst client:sealed"
ANY_SERVER = "server:alert server:fin server:rst server:sealed"
CAREFUL = Client(verify=False, timeout=4.0)


def scripted(
    cause, name, clients, mode, note, also="", proof=ANY_CLIENT, versions=("1.2",), client=CAREFUL
):
    """Real clients at a scripted server."""
    pairs = " ".join(f"{stack}:script" for stack in clients.split())
    return Scenario(
        cause,
        name,
        pairs,
        Failed(proof, also, note),
        client,
        Server(mode=mode),
        versions=versions,
        kind="crafted",
        connections=0,
    )


def client_script(cause, name, servers, mode, note, also="", versions=("1.2",)):
    """A scripted client at real servers."""
    pairs = " ".join(f"script:{stack}" for stack in servers.split())
    return Scenario(
        cause,
        name,
        pairs,
        Failed(ANY_SERVER, also, note),
        Client(mode=mode),
        Server(),
        versions=versions,
        kind="crafted",
    )


MOST = "curl gnutls nss go java wolfssl"

NOT_TLS = (
    Scenario(
        "plaintext_on_tls_port",
        "http",
        "curl:nginx curl:apache curl:haproxy curl:go curl:gnutls curl:java "
        "curl:stunnel curl:python curl:node curl:openssl",
        Failed(ANY_SERVER + " client:unfinished", note="An HTTP request on the TLS port."),
        Client(mode="plain", timeout=4.0),
        Server(),
    ),
    *(
        Scenario(
            "plaintext_on_tls_port",
            f"client-{says}",
            "script:nginx script:haproxy script:openssl script:go",
            Failed(
                ANY_SERVER + " client:unfinished",
                "outcome:not_tls cause:server_closed cause:malformed_record",
                f"A client of {says} on the TLS port.",
            ),
            Client(mode=f"plain says={says}", timeout=4.0),
            Server(),
            kind="crafted",
        )
        for says in ("smtp", "ssh")
    ),
    Scenario(
        "plaintext_on_tls_port",
        "proxy-header",
        "curl:nginx curl:apache curl:haproxy curl:go curl:gnutls curl:java "
        "curl:stunnel curl:python curl:node curl:openssl",
        Failed(
            ANY_SERVER + " client:unfinished",
            note="A PROXY protocol header before the hello, to a server that expects none.",
        ),
        Client(starttls="proxy-header", timeout=4.0),
        Server(),
    ),
    Scenario(
        "server_not_tls",
        "answers-http",
        "curl:nginx-plain openssl:nginx-plain gnutls:nginx-plain go:nginx-plain "
        "java:nginx-plain nss:nginx-plain bun:nginx-plain deno:nginx-plain wolfssl:nginx-plain "
        "node:nginx-plain chromium:nginx-plain",
        Failed(ANY_CLIENT + " server:fin", note="nginx without TLS answers HTTP."),
        Client(timeout=4.0),
        Server(),
        connections=0,
    ),
    Scenario(
        "server_not_tls",
        "sshd",
        "curl:sshd gnutls:sshd go:sshd java:sshd",
        Failed(ANY_CLIENT + " server:fin server:rst", note="OpenSSH answers."),
        Client(timeout=4.0),
        Server(),
    ),
    *(
        scripted(
            "server_not_tls",
            f"greeting-{says}",
            "curl gnutls java openssl",
            f"greeting says={says}",
            f"A server of {says} answers.",
            proof=ANY_CLIENT + " server:fin server:rst",
            versions=("",),
        )
        for says in ("smtp", "ftp", "pop3", "imap", "mysql")
    ),
    *(
        Scenario(
            "starttls_refused",
            f"refused-{protocol}",
            pairs,
            Failed("client:unfinished", "outcome:not_tls", f"{protocol}: the upgrade is refused."),
            Client(starttls=protocol, timeout=4.0, verify=False),
            Server(mode=f"upgrade protocol={protocol} answer=no", port=port),
            kind="crafted",
        )
        for protocol, port, pairs in (
            ("smtp", 25, "curl:script openssl:script gnutls:script"),
            ("imap", 143, "curl:script openssl:script gnutls:script"),
            ("pop3", 110, "curl:script openssl:script"),
            ("ftp", 21, "curl:script openssl:script"),
        )
    ),
    Scenario(
        "starttls_refused",
        "refused-postgres",
        "openssl:script",
        Failed("client:unfinished", "outcome:not_tls", "The SSLRequest is refused."),
        Client(starttls="postgres", timeout=4.0),
        Server(mode="postgres answer=no", port=5432),
        kind="crafted",
    ),
    Scenario(
        "starttls_refused",
        "refused-connect",
        "curl:script",
        Failed("client:unfinished", "outcome:not_tls", "The proxy refuses CONNECT."),
        Client(starttls="proxy", timeout=4.0),
        Server(mode="proxy answer=no", port=3128),
        kind="crafted",
    ),
)

BROKEN = (
    scripted(
        "malformed_record",
        "truncated-message",
        MOST,
        "truncated_message",
        "The extensions of ServerHello are longer than the message.",
        "cause:illegal_parameter",
    ),
    scripted(
        "malformed_record", "oversized-record", MOST, "oversized", "A record of 28672 octets."
    ),
    scripted(
        "malformed_record",
        "garbage",
        MOST,
        "binary_garbage",
        "300 octets that are no record.",
        "cause:server_not_tls",
    ),
    client_script(
        "malformed_record",
        "truncated-hello",
        "nginx go java gnutls nss",
        "truncated_hello",
        "The list of suites is longer than the ClientHello.",
    ),
    client_script(
        "malformed_record",
        "oversized-hello",
        "nginx go gnutls",
        "oversized_hello",
        "A record of 28672 octets.",
    ),
    scripted(
        "record_corruption",
        "signature",
        MOST,
        "corrupt_signature",
        "One wrong octet in the signature of ServerKeyExchange.",
        "cause:illegal_parameter cause:peer_alert cause:bad_certificate "
        "cause:certificate_rejected cause:unexpected_message cause:reset_by_client",
    ),
    scripted(
        "record_corruption",
        "server-finished",
        MOST,
        "corrupt_finished",
        "One wrong octet in the server's Finished.",
    ),
    scripted(
        "record_corruption",
        "encrypted-flight",
        "curl openssl python",
        "corrupt_flight",
        "One wrong octet in the encrypted flight.",
        versions=("1.3",),
    ),
    scripted(
        "record_corruption",
        "encrypted-flight-sealed",
        "gnutls go java nss",
        "corrupt_flight",
        "One wrong octet in the encrypted flight; the alert is encrypted.",
        "cause:certificate_rejected cause:peer_alert cause:client_abandoned",
        versions=("1.3",),
    ),
    client_script(
        "record_corruption",
        "client-finished",
        "nginx go java gnutls nss openssl",
        "bad_finished",
        "One wrong octet in the client's Finished.",
        versions=("1.2",),
    ),
    client_script(
        "record_corruption",
        "client-finished-sealed",
        "nginx go java gnutls nss openssl",
        "bad_finished",
        "One wrong octet in the client's Finished; TLS 1.3 answers encrypted.",
        "cause:peer_alert cause:client_certificate_rejected cause:client_certificate_required "
        "cause:certificate_rejected cause:server_closed outcome:established",
        versions=("1.3",),
    ),
    scripted(
        "unexpected_message",
        "done-too-early",
        MOST,
        "done_too_early",
        "ServerHelloDone right after ServerHello.",
        "cause:illegal_parameter",
    ),
    scripted(
        "unexpected_message",
        "finished-first",
        MOST,
        "finished_first",
        "Finished in place of ServerHello.",
        "cause:malformed_record",
    ),
    client_script(
        "unexpected_message",
        "hello-twice",
        "nginx java gnutls nss",
        "hello_twice",
        "A second ClientHello in place of ClientKeyExchange.",
    ),
    client_script(
        "unexpected_message",
        "data-first",
        "nginx java gnutls nss openssl",
        "application_data_first",
        "Application data before the handshake has finished.",
    ),
    scripted(
        "illegal_parameter",
        "suite-not-offered",
        MOST,
        "unoffered_suite",
        "The server selects a suite that was not offered.",
        "cause:no_shared_cipher",
    ),
    scripted(
        "illegal_parameter",
        "compression",
        MOST,
        "bad_compression",
        "The server selects a compression method that was not offered.",
        "cause:malformed_record",
    ),
    client_script(
        "illegal_parameter",
        "no-null-compression",
        "nginx go gnutls openssl",
        "no_compression",
        "The client does not offer null compression.",
        "cause:malformed_record",
    ),
    *(
        scripted(
            cause,
            f"alert-{code}",
            "curl gnutls java",
            f"send_alert code={code}",
            f"Alert {code} from the server.",
            also,
            proof=f"server:{code}",
            versions=("",),
        )
        for cause, code, also in (
            ("internal_error", 80, "cause:missing_sni cause:unrecognized_sni"),
            ("peer_alert", 49, ""),
            ("peer_alert", 100, ""),
            ("peer_alert", 115, ""),
        )
    ),
    scripted(
        "internal_error",
        "after-flight",
        "curl gnutls go",
        "hello_then_alert code=80",
        "Alert 80 from the server in answer to the client's key exchange.",
        proof="server:80",
    ),
)

SCENARIOS = NOT_TLS + BROKEN
