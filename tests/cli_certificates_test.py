#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What tlswhy tells of certificates beside its verdicts: the inventory, clocks that are wrong, findings.

The program is $TLSWHY. Captures are those of tests/pcaps.
"""

import re
import struct
from pathlib import Path

from cli import ANALYSED, FAILED, FAILURES_FOUND, TESTS, CommandLine, events, handshakes, main, run


class Certificates(CommandLine):
    """The inventory, and news of certificates among the events."""

    CAPTURES = [str(path) for path in sorted((TESTS / "pcaps" / "clean").glob("*-tls12__*.pcap"))]
    STORE = f"--trust-store={TESTS / 'pcaps' / 'lab-root.pem'}"

    def news(self, *arguments):
        """The events on certificates."""
        found = events(self.STORE, *arguments, *self.CAPTURES)
        return [event for event in found if event["event"]["action"] == "tls_certificate"]

    def test_the_table_has_each_certificate_and_no_handshake(self):
        table = self.expect(ANALYSED, "--certificates", self.STORE, *self.CAPTURES).stdout
        listed = self.news("--certificates")
        self.assertIn("Certificates of servers", table)
        self.assertIn("Certificates of clients", table)
        self.assertRegex(table, r"\n\*\.other\.test .* name_mismatch")
        self.assertRegex(table, r"\n\S+ .* RSA 1024 +complete +short_key\n")
        self.assertRegex(table, r" -\d+ .* certificate_expired")
        self.assertNotIn("handshake failed", table)
        self.assertEqual(len(re.findall(r" \d{4}-\d\d-\d\d +-?\d+ ", table)), len(listed))
        self.assertTrue(table.startswith(f"{len(listed)} certificates as of "))

    def test_the_list_is_the_same_as_the_news(self):
        def keys(news):
            return sorted(
                event["tlswhy"]["certificate"]["role"]
                + event["destination"]["ip"]
                + str(event["tls"])
                for event in news
            )

        listed = self.news("--certificates")
        first = [
            event
            for event in self.news("--all")
            if event["tlswhy"]["certificate"]["occasion"] == "first_seen"
        ]
        self.assertGreater(len(listed), 5)
        self.assertEqual(keys(listed), keys(first))

    def test_what_ends_first_is_listed_first(self):
        for role in ("server", "client", "issuer"):
            ends = [
                event["tlswhy"]["certificate"]["days_left"]
                for event in self.news("--certificates")
                if event["tlswhy"]["certificate"]["role"] == role
            ]
            self.assertGreater(len(ends), 0)
            self.assertEqual(ends, sorted(ends))

    def test_the_days_since_the_end_are_those_of_the_verdict(self):
        capture = str(TESTS / "pcaps" / "certificate_expired" / "expired-ecdsa-tls12__go__apache.pcap")
        verdict = " ".join(run(self.STORE, capture).stdout.split())
        hours = int(re.search(r"(\d+) h before this packet", verdict)[1])
        self.assertRegex(run(self.STORE, "--certificates", capture).stdout,
                         rf"\n.* -{hours // 24} .*expired")

    def test_levels_are_the_users(self):
        def near(*arguments):
            return {
                event["tlswhy"]["certificate"].get("level")
                for event in self.news("--certificates", *arguments)
            }

        self.assertEqual(near(), {None})
        self.assertEqual(near("--expiry-levels=400,340,3"), {None, 340, 400})

    def test_without_all_events_are_of_failures_alone(self):
        self.assertEqual(self.news(), [])

    def test_check_counts_failures_without_telling_of_them(self):
        self.expect(FAILURES_FOUND, "--certificates", "--check", FAILED)


def shifted(content, seconds):
    """A capture in pcap format, little endian, whose packets were taken so much later."""
    head, rest = content[:24], content[24:]
    packets = []
    while rest:
        at, fraction, length, whole = struct.unpack_from("<IIII", rest)
        packets.append(struct.pack("<IIII", at + seconds, fraction, length, whole))
        packets.append(rest[16 : 16 + length])
        rest = rest[16 + length :]
    return head + b"".join(packets)


class Clocks(CommandLine):
    """What is said of clocks that are wrong."""

    STORE = Certificates.STORE
    AHEAD = str(TESTS / "pcaps" / "client_clock_skew" / "clock-ahead-tls12__mbedtls__nginx.pcap")
    OTHER = str(TESTS / "pcaps" / "self_signed" / "self-signed-tls12__mbedtls__java.pcap")

    def skew(self, *captures):
        """The verdict on the client whose clock is ahead."""
        found = handshakes(self.STORE, *captures)
        return [e["tlswhy"] for e in found if e["tlswhy"]["cause"] == "client_clock_skew"][0]

    def test_other_hellos_tell_by_how_much_a_client_is_off(self):
        alone = self.skew(self.AHEAD)
        self.assertEqual(alone["confidence"], "possible")
        self.assertNotIn("client_clock", [item["fact"] for item in alone["evidence"]])
        told = self.skew(self.AHEAD, self.OTHER)
        self.assertEqual(told["confidence"], "certain")
        texts = {item["fact"]: item["text"] for item in told["evidence"]}
        self.assertIn("2000 days ahead of this capture", texts["client_clock"])

    def test_a_capture_before_all_certificates_is_told_once(self):
        early = [
            self.write(f"{number}.pcap", shifted(Path(path).read_bytes(), -5 * 365 * 86400))
            for number, path in enumerate(Certificates.CAPTURES)
        ]
        done = self.expect(ANALYSED, "--all", self.STORE, *early)
        self.assertEqual(done.stderr.count("clock of the capture"), 1)
        self.assertEqual(done.stdout.count("\n  Clock  "), 1)
        done = self.expect(ANALYSED, "--all", self.STORE, *Certificates.CAPTURES)
        self.assertNotIn("clock of the capture", done.stderr)
        self.assertNotIn("\n  Clock  ", done.stdout)


class Findings(CommandLine):
    """What is noticed of handshakes that did not fail."""

    def test_what_clients_accepted_is_on_the_event_and_summed_up(self):
        arguments = ("--all", Certificates.STORE, *Certificates.CAPTURES)
        found = {
            finding["id"]
            for event in handshakes(*arguments)
            for finding in event["tlswhy"]["findings"]
        }
        expected = {
            "certificate_expired",
            "certificate_not_yet_valid",
            "common_name_only",
            "incomplete_chain",
            "issuer_changed",
            "name_mismatch",
            "self_signed",
            "short_key",
            "wrong_purpose",
        }
        self.assertLessEqual(expected, found)
        posture = run(*arguments).stdout.partition("Noticed at servers")[2]
        for name in expected:
            self.assertRegex(posture, rf"\d+ of \d+ +{name}: ")

    def test_who_leaves_at_once_is_told_with_what_may_be_why(self):
        path = str(TESTS / "pcaps" / "clean" / "expired-tls12__wget__apache.pcap")
        told = run(path).stdout.partition("\nEstablished, but of no use\n")[2]
        for name in ("closed_right_after_handshake", "certificate_expired"):
            self.assertRegex(told, rf"1 of 1 +{name}: ")
        self.assertEqual(handshakes(path), [])

    def test_a_good_handshake_has_no_finding(self):
        for name in ("get-tls12__gnutls__stunnel", "get-tls13__node12__nginx"):
            path = str(TESTS / "pcaps" / "clean" / f"{name}.pcap")
            for event in handshakes("--all", Certificates.STORE, path):
                self.assertEqual(event["tlswhy"]["findings"], [])


if __name__ == "__main__":
    main()
