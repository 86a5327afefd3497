"""What happens in the demo: messages arrive, an operator decides and hands over, days go by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from importlib.resources.abc import Traversable
from pathlib import Path

from uketsuke.app import Actor, App
from uketsuke.cli.demo_city import DemoFolder, demo_files
from uketsuke.domain.calendar import JST
from uketsuke.domain.plan import ManualTask
from uketsuke.domain.states import RequestState, Role
from uketsuke.queue.answers import complete_step
from uketsuke.queue.decide import correct, run
from uketsuke.queue.review import assess_now, planned
from uketsuke.queue.timetable import tick
from uketsuke.store.requests import RequestRow

OPERATOR = Actor("operator01", Role.OPERATOR)
MORNING = ("01-", "02-", "03-", "04-", "05-", "06-", "07-", "08-")
LATER = ("21-", "22-", "09-", "10-", "11-", "12-", "13-")
COPY = "01-distribution.eml"
"""This one arrives twice."""


@dataclass
class Story:
    """The demo's events in order; `settle` waits until everything that is due has been done."""

    app: App
    folder: DemoFolder
    settle: Callable[[], None]

    def tell(self) -> None:
        """Everything, from the first mail to the hand-overs a week later."""
        self._arrive("2026-12-08T10:05", MORNING)
        self._arrive("2026-12-08T10:30", LATER)
        self._put("01-distribution-again.eml", _read(COPY))
        self.settle()
        self._set("2026-12-08T13:10")
        self._correct_and_run("山田 太郎", {"desired_date": "2026-12-15"})
        self._set("2026-12-09T09:20")
        self._reply("suzuki-k@city.example.lg.jp", "12月16日（水）でお願いします。")
        for day in ("2026-12-14T14:00", "2026-12-15T14:00", "2026-12-16T10:30"):
            self._set(day)
            self._hand_over()

    def _arrive(self, at: str, names: tuple[str, ...]) -> None:
        self._set(at)
        for source in _messages():
            if source.name.startswith(names):
                self._put(source.name, source.read_bytes())
        self.settle()

    def _correct_and_run(self, requester: str, values: dict[str, str]) -> None:
        """What an operator does about a date on a closed day: after a call, another day; then run."""
        with self.app.database.reading() as tx:
            request = _of(tx.tray.all_requests().rows, requester)
        correct(self.app, OPERATOR, request.id, request.version, values)
        with self.app.database.reading() as tx:
            request = tx.requests.get(request.id)
            plan = planned(self.app, tx, request, assess_now(self.app, tx, request))
        if plan is not None:
            run(self.app, OPERATOR, request.id, request.version, plan.hash())
        self.settle()

    def _reply(self, address: str, words: str) -> None:
        """The requester answers the letter that offered days."""
        letter = next(_letters_to(self.folder.outbox, address))
        at = self.app.now().astimezone(JST)
        self._put("31-reply.eml", _reply_to(letter, address, words, at))
        self.settle()

    def _hand_over(self) -> None:
        """Every hand-over whose day has come takes place."""
        tick(self.app)
        self.settle()
        today = self.app.today()
        with self.app.database.reading() as tx:
            work = [item.wait.step_id for item in tx.waits.work_list(today) if item.wait.step_id is not None]
            steps = {step_id: tx.steps.get(step_id) for step_id in work}
            tasks = {
                step_id: tx.plans.get(row.plan_id).plan().step(row.seq) for step_id, row in steps.items()
            }
        for step_id, task in tasks.items():
            if isinstance(task, ManualTask):
                complete_step(self.app, OPERATOR, step_id, _handed_over(task, today.isoformat()))
        self.settle()

    def _set(self, at: str) -> None:
        self.folder.clock.set(datetime.fromisoformat(at).replace(tzinfo=JST))

    def _put(self, name: str, raw: bytes) -> None:
        """Into the inbox under its name only when it is whole."""
        part = self.folder.inbox / f"{name}.part"
        part.write_bytes(raw)
        part.rename(self.folder.inbox / name)


def _handed_over(task: ManualTask, today: str) -> dict[str, str]:
    """The first choice of every result, and today for every day."""
    return {
        result.name: today if result.rule == "date" else next(iter(result.choices), "")
        for result in task.results
        if result.required or result.rule == "date"
    }


def _messages() -> Iterator[Traversable]:
    for part in ("mails", "notes"):
        yield from sorted(demo_files().joinpath(part).iterdir(), key=lambda found: found.name)


def _read(name: str) -> bytes:
    return demo_files().joinpath("mails", name).read_bytes()


def _of(rows: tuple[RequestRow, ...], requester: str) -> RequestRow:
    waiting = (row for row in rows if row.state is RequestState.NEEDS_REVIEW)
    return next(row for row in waiting if row.requester_name == requester)


def _letters_to(outbox: Path, address: str) -> Iterator[tuple[str, str]]:
    """Message-ID and subject of our letters to that address, acknowledgements left out."""
    for file in sorted((outbox / "new").iterdir()):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        if str(mail["To"]) == address and mail["Auto-Submitted"] == "auto-generated":
            yield str(mail["Message-ID"]), str(mail["Subject"])


def _reply_to(letter: tuple[str, str], address: str, words: str, at: datetime) -> bytes:
    source = demo_files().joinpath("reply.txt").read_text("utf-8")
    moment = at.strftime("%a, %d %b %Y %H:%M:%S +0900")
    filled = source.format(
        message_id=letter[0], address=address, words=words, moment=moment, id=at.strftime("%Y%m%d%H%M%S")
    )
    return filled.replace("\n", "\r\n").encode()
