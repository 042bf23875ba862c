#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Test check_events: each rule for events is broken once, and noticed."""

import copy
import json
import unittest

import event_checks
import feed
from selftest_support import PLAYER, ToolTest, full_event


class EventChecksTest(unittest.TestCase):
    """The rules that every event is held against."""

    @classmethod
    def setUpClass(cls):
        cls.checker = event_checks.EventChecker()

    def problems(self, change=None):
        """What is wrong with the full event after the change."""
        event = copy.deepcopy(full_event())
        if change is not None:
            change(event)
        return self.checker.problems(event)

    def assert_found(self, change, text):
        """The change is noticed, in a sentence that has the text."""
        self.assertIn(text, "\n".join(self.problems(change)))

    def test_a_good_event_passes(self):
        self.assertEqual(self.problems(), [])

    def test_a_field_that_ecs_does_not_have(self):
        self.assert_found(lambda e: e["tls"].update(alpn="h2"), "tls.alpn: no such field")

    def test_a_dotted_name(self):
        self.assert_found(lambda e: e.update({"tls.version": "1.2"}), "tls.version")

    def test_a_field_of_the_wrong_type(self):
        self.assert_found(lambda e: e["network"]["vlan"].update(id=10), "not of type keyword")
        self.assert_found(lambda e: e["event"].update(duration=2.5e8), "event.duration")
        self.assert_found(lambda e: e["tls"].update(resumed="no"), "not of type boolean")
        self.assert_found(lambda e: e["source"].update(ip="192.0.2.300"), "not of type ip")

    def test_an_array_where_ecs_has_none_and_the_other_way_round(self):
        self.assert_found(lambda e: e["event"].update(category="network"), "must be an array")
        self.assert_found(lambda e: e["tls"].update(cipher=["x"]), "must not be an array")

    def test_a_field_of_ours_that_the_schema_does_not_have(self):
        self.assert_found(lambda e: e["tlswhy"].update(extra=1), "extra")

    def test_an_unknown_cause(self):
        self.assert_found(lambda e: e["tlswhy"].update(cause="bad_luck"), "bad_luck")

    def test_a_failure_without_cause_or_evidence(self):
        self.assert_found(lambda e: e["tlswhy"].pop("cause"), "'cause' is a required property")
        self.assert_found(lambda e: e["tlswhy"].update(evidence=[]), "tlswhy.evidence")

    def test_an_outcome_that_disagrees(self):
        self.assert_found(lambda e: e["tlswhy"].update(outcome="established"), "event.outcome")
        self.assert_found(lambda e: e["event"].update(outcome="success"), "event.outcome")
        self.assert_found(lambda e: e["tls"].update(established=True), "tls.established")

    def test_an_established_connection_with_a_cause(self):
        def establish(event):
            event["tlswhy"] = {"outcome": "established", "stage": "finished"}
            event["event"]["outcome"] = "success"
            event["tls"]["established"] = True

        self.assertEqual(self.problems(establish), [])
        self.assert_found(
            lambda e: (establish(e), e["tlswhy"].update(cause="unknown")), "tlswhy.cause"
        )

    def test_an_encrypted_alert_with_a_code(self):
        self.assert_found(lambda e: e["tlswhy"]["alert"].update(encrypted=True), "tlswhy.alert")

    def test_times_that_disagree(self):
        self.assert_found(lambda e: e["event"].update(duration=1), "event.duration")
        early = "2023-11-14T22:13:19.000000000Z"
        self.assert_found(lambda e: e["event"].update(end=early), "before event.start")

    def test_sides_that_disagree(self):
        self.assert_found(lambda e: e["server"].update(port=444), "server: not the same")

    def test_text_that_is_not_escaped(self):
        self.assert_found(lambda e: e.update(message="a\x1b[2J"), "not escaped")
        self.assert_found(lambda e: e["event"].update(reason="a\u202eb"), "not escaped")

    def test_evidence_may_carry_values(self):
        def add(event):
            event["tlswhy"]["evidence"][0].update(offered=["TLS 1.0"], size=3)

        self.assertEqual(self.problems(add), [])
        self.assert_found(
            lambda e: e["tlswhy"]["evidence"][0].update(deep={"a": 1}), "tlswhy.evidence"
        )

    def test_the_network_causes_are_causes(self):
        content = json.loads(event_checks.DEFAULT_SCHEMA.read_text(encoding="utf-8"))
        self.assertLessEqual(feed.NETWORK_CAUSES, set(content["$defs"]["cause"]["enum"]))


class CheckEventsTest(ToolTest):
    """check_events as a program."""

    def check(self, *events):
        """The finished process for one capture with these events."""
        self.events("a.pcap", *events)
        tlswhy = self.program(PLAYER)
        return self.run_tool("check_events", "--tlswhy", tlswhy, self.folder / "a.pcap")

    def test_good_events_pass(self):
        done = self.check(full_event(), full_event())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("1 inputs, 2 events, 0 problems", done.stdout)

    def test_a_bad_event_fails(self):
        done = self.check(full_event(), full_event() | {"colour": "red"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("colour: no such field in ECS", done.stdout)

    def test_a_written_feed_is_checked(self):
        path = self.folder / "feed.json"
        path.write_text(json.dumps(full_event()) + "\n", encoding="utf-8")
        self.assertEqual(self.run_tool("check_events", "--feed", path).returncode, 0)
        path.write_text(json.dumps(full_event()), encoding="utf-8")
        self.assertEqual(self.run_tool("check_events", "--feed", path).returncode, 1)

    def test_nothing_to_check_is_an_error(self):
        self.assertEqual(self.run_tool("check_events").returncode, 1)
        self.assertEqual(self.check().returncode, 1)


if __name__ == "__main__":
    unittest.main()
