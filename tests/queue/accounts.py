"""A request whose plan changes an account: the plan is stored as it is given, whatever was asked for."""

from __future__ import annotations

from datetime import datetime

from tests.desk import OPERATOR, RETURN, Desk, mail
from uketsuke.domain.authority import SecondPerson
from uketsuke.domain.calendar import JST
from uketsuke.domain.plan import AccountAction, AccountDeed, AgreeDate, Confirm, Step
from uketsuke.domain.states import RequestState, StepState
from uketsuke.queue.progress import release, store_plan
from uketsuke.store.audit import Entry
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.systems import System

MORNING = datetime(2026, 12, 10, 10, 1, tzinfo=JST)


def open_desk(system: System | None) -> Desk:
    """A desk whose e-KOBE is that directory; without one it is work of a person."""
    return Desk.open(MORNING, systems={"ekobe": system} if system else {})


def running(
    desk: Desk,
    account: str,
    do: AccountDeed = "unlock",
    *,
    system: str = "ekobe",
    owner: str | None = None,
    **values: str,
) -> RequestRow:
    """A request that begins to run, its owner asked: the account, and a step after it that needs nothing."""
    body = RETURN.format(unit="LTE-0012", day="12月20日")  # a closed day: it waits for an operator
    number = desk.receive(mail(body, message_id=f"<{account}-{do}@x.example>")).number
    desk.work()
    request = desk.request(number)
    steps: tuple[Step, ...] = (
        AccountAction(
            seq=1, after=(), system=system, account=account, do=do, owner=owner, values=dict(values)
        ),
        AgreeDate(seq=2, names=("done_on",), proposed={"done_on": desk.app.today()}),
        Confirm(seq=3, after=(), owner="10014"),
    )
    with desk.app.database.transaction("test") as tx:
        request = tx.requests.get(request.id)
        plan_id = store_plan(desk.app, tx, request, steps, OPERATOR, SecondPerson.NONE)
        asked = next(one.id for one in tx.steps.of_request(request.id) if one.seq == 3)
        tx.steps.set_state(asked, StepState.DONE, expected={StepState.PLANNED}, result={})
        tx.requests.update(request.id, request.version, state=RequestState.RUNNING, plan_id=plan_id)
        release(tx, request.id)
    return desk.request(request.number)


def changed(desk: Desk, account: str, do: AccountDeed = "unlock", **values: str) -> RequestRow:
    """The same after everything that is due has happened."""
    request = running(desk, account, do, **values)
    desk.work()
    return desk.request(request.number)


def account_step(desk: Desk, request: RequestRow) -> StepRow:
    """The step that changes the account."""
    with desk.app.database.reading() as tx:
        return tx.steps.of_request(request.id)[0]


def entries(desk: Desk, request: RequestRow, action: str) -> list[Entry]:
    """What the audit log says of it."""
    with desk.app.database.reading() as tx:
        return [one for one in tx.audit.of_request(request.id) if one.action == action]
