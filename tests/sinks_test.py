#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where events go: files that rotate, sockets, syslog, and receivers that fail.

$FEED_LOAD pushes events to sinks as the program does; $TLSWHY is the program.
"""

import fcntl
import json
import os
import random
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time
import unittest
from pathlib import Path

from waiting import wait_for

TESTS = Path(__file__).resolve().parent
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
FEED_LOAD = os.environ.get("FEED_LOAD", "feed_load")
CAPTURE = str(TESTS / "pcaps" / "no_shared_cipher" / "suites__curl__java.pcap")
TIME_LIMIT = 60
AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
KILLS = int(os.environ.get("TLSWHY_KILLS", "200"))
SYSLOG = re.compile(
    rb"<134>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ tlswhy \d+ - - (\{.*\})", re.DOTALL
)


def built_in():
    """The optional libraries of the program."""
    done = subprocess.run([TLSWHY, "--version"], capture_output=True, check=True, text=True)
    return re.search(r"libraries in this build: (.*)", done.stdout)[1].split()


def start(count, rate, *options, prefix=(), **keywords):
    """Begin to push so many events."""
    command = [*prefix, FEED_LOAD, str(count), str(rate), *options]
    if not any(option in ("-i", "-r") for option in options):
        command += ["-r", CAPTURE]
    return subprocess.Popen(command, stderr=subprocess.PIPE, **keywords)


def finish(process):
    """Wait for the end; (exit status, counters, standard error)."""
    _, stderr = process.communicate(timeout=TIME_LIMIT)
    text = stderr.decode()
    # What counts coverage may complain behind it.
    counters = re.search(r"^pushed \d+ .*", text, re.MULTILINE)
    pairs = re.findall(r"(\w+) (\d+)", counters[0]) if counters else []
    return process.returncode, {name: int(value) for name, value in pairs}, text


def load(count, rate, *options, **keywords):
    """Push so many events, to the end."""
    return finish(start(count, rate, *options, **keywords))


def numbers_of(text):
    """The sequence numbers of whole lines."""
    return [json.loads(line)["event"]["sequence"] for line in text.splitlines()]


def is_idle(process):
    """Whether it has nothing to do for a while: everything is pushed, and nobody reads."""
    stat = Path(f"/proc/{process.pid}/stat")
    before = stat.read_text(encoding="ascii").split()[13:15]
    time.sleep(0.5)
    return before != ["0", "0"] and stat.read_text(encoding="ascii").split()[13:15] == before


def octets_of(connection):
    """How many wait to be read."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.FIONREAD, b"\0\0\0\0"))[0]


def drops_of(port):
    """How many datagrams the system had no room for at the socket with this UDP port."""
    for line in Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]:
        columns = line.split()
        if int(columns[1].partition(":")[2], 16) == port:
            return int(columns[-1])
    raise AssertionError("no such socket")


class Listener:
    """A stream server that keeps what it reads, one connection after the other."""

    def __init__(self, family, address, limit=None):
        self.socket = socket.socket(family)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(address)
        self.socket.listen()
        self.connections = []
        self.limit = limit  # octets after which the first connection is broken off
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        """Read until it is closed."""
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(bytearray())
            with connection:
                while True:
                    try:
                        data = connection.recv(65536)
                    except OSError:
                        break
                    if not data:
                        break
                    self.connections[-1] += data
                    if len(self.connections) == 1 and len(self.connections[0]) > (self.limit or 1e99):
                        break  # with what is unread, the sender gets a RST

    def close(self):
        """No more connections."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)

    @property
    def port(self):
        """Where it listens."""
        return self.socket.getsockname()[1]


def syslog_messages(stream):
    """The events in a stream of counted messages; one that is cut is left out."""
    events = []
    place = 0
    while place < len(stream):
        count = bytes(stream[place : place + 10]).partition(b" ")[0]
        begin = place + len(count) + 1
        place = begin + int(count)
        if place > len(stream):
            break
        events.append(json.loads(SYSLOG.fullmatch(bytes(stream[begin:place]))[1]))
    return events


class Sinks(unittest.TestCase):
    """A folder to write to."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "events.json"

    def listen(self, **keywords):
        """A TCP server on the loopback address."""
        listener = Listener(socket.AF_INET, ("127.0.0.1", 0), **keywords)
        self.addCleanup(listener.socket.close)
        return listener


