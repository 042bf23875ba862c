#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Real receivers take the feed: rsyslog, syslog-ng, Kafka's protocol, PostgreSQL, by the files of
tools/feed.

$FEED_LOAD pushes events as the program does, which is $TLSWHY, $KAFKA_MOCK is librdkafka's mock cluster. $TLSWHY_EVENTS
says how many events (default 20000), $TLSWHY_KAFKA_EVENTS the same for Kafka, $TLSWHY_OUTAGE how many
seconds its broker is gone. A receiver that is not installed is skipped, with the reason.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from capture_file import LINKTYPE_ETHERNET, write_capture
from hostile_test import write_hostile
from refusals import refused
from waiting import wait_for

TESTS = Path(__file__).resolve().parent
FEED = TESTS.parent / "tools" / "feed"
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
FEED_LOAD = os.environ.get("FEED_LOAD", "feed_load")
KAFKA_MOCK = os.environ.get("KAFKA_MOCK", "")
CAPTURE = str(TESTS / "pcaps" / "no_shared_cipher" / "suites__curl__java.pcap")
EVENTS = int(os.environ.get("TLSWHY_EVENTS", "20000"))
KAFKA_EVENTS = int(os.environ.get("TLSWHY_KAFKA_EVENTS", "20000"))
OUTAGE = float(os.environ.get("TLSWHY_OUTAGE", "3"))
RATE = 20000
TIME_LIMIT = 900
UNPACKED = TESTS.parent / "build" / "packages"


def start(count, rate, *options):
    """Begin to push so many events."""
    command = [FEED_LOAD, str(count), str(rate), *options, "-r", CAPTURE]
    return subprocess.Popen(command, stderr=subprocess.PIPE)


def finish(process):
    """Wait for the end; (exit status, counters)."""
    _, stderr = process.communicate(timeout=TIME_LIMIT)
    last = stderr.decode().splitlines()[-1]
    return process.returncode, {n: int(v) for n, v in re.findall(r"(\w+) (\d+)", last)}


def free_port(kind=socket.SOCK_STREAM):
    """A port that nobody uses."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def events_in(path):
    """The events in a file; a line that a kill cut is left out, and followed by a whole one."""
    found = []
    for line in path.read_bytes().splitlines():
        try:
            found.append(json.loads(line)["event"]["sequence"])
        except ValueError:
            continue
    return found


class Receiver(unittest.TestCase):
    """A folder, and processes that end with the test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_until_the_end(self, command, **keywords):
        """Start a process."""
        process = subprocess.Popen(command, **keywords)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        """End a process, whatever it does."""
        process.kill()
        process.wait()


