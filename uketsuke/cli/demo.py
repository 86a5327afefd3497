"""`demo`: the whole thing with sample people, ledgers, mails and notes; no network, no settings."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from uketsuke import log
from uketsuke.app import App
from uketsuke.cli.demo_city import DemoFolder, people_the_city
from uketsuke.cli.demo_report import count_back, count_lines, story_lines
from uketsuke.cli.demo_story import Story
from uketsuke.cli.exits import Failure
from uketsuke.cli.intake import collect
from uketsuke.cli.opening import opened
from uketsuke.cli.output import Format, FormatOption, columns, show, tell
from uketsuke.cli.running import parts, report
from uketsuke.cli.supervisor import Supervisor
from uketsuke.cli.words import say
from uketsuke.domain.job import JobState
from uketsuke.queue.jobs import drain
from uketsuke.queue.timetable import tick
from uketsuke.settings import load
from uketsuke.store.database import Database

BIND = "127.0.0.1:8765"
PATIENCE_SECONDS = 90.0
"""How long a part of the story may take on a slow machine."""
UNDO_SECONDS = 5.0
SOON = timedelta(seconds=UNDO_SECONDS + 3)
"""Jobs that fall due so soon are waited for: what an operator ran can be taken back for a while."""

OnceOption = Annotated[bool, typer.Option("--once", help=say("option.once"))]
ResetOption = Annotated[bool, typer.Option("--reset", help=say("option.reset"))]
FolderOption = Annotated[
    Path | None, typer.Option("--folder", help=say("option.demo-folder"), file_okay=False, metavar="DIR")
]
BindOption = Annotated[str, typer.Option("--bind", help=say("option.bind"))]


def demo(
    once: OnceOption = False,
    reset: ResetOption = False,
    folder: FolderOption = None,
    bind: BindOption = BIND,
    form: FormatOption = Format.TEXT,
) -> None:
    """Run the sample city: once and count, or with the console until Ctrl+C."""
    log.configure("warning")
    if once and folder is None:
        with tempfile.TemporaryDirectory(prefix="uketsuke-demo-") as temporary:
            run_once(DemoFolder(Path(temporary) / "demo"), form)
        return
    place = DemoFolder(folder or Path("demo-data"))
    if reset or once:
        place.remove()
    if once:
        run_once(place, form)
    else:
        run_live(place, bind, form)


def run_once(folder: DemoFolder, form: Format) -> None:
    """Tell the story in this process and count what it left."""
    folder.make(BIND, undo_seconds=0)
    with city_of(folder) as app:
        tell_here(app, folder)
        counts = count_back(app, folder.outbox)
        show(form, counts, [*story_lines(app), "", *count_lines(counts)])


def tell_here(app: App, folder: DemoFolder) -> None:
    """The whole story in this process, in a city that has no people yet."""
    people_the_city(app, folder.sign_ins())

    def settle() -> None:
        collect(app)
        while drain(app) + tick(app):
            pass

    Story(app, folder, settle).tell()


def run_live(folder: DemoFolder, bind: str, form: Format) -> None:
    """The processes of `run`, the story through them, then the console until it is stopped."""
    fresh = not folder.exists()
    if fresh:
        folder.make(free_bind(bind), undo_seconds=UNDO_SECONDS)
    with city_of(folder) as app:
        if fresh:
            people_the_city(app, folder.sign_ins())
        supervisor = Supervisor(parts(), report, folder.environment())
        supervisor.stop_on_signals()
        supervisor.start()
        live = Live(app, folder, supervisor, form, fresh)
        teller = threading.Thread(target=live.tell, name="story", daemon=True)
        teller.start()
        supervisor.watch(live.keep_time)
        teller.join(1)
    if live.problem is not None:
        raise live.problem


@dataclass
class Live:
    """A demo whose processes run."""

    app: App
    folder: DemoFolder
    supervisor: Supervisor
    form: Format
    fresh: bool
    problem: Failure | None = None
    told: threading.Event = field(default_factory=threading.Event)
    _since: float = field(default_factory=time.monotonic)

    def tell(self) -> None:
        """Say where the console is as soon as it answers; then play the story, and show what came of it."""
        try:
            self._wait_until(self._answers, say("demo.console"))
            facts = {"url": self.app.settings.console.base_url, "sign_ins": self.folder.sign_ins()}
            ready = [
                say("demo.ready", **facts),
                *columns((f"  {n}", w) for n, w in self.folder.sign_ins().items()),
            ]
            if self.form is Format.TEXT:
                show(self.form, {}, ready)
            if self.fresh:
                Story(self.app, self.folder, self._settle).tell()
            counts = count_back(self.app, self.folder.outbox)
            ending = [say("demo.goes-on", inbox=self.folder.inbox, outbox=self.folder.outbox)]
            show(
                self.form,
                {**facts, "counts": counts},
                ["", *story_lines(self.app), "", *count_lines(counts), "", *ending],
            )
        except Failure as problem:
            self.problem = problem
            self.supervisor.stop()
        finally:
            self._since = time.monotonic()
            self.told.set()

    def keep_time(self) -> None:
        """Once the story is told, the demo's clock goes on as fast as ours."""
        passed = time.monotonic() - self._since
        if self.told.is_set() and passed >= 1:
            self._since += passed
            self.folder.clock.set(self.folder.clock.now() + timedelta(seconds=passed))

    def _settle(self) -> None:
        self._wait_until(self._is_quiet, say("demo.work"))

    def _is_quiet(self) -> bool:
        if any(path.is_file() for path in self.folder.inbox.iterdir()):
            return False
        now = self.app.database.now()
        with self.app.database.reading() as tx:
            counts, next_due = tx.jobs.counts(), tx.jobs.next_due()
        if counts.get(JobState.LEASED) or counts.get(JobState.RUNNING):
            return False
        return next_due is None or next_due > now + SOON

    def _answers(self) -> bool:
        address = f"http://{self.app.settings.console.bind}/healthz"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _wait_until(self, condition: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > until:
                raise Failure("demo-slow", what=what)
            time.sleep(0.1)


@contextmanager
def city_of(folder: DemoFolder) -> Iterator[App]:
    """The demo's app, its tables made or brought up to date."""
    settings = load(folder.settings_file, {})
    database = Database(settings.database_url())
    database.upgrade()
    database.close()
    with opened(settings) as app:
        yield app


def free_bind(bind: str) -> str:
    """The address, or one beside it where something else listens there already."""
    host, _, port = bind.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            tell(say("demo.port", bind=bind))
            probe.bind((host, 0))
        return f"{host}:{probe.getsockname()[1]}"
