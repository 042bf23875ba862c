#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What tlswhy reads: files, standard input, compressed and filtered captures, until a signal comes.

The program is $TLSWHY. Captures are those of tests/pcaps.
"""

import gzip
import json
import re
import select
import signal
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from capture_file import find_segment, read_capture, write_capture
from cli import (
    ANALYSED, CLEAN, COULD_NOT, FAILED, TESTS, TIME_LIMIT, TLSWHY, USAGE, CommandLine, events,
    handshakes, main, run,
)  # fmt: skip
from waiting import wait_for


class Input(CommandLine):
    """Where packets come from."""

    def test_the_same_capture_by_any_way_gives_the_same_events(self):
        content = Path(FAILED).read_bytes()
        expected = events(FAILED)
        self.assertGreater(len(expected), 0)
        self.assertEqual(events("-r", FAILED), expected)
        self.assertEqual(events("-", stdin=content), expected)
        self.assertEqual(events("-r", "-", stdin=content), expected)
        self.assertEqual(events("-f", "tcp", FAILED), expected)
        self.assertEqual(events("-r", FAILED, "tcp", "or", "icmp"), expected)
        self.assertEqual(events("-F", self.write("filter", b"tcp\n"), FAILED), expected)

    def test_a_compressed_capture_is_read_when_zlib_is_there(self):
        name = self.write("capture.bin", gzip.compress(Path(FAILED).read_bytes()))
        built_in = re.search(r"in this build: (.*)", run("--version").stdout)[1].split()
        if "zlib" in built_in:
            self.assertEqual(events(name), events(FAILED))
        else:
            self.expect(COULD_NOT, name)

    def test_a_filter_leaves_packets_out(self):
        count = len(read_capture(FAILED)[1])
        done = self.expect(ANALYSED, "-r", FAILED, "src", "port", "443")
        taken = int(re.search(r"Packets +(\d+), ", done.stdout)[1])
        self.assertRegex(done.stdout, rf"; {count - taken} others do not match the\s+filter\n")

    def test_nobody_knows_when_octets_passed_that_were_not_captured(self):
        said = " ".join(run("-r", FAILED, "src", "port", "443").stdout.split())
        self.assertIn("the server sent fatal alert protocol_version(70), after 126 octets that the "
                      "capture missed of the client Ended", said)

    def test_a_filter_that_nothing_matches_is_told(self):
        count = len(read_capture(FAILED)[1])
        done = self.expect(ANALYSED, "-r", FAILED, "udp", "port", "9")
        self.assertTrue(done.stdout.startswith(
            f'No packet matches the filter "udp port 9", of {count} that were read.\n'), done.stdout)
        self.assertIn('"vlan and (udp port 9)"', done.stdout)
        self.assertNotIn("the tag", self.expect(ANALYSED, "-r", FAILED, "vlan").stdout)
        self.assertIn('matches the filter "udp\\x0aport 9"',
                      run("-F", self.write("filter", b"udp\nport 9"), FAILED).stdout)

    def test_several_files_are_one_input(self):
        both = events("--all", FAILED, CLEAN)
        apart = events("--all", FAILED) + events("--all", CLEAN)
        self.assertEqual(
            sorted(event["event"]["id"] for event in both),
            sorted(event["event"]["id"] for event in apart),
        )

    def test_a_wrong_checksum_leaves_a_packet_out_when_that_is_asked_for(self):
        link_type, packets = read_capture(FAILED)
        alert = next(
            at for at, packet in enumerate(packets)
            if packet.data[find_segment(link_type, packet).payload :][:1] == b"\x15"
        )
        # Another alert, internal_error, just before the true one, protocol_version.
        forged = packets[alert].data[:-1] + b"\x50"
        packets.insert(alert, replace(packets[alert], data=forged))
        path = self.folder / "forged.pcap"
        write_capture(path, link_type, packets)
        for arguments, code in (((), 80), (("--verify-checksums",), 70)):
            (event,) = handshakes(*arguments, str(path))
            self.assertEqual(event["tlswhy"]["alert"]["code"], code)
        text = self.expect(ANALYSED, "--verify-checksums", str(path)).stdout
        self.assertIn("wrong checksum (--verify-checksums): 1\n", text)

    def test_the_filter_file_has_to_be_there(self):
        name = str(self.folder / "nowhere")
        done = self.expect(COULD_NOT, "-F", name, FAILED)
        self.assertEqual(done.stderr, f"tlswhy: {name}: No such file or directory\n")
        self.expect(USAGE, "-F", self.write("zero", b"tcp\0"), FAILED)

    def test_an_interrupt_before_the_first_packet_leaves_nothing_of_the_last_report(self):
        report = self.write("report", b"of an earlier run, and longer than this one\n" * 1000)
        with subprocess.Popen([TLSWHY, "-o", report, "-"], stdin=subprocess.PIPE) as process:
            self.addCleanup(process.kill)
            sleeps_in = Path(f"/proc/{process.pid}/wchan")
            self.assertTrue(wait_for(lambda: "pipe" in sleeps_in.read_text()))
            process.send_signal(signal.SIGINT)
            process.wait(timeout=TIME_LIMIT)
        said = Path(report).read_text()
        self.assertNotIn("of an earlier run", said)
        self.assertIn("before the end of the input", said)

    def test_an_interrupt_ends_the_input_and_not_the_report(self):
        process = subprocess.Popen(
            [TLSWHY, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        process.stdin.write(Path(FAILED).read_bytes())
        process.stdin.flush()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        self.addCleanup(process.kill)
        # Standard input stays open: only the signal can have ended it.
        status = process.wait(TIME_LIMIT)
        stdout, stderr = (pipe.read().decode("utf-8") for pipe in (process.stdout, process.stderr))
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
        self.assertEqual(status, ANALYSED, stderr)
        self.assertIn("before the end of the input", stdout)
        self.assertNotIn("damaged", stdout)
        self.assertRegex(stdout, r"\A\d+ of \d+ TLS handshakes? failed\.")

    def test_the_event_of_a_pipe_does_not_wait_for_others(self):
        link_type, packets = read_capture(FAILED)
        later = [replace(packet, time=packet.time + hours * 3600 * 10**9)
                 for hours in range(1, 4) for packet in packets]
        path = self.folder / "long.pcap"
        write_capture(path, link_type, packets + later)
        with subprocess.Popen([TLSWHY, "--json", "--streaming", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            self.addCleanup(process.kill)
            process.stdin.write(path.read_bytes())
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], 10)
            process.stdin.close()
            self.assertTrue(ready, "no event while standard input was open")
            self.assertEqual(json.loads(process.stdout.readline())["event"]["outcome"], "failure")

    def test_events_of_files_are_written_many_at_a_time_and_whole(self):
        captures = sorted(str(path) for path in (TESTS / "pcaps" / "clean").glob("*.pcap"))[:40]
        reader, writer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with reader, writer, subprocess.Popen([TLSWHY, "--json", "--all", *captures],
                                              stdout=writer) as process:
            writer.close()
            writes = list(iter(lambda: reader.recv(1 << 21), b""))  # one each
            self.assertEqual(process.wait(TIME_LIMIT), ANALYSED)
        self.assertTrue(all(write.endswith(b"\n") for write in writes))
        self.assertLess(len(writes), len(b"".join(writes).splitlines()) / 2)


if __name__ == "__main__":
    main()
