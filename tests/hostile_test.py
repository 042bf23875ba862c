#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that a peer chose to do harm, through every sink: they break no line, no schema, no bound.

$TLSWHY is the program. Names, application protocols, texts of certificates and lines of plain
protocols hold quotes, control octets, invalid UTF-8, marks that turn text around, and 64 KiB.
"""

import json
import os
import re
import socket
import subprocess
import tempfile
import unicodedata
import unittest
from pathlib import Path

import x509
from capture_file import LINKTYPE_ETHERNET, write_capture
from dialogue import CLIENT, SERVER, Dialogue, alert, client_hello, server_flight
from event_checks import UNSAFE_CATEGORIES, EventChecker
from feed import get
from sinks_test import Listener, syslog_messages

TLSWHY = os.environ.get("TLSWHY", "tlswhy")
TIME_LIMIT = 60
LINE_MAX = 640 << 10
LARGE = 160 << 10  # what peers usually choose is a thirtieth of that
VALUE_MAX = 512  # octets of one value that a peer chose
DATAGRAM_MAX = 65507
ESCAPES = 6      # each octet becomes at most so many characters
VALUES = {
    "quotes": b'"},"tlswhy":{"outcome":"established"},"x":"\\',
    "a line": b'name\n{"event":{"id":"forged"}}\r\n',
    "an escape sequence": b"\x1b]0;owned\x07\x1b[2J",
    "every octet": bytes(range(256)),
    "a NUL": b"www.example.test\0.evil.test",
    "half a character": b"caf\xc3",
    "a surrogate": b"\xed\xa0\x80\xed\xb0\x80",
    "too long a form": b"\xc0\xaf\xe0\x80\xaf\xf8\x88\x80\x80\x80",
    "turned around": "\u202egnp.exe\u2066\u200b\u2028\u2029\ufeff".encode(),
    "beyond the plane": "\U000e0001\U0001f4a9\U0010ffff".encode(),
    "a template": b"${jndi:ldap://x/a}{{7*7}}%n%s$(reboot)`reboot`",
    "markup": b"<script>alert(1)</script>&amp;'",
    "a priority": b"<134>1 2026-01-01T00:00:00Z host tlswhy 1 - - {}",
    "a count": b"17 <134>1 - - - - -",
    "separators": b"\x01\x02\x1e\x1f\x7f\x80\x85",
    "blanks": b"   \t ",
    "64 KiB of text": b"a" * 65000,
    "64 KiB of quotes": b'"' * 65000,
    "64 KiB of control octets": b"\x01" * 65000,
    "64 KiB of no UTF-8": b"\xff" * 65000,
    "64 KiB of wide characters": "\u20ac".encode() * 21000,
}


def hostile_certificate(value):
    """One with the value wherever there is text."""
    text = value[:4000]
    names = x509.sequence(*(x509.tlv(0x31, x509.attribute(kind, text, tag))
                            for kind, tag in (("CN", 0x0C), ("O", 0x13), ("OU", 0x1E))))
    places = tuple(x509.tlv(tag, text) for tag in (0x81, 0x82, 0x86))
    return x509.certificate(x509.Certificate(
        subject=names, issuer=names, key=x509.rsa_key("hostile", 2048), names=places))


def dialogues(value, number):
    """Connections with a value in every place that there is."""
    at = number * 60 * 10**9
    protocols = [value[place : place + 255] or b"x" for place in range(0, min(len(value), 20000), 255)]
    one_line = value.replace(b"\n", b" ")[:900] + b"\r\n"

    def place(offset, port=443):
        return Dialogue(offset + 1, port, at, 40000 + number)

    yield place(0).say(CLIENT, client_hello(value)).say(SERVER, alert(40)).close(SERVER)
    yield place(1).say(CLIENT, client_hello(b"www.example.test", protocols)).say(
        SERVER, alert(120)).close(SERVER)
    yield place(2).say(CLIENT, client_hello(value[:200], protocols)).say(
        SERVER, server_flight([hostile_certificate(value)], protocols[0])).say(
        CLIENT, alert(42)).close(CLIENT)
    yield place(3, 25).say(SERVER, b"220 " + one_line).say(CLIENT, b"EHLO x\r\n").say(
        SERVER, b"250-" + one_line + b"250 STARTTLS\r\n").say(CLIENT, b"STARTTLS\r\n").say(
        SERVER, b"454 " + one_line).close(SERVER)
    yield place(4).say(CLIENT, client_hello(b"www.example.test")).say(
        SERVER, b"HTTP/1.1 400 " + one_line + b"\r\n").close(SERVER)


def write_hostile(path):
    """One capture with everything."""
    packets = [packet for number, value in enumerate(VALUES.values())
               for dialogue in dialogues(value, number) for packet in dialogue]
    write_capture(path, LINKTYPE_ETHERNET, packets)


class Hostile(unittest.TestCase):
    """What comes out at each end."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.capture = str(cls.folder / "hostile.pcap")
        write_hostile(cls.capture)
        cls.lines = cls.run_tlswhy("--json", "--all").splitlines(keepends=True)

    @classmethod
    def run_tlswhy(cls, *options):
        """Standard output of a run."""
        status, stdout, stderr = cls.try_tlswhy(*options)
        if status != 0 or stderr:
            raise AssertionError(f"{options}: {status}: {stderr}")
        return stdout

    @classmethod
    def try_tlswhy(cls, *options):
        """(exit status, standard output, standard error) of a run."""
        done = subprocess.run([TLSWHY, *options, cls.capture], capture_output=True,
                              timeout=TIME_LIMIT, check=False)
        return done.returncode, done.stdout, done.stderr.decode()

    def check(self, lines):
        """They are the events of standard output, octet by octet."""
        self.assertEqual(list(lines), self.lines)

    def test_each_line_is_one_event_that_follows_schema_and_ecs(self):
        checker = EventChecker()
        handshakes = 0
        for line in self.lines:
            self.assertTrue(line.endswith(b"}\n"))
            self.assertLess(len(line), LINE_MAX)
            self.assertRegex(line[:-1], rb"^[^\x00-\x1f\x7f]*$")
            line.decode("utf-8")
            event = json.loads(line)
            self.assertEqual(checker.problems(event, hostile=True), [])
            handshakes += event["event"]["action"] == "tls_handshake"
            self.assertNotEqual(event["event"]["id"], "forged")
        self.assertEqual(handshakes, 5 * len(VALUES))

    def test_the_values_are_there_as_they_were_sent_or_in_hexadecimal(self):
        events = [json.loads(line) for line in self.lines]
        names = {get(event, "tls.client.server_name") for event in events}
        for title in ("quotes", "a line", "an escape sequence", "turned around", "a template"):
            self.assertIn(VALUES[title].decode(), names, title)
        self.assertIn(VALUES["half a character"].hex(), {str(name).lower() for name in names})
        for event in events:
            self.assertEqual(get(event, "tlswhy.outcome", "failed"), "failed")

    def test_no_value_is_longer_than_the_bound(self):
        def values(item):
            if isinstance(item, dict):
                for inner in item.values():
                    yield from values(inner)
            elif isinstance(item, list):
                for inner in item:
                    yield from values(inner)
            elif isinstance(item, str):
                yield item

        longest = max(len(value.encode()) for line in self.lines for value in values(json.loads(line)))
        self.assertGreater(longest, VALUE_MAX)
        self.assertLess(longest, ESCAPES * VALUE_MAX)
        self.assertLess(max(map(len, self.lines)), 256 << 10)

    def test_files_and_standard_output(self):
        path = self.folder / "events.json"
        self.check(self.run_tlswhy("--all", f"--sink=file:{path}", "--sink=stdout").splitlines(True))
        self.check(path.read_bytes().splitlines(keepends=True))

    def test_a_unix_socket(self):
        path = str(self.folder / "socket")
        listener = Listener(socket.AF_UNIX, path)
        self.run_tlswhy("--all", f"--sink=unix:{path}")
        listener.close()
        self.check(bytes(listener.connections[0]).splitlines(keepends=True))

    def test_syslog_over_tcp(self):
        listener = Listener(socket.AF_INET, ("127.0.0.1", 0))
        self.run_tlswhy("--all", f"--sink=syslog+tcp://127.0.0.1:{listener.port}")
        listener.close()
        events = syslog_messages(listener.connections[0])
        self.assertEqual(events, [json.loads(line) for line in self.lines])

    def test_syslog_over_udp_but_for_what_no_datagram_holds(self):
        options = ("--all", "--certificate-chain")
        lines = self.run_tlswhy("--json", *options).splitlines(keepends=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(5)
            status, _, said = self.try_tlswhy(
                *options, f"--sink=syslog+udp://127.0.0.1:{receiver.getsockname()[1]}")
            header = 0
            fitting = [line for line in lines if header + len(line) <= DATAGRAM_MAX]
            for line in fitting:
                datagram = receiver.recv(1 << 17)
                self.assertRegex(datagram, rb"^<134>1 [^\n]*$")
                self.assertTrue(datagram.endswith(line[:-1]))
                header = len(datagram) - len(line)
        lost = len(lines) - len(fitting)
        self.assertGreater(lost, 0)
        self.assertEqual((status, said), (1, f"tlswhy: {lost:,} events were lost\n"))

    def test_reports_and_summaries_show_nothing_that_a_terminal_obeys(self):
        for options in (("--all",), ("--certificates",), ("--summary=-",)):
            text = self.run_tlswhy(*options).decode("utf-8")
            self.assertGreater(len(text), 1000)
            for character in set(text) - {"\n"}:
                self.assertNotIn(unicodedata.category(character), UNSAFE_CATEGORIES, repr(character))
            self.assertIsNone(re.search(r"^\s*\{\"event\"", text, re.MULTILINE))


class Dates(unittest.TestCase):
    """Certificates have dates that 64 bits of nanoseconds cannot hold."""

    ROWS = (
        # begin, end, cause, what the incident says, how far off
        (b"99980101120000Z", b"99981231000000Z", "certificate_not_yet_valid",
         "becomes valid at 9998-01-01 12:00:00 UTC.", "2911392 days after this packet"),
        (b"00010101000000Z", b"00020101000000Z", "certificate_expired",
         "expired at 0002-01-01 00:00:00 UTC.", "739572 days before this packet"),
        (b"19690101000000Z", b"19700101000000Z", "certificate_expired",
         "expired at 1970-01-01 00:00:00 UTC.", "20775 days before this packet"),
    )

    def events_of(self, begin, end):
        """Those of three failures with a certificate that is valid from begin to end."""
        leaf = x509.certificate(x509.Certificate(
            key=x509.rsa_key("dates", 2048), names=("DNS:www.example.test",),
            validity=x509.sequence(x509.tlv(0x18, begin), x509.tlv(0x18, end))))
        packets = []
        for number in range(3):
            dialogue = Dialogue(number + 1, 443, number * 10**9)
            dialogue.say(CLIENT, client_hello(b"www.example.test"))
            dialogue.say(SERVER, server_flight([leaf])).say(CLIENT, alert(45))
            packets += dialogue.close(CLIENT)
        with tempfile.NamedTemporaryFile(suffix=".pcap") as capture:
            write_capture(capture.name, LINKTYPE_ETHERNET, packets)
            done = subprocess.run([TLSWHY, "--json", capture.name], capture_output=True,
                                  timeout=TIME_LIMIT, check=True)
        self.assertEqual(done.stderr, b"")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_each_is_told_as_it_is(self):
        checker = EventChecker()
        for begin, end, cause, limit, distance in self.ROWS:
            events = self.events_of(begin, end)
            for event in events:
                self.assertEqual(checker.problems(event), [])
            incident = events[-1]
            for event in events[:-1]:
                self.assertIn(distance, json.dumps(get(event, "tlswhy.evidence")))
            self.assertEqual(get(incident, "event.action"), "tls_incident")
            self.assertEqual(get(incident, "tlswhy.cause"), cause)
            self.assertIn(f"The certificate {limit}", incident["message"])
            date = limit.split(" at ")[1].removesuffix(" UTC.").replace(" ", "T") + "Z"
            self.assertEqual(get(incident, "tlswhy.extent.certificate_limit"), date)

    def test_a_leap_second_behind_the_last_year_is_no_date(self):
        for event in self.events_of(b"20200101000000Z", b"99991231235960Z"):
            self.assertIsNone(get(event, "tls.server.not_after"))


class Largest(unittest.TestCase):
    """The longest event that a peer can have told finds room in every queue."""

    CONTROL = b"\x01" * 250  # each octet is six in JSON
    CODE_POINTS = b"".join(number.to_bytes(2, "big") for number in range(1, 600))
    LISTS = ((10, CODE_POINTS), (13, CODE_POINTS))  # groups, signature schemes

    def capture(self, path):
        """One failure with the most of everything."""
        hello = client_hello(self.CONTROL, [self.CONTROL] * 240,
                             [(kind, len(octets).to_bytes(2, "big") + octets)
                              for kind, octets in self.LISTS])
        names = tuple(x509.tlv(0x82, b'"' * 200 + bytes([number])) for number in range(40))
        leaf = x509.certificate(x509.Certificate(
            names=names, key=x509.rsa_key("large", 2048), subject="CN=" + '"' * 250))
        small = x509.certificate(x509.Certificate(key=x509.rsa_key("small", 8192)))
        flight = server_flight([leaf] + [small] * 60, self.CONTROL)
        dialogue = Dialogue().say(CLIENT, hello).say(SERVER, flight).say(CLIENT, alert(42))
        write_capture(path, LINKTYPE_ETHERNET, dialogue.close(CLIENT))

    def test_it_arrives_with_little_memory(self):
        with tempfile.TemporaryDirectory() as folder:
            capture = f"{folder}/largest.pcap"
            sinks = [f"{folder}/{number}.json" for number in range(8)]
            self.capture(capture)
            done = subprocess.run(
                [TLSWHY, "--max-memory=8M", "--certificate-chain", "--on-full=drop",
                 *(f"--sink=file:{path}" for path in sinks), capture],
                capture_output=True, timeout=TIME_LIMIT, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            for path in sinks:
                line = Path(path).read_bytes()
                self.assertGreater(len(line), LARGE)
                self.assertLess(len(line), LINE_MAX)
                self.assertEqual(EventChecker().problems(json.loads(line), hostile=True), [])


if __name__ == "__main__":
    unittest.main()
