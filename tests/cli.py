# SPDX-License-Identifier: GPL-2.0-or-later
"""The program with arguments, run to its end: what it writes, what it says, its exit status.

The program is $TLSWHY. Captures are those of tests/pcaps.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
TIME_LIMIT = 60

ANALYSED, COULD_NOT, USAGE, FAILURES_FOUND = 0, 1, 2, 3

FAILED = str(TESTS / "pcaps" / "version_mismatch" / "client10-server12__openssl__java.pcap")
CLEAN = str(TESTS / "pcaps" / "clean" / "alpn-not-shared-tls12__python__haproxy.pcap")


def run(*arguments, stdin=b"", env=None):
    """Run tlswhy to its end; the result has returncode, stdout and stderr as text."""
    done = subprocess.run(
        [TLSWHY, *arguments],
        input=stdin,
        capture_output=True,
        timeout=TIME_LIMIT,
        env={**os.environ, **(env or {})},
        check=False,
    )
    done.stdout = done.stdout.decode("utf-8")
    done.stderr = done.stderr.decode("utf-8")
    return done


def events(*arguments, **keywords):
    """The events that a run writes."""
    return [json.loads(line) for line in run("--json", *arguments, **keywords).stdout.splitlines()]


def handshakes(*arguments, **keywords):
    """Those of them that tell of a connection."""
    found = events(*arguments, **keywords)
    return [event for event in found if event["event"]["action"] == "tls_handshake"]


class CommandLine(unittest.TestCase):
    """Shared by all cases: a folder to write to."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, content):
        """Make a file; the result is its name."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def expect(self, status, *arguments, **keywords):
        """Run, and check the exit status; the result is the run."""
        done = run(*arguments, **keywords)
        self.assertEqual(done.returncode, status, done.stderr)
        return done


def main():
    """Run the tests of the program's file."""
    if not os.access(TLSWHY, os.X_OK):
        sys.exit(f"{TLSWHY} is not a program")
    unittest.main()
