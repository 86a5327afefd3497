"""自分の依頼 and 課の依頼一覧: one line each, in the words of who asks (UX 5.5, AP-69)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.status import moment_of, values_of
from uketsuke.console.views.tray import title_of
from uketsuke.domain.authority import Risk
from uketsuke.domain.calendar import local_day
from uketsuke.domain.content import Kind
from uketsuke.domain.states import Decision, RequestState, Role, allowed
from uketsuke.domain.wording import letter_day, letter_until
from uketsuke.store.exchanges import Exchange
from uketsuke.store.requests import RequestRow


@dataclass(frozen=True)
class MyRow:
    """One request or inquiry."""

    number: str
    title: str
    state: str
    at: str
    promise: str
    who: str
    href: str = ""
    """Where more is shown; empty where only who asked sees more."""


@dataclass(frozen=True)
class SectionGroup:
    """The requests of a section in one state."""

    state: str
    rows: tuple[MyRow, ...]


@dataclass(frozen=True)
class SectionPage:
    """One request of a colleague: what both may know, and what either may do."""

    row: MyRow
    version: int
    values: tuple[tuple[str, str], ...]
    question: str
    questions: tuple[str, ...]
    is_asked: bool
    may_withdraw: bool
    history: tuple[tuple[str, str], ...]
    problem: str = ""
    typed: str = ""


def may_be_seen(row: RequestRow) -> bool:
    """Whether a colleague sees more than that there is one: nothing of R3, nothing nobody understood."""
    risk = row.authority.risk if row.authority else None
    return row.kind is Kind.REQUEST and row.service is not None and risk not in (None, Risk.R3)


def section_groups(rows: Sequence[RequestRow], own: str | None, naming: Naming) -> tuple[SectionGroup, ...]:
    """The section's requests by state, open ones first, newest first in each."""
    lines: dict[str, list[MyRow]] = {}
    for row in sorted(rows, key=lambda one: one.ended_at is not None):
        (line,) = my_rows([row], naming)
        href = f"/my/requests/{row.number}" if row.person == own else f"/my/section/{row.number}"
        lines.setdefault(line.state, []).append(
            replace(line, href=href if row.person == own or may_be_seen(row) else "")
        )
    return tuple(SectionGroup(state, tuple(found)) for state, found in lines.items())


def section_page(
    row: RequestRow,
    exchanges: Sequence[Exchange],
    names: Mapping[str, str],
    withdrawn_by: str,
    naming: Naming,
) -> SectionPage:
    """The page of a colleague's request; `names` are those of the section's people by number."""
    asked = [one for one in exchanges if one.direction == "out" and one.open]
    is_asked = row.state is RequestState.WAITING_REPLY
    words = naming.words
    lines = [(row.applied_at, words("mine.came"))]
    lines += [
        (one.at, words("mine.answered", who=names.get(one.who or "", words("mine.requester"))))
        for one in exchanges
        if one.direction == "in"
    ]
    if row.ended_at:
        said = words("mine.withdrawn", who=withdrawn_by) if withdrawn_by else ""
        lines.append((row.ended_at, said or words(f"public.ended.{row.state.value}")))
    return SectionPage(
        row=my_rows([row], naming)[0],
        version=row.version,
        values=values_of(row, naming),
        question=asked[-1].text if asked and is_asked else "",
        questions=tuple(asked[-1].questions or ()) if asked and is_asked else (),
        is_asked=is_asked,
        may_withdraw=Decision.WITHDRAW in allowed(row.state, Role.STAFF),
        history=tuple((moment_of(at, naming), text) for at, text in reversed(lines)),
    )


def my_rows(rows: Sequence[RequestRow], naming: Naming) -> tuple[MyRow, ...]:
    """The lines, in the order given."""
    return tuple(
        MyRow(
            number=row.number,
            title=title_of(row, naming),
            state=naming.wordbook.requester_state(row.state),
            at=letter_day(local_day(row.applied_at)),
            promise=promise_of(row, naming),
            who=row.requester_name or "",
        )
        for row in rows
    )


def promise_of(row: RequestRow, naming: Naming) -> str:
    """Until when something will be said; empty once that is over, or nothing is promised."""
    if row.due_at is None or row.ended_at or row.due_at <= naming.now:
        return ""
    return naming.words("public.promise", until=letter_until(row.due_at))
