# SPDX-License-Identifier: GPL-2.0-or-later
"""What tshark says is on the wire, per TCP connection: the check of every label.

With a key log tshark reads encrypted alerts and Finished messages too. What a passive observer sees
and what only the key log shows are kept apart.
"""

import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, FINISHED = 1, 2, 11, 20
CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
TLS13 = 0x0304
HELLO_RETRY_REQUEST = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
# An encrypted alert: two octets, the inner type, and a 16 octet tag; Java pads it.
SIZES_ENCRYPTED_ALERT_13 = (19, 35)


@dataclass
class Alert:
    side: str
    code: int  # -1: encrypted and not decrypted
    fatal: bool
    plain: bool
    frame: int


@dataclass
class Connection:
    client: str
    server: str
    start: str
    stream: int
    syn_ack: bool = False
    client_hello: int = 0
    server_hello: int = 0
    retry: int = 0
    version: int = 0
    certificate: bool = False  # of the server, in the clear
    ccs: dict = field(default_factory=dict)  # side -> frame
    finished: dict = field(default_factory=dict)  # side -> frame; from the key log
    sealed: dict = field(default_factory=dict)  # side -> encrypted handshake records after CCS
    data: dict = field(default_factory=dict)  # side -> (frame, length) of records of type 23
    alerts: list = field(default_factory=list)
    fin: dict = field(default_factory=dict)
    rst: dict = field(default_factory=dict)
    payload: dict = field(default_factory=dict)  # side -> octets
    icmp: list = field(default_factory=list)  # (type, code)
    order: list = field(default_factory=list)  # (frame, side, what)
    decrypted: bool = False

    def sealed_alert(self, side):
        """True if a side sent a record of the size of an encrypted TLS 1.3 alert."""
        return any(length in SIZES_ENCRYPTED_ALERT_13 for _, length in self.data.get(side, []))

    def fatal(self, side):
        """First fatal alert of a side that is not close_notify or user_canceled."""
        return next(
            (a for a in self.alerts if a.side == side and a.fatal and a.code not in (0, 90)), None
        )

    def established(self):
        """True, False, or None if the wire alone cannot say."""
        if not self.server_hello:
            return False
        if self.version == TLS13:
            return self._established_13()
        both = self.both_sealed()
        if both and not self.data and any(not a.plain and a.code == -1 for a in self.alerts):
            return None  # a Finished refused, or a close_notify: they look the same
        last = max(self.sealed.get("client", [0])[:1] + self.sealed.get("server", [0])[:1])
        early = [
            a
            for a in self.alerts
            if a.fatal and a.plain and a.frame <= last and a.code not in (0, 90)
        ]
        return both and not early and not self._refused_after(last)

    def _refused_after(self, frame):
        """A decrypted fatal alert before data of its sender, and before the other side's FIN."""
        return any(
            a.fatal
            and a.code not in (0, 90, -1)
            and frame
            <= a.frame
            < self.fin.get("server" if a.side == "client" else "client", 1 << 30)
            and not self.data.get(a.side)
            for a in self.alerts
        )

    def both_sealed(self):
        """Up to TLS 1.2: ChangeCipherSpec and an encrypted handshake record from both sides."""
        return all(self.ccs.get(side) and self.sealed.get(side) for side in ("client", "server"))

    def _established_13(self):
        if self.decrypted:
            both = all(side in self.finished for side in ("client", "server"))
            return both and not any(a.fatal and a.code not in (0, 90) for a in self.alerts)
        if any(a.fatal and a.plain for a in self.alerts):
            return False
        sent = [
            frame
            for frame, length in self.data.get("client", [])
            if length not in SIZES_ENCRYPTED_ALERT_13
        ]
        if not sent:
            return False
        answered = any(
            frame > sent[0] and length not in SIZES_ENCRYPTED_ALERT_13
            for frame, length in self.data.get("server", [])
        )
        return True if answered else None


def _fields(node):
    """(name, show) of every field below a node, in wire order."""
    for item in node.iter("field"):
        yield item.get("name"), item.get("show")


def _number(text):
    return int(text, 0) if text else 0


def read(path, key_log=""):
    """Connections of a capture, in the order of their first packets."""
    command = [
        "tshark",
        "-n",
        "-r",
        str(path),
        "-T",
        "pdml",
        "-o",
        "tls.desegment_ssl_records:TRUE",
        "-o",
        "tls.desegment_ssl_application_data:FALSE",
        "-o",
        "tcp.desegment_tcp_streams:TRUE",
        "-o",
        "tcp.reassemble_out_of_order:TRUE",
    ]
    if key_log:
        command += ["-o", f"tls.keylog_file:{key_log}"]
    found = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tshark:
        for _, node in ET.iterparse(tshark.stdout):
            if node.tag == "packet":
                _packet(node, found)
                node.clear()
    for connection in found.values():
        connection.decrypted = bool(connection.finished) or any(
            not a.plain and a.code >= 0 for a in connection.alerts
        )
    return [found[stream] for stream in sorted(found)]


