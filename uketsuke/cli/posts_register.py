"""Posts by which people may ask for other sections or persons (兼務, 代理) as a table of text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from uketsuke.cli.cells import WrongCell, day, day_text, joined, last_day, split
from uketsuke.cli.registers import Cells, Register, Rows
from uketsuke.cli.words import headings, say
from uketsuke.domain.people import Department, Post
from uketsuke.domain.text import fold
from uketsuke.domain.world import match_departments
from uketsuke.store.posts import first_day
from uketsuke.store.transaction import Transaction

COLUMNS = ("employee_number", "title", "sections", "persons", "valid_from", "valid_to")
_COMMAS = re.compile("[、，,\n]")


@dataclass
class PostsRegister(Register):
    """Who may ask for whom; what a list names wrongly is refused, for it would give somebody a right."""

    today: date
    name: str = "posts"
    required: Sequence[str] = ("employee_number", "title")
    columns: Mapping[str, str] = field(default_factory=lambda: headings("posts", COLUMNS))
    _numbers: frozenset[str] = frozenset()
    _departments: tuple[Department, ...] = ()

    def key(self, cells: Cells) -> str:
        """See `Register`: who, what, and since when."""
        number, title = fold(cells.get("employee_number", "")).strip(), cells.get("title", "").strip()
        try:
            first = day_text(day(cells.get("valid_from", ""), self.columns["valid_from"]))
        except WrongCell:
            first = ""
        return f"{number} {title} {first}".strip() if number and title else ""

    def current(self, tx: Transaction, as_of: datetime | None = None) -> Rows:
        """See `Register`."""
        self._numbers = frozenset(one.employee_number for one in tx.people.everybody())
        self._departments = tuple(tx.departments.all())
        rows = (_cells(number, post) for number, post in tx.posts.all())
        return {self.key(cells): cells for cells in rows}

    def kept(self, cells: Cells, before: Cells | None) -> Cells:
        """See `Register`."""
        post, number = self._post(cells), self._known(cells["employee_number"], "employee_number")
        if not post.sections and not post.persons:
            raise WrongCell("for-nobody", self.columns["sections"], "")
        if number in post.persons:
            raise WrongCell("for-oneself", self.columns["persons"], number)
        if post.valid_from and post.valid_to and post.valid_to < post.valid_from:
            raise WrongCell("ends-first", self.columns["valid_to"], cells["valid_to"])
        return _cells(number, post)

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """See `Register`; a post that has ended before its first day was never held."""
        post, number = self._post(cells), cells["employee_number"]
        if post.valid_to is not None and post.valid_to < first_day(post):
            tx.posts.take(number, post)
        else:
            tx.posts.put(number, post)

    def remark(self, tx: Transaction, cells: Cells) -> str:
        """See `Register`: what never ends goes on after a transfer too."""
        return "" if cells.get("valid_to") or not cells else say("row.without-end")

    def left(self, rows: Rows, named: frozenset[str]) -> Rows:
        """See `Register`: posts that are held or will be end yesterday."""
        ended = day_text(self.today - timedelta(days=1))
        return {
            key: {**cells, "valid_to": ended}
            for key, cells in rows.items()
            if key not in named and not (cells["valid_to"] and cells["valid_to"] <= ended)
        }

    def _post(self, cells: Cells) -> Post:
        return Post(
            title=cells["title"].strip(),
            sections=tuple(
                self._section(name) for name in _several(cells["sections"], self.columns["sections"])
            ),
            persons=tuple(
                self._known(number, "persons")
                for number in _several(cells["persons"], self.columns["persons"])
            ),
            valid_from=day(cells["valid_from"], self.columns["valid_from"]),
            valid_to=last_day(cells["valid_to"], self.columns["valid_to"]),
        )

    def _section(self, name: str) -> str:
        """The directory's name of it; raises `WrongCell` where it means none, or several."""
        found = match_departments(self._departments, name)
        if self._departments and len(found) != 1:
            raise WrongCell("many-sections" if found else "no-section", self.columns["sections"], name)
        return found[0].name if found else name

    def _known(self, written: str, column: str) -> str:
        """A number of the directory; raises `WrongCell` for one that is not there or lost its zeros."""
        number = fold(written).strip()
        if not self._numbers or number in self._numbers:
            return number
        padded = [one for one in self._numbers if one.lstrip("0") == number.lstrip("0")]
        raise WrongCell("lost-zeros" if padded else "no-person", self.columns[column], (*padded, number)[0])


def _several(cell: str, column: str) -> tuple[str, ...]:
    return split(cell if cell.startswith("[") else _COMMAS.sub(";", fold(cell)), column)


def _cells(number: str, post: Post) -> Cells:
    return {
        "employee_number": number,
        "title": post.title,
        "sections": joined(post.sections),
        "persons": joined(post.persons),
        "valid_from": day_text(post.valid_from),
        "valid_to": day_text(post.valid_to),
    }
