# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that spoil TLS or speak none: one function (flags) for each mode."""

import socket
import struct
import time

from odd_common import HANDSHAKE, PAUSE, alert, record, message, reset, finish_reading, Engine, flip


def connect(flags):
    return socket.create_connection(
        (flags["host"], int(flags["port"])), timeout=float(flags["timeout"])
    )


def hello_close(flags):
    sock = connect(flags)
    sock.sendall(Engine(flags, False).step())
    sock.shutdown(socket.SHUT_WR)
    finish_reading(sock)


def hello_reset(flags):
    sock = connect(flags)
    sock.sendall(Engine(flags, False).step())
    reset(sock)


def _client_flight(flags):
    sock, engine = connect(flags), Engine(flags, False)
    sock.sendall(engine.step())
    time.sleep(PAUSE)
    return sock, engine, sock.recv(65536)


def flight_close(flags):
    sock, _, _ = _client_flight(flags)
    sock.close()


def flight_reset(flags):
    sock, _, _ = _client_flight(flags)
    reset(sock)


def flight_alert(flags):
    """Refuse the server's flight with a fatal alert."""
    sock, _, _ = _client_flight(flags)
    sock.sendall(alert(int(flags["code"])))
    sock.close()


def bad_finished(flags):
    """One wrong octet in the client's Finished."""
    sock, engine, flight = _client_flight(flags)
    sock.sendall(flip(engine.step(flight), -3))
    finish_reading(sock)


def retry_close(flags):
    """Leave after the HelloRetryRequest."""
    flight_close(flags)


def retry_changed(flags):
    """Answer a HelloRetryRequest with the same hello again: no share of the group asked for."""
    sock, engine = connect(flags), Engine(flags, False)
    hello = engine.step()
    sock.sendall(hello)
    time.sleep(PAUSE)
    sock.recv(65536)
    sock.sendall(hello)
    finish_reading(sock)


def hello_twice(flags):
    """TLS 1.2: a second ClientHello where the client's key exchange belongs."""
    sock, engine = connect(flags), Engine(flags, False)
    hello = engine.step()
    sock.sendall(hello)
    time.sleep(PAUSE)
    sock.recv(65536)
    sock.sendall(hello)
    finish_reading(sock)


def application_data_first(flags):
    sock, _, _ = _client_flight(flags)
    sock.sendall(record(23, bytes(40)))
    finish_reading(sock)


def truncated_hello(flags):
    """A ClientHello whose list of suites is longer than the message."""
    sock = connect(flags)
    hello = Engine(flags, False).step()
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    sock.sendall(hello[:at] + b"\x0f\xfe" + hello[at + 2 :])
    finish_reading(sock)


def oversized_hello(flags):
    sock = connect(flags)
    sock.sendall(
        struct.pack("!BHH", HANDSHAKE, 0x0301, 0x7000) + b"\x01\x00\x6f\xfc\x03\x03" + bytes(3000)
    )
    finish_reading(sock)


def no_compression(flags):
    """A ClientHello that does not offer the null compression method."""
    sock = connect(flags)
    hello = Engine(flags, False).step()
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + struct.unpack("!H", hello[at : at + 2])[0]
    sock.sendall(hello[: at + 1] + b"\x40" + hello[at + 2 :])
    finish_reading(sock)


def ssl2(flags):
    """An SSL 2.0 ClientHello that offers nothing newer."""
    sock = connect(flags)
    suites = bytes.fromhex("010080 020080 030080 060040 0700c0")
    body = b"\x01\x00\x02" + struct.pack("!HHH", len(suites), 0, 16) + suites + bytes(range(16))
    sock.sendall(struct.pack("!H", 0x8000 | len(body)) + body)
    finish_reading(sock)


def ssl3(flags):
    """A ClientHello of SSL 3.0, without extensions."""
    sock = connect(flags)
    body = (
        b"\x03\x00"
        + bytes(range(32))
        + b"\x00"
        + struct.pack("!H", 6)
        + bytes.fromhex("000a002f0035")
        + b"\x01\x00"
    )
    sock.sendall(record(HANDSHAKE, message(1, body), 0x0300))
    finish_reading(sock)


def plain(flags):
    """A client of another protocol."""
    words = {
        "smtp": b"EHLO client.lab.test\r\n",
        "ssh": b"SSH-2.0-OpenSSH_9.2p1\r\n",
        "http": b"GET / HTTP/1.1\r\nHost: www.lab.test\r\n\r\n",
        "imap": b"a1 CAPABILITY\r\n",
    }
    sock = connect(flags)
    sock.sendall(words[flags["says"]])
    finish_reading(sock)
