"""作業: what waits for a person, and completing it (UX 5.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.access import may_open
from uketsuke.console.forms import Form, Sent
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import RowId
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.work import WorkPage, work_list
from uketsuke.console.visitor import Visitor
from uketsuke.console.work_page import read_results, tasks_of, work_page
from uketsuke.domain.checking import OUTCOME, SEND_BACK
from uketsuke.domain.plan import ManualTask
from uketsuke.domain.states import WaitKind, is_work_of
from uketsuke.errors import Incomplete, NotFound
from uketsuke.queue import answers, passwords
from uketsuke.queue.work import PERSONS
from uketsuke.store.transaction import Transaction
from uketsuke.store.waits import WaitAnswered

router = APIRouter()


@router.get("/work-items")
def show_work_list(request: Request, site: Here, visitor: Signed) -> Response:
    """Every manual step that waits for a person, by deadline (AP-72)."""
    today = site.app.today()
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        items = tx.waits.work_list(today)
        later = len(tx.waits.work_list(date.max, (WaitKind.DATE,)))
        checks = tx.steps.last_checks([item.wait.request_id for item in items])
        back = {one for one, row in checks.items() if (row.result or {}).get(OUTCOME) == SEND_BACK}
        work = work_list(items, tasks_of(site, tx, items), later, naming, back)
        frame = frame_of(request, site, tx, visitor, "work")
    return answer(site, "work-list.html", frame, work=work)


@router.get("/work-items/{step}")
def show_work(
    request: Request, site: Here, visitor: Signed, step: RowId, view: Literal["", "open"] = ""
) -> Response:
    """One piece of work with everything at hand; `open` leaves out the people who are done."""
    with site.app.database.reading() as tx:
        page = work_page(site, tx, step, naming_of(site, tx), only_open=view == "open")
        work = _offered(site, page, visitor)
        frame = frame_of(request, site, tx, visitor, "work")
    return answer(site, "work.html", frame, work=work)


@router.post("/work-items/{step}")
def complete_work(request: Request, site: Here, visitor: Signed, step: RowId, form: Form) -> Response:
    """作業を完了: once, with every required result; else 422 with the focus there (AP-75, AP-76)."""
    with site.app.database.reading() as tx:
        task = _task(site, tx, step)
        number = tx.requests.get(tx.steps.get(step).request_id).number
        following = _following(site, tx, step)
    read, wrong = read_results(task, form.under("r."), site.app.today(), site.words)
    if not wrong:
        try:
            answers.complete_step(site.app, actor(visitor), step, read)
        except Incomplete as incomplete:
            wrong = _told(site, task, incomplete.wrong)
        except (WaitAnswered, NotFound):
            return go(request, f"/work-items/{step}")
    if wrong:
        return _again(request, site, visitor, step, form, wrong)
    return go(request, following, Said("complete-step", {"number": number}))


@router.post("/work-items/{step}/password")
def show_password(request: Request, site: Here, visitor: Signed, step: RowId, form: Form) -> Response:
    """初期パスワードを表示: on this one answer, to whoever hands it over; after 伝達済 there is none."""
    try:
        found = passwords.show_passwords(site.app, actor(visitor), step)
    except NotFound:
        return go(request, f"/work-items/{step}")
    with site.app.database.reading() as tx:
        work = work_page(site, tx, step, naming_of(site, tx), passwords=found)
        frame = frame_of(request, site, tx, visitor, "work")
    return answer(site, "work.html", frame, work=work)


def _offered(site: Site, work: WorkPage, visitor: Visitor) -> WorkPage:
    """An initial password is offered to those who may be shown it, work to those whose it is."""
    if not may_open("POST", "/work-items/{step}/password", visitor.roles):
        work = replace(work, password_href="")
    theirs = is_work_of(work.role, visitor.role)
    return work if theirs or work.stopped else replace(work, stopped=site.words("work.other-role"))


def _task(site: Site, tx: Transaction, step_id: int) -> ManualTask:
    row = tx.steps.get(step_id)
    task = site.app.task_of(tx.plans.get(row.plan_id).plan().step(row.seq))
    if task is None:
        raise NotFound("work", step_id)
    return task


def _following(site: Site, tx: Transaction, step_id: int) -> str:
    ids = [item.wait.step_id for item in tx.waits.work_list(site.app.today())]
    if step_id in ids:
        place = ids.index(step_id)
        ids = [*ids[place + 1 :], *ids[:place]]
    return f"/work-items/{ids[0]}" if ids else "/work-items"


def _told(site: Site, task: ManualTask, wrong: Mapping[str, str]) -> dict[str, str]:
    labels = {field.name: field.label for field in task.results}
    labels[PERSONS] = site.app.system_title(task.system) if task.system else ""
    return {name: site.words(f"work.{code}", label=labels.get(name, name)) for name, code in wrong.items()}


def _again(
    request: Request, site: Site, visitor: Signed, step: int, form: Sent, wrong: Mapping[str, str]
) -> Response:
    with site.app.database.reading() as tx:
        page = work_page(site, tx, step, naming_of(site, tx), form.under("r."), wrong)
        work = _offered(site, page, visitor)
        frame = frame_of(request, site, tx, visitor, "work")
    return answer(site, "work.html", frame, 422, work=work)
