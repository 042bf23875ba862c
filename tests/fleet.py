# SPDX-License-Identifier: GPL-2.0-or-later
"""Make captures of whole fleets: many labelled connections put together, moved in time and place.

A connection of one of the labelled captures is played again at another time, from another client
and at another server: its octets stay as real stacks sent them. Checksums are left as they are;
nobody looks at them.
"""

import ipaddress
from dataclasses import dataclass, replace
from pathlib import Path

from capture_file import NANOSECONDS, find_segment, read_capture, write_capture
from feed import FAILED, read_labels

PCAPS = Path(__file__).resolve().parent / "pcaps"
# RFC 2544 and RFC 5737: addresses for tests and documentation.
CLIENTS = ipaddress.ip_network("198.18.0.0/15")
SERVERS = ipaddress.ip_network("203.0.113.0/24")
FIRST_PORT = 32768
RECORDED_NAME = b"www.lab.test"


@dataclass(frozen=True)
class Play:
    """One connection: which, when (seconds after the start), from which client to which server."""

    file: str
    at: float
    client: int = 1
    server: int = 1
    port: int = 443
    name: bytes = b""       # that the client asks for instead, as long as RECORDED_NAME


def _labelled():
    """The label of each capture: of several connections that which failed counts."""
    found = {}
    for label in read_labels(PCAPS / "labels.tsv"):
        if label.file not in found or label.outcome == FAILED:
            found[label.file] = label
    return found


def _endpoint(label_end):
    """The address octets and port of an endpoint of a label."""
    address, port = label_end
    return ipaddress.ip_address(address).packed, port


def _moved(packet, segment, ends):
    """The packet with other endpoints: ends maps (address, port) to (address, port)."""
    data = bytearray(packet.data)
    width = 4 if segment.version == 4 else 16
    first = segment.ip + (12 if segment.version == 4 else 8)
    for place, (address, port) in enumerate((ends[segment.source], ends[segment.destination])):
        data[first + place * width : first + (place + 1) * width] = address
        data[segment.tcp + 2 * place : segment.tcp + 2 * place + 2] = port.to_bytes(2, "big")
    return replace(packet, data=bytes(data))


def _renamed(packet, segment, client, name):
    """The packet of a client that asks for another name."""
    if not name or segment.source != client:
        return packet
    if len(name) != len(RECORDED_NAME):
        raise ValueError(f"{name} is not as long as {RECORDED_NAME}")
    return replace(packet, data=packet.data.replace(RECORDED_NAME, name))


def _play(label, play, client_port, start):
    """The packets of one connection at its new place; capture_file.LINKTYPE_ETHERNET all."""
    client, server = _endpoint(label.client), _endpoint(label.server)
    ends = {
        client: (CLIENTS[play.client].packed, client_port),
        server: (SERVERS[play.server].packed, play.port),
    }
    link_type, packets = read_capture(PCAPS / play.file)
    found = [(packet, find_segment(link_type, packet)) for packet in packets]
    ours = [
        (packet, segment)
        for packet, segment in found
        if segment is not None and {segment.source, segment.destination} == {client, server}
    ]
    offset = start + round(play.at * NANOSECONDS) - ours[0][0].time
    return link_type, [
        replace(_renamed(_moved(packet, segment, ends), segment, client, play.name),
                time=packet.time + offset)
        for packet, segment in ours
    ]


def write_fleet(path, plays, start):
    """Write one capture with all plays; start is in seconds since the epoch."""
    labels = _labelled()
    packets = []
    link_types = set()
    for number, play in enumerate(plays):
        port = FIRST_PORT + number % (65536 - FIRST_PORT)
        link_type, moved = _play(labels[play.file], play, port, start * NANOSECONDS)
        link_types.add(link_type)
        packets += moved
    packets.sort(key=lambda packet: packet.time)
    (link_type,) = link_types
    write_capture(path, link_type, packets)
