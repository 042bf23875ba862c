#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where tlswhy writes, and what: files, pipes, terminals, places without room.

The program is $TLSWHY. Captures are those of tests/pcaps.
"""

import json
import os
import pty
import resource
import subprocess
import tempfile
from pathlib import Path

from capture_file import read_capture, write_capture
from cli import (
    ANALYSED, CLEAN, COULD_NOT, FAILED, TESTS, TIME_LIMIT, TLSWHY, USAGE, CommandLine, events,
    handshakes, main, run,
)  # fmt: skip


class Output(CommandLine):
    """What is written."""

    def test_events_are_of_failures_unless_all_is_asked_for(self):
        outcomes = {event["tlswhy"]["outcome"] for event in events(FAILED, CLEAN)}
        self.assertEqual(outcomes, {"failed"})
        outcomes = {event["tlswhy"]["outcome"] for event in handshakes("--all", FAILED, CLEAN)}
        self.assertEqual(outcomes, {"failed", "established"})

    def test_events_are_the_same_every_time(self):
        self.assertEqual(run("--json", FAILED).stdout, run("--json", FAILED).stdout)

    def test_output_goes_to_the_file(self):
        for arguments in ([], ["--json"]):
            name = str(self.folder / "result")
            done = self.expect(ANALYSED, *arguments, "--output", name, FAILED)
            self.assertEqual(done.stdout, "")
            self.assertEqual(Path(name).read_text("utf-8"), run(*arguments, FAILED).stdout)

    def test_a_dash_is_standard_output(self):
        report = run(FAILED).stdout
        self.assertEqual(self.expect(ANALYSED, "-o", "-", FAILED).stdout, report)
        lines = run("--json", FAILED).stdout
        other = str(self.folder / "events.json")
        for arguments in (["--json", "-o", "-"], ["--sink", "file:-"],
                          ["--sink", f"file:{other}", "-o-"]):
            self.assertEqual(self.expect(ANALYSED, *arguments, FAILED).stdout, lines)
        self.assertEqual(Path(other).read_text("utf-8"), lines)
        summary = self.expect(ANALYSED, "--summary=-", FAILED).stdout
        self.assertEqual(run("--merge", "-o", "-", "-", stdin=summary.encode()).stdout, summary)
        self.assertFalse(Path("-").exists())

    def test_connections_in_vain_elsewhere_are_told_with_the_option_that_judges_them(self):
        for folder, name, said in (
            ("connection_refused", "*curl*", "no connection: refused"),
            ("connect_timeout", "syn-dropped__curl*", "no connection: not answered"),
            ("icmp_unreachable", "*curl*", "no connection: rejected (ICMP)"),
        ):
            with self.subTest(folder=folder):
                link_type, packets = read_capture(next((TESTS / "pcaps" / folder).glob(name)))
                for packet in packets:  # from port 443 to 7443
                    packet.data = packet.data.replace(b"\x01\xbb", b"\x1d\x13")
                path = self.folder / "elsewhere.pcap"
                write_capture(path, link_type, packets)
                text = self.expect(ANALYSED, "--all", str(path)).stdout
                self.assertIn(f"  {said}\n", text)
                self.assertRegex(text, r"\nRefused or not answered, on ports where TLS is not known:\s"
                                       r"\d connections?;\s--tls-port=7443\s")
                text = self.expect(ANALYSED, "--tls-port=7443", str(path)).stdout
                self.assertIn(f"\n\n{folder}  ", text)
                self.assertNotIn("Refused or not", text)

    def test_standard_output_is_written_by_one(self):
        for second, arguments in (("--summary", ["-o-", "--summary=-"]),
                                  ("--summary", ["--sink=stdout", "--summary=-"]),
                                  ("--output", ["--sink=stdout", "-o-"]),
                                  ("--sink", ["--sink=stdout", "--sink=file:-"])):
            with self.subTest(arguments=arguments):
                done = self.expect(USAGE, *arguments, FAILED)
                self.assertIn(f"{second}: standard output is written by --", done.stderr)
                self.assertEqual(done.stdout, "")

    def test_what_was_written_before_stays_until_there_is_something_else(self):
        kept = [self.write(name, b"of an earlier run, which was longer\n" * 1000)
                for name in ("report", "summary")]
        nowhere = str(self.folder / "nowhere")
        outputs = ["--output", kept[0], "--summary", kept[1]]
        for arguments in ([nowhere], ["--trust-store", nowhere, CLEAN], ["--crl", nowhere, CLEAN],
                          ["--state", f"{nowhere}/state", CLEAN], [self.write("empty", b"")]):
            with self.subTest(arguments=arguments):
                self.expect(COULD_NOT, *outputs, *arguments)
                for path in kept:
                    self.assertEqual(len(Path(path).read_bytes()), 36000)
        self.expect(COULD_NOT, *outputs, nowhere, CLEAN)
        self.assertEqual(Path(kept[0]).read_text("utf-8"), run(nowhere, CLEAN).stdout)
        self.assertEqual(json.loads(Path(kept[1]).read_text("utf-8"))["runs"], 1)
        self.expect(COULD_NOT, "--merge", "--output", kept[1], nowhere)
        self.assertEqual(json.loads(Path(kept[1]).read_text("utf-8"))["runs"], 1)

    def test_an_output_that_cannot_be_opened_is_named(self):
        done = self.expect(COULD_NOT, "--output", str(self.folder / "no" / "file"), FAILED)
        self.assertIn("no/file: No such file", done.stderr)

    def test_the_observer_and_the_seed_are_in_the_events(self):
        plain = events(FAILED)[0]
        event = events("--observer-name=edge", "--observer-hostname=e.example", "--seed=1", FAILED)[0]
        self.assertEqual(event["observer"]["name"], "edge")
        self.assertEqual(event["observer"]["hostname"], "e.example")
        self.assertNotEqual(event["network"]["community_id"], plain["network"]["community_id"])
        self.assertNotIn("name", plain["observer"])

    def test_a_pipe_gets_neither_colours_nor_progress(self):
        done = self.expect(ANALYSED, FAILED)
        self.assertNotIn("\033", done.stdout + done.stderr)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 120)

    def test_colours_can_be_forced(self):
        self.assertIn("\033[", run("--color=always", FAILED).stdout)
        self.assertIn("\033[", run("--color", FAILED).stdout)
        self.assertNotIn("\033", run("--color=always", "--no-color", FAILED).stdout)

    def terminal(self, *arguments, env=None):
        """What tlswhy writes to a terminal of 80 columns."""
        controller, terminal = pty.openpty()
        os.system(f"stty cols 80 rows 24 < {os.ttyname(terminal)}")
        environment = {**os.environ, "TERM": "xterm", **(env or {})}
        process = subprocess.Popen([TLSWHY, *arguments], stdout=terminal, env=environment)
        os.close(terminal)
        written = b""
        while True:
            try:
                piece = os.read(controller, 65536)
            except OSError:  # the other end is closed
                break
            written += piece
        os.close(controller)
        self.assertEqual(process.wait(TIME_LIMIT), ANALYSED)
        return written.decode("utf-8")

    def test_a_terminal_gets_colours_unless_they_are_unwanted(self):
        self.assertIn("\033[", self.terminal(FAILED, env={"NO_COLOR": ""}))
        self.assertNotIn("\033", self.terminal(FAILED, env={"NO_COLOR": "1"}))
        self.assertNotIn("\033", self.terminal(FAILED, env={"TERM": "dumb"}))
        self.assertNotIn("\033", self.terminal("--no-color", FAILED))

    def test_the_width_of_a_terminal_is_kept(self):
        lines = self.terminal("--no-color", FAILED).splitlines()
        wide = [line for line in lines if len(line) > 80 and " -> " not in line]
        self.assertEqual(wide, [])


class NoRoom(CommandLine):
    """Nobody takes what is written, or not all of it."""

    def test_a_full_disk_is_1(self):
        for arguments in (["--help"], ["--causes"], [FAILED], ["--json", FAILED]):
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                done = subprocess.run(
                    [TLSWHY, *arguments],
                    stdout=full,
                    stderr=subprocess.PIPE,
                    timeout=TIME_LIMIT,
                    check=False,
                )
                self.assertEqual(done.returncode, COULD_NOT)
                self.assertIn(b"standard output: No space left on device", done.stderr)

    def test_an_output_file_on_a_full_disk_is_1(self):
        done = self.expect(COULD_NOT, "--output", "/dev/full", FAILED)
        self.assertIn("/dev/full: No space left", done.stderr)

    def run_without_room(self, room, *arguments, **keywords):
        """Run where no file may have more octets than this, as on a disk that is full."""
        # What a build that measures its coverage writes would be cut as well: it goes elsewhere.
        with tempfile.TemporaryDirectory() as elsewhere:
            return subprocess.run(
                [TLSWHY, *arguments],
                stderr=subprocess.PIPE,
                timeout=TIME_LIMIT,
                check=False,
                encoding="utf-8",
                env={**os.environ, "GCOV_PREFIX": elsewhere},
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
                **keywords,
            )

    def test_a_file_that_finds_no_room_ends_in_a_whole_line(self):
        lines = run("--json", "--all", FAILED, CLEAN).stdout.splitlines(keepends=True)
        fit = len(lines[0])
        self.assertGreater(len(lines), 1)
        for room, kept in ((fit // 2, ""), (fit, lines[0]), (fit + len(lines[1]) // 2, lines[0])):
            with self.subTest(room=room):
                path = self.folder / "events.json"
                done = self.run_without_room(room, "--json", "--all", "-o", path, FAILED, CLEAN)
                self.assertEqual(done.returncode, COULD_NOT)
                self.assertEqual(done.stderr, f"tlswhy: {path}: File too large\n")
                self.assertEqual(path.read_text("utf-8"), kept)

    def test_what_others_wrote_before_stays_when_there_is_no_room(self):
        path = self.folder / "events.json"
        with path.open("w", encoding="ascii") as file:
            file.write("{}\n")
            file.flush()
            done = self.run_without_room(500, "--json", FAILED, stdout=file)
            file.write("[]\n")
        self.assertEqual(done.returncode, COULD_NOT)
        self.assertEqual(done.stderr, "tlswhy: standard output: File too large\n")
        self.assertEqual(path.read_text("ascii"), "{}\n[]\n")

    def test_a_summary_that_finds_no_room_is_empty(self):
        path = self.folder / "summary"
        done = self.run_without_room(
            500, "--summary", path, FAILED, stdout=subprocess.DEVNULL
        )
        self.assertEqual(done.returncode, COULD_NOT)
        self.assertEqual(done.stderr, f"tlswhy: {path}: File too large\n")
        self.assertEqual(path.read_bytes(), b"")

    def test_a_broken_pipe_is_1(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [TLSWHY, "--json", FAILED],
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=TIME_LIMIT,
            check=False,
        )
        os.close(writer)
        self.assertEqual(done.returncode, COULD_NOT)
        self.assertIn(b"standard output: Broken pipe", done.stderr)


class Brief(CommandLine):
    """Who does not ask for established handshakes has less of them looked at, and no other verdict."""

    def test_failures_and_counts_are_those_of_all(self):
        captures = sorted(str(path) for path in (TESTS / "pcaps").glob("*/*.pcap"))
        brief, full = self.folder / "brief", self.folder / "full"
        failures = events("--events-per-minute", "all", "--summary", str(brief), *captures)
        everything = events("--all", "--summary", str(full), *captures)
        self.assertEqual(brief.read_text(), full.read_text())
        self.assertGreater(len(failures), 300)
        identifiers = {event["event"]["id"] for event in failures}
        self.assertEqual(
            failures, [event for event in everything if event["event"]["id"] in identifiers]
        )
        outcomes = {event["event"].get("outcome") for event in everything}
        self.assertTrue({"success", "failure", "unknown"} <= outcomes)


if __name__ == "__main__":
    main()
