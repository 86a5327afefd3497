"""What came in, with the places values were read from marked and numbered (UX 5.2, AP-19, AP-23).

Everything here is text: HTML mails were reduced to text by the reader, so no
image, script or link of a sender ever reaches a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.domain.content import Attachment, Channel, Content, FormValue, cell_parts
from uketsuke.domain.reading import Reading, SourceKind
from uketsuke.store.receipts import Receipt

_FIELDS_ONLY = frozenset({Channel.KINTONE, Channel.FORMBRIDGE})
"""Channels whose text is nothing but their fields written out once more."""
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True)
class Span:
    """A place in one part of the original, and the fields that were read from it."""

    part: str
    start: int
    end: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """A stretch of text; with `fields` it is a numbered highlight."""

    text: str
    fields: tuple[str, ...] = ()
    mark: int = 0
    sign: str = ""
    bad: bool = False

    @property
    def anchor(self) -> str:
        """The id of the first field that was read from it, without its prefix."""
        return id_of(self.fields[0])


def id_of(path: str) -> str:
    """A path as part of an id, without what addresses and selectors give a meaning: `users_1_user_email`."""
    return re.sub(r"\W+", "_", path).strip("_")


@dataclass(frozen=True)
class TypedRow:
    """A label and value of a form, note or record."""

    label: str
    pieces: tuple[Piece, ...]
    rows: tuple[tuple[TypedRow, ...], ...] = ()
    """Its rows, each with its cells, where it is a table; then it has no pieces of its own."""


@dataclass(frozen=True)
class File:
    """An attachment to download."""

    name: str
    size: str


@dataclass(frozen=True)
class Original:
    """The pane that shows what came in."""

    title: str
    download: str
    headers: tuple[tuple[str, tuple[Piece, ...]], ...]
    values: tuple[TypedRow, ...]
    pieces: tuple[Piece, ...]
    rest: str
    problems: tuple[str, ...]
    attachments: tuple[File, ...]


@dataclass(frozen=True)
class Marks:
    """All highlights of one original, numbered in reading order."""

    spans: tuple[Span, ...]
    bad: frozenset[str] = frozenset()
    """Fields with an open concern."""

    def of_field(self, field: str) -> tuple[int, ...]:
        """The numbers of the places a field was read from."""
        return tuple(number for number, span in enumerate(self.spans, 1) if field in span.fields)

    def cut(self, part: str, text: str) -> tuple[Piece, ...]:
        """The text of a part in pieces, its highlights apart."""
        pieces: list[Piece] = []
        here = 0
        for number, span in enumerate(self.spans, 1):
            if span.part != part or span.start < here or span.end > len(text):
                continue
            pieces += [Piece(text[here : span.start])] if span.start > here else []
            bad = bool(self.bad.intersection(span.fields))
            pieces.append(Piece(text[span.start : span.end], span.fields, number, sign(number), bad))
            here = span.end
        return (*pieces, Piece(text[here:])) if here < len(text) else tuple(pieces)


def sign(number: int) -> str:
    """A highlight's number as it is shown: circled up to twenty."""
    return _CIRCLED[number - 1] if number <= len(_CIRCLED) else f"({number})"


def find_marks(reading: Reading, bad: frozenset[str], typed: Iterable[str] = ()) -> Marks:
    """Every place that a current value was read from: subject first, then text, then typed values."""
    order = {"subject": (0, 0), "text": (1, 0), **{label: (2, place) for place, label in enumerate(typed)}}
    found: dict[tuple[str, int, int], list[str]] = {}
    for field in reading.values:
        read = _as_read(reading, field)
        if read is not None and read[0] in order:
            found.setdefault(read, []).append(field)
    spans = [Span(*place, tuple(fields)) for place, fields in found.items()]
    spans.sort(key=lambda span: (order[span.part], span.start, span.end))
    return Marks(tuple(_merged(spans)), bad)


def _as_read(reading: Reading, field: str) -> tuple[str, int, int] | None:
    """The place of the newest value that was read and not typed by an operator."""
    for value in reversed(reading.values[field]):
        source = value.source
        if source.kind is SourceKind.SPAN and source.start is not None and source.end is not None:
            return source.part, source.start, source.end
        if source.kind in (SourceKind.FORM_FIELD, SourceKind.KINTONE_FIELD):
            return source.part, 0, max(len(source.text), 1)
    return None


def _merged(spans: list[Span]) -> list[Span]:
    """Overlapping places become one highlight for all their fields."""
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last and last.part == span.part and span.start < last.end:
            fields = tuple(dict.fromkeys((*last.fields, *span.fields)))
            merged[-1] = Span(last.part, last.start, max(last.end, span.end), fields)
        else:
            merged.append(span)
    return merged


