"""F14: a mail that harms whoever reads it costs itself only, and is parked where people see it."""

from __future__ import annotations

import random

import pytest

from tests.crash.conftest import MakeOffice
from tests.crash.office import Office, Zygote, describe, working
from tests.crash.oracle import examine
from tests.crash.scenario import Day
from tests.desk import CITY
from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from tests.intake.poisons import PoisonedReader
from tests.servers.programs import wait_until
from uketsuke import bootstrap
from uketsuke.domain.content import Channel
from uketsuke.domain.states import RequestState
from uketsuke.intake.accept import accept
from uketsuke.intake.limits import ProcessLimits
from uketsuke.queue.jobs import drain
from uketsuke.store.receipts import ReceiptState
from uketsuke.store.requests import RequestRow
from uketsuke.store.tray import View

pytestmark = [pytest.mark.crash, pytest.mark.smtp]
KINDS = ("kill", "segfault", "exit", "sleep", "loop", "memory", "nonsense")
AT = moment("2026-12-08 14:00")
GOOD = 10
STAFF = tuple(
    mails.Writer(one["name"], one["mail"], one["department"]) for one in CITY["staff"] if one["active"]
)
QUICK = ProcessLimits(cpu_seconds=1, wall_seconds=2.0)


def poison(kind: str) -> bytes:
    """A mail that the guarded process of these tests obeys."""
    return mails.write_mail(
        mails.TANAKA, f"毒 {kind}", f"POISON {kind} now", at=AT, message_id=f"<poison-{kind}@city>"
    )


def good(number: int) -> bytes:
    """A distribution that runs by itself: each by somebody else, or it would be a repeat (FR-06)."""
    writer = STAFF[number]
    return mails.distribution(writer, at=AT, message_id=f"<good-{number}@city>", day="R8.12.10")


def put(office: Office, raw: list[bytes]) -> None:
    for one in raw:
        accept(office.app.database, one, Channel.MAIL, source="test", received_at=office.app.now())


def requests_of(office: Office) -> list[RequestRow]:
    with office.app.database.reading() as tx:
        return list(tx.tray.all_requests(size=200).rows)


def test_whatever_a_mail_does_to_its_reader_the_others_are_read(make_office: MakeOffice) -> None:
    office = make_office()
    raw = [poison(kind) for kind in KINDS] + [good(number) for number in range(GOOD)]
    random.Random(1).shuffle(raw)
    put(office, raw)
    app = bootstrap.build(office.settings, reader=PoisonedReader(process=QUICK))
    drain(app)
    app.close()
    found = requests_of(office)
    assert sum(row.state is RequestState.RUNNING for row in found) == GOOD
    stopped = [row for row in found if row.state is RequestState.NEEDS_REVIEW]
    assert len(stopped) == len(KINDS)
    reasons = {str(concern.facts.get("detail")) for row in stopped for concern in row.concerns}
    assert {"killed", "timeout", "memory", "crashed"} <= reasons
    with office.app.database.reading() as tx:
        assert {row.id for row in tx.tray.page(View.REVIEW, "anybody").rows} == {row.id for row in stopped}
        assert all(tx.receipts.raw(tx.receipts.get(row.receipt_id).digest) in raw for row in stopped)
    assert not examine(office, [], cuts=0).problems


@pytest.mark.timeout(180)
def test_a_mail_that_kills_the_worker_each_time_is_parked_after_three_deaths(
    make_office: MakeOffice, zygote: Zygote
) -> None:
    office = make_office(lease=1.5, threads=3)
    put(office, [good(0), good(1), poison("worker"), *(good(number) for number in range(2, GOOD))])
    with working(office, zygote, Day((), notes=0)) as crew:
        crew.roles = ("intake", "poisoned")
        crew.start()

        def is_over() -> bool:
            crew.restart_the_dead()
            with office.app.database.reading() as tx:
                states = {state.value for state in tx.jobs.counts()}
            return len(requests_of(office)) == GOOD + 1 and states <= {"parked"}

        try:
            wait_until(is_over, "all mails read or parked", 90)
        except TimeoutError:
            raise TimeoutError(describe(crew)) from None
        deaths = crew.deaths["poisoned"]
    assert deaths == 3
    with office.app.database.reading() as tx:
        (job,) = tx.jobs.parked()
        parked = tx.receipts.get(job.row_id)
        assert b"POISON worker" in tx.receipts.raw(parked.digest)
        assert (parked.state, job.crashes) == (ReceiptState.PARKED, 3)
        assert parked.request_id in {row.id for row in tx.tray.page(View.REVIEW, "anybody").rows}
    assert sum(row.state is RequestState.RUNNING for row in requests_of(office)) == GOOD
    assert not examine(office, [], cuts=deaths).problems
