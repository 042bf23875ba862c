#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Test check_drops: it notices what must not be said of a capture that lacks packets."""

import unittest

from selftest_support import SERVER, START_TEXT, LabelledCaptureTest

# Gives one event: one for a capture with all of its packets, another for one that lacks some.
READER = """
import json, os, sys
whole = os.path.getsize(sys.argv[-1]) == {size}
outcome, cause = {whole!r} if whole else {thinned!r}
print(json.dumps({{
    "event": {{"action": "tls_handshake", "start": {start!r}}},
    "source": {{"ip": "192.0.2.1", "port": 40000}},
    "destination": {{"ip": {server[0]!r}, "port": {server[1]}}},
    "tlswhy": {{"outcome": outcome, "cause": cause}},
}}))
"""
ESTABLISHED = ("established", None)


class CheckDropsTest(LabelledCaptureTest):
    """check_drops with readers that say one thing of all packets and another of fewer."""

    tool = "check_drops"
    nothing_wrong = "1 captures, 0 wrong"

    def check(self, label, whole, thinned):
        """Run it on a capture of which 50 % are removed; label is `outcome; cause; acceptable`."""
        reader = READER.format(
            size=self.capture.stat().st_size,
            whole=whole,
            thinned=thinned,
            start=START_TEXT,
            server=SERVER,
        )
        return self.check_with(reader, label, "--percent", 50)

    def test_incomplete_is_right_and_counted(self):
        done = self.check("established; -; -", ESTABLISHED, ("incomplete", None))
        self.assert_right(done)
        self.assertIn("0 % removed: 1 established", done.stdout)
        self.assertIn("50 % removed: 1 incomplete", done.stdout)

    def test_an_established_connection_never_fails(self):
        failed = ("failed", "certificate_rejected")
        done = self.check("established; -; -", ESTABLISHED, failed)
        self.assert_wrong(done, "established, called failed: certificate_rejected")
        done = self.check("established; -; outcome:failed", ESTABLISHED, failed)
        self.assert_right(done)

    def test_what_the_whole_capture_shows_counts_like_a_label(self):
        failed = ("failed", "client_abandoned")
        done = self.check("incomplete; -; -", ESTABLISHED, failed)
        self.assert_wrong(done, "established, called failed: client_abandoned")

    def test_a_cause_of_the_network_is_not_invented(self):
        label = "failed; server_closed; -"
        whole = ("failed", "server_closed")
        done = self.check(label, whole, ("failed", "server_silent"))
        self.assert_wrong(done, "server_closed, called server_silent")
        self.assert_right(self.check(label, whole, whole))
        silent = ("failed", "server_silent")
        self.assert_right(self.check(label, silent, silent))
        label = "failed; server_closed; cause:server_silent"
        self.assert_right(self.check(label, whole, ("failed", "server_silent")))

    def test_a_less_exact_cause_of_the_network_is_right(self):
        whole = ("failed", "mtu_blackhole")
        done = self.check("failed; mtu_blackhole; -", whole, ("failed", "packet_loss"))
        self.assert_right(done)
        done = self.check("failed; packet_loss; -", ("failed", "packet_loss"), whole)
        self.assert_wrong(done, "packet_loss, called mtu_blackhole")

    def test_an_error_of_the_program_is_wrong(self):
        done = self.check_with("import sys; sys.exit(3)", "failed; x; -")
        self.assert_wrong(done, "exit status 3")


if __name__ == "__main__":
    unittest.main()
