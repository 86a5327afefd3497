"""検査 goes in portions, ends in the log, and knows ends that were noted elsewhere (FAULTS S11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.desk import LEAD, Desk
from uketsuke.domain.calendar import JST
from uketsuke.queue import auditing
from uketsuke.queue.timetable import tick
from uketsuke.store.chain import Break, Fault, Place, Step

NOW = datetime(2026, 12, 10, 10, 1, tzinfo=JST)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("uketsuke.store.audit.PORTION", 10)
    opened = Desk.open(NOW)
    with opened.app.database.transaction("fill") as tx:
        for number in range(25):
            tx.audit.append(NOW, "operator01", "run", f"request:{number}")
    yield opened
    opened.app.close()


def tamper(desk: Desk, *statements: str) -> None:
    with desk.app.database.transaction("tamper") as tx:
        for statement in statements:
            tx.connection.execute(text(statement))


def verify(desk: Desk) -> Break | None:
    return auditing.finish(desk.app, LEAD, auditing.follow(desk.app, Place(), 60))


def cut_off_with_its_head(last: int) -> tuple[str, ...]:
    """What a thorough forger does: the end, and where it says where the end is."""
    return (
        f"DELETE FROM audit WHERE id > {last}",
        f"UPDATE audit_head SET last_id = {last}, hash = (SELECT hash FROM audit WHERE id = {last})",
    )


def test_a_long_log_is_checked_in_portions_and_the_outcome_stands_in_it(desk: Desk) -> None:
    app = desk.app
    auditing.begin(app, LEAD)
    rounds, done = 0, False
    while not done:
        done, rounds = auditing.go_on(app, LEAD, 0), rounds + 1
        with app.database.reading() as tx:
            found = auditing.progress(tx)
        if found:
            assert (found.place.last, found.by, found.total) == (min(10 * rounds, 25), "lead01", 25)
    assert rounds == 4
    with app.database.reading() as tx:
        entry = auditing.last_check(tx)
        assert entry is not None
        assert (entry.actor, entry.facts["rows"], "broken" in entry.facts) == ("lead01", 25, False)
        assert tx.audit.verify() is None


def test_an_end_cut_off_together_with_its_head_does_not_fit_what_was_noted(desk: Desk) -> None:
    assert verify(desk) is None
    tamper(desk, *cut_off_with_its_head(20))
    with desk.app.database.reading() as tx:
        assert tx.audit.verify() is None, "the chain itself cannot show this"
    assert verify(desk) == Break(26, Fault.ANCHOR)


def test_without_anything_noted_since_an_end_cut_off_is_not_found(desk: Desk) -> None:
    """Said so in docs/SECURITY.md: what happened after the last note may be cut off unseen."""
    assert verify(desk) is None
    with desk.app.database.transaction("more") as tx:
        tx.audit.append(NOW, "operator01", "run", "request:later")
    tamper(desk, *cut_off_with_its_head(26))
    assert verify(desk) is None


def test_a_note_on_paper_counts_as_much_as_the_file(desk: Desk) -> None:
    step = Step(*auditing.follow(desk.app, Place(), 60).__dict__.values())
    paper = auditing.Anchor(7, "0" * 64)
    assert auditing.finish(desk.app, LEAD, step, [paper]) == Break(7, Fault.ANCHOR)


def test_the_end_is_noted_once_a_day_and_a_torn_line_is_passed_over(desk: Desk) -> None:
    for _ in range(3):
        tick(desk.app)
    assert [one.id for one in auditing.anchors(desk.app)] == [25]
    with auditing.anchor_file(desk.app).open("a") as file:
        file.write("26 abc")
    desk.clock.at += timedelta(days=1)
    tamper(desk, "DELETE FROM audit_head")
    tick(desk.app)
    assert [one.id for one in auditing.anchors(desk.app)] == [25]
    auditing.anchor_file(desk.app).unlink()
    assert auditing.anchors(desk.app) == []


def test_the_end_is_noted_though_the_folder_is_not_there_yet(desk: Desk, tmp_path: Path) -> None:
    """With PostgreSQL and an outbox elsewhere nothing else makes it: the ends were never noted."""
    settings = desk.app.settings.model_copy(update={"data_dir": tmp_path / "data" / "uketsuke"})
    assert auditing.note_end(replace(desk.app, settings=settings))
    assert (tmp_path / "data" / "uketsuke" / "audit-ends.txt").read_text("ascii").startswith("25 ")
