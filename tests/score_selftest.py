#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Test score: each kind of difference from the labels, and each error of tlswhy, is noticed."""

import json
import random
import unittest

import feed
from mutating import flip_bits, replace_octets
from selftest_support import CLIENT, PLAYER, SERVER, TESTS, ToolTest, event_of


class ScoreTest(ToolTest):
    """score against events made up for the purpose."""

    FAILED = "a.pcap; 192.0.2.1:40000; 198.51.100.2:443; failed; version_mismatch; ; 1700000000.0"
    FINE = "a.pcap; 192.0.2.1:40000; 198.51.100.2:443; established; -; ; 1700000000.0"

    def score(self, label, *events, program=PLAYER, more=()):
        """(report, exit status under --strict) for one label, or several."""
        labels = self.labels(*([label] if isinstance(label, str) else label))
        self.events("a.pcap", *events)
        tlswhy = self.program(program)
        arguments = ["--labels", labels, "--tlswhy", tlswhy, "--json", "--strict", *more]
        done = self.run_tool("score", *arguments)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout), done.returncode

    def test_a_right_verdict_is_right(self):
        report, status = self.score(self.FAILED, event_of("failed", "version_mismatch"))
        self.assertEqual(status, 0)
        self.assertEqual(report["accuracy"]["cause_per_row"]["right"], 1)
        self.assertEqual(report["calibration"]["certain"], {"right": 1, "total": 1, "ratio": 1.0})

    def test_a_wrong_cause_is_a_difference(self):
        report, status = self.score(self.FAILED, event_of("failed", "no_shared_cipher"))
        self.assertEqual(status, 1)
        self.assertEqual(report["accuracy"]["outcome_per_row"]["right"], 1)
        self.assertEqual(report["accuracy"]["cause_per_row"]["right"], 0)
        self.assertEqual(report["per_cause"]["no_shared_cipher"]["precision"]["ratio"], 0)
        self.assertEqual(report["per_cause"]["version_mismatch"]["recall"]["ratio"], 0)

    def test_an_accepted_cause_is_right(self):
        label = self.FAILED.replace("; ;", "; cause:server_closed outcome:none;")
        report, status = self.score(label, event_of("failed", "server_closed"))
        self.assertEqual((status, report["mismatches"]), (0, []))

    def test_no_event_is_right_only_where_accepted(self):
        self.assertEqual(self.score(self.FAILED)[1], 1)
        report, status = self.score(self.FAILED.replace("; ;", "; outcome:none;"))
        self.assertEqual((status, report["accuracy"]["cause_per_row"]["right"]), (0, 1))
        self.assertEqual(report["accuracy"]["decided_per_row"]["total"], 0)

    def test_established_called_failed_is_listed(self):
        report, status = self.score(self.FINE, event_of("failed", "unknown"))
        self.assertEqual(status, 1)
        self.assertEqual(len(report["false_failures"]), 1)

    def test_failed_called_established_is_listed(self):
        report, _ = self.score(self.FAILED, event_of("established"))
        self.assertEqual(len(report["misses"]), 1)

    def test_exchanged_sides_are_wrong(self):
        event = event_of("failed", "version_mismatch", client=SERVER, server=CLIENT)
        report, status = self.score(self.FAILED, event)
        self.assertEqual(status, 1)
        self.assertEqual(len(report["reversed"]), 1)

    def test_the_start_tells_connections_on_the_same_ports_apart(self):
        later = self.FINE.replace("1700000000.0", "1700000100.5")
        events = [
            event_of("established", start="2023-11-14T22:15:00.500000000Z"),
            event_of("failed", "version_mismatch"),
        ]
        self.assertEqual(self.score([self.FAILED, later], *events)[1], 0)
        report, status = self.score([self.FINE, later], events[0])
        self.assertEqual((status, report["no_event"]), (1, 1))

    def test_an_ipv6_address_matches_however_it_is_written(self):
        label = self.FINE.replace("192.0.2.1:", "2001:db8:0:0::1:").replace(
            "198.51.100.2:", "2001:DB8::2:"
        )
        event = event_of("established", client=("2001:db8::1", 40000), server=("2001:db8::2", 443))
        self.assertEqual(self.score(label, event)[1], 0)

    def test_a_failure_without_a_label_is_a_difference(self):
        other = event_of("failed", "unknown", client=("192.0.2.9", 1))
        report, status = self.score(self.FINE, event_of("established"), other)
        self.assertEqual((status, len(report["unlabelled_failures"])), (1, 1))

    def test_a_group_is_right_when_most_of_its_rows_are(self):
        labels, events = [], []
        for port in (1, 2, 3):
            labels.append(self.FAILED.replace("40000", str(port)))
            cause = "version_mismatch" if port > 1 else "unknown"
            events.append(event_of("failed", cause, client=(CLIENT[0], port)))
        report, _ = self.score(labels, *events)
        self.assertEqual(report["accuracy"]["cause_per_row"]["right"], 2)
        groups = report["accuracy"]["cause_per_file_and_cause"]
        self.assertEqual((groups["right"], groups["total"]), (1, 1))

    def test_excluded_causes_are_left_out(self):
        more = ["--exclude-causes", "self_signed,version_mismatch"]
        report, status = self.score(self.FAILED, event_of("established"), more=more)
        self.assertEqual((status, report["mismatches"]), (0, []))

    def test_rows_are_counted_by_columns(self):
        columns = "file client server outcome cause client_stack"
        labels = self.labels(
            "a.pcap; 192.0.2.1:40000; 198.51.100.2:443; established; -; gnutls", columns=columns
        )
        self.events("a.pcap", event_of("established"))
        arguments = ["--labels", labels, "--tlswhy", self.program(PLAYER), "--by", "client_stack"]
        report = json.loads(self.run_tool("score", *arguments, "--json").stdout)
        self.assertEqual(report["by"][0]["columns"], {"client_stack": "gnutls"})
        self.assertEqual(report["by"][0]["right"], 1)
        self.assertIn("gnutls", self.run_tool("score", *arguments).stdout)

    def test_options_for_a_second_run_give_a_second_column(self):
        program = "import sys\nif '--worse' not in sys.argv:\n    " + PLAYER.strip().replace(
            "import sys\n", ""
        )
        labels = self.labels(self.FINE)
        self.events("a.pcap", event_of("established"))
        arguments = ["--labels", labels, "--tlswhy", self.program(program)]
        done = self.run_tool("score", *arguments, "--tlswhy-args-b=--worse")
        self.assertRegex(done.stdout, r"outcome, per row +100\.0 % \(1/1\) +0\.0 % \(0/1\)")

    def test_a_crash_is_an_error(self):
        report, status = self.score(self.FINE, program="import os\nos.abort()")
        self.assertEqual(status, 1)
        self.assertIn("exit status", report["errors"][0]["error"])

    def test_a_sanitizer_report_is_an_error(self):
        program = PLAYER + "print('x.c:1: runtime error: overflow', file=sys.stderr)"
        report, status = self.score(self.FINE, event_of("established"), program=program)
        self.assertEqual(status, 1)
        self.assertIn("sanitizer", report["errors"][0]["error"])

    def test_a_run_that_takes_too_long_is_an_error(self):
        program = "import time\ntime.sleep(60)"
        more = ["--time-limit", "0.5"]
        report, status = self.score(self.FINE, program=program, more=more)
        self.assertEqual(status, 1)
        self.assertIn("not finished", report["errors"][0]["error"])

    def test_half_a_line_is_an_error(self):
        report, status = self.score(self.FINE, program="print('{', end='')")
        self.assertEqual((status, len(report["errors"])), (1, 2))

    def test_damaged_labels_are_read_or_refused(self):
        whole = (TESTS / "pcaps" / "demo.tsv").read_bytes()
        path = self.folder / "damaged.tsv"
        refused = 0
        for seed in range(1000):
            chance = random.Random(seed)
            content = chance.choice((flip_bits, replace_octets))(whole, chance)
            path.write_bytes(content[: chance.randint(1, len(content))])
            try:
                feed.read_labels(path)
            except feed.LabelError:
                refused += 1
        self.assertIn(refused, range(1, 1000))

    def test_labels_without_a_column_are_refused(self):
        columns = "file client server outcome reason acceptable start"
        labels = self.labels(self.FINE, columns=columns)
        done = self.run_tool("score", "--labels", labels, "--tlswhy", self.program(PLAYER))
        self.assertEqual(done.returncode, 2)
        self.assertIn("cause", done.stderr)


if __name__ == "__main__":
    unittest.main()