class Syslog:
    """What rsyslog and syslog-ng have in common; start_receiver is each one's own."""

    def prepare(self, template):
        """The shipped configuration with other ports and another file."""
        self.port, self.udp_port = free_port(), free_port(socket.SOCK_DGRAM)
        self.file = self.folder / "events.json"
        text = (FEED / template).read_text()
        for old, new in (("/var/log/tlswhy/events.json", str(self.file)),
                         ('port="601"', f'port="{self.port}"'), ("port(601)", f"port({self.port})"),
                         ('port="514"', f'port="{self.udp_port}"'),
                         ("port(514)", f"port({self.udp_port})")):
            text = text.replace(old, new)
        self.config = self.folder / "receiver.conf"
        self.config.write_text(text)

    def received(self, count):
        """Wait until so many different events are in the file; the result is all of them."""
        wait_for(lambda: self.file.exists() and len(set(events_in(self.file))) >= count, 30)
        return events_in(self.file)

    def test_tcp_loses_nothing_and_keeps_the_order(self):
        self.start_receiver()
        status, counters = finish(start(EVENTS, 0, f"--sink=syslog+tcp://127.0.0.1:{self.port}"))
        self.assertEqual((status, counters["written"], counters["lost"]), (0, EVENTS, 0))
        self.assertEqual(self.received(EVENTS), list(range(EVENTS)))

    def test_killed_and_restarted_in_the_middle_nothing_is_lost(self):
        for number, kill in enumerate((signal.SIGKILL, signal.SIGTERM)):
            with self.subTest(signal=kill):
                receiver = self.start_receiver()
                options = (f"--sink=syslog+tcp://127.0.0.1:{self.port}", "--on-full=spool",
                           f"--spool={self.folder}")
                process = start(EVENTS, EVENTS // 4, *options)
                wait_for(lambda: self.file.exists() and self.file.stat().st_size > 0, 30)
                time.sleep(1)
                receiver.send_signal(kill)
                receiver.wait(30)
                time.sleep(0.5)
                receiver = self.start_receiver()
                status, counters = finish(process)
                self.assertEqual((status, counters["lost"]), (0, 0))
                self.assertGreater(counters["failures"], 0)
                if counters["spooled"] > 0:  # it came back when the sender had ended
                    status, counters = finish(start(0, 0, *options))
                    self.assertEqual((status, counters["lost"], counters["spooled"]), (0, 0, 0))
                missing = sorted(set(range(EVENTS)) - set(self.received(EVENTS)))
                self.assertEqual(missing[:10], [], f"{len(missing)} are missing")
                self.end(receiver)
                self.file.rename(self.folder / f"done{number}")

    def test_udp_counts_what_it_sent(self):
        self.start_receiver()
        status, counters = finish(start(1000, 1000, f"--sink=syslog+udp://127.0.0.1:{self.udp_port}"))
        self.assertEqual((status, counters["written"], counters["lost"]), (0, 1000, 0))
        time.sleep(1)
        found = events_in(self.file)
        self.assertLessEqual(len(found), 1000)
        self.assertGreater(len(found), 900)


@unittest.skipUnless(shutil.which("rsyslogd"), "rsyslog is not installed")
class Rsyslog(Syslog, Receiver):
    """Debian's rsyslog."""

    def setUp(self):
        super().setUp()
        self.prepare("rsyslog.conf")

    def start_receiver(self):
        """rsyslogd, ready."""
        command = ["rsyslogd", "-n", "-f", self.config, "-i", self.folder / "pid"]
        process = self.run_until_the_end(command, stderr=subprocess.DEVNULL)
        self.assertTrue(wait_for(lambda: listens(self.port), 30))
        return process


def syslog_ng():
    """(command, environment) for syslog-ng: it cannot be installed beside rsyslog, so that
    tools/setup may have unpacked it; None: it is not there."""
    if shutil.which("syslog-ng"):
        return ["syslog-ng"], os.environ
    program = UNPACKED / "usr" / "sbin" / "syslog-ng"
    if not program.exists():
        return None
    libraries = [
        str(path.parent)
        for name in ("libsyslog-ng", "libivykis", "libnet", "libwrap")
        for path in UNPACKED.rglob(f"{name}*.so*")
    ]
    modules = next(UNPACKED.rglob("libsyslogformat.so")).parent
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(dict.fromkeys(libraries))}
    command = [str(program), f"--module-path={modules}"]
    done = subprocess.run([*command, "--version"], env=environment, capture_output=True, check=False)
    return (command, environment) if done.returncode == 0 else None


@unittest.skipUnless(syslog_ng(), "syslog-ng is neither installed nor unpacked")
class SyslogNg(Syslog, Receiver):
    """Debian's syslog-ng."""

    def setUp(self):
        super().setUp()
        self.prepare("syslog-ng.conf")

    def start_receiver(self):
        """syslog-ng, ready."""
        command, environment = syslog_ng()
        command += ["-F", "--no-caps", "-f", str(self.config)]
        for option in ("persist-file", "pidfile", "control"):
            command.append(f"--{option}={self.folder / option}")
        process = self.run_until_the_end(command, env=environment, stderr=subprocess.DEVNULL)
        self.assertTrue(wait_for(lambda: listens(self.port), 30))
        return process


