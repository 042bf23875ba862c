# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers that do what no real stack does: they break off, corrupt, send nonsense, or speak no TLS.

Arguments: client|server name=value..., mode naming a function below. Where the start of a real
handshake is needed it comes from Python's ssl module through memory buffers; a mode then spoils it.
"""

import socket
import ssl
import struct
import sys
import time

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
ALERT, HANDSHAKE = 21, 22
EXTENSION_KEY_SHARE, EXTENSION_SUPPORTED_VERSIONS = 51, 43
PAUSE = 0.2
SEGMENT = 1448      # payload of a full-size segment with timestamps
GREETINGS = {
    "ssh": b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
    "smtp": b"220 mail.lab.test ESMTP ready\r\n",
    "ftp": b"220 (vsFTPd 3.0.3)\r\n",
    "pop3": b"+OK POP3 ready\r\n",
    "imap": b"* OK [CAPABILITY IMAP4rev1] IMAP ready\r\n",
    "mysql": b"\x4a\x00\x00\x00\x0a8.0.36\x00\x0b\x00\x00\x00abcdefgh\x00\xff\xf7\xff\x02\x00\xff\xc1\x15"
             + bytes(10) + b"ijklmnopqrst\x00mysql_native_password\x00",
}
HTTP_REFUSAL = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 12\r\n\r\nBad Request\n"


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


class Engine:
    """A real endpoint whose octets pass through our hands."""

    def __init__(self, flags, server_side):
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
        if "min" in flags:
            ctx.minimum_version, ctx.maximum_version = VERSIONS[flags["min"]], VERSIONS[flags["max"]]
        if "chain" in flags:
            ctx.load_cert_chain(flags["chain"], flags["key"])
        if not server_side:
            ctx.check_hostname = False
            ctx.verify_mode = ssl.CERT_NONE
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = ctx.wrap_bio(self.incoming, self.outgoing, server_side,
                                None if server_side else flags.get("sni"))

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
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1:]


# --- servers: (socket, flags) -------------------------------------------------------------------

def close_after_hello(sock, _):
    read_records(sock)
    finish(sock)


def reset_after_hello(sock, _):
    read_records(sock)
    reset(sock)


def reset_unread(sock, _):
    """Close with the ClientHello still unread in the socket: the kernel sends RST."""
    time.sleep(PAUSE)
    sock.close()


def silent(sock, _):
    time.sleep(30)
    sock.close()


def single_read(sock, flags):
    """A box that expects a ClientHello in one segment."""
    first = sock.recv(SEGMENT)
    if len(first) >= 5 + struct.unpack("!H", first[3:5])[0]:
        whole(sock, flags, first)
    elif flags.get("then") == "silent":
        time.sleep(30)
    else:
        reset(sock)


def whole(sock, flags, first):
    """A proper handshake and answer."""
    engine = Engine(flags, True)
    data = first
    while data:
        sock.sendall(engine.step(data))
        if engine.tls.version() and engine.tls.cipher() and _done(engine):
            break
        data = sock.recv(65536)
    engine.tls.write(b"HTTP/1.0 200 OK\r\n\r\nok\n")
    sock.sendall(engine.outgoing.read())
    finish(sock)


def _done(engine):
    try:
        engine.tls.do_handshake()
        return True
    except ssl.SSLWantReadError:
        return False


def _flight(sock, flags):
    engine = Engine(flags, True)
    return engine, engine.step(read_records(sock))


def close_after_flight(sock, flags):
    _, flight = _flight(sock, flags)
    sock.sendall(flight)
    sock.shutdown(socket.SHUT_WR)
    finish(sock)


def close_in_flight(sock, flags):
    _, flight = _flight(sock, flags)
    sock.sendall(flight[:len(flight) // 2])
    finish(sock)


def reset_in_flight(sock, flags):
    _, flight = _flight(sock, flags)
    sock.sendall(flight[:len(flight) // 2])
    time.sleep(PAUSE)
    reset(sock)


def stall_in_flight(sock, flags):
    _, flight = _flight(sock, flags)
    sock.sendall(flight[:len(flight) // 2])
    time.sleep(30)


def corrupt_flight(sock, flags):
    """One wrong octet in the last record of the server's first flight (TLS 1.3: encrypted)."""
    _, flight = _flight(sock, flags)
    sock.sendall(flip(flight, -3))
    finish_reading(sock)


def corrupt_signature(sock, flags):
    """TLS 1.2: one wrong octet in the signature of ServerKeyExchange."""
    _, flight = _flight(sock, flags)
    records = split(flight)
    spoiled = [flip(r, -3) if r[0] == HANDSHAKE and r[5] == 12 else r for r in records]
    sock.sendall(b"".join(spoiled))
    finish_reading(sock)


