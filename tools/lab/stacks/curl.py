# SPDX-License-Identifier: GPL-2.0-or-later
"""curl, as Debian builds it: on OpenSSL."""

from options import HOST, Unsupported
from stacks import Launch, Stack
from stacks.openssl import cipher_string, config, faked

LOWEST = {"1.0": "--tlsv1.0", "1.1": "--tlsv1.1", "1.2": "--tlsv1.2", "1.3": "--tlsv1.3"}
SCHEMES = {"smtp": "smtp", "imap": "imap", "ftp": "ftp", "pop3": "pop3"}


def client(run, options):
    if options.early_data or options.fallback or options.do not in ("get", "bulk", "quit"):
        raise Unsupported("not with curl")
    host = options.sni or run.address()
    bracket = f"[{host}]" if ":" in host else host
    scheme = "http" if options.mode == "plain" else SCHEMES.get(options.starttls, "https")
    port = 443 if options.starttls == "proxy" else run.port
    url = f"{scheme}://{bracket}:{port}/"
    argv = [
        "curl",
        "-sSv",
        "-o",
        "/dev/null",
        "--max-time",
        str(options.timeout - 0.5),
        "--cacert",
        run.ca(options.ca),
    ]
    if options.sni and port == run.port:
        argv += ["--connect-to", f"{options.sni}:{run.port}:{run.host(HOST)}:{run.port}"]
    if options.starttls == "proxy":
        argv += ["--proxy", f"http://{run.address()}:{run.port}", "--proxytunnel"]
    elif options.starttls == "proxy-header":
        argv.append("--haproxy-protocol")
    elif options.starttls:
        argv.append("--ssl-reqd")
    if options.crl:
        argv += ["--crlfile", run.pki.path("all", "crl")]
    if not options.verify:
        argv.append("--insecure")
    low, high = options.version_range()
    argv += [LOWEST[low]] if low else []
    argv += ["--tls-max", high] if high else []
    if options.legacy or options.ciphers:
        argv += ["--ciphers", cipher_string(options)]
    if options.groups:
        argv += ["--curves", options.groups]
    if options.alpn == "http/1.1":
        argv.append("--http1.1")
    elif options.alpn and options.alpn != "h2,http/1.1":
        raise Unsupported("curl offers only HTTP versions")
    if options.cert:
        argv += [
            "--cert",
            run.pki.path(options.cert, "chain"),
            "--key",
            run.pki.path(options.cert, "key"),
        ]
    env = {"SSLKEYLOGFILE": run.key_log, **config(run, options, "client")}
    urls = [url]
    if options.resume:
        argv += ["--http1.1", "-H", "Connection: close"]
        urls = [url, "-o", "/dev/null", url]
    return [Launch(faked(options.clock, [*argv, *options.extra, *urls]), env)]


STACKS = (Stack("curl", "curl", ("curl", "--version"), client),)
