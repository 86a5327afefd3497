"""Members of kintone's groups: who is named comes or goes, everybody else stays, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from tests.connectors.kintone.city import City
from tests.connectors.kintone.served import served, tell
from uketsuke.connectors.base import Found, Outward
from uketsuke.connectors.fake_kintone.state import Group, User
from uketsuke.connectors.kintone_admin import KintoneAdminConnector
from uketsuke.connectors.kintone_people import KintonePeople
from uketsuke.connectors.kintone_port import KintonePort
from uketsuke.errors import Refused, UnknownOutcome
from uketsuke.systems import KintoneSite, System

PEOPLE = ("tanaka-h", "suzuki-k", "kobayashi-m")


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[City, str]]:
    city = City()
    city.domain.users["root"] = User(code="root", name="root", password="pw", administrator=True)
    for code in PEOPLE:
        city.domain.users[code] = User(code=code, name=code)
    with served(city) as url:
        yield city, url


@pytest.fixture
def connector(town: tuple[City, str]) -> Iterator[KintoneAdminConnector]:
    city, url = town
    tell(url, "DELETE", "faults")
    city.domain.groups["keiri"] = Group(code="keiri", name="経理", members=["tanaka-h", "suzuki-k"])
    city.domain.groups["moving"] = Group(code="moving", name="動く", dynamic=True)
    site = KintoneSite(url=url, user="root", password=SecretStr("pw"), timeout_seconds=5)
    with KintonePort(site) as port:
        system = System(connector="kintone", developers="keiri")
        yield KintoneAdminConnector("kintone_admin", system, port)


def effect(account: str = "keiri", begun: bool = False, do: Any = "change", **values: Any) -> Outward:
    return Outward("1-1", "kintone_admin", account, do, values, begun)


def members(town: tuple[City, str]) -> set[str]:
    return set(town[0].domain.groups["keiri"].members)


def test_who_is_named_comes_in_and_everybody_else_stays(
    connector: KintoneAdminConnector, town: tuple[City, str]
) -> None:
    wanted = effect(add=["kobayashi-m"], remove=["suzuki-k"])
    assert connector.look(wanted) is Found.ABSENT
    assert connector.act(wanted) == {"group": "keiri", "before": 2, "after": 2}
    assert members(town) == {"tanaka-h", "kobayashi-m"}
    assert connector.look(effect(begun=True, **wanted.values)) is Found.OURS
    assert connector.look(wanted) is Found.OTHER


def test_the_developers_are_the_group_that_the_settings_name(
    connector: KintoneAdminConnector, town: tuple[City, str]
) -> None:
    wanted = effect("kobayashi-m", group="アプリ開発者", add=["kobayashi-m"])
    assert connector.look(wanted) is Found.ABSENT
    connector.act(wanted)
    assert members(town) == {*PEOPLE}


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (effect("moving", add=["tanaka-h"]), "dynamic-group"),
        (effect("nowhere", add=["tanaka-h"]), "no-such-group"),
        (effect(add=["hayashi-x"]), "no-such-account"),
        (effect(remove=["tanaka-h", "suzuki-k"]), "group-empty"),
        (effect(do="delete"), "not-a-deed-here"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_may_not_be_is_refused_with_its_reason_and_changes_nothing(
    connector: KintoneAdminConnector, town: tuple[City, str], wanted: Outward, reason: str
) -> None:
    with pytest.raises(Refused) as no:
        connector.look(wanted)
    assert no.value.reason == reason
    assert members(town) == {"tanaka-h", "suzuki-k"}


def test_a_list_that_somebody_else_has_changed_meanwhile_is_put_before_a_person(
    connector: KintoneAdminConnector, town: tuple[City, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = KintonePeople.members
    seen: list[str] = []

    def interrupted(self: KintonePeople, group: str) -> frozenset[str]:
        seen.append(group)
        if len(seen) == 2:  # the look afterwards
            town[0].domain.groups["keiri"].members.remove("tanaka-h")
        return read(self, group)

    monkeypatch.setattr(KintonePeople, "members", interrupted)
    with pytest.raises(UnknownOutcome):
        connector.act(effect(add=["kobayashi-m"]))


def test_a_cut_write_is_ours_at_the_next_look(
    connector: KintoneAdminConnector, town: tuple[City, str]
) -> None:
    wanted = effect(begun=True, add=["kobayashi-m"])
    tell(town[1], "POST", "faults", {"kind": "cut", "when": "after", "method": "PUT"})
    with pytest.raises(UnknownOutcome):
        connector.act(wanted)
    assert connector.look(wanted) is Found.OURS


def test_a_user_that_may_not_administer_is_told_apart(town: tuple[City, str]) -> None:
    site = KintoneSite(url=town[1], user="tanaka-h", password=SecretStr(""), timeout_seconds=5)
    with KintonePort(site) as port, pytest.raises(Refused):
        KintoneAdminConnector("kintone_admin", System(connector="kintone"), port).act(
            effect(add=["kobayashi-m"])
        )
