"""No sequence of messages and decisions reaches an R3 effect without what the table asks (promise 7)."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.desk import LEAD, OFFICER, OPERATOR, SECOND, mail
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import Actor
from uketsuke.domain.people import Post, SharedMailbox
from uketsuke.domain.states import RequestState, Role
from uketsuke.errors import UketsukeError
from uketsuke.queue import answers, approval, confirm, decide
from uketsuke.queue.review import assess_now, planned

SENDERS = (
    ("takahashi-t@city.example.lg.jp", True),
    ("takahashi-t@city.example.lg.jp", False),
    ("kobayashi-m@city.example.lg.jp", True),
    ("tanaka-h@city.example.lg.jp", True),
    ("takahashi-t@city.examp1e.lg.jp", True),
    ('"takahashi-t@city.example.lg.jp" <x@evil.example>', True),
    ("tanaka-h@city.example.lg.jp", False),
    ("doro@city.example.lg.jp", True),
)
ACTORS = (
    OPERATOR,
    SECOND,
    LEAD,
    OFFICER,
    Actor("operator09", Role.OPERATOR, OWNER),
    Actor("operator01", Role.OFFICER, OPERATOR.person),
    Actor("nobody", Role.OPERATOR),
)
WHATS = ("金庫のロック解除", "金庫の削除")
PLACES = st.integers(0, 9)


class Desk(RuleBasedStateMachine):
    """Everything that people and messages can do, in any order."""

    @initialize()
    def open(self) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.vault: Vault = open_vault(data=self.folder)
        with self.vault.desk.app.database.transaction("posts") as tx:
            tx.posts.put("10001", Post(title="兼務", sections=("道路計画課",)))
            tx.departments.put_mailbox(SharedMailbox(mail=SENDERS[-1][0], department="道路計画課"))
        self.count, self.tokens = 0, [("0" * 40)]
        self.numbers: list[str] = []
        self.hashes: list[str] = ["0" * 64]
        for what, account in (("金庫のロック解除", 1), ("金庫の削除", 2)):
            self.message(what, SENDERS[0], account)

    @rule(what=st.sampled_from(WHATS), sender=st.sampled_from(SENDERS), account=st.sampled_from((1, 2, 30)))
    def message(self, what: str, sender: tuple[str, bool], account: int) -> None:
        self.count += 1
        row = self.vault.ask(what, f"v{account:05}", place=self.count, sender=sender[0], proven=sender[1])
        self.numbers.append(row.number)

    @rule(place=PLACES, token=PLACES)
    def reply(self, place: int, token: int) -> None:
        """A reply that says yes, and even quotes a token, is only words."""
        self.count += 1
        letters = self.vault.desk.letters()
        answered = str(letters[place % len(letters)]["Message-ID"]).strip("<>") if letters else None
        words = f"確認しました。実行してください。/c/{self.tokens[token % len(self.tokens)]}"
        number = f"<reply-{self.count}@mail.city.example.lg.jp>"
        message = mail(
            words, subject="Re:", message_id=number, replying_to=answered, day=self.vault.desk.clock.at
        )
        self.vault.desk.receive(message)
        self.vault.desk.work()

    @rule(place=PLACES, actor=st.sampled_from(ACTORS), how=st.sampled_from(("call-back", "counter", "x")))
    def attest(self, place: int, actor: Actor, how: str) -> None:
        self._try(place, lambda row: decide.attest(self.vault.desk.app, actor, row.id, row.version, how))

    @rule(place=PLACES, actor=st.sampled_from(ACTORS), account=st.sampled_from((1, 2, 30)))
    def correct(self, place: int, actor: Actor, account: int) -> None:
        values = {"account_id": f"v{account:05}"}
        self._try(place, lambda row: decide.correct(self.vault.desk.app, actor, row.id, row.version, values))

    @rule(place=PLACES, actor=st.sampled_from(ACTORS))
    def run(self, place: int, actor: Actor) -> None:
        self._try(place, lambda row: self._run(row, actor))

    def _run(self, row: Any, actor: Actor) -> None:
        """With a reason beside every doubt, whether it may be passed over or not."""
        with self.vault.desk.app.database.reading() as tx:
            assessment = assess_now(self.vault.desk.app, tx, row)
            plan = planned(self.vault.desk.app, tx, row, assessment)
        if plan is not None:
            self.hashes.append(plan.hash())
            over = {one.key: "確かめた" for one in assessment.concerns}
            decide.run(self.vault.desk.app, actor, row.id, row.version, plan.hash(), over)

    @rule(place=PLACES, actor=st.sampled_from(ACTORS), shown=st.integers(0, 3))
    def approve(self, place: int, actor: Actor, shown: int) -> None:
        """The plan that waits, or another hash that was seen at some time."""

        def act(row: Any) -> None:
            with self.vault.desk.app.database.reading() as tx:
                current = tx.plans.current(row.id)
            seen = self.hashes[-shown % len(self.hashes)] if shown else (current.hash if current else "")
            approval.approve(self.vault.desk.app, actor, row.id, row.version, seen)

        self._try(place, act)

    @rule(place=PLACES, actor=st.sampled_from(ACTORS))
    def send_back(self, place: int, actor: Actor) -> None:
        self._try(
            place, lambda row: approval.send_back(self.vault.desk.app, actor, row.id, row.version, "もう一度")
        )

    @rule(place=PLACES, actor=st.sampled_from(ACTORS), how=st.sampled_from(("call-back", "confirm-link")))
    def record_check(self, place: int, actor: Actor, how: str) -> None:
        self._steps(
            place, "confirm", lambda step: confirm.record_check(self.vault.desk.app, actor, step, how)
        )

    @rule(token=PLACES, yes=st.booleans())
    def link(self, token: int, yes: bool) -> None:
        with suppress(StopIteration):
            self.tokens.append(self.vault.link())
        act = confirm.confirm if yes else confirm.refuse
        with suppress(UketsukeError):
            act(self.vault.desk.app, self.tokens[-1 - token % len(self.tokens)])
        self.vault.desk.work()

    @rule(place=PLACES, actor=st.sampled_from(ACTORS))
    def do(self, place: int, actor: Actor) -> None:
        results = {"outcome": "done"}
        for kind in ("manual-task", "account-action"):
            self._steps(
                place, kind, lambda step: answers.complete_step(self.vault.desk.app, actor, step, results)
            )

    @rule(place=PLACES, actor=st.sampled_from(ACTORS))
    def replan(self, place: int, actor: Actor) -> None:
        self._try(place, lambda row: answers.replan(self.vault.desk.app, actor, row.id, row.version))

    @rule(hours=st.sampled_from((1, 13, 25)))
    def time_passes(self, hours: int) -> None:
        self.vault.desk.clock.at += timedelta(hours=hours)
        self.vault.desk.work()

    @rule(place=PLACES)
    def right(self, place: int) -> None:
        """What the desk and the owner would rightly do next: else no order would ever reach an effect."""
        app = self.vault.desk.app

        def act(row: Any) -> None:
            with app.database.reading() as tx:
                steps = [one for one in tx.steps.of_request(row.id) if one.state == "waiting"]
                current = tx.plans.current(row.id)
            if row.state is RequestState.NEEDS_REVIEW:
                self._run(row, OPERATOR)
            elif row.state is RequestState.AWAITING_APPROVAL and current is not None:
                approval.approve(app, SECOND, row.id, row.version, current.hash)
            elif steps and steps[0].kind == "confirm":
                confirm.record_check(app, SECOND, steps[0].id, "counter")
            elif steps:
                answers.complete_step(app, LEAD, steps[0].id, {"outcome": "done"})

        self._try(place, act)

    @rule(place=st.integers(0, 1))
    def right_again(self, place: int) -> None:
        """The same to the end: likely enough among all that is wrong."""
        for _ in range(4):
            self.right(place)

    @invariant()
    def every_effect_has_what_the_table_asks(self) -> None:
        """Evidence, an operator, the owner's word, and another person where the policy says before."""
        if not self.numbers:
            return
        with self.vault.desk.app.database.reading() as tx:
            rows = [row for number in self.numbers if (row := tx.requests.by_number(number))]
            done = {account for row in rows for account in self._check(tx, row)}
            ledger = tx.ledgers.rows("vault-ledger", {})
        assert {one.key for one in ledger if one.values["state"] != "locked"} <= done

    def _check(self, tx: Any, row: Any) -> set[Any]:
        """The accounts that this request has changed, each with all that it needed."""
        steps = tx.steps.of_request(row.id, superseded=True)
        done = [one for one in steps if one.state == "done" and one.kind in ("manual-task", "account-action")]
        for one in done:
            plan = tx.plans.get(one.plan_id)
            body = plan.plan().step(one.seq)
            told = [entry for entry in tx.audit.of_request(row.id) if entry.action == "run"]
            assert told, "an operator let it run"
            assert row.authority.evidence != "weak"
            assert row.authority.target != "other"
            assert row.authority.person is not None, "a section's mailbox is nobody in particular"
            makers = {ACTORS_BY_LOGIN[entry.actor] for entry in told}
            assert not {body.owner, row.authority.person} & makers
            asked = [
                tx.plans.get(step.plan_id).plan().step(step.seq)
                for step in steps
                if step.kind == "confirm" and step.state == "done"
            ]
            assert body.owner in {step.owner for step in asked}, "the owner agreed"
            if plan.second_person == "before":
                assert plan.approved_by is not None
                other = ACTORS_BY_LOGIN[plan.approved_by]
                assert other not in {ACTORS_BY_LOGIN[plan.created_by], body.owner, row.authority.person}
            else:
                assert plan.second_person == "after"
                assert [found.step_id for found in tx.oversight.of_request(row.id)]
        REACHED.update(tx.plans.get(one.plan_id).second_person for one in done)
        return {tx.plans.get(one.plan_id).plan().step(one.seq).account for one in done}

    def _try(self, place: int, act: Any) -> None:
        if self.numbers:
            row = self.vault.desk.request(self.numbers[place % len(self.numbers)])
            with suppress(UketsukeError):
                act(row)
            self.vault.desk.work()

    def _steps(self, place: int, kind: str, act: Any) -> None:
        def each(row: Any) -> None:
            with self.vault.desk.app.database.reading() as tx:
                found = [one.id for one in tx.steps.of_request(row.id) if one.kind == kind]
            for step in found:
                with suppress(UketsukeError):
                    act(step)

        self._try(place, each)

    def teardown(self) -> None:
        if hasattr(self, "vault"):
            self.vault.desk.app.close()
            shutil.rmtree(self.folder, ignore_errors=True)


REACHED: set[Any] = set()
"""The policies under which an effect was reached while the machine ran."""
ACTORS_BY_LOGIN = {"operator01": OPERATOR.person, "operator02": SECOND.person, "lead01": LEAD.person}
ACTORS_BY_LOGIN |= {"officer01": OFFICER.person, "operator09": OWNER, "nobody": None}
TestNoWayAround = Desk.TestCase
TestNoWayAround.settings = settings(
    max_examples=5,
    stateful_step_count=25,
    derandomize=True,
    phases=(Phase.generate,),  # a way around is long enough to read; shortening it takes minutes
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def test_the_machine_above_has_reached_effects_with_and_without_approval() -> None:
    """Else it would say nothing; it is derandomised, so that it does so every time."""
    assert {"after", "before"} <= REACHED
