# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario is one row: what both sides are told, what the network does, what must come of it."""

from dataclasses import dataclass, field

from net import Condition
from options import Client, Server


@dataclass(frozen=True)
class Established:
    """The handshake finishes, whatever happens later."""

    note: str = ""


@dataclass(frozen=True)
class Failed:
    """The handshake fails for the scenario's cause.

    proof: space separated, one of them must be on the wire: SIDE:CODE a fatal alert, SIDE:alert any
    fatal alert, SIDE:sealed an encrypted one, SIDE:fin, SIDE:rst, SIDE:silent; icmp, refused,
    unanswered. also: further acceptable answers, "cause:x" or "outcome:x".
    """

    proof: str
    also: str = ""
    note: str = ""
    cause: str = ""  # if it differs from the scenario's
    late: str = ""  # if set, a finished handshake is right too: the peer checks afterwards


@dataclass(frozen=True)
class CertificateFault:
    """The server's certificate has this fault; what shows depends on version and client."""

    also: str = ""
    note: str = ""


@dataclass(frozen=True)
class Each:
    """An expectation for each connection of a capture, in order; the last for all that follow."""

    expects: tuple


@dataclass(frozen=True)
class Scenario:
    cause: str  # an identifier of the cause list, or "clean"
    name: str
    pairs: str  # "client:server client:server"; "a+b:server": two clients, one capture
    expect: object
    client: Client = field(default_factory=Client)
    server: Server = field(default_factory=Server)
    versions: tuple = (
        "",
    )  # one capture for each; "1.2" and "1.3" limit the server, lower ones both
    net: Condition = Condition()
    vantage: tuple = ("client",)
    family: int = 4
    kind: str = "lab"  # or "crafted": a script spoke, or changed the packets
    connections: int = 1  # how many are expected; 0: any number
    wait: float = 0.0  # seconds to go on capturing after the client has ended
    overrides: dict = field(
        default_factory=dict
    )  # client stack -> another Expect, decided by a person

    def variants(self):
        """(name, client options, server options) for each version."""
        for version in self.versions:
            name = self.name + (f"-tls{version.replace('.', '')}" if version else "")
            client, server = self.client, self.server
            if version:
                server = server.but(versions=version)
                if version in ("1.0", "1.1"):
                    client = client.but(versions=f"1.0-{version}" if version != "1.0" else "1.0")
            yield name, client, server

    def expected(self, client, number):
        """What must come of a capture's connection of this number."""
        expect = self.overrides.get(client, self.expect)
        if isinstance(expect, Each):
            return expect.expects[min(number, len(expect.expects) - 1)]
        return expect
