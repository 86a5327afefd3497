"""What went wrong is told on every page that shows it, in words."""

from __future__ import annotations

from tests.console.screens import Screen, words
from tests.desk import OPERATOR
from uketsuke.domain.states import RequestState
from uketsuke.queue import decide
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.ledgers import Origin


def run_on_a_row_that_changes(screen: Screen) -> str:
    """A return is run, and somebody changes its unit before the worker gets there."""
    number = screen.arrive()
    request = screen.desk.request(number)
    version = decide.correct(
        screen.desk.app, OPERATOR, request.id, request.version, {"desired_date": "2026-12-21"}
    )
    with screen.desk.app.database.reading() as tx:
        request = tx.requests.get(request.id)
        plan = planned(screen.desk.app, tx, request, assess_now(screen.desk.app, tx, request))
    assert plan is not None
    decide.run(screen.desk.app, OPERATOR, request.id, version, plan.hash())
    with screen.desk.app.database.transaction("meanwhile") as tx:
        tx.ledgers.update("lte-ledger", "LTE-0012", 1, {"status": "lost"}, Origin(actor="somebody"))
    screen.desk.work()
    assert screen.desk.request(number).state is RequestState.RUNNING
    return number


def test_a_step_that_stopped_is_told_in_tray_outbox_and_request(screen: Screen) -> None:
    number = run_on_a_row_that_changes(screen)
    for address in ("/queue?view=review", "/outbox", f"/requests/{number}"):
        page = words(screen.get(address))
        assert "LTE-0012" in page or number in page, address
        assert "stale-plan" not in page
