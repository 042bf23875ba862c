#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare the events of some captures with those that were looked at and found right.

tests/golden/NAME.json holds the events of NAME.pcap beside it. $TLSWHY is the program. Those in
tests/golden/live are what $LIVE_FORM says, which reads as the service does. What the program counts
depends on the machine: tests/golden/statistics.json holds what $STATS_LINES prints, made by the same
code. $INCIDENT_LINES prints incidents with all that can be said of one, which no capture has. With --update the files are written anew: read the difference like code.
"""

import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

import event_checks

INCIDENT_LINES = os.environ.get("INCIDENT_LINES", "incident_lines")
STATS_LINES = os.environ.get("STATS_LINES", "stats_lines")
LIVE_FORM = os.environ.get("LIVE_FORM", "live_form")
GOLDEN = Path(__file__).resolve().parent / "golden"
LIVE = GOLDEN / "live"
TRUST_STORE = GOLDEN.parent / "pcaps" / "lab-root.pem"
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
STATISTICS = GOLDEN / "statistics.json"
INCIDENT_WRITER = GOLDEN.parent.parent / "analyze" / "incident_event.c"
TIME_LIMIT = 60


def printed_by(command):
    """The events that a command prints; the version of the program is none of their business."""
    done = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=True)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    for event in events:
        del event["observer"]["version"]
    return events


def program_for(capture):
    """The command: live, failures alone, which is what is told of while time goes on."""
    return [LIVE_FORM] if capture.parent == LIVE else [TLSWHY, "--all"]


def events_of(capture):
    """The events of a capture."""
    return printed_by([*program_for(capture), "--json", f"--trust-store={TRUST_STORE}", str(capture)])


def statistics():
    """The events with statistics; their time is the clock's, and their identifier made of it."""
    events = printed_by([STATS_LINES])
    for event in events:
        event["@timestamp"] = "2026-01-01T00:00:00.000000000Z"
        event["event"]["id"] = "0" * len(event["event"]["id"])
    return events


def captures():
    """All captures that have golden events."""
    return sorted(GOLDEN.glob("*.pcap")) + sorted(LIVE.glob("*.pcap"))


def update():
    """Write each golden file anew."""
    found = {capture.with_suffix(".json"): events_of(capture) for capture in captures()}
    found[STATISTICS] = statistics()
    for path, events in found.items():
        path.write_text(json.dumps(events, indent=2, ensure_ascii=False) + "\n", "utf-8")


class Golden(unittest.TestCase):
    """One case for each capture."""

    maxDiff = None

    def test_events_are_those_that_were_found_right(self):
        self.assertGreater(len(captures()), 0)
        for capture in captures():
            expected = json.loads(capture.with_suffix(".json").read_text("utf-8"))
            with self.subTest(capture=capture.name):
                self.assertGreater(len(expected), 0)
                self.assertEqual(events_of(capture), expected)

    def test_there_is_one_of_every_kind(self):
        events = [event for capture in captures()
                  for event in json.loads(capture.with_suffix(".json").read_text("utf-8"))]
        kinds = {(event["event"]["action"], event["tlswhy"].get("outcome")
                  or event["tlswhy"].get("extent", {}).get("state")
                  or event["tlswhy"].get("certificate", {}).get("role")) for event in events}
        self.assertLessEqual({
            *(("tls_handshake", name) for name in ("established", "failed", "incomplete", "not_tls")),
            *(("tls_incident", name) for name in ("opened", "updated", "closed")),
            ("tls_handshake_update", "failed"), ("tls_certificate", "server")}, kinds)

    def test_events_of_captures_follow_the_schema(self):
        checker = event_checks.EventChecker()
        for capture in captures():
            for line in subprocess.check_output(
                    [*program_for(capture), "--json", capture], timeout=TIME_LIMIT).splitlines():
                self.assertEqual(checker.problems(json.loads(line)), [], capture)

    def test_all_that_is_said_of_incidents_follows_the_schema(self):
        checker = event_checks.EventChecker()
        said = set()
        for line in subprocess.check_output([INCIDENT_LINES], timeout=TIME_LIMIT).splitlines():
            event = json.loads(line)
            self.assertEqual(checker.problems(event), [])
            extent = event["tlswhy"]["extent"]
            said.update(extent, extent.get("path", {}))
        written = set(re.findall(r'json_add_\w+\(json, (?:details|object),\s*"(\w+)"',
                                 INCIDENT_WRITER.read_text("utf-8")))
        self.assertEqual(said, written)

    def test_statistics_are_told_by_the_right_names(self):
        self.assertEqual(statistics(), json.loads(STATISTICS.read_text("utf-8")))

    def test_statistics_follow_the_schema_and_need_all_that_it_names(self):
        checker = event_checks.EventChecker()
        for line in subprocess.check_output([STATS_LINES], timeout=TIME_LIMIT).splitlines():
            event = json.loads(line)
            self.assertEqual(checker.problems(event), [])
            for name in ("events_spooled", "events_sent_again"):
                value = event["tlswhy"]["stats"].pop(name)
                self.assertNotEqual(checker.problems(event), [], name)
                event["tlswhy"]["stats"][name] = value


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
