#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture when what is around it fails: interfaces that go and come, receivers, options that make
no sense.

The program is $TLSWHY. Needs what live.py needs.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from live import (
    FAILURE, LINGER, RECEIVE, STOP_LIMIT, TESTS, TLSWHY, Live, handshakes, inside, ip, main,
    make_pair, replay,
)  # fmt: skip
from waiting import wait_for


class Interfaces(Live):
    """They go and come."""

    def expect_capture(self, live, folder_name):
        """Send a failure, and see its event arrive in the file."""
        path = self.folder / folder_name
        before = path.stat().st_size
        replay(FAILURE)
        self.assertTrue(wait_for(lambda: path.stat().st_size > before, LINGER + 5))
        self.assertIsNone(live.poll())

    def test_down_and_up_again(self):
        live = self.start("--output", str(self.folder / "events.json"))
        ip("link", "set", RECEIVE, "down")
        time.sleep(1)
        ip("link", "set", RECEIVE, "up")
        time.sleep(1)
        self.expect_capture(live, "events.json")
        _, err = self.stop(live)
        self.assertIn(f"{RECEIVE}: is down", err)
        self.assertIn(f"{RECEIVE}: captures again", err)

    def test_removed_and_made_again(self):
        live = self.start("--output", str(self.folder / "events.json"))
        ip("link", "del", RECEIVE)
        time.sleep(1)
        before = self.processor_time(live)
        time.sleep(1)
        self.assertLess(self.processor_time(live) - before, 0.3, "it spins")
        make_pair()
        time.sleep(3)
        self.expect_capture(live, "events.json")
        _, err = self.stop(live)
        self.assertIn(f"{RECEIVE}: is gone", err)
        self.assertIn(f"{RECEIVE}: captures again", err)

    @staticmethod
    def processor_time(process):
        """Seconds that a process has used."""
        fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_several_workers_go_on_with_one_of_them(self):
        live = self.start("--workers", "2", "--output", str(self.folder / "events.json"))
        for _ in range(2):
            ip("link", "del", RECEIVE)
            time.sleep(1)
            make_pair()
            time.sleep(3)
            self.expect_capture(live, "events.json")
        events = (self.folder / "events.json").read_text().splitlines()
        self.assertEqual(len(handshakes([json.loads(line) for line in events])), 2)
        _, err = self.stop(live)
        self.assertEqual(err.count(f"{RECEIVE}: captures again"), 2)

    def test_one_that_does_not_exist_is_an_error(self):
        done = subprocess.run(
            inside(TLSWHY, "-i", "nowhere0"), capture_output=True, timeout=20, check=False
        )
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.decode(), r"\Atlswhy: nowhere0: No such device exists\n\Z")

    def test_what_makes_no_sense_is_said_before_it_begins(self):
        for status, message, *options in (
            (2, "unknown port 'nowhere'", "port", "nowhere"),
            (2, "--metrics: '65536' is not a number from 0 to 65535", "--metrics", "127.0.0.1:65536"),
            (2, "--cpu: there is no 1000", "--cpu", "1000"),
            (2, "--metrics: 'foo:9117' is not an address and port", "--metrics", "foo:9117"),
            (2, "'localhost:1' is not an address", "--metrics", "localhost:1"),
            (1, "no state can be put into this directory", "--state", "/nowhere/state"),
        ):
            done = subprocess.run(
                inside(TLSWHY, "-i", RECEIVE, *options), capture_output=True, timeout=20, check=False
            )
            self.assertEqual((done.returncode, message in done.stderr.decode()), (status, True),
                             (options, done.stderr))


class Receivers(Live):
    """Those of the events fail."""

    def test_a_reader_that_does_not_read_stalls_nothing_and_is_left_in_time(self):
        reader, writer = os.pipe()
        live = self.start("--all", stdout=writer)
        os.close(writer)
        for _ in range(3):
            replay(TESTS / "pcaps" / "demo.pcap", "--pps", "5000")
        began = time.monotonic()
        live.send_signal(signal.SIGTERM)
        live.wait(timeout=STOP_LIMIT + 2)
        self.assertLess(time.monotonic() - began, STOP_LIMIT + 1)
        os.close(reader)

    def test_a_reader_that_went_away_ends_it(self):
        reader, writer = os.pipe()
        live = self.start(stdout=writer)
        os.close(writer)
        os.close(reader)
        replay(FAILURE)
        self.assertEqual(live.wait(timeout=LINGER + 8), 1)
        self.assertIn("Broken pipe", live.communicate()[1].decode())

    def test_a_full_disk_loses_events_and_counts_them(self):
        mount = self.folder / "full"
        mount.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16k,mode=777", "tmpfs", mount], check=True
        )
        self.addCleanup(subprocess.run, ["umount", "-l", mount], check=False)
        path = mount / "events.json"
        live = self.start("--all", "--output", str(path))
        for _ in range(2):
            replay(TESTS / "pcaps" / "demo.pcap", "--pps", "5000")
            time.sleep(0.2)
        _, err = self.stop(live, status=1)
        self.assertIn("No space left on device", err)
        self.assertRegex(err, r"\d+ events were lost")
        text = path.read_text()
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            json.loads(line)


if __name__ == "__main__":
    sys.exit(main())
