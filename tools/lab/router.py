# SPDX-License-Identifier: GPL-2.0-or-later
"""A router in a script: forwards between r0 and r1 in place of the kernel, and misbehaves to order.

Arguments, name=value: loss, dup, reorder (probabilities of 1), seed, fragment (octets), resets
(number of forged RSTs to each side at the first ClientHello), swallow (drop hellos), mirror (an
encapsulation, see MIRRORS).
It runs in the router's namespace, whose kernel must not forward.
"""

import random
import select
import socket
import struct
import sys
import time

from net import CLIENT, MAC, SERVER

ETH_ALL, OUTGOING = 3, 4
IPV4, IPV6, TCP = 0x0800, 0x86DD, 6
HOLD = 0.03  # seconds that a packet out of order waits at most


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data if len(data) % 2 == 0 else data + b"\0"))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4_header(header):
    header = header[:10] + b"\0\0" + header[12:]
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:]


def hop(kind, packet):
    """The packet with its TTL or hop limit one lower."""
    if kind == IPV6:
        return packet[:7] + bytes([packet[7] - 1]) + packet[8:]
    length = (packet[0] & 15) * 4
    header = packet[:8] + bytes([packet[8] - 1]) + packet[9:length]
    return ipv4_header(header) + packet[length:]


def fragments(kind, packet, size):
    """IPv4 only: the packet in pieces of at most size octets of payload."""
    length = (packet[0] & 15) * 4
    body = packet[length:]
    if kind != IPV4 or len(body) <= size:
        return [packet]
    step = size // 8 * 8
    found = []
    for offset in range(0, len(body), step):
        piece = body[offset : offset + step]
        more = 0x2000 if offset + step < len(body) else 0
        header = (
            packet[:2]
            + struct.pack("!H", length + len(piece))
            + packet[4:6]
            + struct.pack("!H", more | offset // 8)
            + packet[8:length]
        )
        found.append(ipv4_header(header) + piece)
    return found


def outer(protocol, payload):
    """An IPv4 packet between two tunnel ends."""
    header = struct.pack(
        "!BBHHHBBH4s4s",
        0x45,
        0,
        20 + len(payload),
        7,
        0,
        64,
        protocol,
        0,
        socket.inet_aton("203.0.113.1"),
        socket.inet_aton("203.0.113.2"),
    )
    return ipv4_header(header) + payload


def udp(port, payload):
    return outer(17, struct.pack("!HHHH", 49152, port, 8 + len(payload), 0) + payload)


def ethernet(kind, payload):
    return mac(MAC["m1"]) + mac(MAC["m0"]) + struct.pack("!H", kind) + payload


PPP = {IPV4: 0x0021, IPV6: 0x0057}
# Encapsulation -> frame, from (the Ethernet frame's addresses, type, IP packet).
MIRRORS = {
    "plain": lambda ends, kind, ip: ends + struct.pack("!H", kind) + ip,
    "vlan": lambda ends, kind, ip: ends + struct.pack("!HHH", 0x8100, 42, kind) + ip,
    "qinq": lambda ends, kind, ip: ends + struct.pack("!HHHHH", 0x88A8, 7, 0x8100, 42, kind) + ip,
    "mpls": lambda ends, kind, ip: ends
    + struct.pack("!HII", 0x8847, 16 << 12 | 64, 17 << 12 | 0x100 | 64)
    + ip,
    "pppoe": lambda ends, kind, ip: ends
    + struct.pack("!HBBHHH", 0x8864, 0x11, 0, 5, len(ip) + 2, PPP[kind])
    + ip,
    "gre": lambda ends, kind, ip: ethernet(IPV4, outer(47, struct.pack("!HH", 0, kind) + ip)),
    "ipip": lambda ends, kind, ip: ethernet(IPV4, outer(4 if kind == IPV4 else 41, ip)),
    "vxlan": lambda ends, kind, ip: ethernet(
        IPV4,
        udp(4789, struct.pack("!II", 0x08000000, 99 << 8) + ends + struct.pack("!H", kind) + ip),
    ),
    "geneve": lambda ends, kind, ip: ethernet(
        IPV4,
        udp(6081, struct.pack("!HHI", 0, 0x6558, 99 << 8) + ends + struct.pack("!H", kind) + ip),
    ),
    "gtpu": lambda ends, kind, ip: ethernet(
        IPV4, udp(2152, struct.pack("!BBHI", 0x30, 255, len(ip), 5) + ip)
    ),
    "erspan": lambda ends, kind, ip: ethernet(
        IPV4,
        outer(
            47,
            struct.pack("!HHI", 0x1000, 0x88BE, 1)
            + struct.pack("!HHI", 0x1000, 1, 0)
            + ends
            + struct.pack("!H", kind)
            + ip,
        ),
    ),
}


class Router:
    def __init__(self, flags):
        self.flags = flags
        self.chance = random.Random(int(flags.get("seed", 1)))
        self.sockets = {name: self._open(name) for name in ("r0", "r1", "m0")}
        self.held = []  # (deadline, device, frame)
        self.resets = int(flags.get("resets", 0))

    @staticmethod
    def _open(name):
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL))
        opened.bind((name, ETH_ALL))
        return opened

    def run(self):
        print("ready", flush=True)
        while True:
            readable, _, _ = select.select([self.sockets["r0"], self.sockets["r1"]], [], [], 0.01)
            for name in ("r0", "r1"):
                if self.sockets[name] in readable:
                    frame, about = self.sockets[name].recvfrom(65536)
                    if about[2] != OUTGOING:
                        self.forward(name, frame)
            self.release(time.monotonic())

    def forward(self, came, frame):
        kind = struct.unpack("!H", frame[12:14])[0]
        if kind not in (IPV4, IPV6):
            return
        packet = frame[14:]
        to_server = came == "r0"
        if not self._ours(kind, packet, to_server):
            return
        packet = hop(kind, self._strip_padding(kind, packet))
        out, peer = ("r1", "s0") if to_server else ("r0", "c0")
        ends = mac(MAC[peer]) + mac(MAC[out])
        if self.resets and to_server and self._is_hello(kind, packet):
            self._reset(kind, packet)
        if "swallow" in self.flags and to_server and self._is_hello(kind, packet):
            return
        if self._happens("loss"):
            return
        for piece in fragments(kind, packet, int(self.flags.get("fragment", 65535))):
            self._send(out, ends, kind, piece)

    def _send(self, out, ends, kind, packet):
        frame = ends + struct.pack("!H", kind) + packet
        if "mirror" in self.flags:
            self.sockets["m0"].send(MIRRORS[self.flags["mirror"]](ends, kind, packet))
        if self._happens("reorder"):
            self.held.append((time.monotonic() + HOLD, out, frame))
            return
        self.sockets[out].send(frame)
        if self._happens("dup"):
            self.sockets[out].send(frame)
        self.release(float("inf"), out)

    def release(self, now, device=None):
        """Send what was held back long enough, or what a later packet on the device overtook."""
        due = [entry for entry in self.held if entry[0] <= now and device in (None, entry[1])]
        self.held = [entry for entry in self.held if entry not in due]
        for _, out, frame in due:
            self.sockets[out].send(frame)

    def _happens(self, what):
        return self.chance.random() < float(self.flags.get(what, 0))

    @staticmethod
    def _ours(kind, packet, to_server):
        wanted = SERVER if to_server else CLIENT
        if kind == IPV4:
            return packet[16:20] == socket.inet_aton(wanted[0])
        return packet[24:40] == socket.inet_pton(socket.AF_INET6, wanted[1])

    @staticmethod
    def _strip_padding(kind, packet):
        total = (
            struct.unpack("!H", packet[2:4])[0]
            if kind == IPV4
            else 40 + struct.unpack("!H", packet[4:6])[0]
        )
        return packet[:total]

    @staticmethod
    def _tcp(kind, packet):
        """(start of the TCP header, start of its payload), or None."""
        start = (packet[0] & 15) * 4 if kind == IPV4 else 40
        if (packet[9] if kind == IPV4 else packet[6]) != TCP:
            return None
        return start, start + (packet[start + 12] >> 4) * 4

    def _is_hello(self, kind, packet):
        found = self._tcp(kind, packet)
        return found is not None and packet[found[1] : found[1] + 1] == b"\x16"

    def _reset(self, kind, packet):
        """Forged RSTs to both ends, with the TTL of a box in the middle."""
        if kind != IPV4:
            return
        start, data = self._tcp(kind, packet)
        ports, (seq, ack) = packet[start : start + 4], struct.unpack(
            "!II", packet[start + 4 : start + 12]
        )
        ends = packet[12:20]
        length = len(packet) - data
        to_server = self._forge(ends, ports, seq + length, ack)
        to_client = self._forge(ends[4:] + ends[:4], ports[2:] + ports[:2], ack, seq + length)
        for _ in range(self.resets):
            self._send("r0", mac(MAC["c0"]) + mac(MAC["r0"]), IPV4, to_client)
            self._send("r1", mac(MAC["s0"]) + mac(MAC["r1"]), IPV4, to_server)
        self.resets = 0

    @staticmethod
    def _forge(ends, ports, seq, ack):
        header = ports + struct.pack("!IIBBHHH", seq & 0xFFFFFFFF, ack, 0x50, 0x14, 0, 0, 0)
        pseudo = ends + struct.pack("!HH", TCP, len(header))
        header = header[:16] + struct.pack("!H", checksum(pseudo + header)) + header[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(header), 0x1234, 0, 118, TCP, 0) + ends
        return ipv4_header(ip) + header


if __name__ == "__main__":
    Router(dict(word.split("=", 1) for word in sys.argv[1:])).run()
