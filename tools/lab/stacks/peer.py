# SPDX-License-Identifier: GPL-2.0-or-later
"""Flags that all of the lab's own small peers (peers/) take, whatever language they are written in.

Every flag is one word, "name=value", so that a peer's parser is a few lines.
"""

STACKS = ()


def _common(run, options):
    low, high = options.version_range()
    flags = {
        "port": run.port,
        "min": low,
        "max": high,
        "ciphers": options.ciphers,
        "groups": options.groups,
        "sigalgs": options.sigalgs,
        "alpn": options.alpn,
        "keylog": run.key_log,
        "level": options.level if options.level >= 0 else 0 if options.legacy else "",
    }
    if options.cert:
        flags |= {kind: run.pki.path(options.cert, kind) for kind in ("chain", "key", "p12")}
    return flags


def _words(flags):
    return [f"{name}={value}" for name, value in flags.items() if value not in ("", None)]


def client_flags(run, options):
    flags = _common(run, options)
    flags |= {
        "host": run.address(),
        "sni": options.sni,
        "name": options.name,
        "ca": run.ca(options.ca),
        "verify": int(options.verify),
        "do": options.do,
        "times": 2 if options.resume else 1,
        "timeout": options.timeout - 0.5,
    }
    return [*_words(flags), *options.extra]


def server_flags(run, options):
    flags = _common(run, options)
    flags |= {
        "clientauth": options.client_auth,
        "ca": run.ca(options.client_ca),
        "sni": options.strict_sni,
        "body": options.body,
        "tickets": int(options.tickets),
    }
    if options.staple:
        flags["staple"] = run.pki.path(options.staple, "ocsp")
    return [*_words(flags), *options.extra]
