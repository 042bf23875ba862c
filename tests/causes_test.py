#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The causes of `tlswhy --causes`, of the events' schema and of the labelled captures agree.

The program is $TLSWHY.
"""

import json
import subprocess
import unittest
from pathlib import Path

import event_checks
import feed

LABELS = Path(__file__).resolve().parent / "pcaps" / "labels.tsv"
TIME_LIMIT = 60
# The cause of what shows no cause: there is no typical capture of that.
WITHOUT_CAPTURE = {"unknown"}


def causes_of_program():
    """What `tlswhy --causes` lists: below the name of each family a line per cause."""
    done = subprocess.run(
        [feed.default_program(), "--causes"],
        capture_output=True,
        timeout=TIME_LIMIT,
        check=True,
        text=True,
    )
    return [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]


class CausesTest(unittest.TestCase):
    """Three lists of the same causes."""

    @classmethod
    def setUpClass(cls):
        cls.causes = causes_of_program()

    def test_a_cause_is_listed_once(self):
        self.assertIn("version_mismatch", self.causes)
        self.assertEqual(len(self.causes), len(set(self.causes)))

    def test_the_schema_has_the_same_causes(self):
        schema = json.loads(event_checks.DEFAULT_SCHEMA.read_text(encoding="utf-8"))
        self.assertEqual(set(schema["$defs"]["cause"]["enum"]), set(self.causes))

    def test_each_cause_has_labelled_captures_and_no_label_is_of_another(self):
        labelled = {label.cause for label in feed.read_labels(LABELS) if label.cause is not None}
        self.assertEqual(labelled | WITHOUT_CAPTURE, set(self.causes))


if __name__ == "__main__":
    unittest.main()
