"""A folder of `.eml` files and operators' notes as a mailbox: the embedded default.

A file is stored first and moved into `stored/` after; one that was cut between
the two is recognised by its name, size and modification time, and by its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from uketsuke.boundary import outside
from uketsuke.clock import Clock
from uketsuke.domain.content import Channel
from uketsuke.intake.accept import Sighting, accept
from uketsuke.intake.summary import Summary
from uketsuke.store.database import Database

CHANNELS = {".eml": Channel.MAIL, ".json": Channel.NOTE}
STORED = "stored"


def collect(database: Database, folder: Path, clock: Clock, *, name: str, move: bool = True) -> Summary:
    """Take in every file of the folder once; what was stored is moved into `stored/`."""
    summary = Summary()
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(_files(folder)):
        with outside("folder.read"):
            raw, seen = file.read_bytes(), file.stat()
        sighting = Sighting(name, str(folder), str(seen.st_mtime_ns), f"{file.name}:{seen.st_size}")
        accepted = accept(
            database,
            raw,
            CHANNELS[file.suffix.lower()],
            source=name,
            received_at=clock.now(),
            sighting=sighting,
        )
        summary.count(accepted)
        if move:
            _move(file, folder / STORED)
            summary.filed += 1
    return summary


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix.lower() in CHANNELS and path.is_file())


def _move(file: Path, stored: Path) -> None:
    """Move without ever overwriting another message of the same name."""
    stored.mkdir(exist_ok=True)
    target, number = stored / file.name, 1
    while target.exists():
        target, number = stored / f"{file.stem}-{number}{file.suffix}", number + 1
    with outside("folder.move"):
        file.rename(target)
