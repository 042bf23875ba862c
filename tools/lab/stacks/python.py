# SPDX-License-Identifier: GPL-2.0-or-later
"""Python's ssl module, on OpenSSL; the system's interpreter."""

from stacks import Launch, Stack
from stacks.openssl import config, faked
from stacks.peer import client_flags, server_flags

PYTHON = "/usr/bin/python3"


def client(run, options):
    argv = [PYTHON, str(run.here / "peers" / "peer.py"), "client", *client_flags(run, options)]
    return [Launch(faked(options.clock, argv), config(run, options, "client"))]


def server(run, options):
    argv = [PYTHON, str(run.here / "peers" / "peer.py"), "server", *server_flags(run, options)]
    return Launch(argv, config(run, options, "server"))


STACKS = (
    Stack(
        "python",
        PYTHON,
        (
            PYTHON,
            "-c",
            "import ssl,sys;print('Python', sys.version.split()[0], " "ssl.OPENSSL_VERSION)",
        ),
        client,
        server,
    ),
)
