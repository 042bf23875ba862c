#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the commands of README.md that are marked as tested, and check what it says of the sources.

$TLSWHY is the program; the folder it lies in stands for build/release.
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
README = (TREE / "README.md").read_text("utf-8")
BUILD = Path(os.environ["TLSWHY"]).resolve().parent
TIME_LIMIT = 300
FACTORS = {"KiB": 1024, "octets": 1}


class Readme(unittest.TestCase):
    """What the README promises."""

    def test_every_marked_command_succeeds(self):
        blocks = re.findall(r"<!-- tested -->\n```sh\n(.*?)```", README, re.S)
        self.assertEqual(len(blocks), README.count("<!-- tested -->"))
        self.assertGreater(len(blocks), 0)
        with tempfile.TemporaryDirectory() as folder:
            for name in ("tests", "tools"):
                (Path(folder) / name).symlink_to(TREE / name)
            (Path(folder) / "build").mkdir()
            (Path(folder) / "build" / "release").symlink_to(BUILD)
            environment = {**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"}
            for line in "".join(blocks).splitlines():
                with self.subTest(command=line):
                    done = subprocess.run(
                        ["bash", "-euo", "pipefail", "-c", line],
                        cwd=folder,
                        env=environment,
                        capture_output=True,
                        timeout=TIME_LIMIT,
                        check=False,
                    )
                    said = (done.stdout + done.stderr).decode("utf-8", "replace")
                    self.assertEqual(done.returncode, 0, said)
                    if "exit status" in line:
                        self.assertIn("exit status 3", said)

    def test_every_limit_is_that_of_the_source(self):
        rows = re.findall(r"^\| .* \| (\d+)(?: (\w+))? \| `([A-Z_]+)` \|$", README, re.M)
        self.assertGreater(len(rows), 8)
        sources = "".join(
            path.read_text("utf-8")
            for layer in ("capture", "dissect", "analyze", "tools/tlswhy")
            for path in sorted((TREE / layer).glob("*.h"))
        )
        for number, unit, name in rows:
            with self.subTest(limit=name):
                found = re.search(
                    rf"\b{name}(?: = | \(?(?:\(size_t\))?)([0-9][0-9* ]*)\)?(?:,|\s|$)", sources
                )
                self.assertIsNotNone(found)
                value = 1
                for factor in found[1].split("*"):
                    value *= int(factor)
                self.assertEqual(value, int(number) * FACTORS.get(unit, 1))

    def test_every_limit_has_a_test(self):
        tests = "".join(path.read_text("utf-8") for path in (TREE / "tests").glob("*test*.*"))
        stated = README[README.index("## Limits") : README.index("## As a service")]
        for name in re.findall(r"`([A-Z_]+)` \|$", stated, re.M):
            with self.subTest(limit=name):
                self.assertRegex(tests, rf"\b{name}\b")

    def test_every_path_exists(self):
        for name in re.findall(r"`((?:tools|tests|analyze|dissect|capture)/[\w./-]*)`", README):
            if "NAME" not in name:
                with self.subTest(path=name):
                    self.assertTrue((TREE / name).exists())


if __name__ == "__main__":
    unittest.main()
