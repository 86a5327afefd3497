"""People and departments of the city, as the directory knows them (DESIGN 10)."""

from __future__ import annotations

from datetime import date

from uketsuke.domain.content import Frozen


class Post(Frozen):
    """A post somebody holds, with the roles that come with it."""

    title: str
    roles: tuple[str, ...] = ()


class Person(Frozen):
    """One person of the directory; rules compare persons, not sign-ins."""

    employee_number: str
    name: str
    kana: str = ""
    mail: str | None = None
    phone: str | None = None
    department: str
    posts: tuple[Post, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    active: bool = True

    def is_active(self, on: date) -> bool:
        """Whether the person is in office on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        ended = self.valid_to is not None and self.valid_to < on
        return self.active and begun and not ended


class Department(Frozen):
    """A section: its code, its names, where its letters go when a person has no address."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    general_affairs_list: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, on: date) -> bool:
        """Whether the section exists on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)


class SharedMailbox(Frozen):
    """A section's mailbox that several people read."""

    mail: str
    department: str


class Account(Frozen):
    """An account in a named system, and whose it is."""

    system: str
    id: str
    employee_number: str | None
    active: bool = True
    locked: bool | None = None
    """What was last seen; None = only the system itself can tell."""


class RegisteredForm(Frozen):
    """A form whose answers a relay mails to the desk: only both together make a machine's mail credible."""

    relay: str
    form_id: str
    service: str
    system: str = "intranet_cms"
    """The system whose login names the form carries."""
