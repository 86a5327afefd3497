"""A office of its own for one run: settings, database, mailbox, relay, clock, and its processes."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.crash import clerk
from tests.crash.scenario import START, Day
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpRelay
from uketsuke import bootstrap
from uketsuke.app import App
from uketsuke.clock import FileClock
from uketsuke.settings import Settings, load

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("intake", "worker", "operator")
TEMPLATE = """\
{head}mode = "test"
clock = "file:{folder}/clock"
data_dir = "{folder}/data"
secret = "not-secret-in-tests"
[database]
url = "{database}"
[queue]
threads = {threads}
lease_seconds = {lease}
poll_seconds = 0.1
sweep_seconds = 0.2
undo_seconds = 0
{queue}
[[mailbox]]
url = "{mailbox}"
poll_seconds = 0.05
timeout_seconds = 5
[smtp]
url = "{smtp}"
timeout_seconds = {smtp_timeout}
{tail}
"""


@dataclass
class Office:
    """Where one run happens; `app` is this process's own, for looking and for draining."""

    folder: Path
    account: Dovecot
    relay: SmtpRelay
    database: str
    lease: float = 4.0
    threads: int = 3
    queue: str = ""
    """More lines for the table `[queue]`."""
    head: str = ""
    """More lines before the first table."""
    tail: str = ""
    """More tables."""
    smtp_timeout: float = 5
    mailbox_url: str = ""
    smtp_url: str = ""
    """Instead of the account and the relay: the folders of the embedded default."""
    at: datetime = START
    app: App = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clock = FileClock(self.folder / "clock")
        self.clock.set(self.at)
        self.config.write_text(
            TEMPLATE.format(
                folder=self.folder,
                database=self.database,
                mailbox=self.mailbox_url or self.account.url,
                smtp=self.smtp_url or self.relay.url,
                lease=self.lease,
                threads=self.threads,
                queue=self.queue,
                head=self.head,
                tail=self.tail,
                smtp_timeout=self.smtp_timeout,
            ),
            "utf-8",
        )
        self.app = bootstrap.build(self.settings)

    @property
    def config(self) -> Path:
        """The settings' file, for processes."""
        return self.folder / "uketsuke.toml"

    @property
    def settings(self) -> Settings:
        """The settings, read from that file alone."""
        return load(self.config, {})

    def close(self) -> None:
        """Let go of everything that this process holds."""
        self.app.close()


class Zygote:
    """The process that forks the others (see `tests.crash.zygote`)."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("UKETSUKE_")}
        command = [sys.executable, "-m", "tests.crash.zygote"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True
        )

    def fork(self, role: str, environment: Mapping[str, str], log: Path) -> int:
        """Start a process; its id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"run": role, "environment": dict(environment), "log": str(log)}
        with self._asking:
            print(json.dumps(order), file=self._process.stdin, flush=True)
            return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it, and whatever it forked."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


class Member:
    """One running process, held by a descriptor so that no other process is ever mistaken for it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._descriptor: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._descriptor = None

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._descriptor is not None and not select.select([self._descriptor], [], [], 0)[0]

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self._descriptor is None:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
        select.select([self._descriptor], [], [], 10)

    def ask(self) -> None:
        """Have it write into its log where each of its threads stands (see `zygote.become`)."""
        if self._descriptor is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGUSR1)

    def release(self) -> None:
        """Give the descriptor back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Crew:
    """The three processes of an office; whoever dies is started again."""

    def __init__(self, office: Office, zygote: Zygote, expected: int) -> None:
        self.office, self._zygote, self._expected = office, zygote, expected
        self.roles: Sequence[str] = ROLES
        self.members: dict[str, Member] = {}
        self.deaths: Counter[str] = Counter()

    def start(self, crashes: Mapping[str, str] | None = None, *, traced: bool = False) -> None:
        """Start all; `crashes` names the point at which a role is to die."""
        for role in self.roles:
            self._start(role, (crashes or {}).get(role) or ("none:0" if traced else ""))

    def restart_the_dead(self) -> list[str]:
        """Start again whoever died, now without a point to die at; the roles."""
        dead = [role for role in self.roles if not self.members[role].is_alive]
        for role in dead:
            self.deaths[role] += 1
            self._start(role, "")
        return dead

    def kill(self, role: str) -> None:
        """SIGKILL one of them."""
        self.members[role].kill()

    def stop(self) -> None:
        """Kill all; they are used to it."""
        for member in self.members.values():
            member.kill()
            member.release()

    @property
    def cuts(self) -> int:
        """How often work was cut off: by a death, or by a lease that ended on a machine too busy."""
        slow = sum(self.log(role).count('"lease_lost"') for role in self.roles)
        return sum(self.deaths.values()) + slow

    def trace(self, role: str) -> list[str]:
        """The points that processes of that role passed, in order; only where `traced` or dying."""
        path = self.office.folder / f"{role}.trace"
        return path.read_text("utf-8").split() if path.exists() else []

    def log(self, role: str) -> str:
        """What the processes of that role said."""
        path = self.office.folder / f"{role}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def _start(self, role: str, crash: str) -> None:
        if role in self.members:
            self.members[role].release()
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"UKETSUKE_CONFIG": str(self.office.config), "DESK_EXPECTS": str(self._expected)}
        if crash:
            environment["UKETSUKE_CRASH"] = crash
            environment["UKETSUKE_CRASH_TRACE"] = str(self.office.folder / f"{role}.trace")
        self.members[role] = Member(self._zygote.fork(role, environment, self.office.folder / f"{role}.log"))


class NotDrained(Exception):
    """The office did not come to rest in time; says where it stands."""


def come_to_rest(crew: Crew, day: Day, seconds: float = 60.0) -> None:
    """Keep everybody running until nobody has anything left to do; raises `NotDrained`."""
    limit = time.monotonic() + seconds
    while True:
        crew.restart_the_dead()
        if clerk.is_over(crew.office.app, day.receipts) and not crew.office.account.messages("INBOX"):
            return
        if time.monotonic() > limit:
            raise NotDrained(describe(crew))
        time.sleep(0.15)


@contextmanager
def working(office: Office, zygote: Zygote, day: Day) -> Iterator[Crew]:
    """A crew for the office, not yet started, that is gone in the end."""
    crew = Crew(office, zygote, day.receipts)
    try:
        yield crew
    finally:
        crew.stop()


def describe(crew: Crew) -> str:
    """What an office that does not come to rest looks like, and where everybody stands."""
    for member in crew.members.values():
        member.ask()
    time.sleep(0.3)
    with crew.office.app.database.reading() as tx:
        rows = tx.connection.exec_driver_sql("SELECT * FROM jobs").mappings()
        jobs = [dict(row) for row in rows]
        waits = [dict(row) for row in tx.connection.exec_driver_sql("SELECT * FROM waits").mappings()]
        requests = [(row.number, row.service, row.state.value) for row in tx.tray.all_requests().rows]
    lines = [f"deaths {crew.deaths}, {crew.office.clock.now()}", f"jobs {jobs}", f"requests {requests}"]
    lines += [f"inbox {len(crew.office.account.messages('INBOX'))}"]
    lines += [f"wait {wait}" for wait in waits if wait["answered_at"] is None]
    tails = {role: crew.log(role)[-4000:] for role in crew.roles}
    return "\n".join([*lines, *(f"--- {role}\n{text}" for role, text in tails.items())])
