"""A department is reminded of the checks that wait for it (catalogue `officer_reminder_after_business_days`).

One letter lists everything that waits. It is written in opening hours, when something has waited so many
business days since it came or since the last reminder of it; so once in each such period.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from uketsuke.app import SYSTEM, App
from uketsuke.domain.calendar import local_day
from uketsuke.domain.plan import Check
from uketsuke.domain.states import WaitKind
from uketsuke.domain.wording import letter_day
from uketsuke.log import logger
from uketsuke.queue.correspondence import write
from uketsuke.store.effects import EffectDone
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.waits import WorkItem

log = logger(__name__)
TEMPLATE, PURPOSE = "general.check-reminder", "reminder"


@dataclass(frozen=True)
class Waiting:
    """One check that waits."""

    item: WorkItem
    department: str
    since: date

    def is_due(self, app: App) -> bool:
        """Whether it has waited for the whole period."""
        start = max(self.since, self.item.wait.reminded_on or self.since)
        waited = app.calendar.business_days_between(start, app.today())
        return waited >= app.settings.officer_reminder_after_business_days


def remind_departments(app: App) -> int:
    """Write what is due; how many letters it was. Doing it twice changes nothing."""
    if not app.calendar.is_within_hours(app.now()):
        return 0
    with app.database.reading() as tx:
        due = sorted({one.department for one in waiting_checks(tx) if one.is_due(app)})
    return sum(_remind(app, department) for department in due)


def waiting_checks(tx: Transaction) -> list[Waiting]:
    """Every check that waits, the longest waiting first."""
    found = []
    for item in tx.waits.work_list(date.max, (WaitKind.CHECK,)):
        row = tx.steps.get(item.wait.step_id) if item.wait.step_id else None
        department = _department(tx, row) if row else None
        if row and department and row.started_at:
            found.append(Waiting(item, department, local_day(row.started_at)))
    return sorted(found, key=lambda one: (one.since, one.item.number))


def _department(tx: Transaction, row: StepRow) -> str | None:
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    return step.department if isinstance(step, Check) else None


def _remind(app: App, department: str) -> bool:
    try:
        with app.database.transaction("remind") as tx:
            # One a day: whoever comes second waits here for the first, and leaves.
            name = hashlib.sha256(department.encode()).hexdigest()[:16]
            tx.effects.record(f"remind-{app.today()}-{name}")
            waiting = [one for one in waiting_checks(tx) if one.department == department]
            to = app.world(tx).address_of(department)
            if to is None:
                log.warning("no_address_to_remind", department=department)
                return False
            if not any(one.is_due(app) for one in waiting):
                return False
            for one in waiting:
                tx.waits.note_reminder(one.item.wait.id, app.today())
            _write(app, tx, department, to, waiting, f"remind-{app.today()}-{name}")
    except EffectDone:
        return False
    return True


def _write(app: App, tx: Transaction, department: str, to: str, waiting: list[Waiting], key: str) -> None:
    numbers = [one.item.number for one in waiting]
    letter = write(
        app,
        tx,
        template=TEMPLATE,
        to=to,
        facts={
            "recipient": department,
            "to_section": True,
            "status_url": "",  # the link is the requester's key
            "checks": [_line(app, one) for one in waiting],
            "others": len(waiting) - 1,
        },
        number=numbers[0],
        key=key,
        purpose=PURPOSE,
    )
    tx.audit.append(
        at=tx.now,
        actor=SYSTEM.login,
        action="remind",
        subject=f"letter:{letter}",
        facts={"department": department, "requests": list(numbers)},
    )


def _line(app: App, one: Waiting) -> str:
    """「2026-000001-5 e-KOBE 環境保全課 12月7日（月）から」: no names of people."""
    service = app.catalogue.service(one.item.service).title if one.item.service else one.item.title
    said = (one.item.number, service.partition("（")[0], one.item.department)
    return " ".join([*filter(None, said), f"{letter_day(one.since)}から"])
