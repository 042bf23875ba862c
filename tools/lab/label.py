# SPDX-License-Identifier: GPL-2.0-or-later
"""From what a scenario meant and what the wire shows to a label; or to a question for a person.

A label never rests on the intent alone: if the wire contradicts it, decide() raises Undecided and
nothing is written.
"""

from dataclasses import dataclass

import wire
from scenario import CertificateFault, Established

TIME_CAUSES = {"certificate_expired", "certificate_not_yet_valid", "client_clock_skew"}
CHAIN_CAUSES = ("untrusted_ca", "incomplete_chain", "self_signed")
# What a plain alert in TLS 1.3 says by itself, where the certificate cannot be seen.
SAID_BY_ALERT = {
    44: "certificate_revoked",
    45: "certificate_expired",
    48: "untrusted_ca",
    43: "certificate_purpose",
    113: "ocsp_response_bad",
}
ALSO_BY_ALERT = {
    45: ("client_clock_skew",),
    48: ("incomplete_chain", "self_signed"),
    43: ("weak_certificate",),
    42: ("bad_certificate",),
}
# Several causes that one wire image can have, in the clear.
ALSO_IN_CLEAR = {"untrusted_ca": ("incomplete_chain",), "incomplete_chain": ("untrusted_ca",)}


class Undecided(Exception):
    """The wire does not show what the scenario meant."""


@dataclass(frozen=True)
class Label:
    outcome: str
    cause: str = "-"
    acceptable: tuple = ()
    note: str = ""
    confidence: str = "high"


def decide(cause, expect, connection, client_ok):
    """Label of one connection. client_ok: the client program ended without an error."""
    if isinstance(expect, Established):
        return _established(expect, connection, client_ok)
    if isinstance(expect, CertificateFault):
        return _certificate(cause, expect, connection)
    return _failed(cause, expect, connection)


def _established(expect, connection, client_ok):
    shown = connection.established()
    if shown or (shown is None and client_ok):
        return Label("established", note=expect.note, confidence="high" if shown else "med")
    raise Undecided(f"meant to succeed; handshake finished: {shown}, client ok: {client_ok}")


def _failed(cause, expect, connection):
    shown = connection.established()
    if shown and expect.late:
        # Where the server says nothing after the client's Finished, the wire leaves it open.
        also = ("outcome:failed", f"cause:{cause}", "cause:server_closed")
        return Label("established", "-", also, f"{cause}: {expect.late}", "med")
    if shown:
        raise Undecided("meant to fail, but the handshake finished")
    proofs = expect.proof.split()
    if not any(_shown(proof, connection) for proof in proofs):
        raise Undecided(f"none of {proofs} is on the wire; {summary(connection)}")
    also = tuple(expect.also.split())
    if not any(connection.payload.values()) and connection.syn_ack:
        also += ("outcome:not_tls", "outcome:incomplete")  # not a single octet of the hello
    if connection.both_sealed() and not any(a.plain and a.fatal for a in connection.alerts):
        return Label(
            "failed",
            expect.cause or cause,
            also + ("outcome:established",),
            f"{expect.note} The encrypted alert could as well be close_notify.",
            "med",
        )
    return Label("failed", expect.cause or cause, also, expect.note)


def _shown(proof, connection):
    side, _, what = proof.partition(":")
    if side == "icmp":
        return bool(connection.icmp)
    if side == "refused":
        return not connection.syn_ack and "server" in connection.rst
    if side == "unanswered":
        return not connection.syn_ack and not connection.rst and not connection.icmp
    if what in ("fin", "rst"):
        other = "client" if side == "server" else "server"
        ends = getattr(connection, what)
        return side in ends and ends[side] <= connection.fin.get(other, 1 << 30)
    if what == "silent":
        return not connection.payload.get(side) or not connection.server_hello
    if what == "unfinished":
        return not connection.established()
    alerts = [a for a in connection.alerts if a.side == side and a.fatal]
    if what == "sealed":
        return any(not a.plain for a in alerts) or connection.sealed_alert(side)
    if what == "alert":
        return any(a.code not in (0, 90) for a in alerts)
    return any(a.code == int(what) for a in alerts)


