# SPDX-License-Identifier: GPL-2.0-or-later
"""Check events of the feed against the JSON Schema, the fields of ECS, and each other."""

import csv
import ipaddress
import json
import unicodedata
from pathlib import Path

import jsonschema

from feed import get, parse_time

TESTS = Path(__file__).resolve().parent
DEFAULT_SCHEMA = TESTS.parent / "tools" / "schema" / "tlswhy-event.schema.json"
DEFAULT_ECS_FIELDS = TESTS / "data" / "ecs-fields.tsv"
OWN_NAMESPACE = "tlswhy"
# Control characters, and those that change how the text around them is shown.
UNSAFE_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")


def _is_ip(value):
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return isinstance(value, str)


def _is_integer(bits):
    limit = 1 << (bits - 1)

    def fits(value):
        return type(value) is int and -limit <= value < limit

    return fits


def _is_number(value):
    return type(value) in (int, float)


def _is_text(value):
    return isinstance(value, str)


ECS_TYPES = {
    "boolean": lambda value: isinstance(value, bool),
    "constant_keyword": _is_text,
    "date": lambda value: _is_text(value) and parse_time(value) is not None,
    "double": _is_number,
    "flattened": lambda value: isinstance(value, dict),
    "float": _is_number,
    "integer": _is_integer(32),
    "ip": _is_ip,
    "keyword": _is_text,
    "long": _is_integer(64),
    "match_only_text": _is_text,
    "nested": lambda value: isinstance(value, dict),
    "object": lambda value: isinstance(value, dict),
    "scaled_float": _is_number,
    "wildcard": _is_text,
}


class EcsFields:
    """The field list: names, types, and which fields hold arrays."""

    def __init__(self, path=DEFAULT_ECS_FIELDS):
        with open(path, encoding="utf-8", newline="") as file:
            rows = (line for line in file if not line.startswith("#"))
            self._fields = {
                row["field"]: (row["type"], row["normalization"] == "array")
                for row in csv.DictReader(rows, delimiter="\t")
            }
        self._parents = set()
        for name in self._fields:
            parts = name.split(".")
            self._parents.update(".".join(parts[:count]) for count in range(1, len(parts)))

    def type_of(self, name):
        """(type, holds an array) of a field."""
        return self._fields[name]

    def problems(self, event):
        """What is wrong with the fields outside our own namespace."""
        found = []
        for name, value in event.items():
            if name != OWN_NAMESPACE:
                self._check(name, value, found)
        return found

    def _check(self, name, value, found):
        if name in self._parents and isinstance(value, dict):
            for key, inner in value.items():
                if "." in key:
                    found.append(f"{name}: the name {key!r} is not nested")
                self._check(f"{name}.{key}", inner, found)
        elif name not in self._fields:
            found.append(f"{name}: no such field in ECS")
        else:
            self._check_value(name, value, found)

    def _check_value(self, name, value, found):
        kind, is_array = self._fields[name]
        if is_array != isinstance(value, list):
            found.append(f"{name}: {'must be' if is_array else 'must not be'} an array")
            return
        for item in value if is_array else [value]:
            if not ECS_TYPES[kind](item):
                found.append(f"{name}: {item!r} is not of type {kind}")


class _Remembering:
    """The keyword `properties`, which remembers the values that were right: most of an event is the
    same in the next one."""

    VALUES_MAX = 100_000

    def __init__(self):
        self._right = set()

    def check(self, validator, properties, instance, _schema):
        """Yield what is wrong with the properties of an object, as jsonschema wants it."""
        if not validator.is_type(instance, "object"):
            return
        for name, schema in properties.items():
            if name not in instance:
                continue
            value = (id(schema), json.dumps(instance[name]))
            if value in self._right:
                continue
            errors = list(validator.descend(instance[name], schema, path=name, schema_path=name))
            if not errors and len(self._right) < self.VALUES_MAX:
                self._right.add(value)
            yield from errors


class EventChecker:
    """Checks events one by one; it holds the schema and the field list."""

    def __init__(self, schema=DEFAULT_SCHEMA, ecs_fields=DEFAULT_ECS_FIELDS):
        with open(schema, encoding="utf-8") as file:
            content = json.load(file)
        jsonschema.Draft202012Validator.check_schema(content)
        kind = jsonschema.validators.extend(
            jsonschema.Draft202012Validator, {"properties": _Remembering().check}
        )
        self._validator = kind(content, format_checker=jsonschema.FormatChecker())
        self._ecs = EcsFields(ecs_fields)

    def problems(self, event, hostile=False):
        """What is wrong with the event: a list of sentences, empty when all is well.

        The strings of a hostile peer may hold anything, once their escapes in JSON are undone.
        """
        found = [_schema_problem(error) for error in self._validator.iter_errors(event)]
        found += self._ecs.problems(event)
        found += _time_problems(event)
        found += _side_problems(event)
        if not hostile:
            found += _text_problems(event)
        return found


def _schema_problem(error):
    where = ".".join(str(part) for part in error.absolute_path) or "event"
    return f"{where}: {error.message} (schema)"


def _time_problems(event):
    start = parse_time(get(event, "event.start"))
    end = parse_time(get(event, "event.end"))
    duration = get(event, "event.duration")
    if start is None or end is None:
        return []
    if end < start:
        return ["event.end: before event.start"]
    if duration is not None and duration != end - start:
        return [f"event.duration: {duration}, but end - start is {end - start}"]
    return []


def _side_problems(event):
    pairs = (("client", "source"), ("server", "destination"))
    return [
        f"{one}: not the same as {other}"
        for one, other in pairs
        if event.get(one) != event.get(other)
    ]


def _text_problems(event):
    """Every string, names included, must be harmless wherever it is shown."""
    found = []
    pending = [("", event)]
    while pending:
        name, value = pending.pop()
        if isinstance(value, dict):
            pending += [(f"{name}.{key}".lstrip("."), inner) for key, inner in value.items()]
            pending += [(name, key) for key in value]
        elif isinstance(value, list):
            pending += [(name, inner) for inner in value]
        elif isinstance(value, str) and any(map(_is_unsafe, value)):
            found.append(f"{name}: a character that is not escaped in {value!r}")
    return found


def _is_unsafe(character):
    return unicodedata.category(character) in UNSAFE_CATEGORIES
