"""A person at the console, by script: decides what lies in the tray, answers, confirms, turns the clock.

It looks at the state and does the next thing, so that it may be killed anywhere. What
somebody was first to do is no error: people press buttons twice.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sqlalchemy import func, select

from tests.end_to_end.mails import moment
from uketsuke.app import Actor, App
from uketsuke.clock import FileClock
from uketsuke.domain.calendar import JST, local_day
from uketsuke.domain.content import Deed
from uketsuke.domain.job import JobName
from uketsuke.domain.plan import AgreeDate
from uketsuke.domain.states import RequestState, Role, StepState, WaitKind
from uketsuke.errors import NotAllowed, NotFound, PlanChanged, StaleVersion, TryLater
from uketsuke.intake.note import Note, accept_note
from uketsuke.queue import answers, decide
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.requests import RequestRow
from uketsuke.store.tables import jobs, receipts
from uketsuke.store.transaction import Transaction
from uketsuke.store.tray import View
from uketsuke.store.waits import WaitAnswered

CLERK = Actor("operator01", Role.OPERATOR)
NOTE = "note-0001"
"""Submission of the one phone call that the clerk writes down."""
CORRECTIONS = {"current_asset_no": "LTE-0022"}
"""What the clerk finds out about the mail that forgot to name its unit."""


def serve(app: App, expected: int, pause: float) -> None:
    """Do what there is to do, for ever; `expected` receipts must be there before the clock is turned."""
    write_note(app)
    write_done_note(app)
    while True:
        try:
            busy = act(app, expected)
        except (StaleVersion, PlanChanged, NotAllowed, NotFound, WaitAnswered, TryLater):
            busy = True  # somebody was first, or the database is away: look again
        if not busy:
            time.sleep(pause)


def write_note(app: App) -> None:
    """Somebody calls to give a unit back; the clerk knows the voice from a call-back."""
    at = moment("2026-12-08 14:40")
    values = {
        "サービス": "LTE接続端子",
        "申請区分": "返却",
        "所属": "市民協働課",
        "氏名": "田中 花子",
        "メールアドレス": "tanaka-h@city.example.lg.jp",
        "内線": "2211",
        "端子番号": "LTE-0023",
        "受渡希望日": "2026-12-11",
    }
    note = Note(NOTE, CLERK.login, at, at + timedelta(minutes=3), "call-back", values)
    accept_note(app.database, note, app.now())


def write_done_note(app: App) -> None:
    """Somebody stood at the counter with a broken unit and has left with another (その場で完了)."""
    at = moment("2026-12-08 14:50")
    values = {
        "サービス": "LTE接続端子",
        "申請区分": "故障交換",
        "所属": "市民協働課",
        "氏名": "田中 花子",
        "メールアドレス": "tanaka-h@city.example.lg.jp",
        "端子番号": "LTE-0024",
        "故障内容": "電源が入らない",
    }
    handed = {"hand_over_result": "handed_over", "handed_over_on": "2026-12-08"}
    done = Deed(by=CLERK.login, role=CLERK.role, at=at, units=("LTE-0079",), results=handed)
    note = Note(f"{NOTE}-done", CLERK.login, at, at + timedelta(minutes=3), "staff-card", values, done)
    accept_note(app.database, note, app.now())


def act(app: App, expected: int) -> bool:
    """Do one thing; False when there is nothing to do."""
    with app.database.reading() as tx:
        tray = undecided(tx)
        work = tx.waits.work_list(app.today())
        questions = _open_questions(tx)
    if tray:
        settle(app, tray[0])
    elif work and work[0].wait.step_id is not None:
        results = {"hand_over_result": "handed_over", "handed_over_on": app.today().isoformat()}
        answers.complete_step(app, CLERK, work[0].wait.step_id, results)
    elif questions:
        step_id, step = questions[0]
        day = next(day for day in step.offered if day > app.today())
        answers.answer_dates(app, CLERK, step_id, dict.fromkeys(step.names, day))
    else:
        return turn_clock(app, expected)
    return True


def undecided(tx: Transaction) -> list[RequestRow]:
    """What the tray asks to decide; what runs and has an unknown letter is shown there too, and stays."""
    rows = tx.tray.page(View.REVIEW, CLERK.login).rows
    return [row for row in rows if row.state is RequestState.NEEDS_REVIEW]


def settle(app: App, request: RequestRow) -> None:
    """Correct, check who asks, run; what is no service of ours goes back with a reason."""
    if request.service is None:
        decide.give_back(
            app, CLERK, request.id, request.version, RequestState.OUT_OF_SCOPE, "担当の窓口をご案内します。"
        )
        return
    with app.database.reading() as tx:
        assessment = assess_now(app, tx, request)
        plan = planned(app, tx, request, assessment)
    missing = {one.field for one in assessment.concerns if one.hard and one.field in CORRECTIONS}
    if missing:
        decide.correct(
            app, CLERK, request.id, request.version, {name: CORRECTIONS[str(name)] for name in missing}
        )
    elif "review" in assessment.authority.need:
        decide.attest(app, CLERK, request.id, request.version, "call-back")
    else:
        soft = {one.key: "電話で確認しました" for one in assessment.concerns if not one.hard}
        decide.run(app, CLERK, request.id, request.version, plan.hash() if plan else "", soft)


def turn_clock(app: App, expected: int) -> bool:
    """When everything of today is done, it becomes the morning of the next day that something waits for."""
    with app.database.reading() as tx:
        if not is_quiet(tx, expected) or undecided(tx) or _open_questions(tx):
            return False  # asked again, at one moment: a worker may have finished since
        days = [wait.opens_on for wait in _waiting_for_days(tx) if wait.opens_on]
    clock = app.clock
    if not days or min(days) <= app.today() or not isinstance(clock, FileClock):
        return False
    day = min(days)
    clock.set(datetime(day.year, day.month, day.day, 9, 30, tzinfo=JST))
    return True


def is_quiet(tx: Transaction, expected: int) -> bool:
    """Everything expected has arrived, and no job is left to do."""
    arrived = tx.connection.execute(select(func.count()).select_from(receipts)).scalar_one()
    active = select(func.count()).select_from(jobs)
    mine = jobs.c.state.in_(["waiting", "leased", "running"]) & (jobs.c.name != JobName.POLL)
    return arrived >= expected and tx.connection.execute(active.where(mine)).scalar_one() == 0


def is_over(app: App, expected: int) -> bool:
    """Nothing left to do for anybody, today or on a later day."""
    with app.database.reading() as tx:
        waiting = sum(tx.waits.counts(local_day(moment("2027-12-31 12:00"))).values())
        return is_quiet(tx, expected) and not undecided(tx) and waiting == 0


def _open_questions(tx: Transaction) -> list[tuple[int, AgreeDate]]:
    found = []
    for row in tx.steps.in_state(StepState.WAITING):
        step = tx.plans.get(row.plan_id).plan().step(row.seq)
        if isinstance(step, AgreeDate):
            found.append((row.id, step))
    return found


def _waiting_for_days(tx: Transaction) -> list:  # type: ignore[type-arg]
    rows = tx.steps.in_state(StepState.WAITING)
    waits = [wait for row in rows if (wait := tx.waits.open_of(row.id)) is not None]
    return [wait for wait in waits if wait.kind is WaitKind.DATE]
