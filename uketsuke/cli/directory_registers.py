"""Departments, shared mailboxes and accounts as tables of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from uketsuke.cli.cells import WrongCell, day, day_text, is_active, joined, last_day, split
from uketsuke.cli.registers import Cells, Register, Rows
from uketsuke.cli.words import headings, say
from uketsuke.domain.people import Account, Department, SharedMailbox
from uketsuke.domain.text import fold
from uketsuke.store.transaction import Transaction


@dataclass
class DepartmentsRegister(Register):
    """The departments, each with the mailboxes it shares."""

    name: str = "departments"
    required: Sequence[str] = ("code", "name")
    columns: Mapping[str, str] = field(
        default_factory=lambda: headings("departments", (*Department.model_fields, "shared_mailboxes"))
    )
    _claimed: dict[str, str] = field(default_factory=dict)

    def key(self, cells: Cells) -> str:
        """See `Register`."""
        return fold(cells.get("code", "")).strip()

    def current(self, tx: Transaction, as_of: datetime | None = None) -> Rows:
        """See `Register`; departments have no past here."""
        self._claimed.clear()
        boxes: dict[str, list[str]] = {}
        for box in tx.departments.mailboxes():
            boxes.setdefault(box.department, []).append(box.mail)
        return {one.code: _department_cells(one, boxes.get(one.name, [])) for one in tx.departments.all()}

    def kept(self, cells: Cells, before: Cells | None) -> Cells:
        """See `Register`; a mailbox has one section."""
        boxes = self._boxes(cells)
        twice = next(
            (box for box in boxes if self._claimed.get(box, self.key(cells)) != self.key(cells)), None
        )
        if twice:
            raise WrongCell("box-twice", self.columns["shared_mailboxes"], twice)
        self._claimed |= dict.fromkeys(boxes, self.key(cells))
        return _department_cells(self._department(cells), boxes)

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """See `Register`; the section shares the mailboxes that are named, and no other."""
        department, boxes = self._department(cells), self._boxes(cells)
        tx.departments.put(department)
        for box in tx.departments.mailboxes():
            if box.department == department.name and box.mail not in boxes:
                tx.departments.take_mailbox(box.mail)
        for mail in boxes:
            tx.departments.put_mailbox(SharedMailbox(mail=mail, department=department.name))

    def _boxes(self, cells: Cells) -> list[str]:
        written = split(cells["shared_mailboxes"], self.columns["shared_mailboxes"])
        return sorted({fold(mail).casefold() for mail in written})

    def _department(self, cells: Cells) -> Department:
        return Department(
            code=self.key(cells),
            name=cells["name"],
            aliases=split(cells["aliases"], self.columns["aliases"]),
            general_affairs_list=cells["general_affairs_list"] or None,
            valid_from=day(cells["valid_from"], self.columns["valid_from"]),
            valid_to=last_day(cells["valid_to"], self.columns["valid_to"]),
        )


@dataclass
class MailboxesRegister(Register):
    """The mailboxes that sections share."""

    name: str = "mailboxes"
    required: Sequence[str] = ("mail", "department")
    columns: Mapping[str, str] = field(
        default_factory=lambda: headings("mailboxes", tuple(SharedMailbox.model_fields))
    )

    def key(self, cells: Cells) -> str:
        """See `Register`."""
        return fold(cells.get("mail", "")).strip().casefold()

    def current(self, tx: Transaction, as_of: datetime | None = None) -> Rows:
        """See `Register`."""
        return {
            box.mail: {"mail": box.mail, "department": box.department} for box in tx.departments.mailboxes()
        }

    def kept(self, cells: Cells, before: Cells | None) -> Cells:
        """See `Register`."""
        if "@" not in self.key(cells):
            raise WrongCell("not-a-mail", self.columns["mail"], cells["mail"])
        return {"mail": self.key(cells), "department": cells["department"]}

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """See `Register`."""
        tx.departments.put_mailbox(SharedMailbox(mail=cells["mail"], department=cells["department"]))

    def remark(self, tx: Transaction, cells: Cells) -> str:
        """See `Register`."""
        if not tx.departments.known() or tx.departments.matching(cells["department"]):
            return ""
        return say("row.unknown-department", department=cells["department"])


@dataclass
class AccountsRegister(Register):
    """Accounts of named systems, and whose they are."""

    name: str = "accounts"
    required: Sequence[str] = ("system", "id")
    columns: Mapping[str, str] = field(
        default_factory=lambda: headings("accounts", ("system", "id", "employee_number", "active"))
    )

    def key(self, cells: Cells) -> str:
        """See `Register`; ids are compared without regard to case and width, as systems do."""
        name = fold(cells.get("id", "")).strip().casefold()
        return f"{cells.get('system', '').strip()} {name}".strip() if name else ""

    def current(self, tx: Transaction, as_of: datetime | None = None) -> Rows:
        """See `Register`."""
        rows = (_account_cells(one) for one in tx.accounts.all())
        return {self.key(cells): cells for cells in rows}

    def kept(self, cells: Cells, before: Cells | None) -> Cells:
        """See `Register`; an id stays as it was written first."""
        return _account_cells(self._account({**cells, "id": (before or cells)["id"]}))

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """See `Register`."""
        tx.accounts.put(self._account(cells))

    def remark(self, tx: Transaction, cells: Cells) -> str:
        """See `Register`: an account of somebody who is not in the directory is nobody's."""
        number = cells["employee_number"]
        if not number or not tx.people.known() or tx.people.get(number):
            return ""
        return say("row.unknown-person", number=number)

    def left(self, rows: Rows, named: frozenset[str]) -> Rows:
        """See `Register`: accounts of the systems that the list names at all."""
        systems = {key.partition(" ")[0] for key in named}
        return {
            key: {**cells, "active": say("row.inactive")}
            for key, cells in rows.items()
            if key not in named and cells["system"] in systems and cells["active"] == say("row.active")
        }

    def _account(self, cells: Cells) -> Account:
        return Account(
            system=cells["system"].strip(),
            id=fold(cells["id"]).strip(),
            employee_number=fold(cells["employee_number"]).strip() or None,
            active=is_active(cells["active"], self.columns["active"]),
        )


def _account_cells(account: Account) -> Cells:
    return {
        "system": account.system,
        "id": account.id,
        "employee_number": account.employee_number or "",
        "active": say("row.active") if account.active else say("row.inactive"),
    }


def _department_cells(one: Department, boxes: Sequence[str]) -> Cells:
    return {
        "code": one.code,
        "name": one.name,
        "aliases": joined(one.aliases),
        "general_affairs_list": one.general_affairs_list or "",
        "valid_from": day_text(one.valid_from),
        "valid_to": day_text(one.valid_to),
        "shared_mailboxes": joined(boxes),
    }
