#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live, within the sandbox: every kind of sink gets every event, receivers come back, an outage does not
become a flood.

The program is $TLSWHY, $KAFKA_MOCK librdkafka's mock cluster. Needs what
live.py needs.
"""

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from capture_file import LINKTYPE_ETHERNET, write_capture
from live import (
    FAILURE, NAMESPACE, SEND, STOP_LIMIT, Live, built_in, handshakes, inside, ip, main, replay,
)  # fmt: skip
from refusals import refused
from sinks_test import SYSLOG, Listener, syslog_messages
from waiting import wait_for

KAFKA_MOCK = os.environ.get("KAFKA_MOCK", "")
CLONE_NEWNET = 0x40000000
SECCOMP_FILTER = 2
FAILURES = 300
# Signs of life, one each half second, that come while an answer is waited for.
SIGNS = 16
SIGN_LIMIT = 2


def in_namespace(function):
    """What a function returns that runs in the network namespace: a socket stays there."""
    found = []

    def run():
        with open(f"/run/netns/{NAMESPACE}", "rb") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        found.append(function())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def children(process):
    """The processes that a process has begun and that have not ended."""
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, check=False, text=True)
    return [int(number) for number in found.stdout.split()]


def is_running(number):
    """Whether this process has not ended; it may wait to be waited for."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def is_filtered(process):
    """Whether all threads of a process and of its children have a filter of system calls."""
    for number in (process.pid, *children(process)):
        try:
            tasks = os.listdir(f"/proc/{number}/task")
        except FileNotFoundError:  # a child that loads libraries ends by itself
            return False
        for task in tasks:
            with open(f"/proc/{number}/task/{task}/status", encoding="utf-8") as status:
                if int(re.search(r"^Seccomp:\s+(\d)", status.read(), re.MULTILINE)[1]) != SECCOMP_FILTER:
                    return False
    return True


