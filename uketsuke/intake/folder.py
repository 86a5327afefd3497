"""A folder of `.eml` files and operators' notes as a mailbox: the embedded default.

A file is stored first and moved into `stored/` after; one that was cut between
the two is recognised by its name, size and modification time, and by its bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from uketsuke.boundary import outside
from uketsuke.clock import Clock
from uketsuke.domain.content import Channel
from uketsuke.errors import TryLater
from uketsuke.intake.accept import Sighting, accept
from uketsuke.intake.summary import Summary
from uketsuke.store.database import Database

CHANNELS = {".eml": Channel.MAIL, ".json": Channel.NOTE}
STORED = "stored"


def collect(
    database: Database, folder: Path, clock: Clock, *, name: str, max_bytes: int, move: bool = True
) -> Summary:
    """Take in every file of the folder once; what was stored is moved into `stored/`.

    A file that cannot be read holds up no other; raises `TryLater` with its name after the others.
    """
    summary, stuck = Summary(), []
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(_files(folder)):
        try:
            raw, seen = _read(file, max_bytes)
            if seen is None:
                continue
            sighting = Sighting(name, str(folder), str(seen.st_mtime_ns), f"{file.name}:{seen.st_size}")
            accepted = accept(
                database,
                raw,
                CHANNELS[file.suffix.lower()],
                source=name,
                received_at=clock.now(),
                sighting=sighting,
                is_cut=seen.st_size > max_bytes,
            )
            summary.count(accepted)
            if move and _same(file.stat(), seen):
                _move(file, folder / STORED)
                summary.filed += 1
        except FileNotFoundError:
            continue  # taken away since the folder was listed
        except OSError as error:
            stuck.append(f"{file.name}: {error.strerror}")
    if stuck:
        raise TryLater("folder", "; ".join(stuck[:5]))
    return summary


def _read(file: Path, max_bytes: int) -> tuple[bytes, os.stat_result | None]:
    """At most one byte more than the limit, and what was read; None while somebody is writing it."""
    with outside("folder.read"), file.open("rb") as open_file:
        before = os.fstat(open_file.fileno())
        raw = open_file.read(max_bytes + 1)
        after = os.fstat(open_file.fileno())
    return raw, after if _same(before, after) else None


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether it is still that file: what took its place in the meantime is another message."""
    return (one.st_ino, one.st_mtime_ns, one.st_size) == (other.st_ino, other.st_mtime_ns, other.st_size)


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
