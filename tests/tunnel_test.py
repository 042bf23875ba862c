#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture taken inside a tunnel gets the verdict of the same capture without it.

Real captures are put into every encapsulation that tlswhy looks through, frame by frame, as a sensor
on the path of the tunnel would see them. $TLSWHY is the program.
"""

import json
import os
import socket
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

from capture_file import ETHERTYPE_IPV4, ETHERTYPE_IPV6, LINKTYPE_ETHERNET
from capture_file import Packet, read_capture, write_capture

PCAPS = Path(__file__).resolve().parent / "pcaps"
TRUST_STORE = PCAPS / "lab-root.pem"
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
TIME_LIMIT = 60

# Something established, a refusal, a certificate, and what the network did, over IPv4 and IPv6.
CAPTURES = (
    "clean/starttls-smtp__gnutls__script.pcap",
    "no_shared_cipher/suites__curl__java.pcap",
    "certificate_expired/expired-long-ago-tls12__gnutls__haproxy.pcap",
    "middlebox_reset/reject@client__go__go.pcap",
    "mtu_blackhole/server-flight-tls12@client__go__go.pcap",
    "mtu_blackhole/server-flight-ipv6@client__curl__nginx.pcap",
    "connect_timeout/syn-dropped-ipv6__curl__nginx.pcap",
)
ETHERNET_HEADER = 14
NESTED_MAX = 4
PPP = {ETHERTYPE_IPV4: 0x0021, ETHERTYPE_IPV6: 0x0057}


def checksum(data):
    """RFC 1071, of an even number of octets."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def in_ipv4(protocol, payload):
    """A frame between two tunnel ends."""
    ends = socket.inet_aton("203.0.113.1") + socket.inet_aton("203.0.113.2")
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 7, 0, 64, protocol, 0) + ends
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return bytes(12) + struct.pack("!H", ETHERTYPE_IPV4) + header + payload


def in_ipv6(protocol, payload):
    """The same over IPv6."""
    ends = socket.inet_pton(socket.AF_INET6, "2001:db8:ffff::1")
    ends += socket.inet_pton(socket.AF_INET6, "2001:db8:ffff::2")
    header = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + ends
    return bytes(12) + struct.pack("!H", ETHERTYPE_IPV6) + header + payload


def in_udp(port, payload):
    """A datagram to a tunnel end; without a checksum, as RFC 7348 section 5 has it."""
    return in_ipv4(17, struct.pack("!HHHH", 49152, port, 8 + len(payload), 0) + payload)


def gre(flags, protocol, payload):
    """RFC 2784 section 2.1."""
    return in_ipv4(47, struct.pack("!HH", flags, protocol) + payload)


def l2tp(kind, packet):
    """A data message with a length (RFC 2661 section 3.1) that carries PPP (RFC 1661)."""
    inside = b"\xff\x03" + struct.pack("!H", PPP[kind]) + packet
    return in_udp(1701, struct.pack("!HHHH", 0x4002, 8 + len(inside), 1, 2) + inside)


IP_PROTOCOL = {ETHERTYPE_IPV4: 4, ETHERTYPE_IPV6: 41}

# Name of a form: its name in events, and the frame, from (whole frame, EtherType, IP packet).
FORMS = {
    "GRE": ("gre", lambda frame, kind, packet: gre(0, kind, packet)),
    "GRE with key and sequence number": (
        "gre",
        lambda frame, kind, packet: gre(0x3000, kind, struct.pack("!II", 9, 1) + packet),
    ),
    "GRE with Ethernet": ("gre", lambda frame, kind, packet: gre(0, 0x6558, frame)),
    "GRE over IPv6": (
        "gre",
        lambda frame, kind, packet: in_ipv6(47, struct.pack("!HH", 0, kind) + packet),
    ),
    "IP in IPv4 and 6in4": (
        "ip_in_ip",
        lambda frame, kind, packet: in_ipv4(IP_PROTOCOL[kind], packet),
    ),
    "IP in IPv6": ("ip_in_ip", lambda frame, kind, packet: in_ipv6(IP_PROTOCOL[kind], packet)),
    "VXLAN": (
        "vxlan",
        lambda frame, kind, packet: in_udp(4789, struct.pack("!II", 8 << 24, 99 << 8) + frame),
    ),
    "GENEVE": (
        "geneve",
        lambda frame, kind, packet: in_udp(6081, struct.pack("!HHI", 0, 0x6558, 99 << 8) + frame),
    ),
    "GENEVE with an option": (
        "geneve",
        lambda frame, kind, packet: in_udp(
            6081, struct.pack("!BBHIHBBI", 2, 0, kind, 99 << 8, 0x0102, 3, 1, 5) + packet
        ),
    ),
    "GTP-U": (
        "gtp_u",
        lambda frame, kind, packet: in_udp(
            2152, struct.pack("!BBHI", 0x30, 255, len(packet), 5) + packet
        ),
    ),
    "ERSPAN type I": ("erspan", lambda frame, kind, packet: gre(0, 0x88BE, frame)),
    "ERSPAN type II": (
        "erspan",
        lambda frame, kind, packet: gre(
            0x1000, 0x88BE, struct.pack("!IHHI", 1, 0x1001, 5, 0) + frame
        ),
    ),
    "L2TP": ("l2tp", lambda frame, kind, packet: l2tp(kind, packet)),
}


