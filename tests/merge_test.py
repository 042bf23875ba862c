#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Summaries of runs, and their sum: the same whatever is added first.

$TLSWHY is the program. Captures are those of tests/pcaps.
"""

import copy
import json
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

import jsonschema

from capture_file import LINKTYPE_ETHERNET, write_capture
from feed import disjoint_captures
from refusals import refused

TESTS = Path(__file__).resolve().parent
PCAPS = TESTS / "pcaps"
SCHEMA = TESTS.parent / "tools" / "schema" / "tlswhy-summary.schema.json"
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
TIME_LIMIT = 120
TABLES = ("causes", "servers", "clients", "established")
GROUPS = 7
ROWS_MAX = 16384  # TALLY_ROWS_MAX
HASHES_MAX = 128


def run(*arguments, stdin=b"", status=0):
    """What the program prints."""
    done = subprocess.run([TLSWHY, *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=TIME_LIMIT, check=False)
    if done.returncode != status:
        raise AssertionError(f"{arguments}: status {done.returncode}: {done.stderr.decode()}")
    return done.stdout if status == 0 else done.stderr.decode()


def summary_of(*captures):
    """The summary of a run, each connection judged alone, so that no other file matters."""
    return run("--summary=-", "--no-correlation", f"--trust-store={PCAPS / 'lab-root.pem'}",
               *captures)


def merged(*summaries):
    """Their sum."""
    return run("--merge", "-", stdin=b"".join(summaries))


class Merge(unittest.TestCase):
    """A folder to write to, and summaries of groups of captures."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.captures = disjoint_captures(PCAPS / "labels.tsv")
        cls.groups = [cls.captures[place::GROUPS] for place in range(GROUPS)]
        cls.parts = [summary_of(*group) for group in cls.groups]
        with open(SCHEMA, encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)

    def write(self, name, packets):
        """Make a capture."""
        write_capture(self.folder / name, LINKTYPE_ETHERNET, packets)
        return self.folder / name

    def test_what_is_added_first_makes_no_difference(self):
        a, b, c = self.parts[:3]
        self.assertEqual(merged(a, merged(b, c)), merged(merged(a, b), c))
        self.assertEqual(merged(a, b), merged(b, a))
        everything = merged(*self.parts)
        order = random.Random(1)
        for _ in range(5):
            parts = list(self.parts)
            while len(parts) > 1:
                order.shuffle(parts)
                count = order.randint(2, len(parts))
                parts = [merged(*parts[:count]), *parts[count:]]
            self.assertEqual(parts[0], everything)

    def test_one_alone_is_its_own_sum(self):
        for part in (*self.parts, merged(*self.parts)):
            self.assertEqual(merged(part), part)

    def test_the_sum_of_parts_is_the_whole(self):
        whole = json.loads(summary_of(*self.captures))
        parts = json.loads(merged(*self.parts))
        self.assertEqual((whole.pop("runs"), parts.pop("runs")), (1, GROUPS))
        self.assertGreater(sum(len(whole[table]) for table in TABLES), 100)
        self.assertEqual(parts, whole)

    def test_all_follow_the_schema_and_add_up(self):
        for part in (*self.parts, merged(*self.parts)):
            summary = json.loads(part)
            self.assertEqual([str(e) for e in self.validator.iter_errors(summary)], [])
            self.assertEqual(part.count(b"\n"), 1)
            for table in TABLES[:3]:
                self.assertEqual(sum(row["connections"] for row in summary[table]),
                                 summary["outcomes"]["failed"])
            self.assertEqual(sum(row["connections"] for row in summary["established"]),
                             summary["outcomes"]["established"])
        self.assertEqual(json.loads(merged(*self.parts))["counters"]["files"], len(self.captures))

    def test_a_summary_counts_what_the_events_tell(self):
        events = [json.loads(line) for line in run("--json", "--all", "--no-correlation",
                  f"--summary={self.folder / 'run'}", *self.groups[0]).splitlines()]
        events = [e for e in events if e["event"]["action"] == "tls_handshake"]
        summary = json.loads((self.folder / "run").read_text())
        for name, count in summary["outcomes"].items():
            self.assertEqual(sum(e["tlswhy"]["outcome"] == name for e in events), count, name)
        for row in summary["servers"]:
            own = [e for e in events if e["tlswhy"].get("cause") == row["cause"]
                   and (e["server"]["ip"], e["server"]["port"]) == (row["ip"], row["port"])]
            starts = sorted(e["event"]["start"] for e in own)
            self.assertEqual((len(own), starts[0], starts[-1]),
                             (row["connections"], row["first"], row["last"]))
            self.assertEqual(len({e["client"]["ip"] for e in own}), row["clients"]["count"])

    def test_many_clients_are_estimated_the_same_however_they_are_added(self):
        parts = [summary_of(self.write(f"many{part}", refused(1000, first=500 * part)))
                 for part in range(4)]
        whole = json.loads(merged(*parts))
        self.assertEqual(merged(merged(*parts[:2]), merged(*parts[2:])),
                         merged(parts[3], merged(parts[2], merged(parts[1], parts[0]))))
        (server,) = whole["servers"]
        self.assertEqual((server["connections"], server["clients"]["exact"]), (4000, False))
        self.assertEqual(len(server["clients"]["hashes"]), HASHES_MAX)
        self.assertAlmostEqual(server["clients"]["count"], 2500, delta=600)

    def test_rows_are_bounded_and_what_finds_none_is_counted(self):
        count = ROWS_MAX + 100
        first = summary_of(self.write("crowd1", refused(count, servers=1)))
        summary = json.loads(first)
        self.assertEqual(len(summary["clients"]), ROWS_MAX)
        self.assertEqual(summary["left_out"], {"causes": 0, "servers": 0, "clients": 100,
                                               "established": 0})
        second = summary_of(self.write("crowd2", refused(1000, servers=1, first=count)))
        self.assertEqual(merged(first, second), merged(second, first))
        both = json.loads(merged(first, second))
        self.assertEqual((len(both["clients"]), both["left_out"]["clients"]), (ROWS_MAX + 1000, 100))

    def test_a_summary_is_read_by_the_letter(self):
        part = self.parts[0]
        again = part.replace(b'"packets":', b'"packets":5,"packets":', 1)
        self.assertEqual(json.loads(merged(again))["counters"]["packets"],
                         json.loads(part)["counters"]["packets"] + 5)
        timeless = json.loads(part)
        timeless["First"] = timeless.pop("first")
        del timeless["last"]
        self.assertNotIn("first", json.loads(merged(json.dumps(timeless).encode() + b"\n")))

    def test_of_a_full_disk_nothing_else_is_told(self):
        """A summary longer than what is held back fails while it is written, not at its end."""
        capture = self.write("crowd3", refused(ROWS_MAX, servers=1))
        summary = summary_of(capture)
        self.assertGreater(len(summary), 1_200_000)
        for arguments in (("--summary=/dev/full", "--output=/dev/null", capture),
                          ("--merge", "--output=/dev/full", "-")):
            with self.subTest(arguments=arguments):
                self.assertEqual(run(*arguments, stdin=summary, status=1),
                                 "tlswhy: /dev/full: No space left on device\n")

    def test_memory_is_bounded_and_what_finds_none_is_counted(self):
        count = ROWS_MAX
        capture = self.write("crowd", refused(count, servers=count))
        summary = json.loads(summary_of(capture, "--max-memory=8M"))
        for table in ("servers", "clients", "causes"):
            counted = sum(row["connections"] for row in summary[table])
            self.assertEqual(counted + summary["left_out"][table], count, table)
        self.assertGreater(summary["left_out"]["clients"], 0)
        self.assertGreater(len(summary["clients"]), 100)
        self.assertEqual(summary["causes"][0]["connections"], count)

    def test_files_and_output(self):
        for number, part in enumerate(self.parts):
            (self.folder / f"{number}.summary").write_bytes(part)
        files = [self.folder / f"{number}.summary" for number in range(GROUPS)]
        run("--merge", f"--output={self.folder / 'sum'}", *files)
        self.assertEqual((self.folder / "sum").read_bytes(), merged(*self.parts))

    def test_numbers_stop_where_a_double_stops(self):
        summary = json.loads(self.parts[0])
        most = 2**53 - 1
        summary["servers"][0]["connections"] = summary["counters"]["packets"] = most
        line = json.dumps(summary, separators=(",", ":")).encode() + b"\n"
        both = json.loads(merged(line, line))
        self.assertEqual((both["servers"][0]["connections"], both["counters"]["packets"]),
                         (most, most))

    def test_what_is_no_summary_is_refused_with_the_reason(self):
        good = json.loads(self.parts[0])

        def broken(change):
            summary = copy.deepcopy(good)
            change(summary)
            return json.dumps(summary).encode() + b"\n"

        row = "servers"
        cases = {
            b"": "holds no summary",
            b"\n": "line 2: it is no JSON\n",
            b"\xd4\xc3\xb2\xa1\n": "line 2: it is no JSON\n",
            b"{}\n": "no summary of tlswhy",
            b"[" * 100000 + b"\n": "no JSON",
            self.parts[0][:-1]: "has no end",
            self.parts[0][:500] + b"\n": "no JSON",
            self.parts[0][:-1] + b" {}\n": "no JSON",
            broken(lambda s: s.update(kind="other")): "no summary of tlswhy",
            broken(lambda s: s.update(format=2)): "another format",
            broken(lambda s: s.update(runs=-1)): "how many runs",
            broken(lambda s: s.update(first="2026-13-01T00:00:00.000000000Z")): "times",
            broken(lambda s: s.update(first=s["last"], last=s["first"])): "times",
            broken(lambda s: s.pop("last")): "times",
            broken(lambda s: s["outcomes"].pop("failed")): "outcome",
            broken(lambda s: s.pop("counters")): "counters",
            broken(lambda s: s["counters"].update(new=1)): "another version",
            broken(lambda s: s.update(counters=[1])): "no counters",
            broken(lambda s: s["counters"].update(packets="1")): "no number",
            broken(lambda s: s["counters"].update(packets=1.5)): "no number",
            broken(lambda s: s["counters"].update(packets=2**53)): "no number",
            broken(lambda s: s.pop("clients")): "table",
            broken(lambda s: s["left_out"].pop("clients")): "table",
            broken(lambda s: s[row][0].update(ip="nowhere")): "known here",
            broken(lambda s: s[row][0].update(port=65536)): "known here",
            broken(lambda s: s[row][0].update(cause="bad_weather")): "known here",
            broken(lambda s: s[row][0].pop("cause")): "known here",
            broken(lambda s: s[row][0].update(connections=0)): "no count",
            broken(lambda s: s[row][0].update(last="yesterday")): "no times",
            broken(lambda s: s[row][0]["clients"].update(hashes=[])): "hashes",
            broken(lambda s: s[row][0]["clients"].update(hashes=["0" * 15])): "hashes",
            broken(lambda s: s[row][0]["clients"].update(hashes=["1" * 16, "0" * 16])): "hashes",
            broken(lambda s: s[row][0]["clients"].update(
                hashes=[f"{n:016X}" for n in range(HASHES_MAX + 1)])): "hashes",
            broken(lambda s: s[row][0]["clients"].update(exact=False)): "hashes",
        }
        for line, reason in cases.items():
            with self.subTest(reason=reason, line=line[:40]):
                said = run("--merge", "-", stdin=self.parts[1] + line if line else b"", status=1)
                self.assertIn(reason, said)
                self.assertRegex(said, "^tlswhy: standard input: ")

    def test_wrong_usage(self):
        capture = self.captures[0]
        run("--merge", status=2)
        run("--summary=-", "--json", capture, status=2)
        run("--summary=-", "--certificates", capture, status=2)
        run("--summary=x", "-i", "lo", status=2)
        run("--merge", self.folder / "nowhere", status=1)
        run(f"--summary={self.folder / 'no' / 'where'}", capture, status=1)
        run("--summary=/dev/full", capture, status=1)
        run("--merge", "--output=/dev/full", "-", stdin=self.parts[0], status=1)
        self.assertEqual(run("--summary=-", f"--output={self.folder / 'report'}", capture).count(
            b"\n"), 1)
        self.assertGreater((self.folder / "report").stat().st_size, 100)


if __name__ == "__main__":
    unittest.main()
