# SPDX-License-Identifier: GPL-2.0-or-later
"""Cut the TCP streams of a capture into other segments that carry the same bytes.

What an endpoint receives is the same before and after, so a verdict must be the same too. What
stays as it was: the order of SYN, FIN and RST against everything else, the order between the two
directions, and the times (never earlier than those of the packet before). Everything that is not
simple TCP (see capture_file.find_segment) is copied.

The bulk of a long download is not cut: after `limit` octets of one direction of a connection its
segments stay whole.
"""

import random
from dataclasses import dataclass, replace

from capture_file import FIN, NANOSECONDS, PSH, RST, SYN, URG, SegmentCutter, find_segment

# Handshakes end long before: a chain of ten certificates has about 16 KiB.
DEFAULT_LIMIT = 64 * 1024
# Sizes that fall on, before and behind the 5 octets of a record header and the 4 of a message.
ODD_SIZES = (1, 3, 5, 7, 11, 13, 37, 101, 333)
# A retransmission this much later than its original still is "a little later".
RETRANSMIT_SPAN_NS = 1_000_000_000
RETRANSMIT_PACKETS_MAX = 3
# Longer than any connection without a packet is kept.
COPY_INTERVAL_NS = 3600 * NANOSECONDS
MILESTONES = SYN | FIN | RST


@dataclass(frozen=True)
class Piece:
    """A part of the payload of one segment."""

    index: int
    offset: int
    length: int
    last: bool


class Capture:
    """The packets with their TCP segments, and which packets belong to one connection's tuple."""

    def __init__(self, link_type, packets):
        self.packets = packets
        self.segments = [find_segment(link_type, packet) for packet in packets]
        self.flows = {}
        for index, segment in enumerate(self.segments):
            if segment is not None:
                key = frozenset((segment.source, segment.destination))
                self.flows.setdefault(key, []).append(index)

    def emit(self, piece, cutter=None):
        """The packet that carries the piece."""
        segment = self.segments[piece.index]
        cutter = cutter or SegmentCutter(self.packets[piece.index], segment)
        flags = segment.flags if piece.last else segment.flags & ~(FIN | PSH)
        return cutter.piece(piece.offset, piece.length, flags)


def _carries_data(segment):
    return segment is not None and segment.length > 0 and not segment.flags & (SYN | RST | URG)


class _Budget:
    """How many octets of each direction of each connection may still be cut."""

    def __init__(self, limit):
        self._limit = limit
        self._left = {}

    def take(self, segment):
        """The octets at the front of this segment that may be cut."""
        key = segment.source, segment.destination
        if segment.flags & SYN:
            self._left[key] = self._limit
        left = self._left.get(key, self._limit)
        granted = min(left, segment.length)
        self._left[key] = left - granted
        return granted


def _pieces(index, segment, granted, next_size):
    """Cut the first `granted` octets; the rest is one piece."""
    offset = 0
    while offset < segment.length:
        left = segment.length - offset
        size = left
        if offset < granted:
            size = min(next_size(granted - offset), granted - offset)
        yield Piece(index, offset, size, size == left)
        offset += size


def _cut(capture, limit, next_size):
    budget = _Budget(limit)
    for index, (packet, segment) in enumerate(zip(capture.packets, capture.segments)):
        granted = budget.take(segment) if segment is not None else 0
        if not _carries_data(segment) or granted == 0:
            yield packet
            continue
        cutter = SegmentCutter(packet, segment)
        for piece in _pieces(index, segment, granted, next_size):
            yield capture.emit(piece, cutter)


def one_byte(capture, limit, _chance):
    """Each octet of payload in a segment of its own."""
    return _cut(capture, limit, lambda left: 1)


def odd(capture, limit, chance):
    """Segments of small odd sizes."""
    return _cut(capture, limit, lambda left: chance.choice(ODD_SIZES))


def swap(capture, limit, _chance):
    """Each segment cut in three, and neighbours of one direction swapped.

    Three, so that the pairs lie within a segment and across the border of two in turn.

    Only what is sent in one go is swapped: an answer never overtakes its question. The first octets
    of a direction whose SYN is not in the capture stay in front, as nothing else says where that
    stream begins.
    """
    slots = {}
    budget = _Budget(limit)
    for indexes in capture.flows.values():
        for flight in _flights(capture, indexes):
            _swap_flight(capture, flight, budget, slots)
    for index, packet in enumerate(capture.packets):
        for piece in slots.get(index, (None,)):
            content = packet if piece is None else capture.emit(piece)
            yield replace(content, time=packet.time)


