# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenSSL: s_client and s_server, and what every program on libssl shares: a configuration file."""

import shlex

from options import Unsupported
from stacks import Launch, Stack

NAMES = {"3.0": "SSLv3", "1.0": "TLSv1", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
REQUEST = b"GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n"


def cipher_string(side):
    level = side.level if side.level >= 0 else 0 if side.legacy else 2
    return f"{side.ciphers or 'DEFAULT'}:@SECLEVEL={level}"


def config(run, side, who):
    """Environment that gives libssl the options as system defaults, whatever program uses it."""
    low, high = side.version_range()
    lines = [
        "openssl_conf = init",
        "[init]",
        "ssl_conf = ssl",
        "[ssl]",
        "system_default = defaults",
        "[defaults]",
        f"MinProtocol = {NAMES[low] if low else 'TLSv1.2'}",
        f"CipherString = {cipher_string(side)}",
    ]
    if high:
        lines.append(f"MaxProtocol = {NAMES[high]}")
    if side.suites:
        lines.append(f"Ciphersuites = {side.suites}")
    if side.groups:
        lines.append(f"Groups = {side.groups}")
    if side.disable:
        lines.append(f"Options = -{side.disable}")
    if side.sigalgs:
        lines.append(f"SignatureAlgorithms = {side.sigalgs}")
    return {"OPENSSL_CONF": run.write(f"{who}.cnf", "\n".join(lines) + "\n")}


def faked(clock, argv):
    """The same command with another clock."""
    return ["faketime", "-f", clock, *argv] if clock else list(argv)


def version_flags(side):
    low, high = side.version_range()
    if "3.0" in (low, high):
        raise Unsupported("this libssl has no SSL 3.0")
    single = {"1.0": "-tls1", "1.1": "-tls1_1", "1.2": "-tls1_2", "1.3": "-tls1_3"}
    if low == high:
        return [single[low]] if low else []
    return ["-min_protocol", NAMES[low], "-max_protocol", NAMES[high]]


def _renegotiating(argv):
    """s_client renegotiates at an R that it reads by itself, so the lines have to come apart."""
    return [
        "sh",
        "-c",
        "{ sleep 0.3; echo R; sleep 0.5; printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 0.5; } | "
        + shlex.join(argv),
    ]


def s_client(run, options):
    argv = [
        "openssl",
        "s_client",
        "-connect",
        f"{run.address() if run.family == 4 else f'[{run.address()}]'}:{run.port}",
        "-keylogfile",
        run.key_log,
        "-CAfile",
        run.ca(options.ca),
        *version_flags(options),
    ]
    argv += ["-servername", options.sni] if options.sni else ["-noservername"]
    if options.verify:
        argv += ["-verify_return_error", "-verify_hostname", options.name, "-verify", "8"]
    if options.alpn:
        argv += ["-alpn", options.alpn]
    if options.cert:
        argv += [
            "-cert",
            run.pki.path(options.cert, "crt"),
            "-cert_chain",
            run.pki.path(options.cert, "chain"),
            "-key",
            run.pki.path(options.cert, "key"),
        ]
    if options.fallback:
        argv.append("-fallback_scsv")
    if options.starttls:
        argv += ["-starttls", options.starttls]
    if options.crl:
        argv += ["-CRL", run.pki.path("inter", "crl"), "-crl_check"]
    argv += options.extra
    env = config(run, options, "client")
    if options.do == "renegotiate":
        return [Launch(_renegotiating(argv), env)]
    stdin = b"" if options.do == "quit" else REQUEST
    if options.do == "get":
        argv.append("-ign_eof")
    elif options.do != "quit":
        raise Unsupported(f"s_client cannot {options.do}")
    if not options.resume:
        return [Launch(faked(options.clock, argv), env, stdin)]
    session = str(run.dir / "session.pem")
    second = [*argv, "-sess_in", session]
    if options.early_data:
        second += ["-early_data", run.write("early", REQUEST.decode())]
    return [Launch([*argv, "-sess_out", session], env, stdin), Launch(second, env, stdin)]


def s_server(run, options):
    argv = [
        "openssl",
        "s_server",
        "-accept",
        str(run.port),
        "-www",
        "-keylogfile",
        run.key_log,
        "-cert",
        run.pki.path(options.cert, "crt"),
        "-cert_chain",
        run.pki.path(options.cert, "chain"),
        "-key",
        run.pki.path(options.cert, "key"),
        *version_flags(options),
    ]
    if options.early_data:
        raise Unsupported("s_server has no answer to early data")
    if options.client_auth:
        argv += [
            "-CAfile",
            run.ca(options.client_ca),
            "-verify_return_error",
            "-Verify" if options.client_auth == "require" else "-verify",
            "8",
        ]
    if options.alpn:
        argv += ["-alpn", options.alpn]
    if options.staple:
        argv += ["-status_file", run.pki.path(options.staple, "ocsp")]
    if options.dh:
        argv += ["-dhparam", run.pki.path(f"dh{options.dh}", "pem")]
    if options.strict_sni == "name":
        argv += [
            "-servername",
            "www.lab.test",
            "-servername_fatal",
            "-cert2",
            run.pki.path(options.cert, "crt"),
            "-key2",
            run.pki.path(options.cert, "key"),
        ]
    elif options.strict_sni:
        raise Unsupported("s_server takes a hello without a name")
    if not options.tickets:
        argv.append("-no_ticket")
    return Launch([*argv, *options.extra], config(run, options, "server"))


STACKS = (Stack("openssl", "openssl", ("openssl", "version"), s_client, s_server),)
