"""Kintone records: one revision, by which a receipt is known, and what a plan writes back (DESIGN 5, 7)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from uketsuke.domain.content import Content, FormValue
from uketsuke.domain.step import BaseStep, Values

_IDENTITY = re.compile(r"kintone:(\d{1,15}):(\d{1,15}):(\d{1,15})", re.ASCII)


class RecordStatus(BaseStep):
    """Show on the application's kintone record how far we are; the settings of its app say in which fields.

    `set` by meaning: `state` (`running`, `done`, `returned`), `receipt_number`, `operator`, `done_on`,
    `comment`. None stands for what is known when it runs: the request's number, who started the plan,
    the day. Let other steps not wait for it: what kintone does not take must not hold up the work.

    Results: `revision`, `written` (False: it was so already, or the app has no settings).
    """

    kind: Literal["record-status"] = "record-status"
    app: str
    record: str
    set: Values


@dataclass(frozen=True, order=True)
class RecordRevision:
    """App, record number and revision."""

    app: int
    record: int
    revision: int

    def __str__(self) -> str:
        return f"kintone:{self.app}:{self.record}:{self.revision}"

    @classmethod
    def of(cls, original_id: str | None) -> RecordRevision | None:
        """The revision that a receipt's `original_id` names; None where it names none."""
        found = _IDENTITY.fullmatch(original_id or "")
        return cls(*map(int, found.groups())) if found else None


@dataclass(frozen=True)
class Difference:
    """One field of a record that says something else than before."""

    label: str
    before: str
    after: str


def differences(before: Content, after: Content, ours: Collection[str] = ()) -> tuple[Difference, ...]:
    """What an applicant has changed between two revisions, in the order of the form.

    `ours` are fields in which we write.
    """
    return tuple(_differences(before.values, after.values, ours))


def _differences(
    before: tuple[FormValue, ...], after: tuple[FormValue, ...], ours: Collection[str]
) -> Iterator[Difference]:
    old, new = ({one.label: one for one in values} for values in (before, after))
    for label in dict.fromkeys((*old, *new)):
        if label not in ours and old.get(label) != new.get(label):
            yield Difference(label, _words(old.get(label)), _words(new.get(label)))


def _words(value: FormValue | None) -> str:
    return value.value if value else ""
