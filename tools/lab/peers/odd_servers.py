# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that begin TLS and then spoil it: one function (socket, flags) for each mode."""

import socket
import ssl
import struct
import time

from odd_common import (
    HANDSHAKE,
    EXTENSION_SUPPORTED_VERSIONS,
    PAUSE,
    alert,
    record,
    message,
    read_records,
    reset,
    finish,
    finish_reading,
    Engine,
    split,
    flip,
    extension_offset,
)

SEGMENT = 1448  # payload of a full-size segment with timestamps


def close_after_hello(sock, _):
    read_records(sock)
    finish(sock)


def reset_after_hello(sock, _):
    read_records(sock)
    reset(sock)


def reset_unread(sock, _):
    """Close with the ClientHello still unread in the socket: the kernel sends RST."""
    time.sleep(PAUSE)
    sock.close()


def silent(sock, _):
    time.sleep(30)
    sock.close()


def single_read(sock, flags):
    """A box that expects a ClientHello in one segment."""
    first = sock.recv(SEGMENT)
    if len(first) >= 5 + struct.unpack("!H", first[3:5])[0]:
        whole(sock, flags, first)
    elif flags.get("then") == "silent":
        time.sleep(30)
    else:
        reset(sock)


def whole(sock, flags, first):
    """A proper handshake and answer."""
    engine = Engine(flags, True)
    data = first
    while data:
        sock.sendall(engine.step(data))
        if engine.tls.version() and engine.tls.cipher() and _done(engine):
            break
        data = sock.recv(65536)
    engine.tls.write(b"HTTP/1.0 200 OK\r\n\r\nok\n")
    sock.sendall(engine.outgoing.read())
    finish(sock)


def _done(engine):
    try:
        engine.tls.do_handshake()
        return True
    except ssl.SSLWantReadError:
        return False


def _flight(sock, flags):
    engine = Engine(flags, True)
    return engine, engine.step(read_records(sock))


def close_after_flight(sock, flags):
    _, flight = _flight(sock, flags)
    sock.sendall(flight)
    sock.shutdown(socket.SHUT_WR)
    finish(sock)


def close_in_flight(sock, flags):
    _, flight = _flight(sock, flags)
    sock.sendall(flight[: len(flight) // 2])
    finish(sock)


def reset_in_flight(sock, flags):
    _, flight = _flight(sock, flags)
    sock.sendall(flight[: len(flight) // 2])
    time.sleep(PAUSE)
    reset(sock)


def stall_in_flight(sock, flags):
    _, flight = _flight(sock, flags)
    sock.sendall(flight[: len(flight) // 2])
    time.sleep(30)


def corrupt_flight(sock, flags):
    """One wrong octet in the last record of the server's first flight (TLS 1.3: encrypted)."""
    _, flight = _flight(sock, flags)
    sock.sendall(flip(flight, -3))
    finish_reading(sock)


def corrupt_signature(sock, flags):
    """TLS 1.2: one wrong octet in the signature of ServerKeyExchange."""
    _, flight = _flight(sock, flags)
    records = split(flight)
    spoiled = [flip(r, -3) if r[0] == HANDSHAKE and r[5] == 12 else r for r in records]
    sock.sendall(b"".join(spoiled))
    finish_reading(sock)


def corrupt_finished(sock, flags):
    """TLS 1.2: one wrong octet in the server's Finished."""
    engine, flight = _flight(sock, flags)
    sock.sendall(flight)
    sock.sendall(flip(engine.step(read_records(sock, 3)), -3))
    finish_reading(sock)


def garbled_certificate(sock, flags):
    """TLS 1.2: the leaf certificate does not begin as DER does."""
    _, flight = _flight(sock, flags)
    records = split(flight)
    spoiled = [flip(r, 5 + 4 + 3 + 3) if r[0] == HANDSHAKE and r[5] == 11 else r for r in records]
    sock.sendall(b"".join(spoiled))
    finish_reading(sock)


def send_alert(sock, flags):
    read_records(sock)
    sock.sendall(alert(int(flags["code"])))
    finish(sock)


def hello_then_alert(sock, flags):
    """TLS 1.2: the flight, then a fatal alert in place of an answer to the client's."""
    _, flight = _flight(sock, flags)
    sock.sendall(flight)
    read_records(sock, 3)
    sock.sendall(alert(int(flags["code"])))
    finish(sock)


def oversized(sock, _):
    read_records(sock)
    sock.sendall(struct.pack("!BHH", HANDSHAKE, 0x0303, 0x7000) + bytes(2000))
    finish_reading(sock)


def truncated_message(sock, flags):
    """A ServerHello whose extensions are longer than the message."""
    _, flight = _flight(sock, flags)
    first = split(flight)[0]
    at = 5 + 4 + 2 + 32 + 1 + first[5 + 4 + 34] + 3
    sock.sendall(first[:at] + struct.pack("!H", 0x0FFF) + first[at + 2 :])
    finish_reading(sock)


def binary_garbage(sock, _):
    read_records(sock)
    sock.sendall(bytes((i * 37 + 129) & 0xFF for i in range(300)))
    finish_reading(sock)


def done_too_early(sock, flags):
    """TLS 1.2: ServerHello, then at once ServerHelloDone."""
    _, flight = _flight(sock, flags)
    hello = split(flight)[0]
    size = 4 + int.from_bytes(hello[6:9], "big")
    sock.sendall(record(HANDSHAKE, hello[5 : 5 + size]) + record(HANDSHAKE, message(14, b"")))
    finish_reading(sock)


def finished_first(sock, _):
    read_records(sock)
    sock.sendall(record(HANDSHAKE, message(20, bytes(12))))
    finish_reading(sock)


def _server_hello(flags, sock):
    _, flight = _flight(sock, flags)
    return split(flight)[0]


def unoffered_suite(sock, flags):
    """A ServerHello that selects a suite the client did not offer (TLS_NULL_WITH_NULL_NULL)."""
    hello = _server_hello(flags, sock)
    at = 5 + 4 + 2 + 32 + 1 + hello[5 + 4 + 34]
    sock.sendall(hello[:at] + b"\0\0" + hello[at + 2 :])
    finish_reading(sock)


def bad_compression(sock, flags):
    hello = _server_hello(flags, sock)
    at = 5 + 4 + 2 + 32 + 1 + hello[5 + 4 + 34] + 2
    sock.sendall(hello[:at] + b"\x01" + hello[at + 1 :])
    finish_reading(sock)


def downgrade(sock, flags):
    """Take supported_versions out of the hello, as attackers do; the server marks its random."""
    hello = read_records(sock)
    mark = struct.pack("!H", EXTENSION_SUPPORTED_VERSIONS)
    at = extension_offset(hello, EXTENSION_SUPPORTED_VERSIONS)
    engine = Engine(flags, True)
    sock.sendall(engine.step(hello[:at] + b"\x7a\x7b" + hello[at + len(mark) :]))
    finish_reading(sock)


def retry_twice(sock, flags):
    """A second HelloRetryRequest, which RFC 8446 section 4.1.4 forbids."""
    _, first = _flight(sock, flags)
    retry = split(first)[0]
    sock.sendall(retry)
    read_records(sock)
    sock.sendall(retry)
    finish_reading(sock)


def retry_then_close(sock, flags):
    _, first = _flight(sock, flags)
    sock.sendall(first)
    read_records(sock, 2)
    finish(sock)
