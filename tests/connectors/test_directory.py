"""The same promises on every directory that runs here: OpenLDAP, and Samba as Active Directory."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.servers.certificates import make_certificate
from tests.servers.directories import TestDirectory
from tests.servers.programs import free_port
from uketsuke.connectors.base import Found, Outward
from uketsuke.connectors.directory import DirectoryConnector
from uketsuke.connectors.initial_password import initial_password
from uketsuke.domain.plan import AccountDeed
from uketsuke.errors import Refused, TryLater

pytestmark = pytest.mark.directory
NEW = initial_password(b"only for tests", "1-1")


@pytest.fixture(params=["slapd", "samba"])
def directory(request: pytest.FixtureRequest) -> TestDirectory:
    """Each server in turn."""
    found: TestDirectory = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def connector(directory: TestDirectory) -> DirectoryConnector:
    return DirectoryConnector("ekobe", directory.system())


def change(account: str, do: AccountDeed, **values: Any) -> Outward:
    """The first change of a plan: nothing has been begun."""
    return Outward("1-1", "ekobe", account, do, values, begun=False, password=NEW)


def begun(effect: Outward) -> Outward:
    """The same after the mark was committed."""
    return replace(effect, begun=True)


def refusal(connector: DirectoryConnector, effect: Outward) -> str:
    with pytest.raises(Refused) as no:
        connector.look(effect)
    return no.value.reason


def test_whoever_was_locked_out_signs_in_again(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    clerk = directory.locked()
    effect = change(clerk.id, "unlock")
    assert connector.look(effect) is Found.ABSENT
    connector.act(effect)
    assert connector.look(begun(effect)) is Found.OURS
    assert directory.signs_in(clerk)


def test_an_unlock_forgets_the_wrong_tries_too(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    clerk = directory.locked()
    connector.act(change(clerk.id, "unlock"))
    directory.signs_in(clerk, "wrong")
    assert directory.signs_in(clerk)


def test_an_unlock_may_be_repeated(directory: TestDirectory, connector: DirectoryConnector) -> None:
    clerk = directory.locked()
    for _ in range(2):
        connector.act(change(clerk.id, "unlock"))
    assert directory.signs_in(clerk)


def test_what_somebody_unlocked_before_us_is_not_ours(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    clerk = directory.locked()
    directory.unlock_by_hand(clerk)
    assert connector.look(change(clerk.id, "unlock")) is Found.OTHER


def test_an_account_that_was_never_locked_needs_no_unlock(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    assert connector.look(change(directory.clerk().id, "unlock")) is Found.OTHER


@pytest.mark.parametrize("do", ["unlock", "reset-password"])
def test_an_account_that_is_out_of_use_stays_so(
    directory: TestDirectory, connector: DirectoryConnector, do: AccountDeed
) -> None:
    clerk = directory.clerk()
    directory.disable(clerk)
    assert refusal(connector, change(clerk.id, do)) == "account-disabled"
    assert not directory.signs_in(clerk)


def test_a_new_password_must_be_changed_at_the_first_sign_in(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    clerk, old = directory.clerk(), None
    effect = change(clerk.id, "reset-password")
    assert connector.look(effect) is Found.ABSENT
    connector.act(effect)
    assert directory.must_change(clerk, NEW)
    assert not directory.signs_in(clerk, old)
    assert connector.look(begun(effect)) is Found.OURS


def test_a_reset_that_was_cut_before_it_happened_is_seen_as_not_done(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    clerk = directory.clerk()
    assert connector.look(begun(change(clerk.id, "reset-password"))) is Found.ABSENT
    assert directory.signs_in(clerk)


def test_a_password_that_the_directory_does_not_take_is_refused(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    clerk = directory.clerk()
    with pytest.raises(Refused) as no:
        connector.act(replace(change(clerk.id, "reset-password"), password="kurz"))
    assert no.value.reason == "password-policy"
    assert "kurz" not in f"{no.value} {no.value.said}"


def test_an_account_goes_out_of_use_and_into_it(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    clerk = directory.clerk()
    for do, admitted in (("disable", False), ("enable", True)):
        effect = change(clerk.id, do)  # type: ignore[arg-type]
        assert connector.look(effect) is Found.ABSENT
        for _ in range(2):
            connector.act(effect)
        assert connector.look(effect) is Found.OTHER
        assert directory.signs_in(clerk) is admitted


def test_a_group_names_whom_it_was_told_to(directory: TestDirectory, connector: DirectoryConnector) -> None:
    clerk, group = directory.clerk(), directory.group()
    for do, named in (("grant", True), ("revoke", False)):
        effect = change(clerk.id, do, group=group)  # type: ignore[arg-type]
        assert connector.look(effect) is Found.ABSENT
        for _ in range(2):
            connector.act(effect)
        assert connector.look(begun(effect)) is Found.OURS
        assert (clerk.dn.casefold() in directory.members(group)) is named


def test_a_group_that_is_not_there_is_refused(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    clerk = directory.clerk()
    assert refusal(connector, change(clerk.id, "grant", group="nai")) == "no-such-group"
    assert refusal(connector, change(clerk.id, "grant", group="*")) == "no-such-group"


@pytest.mark.parametrize(
    "account", ["*", "tanaka*", "x)(|(uid=*", "*)(sAMAccountName=*", "\\2a", "tanaka\0", "", "（*）", "ｔ＊"]
)
def test_nothing_in_an_account_id_reaches_another_account(
    directory: TestDirectory, connector: DirectoryConnector, account: str
) -> None:
    clerk = directory.locked()
    assert refusal(connector, change(account, "unlock")) == "no-such-account"
    assert not directory.signs_in(clerk)


def test_case_and_width_of_an_account_id_do_not_matter(
    directory: TestDirectory, connector: DirectoryConnector
) -> None:
    clerk = directory.locked()
    wide = "".join(chr(ord(one) + 0xFEE0) for one in clerk.id.upper())
    connector.act(change(wide, "unlock"))
    assert directory.signs_in(clerk)


@pytest.mark.parametrize("do", ["create", "change", "delete"])
def test_new_accounts_and_deletions_are_work_of_a_person(
    directory: TestDirectory, connector: DirectoryConnector, do: AccountDeed
) -> None:
    assert refusal(connector, change(directory.clerk().id, do)) == "not-a-deed-here"


def test_a_certificate_of_somebody_else_is_not_spoken_to(directory: TestDirectory, tmp_path: Path) -> None:
    clerk, foreign = directory.locked(), make_certificate(tmp_path).certificate
    connector = DirectoryConnector("ekobe", directory.system(ca_file=foreign))
    with pytest.raises(TryLater, match=r"(?i)certificate"):
        connector.act(change(clerk.id, "unlock"))
    assert not directory.signs_in(clerk)


def test_a_certificate_for_another_name_is_not_spoken_to(directory: TestDirectory) -> None:
    url = str(directory.system().url)
    same_server = url.replace("127.0.0.1", "127.1")  # reaches the same address under a name it has not
    assert same_server != url
    with pytest.raises(TryLater, match=r"(?i)certificate verify failed.*mismatch"):
        DirectoryConnector("ekobe", directory.system(url=same_server)).check()


def test_a_directory_that_is_down_is_asked_again_later(directory: TestDirectory) -> None:
    connector = DirectoryConnector("ekobe", directory.system(url=f"ldaps://127.0.0.1:{free_port()}"))
    with pytest.raises(TryLater):
        connector.look(change("tanaka", "unlock"))


def test_a_directory_that_does_not_let_us_in_is_asked_again_later_and_our_password_is_told_nobody(
    directory: TestDirectory,
) -> None:
    secret = "not-the-right-secret"
    connector = DirectoryConnector("ekobe", directory.system(password=secret))
    with pytest.raises(TryLater) as later:
        connector.check()
    assert "sign-in" in later.value.reason
    assert secret not in "".join(traceback.format_exception(later.value)) + repr(later.value)


def test_the_connection_is_tried_without_changing_anything(connector: DirectoryConnector) -> None:
    connector.check()


def test_a_base_that_is_not_there_is_noticed(directory: TestDirectory) -> None:
    with pytest.raises(TryLater, match="dc=nowhere"):
        DirectoryConnector("ekobe", directory.system(base="dc=nowhere,dc=test")).check()
