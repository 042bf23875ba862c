#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Floods with real failing handshakes among them: every failure is reported, and memory stays
within --max-memory.

The program is $TLSWHY; it reads the packets from a pipe, for they would fill a disk. With
$SANITIZED its memory is not looked at: the sanitizers' own is most of it.
"""

import json
import os
import struct
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from capture_file import find_segment, read_capture

TESTS = Path(__file__).resolve().parent
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
FAILURE = TESTS / "pcaps" / "no_shared_cipher" / "suites__curl__java.pcap"
LINKTYPE_ETHERNET = 1
BEGIN = 1_700_000_000
# Packets of a wave differ in address and time only, and are made in one go.
WAVE = 4096
SYN_FLOOD = 5_000_000
HELLO_FLOOD = 1_000_000
FAILURES = 500
# 100,000 SYNs a second, and 20,000 connections with a partial hello.
SYN_STEP_US = 10
HELLO_STEP_US = 50
# The default.
MEMORY_MIB = 512
# The program, its libraries and buffers, its trust store, and what the allocator cannot use.
PROGRAM_MIB = 32
FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, LINKTYPE_ETHERNET)
RECORD = 16
IP = 14
TARGET = bytes([203, 0, 113, 9])


def frame(flags, sequence, acknowledgment, payload=b"", reply=False):
    """A packet between 0.0.0.0 and the target; checksums are left out, as nobody looks at them."""
    ends = (TARGET, bytes(4)) if reply else (bytes(4), TARGET)
    ports = (443, 40000) if reply else (40000, 443)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0)
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledgment, 0x50, flags, 64240, 0, 0)
    return bytes(12) + b"\x08\x00" + ip + ends[0] + ends[1] + tcp + payload


class Wave:
    """Packets that differ in the client's address and in time."""

    def __init__(self, template, step_us, reply=False):
        self.size = RECORD + len(template)
        record = struct.pack("<IIII", 0, 0, len(template), len(template)) + template
        self.octets = bytearray(record * WAVE)
        self.step_us = step_us
        self.place = RECORD + IP + (16 if reply else 12)

    def at(self, number, begin_us):
        """The wave with this number, from this time on."""
        first = (1 << 24) + number * WAVE
        addresses = [(first + i).to_bytes(4, "big") for i in range(WAVE)]
        times = [
            struct.pack("<II", *divmod(begin_us + i * self.step_us, 1_000_000)) for i in range(WAVE)
        ]
        for octet in range(4):
            self.octets[self.place + octet :: self.size] = bytes(a[octet] for a in addresses)
        for octet in range(8):
            self.octets[octet :: self.size] = bytes(time[octet] for time in times)
        return self.octets


class Failures:
    """Real failing handshakes, one packet of each in progress at a time."""

    def __init__(self):
        link_type, packets = read_capture(FAILURE)
        self.packets = [(packet.data, find_segment(link_type, packet)) for packet in packets]
        self.client = self.packets[0][1].source

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


def syn_flood(out, failures):
    """SYNs from five million addresses."""
    wave = Wave(frame(0x02, 1000, 0), SYN_STEP_US)
    time_us = BEGIN * 1_000_000
    for number in range(SYN_FLOOD // WAVE + 1):
        out.write(wave.at(number, time_us))
        time_us += WAVE * SYN_STEP_US
        for record in failures.between(number, time_us, 2):
            out.write(record)


def hello_flood(out, failures):
    """A million connections that send a part of a hello, and nothing more."""
    hello = bytes.fromhex("1603010200010001fc0303") + bytes(60)
    step_us = HELLO_STEP_US // 3
    waves = (
        Wave(frame(0x02, 1000, 0), step_us),
        Wave(frame(0x12, 5000, 1001, reply=True), step_us, reply=True),
        Wave(frame(0x18, 1001, 5001, hello), step_us),
    )
    time_us = BEGIN * 1_000_000
    for number in range(HELLO_FLOOD // WAVE + 1):
        for part, wave in enumerate(waves):
            out.write(wave.at(number, time_us))
            time_us += WAVE * step_us
            for record in failures.between(3 * number + part, time_us, 1):
                out.write(record)


class Flood(unittest.TestCase):
    """What is reported, and what it costs."""

    def run_on(self, write):
        """The events of a flood, and the most memory used, in MiB."""
        with tempfile.TemporaryFile() as events:
            process = subprocess.Popen(  # pylint: disable=consider-using-with
                [TLSWHY, "--json", "--streaming", f"--max-memory={MEMORY_MIB}M", "-"],
                stdin=subprocess.PIPE,
                stdout=events,
                env={**os.environ, "ASAN_OPTIONS": "exitcode=99:detect_leaks=0:quarantine_size_mb=1"},
            )

            def feed():
                with process.stdin as out:
                    out.write(FILE_HEADER)
                    write(out, Failures())

            feeder = threading.Thread(target=feed)
            feeder.start()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            feeder.join()
            self.assertEqual(process.returncode, 0)
            events.seek(0)
            found = [json.loads(line) for line in events]
        return found, usage.ru_maxrss // 1024

    def expect_all(self, write):
        """Every failure is told, once, and with its cause."""
        events, memory = self.run_on(write)
        clients = [
            event["source"]["ip"]
            for event in events
            if event["event"]["action"] == "tls_handshake"
            and event["tlswhy"]["cause"] == "no_shared_cipher"
        ]
        expected = [f"198.18.{number >> 8}.{number & 255}" for number in range(FAILURES)]
        self.assertEqual(sorted(clients), sorted(expected))
        print(f"{len(clients)} failures told, {memory} MiB used of {MEMORY_MIB}", flush=True)
        if "SANITIZED" not in os.environ:
            self.assertLess(memory, MEMORY_MIB + PROGRAM_MIB)

    def test_five_million_syns(self):
        self.expect_all(syn_flood)

    def test_a_million_partial_hellos(self):
        self.expect_all(hello_flood)


if __name__ == "__main__":
    unittest.main(verbosity=2)
