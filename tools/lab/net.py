# SPDX-License-Identifier: GPL-2.0-or-later
"""Network namespaces: client -- router -- server, joined by two veth links and by nothing else.

Nothing leaves the namespaces because there is no link to leave by. Several sites with the same
addresses can exist side by side.
"""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

CLIENT = ("192.0.2.10", "2001:db8:1::10")
SERVER = ("198.51.100.20", "2001:db8:2::20")
ROUTER_TO_CLIENT = ("192.0.2.1", "2001:db8:1::1")
ROUTER_TO_SERVER = ("198.51.100.1", "2001:db8:2::1")
NAMES = ("www", "mail", "imap", "nobody", "smtp")

HOSTS = "".join(
    f"{SERVER[0]} {name}.lab.test\n{SERVER[1]} {name}6.lab.test\n" for name in NAMES
) + ("127.0.0.1 localhost\n198.51.100.99 gone.lab.test\n2001:db8:2::99 gone6.lab.test\n")

MAC = {
    "c0": "02:00:00:00:00:10",
    "r0": "02:00:00:00:00:01",
    "r1": "02:00:00:00:00:02",
    "s0": "02:00:00:00:00:20",
    "m0": "02:00:00:00:00:30",
    "m1": "02:00:00:00:00:31",
}

# Mirrored packets are larger than the originals by what wraps them.
MIRROR = ("m0", "m1")
OFFLOADS = ("tso", "gso", "gro", "lro", "tx", "rx", "sg")
STATE_LISTEN = "0A"
# States in which a connection can still put a packet on the wire without anyone doing anything.
STATES_BUSY = {"01", "02", "03", "04", "05", "08", "09", "0B"}


@dataclass(frozen=True)
class Condition:
    """What the network does to a scenario: shell commands; {c}, {r}, {s} run one in a namespace.

    The commands run after the reset of all rules, so there is nothing to undo.
    """

    commands: tuple = ()
    router: str = ""  # options of the scripted router (router.py) that replaces the kernel's


def sh(command, check=True):
    done = subprocess.run(
        command, shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if check and done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stderr.strip()}")
    return done.stdout


class Process:
    """A program in a namespace, in its own session, with its output in files."""

    def __init__(self, namespace, argv, log, env=None, cwd=None, stdin=None):
        self.log = Path(log)
        self.started = time.monotonic()
        with open(self.log, "wb") as output:
            self.popen = subprocess.Popen(
                ["ip", "netns", "exec", namespace, *argv],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )
        if stdin is not None:
            self._feed(stdin)

    def _feed(self, stdin):
        try:
            self.popen.stdin.write(stdin)
            self.popen.stdin.close()
        except BrokenPipeError:
            pass

    def wait(self, timeout):
        """Exit status, or None if it had to be killed."""
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.stop()

    def stop(self, how=signal.SIGKILL):
        try:
            os.killpg(self.popen.pid, how)
        except ProcessLookupError:
            pass
        try:
            self.popen.wait(2)
        except subprocess.TimeoutExpired:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()

    def running(self):
        return self.popen.poll() is None

    def output(self):
        return self.log.read_text(errors="replace")


