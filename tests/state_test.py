# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of servers is kept from one run to the next: --state."""

import json
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cli import TESTS, TIME_LIMIT, TLSWHY, run

GOOD = sorted(map(str, (TESTS / "pcaps" / "clean").glob("*.pcap")))
# Its server is the one of the clean captures.
FAILED = str(TESTS / "pcaps" / "no_shared_cipher" / "psk-client__openssl__openssl.pcap")
CLIENT = bytes((192, 0, 2, 10))         # of these captures


class State(unittest.TestCase):
    """Each case has a folder, and a file in it that is not there yet."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.state = self.folder / "state"

    def learn(self, *captures):
        done = run(f"--state={self.state}", *captures)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def known(self):
        """What the event of one failure says that is known of its server."""
        done = run("--json", f"--state={self.state}", FAILED)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout.splitlines()[0])["tlswhy"].get("server_known")

    def refused(self, *said):
        """The state is refused before anything is analysed, and is not touched; what is said."""
        before = self.state.read_bytes()
        done = run(f"--state={self.state}", FAILED)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        for text in (str(self.state), "offset ", *said):
            self.assertIn(text, done.stderr)
        self.assertEqual(self.state.read_bytes(), before)
        return done.stderr

    def test_a_later_run_knows_what_an_earlier_one_saw(self):
        self.assertIsNone(self.known())
        self.state.unlink()
        self.learn(*GOOD)
        known = self.known()
        self.assertGreater(known["established"], 1)
        self.assertIn("TLS 1.3", json.dumps(known))
        # And so does the one after that.
        self.assertEqual(self.known()["failed"], known["failed"] + 1)

    def test_streaming_knows_it_too(self):
        self.learn(*GOOD)
        done = run("--json", "--streaming", f"--state={self.state}", FAILED)
        self.assertIn("server_known", json.loads(done.stdout.splitlines()[0])["tlswhy"])

    def test_the_file_is_its_owners_and_alone(self):
        self.learn(*GOOD)
        self.assertEqual(stat.S_IMODE(self.state.stat().st_mode), 0o600)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["state"])

    def test_no_address_of_a_client_is_in_it(self):
        self.learn(*GOOD, FAILED)
        content = self.state.read_bytes()
        self.assertNotIn(CLIENT, content)
        self.assertIn(bytes((198, 51, 100, 20)), content)       # of a server there is

    def test_a_state_that_was_cut_is_refused(self):
        self.learn(*GOOD)
        content = self.state.read_bytes()
        for length in (0, 5, 20, 47, len(content) // 2, len(content) - 1):
            self.state.write_bytes(content[:length])
            self.refused()
        self.state.write_bytes(content + b"\0")
        self.refused("offset 16")

    def test_a_state_that_is_damaged_is_refused(self):
        self.learn(*GOOD)
        content = bytearray(self.state.read_bytes())
        content[len(content) // 2] ^= 4
        self.state.write_bytes(content)
        self.assertIn("; remove it to begin anew\n", self.refused("checksum"))

    def test_a_state_of_another_version_is_refused(self):
        self.learn(*GOOD)
        content = bytearray(self.state.read_bytes())
        content[15] += 1
        self.state.write_bytes(content)
        self.refused("version", "offset 12")

    def test_a_file_of_something_else_is_refused_and_left_alone(self):
        self.state.write_text("my only copy\n", encoding="ascii")
        self.assertNotIn("remove", self.refused("no state"))

    def test_what_cannot_be_written_is_said_before_anything_is_read(self):
        done = run(f"--state={self.folder}/nowhere/state", FAILED)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, "nowhere/state: .*: No such file or directory\n$")

    def test_what_cannot_be_written_whole_leaves_the_one_before(self):
        """No room for it, as on a disk that is full."""
        self.learn(FAILED)
        before = self.state.read_bytes()
        room = len(before) // 2

        def leave_little_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        # What a build that measures its coverage writes would be cut as well, so it goes elsewhere.
        with tempfile.TemporaryDirectory() as elsewhere:
            done = subprocess.run([TLSWHY, f"--state={self.state}", *GOOD], check=False,
                                  capture_output=True, timeout=TIME_LIMIT, encoding="utf-8",
                                  preexec_fn=leave_little_room,
                                  env={**os.environ, "GCOV_PREFIX": elsewhere})
        self.assertEqual(done.returncode, 1)
        self.assertIn("File too large", done.stderr)
        self.assertEqual(self.state.read_bytes(), before)
        self.assertEqual([path.name for path in self.folder.iterdir()], [self.state.name])

    def test_what_a_crash_left_does_not_stand_in_the_way(self):
        target = self.folder / "precious"
        target.write_text("mine", encoding="ascii")
        (self.folder / "state.new").symlink_to(target)
        self.learn(*GOOD)
        self.assertEqual(target.read_text(encoding="ascii"), "mine")
        self.assertFalse((self.folder / "state.new").exists())


if __name__ == "__main__":
    if not os.access(TLSWHY, os.X_OK):
        sys.exit(f"{TLSWHY} is not a program")
    unittest.main()
