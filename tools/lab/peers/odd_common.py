# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scripted peers share: records, ways to end a connection, a real endpoint to spoil."""

import socket
import ssl
import struct

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
ALERT, HANDSHAKE = 21, 22
EXTENSION_KEY_SHARE, EXTENSION_SUPPORTED_VERSIONS = 51, 43
PAUSE = 0.2  # seconds; long enough for the other side to have answered


def alert(code, level=2):
    return struct.pack("!BHHBB", ALERT, 0x0303, 2, level, code)


def record(kind, body, version=0x0303):
    return struct.pack("!BHH", kind, version, len(body)) + body


def message(kind, body):
    return struct.pack("!B", kind) + len(body).to_bytes(3, "big") + body


def read_records(sock, count=1):
    """The next records as one run of octets; what came before the end, if it ends."""
    data = b""
    for _ in range(count):
        header = sock.recv(5, socket.MSG_WAITALL)
        if len(header) < 5:
            break
        data += header + sock.recv(struct.unpack("!H", header[3:])[0], socket.MSG_WAITALL)
    return data


def read_some(sock):
    sock.settimeout(2)
    try:
        return sock.recv(65536)
    except OSError:
        return b""


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def finish(sock):
    """FIN, then read until the other side has done the same."""
    try:
        sock.shutdown(socket.SHUT_WR)
        sock.settimeout(2)
        while sock.recv(65536):
            pass
    except OSError:
        pass
    sock.close()


def finish_reading(sock):
    """Read what the client says to that, then close."""
    sock.settimeout(3)
    try:
        while sock.recv(65536):
            pass
    except OSError:
        pass
    sock.close()


class Engine:
    """A real endpoint whose octets pass through our hands."""

    def __init__(self, flags, server_side):
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
        if "min" in flags:
            ctx.minimum_version, ctx.maximum_version = (
                VERSIONS[flags["min"]],
                VERSIONS[flags["max"]],
            )
        if "chain" in flags:
            ctx.load_cert_chain(flags["chain"], flags["key"])
        if not server_side:
            ctx.check_hostname = False
            ctx.verify_mode = ssl.CERT_NONE
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = ctx.wrap_bio(
            self.incoming, self.outgoing, server_side, None if server_side else flags.get("sni")
        )

    def step(self, data=b""):
        """Feed octets, return those that the endpoint answers with."""
        self.incoming.write(data)
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            print(error, flush=True)
        return self.outgoing.read()


def split(data):
    """Records of a run of octets."""
    found = []
    while len(data) >= 5:
        size = 5 + struct.unpack("!H", data[3:5])[0]
        found.append(data[:size])
        data = data[size:]
    return found


def flip(data, at):
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


def extension_offset(hello, wanted):
    """Offset of an extension's type in a record that holds a ClientHello."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + struct.unpack("!H", hello[at : at + 2])[0]
    at += 1 + hello[at] + 2
    while at + 4 <= len(hello):
        kind, size = struct.unpack("!HH", hello[at : at + 4])
        if kind == wanted:
            return at
        at += 4 + size
    raise ValueError(f"no extension {wanted}")
