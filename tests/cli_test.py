#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of tlswhy: exit status, wrong usage, files that may not be written to, help.

The program is $TLSWHY. Captures are those of tests/pcaps.
"""

import gzip
import os
import re
import subprocess
from pathlib import Path

from cli import (
    ANALYSED, CLEAN, COULD_NOT, FAILED, FAILURES_FOUND, TESTS, TIME_LIMIT, TLSWHY, USAGE, CommandLine,
    main, run,
)  # fmt: skip

WIDTH = 100  # of a line, where no terminal says otherwise


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


class Usage(CommandLine):
    """What makes no sense is refused, and said."""

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

    def test_the_version_is_not_asked_for_beside_something_else(self):
        for arguments in (["--version", "x"], ["-V", "-i", "lo"], ["--json", "-V"]):
            with self.subTest(arguments=arguments):
                done = self.expect(USAGE, *arguments)
                self.assertIn("--version stands alone\n", done.stderr)
                self.assertEqual(done.stdout, "")

    def test_the_limits_of_a_number_are_told(self):
        for option, values, limits in (
            ("--workers", ("0", "65", "99999", "two"), "not a number from 1 to 64"),
            ("--snaplen", ("95", "262145"), "not a number from 96 to 262144"),
            ("--state-interval", ("0", "86401"), "not a number from 1 to 86400"),
            ("--stats-interval", ("86401",), "not a number from 0 to 86400"),
            ("--events-per-minute", ("x", "4294967295"),
             "neither all nor a number from 0 to 4294967294"),
        ):
            for value in values:
                with self.subTest(option=option, value=value):
                    self.assertIn(f"{option}: '{value}' is {limits}\n",
                                  self.expect(USAGE, f"{option}={value}", CLEAN).stderr)
        self.assertRegex(run("--help").stdout, r"default 100; all, 0 or with\s+--all")

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


class Apart(CommandLine):
    """No file is both read and written, whatever it is called, and none is written by two."""

    def setUp(self):
        super().setUp()
        self.capture = self.write("x.pcap", Path(FAILED).read_bytes())
        self.linked = str(self.folder / "linked.pcap")
        os.symlink("x.pcap", self.linked)
        self.same = str(self.folder / "same.pcap")
        os.link(self.capture, self.same)

    def refused(self, said, *arguments, status=USAGE, **keywords):
        """Run what has to be refused, and check that nothing came of it."""
        before = {path: path.read_bytes() for path in self.folder.iterdir() if path.exists()}
        done = self.expect(status, *arguments, **keywords)
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

    def test_nor_is_one_live(self):
        packed = self.write("x.pcap.gz", gzip.compress(Path(FAILED).read_bytes()))
        for name in (self.capture, packed):
            for option in ("--output=", "--sink=file:"):
                with self.subTest(option=option, name=name):
                    self.refused(f"{name}: is a capture, or compressed: name another file\n",
                                 option + name, "-i", "nowhere0", status=COULD_NOT)
        self.refused("is no state of tlswhy", f"--state={self.capture}", "-o", os.devnull, "-i",
                     "nowhere0", status=COULD_NOT)

    def test_a_state_is_kept_in_a_file(self):
        for options in ((CLEAN,), ("-i", "nowhere0")):
            self.refused("--state=-: what is known is read and kept in a file", "--state=-", *options)

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

    def test_a_sum_is_put_into_no_capture(self):
        summary = str(self.folder / "summary")
        self.expect(ANALYSED, "-o", os.devnull, "--summary", summary, FAILED)
        for name in (self.capture, self.linked, self.same):
            with self.subTest(name=name):
                self.refused(f"--output: {name} is a capture: name another file\n", "--merge",
                             "-o", name, summary)

    def test_a_sum_may_be_put_where_a_part_of_it_was(self):
        summary = str(self.folder / "summary")
        self.expect(ANALYSED, "-o", os.devnull, "--summary", summary, FAILED)
        once = Path(summary).read_bytes()
        self.expect(ANALYSED, "--merge", "-o", summary, summary)
        self.assertEqual(Path(summary).read_bytes(), once)


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

    def test_the_manual_page_lists_the_pages_that_it_refers_to(self):
        page = (TESTS.parent / "tools" / "tlswhy" / "tlswhy.1").read_text("utf-8")
        text, _, rest = page.partition(".Sh SEE ALSO\n")
        listed = re.findall(r"^\.Xr (\S+ \d)", rest.partition(".Sh ")[0], re.M)
        self.assertEqual(set(listed), set(re.findall(r"^\.Xr (\S+ \d)", text, re.M)))
        self.assertEqual(listed, sorted(listed, key=lambda name: name.split()[::-1]))

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
    main()
