# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers that do what no real stack does: they break off, corrupt, send nonsense, or speak no TLS.

Arguments: client|server name=value..., mode naming a function of odd_clients, odd_servers or
odd_others. Where the start of a real handshake is needed it comes from Python's ssl module through
memory buffers; a mode then spoils it.
"""

import socket
import sys

import odd_clients
import odd_others
import odd_servers


def server_mode(name):
    return getattr(odd_servers, name, None) or getattr(odd_others, name)


def serve(flags):
    listener = socket.create_server(
        ("::", int(flags["port"])), family=socket.AF_INET6, dualstack_ipv6=True
    )
    answer = server_mode(flags["mode"])
    while True:
        sock, _ = listener.accept()
        try:
            answer(sock, flags)
        except (OSError, ValueError, IndexError) as error:
            print(error, flush=True)
            sock.close()


if __name__ == "__main__":
    FLAGS = dict(word.split("=", 1) for word in sys.argv[2:])
    if sys.argv[1] == "server":
        serve(FLAGS)
    else:
        getattr(odd_clients, FLAGS["mode"])(FLAGS)
