"""What is added to what a message says: the directory's word, defaults, and what people corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from uketsuke.domain.reading import FieldValue, Reading, Source, SourceKind, cell_path
from uketsuke.domain.request import Declared, ServiceRequest, spec_at
from uketsuke.processors.row_identity import with_known_ids, with_persons_rows
from uketsuke.processors.values import Reader


def with_supplied(reading: Reading, given: Mapping[str, JsonValue], part: str) -> Reading:
    """What a service takes for said, for the fields that are empty; `part` names the directory's row."""
    plain = reading.plain()
    for name, value in given.items():
        if not plain.get(name):
            shown = "、".join(map(str, value)) if isinstance(value, list) else str(value)
            source = Source(kind=SourceKind.DIRECTORY, part=part, text=shown)
            found = FieldValue(value=value, raw=shown, source=source, rule="directory")
            reading = reading.with_value(name, found)
    return reading


def with_directory(
    reading: Reading, known: Mapping[str, str | None], part: str, request: type[ServiceRequest]
) -> Reading:
    """Fill in what the directory knows of who asks, where it must be known and is not said.

    `part` names the row of the directory.
    """
    for name, value in known.items():
        history = reading.values.get(name, ())
        spec = request.specs().get(name)
        needed = spec is not None and spec.is_required(reading.plain())
        if value and needed and all(one.value is None for one in history):
            source = Source(kind=SourceKind.DIRECTORY, part=part, text=str(value))
            found = FieldValue(value=value, raw=str(value), source=source, rule="directory")
            reading = reading.with_value(name, found)
    return reading


def with_defaults(reading: Reading, request: type[ServiceRequest]) -> Reading:
    """Fill fields that nobody mentioned with the default that the service declares."""
    for path, model in _declared(reading, request):
        default = model.model_fields[path.rpartition(".")[2]].get_default()
        if path not in reading.values and isinstance(default, str | int):
            source = Source(kind=SourceKind.DEFAULT)
            value = FieldValue(value=default, raw=str(default), source=source, rule="default")
            reading = reading.with_value(path, value)
    return reading


def _declared(reading: Reading, request: type[ServiceRequest]) -> Iterator[tuple[str, type[Declared]]]:
    """Every path that the request has now, cells of its rows included, with the model that declares it."""
    for name, spec in request.specs().items():
        yield name, request
        if spec.row is not None:
            ids, cells, model = reading.row_ids(name), spec.row.specs(), spec.row
            yield from ((cell_path(name, row, cell), model) for row in ids for cell in cells)


def with_corrections(
    reading: Reading, corrections: Reading | None, request: type[ServiceRequest], reader: Reader
) -> Reading:
    """Append what people decided later; everything else in `corrections` was read from the message.

    A value that is still the words as typed is read like those of a mail (`12/16`, `２本`).
    """
    if corrections is None:
        return reading
    tables = [name for name, spec in request.specs().items() if spec.row is not None]
    for table in tables:
        reading = with_known_ids(reading, corrections, table)
    read = reading
    for name, history in corrections.values.items():
        for value in history:
            if value.source.kind is not SourceKind.OPERATOR:
                continue
            spec = spec_at(request.specs(), name)
            if spec is not None and value.value == value.raw:
                found = reader.read(spec, value.raw)
                value = value.model_copy(update={"value": found.value})
            reading = reading.with_value(name, value)
    for table in tables:
        reading = with_persons_rows(reading, read, corrections, table)
    return reading
