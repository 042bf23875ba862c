#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare the events of some captures with those that were looked at and found right.

tests/golden/NAME.json holds the events of NAME.pcap beside it. $TLSWHY is the program. With --update
the files are written anew: read the difference like code.
"""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent / "golden"
TRUST_STORE = GOLDEN.parent / "pcaps" / "lab-root.pem"
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
TIME_LIMIT = 60


def events_of(capture):
    """All events of a capture; the version of the program is none of their business."""
    done = subprocess.run(
        [TLSWHY, "--json", "--all", f"--trust-store={TRUST_STORE}", str(capture)],
        capture_output=True,
        timeout=TIME_LIMIT,
        check=True,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    for event in events:
        del event["observer"]["version"]
    return events


def captures():
    """All captures that have golden events."""
    return sorted(GOLDEN.glob("*.pcap"))


def update():
    """Write each golden file anew."""
    for capture in captures():
        text = json.dumps(events_of(capture), indent=2, ensure_ascii=False)
        capture.with_suffix(".json").write_text(text + "\n", "utf-8")


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


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
