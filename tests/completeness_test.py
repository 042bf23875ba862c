#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing of a handshake is lost to the way in which its packets were captured.

$GENERATE plays recorded handshakes of tests/pcaps many times: with a third of the segments late,
in segments of 250 octets, with packets twice, with packets missing. For each of them $TLSWHY has
to report exactly what it reports of the recording: server name, version, suite, fingerprints and
certificates. Where octets are missing for good, no established handshake may be called a failure.
"""

import ipaddress
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PCAPS = Path(__file__).resolve().parent / "pcaps"
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
GENERATE = os.environ.get("GENERATE", "generate")
COUNT = 400
TIME_LIMIT = 120


def events_of(capture):
    """The events of all handshakes in a capture."""
    command = [TLSWHY, "--all", "--json", f"--trust-store={PCAPS / 'lab-root.pem'}", capture]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIME_LIMIT)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return [event for event in events if event["event"]["dataset"] == "tlswhy.handshake"]


def essence(event):
    """What has to be the same whatever happened to the packets."""
    tls = event["tls"]
    client, server = tls.get("client", {}), tls.get("server", {})
    return {
        "outcome": event["tlswhy"]["outcome"],
        "server_name": client.get("server_name"),
        "version": tls.get("version"),
        "cipher": tls.get("cipher"),
        "ja3": client.get("ja3"),
        "ja3s": server.get("ja3s"),
        "ja4": event["tlswhy"].get("ja4"),
        "client_certificate": client.get("hash"),
        "server_certificate": server.get("hash"),
        "chain": event["tlswhy"].get("chain"),
        "client_chain": event["tlswhy"].get("client_chain"),
    }


class Completeness(unittest.TestCase):
    """One test for each kind of generated capture."""

    def play(self, kind):
        """Events of a generated capture, each with its recording and whether it is whole."""
        with tempfile.TemporaryDirectory() as folder:
            capture = Path(folder) / f"{kind}.pcap"
            listing = subprocess.run([GENERATE, kind, capture, str(COUNT)], check=True,
                                     capture_output=True, text=True, timeout=TIME_LIMIT).stdout
            events = events_of(capture)
        networks = [(ipaddress.ip_network(network), state, path)
                    for network, state, path in map(str.split, listing.splitlines())]
        for event in events:
            address = ipaddress.ip_address(event["destination"]["ip"])
            found = [(state, path) for network, state, path in networks if address in network]
            self.assertEqual(len(found), 1, f"{address} plays one recording")
            yield event, *found[0]

    def check(self, kind):
        """All handshakes are there, and those that are whole are what was recorded."""
        truth = {}
        count = 0
        for event, state, path in self.play(kind):
            count += 1
            if path not in truth:
                (recorded,) = events_of(PCAPS / path)
                truth[path] = essence(recorded)
                self.assertEqual(truth[path]["outcome"], "established", path)
                self.assertIsNotNone(truth[path]["cipher"], path)
            if state == "whole":
                self.assertEqual(essence(event), truth[path], f"{path}: {event['message']}")
            else:
                self.assertNotEqual(event["tlswhy"]["outcome"], "failed",
                                    f"{path}: {event['message']}")
        self.assertEqual(count, COUNT)
        self.assertGreater(len(truth), 10)
        self.assertTrue(any(recorded["chain"] for recorded in truth.values()))

    def test_in_order(self):
        """As they were recorded."""
        self.check("storm")

    def test_reordered(self):
        """A third of the segments are captured after they were acknowledged."""
        self.check("reordered")

    def test_split(self):
        """No segment carries more than 250 octets."""
        self.check("split")

    def test_repeated(self):
        """Packets are captured twice, and sent twice."""
        self.check("dup")

    def test_lossy(self):
        """Packets are missing: some come a second time, some never."""
        self.check("lossy")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
