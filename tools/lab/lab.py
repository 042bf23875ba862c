# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: runs scenarios with real TLS stacks in network namespaces, captures and labels them."""

import argparse
import fnmatch
import os
import queue
import re
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import label
import scenarios
import stacks
import wire
from net import SERVER, Capture, Process, Site
from options import Unsupported
from pki import Pki

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "file client server outcome cause acceptable start stream confidence kind has_client_hello "
    "note client_stack server_stack client_said server_said versions"
).split()
SAID_LIMIT = 160
# Clients that open as many connections as they like.
OPENS_MORE = ("chromium",)
# What a line that tells the outcome looks like, the clearest kind first; the last such line counts.
CLEAR = re.compile(
    r"curl: \(|alert number|error:0A|SSL_do_handshake|verify error|Fatal error|ERR_|^ok |"
    r"[Ee]xception|Error:|error:"
)
TELLING = re.compile(
    r"alert|error|fail|refused|reset by|timed? ?out|unreach|mismatch|exception|ERR_|"
    r"not trusted|expired|revoked|[Vv]erify return code|^ok |curl: \(",
    re.I,
)
NOISE = re.compile(
    r".*(dbus|vaapi|gpu|sandbox|unixd:|tls-server-end-point|Timeout +:|upower|google_apis|"
    r"\[notice\]|error:00000000|ssl:-$|err: 0|Errors: 0|return code: 0|verify the legit)|"
    r"\s*(at |\.\.\. |---|GET /|traceback|warning: |\*+ Connected|Error Log|File \")",
    re.I,
)
PATH = re.compile(r"(?<![\w.])(?:/[\w.+-]+){2,}")
VERSION_NAMES = {
    0x300: "SSL 3.0",
    0x301: "TLS 1.0",
    0x302: "TLS 1.1",
    0x303: "TLS 1.2",
    0x304: "TLS 1.3",
}


@dataclass(frozen=True)
class Job:
    """One scenario with one pair of stacks and one version."""

    scenario: object
    name: str
    client: str
    server: str
    client_options: object
    server_options: object

    @property
    def stem(self):
        return f"{self.name}__{self.client}__{self.server}"

    @property
    def title(self):
        return f"{self.scenario.cause}/{self.stem}"


