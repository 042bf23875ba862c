#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Floods with real failing handshakes among them: every failure is reported, and memory stays
within --max-memory.

The program is $TLSWHY; it reads the packets from a pipe, for they would fill a disk. Floods are a part
of what they are with $TLSWHY_FLOOD=full, with which the program has its default memory too. With
$SANITIZED its memory is not looked at: the sanitizers' own is most of it.
"""

import json
import os
import re
import struct
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from capture_file import find_segment, read_capture

TESTS = Path(__file__).resolve().parent
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
FAILURE = TESTS / "pcaps" / "no_shared_cipher" / "suites__curl__java.pcap"
CERTIFICATE_FAILURE = TESTS / "pcaps" / "self_signed" / "self-signed-tls12__python__haproxy.pcap"
LINKTYPE_ETHERNET = 1
BEGIN = 1_700_000_000
# Packets of a wave differ in address and time only, and are made in one go.
WAVE = 512
IS_FULL = os.environ.get("TLSWHY_FLOOD") == "full"
# How many of each, in full and otherwise.
SYNS = 5_000_000 if IS_FULL else 250_000
HELLOS = 1_000_000 if IS_FULL else 50_000
SILENT = 3_000_000 if IS_FULL else 100_000
SLOW = 40_000 if IS_FULL else 2_000
CERTIFICATES = 16_000 if IS_FULL else 1_000
PARTIES = 100_000 if IS_FULL else 8_000
FAILURES = 500
# 100,000 SYNs a second, and 20,000 connections a second.
SYN_STEP_US = 10
CONNECTION_STEP_US = 50
SLOW_MINUTES = 40
MINUTE_US = 60_000_000
# Octets of a Certificate message that come, of the 16 MiB that it says it has.
CERTIFICATE_OCTETS = 100_000
SEGMENT_OCTETS = 1400
# The default, and what a small machine may have.
MEMORY_MIB = (64, 512) if IS_FULL else (64,)
# The C library's heaps: what is free in between, and what a thread keeps for itself.
HEAP_MIB = 8
LOOK_SECONDS = 0.01
FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, LINKTYPE_ETHERNET)
RECORD = 16
IP = 14
SERVER_NAME = b"www.lab.test"
TARGET = bytes([203, 0, 113, 9])


def frame(flags, sequence, acknowledgment, payload=b"", reply=False):
    """A packet between 0.0.0.0 and the target; checksums are left out, as nobody looks at them."""
    ends = (TARGET, bytes(4)) if reply else (bytes(4), TARGET)
    ports = (443, 40000) if reply else (40000, 443)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0)
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledgment, 0x50, flags, 64240, 0, 0)
    return bytes(12) + b"\x08\x00" + ip + ends[0] + ends[1] + tcp + payload


def record_of(data):
    """A packet as a capture file has it, without its time."""
    return struct.pack("<IIII", 0, 0, len(data), len(data)) + data


class Wave:
    """Connections that differ in the client's address, in time, and at marks: some octets of each of
    their packets, which all come one after the other.

    packets are (data, whether it is a reply, where marks of four octets are).
    """

    def __init__(self, packets, step_us):
        one = b""
        self.times = []
        self.clients = []
        self.marks = []
        for data, is_reply, marks in packets:
            self.times.append(len(one))
            self.clients.append(len(one) + RECORD + IP + (16 if is_reply else 12))
            self.marks += [len(one) + RECORD + mark for mark in marks]
            one += record_of(data)
        self.size = len(one)
        self.octets = bytearray(one * WAVE)
        self.step_us = step_us

    def put(self, place, values):
        """Four octets of each connection."""
        for octet in range(4):
            self.octets[place + octet :: self.size] = bytes(value[octet] for value in values)

    def at(self, number, begin_us):
        """The wave with this number, from this time on."""
        first = (1 << 24) + number * WAVE
        addresses = [(first + i).to_bytes(4, "big") for i in range(WAVE)]
        times = [divmod(begin_us + i * self.step_us, 1_000_000) for i in range(WAVE)]
        for place in self.times:
            self.put(place, [second.to_bytes(4, "little") for second, _ in times])
            self.put(place + 4, [part.to_bytes(4, "little") for _, part in times])
        for place in self.clients:
            self.put(place, addresses)
        if self.marks:
            marks = [bytes(97 + (i >> shift & 15) for shift in (12, 8, 4, 0))
                     for i in range(number * WAVE, (number + 1) * WAVE)]  # fmt: skip
            for place in self.marks:
                self.put(place, marks)
        return bytes(self.octets)


def opening():
    """The three packets that open a connection."""
    return [
        (frame(0x02, 1000, 0), False, ()),
        (frame(0x12, 5000, 1001, reply=True), True, ()),
        (frame(0x10, 1001, 5001), False, ()),
    ]


def client_of(number):
    """The address of the client of a failure."""
    return f"198.18.{number >> 8}.{number & 255}"


class Failures:
    """Real failing handshakes, one packet of each in progress at a time."""

    def __init__(self):
        link_type, packets = read_capture(FAILURE)
        self.packets = [(packet.data, find_segment(link_type, packet)) for packet in packets]
        self.client = self.packets[0][1].source
        self.begun = set()  # the clients of those that began
        self.over = set()   # and of those whose packets have all been there

    def moved(self, index, number):
        """A packet of the connection with this number, which has a client of its own."""
        data = bytearray(self.packets[index][0])
        segment = self.packets[index][1]
        place = segment.ip + (12 if segment.source == self.client else 16)
        data[place : place + 4] = bytes([198, 18, number >> 8, number & 255])
        return bytes(data)

    def between(self, step, time_us, every):
        """What goes behind a wave: one connection begins with every so many of them."""
        for index in range(len(self.packets)):
            number, rest = divmod(step - index, every)
            if rest == 0 and 0 <= number < FAILURES:
                data = self.moved(index, number)
                times = divmod(time_us, 1_000_000)
                yield struct.pack("<IIII", *times, len(data), len(data)) + data
                self.begun.add(client_of(number))
                if index == len(self.packets) - 1:
                    self.over.add(client_of(number))


def waves_of(wave, count):
    """Connections, so many at least; packets, and the time that passes."""
    for number in range(-(-count // WAVE)):
        yield (wave, number), WAVE * wave.step_us


def syn_flood():
    """SYNs from as many addresses."""
    yield from waves_of(Wave([(frame(0x02, 1000, 0), False, ())], SYN_STEP_US), SYNS)


def hello_flood():
    """Connections that send a part of a hello, and nothing more."""
    hello = bytes.fromhex("1603010200010001fc0303") + bytes(60)
    packets = [*opening()[:2], (frame(0x18, 1001, 5001, hello), False, ())]
    yield from waves_of(Wave(packets, CONNECTION_STEP_US), HELLOS)


def silent_flood():
    """Connections that are opened, and nothing more."""
    yield from waves_of(Wave(opening(), CONNECTION_STEP_US), SILENT)


def slow_flood():
    """Connections whose hello comes an octet a minute."""
    hello = bytes.fromhex("1603010200010001fc0303") + bytes(SLOW_MINUTES)
    count = -(-SLOW // WAVE)
    yield from waves_of(Wave(opening(), CONNECTION_STEP_US), SLOW)
    for minute in range(SLOW_MINUTES):
        octet = hello[minute : minute + 1]
        wave = Wave([(frame(0x18, 1001 + minute, 5001, octet), False, ())], SYN_STEP_US)
        for number in range(count):
            is_last = number == count - 1
            yield (wave, number), MINUTE_US if is_last else WAVE * SYN_STEP_US


def handshake():
    """What both sides of a handshake say whose server signed its own certificate: the hello, the
    server's flight, and the alert."""
    link_type, packets = read_capture(CERTIFICATE_FAILURE)
    said = []
    for packet in packets:
        segment = find_segment(link_type, packet)
        if segment.end > segment.payload:
            said.append(packet.data[segment.payload : segment.end])
    hello, flight, alert = said
    return hello, flight, alert


