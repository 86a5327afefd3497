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
from uketsuke.cli.demo_city import SIGN_INS, DemoFolder, demo_files
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Channel
from uketsuke.domain.plan import ManualTask
from uketsuke.domain.states import RequestState
from uketsuke.intake.accept import accept
from uketsuke.intake.note import SOURCE as NOTES
from uketsuke.intake.note import original_id
from uketsuke.queue.answers import complete_step
from uketsuke.queue.confirm import record_check
from uketsuke.queue.decide import correct, run
from uketsuke.queue.review import assess_now, planned
from uketsuke.queue.timetable import tick
from uketsuke.store.requests import RequestRow

OPERATOR = Actor("operator01", SIGN_INS["operator01"][1], SIGN_INS["operator01"][2])
FIRST_DAY = ("01-", "02-", "03-", "04-", "05-", "08-")
LATER = ("21-", "10-", "11-")
LOCKED_OUT = ("12-",)
LAST_DAY = ("06-", "07-", "09-", "13-", "14-", "22-")
"""Left for whoever looks at the demo: nothing of it is overdue yet."""
COPY = "01-distribution.eml"
"""This one arrives twice."""


@dataclass
class Story:
    """The demo's events in order; `settle` waits until everything that is due has been done."""

    app: App
    folder: DemoFolder
    settle: Callable[[], None]

    def tell(self) -> None:
        """Everything, from the first mail to the hand-overs a week later and the last morning's mails."""
        self._arrive("2026-12-08T10:05", FIRST_DAY)
        self._arrive("2026-12-08T10:30", LATER)
        self._put("01-distribution-again.eml", _read(COPY))
        self.settle()
        self._set("2026-12-08T13:10")
        self._correct_and_run("山田 太郎", {"desired_date": "2026-12-15"})
        self._set("2026-12-09T09:20")
        self._reply("suzuki-k@city.example.lg.jp", "12月16日（水）でお願いします。")
        self._set("2026-12-14T14:00")
        self._do_work()
        self._arrive("2026-12-15T09:15", LOCKED_OUT)
        self._unlock("小林 誠")
        for day in ("2026-12-15T14:00", "2026-12-16T09:00"):
            self._set(day)
            self._do_work()
        self._arrive("2026-12-16T09:40", LAST_DAY)

    def _arrive(self, at: str, names: tuple[str, ...]) -> None:
        self._set(at)
        for source in _messages():
            if source.name.startswith(names):
                self._take_in(source)
        self.settle()

    def _take_in(self, source: Traversable) -> None:
        """A mail through the inbox; a note as the console takes it in, where its operator is signed in."""
        if source.name.endswith(".json"):
            raw, name = source.read_bytes(), original_id(source.name)
            at = self.app.now()
            accept(self.app.database, raw, Channel.NOTE, source=NOTES, received_at=at, original_id=name)
        else:
            self._put(source.name, source.read_bytes())

    def _correct_and_run(self, requester: str, values: dict[str, str]) -> None:
        """What an operator does about a date on a closed day: after a call, another day; then run."""
        request = self._waiting(requester)
        correct(self.app, OPERATOR, request.id, request.version, values)
        self._run(requester)

    def _unlock(self, requester: str) -> None:
        """What an operator does for somebody who is locked out: run, call back, do what is to be done."""
        request = self._waiting(requester)
        self._run(requester)
        with self.app.database.reading() as tx:
            (wait,) = tx.waits.open_of_request(request.id)
        if wait.step_id is not None:
            record_check(self.app, OPERATOR, wait.step_id, "call-back")
        self.settle()
        self._do_work()

    def _waiting(self, requester: str) -> RequestRow:
        with self.app.database.reading() as tx:
            return _of(tx.tray.all_requests().rows, requester)

    def _run(self, requester: str) -> None:
        request = self._waiting(requester)
        with self.app.database.reading() as tx:
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

    def _do_work(self) -> None:
        """Every hand-over whose day has come takes place, and all other work that waits is done."""
        tick(self.app)
        self.settle()
        while tasks := self._tasks():
            for step_id, task in tasks.items():
                complete_step(self.app, OPERATOR, step_id, _results(task, self.app.today().isoformat()))
            self.settle()

    def _tasks(self) -> dict[int, ManualTask]:
        with self.app.database.reading() as tx:
            work = [item.wait.step_id for item in tx.waits.work_list(self.app.today())]
            rows = {step_id: tx.steps.get(step_id) for step_id in work if step_id is not None}
            steps = {step_id: tx.plans.get(row.plan_id).plan().step(row.seq) for step_id, row in rows.items()}
        return {step_id: step for step_id, step in steps.items() if isinstance(step, ManualTask)}

    def _set(self, at: str) -> None:
        self.folder.clock.set(datetime.fromisoformat(at).replace(tzinfo=JST))

    def _put(self, name: str, raw: bytes) -> None:
        """Into the inbox under its name only when it is whole."""
        part = self.folder.inbox / f"{name}.part"
        part.write_bytes(raw)
        part.rename(self.folder.inbox / name)


def _results(task: ManualTask, today: str) -> dict[str, str]:
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
