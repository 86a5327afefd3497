"""A plan that cannot go on is ended, and what it has done is told to the account's owner (FAULTS 3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.screens import USERS, Screen, form, words
from tests.desk import OPERATOR
from tests.vault import Vault, open_vault
from uketsuke.domain.states import RequestState, StepState
from uketsuke.errors import NotAllowed, NotFound
from uketsuke.queue import answers, confirm, stopped
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = open_vault()
    yield opened
    opened.desk.app.close()


def end(vault: Vault, row: RequestRow, seq: int) -> RequestRow:
    version = vault.desk.request(row.number).version
    stopped.give_up(vault.desk.app, OPERATOR, vault.step(row, seq).id, version, "本人と連絡が取れません。")
    vault.desk.work()
    return vault.desk.request(row.number)


def test_what_waits_for_an_owner_who_never_answers_can_be_ended(vault: Vault) -> None:
    row = vault.run(vault.ask())
    token = vault.link()
    assert end(vault, row, 1).state is RequestState.RETURNED
    with pytest.raises(NotFound):
        confirm.confirm(vault.desk.app, token)
    assert "連絡が取れません" in vault.desk.letters()[-1].get_content()


def test_work_that_an_owner_has_agreed_to_can_be_ended_before_it_is_done(vault: Vault) -> None:
    row = vault.run(vault.ask())
    confirm.confirm(vault.desk.app, vault.link())
    vault.desk.work()
    work = vault.step(row, 2)
    assert (end(vault, row, 2).state, vault.state()) == (RequestState.RETURNED, "locked")
    with pytest.raises(NotFound):
        answers.complete_step(vault.desk.app, OPERATOR, work.id, {})


def test_the_owner_is_told_what_was_done_although_the_rest_is_given_up(vault: Vault) -> None:
    row = vault.run(vault.ask())
    confirm.confirm(vault.desk.app, vault.link())
    vault.desk.work()
    with vault.desk.app.database.transaction("meanwhile") as tx:
        known = tx.ledgers.row("vault-ledger", "v00001")
        assert known is not None
        changed = {"state": "noted"}
        tx.ledgers.update("vault-ledger", "v00001", known.version, changed, Origin(actor="test"))
    answers.complete_step(vault.desk.app, OPERATOR, vault.step(row, 2).id, {})
    vault.desk.work()
    assert vault.step(row, 3).state is StepState.FAILED
    before = len(vault.desk.letters())
    assert end(vault, row, 3).state is RequestState.RETURNED
    told = [one for one in vault.desk.letters()[before:] if "v00001" in one.get_content()]
    assert [one["To"] for one in told] == ["takahashi-t@city.example.lg.jp"]
    assert vault.step(row, 4).state is StepState.DONE


def test_the_page_of_a_waiting_confirmation_leads_to_its_end(vault: Vault) -> None:
    row = vault.run(vault.ask())
    with vault.desk.app.database.transaction("people") as tx:
        tx.users.put(USERS[0])
    screen = Screen(vault.desk).sign_in()
    address = f"/outbox/steps/{vault.step(row, 1).id}"
    assert address in screen.get(f"/requests/{row.number}").xpath("//a/@href")
    page = screen.get(address)
    assert "アカウントはまだ変更していません" in words(page)
    screen.send(form(page, f"{address}/give-up"), "やめて差し戻す", reason="本人が退職しました。")
    assert vault.desk.request(row.number).state is RequestState.RETURNED


def test_a_step_that_is_planned_or_done_ends_nothing(vault: Vault) -> None:
    row = vault.run(vault.ask())
    for seq in (2, 4):
        with pytest.raises(NotAllowed):
            end(vault, row, seq)
    assert vault.desk.request(row.number).state is RequestState.RUNNING