def write_with(out, flood, failures):
    """A flood, with failures among it."""
    time_us = BEGIN * 1_000_000
    for step, ((wave, number), passes_us) in enumerate(flood()):
        out.write(wave.at(number, time_us))
        time_us += passes_us
        for record in failures.between(step, time_us, 1):
            out.write(record)


def certificate_flood():
    """Servers whose Certificate message says that it has 16 MiB, and of which a part comes."""
    hello, flight, _ = handshake()
    body = bytes.fromhex("0bffffff") + bytes(CERTIFICATE_OCTETS)
    records = [body[i : i + 16384] for i in range(0, len(body), 16384)]
    stream = flight[: 5 + int.from_bytes(flight[3:5], "big")] + b"".join(
        b"\x16\x03\x03" + len(part).to_bytes(2, "big") + part for part in records
    )
    answer = 1001 + len(hello)
    yield from waves_of(Wave([*opening(), (frame(0x18, 1001, 5001, hello), False, ())],
                             CONNECTION_STEP_US), CERTIFICATES)  # fmt: skip
    for place in range(0, len(stream), SEGMENT_OCTETS):
        part = stream[place : place + SEGMENT_OCTETS]
        reply = frame(0x18, 5001 + place, answer, part, reply=True)
        yield from waves_of(Wave([(reply, True, ())], SYN_STEP_US), CERTIFICATES)


