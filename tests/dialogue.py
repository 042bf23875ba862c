# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets of TCP connections whose octets a test makes up, and the TLS messages in them."""

import ipaddress

from capture_file import Packet

START = 1_794_960_000 * 10**9  # 2026-11-18T00:00:00Z
SYN, ACK, FIN_ACK = 0x02, 0x10, 0x11
SEGMENT = 1400
ALERT, HANDSHAKE = 21, 22
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_HELLO_DONE = 1, 2, 11, 14
SERVER_NAME, ALPN = 0, 16
RSA_AES128_GCM = 0x009C
CLIENT, SERVER = 0, 1


def vector(width, octets):
    """Octets behind their length."""
    return len(octets).to_bytes(width, "big") + octets


def records(kind, octets):
    """TLS 1.2 records of at most 16384 octets."""
    parts = [octets[place : place + 16384] for place in range(0, len(octets), 16384)]
    return b"".join(bytes([kind, 3, 3]) + vector(2, part) for part in parts)


def message(kind, body):
    """A handshake message in records of its own."""
    return records(HANDSHAKE, bytes([kind]) + vector(3, body))


def alert(code):
    """A fatal one."""
    return records(ALERT, bytes([2, code]))


def extensions(pairs):
    """(type, content) pairs as a block."""
    return vector(2, b"".join(kind.to_bytes(2, "big") + vector(2, body) for kind, body in pairs))


def client_hello(name=None, protocols=(), more=()):
    """A ClientHello of TLS 1.2 that asks for a name and for application protocols, as octets."""
    pairs = list(more)
    if name is not None:
        pairs.append((SERVER_NAME, vector(2, b"\0" + vector(2, name))))
    if protocols:
        pairs.append((ALPN, vector(2, b"".join(vector(1, each) for each in protocols))))
    body = b"\x03\x03" + bytes(range(32)) + vector(1, b"")
    body += vector(2, RSA_AES128_GCM.to_bytes(2, "big")) + vector(1, b"\0")
    return message(CLIENT_HELLO, body + extensions(pairs))


def server_flight(certificates=(), protocol=None):
    """ServerHello, Certificate and ServerHelloDone of TLS 1.2."""
    pairs = [(ALPN, vector(2, vector(1, protocol)))] if protocol else []
    body = b"\x03\x03" + bytes(range(32, 64)) + vector(1, b"")
    body += RSA_AES128_GCM.to_bytes(2, "big") + b"\0" + extensions(pairs)
    chain = vector(3, b"".join(vector(3, each) for each in certificates))
    return message(SERVER_HELLO, body) + message(CERTIFICATE, chain) + message(SERVER_HELLO_DONE, b"")


def _frame(ends, numbers, flags, payload):
    """Ethernet, IPv4 and TCP from ends[0] to ends[1]; nobody looks at checksums."""
    (source, source_port), (destination, destination_port) = ends
    tcp = source_port.to_bytes(2, "big") + destination_port.to_bytes(2, "big")
    tcp += b"".join((number % 2**32).to_bytes(4, "big") for number in numbers)
    tcp += bytes([0x50, flags, 255, 255, 0, 0, 0, 0]) + payload
    ip = bytes([0x45, 0]) + (20 + len(tcp)).to_bytes(2, "big") + bytes([0, 0, 0, 0, 64, 6, 0, 0])
    return bytes(12) + b"\x08\x00" + ip + source.packed + destination.packed + tcp


class Dialogue:
    """One connection: what each side says is acknowledged by the other."""

    def __init__(self, number=1, port=443, at=0, client_port=40000):
        self.ends = ((ipaddress.ip_address("198.18.0.0") + number, client_port),
                     (ipaddress.ip_address("203.0.113.7"), port))
        self.sequence = [1000, 5000]
        self.time = START + at
        self.packets = []
        self._send(CLIENT, SYN)
        self._send(SERVER, SYN | ACK)
        self._send(CLIENT, ACK)

    def _send(self, side, flags, payload=b""):
        ends = self.ends if side == CLIENT else self.ends[::-1]
        acknowledged = self.sequence[1 - side] if flags & ACK else 0
        frame = _frame(ends, (self.sequence[side], acknowledged), flags, payload)
        self.packets.append(Packet(self.time, frame, len(frame)))
        self.sequence[side] += len(payload) + (flags & SYN > 0) + (flags & 1)
        self.time += 1_000_000

    def say(self, side, octets):
        """Send octets in segments; the result is the dialogue."""
        for place in range(0, len(octets), SEGMENT):
            self._send(side, ACK, octets[place : place + SEGMENT])
            self._send(1 - side, ACK)
        return self

    def close(self, side):
        """A FIN of one side, then of the other; the result is all packets."""
        self._send(side, FIN_ACK)
        self._send(1 - side, FIN_ACK)
        self._send(side, ACK)
        return self.packets
