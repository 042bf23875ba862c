#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Test mutate: it changes captures, and notices what a changed one must not bring about."""

import subprocess
import sys
import unittest

import capture_file
from selftest_support import TESTS, Conversation, ToolTest, full_event

LABELS = """file\tclient\tserver\toutcome\tcause
a.pcap\t192.0.2.1:40000\t198.51.100.2:443\testablished\t-
"""
# Does one thing for the capture as it is and another for its copies.
READER = """
import json, os, signal, sys
if "changed-" in sys.argv[-1]:
    {act}
"""


class MutateTest(ToolTest):
    """mutate with readers that take changed captures badly."""

    def check(self, act, count=4):
        """Run it on one capture with so many changed copies."""
        capture_file.write_capture(self.folder / "a.pcap", 1, Conversation().whole())
        labels = self.folder / "labels.tsv"
        labels.write_text(LABELS)
        program = self.program(READER.format(act=act))
        return subprocess.run(
            [sys.executable, TESTS / "mutate", "--labels", labels, "--tlswhy", program,
             "--count", str(count)],
            capture_output=True, text=True, check=False,
        )

    def test_a_reader_that_says_nothing_does_nothing_wrong(self):
        done = self.check("pass")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("4 changed copies, 0 wrong", done.stdout)

    def test_a_damaged_file_is_no_fault(self):
        self.assertEqual(self.check("sys.exit(1)").returncode, 0)

    def test_a_signal_is_wrong(self):
        done = self.check("os.kill(os.getpid(), signal.SIGABRT)")
        self.assertEqual(done.returncode, 1)
        self.assertIn("4 wrong", done.stdout)

    def test_a_report_of_a_sanitizer_is_wrong(self):
        done = self.check("sys.stderr.write('x.c:1: runtime error: shift'); sys.exit(1)")
        self.assertEqual(done.returncode, 1)

    def test_an_event_that_the_schema_does_not_know_is_wrong(self):
        done = self.check("print(json.dumps({'event': {}}))")
        self.assertEqual(done.returncode, 1)

    def test_an_event_that_it_knows_is_not(self):
        self.assertEqual(self.check(f"print(json.dumps({full_event()!r}))").returncode, 0)

    def test_a_slow_run_is_wrong(self):
        done = self.check("while __import__('time').process_time() < 2: pass", count=1)
        self.assertIn("unchanged", done.stdout)
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
