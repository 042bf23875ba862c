#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of tlswhy: options, exit status, and what is said when something goes wrong.

The program is $TLSWHY. Captures are those of tests/pcaps.
"""

import gzip
import json
import os
import pty
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import replace
from pathlib import Path

from capture_file import find_segment, read_capture, write_capture
from waiting import wait_for

TESTS = Path(__file__).resolve().parent
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
TIME_LIMIT = 60

ANALYSED, COULD_NOT, USAGE, FAILURES_FOUND = 0, 1, 2, 3
WIDTH = 100  # of a line, where no terminal says otherwise

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


class ExitStatus(CommandLine):
    """The documented numbers."""

    def test_analysed_is_0_even_when_handshakes_failed(self):
        self.expect(ANALYSED, FAILED)
        self.expect(ANALYSED, CLEAN)

    def test_check_is_3_only_when_a_handshake_failed(self):
        self.expect(FAILURES_FOUND, "--check", FAILED)
        self.expect(FAILURES_FOUND, "--check", "--json", FAILED)
        self.expect(ANALYSED, "--check", CLEAN)

    def test_a_missing_file_is_1_and_named(self):
        done = self.expect(COULD_NOT, "--check", str(self.folder / "nowhere.pcap"))
        self.assertIn("nowhere.pcap: ", done.stderr)
        self.assertIn("No such file", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_what_is_no_capture_is_1_with_the_reason(self):
        name = self.write("letter.pcap", b"Dear operator,\n" * 10)
        self.assertIn("letter.pcap: ", self.expect(COULD_NOT, name).stderr)
        name = self.write("empty.pcap", b"")
        self.assertIn("empty.pcap: it is empty\n", self.expect(COULD_NOT, name).stderr)
        name = self.write("header.pcap", Path(FAILED).read_bytes()[:20])
        self.assertIn("header.pcap: at offset 0: the file is cut off within its header\n",
                      self.expect(COULD_NOT, name).stderr)

    def test_packets_of_an_unknown_kind_alone_are_1_and_told(self):
        content = bytearray(Path(FAILED).read_bytes())
        content[20] = 147                   # of link types: for private use
        done = self.expect(COULD_NOT, self.write("private.pcap", content))
        self.assertIn("private.pcap: packets of link type 147", done.stderr)
        self.assertTrue(done.stderr.endswith("\ntlswhy: no packet could be read\n"))

    def test_a_message_is_one_line_whatever_the_names_in_it_are(self):
        for name, shown in (
            ("new\nline\x1b[31m", r"new\x0aline\x1b[31m"),
            ("\x7f\u009b31m\u202e", r"\x7f\xc2\x9b31m\xe2\x80\xae"),
            (os.fsdecode(b"\xe4"), r"\xe4"),
            ("na\u00efve", "na\u00efve"),
            ("back\\slash", "back\\slash"),
        ):
            with self.subTest(name=name):
                self.assertEqual(self.expect(COULD_NOT, name).stderr,
                                 f"tlswhy: {shown}: cannot open: No such file or directory\n")

    def test_an_interface_where_a_file_belongs_gets_a_hint(self):
        self.assertIn("lo: cannot open: No such file or directory; -i captures from an interface\n",
                      self.expect(COULD_NOT, "lo").stderr)

    def test_one_bad_file_of_two_is_1_and_the_other_is_analysed(self):
        done = self.expect(COULD_NOT, FAILED, str(self.folder / "nowhere.pcap"))
        self.assertIn("failed.", done.stdout)

    def test_a_capture_that_is_cut_off_is_analysed_with_a_warning(self):
        content = Path(FAILED).read_bytes()
        done = self.expect(ANALYSED, self.write("cut.pcap", content[:-10]))
        self.assertIn("warning: ", done.stderr)
        self.assertRegex(done.stderr, r"offset \d+")
        self.assertIn("cut off: 1", done.stdout)

    def test_wrong_usage_is_2_with_a_hint(self):
        for arguments in (
            [],
            ["--no-such-option", CLEAN],
            ["-z", CLEAN],
            ["--filter"],
            ["-f", "tcp", "-F", "file", CLEAN],
            ["-r", CLEAN, "-f", "tcp", "port", "443"],
            ["-", "-"],
            ["--causes", "extra"],
            ["--certificates", "--all", CLEAN],
            ["--expiry-levels=30", CLEAN],
            ["--expiry-levels=30", "--json", CLEAN],
        ):
            with self.subTest(arguments=arguments):
                self.assertIn("tlswhy --help", self.expect(USAGE, *arguments).stderr)

    def test_a_wrong_value_is_2_and_named(self):
        for option, value in (
            ("--max-memory", "1"),
            ("--max-memory", "99999999G"),
            ("--max-memory", "many"),
            ("--max-memory", "512MB"),
            ("--max-memory", "-5M"),
            ("--tls-port", "0"),
            ("--tls-port", "65536"),
            ("--tls-port", "443,"),
            ("--tls-port", "https"),
            ("--seed", "65536"),
            ("--seed", "x"),
            ("--expiry-levels", "0"),
            ("--expiry-levels", "3651"),
            ("--expiry-levels", "30,"),
            ("--expiry-levels", ",".join(["1"] * 17)),
            ("--color", "mauve"),
            ("--progress", "soon"),
            ("--observer-name", ""),
            ("--observer-name", "a\nb"),
        ):
            with self.subTest(option=option, value=value):
                done = self.expect(USAGE, f"{option}={value}", CLEAN)
                self.assertIn(option + ":", done.stderr)

    def test_the_limits_of_a_size_are_told_as_one_would_give_them(self):
        for option, limits in (
            ("--rotate-size=4K", "64K to 1048576G"),
            ("--spool-size=1", "4M to 1048576G"),
            ("--buffer-size=2G", "1M to 1G"),
        ):
            with self.subTest(option=option):
                self.assertIn(f" is outside of {limits}\n", self.expect(USAGE, option, CLEAN).stderr)

    def test_options_of_live_capture_are_not_for_files(self):
        for option in ("--workers=2", "--metrics=9117", "--no-sandbox", "--stats-interval=5"):
            with self.subTest(option=option):
                done = self.expect(USAGE, option, CLEAN)
                self.assertIn(option.split("=")[0] + " is for live capture", done.stderr)
        for value in ("0", "65"):
            self.assertIn("64", self.expect(USAGE, f"--workers={value}", CLEAN).stderr)

    def test_an_option_that_would_do_nothing_is_refused(self):
        for name, said, arguments in (
            ("--check", "is for captures", ["-i", "lo"]),
            ("--streaming", "is for captures", ["-i", "lo"]),
            ("--certificates", "is for captures", ["-i", "lo"]),
            ("--certificates", "is for captures", ["--json", "--interface=lo"]),
            ("--summary=x", "is for captures", ["-i", "lo"]),
            ("--read", "is for captures", [CLEAN, "-i", "lo"]),
            ("--rotate-size=1M", "--sink", [CLEAN]),
            ("--spool=.", "--sink", ["--json", CLEAN]),
            ("--on-full=drop", "--sink", [CLEAN]),
            ("--spool=.", "--on-full", ["--sink=stdout", CLEAN]),
            ("--interface=lo", "--merge", ["--merge"]),
            ("--json", "--merge", ["--merge", CLEAN]),
            ("--check", "--merge", ["--merge", CLEAN]),
            ("--sink=stdout", "--merge", ["--merge", CLEAN]),
            ("-F", "--merge", ["x", "--merge", CLEAN]),
            ("--merge", "--causes", ["--causes"]),
            ("--json", "--explain", ["--explain=no_shared_cipher"]),
            ("--help", "--causes", ["--causes"]),
        ):
            with self.subTest(arguments=[name, *arguments]):
                done = self.expect(USAGE, name, *arguments)
                self.assertIn(f"tlswhy: {name.split('=', maxsplit=1)[0]} ", done.stderr)
                self.assertIn(said, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_what_is_for_events_does_nothing_to_a_report(self):
        plain = run(FAILED).stdout
        for option in ("--events-per-minute=1", "--seed=5", "--observer-name=x",
                       "--observer-hostname=y", "--internal-network=10.0.0.0/8",
                       "--certificate-chain"):
            with self.subTest(option=option):
                done = self.expect(ANALYSED, option, FAILED)
                self.assertEqual((done.stdout, done.stderr), (plain, ""))

    def test_a_filter_behind_a_file_is_told_where_it_belongs(self):
        said = self.expect(COULD_NOT, CLEAN, "port", "443").stderr
        self.assertIn("port: cannot open: No such file or directory; a filter needs -r FILE", said)
        self.assertNotIn("filter", self.expect(COULD_NOT, "-r", CLEAN, "-r", "nowhere").stderr)

    def test_a_filter_that_makes_no_sense_is_2(self):
        done = self.expect(USAGE, "-f", "port of call", CLEAN)
        self.assertIn("port of call", done.stderr)
        self.assertNotIn("a file?", done.stderr)
        for option in (("-r", FAILED), ("-i", "lo")):
            said = self.expect(USAGE, *option, CLEAN).stderr
            self.assertIn("; a file? behind -r FILE and -i NAME comes a filter\n", said)
        kept = self.write("kept", b"of an earlier run\n")
        self.expect(USAGE, "-f", "port of call", "-o", kept, CLEAN)
        self.assertEqual(Path(kept).read_bytes(), b"of an earlier run\n")

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


class Input(CommandLine):
    """Where packets come from."""

    def test_the_same_capture_by_any_way_gives_the_same_events(self):
        content = Path(FAILED).read_bytes()
        expected = events(FAILED)
        self.assertGreater(len(expected), 0)
        self.assertEqual(events("-r", FAILED), expected)
        self.assertEqual(events("-", stdin=content), expected)
        self.assertEqual(events("-r", "-", stdin=content), expected)
        self.assertEqual(events("-f", "tcp", FAILED), expected)
        self.assertEqual(events("-r", FAILED, "tcp", "or", "icmp"), expected)
        self.assertEqual(events("-F", self.write("filter", b"tcp\n"), FAILED), expected)

    def test_a_compressed_capture_is_read_when_zlib_is_there(self):
        name = self.write("capture.bin", gzip.compress(Path(FAILED).read_bytes()))
        built_in = re.search(r"in this build: (.*)", run("--version").stdout)[1].split()
        if "zlib" in built_in:
            self.assertEqual(events(name), events(FAILED))
        else:
            self.expect(COULD_NOT, name)

    def test_a_filter_leaves_packets_out(self):
        done = self.expect(ANALYSED, "-r", FAILED, "udp", "port", "9")
        self.assertIn("holds no packets", done.stdout)

    def test_several_files_are_one_input(self):
        both = events("--all", FAILED, CLEAN)
        apart = events("--all", FAILED) + events("--all", CLEAN)
        self.assertEqual(
            sorted(event["event"]["id"] for event in both),
            sorted(event["event"]["id"] for event in apart),
        )

    def test_a_wrong_checksum_leaves_a_packet_out_when_that_is_asked_for(self):
        link_type, packets = read_capture(FAILED)
        alert = next(
            at for at, packet in enumerate(packets)
            if packet.data[find_segment(link_type, packet).payload :][:1] == b"\x15"
        )
        # Another alert, internal_error, just before the true one, protocol_version.
        forged = packets[alert].data[:-1] + b"\x50"
        packets.insert(alert, replace(packets[alert], data=forged))
        path = self.folder / "forged.pcap"
        write_capture(path, link_type, packets)
        for arguments, code in (((), 80), (("--verify-checksums",), 70)):
            (event,) = handshakes(*arguments, str(path))
            self.assertEqual(event["tlswhy"]["alert"]["code"], code)
        text = self.expect(ANALYSED, "--verify-checksums", str(path)).stdout
        self.assertIn("wrong checksum (--verify-checksums): 1\n", text)

    def test_the_filter_file_has_to_be_there(self):
        name = str(self.folder / "nowhere")
        done = self.expect(COULD_NOT, "-F", name, FAILED)
        self.assertEqual(done.stderr, f"tlswhy: {name}: No such file or directory\n")
        self.expect(USAGE, "-F", self.write("zero", b"tcp\0"), FAILED)

    def test_an_interrupt_before_the_first_packet_leaves_nothing_of_the_last_report(self):
        report = self.write("report", b"of an earlier run, and longer than this one\n" * 1000)
        with subprocess.Popen([TLSWHY, "-o", report, "-"], stdin=subprocess.PIPE) as process:
            self.addCleanup(process.kill)
            sleeps_in = Path(f"/proc/{process.pid}/wchan")
            self.assertTrue(wait_for(lambda: "pipe" in sleeps_in.read_text()))
            process.send_signal(signal.SIGINT)
            process.wait(timeout=TIME_LIMIT)
        said = Path(report).read_text()
        self.assertNotIn("of an earlier run", said)
        self.assertIn("before the end of the input", said)

    def test_an_interrupt_ends_the_input_and_not_the_report(self):
        process = subprocess.Popen(
            [TLSWHY, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        process.stdin.write(Path(FAILED).read_bytes())
        process.stdin.flush()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        self.addCleanup(process.kill)
        # Standard input stays open: only the signal can have ended it.
        status = process.wait(TIME_LIMIT)
        stdout, stderr = (pipe.read().decode("utf-8") for pipe in (process.stdout, process.stderr))
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
        self.assertEqual(status, ANALYSED, stderr)
        self.assertIn("before the end of the input", stdout)
        self.assertNotIn("damaged", stdout)
        self.assertRegex(stdout, r"\A\d+ of \d+ TLS handshakes? failed\.")


    def test_the_event_of_a_pipe_does_not_wait_for_others(self):
        link_type, packets = read_capture(FAILED)
        later = [replace(packet, time=packet.time + hours * 3600 * 10**9)
                 for hours in range(1, 4) for packet in packets]
        path = self.folder / "long.pcap"
        write_capture(path, link_type, packets + later)
        with subprocess.Popen([TLSWHY, "--json", "--streaming", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            self.addCleanup(process.kill)
            process.stdin.write(path.read_bytes())
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], 10)
            process.stdin.close()
            self.assertTrue(ready, "no event while standard input was open")
            self.assertEqual(json.loads(process.stdout.readline())["event"]["outcome"], "failure")

    def test_events_of_files_are_written_many_at_a_time_and_whole(self):
        captures = sorted(str(path) for path in (TESTS / "pcaps" / "clean").glob("*.pcap"))[:40]
        reader, writer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with reader, writer, subprocess.Popen([TLSWHY, "--json", "--all", *captures],
                                              stdout=writer) as process:
            writer.close()
            writes = list(iter(lambda: reader.recv(1 << 21), b""))  # one each
            self.assertEqual(process.wait(TIME_LIMIT), ANALYSED)
        self.assertTrue(all(write.endswith(b"\n") for write in writes))
        self.assertLess(len(writes), len(b"".join(writes).splitlines()) / 2)


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


class Apart(CommandLine):
    """No file is both read and written, whatever it is called, and none is written by two."""

    def setUp(self):
        super().setUp()
        self.capture = self.write("x.pcap", Path(FAILED).read_bytes())
        self.linked = str(self.folder / "linked.pcap")
        os.symlink("x.pcap", self.linked)
        self.same = str(self.folder / "same.pcap")
        os.link(self.capture, self.same)

    def refused(self, said, *arguments, **keywords):
        """Run what has to be refused, and check that nothing came of it."""
        before = {path: path.read_bytes() for path in self.folder.iterdir() if path.exists()}
        done = self.expect(USAGE, *arguments, **keywords)
        self.assertIn(said, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(
            {path: path.read_bytes() for path in self.folder.iterdir() if path.exists()}, before
        )

    def test_a_capture_is_not_written_to(self):
        dotted = f"{self.folder}/./x.pcap"
        for name in (self.capture, self.linked, self.same, dotted):
            for option in ("--output=", "--summary=", "--state=", "--sink=file:"):
                with self.subTest(option=option, name=name):
                    said = f"{option.split('=', maxsplit=1)[0]}: {self.capture} is read, too"
                    self.refused(said, option + name, CLEAN, self.capture)
                    self.refused(said, option + name, "-r", self.capture, "tcp")

    def test_nor_is_one_that_is_not_read(self):
        packed = self.write("x.pcap.gz", gzip.compress(Path(FAILED).read_bytes()))
        names = [self.capture, packed] if "zlib" in run("--version").stdout else [self.capture]
        for name in names:
            for option in ("--output=", "--summary=", "--state=", "--sink=file:"):
                with self.subTest(option=option, name=name):
                    said = f"{option.split('=', maxsplit=1)[0]}: {name} is a capture: name another"
                    self.refused(said, option + name, CLEAN)

    def test_standard_input_is_not_written_to(self):
        with open(self.capture, "rb") as stdin:
            done = subprocess.run([TLSWHY, "-o", self.capture, "-"], stdin=stdin, check=False,
                                  capture_output=True, timeout=TIME_LIMIT)
        self.assertEqual(done.returncode, USAGE)
        self.assertIn(b"--output: standard input is read, too", done.stderr)
        self.assertEqual(Path(self.capture).read_bytes(), Path(FAILED).read_bytes())

    def test_what_else_is_read_is_not_written_to(self):
        config = self.write("tlswhy.conf", b"json = yes\n")
        words = self.write("words", b"tcp\n")
        for option, name in (("--trust-store", config), ("--crl", config), ("--config", config),
                             ("-F", words)):
            with self.subTest(option=option):
                self.refused(f"--output: {name} is read, too", "-o", name, option, name, CLEAN)
        self.refused("is read, too", "--check-config", config, "--output", config)
        self.refused("is read, too", "-i", "nowhere0", "--config", config, "--output", config)

    def test_a_file_is_not_written_by_two(self):
        missing = str(self.folder / "missing")
        leading = str(self.folder / "leading")
        os.symlink("missing", leading)
        for name in (missing, leading, f"{self.folder}/../{self.folder.name}/missing"):
            with self.subTest(name=name):
                said = "is written by --output, too"
                self.refused(f"--summary: {name} {said}", "-o", missing, "--summary", name, CLEAN)
                self.refused(f"--sink: {name} {said}", "-o", missing, f"--sink=file:{name}", CLEAN)
                self.refused(f"--state: {name} {said}", "-o", missing, "--state", name, CLEAN)
        self.refused(f"--sink: {leading} is written by --sink, too", f"--sink=file:{missing}",
                     f"--sink=file:{leading}", CLEAN)
        self.refused("written by --output", "-i", "nowhere0", "-o", missing, f"--state={missing}")

    def test_a_sink_is_given_once(self):
        for where in ("stdout", f"file:{self.folder / 'x'}", "unix:/nowhere"):
            with self.subTest(where=where):
                self.refused(f"--sink: {where} is given twice\n", "--sink", where, "--sink", where,
                             CLEAN)

    def test_what_is_no_file_may_be_both(self):
        self.expect(ANALYSED, "-o", "/dev/null", "--summary", "/dev/null", "--sink=file:/dev/null",
                    CLEAN)

    def test_a_sum_may_be_put_where_a_part_of_it_was(self):
        summary = str(self.folder / "summary")
        self.expect(ANALYSED, "-o", os.devnull, "--summary", summary, FAILED)
        once = Path(summary).read_bytes()
        self.expect(ANALYSED, "--merge", "-o", summary, summary)
        self.assertEqual(Path(summary).read_bytes(), once)


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


class Certificates(CommandLine):
    """The inventory, and news of certificates among the events."""

    CAPTURES = [str(path) for path in sorted((TESTS / "pcaps" / "clean").glob("*-tls12__*.pcap"))]
    STORE = f"--trust-store={TESTS / 'pcaps' / 'lab-root.pem'}"

    def news(self, *arguments):
        """The events on certificates."""
        found = events(self.STORE, *arguments, *self.CAPTURES)
        return [event for event in found if event["event"]["action"] == "tls_certificate"]

    def test_the_table_has_each_certificate_and_no_handshake(self):
        table = self.expect(ANALYSED, "--certificates", self.STORE, *self.CAPTURES).stdout
        listed = self.news("--certificates")
        self.assertIn("Certificates of servers", table)
        self.assertIn("Certificates of clients", table)
        self.assertRegex(table, r"\n\*\.other\.test .* name_mismatch")
        self.assertRegex(table, r"\n\S+ .* RSA 1024 +complete +short_key\n")
        self.assertRegex(table, r" -\d+ .* certificate_expired")
        self.assertNotIn("handshake failed", table)
        self.assertEqual(len(re.findall(r" \d{4}-\d\d-\d\d +-?\d+ ", table)), len(listed))
        self.assertTrue(table.startswith(f"{len(listed)} certificates as of "))

    def test_the_list_is_the_same_as_the_news(self):
        def keys(news):
            return sorted(
                event["tlswhy"]["certificate"]["role"]
                + event["destination"]["ip"]
                + str(event["tls"])
                for event in news
            )

        listed = self.news("--certificates")
        first = [
            event
            for event in self.news("--all")
            if event["tlswhy"]["certificate"]["occasion"] == "first_seen"
        ]
        self.assertGreater(len(listed), 5)
        self.assertEqual(keys(listed), keys(first))

    def test_what_ends_first_is_listed_first(self):
        for role in ("server", "client", "issuer"):
            ends = [
                event["tlswhy"]["certificate"]["days_left"]
                for event in self.news("--certificates")
                if event["tlswhy"]["certificate"]["role"] == role
            ]
            self.assertGreater(len(ends), 0)
            self.assertEqual(ends, sorted(ends))

    def test_levels_are_the_users(self):
        def near(*arguments):
            return {
                event["tlswhy"]["certificate"].get("level")
                for event in self.news("--certificates", *arguments)
            }

        self.assertEqual(near(), {None})
        self.assertEqual(near("--expiry-levels=400,340,3"), {None, 340, 400})

    def test_without_all_events_are_of_failures_alone(self):
        self.assertEqual(self.news(), [])

    def test_check_counts_failures_without_telling_of_them(self):
        self.expect(FAILURES_FOUND, "--certificates", "--check", FAILED)


def shifted(content, seconds):
    """A capture in pcap format, little endian, whose packets were taken so much later."""
    head, rest = content[:24], content[24:]
    packets = []
    while rest:
        at, fraction, length, whole = struct.unpack_from("<IIII", rest)
        packets.append(struct.pack("<IIII", at + seconds, fraction, length, whole))
        packets.append(rest[16 : 16 + length])
        rest = rest[16 + length :]
    return head + b"".join(packets)


class Clocks(CommandLine):
    """What is said of clocks that are wrong."""

    STORE = Certificates.STORE
    AHEAD = str(TESTS / "pcaps" / "client_clock_skew" / "clock-ahead-tls12__mbedtls__nginx.pcap")
    OTHER = str(TESTS / "pcaps" / "self_signed" / "self-signed-tls12__mbedtls__java.pcap")

    def skew(self, *captures):
        """The verdict on the client whose clock is ahead."""
        found = handshakes(self.STORE, *captures)
        return [e["tlswhy"] for e in found if e["tlswhy"]["cause"] == "client_clock_skew"][0]

    def test_other_hellos_tell_by_how_much_a_client_is_off(self):
        alone = self.skew(self.AHEAD)
        self.assertEqual(alone["confidence"], "possible")
        self.assertNotIn("client_clock", [item["fact"] for item in alone["evidence"]])
        told = self.skew(self.AHEAD, self.OTHER)
        self.assertEqual(told["confidence"], "certain")
        texts = {item["fact"]: item["text"] for item in told["evidence"]}
        self.assertIn("2000 days ahead of this capture", texts["client_clock"])

    def test_a_capture_before_all_certificates_is_told_once(self):
        early = [
            self.write(f"{number}.pcap", shifted(Path(path).read_bytes(), -5 * 365 * 86400))
            for number, path in enumerate(Certificates.CAPTURES)
        ]
        done = self.expect(ANALYSED, "--all", self.STORE, *early)
        self.assertEqual(done.stderr.count("clock of the capture"), 1)
        self.assertEqual(done.stdout.count("\n  Clock  "), 1)
        done = self.expect(ANALYSED, "--all", self.STORE, *Certificates.CAPTURES)
        self.assertNotIn("clock of the capture", done.stderr)
        self.assertNotIn("\n  Clock  ", done.stdout)


class Findings(CommandLine):
    """What is noticed of handshakes that did not fail."""

    def test_what_clients_accepted_is_on_the_event_and_summed_up(self):
        arguments = ("--all", Certificates.STORE, *Certificates.CAPTURES)
        found = {
            finding["id"]
            for event in handshakes(*arguments)
            for finding in event["tlswhy"]["findings"]
        }
        expected = {
            "certificate_expired",
            "certificate_not_yet_valid",
            "common_name_only",
            "incomplete_chain",
            "issuer_changed",
            "name_mismatch",
            "self_signed",
            "short_key",
            "wrong_purpose",
        }
        self.assertLessEqual(expected, found)
        posture = run(*arguments).stdout.partition("Noticed at servers")[2]
        for name in expected:
            self.assertRegex(posture, rf"\d+ of \d+ +{name}: ")

    def test_who_leaves_at_once_is_told_with_what_may_be_why(self):
        path = str(TESTS / "pcaps" / "clean" / "expired-tls12__wget__apache.pcap")
        told = run(path).stdout.partition("\nEstablished, but of no use\n")[2]
        for name in ("closed_right_after_handshake", "certificate_expired"):
            self.assertRegex(told, rf"1 of 1 +{name}: ")
        self.assertEqual(handshakes(path), [])

    def test_a_good_handshake_has_no_finding(self):
        for name in ("get-tls12__gnutls__stunnel", "get-tls13__node12__nginx"):
            path = str(TESTS / "pcaps" / "clean" / f"{name}.pcap")
            for event in handshakes("--all", Certificates.STORE, path):
                self.assertEqual(event["tlswhy"]["findings"], [])


class Knowledge(CommandLine):
    """--causes, --explain, --help, --version, and the manual page."""

    def causes(self):
        """The identifiers that --causes lists."""
        listed = re.findall(r"^  (\w+) +\S", self.expect(ANALYSED, "--causes").stdout, re.M)
        self.assertGreater(len(listed), 0)
        return listed

    def test_every_cause_is_explained(self):
        for cause in self.causes():
            with self.subTest(cause=cause):
                text = self.expect(ANALYSED, "--explain", cause).stdout
                self.assertTrue(text.startswith(cause + "\n"))
                for label in ("Layer ", "Explanation ", "Remedy "):
                    self.assertRegex(text, rf"(?m)^{label} *\S")

    def test_causes_are_listed_once(self):
        listed = self.causes()
        self.assertEqual(len(listed), len(set(listed)))
        self.assertIn("unknown", listed)

    def test_an_unknown_cause_is_wrong_usage(self):
        done = self.expect(USAGE, "--explain", "bad_luck")
        self.assertIn("bad_luck", done.stderr)
        self.assertIn("--causes", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_the_version_names_the_libraries(self):
        text = self.expect(ANALYSED, "--version").stdout
        self.assertEqual(run("-V").stdout, text)
        for name in (r"\Atlswhy \d+\.\d+\.\d+\n", "libpcap", "wolfSSL", "cJSON", "GPL-2.0-or-later"):
            self.assertRegex(text, name)

    def test_no_line_of_the_help_is_too_long_and_no_option_touches_what_it_does(self):
        for line in self.expect(ANALYSED, "--help").stdout.splitlines():
            self.assertLessEqual(len(line), WIDTH)
            if re.match(" {2,6}-", line):
                self.assertRegex(line, r"^  (-.|  )[, ] +\S+(  +\S.*)?$")

    def test_the_manual_page_has_every_option_of_the_help_and_no_other(self):
        text = self.expect(ANALYSED, "--help").stdout
        self.assertEqual(run("-h").stdout, text)
        page = (TESTS.parent / "tools" / "tlswhy" / "tlswhy.1").read_text("utf-8")
        in_help = set(re.findall(r"--([a-z-]+)", re.sub(r"--(never|color=never)", "", text)))
        in_page = set(re.findall(r"^\.It.*?Fl -([a-z-]+)", page, re.M))
        self.assertEqual(in_help, in_page)

    def test_the_manual_page_names_what_tls_follows_in_captures(self):
        page = (TESTS.parent / "tools" / "tlswhy" / "tlswhy.1").read_text("utf-8")
        names = {path.name.split("__")[0] for path in Path(CLEAN).parent.glob("*.pcap")}
        followed = {name.split("-")[1] for name in names if name.startswith("starttls-")}
        ways = {"connect-proxy": "HTTP CONNECT", "http-upgrade-tls13": "HTTP Upgrade"}
        self.assertLessEqual(set(ways), names)
        for way in (*followed, *ways.values()):
            with self.subTest(way=way):
                self.assertIn(way.lower(), page.lower().replace("\n", " "))


if __name__ == "__main__":
    if not os.access(TLSWHY, os.X_OK):
        sys.exit(f"{TLSWHY} is not a program")
    unittest.main()
