# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes wrong in a soak: interfaces, signals, the clock, floods; and those who take the events."""

import itertools
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import live
from fleet import CLIENTS, Play, write_fleet
from soak_events import read_digests, digest

RECEIVER = Path(__file__).resolve().parent / "soak_receiver.py"
# Seconds that the clock is off by, in turn.
STEPS_S = (3600, 0, -3600, 0, 86400 * 365, 0, -86400, 0)
PAUSE_SECONDS = 0.5
# Failures after each fault, which show that the service goes on.
PROBES = 3
PROBE_FIRST, PROBE_LAST = 100_000, 130_000
# In turn: for some of it the queues have room, for the rest they have not.
OUTAGES_SECONDS = (0.7, 6)
WAIT_SECONDS = 10


class Receiver:
    """A process that takes the events of one sink; it dies and is started again."""

    def __init__(self, folder, scheme, where):
        self.scheme = scheme
        self.where = where
        self.digests = folder / f"{scheme}.digests"
        self.process = None
        self.start()

    def start(self):
        """Listen, where it did before if there was a before."""
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            live.inside(sys.executable, str(RECEIVER), self.scheme, str(self.where),
                        str(self.digests)),
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self.where = self.process.stdout.readline().decode().strip()

    def stop(self):
        """It dies, with what it has not read."""
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def name(self):
        """As --sink has it."""
        return f"unix:{self.where}" if self.scheme == "unix" else f"syslog+tcp://127.0.0.1:{self.where}"

    def received(self):
        """Digests of the events."""
        return read_digests(self.digests)


class File:
    """A file of events on a small disk, which is put aside and removed from time to time."""

    def __init__(self, disk):
        self.path = disk / "events.json"
        self.digests = set()

    def name(self):
        """As --sink has it."""
        return f"file:{self.path}"

    def take(self, path):
        """Note what a file holds, and remove it."""
        data = path.read_bytes()
        if data and not data.endswith(b"\n"):
            raise RuntimeError("a file ends in half a line")
        self.digests.update(map(digest, data.splitlines()))
        path.unlink()

    def received(self):
        """Digests of the events."""
        if self.path.exists():
            self.take(self.path)
        return self.digests


class Faults:
    """Faults in turn, for as long as wanted; counted by their names."""

    def __init__(self, process, folder):
        self.process = process
        self.folder = folder
        self.count = Counter()
        self.latest = "the beginning"
        self.until = 0

    def run(self):
        """All of them, again and again."""
        for fault in itertools.cycle(self.all()):
            if time.monotonic() >= self.until:
                return
            self.latest = fault.__name__
            fault()
            self.count[fault.__name__] += 1
            time.sleep(PAUSE_SECONDS)

    def all(self):
        """The faults, in their order."""
        raise NotImplementedError


@dataclass
class Probe:
    """Failures after a fault."""

    fault: str
    begin: float  # time.monotonic
    end: float
    clients: list  # of which one must be told


