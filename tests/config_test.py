#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration files: what they may say, and what --check-config says of them.

The program is $TLSWHY.
"""

import os
import re
import tempfile
import unittest
from pathlib import Path

from cli import ANALYSED as GOOD
from cli import COULD_NOT, TESTS, USAGE, run

FAILURE = TESTS / "pcaps" / "no_shared_cipher" / "suites__curl__java.pcap"
ROOT = TESTS / "pcaps" / "lab-root.pem"


class Config(unittest.TestCase):
    """Each case has a file of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "tlswhy.conf"

    def check(self, text, status=GOOD):
        """What --check-config says of this text."""
        self.path.write_text(text)
        done = run("--check-config", self.path)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        return done.stderr

    def test_all_kinds_of_options_are_good(self):
        text = "interface = eth0\nworkers = 2\njson = yes\nall = no\nmax-memory = 64M\n# a remark\n"
        self.assertEqual(self.check(text), f"tlswhy: {self.path}: good\n")

    def test_a_file_that_sets_nothing_is_good_and_said_to_set_nothing(self):
        for text in ("", "# json = yes\n", "\n \n; all = yes", "\xef\xbb\xbf"):
            with self.subTest(text=text):
                self.assertEqual(self.check(text.encode("latin-1").decode("utf-8")),
                                 f"tlswhy: {self.path}: good, but it sets nothing\n")

    def test_each_fault_of_form_is_told_with_file_line_and_reason(self):
        for line, said in (
            ("[capture]", "sections such as [capture] have no meaning here"),
            ("json", "not of the form name = value"),
            ("= yes", "not of the form name = value"),
            ("  port 443", "not of the form name = value"),
            ("json: yes", "not of the form name = value"),
            ("state =", "'state' has no value"),
            ("workers = 3", "'workers' is given twice"),
            ("all = maybe", "'all' is neither yes nor no"),
            ("colour = red", "'colour' is no option"),
        ):
            with self.subTest(line=line):
                self.assertEqual(
                    self.check(f"# a remark\nworkers = 2\n{line}\n", USAGE),
                    f"tlswhy: {self.path}: line 3: {said}\nTry 'tlswhy --help'.\n",
                )

    def test_lines_may_be_long(self):
        hosts = " or ".join(f"host 192.0.2.{number}" for number in range(1, 30))
        remark = "# " + 500 * "x"
        self.assertEqual(self.check(f"{remark}\nfilter = {hosts}\ninterface = lo\n"),
                         f"tlswhy: {self.path}: good\n")
        self.assertIn("line 3: 'hair' is no option",
                      self.check(f"{remark}\nfilter = {hosts}\nhair = blue\n", USAGE))
        self.path.write_text(f"filter = {hosts} or host 198.51.100.20\n")
        self.assertIn("no_shared_cipher", run("--config", self.path, FAILURE).stdout)

    def test_what_makes_a_list_may_be_given_again(self):
        self.check("interface = lo\ninterface = any\ntls-port = 1\ntls-port = 2\n"
                   "internal-network = 192.0.2.0/24\ninternal-network = 10.0.0.0/8\n")

    def test_blanks_and_remarks_mean_nothing(self):
        self.path.write_text("  json=yes\r\n\tobserver-name  =  a;b#c ; a remark\r\n"
                             "seed = 7 # another one\n")
        done = run("--config", self.path, FAILURE)
        self.assertIn('"name":"a;b#c"', done.stdout)

    def test_what_is_no_text_file_is_told(self):
        self.path.write_bytes(b"json = yes\n\0all = yes\n")
        for status, path, said in (
            (USAGE, self.path, "no text: there is a zero octet in it"),
            (COULD_NOT, self.path.parent, "Is a directory"),
            (USAGE, "/dev/zero", "more than 1048576 octets"),
        ):
            with self.subTest(path=path):
                done = run("--check-config", path)
                self.assertEqual((done.returncode, done.stdout), (status, ""))
                self.assertIn(f"tlswhy: {path}: {said}\n", done.stderr)

    def test_a_name_that_is_no_option_is_told_with_its_line(self):
        self.assertRegex(
            self.check("json = yes\ncolour-of-hair = red\n", USAGE), r"line 2: 'colour-of-hair'"
        )

    def test_of_several_faults_the_first_is_told(self):
        said = self.check("json = yes\ncolour = red\nall = no\nhair = blue\n", USAGE)
        self.assertIn("line 2: 'colour' is no option\n", said)
        self.assertNotIn("hair", said)

    def test_a_value_out_of_range_is_told(self):
        said = self.check("interface = eth0\nworkers = 0\n", USAGE)
        self.assertIn("--workers: '0' is not a number from 1 to 64\n", said)
        self.assertIn(f"{self.path}: line 2: 'workers' is set here\n", said)
        self.assertRegex(self.check("max-memory = a lot\n", USAGE), "max-memory")

    def test_a_flag_is_yes_or_no(self):
        self.assertRegex(self.check("json = perhaps\n", USAGE), "neither yes nor no")

    def test_what_says_what_to_do_belongs_on_the_command_line(self):
        for name in ("version", "merge", "causes", "help"):
            with self.subTest(name=name):
                self.assertIn(f"'{name}' makes sense on the command line only",
                              self.check(f"{name} = yes\n", USAGE))

    def test_a_line_that_is_none_is_told(self):
        self.check("json\n", USAGE)

    def test_a_file_that_is_not_there_is_told(self):
        done = run("--check-config", self.path)
        self.assertEqual(done.returncode, COULD_NOT)
        self.assertEqual(done.stderr, f"tlswhy: {self.path}: No such file or directory\n")
        done = run("--config", self.path, FAILURE)
        self.assertEqual(done.returncode, COULD_NOT)

    def test_checking_does_nothing_else(self):
        output = self.path.with_name("events.json")
        self.check(f"interface = nowhere0\njson = yes\noutput = {output}\n")
        self.assertFalse(output.exists())

    def test_what_the_start_would_refuse_is_refused(self):
        """As far as it can be tried without a trace."""
        nowhere = self.path.with_name("nowhere")
        empty = self.path.with_name("empty")
        empty.touch()
        for status, wrong, said in (
            (USAGE, "on-full = spool", "--spool says where"),
            (USAGE, "summary = x", "--summary is for captures"),
            (USAGE, "check = yes", "--check is for captures"),
            (USAGE, "filter = port abc", "port"),
            (COULD_NOT, f"trust-store = {nowhere}", "nowhere: No such file or directory\n"),
            (COULD_NOT, f"trust-store = {empty}", "no certificate in this trust store"),
            (COULD_NOT, f"crl = {nowhere}", "No such file"),
            (COULD_NOT, f"crl = {ROOT}", "lab-root.pem: offset 0: holds no revocation list"),
            (COULD_NOT, f"state = {nowhere}/state", "no state can be put into this directory"),
            (COULD_NOT, f"on-full = spool\nspool = {nowhere}", "no spool can be put into this"),
            (COULD_NOT, f"on-full = spool\nspool = {empty}", "Not a directory"),
            (USAGE, "metrics = foo:9117", "'foo:9117' is not an address and port"),
            (USAGE, "metrics = [::1:9117", "is not an address and port"),
            (USAGE, "metrics = foo", "foo"),
            (USAGE, "user = no-such-user", "no-such-user"),
            (USAGE, "cpu = 1000", "--cpu"),
            (USAGE, "cpu = 12345678", "--cpu: '12345678' is not a list of processors such as 0,2,4"),
            (USAGE, f"sink = unix:/{107 * 'x'}", "the path of a socket has at most 107 octets"),
            (USAGE, "kafka-property = acks", "'acks' is not of the form NAME=VALUE"),
            (USAGE, "kafka-property = =x", "'=x' is not of the form NAME=VALUE"),
            (USAGE, f"kafka-property = {128 * 'x'}=x", "has a name of more than 127 octets"),
            (USAGE, "cpu = 0,", "--cpu: '0,' is not a list of processors such as 0,2,4"),
            (USAGE, f"cpu = {','.join(map(str, range(65)))}", "--cpu: more than 64 processors"),
            (USAGE, "timestamp-type = foo", "foo: no timestamp type"),
            (USAGE, 'interface = "lo"', "is no name of an interface"),
            (USAGE, "interface = lo lo", "is no name of an interface"),
            (USAGE, "sink = stdout\nsink = file:-", "standard output is written by --sink, too"),
            (USAGE, f"state = {empty}\noutput = {empty}\nseed = 1", "written by --output, too"),
            (USAGE, f"sink = file:{self.path}\nsink = file:{empty}", "is read, too"),
        ):
            with self.subTest(wrong=wrong):
                all_said = self.check(f"interface = lo\n{wrong}\n", status)
                self.assertIn(said, all_said)
                place = re.search(rf"^tlswhy: {self.path}: line (\d): '(.*)' is set here$",
                                  all_said, re.MULTILINE)
                lines = ["interface = lo", *wrong.splitlines()]
                self.assertEqual(lines[int(place[1]) - 1].split(" = ")[0], place[2])

    def test_the_line_that_is_wrong_is_told_and_no_other(self):
        crl = self.path.with_name("nowhere")
        self.assertIn("line 3: 'crl'", self.check(
            f"interface = lo\nseed = 1\ncrl = {crl}\ncrl = {ROOT}\n", COULD_NOT))
        self.path.write_text("user = no-such-user\n")
        done = run("--config", self.path, "-i", "lo")
        self.assertIn("line 1: 'user'", done.stderr)
        done = run("--config", self.path, "-i", "lo", "--user", "nor-such-a-user")
        self.assertEqual(done.stderr, "tlswhy: --user: there is no user nor-such-a-user\n")

    def test_what_is_good_without_an_interface_is_good_for_captures(self):
        self.assertEqual(self.check("metrics = 9117\n"),
                         f"tlswhy: {self.path}: good for captures; a service needs an interface\n")
        self.assertIn(": good\n", run("--check-config", self.path, "-i", "lo").stderr)

    @unittest.skipUnless(os.geteuid() == 0, "only root becomes somebody else")
    def test_the_state_is_put_where_the_user_of_the_service_can_put_it(self):
        folder = self.path.parent
        folder.chmod(0o755)
        self.check(f"state = {folder}/state\n")
        live = f"interface = lo\nstate = {folder}/state\n"
        self.assertIn("no state can be put into this directory: Permission denied as user nobody\n",
                      self.check(live, COULD_NOT))
        folder.chmod(0o777)
        self.check(f"{live}metrics = [::1]:9117\n")
        self.assertEqual([path.name for path in folder.iterdir()], [self.path.name])

    def test_a_filter_is_tried_without_an_interface_too(self):
        self.assertIn("abc", self.check("filter = port abc\n", USAGE))

    def test_the_other_options_count(self):
        """Some make sense with others alone."""
        self.assertIn("--json", self.check("all = yes\nexpiry-levels = 7\n", USAGE))
        done = run("--check-config", self.path, "--json")
        self.assertEqual((done.returncode, done.stdout), (GOOD, ""), done.stderr)
        done = run("--check-config", self.path, "--json", "words")
        self.assertEqual(done.returncode, USAGE)

    def test_the_file_works_like_the_options_and_these_come_on_top(self):
        self.path.write_text("json = yes\nobserver-name = of the file\n")
        plain = run("--config", self.path, FAILURE)
        self.assertEqual(plain.returncode, GOOD, plain.stderr)
        self.assertIn('"name":"of the file"', plain.stdout)
        on_top = run("--config", self.path, "--observer-name", "of the line", FAILURE)
        self.assertIn('"name":"of the line"', on_top.stdout)

    def test_what_only_live_capture_needs_is_no_mistake_in_a_file(self):
        self.path.write_text("workers = 2\nstats-interval = 5\nrotate-size = 1M\nstreaming = no\n")
        done = run("--config", self.path, FAILURE)
        self.assertEqual((done.returncode, done.stderr), (GOOD, ""))

    def test_a_file_for_live_capture_serves_captures_too(self):
        self.path.write_text("interface = nowhere0\nmetrics = 9117\njson = yes\ncheck = no\n")
        done = run("--config", self.path, "-r", FAILURE, "tcp")
        self.assertEqual((done.returncode, done.stderr), (GOOD, ""))
        self.assertEqual(done.stdout, run("--json", FAILURE).stdout)
        self.assertEqual(run("--check-config", self.path, "-r", FAILURE).returncode, GOOD)
        done = run("--config", self.path, "-i", "nowhere1", "-r", FAILURE)
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("--read is for captures", done.stderr)

    def test_a_capture_where_a_filter_is_expected_is_told_how_to_be_read(self):
        self.path.write_text("interface = nowhere0\n")
        done = run("--config", self.path, FAILURE)
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("; a file? -r FILE reads it, and no interface\n", done.stderr)

    def test_the_unit_can_write_where_it_is_said_to(self):
        unit = (ROOT.parents[2] / "tools/systemd/tlswhy.service.in").read_text("utf-8").splitlines()
        for directory, setting in (("/var/log", "LogsDirectory"), ("/var/lib", "StateDirectory")):
            self.assertIn(f"{setting}=tlswhy", unit)
            for name in ("README.md", "tools/systemd/tlswhy.service.in"):
                self.assertIn(f"{directory}/tlswhy", (ROOT.parents[2] / name).read_text("utf-8"))

    def test_the_unit_starts_with_what_it_checks(self):
        unit = (ROOT.parents[2] / "tools/systemd/tlswhy.service.in").read_text("utf-8")
        checked = re.search(r"^ExecStartPre=\S+ --check-config (.*)$", unit, re.M)[1]
        self.assertEqual(re.search(r"^ExecStart=\S+ --config (.*)$", unit, re.M)[1], checked)


if __name__ == "__main__":
    unittest.main(verbosity=2)
