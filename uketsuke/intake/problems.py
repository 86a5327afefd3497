"""What can be wrong with the way a message is written: one table of slugs.

A problem never stops the reading: it is noted, and becomes a concern (FR-13),
so that an operator looks at the original.
"""

from __future__ import annotations

from enum import StrEnum

from uketsuke.domain.content import Problem


class ProblemCode(StrEnum):
    """Slugs of `Problem.code`; the words people read stand in messages/ja.toml."""

    TOO_LARGE = "too-large"
    HEADER_BLOCK_TOO_LARGE = "header-block-too-large"
    TOO_MANY_HEADERS = "too-many-headers"
    HEADER_TOO_LONG = "header-too-long"
    TOO_MANY_BOUNDARIES = "too-many-boundaries"
    TOO_MANY_PARTS = "too-many-parts"
    TOO_DEEP = "too-deep"
    PART_HEADER_TOO_LONG = "part-header-too-long"
    PART_HEADERS_TOO_LARGE = "part-headers-too-large"
    TEXT_TOO_LONG = "text-too-long"
    BROKEN_HEADER = "broken-header"
    BROKEN_ENCODED_WORD = "broken-encoded-word"
    BROKEN_DATE = "broken-date"
    BROKEN_MULTIPART = "broken-multipart"
    TRUNCATED = "truncated-multipart"
    BROKEN_BASE64 = "broken-base64"
    BROKEN_QUOTED_PRINTABLE = "broken-quoted-printable"
    UNKNOWN_TRANSFER_ENCODING = "unknown-transfer-encoding"
    UNKNOWN_CHARSET = "unknown-charset"
    LYING_CHARSET = "lying-charset"
    GUESSED_CHARSET = "guessed-charset"
    REPLACEMENT_CHARACTER = "replacement-character"
    PRIVATE_CHARACTER = "private-character"
    ENCRYPTED = "encrypted"
    UNREADABLE_HTML = "unreadable-html"
    NO_TEXT = "no-text"
    BROKEN_NOTE = "broken-note"
    BROKEN_RECORD = "broken-record"
    DOUBLED_NAME = "doubled-name"
    TOO_MANY_VALUES = "too-many-values"
    TOO_MANY_ROWS = "too-many-rows"


class Findings:
    """Collects the problems of one message: each once, and not without end."""

    LIMIT = 50

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Problem] = {}

    def add(self, code: ProblemCode, detail: str = "") -> None:
        """Notes a problem; `detail` says where, or what was written there."""
        detail = detail[:200]
        if len(self._found) < self.LIMIT:
            self._found.setdefault((code, detail), Problem(code=code.value, detail=detail))

    def problems(self) -> tuple[Problem, ...]:
        """All problems in the order in which they were met."""
        return tuple(self._found.values())
