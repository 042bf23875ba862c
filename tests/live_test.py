#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture in a network namespace of its own: the same verdicts as offline, signals, interfaces
that go and come, receivers that fail.

The program is $TLSWHY. Needs root, ip (iproute2), tcpdump and tcpreplay; without them the tests are
skipped, which the runner reports with the reason.
"""

import contextlib
import ctypes
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import jsonschema

from capture_file import find_segment, read_capture, write_capture
from fleet import Play, write_fleet
from waiting import wait_for

TESTS = Path(__file__).resolve().parent
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
NAMESPACE = f"tlswhy{os.getpid()}"
SKIPPED = 77  # what ctest takes for "skipped"
# Its own end of the pair, and the other.
SEND, RECEIVE = "send0", "recv0"
SCHEMA = TESTS.parent / "tools" / "schema" / "tlswhy-event.schema.json"
FAILURE_NAME = "no_shared_cipher/suites__curl__java.pcap"
FAILURE = TESTS / "pcaps" / FAILURE_NAME
ROOT = TESTS / "pcaps" / "lab-root.pem"
# The mix for comparisons: captures that take no longer than this, at most so many, one begun
# every so many nanoseconds, between clients and servers of their own.
SHORT_NS = 300_000_000
MIX_MAX = 120
MIX_STEP_NS = 20_000_000
# Both of what is live and of a file.
ALL = ("--all", "--trust-store", str(ROOT))
LINKTYPE_ETHERNET = 1
ETHERTYPE_IPV4 = b"\x08\x00"
# Verdicts come when a connection is over: two seconds after its end.
LINGER = 2.5
STOP_LIMIT = 6
# The main thread, the writer, the judge, who waits for files, and one worker at least.
THREADS_MIN = 5
# What differs between two runs of the same packets: times, numbers of packets, identifiers.
TIMES = {
    "@timestamp", "start", "end", "duration", "id", "time", "packet", "observer", "packets", "rtt",
    "reply_time", "reply_packet",
}  # fmt: skip


def built_in():
    """The optional libraries of the program."""
    done = subprocess.run([TLSWHY, "--version"], capture_output=True, check=True)
    found = re.search(r"Optional libraries in this build: (.*)", done.stdout.decode())
    return found[1].split() if found else []


def missing():
    """Why the tests cannot run; empty when they can."""
    if os.geteuid() != 0:
        return "only root can make network namespaces and capture"
    for tool in ("ip", "tcpdump", "tcpreplay"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    done = subprocess.run(["ip", "netns", "add", NAMESPACE], capture_output=True, check=False)
    if done.returncode != 0:
        return "no network namespace: " + done.stderr.decode().strip()
    return ""


def ip(*arguments):
    """Run ip(8) in the namespace."""
    subprocess.run(["ip", "-n", NAMESPACE, *arguments], check=True, capture_output=True)


def make_pair():
    """Two interfaces that are each other's other end."""
    ip("link", "add", SEND, "type", "veth", "peer", "name", RECEIVE)
    for name in (SEND, RECEIVE):
        ip("link", "set", name, "up")


def inside(*command):
    """A command that runs in the namespace."""
    return ["ip", "netns", "exec", NAMESPACE, *command]


def replay(capture, *options):
    """Send the packets of a capture."""
    subprocess.run(
        inside("tcpreplay", "-q", "-i", SEND, *options, str(capture)),
        check=True,
        capture_output=True,
        timeout=60,
    )


@contextlib.contextmanager
def stopped_threads(process):
    """All threads of a process but the first stand still (ptrace(2))."""
    seize, interrupt, detach, any_thread = 0x4206, 0x4207, 17, 0x40000000
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    threads = [int(name) for name in os.listdir(f"/proc/{process}/task") if int(name) != process]
    for thread in threads:
        for request in (seize, interrupt):
            if ptrace(request, thread, None, None) != 0:
                raise OSError(ctypes.get_errno(), "ptrace")
        os.waitpid(thread, any_thread)
    yield
    for thread in threads:
        ptrace(detach, thread, None, None)


def moved(packet, number, offset_ns):
    """A packet at another time, between addresses that tell captures apart.

    Checksums are wrong afterwards, which nobody here looks at.
    """
    data = bytearray(packet.data)
    if bytes(data[12:14]) == ETHERTYPE_IPV4:
        for place in (27, 31):
            data[place] = number
    packet.data = bytes(data)
    packet.time += offset_ns
    return packet


def write_mix(path):
    """A capture of many short ones that overlap; the result is how many there are."""
    now = time.time_ns()  # certificates are judged by the time of the packets
    mix = []
    number = 0
    for name in sorted((TESTS / "pcaps").glob("*/*.pcap"), key=lambda path: path.name):
        link_type, packets = read_capture(name)
        if link_type != LINKTYPE_ETHERNET or not packets or number == MIX_MAX:
            continue
        begin = min(packet.time for packet in packets)
        if max(packet.time for packet in packets) - begin > SHORT_NS:
            continue
        number += 1
        offset = now + number * MIX_STEP_NS - begin
        mix += [moved(packet, number, offset) for packet in packets]
    mix.sort(key=lambda packet: packet.time)
    write_capture(path, LINKTYPE_ETHERNET, mix)
    return number