class Files(Sinks):
    """Whole lines, whatever happens."""

    def test_rotation_by_size_keeps_so_many_files_and_loses_nothing(self):
        options = (f"--sink=file:{self.file}", "--rotate-size=1M")
        status, counters, _ = load(10000, 0, *options, "--rotate-count=100")
        self.assertEqual((status, counters["written"], counters["lost"]), (0, 10000, 0))
        files = sorted(self.folder.iterdir(), key=lambda path: int(path.suffix[1:] or 0)
                       if path != self.file else 0, reverse=True)
        self.assertGreater(len(files), 5)
        self.assertTrue(all(path.stat().st_size < 1_500_000 for path in files))
        found = [number for path in files for number in numbers_of(path.read_text())]
        self.assertEqual(found, list(range(10000)))

    def test_rotation_forgets_the_oldest(self):
        options = (f"--sink=file:{self.file}", "--rotate-size=1M", "--rotate-count=2")
        self.assertEqual(load(10000, 0, *options)[0], 0)
        names = sorted(path.name for path in self.folder.iterdir())
        self.assertEqual(names, ["events.json", "events.json.1", "events.json.2"])
        self.assertEqual(numbers_of(self.file.read_text())[-1], 9999)

    def test_rotation_by_age(self):
        options = (f"--sink=file:{self.file}", "--rotate-age=1")
        self.assertEqual(load(300, 100, *options)[0], 0)
        files = list(self.folder.iterdir())
        self.assertGreater(len(files), 1)
        found = sorted(number for path in files for number in numbers_of(path.read_text()))
        self.assertEqual(found, list(range(300)))

    def test_copytruncate_leaves_whole_lines_without_a_hole(self):
        process = start(2000, 2000, f"--sink=file:{self.file}")
        while not self.file.exists() or self.file.stat().st_size == 0:
            time.sleep(0.01)
        os.truncate(self.file, 0)
        self.assertEqual(finish(process)[0], 0)
        found = numbers_of(self.file.read_text())
        self.assertEqual(found, list(range(found[0], 2000)))
        self.assertGreater(found[0], 0)

    def test_a_deleted_file_is_made_anew(self):
        process = start(2000, 1000, "-i", "none", f"--sink=file:{self.file}")
        while not self.file.exists() or self.file.stat().st_size == 0:
            time.sleep(0.01)
        self.file.unlink()
        self.assertEqual(finish(process)[0], 0)
        self.assertEqual(numbers_of(self.file.read_text())[-1], 1999)

    def test_several_sinks_get_everything(self):
        other = self.folder / "other.json"
        status, counters, _ = load(3000, 0, f"--sink=file:{self.file}", f"--sink=file:{other}")
        self.assertEqual((status, counters["written"]), (0, 6000))
        self.assertEqual(self.file.read_bytes(), other.read_bytes())
        self.assertEqual(numbers_of(self.file.read_text()), list(range(3000)))

    def test_a_full_disk_is_an_error_and_counted(self):
        status, counters, said = load(100, 0, "--sink=file:/dev/full")
        self.assertEqual((status, counters["written"]), (1, 0))
        self.assertEqual(counters["lost"], counters["pushed"])
        self.assertIn("No space left on device", said)

    def test_a_directory_that_cannot_be_written_to_is_an_error(self):
        status, _, said = load(1, 0, f"--sink=file:{self.folder}/none/events.json")
        self.assertEqual(status, 1)
        self.assertIn("No such file or directory", said)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root and setpriv")
    def test_a_directory_that_is_read_only_is_an_error_for_who_is_not_root(self):
        self.folder.chmod(0o555)
        status, _, said = load(1, 0, f"--sink=file:{self.file}", prefix=AS_NOBODY)
        self.assertEqual(status, 1)
        self.assertIn("Permission denied", said)
        self.assertFalse(self.file.exists())

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_link_of_somebody_else_does_not_lead_root_to_another_file(self):
        """Neither to one that is there nor to one that would be made, of a file as of a spool."""
        secret = self.folder / "secret"
        secret.write_bytes(b"a secret without an end")
        missing = self.folder / "missing"
        other = self.folder / "other"
        other.mkdir()
        spool = ("--sink=syslog+tcp://127.0.0.1:1", "--on-full=spool", f"--spool={other}")
        load(1, 0, *spool)
        (spool_path,) = other.iterdir()
        spool_path.unlink()
        os.chown(other, 65534, 65534)
        for target in (secret, missing):
            for path, options in ((spool_path, spool),
                                  (other / "events.json", (f"--sink=file:{other}/events.json",))):
                with self.subTest(target=target.name, path=path.name):
                    path.symlink_to(target)
                    os.chown(path, 65534, 65534, follow_symlinks=False)
                    status, _, said = load(1, 0, *options)
                    self.assertEqual(status, 1)
                    self.assertIn(f"{path.name}: Too many levels of symbolic links", said)
                    path.unlink()
        self.assertEqual(secret.read_bytes(), b"a secret without an end")
        self.assertFalse(missing.exists())

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root and setpriv")
    def test_a_directory_that_becomes_read_only_keeps_the_file_that_cannot_be_rotated(self):
        self.folder.chmod(0o777)
        process = start(3000, 1500, f"--sink=file:{self.file}", "--rotate-size=1M", prefix=AS_NOBODY)
        self.assertTrue(wait_for(lambda: self.file.exists() and self.file.stat().st_size > 0))
        self.folder.chmod(0o555)
        status, counters, said = finish(process)
        self.assertEqual((status, counters["written"], counters["lost"]), (0, 3000, 0))
        self.assertIn("Permission denied: writing to the old file", said)
        self.assertEqual(numbers_of(self.file.read_text()), list(range(3000)))

    @unittest.skipUnless(shutil.which("logrotate"), "logrotate is not installed")
    def test_logrotate_with_create_and_a_hangup(self):
        self.rotate_by_logrotate("create", "postrotate\n/bin/kill -HUP PID\nendscript", lost=0)

    @unittest.skipUnless(shutil.which("logrotate"), "logrotate is not installed")
    def test_logrotate_with_copytruncate(self):
        """What is written between its copy and its cut is lost to logrotate, as its manual says."""
        self.rotate_by_logrotate("copytruncate", "", lost=2000)

    def rotate_by_logrotate(self, *directives, lost):
        """Three times while events come; then all files together hold whole lines, in order."""
        count = 6000
        process = start(count, 2000, f"--sink=file:{self.file}")
        self.assertTrue(wait_for(lambda: self.file.exists() and self.file.stat().st_size > 0))
        config = self.folder / "logrotate.conf"
        text = "\n".join(directives).replace("PID", str(process.pid))
        config.write_text(f"{self.file} {{\nsu root root\nrotate 5\nmissingok\n{text}\n}}\n"
                          if os.geteuid() == 0 else f"{self.file} {{\nrotate 5\n{text}\n}}\n")
        config.chmod(0o644)
        self.folder.chmod(0o755)
        for _ in range(3):
            time.sleep(0.5)
            subprocess.run([shutil.which("logrotate"), "-f", "-s", self.folder / "state", config],
                           check=True, timeout=TIME_LIMIT)
        status, counters, _ = finish(process)
        self.assertEqual((status, counters["written"], counters["lost"]), (0, count, 0))
        files = [self.folder / f"{self.file.name}.{number}" for number in (3, 2, 1)] + [self.file]
        contents = [file.read_bytes() for file in files]
        self.assertTrue(all(content.endswith(b"\n") and b"\0" not in content for content in contents))
        found = [number for content in contents for number in numbers_of(content)]
        self.assertEqual(found, sorted(set(found)))
        self.assertLessEqual(count - len(found), lost)
        self.assertEqual(found[-1], count - 1)

    def test_killed_while_writing_the_file_is_repaired_by_the_next_start(self):
        """So often as the bar asks for, at moments that differ."""
        delays = random.Random(1)
        for _ in range(KILLS):
            process = start(10**9, 0, f"--sink=file:{self.file}")
            while not self.file.exists() or self.file.stat().st_size == 0:
                time.sleep(0.001)
            time.sleep(delays.random() / 50)
            process.kill()
            finish(process)
            self.assertEqual(load(1, 0, f"--sink=file:{self.file}")[0], 0)
            text = self.file.read_bytes()
            self.assertTrue(text.endswith(b"\n"))
            self.assertEqual(json.loads(text.splitlines()[-1])["event"]["sequence"], 0)
            numbers_of(text[-200_000:].partition(b"\n")[2])
            self.file.unlink()


