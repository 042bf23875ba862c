#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""soak_receiver.py unix PATH | tcp PORT   DIGESTS -- take the events of one sink until SIGTERM.

Of every event that was read whole, DIGEST_OCTETS octets that tell it from others are appended to
DIGESTS. Prints where it listens: with port 0 the system chooses. Its buffers are small, so that
little that was acknowledged is unread when it ends, which it does at once, like one that crashes:
what it has not read is gone.
"""

import os
import re
import signal
import socket
import sys

from soak_events import digest

BUFFER_OCTETS = 65536
LOOK_SECONDS = 0.1


class Stop(Exception):
    """SIGTERM came."""


def stop(*_):
    """Between two system calls: what was read is noted before."""
    raise Stop


def lines_of(data):
    """Whole lines, and what is left."""
    *lines, rest = data.split(b"\n")
    return lines, rest


def messages_of(data):
    """The events of whole syslog messages, RFC 6587 section 3.4.1, and what is left."""
    events = []
    while found := re.match(rb"(\d+) ", data):
        end = found.end() + int(found[1])
        if end > len(data):
            break
        events.append(data[found.end() : end].partition(b" - - ")[2])
        data = data[end:]
    return events, data


def listen(scheme, where):
    """The socket; and print where it is."""
    if scheme == "unix":
        server = socket.socket(socket.AF_UNIX)
        if os.path.exists(where):
            os.unlink(where)
        server.bind(where)
        os.chmod(where, 0o777)
    else:
        server = socket.socket(socket.AF_INET)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", int(where)))
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_OCTETS)
    server.listen()
    server.settimeout(LOOK_SECONDS)
    print(where if scheme == "unix" else server.getsockname()[1], flush=True)
    return server


def take(connection, cut, out):
    """One connection to its end; SIGTERM is answered only while nothing is half done."""
    rest = b""
    while True:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            data = connection.recv(BUFFER_OCTETS)
        except TimeoutError:
            continue
        except OSError:
            return
        if not data:
            return
        events, rest = cut(rest + data)
        out.write(b"".join(map(digest, events)))


def main():
    scheme, where, digests = sys.argv[1:]
    cut = lines_of if scheme == "unix" else messages_of
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    signal.signal(signal.SIGTERM, stop)
    with open(digests, "ab", buffering=0) as out, listen(scheme, where) as server:
        try:
            while True:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(LOOK_SECONDS)
                    take(connection, cut, out)
        except Stop:
            return


if __name__ == "__main__":
    main()
