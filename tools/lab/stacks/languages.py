# SPDX-License-Identifier: GPL-2.0-or-later
"""What programming languages bring: Ruby, Perl, PHP on OpenSSL; Erlang's own; Bouncy Castle."""

from options import Unsupported
from stacks import Launch, Stack
from stacks.openssl import config, faked
from stacks.peer import client_flags, server_flags
from stacks.peers import BIN, JAVA, WOLFSSL_SUITES

ERLANG_VERSION = (
    'io:format("Erlang/OTP ~s~n", [erlang:system_info(otp_release)]), halt().'
)
CASTLE = "/usr/share/java/bctls.jar"
CASTLE_PATH = ":".join(
    [str(BIN), CASTLE, "/usr/share/java/bcprov.jar", "/usr/share/java/bcutil.jar"]
)
CASTLE_PROVIDERS = """security.provider.1=org.bouncycastle.jce.provider.BouncyCastleProvider
security.provider.2=org.bouncycastle.jsse.provider.BouncyCastleJsseProvider
security.provider.3=SUN
security.provider.4=SunRsaSign
security.provider.5=SunEC
security.provider.6=SunJSSE
security.provider.7=SunJCE
"""


def _refuse(options, *names):
    for name in names:
        if getattr(options, name):
            raise Unsupported(f"no {name} with this peer")


def _plain_client(options):
    _refuse(options, "fallback", "starttls", "early_data", "mode", "resume", "revocation", "crl")
    if options.do not in ("get", "quit"):
        raise Unsupported(f"no {options.do} with this peer")


def _libssl_client(interpreter, script):
    """A client whose libssl takes its settings from a configuration file."""

    def build(run, options):
        _plain_client(options)
        argv = [interpreter, str(run.here / "peers" / script), "client"]
        argv += client_flags(run, options)
        return [Launch(faked(options.clock, argv), config(run, options, "client"))]

    return build


def _suite(options):
    if not options.ciphers:
        return []
    if options.ciphers not in WOLFSSL_SUITES:
        raise Unsupported(f"no name for {options.ciphers}")
    return [f"suite={WOLFSSL_SUITES[options.ciphers]}"]


def erlang_client(run, options):
    _plain_client(options)
    _refuse(options, "sigalgs", "suites")
    argv = ["escript", str(run.here / "peers" / "peer.escript"), "client"]
    return [Launch(faked(options.clock, [*argv, *client_flags(run, options), *_suite(options)]))]


def erlang_server(run, options):
    _refuse(options, "sigalgs", "suites", "dh", "early_data", "staple", "mode", "strict_sni")
    argv = ["escript", str(run.here / "peers" / "peer.escript"), "server"]
    return Launch([*argv, *server_flags(run, options), *_suite(options)])


def _castle(run):
    path = run.write("castle.properties", CASTLE_PROVIDERS)
    return [
        *JAVA[:-3],
        f"-Djava.security.properties={path}",
        "-cp",
        CASTLE_PATH,
        JAVA[-1],
    ]


def castle_client(run, options):
    _plain_client(options)
    _refuse(options, "sigalgs", "suites", "clock", "groups")
    return [Launch([*_castle(run), "client", *client_flags(run, options)])]


def castle_server(run, options):
    _refuse(options, "sigalgs", "suites", "dh", "early_data", "staple", "mode", "groups")
    return Launch([*_castle(run), "server", *server_flags(run, options)])


STACKS = (
    Stack("ruby", "ruby", ("ruby", "--version"), _libssl_client("ruby", "peer.rb")),
    Stack("perl", "perl", ("perl", "--version"), _libssl_client("perl", "peer.pl")),
    Stack("php", "php", ("php", "--version"), _libssl_client("php", "peer.php")),
    Stack("erlang", "escript", ("erl", "-noshell", "-eval", ERLANG_VERSION), erlang_client, erlang_server),
    Stack("bouncycastle", "java", ("sh", "-c", "ls /usr/share/java/bctls-*"), castle_client, castle_server),
)