class Pipes(Sinks):
    """Standard output."""

    def test_a_broken_pipe_ends_the_run_with_an_error(self):
        process = start(100000, 0, "--sink=stdout", stdout=subprocess.PIPE)
        process.stdout.read(1000)
        process.stdout.close()
        status = process.wait(TIME_LIMIT)
        self.assertEqual(status, 1)
        self.assertIn("Broken pipe", process.stderr.read().decode())
        process.stderr.close()

    def test_a_slow_reader_gets_everything_with_block(self):
        process = start(3000, 0, "--sink=stdout", stdout=subprocess.PIPE)
        time.sleep(0.5)
        text = process.stdout.read()
        process.stdout.close()
        self.assertEqual(finish(process)[0], 0)
        self.assertEqual(numbers_of(text), list(range(3000)))

    def test_a_slow_reader_costs_events_with_drop_and_all_are_counted(self):
        process = start(60000, 0, "--sink=stdout", "--on-full=drop", stdout=subprocess.PIPE)
        self.assertTrue(wait_for(lambda: is_idle(process), TIME_LIMIT))
        text = process.stdout.read()
        process.stdout.close()
        status, counters, _ = finish(process)
        self.assertEqual(status, 1)
        self.assertGreater(counters["lost"], 0)
        self.assertEqual(counters["written"] + counters["lost"], 60000)
        self.assertEqual(len(numbers_of(text)), counters["written"])


