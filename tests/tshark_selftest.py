#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check_tshark finds what differs: it is given a tlswhy that says something else."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
SKIPPED = 77


def check(program):
    """Exit status and output of check_tshark on the captures of the demonstration."""
    command = [sys.executable, str(TESTS / "check_tshark"), "--tlswhy", str(program)]
    command += ["--labels", str(TESTS / "pcaps" / "demo.tsv")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    return done.returncode, done.stdout.decode()


class CheckTshark(unittest.TestCase):
    """Each stand-in changes one thing that tlswhy says."""

    def check_with(self, edit):
        """What it makes of a tlswhy whose output sed edits."""
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "tlswhy"
            program.write_text(f"#!/bin/sh\n'{TLSWHY}' \"$@\" | sed '{edit}'\n", encoding="utf-8")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
            return check(program)

    def test_the_same_is_no_difference(self):
        status, said = check(TLSWHY)
        self.assertEqual(status, 0, said)
        self.assertIn("0 differences", said)

    def test_another_name_suite_version_or_certificate_is_one(self):
        for edit in (
            's/"server_name":"www/"server_name":"xyz/',
            's/"cipher":"TLS_/"cipher":"TSL_/',
            's/"version":"1.2"/"version":"1.1"/',
            's/"sha256":"[0-9A-F]/"sha256":"x/',
            's/"ja3":"[0-9a-f]/"ja3":"x/',
            's/"code":70/"code":71/',
        ):
            with self.subTest(edit=edit):
                status, said = self.check_with(edit)
                self.assertEqual(status, 1, said)

    def test_a_hello_that_is_not_told_is_one(self):
        status, said = self.check_with('s/"supported_ciphers"/"other_ciphers"/')
        self.assertEqual(status, 1, said)
        self.assertIn("only tshark sees a ClientHello", said)


if __name__ == "__main__":
    if shutil.which("tshark") is None:
        print("there is no tshark to compare with")
        sys.exit(SKIPPED)
    unittest.main()
