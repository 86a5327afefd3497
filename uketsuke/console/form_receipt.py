"""The page that follows a form: its number, the promised date, what happens next (AP-34)."""

from __future__ import annotations

from dataclasses import dataclass

from uketsuke.console.request_page import see
from uketsuke.console.site import Site
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.status import stages_of
from uketsuke.domain.content import Channel
from uketsuke.domain.wording import letter_until
from uketsuke.intake.note import believed
from uketsuke.processors.assess import assess
from uketsuke.queue.opening import first_due
from uketsuke.store.receipts import Receipt
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class DonePage:
    """What somebody is told who has sent a form."""

    number: str
    title: str
    promise: str
    steps: tuple[str, ...]
    """What happens next, in the requester's words."""
    mail: str
    """Where the same is sent; empty where the directory has no address."""


def receipt_page(site: Site, tx: Transaction, receipt: Receipt, naming: Naming) -> DonePage:
    """By the rules that judge it, so that page and mail promise the same day."""
    row = tx.requests.get(receipt.request_id) if receipt.request_id else None
    content = receipt.content or site.app.reader.read(tx.receipts.raw(receipt.digest), Channel.FORM)
    content = believed(content, receipt.channel, receipt.source)
    found = assess(
        content, receipt.received_at, site.app.world(tx), site.app.catalogue, number=receipt.number
    )
    first = first_due(found)
    due = first[1] if first else None
    steps = see(site, tx, row).steps if row else found.steps or ()
    title = row.title if row and row.title else naming.service(found.service)
    mail = found.subject.to or "" if found.subject else ""
    words = naming.words
    names = ("check", *stages_of(steps), "done")
    return DonePage(
        number=receipt.number,
        title=title,
        promise=letter_until(due) if due and due > naming.now else "",
        steps=tuple(words(f"public.step.{name}") for name in names),
        mail=mail,
    )
