"""Workers beside each other: who is first must not matter."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.desk import OPERATOR, Desk, mail
from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from uketsuke.domain.job import JobName
from uketsuke.domain.states import LetterState, RequestState
from uketsuke.errors import NotAllowed
from uketsuke.queue.answers import complete_step
from uketsuke.queue.broker import connect
from uketsuke.queue.database_broker import DatabaseBroker
from uketsuke.queue.decide import merge
from uketsuke.queue.jobs import drain, new_owner, run_job
from uketsuke.settings import Queue, Smtp
from uketsuke.store.ledgers import Origin

AT = moment("2026-12-08 14:00")
NOON = moment("2026-12-08 15:00")
UNITS = tuple(f"LTE-{number:04}" for number in range(300, 312))


def returned(unit: str, number: int) -> bytes:
    return mails.return_of(
        mails.NAKAMURA, unit, at=AT, message_id=f"<race-{number}@mail.city.example.lg.jp>", day="R8.12.10"
    )


def hand_out(desk: Desk) -> None:
    """Give 環境保全課 the units that it returns in these tests."""
    with desk.app.database.transaction("hand-out") as tx:
        values = {"status": "handed_out", "department": "環境保全課", "user_name": "中村 淳"}
        rows = [(unit, {"asset_no": unit, **values}) for unit in UNITS]
        tx.ledgers.import_rows("lte-ledger", rows, Origin(actor="import"))


def in_threads(work: Callable[[], object], count: int) -> None:
    """Run it that many times at once; a failure in one fails the test."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def test_of_two_copies_the_one_read_first_opens_the_request_and_the_other_none() -> None:
    """A worker that dies over the first leaves the second to be read before it."""
    desk = Desk.open(NOON)
    sent = [
        mails.distribution(mails.SUZUKI, at=AT, message_id="<copy@mail.city.example.lg.jp>", hop=hop)
        for hop in ("S001", "S002")
    ]
    first, second = (desk.receive(raw).receipt_id for raw in sent)
    for receipt in (second, first):
        with desk.app.database.reading() as tx:
            (job,) = tx.jobs.of_row(JobName.PROCESS, receipt)
        assert run_job(desk.app, job.id, new_owner())
    with desk.app.database.reading() as tx:
        assert tx.tray.all_requests().total == 1
        assert tx.receipts.get(first).copy_of == second
    desk.app.close()


def test_a_worker_leaves_the_lease_of_a_mailbox_alone() -> None:
    """It would look like a crash of the poller, and park the poll at the third time."""
    desk = Desk.open(NOON)
    with desk.app.database.transaction("poll") as tx:
        tx.jobs.ensure_poll(0)
        (poll,) = tx.jobs.of_row(JobName.POLL, 0)
    broker = connect(desk.app)
    assert isinstance(broker, DatabaseBroker)
    assert next(broker.consume("work")) is None
    assert not run_job(desk.app, poll.id, new_owner())
    assert drain(desk.app) == 0
    desk.app.close()


@pytest.mark.postgres
def test_a_decision_and_a_letter_of_one_request_do_not_deadlock(postgres_url: str) -> None:
    """Both lock the request before the end of the audit chain: who comes second waits, and then goes on."""
    desk = Desk.open(NOON, url=postgres_url)
    receipt = desk.receive(returned("LTE-0012", 1)).receipt_id
    with desk.app.database.reading() as tx:
        (reading,) = tx.jobs.of_row(JobName.PROCESS, receipt)
    run_job(desk.app, reading.id, new_owner())
    with desk.app.database.reading() as tx:
        (letter,) = tx.letters.in_states([LetterState.WRITTEN])
        (job,) = tx.jobs.of_row(JobName.DELIVER, letter.id)
    beside = threading.Thread(target=run_job, args=(desk.app, job.id, new_owner()))
    with desk.app.database.transaction("decide") as tx:
        tx.requests.get_locked(letter.request_id or 0)
        beside.start()
        beside.join(1)
        tx.audit.append(tx.now, "operator01", "look", "request")
    beside.join()
    with desk.app.database.reading() as tx:
        assert tx.jobs.in_trouble() == []
        assert tx.letters.get(letter.id).state is LetterState.SENT
    desk.app.close()


@pytest.mark.postgres
def test_of_two_opposite_merges_one_succeeds_and_none_hangs(postgres_url: str) -> None:
    """Both lock the two requests in one order, whichever of them is to end (AP-6)."""
    desk = Desk.open(NOON, url=postgres_url)
    numbers = [
        desk.receive(mail(text, message_id=f"<merge-{text}@mail.city.example.lg.jp>", day=AT)).number
        for text in ("first", "second")
    ]
    desk.work()
    first, second = (desk.request(number) for number in numbers)
    beside = threading.Thread(target=merge, args=(desk.app, OPERATOR, second.id, second.version, first.id))
    with desk.app.database.transaction("decide") as tx:
        tx.requests.get_locked(first.id)
        beside.start()
        beside.join(1)
        tx.requests.get_locked(second.id)
    beside.join()
    assert desk.request(second.number).merged_into == first.id
    with pytest.raises(NotAllowed):
        merge(desk.app, OPERATOR, first.id, first.version, second.id)
    desk.app.close()


@pytest.mark.postgres
def test_many_requests_worked_on_at_once_all_end(postgres_url: str) -> None:
    """Four workers, no deadlock that costs a back-off, nothing left behind."""
    desk = Desk.open(NOON, url=postgres_url)
    hand_out(desk)
    for number, unit in enumerate(UNITS):
        desk.receive(returned(unit, number))
    in_threads(lambda: drain(desk.app), 4)
    desk.clock.forward(days=2)
    desk.work()
    _confirm_all(desk)
    in_threads(lambda: drain(desk.app), 4)
    with desk.app.database.reading() as tx:
        states = {row.number: row.state for row in tx.tray.all_requests().rows}
        trouble = tx.jobs.in_trouble() + tx.jobs.parked()
    assert set(states.values()) == {RequestState.DONE}, (states, trouble)
    desk.app.close()


def _confirm_all(desk: Desk) -> None:
    """Somebody hands over, today, everything that is work now."""
    with desk.app.database.reading() as tx:
        steps = [item.wait.step_id for item in tx.waits.work_list(desk.app.today())]
    assert steps
    day = {"hand_over_result": "handed_over", "handed_over_on": desk.app.today().isoformat()}
    for step in steps:
        complete_step(desk.app, OPERATOR, step or 0, day)


def test_leases_are_long_against_the_time_that_a_relay_may_take() -> None:
    """A letter must not be taken up by a second worker while the first still waits for the relay."""
    assert Queue().lease_seconds > Smtp().timeout_seconds
