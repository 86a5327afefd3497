"""The status page of a request, for whoever holds its link (UX 5.5).

Only what the requester sent and what concerns them: no internal note, no
operator's name, nobody else's data (AP-40). Nothing from the audit log is shown;
every line is made here from facts that are public to the requester.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from uketsuke.console.views.fields import read_value, row_words
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.status_inquiry import (
    call_promise,
    inquiry_heading,
    inquiry_values,
    is_asked,
)
from uketsuke.console.views.tray import title_of
from uketsuke.domain.calendar import local, local_day
from uketsuke.domain.plan import AccountAction, AgreeDate, Check, Confirm, ManualTask, Step
from uketsuke.domain.request import Rule
from uketsuke.domain.states import ENDED, Decision, LetterState, RequestState, Role, allowed
from uketsuke.domain.wording import letter_day, letter_until
from uketsuke.store.exchanges import Exchange
from uketsuke.store.inquiries import Inquiry
from uketsuke.store.letters import Letter
from uketsuke.store.requests import RequestRow


@dataclass(frozen=True)
class PublicStep:
    """One step in the requester's words; `place` is `done`, `now` or nothing."""

    title: str
    place: str
    note: str = ""


@dataclass(frozen=True)
class Question:
    """What the desk asked and nobody has answered."""

    text: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class DateName:
    """One date to agree."""

    name: str
    label: str


@dataclass(frozen=True)
class DateChoice:
    """Dates to choose from."""

    step_id: int
    names: tuple[DateName, ...]
    offered: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PublicEntry:
    """One line of the history."""

    iso: str
    at: str
    text: str


@dataclass(frozen=True)
class DeskWords:
    """Whom to call."""

    name: str
    phone: str
    hours: str


@dataclass(frozen=True)
class Told:
    """What the page is built from."""

    request: RequestRow
    received_at: datetime
    steps: Sequence[Step]
    """The plan as it runs, or as it would."""
    done: frozenset[int]
    waiting: tuple[int, AgreeDate] | None
    """Step id and step, where a date is to be chosen."""
    exchanges: Sequence[Exchange]
    letters: Sequence[Letter]
    inquiry: Inquiry | None = None
    said: str = ""
    problem: str = ""
    typed: str = ""


@dataclass(frozen=True)
class StatusPage:
    """The whole page."""

    href: str
    title: str
    heading: str
    number: str
    received: str
    steps: tuple[PublicStep, ...]
    question: Question | None
    dates: DateChoice | None
    promise: str
    values: tuple[tuple[str, str], ...]
    may_withdraw: bool
    history: tuple[PublicEntry, ...]
    desk: str
    phone: str
    hours: str
    said: str
    problem: str
    typed: str


def status_page(told: Told, href: str, desk: DeskWords, naming: Naming) -> StatusPage:
    """Build the page."""
    request, words = told.request, naming.words
    heading = "dates" if told.waiting else request.state.value
    if told.inquiry:
        heading = inquiry_heading(request, is_asked(told.exchanges))
    received = words(
        "public.received",
        at=moment_of(told.received_at, naming),
        way=words(f"channel.{request.channel.value}"),
    )
    return StatusPage(
        href=href,
        title=title_of(request, naming),
        heading=words(f"public.heading.{heading}"),
        number=request.number,
        received=received,
        steps=_steps(told, naming),
        question=_question(told),
        dates=_dates(told, naming),
        promise=call_promise(request, naming) if told.inquiry else _promise(request, naming),
        values=(
            inquiry_values(request, told.inquiry, naming) if told.inquiry else values_of(request, naming)
        ),
        may_withdraw=Decision.WITHDRAW in allowed(request.state, Role.STAFF),
        history=_history(told, naming),
        desk=desk.name,
        phone=desk.phone,
        hours=desk.hours,
        said=told.said,
        problem=told.problem,
        typed=told.typed,
    )


def moment_of(at: datetime, naming: Naming) -> str:
    """A moment as requesters read it."""
    here = local(at)
    return naming.words("public.moment", day=letter_day(here.date()), hour=here.hour, minute=here.minute)


def _steps(told: Told, naming: Naming) -> tuple[PublicStep, ...]:
    words, state = naming.words, told.request.state
    stages = {"answer": frozenset[int]()} if told.inquiry else stages_of(told.steps)
    names = ["receive", "check", *stages]
    running = state in (RequestState.RUNNING, RequestState.DONE)
    finished = {"receive"} | ({"check"} if running else set())
    finished |= {name for name, numbers in stages.items() if numbers and told.done >= numbers}
    if state is RequestState.DONE:
        finished = {*names}
    if state in ENDED and state is not RequestState.DONE:
        ended = PublicStep(words(f"public.{state.value}"), "now")
        return (
            PublicStep(words("public.step.receive"), "done"),
            PublicStep(words("public.step.check"), "done"),
            ended,
        )
    rows: list[PublicStep] = []
    for name in (*names, "done"):
        is_done = name in finished or (name == "done" and state is RequestState.DONE)
        place = "done" if is_done else "" if any(row.place == "now" for row in rows) else "now"
        note = _note(name, place, state, naming) if not told.inquiry or _question(told) else ""
        rows.append(PublicStep(words(f"public.step.{name}"), place, note))
    return tuple(rows)


