"""`check-config` and leases: what is done under a lease ends before it, however slow the peer is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.cli.conftest import Cli
from tests.desk import settings_for
from uketsuke.cli.lease_settings import check_leases
from uketsuke.errors import ConfigurationError
from uketsuke.settings import Queue, Settings, Smtp
from uketsuke.systems import System

DIRECTORY = {"connector": "directory", "url": "ldaps://ad.example.lg.jp", "bind": "x", "base": "dc=x"}


def problems(lease: float = 120, smtp: float = 60, **system: Any) -> tuple[str, ...]:
    systems = {"ad": System(**{**DIRECTORY, "password": SecretStr("x"), **system})}
    queue, relay = Queue(lease_seconds=lease), Smtp(timeout_seconds=smtp)
    try:
        check_leases(settings_for(Path("unused"), queue=queue, smtp=relay, systems=systems))
    except ConfigurationError as error:
        return error.problems
    return ()


def test_what_is_set_where_nothing_is_said_fits() -> None:
    assert problems() == ()
    check_leases(Settings())


@pytest.mark.parametrize(("lease", "seconds", "fits"), [(120, 17, True), (119, 17, False), (30, 5, False)])
def test_a_directory_that_could_outlive_its_lease_is_refused(
    lease: float, seconds: float, fits: bool
) -> None:
    found = problems(lease, 1, timeout_seconds=seconds)
    assert len(found) == (0 if fits else 1)
    assert all("[systems.ad]" in one and f"{7 * seconds:g}秒より長く" in one for one in found)


def test_work_of_a_person_waits_for_nobody() -> None:
    assert problems(30, 1, connector="manual", timeout_seconds=90) == ()


def test_a_relay_that_could_outlive_its_lease_is_refused_with_all_the_others() -> None:
    found = problems(60, 60, timeout_seconds=9)
    assert ["smtp.timeout_seconds" in found[0], "[systems.ad]" in found[1]] == [True, True]


def test_check_config_says_so_in_japanese(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "uketsuke.toml").write_text("[queue]\nlease_seconds = 20\n")
    ended = cli("check-config", "--config", tmp_path / "uketsuke.toml")
    assert (ended.code, "queue.lease_seconds を長くするか" in ended.err) == (3, True)