class Sockets(Sinks):
    """Unix sockets and syslog."""

    def test_a_unix_socket_gets_lines(self):
        path = str(self.folder / "socket")
        listener = Listener(socket.AF_UNIX, path)
        self.assertEqual(load(2000, 0, f"--sink=unix:{path}")[0], 0)
        listener.close()
        self.assertEqual(numbers_of(bytes(listener.connections[0])), list(range(2000)))

    def test_syslog_over_tcp_counts_octets(self):
        listener = self.listen()
        status, counters, _ = load(2000, 0, f"--sink=syslog+tcp://127.0.0.1:{listener.port}")
        self.assertEqual((status, counters["written"]), (0, 2000))
        listener.close()
        found = [event["event"]["sequence"] for event in syslog_messages(listener.connections[0])]
        self.assertEqual(found, list(range(2000)))

    def test_syslog_over_udp_is_a_datagram_each_and_every_one_is_counted(self):
        """The system counts what it was handed, and what it had no room for at the receiver."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(5)
            port = receiver.getsockname()[1]
            status, counters, _ = load(5000, 0, f"--sink=syslog+udp://127.0.0.1:{port}")
            dropped = drops_of(port)
            self.assertEqual((status, counters["written"], counters["lost"]), (0, 5000, 0))
            self.assertGreater(dropped, 0, "the buffer holds far fewer")
            messages = [receiver.recv(65536) for _ in range(5000 - dropped)]
            receiver.setblocking(False)
            with self.assertRaises(BlockingIOError):
                receiver.recv(65536)
        found = [json.loads(SYSLOG.fullmatch(m)[1])["event"]["sequence"] for m in messages]
        self.assertEqual(found, sorted(set(found)))

    def test_what_nobody_takes_over_udp_is_not_delivered(self):
        """A closed port answers: each event is then tried twice, and what was refused is lost."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        _, counters, _ = load(50, 0, f"--sink=syslog+udp://127.0.0.1:{port}")
        self.assertEqual(counters["written"] + counters["lost"], 50)

    def test_a_receiver_that_is_not_there_is_an_error_for_files(self):
        status, _, said = load(1, 0, "--sink=syslog+tcp://127.0.0.1:1")
        self.assertEqual(status, 1)
        self.assertIn("Connection refused", said)

    def test_a_receiver_that_is_not_there_costs_events_live_and_all_are_counted(self):
        status, counters, _ = load(20, 0, "-i", "none", "--sink=syslog+tcp://127.0.0.1:1")
        self.assertEqual((status, counters["written"], counters["lost"]), (1, 0, 20))

    def test_a_connection_that_breaks_loses_nothing(self):
        """What was not read is sent again, and event.id tells what came twice."""
        listener = self.listen(limit=3_000_000)
        status, counters, _ = load(20000, 0, f"--sink=syslog+tcp://127.0.0.1:{listener.port}")
        listener.close()
        found = {e["event"]["id"] for c in listener.connections for e in syslog_messages(c)}
        self.assertEqual((status, counters["lost"], len(listener.connections)), (0, 0, 2))
        self.assertGreater(counters["again"], 0)
        self.assertEqual(len(found), 20000)

    def test_what_was_sent_and_not_read_is_counted_when_it_is_sent_again(self):
        count = 10
        load(count, 0, f"--sink=file:{self.file}")
        text = self.file.read_bytes()
        path = self.folder / "socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            listener.settimeout(TIME_LIMIT)
            process = start(count, 0, f"--sink=unix:{path}")
            first, _ = listener.accept()
            with first:
                self.assertTrue(wait_for(lambda: octets_of(first) == len(text)))
            second, _ = listener.accept()
            with second, second.makefile("rb") as stream:
                self.assertEqual(stream.read(), text)
            status, counters, _ = finish(process)
        self.assertEqual((status, counters["written"], counters["again"]), (0, count, count))

    def test_what_is_spooled_is_replayed_in_order_by_the_next_run(self):
        placeholder = self.listen()
        port = placeholder.port
        placeholder.close()
        options = (f"--sink=syslog+tcp://127.0.0.1:{port}", "--on-full=spool",
                   f"--spool={self.folder}")
        status, counters, _ = load(5000, 0, *options)
        self.assertEqual((status, counters["written"], counters["spooled"]), (0, 0, 5000))
        listener = Listener(socket.AF_INET, ("127.0.0.1", port))
        status, counters, _ = load(100, 0, *options)
        listener.close()
        self.assertEqual((status, counters["written"], counters["spooled"]), (0, 5100, 0))
        events = syslog_messages(listener.connections[0])
        found = [event["event"]["sequence"] for event in events]
        self.assertEqual(found, [*range(5000), *range(100)])

    def test_a_full_spool_is_counted_live(self):
        options = ("--sink=syslog+tcp://127.0.0.1:1", "--on-full=spool",
                   f"--spool={self.folder}", "--spool-size=4M")
        status, counters, _ = load(30000, 0, "-i", "none", *options)
        self.assertEqual(status, 1)
        self.assertGreater(counters["spooled"], 2000)
        self.assertEqual(counters["spooled"] + counters["lost"], 30000)

    def test_a_spool_that_somebody_cuts_holds_nothing_up(self):
        """What was in it is lost and counted."""
        path = Path(self.folder) / "socket"
        with socket.socket(socket.AF_UNIX) as receiver:
            receiver.bind(str(path))
            receiver.listen()
            process = start(40000, 0, f"--sink=unix:{path}", "--on-full=spool",
                            f"--spool={self.folder}", "--spool-size=200M")
            connection, _ = receiver.accept()
            self.assertTrue(wait_for(lambda: is_idle(process), TIME_LIMIT))
            (spool,) = Path(self.folder).glob("*.spool")
            os.truncate(spool, 4096)
            with connection, connection.makefile("rb") as stream:
                connection.settimeout(TIME_LIMIT)
                text = stream.read()
        status, counters, said = finish(process)
        self.assertIn(f"unix:{path}: the end of its spool was damaged", said)
        self.assertEqual((status, counters["spooled"]), (1, 0))
        self.assertGreater(counters["lost"], 0)
        self.assertEqual(counters["written"] + counters["lost"], 40000)
        self.assertEqual(numbers_of(text), list(range(counters["written"])))


