# SPDX-License-Identifier: GPL-2.0-or-later
"""Write X.509 certificates, CRLs and OCSP responses in DER, the wrong ones too.

A certificate is a row of fields (Certificate); what is left out has a usual value. The signer is a
function from octets to a signature, so that one may sign with a real key or fill in octets. All
output is determined by the input: there is no clock and no randomness here.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timezone

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
ANY_PURPOSE = "2.5.29.37.0"

SIGNATURES = {
    "ed25519": ("1.3.101.112", b""),
    "ecdsa-sha256": ("1.2.840.10045.4.3.2", b""),
    "ecdsa-sha1": ("1.2.840.10045.4.1", b""),
    "rsa-sha256": ("1.2.840.113549.1.1.11", b"\x05\x00"),
    "rsa-sha1": ("1.2.840.113549.1.1.5", b"\x05\x00"),
    "rsa-md5": ("1.2.840.113549.1.1.4", b"\x05\x00"),
}

CURVES = {"P-256": ("1.2.840.10045.3.1.7", 32), "P-384": ("1.3.132.0.34", 48),
          "P-192": ("1.2.840.10045.3.1.1", 24)}

KEY_USAGE_BITS = ("digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
                  "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly")


def tlv(tag, *parts):
    """One element: its tag, its length and the parts joined."""
    contents = b"".join(parts)
    length = len(contents)
    if length < 0x80:
        return bytes([tag, length]) + contents
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + contents


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted):
    arcs = [int(arc) for arc in dotted.split(".")]
    out = bytearray()
    for arc in [arcs[0] * 40 + arcs[1], *arcs[2:]]:
        septets = [arc & 0x7f]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7f)
        out += bytes(reversed(septets))
    return tlv(6, bytes(out))


def time(seconds):
    """A UTCTime where RFC 5280 section 4.1.2.5 wants it, else a GeneralizedTime."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    if 1950 <= moment.year < 2050:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return generalized_time(seconds)


def generalized_time(seconds):
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return tlv(0x18, f"{moment.year:04d}".encode() + moment.strftime("%m%d%H%M%SZ").encode())


ATTRIBUTES = {"CN": "2.5.4.3", "O": "2.5.4.10", "OU": "2.5.4.11", "C": "2.5.4.6",
              "DC": "0.9.2342.19200300.100.1.25"}


def attribute(kind, value, tag=0x0c):
    octets = value if isinstance(value, bytes) else value.encode()
    return sequence(oid(ATTRIBUTES.get(kind, kind)), tlv(tag, octets))


def name(text):
    """A name from "CN=a,O=b", in this order, or from DER as it is."""
    if isinstance(text, bytes):
        return text
    pairs = [part.split("=", 1) for part in text.split(",") if part]
    return sequence(*(tlv(0x31, attribute(kind, value)) for kind, value in pairs))


def filler(seed, length):
    """Octets that look random and are always the same."""
    return hashlib.shake_256(seed.encode()).digest(length)


