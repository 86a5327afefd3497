"""What goes wrong in a directory, row by row: the state it ends in and the words on every page (issue 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from lxml.html import HtmlElement
from sqlalchemy import update

from tests.console.screens import Screen, form, open_screen, words
from tests.queue.accounts import account_step, running
from tests.servers.certificates import make_certificate
from tests.servers.directories import Clerk
from tests.servers.programs import free_port
from tests.servers.slapd import BASE, READER, Slapd
from uketsuke.domain.plan import AccountDeed
from uketsuke.domain.states import StepState
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.tables import jobs as jobs_table
from uketsuke.systems import System

pytestmark = pytest.mark.directory
F, R = StepState.FAILED, StepState.RUNNING
AGAIN, STANDS, BY_HAND, NOT_AT_ALL = (
    "もう一度実行する",
    "そのままで進める",
    "作業に切り替える",
    "やめて差し戻す",
)
REFUSED = frozenset({AGAIN, BY_HAND, NOT_AT_ALL})


@dataclass
class Trouble:
    """A directory, an account in it, and what is wrong with either."""

    slapd: Slapd
    clerk: Clerk
    folder: Path
    account: str = ""

    def down(self) -> System:
        """Nobody listens."""
        return self.slapd.system(url=f"ldaps://127.0.0.1:{free_port()}")

    def certificate(self) -> System:
        """Its certificate is of an authority that we do not know."""
        return self.slapd.system(ca_file=make_certificate(self.folder).certificate)

    def sign_in(self) -> System:
        """Our own password is not right any more."""
        return self.slapd.system(password="not-the-right-secret")

    def no_rights(self) -> System:
        """Our account may look, and change nothing."""
        return self.slapd.system(bind=READER)

    def policy(self) -> System:
        """No password that we make is long enough."""
        dn = f"cn=strict-{self.clerk.id},ou=policies,{BASE}"
        rule = {"pwdAttribute": "userPassword", "pwdCheckQuality": "1", "pwdMinLength": "40"}
        with self.slapd.administering() as admin:
            assert admin.add(dn, ["device", "pwdPolicy"], rule), admin.result
        self.slapd.change(self.clerk.dn, pwdPolicySubentry=[dn])
        return self.slapd.system()

    def by_hand(self) -> System:
        """Somebody was first."""
        self.slapd.unlock_by_hand(self.clerk)
        return self.slapd.system()

    def out_of_use(self) -> System:
        """An administrator has closed it."""
        self.slapd.disable(self.clerk)
        return self.slapd.system()

    def missing(self) -> System:
        """There is no account of that name."""
        self.account = "nobody-of-that-name"
        return self.slapd.system()

    def twice(self) -> System:
        """Two entries have the name."""
        dn = f"uid={self.clerk.id},ou=services,{BASE}"
        with self.slapd.administering() as admin:
            assert admin.add(dn, "inetOrgPerson", {"cn": "他人", "sn": "他人"}), admin.result
        return self.slapd.system()

    def referral(self) -> System:
        """Another server has what we look for: nobody is asked there, our password stays here."""
        dn = f"ou=far-{self.clerk.id},{BASE}"
        far = {"ou": f"far-{self.clerk.id}", "ref": f"ldap://127.0.0.1:{free_port()}/{dn}"}
        with self.slapd.administering() as admin:
            assert admin.add(dn, ["referral", "extensibleObject"], far), admin.result
        return self.slapd.system(base=dn)


TABLE: tuple[tuple[Callable[[Trouble], System], AccountDeed, StepState, str, frozenset[str]], ...] = (
    (Trouble.down, "unlock", R, "庁内IDにつながりません", frozenset()),
    (Trouble.certificate, "unlock", R, "庁内IDの証明書を確かめられない", frozenset()),
    (Trouble.sign_in, "unlock", R, "接続用アカウントでサインインできません", frozenset()),
    (Trouble.no_rights, "unlock", F, "接続用アカウントに、この操作の権限がありません", REFUSED),
    (Trouble.policy, "reset-password", F, "新しいパスワードが、システムの決まりに合いません", REFUSED),
    (Trouble.by_hand, "unlock", F, "庁内IDでは、既にその状態です", REFUSED | {STANDS}),
    (Trouble.out_of_use, "unlock", F, "アカウントが停止されています", REFUSED),
    (Trouble.missing, "unlock", F, "アカウントが見つかりません", REFUSED),
    (Trouble.twice, "unlock", F, "同じIDのアカウントが複数あります", REFUSED),
    (Trouble.referral, "unlock", F, "このサーバーでは変更できません", REFUSED),
)


@dataclass(frozen=True)
class Stand:
    """A desk at which each of them has happened."""

    screen: Screen
    slapd: Slapd
    rows: dict[str, tuple[RequestRow, StepRow, Clerk]]
    tray: HtmlElement
    outbox: HtmlElement


@pytest.fixture(scope="module")
def stand(slapd_server: Slapd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """One system for each row of the table; a quarter of an hour has passed since."""
    slapd_server.start()
    troubles = [Trouble(slapd_server, slapd_server.locked(), tmp_path_factory.mktemp("ca")) for _ in TABLE]
    arranged = [(row[0].__name__, row[0](one), one, row[1]) for row, one in zip(TABLE, troubles, strict=True)]
    systems = {name: system.model_copy(update={"title": "庁内ID"}) for name, system, _, _ in arranged}
    screen, rows = open_screen(systems=systems).sign_in(), {}
    for name, _, one, do in arranged:
        request = running(screen.desk, one.account or one.clerk.id, do, system=name)
        screen.desk.work()
        rows[name] = (request, account_step(screen.desk, request), one.clerk)
    with screen.desk.app.database.transaction("test") as tx:
        tx.connection.execute(update(jobs_table).values(created_at=tx.jobs.now() - timedelta(minutes=16)))
    yield Stand(screen, slapd_server, rows, screen.get("/queue"), screen.get("/outbox"))
    screen.desk.app.close()


@pytest.mark.parametrize(
    ("arrange", "do", "state", "says", "ways"), TABLE, ids=[row[0].__name__ for row in TABLE]
)
def test_it_ends_in_its_state_and_every_page_says_why_in_words(
    stand: Stand,
    arrange: Callable[[Trouble], System],
    do: AccountDeed,
    state: StepState,
    says: str,
    ways: frozenset[str],
) -> None:
    request, step, clerk = stand.rows[arrange.__name__]
    assert step.state is state
    assert stand.slapd.changes(clerk.dn) == []
    screen = stand.screen
    row = next(one for one in stand.tray.xpath("//tr[@data-row]") if request.number in words(one))
    work = screen.get(f"/work-items/{step.id}")
    for page in (row, screen.get(f"/requests/{request.number}"), work, stand.outbox):
        assert says in words(page)
    standing = screen.get(f"/outbox/steps/{step.id}")
    assert {words(one) for one in standing.xpath("//main//form//button")} == ways
    assert bool(work.xpath(f"//a[@href='/outbox/steps/{step.id}']")) is bool(ways)


def test_what_a_person_must_mend_first_is_not_said_to_need_nothing(stand: Stand) -> None:
    groups = [words(one) for one in stand.outbox.xpath("//section")]
    for says, needs_nothing in (("つながりません", True), ("証明書を", False), ("サインイン", False)):
        group = next(one for one in groups if says in one)
        assert ("操作は要りません" in group) is needs_nothing


def test_what_was_handed_over_says_why_on_its_page(stand: Stand) -> None:
    _, step, _ = stand.rows["twice"]
    page = stand.screen.get(f"/outbox/steps/{step.id}")
    answer = stand.screen.send(form(page, f"/steps/{step.id}/hand-over"), BY_HAND)
    assert "同じIDのアカウントが複数あります" in words(stand.screen.get(answer.headers["location"]))
