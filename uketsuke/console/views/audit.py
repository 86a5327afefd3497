"""操作記録: who did what and when, each entry in words; the outcome of 検査 (UX 5.9)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote, urlencode

from pydantic import JsonValue

from uketsuke.console.views.history import what_happened, why_so
from uketsuke.console.views.ledgers import neutral
from uketsuke.console.views.naming import Naming
from uketsuke.domain.calendar import local
from uketsuke.queue.auditing import Progress
from uketsuke.store.audit import Entry

SIZE = 50
KINDS: dict[str, tuple[str, ...]] = {
    "arrival": (
        *("receive", "open", "copy", "join", "answer", "set-aside", "read-again", "requester-left"),
        *("record-seen", "record-edited", "record-follow-up", "record-gone", "settle-record"),
    ),
    "decision": (),
    "approval": (
        *("approve", "await-approval", "send-back", "remake", "review", "settle-review", "breaker"),
        *("new-link", "owner-refused", "step-confirm"),
    ),
    "step": (
        *("step-*", "plan", "replan", "complete", "unpark"),
        *("retry-step", "accept-step", "hand-step-over", "give-up"),
    ),
    "letter": ("letter-*", "settle-letter", "settle-exchange", "resend-letter"),
    "people": ("user-*", "sign-in", "sign-out", "import", "show-password"),
    "audit": ("audit-*",),
}
"""Kinds of events; `decision` is what is in no other."""
HEADINGS = ("id", "at", "login", "name", "text", "action", "subject", "number", "reason", "facts", "hash")
_RAW = frozenset({"version"})


@dataclass(frozen=True)
class Asked:
    """What was asked of the log, as it was typed."""

    since: str = ""
    until: str = ""
    who: str = ""
    about: str = ""
    kind: str = ""

    def query(self, **more: int) -> str:
        """The same as the query of an address, with `?`; empty where nothing was asked."""
        asked = {name: value for name, value in vars(self).items() if value} | more
        return f"?{urlencode(asked)}" if asked else ""


@dataclass(frozen=True)
class Change:
    """One value before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One entry."""

    id: int
    at: str
    who: str
    text: str
    number: str
    href: str
    subject: str
    reason: str
    changes: tuple[Change, ...]
    facts: tuple[tuple[str, str], ...]
    hash: str


@dataclass(frozen=True)
class Check:
    """What 検査 says: the last one that ended, and one on its way."""

    outcome: str = ""
    is_broken: bool = False
    meaning: str = ""
    when: str = ""
    end: str = ""
    done: int = 0
    total: int = 0
    by: str = ""


def actions_of(kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The actions of a kind, and those that are not of it; both empty for no kind."""
    if kind == "decision":
        return (), tuple(one for patterns in KINDS.values() for one in patterns)
    return KINDS.get(kind, ()), ()


def line(entry: Entry, number: str, may_open: bool, naming: Naming) -> Line:
    """One entry in words; its reason and address only for who may open requests."""
    facts = dict(entry.facts)
    before, after = facts.pop("before", None), facts.pop("after", None)
    return Line(
        id=entry.id,
        at=naming.at(entry.at),
        who=naming.actor(entry.actor),
        text=what_happened(entry, naming),
        number=number,
        href=f"/requests/{quote(number)}" if number and may_open else "",
        subject=_subject(entry, naming),
        reason=why_so(entry, naming) if may_open else entry.reason or "",
        changes=_changes(before, after, naming),
        facts=tuple((name, _plain(value)) for name, value in facts.items() if name not in _RAW),
        hash=entry.hash,
    )


def check(last: Entry | None, running: Progress | None, naming: Naming) -> Check:
    """The state of 検査."""
    way = Check()
    if running:
        way = Check(done=running.place.last, total=running.total, by=naming.actor(running.by))
    if last is None:
        return way
    fault, words = str(last.facts.get("fault", "")), naming.words
    rows = int(str(last.facts.get("rows", 0)))
    told = (
        words("audit.broken", id=last.facts.get("broken"), rows=rows)
        if fault
        else words("audit.whole" if rows else "audit.none", rows=rows)
    )
    return replace(
        way,
        outcome=told,
        is_broken=bool(fault),
        meaning=words(f"audit.fault.{fault}") if fault else "",
        when=words("audit.when", at=naming.at(last.at), who=naming.actor(last.actor)),
        end=f"{rows} {last.facts.get('hash', '')}",
    )


def as_csv(rows: Iterable[Entry], numbers: Mapping[int, str], naming: Naming) -> bytes:
    """Entries as CSV lines (RFC 4180), no cell a formula (AP-46), nothing of personal details."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    for one in rows:
        cells = (
            str(one.id),
            local(one.at).isoformat(timespec="seconds"),
            one.actor,
            naming.actor(one.actor),
            what_happened(one, naming),
            one.action,
            one.subject,
            numbers.get(one.request_id or 0, ""),
            one.reason or "",
            json.dumps(one.facts, ensure_ascii=False),
            one.hash,
        )
        writer.writerow([neutral(cell) for cell in cells])
    return out.getvalue().encode()


def csv_head(naming: Naming) -> bytes:
    """Byte order mark and headings, as Japanese Excel wants them."""
    cells = ",".join(f'"{naming.words(f"audit.column.{name}")}"' for name in HEADINGS)
    return b"\xef\xbb\xbf" + f"{cells}\r\n".encode()


def past_day(value: date, text: str, today: date) -> date:
    """A day without its year is the last one of that name: the log has no future."""
    if value <= today or str(value.year) in text:
        return value
    return value.replace(year=value.year - 1, day=min(value.day, 28) if value.month == 2 else value.day)


def _subject(entry: Entry, naming: Naming) -> str:
    kind, _, name = entry.subject.partition(":")
    if kind == "user":
        return naming.words("audit.subject.user", name=naming.person(name))
    if kind in ("request", "audit"):
        return ""
    return naming.words.get(f"audit.subject.{kind}", kind) + (f" {name}" if name else "")


def _changes(before: JsonValue, after: JsonValue, naming: Naming) -> tuple[Change, ...]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        told = Change("", _plain(before), _plain(after))
        return (told,) if told.before != told.after else ()
    names: Sequence[str] = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return tuple(
        Change(
            naming.words.get(f"audit.fact.{name}", name),
            _value(name, before.get(name), naming),
            _value(name, after.get(name), naming),
        )
        for name in names
    )


def _value(name: str, value: JsonValue, naming: Naming) -> str:
    if not isinstance(value, str):
        return _plain(value)
    match name:
        case "state":
            return naming.state_word(value) or value
        case "service":
            return naming.service(value)
        case "assignee":
            return naming.person(value)
        case _:
            return value


def _plain(value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return "、".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
