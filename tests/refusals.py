# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets of connections that are refused, as many as a test wants, at little cost."""

import ipaddress

from capture_file import Packet

START = 1_794_960_000 * 10**9  # 2026-11-18T00:00:00Z
# RFC 2544 and RFC 5737: addresses for tests and documentation.
CLIENTS = ipaddress.ip_address("198.18.0.0")
SERVERS = ipaddress.ip_address("203.0.113.0")
SYN, RST_ACK = 0x02, 0x14


def _frame(source, destination, numbers, flags):
    """Ethernet, IPv4 and TCP without a payload; nobody looks at checksums."""
    (source_ip, source_port), (destination_ip, destination_port) = source, destination
    ip = bytes([0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0]) + source_ip.packed + destination_ip.packed
    tcp = source_port.to_bytes(2, "big") + destination_port.to_bytes(2, "big")
    tcp += b"".join(number.to_bytes(4, "big") for number in numbers)
    return bytes(12) + b"\x08\x00" + ip + tcp + bytes([0x50, flags, 255, 255, 0, 0, 0, 0])


def refused(count, servers=1, first=0, step=1000, at=0):
    """Connections of so many clients, one every step nanoseconds, to so many servers in turn."""
    packets = []
    for number in range(first, first + count):
        client = (CLIENTS + number, 40000)
        server = (SERVERS + number % servers, 443)
        begin = at // 1000 % 2**32  # its sequence number: another time, another attempt
        start = START + at + (number - first) * step
        for place, frame in enumerate((_frame(client, server, (begin, 0), SYN),
                                       _frame(server, client, (0, begin + 1), RST_ACK))):
            packets.append(Packet(start + place, frame, len(frame)))
    return packets
