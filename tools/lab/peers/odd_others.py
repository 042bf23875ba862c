# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers of other protocols, some with an upgrade to TLS: one function (socket, flags) each."""

import socket
import ssl
import time

from odd_common import PAUSE, read_some, finish

GREETINGS = {
    "ssh": b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
    "smtp": b"220 mail.lab.test ESMTP ready\r\n",
    "ftp": b"220 (vsFTPd 3.0.3)\r\n",
    "pop3": b"+OK POP3 ready\r\n",
    "imap": b"* OK [CAPABILITY IMAP4rev1] IMAP ready\r\n",
    "mysql": b"\x4a\x00\x00\x00\x0a8.0.36\x00\x0b\x00\x00\x00abcdefgh\x00"
    + b"\xff\xf7\xff\x02\x00\xff\xc1\x15"
    + bytes(10)
    + b"ijklmnopqrst\x00mysql_native_password\x00",
}
HTTP_REFUSAL = (
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 12\r\n\r\nBad Request\n"
)

# STARTTLS: protocol -> (greeting, {first word of a command: answer}, answer to the upgrade command)
UPGRADES = {
    "smtp": (
        b"220 mail.lab.test ESMTP\r\n",
        {b"EHLO": b"250-mail.lab.test\r\n250 STARTTLS\r\n"},
        b"STARTTLS",
        b"220 go ahead\r\n",
        b"454 4.7.0 TLS not available\r\n",
    ),
    "imap": (
        b"* OK IMAP ready\r\n",
        {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%b OK done\r\n"},
        b"STARTTLS",
        b"%b OK begin TLS\r\n",
        b"%b NO TLS not available\r\n",
    ),
    "pop3": (
        b"+OK POP3 ready\r\n",
        {b"CAPA": b"+OK\r\nSTLS\r\n.\r\n"},
        b"STLS",
        b"+OK\r\n",
        b"-ERR no TLS\r\n",
    ),
    "ftp": (
        b"220 FTP ready\r\n",
        {b"FEAT": b"211-\r\n AUTH TLS\r\n211 end\r\n"},
        b"AUTH",
        b"234 go\r\n",
        b"534 no TLS here\r\n",
    ),
}


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