def original(receipt: Receipt, marks: Marks, naming: Naming) -> Original:
    """The pane for a receipt, also for one that could not be read."""
    words, content = naming.words, receipt.content
    mail = receipt.channel is Channel.MAIL
    if content is None:
        problem = (words("original.unread", problem=receipt.problem or ""),)
        return Original(_title(receipt, naming), _download(mail, naming), (), (), (), "", problem, ())
    return Original(
        title=_title(receipt, naming),
        download=_download(mail, naming),
        headers=_headers(content, marks, naming, receipt) if mail else _other_headers(content, naming),
        values=_typed(content, marks),
        pieces=() if content.channel in _FIELDS_ONLY else marks.cut("text", content.text),
        rest=_rest(content),
        problems=tuple(_problem(problem.code, naming) for problem in content.problems),
        attachments=tuple(File(_name(file, naming), _size(file.size)) for file in content.attachments),
    )


def typed_labels(content: Content | None) -> tuple[str, ...]:
    """The labels of typed values and of their cells, which are parts of the original like its text."""
    found = list[str]()
    for typed in content.values if content else ():
        found.append(typed.label)
        found += [part for row in cell_parts(typed) for part in row]
    return tuple(found)


def _title(receipt: Receipt, naming: Naming) -> str:
    return naming.words(f"original.{receipt.channel.value}")


def _download(mail: bool, naming: Naming) -> str:
    return naming.words("original.eml" if mail else "original.file")


def _headers(
    content: Content, marks: Marks, naming: Naming, receipt: Receipt
) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    words, sender = naming.words, content.sender
    address = sender.address or words(f"original.sender.{sender.defect or 'missing'}")
    shown = f"{sender.display} <{address}>" if sender.display else address
    rows = [
        (words("original.from"), (Piece(shown),)),
        (words("original.subject"), marks.cut("subject", content.subject)),
        (words("original.received"), (Piece(naming.at(receipt.received_at)),)),
    ]
    if content.cc:
        rows.append((words("original.cc"), (Piece(", ".join(content.cc)),)))
    if content.reply_to:
        rows.append((words("original.reply-to"), (Piece(", ".join(content.reply_to)),)))
    return tuple(rows)


def _other_headers(content: Content, naming: Naming) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    """Of a note who took it, of a record who made it and which one it is."""
    words, record = naming.words, content.record
    if content.channel not in _FIELDS_ONLY:
        return _note_headers(content, naming)
    rows = [(words("original.applied-at"), (Piece(naming.at(content.submitted_at)),))]
    if record is not None:
        place = words(
            "original.record-of", app=record.app_name or record.app, id=record.id, revision=record.revision
        )
        rows.append((words("original.creator"), (Piece(record.creator or "―"),)))
        rows.append((words("original.record"), (Piece(place),)))
    return tuple(rows)


def _note_headers(content: Content, naming: Naming) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    words = naming.words
    rows = [
        (words("original.entered-by"), (Piece(naming.person(content.entered_by)),)),
        (words("original.called-at"), (Piece(naming.at(content.submitted_at)),)),
    ]
    check = content.identity_check
    rows.append((words("original.identity"), (Piece(words.get(f"attest.{check}", words("attest.none"))),)))
    return tuple(rows)


def _typed(content: Content, marks: Marks) -> tuple[TypedRow, ...]:
    by_part = {span.part: (number, span) for number, span in enumerate(marks.spans, 1)}

    def shown(typed: FormValue, part: str) -> TypedRow:
        if typed.rows:
            rows = zip(typed.rows, cell_parts(typed), strict=True)
            return TypedRow(typed.label, (), tuple(tuple(map(shown, cells, parts)) for cells, parts in rows))
        number, span = by_part.get(part, (0, None))
        if span is None:
            return TypedRow(typed.label, (Piece(typed.value),))
        bad = bool(marks.bad.intersection(span.fields))
        return TypedRow(typed.label, (Piece(typed.value, span.fields, number, sign(number), bad),))

    return tuple(shown(typed, typed.label) for typed in content.values)


def _rest(content: Content) -> str:
    return "\n\n".join(part for part in (content.signature, content.quoted_text) if part)


def _problem(code: str, naming: Naming) -> str:
    return naming.words.get(f"problem.{code}", naming.words("problem.other", code=code))


def _name(file: Attachment, naming: Naming) -> str:
    return file.filename or naming.words("original.unnamed")


def _size(size: int) -> str:
    return f"{max(1, round(size / 1000)):,} KB"
