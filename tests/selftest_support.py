# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the test tools share: stand-ins for tlswhy, events and conversations."""

import json
import stat
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from capture_file import ACK, FIN, LINKTYPE_ETHERNET, PSH, RST, SYN, Packet, write_capture

TESTS = Path(__file__).resolve().parent
CLIENT = ("192.0.2.1", 40000)
SERVER = ("198.51.100.2", 443)
SECOND = 10**9
START = 1_700_000_000 * SECOND
START_TEXT = "2023-11-14T22:13:20.000000000Z"

# Prints the events that lie beside the capture.
PLAYER = """
import sys
sys.stdout.write(open(sys.argv[-1] + ".events").read())
"""

def event_of(outcome, cause=None, client=CLIENT, server=SERVER, start=START_TEXT, **tlswhy):
    """A small event, enough for score."""
    own = {"outcome": outcome, "confidence": "certain"}
    if cause is not None:
        own["cause"] = cause
    return {
        "event": {"action": "tls_handshake", "start": start},
        "source": {"ip": client[0], "port": client[1]},
        "destination": {"ip": server[0], "port": server[1]},
        "tlswhy": own | tlswhy,
    }


def full_event():
    """An event as tlswhy gives it for a failure."""
    source = {"ip": CLIENT[0], "port": CLIENT[1], "mac": "00-00-5E-00-53-23", "packets": 4}
    destination = {"ip": SERVER[0], "port": SERVER[1], "packets": 3, "bytes": 300}
    return {
        "@timestamp": "2023-11-14T22:13:20.250000000Z",
        "ecs": {"version": "9.5.0"},
        "message": "192.0.2.1:40000 > 198.51.100.2:443: no protocol version in common",
        "event": {
            "kind": "event",
            "category": ["network"],
            "type": ["connection", "error"],
            "action": "tls_handshake",
            "outcome": "failure",
            "start": START_TEXT,
            "end": "2023-11-14T22:13:20.250000000Z",
            "duration": 250_000_000,
            "dataset": "tlswhy.handshake",
            "module": "tlswhy",
            "id": "1:0",
            "reason": "no protocol version in common",
        },
        "source": source,
        "client": dict(source),
        "destination": destination,
        "server": dict(destination),
        "network": {
            "transport": "tcp",
            "type": "ipv4",
            "protocol": "tls",
            "community_id": "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
            "vlan": {"id": "10"},
        },
        "observer": {"product": "tlswhy", "type": "sensor", "version": "0.1.0"},
        "tls": {"established": False, "client": {"supported_ciphers": ["TLS_AES_128_GCM_SHA256"]}},
        "tlswhy": {
            "outcome": "failed",
            "cause": "version_mismatch",
            "layer": "negotiation",
            "stage": "client_hello",
            "refused_by": "server",
            "confidence": "certain",
            "alternatives": [],
            "evidence": [
                {"fact": "alert", "packet": 5, "time": START_TEXT, "text": "fatal alert 70"}
            ],
            "remedy": "Allow TLS 1.2 on the server",
            "alert": {
                "level": "fatal",
                "code": 70,
                "name": "protocol_version",
                "sender": "server",
                "encrypted": False,
            },
        },
    }


class ToolTest(unittest.TestCase):
    """Runs a tool in an empty folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def program(self, source):
        """An executable Python program, to be used as tlswhy."""
        path = self.folder / "tlswhy"
        path.write_text(f"#!{sys.executable}\n{source}", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def labels(self, *rows, columns="file client server outcome cause acceptable start"):
        """A labels file; its rows are given as words separated by `;`."""
        lines = ["\t".join(columns.split())]
        lines += ["\t".join(word.strip() for word in row.split(";")) for row in rows]
        path = self.folder / "labels.tsv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def events(self, name, *events):
        """A capture for which the player gives these events."""
        text = "".join(json.dumps(event) + "\n" for event in events)
        (self.folder / f"{name}.events").write_text(text, encoding="utf-8")

    def run_tool(self, tool, *arguments):
        """The finished process."""
        command = [sys.executable, TESTS / tool, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)


class Conversation:
    """Makes the packets of one TCP connection."""

    def __init__(self, version=4, first=(1000, 0xFFFFFFF0)):
        self.version = version
        self.packets = []
        self._next = dict(zip(("client", "server"), first))

    def send(self, side, payload=b"", flags=ACK):
        """Add one segment, 10 ms after the one before."""
        other = "server" if side == "client" else "client"
        ports = {"client": 40000, "server": 443}
        header = struct.pack(
            ">HHIIBBHHH",
            ports[side],
            ports[other],
            self._next[side] & 0xFFFFFFFF,
            self._next[other] & 0xFFFFFFFF,
            5 << 4,
            flags,
            65535,
            0,
            0,
        )
        data = self._link_and_ip(side, len(header) + len(payload)) + header + payload
        time = START + len(self.packets) * 10_000_000
        self.packets.append(Packet(time, data, len(data)))
        self._next[side] += len(payload) + bool(flags & SYN) + bool(flags & FIN)

    def _link_and_ip(self, side, length):
        octets = {"client": b"\1", "server": b"\2"}
        other = "server" if side == "client" else "client"
        macs = bytes(12)
        if self.version == 6:
            addresses = b"".join(bytes(15) + octets[name] for name in (side, other))
            return macs + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, length, 6, 64) + addresses
        addresses = b"".join(b"\x0a\0\0" + octets[name] for name in (side, other))
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, 7, 0x4000, 64, 6, 0) + addresses
        return macs + b"\x81\0\0\x0a\x08\0" + ip

    def open(self):
        """The three segments that open it."""
        self.send("client", flags=SYN)
        self.send("server", flags=SYN | ACK)
        self.send("client")

    def whole(self):
        """A complete exchange: opened, three requests of some segments, closed."""
        self.open()
        for turn in range(3):
            self.send("client", bytes(range(turn, 200)), ACK | PSH)
            self.send("client", bytes(range(100 + turn)), ACK | PSH)
            self.send("server", bytes(1000), ACK)
            self.send("server", bytes(range(255)), ACK | PSH)
            self.send("client")
        self.send("client", b"ok", ACK | PSH | FIN)
        self.send("server", flags=ACK | FIN)
        self.send("client", flags=RST)
        return self.packets


class LabelledCaptureTest(ToolTest):
    """Runs a tool on one labelled capture, a whole conversation."""

    tool = None
    nothing_wrong = None  # what the tool says then

    def setUp(self):
        super().setUp()
        self.capture = self.folder / "a.pcap"
        write_capture(self.capture, LINKTYPE_ETHERNET, Conversation().whole())

    def check_with(self, source, label, *more):
        """The finished process; label is `outcome; cause; acceptable`, tlswhy a program of this
        source."""
        ends = "; ".join(f"{address}:{port}" for address, port in (CLIENT, SERVER))
        labels = self.labels(f"{self.capture.name}; {ends}; {label}; {START / SECOND}")
        return self.run_tool(self.tool, "--labels", labels, "--tlswhy", self.program(source), *more)

    def assert_right(self, done):
        """Nothing wrong was found."""
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(self.nothing_wrong, done.stdout)

    def assert_wrong(self, done, sentence):
        """This was found to be wrong."""
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(sentence, done.stdout)
