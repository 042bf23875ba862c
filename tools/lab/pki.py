# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's certificates: good ones, and every kind of bad one. Made with the openssl command.

A certificate is one row of CERTIFICATES. Files, in the directory given: NAME.key, NAME.crt (alone),
NAME.chain (as a server sends it), NAME.both (chain and key), NAME.ocsp (where a row asks for one).
"""

import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

HOST = "www.lab.test"
SERVER_NAMES = (HOST, "www6.lab.test", "localhost")
SERVER_ADDRESSES = ("198.51.100.20", "2001:db8:2::20")


@dataclass(frozen=True)
class Certificate:
    name: str
    issuer: str = "inter"  # a row above; its own name: self-signed
    key: str = "rsa:2048"  # rsa:BITS, ec:CURVE, ed25519
    names: tuple = SERVER_NAMES  # subjectAltName; empty: none, CN only
    common_name: str = HOST
    days: tuple = (-30, 335)  # notBefore and notAfter, relative to now
    digest: str = "sha256"
    ca: bool = False
    path_length: int = -1
    usage: str = "serverAuth"
    send: tuple = ("inter",)  # what a server sends after the leaf
    must_staple: bool = False
    ocsp: str = ""  # good, revoked, expired
    filler: int = 0  # octets of an extension that makes the certificate large
    lines: tuple = ()  # more lines for the extension file


def _ca(name, issuer, **fields):
    return Certificate(
        name,
        issuer,
        ca=True,
        names=(),
        usage="",
        send=(),
        common_name=f"Lab {name.capitalize()} CA",
        days=(-400, 3000),
        **fields,
    )


CERTIFICATES = (
    _ca("root", "root"),
    _ca("inter", "root", path_length=0),
    _ca("other", "other"),  # a root that no client trusts
    _ca("otherinter", "other"),
    _ca("nopath", "root", path_length=0),
    _ca("toolong", "nopath"),  # violates the path length above it
    _ca("expiredinter", "root"),
    *(_ca(f"deep{n}", "root" if n == 1 else f"deep{n - 1}") for n in range(1, 9)),
    Certificate("good", ocsp="good"),
    Certificate("ecdsa", key="ec:prime256v1"),
    Certificate("ecdsa384", key="ec:secp384r1"),
    Certificate("ed25519", key="ed25519"),
    Certificate("rsa4096", key="rsa:4096"),
    Certificate("wildcard", names=("*.lab.test",)),
    Certificate("cnonly", names=()),
    Certificate("expired", days=(-400, -10)),
    Certificate("expiredlong", days=(-4000, -2000)),
    Certificate("expiredec", key="ec:prime256v1", days=(-400, -1)),
    Certificate("future", days=(20, 400)),
    Certificate("recent", days=(-3, 80)),  # a clock that is behind calls it future
    Certificate("wrongname", names=("mail.lab.test", "imap.lab.test"), common_name="mail.lab.test"),
    Certificate("wrongwild", names=("*.other.test",), common_name="*.other.test"),
    Certificate("nointer", send=()),
    Certificate("wronginter", send=("otherinter",)),
    Certificate("selfsigned", issuer="selfsigned", send=()),
    Certificate("selfsignedec", issuer="selfsignedec", key="ec:prime256v1", send=()),
    Certificate("unknownca", issuer="otherinter", send=("otherinter",)),
    Certificate("unknownroot", issuer="otherinter", send=("otherinter", "other")),
    Certificate("revoked", ocsp="revoked"),
    Certificate("weakrsa", key="rsa:1024"),
    Certificate("sha1", digest="sha1"),
    Certificate("clientonly", usage="clientAuth"),
    Certificate("codesign", usage="codeSigning"),
    Certificate("caleaf", ca=True),
    Certificate("leafissuer", issuer="good", send=("good", "inter")),  # a leaf that signs
    Certificate("pathlength", issuer="toolong", send=("toolong", "nopath")),
    Certificate("muststaple", must_staple=True),
    Certificate("stalestaple", must_staple=True, ocsp="expired"),
    Certificate("revokedstaple", must_staple=True, ocsp="revoked"),
    Certificate("deep", issuer="deep8", send=tuple(f"deep{n}" for n in range(8, 0, -1))),
    Certificate("huge", filler=18000),
    Certificate("large", filler=3000),  # a flight of several full-size segments
    Certificate("withroot", send=("inter", "root")),
    Certificate("client", usage="clientAuth", names=(), common_name="client one"),
    Certificate(
        "clientec", usage="clientAuth", key="ec:prime256v1", names=(), common_name="client ec"
    ),
    Certificate(
        "clientexpired", usage="clientAuth", names=(), common_name="client old", days=(-400, -10)
    ),
    Certificate(
        "clientunknown",
        issuer="otherinter",
        usage="clientAuth",
        names=(),
        send=("otherinter",),
        common_name="client unknown",
    ),
    Certificate(
        "clientself",
        issuer="clientself",
        usage="clientAuth",
        names=(),
        send=(),
        common_name="client self",
    ),
    Certificate("clientwrongeku", usage="serverAuth", names=(), common_name="client eku"),
)

# Below what clients accept, at the edge of it, and good.
DH_SIZES = (768, 1024, 2048)

CA_CONFIG = """[ca]
default_ca = lab
[lab]
database = {dir}/{issuer}.index
serial = {dir}/{issuer}.serial
new_certs_dir = {dir}/issued
unique_subject = no
policy = any
default_md = sha256
[any]
commonName = supplied
organizationName = optional
[req]
distinguished_name = none
[none]
"""


class Pki:
    """Certificates in a directory; made once, kept for later runs."""

    def __init__(self, directory):
        self.dir = Path(directory).resolve()
        self.rows = {row.name: row for row in CERTIFICATES}

    def path(self, name, kind):
        return str(self.dir / f"{name}.{kind}")

    def make(self):
        stamp = self.dir / "complete"
        if not stamp.exists():
            self._make_all()
            stamp.touch()

    def _make_all(self):
        (self.dir / "issued").mkdir(parents=True, exist_ok=True)
        for row in CERTIFICATES:
            self._issue(row)
        for row in CERTIFICATES:
            if row.ocsp:
                self._respond(row)
        self._crls(("root", "inter"))
        for bits in DH_SIZES:
            self._dh(bits)

    def _openssl(self, *arguments):
        done = subprocess.run(
            ("openssl",) + arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def _key(self, row):
        kind, _, size = row.key.partition(":")
        options = {
            "rsa": ("-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{size}"),
            "ec": ("-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{size}"),
            "ed25519": ("-algorithm", "ED25519"),
        }[kind]
        self._openssl("genpkey", *options, "-out", self.path(row.name, "key"))

    def _extensions(self, row):
        issuer_is_self = row.issuer == row.name
        lines = ["[ext]", "subjectKeyIdentifier = hash"]
        if not issuer_is_self:
            lines.append("authorityKeyIdentifier = keyid")
        if row.ca:
            path_length = f",pathlen:{row.path_length}" if row.path_length >= 0 else ""
            lines += [
                f"basicConstraints = critical,CA:TRUE{path_length}",
                "keyUsage = critical,keyCertSign,cRLSign,digitalSignature",
            ]
        else:
            lines += [
                "basicConstraints = critical,CA:FALSE",
                "keyUsage = critical,digitalSignature,keyEncipherment",
            ]
        if row.usage:
            lines.append(f"extendedKeyUsage = {row.usage}")
        if row.names:
            entries = [f"DNS:{name}" for name in row.names]
            if row.names == SERVER_NAMES:
                entries += [f"IP:{address}" for address in SERVER_ADDRESSES]
            lines.append(f"subjectAltName = {','.join(entries)}")
        if row.must_staple:
            lines.append("tlsfeature = status_request")
        if row.filler:
            lines.append(f"1.3.6.1.4.1.55555.1 = ASN1:FORMAT:HEX,OCT:{'5a' * row.filler}")
        return "\n".join([*lines, *row.lines, ""])

    def _issue(self, row):
        self._key(row)
        config = self.dir / f"{row.issuer}.cnf"
        config.write_text(CA_CONFIG.format(dir=self.dir, issuer=row.issuer))
        index = self.dir / f"{row.issuer}.index"
        if not index.exists():
            index.touch()
            number = list(self.rows).index(row.issuer) + 1
            (self.dir / f"{row.issuer}.serial").write_text(f"{number:02X}00000001\n")
        (self.dir / f"{row.name}.ext").write_text(self._extensions(row))
        request = self.path(row.name, "csr")
        self._openssl(
            "req",
            "-new",
            "-config",
            str(config),
            "-key",
            self.path(row.name, "key"),
            "-subj",
            f"/O=tlswhy lab/CN={row.common_name}",
            "-out",
            request,
        )
        now = datetime.now(timezone.utc)
        start, end = (now + timedelta(days=days) for days in row.days)
        signer = (
            ("-selfsign", "-keyfile", self.path(row.name, "key"))
            if row.issuer == row.name
            else ("-cert", self.path(row.issuer, "crt"), "-keyfile", self.path(row.issuer, "key"))
        )
        digest = () if self.rows[row.issuer].key == "ed25519" else ("-md", row.digest)
        self._openssl(
            "ca",
            "-batch",
            "-config",
            str(config),
            *signer,
            *digest,
            "-notext",
            "-startdate",
            f"{start:%Y%m%d%H%M%SZ}",
            "-enddate",
            f"{end:%Y%m%d%H%M%SZ}",
            "-extfile",
            self.path(row.name, "ext"),
            "-extensions",
            "ext",
            "-in",
            request,
            "-out",
            self.path(row.name, "crt"),
        )
        self._bundle(row)

    def _bundle(self, row):
        leaf = Path(self.path(row.name, "crt")).read_text()
        chain = leaf + "".join(Path(self.path(name, "crt")).read_text() for name in row.send)
        Path(self.path(row.name, "chain")).write_text(chain)
        Path(self.path(row.name, "both")).write_text(
            chain + Path(self.path(row.name, "key")).read_text()
        )
        self._openssl(
            "pkcs12",
            "-export",
            "-passout",
            "pass:lab",
            "-name",
            row.name,
            "-keypbe",
            "PBE-SHA1-3DES",
            "-certpbe",
            "PBE-SHA1-3DES",
            "-macalg",
            "sha1",
            "-in",
            self.path(row.name, "both"),
            "-out",
            self.path(row.name, "p12"),
        )

    def _respond(self, row):
        """Make the OCSP response that a server can staple."""
        issuer = self.path(row.issuer, "crt")
        request, response = self.path(row.name, "ocspreq"), self.path(row.name, "ocsp")
        if row.ocsp == "revoked":
            self._openssl(
                "ca",
                "-config",
                self.path(row.issuer, "cnf"),
                "-revoke",
                self.path(row.name, "crt"),
                "-cert",
                issuer,
                "-keyfile",
                self.path(row.issuer, "key"),
                "-crl_reason",
                "keyCompromise",
            )
        self._openssl(
            "ocsp",
            "-issuer",
            issuer,
            "-cert",
            self.path(row.name, "crt"),
            "-no_nonce",
            "-reqout",
            request,
        )
        respond = [
            "openssl",
            "ocsp",
            "-index",
            self.path(row.issuer, "index"),
            "-CA",
            issuer,
            "-rsigner",
            issuer,
            "-rkey",
            self.path(row.issuer, "key"),
            "-reqin",
            request,
            "-respout",
            response,
            "-ndays",
            "7",
        ]
        if row.ocsp == "expired":
            respond = ["faketime", "-f", "-20d"] + respond
        subprocess.run(respond, check=True, capture_output=True)

    def _crls(self, issuers):
        """The CRLs of these issuers in one file."""
        text = ""
        for name in issuers:
            out = self.path(name, "crl")
            self._openssl(
                "ca",
                "-gencrl",
                "-config",
                self.path(name, "cnf"),
                "-cert",
                self.path(name, "crt"),
                "-keyfile",
                self.path(name, "key"),
                "-crldays",
                "30",
                "-out",
                out,
            )
            text += Path(out).read_text()
        Path(self.path("all", "crl")).write_text(text)

    def _dh(self, bits):
        """A safe-prime group of this size; standard groups where they exist, to save time."""
        named = {2048: ("-pkeyopt", "group:ffdhe2048")}
        out = self.path(f"dh{bits}", "pem")
        if bits in named:
            self._openssl("genpkey", "-genparam", "-algorithm", "DH", *named[bits], "-out", out)
        else:
            self._openssl("dhparam", "-out", out, str(bits))
