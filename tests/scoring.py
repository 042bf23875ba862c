# SPDX-License-Identifier: GPL-2.0-or-later
"""Judge the events of labelled connections against their labels, and count."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from feed import (
    ESTABLISHED,
    FAILED,
    NO_EVENT,
    cause_of,
    endpoints_of,
    get,
    handshakes,
    match_labels,
    outcome_of,
)

CONFIDENCES = ("certain", "likely", "possible")


@dataclass
class Row:
    """A label, its event, and what is right about it."""

    label: object
    event: dict

    @property
    def outcome(self):
        """What tlswhy says; `none` without an event."""
        return outcome_of(self.event)

    @property
    def cause(self):
        """The cause that tlswhy names, None unless it says failed."""
        return cause_of(self.event) if self.outcome == FAILED else None

    @property
    def reversed(self):
        """Whether client and server of the event are not those of the label."""
        if self.event is None:
            return False
        return endpoints_of(self.event) != (self.label.client, self.label.server)

    @property
    def outcome_right(self):
        """The outcome is the label's or an accepted one, and the sides are right."""
        return not self.reversed and self.label.accepts_outcome(self.outcome)

    @property
    def right(self):
        """The whole verdict is right: the cause counts where tlswhy says failed."""
        if not self.outcome_right:
            return False
        return self.outcome != FAILED or self.label.accepts_cause(self.cause)

    @property
    def false_failure(self):
        """An established connection that is called failed."""
        return (
            self.label.outcome == ESTABLISHED
            and self.outcome == FAILED
            and not self.label.accepts_outcome(FAILED)
        )

    @property
    def miss(self):
        """A failed connection that is called established."""
        return (
            self.label.outcome == FAILED
            and self.outcome == ESTABLISHED
            and not self.label.accepts_outcome(ESTABLISHED)
        )

    @property
    def verdict(self):
        """What tlswhy says, in a word or two."""
        words = self.outcome if self.cause is None else f"{self.outcome}/{self.cause}"
        return words + (" (sides exchanged)" if self.reversed else "")

    @property
    def expectation(self):
        """What the label says, in a word or two."""
        label = self.label
        return label.outcome if label.cause is None else f"{label.outcome}/{label.cause}"


def judge_file(labels, events):
    """Return (rows, failures for which there is no label) of one capture."""
    connections = handshakes(events)
    found, others = match_labels(labels, connections)
    rows = [Row(label, event) for label, event in zip(labels, found)]
    return rows, [event for event in others if outcome_of(event) == FAILED]


def share(right, total):
    """Counts and their ratio, as they go into the JSON report."""
    return {"right": right, "total": total, "ratio": right / total if total else None}


def share_of(rows, predicate):
    """How many of the rows fulfil the predicate."""
    return share(sum(1 for row in rows if predicate(row)), len(rows))


def _groups(rows):
    """The rows of each (file, label's cause)."""
    groups = defaultdict(list)
    for row in rows:
        groups[row.label.file, row.label.cause or row.label.outcome].append(row)
    return list(groups.values())


def _groups_right(groups, predicate):
    """A group is right when most of its rows are: many failures in one capture are one case."""
    right = sum(1 for rows in groups if 2 * sum(map(predicate, rows)) > len(rows))
    return share(right, len(groups))


def accuracy(rows):
    """The figures of merit, per row and per (file, cause).

    Many labels of failures accept another outcome, or no event: a program that says nothing is
    right about them. The decided failures are those that must be called failed.
    """
    failed = [row for row in rows if row.label.outcome == FAILED]
    decided = [row for row in failed if row.label.acceptable_outcomes <= {FAILED}]
    return {
        "outcome_per_row": share_of(rows, lambda row: row.outcome_right),
        "outcome_per_file_and_cause": _groups_right(_groups(rows), lambda row: row.outcome_right),
        "cause_per_row": share_of(failed, lambda row: row.right),
        "cause_per_file_and_cause": _groups_right(_groups(failed), lambda row: row.right),
        "decided_per_row": share_of(decided, lambda row: row.right),
        "decided_per_file_and_cause": _groups_right(_groups(decided), lambda row: row.right),
    }