@unittest.skipUnless(KAFKA_MOCK, "this build has no librdkafka")
@unittest.skipUnless(shutil.which("kcat"), "kcat is not installed")
class Kafka(Receiver):
    """The mock cluster, read back by kcat."""

    def setUp(self):
        super().setUp()
        self.cluster = self.run_until_the_end(
            [KAFKA_MOCK, "tlswhy", "4"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.brokers = self.cluster.stdout.readline().decode().strip()
        self.lines = []
        self.addCleanup(self.cluster.stdout.close)
        self.addCleanup(self.cluster.stdin.close)

    def start_reader(self):
        """kcat, from the first message on; it ends when it loses all brokers."""
        command = ["kcat", "-q", "-u", "-C", "-b", self.brokers, "-t", "tlswhy", "-o", "beginning", "-f",
                   "%p %k %s\n", "-X", "fetch.wait.max.ms=10"]
        reader = self.run_until_the_end(command, stdout=subprocess.PIPE)
        threading.Thread(target=self.read, args=[reader], daemon=True).start()

    def read(self, reader):
        """(partition, key, sequence) of each message; text would be too much."""
        sequence = re.compile(rb'"sequence":(\d+)')
        with reader.stdout:
            for line in reader.stdout:
                partition, key, _ = line.split(b" ", 2)
                self.lines.append((partition, key, int(sequence.search(line)[1])))

    def tell(self, word):
        """Have the broker go or come."""
        self.cluster.stdin.write(word + b"\n")
        self.cluster.stdin.flush()

    def check(self, count):
        """Each of them is there once, in order for each key, which has one partition."""
        wait_for(lambda: len(self.lines) >= count, 60)
        time.sleep(0.5)
        numbers = [line[2] for line in self.lines]
        missing = sorted(set(range(count)) - set(numbers))
        self.assertEqual(missing[:10], [], f"{len(missing)} are missing")
        self.assertEqual(len(numbers), count, "some came twice")
        partitions, seen = {}, {}
        for partition, key, number in self.lines:
            self.assertRegex(key, rb"^10\.0\.0\.\d+:443$")
            self.assertEqual(partitions.setdefault(key, partition), partition)
            self.assertGreater(number, seen.get(key, -1))
            seen[key] = number
        self.assertGreater(len(set(partitions.values())), 1)

    def test_each_event_arrives_once_in_order_for_each_server(self):
        self.start_reader()
        status, counters = finish(
            start(KAFKA_EVENTS, RATE, f"--sink=kafka://{self.brokers}/tlswhy")
        )
        self.assertEqual((status, counters["written"], counters["lost"]), (0, KAFKA_EVENTS, 0))
        self.check(KAFKA_EVENTS)

    def test_the_key_of_an_event_of_the_program_is_its_server(self):
        captures = sorted((TESTS / "golden").glob("*.pcap"))
        for capture in captures:
            subprocess.run([TLSWHY, "--all", f"--sink=kafka://{self.brokers}/tlswhy", capture],
                           check=True, timeout=TIME_LIMIT)
        command = ["kcat", "-q", "-u", "-C", "-e", "-b", self.brokers, "-t", "tlswhy", "-o", "beginning",
                   "-f", "%k %s\n"]
        lines = subprocess.check_output(command, timeout=TIME_LIMIT, text=True).splitlines()
        servers = set()
        for line in lines:
            key, event = line.split(" ", 1)
            server = json.loads(event)["destination"]
            self.assertEqual(key, f"{server['ip']}:{server['port']}")
            servers.add(key)
        self.assertGreater(len(lines), len(captures))
        self.assertGreater(len(servers), 1)

    def test_values_that_a_peer_chose_pass_as_they_are(self):
        capture = self.folder / "hostile.pcap"
        write_hostile(capture)
        command = [TLSWHY, "--all", f"--output={self.folder / 'events.json'}",
                   f"--sink=kafka://{self.brokers}/tlswhy", capture]
        subprocess.run(command, check=True, timeout=TIME_LIMIT)
        expected = (self.folder / "events.json").read_bytes().splitlines(keepends=True)
        command = ["kcat", "-q", "-u", "-C", "-e", "-b", self.brokers, "-t", "tlswhy", "-o", "beginning"]
        received = subprocess.check_output(command, timeout=TIME_LIMIT).splitlines(keepends=True)
        self.assertEqual(sorted(received), sorted(expected))
        self.assertGreater(len(expected), 100)

    def lose_the_broker(self, *options):
        """It goes in the middle, for a while, and comes back; then everything is read."""
        process = start(20000, 5000, f"--sink=kafka://{self.brokers}/tlswhy", *options)
        time.sleep(1)
        self.tell(b"down")
        time.sleep(OUTAGE)
        self.tell(b"up")
        status, counters = finish(process)
        self.assertEqual((status, counters["written"], counters["lost"]), (0, 20000, 0))
        self.start_reader()
        self.check(20000)

    def test_a_broker_that_is_gone_for_a_while_costs_nothing_with_block(self):
        self.lose_the_broker("--on-full=block")

    def test_a_broker_that_is_gone_for_a_while_costs_nothing_with_spool(self):
        self.lose_the_broker("--on-full=spool", f"--spool={self.folder}")

    def test_a_property_of_librdkafka_is_set(self):
        process = start(10, 0, f"--sink=kafka://{self.brokers}/tlswhy", "--kafka-property=no.such=1")
        _, stderr = process.communicate(timeout=TIME_LIMIT)
        self.assertEqual(process.returncode, 1)
        self.assertIn(b"No such configuration property", stderr)


def postgresql():
    """The folder of PostgreSQL's programs; None: it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@unittest.skipUnless(postgresql(), "PostgreSQL is not installed")
class Postgresql(Receiver):
    """A server of its own, for as long as the test."""

    def setUp(self):
        super().setUp()
        # It refuses to be root.
        self.as_user = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []
        self.data = self.folder / "data"
        if self.as_user:
            shutil.chown(self.folder, "nobody")
        self.call(postgresql() / "initdb", "-D", self.data, "-A", "trust", "-U", "tlswhy", "-E", "UTF8")
        settings = f"-c listen_addresses='' -c fsync=off -k {self.folder}"
        self.call(postgresql() / "pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o",
                  settings, "start")
        self.addCleanup(self.call, postgresql() / "pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def call(self, *command):
        """Run a program as somebody who may."""
        done = subprocess.run([*self.as_user, *map(str, command)], capture_output=True, check=False,
                              timeout=TIME_LIMIT, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def psql(self, *arguments):
        """Run psql."""
        return self.call(postgresql() / "psql", "-h", self.folder, "-U", "tlswhy", "-d", "postgres",
                         "-v", "ON_ERROR_STOP=1", "-qAt", *arguments)

    def install(self):
        """The shipped tables and views; the result is the shipped command that loads events.json."""
        sql = self.folder / "postgresql.sql"
        sql.write_text((FEED / "postgresql.sql").read_text())
        self.psql("-f", sql)
        return re.search(r'psql -c "(.*)"', sql.read_text())[1]

    def count_failures(self, view):
        """How many failures a view tells of."""
        return int(self.psql("-c", f"select sum(failures) from {view}"))

    def test_folded_failures_and_updated_verdicts_count_once(self):
        """Of 300 refusals five are told, and what was said first of two hellos is forgotten."""
        load, events = self.install(), self.folder / "events.json"
        write_capture(self.folder / "outage.pcap", LINKTYPE_ETHERNET, refused(300))
        done = subprocess.run([TLSWHY, "--json", "--events-per-minute=5", self.folder / "outage.pcap"],
                              capture_output=True, check=True, timeout=TIME_LIMIT)
        revised = json.loads((TESTS / "golden" / "live" / "revised.json").read_text())
        lines = [json.dumps(event, separators=(",", ":")) for event in revised]
        events.write_text(done.stdout.decode() + "\n".join(lines) + "\n")
        events.chmod(0o644)
        self.psql("-c", load)
        causes = dict(line.split("|") for line in self.psql(
            "-c", "select cause, failures from tlswhy_top_causes").splitlines())
        self.assertEqual(causes, {"connection_refused": "300", "large_client_hello_intolerance": "2"})
        self.assertEqual(self.count_failures("tlswhy_top_servers"), 302)
        self.assertEqual(self.psql("-c", "select failures, folded from tlswhy_incident where cause = "
                                         "'connection_refused'").strip(), "300|295")

    def test_the_documented_commands_load_and_answer(self):
        self.assertEqual(finish(start(EVENTS, 0, f"--sink=file:{self.folder}/events.json"))[0], 0)
        (self.folder / "events.json").chmod(0o644)
        load = self.install()
        for _ in range(2):  # what comes twice is there once
            self.psql("-c", load)
            self.assertEqual(int(self.psql("-c", "select count(*) from tlswhy_handshake")), EVENTS)
        causes = self.psql("-c", "select cause, failures, servers from tlswhy_top_causes").split()
        self.assertEqual(len(causes), 4)
        self.assertEqual({line.split("|")[1] for line in causes}, {str(EVENTS // 4)})
        servers = self.psql("-c", "select * from tlswhy_top_servers limit 5").splitlines()
        clients = self.psql("-c", "select * from tlswhy_top_clients limit 5").splitlines()
        self.assertEqual((len(servers), len(clients)), (5, 5))


if __name__ == "__main__":
    unittest.main()
