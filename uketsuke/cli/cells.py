"""How single values stand in the cells of a table: days, lists, posts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date

from uketsuke.cli.words import say
from uketsuke.domain.people import Post
from uketsuke.domain.text import fold

_DATE = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?", re.ASCII)
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
    """A day with its year; None where the cell is empty; raises `WrongCell`."""
    if not cell:
        return None
    written = _DATE.fullmatch(fold(cell).strip())
    if written is None:
        raise WrongCell("not-a-date", column, cell)
    try:
        return date(*map(int, written.groups()))
    except ValueError as error:
        raise WrongCell("not-a-date", column, cell) from error


def is_active(cell: str, column: str) -> bool:
    """Whether the row counts; an empty cell says yes; raises `WrongCell`."""
    known = {"": True, "1": True, "true": True, "0": False, "false": False}
    known |= {say("row.active"): True, say("row.inactive"): False}
    if cell.strip().lower() not in known:
        raise WrongCell("unknown-choice", column, cell)
    return known[cell.strip().lower()]


def day_text(of: date | None) -> str:
    """A day as ISO text; empty where there is none."""
    return of.isoformat() if of else ""
