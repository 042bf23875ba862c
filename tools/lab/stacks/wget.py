# SPDX-License-Identifier: GPL-2.0-or-later
"""GNU Wget, as Debian builds it: on GnuTLS, which it asks about the certificate afterwards."""

from options import HOST, Unsupported
from stacks import Launch, Stack
from stacks.gnutls import priority
from stacks.openssl import faked


def client(run, options):
    for name in ("fallback", "starttls", "early_data", "mode", "resume", "crl", "alpn"):
        if getattr(options, name):
            raise Unsupported(f"no {name} with wget")
    if options.do not in ("get", "bulk", "quit") or not options.sni:
        raise Unsupported("not with wget")
    argv = ["wget", "-O", "/dev/null", "--tries=1", "--no-hsts", f"--timeout={options.timeout - 1}"]
    argv += [f"--ca-certificate={run.ca(options.ca)}", "--no-config"]
    argv += [] if options.verify else ["--no-check-certificate"]
    argv.append(f"--ciphers={priority(options)}")
    if options.cert:
        argv += [f"--certificate={run.pki.path(options.cert, 'chain')}"]
        argv += [f"--private-key={run.pki.path(options.cert, 'key')}"]
    return [Launch(faked(options.clock, [*argv, f"https://{options.sni}:{run.port}/"]))]


STACKS = (Stack("wget", "wget", ("wget", "--version"), client),)
