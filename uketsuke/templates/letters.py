"""Letters: subject and body from a template and facts, the same text every time.

Templates stand in `mail/<city>/<service>.txt`, one pair of blocks
`<mail>_subject`, `<mail>_body` for each letter, shapes by `extends`. Values are
data: they are never evaluated, and cannot begin a line or a header of their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    meta,
    nodes,
)
from jinja2.sandbox import SandboxedEnvironment

from uketsuke.domain.content import Frozen
from uketsuke.domain.wording import letter_day, letter_until
from uketsuke.errors import ConfigurationError, UketsukeError
from uketsuke.templates.wrapping import wrap

HOUSE = frozenset({"city", "desk", "phone", "hours"})
"""Facts of the settings that every letter may use: names of city and desk, the phone line, its hours."""
EVERY = frozenset({"recipient", "to_section", "status_url", "checks_url"})
"""Facts of one letter that need not be given: its greeting, whether it goes to a section, the status page,
and the page on which a department's officers check."""
GENERAL: Mapping[str, frozenset[str]] = {
    "general.acknowledgement": frozenset({"receipt_number", "service", "promised", "subject_line"}),
    "general.answer": frozenset({"receipt_number", "subject_line", "text"}),
    "general.question": frozenset({"receipt_number", "subject_line", "questions", "text"}),
    "general.returned": frozenset({"receipt_number", "subject_line", "reason"}),
    "general.rejected": frozenset({"receipt_number", "subject_line", "reason"}),
    "general.out-of-scope": frozenset({"receipt_number", "subject_line", "reason"}),
    "general.confirm": frozenset(
        {"receipt_number", "confirm_url", "until", "changes", "asked_by", "asked_on"}
    ),
    "general.check-reminder": frozenset({"receipt_number", "checks", "others", "checks_url"}),
    "general.withdrawn": frozenset({"receipt_number", "subject_line"}),
}
"""Letters that belong to no service, and their variables."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"\s+")
_PARAGRAPHS = frozenset({"text"})
"""Facts that an operator wrote as paragraphs, and that are sent whole; every other value is one line."""
_LONGEST_VALUE = 2_000
_LONGEST_SUBJECT = 200


class Letter(Frozen):
    """A rendered letter: one line of subject, the wrapped text."""

    subject: str
    body: str


class BrokenTemplate(UketsukeError):
    """A template cannot be rendered: it or one of its variables is missing."""

    def __init__(self, template: str, reason: str) -> None:
        self.template, self.reason = template, reason
        super().__init__(f"letter {template}: {reason}")


class LetterTemplates:
    """All letters behind one loader; `house` are facts of the settings (`HOUSE`) that a call may give too."""

    def __init__(self, loader: BaseLoader, house: Mapping[str, str]) -> None:
        self.house = dict.fromkeys(sorted(HOUSE), "") | dict(house)
        self._environment = SandboxedEnvironment(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_shown,
        )
        self._trees: dict[str, tuple[str, nodes.Template]] = {}
        """Path → source and its tree: parsing is most of what a letter costs."""
        self._environment.filters.update(day=_day, until=_until, names=_names)

    @classmethod
    def load(
        cls, cities: Collection[str] = (), folder: Path | None = None, house: Mapping[str, str] | None = None
    ) -> LetterTemplates:
        """The package's letters; those in `folder/mail` of a city's own come first.

        `cities` is there for loaders that keep a city's letters elsewhere.
        """
        own = [FileSystemLoader(folder / "mail")] if folder else []
        return cls(ChoiceLoader([*own, package_loader()]), house or {})

    def render(self, template: str, facts: Mapping[str, Any]) -> Letter:
        """The letter of that id with these facts; raises `BrokenTemplate`.

        Dates are ISO 8601 text or dates; they are written as letters write them.
        """
        path, block = locate(template)
        given = {"recipient": "", "to_section": False, "status_url": None, "checks_url": None}
        given |= {**self.house, **facts}
        given = {name: _cleaned(value, name in _PARAGRAPHS) for name, value in given.items()}
        subject = self._block(template, path, f"{block}_subject", given)
        body = self._block(template, path, f"{block}_body", given)
        return Letter(subject=_heading(subject), body=wrap(_CONTROL.sub("", body)))

    def check(self, declared: Mapping[str, Collection[str]]) -> None:
        """Refuse templates that miss a block or use a variable that is not declared for it.

        `declared` is template id → variables. Raises `ConfigurationError` with every problem.
        """
        problems = [
            problem
            for template in sorted(declared)
            for problem in self._problems(template, declared[template])
        ]
        if problems:
            raise ConfigurationError(tuple(dict.fromkeys(problems)))

    def _problems(self, template: str, variables: Collection[str]) -> Iterator[str]:
        path, block = locate(template)
        known = {*variables, *HOUSE, *EVERY}
        for name in (f"{block}_subject", f"{block}_body"):
            try:
                used = self._variables(path, name)
            except TemplateError as error:
                yield f"{path}: {type(error).__name__} {error.message or ''}".rstrip()
                continue
            if used is None:
                yield f"{path}: block {name} is missing"
            else:
                yield from (f"{path}: {name} uses unknown variable {one}" for one in sorted(used - known))

    def _variables(self, path: str, name: str) -> set[str] | None:
        """What a block uses, the blocks and files it calls in included; None where there is no such block."""
        chain = list(self._chain(path))
        blocks = {one.name: one for _, tree in reversed(chain) for one in tree.find_all(nodes.Block)}
        if name not in blocks:
            return None
        used: set[str] = set()
        waiting, seen = [name], {name}
        while waiting:
            tree = nodes.Template(blocks[waiting.pop()].body, lineno=1)
            tree.set_environment(self._environment)
            used |= meta.find_undeclared_variables(tree)
            for included in filter(None, meta.find_referenced_templates(tree)):
                used |= meta.find_undeclared_variables(self._parse(included))
            called = {one.attr for one in tree.find_all(nodes.Getattr) if _is_self(one.node)} - seen
            waiting.extend(called & blocks.keys())
            used |= {f"self.{missing}" for missing in called - blocks.keys()}
            seen |= called
        return used

    def _chain(self, path: str) -> Iterator[tuple[str, nodes.Template]]:
        """The template, then what it extends, outward, each with its path."""
        while True:
            tree = self._parse(path)
            yield path, tree
            parent = tree.find(nodes.Extends)
            if parent is None:
                return
            path = parent.template.as_const()

    def _parse(self, path: str) -> nodes.Template:
        assert self._environment.loader is not None  # noqa: S101 - the constructor demands one
        source = self._environment.loader.get_source(self._environment, path)[0]
        known = self._trees.get(path)
        if known is None or known[0] != source:
            known = self._trees[path] = (source, self._environment.parse(source, path, path))
        return known[1]

    def _block(self, template: str, path: str, name: str, facts: Mapping[str, Any]) -> str:
        try:
            context = self._environment.get_template(path).new_context(dict(facts))
            for parent, _ in list(self._chain(path))[1:]:
                for known, render in self._environment.get_template(parent).blocks.items():
                    context.blocks.setdefault(known, []).append(render)
            return "".join(context.blocks[name][0](context))
        except KeyError as error:
            raise BrokenTemplate(template, f"no block {name}") from error
        except TemplateError as error:
            raise BrokenTemplate(template, error.message or type(error).__name__) from error


def locate(template: str) -> tuple[str, str]:
    """File and block prefix of an id: `kobe.lte-handover.done` → `kobe/lte-handover.txt`, `done`."""
    *folders, block = template.split(".")
    return f"{'/'.join(folders)}.txt", block.replace("-", "_")


def package_loader() -> BaseLoader:
    """The templates that are part of the package."""
    return PackageLoader("uketsuke", "templates/mail")


def _shown(value: Any) -> Any:
    return "" if value is None else value


def _cleaned(value: Any, paragraphs: bool = False) -> Any:
    """What a value may put into a letter: one line of text (or paragraphs), without control characters."""
    if isinstance(value, str) and paragraphs:
        return _CONTROL.sub("", value.replace("\r\n", "\n")).strip()
    if isinstance(value, str):
        return _BLANKS.sub(" ", _CONTROL.sub(" ", value)).strip()[:_LONGEST_VALUE]
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return value


def _heading(text: str) -> str:
    return _BLANKS.sub(" ", _CONTROL.sub(" ", text)).strip()[:_LONGEST_SUBJECT]


def _day(value: str | date) -> str:
    return letter_day(value if isinstance(value, date) else date.fromisoformat(value))


def _until(value: str | datetime) -> str:
    return letter_until(value if isinstance(value, datetime) else datetime.fromisoformat(value))


def _names(value: Any) -> str:
    """Several names side by side; one name as it is."""
    return "、".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value or "")


def _is_self(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Name) and node.name == "self"
