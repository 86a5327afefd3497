"""The owner agrees, by a link or before an operator; nothing happens before (FAULTS 3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import text

from tests.desk import OFFICER, OPERATOR, SECOND
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import Actor
from uketsuke.domain.states import LetterState, RequestState, Role, StepState
from uketsuke.errors import NotAllowed, NotFound, SamePerson
from uketsuke.queue import answers, confirm, decide
from uketsuke.queue.correspondence import envelope_of
from uketsuke.store.waits import WaitAnswered


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = open_vault()
    yield opened
    opened.desk.app.close()


def test_the_plan_waits_for_the_owner_and_nothing_else_begins(vault: Vault) -> None:
    row = vault.run(vault.ask())
    assert row.state is RequestState.RUNNING
    assert [vault.step(row, seq).state for seq in (1, 2, 3, 4)] == [
        StepState.WAITING,
        *[StepState.PLANNED] * 3,
    ]
    letter = vault.desk.letters()[-1]
    assert letter["To"] == "takahashi-t@city.example.lg.jp"
    assert "金庫のアカウント v00001：ロックを解除する" in letter.get_content()
    assert "12月11日（金）10時1分まで" in letter.get_content()


def test_the_link_confirms_once_and_the_work_begins(vault: Vault) -> None:
    row = vault.run(vault.ask())
    token = vault.link()
    confirm.confirm(vault.desk.app, token)
    with pytest.raises(NotFound):
        confirm.confirm(vault.desk.app, token)
    vault.desk.work()
    assert vault.step(row, 1).result == {
        "identity_check": "confirm-link",
        "checked_by": None,
        "checked_on": "2026-12-10",
    }
    assert vault.step(row, 2).state is StepState.WAITING
    answers.complete_step(vault.desk.app, OPERATOR, vault.step(row, 2).id, {})
    vault.desk.work()
    assert (vault.desk.request(row.number).state, vault.state()) == (RequestState.DONE, "active")


def test_looking_changes_nothing(vault: Vault) -> None:
    row = vault.run(vault.ask())
    token = vault.link()
    with vault.desk.app.database.reading() as tx:
        head = tx.audit.head()
        for _ in range(3):
            asked = confirm.find_question(vault.desk.app, tx, token)
            assert asked is not None
            assert [(one.system, one.account, one.deeds) for one in asked.changes] == [
                ("vault", "v00001", ("unlock",))
            ]
        assert tx.audit.head() == head
    assert vault.step(row, 1).state is StepState.WAITING


def test_a_link_ends_after_a_day(vault: Vault) -> None:
    row = vault.run(vault.ask())
    vault.desk.clock.at += timedelta(hours=24, seconds=1)
    with pytest.raises(NotFound):
        confirm.confirm(vault.desk.app, vault.link())
    assert vault.step(row, 1).state is StepState.WAITING


def test_a_new_link_kills_the_old_one(vault: Vault) -> None:
    row = vault.run(vault.ask())
    old = vault.link()
    confirm.send_new_link(vault.desk.app, OPERATOR, vault.step(row, 1).id)
    vault.desk.work()
    assert vault.link() != old
    with pytest.raises(NotFound):
        confirm.confirm(vault.desk.app, old)
    confirm.confirm(vault.desk.app, vault.link())


def test_guessed_tokens_and_those_of_other_requests_open_nothing_here(vault: Vault) -> None:
    """2,000 guesses of the right length, and every other token that the desk ever gave out (FAULTS S4)."""
    first = vault.run(vault.ask())
    one = vault.link()
    second = vault.run(vault.ask(account="v00002", place=2))
    other = vault.link()
    with vault.desk.app.database.reading() as tx:
        guesses = [f"{place:040x}" for place in range(2000)]
        stored = [one.token_hash for one in tx.waits.open_of_request(first.id)]
        tokens = [
            *guesses,
            *stored,
            first.token_hash,
            vault.desk.app.sign("status", first.number),
            "",
            "x" * 40,
        ]
        assert not any(confirm.find_question(vault.desk.app, tx, str(token)) for token in tokens)
    confirm.confirm(vault.desk.app, other)
    assert vault.step(first, 1).state is StepState.WAITING
    assert vault.step(second, 1).state is StepState.DONE
    confirm.confirm(vault.desk.app, one)


def test_the_database_holds_nothing_with_which_a_link_could_be_made(vault: Vault) -> None:
    """Neither the waits nor the stored letter: only the letter that left has it."""
    vault.run(vault.ask())
    token = vault.link()
    assert len(token) >= 32
    with vault.desk.app.database.reading() as tx:
        tables = tx.connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
        stored = [
            tuple(row) for name in tables for row in tx.connection.execute(text(f'SELECT * FROM "{name}"'))
        ]
    assert token not in repr(stored)


def test_no_words_in_a_letter_become_a_link_that_somebody_else_was_sent(vault: Vault) -> None:
    """Who reads the database knows the number in another's stored letter, and writes it as their own name."""
    vault.run(vault.ask())
    with vault.desk.app.database.transaction("forge") as tx:
        (first,) = [one for one in tx.letters.in_states(LetterState) if one.purpose == "confirm"]
        place = first.body[first.body.index("[[confirm:") :][:44]
        second = tx.letters.write(
            effect_key="9-1-0123456789ab",
            purpose="confirm",
            to=first.to,
            subject="x",
            body=f"{place} さんの依頼です",
            message_id="forged@x.example",
        )
        forged = envelope_of(vault.desk.app, tx.letters.get(second)).content
    body = message_from_bytes(forged, policy=policy.default).get_content()  # type: ignore[attr-defined]
    assert place in body
    assert vault.link() not in body


