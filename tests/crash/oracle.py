"""The one oracle (FAULTS 1, INV): compares mailbox, database and what the SMTP server accepted.

It reads tables by its own SQL, because the repositories are what is being judged; only
what a person would see is asked of the repositories that the pages ask.

    report = examine(office, delivered, cuts=3)
    assert not report.problems, report
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import text

from tests.crash.office import Office
from tests.servers.smtp import read_accepted
from uketsuke.domain.states import LetterState, StepState
from uketsuke.store.transaction import Transaction
from uketsuke.store.tray import View

SILENT = {"auto-reply", "list", "own"}
ENDED = {"done", "returned", "rejected", "withdrawn", "out-of-scope", "merged"}
Row = Mapping[str, Any]


@dataclass
class Report:
    """What is wrong, by kind; every list is empty when all promises were kept."""

    lost: list[str] = field(default_factory=list)
    double_effects: list[str] = field(default_factory=list)
    double_mails: list[str] = field(default_factory=list)
    false_outcomes: list[str] = field(default_factory=list)
    """A letter or step that says done without the effect, or the other way round."""
    too_many_unknown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    """Flagged, unknown, failed or parked, and on no list that a person looks at."""
    stuck: list[str] = field(default_factory=list)
    audit: list[str] = field(default_factory=list)
    unstable: list[str] = field(default_factory=list)
    """What a second drain changed."""
    unknown: int = 0
    """Letters of unknown outcome: allowed up to the number of cuts."""

    @property
    def problems(self) -> list[str]:
        """Everything, one line each."""
        kinds = (one.name for one in fields(self) if one.name != "unknown")
        return [f"{kind}: {line}" for kind in kinds for line in getattr(self, kind)]

    def __str__(self) -> str:
        return "\n".join(self.problems) or f"all promises kept ({self.unknown} unknown)"


class Tables:
    """All rows as they lie in the database, at one moment."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        names = "receipts requests plans steps waits effects letters jobs ledger_rows audit sightings"
        self.rows: dict[str, list[dict[str, Any]]] = {name: self._read(name) for name in names.split()}
        self.raw: set[str] = {row["digest"] for row in self._read("raw", "digest")}

    def __getitem__(self, name: str) -> list[dict[str, Any]]:
        return self.rows[name]

    def _read(self, name: str, columns: str = "*") -> list[dict[str, Any]]:
        found = self._tx.connection.execute(text(f"SELECT {columns} FROM {name}"))
        return [dict(row._mapping) for row in found]


def examine(office: Office, delivered: Sequence[bytes], cuts: int, settled: Collection[str] = ()) -> Report:
    """Look at everything once. `settled` are Message-IDs that a person chose to send again."""
    report = Report()
    with office.app.database.reading() as tx:
        tables = Tables(tx)
        broken = tx.audit.verify()
        _look_for_hidden(tx, tables, report)
    if broken is not None:
        report.audit.append(f"the chain is broken at entry {broken}")
    _look_for_losses(office, delivered, tables, report)
    _look_at_effects(tables, report)
    _look_at_letters(office, tables, report, cuts, settled)
    _look_for_stuck(tables, report)
    _look_at_audit(tables, report)
    return report


def _look_for_losses(office: Office, delivered: Sequence[bytes], tables: Tables, report: Report) -> None:
    """Every mail is in the mailbox once, stored by its bytes once, and came to something visible."""
    inbox = [one.raw for one in office.account.messages("INBOX")]
    filed = [one.raw for one in office.account.messages("uketsuke")]
    there, wanted = Counter(inbox + filed), Counter(delivered)
    for raw, count in (wanted - there).items():
        report.lost.append(f"{count} of mail {_short(raw)} is no longer in the mailbox")
    for raw, count in (there - wanted).items():
        report.double_effects.append(f"mail {_short(raw)} lies {count} times too often in the mailbox")
    receipts = Counter(row["digest"] for row in tables["receipts"])
    for raw in wanted:
        digest = hashlib.sha256(raw).hexdigest()
        if digest not in tables.raw or receipts[digest] == 0:
            report.lost.append(f"mail {_short(raw)} has no receipt")
        if receipts[digest] > 1:
            report.double_effects.append(f"mail {_short(raw)} has {receipts[digest]} receipts")
    for row in tables["receipts"]:
        came_to_something = row["request_id"] or row["copy_of"] or row["kind"] in SILENT
        if row["state"] == "stored" and not _jobs_of(tables, "process", row["id"]):
            report.lost.append(f"receipt {row['number']} was never read, and nobody will")
        elif row["state"] != "stored" and not came_to_something:
            report.lost.append(f"receipt {row['number']} ({row['kind']}) came to nothing that anybody sees")


