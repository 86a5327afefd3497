"""Refusals as kintone words them: `{code, id, message, errors}` and a status."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _texts() -> dict[str, str]:
    source = files("uketsuke.templates").joinpath("messages", "fake_kintone.ja.toml")
    texts: dict[str, str] = tomllib.loads(source.read_text("utf-8"))["kintone"]
    return texts


def say(key: str, /, **facts: object) -> str:
    """kintone's wording of a message, from `templates/messages/fake_kintone.ja.toml`."""
    return _texts()[key].format(**facts)


class Problem(Exception):
    """One refusal; its text is the message of the same key."""

    def __init__(
        self,
        status: int,
        code: str,
        key: str,
        /,
        errors: Mapping[str, Sequence[str]] | None = None,
        **facts: object,
    ) -> None:
        self.status, self.code = status, code
        self.message = say(key, **facts)
        self.errors = errors
        super().__init__(f"{status} {code}")

    def body(self, number: int) -> dict[str, Any]:
        """The answer's JSON; `number` makes its id, which differs with every answer."""
        body: dict[str, Any] = {"code": self.code, "id": f"fake{number:016d}", "message": self.message}
        if self.errors is not None:
            body["errors"] = {name: {"messages": list(said)} for name, said in self.errors.items()}
        return body


def invalid(errors: Mapping[str, Sequence[str]]) -> Problem:
    """CB_VA01: what was sent breaks a rule, field by field."""
    return Problem(400, "CB_VA01", "invalid", errors=errors)


def lacking(name: str) -> Problem:
    """CB_VA01: a parameter is missing."""
    return invalid({name: [say("required")]})


def malformed() -> Problem:
    """CB_IJ01: the JSON is not of the shape that the parameter needs."""
    return Problem(400, "CB_IJ01", "malformed")


def unsupported(what: str) -> Problem:
    """Ours, not kintone's: this part of kintone is not imitated, and says so instead of guessing."""
    return Problem(501, "FAKE_UNSUPPORTED", "unsupported", what=what)
