"""An app of kintone, read by polling: what is new since the high-water mark, by kintone's own clock.

A look first asks for the newest changes, which is one call and no cursor while nothing is new. What is
new is then read oldest first, up to the newest moment seen before; each record's revision, its receipt
and the mark are one commit. The mark is a moment at which kintone says that something changed, never one
of ours, and the next look begins a little before it, because kintone tells minutes only.

A cursor settles which records it has when it is made, and gives their values of the moment when they are
read: one that is edited in between shows a later moment than those that still follow. So on the way only
a moment before the newest one of the first question moves the mark.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from uketsuke.clock import Clock
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Channel
from uketsuke.domain.record import RecordRevision
from uketsuke.domain.text import label_key
from uketsuke.intake.accept import Accepted, take_in
from uketsuke.intake.app_source import MOST_ASKED, Apps, FoundField, FoundRecord, moment_of
from uketsuke.intake.hints import hint
from uketsuke.intake.polling import Keeper
from uketsuke.intake.summary import Summary
from uketsuke.store.database import Database
from uketsuke.store.records import RecordRow
from uketsuke.store.transaction import Transaction
from uketsuke.systems import KintoneApp

OVERLAP = timedelta(minutes=2)
"""How far before the mark a look begins: kintone's moments are minutes (docs/decisions/0007)."""
PRESENCE = timedelta(minutes=10)
"""How often it is asked whether the records of open requests are still there."""
MOST_NUMBERS = 100
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass
class AppInlet:
    """One app of the settings."""

    app: KintoneApp
    site: str
    """Where the kintone is, for the link to each record."""
    apps: Apps
    writer: str = ""
    """The login name under which kintone keeps what we write; empty = not known."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Field code → the label that the service knows, for what the settings say in place of the form's own."""
    known: Collection[str] = ()
    """Label keys of the service: a field whose code is one of them needs no other label."""
    _form: Mapping[str, FoundField] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.app.title

    @property
    def mark(self) -> str:
        """What its marks begin with."""
        return f"kintone:{self.app.id}"

    @property
    def number(self) -> int:
        """Less than 0: mailboxes have the others."""
        return -self.app.id

    @property
    def poll_seconds(self) -> float:
        """How often it is looked into."""
        return self.app.poll_seconds

    def is_woken(self, database: Database) -> bool:
        """Whether the app's webhook has knocked since the last look began."""
        if self.app.hook is None:
            return False
        with database.reading() as tx:
            return tx.marks.get(hint(self.app.id)) is not None

    def collect(self, database: Database, clock: Clock, still_mine: Keeper) -> Summary:
        """Take in every revision that is new, then ask whether records of open requests are still there."""
        self._hear_hint(database)
        self._form = self._form or self.apps.form(self.app.id)
        summary = Summary()
        with database.reading() as tx:
            until = until_of(tx, self.app.id)
        newest = self._newest(until)
        if newest:
            last = moment_of(newest[0])
            if self._has_news(database, newest):
                for record in self._unknown(database, self._between(until, last), summary):
                    still_mine()
                    summary.add(self._take(database, clock, record, until, last))
            self._advance(database, until, last)
        self._ask_for_presence(database, clock, still_mine)
        return summary

    def _hear_hint(self, database: Database) -> None:
        """Before the look, so that what is told while we look is another hint."""
        if self.is_woken(database):
            with database.transaction("hear-hint") as tx:
                tx.marks.clear(hint(self.app.id))

    def _newest(self, until: datetime | None) -> Sequence[FoundRecord]:
        """What changed last, newest first; only its moment, number and revision."""
        changed = self._code("UPDATED_TIME")
        query = f"{' and '.join(self._since(until))} order by {changed} desc, $id desc".strip()
        return self.apps.find(self.app.id, query, [changed], limit=MOST_ASKED)

    def _between(self, until: datetime | None, last: datetime) -> str:
        changed = self._code("UPDATED_TIME")
        within = " and ".join([*self._since(until), f'{changed} <= "{last.strftime(_MOMENT)}"'])
        return f"{within} order by {changed} asc, $id asc"

    def _since(self, until: datetime | None) -> list[str]:
        found = []
        if until is not None:
            found.append(f'{self._code("UPDATED_TIME")} >= "{(until - OVERLAP).strftime(_MOMENT)}"')
        if self.app.since is not None:
            first = datetime.combine(self.app.since, time(), JST).astimezone(UTC)
            found.append(f'{self._code("CREATED_TIME")} >= "{first.strftime(_MOMENT)}"')
        return found

    def _code(self, kind: str) -> str:
        """The code of the form's one field of a type: an app may call 更新日時 anything."""
        usual = {"UPDATED_TIME": "更新日時", "CREATED_TIME": "作成日時"}[kind]
        return next((code for code, one in self._form.items() if one.type == kind), usual)

    def _has_news(self, database: Database, newest: Sequence[FoundRecord]) -> bool:
        if len(newest) >= MOST_ASKED:
            return True
        with database.reading() as tx:
            known = tx.records.of_app(self.app.id, [one.id for one in newest])
        return any(not _is_known(known.get(one.id), one.revision) for one in newest)

    def _unknown(self, database: Database, query: str, summary: Summary) -> Iterator[FoundRecord]:
        """Through a cursor, what is not known yet; a cursor that a dead poller has left is closed first."""
        name = f"{self.mark}:cursor"
        with database.reading() as tx:
            left, known = tx.marks.get(name), tx.records.revisions(self.app.id)
        if left is not None:
            self.apps.give_back(self.app.id, str(left.value))

        def note(cursor: str) -> None:
            with database.transaction("note-cursor") as tx:
                tx.marks.set(name, cursor)

        for record in self.apps.each(self.app.id, query, opened=note):
            if known.get(record.id, -1) >= record.revision:
                summary.known += 1
            else:
                yield record
        with database.transaction("forget-cursor") as tx:
            tx.marks.clear(name)

    def _take(
        self,
        database: Database,
        clock: Clock,
        record: FoundRecord,
        until: datetime | None,
        last: datetime,
    ) -> Summary:
        """One record: its receipt, what is known of it, and how far we are, in one commit."""
        summary = Summary()
        with database.transaction("accept-record") as tx:
            known = tx.records.locked(self.app.id, record.id)
            if _is_known(known, record.revision):
                summary.known += 1
            else:
                accepted = None
                if known is None or not (known.is_ours(record.revision) and self._wrote(record)):
                    accepted = self._accept(tx, clock, record, known)
                    summary.count(accepted)
                self._note(tx, record, known, accepted)
            changed = moment_of(record)
            if changed < last and (until is None or changed > until):
                _set_until(tx, self.app.id, changed)
        return summary

    def _accept(
        self, tx: Transaction, clock: Clock, record: FoundRecord, known: RecordRow | None
    ) -> Accepted:
        overwritten = known is not None and record.revision in known.own_revisions and self._wrote(record)
        from_bridge = self.app.written_by == "formbridge"
        return take_in(
            tx,
            self.envelope(record, overwritten),
            Channel.FORMBRIDGE if from_bridge else Channel.KINTONE,
            source=self.mark,
            received_at=clock.now(),
            original_id=str(RecordRevision(self.app.id, record.id, record.revision)),
        )

    def _wrote(self, record: FoundRecord) -> bool:
        """Whether 更新者 is ourselves: a revision noted before a write may have become somebody else's."""
        modifier = record.first("MODIFIER")
        return not self.writer or not isinstance(modifier, dict) or modifier.get("code") == self.writer

    def _note(
        self, tx: Transaction, record: FoundRecord, known: RecordRow | None, accepted: Accepted | None
    ) -> None:
        tx.records.seen(
            self.app.id,
            record.id,
            record.revision,
            status=self.status_of(record),
            receipt_id=accepted.receipt_id if accepted else None,
        )
        if (
            known is not None
            and known.gone_at is not None
            and (known.notice or {}).get("code") == "record-gone"
        ):
            tx.records.notice(self.app.id, record.id, None)
        if known is not None and accepted is not None and known.status != self.status_of(record):
            self._note_reopening(tx, record, known)

    def _note_reopening(self, tx: Transaction, record: FoundRecord, known: RecordRow) -> None:
        """Somebody has set another status by hand though we are done: a person looks, nothing begins anew."""
        if known.request_id is not None and tx.requests.get(known.request_id).ended_at is not None:
            tx.records.raise_alarm(self.app.id, record.id, "record-reopened")

    def envelope(self, record: FoundRecord, overwritten: bool = False) -> bytes:
        """The record as it is kept: kintone's own shape, with what its page shows that no record says.

        `overwritten` says that 更新者 is ourselves, who wrote after whoever changed it.
        """
        told = {
            "type": "RECORD",
            "app": {"id": str(self.app.id), "name": self.app.title},
            "record": record.plain(),
            "labels": {**dict(self._labels(self._form)), **self.labels},
            "url": f"{self.site}/k/{self.app.id}/show#record={record.id}",
            **({"overwritten": True} if overwritten else {}),
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")

    def _labels(self, fields: Mapping[str, FoundField]) -> Iterator[tuple[str, str]]:
        """Code → label of every field where they differ, in tables too; those of ours are known by code."""
        for code, one in fields.items():
            ours = code in self.app.status.codes()
            if one.label not in ("", code) and not ours and not self._says_more(code, one.label):
                yield code, one.label
            yield from self._labels(one.fields)

    def _says_more(self, code: str, label: str) -> bool:
        """Whether the service knows a field by its code, and not by its label."""
        return label_key(code) in self.known and label_key(label) not in self.known

    def status_of(self, record: FoundRecord) -> str | None:
        """Its status as people see it there: of process management, and of the field in which we write."""
        shown = (record.first("STATUS"), record.text(self.app.status.state))
        return "／".join(dict.fromkeys(str(one) for one in shown if one)) or None

    def _advance(self, database: Database, until: datetime | None, last: datetime) -> None:
        """Everything up to the newest moment of the first question has been taken in."""
        if until is None or last > until:
            with database.transaction("advance-mark") as tx:
                _set_until(tx, self.app.id, last)

    def _ask_for_presence(self, database: Database, clock: Clock, still_mine: Keeper) -> None:
        """A deleted record comes in no look: ask for those that somebody still works on."""
        name = f"{self.mark}:presence"
        with database.reading() as tx:
            before, open_ones = tx.marks.get(name), tx.records.waiting(self.app.id)
        if before is not None and clock.now() - before.at < PRESENCE:
            return
        for start in range(0, len(open_ones), MOST_NUMBERS):
            still_mine()
            asked = open_ones[start : start + MOST_NUMBERS]
            query = f"$id in ({', '.join(map(str, asked))})"
            there = {one.id for one in self.apps.find(self.app.id, query, ["$id"])}
            with database.transaction("note-gone") as tx:
                for record in asked:
                    if record not in there:
                        tx.records.gone(self.app.id, record)
        with database.transaction("presence") as tx:
            tx.marks.set(name)


def until_of(tx: Transaction, app: int) -> datetime | None:
    """The high-water mark of an app, a moment of kintone's; None before the first look."""
    mark = tx.marks.get(f"kintone:{app}:until")
    return datetime.fromisoformat(str(mark.value)) if mark else None


def _set_until(tx: Transaction, app: int, moment: datetime) -> None:
    tx.marks.set(f"kintone:{app}:until", moment.isoformat())


def _is_known(known: RecordRow | None, revision: int) -> bool:
    return known is not None and known.gone_at is None and known.revision >= revision
