"""F4: PostgreSQL dies and comes back while mails come in; nobody restarts anything by hand."""

from __future__ import annotations

import random
import time

import pytest

from tests.crash.conftest import MakeOffice
from tests.crash.office import Zygote, come_to_rest, working
from tests.crash.oracle import difference, examine, fingerprint
from tests.crash.scenario import busy_day
from tests.crash.test_random_kills import seed_of_this_run
from tests.servers.postgres import Postgres
from uketsuke.queue.jobs import drain
from uketsuke.queue.sweep import sweep
from uketsuke.queue.timetable import tick

pytestmark = [pytest.mark.crash, pytest.mark.imap, pytest.mark.smtp, pytest.mark.postgres]
RESTARTS = 4


@pytest.mark.timeout(300)
def test_nothing_is_lost_or_done_twice_when_the_database_crashes_again_and_again(
    make_office: MakeOffice, zygote: Zygote, crash_postgres: Postgres
) -> None:
    """Each crash may leave one letter of unknown outcome for each worker that was sending."""
    seed = seed_of_this_run()
    print(f"UKETSUKE_SEED={seed}")
    chance = random.Random(seed)
    office, day = make_office("postgresql"), busy_day(chance)
    mails = list(day.raw)
    with working(office, zygote, day) as crew:
        crew.start()
        for _ in range(RESTARTS):
            office.account.deliver_all([mails.pop() for _ in range(min(3, len(mails)))])
            time.sleep(chance.uniform(0.3, 1.5))
            crash_postgres.crash()
            time.sleep(chance.uniform(0.1, 1.0))
            crash_postgres.start()
        office.account.deliver_all(mails)
        come_to_rest(crew, day, 120)
    report = examine(office, day.raw, cuts=crew.cuts + RESTARTS)
    before = fingerprint(office)
    drain(office.app), tick(office.app), sweep(office.app)
    report.unstable += difference(before, fingerprint(office))
    print(f"{dict(crew.deaths)} deaths, {len(day.raw)} mails, {report.unknown} unknown")
    assert not report.problems, report
