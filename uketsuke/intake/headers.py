"""The header block: raw bytes to names and unfolded raw values, within limits.

The standard parser is not used: reading a header there can raise or take
seconds (FAULTS 2). Values stay bytes until somebody asks for one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from uketsuke.intake.limits import Limits
from uketsuke.intake.problems import Findings, ProblemCode
from uketsuke.intake.words import decode_words

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")
_KNOWN = re.compile(rb"(?i)(?:from|to|subject|date|message-id|mime-version|content-[a-z-]+)[ \t]*:")
_MBOX = (b"From ", b">From ")


@dataclass(frozen=True)
class Header:
    """One header field: lower-case name, unfolded raw value."""

    name: str
    value: bytes


@dataclass(frozen=True)
class Headers:
    """The fields of one header block, in order."""

    fields: tuple[Header, ...] = ()
    cut: bool = False
    """Something was left out over a limit: "exactly one From" cannot be told any more."""

    def values(self, name: str) -> tuple[bytes, ...]:
        """All values of a field, topmost first."""
        return tuple(header.value for header in self.fields if header.name == name)

    def first(self, name: str) -> bytes | None:
        """The topmost value of a field."""
        return next((header.value for header in self.fields if header.name == name), None)

    def text(self, name: str, findings: Findings) -> str:
        """The topmost value decoded (RFC 2047), `""` when absent."""
        decoded = decode_words(self.first(name) or b"")
        for code in decoded.codes:
            findings.add(code, name)
        return decoded.text

    def plain(self, name: str) -> str:
        """The topmost value as plain ASCII, for fields that are never encoded."""
        return (self.first(name) or b"").decode("ascii", "replace").strip()


def find_body(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header block that begins at `start` ends, and where its body begins."""
    if raw.startswith(b"\n", start, end):
        return start, start + 1
    if raw.startswith(b"\r\n", start, end):
        return start, start + 2
    match = _BLANK_LINE.search(raw, start, end)
    return (match.start() + 1, match.end()) if match else (end, end)


def read_headers(
    raw: bytes, start: int, end: int, limits: Limits, findings: Findings, lenient: bool = True
) -> tuple[Headers, int]:
    """The fields of the block at `start` and where the body begins (RFC 5322 2.2).

    A message without any header is all body; a line that is no header ends the
    block unless well-known fields follow it. `lenient=False` (parts) skips such lines.
    """
    header_end, body = find_body(raw, start, end)
    cut = header_end - start > limits.header_block
    if cut:
        findings.add(ProblemCode.HEADER_BLOCK_TOO_LARGE)
    block = raw[start : min(header_end, start + limits.header_block)]
    lines = block.split(b"\n")
    if cut:
        lines.pop()
    groups, used = _group_lines(lines, findings, lenient)
    if used < len(lines) and not cut:
        body = start + sum(len(line) + 1 for line in lines[:used])
    if len(groups) > limits.headers:
        findings.add(ProblemCode.TOO_MANY_HEADERS, str(len(groups)))
        groups, cut = groups[: limits.headers], True
    fields = []
    for group in groups:
        header, too_long = _unfold(group, limits)
        if too_long:
            findings.add(ProblemCode.HEADER_TOO_LONG, header.name)
        fields.append(header)
        cut = cut or too_long
    return Headers(tuple(fields), cut), body


def _group_lines(lines: list[bytes], findings: Findings, lenient: bool) -> tuple[list[list[bytes]], int]:
    """Lines by field (continuations with their field), and how many lines were header."""
    groups: list[list[bytes]] = []
    last_known = max((at for at, line in enumerate(lines) if _KNOWN.match(line)), default=-1)
    for at, line in enumerate(lines):
        line = line.rstrip(b"\r")
        if line[:1] in (b" ", b"\t") and groups:
            groups[-1].append(line)
        elif _FIELD.match(line):
            groups.append([line])
        elif line and not (at == 0 and line.startswith(_MBOX)):
            if at or last_known >= 0:
                findings.add(ProblemCode.BROKEN_HEADER)
            if lenient and at > last_known:
                return groups, at
    return groups, len(lines)


def _unfold(group: list[bytes], limits: Limits) -> tuple[Header, bool]:
    name, _, rest = group[0].partition(b":")
    value = b"".join([rest, *group[1:]])
    too_long = len(value) > limits.header
    return Header(name.strip().lower().decode("ascii"), value[: limits.header].strip(b" \t")), too_long
