#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Floods with real failing handshakes among them, live: every failure is told, and memory stays within
--max-memory.

The program is $TLSWHY. Floods are a part of what they are with $TLSWHY_FLOOD=full. Needs root, ip
(iproute2) and tcpreplay; status 77 without them. With $SANITIZED its memory is not looked at.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import flood_test as flood
import live

MEMORY_MIB = 64
PACKETS_A_SECOND = 200_000 if flood.IS_FULL else 50_000
REPLAY_SECONDS = 600
OPTIONS = ("--events-per-minute=all", f"--max-memory={MEMORY_MIB}M")


def anonymous_mib(pid):
    """Resident memory without the ring, which is the kernel's."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("RssAnon:")[1].split()[0]) // 1024


class Floods(live.Live):
    """What is told, and what it costs."""

    def expect_all(self, waves):
        """Every failure is told, and nothing else of that cause."""
        capture = self.folder / "flood.pcap"
        failures = flood.Failures()
        with capture.open("wb") as out:
            out.write(flood.FILE_HEADER)
            flood.write_with(out, waves, failures)
        with (self.folder / "events").open("wb") as events:
            process = self.start(*OPTIONS, stdout=events)
        before = peak = anonymous_mib(process.pid)
        with subprocess.Popen(
            live.inside("tcpreplay", "-q", "-i", live.SEND, "--pps", str(PACKETS_A_SECOND), str(capture)),
            stdout=subprocess.DEVNULL,
        ) as player:
            end = time.monotonic() + REPLAY_SECONDS
            while player.poll() is None and time.monotonic() < end:
                peak = max(peak, anonymous_mib(process.pid))
                time.sleep(flood.LOOK_SECONDS)
            self.assertEqual(player.wait(), 0)
        time.sleep(live.LINGER)
        self.stop(process)
        self.check(failures)
        print(f"{peak - before} MiB used of {MEMORY_MIB}", flush=True)
        if "SANITIZED" not in os.environ:
            self.assertLess(peak - before, MEMORY_MIB + flood.HEAP_MIB)

    def check(self, failures):
        """The events are those of the failures; only what was left out and counted may be missing."""
        lines = (self.folder / "events").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        stats = live.statistics(events)
        told = [
            event["source"]["ip"]
            for event in live.handshakes(events)
            if event["tlswhy"]["cause"] == "no_shared_cipher"
        ]
        left_out = {key: stats[key] for key in ("kernel_dropped_packets", "shed_connections")}
        print(f"{stats['packets']} packets, {len(failures.over)} failures, {len(told)} told, {left_out}")
        self.assertEqual(len(told), len(set(told)))
        self.assertLessEqual(set(told), failures.begun)
        self.assertGreater(len(failures.over), 0)
        missing = failures.over - set(told)
        self.assertLessEqual(len(missing), sum(left_out.values()), f"not told: {sorted(missing)[:3]}")
        if flood.IS_FULL:
            self.assertEqual(missing, set())

    def test_syns(self):
        self.expect_all(flood.syn_flood)

    def test_partial_hellos(self):
        self.expect_all(flood.hello_flood)

    def test_connections_without_a_word(self):
        self.expect_all(flood.silent_flood)


if __name__ == "__main__":
    sys.exit(live.main())