def corrupt_finished(sock, flags):
    """TLS 1.2: one wrong octet in the server's Finished."""
    engine, flight = _flight(sock, flags)
    sock.sendall(flight)
    sock.sendall(flip(engine.step(read_records(sock, 3)), -3))
    finish_reading(sock)


def garbled_certificate(sock, flags):
    """TLS 1.2: the leaf certificate does not begin as DER does."""
    _, flight = _flight(sock, flags)
    records = split(flight)
    spoiled = [flip(r, 5 + 4 + 3 + 3) if r[0] == HANDSHAKE and r[5] == 11 else r for r in records]
    sock.sendall(b"".join(spoiled))
    finish_reading(sock)


def finish_reading(sock):
    """Read what the client says to that, then close."""
    sock.settimeout(3)
    try:
        while sock.recv(65536):
            pass
    except OSError:
        pass
    sock.close()


def send_alert(sock, flags):
    read_records(sock)
    sock.sendall(alert(int(flags["code"])))
    finish(sock)


def hello_then_alert(sock, flags):
    """TLS 1.2: the flight, then a fatal alert in place of an answer to the client's."""
    _, flight = _flight(sock, flags)
    sock.sendall(flight)
    read_records(sock, 3)
    sock.sendall(alert(int(flags["code"])))
    finish(sock)


def oversized(sock, _):
    read_records(sock)
    sock.sendall(struct.pack("!BHH", HANDSHAKE, 0x0303, 0x7000) + bytes(2000))
    finish_reading(sock)


def truncated_message(sock, flags):
    """A ServerHello whose extensions are longer than the message."""
    _, flight = _flight(sock, flags)
    first = split(flight)[0]
    at = 5 + 4 + 2 + 32 + 1 + first[5 + 4 + 34] + 3
    sock.sendall(first[:at] + struct.pack("!H", 0x0FFF) + first[at + 2:])
    finish_reading(sock)


def binary_garbage(sock, _):
    read_records(sock)
    sock.sendall(bytes((i * 37 + 129) & 0xFF for i in range(300)))
    finish_reading(sock)


def done_too_early(sock, flags):
    """TLS 1.2: ServerHello, then at once ServerHelloDone."""
    _, flight = _flight(sock, flags)
    hello = split(flight)[0]
    size = 4 + int.from_bytes(hello[6:9], "big")
    sock.sendall(record(HANDSHAKE, hello[5:5 + size]) + record(HANDSHAKE, message(14, b"")))
    finish_reading(sock)


def finished_first(sock, _):
    read_records(sock)
    sock.sendall(record(HANDSHAKE, message(20, bytes(12))))
    finish_reading(sock)


def _server_hello(flags, sock):
    _, flight = _flight(sock, flags)
    return split(flight)[0]


def unoffered_suite(sock, flags):
    """A ServerHello that selects a suite the client did not offer (TLS_NULL_WITH_NULL_NULL)."""
    hello = _server_hello(flags, sock)
    at = 5 + 4 + 2 + 32 + 1 + hello[5 + 4 + 34]
    sock.sendall(hello[:at] + b"\0\0" + hello[at + 2:])
    finish_reading(sock)


def bad_compression(sock, flags):
    hello = _server_hello(flags, sock)
    at = 5 + 4 + 2 + 32 + 1 + hello[5 + 4 + 34] + 2
    sock.sendall(hello[:at] + b"\x01" + hello[at + 1:])
    finish_reading(sock)


def downgrade(sock, flags):
    """As an attacker does: take supported_versions out of the hello; the server then marks its random."""
    hello = read_records(sock)
    mark = struct.pack("!H", EXTENSION_SUPPORTED_VERSIONS)
    at = _extension(hello, EXTENSION_SUPPORTED_VERSIONS)
    engine = Engine(flags, True)
    sock.sendall(engine.step(hello[:at] + b"\x7a\x7b" + hello[at + len(mark):]))
    finish_reading(sock)