def stripped(value):
    """An event without what differs from run to run."""
    if isinstance(value, dict):
        return {key: stripped(item) for key, item in value.items() if key not in TIMES}
    if isinstance(value, list):
        return [stripped(item) for item in value]
    if isinstance(value, str):
        return re.sub(r"packet \d+|(below )?[\d.]+ (ms|s|us|min)\b", "", value)
    return value


def handshakes(events):
    """The verdicts, in an order that does not depend on when they came."""
    found = [event for event in events if event["event"]["action"] == "tls_handshake"]
    return sorted(found, key=lambda event: json.dumps([event["source"], event["destination"]]))


def statistics(events):
    """The last ones, which may come before what the judge said last: they have queues of their own."""
    return [e["tlswhy"]["stats"] for e in events if e["event"]["action"] == "tlswhy_stats"][-1]


def comparable(event):
    """What a verdict says. Why one is incomplete, a file that ends says a little otherwise."""
    event = stripped(event)
    if event["tlswhy"]["outcome"] == "incomplete":
        del event["event"]["reason"], event["message"], event["tlswhy"]["incomplete_reason"]
    return event


class Live(unittest.TestCase):
    """Shared by all cases: interfaces and a folder."""

    def setUp(self):
        self.loads = []
        make_pair()
        self.addCleanup(self.remove_pair)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        # The unprivileged user has to get there.
        self.folder.chmod(0o777)
        self.running = []
        self.addCleanup(self.end_all)

    def remove_pair(self):
        """Also when a test has removed it."""
        subprocess.run(
            ["ip", "-n", NAMESPACE, "link", "del", SEND], capture_output=True, check=False
        )

    def end_all(self):
        """Nothing that a test has begun outlives it."""
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def start(self, *options, interface=RECEIVE, env=None, **keywords):
        """Start tlswhy and wait until it captures."""
        form = [] if keywords.get("text") else ["--json"]
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            inside(TLSWHY, *form, "--stats-interval", "0", "-i", interface, *options),
            stdin=subprocess.DEVNULL,
            stdout=keywords.get("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            # The leak check cannot work where ptrace is forbidden; what leaks, the other tests see.
            env={**os.environ, "ASAN_OPTIONS": "exitcode=99:detect_leaks=0", **(env or {})},
        )
        self.running.append(process)
        self.assertTrue(wait_for(lambda: self.captures(process)), "does not begin to capture")
        return process

    @staticmethod
    def captures(process):
        """Whether the process has threads: they begin when everything is open."""
        try:
            threads = len(os.listdir(f"/proc/{process.pid}/task"))
            return threads >= THREADS_MIN or process.poll() is not None
        except FileNotFoundError:
            return True

    def stop(self, process, how=signal.SIGTERM, status=0):
        """End it; the result is (events, standard error)."""
        process.send_signal(how)
        out, err = process.communicate(timeout=STOP_LIMIT)
        err = err.decode("utf-8", "replace")
        self.assertEqual(process.returncode, status, err)
        self.assertNotIn("Sanitizer", err)
        out = out or b""
        self.assertTrue(not out or out.endswith(b"\n"), "the last line is cut")
        return [json.loads(line) for line in out.splitlines()], err