def _note(name: str, place: str, state: RequestState, naming: Naming) -> str:
    """What the stage waits for, as far as the requester can do something about it."""
    if place != "now":
        return ""
    if state is RequestState.WAITING_REPLY:
        return naming.words(f"public.{state.value}")
    waits = name == "confirm" and state is RequestState.RUNNING
    return naming.words("public.confirm-waits") if waits else ""


def stages_of(steps: Sequence[Step]) -> dict[str, frozenset[int]]:
    """What the requester sees of a plan, in order: stage → the numbers of its steps."""
    agreed = frozenset(step.seq for step in steps if isinstance(step, AgreeDate))
    tasks = frozenset(step.seq for step in steps if isinstance(step, ManualTask))
    accounts = frozenset(step.seq for step in steps if isinstance(step, AccountAction))
    stages = {
        "confirm": frozenset(step.seq for step in steps if isinstance(step, Confirm)),
        "agree": agreed,
        "hand-over": tasks if agreed else frozenset(),
        "work": accounts | (frozenset() if agreed else tasks),
        "dept-check": frozenset(step.seq for step in steps if isinstance(step, Check)),
    }
    return {name: numbers for name, numbers in stages.items() if numbers} or {"work": frozenset()}


def _question(told: Told) -> Question | None:
    if told.request.state is not RequestState.WAITING_REPLY:
        return None
    asked = [one for one in told.exchanges if one.direction == "out"]
    if told.inquiry and not is_asked(told.exchanges):
        return None
    return Question(asked[-1].text, tuple(asked[-1].questions or ())) if asked else Question("", ())


def _dates(told: Told, naming: Naming) -> DateChoice | None:
    if told.waiting is None:
        return None
    step_id, step = told.waiting
    names = tuple(DateName(name, naming.words(f"date.{name}")) for name in step.names)
    offered = tuple((day.isoformat(), letter_day(day)) for day in step.offered if day > local_day(naming.now))
    return DateChoice(step_id, names, offered)


def _promise(request: RequestRow, naming: Naming) -> str:
    if request.due_at is None or request.ended_at or request.due_at <= naming.now:
        return ""
    return naming.words("public.promise", until=letter_until(request.due_at))


def values_of(request: RequestRow, naming: Naming) -> tuple[tuple[str, str], ...]:
    """What was read of a request, by label, in the words that people use."""
    rows = []
    today = local_day(naming.now)
    for name, spec in naming.specs(request.service).items():
        current = request.reading.current(name)
        if current is None or current.value in (None, "", []):
            continue
        if spec.row is not None:
            lines = request.reading.plain().get(name)
            for number, line in enumerate(lines if isinstance(lines, list) else [], 1):
                place = naming.wordbook.field(f"{name}[0]", {name: spec}, number)
                rows.append((place, row_words(spec, line, today)))
            continue
        if spec.rule is Rule.DATE and isinstance(current.value, str):
            rows.append((spec.label, letter_day(date.fromisoformat(current.value))))
            continue
        rows.append((spec.label, read_value(spec, current.value, today)))
    return tuple(rows)


def _history(told: Told, naming: Naming) -> tuple[PublicEntry, ...]:
    words = naming.words
    lines = [(told.received_at, words(f"public.came.{told.request.channel.value}"))]
    for letter in told.letters:
        if letter.state is LetterState.SENT and letter.sent_at and letter.to == told.request.requester_mail:
            key = f"public.letter.{letter.purpose}"
            lines.append((letter.sent_at, words.get(key, words("public.letter.plan"))))
    lines += [(one.at, words("public.answered")) for one in told.exchanges if one.direction == "in"]
    if told.request.ended_at:
        kind = "inquiry-" if told.inquiry and told.request.state is RequestState.DONE else ""
        lines.append((told.request.ended_at, words(f"public.ended.{kind}{told.request.state.value}")))
    lines.sort(key=lambda line: line[0])
    return tuple(
        PublicEntry(local(at).isoformat(timespec="minutes"), _short(at, naming), text)
        for at, text in reversed(lines)
    )


def _short(at: datetime, naming: Naming) -> str:
    here = local(at)
    return naming.words("public.short", month=here.month, day=here.day, hour=here.hour, minute=here.minute)
