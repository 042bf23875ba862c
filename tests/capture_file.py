# SPDX-License-Identifier: GPL-2.0-or-later
"""Read and write capture files, and find the TCP segment in a packet.

Used by the test tools that change captures. It knows just enough for them: pcap (both byte orders,
micro- and nanoseconds) and the packet blocks of pcapng in, nanosecond pcap out. Offsets and lengths
are octets, times are nanoseconds since the epoch.
"""

import struct
from dataclasses import dataclass

LINKTYPE_NULL = 0
LINKTYPE_ETHERNET = 1
LINKTYPE_RAW = 101
LINKTYPE_LOOP = 108
LINKTYPE_LINUX_SLL = 113
LINKTYPE_IPV4 = 228
LINKTYPE_IPV6 = 229
LINKTYPE_LINUX_SLL2 = 276
# LINKTYPE_RAW as some systems write it: the value of their DLT_RAW.
RAW_ALIASES = (LINKTYPE_RAW, 12, 14)

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_IPV6 = 0x86DD
ETHERTYPE_VLAN = (0x8100, 0x88A8, 0x9100)
# Tags in front of one packet; two are in use (802.1ad), more is damage.
VLAN_DEPTH_MAX = 4

IPPROTO_TCP = 6
NANOSECONDS = 1_000_000_000

FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

PCAP_MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
PCAP_MAGIC_NANOSECONDS = 0xA1B23C4D
# What every reader accepts (MAXIMUM_SNAPLEN of libpcap).
SNAPLEN = 262144

PCAPNG_SECTION = 0x0A0D0D0A
PCAPNG_INTERFACE = 1
PCAPNG_SIMPLE_PACKET = 3
PCAPNG_ENHANCED_PACKET = 6
PCAPNG_BYTE_ORDER = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
PCAPNG_OPTION_TSRESOL = 9
PCAPNG_OPTION_TSOFFSET = 14


class CaptureError(Exception):
    """The file is not a capture that this module can read; the text says why."""


@dataclass
class Packet:
    """One captured packet. `wire_length` is more than len(data) when the capture cut it."""

    time: int
    data: bytes
    wire_length: int


@dataclass(frozen=True)
class Segment:
    """Where the TCP segment lies in a packet, and the fields that a change of it needs."""

    ip: int
    tcp: int
    payload: int
    end: int
    version: int
    source: tuple
    destination: tuple
    sequence: int
    flags: int

    @property
    def length(self):
        """Octets of payload."""
        return self.end - self.payload

    @property
    def next_sequence(self):
        """The sequence number that follows the payload."""
        return (self.sequence + self.length) & 0xFFFFFFFF


def read_capture(path):
    """Return (link type, list of Packet) of a pcap or pcapng file.

    A file cut in the middle of a packet gives the packets before the cut.
    """
    with open(path, "rb") as file:
        content = file.read()
    try:
        if content[:4] in PCAP_MAGIC:
            return _read_pcap(content)
        if content[:4] == struct.pack("<I", PCAPNG_SECTION):
            return _read_pcapng(content)
    except (struct.error, IndexError) as error:
        raise CaptureError(f"{path}: damaged: {error}") from error
    except CaptureError as error:
        raise CaptureError(f"{path}: {error}") from error
    raise CaptureError(f"{path}: neither pcap nor pcapng")