class Network(Faults):
    """The machine and its interfaces; after each fault, failures that must be told."""

    def __init__(self, process, folder, clock):
        super().__init__(process, folder)
        self.clock = clock
        self.steps = itertools.cycle(STEPS_S)
        self.numbers = itertools.cycle(range(PROBE_FIRST, PROBE_LAST))
        self.probes = []

    def probe(self):
        """Fail, as somebody who tries again."""
        capture = self.folder / "probe.pcap"
        clients = []
        begin = time.monotonic()
        for number in itertools.islice(self.numbers, PROBES):
            write_fleet(capture, [Play(live.FAILURE_NAME, 0, client=number)], int(time.time()))
            live.replay(capture, "--topspeed")
            clients.append(str(CLIENTS[number]))
            time.sleep(PAUSE_SECONDS / 2)
        self.probes.append(Probe(self.latest, begin, time.monotonic(), clients))

    def run(self):
        self.probe()
        super().run()

    def interface_down(self):
        """Down for a moment, and up again."""
        live.ip("link", "set", live.RECEIVE, "down")
        time.sleep(0.5)
        live.ip("link", "set", live.RECEIVE, "up")
        self.settle()

    def interface_gone(self):
        """Removed, and made anew."""
        live.ip("link", "del", live.RECEIVE)
        time.sleep(0.5)
        live.make_pair()
        self.settle()

    def settle(self):
        """Workers look after their interfaces from time to time."""
        time.sleep(2)
        self.probe()

    def hangup_storm(self):
        """Many SIGHUPs."""
        for _ in range(20):
            self.process.send_signal(signal.SIGHUP)
            time.sleep(0.01)
        self.probe()

    def clock_step(self):
        """Somebody sets the time."""
        with self.clock.open("r+b", buffering=0) as file:  # which is mapped, and never shorter
            file.write(struct.pack("<q", next(self.steps) * 1_000_000_000))
        time.sleep(PAUSE_SECONDS)
        self.probe()

    def syn_flood(self):
        """SYNs of many sources."""
        subprocess.run(
            live.inside("tcpreplay", "-q", "-i", live.SEND, "--pps", "100000", "--loop", "20",
                        "--unique-ip", str(self.folder / "syn.pcap")),
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        self.probe()

    def statistics(self):
        """Somebody looks."""
        self.process.send_signal(signal.SIGUSR1)

    def all(self):
        return (
            self.interface_down,
            self.clock_step,
            self.hangup_storm,
            self.syn_flood,
            self.clock_step,
            self.statistics,
            self.interface_gone,
        )


class Sinks(Faults):
    """Those who take the events."""

    def __init__(self, process, folder, file, receivers):
        super().__init__(process, folder)
        self.file = file
        self.receivers = receivers
        self.turn = 0

    def outage(self):
        """How long this time: short ones first, for all kinds of fault."""
        self.turn += 1
        time.sleep(OUTAGES_SECONDS[self.turn // len(self.all()) % len(OUTAGES_SECONDS)])

    def dies(self, receiver):
        """Gone, and back later."""
        receiver.stop()
        self.outage()
        receiver.start()

    def unix_reader_gone(self):
        """Nobody listens at the socket."""
        self.dies(self.receivers[0])

    def tcp_receiver_killed(self):
        """Nobody listens at the port."""
        self.dies(self.receivers[1])

    def receivers_stall(self):
        """They are there and do not read."""
        for receiver in self.receivers:
            receiver.process.send_signal(signal.SIGSTOP)
        self.outage()
        for receiver in self.receivers:
            receiver.process.send_signal(signal.SIGCONT)

    def disk_full(self):
        """Nothing fits for a moment."""
        filler = self.file.path.with_name("filler")
        with filler.open("wb", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(4096))
            except OSError:
                pass
        self.outage()
        filler.unlink()

    def rotate(self):
        """As logrotate does it: put aside, SIGHUP, and remove once nobody writes there."""
        aside = self.file.path.with_name("aside")
        self.file.path.rename(aside)
        self.process.send_signal(signal.SIGHUP)
        if not live.wait_for(lambda: self.file.path.exists() and not self.is_open(aside), WAIT_SECONDS):
            raise RuntimeError("no new file of events after SIGHUP")
        self.file.take(aside)

    def is_open(self, path):
        """Whether the process has a file open."""
        folder = Path(f"/proc/{self.process.pid}/fd")
        try:
            return any(os.readlink(item) == str(path) for item in folder.iterdir())
        except FileNotFoundError:
            return True  # one was closed meanwhile: look again

    def all(self):
        return (
            self.unix_reader_gone,
            self.disk_full,
            self.rotate,
            self.tcp_receiver_killed,
            self.receivers_stall,
            self.rotate,
        )


class Spoilers:
    """Both kinds at the same time."""

    def __init__(self, *faults):
        self.faults = faults
        self.errors = []
        self.threads = [threading.Thread(target=self._run, args=(item,)) for item in faults]

    def _run(self, faults):
        try:
            faults.run()
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(f"{type(faults).__name__}: {error!r}")

    def start(self, seconds):
        """Begin."""
        for item in self.faults:
            item.until = time.monotonic() + seconds
        for thread in self.threads:
            thread.start()

    def finish(self):
        """Wait for the end of all; the result is how often each fault was."""
        for thread in self.threads:
            thread.join()
        if self.errors:
            raise RuntimeError("; ".join(self.errors))
        return sum((item.count for item in self.faults), Counter())