def _flights(capture, indexes):
    """Yield (indexes of contiguous data segments of one direction, whether the first may move)."""
    flight = []
    opened = set()
    started = set()
    for index in indexes:
        segment = capture.segments[index]
        if flight and not _continues(capture.segments[flight[-1]], segment):
            yield flight, _may_move(capture, flight, opened, started)
            flight = []
        if segment.flags & SYN:
            opened.add(segment.source)
            started.discard(segment.source)
        elif _carries_data(segment):
            flight.append(index)
    if flight:
        yield flight, _may_move(capture, flight, opened, started)


def _may_move(capture, flight, opened, started):
    source = capture.segments[flight[0]].source
    movable = source in opened or source in started
    started.add(source)
    return movable


def _continues(before, segment):
    return (
        segment.source == before.source
        and segment.sequence == before.next_sequence
        and not before.flags & FIN
        and (_carries_data(segment) or not segment.flags & MILESTONES)
    )


def _swap_flight(capture, flight, budget, slots):
    indexes, first_may_move = flight
    pieces = []
    for index in indexes:
        segment = capture.segments[index]
        granted = budget.take(segment)
        third = max(1, (granted + 2) // 3)
        slots[index] = list(_pieces(index, segment, granted, lambda left, third=third: third))
        pieces += slots[index]
    start = 0 if first_may_move else 1
    for left in range(start, len(pieces) - 1, 2):
        if not _has_fin(capture, pieces[left + 1]):
            pieces[left], pieces[left + 1] = pieces[left + 1], pieces[left]
    remaining = iter(pieces)
    for index in indexes:
        slots[index] = [next(remaining) for _ in slots[index]]


def _has_fin(capture, piece):
    return piece.last and capture.segments[piece.index].flags & FIN


def duplicate(capture, _limit, _chance):
    """Every TCP segment twice, as a mirror port shows it."""
    for packet, segment in zip(capture.packets, capture.segments):
        yield packet
        if segment is not None:
            yield packet


def retransmit(capture, _limit, chance):
    """Every data segment once more, up to three packets of its connection later.

    Never past a SYN, FIN or RST; the data of a segment with FIN goes in front of it, without FIN.
    """
    before, after = {}, {}
    for indexes in capture.flows.values():
        for position, index in enumerate(indexes):
            segment = capture.segments[index]
            if not _carries_data(segment):
                continue
            again = Piece(index, 0, segment.length, not segment.flags & FIN)
            if segment.flags & FIN:
                before.setdefault(index, []).append(again)
            else:
                span = chance.randint(1, RETRANSMIT_PACKETS_MAX)
                place = _retransmit_place(capture, indexes[position : position + 1 + span])
                after.setdefault(place, []).append(again)
    for index, packet in enumerate(capture.packets):
        for piece in before.get(index, ()):
            yield replace(capture.emit(piece), time=packet.time)
        yield packet
        for piece in after.get(index, ()):
            yield replace(capture.emit(piece), time=packet.time)


def _retransmit_place(capture, candidates):
    """The last of the candidates that the retransmission of the first of them may follow."""
    first = place = candidates[0]
    for index in candidates[1:]:
        late = capture.packets[index].time - capture.packets[first].time > RETRANSMIT_SPAN_NS
        if late or capture.segments[index].flags & MILESTONES:
            break
        place = index
    return place


RECUTS = {
    "one-byte": one_byte,
    "odd": odd,
    "swap": swap,
    "duplicate": duplicate,
    "retransmit": retransmit,
}


def recut(link_type, packets, how, seed=0, limit=DEFAULT_LIMIT):
    """Yield the packets of the capture with its streams cut in the way named by `how`."""
    return RECUTS[how](Capture(link_type, packets), limit, random.Random(seed))


def drop(packets, percent, seed=0):
    """Yield the packets without a random `percent` of them, as a sniffer that cannot keep up."""
    chance = random.Random(seed)
    for packet in packets:
        if chance.uniform(0, 100) >= percent:
            yield packet


def later(packets, copies):
    """The packets as many copies later, where they are no part of the connections before."""
    return [replace(packet, time=packet.time + copies * COPY_INTERVAL_NS) for packet in packets]
