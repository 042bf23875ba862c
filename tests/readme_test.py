#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the commands of README.md that are marked as tested, and check what it says of the sources.

$TLSWHY is the program; the folder it lies in stands for build/release.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
README = (TREE / "README.md").read_text("utf-8")
BUILD = Path(os.environ["TLSWHY"]).resolve().parent
TIME_LIMIT = 300
FACTORS = {"KiB": 1024, "octets": 1}
# What counts that a limit was reached, and where that is told.
COUNTED = {
    "HANDSHAKE_TRANSCRIPT_MAX": ("transcripts_full", "analyze/report_totals.c"),
    "BODY_TABLE_SLOTS": ("unshared_messages", "tools/tlswhy/stats.c"),
    "BODY_OCTETS_MAX": ("unshared_messages", "tools/tlswhy/stats.c"),
    "HANDSHAKE_NOTES_MAX": ("notes_full", "analyze/report_totals.c"),
    "STREAM_HELD_OCTETS_MAX": ("dropped_octets", "analyze/report_totals.c"),
    "FRAGMENT_DATAGRAMS_MAX": ("fragments_dropped", "analyze/report_totals.c"),
    "PACKET_OCTETS_MAX": ("too_long", "analyze/report_totals.c"),
    "INCIDENTS_MAX": ("incidents_evicted", "analyze/report_totals.c"),
    "INCIDENTS_EVICTED_MAX": ("incidents_refused", "analyze/report_totals.c"),
    "PRELUDE_SEARCH_MAX": ("searches_ended", "analyze/report_totals.c"),
    "FIRST_SEGMENTS_PART": ("unordered_first_segments", "tools/tlswhy/stats.c"),
    "REPORT_ENTRIES_MAX": ("entries_left_out", "analyze/report.c"),
    "REPORT_SERVERS_MAX": ("servers_left_out", "analyze/report.c"),
    "INVENTORY_ENTRIES_MAX": ("inventory_left_out", "tools/tlswhy/stats.c"),
    "ISSUER_NAMES_MAX": ("insight.evicted", "analyze/report_totals.c"),
    "CLOCK_CLIENTS_MAX": ("insight.evicted", "analyze/report_totals.c"),
    "CERTIFICATE_CACHE_ENTRIES": ("evicted_certificates", "tools/tlswhy/stats.c"),
    "SIGNATURE_LEDGER_PER_SECOND": ("unverified_signatures", "tools/tlswhy/stats.c"),
    "EVENT_ALPN_OCTETS_MAX": ("alpn_left_out", "analyze/event_offer.c"),
    "TALLY_ROWS_MAX": ("left_out", "analyze/tally.c"),
}
# These shorten what is read or shown, and nothing else is lost.
SHORTENING = {
    "HANDSHAKE_PRELUDE_MAX",
    "MESSAGE_BODY_MAX",
    "METRICS_CERTIFICATES_MAX",
    "CHAIN_CERTIFICATES_MAX",
    "CERTIFICATE_WOLFSSL_NAMES_MAX",
    "EVIDENCE_MAX",
    "ORIGINS_MAX",
    "JSON_OCTETS_MAX",
    "JSON_NAMES_MAX",
    "EVENT_CHAIN_OCTETS_MAX",
}


def without_comments(text):
    """The code of a test in C or Python."""
    return re.sub(r"/\*.*?\*/|^\s*#(?!define).*?$", "", text, flags=re.S | re.M)


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

    @unittest.skipUnless(shutil.which("jq") and shutil.which("man"), "jq or man is not installed")
    def test_the_examples_of_jq_count_failures(self):
        manual = subprocess.run(["man", "-l", str(TREE / "tools" / "tlswhy" / "tlswhy.1")], check=True,
                                capture_output=True, env={**os.environ, "MANWIDTH": "200"}).stdout
        capture = TREE / "tests" / "pcaps" / "weak_certificate" / "sha1-tls12__chromium__nginx.pcap"
        with tempfile.TemporaryDirectory() as folder:
            named = Path(folder) / "capture.pcap"
            named.symlink_to(capture)
            environment = {**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"}
            commands = ["tlswhy --summary=- capture.pcap > all.summary"]
            commands += re.findall(r"^ *(tlswhy .*\| jq .*)$", manual.decode(), re.M)
            commands += re.findall(r"^jq .* all\.summary$", README, re.M)
            feed = (TREE / "tools" / "feed" / "README.md").read_text("utf-8")
            commands += ["tlswhy --json capture.pcap" + found
                         for found in re.findall(r"^kcat .*( \| jq .*)$", feed, re.M)]
            said = [subprocess.run(command, shell=True, cwd=folder, env=environment, check=True,
                                   capture_output=True).stdout.decode() for command in commands]
        self.assertEqual(said, ["", "2 weak_certificate\n", "2 weak_certificate, clients: 1\n",
                                "2 198.51.100.20:443 weak_certificate\n",
                                "weak_certificate\nweak_certificate\n"])

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
        tests = "".join(
            without_comments(path.read_text("utf-8"))
            for path in sorted((TREE / "tests").glob("*test*.*"))
            if path != Path(__file__).resolve()
        )
        for name in self.stated_limits():
            with self.subTest(limit=name):
                self.assertRegex(tests, rf"\b{name}\b")

    def test_every_limit_is_listed_with_its_counter(self):
        self.assertEqual(set(self.stated_limits()), COUNTED.keys() | SHORTENING)
        for name, (counter, file) in COUNTED.items():
            with self.subTest(limit=name):
                self.assertRegex((TREE / file).read_text("utf-8"), rf"\b{re.escape(counter)}\b")

    def stated_limits(self):
        """The constants of the section on limits."""
        stated = README[README.index("## Limits") : README.index("## As a service")]
        cells = re.findall(r"\| ([^|]*) \|$", stated, re.M)
        return re.findall(r"`([A-Z_]+)`", "".join(cells))

    def test_every_path_exists(self):
        for name in re.findall(r"`((?:tools|tests|analyze|dissect|capture)/[\w./-]*)`", README):
            if "NAME" not in name:
                with self.subTest(path=name):
                    self.assertTrue((TREE / name).exists())

    def test_the_map_of_the_program_names_every_module_and_no_other(self):
        program = TREE / "tools" / "tlswhy"
        modules = (program / "README.md").read_text("utf-8").split("## The modules")[1]
        named = re.findall(r"(?:\| |; |, |\()`(\w+)(?:\.h)?`", modules)
        self.assertEqual(sorted(named), sorted(path.stem for path in program.glob("*.h")))


if __name__ == "__main__":
    unittest.main()
