# SPDX-License-Identifier: GPL-2.0-or-later
"""A small TLS client and server on Python's ssl module. Arguments: client|server name=value..."""

import socket
import ssl
import struct
import sys
import time

VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
REQUEST = b"GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n"


def context(flags, purpose):
    ctx = ssl.SSLContext(purpose)
    if "min" in flags:
        ctx.minimum_version = VERSIONS[flags["min"]]
        ctx.maximum_version = VERSIONS[flags["max"]]
    if "ciphers" in flags or "level" in flags:
        ctx.set_ciphers(f"{flags.get('ciphers', 'DEFAULT')}:@SECLEVEL={flags.get('level', 2)}")
    if "alpn" in flags:
        ctx.set_alpn_protocols(flags["alpn"].split(","))
    if "chain" in flags:
        ctx.load_cert_chain(flags["chain"], flags["key"])
    ctx.keylog_filename = flags["keylog"]
    return ctx


def reset(sock):
    """Close with RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def talk(tls, what):
    if what == "quit":
        tls.close()
        return
    if what == "reset":
        tls.sendall(REQUEST)
        tls.recv(4096)
        reset(tls)
        return
    if what == "idle":
        time.sleep(2)
    tls.sendall(REQUEST)
    if what == "halfclose":
        tls.shutdown(socket.SHUT_WR)  # TCP half-close, no close_notify
    try:
        while tls.recv(65536):
            pass
    except ssl.SSLEOFError:
        pass
    tls.close()


def client(flags):
    ctx = context(flags, ssl.PROTOCOL_TLS_CLIENT)
    ctx.load_verify_locations(flags["ca"])
    ctx.check_hostname = flags["verify"] == "1" and "sni" in flags
    ctx.verify_mode = ssl.CERT_REQUIRED if flags["verify"] == "1" else ssl.CERT_NONE
    session = None
    for _ in range(int(flags["times"])):
        sock = socket.create_connection(
            (flags["host"], int(flags["port"])), timeout=float(flags["timeout"])
        )
        tls = ctx.wrap_socket(sock, server_hostname=flags.get("sni"), session=session)
        print(
            "ok",
            tls.version(),
            tls.cipher()[0],
            "resumed" if tls.session_reused else "full",
            flush=True,
        )
        talk(tls, flags["do"])
        session = tls.session


def answer(tls, size):
    try:
        while b"\r\n\r\n" not in tls.recv(4096):
            pass
        tls.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
        tls.unwrap()
    except (ssl.SSLError, OSError) as error:
        print(error, flush=True)
    tls.close()


def refuse_name(flags):
    def callback(_, name, __):
        if name is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if flags["sni"] == "any" else None
        return None if name == "www.lab.test" else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    return callback


def server(flags):
    ctx = context(flags, ssl.PROTOCOL_TLS_SERVER)
    if "clientauth" in flags:
        ctx.verify_mode = (
            ssl.CERT_REQUIRED if flags["clientauth"] == "require" else ssl.CERT_OPTIONAL
        )
        ctx.load_verify_locations(flags["ca"])
    if "sni" in flags:
        ctx.sni_callback = refuse_name(flags)
    listener = socket.create_server(
        ("::", int(flags["port"])), family=socket.AF_INET6, dualstack_ipv6=True
    )
    while True:
        sock, _ = listener.accept()
        try:
            answer(ctx.wrap_socket(sock, server_side=True), int(flags["body"]))
        except (ssl.SSLError, OSError) as error:
            print(error, flush=True)
            sock.close()


if __name__ == "__main__":
    {"client": client, "server": server}[sys.argv[1]](
        dict(word.split("=", 1) for word in sys.argv[2:])
    )
