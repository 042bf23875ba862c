#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture as a service of the system: what it keeps, what is left of root, whom it tells how it
goes.

The program is $TLSWHY. Needs what live.py needs.
"""

import contextlib
import ctypes
import os
import pty
import pwd
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from live import (
    FAILURE, LINGER, RECEIVE, STOP_LIMIT, TESTS, TLSWHY, Live, built_in, handshakes, inside, ip, main,
    replay, statistics,
)  # fmt: skip
from waiting import wait_for

READ_LIMIT = 60  # seconds, on a busy machine


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


def read_until(file, pattern):
    """What can be read from a descriptor until the pattern is in it, or to its end."""
    text = ""
    while pattern is None or not re.search(pattern, text, re.DOTALL):
        if not select.select([file], [], [], READ_LIMIT)[0]:
            raise TimeoutError(f"{pattern!r} did not come behind {text!r}")
        try:
            piece = os.read(file, 65536)
        except OSError:  # a terminal that nobody writes to any more
            piece = b""
        if not piece:
            break
        text += piece.decode()
    return text


class Terminal(Live):
    """On a terminal, which has a line of status too."""

    OTHER = TESTS / "pcaps" / "version_mismatch" / "client10-server12__openssl__java.pcap"

    def test_each_failure_takes_the_place_of_the_status(self):
        controller, terminal = pty.openpty()
        self.addCleanup(os.close, controller)
        live = self.start("--progress=always", text=True, stdout=terminal)
        os.close(terminal)
        written = shown = ""
        for capture, cause, count in ((self.OTHER, "version_mismatch", "1 handshake"),
                                      (FAILURE, "no_shared_cipher", "2 handshakes")):
            replay(capture)
            written += read_until(controller, cause + ".*\n")
            shown += read_until(live.stderr.fileno(), f"{count} failed, 0 packets dropped")
        live.send_signal(signal.SIGTERM)
        written += read_until(controller, None)
        self.assertEqual(live.wait(STOP_LIMIT), 0)
        lines = [line for line in written.split("\r\n") if re.search(r"\.\d{3}  .* -> ", line)]
        self.assertEqual(len(lines), 2, written)
        for line in lines:
            self.assertRegex(line, "^\r\033\\[K[0-9]{4}-")
        self.assertNotIn("1 handshakes", shown)


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
        stats = statistics(events)
        self.assertEqual(set(stats) - self.LABELLED - names, set())
        self.assertEqual(len(stats["sinks"]), 1)

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
    sys.exit(main())
