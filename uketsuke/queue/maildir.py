"""Letters into a Maildir folder: the embedded default, readable by any mail program.

The file is named after the letter, so that looking tells whether it lies there
already: here no outcome is ever unknown.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from uketsuke.boundary import outside
from uketsuke.domain.letter import Envelope, Sent
from uketsuke.errors import TryLater


class MaildirSender:
    """Puts each letter into `new/` once, durably."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, envelope: Envelope, mark: Callable[[], None]) -> Sent:
        """See `app.Sender`; a full disk is `TryLater`."""
        name = _name(envelope)
        if self.look(envelope):
            return Sent(name)
        mark()
        try:
            for part in ("tmp", "new", "cur"):
                (self.folder / part).mkdir(parents=True, exist_ok=True)
            with outside("maildir.write"):
                _write_durably(self.folder / "tmp" / name, envelope.content)
            with outside("maildir.rename"):
                (self.folder / "tmp" / name).rename(self.folder / "new" / name)
                _sync(self.folder / "new")
        except OSError as error:
            raise TryLater("maildir", str(error.strerror)) from error
        return Sent(name)

    def look(self, envelope: Envelope) -> bool | None:
        """Whether the letter lies in `new/`, or was read and lies in `cur/`."""
        name = _name(envelope)
        return (self.folder / "new" / name).exists() or any((self.folder / "cur").glob(f"{name}*"))

    def close(self) -> None:
        """Nothing is held open."""


def _name(envelope: Envelope) -> str:
    return f"uketsuke-{hashlib.sha256(envelope.message_id.encode()).hexdigest()[:32]}"


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
