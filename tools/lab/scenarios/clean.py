# SPDX-License-Identifier: GPL-2.0-or-later
"""Handshakes that succeed, in every shape."""

from options import Client, Server
from scenario import Established, Scenario

SCENARIOS = (
    Scenario("clean", "get", "curl:nginx gnutls:apache openssl:haproxy python:openssl curl:gnutls openssl:stunnel",
             Established(), versions=("1.2", "1.3")),
    Scenario("clean", "get", "curl:nginx gnutls:openssl openssl:haproxy", Established(), versions=("1.0", "1.1")),
)
