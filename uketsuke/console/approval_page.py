"""Gathers the page of one plan that waits for approval, for whoever looks at it (UX 5.3)."""

from __future__ import annotations

from uketsuke.console.letter_preview import preview_with
from uketsuke.console.site import Site
from uketsuke.console.views.approval import ApprovalPage, deed_rows, moved_rows
from uketsuke.console.views.due import badge
from uketsuke.console.views.gate import authority_band
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.plan import Planned, plan_view
from uketsuke.console.views.tray import title_of
from uketsuke.console.visitor import Visitor
from uketsuke.domain.parts import BARRED, Part
from uketsuke.domain.text import fold
from uketsuke.queue import approval
from uketsuke.queue.involvement import Parts, barred, parts_in
from uketsuke.store.plans import PlanRow
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction


def approval_page(
    site: Site,
    tx: Transaction,
    visitor: Visitor,
    row: RequestRow,
    stored: PlanRow,
    naming: Naming,
    *,
    wrong: str = "",
    only: bool = False,
) -> ApprovalPage:
    """Build the page; `wrong` names what is missing, `only` shows the rows that need attention."""
    plan, results = stored.plan(), tx.plans.results(row.id)
    render = preview_with(site.app, row.number, naming)
    hindrance = approval.hindrance(site.app, tx, row, stored)
    return ApprovalPage(
        href=f"/approvals/{stored.id}",
        number=row.number,
        version=row.version,
        shown=stored.hash,
        title=title_of(row, naming),
        department=row.department or "",
        name=row.requester_name or "",
        badge=badge(row.due_at, naming.now, naming.calendar, naming.words) if row.due_at else None,
        made_by=naming.person(stored.created_by),
        made_at=naming.at(stored.created_at),
        deeds=deed_rows(site.app, plan, naming),
        plan=plan_view(Planned(plan.steps, results, {}, False, render), naming),
        authority=authority_band(row.authority, False, naming),
        moved=moved_rows(approval.moved(tx, row, stored), naming),
        hindered=naming.words(f"approval.hindered.{_code(hindrance)}") if hindrance else "",
        mine=_mine(visitor, parts_in(tx, row, plan.steps), naming),
        me=visitor.name,
        to_count=approval.to_count(site.app, row, plan.steps),
        wrong=wrong,
        only_attention=only,
    )


def read_count(text: str) -> int | None:
    """A number as people type it; None for anything else."""
    folded = fold(text).strip().removesuffix("件")
    return int(folded) if folded.isascii() and folded.isdigit() and len(folded) < 7 else None


def _code(hindrance: str) -> str:
    return {"a row has changed": "row", "a reply has not been looked at": "reply"}.get(hindrance, "other")


def _mine(visitor: Visitor, parts: Parts, naming: Naming) -> str:
    """Why this visitor may not approve it (AP-27)."""
    if not visitor.person:
        return naming.words("approval.mine.no-person")
    mine = [part for part in BARRED["approve"] if visitor.person in parts[part]]
    if None in barred(parts, "approve"):
        return naming.words("approval.mine.unknown")
    if Part.MAKER in mine:
        return naming.words("approval.mine.made")
    if mine and not {Part.REQUESTER, Part.OWNER}.isdisjoint(mine):
        return naming.words("approval.mine.part")
    return naming.words("approval.mine.shaped") if mine else ""
