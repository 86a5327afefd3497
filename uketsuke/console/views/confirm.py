"""本人の確認: what the owner sees behind the link, and what the desk sees while it waits (FAULTS 3)."""

from __future__ import annotations

from dataclasses import dataclass

from uketsuke.app import App
from uketsuke.console.views.naming import Naming
from uketsuke.console.visitor import Visitor
from uketsuke.domain.calendar import local_day
from uketsuke.domain.wording import letter_day, letter_until
from uketsuke.queue.confirm import Pending, Question
from uketsuke.queue.question import change_text


@dataclass(frozen=True)
class ConfirmPage:
    """The owner's page."""

    href: str
    number: str
    changes: tuple[str, ...]
    asked_by: str
    asked_on: str
    until: str
    desk: str
    phone: str


@dataclass(frozen=True)
class ConfirmPanel:
    """A confirmation that the request waits for, as an operator works on it."""

    step_id: int
    changes: tuple[str, ...]
    owner: str
    department: str
    phone: str
    """The directory's number, never one from the message; empty where there is none."""
    ways: tuple[tuple[str, str], ...]
    until: str
    """Until when the link works; empty where no link was sent."""
    has_link: bool
    hindered: str
    """Why this visitor may not record a check; empty where they may."""


def confirm_page(app: App, asked: Question, href: str) -> ConfirmPage:
    """Build the owner's page."""
    request, desk = asked.request, app.settings.desk
    by = "　".join(word for word in (request.department, request.requester_name) if word)
    return ConfirmPage(
        href,
        request.number,
        tuple(change_text(app, one) for one in asked.changes) or (request.title,),
        by,
        letter_day(local_day(request.applied_at)),
        letter_until(asked.until) if asked.until else "",
        desk.name,
        desk.phone,
    )


def confirm_panel(app: App, pending: Pending, visitor: Visitor, naming: Naming) -> ConfirmPanel:
    """Build the panel of the request's page."""
    asked, owner = pending.question, pending.owner
    asking = asked.request.authority.person if asked.request.authority else None
    hindered = ""
    if not visitor.person:
        hindered = naming.words("confirm.no-person")
    elif visitor.person in (asked.step.owner, asking):
        hindered = naming.words("confirm.own")
    elif owner is None:
        hindered = naming.words("confirm.left")
    return ConfirmPanel(
        pending.step_id,
        tuple(change_text(app, one) for one in asked.changes),
        owner.name if owner else asked.step.owner,
        owner.department if owner else "",
        (owner.phone or "") if owner else "",
        tuple((way, naming.words(f"attest.{way}")) for way in pending.ways),
        naming.at(asked.until),
        pending.has_link,
        hindered,
    )
