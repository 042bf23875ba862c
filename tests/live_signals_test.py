#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture and what the operator sends: signals to end, to reload, to print statistics.

The program is $TLSWHY. Needs what live.py needs.
"""

import json
import os
import shutil
import signal
import sys
import time

from live import FAILURE, LINGER, ROOT, TESTS, Live, handshakes, main, replay
from waiting import wait_for


class Signals(Live):
    """INT and TERM, USR1, HUP."""

    def test_int_and_term_end_in_order_and_in_time(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=how):
                live = self.start()
                replay(FAILURE)
                began = time.monotonic()
                events, _ = self.stop(live, how)
                self.assertLess(time.monotonic() - began, 5)
                self.assertGreater(len(handshakes(events)), 0)

    def test_a_second_one_ends_at_once(self):
        reader, writer = os.pipe()
        live = self.start(stdout=writer)
        os.set_blocking(writer, False)
        try:  # nobody reads the pipe: the end would wait for its time limit
            while True:
                os.write(writer, b"x" * 65536)
        except BlockingIOError:
            pass
        os.set_blocking(writer, True)
        os.close(writer)
        live.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        self.assertIsNone(live.poll())
        live.send_signal(signal.SIGTERM)
        self.assertEqual(live.wait(timeout=1), -signal.SIGTERM)
        os.close(reader)

    def test_usr1_prints_statistics(self):
        live = self.start()
        live.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        _, err = self.stop(live)
        self.assertRegex(err, r"statistics\n(  +[\d,]+  \S.*\n)*  +0  all others")

    def test_hup_opens_the_file_anew_and_reloads(self):
        path = self.folder / "events.json"
        live = self.start("--output", str(path), "--trust-store", str(ROOT))
        replay(FAILURE)
        self.assertTrue(wait_for(lambda: path.stat().st_size > 0, LINGER + 3))
        path.rename(self.folder / "events.1")
        live.send_signal(signal.SIGHUP)
        self.assertTrue(wait_for(path.exists))
        time.sleep(0.3)
        replay(TESTS / "pcaps" / "demo.pcap", "--pps", "2000")
        _, err = self.stop(live)
        self.assertEqual(err, "")
        for name in ("events.json", "events.1"):
            lines = (self.folder / name).read_text().splitlines()
            self.assertGreater(len(handshakes([json.loads(line) for line in lines])), 0)

    def test_hup_opens_the_file_of_the_text_anew_and_the_report_is_in_it(self):
        path, before = self.folder / "report.txt", self.folder / "report.1"
        live = self.start("--output", str(path), text=True)
        path.rename(before)
        live.send_signal(signal.SIGHUP)
        self.assertTrue(wait_for(path.exists))
        replay(FAILURE)
        self.assertTrue(wait_for(lambda: path.stat().st_size > 0, LINGER + 3))
        _, err = self.stop(live)
        self.assertEqual((err, before.read_text()), ("", ""))
        # First the line of the failure, then what all of them come to.
        self.assertRegex(path.read_text(),
                         r"\A\S+ .* \(no_shared_cipher, \w+\)\n\n1 of 1 TLS handshake failed\.\n")

    def test_hup_opens_the_other_files_when_nobody_reads_a_pipe(self):
        path, pipe = self.folder / "events.json", self.folder / "pipe"
        os.mkfifo(pipe)
        pipe.chmod(0o666)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        live = self.start("--output", str(path), f"--sink=file:{pipe}")
        os.close(reader)
        for number in range(2):  # the second time after the opener of files has seen the pipe
            path.rename(self.folder / f"events.{number}")
            live.send_signal(signal.SIGHUP)
            self.assertTrue(wait_for(path.exists))
        _, err = self.stop(live, status=1)
        self.assertIn(f"{pipe}: No such device or address: writing to the old file", err)
        self.assertIn(f"{pipe}: Broken pipe", err)

    def test_hup_does_not_take_over_a_trust_store_without_certificates(self):
        """An empty directory, and nothing of the system's in its place."""
        for name, empty in (
            ("file", lambda store: store.write_bytes(b"")),
            ("folder", lambda store: (store / "root.pem").unlink()),
        ):
            with self.subTest(store=name):
                store = self.folder / name
                if name == "folder":
                    store.mkdir()
                    store.chmod(0o755)
                shutil.copy(ROOT, store / "root.pem" if name == "folder" else store)
                live = self.start("--trust-store", str(store))
                empty(store)
                live.send_signal(signal.SIGHUP)
                time.sleep(0.5)
                _, err = self.stop(live)
                self.assertIn(f"{store}: no certificate in this trust store\n", err)
                self.assertIn("stay as they were", err)

    def test_a_storm_of_hups_does_no_harm(self):
        path = self.folder / "events.json"
        live = self.start("--output", str(path), "--workers", "2")
        for _ in range(50):
            live.send_signal(signal.SIGHUP)
            time.sleep(0.01)
        replay(FAILURE)
        time.sleep(0.5)
        descriptors = len(os.listdir(f"/proc/{live.pid}/fd"))
        live.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertEqual(len(os.listdir(f"/proc/{live.pid}/fd")), descriptors)
        self.stop(live)
        events = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertGreater(len(handshakes(events)), 0)


if __name__ == "__main__":
    sys.exit(main())
