#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An incident has a few of its failures in full, and counts the others: nothing is told of twice, and
nothing goes without being counted.

$TLSWHY is the program.
"""

import json
import os
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from capture_file import LINKTYPE_ETHERNET, write_capture
from fleet import Play, write_fleet
from refusals import START, refused

TLSWHY = os.environ.get("TLSWHY", "tlswhy")
LIVE_FORM = os.environ.get("LIVE_FORM", "live_form")
DEFAULT = 100
MINUTE = 60
TIME_LIMIT = 60
EXPIRED = "certificate_expired/expired-tls12__go__go.pcap"


class Folding(unittest.TestCase):
    """A capture of an outage."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.capture = Path(folder.name) / "outage.pcap"

    def outage(self, count, seconds, servers=1):
        """So many clients that are refused, within so long."""
        packets = refused(count, servers=servers, step=seconds * 10**9 // count)
        write_capture(self.capture, LINKTYPE_ETHERNET, packets)

    def run_tlswhy(self, *options, strangers=0):
        """(failures with an event of their own, incidents, what was said). Strangers belong to an
        incident that was none yet when their events were written."""
        done = subprocess.run([TLSWHY, "--json", *options, self.capture], check=True,
                              capture_output=True, text=True, timeout=TIME_LIMIT)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        failures = [e for e in events if e["event"]["action"] == "tls_handshake"]
        incidents = {e["tlswhy"]["incident"]: e["tlswhy"]["extent"] for e in events
                     if e["event"]["action"] == "tls_incident"}
        for name, extent in incidents.items():
            own = sum(e["tlswhy"].get("incident") == name for e in failures)
            self.assertEqual(own + extent["folded"] + strangers, extent["failures"], "all are accounted for")
        return failures, incidents, done.stderr

    def folded(self, *options):
        """How many events are left out, by everything that counts them."""
        with tempfile.NamedTemporaryFile() as summary:
            failures, incidents, said = self.run_tlswhy(*options, f"--summary={summary.name}")
            counted = json.loads(summary.read())["counters"]["folded_events"]
        self.assertEqual(sum(extent["folded"] for extent in incidents.values()), counted)
        self.assertEqual(f"{counted:,} failures are told by the events of their incidents only"
                         in said, counted > 1)
        self.assertEqual("1 failure is told by the event of its incident only" in said, counted == 1)
        return len(failures), counted

    def test_by_default_an_incident_has_so_many_events_in_a_minute(self):
        self.outage(3 * DEFAULT, MINUTE // 2)
        self.assertEqual(self.folded(), (DEFAULT, 2 * DEFAULT))
        self.assertEqual(self.folded(f"--events-per-minute={3 * DEFAULT - 1}"), (3 * DEFAULT - 1, 1))

    def test_every_minute_of_packet_time_has_its_own(self):
        self.outage(1200, 4 * MINUTE)
        failures, incidents, _ = self.run_tlswhy("--events-per-minute=7")
        minutes = Counter(e["@timestamp"][:16] for e in failures)
        self.assertEqual(set(minutes.values()), {7})
        self.assertEqual(len(minutes), 4)
        (extent,) = incidents.values()
        self.assertEqual((extent["failures"], extent["folded"]), (1200, 1200 - 4 * 7))

    def test_all_of_them_when_that_is_asked_for(self):
        self.outage(3 * DEFAULT, MINUTE // 2)
        for options in (("--events-per-minute=all",), ("--events-per-minute=0",), ("--all",),
                        ("--no-correlation",), ("--events-per-minute=300",)):
            with self.subTest(options=options):
                self.assertEqual(self.folded(*options), (3 * DEFAULT, 0))
        self.assertEqual(self.folded("--all", "--events-per-minute=5"), (5, 3 * DEFAULT - 5))

    def test_what_was_established_is_never_folded(self):
        plays = [Play("clean/serve-tls12__curl__node24.pcap", number / 10, client=number + 1)
                 for number in range(40)]
        plays += [Play(EXPIRED, number / 10, client=number + 1, server=2) for number in range(30)]
        write_fleet(self.capture, plays, START // 10**9)
        connections, _, _ = self.run_tlswhy("--all", "--events-per-minute=4")
        outcomes = Counter(e["tlswhy"]["outcome"] for e in connections)
        self.assertEqual(outcomes, {"established": 40, "failed": 4})

    def test_each_incident_has_its_own(self):
        self.outage(200, MINUTE // 2, servers=4)
        failures, incidents, _ = self.run_tlswhy("--events-per-minute=10")
        servers = Counter(e["server"]["ip"] for e in failures)
        self.assertEqual((set(servers.values()), len(servers), len(incidents)), ({10}, 4, 4))

    def test_failures_that_are_no_incident_are_all_told(self):
        self.outage(150, MINUTE // 2, servers=150)
        self.assertEqual(self.folded("--events-per-minute=1"), (150, 0))

    def test_streaming_folds_too(self):
        self.outage(300, MINUTE // 2)
        failures, _, _ = self.run_tlswhy("--streaming", strangers=1)
        self.assertEqual(len(failures), 1 + DEFAULT)

    def test_a_verdict_that_changes_is_updated_where_it_was_told(self):
        """Smaller hellos that succeed tell, live and later, what was wrong with the larger ones."""
        refused_hello = "large_client_hello_intolerance/reset__curl+node24__script.pcap"
        plays = [Play(refused_hello, number / 10, client=number + 1) for number in range(40)]
        plays += [Play("clean/get-tls12__gnutls__stunnel.pcap", 10 + number, client=100 + number)
                  for number in range(10)]
        write_fleet(self.capture, plays, START // 10**9)
        for limit, expected in (("all", 40), ("5", 6)):
            done = subprocess.run([LIVE_FORM, "--json", f"--events-per-minute={limit}", self.capture],
                                  check=True, capture_output=True, timeout=TIME_LIMIT)
            events = [json.loads(line) for line in done.stdout.splitlines()]
            told = {e["event"]["id"] for e in events if e["event"]["action"] == "tls_handshake"}
            updated = [e["tlswhy"]["updates"]["id"] for e in events
                       if e["event"]["action"] == "tls_handshake_update"]
            self.assertEqual((len(told), set(updated)), (expected, told))
            self.check_moved(events, told)

    def check_moved(self, events, told):
        """Each failure is counted where it belongs by now, folded or not. One was told anew before
        its cause had an incident."""
        last, extents = {}, {}
        for event in events:
            why = event["tlswhy"]
            if event["event"]["action"] == "tls_incident":
                extents[why["incident"]] = why["extent"]
                continue
            name = why["updates"]["id"] if "updates" in why else event["event"]["id"]
            self.assertIn(name, told, "what is updated was told")
            last[name] = why.get("incident")
        for name, extent in extents.items():
            own = sum(incident == name for incident in last.values())
            strangers = 1 if extent["failures"] > 0 else 0
            self.assertEqual(own + extent["folded"] + strangers, extent["failures"])
        self.assertEqual(sum(extent["failures"] for extent in extents.values()), 40)

    def test_two_runs_over_one_file_say_the_same(self):
        """How many clients there were, about, too: far more than are counted exactly."""
        self.outage(600, MINUTE // 2)
        for options in (("--json",), ("--all",), ("--streaming",)):
            said = {subprocess.run([TLSWHY, *options, self.capture], check=True,
                                   capture_output=True, timeout=TIME_LIMIT).stdout
                    for _ in range(4)}
            self.assertEqual(len(said), 1)

    def test_a_wrong_number_is_a_usage_error(self):
        for value in ("-1", "many", "", "4294967295"):
            done = subprocess.run([TLSWHY, f"--events-per-minute={value}", "x"], check=False,
                                  capture_output=True, timeout=TIME_LIMIT)
            self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
