# SPDX-License-Identifier: GPL-2.0-or-later
"""GnuTLS: gnutls-cli and gnutls-serv. Options become a priority string."""

from options import Unsupported
from stacks import Launch, Stack
from stacks.openssl import REQUEST, faked

VERSIONS = {
    "3.0": "VERS-SSL3.0",
    "1.0": "VERS-TLS1.0",
    "1.1": "VERS-TLS1.1",
    "1.2": "VERS-TLS1.2",
    "1.3": "VERS-TLS1.3",
}
GROUPS = {
    "X25519": "GROUP-X25519",
    "P-256": "GROUP-SECP256R1",
    "P-384": "GROUP-SECP384R1",
    "P-521": "GROUP-SECP521R1",
    "X448": "GROUP-X448",
    "ffdhe2048": "GROUP-FFDHE2048",
    "secp256k1": None,
}
SIGALGS = {
    "RSA-PSS+SHA256": "SIGN-RSA-PSS-RSAE-SHA256",
    "RSA+SHA256": "SIGN-RSA-SHA256",
    "ECDSA+SHA256": "SIGN-ECDSA-SHA256",
    "ECDSA+SHA384": "SIGN-ECDSA-SHA384",
    "ed25519": "SIGN-EDDSA-ED25519",
    "RSA+SHA1": "SIGN-RSA-SHA1",
}
# OpenSSL cipher strings that scenarios use.
CIPHERS = {
    "AES128-SHA": "-KX-ALL:+RSA:-CIPHER-ALL:+AES-128-CBC",
    "ECDHE": "-KX-ALL:+ECDHE-RSA:+ECDHE-ECDSA",
    "kRSA": "-KX-ALL:+RSA",
    "DHE": "-KX-ALL:+DHE-RSA",
    "aECDSA": "-KX-ALL:+ECDHE-ECDSA",
    "aRSA": "-KX-ALL:+ECDHE-RSA:+DHE-RSA:+RSA",
    "DHE-RSA-AES128-GCM-SHA256": "-KX-ALL:+DHE-RSA",
    "AES256": "-CIPHER-ALL:+AES-256-GCM",
    "ECDHE-RSA-AES128-GCM-SHA256": "-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-128-GCM",
    "CHACHA20": "-CIPHER-ALL:+CHACHA20-POLY1305",
}


def _translate(text, table, what):
    try:
        return [table[word] for word in text.split(":")] if text else []
    except KeyError as word:
        raise Unsupported(f"GnuTLS: {what} {word}") from None


def priority(side):
    words = ["LEGACY" if side.legacy else "NORMAL"]
    low, high = side.version_range()
    if low:
        order = list(VERSIONS)
        words += ["-VERS-TLS-ALL"] + [
            f"+{VERSIONS[v]}" for v in order[order.index(low) : order.index(high) + 1]
        ]
    if side.ciphers:
        words += _translate(side.ciphers, CIPHERS, "cipher")
    if side.groups:
        words += ["-GROUP-ALL"] + [
            f"+{name}" for name in _translate(side.groups, GROUPS, "group") if name
        ]
    if side.sigalgs:
        words += ["-SIGN-ALL"] + [
            f"+{name}" for name in _translate(side.sigalgs, SIGALGS, "scheme")
        ]
    if side.legacy:
        words += ["%VERIFY_ALLOW_BROKEN", "%VERIFY_DISABLE_CRL_CHECKS"]
    words += [word for word in side.extra if word.startswith("%")]
    return ":".join(words)


def arguments(side):
    """Own arguments that are not part of the priority string."""
    return [word for word in side.extra if not word.startswith("%")]


def client(run, options):
    if options.early_data or options.suites or options.do not in ("get", "quit"):
        raise Unsupported("not with gnutls-cli")
    argv = [
        "gnutls-cli",
        "--port",
        str(run.port),
        "--x509cafile",
        run.ca(options.ca),
        "--priority",
        priority(options) + (":%FALLBACK_SCSV" if options.fallback else ""),
    ]
    if options.sni:
        argv += ["--sni-hostname", options.sni, "--verify-hostname", options.name]
    else:
        argv += ["--disable-sni", "--verify-hostname", options.name]
    if not options.verify:
        argv.append("--insecure")
    for protocol in filter(None, options.alpn.split(",")):
        argv += ["--alpn", protocol]
    if options.cert:
        argv += [
            "--x509certfile",
            run.pki.path(options.cert, "chain"),
            "--x509keyfile",
            run.pki.path(options.cert, "key"),
        ]
    if options.resume:
        argv += ["--resume", "--waitresumption"]
    if options.starttls:
        argv += ["--starttls-proto", options.starttls]
    argv += [*arguments(options), run.address()]
    return [
        Launch(
            faked(options.clock, argv),
            {"SSLKEYLOGFILE": run.key_log},
            REQUEST if options.do == "get" else b"",
        )
    ]


def server(run, options):
    if options.early_data:
        raise Unsupported("not with gnutls-serv")
    argv = [
        "gnutls-serv",
        "--http",
        "--port",
        str(run.port),
        "--x509certfile",
        run.pki.path(options.cert, "chain"),
        "--x509keyfile",
        run.pki.path(options.cert, "key"),
        "--priority",
        priority(options),
    ]
    if options.client_auth == "require":
        argv += ["--require-client-cert", "--verify-client-cert"]
    elif not options.client_auth:
        argv.append("--disable-client-cert")
    if options.client_auth:
        argv += ["--x509cafile", run.ca(options.client_ca)]
    if options.dh:
        argv += ["--dhparams", run.pki.path(f"dh{options.dh}", "pem")]
    if options.staple:
        argv += [
            "--ocsp-response",
            run.pki.path(options.staple, "ocsp"),
            "--ignore-ocsp-response-errors",
        ]
    for protocol in filter(None, options.alpn.split(",")):
        argv += ["--alpn", protocol]
    if options.alpn:
        argv.append("--alpn-fatal")
    if options.strict_sni:
        argv += ["--sni-hostname", "www.lab.test", "--sni-hostname-fatal"]
    if not options.tickets:
        argv.append("--noticket")
    return Launch([*argv, *arguments(options)], {"SSLKEYLOGFILE": run.key_log})


STACKS = (Stack("gnutls", "gnutls-cli", ("gnutls-cli", "--version"), client, server),)
