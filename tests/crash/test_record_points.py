"""Records of kintone, killed at every point between asking, accepting, marking and reading (F1).

In this process: what a kill leaves in the database is what an error that nobody catches leaves there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests.connectors.kintone.city import City
from tests.desk import memory
from tests.queue.record_desk import NUMBER, RecordDesk, record_city, record_desk
from uketsuke import bootstrap, boundary
from uketsuke.intake.kintone import until_of
from uketsuke.intake.polling import Round
from uketsuke.queue.jobs import drain
from uketsuke.queue.timetable import tick

OURS = ("kintone", "accept-record", "advance-mark", "poll", "process")


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[City, str]]:
    with record_city() as found:
        yield found


class Killer:
    """Ends what runs at a passage, as the crash suite ends processes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch, self.passed = monkeypatch, list[str]()
        monkeypatch.setattr(boundary, "_note", self.passed.append)
        monkeypatch.setattr(boundary.os, "kill", self._kill)

    def _kill(self, *_: object) -> None:
        raise Killed

    def run(self, deed: Callable[[], None], crash: str = "none:1") -> None:
        """Do it, up to the passage."""
        boundary._passages.clear()
        self.passed.clear()
        self.monkeypatch.setenv("UKETSUKE_CRASH", crash)
        try:
            deed()
        except Killed:
            pass
        finally:
            self.monkeypatch.delenv("UKETSUKE_CRASH")

    def passages(self) -> list[str]:
        """Every point of a record's way in that was passed, the first time; those of each one, the second."""
        names = [name for name in dict.fromkeys(self.passed) if name.startswith(OURS)]
        twice = [name for name in names if name.startswith(("accept-record", "process"))]
        return [f"{name}:1" for name in names] + [f"{name}:2" for name in twice]


def at_work(desk: RecordDesk) -> None:
    """One process looks into the app, and does what is due."""
    app = desk.desk.app
    (inlet,) = bootstrap.app_inlets(app)
    Round(app.database, desk.desk.clock, "dead", timedelta(0)).look(inlet)
    drain(app, "dead")
    tick(app)


def recover(desk: RecordDesk) -> None:
    """Others go on where the dead have stopped."""
    with desk.desk.app.database.transaction("dead") as tx:
        tx.jobs.release_owner("dead")
    desk.look()
    desk.desk.work()


def found(desk: RecordDesk) -> list[object]:
    """What there is: receipts by revision, requests, how far we are."""
    with desk.desk.app.database.reading() as tx:
        count = tx.series.peek("receipt-2026") - 1
        receipts = [tx.receipts.get(number) for number in range(1, count + 1)]
        rows = [
            (row.state, row.reading.plain().get("desired_date"), [one.code for one in row.concerns])
            for row in sorted(tx.tray.all_requests().rows, key=lambda row: row.id)
        ]
        names = sorted(str(one.original_id) for one in receipts)
        return [names, rows, [one.request_id is not None for one in receipts], until_of(tx, NUMBER)]


def scene(town: tuple[City, str]) -> RecordDesk:
    """One request that waits and one that runs; both records have been edited, and a third is new."""
    desk = record_desk(*town)
    first, second = desk.apply(管理番号="LTE-0999"), desk.apply()
    desk.settle()
    desk.desk.clock.forward(minutes=3)
    desk.city.clock.at = desk.desk.clock.now()
    desk.edit(first, 返却日="2026-12-18")
    desk.edit(second, 返却日="2026-12-21")
    desk.apply(管理番号="LTE-0998")
    return desk


def test_whatever_is_killed_while_records_come_in_nothing_is_lost_and_nothing_twice(
    town: tuple[City, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both a read-anew and a follow-up among them; one database for all, put back after each death."""
    desk, killer = scene(town), Killer(monkeypatch)
    file = desk.desk.app.settings.path("uketsuke.db")
    with tempfile.TemporaryDirectory(dir=memory()) as kept:
        _checkpoint(desk)
        shutil.copy(file, kept)
        killer.run(lambda: at_work(desk))
        passages, expected = killer.passages(), found(desk)
        assert [len(part) for part in expected[:2] if isinstance(part, list)] == [5, 4]
        names = {name.rpartition(":")[0] for name in passages}
        assert {"kintone.read:before", "accept-record:before-commit", "process:after-commit"} <= names
        for passage in passages:
            _put_back(desk, f"{kept}/uketsuke.db")
            killer.run(lambda: at_work(desk), passage)
            recover(desk)
            assert found(desk) == expected, passage
    desk.desk.app.close()


def _checkpoint(desk: RecordDesk) -> None:
    """Everything stands in the file itself."""
    desk.desk.app.database.close()


def _put_back(desk: RecordDesk, kept: str) -> None:
    file = desk.desk.app.settings.path("uketsuke.db")
    desk.desk.app.database.close()
    for name in file.parent.glob("uketsuke.db*"):
        name.unlink()
    shutil.copy(kept, file)
