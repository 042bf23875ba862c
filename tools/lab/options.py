# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario asks of the two sides, in words that every stack understands.

A stack translates these options to its own command line or configuration. What it cannot express
raises Unsupported, and the lab leaves that pair out.
"""

from dataclasses import dataclass, replace

HOST = "www.lab.test"

VERSIONS = ("3.0", "1.0", "1.1", "1.2", "1.3")


class Unsupported(Exception):
    """The stack cannot do what the scenario asks."""


@dataclass(frozen=True)
class Side:
    """Options that both sides have. An empty value means the stack's own default."""

    cert: str = ""  # a row of pki.py
    versions: str = ""  # "1.2", "1.0-1.2"
    ciphers: str = ""  # OpenSSL cipher list, up to TLS 1.2
    suites: str = ""  # TLS 1.3 cipher suites, IANA names, colon separated
    groups: str = ""  # OpenSSL names, colon separated
    sigalgs: str = ""  # OpenSSL names, colon separated
    alpn: str = ""  # comma separated
    level: int = -1  # OpenSSL security level; -1: the stack's default
    insist_ems: bool = False  # refuse a peer without the extended master secret
    disable: str = ""  # an option of OpenSSL's configuration, switched off
    extra: tuple = ()  # the stack's own arguments, for what no other stack has

    def version_range(self):
        """Lowest and highest version as strings, ("", "") for the default."""
        low, _, high = self.versions.partition("-")
        return low, high or low

    @property
    def legacy(self):
        """True if obsolete versions or algorithms have to be unlocked."""
        return self.level == 0 or self.version_range()[0] in ("3.0", "1.0", "1.1")

    def but(self, **changes):
        return replace(self, **changes)


@dataclass(frozen=True)
class Server(Side):
    cert: str = "good"
    client_auth: str = ""  # "", "request", "require"
    client_ca: str = "root"
    staple: str = ""  # name of an OCSP response of pki.py
    dh: int = 0  # size of the DH group, 0: none
    strict_sni: str = ""  # "name": refuse other names; "any": refuse a hello without a name
    tickets: bool = True
    early_data: bool = False
    body: int = 3  # size of the answer, octets
    mode: str = ""  # what a scripted server does
    port: int = 443


@dataclass(frozen=True)
class Client(Side):
    ca: str = "root"
    sni: str = HOST  # "": no server_name
    name: str = HOST  # the name to connect to and to check
    verify: bool = True
    clock: str = ""  # offset for faketime, "-400d"
    do: str = "get"  # get, quit, idle, halfclose, reset, renegotiate
    resume: str = ""  # "ticket", "id", "psk": two connections
    early_data: bool = False
    fallback: bool = False  # TLS_FALLBACK_SCSV
    starttls: str = ""
    mode: str = ""  # what a scripted client does
    timeout: float = 6.0  # seconds, then it is killed
    crl: bool = False  # check revocation by a CRL file
    revocation: bool = False  # check revocation by the staple, where that is not the default
