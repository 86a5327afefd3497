"""Gathers one request's page in one transaction: the row, its original, its plan, its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from uketsuke.console.letter_preview import preview_with
from uketsuke.console.record_part import record_part, siblings
from uketsuke.console.site import Site
from uketsuke.console.standing import at_kintone, seen_afterwards, stopped, wait_word
from uketsuke.console.undo_window import undo_line, undo_window
from uketsuke.console.views.confirm import ConfirmPanel, confirm_panel
from uketsuke.console.views.decisions import may
from uketsuke.console.views.due import Badge, badge
from uketsuke.console.views.fields import field_rows
from uketsuke.console.views.gate import AuthorityBand, Reason, authority_band, reasons, troubles, void_check
from uketsuke.console.views.history import history, talk
from uketsuke.console.views.listing import STATE_CSS
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.original import find_marks, original, typed_labels
from uketsuke.console.views.plan import Planned, PlanView, plan_view
from uketsuke.console.views.progress import StepLine, step_lines, step_title
from uketsuke.console.views.related import RelatedCard, related
from uketsuke.console.views.request import AgreeForm, Head, RequestPage, ServiceChoice, choices
from uketsuke.console.views.tray import title_of
from uketsuke.console.views.way import Way, way
from uketsuke.console.visitor import Visitor
from uketsuke.domain.authority import Authority, Path
from uketsuke.domain.calendar import local_day
from uketsuke.domain.corrections import corrected, is_gone
from uketsuke.domain.plan import AgreeDate, Results, Step
from uketsuke.domain.reading import Concern
from uketsuke.domain.states import Decision, RequestState, StepState
from uketsuke.domain.wording import console_day
from uketsuke.processors.assessment import Assessment
from uketsuke.queue.confirm import pending_of
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.tray import View

_JUDGED = frozenset({RequestState.NEEDS_REVIEW, RequestState.WAITING_REPLY, RequestState.HELD})
"""States in which the page shows what the rules say now; later it shows what was stored."""
LONGEST_LIST = 300
ADDRESS = frozenset({"requester_email"})
"""Nobody need write it down where the login of who made the record names the person."""


@dataclass(frozen=True)
class Typing:
    """What somebody has in the form and has not saved."""

    values: Mapping[str, str] = field(default_factory=dict)
    """Field → text, only where it differs from what was there when the page was made."""
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """The request with today's rules and what was typed; what the page's parts are built from."""

    row: RequestRow
    assessment: Assessment | None
    steps: tuple[Step, ...]
    rows: tuple[StepRow, ...]
    results: Results
    dues: Mapping[int, datetime]
    shown: str


def request_page(
    site: Site,
    tx: Transaction,
    visitor: Visitor,
    row: RequestRow,
    naming: Naming,
    view: str,
    typing: Typing | None = None,
) -> RequestPage:
    """Build the page; with `typing` it shows what would be if that were saved."""
    typing = typing or Typing()
    seen = see(site, tx, with_typed(row, typing.values, visitor.login, site.app.now()))
    receipt = tx.receipts.get(row.receipt_id)
    concerns = seen.assessment.concerns if seen.assessment else row.concerns
    reading = seen.assessment.reading if seen.assessment else row.reading
    open_fields = frozenset(c.field for c in concerns if c.field and (c.hard or c.key not in row.overrides))
    marks = find_marks(reading, open_fields, typed_labels(receipt.content))
    specs = naming.specs(row.service)
    allowed = may(row.state, visitor.role, row.assignee == visitor.login, decision_words(naming))
    authority = seen.assessment.authority if seen.assessment else row.authority
    stored = see(site, tx, row).assessment if typing.values else seen.assessment
    return RequestPage(
        **vars(_head(tx, visitor, seen, view, naming)),
        shown=seen.shown,
        reasons=_reasons(tx, row, concerns, naming),
        authority=_band(seen, authority, allowed.attest, naming),
        candidates=_candidates(row, naming),
        original=original(receipt, marks, naming),
        fields=field_rows(
            *(reading, concerns, specs, marks, naming, row.service, typing.values),
            stored=stored.reading if stored else None,
            free=_free(authority),
        ),
        plan=_plan(site, seen, naming),
        steps=step_lines(seen.rows, by_number(tx, seen.rows), tx.waits.open_of_request(row.id), naming),
        exchanges=talk(tx.exchanges.of_request(row.id), naming),
        history=history(tx.audit.of_request(row.id), naming, specs),
        related=related_to(tx, row, naming),
        may=allowed,
        undo=undo_line(undo_window(site.app, tx, row, seen.rows), site.words),
        agree=_agreement(tx, seen, naming),
        confirms=_confirms(site, tx, visitor, row, naming),
        replan=any(step.state is StepState.FAILED for step in seen.rows),
        typed=typing.reasons,
        record=record_part(site, tx, row, naming),
    )


def _free(authority: Authority | None) -> frozenset[str]:
    """What need not be there, whatever the service says."""
    named = authority is not None and authority.person and authority.path is Path.KINTONE_CREATOR
    return ADDRESS if named else frozenset()


def _band(seen: Seen, authority: Authority | None, may_attest: bool, naming: Naming) -> AuthorityBand:
    """実行の条件, with a check of who asks that an edit has made void."""
    band = authority_band(authority, may_attest, naming)
    if seen.row.ended_at is not None:
        return band
    return replace(band, void=void_check(seen.row.overrides, bool(band.attest), naming))


def _confirms(
    site: Site, tx: Transaction, visitor: Visitor, row: RequestRow, naming: Naming
) -> tuple[ConfirmPanel, ...]:
    pending = pending_of(site.app, tx, row)
    return tuple(confirm_panel(site.app, one, visitor, naming) for one in pending)


def _reasons(
    tx: Transaction, row: RequestRow, concerns: Sequence[Concern], naming: Naming
) -> tuple[Reason, ...]:
    """Doubts while it is judged, what stopped while it runs, and always what somebody saw afterwards."""
    went_wrong = (*at_kintone(tx, row, naming), *seen_afterwards(tx, row, naming))
    if row.ended_at:
        return troubles(went_wrong)
    went_wrong += stopped(tx, row, naming) if row.state is RequestState.RUNNING else ()
    return (*troubles(went_wrong), *reasons(concerns, row.overrides, row.service, naming))


def related_to(tx: Transaction, row: RequestRow, naming: Naming) -> tuple[RelatedCard, ...]:
    """Parts, what was merged into it, what it was merged into, and what else is about the same record."""
    survivor = tx.requests.get(row.merged_into) if row.merged_into else None
    parts = tx.requests.of_receipt(row.receipt_id)
    return related(row, parts, tx.requests.taken_over_by(row.id), survivor, siblings(tx, row), naming)


def _head(tx: Transaction, visitor: Visitor, seen: Seen, view: str, naming: Naming) -> Head:
    row = seen.row
    return Head(
        number=row.number,
        version=row.version,
        href=f"/requests/{row.number}",
        title=title_of(row, naming),
        state_word=naming.wordbook.request_state(row.state),
        state_css=STATE_CSS.get(row.state, ""),
        state_says=_waits_for(seen, tx, naming),
        badge=_badge(seen, naming),
        channel=row.channel.value,
        channel_word=naming.words(f"channel.{row.channel.value}"),
        arrived=naming.at(row.applied_at),
        assignee=naming.person(row.assignee),
        way=way_of(tx, visitor, row.number, view, naming),
    )


def with_typed(row: RequestRow, values: Mapping[str, str], who: str, at: datetime) -> RequestRow:
    """The row as it would be with these texts saved by that operator; nothing is stored.

    What was typed into a row that somebody else has taken out meanwhile is left out.
    """
    there = {path: text for path, text in values.items() if not is_gone(row.reading, path)}
    reading = corrected(row.reading, there, who, at)
    return row.model_copy(update={"reading": reading})


def see(site: Site, tx: Transaction, row: RequestRow) -> Seen:
    """Look at a request: judged now while it may be changed, as stored once it runs or has ended."""
    rows = tuple(tx.steps.of_request(row.id))
    results = tx.plans.results(row.id)
    if row.state in _JUDGED:
        assessment = assess_now(site.app, tx, row)
        plan = planned(site.app, tx, row, assessment)
        dues = {seq: due.at for seq, due in assessment.dues.items() if due.at}
        steps, shown = (plan.steps, plan.hash()) if plan else ((), "")
        return Seen(row, assessment, steps, rows, results, dues, shown)
    current = tx.plans.current(row.id)
    steps = current.plan().steps if current else ()
    dues = {step.seq: step.due_at for step in rows if step.due_at and step.state is not StepState.DONE}
    return Seen(row, None, steps, rows, results, dues, current.hash if current else "")


def by_number(tx: Transaction, rows: tuple[StepRow, ...]) -> dict[int, Step]:
    """What each step does, over all versions of the plan."""
    plans = {plan_id: tx.plans.get(plan_id).plan() for plan_id in {row.plan_id for row in rows}}
    return {row.seq: plans[row.plan_id].step(row.seq) for row in rows}


def way_of(tx: Transaction, visitor: Visitor, number: str, view: str, naming: Naming) -> Way:
    """Where the request stands in the view it was opened from."""
    chosen = View(view) if view in set(View) else View.REVIEW
    rows = tx.tray.page(chosen, visitor.login, size=LONGEST_LIST).rows
    suffix = f"?view={chosen.value}"
    addresses = [f"/requests/{row.number}{suffix}" for row in rows]
    return way(addresses, f"/requests/{number}{suffix}", chosen.value, naming.words(f"view.{chosen.value}"))


def decision_words(naming: Naming) -> dict[Decision, str]:
    """What each decision is called."""
    return {decision: naming.wordbook.decision(decision) for decision in Decision}


def _badge(seen: Seen, naming: Naming) -> Badge | None:
    if seen.row.ended_at is not None:
        return None
    return badge(seen.row.due_at, naming.now, naming.calendar, naming.words, _what(seen, naming))


def _what(seen: Seen, naming: Naming) -> str:
    """What is due next, by the catalogue's step that `due_what` ends with."""
    number = (seen.row.due_what or "").rpartition(".")[2]
    step = next((one for one in seen.steps if number.isdigit() and int(number) in one.of), None)
    return step_title(step, step.kind, naming) if step else ""