def per_cause(rows):
    """Precision and recall of each cause that a label or a verdict names.

    A verdict that a label accepts is right for both: it lowers neither the precision of the cause
    it names nor the recall of the cause of the label.
    """
    expected, recalled, named, precise = Counter(), Counter(), Counter(), Counter()
    for row in rows:
        if row.label.outcome == FAILED:
            expected[row.label.cause] += 1
            recalled[row.label.cause] += row.right
        if row.outcome == FAILED:
            named[row.cause] += 1
            precise[row.cause] += row.right
    return {
        str(cause): {
            "precision": share(precise[cause], named[cause]),
            "recall": share(recalled[cause], expected[cause]),
        }
        for cause in sorted(set(expected) | set(named), key=str)
    }


def outcome_confusion(rows):
    """Count of each (labelled outcome, outcome)."""
    return Counter((row.label.outcome, row.outcome) for row in rows)


def cause_confusion(rows):
    """For each (label, verdict) of a failure: rows, different files, rows that count as right."""
    table = {}
    for row in rows:
        if FAILED in (row.label.outcome, row.outcome):
            entry = table.setdefault((row.expectation, row.verdict), [0, set(), 0])
            entry[0] += 1
            entry[1].add(row.label.file)
            entry[2] += row.right
    return {key: (count, len(files), right) for key, (count, files, right) in table.items()}


def calibration(rows):
    """How often verdicts of each confidence are right; others than the three count as they are."""
    by_confidence = defaultdict(list)
    for row in rows:
        if row.outcome == FAILED:
            by_confidence[str(get(row.event, "tlswhy.confidence"))].append(row)
    names = [*CONFIDENCES, *sorted(set(by_confidence) - set(CONFIDENCES))]
    return {name: share_of(by_confidence[name], lambda row: row.right) for name in names}


def by_columns(rows, columns):
    """The share of right rows for each combination of values of these columns of the labels."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row.label.columns.get(name) or "-" for name in columns)].append(row)
    return {key: share_of(groups[key], lambda row: row.right) for key in sorted(groups)}


def describe(row):
    """One row as it goes into the JSON report."""
    return {
        "file": row.label.file,
        "client": row.label.columns["client"],
        "server": row.label.columns["server"],
        "expected": row.expectation,
        "got": row.verdict,
        "confidence": get(row.event or {}, "tlswhy.confidence"),
        "stage": get(row.event or {}, "tlswhy.stage"),
        "note": row.label.columns.get("note") or "",
    }


def describe_unlabelled(file, event):
    """A failure without a label, as it goes into the JSON report."""
    return {
        "file": file,
        "client": f"{get(event, 'source.ip')}:{get(event, 'source.port')}",
        "server": f"{get(event, 'destination.ip')}:{get(event, 'destination.port')}",
        "got": f"{FAILED}/{cause_of(event)}",
        "start": get(event, "event.start"),
    }


def report(rows, unlabelled, errors, columns=()):
    """Everything that is to be said, as one object that can be written as JSON."""
    outcomes = outcome_confusion(rows)
    causes = cause_confusion(rows)
    return {
        "accuracy": accuracy(rows),
        "no_event": sum(1 for row in rows if row.outcome == NO_EVENT),
        "outcomes": [
            {"expected": expected, "got": got, "rows": count}
            for (expected, got), count in sorted(outcomes.items())
        ],
        "causes": [
            {"expected": expected, "got": got, "rows": count, "files": files, "right": right}
            for (expected, got), (count, files, right) in sorted(causes.items())
        ],
        "per_cause": per_cause(rows),
        "calibration": calibration(rows),
        "by": [
            {"columns": dict(zip(columns, key)), **figures}
            for key, figures in (by_columns(rows, columns).items() if columns else ())
        ],
        "false_failures": [describe(row) for row in rows if row.false_failure],
        "misses": [describe(row) for row in rows if row.miss],
        "reversed": [describe(row) for row in rows if row.reversed],
        "mismatches": [describe(row) for row in rows if not row.right],
        "unlabelled_failures": [describe_unlabelled(*pair) for pair in unlabelled],
        "errors": [{"file": file, "error": error} for file, error in errors],
    }
