"""What holds for any list of people: totals add up, and the same file twice changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uketsuke.app import App
from uketsuke.cli.importing import Judged, Verdict, Way, bring_in
from uketsuke.cli.opening import app_of
from uketsuke.cli.people_register import PeopleRegister
from uketsuke.domain.calendar import local_day
from uketsuke.domain.people import Person
from uketsuke.domain.sheet import Sheet, sheet_of
from uketsuke.store.transaction import Transaction

HEADINGS = ("職員番号", "氏名", "所属", "役職", "発令日", "有効終了日", "状態")
NUMBERS = ("0012", "12", "００１２", "0013", "1014", "", "1.2E+11", " 0015 ")
DAYS = (
    "",
    "2026/4/1",
    "令和8年4月1日",
    "R8.4.1",
    "2099-04-01",
    "4月1日",
    "2026-02-30",
    "20990501",
    "9999/12/31",
)
ROW = st.tuples(
    st.sampled_from(NUMBERS),
    st.sampled_from(("髙橋 徹", "﨑山　直人", "", "#N/A", "=1+1")),
    st.sampled_from(("税務課", "道路計画課", "")),
    st.sampled_from(("", "課長", "課長:officer lead", "班長:;課長:lead")),
    st.sampled_from(DAYS),
    st.sampled_from(DAYS),
    st.sampled_from(("", "有効", "退職", "なぞ")),
)
LISTS = st.lists(ROW, max_size=12)


class Undone(Exception):
    """Takes back what an example wrote."""


@pytest.fixture
def app(desk: Path) -> Iterator[App]:
    with app_of(desk) as app:
        yield app


@contextmanager
def undone(app: App) -> Iterator[Transaction]:
    """A transaction that is taken back."""
    with suppress(Undone), app.database.transaction("property") as tx:
        yield tx
        raise Undone


def table(rows: list[tuple[str, ...]]) -> Sheet:
    return sheet_of(enumerate([HEADINGS, *rows], 1), "test")


def bring(tx: Transaction, sheet: Sheet, way: Way) -> list[Judged]:
    return bring_in(tx, PeopleRegister(local_day(tx.now)), sheet, "test", way)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=LISTS, rows=LISTS, complete=st.booleans())
def test_for_any_list_totals_add_up_and_the_second_time_nothing_changes(
    app: App, before: list[tuple[str, ...]], rows: list[tuple[str, ...]], complete: bool
) -> None:
    with undone(app) as tx:
        bring(tx, table(before), Way(skip_errors=True))
        way, sheet = Way(skip_errors=True, complete=complete), table(rows)
        first = bring(tx, sheet, way)
        directory: list[Person] = tx.people.export_rows()
        second = bring(tx, sheet, way)
        assert tx.people.export_rows() == directory
        assert not {one.verdict for one in second} & {Verdict.ADDED, Verdict.CHANGED, Verdict.LEFT}
        for judged in (first, second):
            counts = Counter(one.verdict for one in judged)
            assert sum(counts[verdict] for verdict in Verdict) == len(judged)
            assert len(judged) - counts[Verdict.LEFT] == len(sheet.rows)
            assert all(one.reason for one in judged if one.verdict is Verdict.REFUSED)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=LISTS)
def test_for_any_list_an_error_keeps_everything_out(app: App, rows: list[tuple[str, ...]]) -> None:
    with undone(app) as tx:
        judged = bring(tx, table(rows), Way())
        refused = any(one.verdict is Verdict.REFUSED for one in judged)
        added = sum(one.verdict is Verdict.ADDED for one in judged)
        assert len(tx.people.export_rows()) == (0 if refused else added)
