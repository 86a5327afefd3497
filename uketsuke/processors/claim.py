"""Who says that a message is theirs, and which words spoke for it."""

from __future__ import annotations

from enum import IntEnum

from uketsuke.domain.content import Content, Frozen
from uketsuke.domain.text import MarkedText, fold_marked


class Strength(IntEnum):
    """How surely the words name one service; two of equal strength are ambiguous (FR-08)."""

    HINT = 1
    """Words that people also use for other things: never enough to act."""
    NAMED = 2
    """The thing is named, or one of its keys stands there."""
    CHOSEN = 3
    """The service itself was named in a typed field, or an operator chose it."""


class Claim(Frozen):
    """One service's claim to a message: explained by the words found, never by a percentage."""

    service: str
    strength: Strength
    words: tuple[str, ...]
    """As they stand in the message."""


class Marked:
    """The folded subject and new text of a message, with the way back to the original."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.subject = fold_marked(content.subject)
        self.text = fold_marked(content.text)

    def part(self, name: str) -> MarkedText:
        """The folded text of `text` or `subject`."""
        return self.subject if name == "subject" else self.text

    def words(self, name: str, start: int, end: int) -> tuple[int, int, str]:
        """Start, end and words in the original for a span of the folded text."""
        first, last = self.part(name).span(start, end)
        original = self.content.subject if name == "subject" else self.content.text
        return first, last, original[first:last]
