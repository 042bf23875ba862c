# SPDX-License-Identifier: GPL-2.0-or-later
"""Run tlswhy and read its events; read labels and find the event of each connection."""

import csv
import ipaddress
import json
import os
import re
import subprocess
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

DEFAULT_TIME_LIMIT = 120
DEFAULT_JOBS = 2
ACTION_HANDSHAKE = "tls_handshake"
# A report of a sanitizer counts as an error even when the program went on.
SANITIZER = re.compile(r"Sanitizer:|runtime error:")
STDERR_LINES_SHOWN = 5
FAILED = "failed"
ESTABLISHED = "established"
# The outcome of a connection for which there is no event.
NO_EVENT = "none"
LABEL_COLUMNS = ("file", "client", "server", "outcome", "cause")

# The causes that lie in what happens to packets: other packets may mean another cause.
NETWORK_CAUSES = frozenset(
    """connect_timeout connection_refused icmp_unreachable mtu_blackhole
    large_client_hello_intolerance middlebox_reset reset_by_server reset_by_client server_closed
    client_abandoned server_silent packet_loss""".split()
)


# What these look like, rightly, when the packets are missing that tell more.
LESS_EXACT = {
    "icmp_unreachable": "connect_timeout",
    "mtu_blackhole": "packet_loss",
} | dict.fromkeys(
    """certificate_expired certificate_not_yet_valid certificate_purpose certificate_revoked
    hostname_mismatch incomplete_chain self_signed untrusted_ca weak_certificate""".split(),
    "certificate_rejected",
)


class LabelError(Exception):
    """The labels cannot be used; the text says why."""


@dataclass
class Run:
    """What one run of tlswhy gave."""

    events: list = field(default_factory=list)
    errors: list = field(default_factory=list)


def default_program():
    """The tlswhy to run when none is named: $TLSWHY, else a build in this tree, else the PATH."""
    if "TLSWHY" in os.environ:
        return os.environ["TLSWHY"]
    tree = Path(__file__).resolve().parent.parent
    for preset in ("release", "debug"):
        program = tree / "build" / preset / "tlswhy"
        if program.is_file():
            return str(program)
    return "tlswhy"


def run_tlswhy(program, capture, extra=(), time_limit=DEFAULT_TIME_LIMIT):
    """Run tlswhy on one capture; all that went wrong is in the errors of the result."""
    command = [program, "--json", "--all", *extra, str(capture)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=time_limit, check=False)
    except subprocess.TimeoutExpired:
        return Run(errors=[f"not finished after {time_limit} s"])
    except OSError as error:
        return Run(errors=[str(error)])
    events, errors = parse_lines(done.stdout)
    stderr = done.stderr.decode("utf-8", "replace")
    said = " / ".join(stderr.strip().splitlines()[:STDERR_LINES_SHOWN])
    if done.returncode != 0:
        errors.append(f"exit status {done.returncode}: {said}")
    elif SANITIZER.search(stderr):
        errors.append(f"sanitizer report: {said}")
    return Run(events, errors)


def parse_lines(octets):
    """Return (events, errors) of a feed: one JSON object per line, each line ended."""
    events, errors = [], []
    if octets and not octets.endswith(b"\n"):
        errors.append("the last line has no end")
    for number, line in enumerate(octets.splitlines(), 1):
        try:
            event = json.loads(line.decode("utf-8"))
        except ValueError as error:
            errors.append(f"line {number} is not JSON: {error}")
            continue
        if isinstance(event, dict):
            events.append(event)
        else:
            errors.append(f"line {number} is not an object")
    return events, errors


def is_of_share(file, every):
    """Whether a file is one of so many, by its name: the choice is the same when others are added."""
    return zlib.crc32(file.encode()) % every == 0


def labels_by_file(path, every):
    """Return {file: its labels} of one file of so many, as read_labels."""
    found = {}
    for label in read_labels(path):
        if is_of_share(label.file, every):
            found.setdefault(label.file, []).append(label)
    return found


def run_all(jobs, function, items):
    """[function(item) for each item], with several running at a time."""
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        return list(pool.map(function, items))


def get(event, dotted, default=None):
    """The value at a dotted name in nested objects, or the default."""
    value = event
    for name in dotted.split("."):
        if not isinstance(value, dict) or name not in value:
            return default
        value = value[name]
    return value


def handshakes(events):
    """The events that tell of a connection."""
    return [event for event in events if get(event, "event.action") == ACTION_HANDSHAKE]


def outcome_of(event):
    """tlswhy.outcome; `none` when there is no event."""
    return NO_EVENT if event is None else get(event, "tlswhy.outcome", NO_EVENT)


def cause_of(event):
    """tlswhy.cause, or None."""
    return None if event is None else get(event, "tlswhy.cause")


