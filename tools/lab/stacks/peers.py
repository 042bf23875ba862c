# SPDX-License-Identifier: GPL-2.0-or-later
"""Libraries without programs of their own: small peers on Go, Java, wolfSSL, Mbed TLS."""

from options import Unsupported
from stacks import CACHE, Launch, Stack
from stacks.openssl import faked
from stacks.peer import client_flags, server_flags

BIN = CACHE / "bin"
GO = str(BIN / "go")
WOLFSSL = str(BIN / "wolfssl")
MBEDTLS = str(BIN / "mbedtls")
# Quick to start, and no compiler threads that compete for the lab's few cores.
JAVA = [
    "java",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Xshare:auto",
    "-cp",
    str(BIN),
    "Peer",
]

WOLFSSL_SUITES = {
    "AES128-SHA": "AES128-SHA",
    "ECDHE": "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
    "kRSA": "AES128-SHA",
    "DHE": "DHE-RSA-AES128-GCM-SHA256",
    "aECDSA": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "aRSA": "ECDHE-RSA-AES128-GCM-SHA256",
}
MBEDTLS_SUITES = {
    "AES128-SHA": "TLS-RSA-WITH-AES-128-CBC-SHA",
    "DHE": "TLS-DHE-RSA-WITH-AES-128-GCM-SHA256",
    "kRSA": "TLS-RSA-WITH-AES-128-GCM-SHA256",
    "ECDHE": "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256",
    "aECDSA": "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256",
    "aRSA": "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256",
}


def _refuse(options, *names):
    """Raise Unsupported if one of these options is set."""
    for name in names:
        if getattr(options, name):
            raise Unsupported(f"no {name} with this peer")


def _do(options):
    _refuse(options, "fallback", "starttls", "early_data", "mode")
    if options.do not in ("get", "quit"):
        raise Unsupported(f"no {options.do} with this peer")


def _dh(options):
    _refuse(options, "dh", "early_data", "staple", "mode")


def go_client(run, options):
    _do(options)
    _refuse(options, "sigalgs", "suites", "clock")
    return [Launch([GO, "client", *client_flags(run, options)])]


def go_server(run, options):
    _dh(options)
    _refuse(options, "sigalgs", "suites")
    return Launch([GO, "server", *server_flags(run, options)])


def _java_ems(options):
    return ["-Djdk.tls.allowLegacyMasterSecret=false"] if options.insist_ems else []


def java_client(run, options):
    _do(options)
    _refuse(options, "sigalgs", "suites", "clock")
    checks = [
        "-Dcom.sun.net.ssl.checkRevocation=true",
        "-Djdk.tls.client.enableStatusRequestExtension=true",
    ]
    program = [JAVA[0], *(checks if options.revocation else ()), *_java_ems(options), *JAVA[1:]]
    return [Launch([*program, "client", *client_flags(run, options)])]


def java_server(run, options):
    _dh(options)
    _refuse(options, "sigalgs", "suites")
    program = [JAVA[0], *_java_ems(options), *JAVA[1:]]
    return Launch([*program, "server", *server_flags(run, options)])


def _with_suite(flags, options, table):
    if not options.ciphers:
        return flags
    if options.ciphers not in table:
        raise Unsupported(f"no name for {options.ciphers}")
    return [*flags, f"suite={table[options.ciphers]}"]


def wolfssl_client(run, options):
    _do(options)
    _refuse(options, "sigalgs", "groups", "resume", "alpn")
    flags = _with_suite(client_flags(run, options), options, WOLFSSL_SUITES)
    flags += ["revocation=1"] if options.revocation else []
    return [Launch(faked(options.clock, [WOLFSSL, "client", *flags]))]


def wolfssl_server(run, options):
    _dh(options)
    _refuse(options, "sigalgs", "groups", "alpn", "strict_sni")
    return Launch(
        [WOLFSSL, "server", *_with_suite(server_flags(run, options), options, WOLFSSL_SUITES)]
    )


def _mbedtls_versions(options):
    low, high = options.version_range()
    if low == "1.3":
        raise Unsupported("this Mbed TLS has no TLS 1.3")
    return options.but(versions=f"{low}-1.2") if high == "1.3" else options


def mbedtls_client(run, options):
    _do(options)
    _refuse(options, "sigalgs")
    flags = _with_suite(client_flags(run, _mbedtls_versions(options)), options, MBEDTLS_SUITES)
    return [Launch(faked(options.clock, [MBEDTLS, "client", *flags]))]


def mbedtls_server(run, options):
    _dh(options)
    _refuse(options, "sigalgs", "strict_sni")
    flags = server_flags(run, _mbedtls_versions(options))
    return Launch([MBEDTLS, "server", *_with_suite(flags, options, MBEDTLS_SUITES)])


STACKS = (
    Stack("go", GO, ("go", "version"), go_client, go_server),
    Stack("java", "java", ("java", "-version"), java_client, java_server),
    Stack("wolfssl", WOLFSSL, (WOLFSSL, "version"), wolfssl_client, wolfssl_server),
    Stack("mbedtls", MBEDTLS, (MBEDTLS, "version"), mbedtls_client, mbedtls_server),
)
