"""Short texts that people read, from codes and facts: states, decisions, reasons, errors (UX 2).

They stand in `messages/<language>.toml` and `messages/<part>.<language>.toml`.
A missing word is an error when it is looked for, never an empty place on a page.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from uketsuke.domain.authority import Authority, Need
from uketsuke.domain.reading import ROW, Concern
from uketsuke.domain.request import FieldSpec, cell_of, spec_at
from uketsuke.domain.states import Decision, LetterState, RequestState, StepState, WaitKind
from uketsuke.domain.wording import console_day, console_time
from uketsuke.errors import UketsukeError

Facts = Mapping[str, Any]
_LONGEST_FACT = 120


class MissingWord(UketsukeError):
    """The message catalogue has no such text, or a fact that it needs was not given."""

    def __init__(self, key: str, reason: str = "not in the catalogue") -> None:
        self.key, self.reason = key, reason
        super().__init__(f"message {key}: {reason}")


class Wordbook:
    """All messages of one language, by table and key."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """`texts` are by `table.key`; sentences are Jinja expressions over their facts."""
        self._texts = dict(texts)
        environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        environment.filters.update(day=_day, time=_time, joined=_joined)
        self._environment = environment
        self._compiled = {
            key: environment.from_string(text) for key, text in texts.items() if re.search(r"\{[{%]", text)
        }

    @classmethod
    def load(cls, language: str = "ja", folder: Path | None = None) -> Wordbook:
        """Read every message file of a language, and those in `folder/messages` of a city's own services.

        Raises `MissingWord` for a key that two files give.
        """
        places: list[Traversable] = [files("uketsuke.templates").joinpath("messages")]
        if folder is not None and (folder / "messages").is_dir():
            places.append(folder / "messages")
        found = (file for place in places for file in place.iterdir())
        texts: dict[str, str] = {}
        for file in sorted(found, key=lambda one: one.name):
            if not (file.name == f"{language}.toml" or file.name.endswith(f".{language}.toml")):
                continue
            for key, text in _flat(tomllib.loads(file.read_text("utf-8"))):
                if key in texts:
                    raise MissingWord(key, f"given twice, again in {file.name}")
                texts[key] = text
        return cls(texts)

    def text(self, key: str, today: date | None = None, /, **facts: Any) -> str:
        """The text of `table.key` with its facts; raises `MissingWord`."""
        if key not in self._texts:
            raise MissingWord(key)
        template = self._compiled.get(key)
        return self._filled(key, template, {**facts, "today": today}) if template else self._texts[key]

    def has(self, key: str) -> bool:
        """Whether the catalogue has that text."""
        return key in self._texts

    def keys(self, table: str) -> frozenset[str]:
        """Every key of a table."""
        start = f"{table}."
        return frozenset(key.removeprefix(start) for key in self._texts if key.startswith(start))

    def word(self, table: str, code: str) -> str:
        """The word of a code: `word("state", RequestState.HELD)` is 保留."""
        return self.text(f"{table}.{code}")

    def request_state(self, state: RequestState) -> str:
        """A request's state as the desk says it."""
        return self.word("request-state", state)

    def requester_state(self, state: RequestState) -> str:
        """A request's state as requesters read it."""
        return self.word("requester-state", state)

    def step_state(self, state: StepState, wait: WaitKind | None = None) -> str:
        """A step's state; a waiting one says what it waits for."""
        if state is StepState.WAITING and wait is not None:
            return self.word("wait", wait)
        return self.word("step-state", state)

    def letter_state(self, state: LetterState) -> str:
        """A letter's state."""
        return self.word("letter-state", state)

    def decision(self, decision: Decision) -> str:
        """What a decision is called."""
        return self.word("decision", decision)

    def step_kind(self, kind: str) -> str:
        """What sort of step it is."""
        return self.word("step", kind)

    def task(self, task: str) -> str:
        """The title of a task that a person does."""
        return self.word("task", task)

    def system(self, system: str) -> str:
        """What people call a system in which accounts live; its own name where nobody gave it one."""
        return self.word("system", system) if self.has(f"system.{system}") else system

    def field(
        self, name: str | None, specs: Mapping[str, FieldSpec] | None = None, row: object = None
    ) -> str:
        """The label of a field; `from` and the like have words of their own.

        Of a cell that of its table and column, with the place of its `row` from 1 where that is known.
        """
        if name is None:
            return self.word("field", "message")
        cell, bare = cell_of(name), name.partition("[")[0]
        if specs is None or bare not in specs:
            return self.word("field", bare) if self.has(f"field.{bare}") else bare
        column = spec_at(specs, name) if cell and cell.name else None
        if row is None and column is None:
            return specs[bare].label
        key = "cell.row" if column is None else "cell.column" if row is None else "cell.place"
        return self.text(key, table=specs[bare].label, column=column.label if column else "", row=row)

    def concern(
        self, concern: Concern, specs: Mapping[str, FieldSpec] | None = None, today: date | None = None
    ) -> str:
        """Why an operator must look, as one plain sentence."""
        label = self.field(concern.field, specs, concern.facts.get(ROW))
        facts = {"label": label, "field": concern.field, **concern.facts}
        problem = f"problem.{facts.get('problem')}"
        facts["about"] = self.text(problem) if self.has(problem) else ""
        return self.text(f"concern.{concern.code}", today, **facts)

    def need(self, authority: Authority) -> str:
        """実行の条件: what must happen before it runs."""
        return "、".join(self.word("need", need) for need in authority.need) or self.word("need", "auto")

    def error(self, error: UketsukeError) -> str:
        """What failed and what to do, from the error's own facts; unforeseen kinds have one text."""
        names = (_slug(kind.__name__) for kind in type(error).__mro__)
        name = next((one for one in names if self.has(f"error.{one}")), "other")
        return self.text(f"error.{name}", **vars(error))

    def _filled(self, key: str, template: Template, facts: Facts) -> str:
        try:
            return " ".join(template.render({name: _tidy(fact) for name, fact in facts.items()}).split("\n"))
        except TemplateError as error:
            raise MissingWord(key, error.message or type(error).__name__) from error


NEEDS = (*Need, "auto")
"""What `need` has words for."""


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", str(value)))
    return found


def _tidy(fact: Any) -> Any:
    """A fact as it stands in a sentence: the code of an enumeration, one line of words, not endless."""
    if isinstance(fact, StrEnum):
        return fact.value
    if isinstance(fact, str):
        short = " ".join(fact.split())
        return short if len(short) <= _LONGEST_FACT else f"{short[:_LONGEST_FACT]}…"
    if isinstance(fact, list | tuple):
        return [_tidy(one) for one in fact]
    return fact


@pass_context
def _day(context: Context, value: str | date) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(value)
    return console_day(day, context.get("today") or day)


@pass_context
def _time(context: Context, value: str | datetime) -> str:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    today = context.get("today")
    return console_time(at, datetime.combine(today, at.timetz()) if today else at)


def _joined(value: Any) -> str:
    return "・".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)


def _slug(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
