"""Services of kintone's administration, lived through at the desk: page, work, list, letter, record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.screens import Screen, open_screen, words
from tests.desk import CITY, OPERATOR
from tests.sample_files import SAMPLES
from uketsuke.domain.content import Channel
from uketsuke.domain.people import Account
from uketsuke.domain.states import RequestState, StepState
from uketsuke.queue import decide
from uketsuke.queue.answers import complete_step
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow

LISTS = {"kintone-developer-list": "login_name", "kintone-group-list": "group_code"}


@pytest.fixture
def screen() -> Iterator[Screen]:
    made = open_screen(automatic_mail_by="uketsuke")
    with made.desk.app.database.transaction("accounts") as tx:
        for one in CITY["systems_accounts"]["kintone_admin"]:
            tx.accounts.put(Account(system="kintone_admin", **one))
        for ledger, key in LISTS.items():
            for row in CITY[ledger]:
                tx.ledgers.insert(ledger, row[key], row, Origin(actor="import", at=made.desk.clock.now()))
    yield made.sign_in()
    made.desk.app.close()


def arrived(screen: Screen, name: str) -> RequestRow:
    raw = next((SAMPLES / "kobe").glob(f"*/{name}.json")).read_bytes()
    number = screen.desk.receive(raw, Channel.KINTONE).number
    screen.desk.work()
    return screen.desk.request(number)


def run(screen: Screen, row: RequestRow) -> RequestRow:
    app = screen.desk.app
    with app.database.reading() as tx:
        plan = planned(app, tx, row, assess_now(app, tx, row))
    assert plan is not None
    decide.run(app, OPERATOR, row.id, row.version, plan.hash())
    screen.desk.work()
    return screen.desk.request(row.number)


def work_of(screen: Screen, row: RequestRow) -> int:
    with screen.desk.app.database.reading() as tx:
        return next(one.id for one in tx.steps.of_request(row.id) if one.state is StepState.WAITING)


@pytest.mark.parametrize(
    ("name", "result", "ledger", "key", "column"),
    [
        (
            "kobe-16-kintone-developer-clean",
            {"outcome": "done"},
            "kintone-developer-list",
            "tanaka-h",
            "department",
        ),
        ("kobe-17-kintone-space-clean", {"space_id": "31"}, "kintone-space-list", "31", "space_name"),
    ],
)
def test_work_is_booked_and_the_applicant_told(
    screen: Screen, name: str, result: dict[str, str], ledger: str, key: str, column: str
) -> None:
    row = run(screen, arrived(screen, name))
    assert row.state is RequestState.RUNNING
    step = work_of(screen, row)
    assert "kintone" in words(screen.get(f"/work-items/{step}"))
    complete_step(screen.desk.app, OPERATOR, step, result)
    screen.desk.work()
    assert screen.desk.request(row.number).state is RequestState.DONE
    with screen.desk.app.database.reading() as tx:
        booked = tx.ledgers.row(ledger, key)
    assert booked is not None
    assert booked.values[column] in ("市民協働課", "教育企画課_学校連絡")
    assert "kintone" in str(screen.desk.letters()[-1]["Subject"])
    page = words(screen.get(f"/requests/{row.number}"))
    assert "設定に kintone のアプリがないため" in page


@pytest.mark.parametrize("name", ["kobe-18-kintone-group-clean", "kobe-17-kintone-space-flagged"])
def test_what_is_grave_is_shown_with_its_reasons_before_anything_runs(screen: Screen, name: str) -> None:
    row = arrived(screen, name)
    assert row.state is RequestState.NEEDS_REVIEW
    page = words(screen.get(f"/requests/{row.number}"))
    assert "kintone" in page
    assert "本人の確認" in page
