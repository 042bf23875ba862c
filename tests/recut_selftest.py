#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Test recut and check_recut: the same bytes in other segments, and readers that notice."""

import random
import struct
import unittest

import capture_file
import recutting
from capture_file import ACK, FIN, PSH, RST, SYN, Packet
from selftest_support import SECOND, START, TESTS, Conversation, LabelledCaptureTest, ToolTest

# Gives one event whose fingerprint is the bytes that the client sent: put together by sequence
# number, or as they come.
READER = """
import hashlib, json, sys
sys.path.insert(0, {tests!r})
from capture_file import find_segment, read_capture
link_type, packets = read_capture(sys.argv[-1])
segments = [(find_segment(link_type, packet), packet) for packet in packets]
octets = {{}}
for place, (segment, packet) in enumerate(segments):
    for offset in range(segment.length if segment.destination[1] == 443 else 0):
        key = segment.sequence + offset if {ordered} else (place, offset)
        octets[key] = packet.data[segment.payload + offset]
stream = bytes(octets[key] for key in sorted(octets))
print(json.dumps({{
    "event": {{"action": "tls_handshake", "start": "2023-11-14T22:13:20.000000000Z"}},
    "source": {{"ip": "192.0.2.1", "port": 40000}},
    "destination": {{"ip": "198.51.100.2", "port": 443}},
    "tlswhy": {{"outcome": "established"}},
    "tls": {{"client": {{"ja3": hashlib.sha256(stream).hexdigest()}}}},
}}))
"""


def sum_of_words(octets):
    """The Internet checksum of the octets, 0 when they carry a right one (RFC 1071)."""
    octets += b"\0" * (len(octets) % 2)
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return total ^ 0xFFFF


def streams(packets):
    """{source port: {sequence number: octet}} of all payload, conflicts not allowed."""
    found = {}
    for packet in packets:
        segment = capture_file.find_segment(capture_file.LINKTYPE_ETHERNET, packet)
        stream = found.setdefault(segment.source[1], {})
        for offset in range(segment.length):
            place = (segment.sequence + offset) & 0xFFFFFFFF
            octet = packet.data[segment.payload + offset]
            assert stream.setdefault(place, octet) == octet
    return found


