#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture of more packets than can be handled.

The program is $TLSWHY. Needs what live.py needs.
"""

import signal
import subprocess
import sys
import time

from capture_file import find_segment, read_capture, write_capture
from live import (
    FAILURE, LINGER, SEND, TESTS, Live, handshakes, inside, main, replay, statistics,
)  # fmt: skip


class Overload(Live):
    """More packets than can be handled."""

    FLOOD_PACKETS = 60_000

    def write_floods(self):
        """Segments of two connections whose beginning was not seen, in two captures: what a sensor
        can best do without."""
        link_type, packets = read_capture(TESTS / "pcaps" / "demo.pcap")
        longest = {}  # of each connection
        for packet in sorted(packets, key=lambda packet: len(packet.data)):
            segment = find_segment(link_type, packet)
            longest[frozenset((segment.source, segment.destination))] = packet
        chosen = sorted(longest.values(), key=lambda packet: -len(packet.data))[:2]
        paths = [self.folder / "flood.pcap", self.folder / "other.pcap"]
        for path, packet in zip(paths, chosen):
            write_capture(path, link_type, [packet] * 200)
        return paths

    def write_slow_failure(self):
        """A failure that lasts for six seconds."""
        link_type, packets = read_capture(FAILURE)
        begin = packets[0].time
        for packet in packets[len(packets) // 2 :]:
            packet.time += 6_000_000_000
        now = time.time_ns()
        for packet in packets:
            packet.time += now - begin
        path = self.folder / "slow.pcap"
        write_capture(path, link_type, packets)
        return path

    def test_what_is_lost_is_counted_and_marks_the_verdicts_of_that_time(self):
        flood, slow = self.write_floods()[0], self.write_slow_failure()
        live = self.start("--buffer-size", "1M")
        failing = subprocess.Popen(  # pylint: disable=consider-using-with
            inside("tcpreplay", "-q", "-i", SEND, str(slow)), stdout=subprocess.DEVNULL
        )
        self.addCleanup(failing.wait)
        time.sleep(2)
        live.send_signal(signal.SIGSTOP)
        replay(flood, "--topspeed", "--loop", str(self.FLOOD_PACKETS // 200))
        live.send_signal(signal.SIGCONT)
        failing.wait(timeout=30)
        time.sleep(LINGER)
        replay(FAILURE)
        time.sleep(0.3)
        events, _ = self.stop(live)
        stats = statistics(events)
        self.assertGreater(stats["kernel_dropped_packets"], 0)
        marked = [e["tlswhy"] for e in handshakes(events) if e["tlswhy"].get("overloaded")]
        self.assertGreater(len(marked), 0)
        self.assertEqual({why["cause"] for why in marked}, {"no_shared_cipher"})
        self.assertIn("overloaded", [item["fact"] for item in marked[0]["evidence"]])

    def test_established_flows_are_left_out_while_handshakes_go_on(self):
        flood, other = self.write_floods()
        live = self.start("--buffer-size", "1M")
        live.send_signal(signal.SIGSTOP)
        replay(flood, "--topspeed", "--loop", str(self.FLOOD_PACKETS // 200))
        live.send_signal(signal.SIGCONT)
        # The next look finds what was lost; then, for two seconds, nothing is picked up midway: what
        # is in the ring may come before that.
        time.sleep(0.6)
        replay(other, "--pps", "2000")
        replay(FAILURE)
        time.sleep(0.3)
        events, _ = self.stop(live)
        stats = statistics(events)
        self.assertGreater(stats["shed_packets"], 0)
        self.assertEqual(stats["shed_connections"], 0)
        causes = {event["tlswhy"]["cause"] for event in handshakes(events)}
        self.assertIn("no_shared_cipher", causes)


if __name__ == "__main__":
    sys.exit(main())
