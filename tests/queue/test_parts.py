"""S13: who had which part in a request, and what each bars from; one story, another person in each part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.desk import LEAD, OFFICER, OPERATOR, SECOND
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import Actor
from uketsuke.domain.parts import BARRED
from uketsuke.domain.people import Post
from uketsuke.domain.states import RequestState, Role, StepState
from uketsuke.errors import SamePerson
from uketsuke.queue import answers, approval, confirm, decide, hindsight, stopped
from uketsuke.queue.involvement import require_apart
from uketsuke.store.ledgers import Origin
from uketsuke.store.oversight import Verdict
from uketsuke.store.requests import RequestRow
from uketsuke.store.users import User

ASKER = "10001"
PEOPLE = {
    name: Actor(name, Role.OPERATOR, f"D9{place:03}")
    for place, name in enumerate(("corrected", "chose", "checked", "called", "did", "retried", "nobody"))
}
PARTS = {
    "requester": ASKER,
    "owner": OWNER,
    "maker of the first plan": OPERATOR.person,
    "maker of the newest": LEAD.person,
    **{name: one.person for name, one in PEOPLE.items()},
    "approver of the first": SECOND.person,
}
SELVES = {"requester", "owner"}
SHAPERS = {*SELVES, "maker of the first plan", "maker of the newest", *PEOPLE} - {"did", "nobody"}
TABLE = {
    **dict.fromkeys(("run", "record-check", "replan", "retry-step", "accept-step", "hand-step-over"), SELVES),
    "approve": SHAPERS,
    "review": SHAPERS | {"did"},
    "settle-review": SHAPERS | {"did"},
}


@dataclass
class Story:
    """A deletion that another person approved, that then stood still and was planned again."""

    vault: Vault
    row: RequestRow

    def now(self) -> RequestRow:
        self.row = self.vault.desk.request(self.row.number)
        return self.row

    def decide(self, act: Callable[..., Any], actor: Actor, *told: Any) -> None:
        row = self.now()
        act(self.vault.desk.app, actor, row.id, row.version, *told)
        self.vault.desk.work()

    def disturb(self) -> None:
        """Somebody changes the account's row by another way, so that the plan's next step stops."""
        with self.vault.desk.app.database.transaction("meanwhile") as tx:
            kept = tx.ledgers.row("vault-ledger", "v00002")
            assert kept is not None
            tx.ledgers.update("vault-ledger", "v00002", kept.version, {"state": "locked"}, Origin(actor="x"))

    def hash(self) -> str:
        with self.vault.desk.app.database.reading() as tx:
            current = tx.plans.current(self.row.id)
        return current.hash if current else ""


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    vault = open_vault()
    with vault.desk.app.database.transaction("people") as tx:
        tx.posts.put(ASKER, Post(title="代理", sections=("道路計画課",)))
        for one in PEOPLE.values():
            tx.users.put(User(login=one.login, name=one.login, roles=(one.role,), employee_number=one.person))
    story = Story(vault, vault.ask("金庫のロック解除", "v00001", sender="tanaka-h@city.example.lg.jp"))
    told = tell(story)
    yield told
    vault.desk.app.close()


def tell(story: Story) -> Story:
    app = story.vault.desk.app
    story.decide(decide.correct, PEOPLE["corrected"], {"account_id": "v00002"})
    story.decide(decide.choose_service, PEOPLE["chose"], "vault-delete")
    story.decide(decide.attest, PEOPLE["checked"], "counter")
    reasons = {one.key: "代理です" for one in story.now().concerns}
    assert not any(one.hard for one in story.row.concerns), story.row.concerns
    story.decide(decide.run, OPERATOR, story.vault.plan_hash(story.row), reasons)
    story.decide(approval.approve, SECOND, story.hash())
    confirm.record_check(app, PEOPLE["called"], story.vault.step(story.row, 1).id, "call-back")
    story.vault.desk.work()
    story.disturb()
    answers.complete_step(app, PEOPLE["did"], story.vault.step(story.row, 2).id, {"outcome": "done"})
    story.vault.desk.work()
    assert story.vault.step(story.row, 3).state is StepState.FAILED
    stopped.retry_step(app, PEOPLE["retried"], story.vault.step(story.row, 3).id)
    story.vault.desk.work()
    story.decide(answers.replan, LEAD)
    assert story.now().state is RequestState.AWAITING_APPROVAL
    return story


def test_the_table_names_every_decision_that_compares_persons() -> None:
    assert set(TABLE) == set(BARRED)


@pytest.mark.parametrize("action", TABLE)
def test_every_part_bars_from_what_the_table_says(story: Story, action: str) -> None:
    """The person counts, under whatever sign-in and role."""
    refused = set()
    with story.vault.desk.app.database.reading() as tx:
        plan = tx.plans.current(story.row.id)
        assert plan is not None
        for part, person in PARTS.items():
            actor = Actor("another sign-in", Role.OFFICER, person)
            try:
                require_apart(tx, actor, action, "x", story.row, plan.plan().steps)
            except SamePerson:
                refused.add(part)
    assert refused == TABLE[action]


def test_the_first_makers_approval_of_the_second_plan_is_refused_and_anothers_is_not(story: Story) -> None:
    """What had let the same person be both: only the newest maker was looked at."""
    row, app = story.now(), story.vault.desk.app
    for part in sorted(SHAPERS):
        with pytest.raises(SamePerson):
            approval.approve(app, Actor("x", Role.LEAD, PARTS[part]), row.id, row.version, story.hash())
    assert story.now() == row
    story.decide(approval.approve, OFFICER, story.hash())
    assert story.now().state is RequestState.DONE


def test_who_is_not_known_any_more_may_be_anybody(story: Story) -> None:
    with story.vault.desk.app.database.transaction("unlink") as tx:
        tx.users.put(User(login="corrected", name="x", roles=(Role.OPERATOR,)))
        with pytest.raises(SamePerson):
            require_apart(tx, OFFICER, "approve", "x", story.row, ())
        one = PEOPLE["corrected"]
        tx.users.put(User(login=one.login, name="x", roles=(one.role,), employee_number=one.person))
        require_apart(tx, OFFICER, "approve", "x", story.row, ())


def test_nobody_moves_their_own_on(story: Story) -> None:
    """Each decision asks: an operator whose account it is, while it stands still."""
    vault, app, own = story.vault, story.vault.desk.app, Actor("x", Role.LEAD, OWNER)
    row = vault.ask(account="v00003", place=3)
    with pytest.raises(SamePerson):
        vault.run(row, own)
    row = vault.run(row)
    with pytest.raises(SamePerson):
        confirm.record_check(app, own, vault.step(row, 1).id, "counter")
    confirm.record_check(app, SECOND, vault.step(row, 1).id, "counter")
    vault.desk.work()
    step = vault.step(row, 2).id
    with app.database.transaction("stop") as tx:
        tx.steps.set_state(step, StepState.FAILED, expected=set(StepState))
    for act in (stopped.retry_step, stopped.accept_step, stopped.hand_step_over):
        with pytest.raises(SamePerson):
            act(app, own, step)
    row = vault.desk.request(row.number)
    with pytest.raises(SamePerson):
        answers.replan(app, own, row.id, row.version)


def test_who_moved_a_step_on_after_the_effect_does_not_look_at_it_afterwards(story: Story) -> None:
    """The list was written when it was done; what somebody had to do with it since counts too."""
    vault, app = story.vault, story.vault.desk.app
    row = vault.run(vault.ask(account="v00002", place=4))
    confirm.record_check(app, SECOND, vault.step(row, 1).id, "counter")
    vault.desk.work()
    story.disturb()
    answers.complete_step(app, OPERATOR, vault.step(row, 2).id, {})
    vault.desk.work()
    stopped.retry_step(app, PEOPLE["retried"], vault.step(row, 3).id)
    with app.database.reading() as tx:
        (found,) = tx.oversight.of_request(row.id)
    assert PEOPLE["retried"].person not in found.persons
    with pytest.raises(SamePerson):
        hindsight.look(app, PEOPLE["retried"], found.id, Verdict.FINE, "")
    hindsight.look(app, PEOPLE["nobody"], found.id, Verdict.PROBLEM, "x")
    with pytest.raises(SamePerson):
        hindsight.settle(app, Actor("x", Role.LEAD, PEOPLE["retried"].person), found.id, "x")
