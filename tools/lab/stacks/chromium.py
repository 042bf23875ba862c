# SPDX-License-Identifier: GPL-2.0-or-later
"""Chromium, headless, with a profile of its own and everything that talks on its own turned off."""

import subprocess

from options import HOST, Unsupported
from stacks import Launch, Stack

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--no-zygote",
    "--disable-features=NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,Translate",
    "--metrics-recording-only",
    "--enable-logging=stderr",
    "--log-level=0",
)


def _trust(run, name, home):
    """Chromium on Linux takes extra roots from the user's NSS database."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    for step in (
        ["certutil", "-N", "-d", f"sql:{database}", "--empty-password"],
        [
            "certutil",
            "-A",
            "-d",
            f"sql:{database}",
            "-n",
            "lab-root",
            "-t",
            "C,,",
            "-i",
            run.ca(name),
        ],
    ):
        subprocess.run(step, check=True, capture_output=True)


def client(run, options):
    low, high = options.version_range()
    if (
        (low and (low, high) not in (("1.2", "1.2"), ("1.2", "1.3")))
        or options.cert
        or options.ciphers
        or options.groups
        or options.resume
        or options.do != "get"
        or options.alpn
        or not options.sni
    ):
        raise Unsupported("not with Chromium")
    home = run.dir / "home"
    _trust(run, options.ca, home)
    port = "" if run.port == 443 else f":{run.port}"
    argv = [
        "chromium",
        *QUIET,
        f"--user-data-dir={run.dir}/profile",
        f"--ssl-key-log-file={run.key_log}",
        f"--host-resolver-rules=MAP {options.sni} {run.host(HOST)}, EXCLUDE {run.host(HOST)}",
    ]
    if high == "1.2":
        argv.append("--ssl-version-max=tls1.2")
    if not options.verify:
        argv.append("--ignore-certificate-errors")
    return [
        Launch(
            [*argv, *options.extra, "--dump-dom", f"https://{options.sni}{port}/"],
            {"HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": "disabled:"},
        )
    ]


STACKS = (Stack("chromium", "chromium", ("chromium", "--version"), client),)