def _extension(hello, wanted):
    """Offset of an extension's type in a record that holds a ClientHello."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + struct.unpack("!H", hello[at:at + 2])[0]
    at += 1 + hello[at] + 2
    while at + 4 <= len(hello):
        kind, size = struct.unpack("!HH", hello[at:at + 4])
        if kind == wanted:
            return at
        at += 4 + size
    raise ValueError(f"no extension {wanted}")


def retry_twice(sock, flags):
    """A second HelloRetryRequest, which RFC 8446 section 4.1.4 forbids."""
    _, first = _flight(sock, flags)
    retry = split(first)[0]
    sock.sendall(retry)
    read_records(sock)
    sock.sendall(retry)
    finish_reading(sock)


def retry_then_close(sock, flags):
    _, first = _flight(sock, flags)
    sock.sendall(first)
    read_records(sock, 2)
    finish(sock)


def greeting(sock, flags):
    """A server of another protocol that speaks first."""
    sock.sendall(GREETINGS[flags["says"]])
    time.sleep(PAUSE)
    read_some(sock)
    finish(sock)


def http(sock, _):
    read_some(sock)
    sock.sendall(HTTP_REFUSAL)
    finish(sock)


def read_some(sock):
    sock.settimeout(2)
    try:
        return sock.recv(65536)
    except OSError:
        return b""


# STARTTLS: protocol -> (greeting, {first word of a command: answer}, answer to the upgrade command)
UPGRADES = {
    "smtp": (b"220 mail.lab.test ESMTP\r\n", {b"EHLO": b"250-mail.lab.test\r\n250 STARTTLS\r\n"}, b"STARTTLS",
             b"220 go ahead\r\n", b"454 4.7.0 TLS not available\r\n"),
    "imap": (b"* OK IMAP ready\r\n", {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%b OK done\r\n"},
             b"STARTTLS", b"%b OK begin TLS\r\n", b"%b NO TLS not available\r\n"),
    "pop3": (b"+OK POP3 ready\r\n", {b"CAPA": b"+OK\r\nSTLS\r\n.\r\n"}, b"STLS", b"+OK\r\n", b"-ERR no TLS\r\n"),
    "ftp": (b"220 FTP ready\r\n", {b"FEAT": b"211-\r\n AUTH TLS\r\n211 end\r\n"}, b"AUTH", b"234 go\r\n",
            b"534 no TLS here\r\n"),
}


def upgrade(sock, flags):
    """STARTTLS: refuse it, or do it."""
    hello, answers, command, yes, no = UPGRADES[flags["protocol"]]
    sock.sendall(hello)
    lines = sock.makefile("rb", buffering=0)
    while line := lines.readline():
        words = line.split()
        tag, verb = (words[0], words[1:2]) if flags["protocol"] == "imap" else (b"", words[:1])
        verb = verb[0].upper() if verb else b""
        if verb == command:
            if flags.get("answer") == "no":
                sock.sendall(fill(no, tag))
                continue
            sock.sendall(fill(yes, tag))
            engine_serve(sock, flags)
            return
        sock.sendall(fill(answers.get(verb, b"%b OK\r\n" if tag else b"250 ok\r\n"), tag))
    sock.close()


def fill(answer, tag):
    return answer.replace(b"%b", tag)


def engine_serve(sock, flags):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(flags["chain"], flags["key"])
    try:
        tls = ctx.wrap_socket(sock, server_side=True)
        tls.recv(4096)
        tls.sendall(b"250 ok\r\n")
        tls.recv(4096)
        tls.close()
    except OSError as error:
        print(error, flush=True)


def postgres(sock, flags):
    """SSLRequest: N refuses, S accepts."""
    sock.recv(8, socket.MSG_WAITALL)
    if flags.get("answer") == "no":
        sock.sendall(b"N")
        read_some(sock)
        finish(sock)
    else:
        sock.sendall(b"S")
        engine_serve(sock, flags)


def proxy(sock, flags):
    """HTTP CONNECT."""
    read_some(sock)
    if flags.get("answer") == "no":
        sock.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        finish(sock)
    else:
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        engine_serve(sock, flags)


# --- clients: (flags) ---------------------------------------------------------------------------

def connect(flags):
    return socket.create_connection((flags["host"], int(flags["port"])), timeout=float(flags["timeout"]))


def hello_close(flags):
    sock = connect(flags)
    sock.sendall(Engine(flags, False).step())
    sock.shutdown(socket.SHUT_WR)
    finish_reading(sock)


def hello_wait_close(flags):
    """The client gives up after a while; for a server that does not answer."""
    sock = connect(flags)
    sock.sendall(Engine(flags, False).step())
    time.sleep(1)
    sock.close()


def hello_reset(flags):
    sock = connect(flags)
    sock.sendall(Engine(flags, False).step())
    reset(sock)


def _client_flight(flags):
    sock, engine = connect(flags), Engine(flags, False)
    sock.sendall(engine.step())
    time.sleep(PAUSE)
    return sock, engine, sock.recv(65536)


def flight_close(flags):
    sock, _, _ = _client_flight(flags)
    sock.close()


def flight_reset(flags):
    sock, _, _ = _client_flight(flags)
    reset(sock)


def flight_alert(flags):
    """Refuse the server's flight with a fatal alert."""
    sock, _, _ = _client_flight(flags)
    sock.sendall(alert(int(flags["code"])))
    sock.close()