def _candidates(row: RequestRow, naming: Naming) -> tuple[ServiceChoice, ...]:
    if row.service is not None or row.ended_at is not None:
        return ()
    ids = [one.service for one in row.candidates] or [one.id for one in naming.catalogue.all()]
    return choices([(service, naming.short(service)) for service in ids])


def _plan(site: Site, seen: Seen, naming: Naming) -> PlanView:
    render = preview_with(site.app, seen.row.number, naming)
    begun = seen.assessment is None and bool(seen.rows)
    has_ended = begun and seen.row.ended_at is not None
    return plan_view(Planned(seen.steps, seen.results, seen.dues, begun, render, has_ended), naming)


def _waits_for(seen: Seen, tx: Transaction, naming: Naming) -> str:
    """A running request names what it waits for (UX 2)."""
    waits = tx.waits.open_of_request(seen.row.id)
    return wait_word(waits[0], naming) if waits else ""


def _agreement(tx: Transaction, seen: Seen, naming: Naming) -> AgreeForm | None:
    steps = {row.id: row for row in seen.rows if row.state is StepState.WAITING and row.kind == "agree-date"}
    for row in steps.values():
        step = tx.plans.get(row.plan_id).plan().step(row.seq)
        if isinstance(step, AgreeDate):
            names = tuple((name, naming.words(f"date.{name}")) for name in step.names)
            offered = tuple(console_day(day, local_day(naming.now)) for day in step.offered)
            return AgreeForm(row.id, names, offered)
    return None


def lines_of(tx: Transaction, request_id: int, naming: Naming) -> tuple[StepLine, ...]:
    """The steps of a request with how far they are, for other pages."""
    rows = tuple(tx.steps.of_request(request_id))
    return step_lines(rows, by_number(tx, rows), tx.waits.open_of_request(request_id), naming)