def rsa_key(seed, bits):
    """The SubjectPublicKeyInfo of an RSA key of this size, which nobody has the private half of."""
    modulus = int.from_bytes(filler(seed, bits // 8), "big") | 1 << bits - 1 | 1
    key = sequence(integer(modulus), integer(65537))
    return sequence(sequence(oid("1.2.840.113549.1.1.1"), b"\x05\x00"), tlv(3, b"\0", key))


def ec_key(curve, point):
    """The same for a point of a curve, uncompressed."""
    return sequence(sequence(oid("1.2.840.10045.2.1"), oid(CURVES[curve][0])),
                    tlv(3, b"\0\x04", point))


def ed25519_key(public):
    return sequence(sequence(oid("1.3.101.112")), tlv(3, b"\0", public))


def extension(kind, value, critical=False):
    return sequence(oid(kind), tlv(1, b"\xff") if critical else b"", tlv(4, value))


def general_name(text):
    """A GeneralName from "DNS:x", "IP:x", "URI:x", "mail:x"; octets are DER as they are."""
    if isinstance(text, bytes):
        return text
    kind, value = text.split(":", 1)
    if kind == "IP":
        return tlv(0x87, ipaddress.ip_address(value).packed)
    return tlv({"mail": 0x81, "DNS": 0x82, "URI": 0x86}[kind], value.encode())


def key_usage(bits):
    chosen = [KEY_USAGE_BITS.index(bit) for bit in bits]
    octets = bytearray(max(chosen) // 8 + 1)
    for bit in chosen:
        octets[bit // 8] |= 0x80 >> bit % 8
    return tlv(3, bytes([7 - max(chosen) % 8]), bytes(octets))


@dataclass(frozen=True)
class Certificate:
    """One certificate. None leaves an extension out."""

    subject: object = "CN=www.example.test"
    issuer: object = "O=Test,CN=Test CA"
    serial: int = 0x1234
    not_before: int = 1577836800                # 2020-01-01T00:00:00Z
    not_after: int = 1893456000                 # 2030-01-01T00:00:00Z
    key: bytes = b""                            # SubjectPublicKeyInfo
    signature: str = "ed25519"
    version: int = 3
    names: tuple = ()                           # subjectAltName
    ca: object = None                           # True, False, or None: no basicConstraints
    path_length: object = None
    usage: tuple = ()
    purposes: tuple = ()
    subject_key_id: bytes = b""
    authority_key_id: bytes = b""
    must_staple: bool = False
    policies: tuple = ()
    ocsp_url: str = ""
    issuer_url: str = ""
    crl_url: str = ""
    timestamps: int = 0
    more: tuple = ()                            # further extensions in DER
    validity: object = None                     # DER instead of the two times
    critical_names: bool = False


def _constraints(row):
    parts = []
    if row.ca is not None:
        length = integer(row.path_length) if row.path_length is not None else b""
        parts.append(extension("2.5.29.19", sequence(tlv(1, b"\xff") if row.ca else b"", length),
                               critical=True))
    if row.usage:
        parts.append(extension("2.5.29.15", key_usage(row.usage), critical=True))
    if row.purposes:
        parts.append(extension("2.5.29.37", sequence(*map(oid, row.purposes))))
    return parts


def _identity(row):
    parts = []
    if row.names:
        parts.append(extension("2.5.29.17", sequence(*map(general_name, row.names)),
                               critical=row.critical_names))
    if row.subject_key_id:
        parts.append(extension("2.5.29.14", tlv(4, row.subject_key_id)))
    if row.authority_key_id:
        parts.append(extension("2.5.29.35", sequence(tlv(0x80, row.authority_key_id))))
    return parts


def _places(row):
    access = [sequence(oid(method), tlv(0x86, url.encode())) for method, url in
              (("1.3.6.1.5.5.7.48.1", row.ocsp_url), ("1.3.6.1.5.5.7.48.2", row.issuer_url)) if url]
    parts = [extension("1.3.6.1.5.5.7.1.1", sequence(*access))] if access else []
    if row.crl_url:
        full_name = tlv(0xa0, tlv(0xa0, tlv(0x86, row.crl_url.encode())))
        parts.append(extension("2.5.29.31", sequence(sequence(full_name))))
    if row.policies:
        parts.append(extension("2.5.29.32", sequence(*(sequence(oid(p)) for p in row.policies))))
    if row.must_staple:
        parts.append(extension("1.3.6.1.5.5.7.1.24", sequence(integer(5))))
    if row.timestamps:
        each = [filler(f"timestamp {number}", 119) for number in range(row.timestamps)]
        items = b"".join(len(item).to_bytes(2, "big") + item for item in each)
        parts.append(extension("1.3.6.1.4.1.11129.2.4.2",
                               tlv(4, len(items).to_bytes(2, "big") + items)))
    return parts


def algorithm(signature):
    dotted, parameters = SIGNATURES[signature]
    return sequence(oid(dotted), parameters)


def signed(body, signature, sign):
    """The body, the algorithm and the signature: certificates, CRLs and OCSP responses."""
    return sequence(body, algorithm(signature), tlv(3, b"\0", sign(body)))


def no_signature(body):
    """Octets in the place of a signature, for those who do not verify it."""
    return hashlib.shake_256(body).digest(64)


def certificate(row, sign=no_signature):
    """The DER of a row."""
    parts = [tlv(0xa0, integer(row.version - 1))] if row.version > 1 else []
    parts += [integer(row.serial), algorithm(row.signature), name(row.issuer),
              row.validity or sequence(time(row.not_before), time(row.not_after)),
              name(row.subject), row.key]
    extensions = [*_constraints(row), *_identity(row), *_places(row), *row.more]
    if extensions:
        parts.append(tlv(0xa3, sequence(*extensions)))
    return signed(sequence(*parts), row.signature, sign)


def crl(issuer, entries, this_update, next_update=None, extensions=(), sign=no_signature,
        signature="ed25519"):
    """A revocation list; an entry is (serial, revoked at, reason or None)."""
    revoked = []
    for serial, at, reason in entries:
        more = b""
        if reason is not None:
            more = sequence(extension("2.5.29.21", tlv(10, bytes([reason]))))
        revoked.append(sequence(integer(serial), time(at), more))
    body = [integer(1), algorithm(signature), name(issuer), time(this_update)]
    if next_update is not None:
        body.append(time(next_update))
    if revoked:
        body.append(sequence(*revoked))
    if extensions:
        body.append(tlv(0xa0, sequence(*extensions)))
    return signed(sequence(*body), signature, sign)


HASHES = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1",
          "sha384": "2.16.840.1.101.3.4.2.2"}


def certificate_id(serial, issuer, key, digest="sha1"):
    """A CertID: the issuer's name as text and the octets of its key, without the algorithm."""
    return sequence(sequence(oid(HASHES[digest]), b"\x05\x00"),
                    tlv(4, hashlib.new(digest, name(issuer)).digest()),
                    tlv(4, hashlib.new(digest, key).digest()), integer(serial))


def ocsp_response(identity, status, this_update, next_update=None, revoked_at=0, reason=None):
    """A successful OCSPResponse with one answer for a CertID: good, revoked or unknown."""
    if status == "revoked":
        more = tlv(0xa0, tlv(10, bytes([reason]))) if reason is not None else b""
        state = tlv(0xa1, generalized_time(revoked_at), more)
    else:
        state = tlv({"good": 0x80, "unknown": 0x82}[status])
    until = tlv(0xa0, generalized_time(next_update)) if next_update is not None else b""
    single = sequence(identity, state, generalized_time(this_update), until)
    data = sequence(tlv(0xa2, tlv(4, filler("key", 20))), generalized_time(this_update),
                    sequence(single))
    basic = signed(data, "ed25519", no_signature)
    return sequence(tlv(10, b"\0"),
                    tlv(0xa0, sequence(oid("1.3.6.1.5.5.7.48.1.1"), tlv(4, basic))))
