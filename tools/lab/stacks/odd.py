# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripted peers (peers/odd.py): what no real stack does, and servers that speak no TLS."""

from options import Unsupported
from stacks import Launch, Stack
from stacks.openssl import config
from stacks.peer import client_flags, server_flags
from stacks.python import PYTHON


def _argv(run, side, flags, options):
    if not options.mode:
        raise Unsupported("a scripted peer needs a mode")
    mode, *more = options.mode.split()
    return [PYTHON, str(run.here / "peers" / "odd.py"), side, f"mode={mode}", *flags, *more]


def client(run, options):
    return [
        Launch(
            _argv(run, "client", client_flags(run, options), options),
            config(run, options, "client"),
        )
    ]


def server(run, options):
    return Launch(
        _argv(run, "server", server_flags(run, options), options), config(run, options, "server")
    )


STACKS = (
    Stack("script", PYTHON, (), client, server),
    # Nobody listens.
    Stack("nobody", PYTHON, (), server=lambda run, options: None),
)
