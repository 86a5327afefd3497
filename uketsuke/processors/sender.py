"""Who asks, by which way it came, and since when the clock runs (FAULTS 3, DESIGN 5).

Nothing written in the message decides here: only how it travelled, what a trusted
host recorded, and what the directory knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from uketsuke.domain.authority import Identity, Path
from uketsuke.domain.content import API_USER, Channel, Content
from uketsuke.domain.people import Person, SharedMailbox
from uketsuke.domain.request import Plain
from uketsuke.domain.text import person_key
from uketsuke.domain.world import World
from uketsuke.processors.survey import form_of, is_survey
from uketsuke.processors.trail import doubts_of, is_proven

_LOGIN = "cms_login_name"
"""The field in which a form carries the login name of who answered (catalogue, ekobe-unlock)."""
KINTONE = "kintone_admin"
"""The system whose accounts are kintone's login names (catalogue `systems`)."""
_PATHS = {
    Channel.FORM: Path.SIGNED_IN,
    Channel.KINTONE: Path.KINTONE_CREATOR,
    Channel.FORMBRIDGE: Path.FORMBRIDGE,
    Channel.NOTE: Path.OPERATOR_NOTE,
}
OTHERS = frozenset({"reply-to-other", "sender-other", "return-path-other"})
"""Doubts about who of the city's people it is."""


@dataclass(frozen=True)
class Who:
    """How it came and who it is, as far as the directory can tell."""

    path: Path
    identity: Identity
    person: Person | None = None
    doubts: tuple[str, ...] = ()
    """Codes of what speaks against it (`trail.doubts_of`, and headers that name somebody else)."""
    mailbox: SharedMailbox | None = None
    """The section's mailbox that it came from; then nobody knows the person."""

    def known(self, world: World) -> tuple[dict[str, str | None], str]:
        """What the directory says of who asks, by field, and which of its rows says so."""
        if self.person is not None:
            found = {"requester_name": self.person.name, "department": self.person.department}
            if self.path is not Path.KINTONE_CREATOR:  # the login names the person: nobody need write it down
                found["requester_email"] = self.person.mail or ""
            return {**found}, self.person.employee_number
        if self.mailbox is not None:
            return {
                "requester_email": self.mailbox.mail,
                "department": self.section(world),
            }, self.mailbox.mail
        return {}, ""

    @property
    def address(self) -> str | None:
        """The directory's address of who asks."""
        asked = self.mailbox or self.person
        return asked.mail if asked else None

    def section(self, world: World) -> str | None:
        """The section of who asks; not those that a post gives beside it."""
        if self.person is not None:
            return self.person.department
        return section_of(self.mailbox.department, world) if self.mailbox else None


def section_of(name: str, world: World) -> str | None:
    """The one section of today that a name, alias or code means; None where that is none or several."""
    found = world.departments(name)
    if found is None:
        return name
    return found[0].name if len(found) == 1 else None


def who_asks(content: Content, values: Plain, world: World, at: datetime | None = None) -> Who:
    """Judge path and identity; `values` are the typed ones and only help to find the person.

    `at` is when it was applied for: signatures grow old; without it none proves anything.
    An identity check that an operator recorded stands for the way the message came.
    """
    path = way_of(content, world, at)
    if content.channel in (Channel.NOTE, Channel.FORMBRIDGE):
        return _typed(content, values, path, world)
    by_form = path is Path.CMS_SURVEY
    if content.channel is Channel.FORM:
        who = _submitted(content, values, world)
    elif content.channel is Channel.KINTONE:
        who = _created(content, world)
    else:
        who = _answered(content, values, world) if by_form else _addressed(content, path, world, at)
    if by_form and who.person and (doubts := (*_other_names(content, world, [], who.person.mail),)):
        who = Who(path, Identity.UNKNOWN, None, doubts)
    if content.identity_check is None:
        return who
    if who.person is not None:
        return Who(Path.OPERATOR_NOTE, Identity.ATTESTED, who.person, who.doubts)
    return _typed(content, values, Path.OPERATOR_NOTE, world)


def way_of(content: Content, world: World, at: datetime | None = None) -> Path:
    """How the message came; of FormBridge's own webhook only what was signed is taken in."""
    if content.channel is Channel.FORMBRIDGE and content.record is None:
        return Path.SIGNED_WEBHOOK
    if content.channel is Channel.FORM and content.signed_by:
        return Path.SIGNED_WEBHOOK
    if content.channel is not Channel.MAIL:
        return _PATHS[content.channel]
    if doubts_of(content, world, at):
        return Path.MAIL_FAILED
    if not is_proven(content, world, at):
        return Path.MAIL_NO_CLAIM
    return Path.CMS_SURVEY if is_survey(content) else Path.MAIL_PROVEN


def applied_at(content: Content, received_at: datetime, world: World) -> datetime:
    """When the requester applied: the border's Received time, the call, the submission; never Date.

    A form's answer counts from 回答日時, unless the border says that it was there before.
    """
    if content.channel is not Channel.MAIL:
        return min(content.submitted_at or received_at, received_at)
    border = (one.at for one in content.received if one.by.casefold() in world.border_hosts)
    at = next((at for at in border if at is not None), received_at)
    answered = content.submitted_at if is_survey(content) else None
    return min(at, received_at, answered or at)


