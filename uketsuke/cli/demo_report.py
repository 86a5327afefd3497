"""What the demo shows at the end: counts read back from database and Maildir, and each request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from uketsuke.app import App
from uketsuke.cli.output import columns
from uketsuke.cli.words import say
from uketsuke.domain.states import RequestState
from uketsuke.intake.problems import ProblemCode
from uketsuke.store.requests import RequestRow
from uketsuke.store.totals import Totals, totals

LIMITS = frozenset(
    {
        ProblemCode.TOO_LARGE.value,
        ProblemCode.HEADER_BLOCK_TOO_LARGE.value,
        ProblemCode.TOO_MANY_HEADERS.value,
        ProblemCode.HEADER_TOO_LONG.value,
        ProblemCode.TOO_MANY_BOUNDARIES.value,
        ProblemCode.TOO_MANY_PARTS.value,
        ProblemCode.TOO_DEEP.value,
        ProblemCode.PART_HEADER_TOO_LONG.value,
        ProblemCode.PART_HEADERS_TOO_LARGE.value,
    }
)
"""What only a message made to harm, or a broken one, goes beyond."""


def count_back(app: App, outbox: Path) -> dict[str, Any]:
    """The counts of the demo; letters are those that lie in the Maildir."""
    with app.database.reading() as tx:
        found: Totals = totals(tx.connection, LIMITS)
    lying = sum(1 for part in ("new", "cur") for _ in (outbox / part).glob("*"))
    return {**found.model_dump(), "letters": lying}


def story_lines(app: App) -> list[str]:
    """One line for each request, and what waits for the reader."""
    with app.database.reading() as tx:
        rows = sorted(tx.tray.all_requests().rows, key=lambda row: row.number)
    return [say("demo.requests"), *columns((f"  {row.number}", _line(app, row)) for row in rows)]


def count_lines(counts: dict[str, Any]) -> list[str]:
    """The counts for people."""
    return [
        say("demo.counts"),
        *columns((f"  {say(f'demo.count.{name}')}", str(n)) for name, n in counts.items()),
    ]


def _line(app: App, row: RequestRow) -> str:
    state = app.wordbook.request_state(row.state)
    who = "・".join(part for part in (row.department, row.requester_name) if part) or say("demo.unknown")
    service = app.catalogue.service(row.service) if row.service else None
    specs = service.request.specs() if service else {}
    kind = (row.request or {}).get("kind")
    otherwise = row.title if service and "kind" not in specs else app.wordbook.word("kind", row.kind.value)
    shown = specs["kind"].shown(kind) if kind and "kind" in specs else otherwise
    why = app.wordbook.concern(row.concerns[0], specs) if row.concerns and _is_open(row) else ""
    return say("demo.request", state=state, kind=shown, who=who, why=why).rstrip()


def _is_open(row: RequestRow) -> bool:
    return row.state is RequestState.NEEDS_REVIEW