def _certificate(cause, expect, connection):
    """What a passive observer can know of a refused server certificate."""
    shown = connection.established()
    if shown is None and connection.version == wire.TLS13:
        raise Undecided(f"the client may have finished; {summary(connection)}")
    # None up to TLS 1.2: both sides finished, so the client did not refuse the certificate before.
    if shown is not False:
        return Label(
            "established",
            note=f"{cause}: the client finished the handshake all the same. "
            f"{expect.note}".strip(),
        )
    if not connection.server_hello:
        raise Undecided(f"no ServerHello, so no certificate; {summary(connection)}")
    alert = connection.fatal("client")
    also = tuple(expect.also.split())
    if connection.version != wire.TLS13:
        return _in_clear(cause, also, expect, connection, alert)
    if alert and alert.plain:
        return _plain_13(cause, also, expect, alert)
    intent = (f"cause:{cause}",) if cause != "certificate_rejected" else ()
    if alert or connection.sealed_alert("client"):
        code = f" ({alert.code})" if alert and alert.code >= 0 else ""
        return Label(
            "failed",
            "certificate_rejected",
            intent + also,
            f"{cause}; TLS 1.3, encrypted alert{code}. {expect.note}".strip(),
        )
    left = "reset_by_client" if "client" in connection.rst else "client_abandoned"
    if "client" not in connection.rst and "client" not in connection.fin:
        raise Undecided(f"nobody refused; {summary(connection)}")
    return Label(
        "failed",
        left,
        ("cause:certificate_rejected", "cause:client_abandoned", "cause:reset_by_client")
        + intent
        + also,
        f"{cause}; TLS 1.3, the client left without an alert. {expect.note}".strip(),
        "med",
    )


def _in_clear(cause, also, expect, connection, alert):
    if not connection.certificate:
        raise Undecided(f"no Certificate message seen; {summary(connection)}")
    also += tuple(f"cause:{name}" for name in ALSO_IN_CLEAR.get(cause, ()))
    if alert:
        code = f"alert {alert.code}" if alert.code >= 0 else "an encrypted alert"
        return Label("failed", cause, also, f"Client sent {code}. {expect.note}".strip())
    if "client" in connection.rst or "client" in connection.fin:
        return Label(
            "failed",
            cause,
            also
            + ("cause:client_abandoned", "cause:reset_by_client", "cause:certificate_rejected"),
            f"The client left without an alert. {expect.note}".strip(),
            "med",
        )
    raise Undecided(f"the client did not refuse; {summary(connection)}")


def _plain_13(cause, also, expect, alert):
    said = SAID_BY_ALERT.get(alert.code, "certificate_rejected")
    if said == "certificate_expired" and cause not in TIME_CAUSES:
        raise Undecided(f"{cause} refused with certificate_expired(45)")
    if said == "untrusted_ca" and cause not in CHAIN_CAUSES:
        also += (f"cause:{cause}",)
    names = {cause, "certificate_rejected", *ALSO_BY_ALERT.get(alert.code, ())} - {said}
    return Label(
        "failed",
        said,
        tuple(f"cause:{name}" for name in sorted(names)) + also,
        f"{cause}; TLS 1.3, plain alert {alert.code}. {expect.note}".strip(),
    )


def summary(connection):
    """The connection in one line, for a person."""
    alerts = " ".join(
        f"{a.side}:{a.code}{'' if a.plain else 'e'}{'' if a.fatal else 'w'}"
        for a in connection.alerts
    )
    return (
        f"hello {connection.client_hello}/{connection.server_hello} "
        f"version {connection.version:04x} ccs {sorted(connection.ccs)} "
        f"finished {sorted(connection.finished)} "
        f"sealed {sorted(connection.sealed)} data {connection.data} alerts [{alerts}] "
        f"fin {connection.fin} rst {connection.rst} icmp {connection.icmp} "
        f"octets {connection.payload}"
    )