def test_a_denial_stops_everything_and_comes_back_with_a_hard_reason(vault: Vault) -> None:
    row = vault.run(vault.ask())
    token = vault.link()
    confirm.refuse(vault.desk.app, token)
    vault.desk.work()
    row = vault.desk.request(row.number)
    assert row.state is RequestState.NEEDS_REVIEW
    refused = next(one for one in row.concerns if one.code == "owner-refused")
    assert refused.hard
    with pytest.raises(NotAllowed):
        decide.run(
            vault.desk.app, OPERATOR, row.id, row.version, vault.plan_hash(row), {refused.key: "電話で確認"}
        )
    with pytest.raises(NotFound):
        confirm.confirm(vault.desk.app, token)
    assert vault.state() == "locked"
    with vault.desk.app.database.reading() as tx:
        assert [one.action for one in tx.audit.of_request(row.id)].count("owner-refused") == 1


def test_a_denial_cannot_be_corrected_or_split_away(vault: Vault) -> None:
    from uketsuke.queue.split import split

    row = vault.run(vault.ask())
    confirm.refuse(vault.desk.app, vault.link())
    row = vault.desk.request(row.number)
    decide.correct(vault.desk.app, OPERATOR, row.id, row.version, {"remarks": "確認済み"})
    row = vault.desk.request(row.number)
    for number in split(vault.desk.app, OPERATOR, row.id, row.version, [row.service, row.service]):
        part = vault.desk.request(number)
        assert "owner-refused" in {one.code for one in part.concerns}
        with pytest.raises(NotAllowed):
            decide.run(vault.desk.app, OPERATOR, part.id, part.version, vault.plan_hash(part))


@pytest.mark.parametrize("how", ["call-back", "counter", "staff-card"])
def test_an_operator_records_how_the_owner_was_checked(vault: Vault, how: str) -> None:
    row = vault.run(vault.ask())
    confirm.record_check(vault.desk.app, SECOND, vault.step(row, 1).id, how)
    vault.desk.work()
    assert vault.step(row, 1).result == {
        "identity_check": how,
        "checked_by": "operator02",
        "checked_on": "2026-12-10",
    }
    assert vault.step(row, 2).state is StepState.WAITING
    with pytest.raises(NotFound):
        confirm.confirm(vault.desk.app, vault.link())


def test_nobody_checks_themselves_and_nobody_unknown_checks_anybody(vault: Vault) -> None:
    row = vault.run(vault.ask())
    step = vault.step(row, 1).id
    for person in (OWNER, None):
        with pytest.raises(SamePerson):
            confirm.record_check(vault.desk.app, Actor("x", Role.OPERATOR, person), step, "call-back")
    with pytest.raises(NotAllowed):
        confirm.record_check(vault.desk.app, OFFICER, step, "call-back")
    with pytest.raises(NotAllowed):
        confirm.record_check(vault.desk.app, SECOND, step, "confirm-link")
    assert vault.step(row, 1).state is StepState.WAITING


