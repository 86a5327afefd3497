"""How single values stand in the cells of a table: days, lists, posts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date

from uketsuke.cli.words import listed, say
from uketsuke.domain.dates import read_dates
from uketsuke.domain.people import Post
from uketsuke.domain.text import fold

_COMPACT = re.compile(r"(\d{4}|[RHSrhs]\d{2})(\d{2})(\d{2})", re.ASCII)
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(?::00)?$")
_DATED = re.compile("付け?$")
_WITH_YEAR = frozenset({"full-date", "era-date"})
_ANY_DAY = date(2000, 1, 1)
"""Only days that name their own year count, so it does not matter from where they are seen."""
_NO_END = "9999"
"""The year with which personnel systems say that there is no end."""
_SEPARATORS = re.compile(r"[;:\[]")


class WrongCell(ValueError):
    """A cell that cannot be what its column holds; `reason` is a code of the messages."""

    def __init__(self, reason: str, column: str, cell: str) -> None:
        self.reason, self.column, self.cell = reason, column, cell
        super().__init__(f"{column}: {reason}")


def post_cell(posts: Sequence[Post]) -> str:
    """Posts as text: `確認者:officer lead;研修担当:`; JSON where a title has a separator in it."""
    if any(_SEPARATORS.search(post.title) for post in posts):
        return json.dumps([post.model_dump() for post in posts], ensure_ascii=False)
    return ";".join(f"{post.title}:{' '.join(post.roles)}" for post in posts)


def posts(cell: str, column: str) -> list[Post]:
    """Read what `post_cell` writes; raises `WrongCell`."""
    try:
        if cell.startswith("["):
            return [Post.model_validate(post) for post in json.loads(cell)]
    except ValueError as error:
        raise WrongCell("not-a-list", column, cell) from error
    parts = [part.partition(":") for part in cell.split(";") if part.strip()]
    return [Post(title=title.strip(), roles=tuple(roles.split())) for title, _, roles in parts]


def joined(texts: Sequence[str]) -> str:
    """Several texts in one cell."""
    if any(_SEPARATORS.search(text) for text in texts):
        return json.dumps(list(texts), ensure_ascii=False)
    return ";".join(texts)


def split(cell: str, column: str) -> tuple[str, ...]:
    """Read what `joined` writes; raises `WrongCell`."""
    if cell.startswith("["):
        try:
            return tuple(str(text) for text in json.loads(cell))
        except ValueError as error:
            raise WrongCell("not-a-list", column, cell) from error
    return tuple(text.strip() for text in cell.split(";") if text.strip())


def day(cell: str, column: str) -> date | None:
    """A day with its year, western or of an era; None where the cell is empty; raises `WrongCell`."""
    text = _DATED.sub("", _MIDNIGHT.sub("", fold(cell).strip()))
    if not text:
        return None
    compact = _COMPACT.fullmatch(text)
    text = ".".join(compact.groups()) if compact else text
    found = read_dates(text, _ANY_DAY)
    if len(found) != 1 or found[0].rule not in _WITH_YEAR or found[0].concern or found[0].value is None:
        raise WrongCell("not-a-date", column, cell)
    if (found[0].start, found[0].end) != (0, len(text)):
        raise WrongCell("not-a-date", column, cell)
    return found[0].value


def last_day(cell: str, column: str) -> date | None:
    """The day on which something ends; None where it has no end; raises `WrongCell`."""
    return None if fold(cell).strip().startswith(_NO_END) else day(cell, column)


def is_active(cell: str, column: str) -> bool:
    """Whether the row counts; an empty cell says yes; raises `WrongCell`."""
    known = {"": True, "1": True, "true": True, "0": False, "false": False}
    known |= {say("row.active"): True, say("row.inactive"): False}
    words = listed("row-words")
    known |= {word: choice == "active" for choice, found in words.items() for word in found}
    if cell.strip().lower() not in known:
        raise WrongCell("unknown-choice", column, cell)
    return known[cell.strip().lower()]


def day_text(of: date | None) -> str:
    """A day as ISO text; empty where there is none."""
    return of.isoformat() if of else ""
