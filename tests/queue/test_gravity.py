"""What a service declares of itself lets nothing happen that its steps would not be allowed (FAULTS 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk import LEAD, OPERATOR
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import SYSTEM, Actor
from uketsuke.domain.authority import Authority, Evidence, Identity, Need, Path, Risk, SecondPerson, Target
from uketsuke.domain.gravity import WEIGHTS
from uketsuke.domain.plan import AccountAction, AccountDeed, Confirm, ManualTask, Step
from uketsuke.domain.states import RequestState, StepState
from uketsuke.processors.authorise import authorise
from uketsuke.processors.sender import Who
from uketsuke.queue.progress import release, store_plan


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    opened = open_vault()
    yield opened
    opened.desk.app.close()


def declare(vault: Vault, monkeypatch: pytest.MonkeyPatch, risk: Risk, service: str = "vault-unlock") -> None:
    found = type(vault.desk.app.catalogue.service(service))
    monkeypatch.setattr(found, "risk", lambda _self, _request: risk)


@pytest.mark.parametrize("risk", [Risk.R0, Risk.R1, Risk.R2])
def test_a_service_that_declares_less_is_judged_by_its_steps(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, risk: Risk
) -> None:
    """Strong and own: R1 would run by itself. The decision and why are stored, and nothing has happened."""
    declare(vault, monkeypatch, risk)
    row = vault.ask(account="v00003", place=10 + int(risk[1]))
    assert row.authority is not None
    assert (row.authority.risk, row.authority.declared) == (Risk.R3, risk)
    assert row.authority.need == (Need.CONFIRM, Need.OPERATOR)
    assert row.authority.second_person is SecondPerson.AFTER
    assert row.state is RequestState.NEEDS_REVIEW
    assert vault.state("v00003") == "locked"


def test_the_second_person_of_the_graver_deed_counts(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service of unlocking whose plan deletes is approved before, as deleting is."""
    monkeypatch.setattr(type(vault.desk.app.catalogue.service("vault-unlock")), "deed", "delete")
    row = vault.ask(account="v00004", place=20)
    assert row.authority is not None
    assert row.authority.declared is None
    assert row.authority.second_person is SecondPerson.BEFORE


RISKS, EVIDENCE = st.sampled_from(list(Risk)), st.sampled_from(list(Path))
IDENTITIES, TARGETS = st.sampled_from(list(Identity)), st.sampled_from(list(Target))
DEEDS = st.sampled_from(sorted(WEIGHTS))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(declared=RISKS, path=EVIDENCE, identity=IDENTITIES, target=TARGETS, deed=DEEDS, hand=st.booleans())
def test_no_plan_has_a_weaker_need_than_its_steps(
    vault: Vault, declared: Risk, path: Path, identity: Identity, target: Target, deed: Any, hand: bool
) -> None:
    """Whoever asks, whatever is declared: never by itself; R3 never without the owner's word."""
    authority = judged(vault, declared, Who(path, identity), target, act(1, deed, hand))
    assert authority.need
    if WEIGHTS[deed] is Risk.R3 and Need.REVIEW not in authority.need:
        assert authority.need == (Need.CONFIRM, Need.OPERATOR)
        assert authority.second_person is not None
    if authority.evidence is Evidence.WEAK or target is Target.OTHER:
        assert authority.need == (Need.REVIEW,)


def act(seq: int, deed: AccountDeed, hand: bool) -> Step:
    if hand:
        return ManualTask(seq=seq, task="vault-work", does=(deed,), account="v00001", owner=OWNER)
    return AccountAction(seq=seq, system="vault", account="v00001", do=deed, owner=OWNER)


def judged(vault: Vault, declared: Risk, who: Who, target: Target, step: Step) -> Authority:
    class Loose(type(vault.desk.app.catalogue.service("vault-unlock"))):  # type: ignore[misc]
        """A service that says of itself what the test wants."""

        def risk(self, request: object) -> Risk:
            return declared

        def target(self, values: object, person: object, world: object) -> Target:
            return target

    with vault.desk.app.database.reading() as tx:
        return authorise(Loose(), who, {}, None, (step,), vault.desk.app.world(tx))


@pytest.mark.parametrize("deed", sorted(WEIGHTS))
@pytest.mark.parametrize("hand", [False, True])
def test_nothing_happens_at_the_gate_either(vault: Vault, deed: AccountDeed, hand: bool) -> None:
    """A plan that somebody stored past all decisions, of a request judged R1, stops before its effect."""
    place = 100 + sorted(WEIGHTS).index(deed) * 2 + hand
    row = vault.ask(account="v00005", place=place)
    assert row.authority is not None
    light = row.authority.model_copy(update={"risk": Risk.R1, "need": (), "second_person": None})
    grave = WEIGHTS[deed] is Risk.R3
    ways: list[tuple[Actor, SecondPerson | None, bool]] = [(SYSTEM, None, False)]
    ways += [(OPERATOR, None, False), (LEAD, SecondPerson.AFTER, False), (LEAD, None, True)] if grave else []
    for actor, second, asked in ways:
        failed = stored(vault, row.id, light, (act(2, deed, hand),), actor, second, asked)
        assert failed == (StepState.FAILED, "not-permitted"), (actor, second, asked)
    if not grave:
        state, _ = stored(vault, row.id, light, (act(2, deed, hand),), OPERATOR, None, False)
        assert state is StepState.WAITING, "an operator has let it run"


def stored(
    vault: Vault,
    request_id: int,
    authority: Authority,
    steps: tuple[Step, ...],
    actor: Actor,
    second: SecondPerson | None,
    asked: bool,
) -> tuple[StepState, str | None]:
    """How its first step stands after everything that is due has happened."""
    question = Confirm(seq=1, owner="10002", to=None)
    with vault.desk.app.database.transaction("around") as tx:
        now = tx.requests.get_locked(request_id)
        tx.plans.supersede(now.id)
        plan = (question, *steps) if asked else steps
        plan_id = store_plan(vault.desk.app, tx, now, plan, actor, second)
        tx.requests.update(
            now.id, now.version, state=RequestState.RUNNING, plan_id=plan_id, authority=authority
        )
        if asked:  # somebody else than the owner has agreed
            first = next(one.id for one in tx.steps.of_request(now.id) if one.seq == 1)
            tx.steps.set_state(first, StepState.DONE, expected={StepState.PLANNED}, result={})
        release(tx, now.id)
    vault.desk.work()
    with vault.desk.app.database.reading() as tx:
        found = next(one for one in tx.steps.of_request(now.id) if one.seq == 2)
    return found.state, str(found.error["code"]) if found.error else None
