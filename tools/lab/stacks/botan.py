# SPDX-License-Identifier: GPL-2.0-or-later
"""Botan's own command line client; TLS 1.2 at most."""

from options import Unsupported
from stacks import Launch, Stack
from stacks.openssl import REQUEST, faked

GROUPS = {"P-256": "secp256r1", "P-384": "secp384r1", "X25519": "x25519"}
KEY_EXCHANGES = {"ECDHE": "ECDH", "kRSA": "RSA", "DHE": "DH", "AES128-SHA": "RSA"}
FLAGS = ("1.0", "1.1", "1.2")


def _policy(run, side, who):
    """A policy file that says what the side may negotiate."""
    low, high = side.version_range()
    if low == "1.3" or "3.0" in (low, high):
        raise Unsupported("this Botan has TLS 1.0 to 1.2")
    for name in ("sigalgs", "suites", "alpn", "disable"):
        if getattr(side, name):
            raise Unsupported(f"no {name} with Botan")
    first, last = FLAGS.index(low or "1.2"), FLAGS.index("1.2" if high == "1.3" else high or "1.2")
    lines = [
        f"allow_tls{version.replace('.', '')} = {'true' if first <= i <= last else 'false'}"
        for i, version in enumerate(FLAGS)
    ]
    if side.ciphers:
        if side.ciphers not in KEY_EXCHANGES:
            raise Unsupported(f"no name for {side.ciphers}")
        lines.append(f"key_exchange_methods = {KEY_EXCHANGES[side.ciphers]}")
    if side.groups:
        lines.append("groups = " + " ".join(GROUPS[name] for name in side.groups.split(":")))
    if side.legacy:
        lines += ["ciphers = AES-256/GCM AES-128/GCM AES-256 AES-128", "macs = AEAD SHA-256 SHA-1"]
    return run.write(f"{who}.policy", "\n".join(lines) + "\n")


def client(run, options):
    for name in ("fallback", "starttls", "early_data", "mode", "resume", "cert", "crl"):
        if getattr(options, name):
            raise Unsupported(f"no {name} with Botan")
    if options.do not in ("get", "quit") or not options.verify or options.sni == "":
        raise Unsupported("not with Botan")
    argv = ["botan", "tls_client", options.sni, f"--port={run.port}"]
    argv += ["--skip-system-cert-store", f"--trusted-cas={run.ca(options.ca)}"]
    argv.append(f"--policy={_policy(run, options, 'client')}")
    return [Launch(faked(options.clock, argv), stdin=REQUEST)]


STACKS = (Stack("botan", "botan", ("botan", "version", "--full"), client),)