def write_capture(path, link_type, packets):
    """Write the packets as a pcap file with nanosecond times."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", PCAP_MAGIC_NANOSECONDS, 2, 4, 0, 0, SNAPLEN, link_type))
        for packet in packets:
            seconds, fraction = divmod(packet.time, NANOSECONDS)
            file.write(
                struct.pack("<IIII", seconds, fraction, len(packet.data), packet.wire_length)
            )
            file.write(packet.data)


def _read_pcap(content):
    order, scale = PCAP_MAGIC[content[:4]]
    if len(content) < 24:
        raise CaptureError("the file header is cut off")
    # The upper bits of the link type field hold the length of a frame check sequence.
    link_type = struct.unpack_from(order + "I", content, 20)[0] & 0xFFFF
    packets = []
    position = 24
    while position + 16 <= len(content):
        seconds, fraction, length, wire = struct.unpack_from(order + "IIII", content, position)
        position += 16
        if length > len(content) - position:
            break
        time = seconds * NANOSECONDS + fraction * scale
        packets.append(Packet(time, content[position : position + length], wire))
        position += length
    return link_type, packets


@dataclass(frozen=True)
class _Interface:
    link_type: int
    snaplen: int
    ticks: int
    offset: int

    def time(self, ticks):
        return (ticks * NANOSECONDS) // self.ticks + self.offset * NANOSECONDS


def _read_pcapng(content):
    packets = []
    interfaces = []
    link_types = set()
    for order, kind, body in _pcapng_blocks(content):
        if kind == PCAPNG_SECTION:
            interfaces = []
        elif kind == PCAPNG_INTERFACE:
            interfaces.append(_pcapng_interface(order, body))
        elif kind == PCAPNG_ENHANCED_PACKET:
            number, high, low, length, wire = struct.unpack_from(order + "IIIII", body)
            interface = interfaces[number]
            link_types.add(interface.link_type)
            time = interface.time(high << 32 | low)
            packets.append(Packet(time, body[20 : 20 + length], wire))
        elif kind == PCAPNG_SIMPLE_PACKET:
            # This block has no time: it takes that of the packet before it.
            (wire,) = struct.unpack_from(order + "I", body)
            interface = interfaces[0]
            link_types.add(interface.link_type)
            length = min(wire, interface.snaplen or wire)
            time = packets[-1].time if packets else 0
            packets.append(Packet(time, body[4 : 4 + length], wire))
    if len(link_types) > 1:
        raise CaptureError("several link types in one file")
    return (link_types.pop() if link_types else LINKTYPE_ETHERNET), packets


def _pcapng_blocks(content):
    order = "<"
    position = 0
    while position + 12 <= len(content):
        if content[position : position + 4] == struct.pack("<I", PCAPNG_SECTION):
            order = PCAPNG_BYTE_ORDER.get(content[position + 8 : position + 12])
            if order is None:
                raise CaptureError(f"no byte order mark in the section at offset {position}")
        kind, length = struct.unpack_from(order + "II", content, position)
        if length < 12 or length % 4 != 0:
            raise CaptureError(f"impossible block length {length} at offset {position}")
        if length > len(content) - position:
            return
        yield order, kind, content[position + 8 : position + length - 4]
        position += length


def _pcapng_interface(order, body):
    link_type, snaplen = struct.unpack_from(order + "HxxI", body)
    ticks = 1_000_000
    offset = 0
    position = 8
    while position + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, position)
        value = body[position + 4 : position + 4 + length]
        if code == 0:
            break
        if code == PCAPNG_OPTION_TSRESOL and value:
            ticks = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        elif code == PCAPNG_OPTION_TSOFFSET and length == 8:
            (offset,) = struct.unpack(order + "q", value)
        position += 4 + (length + 3) // 4 * 4
    return _Interface(link_type, snaplen, ticks, offset)


def find_segment(link_type, packet):
    """Return the Segment in the packet, or None when it holds no simple TCP segment.

    Simple means: TCP directly in IPv4 (not a fragment) or directly in IPv6, nothing cut by the
    capture, behind a link header that has no length of its own.
    """
    data = packet.data
    if packet.wire_length > len(data):
        return None
    try:
        ip = _network_offset(link_type, data)
        return None if ip is None else _segment_at(data, ip)
    except (struct.error, IndexError):
        return None


def _network_offset(link_type, data):
    if link_type == LINKTYPE_ETHERNET:
        return _behind_ethertype(data, 12)
    if link_type == LINKTYPE_LINUX_SLL:
        return _behind_ethertype(data, 14)
    if link_type == LINKTYPE_LINUX_SLL2:
        (ethertype,) = struct.unpack_from(">H", data)
        return 20 if ethertype in (ETHERTYPE_IPV4, ETHERTYPE_IPV6) else None
    if link_type in (LINKTYPE_NULL, LINKTYPE_LOOP):
        return 4
    if link_type in RAW_ALIASES or link_type in (LINKTYPE_IPV4, LINKTYPE_IPV6):
        return 0
    return None


def _behind_ethertype(data, position):
    for _ in range(VLAN_DEPTH_MAX):
        (ethertype,) = struct.unpack_from(">H", data, position)
        if ethertype in (ETHERTYPE_IPV4, ETHERTYPE_IPV6):
            return position + 2
        if ethertype not in ETHERTYPE_VLAN:
            return None
        position += 4
    return None


def _segment_at(data, ip):
    version = data[ip] >> 4
    if version == 4:
        return _segment_in_ipv4(data, ip)
    if version == 6:
        return _segment_in_ipv6(data, ip)
    return None


def _segment_in_ipv4(data, ip):
    header = (data[ip] & 0x0F) * 4
    total, fragment = struct.unpack_from(">HxxH", data, ip + 2)
    if header < 20 or data[ip + 9] != IPPROTO_TCP or fragment & 0x3FFF != 0:
        return None
    # A segment that the sender's network card will cut has no total length yet.
    end = ip + total if total != 0 else len(data)
    addresses = data[ip + 12 : ip + 16], data[ip + 16 : ip + 20]
    return _segment(data, ip, ip + header, end, 4, addresses)


def _segment_in_ipv6(data, ip):
    length, next_header = struct.unpack_from(">HB", data, ip + 4)
    if next_header != IPPROTO_TCP:
        return None
    end = ip + 40 + length if length != 0 else len(data)
    addresses = data[ip + 8 : ip + 24], data[ip + 24 : ip + 40]
    return _segment(data, ip, ip + 40, end, 6, addresses)


def _segment(data, ip, tcp, end, version, addresses):
    source, destination, sequence = struct.unpack_from(">HHI", data, tcp)
    payload = tcp + (data[tcp + 12] >> 4) * 4
    if payload < tcp + 20 or payload > end or end > len(data):
        return None
    return Segment(
        ip=ip,
        tcp=tcp,
        payload=payload,
        end=end,
        version=version,
        source=(addresses[0], source),
        destination=(addresses[1], destination),
        sequence=sequence,
        flags=data[tcp + 13],
    )


def _sum16(data):
    """The sum of the 16 bit words, not folded; an odd octet is padded with zero (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    return sum(struct.unpack(f">{len(data) // 2}H", data))


def _fold(total):
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return total


class SegmentCutter:
    """Makes packets that carry a part of the payload of one packet.

    The sums over what all pieces share are taken once: cutting a capture into single octets makes
    as many packets as it has octets.
    """

    def __init__(self, packet, segment):
        self._time = packet.time
        self._data = packet.data
        self._segment = segment
        self._head = bytearray(packet.data[: segment.payload])
        self._prepare_ip()
        self._prepare_tcp()

    def _prepare_ip(self):
        ip, head = self._segment.ip, self._head
        if self._segment.version == 4:
            head[ip + 2 : ip + 4] = head[ip + 10 : ip + 12] = b"\0\0"
            self._ip_sum = _sum16(bytes(head[ip : self._segment.tcp]))

    def _prepare_tcp(self):
        segment, head = self._segment, self._head
        tcp = segment.tcp
        head[tcp + 4 : tcp + 8] = b"\0\0\0\0"
        head[tcp + 13] = 0
        head[tcp + 16 : tcp + 18] = b"\0\0"
        addresses = segment.source[0] + segment.destination[0]
        self._tcp_sum = _sum16(bytes(head[tcp:])) + _sum16(addresses) + IPPROTO_TCP

    def piece(self, offset, length, flags):
        """The packet with `length` octets of the payload from `offset` on, and these TCP flags."""
        segment, head = self._segment, self._head
        payload = self._data[segment.payload + offset : segment.payload + offset + length]
        sequence = (segment.sequence + offset) & 0xFFFFFFFF
        tcp_length = segment.payload - segment.tcp + length
        total = self._tcp_sum + tcp_length + flags + (sequence >> 16) + (sequence & 0xFFFF)
        total += (payload[0] << 8) if length == 1 else _sum16(payload)
        struct.pack_into(">I", head, segment.tcp + 4, sequence)
        head[segment.tcp + 13] = flags
        struct.pack_into(">H", head, segment.tcp + 16, _fold(total) ^ 0xFFFF)
        self._set_ip_length(segment.payload + length - segment.ip)
        return Packet(self._time, bytes(head) + payload, len(head) + length)

    def _set_ip_length(self, length):
        ip, head = self._segment.ip, self._head
        if self._segment.version == 4:
            checksum = _fold(self._ip_sum + length) ^ 0xFFFF
            struct.pack_into(">H", head, ip + 2, length)
            struct.pack_into(">H", head, ip + 10, checksum)
        else:
            struct.pack_into(">H", head, ip + 4, length - 40)
