# SPDX-License-Identifier: GPL-2.0-or-later
"""What came out of a soak: events by the million, of which only what tells them apart is kept."""

import hashlib
import json
import threading
import time
from collections import Counter
from pathlib import Path

DIGEST_OCTETS = 8
LOOK_SECONDS = 0.1
# As what a failure that was not told may have been counted.
LOST = (
    "kernel_dropped_packets",
    "interface_dropped_packets",
    "shed_connections",
    "shed_packets",
    "unjudged_handshakes",
    "evicted_handshakes",
    "refused_handshakes",
    "unserialised_events",
)


def digest(line):
    """What tells an event from all others."""
    return hashlib.blake2b(line, digest_size=DIGEST_OCTETS).digest()


def read_digests(path):
    """Those that a receiver noted."""
    data = Path(path).read_bytes()
    return {data[i : i + DIGEST_OCTETS] for i in range(0, len(data), DIGEST_OCTETS)}


class Events:
    """The events of a file that grows and loses nothing."""

    def __init__(self, path):
        self.path = path
        self.digests = set()
        self.lines = 0
        self.failures = 0
        self.causes = Counter()
        self.clients = set()  # of handshakes that failed
        self.stats = []
        self.samples = []  # when statistics came, and what they counted as lost
        self.is_over = False
        self.rest = b""
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _take(self, line):
        event = json.loads(line)
        self.lines += 1
        self.digests.add(digest(line))
        if event["event"]["action"] == "tlswhy_stats":
            self.stats = [*self.stats[-1:], event["tlswhy"]["stats"]]
            self.samples.append((time.monotonic(), self._lost(self.stats[-1])))
        elif event["event"]["action"] == "tls_handshake":
            self.failures += 1
            self.causes[event["tlswhy"]["cause"]] += 1
            self.clients.add(event["source"]["ip"])

    def _lost(self, stats):
        """Of all that is counted instead of told."""
        lost = {key: stats[key] for key in LOST}
        sink = next(sink for sink in stats["sinks"] if sink["name"] == str(self.path))
        return {**lost, "events_lost": sink["lost"]}

    def lost_between(self, begin, end):
        """What was counted as lost meanwhile, by the statistics before and after."""
        before = [lost for at, lost in self.samples if at < begin] or [dict.fromkeys([*LOST, "events_lost"], 0)]
        after = [lost for at, lost in self.samples if at > end] or [self.samples[-1][1]]
        counted = {key: after[0][key] - before[-1][key] for key in after[0]}
        return {key: count for key, count in counted.items() if count > 0}

    def _run(self):
        while not self.path.exists():
            time.sleep(LOOK_SECONDS)
            if self.is_over:
                return
        with self.path.open("rb") as file:
            while True:
                is_last = self.is_over
                while data := file.read(1 << 20):
                    *lines, self.rest = (self.rest + data).split(b"\n")
                    for line in lines:
                        self._take(line)
                if is_last:
                    return
                time.sleep(LOOK_SECONDS)

    def finish(self):
        """Read to the end, which has come."""
        self.is_over = True
        self.thread.join()
