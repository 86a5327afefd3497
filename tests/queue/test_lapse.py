"""What an owner agreed to holds while the registers still say so: people leave, accounts change hands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.desk import OPERATOR, SECOND
from tests.queue.accounts import account_step, open_desk, running
from tests.vault import COLLEAGUE, OWNER, Vault, open_vault
from uketsuke.connectors.base import Found, Outward
from uketsuke.domain.people import Account
from uketsuke.domain.states import StepState
from uketsuke.errors import NotAllowed, NotFound, TryLater
from uketsuke.queue import answers, confirm
from uketsuke.store.tables import jobs
from uketsuke.store.transaction import Transaction


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = open_vault()
    yield opened
    opened.desk.app.close()


def owner(**changes: Any) -> Callable[[Transaction], None]:
    def apply(tx: Transaction) -> None:
        person = tx.people.get(OWNER)
        assert person is not None
        tx.people.put(person.model_copy(update=changes))

    return apply


def account(**changes: Any) -> Callable[[Transaction], None]:
    values = {"system": "vault", "id": "v00001", "employee_number": OWNER, **changes}
    return lambda tx: tx.accounts.put(Account.model_validate(values))


LEFT, MOVED = owner(active=False), owner(mail="other@city.example.lg.jp")
GIVEN, STOPPED = account(employee_number=COLLEAGUE), account(active=False)


def imported(vault: Vault, change: Callable[[Transaction], None]) -> None:
    with vault.desk.app.database.transaction("list") as tx:
        change(tx)


@pytest.mark.parametrize("change", [LEFT, MOVED], ids=["left", "another-address"])
def test_the_link_in_an_old_mailbox_opens_nothing(
    vault: Vault, change: Callable[[Transaction], None]
) -> None:
    row, token = vault.run(vault.ask()), vault.link()
    imported(vault, change)
    with vault.desk.app.database.reading() as tx:
        assert confirm.find_question(vault.desk.app, tx, token) is None
    for answer in (confirm.confirm, confirm.refuse):
        with pytest.raises(NotFound):
            answer(vault.desk.app, token)
    assert vault.step(row, 1).state is StepState.WAITING


def test_nobody_is_checked_who_has_left(vault: Vault) -> None:
    row = vault.run(vault.ask())
    imported(vault, LEFT)
    with pytest.raises(NotAllowed, match="not in office"):
        confirm.record_check(vault.desk.app, SECOND, vault.step(row, 1).id, "call-back")
    assert vault.step(row, 1).state is StepState.WAITING


@pytest.mark.parametrize("change", [LEFT, GIVEN, STOPPED], ids=["left", "given-away", "stopped"])
@pytest.mark.parametrize("begun", [False, True], ids=["before-the-work", "during-the-work"])
def test_consent_ends_with_what_it_was_about(
    vault: Vault, change: Callable[[Transaction], None], begun: bool
) -> None:
    row = vault.run(vault.ask())
    confirm.confirm(vault.desk.app, vault.link())
    if begun:
        vault.desk.work()
    imported(vault, change)
    vault.desk.work()
    work = vault.step(row, 2)
    assert work.state is (StepState.WAITING if begun else StepState.FAILED)
    with pytest.raises((NotAllowed, NotFound)):
        answers.complete_step(vault.desk.app, OPERATOR, work.id, {})
    assert vault.state() == "locked"


def test_an_account_that_is_still_its_owners_is_unlocked(vault: Vault) -> None:
    imported(vault, account())
    row = vault.run(vault.ask())
    confirm.confirm(vault.desk.app, vault.link())
    vault.desk.work()
    answers.complete_step(vault.desk.app, OPERATOR, vault.step(row, 2).id, {})
    vault.desk.work()
    assert vault.state() == "active"


class Away:
    """A directory that cannot be reached at first, and remembers whether it was changed."""

    name = "away"

    def __init__(self) -> None:
        self.is_down, self.acts = True, 0

    def look(self, effect: Outward) -> Found:
        if self.is_down:
            raise TryLater("ekobe", "down")
        return Found.ABSENT

    def act(self, effect: Outward) -> dict[str, Any]:
        self.acts += 1
        return {}

    def check(self) -> None:
        """Nothing to try."""


def test_who_leaves_while_the_directory_is_away_is_not_unlocked_when_it_is_back() -> None:
    desk, away = open_desk(None), Away()
    desk = replace(desk, app=replace(desk.app, systems={"ekobe": away}))
    request = running(desk, "tanaka", owner=OWNER)
    desk.work()
    assert account_step(desk, request).state is StepState.RUNNING
    away.is_down = False
    with desk.app.database.transaction("list") as tx:
        LEFT(tx)
        tx.connection.execute(update(jobs).values(due_at=tx.jobs.now() - timedelta(seconds=1)))
    desk.work()
    step = account_step(desk, request)
    assert (away.acts, step.state) == (0, StepState.FAILED)
    assert step.error == {"code": "not-permitted", "why": "the owner is not in office"}
