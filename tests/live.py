# SPDX-License-Identifier: GPL-2.0-or-later
"""A sensor that captures in a network namespace of its own, and packets that are sent to it.

The program is $TLSWHY. Needs root, ip (iproute2), tcpdump and tcpreplay: missing() says what lacks,
and main() skips the tests then, which the runner reports with the reason.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from waiting import wait_for

TESTS = Path(__file__).resolve().parent
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
NAMESPACE = f"tlswhy{os.getpid()}"
SKIPPED = 77  # what ctest takes for "skipped"
# Its own end of the pair, and the other.
SEND, RECEIVE = "send0", "recv0"
FAILURE_NAME = "no_shared_cipher/suites__curl__java.pcap"
FAILURE = TESTS / "pcaps" / FAILURE_NAME
ROOT = TESTS / "pcaps" / "lab-root.pem"
# Verdicts come when a connection is over: two seconds after its end.
LINGER = 2.5
STOP_LIMIT = 6
# The main thread, the writer, the judge, who waits for files, and one worker at least.
THREADS_MIN = 5


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


def handshakes(events):
    """The verdicts, in an order that does not depend on when they came."""
    found = [event for event in events if event["event"]["action"] == "tls_handshake"]
    return sorted(found, key=lambda event: json.dumps([event["source"], event["destination"]]))


def statistics(events):
    """The last ones, which may come before what the judge said last: they have queues of their own."""
    return [e["tlswhy"]["stats"] for e in events if e["event"]["action"] == "tlswhy_stats"][-1]


class Live(unittest.TestCase):
    """Shared by all cases: interfaces and a folder."""

    def setUp(self):
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


def remove_namespace():
    """With all interfaces in it."""
    subprocess.run(["ip", "netns", "del", NAMESPACE], check=False)


def main():
    """Run the tests of the program's file, or say why they cannot run; the result is its status."""
    reason = missing()
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    try:
        return 0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1
    finally:
        remove_namespace()
