#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture tells what the same packets tell from a file, whatever the number of workers.

The program is $TLSWHY. Needs what live.py needs.
"""

import json
import re
import signal
import subprocess
import sys
import time

import jsonschema

from capture_file import LINKTYPE_ETHERNET, read_capture, write_capture
from fleet import Play, write_fleet
from live import (
    FAILURE, FAILURE_NAME, LINGER, RECEIVE, ROOT, SEND, STOP_LIMIT, TESTS, TLSWHY, Live, handshakes,
    inside, main, replay, statistics,
)  # fmt: skip

SCHEMA = TESTS.parent / "tools" / "schema" / "tlswhy-event.schema.json"
# The mix for comparisons: captures that take no longer than this, at most so many, one begun
# every so many nanoseconds, between clients and servers of their own.
SHORT_NS = 300_000_000
MIX_MAX = 120
MIX_STEP_NS = 20_000_000
# Both of what is live and of a file.
ALL = ("--all", "--trust-store", str(ROOT))
ETHERTYPE_IPV4 = b"\x08\x00"
# What differs between two runs of the same packets: times, numbers of packets, identifiers.
TIMES = {
    "@timestamp", "start", "end", "duration", "id", "time", "packet", "observer", "packets", "rtt",
    "reply_time", "reply_packet",
}  # fmt: skip


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


def comparable(event):
    """What a verdict says. Why one is incomplete, a file that ends says a little otherwise."""
    event = stripped(event)
    if event["tlswhy"]["outcome"] == "incomplete":
        del event["event"]["reason"], event["message"], event["tlswhy"]["incomplete_reason"]
    return event


def packets_of_workers(stats):
    """What each of them had to do."""
    return [worker["packets"] for worker in stats["workers"]]


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
        """The verdicts on a capture that is sent while tlswhy listens, those on the file of what came,
        and the packets of each worker."""
        live = self.start(*ALL, *options)
        recorder, played = self.record()
        replay(capture)
        time.sleep(0.3)
        recorder.terminate()
        _, said = recorder.communicate(timeout=STOP_LIMIT)
        self.assertIn(b"\n0 packets dropped by kernel", said)
        events, _ = self.stop(live)
        stats = statistics(events)
        self.assertEqual(stats["kernel_dropped_packets"], 0)
        done = subprocess.run(
            [TLSWHY, "--json", "--streaming", *ALL, str(played)],
            capture_output=True,
            check=True,
            timeout=60,
        )
        offline = [json.loads(line) for line in done.stdout.splitlines()]
        return handshakes(events), handshakes(offline), packets_of_workers(stats)

    def test_they_are_those_of_the_file_whatever_the_number_of_workers(self):
        capture = self.folder / "mix.pcap"
        self.assertGreater(write_mix(capture), 50)
        for workers in (1, 2, 4):
            with self.subTest(workers=workers):
                live, offline, loads = self.live_events(capture, "--workers", str(workers))
                self.assertGreater(len(live), 50)
                self.assertEqual(len(live), len(offline))
                for one, other in zip(live, offline):
                    self.assertEqual(comparable(one), comparable(other))
                self.assertGreater(min(loads), 0, "a worker has nothing to do")

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
        plays = [Play(FAILURE_NAME, 0.02 * number, client=1 + number) for number in range(self.CLIENTS)]
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
                loads = packets_of_workers(statistics(events))
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

    def text_of(self, capture, workers):
        """What people are told of a capture that is sent."""
        report = self.folder / "report.txt"
        with report.open("wb") as out:
            live = self.start("--workers", str(workers), text=True, stdout=out)
            replay(capture)
            time.sleep(0.3)
            live.send_signal(signal.SIGTERM)
            self.assertEqual(live.wait(timeout=STOP_LIMIT), 0)
        return report.read_text()

    def test_the_text_at_the_end_has_it_too(self):
        text = self.text_of(self.write_failures(), workers=4)
        self.assertRegex(text, rf"(?s)Incidents.*{self.CLIENTS} ")

    def test_the_text_tells_of_a_verdict_that_changes(self):
        """Long hellos are reset, and later short ones are taken: that is looked at again in the end."""
        capture = self.folder / "large.pcap"
        reset = "large_client_hello_intolerance/reset__curl+node24__script.pcap"
        plays = [Play(reset, 0.02 * number, client=1 + number) for number in range(4)]
        plays += [Play("clean/get-tls12__gnutls__stunnel.pcap", 0.2 + 0.02 * number, client=40 + number)
                  for number in range(12)]
        write_fleet(capture, plays, int(time.time()))
        text = self.text_of(capture, workers=1)
        changed = [line for line in text.splitlines() if "  changed: " in line]
        self.assertGreater(len(changed), 1)
        for line in changed:
            self.assertRegex(line, r"\(large_client_hello_intolerance, \w+\); before: \w+, \w+$")
        self.assertRegex(text, "incident closed: reset_by_server, .*, of whose failures none has this")
        # What is told in the end is what is known in the end.
        told = text[text.index("4 of 16 TLS handshakes failed"):]
        self.assertIn("Seen        4 times from 4 clients", told)
        self.assertNotIn("\nreset_by_server  ", told)


if __name__ == "__main__":
    sys.exit(main())
