"""F2: random SIGKILLs of intake, worker and operator while the mails come in.

UKETSUKE_KILLS says how many (50, or 500 in `make test-crash`), UKETSUKE_SEED repeats a run.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.crash.conftest import MakeOffice
from tests.crash.office import ROLES, Crew, Zygote, come_to_rest, working
from tests.crash.oracle import difference, examine, fingerprint
from tests.crash.scenario import Day, busy_day
from uketsuke.queue.jobs import drain
from uketsuke.queue.sweep import sweep
from uketsuke.queue.timetable import tick

pytestmark = [pytest.mark.crash, pytest.mark.imap, pytest.mark.smtp]
KILLS = int(os.environ.get("UKETSUKE_KILLS", "50"))
PER_DAY = 25
"""Kills in one office; then a fresh one, so that there is always work to be hit."""
MEAN_SECONDS = 0.4


def seed_of_this_run() -> int:
    """Printed with every failure; give it as UKETSUKE_SEED to repeat."""
    return int(os.environ.get("UKETSUKE_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_nothing_is_lost_or_done_twice_however_often_processes_are_killed(
    engine: str, make_office: MakeOffice, zygote: Zygote
) -> None:
    seed = seed_of_this_run()
    print(f"UKETSUKE_SEED={seed}")
    chance = random.Random(seed)
    for start in range(0, KILLS, PER_DAY):
        live_a_day(make_office, engine, zygote, chance, min(PER_DAY, KILLS - start))


def live_a_day(
    make_office: MakeOffice, engine: str, zygote: Zygote, chance: random.Random, kills: int
) -> None:
    """Mails keep coming while processes die; in the end every promise was kept."""
    office, day = make_office(engine), busy_day(chance)
    with working(office, zygote, day) as crew:
        crew.start()
        kill_at_random(crew, day, chance, kills)
        come_to_rest(crew, day, 120)
    report = examine(office, day.raw, cuts=crew.cuts)
    before = fingerprint(office)
    drain(office.app), tick(office.app), sweep(office.app)
    report.unstable += difference(before, fingerprint(office))
    print(f"{engine}: {crew.deaths} deaths, {len(day.raw)} mails, {report.unknown} unknown")
    assert not report.problems, report
    with office.app.database.reading() as tx:  # three deaths over one job park it, rightly
        assert len(tx.jobs.parked()) <= sum(crew.deaths.values()) // 3


def kill_at_random(crew: Crew, day: Day, chance: random.Random, kills: int) -> None:
    """Deliver the mails little by little, and kill somebody every now and then."""
    mails = list(day.raw)
    for _ in range(kills):
        for _ in range(min(len(mails), chance.randrange(0, 3))):
            crew.office.account.deliver_all([mails.pop(0)])
        time.sleep(chance.expovariate(1 / MEAN_SECONDS))
        crew.kill(chance.choice(ROLES))
        crew.restart_the_dead()
    crew.office.account.deliver_all(mails)
