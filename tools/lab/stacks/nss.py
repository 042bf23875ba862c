# SPDX-License-Identifier: GPL-2.0-or-later
"""NSS: tstclnt and selfserv, with a certificate database made for each run."""

import subprocess

from options import HOST, Unsupported
from stacks import Launch, Stack
from stacks.openssl import REQUEST, faked

VERSIONS = {"3.0": "ssl3", "1.0": "tls1.0", "1.1": "tls1.1", "1.2": "tls1.2", "1.3": "tls1.3"}
GROUPS = {
    "X25519": "x25519",
    "P-256": "P256",
    "P-384": "P384",
    "P-521": "P521",
    "ffdhe2048": "FF2048",
}
# IANA numbers, as -c takes them.
CIPHERS = {
    "AES128-SHA": ":002F",
    "ECDHE": ":C02F:C02B",
    "kRSA": ":009C:002F",
    "DHE": ":009E",
    "aECDSA": ":C02B",
    "aRSA": ":C02F",
}
SIGALGS = {
    "RSA-PSS+SHA256": "rsa_pss_rsae_sha256",
    "RSA+SHA256": "rsa_pkcs1_sha256",
    "ECDSA+SHA256": "ecdsa_secp256r1_sha256",
    "ECDSA+SHA384": "ecdsa_secp384r1_sha384",
}


def _database(run, who, cert, ca):
    directory = run.dir / f"nss-{who}"
    directory.mkdir()
    database = f"sql:{directory}"
    steps = [
        ["certutil", "-N", "-d", database, "--empty-password"],
        ["certutil", "-A", "-d", database, "-n", "lab-root", "-t", "CT,C,C", "-i", run.ca(ca)],
    ]
    if cert:
        steps.append(
            ["pk12util", "-i", run.pki.path(cert, "p12"), "-d", database, "-W", "lab", "-K", ""]
        )
    for step in steps:
        subprocess.run(step, check=True, capture_output=True)
    return database


def _common(options):
    low, high = options.version_range()
    argv = ["-V", f"{VERSIONS[low]}:{VERSIONS[high]}"] if low else []
    for text, table, flag in ((options.groups, GROUPS, "-I"), (options.sigalgs, SIGALGS, "-J")):
        if text:
            if any(name not in table for name in text.split(":")):
                raise Unsupported(f"NSS: {text}")
            argv += [flag, ",".join(table[name] for name in text.split(":"))]
    if options.ciphers:
        if options.ciphers not in CIPHERS:
            raise Unsupported(f"NSS: {options.ciphers}")
        argv += ["-c", CIPHERS[options.ciphers]]
    if options.alpn or options.suites:
        raise Unsupported("not with NSS's programs")
    return argv


def client(run, options):
    if (
        options.starttls
        or options.early_data
        or options.do not in ("get", "quit")
        or not options.sni
    ):
        raise Unsupported("not with tstclnt")
    argv = [
        "tstclnt",
        "-h",
        run.host(HOST),
        "-p",
        str(run.port),
        "-v",
        "-4" if run.family == 4 else "-6",
        "-d",
        _database(run, "client", options.cert, options.ca),
        *_common(options),
    ]
    if options.sni != HOST or run.family == 6:
        argv += ["-a", options.sni]
    if options.cert:
        argv += ["-n", options.cert]
    if options.fallback:
        argv.append("-K")
    if not options.verify:
        argv.append("-o")
    if options.resume:
        argv += ["-L", "2", *(["-u"] if options.resume == "ticket" else [])]
    argv += ["-Q"] if options.do == "quit" else ["-A", run.write("request", REQUEST.decode())]
    return [Launch(faked(options.clock, [*argv, *options.extra]), {"SSLKEYLOGFILE": run.key_log})]


def server(run, options):
    if (
        options.dh
        or options.early_data
        or options.staple
        or options.strict_sni
        or options.cert == "client"
    ):
        raise Unsupported("not with selfserv")
    argv = [
        "selfserv",
        "-p",
        str(run.port),
        "-d",
        _database(run, "server", options.cert, options.client_ca),
        "-n",
        options.cert,
        "-v",
        *_common(options),
    ]
    if options.client_auth:
        argv.append("-rr" if options.client_auth == "require" else "-r")
    if options.tickets:
        argv.append("-u")
    return Launch([*argv, *options.extra], {"SSLKEYLOGFILE": run.key_log})


STACKS = (
    Stack(
        "nss", "tstclnt", ("sh", "-c", "dpkg-query -W -f 'NSS ${Version}' libnss3"), client, server
    ),
)
