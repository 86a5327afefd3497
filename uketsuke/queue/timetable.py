"""What the business clock brings: waits whose day has come, and the day's end of the audit log noted."""

from __future__ import annotations

from uketsuke.app import SYSTEM, App
from uketsuke.domain.states import RequestState
from uketsuke.log import logger
from uketsuke.queue.auditing import note_end_daily
from uketsuke.queue.leavers import note_leavers
from uketsuke.queue.progress import state_change
from uketsuke.queue.records import note_gone
from uketsuke.queue.reminders import remind_departments

log = logger(__name__)


def tick(app: App) -> int:
    """Do everything that is due by the business clock; how much it was. Doing it twice changes nothing."""
    note_end_daily(app)
    return _open_work(app) + _resume_held(app) + note_leavers(app) + remind_departments(app) + note_gone(app)


def _open_work(app: App) -> int:
    """Tasks whose day has come become work for a person."""
    with app.database.reading() as tx:
        waiting = tx.waits.due(app.today())
    if not waiting:
        return 0
    with app.database.transaction("open-work") as tx:
        opened = [wait for wait in tx.waits.due(app.today()) if tx.waits.open_to_person(wait.id)]
    log.info("work_opened", count=len(opened))
    return len(opened)


def _resume_held(app: App) -> int:
    """Requests held until today come back to the tray."""
    with app.database.reading() as tx:
        held = tx.requests.held_over(app.today())
    for found in held:
        with app.database.transaction("resume-held") as tx:
            request = tx.requests.get_locked(found.id)
            if request.state is not RequestState.HELD or request.version != found.version:
                continue
            tx.requests.update(request.id, request.version, state=RequestState.NEEDS_REVIEW, held_until=None)
            tx.audit.note(
                request,
                SYSTEM.login,
                "resume",
                facts={
                    "held_until": str(request.held_until),
                    **state_change(request.state, RequestState.NEEDS_REVIEW),
                },
            )
    return len(held)