def wrapped(frame, form):
    """The frame in an encapsulation; None when it is no IP packet."""
    kind = struct.unpack_from("!H", frame, ETHERNET_HEADER - 2)[0]
    if kind not in IP_PROTOCOL:
        return None
    return FORMS[form][1](frame, kind, frame[ETHERNET_HEADER:])


def wrap_capture(packets, forms):
    """The packets in these encapsulations, the innermost first."""
    found = []
    for packet in packets:
        frame = packet.data
        for form in forms:
            frame = frame and wrapped(frame, form)
        if frame:
            found.append(Packet(packet.time, frame, len(frame)))
    return found


def events_of(path):
    """The events of all connections."""
    done = subprocess.run(
        [TLSWHY, "--json", "--all", f"--trust-store={TRUST_STORE}", str(path)],
        capture_output=True,
        timeout=TIME_LIMIT,
        check=True,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return [event for event in events if event["event"]["action"] == "tls_handshake"]


def essence(event):
    """What a tunnel must not change: who, what and why. Its own evidence is left out."""
    why = event["tlswhy"]
    parties = {
        side: (event[side]["ip"], event[side]["port"], event[side]["packets"])
        for side in ("source", "destination")
    }
    names = ("outcome", "cause", "confidence", "stage", "refused_by", "alternatives", "history")
    facts = [item["fact"] for item in why.get("evidence", []) if item["fact"] != "tunnel"]
    return {
        **parties,
        "id": event["network"]["community_id"],
        "tls": event["tls"],
        "facts": facts,
        "why": {name: why.get(name) for name in names},
    }


class Tunnels(unittest.TestCase):
    """Each capture in each form."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tlswhy-tunnel-")
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "tunnel.pcap"

    def events_in(self, packets, forms):
        """The events of a capture that is put into encapsulations."""
        write_capture(self.path, LINKTYPE_ETHERNET, wrap_capture(packets, forms))
        return events_of(self.path)

    def check(self, capture, forms):
        """The verdict is that without a tunnel, and the event says which tunnels there are."""
        link_type, packets = read_capture(PCAPS / capture)
        self.assertEqual(link_type, LINKTYPE_ETHERNET)
        plain = events_of(PCAPS / capture)
        inside = self.events_in(packets, forms)
        self.assertGreater(len(plain), 0)
        self.assertEqual([essence(e) for e in inside], [essence(e) for e in plain])
        for event in inside:
            self.assertEqual(
                event["tlswhy"]["tunnels"], [FORMS[form][0] for form in reversed(forms)]
            )
        for event in plain:
            self.assertNotIn("tunnels", event["tlswhy"])

    def test_a_tunnel_does_not_change_the_verdict(self):
        for capture in CAPTURES:
            for form in FORMS:
                with self.subTest(capture=capture, form=form):
                    self.check(capture, [form])

    def test_tunnels_may_be_nested(self):
        for forms in (
            ["VXLAN", "GRE"],
            ["GTP-U", "IP in IPv6"],
            ["L2TP", "GENEVE", "ERSPAN type II"],
            ["IP in IPv4 and 6in4"] * NESTED_MAX,
        ):
            with self.subTest(forms=forms):
                self.check(CAPTURES[1], forms)

    def test_nesting_is_bounded(self):
        _, packets = read_capture(PCAPS / CAPTURES[1])
        self.assertEqual(self.events_in(packets, ["GRE"] * (NESTED_MAX + 1)), [])

    def test_the_room_that_tunnels_take_is_evidence_of_a_black_hole(self):
        for forms, octets, clamp in (
            (["VXLAN"], 50, 1360),
            (["IP in IPv4 and 6in4", "GTP-U", "VXLAN", "GENEVE"], 142, 1318),
        ):
            with self.subTest(forms=forms):
                _, packets = read_capture(PCAPS / CAPTURES[4])
                (event,) = self.events_in(packets, forms)
                evidence = {item["fact"]: item["text"] for item in event["tlswhy"]["evidence"]}
                self.assertEqual(event["tlswhy"]["cause"], "mtu_blackhole")
                self.assertIn(f"take at least {octets} octets", evidence["tunnel"])
                self.assertIn(f"clamp to {clamp}", evidence["mss"])


if __name__ == "__main__":
    unittest.main()
