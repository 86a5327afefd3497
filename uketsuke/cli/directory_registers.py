"""People and departments as tables of text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from uketsuke.cli.cells import WrongCell, day, day_text, is_active, joined, post_cell, posts, split
from uketsuke.cli.registers import Cells
from uketsuke.cli.words import say, say_or
from uketsuke.domain.people import Department, Person, SharedMailbox
from uketsuke.domain.text import fold
from uketsuke.store.transaction import Transaction


@dataclass
class PeopleRegister:
    """The directory of persons."""

    name: str = "people"
    required: Sequence[str] = ("employee_number", "name", "department")
    columns: Mapping[str, str] = field(
        default_factory=lambda: _headings("people", tuple(Person.model_fields))
    )

    def key(self, cells: Cells) -> str:
        """See `Register`."""
        return fold(cells.get("employee_number", "")).strip()

    def current(self, tx: Transaction, as_of: datetime | None = None) -> dict[str, Cells]:
        """See `Register`; the directory has no past."""
        return {person.employee_number: _person_cells(person) for person in tx.people.export_rows()}

    def check(self, cells: Cells) -> None:
        """See `Register`."""
        mail = cells.get("mail", "")
        if mail and not re.fullmatch(r"[^@\s]+@[^@\s]+", mail):
            raise WrongCell("not-a-mail", self.columns["mail"], mail)
        self._person(cells)

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """See `Register`."""
        tx.people.put(self._person(cells))

    def _person(self, cells: Cells) -> Person:
        values: dict[str, Any] = {
            name: text for name, text in cells.items() if text and name in Person.model_fields
        }
        for name in ("valid_from", "valid_to"):
            values[name] = day(cells.get(name, ""), self.columns[name])
        values |= {
            "employee_number": self.key(cells),
            "posts": posts(cells.get("posts", ""), self.columns["posts"]),
            "active": is_active(cells.get("active", ""), self.columns["active"]),
        }
        return Person.model_validate(values)


@dataclass
class DepartmentsRegister:
    """The departments, each with the mailbox it shares."""

    name: str = "departments"
    required: Sequence[str] = ("code", "name")
    columns: Mapping[str, str] = field(
        default_factory=lambda: _headings("departments", (*Department.model_fields, "shared_mailboxes"))
    )

    def key(self, cells: Cells) -> str:
        """See `Register`."""
        return fold(cells.get("code", "")).strip()

    def current(self, tx: Transaction, as_of: datetime | None = None) -> dict[str, Cells]:
        """See `Register`; departments have no past here."""
        boxes: dict[str, list[str]] = {}
        for box in tx.departments.mailboxes():
            boxes.setdefault(box.department, []).append(box.mail)
        return {
            one.code: {
                "code": one.code,
                "name": one.name,
                "aliases": joined(one.aliases),
                "general_affairs_list": one.general_affairs_list or "",
                "valid_from": day_text(one.valid_from),
                "valid_to": day_text(one.valid_to),
                "shared_mailboxes": joined(boxes.get(one.name, [])),
            }
            for one in tx.departments.all()
        }

    def check(self, cells: Cells) -> None:
        """See `Register`."""
        self._department(cells)

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """See `Register`; a shared mailbox is moved here, never taken away."""
        department = self._department(cells)
        tx.departments.put(department)
        for mail in split(cells.get("shared_mailboxes", ""), self.columns["shared_mailboxes"]):
            tx.departments.put_mailbox(SharedMailbox(mail=mail, department=department.name))

    def _department(self, cells: Cells) -> Department:
        return Department(
            code=self.key(cells),
            name=cells["name"],
            aliases=split(cells.get("aliases", ""), self.columns["aliases"]),
            general_affairs_list=cells.get("general_affairs_list") or None,
            valid_from=day(cells.get("valid_from", ""), self.columns["valid_from"]),
            valid_to=day(cells.get("valid_to", ""), self.columns["valid_to"]),
        )


def _headings(table: str, names: Sequence[str]) -> dict[str, str]:
    return {name: say_or(f"column.{table}.{name}", name) for name in names}


def _person_cells(person: Person) -> Cells:
    return {
        "employee_number": person.employee_number,
        "name": person.name,
        "kana": person.kana,
        "mail": person.mail or "",
        "phone": person.phone or "",
        "department": person.department,
        "posts": post_cell(person.posts),
        "valid_from": day_text(person.valid_from),
        "valid_to": day_text(person.valid_to),
        "active": say("row.active") if person.active else say("row.inactive"),
    }
