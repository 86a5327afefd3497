"""Letters are written here: rendered, numbered, stored, and put into the queue to be sent.

A letter is a row before it is a mail; its effect key makes a second one impossible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from uketsuke.app import App
from uketsuke.connectors.base import Done, Effect, local
from uketsuke.domain.content import Content
from uketsuke.domain.job import JobName
from uketsuke.domain.letter import Envelope
from uketsuke.domain.plan import SendMail, resolve_all
from uketsuke.queue.outgoing import Sheet, seal
from uketsuke.store.letters import Letter
from uketsuke.store.transaction import Transaction

STATUS = "status"
"""Purpose of the token that opens a request's status page."""
CONFIRM = "confirm"
"""Purpose of the token with which an owner agrees, and of the letter that carries it."""
_PLACEHOLDER = re.compile(r"\[\[confirm:([0-9a-f]{32})\]\]")


def status_token(app: App, number: str) -> str:
    """The token of a request's status page, the same in every letter about it."""
    return app.sign(STATUS, number)


def status_url(app: App, number: str) -> str:
    """The link that letters carry."""
    return f"{app.settings.console.base_url.rstrip('/')}/s/{status_token(app, number)}"


def link_placeholder(app: App, nonce: str) -> str:
    """A link as it stands in a stored letter; what opens it is put in when the letter leaves."""
    return f"{app.settings.console.base_url.rstrip('/')}/c/[[confirm:{nonce}]]"


def link_token(app: App, nonce: str) -> str:
    """What opens that link: nobody can tell it who has only the database."""
    return app.sign(CONFIRM, nonce)


def standing_facts(app: App, number: str) -> dict[str, Any]:
    """What every letter may say about the desk and the request."""
    desk = app.settings.desk
    return {
        "city": desk.city,
        "desk": desk.name,
        "phone": desk.phone,
        "hours": desk.hours,
        "place": desk.department,
        "receipt_number": number,
        "status_url": status_url(app, number),
        "checks_url": f"{app.settings.console.base_url.rstrip('/')}/checks",
    }


def write_plan_letter(app: App, tx: Transaction, step: SendMail, effect: Effect) -> Done:
    """The letter of a plan's step, in the step's own transaction."""
    local(tx, effect)
    section = section_of_leaver(app, tx, step.to)
    recipient = section.name if section else step.recipient
    facts = {**resolve_all(step.facts, effect.results), "recipient": recipient}
    if step.cc or section:
        facts["status_url"] = ""  # the link is the requester's key: no colleague gets it with a copy
    letter_id = write(
        app,
        tx,
        template=step.template,
        to=section.mail if section else step.to,
        cc=step.cc,
        facts=facts,
        number=effect.number,
        key=effect.key,
        purpose="plan",
        request_id=effect.request_id,
        step_id=effect.step_id,
    )
    return Done({"letter": letter_id}, {"letter": letter_id, "template": step.template})


@dataclass(frozen=True)
class Section:
    """Where letters to somebody who has left go."""

    name: str
    mail: str


def section_of_leaver(app: App, tx: Transaction, mail: str) -> Section | None:
    """The section of whoever had that address and is no longer in office; None while somebody is."""
    holders = tx.people.by_mail(mail)
    if not holders or any(one.is_active(app.today()) for one in holders):
        return None
    name = holders[0].department
    address = tx.departments.address_of(name)
    return Section(name, address) if address else None


def write(
    app: App,
    tx: Transaction,
    *,
    template: str,
    to: str,
    facts: Mapping[str, Any],
    number: str,
    key: str,
    purpose: str,
    cc: tuple[str, ...] = (),
    request_id: int | None = None,
    receipt_id: int | None = None,
    step_id: int | None = None,
    answers: Content | None = None,
    delay: timedelta = timedelta(0),
) -> int:
    """Render and store one letter and enqueue its sending; gives its id.

    `answers` is the mail it replies to, for the thread of the reader's mail program.
    """
    rendered = app.letters.render(template, {**standing_facts(app, number), **facts})
    replied = answers.message_id if answers else None
    letter_id = tx.letters.write(
        effect_key=key,
        purpose=purpose,
        to=to,
        cc=cc,
        subject=rendered.subject,
        body=rendered.body,
        message_id=_message_id(app, number, key),
        in_reply_to=replied,
        references=(*answers.references, replied) if answers and replied else (),
        request_id=request_id,
        receipt_id=receipt_id,
        step_id=step_id,
    )
    tx.enqueue(JobName.DELIVER, letter_id, delay)
    return letter_id


def envelope_of(app: App, letter: Letter) -> Envelope:
    """The letter as a mail; raises `ValueError` where an address cannot be one."""
    smtp = app.settings.smtp
    return seal(
        Sheet(
            sender=smtp.sender,
            sender_name=app.settings.desk.name,
            to=letter.to,
            cc=letter.cc,
            subject=letter.subject,
            body=_with_links(app, letter),
            message_id=letter.message_id,
            written_at=letter.written_at,
            in_reply_to=letter.in_reply_to,
            references=letter.references,
            token=app.sign("letter", letter.message_id),
            answers_mail=letter.purpose == "ack",
        )
    )


def _with_links(app: App, letter: Letter) -> str:
    if letter.purpose != CONFIRM:
        return letter.body
    own = letter.effect_key.rpartition("-")[
        2
    ]  # the beginning of its own number: no words of others make a link
    return _PLACEHOLDER.sub(
        lambda found: link_token(app, found[1]) if found[1].startswith(own) else found[0], letter.body
    )


def _message_id(app: App, number: str, key: str) -> str:
    """Fixed when the letter is written; unguessable, so that naming it proves having got the letter.

    Without angle brackets, and short, so that it is never folded: some mail programs lose the thread then.
    """
    domain = app.settings.smtp.sender.rpartition("@")[2]
    return f"uketsuke-{number}.{app.sign('message-id', key)[:16]}@{domain}"
