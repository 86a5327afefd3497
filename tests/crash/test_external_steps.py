"""A step in another system, killed at every point: the directory's own log shows one change (promise 2)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crash.office import Member, Zygote
from tests.desk import Desk
from tests.queue.accounts import MORNING, account_step, entries, running
from tests.servers.directories import Clerk
from tests.servers.programs import wait_until
from tests.servers.slapd import SERVICE_PASSWORD, Slapd
from uketsuke.clock import FileClock
from uketsuke.domain.plan import AccountDeed
from uketsuke.domain.states import RequestState, StepState
from uketsuke.store.requests import RequestRow
from uketsuke.systems import System

pytestmark = [pytest.mark.crash, pytest.mark.directory]
LEASE = 1.5
AT_ONCE = 4
TEMPLATE = """\
mode = "test"
clock = "file:{data}/clock"
data_dir = "{data}"
secret = "only for tests"
[queue]
lease_seconds = {lease}
undo_seconds = 0
back_off_seconds = 0.2
[systems.ekobe]
connector = "directory"
kind = "openldap"
url = "{system.url}"
bind = "{system.bind}"
password = "{password}"
base = "{system.base}"
ca_file = "{system.ca_file}"
"""


@dataclass
class Case:
    """One request about one account, and the processes that may die over it."""

    desk: Desk
    request: RequestRow
    clerk: Clerk
    zygote: Zygote

    @property
    def data(self) -> Path:
        return self.desk.app.settings.data_dir

    def run(self, crash: str = "") -> None:
        """One process does everything that is due, or dies at the point."""
        environment = {"PATH": os.environ["PATH"], "UKETSUKE_CONFIG": str(self.data / "uketsuke.toml")}
        if crash:
            environment |= {"UKETSUKE_CRASH": crash, "UKETSUKE_CRASH_TRACE": str(self.data / "trace")}
        member = Member(self.zygote.fork("once", environment, self.data / "log"))
        wait_until(lambda: not member.is_alive, "the end of the process", 60)
        member.release()

    def is_over(self) -> bool:
        return self.desk.request(self.request.number).state is RequestState.DONE

    def is_anything_due(self) -> bool:
        """What the dead held is due when their lease has ended."""
        with self.desk.app.database.reading() as tx:
            return tx.jobs.any_due()

    def finish(self) -> None:
        """Whoever comes after the dead, until nothing is left to do."""

        def go_on() -> bool:
            if not self.is_over() and self.is_anything_due():
                self.run()
            return self.is_over()

        wait_until(go_on, "the end of the request", 60)

    def trace(self) -> list[str]:
        path = self.data / "trace"
        return path.read_text("utf-8").split() if path.exists() else []


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


def new_case(slapd: Slapd, zygote: Zygote, folder: Path, do: AccountDeed) -> Case:
    clerk, system = slapd.clerk(), slapd.system()
    if do == "unlock":
        slapd.lock(clerk)
    desk = Desk.open(MORNING, data=folder, systems={"ekobe": system})
    write_settings(folder, system)
    return Case(desk, running(desk, clerk.id, do), clerk, zygote)


def write_settings(data: Path, system: System) -> None:
    FileClock(data / "clock").set(MORNING)
    (data / "uketsuke.toml").write_text(
        TEMPLATE.format(data=data, lease=LEASE, system=system, password=SERVICE_PASSWORD), "utf-8"
    )


def wrong_with(case: Case, slapd: Slapd) -> list[str]:
    """What the directory and our database do not agree about; the directory's own log counts."""
    step, changes = account_step(case.desk, case.request), slapd.changes(case.clerk.dn)
    told = entries(case.desk, case.request, "step-account-action")
    password = case.desk.app.initial_password(step.effect_key)
    found = []
    if len(changes) != 1:
        found.append(f"the directory was changed {len(changes)} times: {changes}")
    if step.state is not StepState.DONE or (step.result or {}).get("outcome") != "done":
        found.append(f"the step is {step.state}: {step.result} {step.error}")
    if len(told) != 1:
        found.append(f"the audit log tells it {len(told)} times")
    if step.resolved and step.resolved["do"] == "unlock" and not slapd.signs_in(case.clerk):
        found.append("nobody can sign in")
    if (
        step.resolved
        and step.resolved["do"] == "reset-password"
        and not slapd.must_change(case.clerk, password)
    ):
        found.append("the password is not the one that will be told")
    with case.desk.app.database.reading() as tx:
        if (broken := tx.audit.verify()) is not None:
            found.append(f"the audit chain is broken at {broken}")
    return found


@pytest.mark.timeout(400)
@pytest.mark.parametrize("do", ["unlock", pytest.param("reset-password", marks=pytest.mark.slow)])
def test_a_step_killed_at_any_point_leaves_one_change(
    do: AccountDeed, slapd: Slapd, zygote: Zygote, tmp_path: Path
) -> None:
    undisturbed = new_case(slapd, zygote, tmp_path / "undisturbed", do)
    undisturbed.run("none:0")
    assert undisturbed.is_over()
    assert wrong_with(undisturbed, slapd) == []
    trace = undisturbed.trace()
    points = [f"{name}:{passage + 1}" for name, count in Counter(trace).items() for passage in range(count)]
    if do == "reset-password":  # what differs from an unlock is how it is seen that it has happened
        points = [one for one in points if one.startswith(("acting", "acted", "directory.modify"))]
    names = {point.rpartition(":")[0] for point in points}
    assert {"acting:after-commit", "directory.modify:before", "directory.modify:after"} <= names
    assert "acted:before-commit" in names

    def die(place: int) -> list[str]:
        case = new_case(slapd, zygote, tmp_path / str(place), do)
        case.run(points[place])
        died = case.trace()[-1:] == [points[place].rpartition(":")[0]]
        case.finish()
        wrong = wrong_with(case, slapd)
        case.desk.app.close()
        return [f"{points[place]}: {one}" for one in (*wrong, *(() if died else ("nobody died",)))]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = [line for lines in pool.map(die, range(len(points))) for line in lines]
    print(f"{len(points)} deaths")
    assert wrong == []
    undisturbed.desk.app.close()
