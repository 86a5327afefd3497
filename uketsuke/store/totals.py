"""What has happened in all, counted from the rows themselves: for demo and reports."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Table, func, select

from uketsuke.domain.authority import Path
from uketsuke.domain.content import Frozen, Kind
from uketsuke.domain.states import LetterState, StepState, WaitKind
from uketsuke.store.registers import ledger_rows
from uketsuke.store.tables import letters, receipts, requests, steps, waits

ACCOUNT_ACTION = "account-action"
"""Kind of the plan steps that change an account in another system (DESIGN 7)."""


class Totals(Frozen):
    """Counts over everything that is stored."""

    receipts: int
    requests: int
    flagged: int
    """Requests with reasons for an operator to look."""
    ledger_changes: int
    """Versions of ledger rows that requests wrote."""
    account_changes: int
    """Account actions done."""
    work: int
    """Tasks put before a person, done or not."""
    letters: int
    """Letters sent."""
    hostile: int
    """Messages in sight as requests whose sender is forged or broken, or that went beyond the limits."""


def totals(connection: Connection, limits: Collection[str]) -> Totals:
    """Count; `limits` are the codes of problems that mean a message was beyond the reader's limits."""

    def count(table: Table, *where: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(table).where(*where)
        return int(connection.execute(statement).scalar_one())

    done_actions = (steps.c.kind == ACCOUNT_ACTION, steps.c.state == StepState.DONE)
    return Totals(
        receipts=count(receipts),
        requests=count(requests),
        flagged=_flagged(connection),
        ledger_changes=count(ledger_rows, ledger_rows.c.request_id.is_not(None)),
        account_changes=count(steps, *done_actions),
        work=count(waits, waits.c.kind == WaitKind.PERSON),
        letters=count(letters, letters.c.state == LetterState.SENT),
        hostile=_hostile(connection, limits),
    )


def by_kind(connection: Connection) -> dict[Kind, int]:
    """How many requests of each kind there are, for the statistics; a kind without any is left out."""
    rows = connection.execute(select(requests.c.kind, func.count()).group_by(requests.c.kind))
    return {Kind(kind): int(count) for kind, count in rows}


def _flagged(connection: Connection) -> int:
    """Judged by the concerns stored with each request."""
    rows = connection.execute(select(requests.c.concerns)).scalars()
    return sum(bool(concerns) for concerns in rows)


def _hostile(connection: Connection, limits: Collection[str]) -> int:
    joined = requests.join(receipts, requests.c.receipt_id == receipts.c.id)
    rows = connection.execute(select(requests.c.authority, receipts.c.content).select_from(joined))
    return sum(
        (authority is not None and authority.path is Path.MAIL_FAILED)
        or any(problem.code in limits for problem in (content.problems if content else ()))
        for authority, content in rows
    )