def bad_finished(flags):
    """One wrong octet in the client's Finished."""
    sock, engine, flight = _client_flight(flags)
    sock.sendall(flip(engine.step(flight), -3))
    finish_reading(sock)


def retry_close(flags):
    """Leave after the HelloRetryRequest."""
    flight_close(flags)


def retry_changed(flags):
    """Answer a HelloRetryRequest with the same hello again: no share of the group asked for."""
    sock, engine = connect(flags), Engine(flags, False)
    hello = engine.step()
    sock.sendall(hello)
    time.sleep(PAUSE)
    sock.recv(65536)
    sock.sendall(hello)
    finish_reading(sock)


def hello_twice(flags):
    """TLS 1.2: a second ClientHello where the client's key exchange belongs."""
    sock, engine = connect(flags), Engine(flags, False)
    hello = engine.step()
    sock.sendall(hello)
    time.sleep(PAUSE)
    sock.recv(65536)
    sock.sendall(hello)
    finish_reading(sock)


def application_data_first(flags):
    sock, _, _ = _client_flight(flags)
    sock.sendall(record(23, bytes(40)))
    finish_reading(sock)


def truncated_hello(flags):
    """A ClientHello whose list of suites is longer than the message."""
    sock = connect(flags)
    hello = Engine(flags, False).step()
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    sock.sendall(hello[:at] + b"\x0f\xfe" + hello[at + 2:])
    finish_reading(sock)


def oversized_hello(flags):
    sock = connect(flags)
    sock.sendall(struct.pack("!BHH", HANDSHAKE, 0x0301, 0x7000) + b"\x01\x00\x6f\xfc\x03\x03" + bytes(3000))
    finish_reading(sock)


def no_compression(flags):
    """A ClientHello that does not offer the null compression method."""
    sock = connect(flags)
    hello = Engine(flags, False).step()
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + struct.unpack("!H", hello[at:at + 2])[0]
    sock.sendall(hello[:at + 1] + b"\x40" + hello[at + 2:])
    finish_reading(sock)


def share_unknown(flags):
    """A key share whose public value is not on the curve."""
    sock = connect(flags)
    hello = Engine(flags, False).step()
    at = _extension(hello, EXTENSION_KEY_SHARE)
    sock.sendall(hello[:at + 10] + bytes(8) + b"\xff" * 24 + hello[at + 42:])
    finish_reading(sock)


def ssl2(flags):
    """An SSL 2.0 ClientHello that offers nothing newer."""
    sock = connect(flags)
    suites = bytes.fromhex("010080 020080 030080 060040 0700c0")
    body = b"\x01\x00\x02" + struct.pack("!HHH", len(suites), 0, 16) + suites + bytes(range(16))
    sock.sendall(struct.pack("!H", 0x8000 | len(body)) + body)
    finish_reading(sock)


def ssl3(flags):
    """A ClientHello of SSL 3.0, without extensions."""
    sock = connect(flags)
    body = b"\x03\x00" + bytes(range(32)) + b"\x00" + struct.pack("!H", 6) + bytes.fromhex("000a002f0035") + b"\x01\x00"
    sock.sendall(record(HANDSHAKE, message(1, body), 0x0300))
    finish_reading(sock)


def plain(flags):
    """A client of another protocol."""
    words = {"smtp": b"EHLO client.lab.test\r\n", "ssh": b"SSH-2.0-OpenSSH_9.2p1\r\n",
             "http": b"GET / HTTP/1.1\r\nHost: www.lab.test\r\n\r\n", "imap": b"a1 CAPABILITY\r\n"}
    sock = connect(flags)
    sock.sendall(words[flags["says"]])
    finish_reading(sock)


def serve(flags):
    listener = socket.create_server(("::", int(flags["port"])), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        sock, _ = listener.accept()
        try:
            globals()[flags["mode"]](sock, flags)
        except (OSError, ValueError, IndexError) as error:
            print(error, flush=True)
            sock.close()


if __name__ == "__main__":
    FLAGS = dict(word.split("=", 1) for word in sys.argv[2:])
    if sys.argv[1] == "server":
        serve(FLAGS)
    else:
        globals()[FLAGS["mode"]](FLAGS)