def party_flood():
    """Handshakes that fail, each at a server of its own, with a name and a certificate of its own."""
    hello, flight, alert = handshake()
    answer, end = 1001 + len(hello), 5001 + len(flight)
    name = hello.index(SERVER_NAME)
    # Version, and the length of the serial number before it.
    serial = flight.index(bytes.fromhex("a003020102")) + 5
    serial += 2 + flight[serial + 1] - 4
    to_server, from_server = IP + 16, IP + 12
    said = IP + 40
    packets = [
        (frame(0x02, 1000, 0), False, (to_server,)),
        (frame(0x12, 5000, 1001, reply=True), True, (from_server,)),
        (frame(0x18, 1001, 5001, hello), False, (to_server, said + name)),
        (frame(0x18, 5001, answer, flight, reply=True), True, (from_server, said + serial)),
        (frame(0x18, answer, end, alert), False, (to_server,)),
        (frame(0x14, answer + len(alert), end), False, (to_server,)),
    ]
    yield from waves_of(Wave(packets, CONNECTION_STEP_US), PARTIES)


def peak_kib(pid):
    """The most memory that a process has used so far; 0: it is no more."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found[1]) if found else 0


class Flood(unittest.TestCase):
    """What is reported, and what it costs."""

    def run_on(self, write, memory, *options):
        """The events, and the most memory used, in MiB; of events with many causes, that of ours."""
        with tempfile.TemporaryFile() as events:
            process = subprocess.Popen(  # pylint: disable=consider-using-with
                [TLSWHY, "--json", "--streaming", "--events-per-minute=all",
                 f"--max-memory={memory}M", *options, "-"],
                stdin=subprocess.PIPE,
                stdout=events,
                env={**os.environ, "ASAN_OPTIONS": "exitcode=99:detect_leaks=0:quarantine_size_mb=1"},
            )

            def feed():
                with process.stdin as out:
                    out.write(FILE_HEADER)
                    write(out)

            feeder = threading.Thread(target=feed)
            feeder.start()
            peak = 0
            while process.poll() is None:
                peak = max(peak, peak_kib(process.pid))
                time.sleep(LOOK_SECONDS)
            feeder.join()
            self.assertEqual(process.returncode, 0)
            events.seek(0)
            found = [json.loads(line) for line in events if b"no_shared_cipher" in line]
        return found, peak // 1024

    def program(self, *options):
        """What the program needs without packets, in MiB."""
        return self.run_on(lambda out: None, MEMORY_MIB[0], *options)[1]

    def expect_all(self, flood, *options):
        """Every failure is told, once, and with its cause."""
        fixed = self.program(*options)
        for memory in MEMORY_MIB:
            with self.subTest(memory=memory):
                self.expect_with(flood, memory, fixed, *options)

    def expect_with(self, flood, memory, fixed, *options):
        """The same with so much memory beside what the program needs."""
        failures = Failures()
        events, used = self.run_on(lambda out: write_with(out, flood, failures), memory, *options)
        clients = [
            event["source"]["ip"]
            for event in events
            if event["event"]["action"] == "tls_handshake"
            and event["tlswhy"]["cause"] == "no_shared_cipher"
        ]
        self.assertEqual(len(clients), len(set(clients)))
        self.assertLessEqual(failures.over, set(clients))
        self.assertLessEqual(set(clients), failures.begun)
        self.assertGreater(len(failures.over), 0)
        print(f"{len(failures.over)} failures, {len(clients)} told, {used - fixed} MiB used of {memory}", flush=True)
        if "SANITIZED" not in os.environ:
            self.assertLess(used - fixed, memory + HEAP_MIB)

    def test_syns(self):
        self.expect_all(syn_flood)

    def test_partial_hellos(self):
        self.expect_all(hello_flood)

    def test_connections_without_a_word(self):
        self.expect_all(silent_flood)

    def test_hellos_of_an_octet_a_minute(self):
        self.expect_all(slow_flood)

    def test_certificate_messages_without_end(self):
        self.expect_all(certificate_flood)

    def test_failures_at_servers_without_number(self):
        self.expect_all(party_flood, "--all")


if __name__ == "__main__":
    unittest.main(verbosity=2)
