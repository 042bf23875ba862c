# SPDX-License-Identifier: GPL-2.0-or-later
"""The TLS stacks. One module has a few Stack rows; a row has a client, a server, or both.

A builder takes (run, options) and returns Launch objects: what to start, never starting it itself.
"""

import functools
import importlib
import os
import pkgutil
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from options import Unsupported

# Where tools/lab/setup puts what it builds, and what npm brings.
CACHE = Path(os.environ.get("TLSWHY_LAB_CACHE", "/var/cache/tlswhy-lab"))


@dataclass(frozen=True)
class Launch:
    argv: list
    env: dict = field(default_factory=dict)
    stdin: bytes = None
    logs: tuple = ()  # further files, in the run's directory, that hold what the program said


@dataclass(frozen=True)
class Stack:
    name: str
    program: str  # must exist for the stack to be there
    version: tuple = ()  # command that prints it
    client: object = None  # (run, Client) -> list of Launch
    server: object = None  # (run, Server) -> Launch


def _load():
    found = {}
    for module in pkgutil.iter_modules(__path__):
        for stack in importlib.import_module(f"{__name__}.{module.name}").STACKS:
            found[stack.name] = stack
    return found


@functools.cache
def _all():
    return _load()


def available(name):
    stack = _all().get(name)
    return stack is not None and shutil.which(stack.program) is not None


def client(name, run, options):
    builder = _all()[name].client
    if builder is None:
        raise Unsupported(f"{name} is no client")
    return builder(run, options)


def server(name, run, options):
    builder = _all()[name].server
    if builder is None:
        raise Unsupported(f"{name} is no server")
    return builder(run, options)


@functools.cache
def version(name):
    command = _all()[name].version
    if not command:
        return name
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=30,
    )
    line = next((line for line in done.stdout.splitlines() if any(c.isdigit() for c in line)), "")
    return f"{name} ({' '.join(line.split())[:80]})"
