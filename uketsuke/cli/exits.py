"""How a command ends: one exit code per kind of end, and errors that say what to do (UX 8)."""

from __future__ import annotations

from enum import IntEnum

from uketsuke.cli.words import say
from uketsuke.errors import ConfigurationError, Refused, TryLater, UketsukeError


class Code(IntEnum):
    """The exit codes; scripts and monitors rely on them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    UNREACHABLE = 4
    PERSON = 5
    INTERRUPTED = 130


class Failure(UketsukeError):
    """A command cannot go on; `key` names its cause, effect and remedy in the messages."""

    def __init__(self, key: str, code: Code = Code.FAILED, /, **facts: object) -> None:
        self.key, self.code, self.facts = key, code, facts
        super().__init__(f"{key}: {facts}")


def code_of(error: UketsukeError) -> Code:
    """The exit code that an error ends the program with."""
    match error:
        case Failure():
            return error.code
        case ConfigurationError():
            return Code.CONFIGURATION
        case TryLater():
            return Code.UNREACHABLE
        case Refused():
            return Code.PERSON
        case _:
            return Code.FAILED


def describe(error: UketsukeError) -> str:
    """Cause, effect and remedy, one line each; problems of the settings one by one before them."""
    key, facts = _named(error)
    lines = [f"  {problem}" for problem in error.problems] if isinstance(error, ConfigurationError) else []
    parts = [(part, say(f"error.{key}.{part}", **facts)) for part in ("cause", "effect", "remedy")]
    return "\n".join([*lines, *(f"{say(f'error.{part}')}{text}" for part, text in parts)])


def _named(error: UketsukeError) -> tuple[str, dict[str, object]]:
    match error:
        case Failure():
            return error.key, error.facts
        case ConfigurationError():
            return "configuration", {"count": len(error.problems)}
        case TryLater():
            return "unreachable", {"peer": error.peer, "reason": error.reason}
        case Refused():
            return "refused", {"peer": error.peer, "reason": error.reason}
        case _:
            return "other", {"reason": str(error)}
