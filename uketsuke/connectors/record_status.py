"""What an application's kintone record shows of us: looked at, then written by revision (DESIGN 7).

Marker: the values themselves, and the receipt number among them. Every write names the revision that was
looked at, so repeating is safe: kintone takes it once, and answers 409 to whoever comes second. Fields go
first, then the action of process management, which raises the revision by two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from uketsuke.connectors.base import Found
from uketsuke.connectors.kintone_answers import KintoneRecord
from uketsuke.connectors.kintone_client import KintoneClient
from uketsuke.connectors.kintone_port import PEER, KintonePort, KintoneRefused
from uketsuke.errors import Refused
from uketsuke.systems import KintoneSite

BY_FIELDS, BY_ACTION = 1, 2
"""Revisions that a write makes."""
STATE, NUMBER, OPERATOR = "state", "receipt_number", "operator"
RUNNING, DONE = "running", "done"
_REASONS = {
    "GAIA_SA01": "assignee-needed",
    "GAIA_SA02": "assignee-needed",
    "CB_NO02": "record-assigned",
    "GAIA_IL03": "no-such-action",
    "GAIA_ST02": "no-process",
    "GAIA_RE01": "no-such-record",
    "GAIA_NO01": "not-permitted",
    "GAIA_IA02": "not-permitted",
    "CB_VA01": "value-refused",
}
"""What kintone's codes mean to whoever looks after it; decided by status before (decision 0007)."""


@dataclass(frozen=True)
class RecordWrite:
    """What a record is to show."""

    key: str
    """The effect key: `<plan id>-<n>`, never used again."""
    app: int
    record: int
    state: str
    """`running`, `done`, `returned`; "" where the state stays."""
    values: Mapping[str, str] = field(repr=False)
    """By meaning, in words."""
    words: Mapping[str, str]
    """State → the word that the app has for it."""
    numbers: frozenset[str] = frozenset()
    """Receipt numbers under which the record is ours: this request's, and those that it follows."""
    operator_code: str | None = None
    """The operator's login name at kintone, for a field that chooses users."""


@dataclass(frozen=True)
class RecordLook:
    """A record as it was found."""

    found: Found
    revision: int
    is_own: bool
    """Whether we were the last who wrote to it."""
    there: Mapping[str, str] = field(repr=False)
    """What stands in our fields, by meaning."""
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Field code → what is still to be written."""
    action: str | None = None
    """What is then still to be done in process management."""
    hindrance: str | None = None
    """Why that action is a person's."""
    who: str = ""
    """Who is assigned."""
    why: str = ""
    """Why it is `OTHER`."""


class RecordStatusConnector:
    """Records of the apps in the settings."""

    name = "kintone"

    def __init__(self, port: KintonePort, site: KintoneSite) -> None:
        self._client, self._site = KintoneClient(port), site

    def look(self, write: RecordWrite) -> RecordLook:
        """What the record shows, changing nothing; raises `Refused` where record or field is not there."""
        record = self._said(lambda: self._client.record(write.app, write.record))
        codes = self._codes(write)
        lacking = [code for code in codes.values() if code not in record.fields]
        if lacking:
            raise Refused(PEER, "no-such-field", "、".join(lacking))
        there = {meaning: _shown(record, code) for meaning, code in codes.items()}
        writer = (record.first("MODIFIER") or {}).get("code")
        is_own = writer == self._site.writes_as(write.app)
        if why := _others(write, there):
            return RecordLook(Found.OTHER, record.revision, is_own, there, why=why)
        typed = {
            codes[meaning]: _typed(record, codes[meaning], value, write)
            for meaning, value in write.values.items()
            if meaning in codes and not _is_so(record, codes[meaning], value, write)
        }
        typed = {code: value for code, value in typed.items() if value is not None}
        action, hindrance, who = self._action(write, record)
        found = Found.ABSENT if typed or action or hindrance else Found.OURS
        return RecordLook(found, record.revision, is_own, there, typed, action, hindrance, who)

    def put(self, write: RecordWrite, look: RecordLook) -> int:
        """Write the fields; the revision that follows. Raises `Conflict` where it is not the one seen."""
        return int(
            self._said(lambda: self._client.update(write.app, write.record, look.fields, look.revision))
        )

    def act(self, write: RecordWrite, look: RecordLook) -> int:
        """Do the action; the revision that follows."""
        name = look.action or ""
        return int(self._said(lambda: self._client.act(write.app, write.record, name, look.revision)))

    def comment(self, app: int, record: int, text: str, mark: str) -> bool:
        """Write a comment unless one of ours with that mark stands there; whether it was written now."""
        if any(mark in one.text for one in self._said(lambda: list(self._client.comments(app, record)))):
            return False
        self._said(lambda: self._client.comment(app, record, text))
        return True

    def _codes(self, write: RecordWrite) -> dict[str, str]:
        setting = self._site.of(write.app)
        known = dict(setting.status) if setting else {}
        return {meaning: code for meaning, code in known.items() if code and meaning in write.values}

    def _action(self, write: RecordWrite, record: KintoneRecord) -> tuple[str | None, str | None, str]:
        """What process management still needs, and why that may be a person's."""
        setting = self._site.of(write.app)
        name = setting.actions.get(write.state) if setting else None
        if not name:
            return None, None, ""
        status = record.first("STATUS")
        process = self._said(lambda: self._client.process(write.app))
        ways = [one for one in process.actions or () if one.name == name]
        if status is None or not process.enable:
            return None, "no-process", ""
        if any(one.to == status for one in ways):
            return None, None, ""
        if not any(one.origin == status for one in ways):
            return None, "no-such-action", str(status)
        assigned = record.first("STATUS_ASSIGNEE") or []
        if assigned and self._site.writes_as(write.app) not in [one.get("code") for one in assigned]:
            names = "、".join(str(one.get("name") or one.get("code")) for one in assigned)
            return None, "record-assigned", names
        return name, None, ""

    def _said(self, call: Any) -> Any:
        """The call's answer; a refusal gets the reason that people are told."""
        try:
            return call()
        except KintoneRefused as no:
            raise Refused(PEER, _REASONS.get(no.facts.code, "refused"), str(no.facts)) from None


def _others(write: RecordWrite, there: Mapping[str, str]) -> str:
    """Why what stands there is somebody else's and not to be written over."""
    number = there.get(NUMBER, "")
    if number and number not in write.numbers:
        return "other-number"
    if write.state == RUNNING and there.get(STATE) and there[STATE] == write.words.get(DONE):
        return "done-already"
    return ""


def _shown(record: KintoneRecord, code: str) -> str:
    """What a field shows, in one line."""
    return record.text(code) or "、".join(record.codes(code))


def _is_so(record: KintoneRecord, code: str, value: str, write: RecordWrite) -> bool:
    if record.fields[code].type == "USER_SELECT":
        return write.operator_code is None or record.codes(code) == (write.operator_code,)
    return _shown(record, code) == value


def _typed(record: KintoneRecord, code: str, value: str, write: RecordWrite) -> Any:
    """The value in the form of the field's type."""
    match record.fields[code].type:
        case "USER_SELECT":
            return [{"code": write.operator_code}] if write.operator_code else None
        case "CHECK_BOX" | "MULTI_SELECT":
            return [value]
    return value
