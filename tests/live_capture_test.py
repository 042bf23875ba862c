#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture: interfaces, rings and workers as the options ask for them, fragments that reach one
worker.

The program is $TLSWHY. Needs what live.py needs.
"""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

import live
from capture_file import read_capture, write_capture
from fleet import Play, write_fleet

MORE_FRAGMENTS = 0x2000
# Octets of an IPv4 packet's payload in its first fragment: the TCP header is cut.
FIRST_OCTETS = 16
ETHERNET, IPV4 = 14, 20
CLOCK = os.environ.get("SOAK_CLOCK_LIBRARY", "")
HOUR_NS = 3600 * 1_000_000_000


def fragments(packet, number):
    """A packet in two pieces, the second one first."""
    data = packet.data
    total = struct.unpack_from(">H", data, ETHERNET + 2)[0]
    payload = data[ETHERNET + IPV4 : ETHERNET + total]
    for offset, piece in ((FIRST_OCTETS, payload[FIRST_OCTETS:]), (0, payload[:FIRST_OCTETS])):
        header = bytearray(data[: ETHERNET + IPV4])
        flags = (0 if offset else MORE_FRAGMENTS) | offset // 8
        struct.pack_into(">HHH", header, ETHERNET + 2, IPV4 + len(piece), number & 0xFFFF, flags)
        octets = bytes(header) + piece
        yield type(packet)(packet.time, octets, len(octets))


class Interfaces(live.Live):
    """More than one."""

    def setUp(self):
        super().setUp()
        live.ip("link", "add", "send1", "type", "veth", "peer", "name", "recv1")
        self.addCleanup(subprocess.run, ["ip", "-n", live.NAMESPACE, "link", "del", "send1"],
                        capture_output=True, check=False)  # fmt: skip
        for name in ("send1", "recv1"):
            live.ip("link", "set", name, "up")

    def fail_at(self, interface, client):
        """A failure of a client of its own, on one of them."""
        capture = self.folder / "one.pcap"
        write_fleet(capture, [Play(live.FAILURE_NAME, 0, client=client)], int(time.time()))
        subprocess.run(
            live.inside("tcpreplay", "-q", "-i", interface, "--topspeed", str(capture)),
            check=True,
            capture_output=True,
        )

    def test_all_of_them_are_captured_from_and_one_goes_on_without_the_other(self):
        process = self.start("-i", "recv1", "--workers", "2")
        self.fail_at(live.SEND, 1)
        self.fail_at("send1", 2)
        time.sleep(0.3)  # until it was read
        live.ip("link", "del", "recv1")
        time.sleep(0.7)
        self.fail_at(live.SEND, 3)
        time.sleep(0.3)
        events, err = self.stop(process)
        clients = sorted(event["source"]["ip"] for event in live.handshakes(events))
        self.assertEqual(clients, ["198.18.0.1", "198.18.0.2", "198.18.0.3"])
        self.assertIn("recv1: is gone", err)
        stats = live.statistics(events)
        self.assertEqual((stats["interfaces_down"], stats["interface_outages"] > 0), (1, True))
        self.assertGreater(stats["interface_failed_reads"], 0)


class Workers(live.Live):
    """Which of them gets what."""

    CLIENTS = 16

    def test_fragments_reach_the_worker_of_their_connection(self):
        whole, cut = self.folder / "whole.pcap", self.folder / "cut.pcap"
        plays = [Play(live.FAILURE_NAME, 0.01 * n, client=1 + n) for n in range(self.CLIENTS)]
        write_fleet(whole, plays, int(time.time()))
        link_type, packets = read_capture(whole)
        write_capture(cut, link_type,
                      [piece for n, packet in enumerate(packets) for piece in fragments(packet, n)])  # fmt: skip
        process = self.start("--workers", "4", "--events-per-minute=all")
        live.replay(cut)
        time.sleep(0.3)
        events, _ = self.stop(process)
        stats = live.statistics(events)
        # The other piece of each packet makes it whole.
        self.assertEqual(stats["fragments"], len(packets))
        self.assertEqual((stats["fragments_dropped"], stats["fragments_waiting"]), (0, 0))
        self.assertGreater(stats["fragments_memory_bytes"], 0)
        self.assertGreater(sum(worker["packets"] > 0 for worker in stats["workers"]), 1)
        causes = [event["tlswhy"]["cause"] for event in live.handshakes(events)]
        self.assertEqual(causes, ["no_shared_cipher"] * self.CLIENTS)

    @unittest.skipUnless(CLOCK, "no library that sets the clock")
    def test_a_clock_that_is_set_back_after_the_start_costs_no_more_than_a_moment(self):
        clock, events = self.folder / "clock", self.folder / "events.json"
        clock.write_bytes(struct.pack("<q", HOUR_NS))
        options = "exitcode=99:detect_leaks=0:verify_asan_link_order=0"
        process = self.start("--workers", "2", "--output", str(events),
                             env={"LD_PRELOAD": CLOCK, "SOAK_CLOCK": str(clock), "ASAN_OPTIONS": options})
        with clock.open("r+b", buffering=0) as file:  # which is mapped
            file.write(struct.pack("<q", 0))

        def is_told():
            live.replay(live.FAILURE, "--topspeed")
            return live.wait_for(lambda: events.stat().st_size > 0, live.LINGER)

        self.assertTrue(live.wait_for(is_told, 20))
        self.stop(process)
        stats = live.statistics([json.loads(line) for line in events.read_text().splitlines()])
        self.assertGreater(stats["early_packets"], 0)
        self.assertGreater(stats["failed"], 0)

    def test_they_run_where_they_are_told_to(self):
        process = self.start("--workers", "2", "--cpu", "0,1")

        def pinned():
            tasks = Path(f"/proc/{process.pid}/task").iterdir()
            allowed = [
                re.search(r"Cpus_allowed_list:\t(\S+)", (task / "status").read_text())[1]
                for task in tasks
            ]
            return allowed.count("0"), allowed.count("1")

        # The first packets can be read before the last worker has its place.
        live.wait_for(lambda: pinned() == (1, 1))
        self.assertEqual(pinned(), (1, 1))
        self.stop(process)


class Ring(live.Live):
    """What the options say of it."""

    def test_what_the_snap_length_cuts_is_counted(self):
        process = self.start("--snaplen", "128", "--immediate", "--no-promiscuous")
        live.replay(live.FAILURE)
        time.sleep(0.3)
        events, _ = self.stop(process)
        stats = live.statistics(events)
        self.assertGreater(stats["cut_packets"], 0)
        self.assertGreater(stats["bytes"], 128 * stats["packets"] // 2)

    def test_who_takes_the_time_of_packets(self):
        process = self.start("--timestamp-type", "host")
        live.replay(live.FAILURE)
        time.sleep(0.3)
        events, _ = self.stop(process)
        self.assertEqual(len(live.handshakes(events)), 1)
        for status, name, reason in (
            (1, "adapter", "does not offer"),
            (2, "nobody", "no timestamp type"),
        ):
            done = subprocess.run(
                live.inside(live.TLSWHY, "-i", live.RECEIVE, "--timestamp-type", name),
                capture_output=True, timeout=20, check=False,
            )  # fmt: skip
            self.assertEqual(done.returncode, status)
            self.assertIn(reason, done.stderr.decode())


class Unprivileged(live.Live):
    """Not root, but one who may open packet sockets."""

    def test_the_power_to_open_packet_sockets_is_enough_and_is_given_up(self):
        program = self.folder / "tlswhy"  # where that user gets to
        shutil.copy(live.TLSWHY, program)
        events = self.folder / "events.json"
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            live.inside("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                        "--inh-caps", "+net_raw", "--ambient-caps", "+net_raw", str(program),
                        "--json", "-i", live.RECEIVE, "--output", str(events)),
            stderr=subprocess.PIPE,
            env={**os.environ, "ASAN_OPTIONS": "exitcode=99:detect_leaks=0"},
        )  # fmt: skip
        self.running.append(process)
        self.assertTrue(live.wait_for(lambda: self.captures(process)))
        status = Path(f"/proc/{process.pid}/status").read_text()
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertRegex(status, rf"{kind}:\t0+\n")
        live.replay(live.FAILURE)
        time.sleep(0.3)
        _, err = self.stop(process)
        self.assertEqual(err, "")
        self.assertIn("no_shared_cipher", events.read_text())


if __name__ == "__main__":
    sys.exit(live.main())
