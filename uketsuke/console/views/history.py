"""What happened to a request: its audit entries and its conversation, in words (AP-24, AP-57)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.progress import refusal
from uketsuke.domain.corrections import ROW_IN
from uketsuke.domain.request import FieldSpec, cell_of, spec_at
from uketsuke.store.audit import Entry
from uketsuke.store.exchanges import Exchange


@dataclass(frozen=True)
class HistoryLine:
    """One entry: when, who, what, why."""

    at: str
    who: str
    text: str
    reason: str = ""


@dataclass(frozen=True)
class Talk:
    """One question or answer; `fresh` is an answer nobody has acted on yet."""

    at: str
    incoming: bool
    text: str
    questions: tuple[str, ...]
    open: bool
    fresh: bool
    id: int = 0


def history(
    entries: Sequence[Entry], naming: Naming, specs: Mapping[str, FieldSpec] | None = None
) -> tuple[HistoryLine, ...]:
    """The entries, newest first; a correction names the fields, cells and rows by their `specs`."""
    return tuple(
        HistoryLine(
            naming.at(entry.at),
            naming.actor(entry.actor),
            _with_fields(what_happened(entry, naming), entry, naming, specs or {}),
            why_so(entry, naming),
        )
        for entry in reversed(entries)
    )


def _with_fields(text: str, entry: Entry, naming: Naming, specs: Mapping[str, FieldSpec]) -> str:
    """The sentence with what was corrected, where the entry says so and the service has it."""
    paths = entry.facts.get("fields")
    found = [_field(str(path), naming, specs) for path in paths] if isinstance(paths, list) else []
    named = "、".join(dict.fromkeys(one for one in found if one))
    return naming.words("history.fields", text=text, fields=named) if named else text


def _field(path: str, naming: Naming, specs: Mapping[str, FieldSpec]) -> str:
    table, cell = path.removesuffix(ROW_IN), cell_of(path)
    if spec_at(specs, table) is None:
        return ""
    label = naming.wordbook.field(table, specs)
    if path != table:
        return naming.words("history.row-in", table=label)
    return naming.words("history.row-out", table=label) if cell and cell.name is None else label


def what_happened(entry: Entry, naming: Naming) -> str:
    """The entry as a sentence; its action's name where nobody wrote one."""
    action = "run-on-the-spot" if entry.facts.get("on_the_spot") else entry.action
    text = naming.words.get(f"history.did.{action}", _kind(action, naming))
    after = entry.facts.get("after")
    state = after.get("state") if isinstance(after, Mapping) else None
    if isinstance(state, str) and (word := naming.state_word(state)):
        text = naming.words("history.to", text=text, state=word)
    return text


def _kind(action: str, naming: Naming) -> str:
    """A step of a kind that has no sentence of its own is told by the kind's name."""
    kind = action.removeprefix("step-")
    return naming.wordbook.step_kind(kind) if naming.wordbook.has(f"step.{kind}") else action


def why_so(entry: Entry, naming: Naming) -> str:
    """The reason that a person or a program gave; empty where none was needed."""
    if entry.action in ("step-failed", "step-unknown"):
        why = naming.words.get(f"history.failure.{entry.reason}", entry.reason or "")
        more = refusal(str(entry.facts.get("why", "")), naming)
        return f"{why}：{more}" if more else why
    return str((entry.personal or {}).get("reason") or entry.reason or "")


def talk(exchanges: Sequence[Exchange], naming: Naming) -> tuple[Talk, ...]:
    """The conversation, oldest first."""
    return tuple(
        Talk(
            at=naming.at(one.at),
            incoming=one.direction == "in",
            text=one.text,
            questions=tuple(one.questions or ()),
            open=one.direction == "out" and one.open,
            fresh=one.direction == "in" and one.open,
            id=one.id,
        )
        for one in exchanges
    )
