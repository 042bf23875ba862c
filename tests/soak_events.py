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
        elif event["event"]["action"] == "tls_handshake":
            self.failures += 1
            self.causes[event["tlswhy"]["cause"]] += 1
            self.clients.add(event["source"]["ip"])

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
