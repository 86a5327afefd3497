"""Gathers what stands around a page, in the page's own transaction, and answers with the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.access import may_open
from uketsuke.console.notices import forget, notice_of
from uketsuke.console.site import Site
from uketsuke.console.undo_window import undo_window
from uketsuke.console.views.frame import ASIDE, SECTIONS, Frame, Notice, Surroundings, frame
from uketsuke.console.views.naming import Naming
from uketsuke.console.visitor import Visitor
from uketsuke.domain.job import JobState
from uketsuke.domain.states import LetterState, StepState, WaitKind
from uketsuke.domain.wording import console_time
from uketsuke.queue.grave import too_much
from uketsuke.store.transaction import Transaction
from uketsuke.store.tray import View

AWAY_FOR = timedelta(minutes=15)
"""So long a place may be out of reach before everybody is told."""
_STANDS_STILL = (LetterState.FAILED, LetterState.UNKNOWN)


def naming_of(site: Site, tx: Transaction) -> Naming:
    """The words for a page made now."""
    people = {user.login: user.name for user in tx.users.all()}
    app = site.app
    systems = {name: app.system_title(name) for name in {*app.settings.systems, *app.catalogue.systems}}
    automatic = frozenset(app.systems)
    return Naming(
        site.words, app.wordbook, app.catalogue, app.calendar, app.now(), people, systems, automatic
    )


def frame_of(
    request: Request, site: Site, tx: Transaction, visitor: Visitor, here: str, sought: str = ""
) -> Frame:
    """The frame of a page of the desk."""
    allowed = frozenset(href for _, href, *_ in (*SECTIONS, *ASIDE) if may_open("GET", href, visitor.roles))
    around = Surroundings(
        name=visitor.name,
        csrf=visitor.csrf,
        now=site.app.now(),
        calendar=site.app.calendar,
        counts=_counts(site, tx, visitor),
        words=site.words.under("menu"),
        allowed=allowed,
        overdue=frozenset({"reviews"} if tx.oversight.count_waiting(site.app.now()) else ()),
        alerts=_alerts(site, tx),
    )
    return frame(around, here, _still_true(site, tx, notice_of(request, site.words)), sought)


def _alerts(site: Site, tx: Transaction) -> tuple[str, ...]:
    """What stands above every page."""
    found = [site.words("alerts.breaker")] if too_much(site.app, tx) else []
    stale = site.app.stale_directory(tx)
    if stale is not None:
        key = "no-directory" if stale.days is None else "stale-directory"
        found.append(site.words(f"alerts.{key}", days=stale.days))
    return (*found, *_places_away(site, tx))


def _places_away(site: Site, tx: Transaction) -> Iterator[str]:
    """Mailboxes and apps that nobody can look into: what is sent there waits, and people should know."""
    settings, kintone = site.app.settings, site.app.settings.kintone
    named = {f"mailbox:{box.name}:error": box.name for box in settings.mailbox}
    named |= {f"kintone:{one.id}:error": one.title for one in (kintone.app if kintone else ())}
    for mark in tx.marks.those(named):
        value = mark.value if isinstance(mark.value, dict) else {}
        since = datetime.fromisoformat(str(value.get("since", mark.at.isoformat())))
        if value.get("outcome") == "refused" or site.app.now() - since >= AWAY_FOR:
            at = console_time(since, site.app.now())
            yield site.words("alerts.away", place=named[mark.name], since=at)


def _still_true(site: Site, tx: Transaction, notice: Notice | None) -> Notice | None:
    """The status line, offering 取り消す only while it would work (AP-4)."""
    if notice is None or notice.undo is None:
        return notice
    row = tx.requests.by_number(notice.undo.number)
    window = undo_window(site.app, tx, row, tx.steps.of_request(row.id)) if row else None
    if row is None or window is None or row.version != notice.undo.version:
        return replace(notice, undo=None)
    return replace(notice, undo=replace(notice.undo, seconds=window.seconds))


def answer(site: Site, template: str, frame: Frame, status: int = 200, **values: Any) -> Response:
    """The page; its status line is said once."""
    response = site.pages.answer(template, status, frame=frame, **values)
    if frame.notice is not None:
        forget(response, site.is_https)
    return response


def _counts(site: Site, tx: Transaction, visitor: Visitor) -> dict[str, int]:
    still = sum(cause.count for cause in tx.letters.causes() if cause.state in _STANDS_STILL)
    still += tx.jobs.counts().get(JobState.PARKED, 0)
    still += sum(len(tx.steps.in_state(state)) for state in (StepState.FAILED, StepState.UNKNOWN))
    waits = tx.waits.counts(site.app.today())
    return {
        "review": tx.tray.count(View.REVIEW, visitor.login),
        "work": waits.get(WaitKind.PERSON, 0),
        "checks": waits.get(WaitKind.CHECK, 0),
        "outbox": still,
        "approvals": tx.tray.awaiting_approval(),
        "reviews": tx.oversight.count_waiting() + len(tx.oversight.problems()),
    }
