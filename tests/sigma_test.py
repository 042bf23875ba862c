#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Sigma rules of tools/feed/sigma find in events of $TLSWHY what they are for, and nothing else.

What they use of Sigma is evaluated here: fields that equal a value, and correlations by event_count
and value_count. Anything else in a rule is an error.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import uuid
from pathlib import Path

from feed import get, parse_time
from fleet import PCAPS, Play, write_fleet

try:
    import yaml
except ImportError:
    print("PyYAML, which reads Sigma rules, is not installed")
    sys.exit(77)

RULES = Path(__file__).resolve().parent.parent / "tools" / "feed" / "sigma"
TLSWHY = os.environ.get("TLSWHY", "tlswhy")
TIME_LIMIT = 60
START = 1_794_960_000  # 2026-11-18T00:00:00Z, when the recorded certificates are valid
# Sigma's specification, version 2: rules and correlations.
RULE_KEYS = {"title", "id", "name", "related", "status", "description", "license", "references", "author",
             "date", "modified", "logsource", "detection", "correlation", "fields", "falsepositives",
             "level", "tags", "scope", "generate", "taxonomy"}
STATUSES = {"stable", "test", "experimental", "deprecated", "unsupported"}
LEVELS = {"informational", "low", "medium", "high", "critical"}
LOGSOURCE_KEYS = {"category", "product", "service", "definition"}
CORRELATION_KEYS = {"type", "rules", "aliases", "group-by", "timespan", "condition", "generate"}
CORRELATION_TYPES = {"event_count", "value_count", "temporal", "temporal_ordered"}
OPERATORS = {"gt", "gte", "lt", "lte", "eq", "neq"}
UNITS = {"s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}  # nanoseconds
EXPIRED = "certificate_expired/expired-tls12__go__go.pcap"
REFUSED = "version_mismatch/client10-server12__openssl__java.pcap"
TRUSTED = "clean/serve-tls12__curl__node24.pcap"
UNTRUSTED = "untrusted_ca/unknown-root-sent-tls12__gnutls__haproxy.pcap"


def values_of(event, name):
    """All values of a field, those in arrays of objects too."""
    found = [event]
    for part in name.split("."):
        found = [item.get(part) for item in found if isinstance(item, dict)]
        found = [one for item in found for one in (item if isinstance(item, list) else [item])]
    return found


def matches(rule, event):
    """Whether a rule without correlation is true of an event."""
    detection = dict(rule["detection"])
    selection = detection.pop(detection.pop("condition"))
    if detection:
        raise ValueError(f"not used in the condition: {detection}")
    if any("|" in name for name in selection):
        raise ValueError("modifiers are not known here")
    return all(wanted in values_of(event, name) for name, wanted in selection.items())


def is_reached(rule, events):
    """Whether a correlation is true of these events of one group, in the order of time."""
    number, unit = re.fullmatch(r"(\d+)([smh])", rule["timespan"]).groups()
    condition = dict(rule["condition"])
    field = condition.pop("field") if rule["type"] == "value_count" else "event.id"
    ((operator, limit),) = condition.items()
    if operator != "gte" or rule["type"] not in ("value_count", "event_count"):
        raise ValueError(f"not known here: {rule}")
    times = [parse_time(event["@timestamp"]) for event in events]
    for first, begin in enumerate(times):
        end = begin + int(number) * UNITS[unit]
        inside = {get(e, field) for e, time in zip(events[first:], times[first:]) if time <= end}
        if len(inside) >= limit:
            return True
    return False


def alerts(name, events):
    """How many alerts the last rule of a file gives: events, or groups of a correlation."""
    rules = list(yaml.safe_load_all((RULES / name).read_text(encoding="utf-8")))
    base = [event for event in events if matches(rules[0], event)]
    if len(rules) == 1:
        return len(base)
    correlation = rules[1]["correlation"]
    if correlation["rules"] != [rules[0]["name"]]:
        raise ValueError("a correlation of another rule")
    groups = {}
    for event in sorted(base, key=lambda event: event["@timestamp"]):
        key = tuple(get(event, field) for field in correlation["group-by"])
        groups.setdefault(key, []).append(event)
    return sum(is_reached(correlation, group) for group in groups.values())


def events_of(plays):
    """What the program says of a fleet."""
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "fleet.pcap"
        write_fleet(capture, plays, START)
        lines = subprocess.check_output(
            [TLSWHY, "--json", "--all", f"--trust-store={PCAPS / 'lab-root.pem'}", capture],
            timeout=TIME_LIMIT)
    return [json.loads(line) for line in lines.splitlines()]


def spread(file, count, step, server=1):
    """That many clients, one after the other."""
    return [Play(file, number * step, client=number + 1, server=server) for number in range(count)]


class Sigma(unittest.TestCase):
    """One case for each file of rules."""

    def test_an_expired_certificate_counts_its_clients(self):
        name = "certificate_expired.yml"
        self.assertEqual(alerts(name, events_of(spread(EXPIRED, 5, 10))), 1)
        self.assertEqual(alerts(name, events_of(spread(EXPIRED, 4, 10))), 0)
        self.assertEqual(alerts(name, events_of(spread(EXPIRED, 5, 1000))), 0, "too slow")
        again = [Play(EXPIRED, number * 10) for number in range(8)]
        self.assertEqual(alerts(name, events_of(again)), 0, "one client")
        self.assertEqual(alerts(name, events_of(spread(REFUSED, 5, 10))), 0, "another cause")

    def test_interception_is_another_issuer_that_nobody_trusts(self):
        name = "interception_suspected.yml"
        both = [Play(TRUSTED, 0), Play(UNTRUSTED, 60, client=2)]
        self.assertEqual(alerts(name, events_of(both)), 1)
        self.assertEqual(alerts(name, events_of(both[:1])), 0)
        self.assertEqual(alerts(name, events_of(both[1:])), 0, "no other issuer before")
        back = events_of([Play(UNTRUSTED, 0), Play(TRUSTED, 60, client=2)])
        changed = [e for e in back if "issuer_changed" in values_of(e, "tlswhy.findings.id")]
        self.assertEqual((len(changed), alerts(name, back)), (1, 0), "to one that is trusted")

    def test_a_cause_rises_at_one_server(self):
        name = "cause_rises.yml"
        self.assertEqual(alerts(name, events_of(spread(REFUSED, 20, 10))), 1)
        self.assertEqual(alerts(name, events_of(spread(REFUSED, 19, 10))), 0)
        self.assertEqual(alerts(name, events_of(spread(REFUSED, 20, 100))), 0, "too slow")
        mixed = spread(REFUSED, 10, 10) + spread(EXPIRED, 10, 10)
        self.assertEqual(alerts(name, events_of(mixed)), 0, "two causes")
        apart = spread(REFUSED, 10, 10) + spread(REFUSED, 10, 10, server=2)
        self.assertEqual(alerts(name, events_of(apart)), 0, "two servers")
        self.assertEqual(alerts(name, events_of(spread(TRUSTED, 20, 10))), 0, "no failure")

    def check_correlation(self, correlation, names):
        """What the specification says of a correlation."""
        self.assertLessEqual(set(correlation), CORRELATION_KEYS)
        self.assertIn(correlation["type"], CORRELATION_TYPES)
        self.assertLessEqual(set(correlation["rules"]), names)
        self.assertRegex(correlation["timespan"], r"^[1-9]\d*[smhdwMy]$")
        condition = set(correlation["condition"])
        self.assertEqual("field" in condition, correlation["type"] == "value_count")
        self.assertEqual(len(condition & OPERATORS), 1)
        self.assertLessEqual(condition, OPERATORS | {"field"})

    def check_rule(self, rule):
        """What it says of a rule or correlation; title, status and level are asked for of both."""
        self.assertLessEqual(set(rule), RULE_KEYS)
        self.assertTrue(0 < len(rule["title"]) <= 256)
        self.assertEqual(str(uuid.UUID(rule["id"])), rule["id"])
        self.assertEqual(uuid.UUID(rule["id"]).version, 4)
        self.assertIn(rule["status"], STATUSES)
        self.assertIn(rule["level"], LEVELS)
        self.assertIsInstance(rule["description"], str)
        self.assertTrue(all(isinstance(text, str) for text in rule.get("falsepositives", [])))
        self.assertNotEqual("detection" in rule, "correlation" in rule)
        if "detection" in rule:
            self.assertLessEqual(set(rule["logsource"]), LOGSOURCE_KEYS)
            self.assertTrue(rule["logsource"])
            selections = set(rule["detection"]) - {"condition"}
            self.assertEqual(selections, {rule["detection"]["condition"]})

    def test_every_rule_is_what_the_specification_allows(self):
        for file in sorted(RULES.glob("*.yml")):
            rules = list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
            names = {rule["name"] for rule in rules if "name" in rule}
            for rule in rules:
                with self.subTest(file=file.name, title=rule["title"]):
                    self.check_rule(rule)
                    if "correlation" in rule:
                        self.check_correlation(rule["correlation"], names)

    def test_every_field_of_a_rule_is_in_events(self):
        seen = events_of(spread(EXPIRED, 2, 10) + [Play(TRUSTED, 60, server=2),
                                                   Play(UNTRUSTED, 120, client=2, server=2)])
        for file in RULES.glob("*.yml"):
            for rule in yaml.safe_load_all(file.read_text(encoding="utf-8")):
                detection = rule.get("detection", {})
                fields = [field for selection in detection.values() if isinstance(selection, dict)
                          for field in selection]
                fields += rule.get("correlation", {}).get("group-by", [])
                fields += [rule["correlation"]["condition"].get("field", "event.id")
                           ] if "correlation" in rule else []
                for field in fields:
                    with self.subTest(file=file.name, field=field):
                        self.assertTrue(any(set(values_of(event, field)) - {None} for event in seen))

    def test_every_file_of_rules_is_tested_and_every_rule_has_its_own_identifier(self):
        files = sorted(RULES.glob("*.yml"))
        self.assertEqual([file.name for file in files], [
            "cause_rises.yml", "certificate_expired.yml", "interception_suspected.yml"])
        rules = [rule for file in files
                 for rule in yaml.safe_load_all(file.read_text(encoding="utf-8"))]
        self.assertEqual(len({rule["id"] for rule in rules}), len(rules))


if __name__ == "__main__":
    unittest.main()
