"""The structure of a message (RFC 2046) as a tree of byte ranges, within limits.

Every limit of FAULTS 2 that concerns structure is checked here, before any
parameter of a part is asked. Nothing is decoded and nothing raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from uketsuke.intake.headers import Headers, read_headers
from uketsuke.intake.limits import Limits
from uketsuke.intake.parameters import Parameterized, clean_filename, read_parameters
from uketsuke.intake.problems import Findings, ProblemCode

_LINE_END = re.compile(rb"[ \t]*\r?(?:\n|\Z)")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+\Z")
_PLAIN = Parameterized("text/plain")
_NO_DISPOSITION = Parameterized("")
_OPAQUE = Parameterized("application/octet-stream")


@dataclass
class Part:
    """One part: where its body lies in the raw message, and what it claims to be."""

    path: tuple[int, ...]
    headers: Headers
    start: int
    end: int
    media: Parameterized = _PLAIN
    disposition: Parameterized = _NO_DISPOSITION
    children: list[Part] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        """Whether it holds parts; a broken multipart counts as text."""
        return self.media.value.startswith("multipart/")

    @property
    def is_message(self) -> bool:
        """Whether it is a message inside the message."""
        return self.media.value == "message/rfc822"

    @property
    def filename(self) -> str:
        """The claimed name without path, `""` when there is none."""
        return clean_filename(self.disposition.text("filename") or self.media.text("name"))

    @property
    def encoding(self) -> str:
        """Content-Transfer-Encoding, lower case."""
        return self.headers.plain("content-transfer-encoding").split(";")[0].strip().lower()


class _Builder:
    """Builds the tree with its own stack, counting against the limits."""

    def __init__(self, raw: bytes, limits: Limits, findings: Findings) -> None:
        self.raw = raw
        self.limits = limits
        self.findings = findings
        self.parts = 0
        self.boundary_lines = 0
        self.header_bytes = 0

    def expand(self, part: Part) -> list[Part]:
        """Fills in the children of one part and gives those that may have children themselves."""
        if part.is_multipart:
            ranges = self._split(part)
        elif part.is_message and part.encoding not in ("base64", "quoted-printable"):
            ranges = [(part.start, part.end)]
        else:
            return []
        if len(part.path) >= self.limits.depth:
            self.findings.add(ProblemCode.TOO_DEEP, str(self.limits.depth))
            part.media = _OPAQUE
            return []
        for index, (start, end) in enumerate(ranges):
            child = self._child((*part.path, index), start, end, part)
            if child is None:
                break
            part.children.append(child)
        if part.is_multipart and not part.children:
            part.media = _PLAIN
        return part.children

    def _child(self, path: tuple[int, ...], start: int, end: int, parent: Part) -> Part | None:
        if self.parts >= self.limits.parts:
            self.findings.add(ProblemCode.TOO_MANY_PARTS, str(self.limits.parts))
            return None
        self.parts += 1
        headers, body = read_headers(self.raw, start, end, self.limits, self.findings, lenient=False)
        self.header_bytes += sum(len(header.name) + len(header.value) for header in headers.fields)
        if self.header_bytes > self.limits.part_headers:
            self.findings.add(ProblemCode.PART_HEADERS_TOO_LARGE)
            return None
        digest = parent.media.value == "multipart/digest"
        default = Parameterized("message/rfc822") if digest else _PLAIN
        return describe(Part(path, headers, min(body, end), end), default, self.limits, self.findings)

    def _split(self, part: Part) -> list[tuple[int, int]]:
        """The byte ranges between the boundary lines of a multipart (RFC 2046 5.1.1)."""
        boundary = part.media.parameters.get("boundary", b"").rstrip()
        ranges: list[tuple[int, int]] = []
        begin: int | None = None
        closed = False
        marker, at = b"--" + boundary, part.start
        while boundary and not closed and len(ranges) <= self.limits.parts:
            at = self.raw.find(marker, at, part.end)
            if at < 0:
                break
            self.boundary_lines += 1
            if self.boundary_lines > self.limits.boundary_lines:
                self.findings.add(ProblemCode.TOO_MANY_BOUNDARIES, str(self.limits.boundary_lines))
                break
            after = at + len(marker)
            closing = self.raw.startswith(b"--", after, part.end)
            line = _LINE_END.match(self.raw, after + 2 if closing else after, part.end)
            if line and (at == part.start or self.raw[at - 1] == 0x0A):
                if begin is not None:
                    ranges.append((begin, self._trim(begin, at)))
                begin, closed = line.end(), closing
            at = after
        if begin is None:
            self.findings.add(ProblemCode.BROKEN_MULTIPART)
        elif not closed:
            self.findings.add(ProblemCode.TRUNCATED)
            ranges.append((begin, part.end))
        return ranges

    def _trim(self, begin: int, boundary: int) -> int:
        """The end of a part: the line end before a boundary belongs to the boundary."""
        end = boundary - 1 if boundary > begin else begin
        return end - 1 if end > begin and self.raw[end - 1] == 0x0D else end


def describe(part: Part, default: Parameterized, limits: Limits, findings: Findings) -> Part:
    """Reads what a part claims to be, unless its claims are too long to be looked at."""
    if any(len(h.value) > limits.part_header for h in part.headers.fields if h.name.startswith("content-")):
        findings.add(ProblemCode.PART_HEADER_TOO_LONG, ".".join(map(str, part.path)))
        part.media = _OPAQUE
        return part
    claimed = part.headers.first("content-type")
    part.media = read_parameters(claimed) if claimed else default
    if not _TYPE.match(part.media.value):
        part.media = Parameterized("text/plain", part.media.parameters)
    part.disposition = read_parameters(part.headers.first("content-disposition") or b"")
    return part


def read_structure(raw: bytes, headers: Headers, body: int, limits: Limits, findings: Findings) -> Part:
    """The tree of parts of a message whose headers are known and whose body begins at `body`."""
    top = describe(Part((), headers, body, len(raw)), _PLAIN, limits, findings)
    builder = _Builder(raw, limits, findings)
    waiting = [top]
    while waiting:
        waiting.extend(reversed(builder.expand(waiting.pop())))
    return top
