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
from uketsuke.store.people import since
from uketsuke.store.transaction import Transaction

_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass
class PeopleRegister(Register):
    """The directory of persons; `today` tells who is in office."""

    today: date
    name: str = "people"
    required: Sequence[str] = ("employee_number", "name", "department")
    columns: Mapping[str, str] = field(default_factory=lambda: headings("people", tuple(Person.model_fields)))

    _foretold: dict[str, set[date]] = field(default_factory=dict)
    """Days yet to come that the file names, by employee number."""

    def key(self, cells: Cells) -> str:
        """See `Register`: the number, and the day of what is yet to come (発令日)."""
        number = _number(cells)
        try:
            first = day(cells.get("valid_from", ""), self.columns["valid_from"])
        except WrongCell:
            return number
        return f"{number} {first}" if number and first and first > self.today else number

    def current(self, tx: Transaction, as_of: datetime | None = None) -> Rows:
        """See `Register`; what was is not listed."""
        rows = {self.key(cells): cells for cells in map(_cells, tx.people.export_rows())}
        self._unpadded = {_number(cells).lstrip("0"): _number(cells) for cells in rows.values()}
        return rows

    def before(self, key: str, rows: Rows) -> Cells | None:
        """See `Register`: what is yet to come changes what stands until then."""
        number, _, first = key.partition(" ")
        earlier = [one for one in rows if one.partition(" ")[0] == number and one < key] if first else []
        return rows.get(key) or (rows[max(earlier)] if earlier else None)

    def kept(self, cells: Cells, before: Cells | None) -> Cells:
        """See `Register`; a number that lost its leading zeros in a spreadsheet is nobody new."""
        number = _number(cells)
        padded = self._unpadded.get(number.lstrip("0"), number)
        if before is None and padded != number:
            raise WrongCell("lost-zeros", self.columns["employee_number"], padded)
        mail = fold(cells["mail"]).strip()
        if mail and not _MAIL.fullmatch(mail):
            raise WrongCell("not-a-mail", self.columns["mail"], cells["mail"])
        person = self._person({**cells, "mail": mail}, before)
        if since(person) > self.today:
            self._foretold.setdefault(number, set()).add(since(person))
        return _cells(person)

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """See `Register`; what was stays known, what an older list had foretold instead does not."""
        person = self._person(cells, None)
        named = self._foretold.get(person.employee_number, set())
        for one in tx.people.history(person.employee_number):
            if since(person) > self.today:
                is_over = bool(named) and since(one) > self.today and since(one) not in named
            else:
                is_over = since(person) < since(one) <= self.today
            if is_over:
                tx.people.take(one)
        tx.people.put(person)

    def remark(self, tx: Transaction, cells: Cells) -> str:
        """See `Register`: a section that nobody knows is nobody's; posts outlive a transfer."""
        department = cells.get("department", "")
        known = not department or not tx.departments.known() or tx.departments.matching(department)
        unknown = "" if known else say("row.unknown-department", department=department)
        return f"{unknown}{self._kept_posts(tx, cells)}"

    def _kept_posts(self, tx: Transaction, cells: Cells) -> str:
        """Posts for others that who is transferred would still hold."""
        before = tx.people.get(_number(cells)) if cells else None
        if before is None or before.department == cells["department"]:
            return ""
        held = [one.title for one in tx.posts.of_person(before.employee_number) if one.is_valid(self.today)]
        return say("row.keeps-posts", posts="、".join(held)) if held else ""

    def left(self, rows: Rows, named: frozenset[str]) -> Rows:
        """See `Register`: who is in office or will be."""
        numbers = {key.partition(" ")[0] for key in named}
        return {
            key: {**cells, "active": say("row.inactive")}
            for key, cells in rows.items()
            if key.partition(" ")[0] not in numbers
            and self._person(cells, None).is_active(max(self.today, self._begins(cells)))
        }

    def _begins(self, cells: Cells) -> date:
        return day(cells["valid_from"], self.columns["valid_from"]) or self.today

    def _person(self, cells: Cells, before: Cells | None) -> Person:
        values: dict[str, Any] = {
            name: text for name, text in cells.items() if text and name in Person.model_fields
        }
        values |= {
            "employee_number": _number(cells),
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


def _number(cells: Cells) -> str:
    return fold(cells.get("employee_number", "")).strip()


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