def test_who_asks_cannot_check_the_owner_for_a_colleague_either(vault: Vault) -> None:
    row = vault.run(vault.ask(account="v00030"))
    assert vault.desk.letters()[-1]["To"] == "kobayashi-m@city.example.lg.jp"
    with pytest.raises(SamePerson):
        confirm.record_check(
            vault.desk.app, Actor("x", Role.OPERATOR, OWNER), vault.step(row, 1).id, "counter"
        )


def test_a_check_recorded_before_ends_the_wait_at_once(vault: Vault) -> None:
    row = vault.ask(sender="takahashi-t@city.example.lg.jp", proven=False)
    decide.attest(vault.desk.app, SECOND, row.id, row.version, "call-back")
    row = vault.run(vault.desk.request(row.number))
    assert vault.step(row, 1).result is not None
    assert vault.step(row, 1).result["checked_by"] == "operator02"  # type: ignore[index]
    assert not [one for one in vault.desk.letters() if "/c/" in one.get_content()]


def test_a_check_of_who_asks_says_nothing_about_a_colleague_whose_account_it_is(vault: Vault) -> None:
    row = vault.ask(account="v00030")
    decide.attest(vault.desk.app, SECOND, row.id, row.version, "counter")
    row = vault.run(vault.desk.request(row.number))
    assert vault.step(row, 1).state is StepState.WAITING


def test_a_check_by_a_sign_in_without_a_person_ends_nothing(vault: Vault) -> None:
    row = vault.ask()
    decide.attest(vault.desk.app, Actor("nobody", Role.OPERATOR), row.id, row.version, "counter")
    row = vault.run(vault.desk.request(row.number))
    assert vault.step(row, 1).state is StepState.WAITING


def test_nobody_lets_their_own_run_and_nobody_unknown_lets_any(vault: Vault) -> None:
    row = vault.ask()
    for person in (OWNER, None):
        with pytest.raises(SamePerson):
            vault.run(row, Actor("x", Role.OPERATOR, person))
    assert vault.desk.request(row.number) == row


def test_no_link_goes_where_the_directory_does_not_know_the_owner_any_more(vault: Vault) -> None:
    row = vault.ask()
    plan = vault.plan_hash(row)
    decide.run(vault.desk.app, OPERATOR, row.id, row.version, plan)
    with vault.desk.app.database.transaction("move") as tx:
        owner = tx.people.get(OWNER)
        assert owner is not None
        tx.people.put(owner.model_copy(update={"mail": "someone-else@city.example.lg.jp"}))
    vault.desk.work()
    assert vault.step(row, 1).state is StepState.WAITING
    assert not [one for one in vault.desk.letters() if "/c/" in one.get_content()]


def test_two_clicks_at_once_confirm_once(vault: Vault) -> None:
    row = vault.run(vault.ask())
    step = vault.step(row, 1).id
    with vault.desk.app.database.transaction("first") as tx:
        wait = tx.waits.open_of(step)
        assert wait is not None
        tx.waits.answer(wait.id, "owner", {})
        with pytest.raises(WaitAnswered):
            tx.waits.answer(wait.id, "owner", {})
    with pytest.raises(NotFound):
        confirm.confirm(vault.desk.app, vault.link())


def test_there_is_no_window_in_which_an_r3_plan_is_taken_back(vault: Vault) -> None:
    row = vault.ask()
    decide.run(vault.desk.app, OPERATOR, row.id, row.version, vault.plan_hash(row))
    row = vault.desk.request(row.number)
    with pytest.raises(NotAllowed):
        decide.undo(vault.desk.app, OPERATOR, row.id, row.version)


def test_no_secret_stands_in_the_audit_log(vault: Vault) -> None:
    row = vault.run(vault.ask())
    token = vault.link()
    confirm.confirm(vault.desk.app, token)
    with vault.desk.app.database.reading() as tx:
        told = [one.model_dump(mode="json") for one in tx.audit.of_request(row.id)]
    assert token not in json.dumps(told)
