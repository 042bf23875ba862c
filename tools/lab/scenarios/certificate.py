# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates that the client refuses, and client certificates that the server refuses."""

from options import Client, Server
from scenario import CertificateFault, Scenario

BOTH = ("1.2", "1.3")
WEB = "curl:nginx openssl:apache python:haproxy gnutls:openssl"

# cause, name, certificate, further acceptable answers, pairs
FAULTS = (
    ("certificate_expired", "expired", "expired", "", WEB),
    ("certificate_not_yet_valid", "future", "future", "", WEB),
    ("hostname_mismatch", "wrong-name", "wrongname", "", "openssl:nginx python:apache gnutls:haproxy curl:openssl"),
    ("incomplete_chain", "no-intermediate", "nointer", "", WEB),
    ("self_signed", "self-signed", "selfsigned", "", WEB),
    ("untrusted_ca", "unknown-root", "unknownca", "", WEB),
)

SCENARIOS = tuple(
    Scenario(cause, name, pairs, CertificateFault(also), Client(), Server(cert=certificate), versions=BOTH)
    for cause, name, certificate, also, pairs in FAULTS)
