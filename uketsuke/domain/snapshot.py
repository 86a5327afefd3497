"""A world of plain values, in the shape of the catalogue's `context.json`.

`explain --world` and the tests read one from a file. A list that is absent means
unknown: rules that need it are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from uketsuke.domain.authority import SECOND_PERSON, Action, SecondPerson
from uketsuke.domain.calendar import Calendar
from uketsuke.domain.people import Account, Department, Person, Post, RegisteredForm, SharedMailbox, speaks
from uketsuke.domain.text import fold, person_key
from uketsuke.domain.world import LedgerRow, OpenRequest, find_form, match_departments

Nearest = Callable[[str, Mapping[str, Iterable[str]]], str | None]
Model = TypeVar("Model", bound=BaseModel)


class SnapshotCalendar(BaseModel):
    """The calendar part of a snapshot."""

    model_config = ConfigDict(extra="ignore")
    holidays: list[date] | dict[date, str] = Field(default_factory=list)
    year_end: tuple[str, str] = ("12-29", "01-03")

    def named(self) -> dict[date, str]:
        """Holidays with a name each."""
        if isinstance(self.holidays, dict):
            return dict(self.holidays)
        return dict.fromkeys(self.holidays, "祝日")


class SnapshotWorld:
    """A world of plain values; ledgers are the top-level lists that are no other list."""

    _OTHER = frozenset(
        {
            "note",
            "calendar",
            "staff_domains",
            "trusted_authserv_ids",
            "border_hosts",
            "networks",
            "departments",
            "staff",
            "users",
            "shared_mailboxes",
            "registered_forms",
            "campaigns",
            "systems_accounts",
            "systems_objects",
            "settings",
        }
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        today: date,
        ledger_keys: Mapping[str, str] | None = None,
        nearest: Nearest | None = None,
    ) -> None:
        """`nearest` suggests what a name nearly is; without it nothing is suggested."""
        self._nearest = nearest
        self.data, self.today = data, today
        calendar = SnapshotCalendar.model_validate(data.get("calendar", {}))
        self.calendar = Calendar(calendar.named(), *calendar.year_end)
        self.staff_domains = _set(data.get("staff_domains"))
        self.trusted_authserv_ids = _set(data.get("trusted_authserv_ids"))
        self.border_hosts = _set(data.get("border_hosts")) or frozenset()
        self.networks = _set(data.get("networks")) or frozenset()
        self._staff = _list(Person, data.get("staff"))
        self._departments = _list(Department, data.get("departments"))
        boxes = data.get("shared_mailboxes") or []
        self._mailboxes = [SharedMailbox(mail=one["mail"], department=one["department"]) for one in boxes]
        self._keys = dict(ledger_keys or {})

    def people(self, *, mail: str | None = None, name: str | None = None) -> list[Person] | None:
        """See `World`."""
        if self._staff is None:
            return None
        return [
            person
            for person in self._staff
            if person.is_active(self.today)
            and (mail is None or (person.mail or "").casefold() == mail.casefold())
            and (name is None or person_key(person.name) == person_key(name))
        ]

    def departments(self, text: str) -> list[Department] | None:
        """See `World`."""
        if self._departments is None:
            return None
        return [one for one in match_departments(self._departments, text) if one.is_valid(self.today)]

    def like_department(self, text: str) -> str | None:
        """See `World`."""
        known = {
            one.name: (one.name, *one.aliases) for one in self._departments or [] if one.is_valid(self.today)
        }
        return self._nearest(text, known) if self._nearest else None

    def mailbox(self, mail: str) -> SharedMailbox | None:
        """See `World`."""
        return next((box for box in self._mailboxes if box.mail.casefold() == mail.casefold()), None)

    def address_of(self, department: str) -> str | None:
        """See `World`."""
        boxes = [box.mail for box in self._mailboxes if box.department == department]
        lists = [
            found.general_affairs_list
            for found in self._departments or []
            if found.name == department and found.general_affairs_list
        ]
        return next(iter([*boxes, *lists]), None)

    def account(self, system: str, account_id: str) -> Account | None:
        """See `World`."""
        wanted = fold(account_id).casefold()
        listed = self.data.get("systems_accounts", {}).get(system, [])
        found = (Account(system=system, **one) for one in listed)
        return next((one for one in found if one.id.casefold() == wanted), None)

    def form(self, relay: str, form_id: str) -> RegisteredForm | None:
        """See `World`."""
        return find_form(_list(RegisteredForm, self.data.get("registered_forms")) or [], relay, form_id)

    def person(self, employee_number: str) -> Person | None:
        """See `World`."""
        listed = self._staff or []
        return next(
            (p for p in listed if p.employee_number == employee_number and p.is_active(self.today)), None
        )

    def posts(self, employee_number: str) -> tuple[Post, ...]:
        """See `World`; those of the person's own row."""
        found = self.person(employee_number)
        return tuple(one for one in (found.posts if found else ()) if speaks(one, self.today))

    def second_person(
        self, service: str, action: Action, *, persons: Collection[str] = (), effects: int = 1
    ) -> SecondPerson:
        """See `World`."""
        return SECOND_PERSON[action]

    def choice(self, setting: str) -> str | None:
        """See `World`."""
        found = self.data.get("settings", {}).get(setting)
        return None if found is None else str(found)

    def knows_ledger(self, ledger: str) -> bool:
        """See `World`."""
        return ledger in self.data and ledger not in self._OTHER

    def row(self, ledger: str, key: str) -> LedgerRow | None:
        """See `World`."""
        return next((row for row in self._ledger(ledger) if row.key == key), None)

    def rows(self, ledger: str, criteria: Mapping[str, JsonValue]) -> list[LedgerRow]:
        """See `World`."""
        return [
            row
            for row in self._ledger(ledger)
            if all(row.values.get(name) == value for name, value in criteria.items())
        ]

    def similar(self, service: str, department: str, field: str, value: str) -> list[OpenRequest]:
        """A snapshot holds no requests."""
        return []

    def _ledger(self, ledger: str) -> Iterable[LedgerRow]:
        rows = self.data.get(ledger, []) if self.knows_ledger(ledger) else []
        for values in rows:
            name = self._keys.get(ledger) or next(iter(values))
            yield LedgerRow(ledger=ledger, key=str(values[name]), version=1, values=dict(values))


def _set(values: Any) -> frozenset[str] | None:
    return None if values is None else frozenset(str(value).casefold() for value in values)


def _list(model: type[Model], values: Any) -> list[Model] | None:
    return None if values is None else [model.model_validate(value) for value in values]