class Sinks(Live):
    """Receivers in the namespace."""

    def setUp(self):
        super().setUp()
        ip("link", "set", "lo", "up")
        # Names are looked up for the families that an interface other than lo has.
        ip("address", "add", "192.0.2.1/24", "dev", SEND)

    def listen(self, **keywords):
        """A TCP server."""
        listener = in_namespace(lambda: Listener(socket.AF_INET, ("127.0.0.1", 0), **keywords))
        self.addCleanup(listener.socket.close)
        return listener

    def run_outage(self, *options):
        """What a capture is told of: (events that a file got, standard error)."""
        path = self.folder / "events.json"
        live = self.start(f"--sink=file:{path}", *options)
        self.check_sandbox(live)
        replay(FAILURE)
        time.sleep(0.3)
        _, said = self.stop(live)
        return path.read_bytes().splitlines(), said

    def check_sandbox(self, process):
        """It is in force, where it is built in."""
        if "libseccomp" in built_in():
            # Threads of libraries are there before it is entered, and then have it too.
            self.assertTrue(wait_for(lambda: is_filtered(process)))

    def test_files_sockets_and_syslog(self):
        path = str(self.folder / "socket")
        unix = Listener(socket.AF_UNIX, path)
        os.chmod(path, 0o777)
        tcp = self.listen()
        udp = in_namespace(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.addCleanup(udp.close)
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(5)
        lines, _ = self.run_outage(f"--sink=unix:{path}", f"--sink=syslog+tcp://127.0.0.1:{tcp.port}",
                                   f"--sink=syslog+udp://127.0.0.1:{udp.getsockname()[1]}")
        events = [json.loads(line) for line in lines]
        self.assertGreater(len(handshakes(events)), 0)
        self.assertTrue(wait_for(lambda: unix.connections[0].count(b"\n") == len(lines)))
        self.assertEqual(bytes(unix.connections[0]).splitlines(), lines)
        self.assertTrue(wait_for(lambda: len(syslog_messages(tcp.connections[0])) == len(lines)))
        self.assertEqual(syslog_messages(tcp.connections[0]), events)
        self.assertEqual([json.loads(SYSLOG.fullmatch(udp.recv(1 << 17))[1]) for _ in lines], events)

    @unittest.skipUnless(KAFKA_MOCK and shutil.which("kcat"), "no librdkafka, or no kcat")
    def test_kafka(self):
        cluster = subprocess.Popen(inside(KAFKA_MOCK, "tlswhy", "4"), stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.running.append(cluster)
        self.addCleanup(cluster.stdin.close)
        brokers = cluster.stdout.readline().decode().strip()
        lines, said = self.run_outage(f"--sink=kafka://{brokers}/tlswhy")
        done = subprocess.run(inside("kcat", "-q", "-u", "-C", "-e", "-b", brokers, "-t", "tlswhy", "-o",
                                     "beginning"), capture_output=True, check=True, timeout=60)
        self.assertEqual(sorted(done.stdout.splitlines()), sorted(lines), said)
        self.assertGreater(len(lines), 1)

    def test_a_receiver_that_broke_off_is_connected_to_again(self):
        """It had taken a part of the first event: all that it may not have is sent again."""
        receiver = self.listen(limit=1)
        live = self.start(f"--sink=syslog+tcp://127.0.0.1:{receiver.port}", "--on-full=spool",
                          f"--spool={self.folder}")
        self.check_sandbox(live)
        replay(FAILURE)
        self.assertTrue(wait_for(lambda: len(receiver.connections) == 2, 20))
        _, said = self.stop(live)
        self.assertTrue(wait_for(lambda: len(syslog_messages(receiver.connections[1])) > 1), said)
        actions = [event["event"]["action"] for event in syslog_messages(receiver.connections[1])]
        self.assertEqual((actions[0], actions[-1]), ("tls_handshake", "tlswhy_stats"))

    def test_an_outage_is_folded_and_counted(self):
        capture = self.folder / "outage.pcap"
        write_capture(capture, LINKTYPE_ETHERNET, refused(FAILURES, step=1_000_000))
        path = self.folder / "events.json"
        live = self.start(f"--sink=file:{path}", "--events-per-minute=10", "--workers=2")
        replay(capture)
        time.sleep(0.5)
        self.stop(live)
        events = [json.loads(line) for line in path.read_bytes().splitlines()]
        own = handshakes(events)
        (stats,) = [e["tlswhy"]["stats"] for e in events if e["event"]["action"] == "tlswhy_stats"]
        last = [e["tlswhy"]["extent"] for e in events if e["event"]["action"] == "tls_incident"][-1]
        self.assertEqual(stats["failed"], FAILURES)
        self.assertEqual(len(own) + stats["folded_events"], FAILURES)
        self.assertLessEqual(len(own), 2 * 10 + 1)  # a minute may have ended meanwhile
        self.assertEqual((last["failures"], last["folded"]), (FAILURES, stats["folded_events"]))
        ids = [event["event"]["id"] for event in events]
        self.assertEqual(len(set(ids)), len(ids), "each event has an identifier of its own")

    def test_a_directory_that_may_not_be_written_to_keeps_the_file_that_is_open(self):
        folder = self.folder / "closed"
        folder.mkdir(0o777)
        folder.chmod(0o777)
        path = folder / "events.json"
        live = self.start(f"--sink=file:{path}")
        folder.chmod(0o555)
        path.rename(folder / "moved")
        live.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        replay(FAILURE)
        time.sleep(0.3)
        _, said = self.stop(live)
        self.assertIn("Permission denied as user nobody: writing to the old file", said)
        actions = {json.loads(line)["event"]["action"]
                   for line in (folder / "moved").read_bytes().splitlines()}
        self.assertLessEqual({"tls_handshake", "tlswhy_stats"}, actions)


class Opener(Live):
    """The process that opens files."""

    def start_with_opener(self, *options, **keywords):
        """The program, and the number of that process."""
        live = self.start(f"--sink=file:{self.folder / 'events.json'}", *options, **keywords)
        self.assertTrue(wait_for(lambda: len(children(live)) == 1))
        return live, children(live)[0]

    def test_the_service_ends_when_it_dies(self):
        live, opener = self.start_with_opener()
        os.kill(opener, signal.SIGKILL)
        self.assertEqual(live.wait(timeout=STOP_LIMIT), 1)
        _, said = live.communicate()
        self.assertEqual(said.decode(), "tlswhy: the opener of files is gone\n")

    def test_it_goes_with_the_service_also_when_it_hangs(self):
        live, opener = self.start_with_opener()
        os.kill(opener, signal.SIGSTOP)
        live.kill()
        live.wait(timeout=STOP_LIMIT)
        self.assertTrue(wait_for(lambda: not is_running(opener)))

    def test_one_that_hangs_holds_up_no_end_and_goes_with_the_service(self):
        state = self.folder / "state"
        live, opener = self.start_with_opener(f"--state={state}")
        os.kill(opener, signal.SIGSTOP)
        _, said = self.stop(live, status=1)
        self.assertIn("the state: it was not written in time\n", said)
        self.assertFalse(state.exists())
        self.assertTrue(wait_for(lambda: not is_running(opener)))

    def test_one_that_hangs_takes_no_sign_of_life_away(self):
        """The state is due every second, and nobody writes it."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(self.folder / "notify"))
            os.chmod(manager.getsockname(), 0o777)
            manager.settimeout(SIGN_LIMIT)
            env = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "1500000"}
            live, opener = self.start_with_opener(f"--state={self.folder / 'state'}",
                                                  "--state-interval=1", env=env)
            os.kill(opener, signal.SIGSTOP)
            live.send_signal(signal.SIGHUP)
            said = [manager.recv(4096) for _ in range(SIGNS)]
            self.assertGreater(said.count(b"WATCHDOG=1"), SIGNS - 4)
            os.kill(opener, signal.SIGCONT)
            self.assertTrue(wait_for((self.folder / "state").exists))
            _, said = self.stop(live)
        self.assertEqual(said.count("the opener of files does not answer\n"), 1)


if __name__ == "__main__":
    sys.exit(main())
