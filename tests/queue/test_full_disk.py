"""F11: while nothing can be written nothing is acknowledged, and it goes on by itself when there is room."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from tests.desk import Desk, mail
from uketsuke.errors import TryLater
from uketsuke.intake.polling import Outcome, Round
from uketsuke.queue.jobs import drain
from uketsuke.queue.timetable import tick
from uketsuke.settings import Mailbox

MAILS = 12


@contextmanager
def no_room(size: int) -> Iterator[None]:
    """No file of this process grows beyond that size: what a full disk says, without root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def look(desk: Desk, box: Mailbox) -> Outcome:
    try:
        return Round(desk.app.database, desk.clock, "me", timedelta(0)).visit(0, box).outcome
    except TryLater:
        return Outcome.AWAY


def test_a_full_disk_takes_nothing_in_and_loses_nothing(desk: Desk, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number in range(MAILS):
        raw = mail("問合せ\n" + "あ" * 20_000, message_id=f"<{number}@city.example.lg.jp>")
        (inbox / f"{number:02}.eml").write_bytes(raw)
    box = Mailbox(url=SecretStr(f"folder://{inbox}"), name="desk")
    with no_room(400_000):
        assert look(desk, box) is Outcome.AWAY
        left = len(list(inbox.glob("*.eml")))
        assert 0 < left < MAILS
        with desk.app.database.reading() as tx:
            assert tx.series.peek("receipt-2026") - 1 == MAILS - left
        work_without_room(desk)
    desk.clock.forward(minutes=5)
    assert look(desk, box) is Outcome.COLLECTED
    desk.work()
    with desk.app.database.reading() as tx:
        assert tx.series.peek("receipt-2026") - 1 == MAILS
        assert tx.audit.verify() is None
        assert tx.jobs.parked() == []
    assert list(inbox.glob("*.eml")) == []


def work_without_room(desk: Desk) -> None:
    """Workers and timetable meet it too; they come back later."""
    for act in (lambda: drain(desk.app, limit=20), lambda: tick(desk.app)):
        with suppress(TryLater):
            act()
