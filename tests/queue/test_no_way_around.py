"""No sequence of messages and decisions reaches an R3 effect without what the table asks (promise 7)."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.desk import LEAD, OFFICER, OPERATOR, SECOND, mail
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import Actor
from uketsuke.domain.content import Channel
from uketsuke.domain.people import Post, SharedMailbox
from uketsuke.domain.states import RequestState, Role
from uketsuke.errors import NotFound, UketsukeError
from uketsuke.intake.accept import accept
from uketsuke.intake.note import SOURCE as NOTES
from uketsuke.queue import answers, approval, confirm, decide, hindsight, stopped
from uketsuke.queue.review import assess_now, planned
from uketsuke.queue.split import split
from uketsuke.store.ledgers import Origin
from uketsuke.store.oversight import Verdict
from uketsuke.store.users import User

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
SERVICES = ("vault-unlock", "vault-delete", "vault-reset")
PLACES = st.integers(0, 4)
USUAL = 20261120
SEED = int(os.environ.get("UKETSUKE_SEED", USUAL))
ANYBODY = st.sampled_from((*ACTORS, SECOND, LEAD))


@seed(SEED)
class Desk(RuleBasedStateMachine):
    """Everything that people and messages can do, in any order."""

    @initialize(stages=st.lists(st.integers(0, 3), min_size=2, max_size=2))
    def open(self, stages: list[int]) -> None:
        """Two requests rightly brought so far, one that stood still and is planned anew, a forged note."""
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.vault: Vault = open_vault(data=self.folder)
        with self.vault.desk.app.database.transaction("posts") as tx:
            tx.posts.put("10001", Post(title="兼務", sections=("道路計画課",)))
            tx.departments.put_mailbox(SharedMailbox(mail=SENDERS[-1][0], department="道路計画課"))
            tx.users.put(User(login="operator09", name="x", roles=(Role.OPERATOR,), employee_number=OWNER))
        print(f"UKETSUKE_SEED={SEED}")
        self.count, self.tokens = 0, [("0" * 40)]
        self.hands: dict[str, set[str | None]] = defaultdict(set)
        """Who has shaped, checked or moved a request on, as this machine saw it succeed."""
        self.files: set[str] = set()
        """Requests whose message was a file like a note, and whom nobody has checked since."""
        self.numbers: list[str] = []
        self.hashes: list[str] = ["0" * 64]
        for account, what in enumerate((*WHATS, WHATS[1]), 1):
            self.message(what, SENDERS[0], account)
        self.note(WHATS[0], 4, ours=False, done=True)
        for place, steps in enumerate((*stages, 6, 1)):
            for step in range(steps):
                if step == 3:
                    self.disturb(place)
                self.right(place)

    @rule(
        what=st.sampled_from(WHATS), sender=st.sampled_from(SENDERS), account=st.sampled_from((1, 2, 5, 30))
    )
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

    @rule(place=PLACES, actor=ANYBODY, how=st.sampled_from(("call-back", "counter", "x")))
    def attest(self, place: int, actor: Actor, how: str) -> None:
        number = self._try(
            place, lambda row: decide.attest(self.vault.desk.app, actor, row.id, row.version, how), actor
        )
        self.files.discard(number)

    @rule(place=PLACES, actor=ANYBODY, account=st.sampled_from((1, 2, 5, 30)))
    def correct(self, place: int, actor: Actor, account: int) -> None:
        values = {"account_id": f"v{account:05}"}
        self._try(
            place,
            lambda row: decide.correct(self.vault.desk.app, actor, row.id, row.version, values),
            actor,
        )

    @rule(place=PLACES, actor=ANYBODY)
    def run(self, place: int, actor: Actor) -> None:
        self._try(place, lambda row: self._run(row, actor), actor)

    def _run(self, row: Any, actor: Actor) -> bool:
        """With a reason beside every doubt, whether it may be passed over or not."""
        with self.vault.desk.app.database.reading() as tx:
            assessment = assess_now(self.vault.desk.app, tx, row)
            plan = planned(self.vault.desk.app, tx, row, assessment)
        if plan is not None:
            self.hashes.append(plan.hash())
            over = {one.key: "確かめた" for one in assessment.concerns}
            decide.run(self.vault.desk.app, actor, row.id, row.version, plan.hash(), over)
        return plan is not None

    @rule(place=PLACES, actor=ANYBODY, shown=st.integers(0, 3))
    def approve(self, place: int, actor: Actor, shown: int) -> None:
        """The plan that waits, or another hash that was seen at some time."""

        def act(row: Any) -> None:
            with self.vault.desk.app.database.reading() as tx:
                current = tx.plans.current(row.id)
            seen = self.hashes[-shown % len(self.hashes)] if shown else (current.hash if current else "")
            approval.approve(self.vault.desk.app, actor, row.id, row.version, seen)
            assert current is not None
            assert seen == current.hash, "only exactly what is stored"
            assert actor.person is not None
            assert actor.person not in self.hands[row.number], "who had a hand in it"

        self._try(place, act)

    @rule(place=PLACES, actor=ANYBODY)
    def send_back(self, place: int, actor: Actor) -> None:
        self._try(
            place, lambda row: approval.send_back(self.vault.desk.app, actor, row.id, row.version, "もう一度")
        )

    @rule(place=PLACES, actor=ANYBODY, how=st.sampled_from(("call-back", "confirm-link")))
    def record_check(self, place: int, actor: Actor, how: str) -> None:
        self._steps(
            place, "confirm", lambda step: confirm.record_check(self.vault.desk.app, actor, step, how), actor
        )

    @rule(place=PLACES, actor=ANYBODY, service=st.sampled_from(SERVICES))
    def choose_service(self, place: int, actor: Actor, service: str) -> None:
        app = self.vault.desk.app
        self._try(place, lambda row: decide.choose_service(app, actor, row.id, row.version, service), actor)

    @rule(place=PLACES, actor=ANYBODY, one=st.sampled_from((None, *SERVICES)))
    def split(self, place: int, actor: Actor, one: str | None) -> None:
        """Each part is a request of its own, and what was shaped before was shaped for all of them."""

        def act(row: Any) -> None:
            own, *others = split(
                self.vault.desk.app, actor, row.id, row.version, [row.service, one or row.service]
            )
            self.numbers += others
            for number in others:
                self.hands[number] |= self.hands[own] | {actor.person}
            if own in self.files:
                self.files |= set(others)

        self._try(place, act, actor)

    @rule(place=PLACES, actor=ANYBODY)
    def withdraw(self, place: int, actor: Actor) -> None:
        app = self.vault.desk.app
        self._try(place, lambda row: decide.withdraw(app, actor, row.id, row.version, "x"))

    @rule(place=PLACES, actor=ANYBODY)
    def move_on(self, place: int, actor: Actor) -> None:
        for move in (stopped.accept_step, stopped.hand_step_over, stopped.retry_step):
            for kind in ("account-action", "manual-task", "ledger-update"):
                self._steps(place, kind, self._moving(move, actor), actor)

    def _moving(self, move: Any, actor: Actor) -> Any:
        return lambda step: move(self.vault.desk.app, actor, step)

    @rule(account=st.integers(0, 2))
    def disturb(self, account: int) -> None:
        """Somebody books something else on the row meanwhile: what was planned on it stops."""
        with self.vault.desk.app.database.transaction("meanwhile") as tx:
            key = f"v{account + 1:05}"
            row = tx.ledgers.row("vault-ledger", key)
            assert row is not None
            tx.ledgers.update("vault-ledger", key, row.version, {"person": OWNER}, Origin(actor="x"))

    @rule(
        what=st.sampled_from(WHATS),
        account=st.sampled_from((1, 2, 4)),
        ours=st.booleans(),
        done=st.booleans(),
    )
    def note(self, what: str, account: int, ours: bool, done: bool) -> None:
        """A note with a check and a deed: from the console it counts, in a file it is a claim."""
        self.count += 1
        told = {
            "form_id": "operator-entry",
            "submission_id": str(self.count),
            "entered_by": "operator01",
            "called_at": self.vault.desk.clock.at.isoformat(),
            "identity_check": "counter",
            "values": {
                **{"用件": what, "所属": "道路計画課", "氏名": "髙橋 徹", "金庫ID": f"v{account:05}"},
                "メールアドレス": SENDERS[0][0],
            },
            **({"done": {"role": "lead", "units": [], "results": {"outcome": "done"}}} if done else {}),
        }
        at, app = self.vault.desk.clock.now(), self.vault.desk.app
        source = NOTES if ours else "main"
        raw = json.dumps(told, ensure_ascii=False).encode()
        number = accept(app.database, raw, Channel.NOTE, source=source, received_at=at).number
        self.vault.desk.work()
        self.numbers.append(number)
        self.hands[number] |= {OPERATOR.person} if ours else set()
        self.files |= set() if ours else {number}

    @rule(actor=ANYBODY)
    def look(self, actor: Actor) -> None:
        """事後確認: never by who had a hand in it."""
        app = self.vault.desk.app
        with app.database.reading() as tx:
            found = [(one.id, tx.requests.get(one.request_id).number) for one in tx.oversight.waiting()]
        for review, number in found:
            with suppress(UketsukeError):
                hindsight.look(app, actor, review, Verdict.FINE, "")
                assert actor.person not in self.hands[number]

    @rule(token=PLACES, yes=st.booleans())
    def link(self, token: int, yes: bool) -> None:
        with suppress(StopIteration):
            self.tokens.append(self.vault.link())
        act = confirm.confirm if yes else confirm.refuse
        with suppress(UketsukeError):
            act(self.vault.desk.app, self.tokens[-1 - token % len(self.tokens)])
        self.vault.desk.work()

    @rule(place=PLACES, actor=ANYBODY, outcome=st.sampled_from(("done", "cannot")))
    def do(self, place: int, actor: Actor, outcome: str) -> None:
        results = {"outcome": outcome, "reason": "x"}
        for kind in ("manual-task", "account-action"):
            self._steps(
                place, kind, lambda step: answers.complete_step(self.vault.desk.app, actor, step, results)
            )

    @rule(place=PLACES, actor=ANYBODY)
    def replan(self, place: int, actor: Actor) -> None:
        app = self.vault.desk.app
        self._try(place, lambda row: answers.replan(app, actor, row.id, row.version), actor)

    @rule(hours=st.sampled_from((1, 13, 25)))
    def time_passes(self, hours: int) -> None:
        self.vault.desk.clock.at += timedelta(hours=hours)
        self.vault.desk.work()

    @rule(place=PLACES)
    def right(self, place: int) -> None:
        """What the desk and the owner would rightly do next, after everything wrong that could be tried."""
        app = self.vault.desk.app

        def act(row: Any) -> None:
            with app.database.reading() as tx:
                found = tx.steps.of_request(row.id)
                current = tx.plans.current(row.id)
            steps = [one for one in found if one.state == "waiting"]
            self._all_wrong(row, current, steps)
            if row.state is RequestState.NEEDS_REVIEW:
                self.hands[row.number] |= {OPERATOR.person} if self._run(row, OPERATOR) else set()
            elif row.state is RequestState.AWAITING_APPROVAL and current is not None:
                approval.approve(app, SECOND, row.id, row.version, current.hash)
            elif steps and steps[0].kind == "confirm":
                confirm.record_check(app, LEAD, steps[0].id, "counter")
                self.hands[row.number].add(LEAD.person)
            elif steps:
                answers.complete_step(app, LEAD, steps[0].id, {"outcome": "done"})
            elif any(one.state == "failed" for one in found):
                answers.replan(app, LEAD, row.id, row.version)
                self.hands[row.number].add(LEAD.person)

        self._try(place, act)

    def _all_wrong(self, row: Any, current: Any, waiting: list[Any]) -> None:
        """Every wrong person, and every foreign, older and missing hash, where a right one would do."""
        app, own = self.vault.desk.app, (ACTORS[4], ACTORS[6], Actor("operator01", Role.LEAD, OWNER))
        if row.state is RequestState.NEEDS_REVIEW:
            for actor in (*own, *((OPERATOR, SECOND) if row.number in self.files else ())):
                self._refused(lambda actor=actor: self._must_run(row, actor))
        elif row.state is RequestState.AWAITING_APPROVAL:
            for person in (*self.hands[row.number], OWNER, row.authority.person):
                actor = Actor("another", Role.LEAD, person)
                self._refused(
                    lambda actor=actor: approval.approve(app, actor, row.id, row.version, current.hash)
                )
            for seen in {"", *self.hashes[-4:], *self._older(row)} - {current.hash}:
                self._refused(lambda seen=seen: approval.approve(app, OFFICER, row.id, row.version, seen))
        elif waiting and waiting[0].kind == "confirm":
            for actor in own:
                self._refused(lambda actor=actor: confirm.record_check(app, actor, waiting[0].id, "counter"))

    def _older(self, row: Any) -> list[str]:
        """What earlier versions of the plan looked like."""
        with self.vault.desk.app.database.reading() as tx:
            return [one.hash for one in tx.plans.versions(row.id)[:-1]]

    def _refused(self, act: Any) -> None:
        with pytest.raises(UketsukeError):
            act()

    def _must_run(self, row: Any, actor: Actor) -> None:
        if not self._run(row, actor):
            raise NotFound("plan that could be run", row.number)

    @rule(place=st.integers(0, 2))
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
            assert row.number not in self.files, "a file that says that somebody was checked is a claim"
            assert row.authority.person is not None, "a section's mailbox is nobody in particular"
            makers = {ACTORS_BY_LOGIN[entry.actor] for entry in told}
            assert not {body.owner, row.authority.person} & makers
            asked = [
                tx.plans.get(step.plan_id).plan().step(step.seq)
                for step in steps
                if step.kind == "confirm" and step.state == "done"
            ]
            assert body.owner in {step.owner for step in asked}, "the owner agreed"
            by = [(step.result or {}).get("checked_by") for step in steps if step.kind == "confirm"]
            assert not {None, body.owner} & {ACTORS_BY_LOGIN[login] for login in by if login}
            if plan.second_person == "before":
                assert plan.approved_by is not None
                other = ACTORS_BY_LOGIN[plan.approved_by]
                owners = {step.owner for step in asked}
                assert other not in {ACTORS_BY_LOGIN[plan.created_by], *owners, row.authority.person}
            else:
                assert plan.second_person == "after"
                assert [found.step_id for found in tx.oversight.of_request(row.id)]
        REACHED.update(tx.plans.get(one.plan_id).second_person for one in done)
        return {tx.plans.get(one.plan_id).plan().step(one.seq).account for one in done}

    def _try(self, place: int, act: Any, actor: Actor | None = None) -> str:
        """The number of the request, where it was done; then `actor` has had a hand in it."""
        if not self.numbers:
            return ""
        row, number = self.vault.desk.request(self.numbers[place % len(self.numbers)]), ""
        with suppress(UketsukeError):
            if act(row) is not False:
                number = row.number
                self.hands[number] |= {actor.person} if actor else set()
        self.vault.desk.work()
        return number

    def _steps(self, place: int, kind: str, act: Any, actor: Actor | None = None) -> None:
        def each(row: Any) -> bool:
            with self.vault.desk.app.database.reading() as tx:
                found = [one.id for one in tx.steps.of_request(row.id) if one.kind == kind]
            done = False
            for step in found:
                with suppress(UketsukeError):
                    act(step)
                    done = True
            return done

        self._try(place, each, actor)

    def teardown(self) -> None:
        if hasattr(self, "vault"):
            with self.vault.desk.app.database.reading() as tx:
                rows = [row for number in self.numbers if (row := tx.requests.by_number(number))]
                for row in rows:
                    found = [entry.action for entry in tx.audit.of_request(row.id)]
                    DECIDED.update(found)
                    DECIDED.update(["approved again"] if found.count("approve") > 1 else [])
            self.vault.desk.app.close()
            shutil.rmtree(self.folder, ignore_errors=True)


REACHED: set[Any] = set()
"""The policies under which an effect was reached while the machine ran."""
DECIDED: set[str] = set()
"""What was decided while it ran."""
ACTORS_BY_LOGIN = {"operator01": OPERATOR.person, "operator02": SECOND.person, "lead01": LEAD.person}
ACTORS_BY_LOGIN |= {"officer01": OFFICER.person, "operator09": OWNER, "nobody": None}
TestNoWayAround = Desk.TestCase
TestNoWayAround.settings = settings(
    max_examples=4,
    stateful_step_count=25,
    database=None,
    phases=(Phase.generate,),  # a way around is long enough to read; shortening it takes minutes
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def test_the_machine_above_has_reached_effects_with_and_without_approval() -> None:
    """Else it would say nothing; its usual seed does so every time."""
    assert {"after", "before"} <= REACHED or SEED != USUAL
