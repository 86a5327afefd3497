"""登録済: ticking the people of a piece of work, keeping what is typed, the file for bulk work (UX 5.10)."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form, Sent
from uketsuke.console.notices import Said, go
from uketsuke.console.people_page import as_csv, environments, names_of
from uketsuke.console.routing import RowId
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.visitor import Visitor
from uketsuke.domain.plan import ManualTask
from uketsuke.domain.result_file import match_result
from uketsuke.errors import NotFound
from uketsuke.queue import work
from uketsuke.store.transaction import Transaction

router = APIRouter()
SHOWN_LINES, LONGEST_LINE = 5, 40
"""Of lines that name nobody; the status line is no list."""


@router.post("/work-items/{step}/ticks")
def tick(request: Request, site: Here, visitor: Signed, step: RowId, form: Form) -> Response:
    """One person, everybody who is left, or one taken back; what stands in the fields is kept (AP-74)."""
    with site.app.database.reading() as tx:
        tx.steps.get(step)
    here = f"/work-items/{step}" + ("?view=open" if form.one("view") == "open" else "")
    try:
        was = form.under("was.")
        # What somebody else has typed since this page was made is not theirs to put back.
        if changed := {name: text for name, text in form.under("r.").items() if text != was.get(name)}:
            work.keep_draft(site.app, actor(visitor), step, changed)
        if not any(form.one(name) for name in ("tick", "untick", "all", "take")):
            return Response(status_code=204)
        return go(request, here, _pressed(site, visitor, step, form))
    except NotFound:
        return go(request, f"/work-items/{step}")


@router.get("/work-items/{step}/export.csv")
def export_people(site: Here, step: RowId) -> Response:
    """The people of one environment as a file."""
    with site.app.database.reading() as tx:
        row = tx.steps.get(step)
        task = tx.plans.get(row.plan_id).plan().step(row.seq)
        if not isinstance(task, ManualTask) or not task.persons:
            raise HTTPException(404, "page")
        number, content = tx.requests.get(row.request_id).number, as_csv(tx, row, task)
    system = site.app.system_title(task.system) if task.system else ""
    name = quote("_".join(one for one in (number, system) if one) + ".csv")
    disposition = f"attachment; filename=\"{number}-{row.seq}.csv\"; filename*=UTF-8''{name}"
    return Response(
        content, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


def _pressed(site: Site, visitor: Visitor, step: int, form: Sent) -> Said:
    app, who = site.app, actor(visitor)
    if everybody := form.one("all"):
        environment, left = _place(site, step, everybody)
        with app.database.reading() as tx:
            open_ones = _open(tx, environment)
        if len(open_ones) != left:
            return Said("tick-changed")
        return Said("tick-all", {"count": work.tick(app, who, environment, open_ones)})
    if taken := form.one("take"):
        return _take(site, visitor, _place(site, step, f"{taken}.0")[0], form.one("result"))
    back = form.one("untick")
    environment, place = _place(site, step, back or form.one("tick"))
    with app.database.reading() as tx:
        people = _people(tx, environment)
    if place >= len(people):
        raise HTTPException(422, "form")
    if back:
        work.untick(app, who, environment, [place])
        return Said("untick", {"name": people[place]})
    done = work.tick(app, who, environment, [place])
    return Said("tick" if done else "tick-same", {"name": people[place]})


def _take(site: Site, visitor: Visitor, environment: int, text: str) -> Said:
    """What the other system says it has registered: those are ticked, and what names nobody is told."""
    with site.app.database.reading() as tx:
        row = tx.steps.get(environment)
        names, headings = names_of(tx, row)
    found = match_result(text, names, headings)
    count = work.tick(site.app, actor(visitor), environment, found.people) if found.people else 0
    rest = "、".join(line[:LONGEST_LINE] for line in found.rest[:SHOWN_LINES])
    facts: dict[str, str | int] = {"count": count, "matched": len(found.people), "left": len(found.rest)}
    return Said("taken-some" if found.rest else "taken", {**facts, "lines": rest})


def _place(site: Site, step: int, sent: str) -> tuple[int, int]:
    """The environment and the person, or how many, that a button of this page names."""
    environment, _, number = sent.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (environment, number)):
        raise HTTPException(422, "form")
    with site.app.database.reading() as tx:
        known = {row.id for row, _ in environments(tx, tx.steps.get(step))}
    if int(environment) not in known:
        raise HTTPException(422, "form")
    return int(environment), int(number)


def _people(tx: Transaction, step_id: int) -> list[str]:
    row = tx.steps.get(step_id)
    task = tx.plans.get(row.plan_id).plan().step(row.seq)
    return [one.label for one in task.persons] if isinstance(task, ManualTask) else []


def _open(tx: Transaction, step_id: int) -> list[int]:
    wait = tx.waits.open_of(step_id)
    done = tx.ticks.of(wait.id) if wait else {}
    return [place for place in range(len(_people(tx, step_id))) if place not in done]
