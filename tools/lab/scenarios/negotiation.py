# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of negotiation and of the server name."""

from options import Client, Server
from scenario import Failed, Scenario

SCENARIOS = (
    Scenario("version_mismatch", "client12-server13", "curl:nginx gnutls:nginx openssl:openssl python:haproxy "
             "curl:gnutls openssl:apache gnutls:stunnel",
             Failed("server:70", note="Client offers up to TLS 1.2, server takes only TLS 1.3."),
             Client(versions="1.2"), Server(versions="1.3")),
    Scenario("version_mismatch", "client10-server12", "curl:nginx gnutls:haproxy openssl:python",
             Failed("server:70", note="Client offers TLS 1.0, server takes 1.2 and 1.3."),
             Client(versions="1.0"), Server(versions="1.2-1.3")),
    Scenario("no_shared_cipher", "suites", "curl:nginx gnutls:openssl python:haproxy openssl:gnutls",
             Failed("server:40 server:71", note="Client offers RSA key exchange, server takes only ECDHE."),
             Client(versions="1.2", ciphers="AES128-SHA"), Server(versions="1.2", ciphers="ECDHE")),
    Scenario("no_shared_group", "groups", "openssl:openssl curl:nginx gnutls:haproxy",
             Failed("server:40 server:47", "cause:no_shared_cipher", "The groups do not meet."),
             Client(groups="X25519"), Server(groups="P-384", ciphers="ECDHE"), versions=("1.2", "1.3")),
    Scenario("no_shared_alpn", "protocols", "openssl:gnutls gnutls:openssl openssl:openssl",
             Failed("server:120", note="Offer and list of application protocols differ."),
             Client(alpn="imap"), Server(alpn="h2,http/1.1"), versions=("1.2", "1.3")),
)
