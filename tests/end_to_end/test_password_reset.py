"""A new password through the connector: asked for by mail, set in the directory, handed over by a person.

No shipped service does it (of account-unlock the catalogue says that the password stays as it is): the
tests' own does, as a city's own service would.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.console.screens import USERS, Screen, form, words
from tests.servers.directories import Clerk
from tests.servers.slapd import Slapd
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import Actor
from uketsuke.domain.states import RequestState, Role, StepState
from uketsuke.queue import confirm
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow

pytestmark = pytest.mark.directory
HASHIMOTO = Actor("hashimoto", Role.OPERATOR, "D1001")
ADDRESS = "takahashi-t@city.example.lg.jp"


@dataclass
class Forgotten:
    """An owner who is locked out and has forgotten the password."""

    vault: Vault
    slapd: Slapd
    clerk: Clerk

    def agreed(self) -> RequestRow:
        """Asked for by mail, run by an operator, agreed to by the owner's link, done by the worker."""
        row = self.vault.run(self.vault.ask("金庫のパスワード初期化", self.clerk.id), HASHIMOTO)
        assert self.slapd.changes(self.clerk.dn) == []
        confirm.confirm(self.vault.desk.app, self.vault.link())
        self.vault.desk.work()
        return self.vault.desk.request(row.number)

    def hand_over(self, row: RequestRow) -> str:
        """Hashimoto has it shown, tells it, and records 伝達済; gives what was shown."""
        screen = Screen(self.vault.desk).sign_in()
        step = self.vault.step(row, 3)
        page = screen.get(f"/work-items/{step.id}")
        shown = str(screen.send(form(page, "/password"), code=200).text)
        screen.send(form(page, f"/work-items/{step.id}"), "作業を完了", r__delivered="delivered")
        self.vault.desk.work()
        return shown.partition('<span class="told">')[2].partition("</span>")[0]


@pytest.fixture
def forgotten(slapd: Slapd) -> Iterator[Forgotten]:
    vault, clerk = open_vault(systems={"vault": slapd.system()}), slapd.locked()
    with vault.desk.app.database.transaction("furnish") as tx:
        for user in USERS:
            tx.users.put(user)
        values = {"account_id": clerk.id, "state": "locked", "person": OWNER}
        tx.ledgers.insert("vault-ledger", clerk.id, values, Origin(actor="test"))
    yield Forgotten(vault, slapd, clerk)
    vault.desk.app.close()


def test_a_forgotten_password_is_replaced_once_handed_over_and_must_be_changed(forgotten: Forgotten) -> None:
    row = forgotten.agreed()
    forgotten.vault.ask("金庫のパスワード初期化", forgotten.clerk.id)
    assert len(forgotten.slapd.changes(forgotten.clerk.dn)) == 1, "the same mail again sets no other"
    assert row.state is RequestState.RUNNING, "nobody has been told yet"
    password = forgotten.hand_over(row)
    assert forgotten.slapd.must_change(forgotten.clerk, password)
    assert not forgotten.slapd.signs_in(forgotten.clerk)
    assert forgotten.vault.desk.request(row.number).state is RequestState.DONE
    letters = forgotten.vault.desk.letters()
    assert letters[-1]["To"] == ADDRESS
    assert not [one for one in letters if password in one.as_string() + one.get_content()]
    with forgotten.vault.desk.app.database.reading() as tx:
        (review,) = tx.oversight.waiting()
        shown = [one.actor for one in tx.audit.of_request(row.id) if one.action == "show-password"]
    assert (review.owner, review.request_id, shown) == (OWNER, row.id, ["hashimoto"])


def test_what_was_refused_and_done_by_hand_shows_no_password_of_ours(
    forgotten: Forgotten,
) -> None:
    """What a person sets by hand is theirs to tell; ours was never right."""
    forgotten.slapd.disable(forgotten.clerk)
    row = forgotten.agreed()
    screen, step = Screen(forgotten.vault.desk).sign_in(), forgotten.vault.step(row, 2)
    assert step.state is StepState.FAILED
    standing = screen.get(f"/outbox/steps/{step.id}")
    screen.send(form(standing, f"/steps/{step.id}/hand-over"), "作業に切り替える")
    work = form(screen.get(f"/work-items/{step.id}"), f"/work-items/{step.id}")
    screen.send(work, "作業を完了", r__outcome="done", r__told="told")
    forgotten.vault.desk.work()
    delivers = forgotten.vault.step(row, 3)
    page = screen.get(f"/work-items/{delivers.id}")
    assert "伝達の記録" in words(page)
    assert not [one for one in page.forms if one.get("id") == "pf"]