def _look_at_effects(tables: Tables, report: Report) -> None:
    """Each effect in the ledger once, from a step that is done; each done step has its effect."""
    changes = [row for row in tables["ledger_rows"] if row["effect_key"]]
    for (ledger, key, effect), count in _counted(changes, "ledger", "key", "effect_key"):
        report.double_effects.append(f"{ledger} {key} was changed {count} times by {effect}")
    by_effect: dict[str, list[Row]] = {}
    for row in changes:
        by_effect.setdefault(row["effect_key"], []).append(row)
    done = {row["effect_key"]: row for row in tables["steps"] if row["state"] == "done"}
    for effect in by_effect.keys() - done.keys():
        report.false_outcomes.append(f"the ledger shows {effect}, but its step is not done")
    for effect, step in done.items():
        wanted = _wanted_changes(step)
        found = len(by_effect.get(effect, ()))
        if wanted is not None and found < wanted:
            report.false_outcomes.append(f"step {effect} is done, but changed {found} of {wanted} rows")
        if wanted is not None and found > wanted:
            report.double_effects.append(f"step {effect} changed {found} rows instead of {wanted}")
    current = [row for row in tables["ledger_rows"] if row["valid_to"] is None]
    for place, count in _counted(current, "ledger", "key"):
        report.double_effects.append(f"{place} has {count} current rows")
    openers = Counter((row["message_id"], row["copy_key"]) for row in _openers(tables))
    for (message_id, _), count in openers.items():
        if count > 1:
            report.double_effects.append(f"copies of {message_id} opened {count} requests")


def _look_at_letters(
    office: Office, tables: Tables, report: Report, cuts: int, settled: Collection[str]
) -> None:
    """What the relay accepted, and what the letters say of it."""
    accepted = Counter(_message_id(one.raw) for one in read_accepted(office.relay.log))
    letters = {row["message_id"].strip("<>"): row for row in tables["letters"]}
    for message_id, count in accepted.items():
        if message_id not in letters:
            report.double_mails.append(f"{message_id} was sent and is no letter of ours")
        elif count > 1 and message_id not in settled:
            report.double_mails.append(f"{message_id} was sent {count} times")
    for message_id, row in letters.items():
        if row["state"] == "sent" and not accepted[message_id]:
            report.false_outcomes.append(f"letter {row['id']} says sent, and the relay never had it")
        if row["state"] in ("failed", "written") and accepted[message_id]:
            report.false_outcomes.append(f"letter {row['id']} says {row['state']}, and the relay has it")
    report.unknown = sum(row["state"] == "unknown" for row in tables["letters"])
    if report.unknown > cuts:
        report.too_many_unknown.append(f"{report.unknown} letters are unknown after {cuts} cuts")


def _look_for_hidden(tx: Transaction, tables: Tables, report: Report) -> None:
    """Whatever needs a person stands on a list that a person looks at."""
    tray = {row.id for row in _whole_tray(tx)}
    outbox = {one.id for one in tx.letters.in_states([LetterState.UNKNOWN, LetterState.FAILED], 10_000)}
    failed = {one.id for one in tx.steps.in_state(StepState.FAILED, 10_000)}
    parked = {one.id for one in tx.jobs.parked(10_000)}
    operated = {row["request_id"] for row in tables["audit"] if row["action"] in ("run", "approve")}
    for row in tables["requests"]:
        flagged = any(one["hard"] for one in _json(row["concerns"]))
        if row["state"] == "needs-review" and row["id"] not in tray:
            report.hidden.append(f"request {row['number']} needs review and is not in the tray")
        if flagged and row["state"] in ("running", "done", "reading") and row["id"] not in operated:
            report.hidden.append(f"request {row['number']} is flagged and {row['state']} without an operator")
    troubled = {row["request_id"] for row in tables["letters"] if row["state"] in ("unknown", "failed")}
    running = {row["id"]: row["number"] for row in tables["requests"] if row["state"] == "running"}
    for request in (troubled & running.keys()) - tray:
        report.hidden.append(f"request {running[request]} has a letter in trouble and is not in the tray")
    shown = (
        ("letters", ("unknown", "failed"), outbox),
        ("steps", ("failed",), failed),
        ("jobs", ("parked",), parked),
    )
    for name, states, seen in shown:
        missing = [row["id"] for row in tables[name] if row["state"] in states and row["id"] not in seen]
        report.hidden += [f"{name} {one} is on no list" for one in missing]


def _whole_tray(tx: Transaction) -> Iterator[Any]:
    page = 1
    while rows := tx.tray.page(View.REVIEW, "anybody", page=page).rows:
        yield from rows
        page += 1


def _look_for_stuck(tables: Tables, report: Report) -> None:
    """At rest nothing is on its way: what has not ended waits for somebody, or has failed in sight."""
    for row in tables["jobs"]:
        if row["name"] != "poll" and row["state"] != "parked":
            report.stuck.append(f"job {row['id']} ({row['name']} {row['row_id']}) is {row['state']}")
    moving = (("steps", "perform", ("ready", "running")), ("letters", "deliver", ("written", "sending")))
    for name, job, states in moving:
        for row in tables[name]:
            if row["state"] in states and not _jobs_of(tables, job, row["id"]):
                report.stuck.append(f"{name} {row['id']} is {row['state']} and no job is about it")
    waiting = {row["request_id"] for row in tables["waits"] if row["answered_at"] is None}
    troubled = {row["request_id"] for row in tables["letters"] if row["state"] in ("unknown", "failed")}
    troubled |= {row["request_id"] for row in tables["steps"] if row["state"] in ("failed", "unknown")}
    parked = {
        row["row_id"] for row in tables["jobs"] if row["name"] == "perform" and row["state"] == "parked"
    }
    troubled |= {row["request_id"] for row in tables["steps"] if row["id"] in parked}
    for row in tables["requests"]:
        if row["state"] in ("running", "reading") and row["id"] not in waiting | troubled:
            report.stuck.append(f"request {row['number']} is {row['state']} and waits for nothing")