def _packet(node, found):
    protocols = {proto.get("name"): proto for proto in node.iter("proto")}
    if "tcp" not in protocols:
        return
    tcp = dict(_fields(protocols["tcp"]))
    general = {
        name: show
        for proto in ("geninfo", "frame")
        for name, show in _fields(protocols[proto])
        if name in ("num", "frame.time_epoch", "frame.number")
    }
    source, destination = _addresses(node)
    if "tcp.stream" not in tcp:
        return
    here = f"{source}:{tcp['tcp.srcport']}", f"{destination}:{tcp['tcp.dstport']}"
    stream = int(tcp["tcp.stream"])
    flags = _number(tcp.get("tcp.flags"))
    icmp = protocols.get("icmp", protocols.get("icmpv6"))
    if icmp is not None:
        about = dict(_fields(icmp))
        kind = tuple(_number(about.get(f"{icmp.get('name')}.{part}")) for part in ("type", "code"))
        if stream in found:
            found[stream].icmp.append(kind)
        return
    if stream not in found:
        if flags & 0x12 == 0x12:
            here = here[::-1]
        found[stream] = Connection(*here, general["frame.time_epoch"], stream)
    connection = found[stream]
    side = "client" if here[0] == connection.client else "server"
    frame = _number(general["frame.number"])
    _segment(connection, side, flags, int(tcp.get("tcp.len", 0)), frame)
    for proto in node.iter("proto"):
        if proto.get("name") == "tls":
            _records(connection, side, proto, frame)


def _addresses(node):
    """Innermost addresses of the packet: those next to TCP, whatever tunnel it is in."""
    found = "", ""
    for proto in node.iter("proto"):
        name = proto.get("name")
        if name in ("ip", "ipv6"):
            about = dict(reversed(list(_fields(proto))))
            found = about[f"{name}.src"], about[f"{name}.dst"]
    return found


def _segment(connection, side, flags, length, frame):
    connection.payload[side] = connection.payload.get(side, 0) + length
    connection.syn_ack |= flags & 0x12 == 0x12
    if flags & 0x01:
        connection.fin.setdefault(side, frame)
        connection.order.append((frame, side, "fin"))
    if flags & 0x04:
        connection.rst.setdefault(side, frame)
        connection.order.append((frame, side, "rst"))


def _records(connection, side, proto, frame):
    """Records in wire order: tshark starts each with its content type."""
    record = {}
    for name, show in _fields(proto):
        if name in ("tls.record.opaque_type", "tls.record.content_type"):
            if name == "tls.record.content_type" and "opaque" in record:
                record["type"] = _number(show)
                continue
            record = {"type": _number(show)}
            if name == "tls.record.opaque_type":
                record["opaque"] = _number(show)
        elif name == "tls.record.length":
            record["length"] = _number(show)
            _record(connection, side, record, frame)
        elif name == "tls.handshake.type":
            _message(connection, side, _number(show), frame)
        elif name == "tls.handshake.random" and show.replace(":", "") == HELLO_RETRY_REQUEST:
            connection.retry += 1
        elif name == "tls.handshake.version" and side == "server" and not connection.version:
            connection.version = _number(show)
        elif name == "tls.handshake.extensions.supported_version" and side == "server":
            connection.version = _number(show)
        elif name in ("tls.alert_message", "tls.alert_message.level", "tls.alert_message.desc"):
            _alert(connection, side, record, name, show, frame)


def _record(connection, side, record, frame):
    kind = record.get("opaque", record.get("type", 0))
    connection.order.append((frame, side, f"record{kind}"))
    if kind == CHANGE_CIPHER_SPEC:
        connection.ccs.setdefault(side, frame)
    elif kind == APPLICATION_DATA:
        connection.data.setdefault(side, []).append((frame, record["length"]))
    elif kind == HANDSHAKE and side in connection.ccs:
        connection.sealed.setdefault(side, []).append(frame)


def _message(connection, side, kind, frame):
    if kind == CLIENT_HELLO and side == "client":
        connection.client_hello += 1
    elif kind == SERVER_HELLO and side == "server":
        connection.server_hello += 1
    elif kind == CERTIFICATE and side == "server" and connection.version != TLS13:
        connection.certificate = True
    elif kind == FINISHED:
        connection.finished.setdefault(side, frame)


def _alert(connection, side, record, name, show, frame):
    """tshark gives level and description of an alert that it can read, else only the message."""
    if name == "tls.alert_message":
        plain = record.get("length") == 2 and "opaque" not in record
        connection.alerts.append(Alert(side, -1, True, plain, frame))
        connection.order.append((frame, side, "alert"))
    elif name == "tls.alert_message.level":
        connection.alerts[-1].fatal = _number(show) == 2
    else:
        connection.alerts[-1].code = _number(show)
        if _number(show) in (0, 90):
            connection.alerts[-1].fatal = False