class Program(Sinks):
    """The same with the program itself."""

    def run_tlswhy(self, *options):
        """Run it on a capture with failures."""
        command = [TLSWHY, *options, CAPTURE]
        return subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=False)

    def test_sinks_get_what_standard_output_gets(self):
        expected = self.run_tlswhy("--json", "--all").stdout
        done = self.run_tlswhy("--all", f"--sink=file:{self.file}")
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertEqual(self.file.read_bytes(), expected)
        self.assertGreater(len(expected), 0)

    def test_output_and_sinks_go_together(self):
        other = self.folder / "other.json"
        done = self.run_tlswhy(f"--output={other}", f"--sink=file:{self.file}", "--sink=stdout")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout, self.file.read_bytes())
        self.assertEqual(done.stdout, other.read_bytes())

    def test_a_sink_that_fails_is_exit_status_1(self):
        for sink in ("file:/dev/full", "file:/nowhere/events", "syslog+tcp://127.0.0.1:1"):
            done = self.run_tlswhy(f"--sink={sink}")
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, rb"^(tlswhy: .*\n)+$", "a crash of a sanitizer is 1 too")

    def test_what_waits_on_disk_is_told(self):
        """Each run puts one more event there."""
        for said in ("1 event waits", "2 events wait"):
            done = self.run_tlswhy("--sink=syslog+tcp://127.0.0.1:1", "--on-full=spool",
                                   f"--spool={self.folder}")
            self.assertEqual(done.returncode, 0)
            self.assertIn(f"tlswhy: warning: {said} in {self.folder}\n", done.stderr.decode())

    def run_with_a_library(self, name, octets, *arguments):
        """With this as the file of a library."""
        (self.folder / name).write_bytes(octets)
        return subprocess.run(
            [TLSWHY, *arguments], capture_output=True, timeout=TIME_LIMIT,
            env={**os.environ, "LD_LIBRARY_PATH": str(self.folder)})

    @unittest.skipUnless("rdkafka" in built_in(), "this build has no librdkafka")
    def test_the_kafka_library_is_loaded_for_a_kafka_sink_alone(self):
        name = "librdkafka.so.1"
        self.assertEqual(self.run_with_a_library(name, b"none", CAPTURE).returncode, 0)
        done = self.run_with_a_library(name, b"none", "--sink=kafka://127.0.0.1:1/topic", CAPTURE)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rb"^tlswhy: a Kafka sink needs librdkafka: .*\n$")

    @unittest.skipUnless("libmicrohttpd" in built_in(), "this build has no libmicrohttpd")
    def test_the_http_library_is_loaded_for_metrics_alone(self):
        name = "libmicrohttpd.so.12"
        self.assertEqual(self.run_with_a_library(name, b"none", CAPTURE).returncode, 0)
        done = self.run_with_a_library(name, b"none", "--interface=lo", "--metrics=127.0.0.1:0")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rb"^tlswhy: --metrics needs libmicrohttpd: .*\n$")

    @unittest.skipUnless("rdkafka" in built_in(), "this build has no librdkafka")
    def test_captures_are_not_read_for_brokers_that_are_not_there(self):
        status, counters, said = load(1, 0, "--sink=kafka://127.0.0.1:1/topic",
                                      env={**os.environ, "RECEIVER_WAIT_MS": "1000"})
        self.assertEqual((status, counters), (1, {}))
        self.assertIn("kafka: no broker can be reached\n", said)
        self.assertIn("kafka://127.0.0.1:1/topic: Connection timed out\n", said)

    @unittest.skipUnless("rdkafka" in built_in(), "this build has no librdkafka")
    def test_a_kafka_library_that_lacks_a_function_is_not_used(self):
        linked = subprocess.run(["ldd", TLSWHY], capture_output=True, check=True, text=True).stdout
        other = Path(re.search(r"=> (\S*libcjson\S*)", linked)[1]).read_bytes()
        done = self.run_with_a_library("librdkafka.so.1", other, "--sink=kafka://127.0.0.1:1/topic",
                                       CAPTURE)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rb"^tlswhy: .* undefined symbol: rd_kafka_.*\n$")

    def test_what_makes_no_sense_is_a_usage_error(self):
        for options in (("--sink=nowhere",), ("--on-full=perhaps",), ("--on-full=spool",),
                        ("--rotate-size=1",), ("--kafka-property=a",)):
            with self.subTest(options=options):
                self.assertEqual(self.run_tlswhy(*options).returncode, 2)


if __name__ == "__main__":
    unittest.main()
