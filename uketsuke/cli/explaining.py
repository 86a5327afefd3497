"""`explain`: what would become of messages, without doing any of it (DESIGN 12)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import track

from uketsuke.cli.configuration import ConfigOption, settings_of
from uketsuke.cli.demo_city import demo_world
from uketsuke.cli.exits import Failure
from uketsuke.cli.explanation import explain as explain_assessment
from uketsuke.cli.explanation import unreadable
from uketsuke.cli.explanation_text import Telling
from uketsuke.cli.output import Format, FormatOption, show
from uketsuke.cli.words import say
from uketsuke.connectors.holidays import japanese_holidays
from uketsuke.domain.calendar import local_day
from uketsuke.domain.content import Channel, Content
from uketsuke.domain.reading import Concern
from uketsuke.domain.snapshot import SnapshotWorld
from uketsuke.intake.reader import Reader, ReaderFailed
from uketsuke.intake.records import record_channel
from uketsuke.processors.assess import assess
from uketsuke.processors.catalogue import Catalogue
from uketsuke.processors.secrets import without_secrets
from uketsuke.store.likeness import nearest
from uketsuke.templates.wordbook import Wordbook

SUFFIXES = (".eml", ".json")
EXPECTATION = ".expected.json"
"""Ends the name of what is expected of the sample beside it."""
MANY = 5
"""From so many files on, a terminal shows a progress bar."""
_FORM_ID = re.compile(rb'"form_id"\s*:\s*"([^"]*)"')
_RECORD = re.compile(rb'"(?:record|app)"\s*:\s*\{')
YEARS_AROUND = 2

PathsArgument = Annotated[
    list[Path], typer.Argument(help=say("option.explain-paths"), exists=True, metavar="FILE…")
]
WorldOption = Annotated[
    Path | None,
    typer.Option("--world", help=say("option.world"), exists=True, dir_okay=False, metavar="FILE.json"),
]


def explain(
    paths: PathsArgument,
    world: WorldOption = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """One object for each message; nothing is stored, sent or changed.

    A note is read as the console's own: what it says of an identity check counts here, in a mail folder not.
    """
    settings = settings_of(config)
    explainer = Explainer(
        _world_data(world),
        Catalogue.load(settings.city, settings.services_folder),
        Wordbook.load(settings.language),
    )
    found = list(_messages(paths))
    if not found:
        raise Failure("no-message", path=", ".join(map(str, paths)))
    telling = Telling(explainer.wordbook, explainer.catalogue)
    objects = []
    with explainer.reading():
        for path in _progress(found):
            one = explainer.explain(path)
            objects.append(one)
            if form is not Format.JSON:
                show(form, one, telling.lines(one))
    if form is Format.JSON:
        show(form, {"messages": objects})


@dataclass
class Explainer:
    """Reads and assesses messages against one world."""

    data: dict[str, Any]
    catalogue: Catalogue
    wordbook: Wordbook

    @cached_property
    def reader(self) -> Reader:
        """The guarded reader, the same as the worker's."""
        return Reader()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Ends the reader's process afterwards."""
        try:
            yield
        finally:
            self.reader.close()

    def explain(self, path: Path) -> dict[str, Any]:
        """The object of one file; one that cannot be read says so in `error`."""
        channel = Channel.MAIL
        if path.name.endswith(EXPECTATION):
            return unreadable(path.stem, Channel.NOTE.value, say("explain.expectation"))
        try:
            raw = path.read_bytes()
            channel = channel_of(path, raw)
            content = without_secrets(self.reader.read(raw, channel))
            received_at = received(content, path)
            world = self._world(local_day(received_at))
            assessment = assess(content, received_at, world, self.catalogue)
            return explain_assessment(path.stem, content, received_at, assessment, self._sentence)
        except OSError as error:
            return unreadable(path.stem, channel.value, f"unreadable file: {error.strerror}")
        except ReaderFailed as error:
            return unreadable(path.stem, channel.value, f"reader {error.reason}")
        except Exception as error:  # noqa: BLE001 - as at the job boundary: one odd message costs only itself
            return unreadable(path.stem, channel.value, f"{type(error).__name__}: {error}")

    def _world(self, today: date) -> SnapshotWorld:
        data = self.data
        if "calendar" not in data:
            years = range(today.year - YEARS_AROUND, today.year + YEARS_AROUND + 1)
            data = {**data, "calendar": {"holidays": japanese_holidays(years)}}
        return SnapshotWorld(data, today, self.catalogue.key_columns, nearest)

    def _sentence(self, concern: Concern, service: str | None) -> str:
        return self.wordbook.concern(
            concern, self.catalogue.service(service).request.specs() if service else {}
        )


def channel_of(path: Path, raw: bytes) -> Channel:
    """By the file's name, and for JSON by the shape of its beginning."""
    if path.suffix.lower() != ".json":
        return Channel.MAIL
    form_id = _FORM_ID.search(raw[:4096])
    if form_id:
        return Channel.NOTE if form_id[1] == b"operator-entry" else Channel.FORM
    return record_channel(raw) if _RECORD.search(raw[:4096]) else Channel.NOTE


def received(content: Content, path: Path) -> datetime:
    """When it would have been stored: the last Received header, else what comes nearest to it."""
    top = next((one.at for one in content.received if one.at), None)
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return top or content.submitted_at or content.date or changed


def _messages(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as given; of folders the messages in them, without what is expected of them."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in SUFFIXES and file.is_file() and not _is_beside(file)
            )
        else:
            yield path


def _is_beside(file: Path) -> bool:
    return file.name.endswith(EXPECTATION) or file.name == "context.json"


def _world_data(file: Path | None) -> dict[str, Any]:
    if file is None:
        return demo_world()
    try:
        data = json.loads(file.read_text("utf-8"))
        if not isinstance(data, dict):
            raise ValueError("not an object")
        SnapshotWorld(data, date(2000, 1, 1))
    except (OSError, ValueError, TypeError, ValidationError) as error:
        raise Failure("world", file=file, reason=str(error).splitlines()[0]) from error
    return data


def _progress(files: list[Path]) -> Iterable[Path]:
    if len(files) < MANY or not sys.stderr.isatty():
        return files
    return track(files, description="", console=Console(stderr=True), transient=True)