class Run:
    """What a stack needs to know to build its command lines."""

    def __init__(self, directory, pki, family, port):
        self.dir = Path(directory)
        self.pki = pki
        self.family = family
        self.port = port
        self.here = HERE
        self.key_log = str(self.dir / "keys.log")

    def host(self, name):
        """The host name that leads to the server over the wanted address family."""
        label_, _, rest = name.partition(".")
        return f"{label_}6.{rest}" if self.family == 6 and rest else name

    def address(self):
        return SERVER[0 if self.family == 4 else 1]

    def ca(self, name):
        return self.pki.path(name, "crt")

    def write(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return str(path)


def jobs_of(wanted, only, chosen_stacks):
    for scenario in scenarios.ALL:
        for name, client_options, server_options in scenario.variants():
            for pair in scenario.pairs.split():
                client, _, server = pair.partition(":")
                job = Job(scenario, name, client, server, client_options, server_options)
                if wanted and not {scenario.name, scenario.cause, name} & set(wanted):
                    continue
                if only and not fnmatch.fnmatch(job.title, only):
                    continue
                if chosen_stacks and not {client, server} & set(chosen_stacks):
                    continue
                yield job


def stem(file):
    """The Job.stem of a capture's path: no folder, no vantage point."""
    return re.sub(r"@[a-z0-9]+__", "__", Path(file).stem)


def said(text):
    """The line of a program's output that tells most, without the paths of this machine."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not NOISE.match(line)]
    clear = [line for line in lines if CLEAR.search(line)]
    telling = [line for line in lines if TELLING.search(line)]
    line = (clear or telling or lines or [""])[-1]
    return PATH.sub("PATH", re.sub(r"[^\x20-\x7e]+", " ", line))[:SAID_LIMIT]


class Runner:
    """Runs jobs one after the other on one site."""

    def __init__(self, site, pki, out):
        self.site = site
        self.pki = pki
        self.out = out

    def run(self, job):
        """Rows for labels.tsv, and the problems for a person."""
        with tempfile.TemporaryDirectory(prefix="tlswhy-lab-") as directory:
            run = Run(directory, self.pki, job.scenario.family, job.server_options.port)
            server_launch = stacks.server(job.server, run, job.server_options)
            client_launches = [
                launch
                for name in job.client.split("+")
                for launch in stacks.client(name, run, job.client_options)
            ]
            client_ok, texts = self._perform(job, run, server_launch, client_launches)
            return self._label(job, run, client_ok, texts)

    def _perform(self, job, run, server_launch, client_launches):
        self.site.reset()
        self.site.apply(job.scenario.net)
        helpers, captures, server = [], [], None
        try:
            captures = [
                Capture(
                    self.site, point, run.dir / f"{point}.pcap", run.dir / f"tcpdump-{point}.log"
                )
                for point in job.scenario.vantage
            ]
            if job.scenario.net.router:
                helpers.append(self._scripted_router(run, job.scenario.net.router))
            if server_launch:
                server = Process(
                    self.site.ns["s"],
                    server_launch.argv,
                    run.dir / "server.log",
                    server_launch.env,
                    run.dir,
                )
                self.site.wait_listening(run.port, server)
            for capture in captures:
                capture.wait_ready()
            client_ok, client_text = self._clients(job, run, client_launches)
            time.sleep(job.scenario.wait)
            self.site.settle()
        finally:
            for capture in captures:
                capture.stop()
            for process in [*helpers, *([server] if server else [])]:
                process.stop()
            self.site.forget()
        server_text = server.output() if server else ""
        for extra in server_launch.logs if server_launch else ():
            path = run.dir / extra
            server_text += path.read_text(errors="replace") if path.exists() else ""
        return client_ok, (client_text, server_text)

    def _scripted_router(self, run, options):
        self.site.run("r", "sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0")
        log = run.dir / "router.log"
        router = Process(
            self.site.ns["r"],
            [sys.executable, "-B", str(HERE / "router.py"), *options.split()],
            log,
        )
        end = time.monotonic() + 5
        while "ready" not in router.output():
            if time.monotonic() > end or not router.running():
                raise RuntimeError(f"router: {router.output()}")
            time.sleep(0.02)
        return router

    def _clients(self, job, run, launches):
        ok, text = True, ""
        for number, launch in enumerate(launches):
            client = Process(
                self.site.ns["c"],
                launch.argv,
                run.dir / f"client{number}.log",
                launch.env,
                run.dir,
                launch.stdin,
            )
            status = client.wait(job.client_options.timeout)
            ok = ok and status == 0
            text += client.output()
        return ok, text

    def _label(self, job, run, client_ok, texts):
        rows, problems = [], []
        key_log = run.key_log if os.path.exists(run.key_log) else ""
        for point in job.scenario.vantage:
            capture = run.dir / f"{point}.pcap"
            connections = wire.read(capture, key_log)
            if not connections:
                problems.append("no connection in the capture")
            if (
                job.scenario.connections not in (0, len(connections))
                and job.client not in OPENS_MORE
            ):
                problems.append(f"{len(connections)} connections, not {job.scenario.connections}")
            labels = []
            for number, connection in enumerate(connections):
                try:
                    labels.append(
                        (
                            connection,
                            label.decide(
                                job.scenario.cause,
                                job.scenario.expected(job.client, number),
                                connection,
                                client_ok,
                            ),
                        )
                    )
                except label.Undecided as question:
                    problems.append(f"{connection.client}: {question}")
            file = self._file(job, point, labels, problems)
            (self.out / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(capture, self.out / file)
            if not problems:
                rows += [
                    self._row(job, file, connection, found, texts, number)
                    for number, (connection, found) in enumerate(labels)
                ]
        said_all = tuple(said(text) for text in texts)
        return rows, [
            f"{problem} | client: {said_all[0]} | server: {said_all[1]}" for problem in problems
        ]

    @staticmethod
    def _file(job, point, labels, problems):
        suffix = f"@{point}" if len(job.scenario.vantage) > 1 else ""
        folder = job.scenario.cause
        if labels:
            folder = "clean" if labels[-1][1].outcome == "established" else labels[-1][1].cause
        if problems:
            folder = f"undecided/{folder}"
        return f"{folder}/{job.name}{suffix}__{job.client}__{job.server}.pcap"

    @staticmethod
    def _row(job, file, connection, found, texts, number):
        clients = job.client.split("+")
        client = clients[min(number, len(clients) - 1)]
        version = VERSION_NAMES.get(connection.version, "")
        note = found.note or f"{job.scenario.name} {version}".strip()
        return dict(
            zip(
                COLUMNS,
                (
                    file,
                    connection.client,
                    connection.server,
                    found.outcome,
                    found.cause,
                    " ".join(found.acceptable),
                    connection.start,
                    connection.stream,
                    found.confidence,
                    job.scenario.kind,
                    int(connection.client_hello > 0),
                    note,
                    client,
                    job.server,
                    said(texts[0]),
                    said(texts[1]),
                    f"{stacks.version(client)}; {stacks.version(job.server)}",
                ),
            )
        )


def work(number, todo, pki, out, rows, problems, lock):
    with Site(number) as site:
        runner = Runner(site, pki, out)
        while True:
            try:
                job = todo.get_nowait()
            except queue.Empty:
                return
            try:
                made, questions = runner.run(job)
            except Unsupported as reason:
                made, questions = [], [f"this pair cannot do it, so take it out: {reason}"]
            except Exception as error:  # one broken scenario must not end the others
                made, questions = [], [f"could not run: {type(error).__name__}: {error}"]
            with lock:
                rows.extend(made)
                problems.extend((job.title, question) for question in questions)
                for row in made:
                    print(f"{row['outcome']:<12}{row['file']}  [{row['cause']}]", flush=True)


def write_labels(out, rows):
    """Put in the new rows; drop those of captures made again, or made no more, with their files."""
    path = out / "labels.tsv"
    made = {row["file"] for row in rows}
    again = {stem(row["file"]) for row in rows}
    known = {job.stem for job in jobs_of((), None, ())}
    kept = []
    for row in read_labels(path):
        if stem(row["file"]) in known - again:
            kept.append(row)
        elif row["file"] not in made:
            (out / row["file"]).unlink(missing_ok=True)
    kept = [row for row in kept if (out / row["file"]).exists()]
    with open(path, "w", encoding="utf-8") as output:
        output.write("\t".join(COLUMNS) + "\n")
        for row in sorted(kept + rows, key=lambda row: (row["file"], int(row["stream"]))):
            output.write("\t".join(str(row[column]) for column in COLUMNS) + "\n")


def read_labels(path):
    if not path.exists():
        return []
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"))) for line in lines]


def list_scenarios():
    for scenario in scenarios.ALL:
        missing = sorted(
            {name for name in re.split("[ :+]", scenario.pairs) if not stacks.available(name)}
        )
        note = f"not installed: {' '.join(missing)}" if missing else ""
        count = len(scenario.pairs.split()) * len(scenario.versions)
        print(f"{scenario.cause:<32}{scenario.name:<34}{count:>4}  {note}")
    for cause, reason in scenarios.NOT_MADE.items():
        print(f"{cause:<32}{'(not made)':<34}{0:>4}  {reason}")


def arguments():
    parser = argparse.ArgumentParser(prog="tools/lab/run", description=__doc__)
    parser.add_argument("scenario", nargs="*", help="scenario or cause; all if none is given")
    parser.add_argument(
        "--list", action="store_true", help="list scenarios, and causes that are not made"
    )
    parser.add_argument(
        "--out", default="lab-out", type=Path, help="output directory (default: %(default)s)"
    )
    parser.add_argument(
        "--only", metavar="GLOB", help="only captures whose path, without .pcap, matches"
    )
    parser.add_argument(
        "--stacks", nargs="+", default=(), help="only pairs with one of these stacks"
    )
    parser.add_argument(
        "--sites", type=int, default=4, help="how many networks side by side (default: 4)"
    )
    parser.add_argument("--no-setup", action="store_true", help="install nothing")
    return parser.parse_args()


def main():
    args = arguments()
    if args.list:
        list_scenarios()
        return 0
    if os.geteuid() != 0:
        print("tools/lab/run: must be root (network namespaces)", file=sys.stderr)
        return 2
    began = time.monotonic()
    args.out.mkdir(parents=True, exist_ok=True)
    pki = Pki(args.out / "pki")
    pki.make()
    todo, rows, problems, lock = queue.Queue(), [], [], threading.Lock()
    for job in jobs_of(args.scenario, args.only, args.stacks):
        if all(stacks.available(name) for name in (*job.client.split("+"), job.server)):
            todo.put(job)
        else:
            problems.append((job.title, "stack not installed"))
    workers = [
        threading.Thread(target=work, args=(number, todo, pki, args.out, rows, problems, lock))
        for number in range(max(1, min(args.sites, todo.qsize())))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    write_labels(args.out, rows)
    for title, question in problems:
        print(f"UNDECIDED {title}: {question}", file=sys.stderr)
    print(
        f"{len({row['file'] for row in rows})} captures, {len(rows)} labels, "
        f"{len(problems)} undecided, {time.monotonic() - began:.0f} s",
        file=sys.stderr,
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