class RecutTest(unittest.TestCase):
    """The re-cut streams carry the same bytes and differ as promised."""

    def recut(self, how, packets=None, **more):
        """The re-cut packets of the whole conversation, or of others."""
        packets = packets if packets is not None else Conversation().whole()
        return list(recutting.recut(capture_file.LINKTYPE_ETHERNET, packets, how, **more))

    def segments(self, packets):
        """The segments of the packets."""
        link = capture_file.LINKTYPE_ETHERNET
        return [capture_file.find_segment(link, packet) for packet in packets]

    def test_every_way_keeps_the_bytes(self):
        for version in (4, 6):
            packets = Conversation(version).whole()
            for how in recutting.RECUTS:
                with self.subTest(how=how, version=version):
                    changed = self.recut(how, packets)
                    self.assertEqual(streams(changed), streams(packets))
                    self.assertNotEqual(changed, packets)

    def test_every_way_keeps_time_and_milestones(self):
        packets = Conversation().whole()
        for how in recutting.RECUTS:
            with self.subTest(how=how):
                changed = self.recut(how, packets)
                times = [packet.time for packet in changed]
                self.assertEqual(times, sorted(times))
                self.assert_milestones_behind_their_data(changed)

    def assert_milestones_behind_their_data(self, packets):
        """A direction sends nothing new after its FIN, and nothing before its SYN."""
        ended, begun = {}, set()
        for segment in self.segments(packets):
            side = segment.source
            if segment.flags & SYN:
                begun.add(side)
            self.assertIn(side, begun)
            if segment.length and side in ended:
                self.assertEqual(segment.next_sequence, ended[side])
            if segment.flags & FIN:
                ended[side] = segment.next_sequence

    def test_changed_packets_have_right_lengths_and_checksums(self):
        for version, ip in ((4, 18), (6, 14)):
            packets = Conversation(version).whole()
            changed = [p for p in self.recut("odd", packets) if p not in packets]
            self.assertGreater(len(changed), 10)
            for packet in changed:
                self.assert_checksums(packet, version, ip)

    def assert_checksums(self, packet, version, ip):
        """IP header and TCP segment sum up to nothing."""
        data = packet.data
        tcp = ip + (20 if version == 4 else 40)
        addresses = data[ip + 12 : ip + 20] if version == 4 else data[ip + 8 : ip + 40]
        pseudo = addresses + struct.pack(">HH", 6, len(data) - tcp)
        self.assertEqual(sum_of_words(pseudo + data[tcp:]), 0)
        self.assertEqual(packet.wire_length, len(data))
        if version == 4:
            self.assertEqual(sum_of_words(data[ip:tcp]), 0)
            self.assertEqual(struct.unpack_from(">H", data, ip + 2)[0], len(data) - ip)

    def test_one_byte_means_one_byte_up_to_the_limit(self):
        segments = self.segments(self.recut("one-byte"))
        self.assertEqual(max(segment.length for segment in segments), 1)
        segments = self.segments(self.recut("one-byte", limit=150))
        lengths = [segment.length for segment in segments if segment.source[1] == 40000]
        self.assertEqual(lengths.count(1), 150)
        self.assertGreater(max(lengths), 1)

    def test_push_and_fin_stay_with_the_last_octet(self):
        flags = [s.flags for s in self.segments(self.recut("one-byte")) if s.source[1] == 40000]
        self.assertEqual(sum(1 for value in flags if value & PSH), 7)
        self.assertEqual(flags[-3:], [ACK, ACK | PSH | FIN, RST])

    def test_nothing_moves_past_a_milestone(self):
        talk = Conversation()
        talk.open()
        for flags in (ACK | FIN, RST, SYN):
            talk.send("client", bytes(range(90)))
            talk.send("client", flags=flags)
        talk.send("client", bytes(90))
        talk.send("server", bytes(90))
        for how in recutting.RECUTS:
            if how != "duplicate":
                changed = self.recut(how, talk.packets)
                parts = self.between_milestones(changed)
                self.assertEqual(parts, self.between_milestones(talk.packets))

    def between_milestones(self, packets):
        """The bytes that were sent between one milestone and the next."""
        parts = [[]]
        for packet, segment in zip(packets, self.segments(packets)):
            if segment.flags & recutting.MILESTONES:
                parts.append([])
            parts[-1].append(packet)
        return [streams(part) for part in parts]

    def test_only_duplicate_adds_milestones(self):
        packets = Conversation().whole()
        for how in recutting.RECUTS:
            for flag in (SYN, FIN, RST):
                count = [
                    sum(1 for segment in self.segments(some) if segment.flags & flag)
                    for some in (packets, self.recut(how, packets))
                ]
                self.assertEqual(count[1], count[0] * (2 if how == "duplicate" else 1))

    def test_swap_keeps_sides_apart_that_count_alike(self):
        talk = Conversation(first=(1000, 1000))
        talk.open()
        for side in ("server", "client", "server", "client"):
            talk.send(side, bytes(range(90)))
        changed = self.segments(self.recut("swap", talk.packets))
        sides = [segment.source[1] for segment in changed if segment.length]
        self.assertEqual(turns(sides), [443, 40000, 443, 40000])

    def test_swap_changes_the_order_within_a_flight_only(self):
        packets = Conversation().whole()
        changed = self.segments(self.recut("swap", packets))
        client = [s.sequence for s in changed if s.source[1] == 40000 and s.length]
        self.assertNotEqual(client, sorted(client))
        before = [s.source[1] for s in self.segments(packets) if s.length]
        after = [s.source[1] for s in changed if s.length]
        self.assertEqual(turns(after), turns(before))

    def test_swap_keeps_the_front_of_a_stream_without_a_beginning(self):
        packets = Conversation().whole()[3:]
        first = self.segments(packets)[0].sequence
        changed = self.segments(self.recut("swap", packets))
        self.assertEqual(changed[0].sequence, first)
        opened = self.segments(self.recut("swap"))[3]
        self.assertNotEqual(opened.sequence, first)

    def test_duplicate_doubles_every_segment(self):
        changed = self.recut("duplicate")
        self.assertEqual(changed[0::2], changed[1::2])

    def test_retransmit_sends_all_data_again(self):
        packets = Conversation().whole()
        count = sum(1 for segment in self.segments(packets) if segment.length)
        self.assertEqual(len(self.recut("retransmit", packets)), len(packets) + count)

    def test_what_is_not_simple_tcp_is_copied(self):
        packets = Conversation().whole()
        fragment = bytearray(packets[3].data)
        fragment[18 + 6] = 0x20
        cut = Packet(START, packets[3].data, packets[3].wire_length + 100)
        odd = [Packet(START, bytes(fragment), len(fragment)), cut, Packet(START, b"\1\2", 2)]
        for how in recutting.RECUTS:
            self.assertEqual(self.recut(how, odd), odd)

    def test_drop_removes_about_the_share(self):
        packets = list(range(10000))
        kept = list(recutting.drop(packets, 10, seed=3))
        self.assertEqual(kept, list(recutting.drop(packets, 10, seed=3)))
        self.assertLess(abs(len(kept) - 9000), 200)
        self.assertEqual(list(recutting.drop(packets, 0)), packets)
        self.assertEqual(list(recutting.drop(packets, 100)), [])