def creator_of(content: Content, world: World) -> Person | None:
    """Who made a native kintone record, by the login; None for everything else and where nobody knows.

    A login that is an address is looked for in the directory where no account has it.
    """
    login = content.record.creator if content.record and content.channel is Channel.KINTONE else None
    if login is None:
        return None
    account = world.account(KINTONE, login)
    if account is not None:
        return world.person(account.employee_number or "") if account.active else None
    found = world.people(mail=login) if "@" in login else None
    return found[0] if found and len(found) == 1 else None


def _submitted(content: Content, values: Plain, world: World) -> Who:
    """Who was signed in at our own form, whatever it says; of another's signed form who was typed there."""
    if content.signed_by:
        return _typed(content, values, Path.SIGNED_WEBHOOK, world)
    person = world.person(content.signed_in) if content.signed_in else None
    if person is None:
        return Who(Path.SIGNED_IN, Identity.UNKNOWN, None, ("unknown-person",))
    return Who(Path.SIGNED_IN, Identity.ONE_PERSON, person)


def _created(content: Content, world: World) -> Who:
    """By CREATOR; what somebody else has changed since is not the creator's word any more."""
    person, record = creator_of(content, world), content.record
    if person is None or record is None:
        return Who(Path.KINTONE_CREATOR, Identity.UNKNOWN, None, ("unknown-person",))
    if record.modifier not in (None, record.creator, API_USER):
        return Who(Path.KINTONE_CREATOR, Identity.UNKNOWN, None, ("changed-by-other",))
    return Who(Path.KINTONE_CREATOR, Identity.ONE_PERSON, person)


def _addressed(content: Content, path: Path, world: World, at: datetime | None) -> Who:
    address = content.sender.address
    found = world.people(mail=address) if address else []
    doubts = (*doubts_of(content, world, at), *_other_names(content, world, found or []))
    others = any(doubt in OTHERS for doubt in doubts)
    if found and len(found) == 1 and not others:
        return Who(path, Identity.ONE_PERSON, found[0], doubts)
    box = world.mailbox(address) if address and not found and not others else None
    if box is not None:
        return Who(path, Identity.SECTION_MAILBOX, None, doubts, box)
    unknown = () if others or not address or found is None else ("unknown-person",)
    return Who(path, Identity.UNKNOWN, None, (*doubts, *unknown))


def _other_names(
    content: Content, world: World, found: list[Person], answered_by: str | None = None
) -> Iterator[str]:
    """Headers that name somebody else than From; a section's mailbox may get the answers.

    So may the person `answered_by` who filled in the form that a relay mailed.
    """
    own = (content.sender.address or "").casefold()
    answers = {own, (answered_by or own).casefold()}
    if any(one.casefold() not in answers and not world.mailbox(one) for one in content.reply_to):
        yield "reply-to-other"
    if any(one.casefold() != own for one in content.submitter):
        yield "sender-other"
    bounces = (content.return_path or "").casefold()
    owners = (world.people(mail=bounces) or []) if bounces and bounces != own else []
    if owners and owners != found:
        yield "return-path-other"


def _answered(content: Content, values: Plain, world: World) -> Who:
    """Who filled in a form: by the form system's own login, else by what was typed."""
    form, login = form_of(content, world), str(values.get(_LOGIN) or "")
    account = world.account(form.system, login) if form and login else None
    if account is None:
        return _typed(content, values, Path.CMS_SURVEY, world)
    person = world.person(account.employee_number or "") if account.active else None
    if person is None or _contradicted(person, values, world):
        return Who(Path.CMS_SURVEY, Identity.UNKNOWN)
    return Who(Path.CMS_SURVEY, Identity.LOGIN_NAME, person)


def _contradicted(person: Person, values: Plain, world: World) -> bool:
    """Whether the typed name or address is somebody else's; a family name alone is one's own."""
    name, mail = person_key(str(values.get("requester_name") or "")), str(values.get("requester_email") or "")
    own = {person_key(person.name), *map(person_key, person.name.split()[:1])}
    others = world.people(mail=mail) if mail else None
    return (bool(name) and name not in own) or bool(others and person not in others)


def _typed(content: Content, values: Plain, path: Path, world: World) -> Who:
    """A typed name with an address or number (or, once an operator checked it, a section)."""
    name, mail = (str(values.get(field) or "") for field in ("requester_name", "requester_email"))
    listed = [
        *((world.people(name=name) or []) if name else []),
        *((world.people(mail=mail) or []) if mail else []),
    ]
    named = {one.employee_number: one for one in listed if person_key(one.name) == person_key(name)}
    found, checked = list(named.values()), bool(content.identity_check)
    for matches in (_same_address, _same_number, _same_employee, _same_section if checked else _nothing):
        matching = [one for one in found if matches(one, values)]
        if len(matching) == 1:
            attested = checked and path is Path.OPERATOR_NOTE
            return Who(path, Identity.ATTESTED if attested else Identity.TYPED_ONE_PERSON, matching[0])
    return Who(path, Identity.UNKNOWN)


def _same_address(person: Person, values: Plain) -> bool:
    return (
        bool(person.mail)
        and str(person.mail).casefold() == str(values.get("requester_email") or "").casefold()
    )


def _same_number(person: Person, values: Plain) -> bool:
    return bool(person.phone) and person.phone == values.get("requester_phone")


def _same_employee(person: Person, values: Plain) -> bool:
    return person.employee_number == values.get("employee_number")


def _same_section(person: Person, values: Plain) -> bool:
    return person.department == values.get("department")


def _nothing(person: Person, values: Plain) -> bool:
    return False
