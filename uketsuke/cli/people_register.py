"""The directory of persons as a table of text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from uketsuke.cli.cells import WrongCell, day, day_text, is_active, last_day, post_cell, posts
from uketsuke.cli.registers import Cells, Register, Rows
from uketsuke.cli.words import headings, say
from uketsuke.domain.people import Person, Post
from uketsuke.domain.text import fold
from uketsuke.store.transaction import Transaction

_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass
class PeopleRegister(Register):
    """The directory of persons; `today` tells who is in office."""

    today: date
    name: str = "people"
    required: Sequence[str] = ("employee_number", "name", "department")
    columns: Mapping[str, str] = field(default_factory=lambda: headings("people", tuple(Person.model_fields)))

    def key(self, cells: Cells) -> str:
        """See `Register`."""
        return fold(cells.get("employee_number", "")).strip()

    def current(self, tx: Transaction, as_of: datetime | None = None) -> Rows:
        """See `Register`; the directory has no past."""
        rows = {person.employee_number: _cells(person) for person in tx.people.export_rows()}
        self._unpadded = {key.lstrip("0"): key for key in rows}
        return rows

    def kept(self, cells: Cells, before: Cells | None) -> Cells:
        """See `Register`; a number that lost its leading zeros in a spreadsheet is nobody new."""
        key = self.key(cells)
        padded = self._unpadded.get(key.lstrip("0"), key)
        if before is None and padded != key:
            raise WrongCell("lost-zeros", self.columns["employee_number"], padded)
        mail = fold(cells["mail"]).strip()
        if mail and not _MAIL.fullmatch(mail):
            raise WrongCell("not-a-mail", self.columns["mail"], cells["mail"])
        return _cells(self._person({**cells, "mail": mail}, before))

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """See `Register`."""
        tx.people.put(self._person(cells, None))

    def remark(self, tx: Transaction, cells: Cells) -> str:
        """See `Register`: a section that nobody knows is nobody's."""
        department = cells.get("department", "")
        known = not department or not tx.departments.known() or tx.departments.matching(department)
        return "" if known else say("row.unknown-department", department=department)

    def left(self, rows: Rows, named: frozenset[str]) -> Rows:
        """See `Register`: who is in office or will be."""
        return {
            key: {**cells, "active": say("row.inactive")}
            for key, cells in rows.items()
            if key not in named and self._person(cells, None).is_active(max(self.today, self._begins(cells)))
        }

    def _begins(self, cells: Cells) -> date:
        return day(cells["valid_from"], self.columns["valid_from"]) or self.today

    def _person(self, cells: Cells, before: Cells | None) -> Person:
        values: dict[str, Any] = {
            name: text for name, text in cells.items() if text and name in Person.model_fields
        }
        values |= {
            "employee_number": self.key(cells),
            "posts": self._posts(cells, before),
            "valid_from": day(cells["valid_from"], self.columns["valid_from"]),
            "valid_to": last_day(cells["valid_to"], self.columns["valid_to"]),
            "active": is_active(cells["active"], self.columns["active"]),
        }
        return Person.model_validate(values)

    def _posts(self, cells: Cells, before: Cells | None) -> list[Post]:
        """The posts; one that is written without roles keeps those it had, as personnel lists know none."""
        known = {post.title: post for post in posts((before or {}).get("posts", ""), self.columns["posts"])}
        written = posts(cells["posts"], self.columns["posts"])
        return [post if post.roles else known.get(post.title, post) for post in written]


def _cells(person: Person) -> Cells:
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
