# SPDX-License-Identifier: GPL-2.0-or-later
"""BearSSL, which has TLS 1.0 to 1.2 and leaves without an alert when it dislikes something."""

import base64
import re

from options import Unsupported
from stacks import CACHE, Launch, Stack
from stacks.openssl import faked
from stacks.peer import client_flags, server_flags

BEARSSL = str(CACHE / "bin" / "bearssl")
CIPHERS = ("", "AES128-SHA", "kRSA", "ECDHE", "aECDSA", "aRSA")
PEM = re.compile(r"-----BEGIN [A-Z0-9 ]+-----(.*?)-----END", re.DOTALL)


def _der(run, name, path):
    """The objects of a PEM file, each in a file of its own."""
    with open(path, encoding="ascii") as file:
        bodies = PEM.findall(file.read())
    paths = []
    for number, body in enumerate(bodies):
        paths.append(run.dir / f"{name}{number}.der")
        paths[-1].write_bytes(base64.b64decode(body))
    return paths


def _check(options):
    for name in ("groups", "sigalgs", "suites", "early_data", "mode", "extra", "disable"):
        if getattr(options, name):
            raise Unsupported(f"no {name} with BearSSL")
    if options.ciphers not in CIPHERS or "3.0" in options.version_range():
        raise Unsupported("not with BearSSL")
    if options.version_range()[0] == "1.3":
        raise Unsupported("BearSSL has no TLS 1.3")


def client(run, options):
    _check(options)
    for name in ("fallback", "starttls", "resume", "cert", "crl", "revocation"):
        if getattr(options, name):
            raise Unsupported(f"no {name} with BearSSL")
    if options.do != "get" or not options.verify:
        raise Unsupported("not with BearSSL")
    flags = [word for word in client_flags(run, options) if not word.startswith("ca=")]
    anchor = _der(run, "anchor", run.ca(options.ca))[0]
    return [Launch(faked(options.clock, [BEARSSL, "client", *flags, f"ca={anchor}"]))]


def server(run, options):
    _check(options)
    for name in ("client_auth", "staple", "dh", "strict_sni"):
        if getattr(options, name):
            raise Unsupported(f"no {name} with BearSSL")
    flags = [word for word in server_flags(run, options) if not word.startswith(("key=", "chain="))]
    chain = _der(run, "chain", run.pki.path(options.cert, "chain"))
    flags += [f"chain{number}={path}" for number, path in enumerate(chain)]
    flags.append(f"key={_der(run, 'key', run.pki.path(options.cert, 'key'))[0]}")
    return Launch([BEARSSL, "server", *flags])


STACKS = (Stack("bearssl", BEARSSL, (), client, server),)