def _look_at_audit(tables: Tables, report: Report) -> None:
    """One entry for each arrival, each step that was done, each letter's outcome."""
    entries = tables["audit"]
    received = Counter(row["receipt_id"] for row in entries if row["action"] == "receive")
    for row in tables["receipts"]:
        if received[row["id"]] != 1:
            report.audit.append(f"receipt {row['number']} has {received[row['id']]} entries of its arrival")
    effects = Counter(
        _json(row["facts"]).get("effect") for row in entries if row["action"].startswith("step-")
    )
    for row in tables["steps"]:
        if row["state"] == "done" and effects[row["effect_key"]] != 1:
            report.audit.append(f"step {row['effect_key']} has {effects[row['effect_key']]} entries")
    outcomes = Counter(
        (row["subject"], row["action"]) for row in entries if row["action"].startswith("letter-")
    )
    for row in tables["letters"]:
        said = outcomes[(f"letter:{row['id']}", f"letter-{row['state']}")]
        is_settled = row["settled_by"] or row["state"] not in ("sent", "failed", "unknown")
        if not is_settled and said != 1:
            report.audit.append(f"letter {row['id']} is {row['state']}, and {said} entries say so")


def fingerprint(office: Office) -> dict[str, Any]:
    """Everything that is kept, but for polling: two fingerprints are equal when nothing has changed."""
    with office.app.database.reading() as tx:
        tables = Tables(tx)
    rows = {name: sorted(map(_line, found)) for name, found in tables.rows.items() if name != "jobs"}
    rows["jobs"] = sorted(_line(row) for row in tables["jobs"] if row["name"] != "poll")
    rows["accepted"] = [str(len(read_accepted(office.relay.log)))]
    return rows


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What a second drain changed, by table."""
    return [
        f"{name}: {len(before[name])} rows, then {len(after[name])}"
        for name in before
        if before[name] != after[name]
    ]


def outcome(office: Office) -> dict[str, Any]:
    """What the day came to, whoever was first: the same with and without kills."""
    with office.app.database.reading() as tx:
        tables = Tables(tx)
    histories: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row in tables["ledger_rows"]:
        values = _json(row["values"])
        said = " ".join(str(values.get(name)) for name in ("status", "department", "kind", "user_name"))
        histories.setdefault((row["ledger"], row["key"]), []).append((row["version"], said))
    units = Counter(tuple(said for _, said in sorted(rows)) for rows in histories.values())
    return {
        "receipts": _tally(tables, "receipts", "channel", "kind"),
        "copies": sum(row["copy_of"] is not None for row in tables["receipts"]),
        "requests": _tally(tables, "requests", "service", "state", "requester_name"),
        "units": units,
        "letters": Counter((row["purpose"], row["to"], _title(row)) for row in tables["letters"]),
    }


def _openers(tables: Tables) -> list[dict[str, Any]]:
    """Mails that opened a request of their own."""
    openers = {row["receipt_id"] for row in tables["requests"]}
    return [row for row in tables["receipts"] if row["id"] in openers and row["message_id"]]


def _wanted_changes(step: Row) -> int | None:
    """How many rows a done step of the ledger changed by its own account; None for other steps."""
    if step["kind"] not in ("reserve", "ledger-update"):
        return None
    result = _json(step["result"])
    return 0 if result.get("skipped") else len(result.get("version", ()))


def _jobs_of(tables: Tables, name: str, row_id: int) -> list[dict[str, Any]]:
    return [row for row in tables["jobs"] if row["name"] == name and row["row_id"] == row_id]


def _counted(rows: Sequence[Row], *names: str) -> Iterator[tuple[tuple[Any, ...], int]]:
    counts = Counter(tuple(row[name] for name in names) for row in rows)
    return ((key, count) for key, count in counts.items() if count > 1)


def _tally(tables: Tables, table: str, *names: str) -> Counter[tuple[str, ...]]:
    return Counter(tuple(str(row[name]) for name in names) for row in tables[table])


def _title(row: Row) -> str:
    """A letter's subject without the receipt number."""
    return str(row["subject"]).partition("】")[2]


def _message_id(raw: bytes) -> str:
    for line in raw.split(b"\r\n\r\n", 1)[0].replace(b"\r\n ", b" ").split(b"\r\n"):
        if line.lower().startswith(b"message-id:"):
            return line.partition(b":")[2].strip(b" <>").decode()
    return "(none)"


def _short(raw: bytes) -> str:
    return f"{hashlib.sha256(raw).hexdigest()[:8]} {_message_id(raw)}"


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else (value if value is not None else {})


def _line(row: Row) -> str:
    return json.dumps({name: str(value) for name, value in row.items()}, sort_keys=True)
