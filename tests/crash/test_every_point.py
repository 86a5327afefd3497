"""F1: SIGKILL before and after every commit and every call outside, on a first and a later passage.

One undisturbed day lists the points. Then day after day, each role dies once at a point that it
has not died at yet; whoever died is started again, and the day must come to the same end.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.crash.conftest import MakeOffice
from tests.crash.office import ROLES, Crew, Zygote, come_to_rest, working
from tests.crash.oracle import difference, examine, fingerprint, outcome
from tests.crash.scenario import ordinary_day
from uketsuke.queue.jobs import drain
from uketsuke.queue.sweep import sweep
from uketsuke.queue.timetable import tick

pytestmark = [pytest.mark.crash, pytest.mark.imap, pytest.mark.smtp]
LATER = 5
"""The later passage, where a point is passed so often."""
Undisturbed = tuple[dict[str, Any], dict[str, list[str]]]
AT_ONCE = 2
"""Days lived beside each other: most of one is waiting for the leases of the dead."""
TRIES = 3
"""Days on which a point may be missed, because the work fell differently, before that is a failure."""
SPARSE = 4
"""On PostgreSQL every fourth point is tried; all of them under the marker `slow`."""


@dataclass
class Deaths:
    """The deaths still to be died by one role, and those that were."""

    left: list[str]
    missed: Counter[str] = field(default_factory=Counter)
    died: list[str] = field(default_factory=list)

    def take(self) -> str:
        """The next point to die at, or nothing."""
        return self.left.pop(0) if self.left else ""

    def note(self, crash: str, crew: Crew, role: str) -> None:
        """Count what became of it; a point that was not reached comes up again, then on its first passage."""
        if not crash:
            return
        point, _, passage = crash.rpartition(":")
        if crew.deaths[role] and crew.trace(role).count(point) >= int(passage):
            self.died.append(crash)
            return
        self.missed[point] += 1
        if self.missed[point] <= TRIES:
            self.left.append(crash if self.missed[point] == 1 else f"{point}:1")


SOMETIMES = "poll-renew:"
"""Passed only while a poll lasts long, which is a matter of the machine's load."""


def deaths_of(trace: list[str]) -> list[str]:
    """First and later passage of every point of a trace that every day passes."""
    wanted = []
    for point, count in Counter(point for point in trace if not point.startswith(SOMETIMES)).items():
        wanted.append(f"{point}:1")
        if count > 1:
            wanted.append(f"{point}:{min(LATER, count)}")
    return wanted


def live_a_day(
    office_of: MakeOffice, engine: str, zygote: Zygote, crashes: dict[str, str]
) -> tuple[Any, Crew]:
    """One day with these deaths; everything the oracle asks for, and the office."""
    office, day = office_of(engine), ordinary_day()
    office.account.deliver_all(day.raw)
    with working(office, zygote, day) as crew:
        crew.start(crashes)
        come_to_rest(crew, day)
    report = examine(office, day.raw, crew.cuts)
    before = fingerprint(office)
    drain(office.app), tick(office.app), sweep(office.app)
    report.unstable += difference(before, fingerprint(office))
    return report, crew


def differences(crew: Crew, expected: dict[str, Any]) -> list[str]:
    """Where the day came to something else; a request with an unknown letter is not done, and may stay so."""
    found = outcome(crew.office)
    wrong = [name for name in ("receipts", "copies", "units", "letters") if found[name] != expected[name]]
    return [f"{name}: {found[name]} instead of {expected[name]}" for name in wrong]


def die_everywhere(
    make_office: MakeOffice, zygote: Zygote, undisturbed: Undisturbed, engine: str, every: int
) -> dict[str, Deaths]:
    """Day after day, some at a time, until each role has died at each of its points."""
    expected, trace = undisturbed
    deaths = {role: Deaths(deaths_of(trace[role])[::every]) for role in ROLES}

    def live() -> None:
        while any(crashes := {role: deaths[role].take() for role in ROLES}.values()):
            dying = dict(zip(ROLES, crashes, strict=True))
            report, crew = live_a_day(make_office, engine, zygote, dying)
            assert not report.problems, f"killed at {dying}:\n{report}"
            assert not differences(crew, expected), f"killed at {dying}: {differences(crew, expected)}"
            for role in ROLES:
                deaths[role].note(dying[role], crew, role)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        days = [pool.submit(live) for _ in range(AT_ONCE)]
        try:
            for day in as_completed(days):
                day.result()
        finally:
            for one in deaths.values():
                one.left.clear()
    return deaths


def assert_covered(deaths: dict[str, Deaths], trace: dict[str, list[str]], every: int) -> None:
    """Fails when a point of the trace was not died at: the coverage check."""
    for role in ROLES:
        tried = {crash.rpartition(":")[0] for crash in deaths[role].died}
        wanted = {crash.rpartition(":")[0] for crash in deaths_of(trace[role])[::every]}
        assert tried >= wanted, f"{role} never died at {sorted(wanted - tried)}"


@pytest.mark.timeout(3600)  # every point is a day of its own: how long that takes is the machine's affair
@pytest.mark.parametrize(
    ("engine", "every"),
    [
        ("sqlite", 1),
        pytest.param("postgresql", SPARSE, marks=pytest.mark.postgres),
        pytest.param("postgresql", 1, marks=[pytest.mark.postgres, pytest.mark.slow]),
    ],
)
def test_a_day_survives_a_death_at_every_point(
    engine: str,
    every: int,
    make_office: MakeOffice,
    zygote: Zygote,
    undisturbed: Undisturbed,
) -> None:
    deaths = die_everywhere(make_office, zygote, undisturbed, engine, every)
    print({role: f"{len(one.died)} deaths" for role, one in deaths.items()})
    assert_covered(deaths, undisturbed[1], every)


def test_a_point_that_nobody_died_at_is_noticed(
    undisturbed: Undisturbed,
) -> None:
    _, trace = undisturbed
    deaths = {role: Deaths([], died=deaths_of(trace[role])) for role in ROLES}
    assert_covered(deaths, trace, 1)
    deaths["worker"].died = [crash for crash in deaths["worker"].died if not crash.startswith("smtp.data:")]
    with pytest.raises(AssertionError, match="smtp"):
        assert_covered(deaths, trace, 1)


def test_every_commit_and_every_call_outside_is_passed_by_the_day(
    undisturbed: Undisturbed,
) -> None:
    """Before and after, always both: there is no commit and no call that could not be cut."""
    _, trace = undisturbed
    points = {point for passed in trace.values() for point in passed}
    for point in points:
        name, _, side = point.rpartition(":")
        other = {"before-commit": "after-commit", "after-commit": "before-commit"}.get(side)
        other = other or {"before": "after", "after": "before"}[side]
        assert f"{name}:{other}" in points, f"{name} is passed on one side only"
    assert len(points) >= 40, f"only {len(points)} points: {sorted(points)}"


def test_what_was_done_at_the_counter_is_part_of_the_day(undisturbed: Undisturbed) -> None:
    """Or else no death would ever meet it: a unit out and a unit in repair, both of 市民協働課 (AP-85)."""
    units = undisturbed[0]["units"]
    out = "handed_out 市民協働課 failure_exchange 田中 花子"
    assert [count for said, count in units.items() if said[-1] == out] == [1]
