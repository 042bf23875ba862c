#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every field that the feed promises is in an event of some capture, and has the type that it has to.

FIELDS is the promise. $TLSWHY is the program, $STATS_LINES prints statistics as it does.
"""

import base64
import hashlib
import json
import os
import subprocess
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from capture_file import read_capture, write_capture
from event_checks import ECS_TYPES, EcsFields
from feed import disjoint_captures, get

TESTS = Path(__file__).resolve().parent
PCAPS = TESTS / "pcaps"
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
STATS_LINES = os.environ.get("STATS_LINES", "stats_lines")
TIME_LIMIT = 120
ENDPOINT = "ip port mac packets bytes"
NAME = "distinguished_name common_name[]"
X509 = "version_number serial_number not_before not_after alternative_names[] public_key_algorithm " \
       "public_key_size public_key_curve signature_algorithm"

# Fields of handshakes by the object that they are in, at their place in ECS; [] is an array.
FIELDS = {
    "": "@timestamp message",
    "event": "start end duration kind category[] type[] action outcome dataset module id reason",
    "ecs": "version",
    "source": ENDPOINT,
    "client": ENDPOINT,
    "destination": ENDPOINT,
    "server": ENDPOINT,
    "network": "transport type protocol direction community_id packets bytes forwarded_ip",
    "network.vlan": "id",
    "observer": "name hostname product vendor version type",
    "tls": "version version_protocol cipher curve established resumed next_protocol",
    "tls.client": "server_name supported_ciphers[] ja3 hash.sha1 hash.sha256 subject issuer not_before "
                  "not_after certificate_chain[]",
    "tls.server": "ja3s hash.sha1 hash.sha256 subject issuer not_before not_after certificate_chain[]",
    "tls.server.x509": X509,
    "tls.server.x509.subject": NAME,
    "tls.server.x509.issuer": NAME,
    "tls.client.x509.subject": NAME,
    "tls.client.x509.issuer": NAME,
}

# Those of our own, with the types that they have.
OWN = {
    "": "outcome:keyword cause:keyword layer:keyword stage:keyword refused_by:keyword "
        "confidence:keyword remedy:keyword ja4:keyword incident:keyword history:keyword "
        "alternatives[]:keyword incomplete_reason:keyword",
    "evidence[]": "fact:keyword packet:long time:date text:keyword",
    "findings[]": "id:keyword text:keyword",
    "alert": "level:keyword code:long name:keyword sender:keyword encrypted:boolean packet:long time:date",
    "offer": "versions[]:keyword groups[]:keyword signature_schemes[]:keyword alpn[]:keyword "
             "key_shares[]:keyword extensions[]:keyword",
    "transport": "rtt:long retransmissions:long lost_bytes:long missed_bytes:long syn_seen:boolean",
    "transport.client": "mss:long retransmissions:long lost_bytes:long missed_bytes:long hop_limit:long",
    "transport.server": "mss:long retransmissions:long lost_bytes:long missed_bytes:long hop_limit:long",
    "server_known": "connections:long established:long failed:long clients:long server_names:long "
                    "versions[]:keyword ciphers[]:keyword groups[]:keyword alpn[]:keyword "
                    "certificate_sha256:keyword last_established:date",
    "chain": "length:long complete:boolean end:keyword anchored:boolean sha256[]:keyword "
             "problems[]:keyword",
    "client_chain": "length:long complete:boolean end:keyword",
    "starttls": "protocol:keyword accepted:boolean reply:keyword",
    "starttls.target": "host:keyword port:long",
    "proxy_protocol": "version:long",
}

# The definitions of the schema that are below tlswhy.
OWN_OBJECTS = ("verdict", "evidence", "finding", "alert", "chain", "offer", "transport", "direction",
               "server_known", "extent", "certificate", "stats")

# Of the other kinds of events: a few that nobody can do without.
KINDS = {
    "tls_incident": "@timestamp event.id event.start event.end event.kind event.reason message "
                    "tlswhy.incident tlswhy.cause tlswhy.remedy tlswhy.confidence tlswhy.extent.state "
                    "tlswhy.extent.scope tlswhy.extent.failures tlswhy.extent.folded "
                    "tlswhy.extent.clients tlswhy.extent.servers",
    "tls_certificate": "@timestamp event.id event.reason message server.ip server.port "
                       "tls.server.hash.sha256 tls.server.not_after tlswhy.certificate.occasion "
                       "tlswhy.certificate.days_left",
    "tlswhy_stats": "@timestamp event.id message observer.name tlswhy.stats.packets "
                    "tlswhy.stats.events_lost tlswhy.stats.folded_events tlswhy.stats.final",
}


def names_of(table, prefix):
    """(dotted name, is an array, type or None) of every field in a table."""
    for place, names in table.items():
        for name in names.split():
            name, _, kind = name.partition(":")
            dotted = ".".join(part for part in (prefix, place, name.removesuffix("[]")) if part)
            yield dotted, name.endswith("[]"), kind or None


def values_of(event, dotted):
    """All values at a name; [] after a part of it goes through an array."""
    found = [event]
    for part in dotted.split("."):
        key = part.removesuffix("[]")
        found = [item[key] for item in found if isinstance(item, dict) and key in item]
        if part.endswith("[]"):
            found = [inner for item in found for inner in item]
    return found


def tagged(packets):
    """The frames as a trunk carries them, in VLAN 7."""
    return [replace(packet, data=packet.data[:12] + b"\x81\x00\x00\x07" + packet.data[12:],
                    wire_length=packet.wire_length + 4) for packet in packets]


def without_description(schema, node, place):
    """Names of properties of which neither the schema nor what they refer to says what they are."""
    for name, value in node.get("properties", {}).items():
        inner = schema["$defs"].get(str(value.get("$ref")).rpartition("/")[2], {})
        if "description" not in value and "description" not in inner:
            yield f"{place}.{name}"
        yield from without_description(schema, value, f"{place}.{name}")
        yield from without_description(schema, value.get("items", {}), f"{place}.{name}[]")


class Schema(unittest.TestCase):
    """What it says of the fields that are not of ECS."""

    def test_each_field_of_our_own_is_described(self):
        schema = json.loads((TESTS.parent / "tools" / "schema" / "tlswhy-event.schema.json").read_text())
        own = {name: schema["$defs"][name] for name in OWN_OBJECTS}
        for name in ("tls_certificate", "tls_incident"):
            own[name] = schema["$defs"][name]["properties"]["tlswhy"]
        self.assertEqual([field for name, node in own.items()
                          for field in without_description(schema, node, name)], [])


class Contract(unittest.TestCase):
    """One run with everything that can be asked for."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            trunk = Path(folder) / "trunk.pcap"
            link_type, packets = read_capture(PCAPS / "no_shared_cipher" / "suites__curl__java.pcap")
            write_capture(trunk, link_type, tagged(packets))
            captures = [*disjoint_captures(PCAPS / "labels.tsv"),
                        *sorted((TESTS / "golden").glob("*.pcap"))]
            options = ["--json", "--all", "--observer-name=edge", "--observer-hostname=tap.example",
                       "--internal-network=192.0.2.0/24,2001:db8::/64", "--certificate-chain",
                       f"--trust-store={PCAPS / 'lab-root.pem'}"]
            lines = b"".join(
                subprocess.run([TLSWHY, *options, *input_], check=True, capture_output=True,
                               timeout=TIME_LIMIT).stdout for input_ in (captures, [trunk]))
        lines += subprocess.run([STATS_LINES], check=True, capture_output=True,
                                timeout=TIME_LIMIT).stdout
        cls.events = [json.loads(line) for line in lines.splitlines()]
        cls.handshakes = cls.of_kind("tls_handshake")

    @classmethod
    def of_kind(cls, action):
        """The events with this action."""
        return [event for event in cls.events if event["event"]["action"] == action]

    def check(self, dotted, is_array, kind):
        """Some handshake has it, and all that do have it with this type."""
        found = [value for event in self.handshakes for value in values_of(event, dotted)]
        self.assertGreater(len(found), 0, "no capture shows it")
        for value in found:
            self.assertEqual(isinstance(value, list), is_array, value)
            for item in value if is_array else [value]:
                self.assertTrue(ECS_TYPES[kind](item), f"{item!r} is no {kind}")
        if is_array:
            self.assertTrue(any(found), "never has an entry")

    def test_every_field_of_ecs_that_is_promised(self):
        ecs = EcsFields()
        for dotted, is_array, _ in names_of(FIELDS, ""):
            with self.subTest(field=dotted):
                kind, ecs_array = ecs.type_of(dotted)
                self.assertEqual(is_array, ecs_array)
                self.check(dotted, is_array, kind)

    def test_every_field_of_our_own_that_is_promised(self):
        for dotted, is_array, kind in names_of(OWN, "tlswhy"):
            with self.subTest(field=dotted):
                self.check(dotted, is_array, kind)

    def test_the_other_kinds_of_events(self):
        for action, names in KINDS.items():
            events = self.of_kind(action)
            self.assertGreater(len(events), 0, action)
            for name in names.split():
                with self.subTest(action=action, field=name):
                    self.assertTrue(any(get(event, name) is not None for event in events))

    def test_the_outcomes_are_those_of_ecs(self):
        for own, ecs in {"established": "success", "failed": "failure", "incomplete": "unknown",
                         "not_tls": "unknown"}.items():
            found = {event["event"]["outcome"] for event in self.handshakes
                     if event["tlswhy"]["outcome"] == own}
            self.assertEqual(found, {ecs}, own)

    def test_times_are_in_utc_with_nanoseconds(self):
        for event in self.events:
            for name in ("@timestamp", "event.start", "event.end"):
                if get(event, name) is not None:
                    self.assertRegex(get(event, name), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")

    def test_directions_follow_from_the_networks_that_were_named(self):
        inside = {"192.0.2.": True, "198.51.100.": False}
        seen = set()
        for event in self.handshakes:
            sides = [next((is_in for prefix, is_in in inside.items() if event[side]["ip"].startswith(
                prefix)), None) for side in ("source", "destination")]
            if None in sides:
                continue
            wanted = {(True, True): "internal", (True, False): "outbound", (False, True): "inbound",
                      (False, False): "external"}[tuple(sides)]
            self.assertEqual(event["network"]["direction"], wanted)
            seen.add(wanted)
        self.assertIn("outbound", seen)

    def test_networks_of_any_length(self):
        capture = PCAPS / "no_shared_cipher" / "suites__curl__java.pcap"  # 192.0.2.10, 198.51.100.20
        for networks, wanted in {
            "192.0.2.10": "outbound", "192.0.2.10/32": "outbound", "192.0.2.11": "external",
            "192.0.2.8/30": "outbound", "192.0.2.12/30": "external", "0.0.0.0/0": "internal",
            "198.51.100.16/29": "inbound", "::/0": "internal", "2001:db8::/32": "external",
            "10.0.0.0/8,192.0.2.0/23,198.51.0.0/16": "internal",
        }.items():
            with self.subTest(networks=networks):
                done = subprocess.run([TLSWHY, "--json", f"--internal-network={networks}", capture],
                                      check=True, capture_output=True, timeout=TIME_LIMIT)
                event = json.loads(done.stdout.splitlines()[0])
                self.assertEqual(event["network"]["direction"], wanted)
        for networks in ("", "10.0.0.0/33", "10.0.0/8", "::1/129", "x", "10.0.0.0/", "10.0.0.1,", "1" * 99):
            done = subprocess.run([TLSWHY, f"--internal-network={networks}", capture], check=False,
                                  capture_output=True, timeout=TIME_LIMIT)
            self.assertEqual(done.returncode, 2, networks)

    def test_chains_are_the_certificates_that_were_sent(self):
        count = 0
        for event in self.handshakes:
            for side, chain in (("server", "chain"), ("client", "client_chain")):
                encoded = get(event, f"tls.{side}.certificate_chain")
                digests = get(event, f"tlswhy.{chain}.sha256")
                if encoded is None or digests is None:
                    continue
                octets = [base64.b64decode(text, validate=True) for text in encoded]
                self.assertEqual([hashlib.sha256(one).hexdigest().upper() for one in octets], digests)
                count += 1
        self.assertGreater(count, 50)

    def test_chains_are_there_on_request_alone(self):
        capture = PCAPS / "certificate_expired" / "expired-tls12__go__go.pcap"
        done = subprocess.run([TLSWHY, "--json", capture], check=True, capture_output=True,
                              timeout=TIME_LIMIT)
        self.assertIn(b'"sha256"', done.stdout)
        self.assertNotIn(b"certificate_chain", done.stdout)
        self.assertNotIn(b"direction", done.stdout)


if __name__ == "__main__":
    unittest.main()
