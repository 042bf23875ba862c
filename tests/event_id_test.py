#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""event.id: every event of a run has its own, and the same packets have the same one, however they
are read.

$TLSWHY is the program. Captures are those of tests/pcaps whose connections no other one has, too.
"""

import gzip
import json
import os
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from capture_file import LINKTYPE_ETHERNET, write_capture
from feed import disjoint_captures, get
from refusals import refused

PCAPS = Path(__file__).resolve().parent / "pcaps"
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
TIME_LIMIT = 120
HANDSHAKE, CERTIFICATE, INCIDENT = "tls_handshake", "tls_certificate", "tls_incident"
EVERY_PACKET = "ip or ip6 or vlan"


def events_of(*arguments):
    """The events of a run."""
    command = [TLSWHY, "--json", "--all", f"--trust-store={PCAPS / 'lab-root.pem'}", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, timeout=TIME_LIMIT)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return [json.loads(line) for line in done.stdout.splitlines()]


def of_kind(events, action):
    """Those with this action."""
    return [event for event in events if event["event"]["action"] == action]


def handshake_ids(events):
    """The identifier of each connection."""
    return {(e["client"]["ip"], e["client"].get("port"), e["server"]["ip"], e["server"]["port"],
             e["event"]["start"]): e["event"]["id"] for e in of_kind(events, HANDSHAKE)}


class EventId(unittest.TestCase):
    """One run with everything is the measure of the others."""

    @classmethod
    def setUpClass(cls):
        cls.captures = disjoint_captures(PCAPS / "labels.tsv")
        cls.events = events_of(*cls.captures)
        cls.ids = handshake_ids(cls.events)

    def test_every_event_has_one_of_its_own(self):
        ids = [get(event, "event.id") for event in self.events]
        self.assertEqual([name for name, count in Counter(ids).items() if count > 1], [])
        for name in ids:
            self.assertRegex(name, "^[0-9a-f]{32}$")
        kinds = Counter(event["event"]["action"] for event in self.events)
        self.assertEqual(set(kinds), {HANDSHAKE, CERTIFICATE, INCIDENT})
        self.assertGreater(min(kinds.values()), 10)

    def test_the_same_run_again_has_the_same_events(self):
        self.assertEqual(events_of(*self.captures), self.events)

    def test_connections_have_the_same_in_any_order_and_at_any_time(self):
        self.assertGreater(len(self.ids), 150)
        for name, arguments in {
            "other order": self.captures[::-1],
            "streaming": ["--streaming", *self.captures],
            "alone": ["--no-correlation", *self.captures],
            "filter": [f"--filter={EVERY_PACKET}", *self.captures],
            "little memory": ["--max-memory=64M", *self.captures],
        }.items():
            with self.subTest(name):
                self.assertEqual(handshake_ids(events_of(*arguments)), self.ids)

    def test_connections_have_the_same_in_a_file_of_their_own(self):
        for capture in self.captures[::12]:
            found = handshake_ids(events_of(capture))
            self.assertEqual(found, {place: self.ids[place] for place in found}, capture)

    def test_certificates_have_the_same_in_any_order(self):
        def certificates(events):
            return {(e["tls"]["server"]["hash"]["sha256"], e["server"]["ip"], e["server"]["port"],
                     *(get(e, f"tlswhy.certificate.{key}") for key in ("role", "occasion", "level"))):
                    e["event"]["id"]
                    for e in of_kind(events, CERTIFICATE) if get(e, "tls.server.hash.sha256")}

        found = certificates(self.events)
        self.assertEqual(len(found), len({e["event"]["id"] for e in of_kind(
            self.events, CERTIFICATE) if get(e, "tls.server.hash.sha256")}))
        self.assertGreater(len(found), 5)
        other = certificates(events_of(*self.captures[::-1]))
        self.assertEqual({place: other[place] for place in found if place in other},
                         {place: name for place, name in found.items() if place in other})

    def test_a_filter_that_leaves_connections_out_changes_no_other(self):
        found = handshake_ids(events_of("--filter=port 443", *self.captures))
        self.assertLess(len(found), len(self.ids))
        self.assertEqual(found, {place: self.ids[place] for place in found})

    def test_how_a_file_is_stored_makes_no_difference(self):
        with tempfile.TemporaryDirectory() as folder:
            packed = Path(folder) / "packed.pcap.gz"
            packed.write_bytes(gzip.compress(self.captures[0].read_bytes()))
            self.assertEqual(events_of(packed), events_of(self.captures[0]))

    def test_attempts_of_one_client_have_different_ones(self):
        with tempfile.TemporaryDirectory() as folder:
            capture = Path(folder) / "attempts.pcap"
            packets = [packet for at in range(50)
                       for packet in refused(1, step=1, at=at * 10**9)]
            write_capture(capture, LINKTYPE_ETHERNET, packets)
            events = of_kind(events_of(capture), HANDSHAKE)
        self.assertEqual(len(events), 50)
        self.assertEqual(len({event["event"]["id"] for event in events}), 50)


if __name__ == "__main__":
    unittest.main()
