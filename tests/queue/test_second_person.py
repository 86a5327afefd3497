"""The two-person rule: nobody approves what they had a part in, and only what was seen runs (FAULTS S13)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.desk import LEAD, OFFICER, OPERATOR, SECOND
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import Actor
from uketsuke.domain.plan import Plan
from uketsuke.domain.states import RequestState, Role, StepState
from uketsuke.errors import Incomplete, NotAllowed, NotFound, PlanChanged, SamePerson, StaleVersion
from uketsuke.queue import answers, approval, confirm, decide, hindsight
from uketsuke.queue.progress import release, store_plan
from uketsuke.store.oversight import Verdict
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.users import User


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    opened = open_vault()
    yield opened
    opened.desk.app.close()


PLACES = itertools.count(1)


def waiting(vault: Vault) -> RequestRow:
    """A deletion that waits for another person."""
    place = next(PLACES)
    return vault.run(vault.ask("金庫の削除", f"v{place:05}", place))


def hash_of(vault: Vault, row: RequestRow) -> str:
    with vault.desk.app.database.reading() as tx:
        assert row.plan_id is not None
        return tx.plans.get(row.plan_id).hash


def refused(vault: Vault, actor: Actor, row: RequestRow, shown: str, version: int | None = None) -> bool:
    """Whether the approval is refused, and nothing at all was written."""
    with vault.desk.app.database.reading() as tx:
        head = tx.audit.head()
    with pytest.raises((NotAllowed, NotFound, PlanChanged, StaleVersion)):
        approval.approve(vault.desk.app, actor, row.id, version or row.version, shown)
    with vault.desk.app.database.reading() as tx:
        same = tx.audit.head() == head
    return same and vault.desk.request(row.number) == row


ROLES = (Role.OPERATOR, Role.LEAD, Role.OFFICER)


def test_nobody_approves_what_they_made_asked_for_or_own(vault: Vault) -> None:
    """Every role × every person who had a part in it, under the same sign-in and under another."""
    row = waiting(vault)
    persons = (OPERATOR.person, OWNER, None, "")
    for role, person, login in itertools.product(ROLES, persons, ("operator01", "another")):
        assert refused(vault, Actor(login, role, person), row, hash_of(vault, row)), (role, person, login)
    for role in (Role.STAFF, Role.ADMIN, Role.SYSTEM):
        assert refused(vault, Actor("x", role, "D0099"), row, hash_of(vault, row))


def test_nobody_approves_where_the_maker_is_not_known_any_more(vault: Vault) -> None:
    row = waiting(vault)
    with vault.desk.app.database.transaction("unlink") as tx:
        tx.users.put(User(login="operator01", name="x", roles=(Role.OPERATOR,)))
    assert refused(vault, SECOND, row, hash_of(vault, row))
    with vault.desk.app.database.transaction("link") as tx:
        tx.users.put(
            User(login="operator01", name="x", roles=(Role.OPERATOR,), employee_number=OPERATOR.person)
        )


def test_only_exactly_the_stored_plan_is_approved(vault: Vault) -> None:
    """A foreign hash, that of another waiting plan, of an older version, none at all."""
    row, other = waiting(vault), waiting(vault)
    for shown in ("0" * 64, "", hash_of(vault, other), hash_of(vault, row)[:-1]):
        assert refused(vault, SECOND, row, shown)
    assert refused(vault, SECOND, row, hash_of(vault, row), row.version - 1)


def test_an_approval_is_used_once(vault: Vault) -> None:
    row = waiting(vault)
    shown = hash_of(vault, row)
    approval.approve(vault.desk.app, OFFICER, row.id, row.version, shown)
    now = vault.desk.request(row.number)
    assert refused(vault, SECOND, now, shown)
    assert refused(vault, SECOND, now, shown, row.version)


@pytest.mark.parametrize("how", ["send-back", "withdraw"])
def test_what_was_sent_back_or_withdrawn_cannot_be_approved(vault: Vault, how: str) -> None:
    row = waiting(vault)
    shown = hash_of(vault, row)
    if how == "withdraw":
        decide.withdraw(vault.desk.app, SECOND, row.id, row.version, "x")
    else:
        approval.send_back(vault.desk.app, SECOND, row.id, row.version, "x")
    assert refused(vault, SECOND, vault.desk.request(row.number), shown)


def test_a_plan_made_again_after_it_was_sent_back_needs_an_approval_of_its_own(vault: Vault) -> None:
    row = waiting(vault)
    old = hash_of(vault, row)
    with pytest.raises(Incomplete):
        approval.send_back(vault.desk.app, SECOND, row.id, row.version, " ")
    approval.send_back(vault.desk.app, SECOND, row.id, row.version, "もう一度確かめてください")
    row = vault.desk.request(row.number)
    (doubt,) = row.concerns
    with pytest.raises(NotAllowed):
        decide.run(vault.desk.app, OPERATOR, row.id, row.version, vault.plan_hash(row))
    decide.run(
        vault.desk.app, OPERATOR, row.id, row.version, vault.plan_hash(row), {doubt.key: "電話で確かめた"}
    )
    again = vault.desk.request(row.number)
    assert again.state is RequestState.AWAITING_APPROVAL
    assert hash_of(vault, again) != old
    assert refused(vault, SECOND, again, old)
    approval.approve(vault.desk.app, SECOND, again.id, again.version, hash_of(vault, again))


@pytest.mark.parametrize("act", ["correct", "attest", "run", "choose-service", "replan"])
def test_nothing_is_edited_under_the_approvers_eyes(vault: Vault, act: str) -> None:
    """While it waits there are approval, sending back and withdrawing: each uses the plan or voids it."""
    row = waiting(vault)
    app, seen = vault.desk.app, (row.id, row.version)
    acts = {
        "correct": lambda: decide.correct(app, OPERATOR, *seen, {"account_id": "v00030"}),
        "attest": lambda: decide.attest(app, OPERATOR, *seen, "counter"),
        "run": lambda: decide.run(app, OPERATOR, *seen, hash_of(vault, row)),
        "choose-service": lambda: decide.choose_service(app, OPERATOR, *seen, "vault-unlock"),
        "replan": lambda: answers.replan(app, OPERATOR, *seen),
    }
    with pytest.raises(NotAllowed):
        acts[act]()
    assert vault.desk.request(row.number) == row


def test_a_reply_that_nobody_has_looked_at_holds_the_approval_back(vault: Vault) -> None:
    row = waiting(vault)
    with vault.desk.app.database.transaction("reply") as tx:
        tx.exchanges.answer(row.id, OWNER, "やはり取り消します", unseen=True)
    assert refused(vault, SECOND, vault.desk.request(row.number), hash_of(vault, row))


def test_a_plan_that_goes_around_the_second_person_stops_before_its_effect(vault: Vault) -> None:
    """Whatever stores and releases it: without approval, without confirmation, with no policy at all."""
    row = waiting(vault)
    with vault.desk.app.database.reading() as tx:
        assert row.plan_id is not None
        stored = tx.plans.get(row.plan_id).plan()
    without = Plan(service=stored.service, version=9, steps=stored.steps[1:])
    for steps, second in ((stored.steps, "before"), (without.steps, "after"), (without.steps, None)):
        with vault.desk.app.database.transaction("around") as tx:
            now = tx.requests.get_locked(row.id)
            tx.plans.supersede(row.id)
            plan_id = store_plan(vault.desk.app, tx, now, steps, OPERATOR, second)  # type: ignore[arg-type]
            tx.requests.update(now.id, now.version, state=RequestState.RUNNING, plan_id=plan_id)
            release(tx, now.id)
        vault.desk.work()
        with vault.desk.app.database.reading() as tx:
            live = tx.steps.of_request(row.id)
        if second == "before":
            assert live[0].state is StepState.WAITING, "the owner may be asked"
            confirm.record_check(vault.desk.app, SECOND, live[0].id, "counter")
            vault.desk.work()
        failed = [one for one in vault_steps(vault, row) if one.state is StepState.FAILED]
        assert [one.error and one.error["code"] for one in failed] == ["not-permitted"], second
        with vault.desk.app.database.transaction("undo") as tx:
            for one in tx.steps.of_request(row.id):
                if one.kind == "confirm":
                    tx.steps.set_state(one.id, StepState.SUPERSEDED, expected=set(StepState))


def vault_steps(vault: Vault, row: RequestRow) -> list[StepRow]:
    with vault.desk.app.database.reading() as tx:
        return tx.steps.of_request(row.id)


def test_who_had_a_part_in_it_neither_looks_at_it_afterwards_nor_settles_what_was_found(vault: Vault) -> None:
    """Who ran it, who did it, who checked the owner, who asked; every role; and nobody unknown."""
    vault.desk.clock.at = vault.desk.clock.at.replace(day=11)
    place = next(PLACES)
    row = vault.run(vault.ask(account=f"v{place:05}", place=place))
    confirm.record_check(vault.desk.app, SECOND, vault.step(row, 1).id, "counter")
    vault.desk.work()
    answers.complete_step(vault.desk.app, LEAD, vault.step(row, 2).id, {})
    vault.desk.work()
    with vault.desk.app.database.reading() as tx:
        (found,) = tx.oversight.of_request(row.id)
    persons = (OPERATOR.person, SECOND.person, LEAD.person, OWNER, None)
    for role, person in itertools.product(ROLES, persons):
        with pytest.raises(SamePerson):
            hindsight.look(vault.desk.app, Actor("x", role, person), found.id, Verdict.FINE, "")
    hindsight.look(vault.desk.app, OFFICER, found.id, Verdict.PROBLEM, "本人は頼んでいない")
    for person in persons:
        with pytest.raises(SamePerson):
            hindsight.settle(vault.desk.app, Actor("x", Role.LEAD, person), found.id, "問題なかった")
    hindsight.settle(vault.desk.app, Actor("lead02", Role.LEAD, "D0099"), found.id, "本人に事情を聞いた")
    with vault.desk.app.database.reading() as tx:
        assert tx.oversight.review(found.id).reviewed_by == "officer01"
        assert not tx.oversight.problems()