class Verdicts(Live):
    """The same packets, live and from a file."""

    def record(self):
        """tcpdump, which writes the packets that come, with the times that tlswhy sees, into a file."""
        path = self.folder / "played.pcap"
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            inside("tcpdump", "-n", "-i", RECEIVE, "-s", "0", "-B", "65536", "-Z", "root",
                   "--immediate-mode", "--time-stamp-precision=nano", "-w", str(path)),
            stderr=subprocess.PIPE,
        )  # fmt: skip
        self.running.append(process)
        self.assertIn(b"listening", process.stderr.readline())
        return process, path

    def live_events(self, capture, *options):
        """The verdicts on a capture that is sent while tlswhy listens, and those on the file of what
        came."""
        live = self.start(*ALL, *options)
        recorder, played = self.record()
        replay(capture)
        time.sleep(0.3)
        recorder.terminate()
        _, said = recorder.communicate(timeout=STOP_LIMIT)
        self.assertIn(b"\n0 packets dropped by kernel", said)
        events, _ = self.stop(live)
        stats = [e["tlswhy"]["stats"] for e in events if e["event"]["action"] == "tlswhy_stats"]
        self.assertEqual(stats[-1]["kernel_dropped_packets"], 0)
        self.loads = [worker["packets"] for worker in stats[-1]["workers"]]
        done = subprocess.run(
            [TLSWHY, "--json", "--streaming", *ALL, str(played)],
            capture_output=True,
            check=True,
            timeout=60,
        )
        offline = [json.loads(line) for line in done.stdout.splitlines()]
        return handshakes(events), handshakes(offline)

    def test_they_are_those_of_the_file_whatever_the_number_of_workers(self):
        capture = self.folder / "mix.pcap"
        self.assertGreater(write_mix(capture), 50)
        for workers in (1, 2, 4):
            with self.subTest(workers=workers):
                live, offline = self.live_events(capture, "--workers", str(workers))
                self.assertGreater(len(live), 50)
                self.assertEqual(len(live), len(offline))
                for one, other in zip(live, offline):
                    self.assertEqual(comparable(one), comparable(other))
                self.assertGreater(min(self.loads), 0, "a worker has nothing to do")

    def test_a_filter_and_several_interfaces(self):
        live = self.start("-i", SEND, "tcp", "port", "1")
        replay(FAILURE)
        events, _ = self.stop(live)
        self.assertEqual(handshakes(events), [])

    def test_any_sees_it_too(self):
        live = self.start(interface="any")
        replay(FAILURE)
        time.sleep(0.3)
        events, _ = self.stop(live)
        causes = {event["tlswhy"]["cause"] for event in handshakes(events)}
        self.assertEqual(causes, {"no_shared_cipher"})

    def test_statistics_come_at_the_end(self):
        live = self.start()
        replay(FAILURE)
        time.sleep(0.3)
        events, _ = self.stop(live)
        stats = [e["tlswhy"]["stats"] for e in events if e["event"]["action"] == "tlswhy_stats"]
        self.assertEqual([item["final"] for item in stats], [True])
        self.assertGreater(stats[0]["packets"], 5)
        self.assertEqual(stats[0]["kernel_dropped_packets"], 0)
        self.assertEqual(stats[0]["failed"], len(handshakes(events)))
        self.assertEqual(sum(stats[0]["causes"].values()), stats[0]["failed"])
        schema = json.loads(SCHEMA.read_text())
        for event in events:
            jsonschema.validate(event, schema)


class Together(Live):
    """What workers see is put together."""

    CLIENTS = 24

    def write_failures(self):
        """Many clients that fail with one cause at one server, which none of the workers sees all of."""
        capture = self.folder / "fleet.pcap"
        name = str(FAILURE.relative_to(TESTS / "pcaps"))
        plays = [Play(name, 0.02 * number, client=1 + number) for number in range(self.CLIENTS)]
        write_fleet(capture, plays, int(time.time()))
        return capture

    def test_the_failures_of_all_workers_are_one_incident(self):
        capture = self.write_failures()
        for workers in (1, 4):
            with self.subTest(workers=workers):
                live = self.start("--workers", str(workers))
                replay(capture)
                time.sleep(LINGER)
                replay(FAILURE)  # at another server, and told last
                time.sleep(0.3)
                events, _ = self.stop(live)
                stats = [e for e in events if e["event"]["action"] == "tlswhy_stats"][-1]
                loads = [worker["packets"] for worker in stats["tlswhy"]["stats"]["workers"]]
                self.assertGreater(min(loads), 0, "a worker has nothing to do")
                self.assertEqual(len(handshakes(events)), self.CLIENTS + 1)
                told = [
                    event["tlswhy"]
                    for event in events
                    if event["event"]["action"] == "tls_incident"
                ]
                self.assertEqual(len({why["incident"] for why in told}), 1)
                self.assertEqual(told[0]["extent"]["state"], "opened")
                self.assertEqual(told[-1]["extent"]["failures"], self.CLIENTS)
                # It is told while failures come.
                actions = [event["event"]["action"] for event in events]
                self.assertIn("tls_handshake", actions[actions.index("tls_incident"):])

    def test_the_text_at_the_end_has_it_too(self):
        capture = self.write_failures()
        report = self.folder / "report.txt"
        with report.open("wb") as out:
            live = self.start("--workers", "4", text=True, stdout=out)
            replay(capture)
            time.sleep(0.3)
            live.send_signal(signal.SIGTERM)
            self.assertEqual(live.wait(timeout=STOP_LIMIT), 0)
        self.assertRegex(report.read_text(), rf"(?s)Incidents.*{self.CLIENTS} ")

    def test_the_text_tells_of_a_verdict_that_changes(self):
        """Long hellos are reset, and later short ones are taken: that is looked at again in the end."""
        capture = self.folder / "large.pcap"
        reset = "large_client_hello_intolerance/reset__curl+node24__script.pcap"
        plays = [Play(reset, 0.02 * number, client=1 + number) for number in range(4)]
        plays += [Play("clean/get-tls12__gnutls__stunnel.pcap", 0.2 + 0.02 * number, client=40 + number)
                  for number in range(12)]
        write_fleet(capture, plays, int(time.time()))
        report = self.folder / "report.txt"
        with report.open("wb") as out:
            live = self.start("--workers", "1", text=True, stdout=out)
            replay(capture)
            time.sleep(0.3)
            live.send_signal(signal.SIGTERM)
            self.assertEqual(live.wait(timeout=STOP_LIMIT), 0)
        text = report.read_text()
        changed = [line for line in text.splitlines() if "  changed: " in line]
        self.assertGreater(len(changed), 1)
        for line in changed:
            self.assertRegex(line, r"\(large_client_hello_intolerance, \w+\); before: \w+, \w+$")
        self.assertRegex(text, "incident closed: reset_by_server, .*, of whose failures none has this")
        # What is told in the end is what is known in the end.
        told = text[text.index("4 of 16 TLS handshakes failed"):]
        self.assertIn("Seen        4 times from 4 clients", told)
        self.assertNotIn("\nreset_by_server  ", told)


