"""What tests and demos do to our kintone beside its API: people at work in it, faults, its clock."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from uketsuke.connectors.fake_kintone import comments, progress, records
from uketsuke.connectors.fake_kintone.call import Answer, Call, Caller, found_record
from uketsuke.connectors.fake_kintone.faults import Fault
from uketsuke.connectors.fake_kintone.problem import Problem
from uketsuke.connectors.fake_kintone.state import App, Webhook
from uketsuke.connectors.fake_kintone.transport import Door

Deed = Literal["add", "edit", "delete", "act", "comment", "import", "delete-many"]
_DEEDS = {
    "add": records.add_record,
    "edit": records.update_record,
    "act": progress.update_status,
    "comment": comments.add_comment,
}


class Order(BaseModel):
    """A body of the control API; unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class Work(Order):
    """What a person does in an app: the parameters are those of the REST API."""

    do: Deed
    by: str
    app: int
    params: dict[str, Any] = Field(default_factory=dict)
    count: int = Field(default=1, ge=1, le=100_000)
    """For `import`: how often the record is taken in."""


class Limits(Order):
    """Limits to be met sooner."""

    concurrency: int = Field(ge=0)


class Time(Order):
    """How many seconds its clock is ahead of ours."""

    skew_seconds: float


class Switch(Order):
    """On or off."""

    on: bool


class Listener(Order):
    """A webhook for an app."""

    app: int
    webhook: Webhook


def control(door: Door) -> APIRouter:
    """`/_fake/…`, which kintone does not have."""
    router = APIRouter(prefix="/_fake")

    @router.post("/work")
    async def work(order: Work) -> Answer:
        return do_work(door, order)

    @router.get("/state")
    async def state() -> Any:
        return door.fake.domain.model_dump(mode="json", by_alias=True)

    @router.get("/audit")
    async def audit() -> list[dict[str, str]]:
        return door.fake.domain.audit

    @router.post("/webhooks")
    async def webhooks(order: Listener) -> Answer:
        _app(door, order.app).webhooks.append(order.webhook)
        return {}

    @router.put("/webhooks/held")
    async def held(order: Switch) -> Answer:
        door.fake.webhooks.held = order.on
        if not order.on:
            door.fake.webhooks.release()
        return {"waiting": len(door.fake.webhooks.waiting)}

    _add_troubles(router, door)
    return router


def _add_troubles(router: APIRouter, door: Door) -> None:
    @router.post("/faults")
    async def fault(order: Fault) -> Answer:
        door.faults.waiting.append(order)
        return {"waiting": len(door.faults.waiting)}

    @router.delete("/faults")
    async def no_faults() -> Answer:
        door.faults.waiting.clear()
        return {}

    @router.put("/maintenance")
    async def maintenance(order: Switch) -> Answer:
        door.faults.maintenance = order.on
        return {}

    @router.put("/limits")
    async def limits(order: Limits) -> Answer:
        door.most = order.concurrency
        return {}

    @router.put("/clock")
    async def clock(order: Time) -> Answer:
        door.fake.domain.skew = order.skew_seconds
        return {"now": door.fake.now().isoformat()}


def do_work(door: Door, order: Work) -> Answer:
    """Let a person do something on kintone's pages, with the webhooks that pages cause."""
    fake, app = door.fake, _app(door, order.app)
    if order.by not in fake.domain.users:
        raise HTTPException(404, f"no user {order.by}")
    told: list[tuple[App, str, dict[str, Any]]] = []
    caller = Caller(user=fake.domain.users[order.by])
    call = fake.call(caller, {"app": order.app, **order.params}, told)
    mark = fake.domain.mark()
    try:
        answer = _done(call, app, order)
    except Problem as problem:
        fake.domain.restore(mark)
        raise HTTPException(problem.status, problem.body(0)) from problem
    fake.finish(told)
    return answer


def _done(call: Call, app: App, order: Work) -> Answer:
    match order.do:
        case "delete":
            records.delete_one(call, app, found_record(app, call.number("id")))
            return {}
        case "delete-many":
            for number in order.params["ids"]:
                del app.records[found_record(app, int(number)).id]
            return {}
        case "import":
            return _imported(call, app, order)
        case deed:
            return _DEEDS[deed](call)


def _imported(call: Call, app: App, order: Work) -> Answer:
    """Records from a file: as many as wanted, and no webhook."""
    given = order.params.get("records") or [order.params.get("record", {})]
    ids = [records.take_in(call, app, one) for _ in range(order.count) for one in given]
    return {"ids": [str(number) for number in ids]}


def _app(door: Door, number: int) -> App:
    if number not in door.fake.domain.apps:
        raise HTTPException(404, f"no app {number}")
    return door.fake.domain.apps[number]
