#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Test check_gaps: it leaves out what it says, and notices what must not be said then."""

import unittest

from selftest_support import CLIENT, SECOND, SERVER, START, LabelledCaptureTest

# Gives one event for each copy that is an hour after the one before: one thing for the first run,
# which has all packets, and another for all that come later. Notes how many packets there were.
READER = """
import json, os, struct, sys, time
octets = open(sys.argv[-1], "rb").read()[24:]
times, counts = [], {{}}
while octets:
    seconds, _, length, _ = struct.unpack("<4I", octets[:16])
    copy = (seconds - {start}) // 3600
    counts[copy] = counts.get(copy, 0) + 1
    octets = octets[16 + length:]
first = not os.path.exists({log!r})
with open({log!r}, "a") as log:
    log.writelines(f"{{count}}\\n" for count in counts.values())
outcome, cause, confidence = {whole!r} if first else {without!r}
for copy in counts:
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime({start} + copy * 3600))
    print(json.dumps({{
        "event": {{"action": "tls_handshake", "start": text}},
        "source": {{"ip": {client[0]!r}, "port": {client[1]}}},
        "destination": {{"ip": {server[0]!r}, "port": {server[1]}}},
        "tlswhy": {{"outcome": outcome, "cause": cause, "confidence": confidence}},
    }}))
"""
ESTABLISHED = ("established", None, None)
EXPIRED = ("failed", "certificate_expired", "certain")


class CheckGapsTest(LabelledCaptureTest):
    """check_gaps with readers that say one thing of all packets and another of fewer."""

    tool = "check_gaps"
    nothing_wrong = "0 established, called failed"

    def check(self, label, whole, without, *more):
        """Run it on one capture; label is `outcome; cause; acceptable`."""
        self.log = self.folder / "log"
        self.log.unlink(missing_ok=True)
        reader = READER.format(
            start=START // SECOND,
            log=str(self.log),
            whole=whole,
            without=without,
            client=CLIENT,
            server=SERVER,
        )
        return self.check_with(reader, label, *more)

    def test_every_place_is_left_out(self):
        done = self.check("established; -; -", ESTABLISHED, ("incomplete", None, None))
        self.assert_right(done)
        whole, *counts = [int(line) for line in self.log.read_text().split()]
        ends = 2 * (whole - 4)
        self.assertEqual(len(counts), whole + (whole - 1) + (whole - 2) + ends)
        self.assertEqual(set(counts), set(range(1, whole)))

    def test_an_established_connection_never_fails(self):
        failed = ("failed", "certificate_rejected", "possible")
        done = self.check("established; -; -", ESTABLISHED, failed, "--wrong-max", 1000)
        self.assert_wrong(done, "established, called certificate_rejected")
        self.assert_right(self.check("established; -; outcome:failed", ESTABLISHED, failed))

    def test_what_the_whole_capture_shows_counts_like_a_label(self):
        failed = ("failed", "client_abandoned", "possible")
        done = self.check("incomplete; -; -", ESTABLISHED, failed)
        self.assert_wrong(done, "incomplete, called client_abandoned")

    def test_a_failed_connection_is_not_established(self):
        label = "failed; certificate_expired; -"
        done = self.check(label, EXPIRED, ESTABLISHED, "--all")
        self.assert_wrong(done, "certificate_expired, called established")
        self.assert_right(self.check(label, EXPIRED, ESTABLISHED, "--wrong-max", 1000))

    def test_another_cause_is_at_most_possible(self):
        label = "failed; certificate_expired; -"
        for confidence, cause in (("likely", "untrusted_ca"), ("certain", "server_closed")):
            done = self.check(label, EXPIRED, ("failed", cause, confidence), "--all")
            self.assert_wrong(done, f"certificate_expired, called {cause}")
        self.assert_right(self.check(label, EXPIRED, ("failed", "untrusted_ca", "possible")))
        self.assert_right(self.check(label, EXPIRED, EXPIRED))

    def test_a_less_exact_cause_is_right(self):
        label = "failed; certificate_expired; -"
        rejected = ("failed", "certificate_rejected", "likely")
        self.assert_right(self.check(label, EXPIRED, rejected))
        done = self.check("failed; certificate_rejected; -", rejected, EXPIRED)
        self.assert_wrong(done, "1 captures")

    def test_captures_of_many_packets_are_left_out(self):
        failed = ("failed", "certificate_rejected", "possible")
        done = self.check("established; -; -", ESTABLISHED, failed, "--packets-max", 2)
        self.assert_right(done)

    def test_an_error_of_the_program_is_wrong(self):
        done = self.check_with("import sys; sys.exit(3)", "failed; x; -")
        self.assert_wrong(done, "exit status 3")


if __name__ == "__main__":
    unittest.main()