def turns(sides):
    """The sides in the order in which they take turns."""
    return [side for place, side in enumerate(sides) if place == 0 or sides[place - 1] != side]


class CaptureFileTest(ToolTest):
    """Reading and writing captures."""

    def read(self, content):
        """What is read from a file with this content."""
        path = self.folder / "capture"
        path.write_bytes(content)
        return capture_file.read_capture(path)

    def test_what_is_written_is_read(self):
        packets = Conversation().whole()
        path = self.folder / "out.pcap"
        capture_file.write_capture(path, 1, packets)
        self.assertEqual(capture_file.read_capture(path), (1, packets))
        cut = path.read_bytes()[:-5]
        self.assertEqual(self.read(cut), (1, packets[:-1]))

    def test_both_byte_orders_and_units(self):
        for order in "<>":
            for magic, scale in ((0xA1B2C3D4, 1000), (0xA1B23C4D, 1)):
                content = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, 101)
                content += struct.pack(order + "IIII", 5, 7, 3, 90) + b"abc"
                expected = (101, [Packet(5 * SECOND + 7 * scale, b"abc", 90)])
                self.assertEqual(self.read(content), expected)

    def test_pcapng(self):
        for order in "<>":
            options = struct.pack(order + "HHB3xHHqHH", 9, 1, 9, 14, 8, 100, 0, 0)
            section = struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)
            content = self.block(order, 0x0A0D0D0A, section)
            content += self.block(order, 1, struct.pack(order + "HxxI", 113, 2) + options)
            content += self.block(order, 5, b"skip")
            content += self.block(order, 6, struct.pack(order + "IIIII", 0, 1, 5, 3, 9) + b"abc\0")
            content += self.block(order, 3, struct.pack(order + "I", 4) + b"de\0\0")
            time = 100 * SECOND + (1 << 32) + 5
            expected = (113, [Packet(time, b"abc", 9), Packet(time, b"de", 4)])
            self.assertEqual(self.read(content), expected)

    @staticmethod
    def block(order, kind, body):
        """One block of a pcapng file."""
        length = struct.pack(order + "I", len(body) + 12)
        return struct.pack(order + "I", kind) + length + body + length

    def test_other_files_are_refused(self):
        for content in (b"", b"\xd4\xc3\xb2\xa1", b"hello, world, this is no capture"):
            with self.assertRaises(capture_file.CaptureError):
                self.read(content)

    def test_garbage_never_breaks_the_search_for_a_segment(self):
        chance = random.Random(1)
        whole = Conversation().whole()[3].data
        for _ in range(2000):
            data = bytearray(whole[: chance.randrange(len(whole))])
            for _ in range(min(len(data), 3)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            packet = Packet(0, bytes(data), len(data))
            segment = capture_file.find_segment(chance.choice((0, 1, 101, 113, 276)), packet)
            self.assertTrue(segment is None or segment.end <= len(data))


class CheckRecutTest(LabelledCaptureTest):
    """check_recut with a reader that puts streams together, and with one that does not."""

    tool = "check_recut"

    def check(self, ordered, cause="-"):
        """The finished process."""
        outcome = "established" if cause == "-" else "failed"
        reader = READER.format(tests=str(TESTS), ordered=ordered)
        return self.check_with(reader, f"{outcome}; {cause}; ")

    def test_a_reader_of_streams_passes(self):
        done = self.check(ordered=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("1 captures, 5 comparisons of connections, 0 with differences", done.stdout)

    def test_a_reader_of_packets_fails(self):
        done = self.check(ordered=False)
        self.assertEqual(done.returncode, 1)
        for how in ("swap", "duplicate", "retransmit"):
            self.assertIn(f"a.pcap: {how}: ", done.stdout)

    def test_captures_of_network_causes_are_left_out(self):
        done = self.check(ordered=False, cause="packet_loss")
        self.assertIn("0 captures, 0 comparisons of connections", done.stdout)


class RecutProgramTest(ToolTest):
    """recut as a program."""

    def test_it_writes_a_capture(self):
        source, result = self.folder / "in.pcap", self.folder / "out.pcap"
        capture_file.write_capture(source, 1, Conversation().whole())
        for how in (*recutting.RECUTS, "drop"):
            done = self.run_tool("recut", source, result, "--how", how, "--seed", 4)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertGreater(len(capture_file.read_capture(result)[1]), 10)

    def test_it_says_what_is_wrong(self):
        done = self.run_tool("recut", self.folder, self.folder / "out", "--how", "odd")
        self.assertEqual(done.returncode, 1)
        self.assertIn("recut: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