class Overload(Live):
    """More packets than can be handled."""

    FLOOD_PACKETS = 60_000

    def write_floods(self):
        """Segments of two connections whose beginning was not seen, in two captures: what a sensor
        can best do without."""
        link_type, packets = read_capture(TESTS / "pcaps" / "demo.pcap")
        longest = {}  # of each connection
        for packet in sorted(packets, key=lambda packet: len(packet.data)):
            segment = find_segment(link_type, packet)
            longest[frozenset((segment.source, segment.destination))] = packet
        chosen = sorted(longest.values(), key=lambda packet: -len(packet.data))[:2]
        paths = [self.folder / "flood.pcap", self.folder / "other.pcap"]
        for path, packet in zip(paths, chosen):
            write_capture(path, link_type, [packet] * 200)
        return paths

    def write_slow_failure(self):
        """A failure that lasts for six seconds."""
        link_type, packets = read_capture(FAILURE)
        begin = packets[0].time
        for packet in packets[len(packets) // 2 :]:
            packet.time += 6_000_000_000
        now = time.time_ns()
        for packet in packets:
            packet.time += now - begin
        path = self.folder / "slow.pcap"
        write_capture(path, link_type, packets)
        return path

    def test_what_is_lost_is_counted_and_marks_the_verdicts_of_that_time(self):
        flood, slow = self.write_floods()[0], self.write_slow_failure()
        live = self.start("--buffer-size", "1M")
        failing = subprocess.Popen(  # pylint: disable=consider-using-with
            inside("tcpreplay", "-q", "-i", SEND, str(slow)), stdout=subprocess.DEVNULL
        )
        self.addCleanup(failing.wait)
        time.sleep(2)
        live.send_signal(signal.SIGSTOP)
        replay(flood, "--topspeed", "--loop", str(self.FLOOD_PACKETS // 200))
        live.send_signal(signal.SIGCONT)
        failing.wait(timeout=30)
        time.sleep(LINGER)
        replay(FAILURE)
        time.sleep(0.3)
        events, _ = self.stop(live)
        stats = [e["tlswhy"]["stats"] for e in events if e["event"]["action"] == "tlswhy_stats"][-1]
        self.assertGreater(stats["kernel_dropped_packets"], 0)
        marked = [e["tlswhy"] for e in handshakes(events) if e["tlswhy"].get("overloaded")]
        self.assertGreater(len(marked), 0)
        self.assertEqual({why["cause"] for why in marked}, {"no_shared_cipher"})
        self.assertIn("overloaded", [item["fact"] for item in marked[0]["evidence"]])

    def test_established_flows_are_left_out_while_handshakes_go_on(self):
        flood, other = self.write_floods()
        live = self.start("--buffer-size", "1M")
        live.send_signal(signal.SIGSTOP)
        replay(flood, "--topspeed", "--loop", str(self.FLOOD_PACKETS // 200))
        live.send_signal(signal.SIGCONT)
        # The next look finds what was lost; then, for two seconds, nothing is picked up midway: what
        # is in the ring may come before that.
        time.sleep(0.6)
        replay(other, "--pps", "2000")
        replay(FAILURE)
        time.sleep(0.3)
        events, _ = self.stop(live)
        stats = [e["tlswhy"]["stats"] for e in events if e["event"]["action"] == "tlswhy_stats"][-1]
        self.assertGreater(stats["shed_packets"], 0)
        self.assertEqual(stats["shed_connections"], 0)
        causes = {event["tlswhy"]["cause"] for event in handshakes(events)}
        self.assertIn("no_shared_cipher", causes)


class Signals(Live):
    """What the operator sends."""

    def test_int_and_term_end_in_order_and_in_time(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=how):
                live = self.start()
                replay(FAILURE)
                began = time.monotonic()
                events, _ = self.stop(live, how)
                self.assertLess(time.monotonic() - began, 5)
                self.assertGreater(len(handshakes(events)), 0)

    def test_a_second_one_ends_at_once(self):
        reader, writer = os.pipe()
        live = self.start(stdout=writer)
        os.set_blocking(writer, False)
        try:  # nobody reads the pipe: the end would wait for its time limit
            while True:
                os.write(writer, b"x" * 65536)
        except BlockingIOError:
            pass
        os.set_blocking(writer, True)
        os.close(writer)
        live.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        self.assertIsNone(live.poll())
        live.send_signal(signal.SIGTERM)
        self.assertEqual(live.wait(timeout=1), -signal.SIGTERM)
        os.close(reader)

    def test_usr1_prints_statistics(self):
        live = self.start()
        live.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        _, err = self.stop(live)
        self.assertRegex(err, r"statistics\n(  +[\d,]+  \S.*\n)*  +0  all others")

    def test_hup_opens_the_file_anew_and_reloads(self):
        path = self.folder / "events.json"
        live = self.start("--output", str(path), "--trust-store", str(ROOT))
        replay(FAILURE)
        self.assertTrue(wait_for(lambda: path.stat().st_size > 0, LINGER + 3))
        path.rename(self.folder / "events.1")
        live.send_signal(signal.SIGHUP)
        self.assertTrue(wait_for(path.exists))
        time.sleep(0.3)
        replay(TESTS / "pcaps" / "demo.pcap", "--pps", "2000")
        _, err = self.stop(live)
        self.assertEqual(err, "")
        for name in ("events.json", "events.1"):
            lines = (self.folder / name).read_text().splitlines()
            self.assertGreater(len(handshakes([json.loads(line) for line in lines])), 0)

    def test_hup_opens_the_file_of_the_text_anew_and_the_report_is_in_it(self):
        path, before = self.folder / "report.txt", self.folder / "report.1"
        live = self.start("--output", str(path), text=True)
        path.rename(before)
        live.send_signal(signal.SIGHUP)
        self.assertTrue(wait_for(path.exists))
        replay(FAILURE)
        self.assertTrue(wait_for(lambda: path.stat().st_size > 0, LINGER + 3))
        _, err = self.stop(live)
        self.assertEqual((err, before.read_text()), ("", ""))
        # First the line of the failure, then what all of them come to.
        self.assertRegex(path.read_text(),
                         r"\A\S+ .* \(no_shared_cipher, \w+\)\n\n1 of 1 TLS handshake failed\.\n")

    def test_hup_opens_the_other_files_when_nobody_reads_a_pipe(self):
        path, pipe = self.folder / "events.json", self.folder / "pipe"
        os.mkfifo(pipe)
        pipe.chmod(0o666)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        live = self.start("--output", str(path), f"--sink=file:{pipe}")
        os.close(reader)
        for number in range(2):  # the second time after the opener of files has seen the pipe
            path.rename(self.folder / f"events.{number}")
            live.send_signal(signal.SIGHUP)
            self.assertTrue(wait_for(path.exists))
        _, err = self.stop(live, status=1)
        self.assertIn(f"{pipe}: No such device or address: writing to the old file", err)
        self.assertIn(f"{pipe}: Broken pipe", err)

    def test_hup_does_not_take_over_a_trust_store_without_certificates(self):
        """An empty directory, and nothing of the system's in its place."""
        for name, empty in (
            ("file", lambda store: store.write_bytes(b"")),
            ("folder", lambda store: (store / "root.pem").unlink()),
        ):
            with self.subTest(store=name):
                store = self.folder / name
                if name == "folder":
                    store.mkdir()
                    store.chmod(0o755)
                shutil.copy(ROOT, store / "root.pem" if name == "folder" else store)
                live = self.start("--trust-store", str(store))
                empty(store)
                live.send_signal(signal.SIGHUP)
                time.sleep(0.5)
                _, err = self.stop(live)
                self.assertIn(f"{store}: no certificate in this trust store\n", err)
                self.assertIn("stay as they were", err)

    def test_a_storm_of_hups_does_no_harm(self):
        path = self.folder / "events.json"
        live = self.start("--output", str(path), "--workers", "2")
        for _ in range(50):
            live.send_signal(signal.SIGHUP)
            time.sleep(0.01)
        replay(FAILURE)
        time.sleep(0.5)
        descriptors = len(os.listdir(f"/proc/{live.pid}/fd"))
        live.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertEqual(len(os.listdir(f"/proc/{live.pid}/fd")), descriptors)
        self.stop(live)
        events = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertGreater(len(handshakes(events)), 0)


class Interfaces(Live):
    """They go and come."""

    def expect_capture(self, live, folder_name):
        """Send a failure, and see its event arrive in the file."""
        path = self.folder / folder_name
        before = path.stat().st_size
        replay(FAILURE)
        self.assertTrue(wait_for(lambda: path.stat().st_size > before, LINGER + 5))
        self.assertIsNone(live.poll())

    def test_down_and_up_again(self):
        live = self.start("--output", str(self.folder / "events.json"))
        ip("link", "set", RECEIVE, "down")
        time.sleep(1)
        ip("link", "set", RECEIVE, "up")
        time.sleep(1)
        self.expect_capture(live, "events.json")
        _, err = self.stop(live)
        self.assertIn(f"{RECEIVE}: is down", err)
        self.assertIn(f"{RECEIVE}: captures again", err)

    def test_removed_and_made_again(self):
        live = self.start("--output", str(self.folder / "events.json"))
        ip("link", "del", RECEIVE)
        time.sleep(1)
        before = self.processor_time(live)
        time.sleep(1)
        self.assertLess(self.processor_time(live) - before, 0.3, "it spins")
        make_pair()
        time.sleep(3)
        self.expect_capture(live, "events.json")
        _, err = self.stop(live)
        self.assertIn(f"{RECEIVE}: is gone", err)
        self.assertIn(f"{RECEIVE}: captures again", err)

    @staticmethod
    def processor_time(process):
        """Seconds that a process has used."""
        fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_several_workers_go_on_with_one_of_them(self):
        live = self.start("--workers", "2", "--output", str(self.folder / "events.json"))
        for _ in range(2):
            ip("link", "del", RECEIVE)
            time.sleep(1)
            make_pair()
            time.sleep(3)
            self.expect_capture(live, "events.json")
        events = (self.folder / "events.json").read_text().splitlines()
        self.assertEqual(len(handshakes([json.loads(line) for line in events])), 2)
        _, err = self.stop(live)
        self.assertEqual(err.count(f"{RECEIVE}: captures again"), 2)

    def test_one_that_does_not_exist_is_an_error(self):
        done = subprocess.run(
            inside(TLSWHY, "-i", "nowhere0"), capture_output=True, timeout=20, check=False
        )
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.decode(), r"\Atlswhy: nowhere0: No such device exists\n\Z")

    def test_what_makes_no_sense_is_said_before_it_begins(self):
        for status, message, *options in (
            (2, "unknown port 'nowhere'", "port", "nowhere"),
            (2, "--metrics: '65536' is not a number from 0 to 65535", "--metrics", "127.0.0.1:65536"),
            (2, "--cpu: there is no 1000", "--cpu", "1000"),
            (2, "--metrics: 'foo:9117' is not an address and port", "--metrics", "foo:9117"),
            (2, "'localhost:1' is not an address", "--metrics", "localhost:1"),
            (1, "no state can be put into this directory", "--state", "/nowhere/state"),
        ):
            done = subprocess.run(
                inside(TLSWHY, "-i", RECEIVE, *options), capture_output=True, timeout=20, check=False
            )
            self.assertEqual((done.returncode, message in done.stderr.decode()), (status, True),
                             (options, done.stderr))


class Receivers(Live):
    """Those of the events fail."""

    def test_a_reader_that_does_not_read_stalls_nothing_and_is_left_in_time(self):
        reader, writer = os.pipe()
        live = self.start("--all", stdout=writer)
        os.close(writer)
        for _ in range(3):
            replay(TESTS / "pcaps" / "demo.pcap", "--pps", "5000")
        began = time.monotonic()
        live.send_signal(signal.SIGTERM)
        live.wait(timeout=STOP_LIMIT + 2)
        self.assertLess(time.monotonic() - began, STOP_LIMIT + 1)
        os.close(reader)

    def test_a_reader_that_went_away_ends_it(self):
        reader, writer = os.pipe()
        live = self.start(stdout=writer)
        os.close(writer)
        os.close(reader)
        replay(FAILURE)
        self.assertEqual(live.wait(timeout=LINGER + 8), 1)
        self.assertIn("Broken pipe", live.communicate()[1].decode())

    def test_a_full_disk_loses_events_and_counts_them(self):
        mount = self.folder / "full"
        mount.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16k,mode=777", "tmpfs", mount], check=True
        )
        self.addCleanup(subprocess.run, ["umount", "-l", mount], check=False)
        path = mount / "events.json"
        live = self.start("--all", "--output", str(path))
        for _ in range(2):
            replay(TESTS / "pcaps" / "demo.pcap", "--pps", "5000")
            time.sleep(0.2)
        _, err = self.stop(live, status=1)
        self.assertIn("No space left on device", err)
        self.assertRegex(err, r"\d+ events were lost")
        text = path.read_text()
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            json.loads(line)


class State(Live):
    """What is known of servers, from one run to the next."""

    # Its server is the one of the clean captures.
    FAILED = TESTS / "pcaps" / "no_shared_cipher" / "psk-client__openssl__openssl.pcap"

    def known(self, state, *captures):
        """What is known of the server of the last handshake after these captures."""
        live = self.start("--workers", "2", "--state", str(state))
        for capture in captures:
            replay(capture)
        time.sleep(0.3)
        events, err = self.stop(live)
        self.assertEqual(err, "")
        return handshakes(events)[-1]["tlswhy"].get("server_known") if captures else None

    def test_a_restarted_sensor_is_not_ignorant(self):
        state = self.folder / "state"
        self.known(state)
        self.assertIsNone(self.known(state, self.FAILED))
        self.assertEqual(state.stat().st_mode & 0o777, 0o600)
        self.assertNotEqual(state.stat().st_uid, 0)
        for good in sorted((TESTS / "pcaps" / "clean").glob("get-*"))[:6]:
            replayed = self.start("--state", str(state))
            replay(good, "-K", "--pps", "200")
            time.sleep(0.3)
            self.stop(replayed)
        self.assertGreater(self.known(state, self.FAILED)["established"], 1)
        self.assertEqual(list(self.folder.glob("*.new")), [])

    def test_it_is_written_while_the_service_runs_and_survives_its_death(self):
        state = self.folder / "state"
        captures = sorted((TESTS / "pcaps" / "clean").glob("get-*"))[:4]
        live = self.start("--state", str(state), "--state-interval", "1")
        for capture in captures:
            replay(capture)
        self.assertTrue(wait_for(state.exists))
        time.sleep(2.5)         # one that has all of them
        live.kill()
        live.wait(timeout=STOP_LIMIT)
        self.assertGreater(self.known(state, self.FAILED)["established"], 0)

    def test_a_damaged_state_is_refused(self):
        state = self.folder / "state"
        subprocess.run([TLSWHY, f"--state={state}", self.FAILED],
                       stdout=subprocess.DEVNULL, timeout=STOP_LIMIT, check=True)
        state.write_bytes(state.read_bytes()[:16])
        done = subprocess.run(
            inside(TLSWHY, "-i", RECEIVE, "--state", str(state)),
            capture_output=True, timeout=STOP_LIMIT, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"offset 16: is cut off", done.stderr)


class Privileges(Live):
    """What is left of root."""

    def test_nothing_is_left(self):
        live = self.start()
        status = dict(
            line.split(":\t", 1)
            for line in Path(f"/proc/{live.pid}/status").read_text().splitlines()
            if ":\t" in line
        )
        self.assertNotIn("0", status["Uid"].split())
        self.assertNotIn("0", status["Gid"].split())
        self.assertEqual(status["Groups"].split(), [])
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[kind], 16), 0, kind)
        self.assertEqual(status["NoNewPrivs"], "1")
        if "libseccomp" in built_in():
            self.assertEqual(status["Seccomp"], "2")
        self.stop(live)

    def test_the_user_is_given_what_was_made_and_nothing_else(self):
        made, there = self.folder / "made.json", self.folder / "there.json"
        there.touch()
        self.stop(self.start("--output", str(made), f"--sink=file:{there}",
                             "--sink=syslog+tcp://127.0.0.1:1", "--on-full=spool",
                             f"--spool={self.folder}"))
        (spool,) = self.folder.glob("*.spool")
        owners = [path.stat().st_uid for path in (made, spool, there)]
        self.assertEqual(owners, [pwd.getpwnam("nobody").pw_uid] * 2 + [0])

    def test_who_lacks_a_right_is_told(self):
        closed = self.folder / "closed"
        closed.mkdir(0o700)
        done = subprocess.run(inside(TLSWHY, "-i", RECEIVE, "--state", str(closed / "state")),
                              capture_output=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Permission denied as user nobody\n", done.stderr.decode())

    def test_a_start_that_fails_says_why_and_nothing_else(self):
        closed, events = self.folder / "closed", self.folder / "events.json"
        closed.mkdir(0o700)
        done = subprocess.run(inside(TLSWHY, "-i", RECEIVE, "--state", str(closed / "state"),
                                     f"--sink=file:{events}"),
                              capture_output=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.decode(), r"\Atlswhy: \S+: no state can be put [^\n]*\n\Z")
        self.assertEqual(events.read_bytes(), b"")

    def test_root_is_no_user_for_it(self):
        done = subprocess.run(inside(TLSWHY, "-i", RECEIVE, "--user", "root"), capture_output=True,
                              timeout=20, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.decode(),
                         "tlswhy: --user: root may not be the service's user: name another\n")

    def test_a_user_that_does_not_exist_is_an_error(self):
        done = subprocess.run(
            inside(TLSWHY, "-i", RECEIVE, "--user", "no-such-user"),
            capture_output=True,
            timeout=20,
            check=False,
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("no-such-user", done.stderr.decode())


class Manager(Live):
    """Whom it tells how it goes."""

    @contextlib.contextmanager
    def manager(self, seconds):
        """The socket of a service manager, which waits for so long."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(self.folder / "notify"))
            os.chmod(manager.getsockname(), 0o777)
            manager.settimeout(seconds)
            yield manager

    def start_watched(self, manager, microseconds):
        """The program under this manager, with so long between two signs of life."""
        path = manager.getsockname()
        return self.start(env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": microseconds})

    def test_it_says_ready_alive_and_stopping(self):
        with self.manager(10) as manager:
            live = self.start_watched(manager, "1500000")
            said = [manager.recv(4096).decode() for _ in range(3)]
            live.send_signal(signal.SIGHUP)
            while not said[-1].startswith("RELOADING=1"):
                said.append(manager.recv(4096).decode())
            self.stop(live)
            while said[-1] != "STOPPING=1":
                said.append(manager.recv(4096).decode())
        self.assertEqual(said[0], "READY=1")
        self.assertEqual(said[1:3], ["WATCHDOG=1", "WATCHDOG=1"])

    def test_a_thread_that_hangs_ends_the_signs_of_life(self):
        with self.manager(2) as manager:
            live = self.start_watched(manager, "600000")
            self.assertEqual(manager.recv(4096), b"READY=1")
            with stopped_threads(live.pid), self.assertRaises(TimeoutError):
                for _ in range(200):  # 40 s of them
                    self.assertEqual(manager.recv(4096), b"WATCHDOG=1")
            self.assertEqual(manager.recv(4096), b"WATCHDOG=1")
            self.stop(live)


class Metrics(Live):
    """For Prometheus."""

    # What metrics have as labels, and one counter of each sink for all.
    LABELLED = {"final", "causes", "workers", "sinks", "established", "incomplete", "not_tls", "failed"}

    def check_names(self, text, events):
        """Each counter of the statistics is a metric too."""
        names = set(re.findall(r"# TYPE tlswhy_(\S+?)(?:_total)? (?:counter|gauge)", text))
        stats = [e["tlswhy"]["stats"] for e in events if e["event"]["action"] == "tlswhy_stats"]
        self.assertEqual(set(stats[-1]) - self.LABELLED - names, set())
        self.assertEqual(len(stats[-1]["sinks"]), 1)

    def test_they_tell_of_what_was_seen(self):
        if "libmicrohttpd" not in built_in():
            self.skipTest("this build has no libmicrohttpd")
        ip("link", "set", "lo", "up")
        live = self.start("--metrics", "9117")
        replay(TESTS / "pcaps" / "demo.pcap", "--pps", "2000")
        time.sleep(LINGER + 1)
        fetch = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9117/metrics').read().decode())"
        done = subprocess.run(
            inside(sys.executable, "-c", fetch), capture_output=True, check=True, timeout=20
        )
        text = done.stdout.decode()
        events, _ = self.stop(live)
        self.check_names(text, events)
        self.assertRegex(
            text, r'tlswhy_failures_total\{cause="certificate_expired",layer="certificate"\} [1-9]'
        )
        self.assertRegex(text, r"\ntlswhy_certificate_not_after_seconds\{name=\"www.lab.test\"")
        self.assertRegex(text, r"\ntlswhy_packets_total [1-9]")
        self.assertRegex(text, r"\ntlswhy_known_servers [1-9]")
        self.assertRegex(text, r"\ntlswhy_inventory_certificates [1-9]")
        self.assertRegex(text, r'\ntlswhy_events_delivered_total\{sink="standard output"\} [1-9]')
        self.assertRegex(text, r'\ntlswhy_worker_busy_seconds_total\{worker="0"\} 0\.')
        if shutil.which("promtool") is not None:
            check = subprocess.run(
                ["promtool", "check", "metrics"],
                input=done.stdout,
                capture_output=True,
                check=False,
            )
            self.assertEqual((check.returncode, check.stderr), (0, b""))

    def test_whoever_asks_while_it_ends_does_no_harm(self):
        """Sanitizers see what an answer reads that is gone already."""
        if "libmicrohttpd" not in built_in():
            self.skipTest("this build has no libmicrohttpd")
        ip("link", "set", "lo", "up")
        asking = """
import urllib.request as u
def ask():
    return len(u.urlopen('http://127.0.0.1:9117/metrics', timeout=5).read())
print(ask(), flush=True)
try:
    while ask() > 0: pass
except OSError:
    pass
"""
        live = self.start("--metrics", "9117", "--workers", "4")
        askers = [
            subprocess.Popen(inside(sys.executable, "-c", asking), stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        self.running += askers
        for asker in askers:
            self.assertGreater(int(asker.stdout.readline()), 0)
        self.stop(live)
        for asker in askers:
            asker.wait(timeout=20)


if __name__ == "__main__":
    REASON = missing()
    if REASON:
        print(f"skipped: {REASON}")
        sys.exit(SKIPPED)
    try:
        unittest.main(verbosity=2)
    finally:
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=False)