def parse_time(text):
    """Nanoseconds since the epoch of an ISO 8601 time in UTC, or None."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", text or "")
    if match is None:
        return None
    try:
        whole = datetime.fromisoformat(match[1]).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return int(whole.timestamp()) * 10**9 + int((match[2] or "0").ljust(9, "0"))


def parse_seconds(text):
    """Nanoseconds of a decimal number of seconds, without a detour over floating point."""
    seconds, _, fraction = text.partition(".")
    return int(seconds) * 10**9 + int(fraction[:9].ljust(9, "0"))


def endpoint(address, port):
    """An address and port in a form that compares equal however the address was written."""
    return str(ipaddress.ip_address(address)), int(port)


def parse_endpoint(text):
    """The endpoint in `address:port`; the last colon separates the port."""
    address, _, port = text.rpartition(":")
    return endpoint(address.strip("[]"), port)


def endpoints_of(event):
    """(client, server) of an event, None for one that it does not name rightly."""
    found = []
    for side in ("source", "destination"):
        try:
            found.append(endpoint(get(event, side + ".ip"), get(event, side + ".port")))
        except (ValueError, TypeError):
            found.append(None)
    return tuple(found)


@dataclass
class Label:
    """One row of a labels file."""

    columns: dict
    client: tuple
    server: tuple
    start: int
    acceptable_causes: frozenset
    acceptable_outcomes: frozenset

    @property
    def file(self):
        """The capture, relative to the root."""
        return self.columns["file"]

    @property
    def outcome(self):
        """The expected outcome."""
        return self.columns["outcome"]

    @property
    def cause(self):
        """The expected cause, or None."""
        return None if self.columns["cause"] in ("", "-") else self.columns["cause"]

    @property
    def name(self):
        """The connection, for people."""
        return f"{self.columns['client']} > {self.columns['server']}"

    def accepts_outcome(self, outcome):
        """Whether the outcome is the expected one or counts as right too."""
        return outcome == self.outcome or outcome in self.acceptable_outcomes

    def accepts_cause(self, cause):
        """Whether the cause is the expected one or counts as right too."""
        return cause == self.cause or cause in self.acceptable_causes


def read_labels(path):
    """The rows of a labels file: tab separated, columns named by the first line."""
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        try:
            return list(_labels(path, reader))
        except (UnicodeDecodeError, csv.Error) as error:
            raise LabelError(f"{path}, behind line {reader.line_num}: {error}") from error


def _labels(path, reader):
    missing = [name for name in LABEL_COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise LabelError(f"{path}: no column {', '.join(missing)}")
    for number, columns in enumerate(reader, 2):
        try:
            yield _label(columns)
        except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise LabelError(f"{path}, line {number}: {error}") from error


def _label(columns):
    acceptable = {"cause": set(), "outcome": set()}
    for word in (columns.get("acceptable") or "").split():
        kind, _, value = word.partition(":")
        if kind in acceptable:
            acceptable[kind].add(value)
        elif word != "-":
            raise ValueError(f"acceptable: {word!r} is neither cause:x nor outcome:y")
    start = columns.get("start") or ""
    return Label(
        columns=columns,
        client=parse_endpoint(columns["client"]),
        server=parse_endpoint(columns["server"]),
        start=parse_seconds(start) if start not in ("", "-") else 0,
        acceptable_causes=frozenset(acceptable["cause"]),
        acceptable_outcomes=frozenset(acceptable["outcome"]),
    )


def disjoint_captures(path):
    """The captures of a labels file, without those with a client's address and port that is in
    another one before: the rest can be read as one input."""
    files = {}
    for label in read_labels(path):
        files.setdefault(label.file, set()).add(label.client)
    seen, found = set(), []
    for file, clients in files.items():
        if not clients & seen:
            found.append(path.parent / file)
        seen |= clients
    return found


def match_labels(labels, events):
    """Return ([event or None for each label], [events that no label names]).

    The tuple must be the same in either orientation; where it was used more than once, the pairs
    whose starts lie nearest to each other come first.
    """
    by_tuple = {}
    for number, event in enumerate(events):
        by_tuple.setdefault(frozenset(endpoints_of(event)), []).append(number)
    pairs = []
    for row, label in enumerate(labels):
        for number in by_tuple.get(frozenset((label.client, label.server)), ()):
            start = parse_time(get(events[number], "event.start")) or 0
            pairs.append((abs(start - label.start), row, number))
    found = [None] * len(labels)
    used = set()
    for _, row, number in sorted(pairs):
        if found[row] is None and number not in used:
            found[row] = events[number]
            used.add(number)
    return found, [event for number, event in enumerate(events) if number not in used]