class Site:
    """One set of three namespaces, with a fourth interface on the router that mirrors (m0, m1)."""

    def __init__(self, number):
        self.ns = {role: f"tlswhy-lab{number}{role}" for role in "crs"}
        self.anchors = {}

    def __enter__(self):
        self.remove()
        for role, namespace in self.ns.items():
            sh(f"ip netns add {namespace}")
            conf = Path("/etc/netns") / namespace
            conf.mkdir(parents=True, exist_ok=True)
            (conf / "hosts").write_text(HOSTS)
            (conf / "resolv.conf").write_text("")
            (conf / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
            self.anchors[role] = Process(namespace, ["sleep", "infinity"], "/dev/null")
        self._links()
        self.reset()
        return self

    def __exit__(self, *_):
        for anchor in self.anchors.values():
            anchor.stop()
        self.remove()

    def remove(self):
        for namespace in self.ns.values():
            sh(f"ip netns del {namespace}", check=False)
            shutil.rmtree(Path("/etc/netns") / namespace, ignore_errors=True)

    def run(self, role, command):
        return sh(f"ip netns exec {self.ns[role]} {command}")

    def _links(self):
        c, r, s = (self.ns[role] for role in "crs")
        sh(f"ip link add c0 netns {c} type veth peer name r0 netns {r}")
        sh(f"ip link add s0 netns {s} type veth peer name r1 netns {r}")
        sh(f"ip link add m0 netns {r} type veth peer name m1 netns {r}")
        addresses = {
            "c0": (c, CLIENT),
            "r0": (r, ROUTER_TO_CLIENT),
            "r1": (r, ROUTER_TO_SERVER),
            "s0": (s, SERVER),
            "m0": (r, ()),
            "m1": (r, ()),
        }
        for device, (namespace, (*own,)) in addresses.items():
            sh(
                f"ip -n {namespace} link set {device} address {MAC[device]} "
                f"mtu {2000 if device in MIRROR else 1500}"
            )
            sh(f"ip netns exec {namespace} sysctl -qw net.ipv6.conf.{device}.accept_dad=0")
            for address, bits in zip(own, (24, 64)):
                sh(f"ip -n {namespace} addr add {address}/{bits} dev {device}")
            for feature in OFFLOADS:
                sh(f"ip netns exec {namespace} ethtool -K {device} {feature} off", check=False)
            sh(f"ip -n {namespace} link set {device} up")
        for namespace in (c, r, s):
            sh(f"ip -n {namespace} link set lo up")
        for namespace, gateways in ((c, ROUTER_TO_CLIENT), (s, ROUTER_TO_SERVER)):
            for gateway in gateways:
                sh(f"ip -n {namespace} route add default via {gateway}")
        sh(f"ip netns exec {r} sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
        self._neighbours()

    def _neighbours(self):
        """Fixed neighbours: no ARP in the captures, and the scripted router needs none."""
        ends = (
            ("c", "c0", ROUTER_TO_CLIENT, "r0"),
            ("r", "r0", CLIENT, "c0"),
            ("r", "r1", SERVER, "s0"),
            ("s", "s0", ROUTER_TO_SERVER, "r1"),
        )
        for role, device, addresses, peer in ends:
            for address in addresses:
                sh(
                    f"ip -n {self.ns[role]} neigh replace {address} lladdr {MAC[peer]} "
                    f"dev {device} nud permanent"
                )

    def reset(self):
        """Back to a network that delivers everything, and to hosts that remember nothing."""
        commands = []
        for role in "crs":
            commands.append(f"ip netns exec {self.ns[role]} nft flush ruleset")
            commands.append(f"ip netns exec {self.ns[role]} ip tcp_metrics flush all")
            for family in ("-4", "-6"):
                commands.append(f"ip -n {self.ns[role]} {family} route flush cache")
        for role, device in (("c", "c0"), ("r", "r0"), ("r", "r1"), ("s", "s0")):
            commands.append(f"ip -n {self.ns[role]} link set {device} mtu 1500")
        sh("; ".join(commands), check=False)
        self.run("r", "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
        self._neighbours()

    def apply(self, condition):
        for command in condition.commands:
            sh(
                command.format(
                    router=self.ns["r"],
                    **{role: f"ip netns exec {name}" for role, name in self.ns.items()},
                )
            )

    def _sockets(self, role):
        """(local port, remote port, state) of every TCP socket in a namespace."""
        pid = self.anchors[role].popen.pid
        found = []
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
                _, local, remote, state = line.split()[:4]
                found.append(
                    (int(local.rsplit(":", 1)[1], 16), int(remote.rsplit(":", 1)[1], 16), state)
                )
        return found

    def wait_listening(self, port, process, timeout=10.0):
        """Wait until something listens, without sending it anything."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if any(
                local == port and state == STATE_LISTEN for local, _, state in self._sockets("s")
            ):
                return
            if not process.running():
                break
            time.sleep(0.02)
        raise RuntimeError(
            f"server does not listen on port {port}: {process.output().strip()[-400:]}"
        )

    def busy(self):
        """True if a connection can still send without anyone doing anything."""
        return any(state in STATES_BUSY for role in "cs" for _, _, state in self._sockets(role))

    def forget(self):
        """Make the site anew if a connection of this scenario could send into the next one."""
        if self.busy():
            self.__exit__()
            self.__enter__()

    def settle(self, timeout=0.6):
        """Wait until no connection can send any more; or for timeout seconds."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if not self.busy():
                break
            time.sleep(0.02)
        time.sleep(0.08)


class Capture:
    """tcpdump on one interface. Neighbour discovery is left out; ICMP errors are not."""

    POINTS = {
        "client": ("c", "c0"),
        "router": ("r", "r0"),
        "router2": ("r", "r1"),
        "server": ("s", "s0"),
        "mirror": ("r", "m1"),
    }
    FILTER = "tcp or icmp or (icmp6 and ip6[40] < 128) or (ip6 and ip6[6] == 44)"

    def __init__(self, site, point, path, log):
        role, device = self.POINTS[point]
        wanted = () if point == "mirror" else (self.FILTER,)
        self.path = Path(path)
        self.process = Process(
            site.ns[role],
            [
                "tcpdump",
                "-i",
                device,
                "-p",
                "-n",
                "-U",
                "--immediate-mode",
                "-Z",
                "root",
                "-w",
                str(path),
                *wanted,
            ],
            log,
        )

    def wait_ready(self, timeout=5.0):
        end = time.monotonic() + timeout
        while "listening on" not in self.process.output():
            if time.monotonic() > end or not self.process.running():
                raise RuntimeError(f"tcpdump: {self.process.output()}")
            time.sleep(0.02)

    def stop(self):
        self.process.stop(signal.SIGINT)
