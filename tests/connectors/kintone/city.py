"""An invented city's kintone in this process, with one who calls it and one who works in it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from starlette.testclient import TestClient

from uketsuke.clock import ManualClock
from uketsuke.connectors.fake_kintone.kintone import Arrival, FakeKintone
from uketsuke.connectors.fake_kintone.problem import Problem
from uketsuke.connectors.fake_kintone.server import create_server, example
from uketsuke.connectors.fake_kintone.state import Domain

EKOBE, DEVELOPER, LTE = 11, 16, 6
TOKEN = {EKOBE: "example-ekobe", DEVELOPER: "example-developer", LTE: "example-lte"}
APPLICATION = {
    "申請者氏名": {"value": "青木 千尋"},
    "申請者メールアドレス": {"value": "c-aoki@city.example.lg.jp"},
    "所属": {"value": "税務課"},
}


@dataclass
class Said:
    """An answer: its status, its JSON."""

    status: int
    json: Any

    @property
    def code(self) -> str:
        return str(self.json.get("code"))

    @property
    def errors(self) -> dict[str, list[str]]:
        return {name: said["messages"] for name, said in self.json["errors"].items()}


@dataclass
class City:
    """The kintone, a clock to move, and what its webhooks were told."""

    domain: Domain = field(default_factory=example)
    clock: ManualClock = field(
        default_factory=lambda: ManualClock(datetime(2026, 11, 20, 0, 30, 15, tzinfo=UTC))
    )
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kintone = FakeKintone(
            self.domain, self.clock, lambda url, payload: self.told.append((url, payload))
        )

    @cached_property
    def http(self) -> TestClient:
        """The same behind HTTP."""
        return TestClient(create_server(self.kintone))

    def call(
        self, method: str, path: str, params: dict[str, Any] | None = None, *, by: str = "", token: str = ""
    ) -> Said:
        """One call of the API: by a user, or with a token (that of the app unless another is given)."""
        body = params or {}
        tokens = {"x-cybozu-api-token": token or TOKEN.get(int(body.get("app", EKOBE)), "")}
        return self.ask(Arrival(method, path, password(by) if by else tokens, body))

    def ask(self, request: Arrival) -> Said:
        """One request, without HTTP around it."""
        try:
            return Said(200, self.kintone.answer(request))
        except Problem as problem:
            return Said(problem.status, problem.body(1))

    def apply(self, **fields: Any) -> int:
        """An application as FormBridge writes it; its record id."""
        record = APPLICATION | {code: {"value": value} for code, value in fields.items()}
        return int(self.call("POST", "/k/v1/record.json", {"app": EKOBE, "record": record}).json["id"])

    def record(self, number: int, app: int = EKOBE) -> dict[str, Any]:
        """A record's values, by field code."""
        found = self.call("GET", "/k/v1/record.json", {"app": app, "id": number}).json["record"]
        return {code: field["value"] for code, field in found.items()}

    def control(self, path: str, body: dict[str, Any], method: str = "POST") -> Said:
        """The control API."""
        answer = self.http.request(method, f"/_fake/{path}", json=body)
        return Said(answer.status_code, answer.json())

    def listen(self, app: int = EKOBE, url: str = "http://desk/hook") -> None:
        """A webhook for everything that happens in an app."""
        every = ["ADD_RECORD", "UPDATE_RECORD", "DELETE_RECORD", "UPDATE_STATUS", "ADD_RECORD_COMMENT"]
        self.control("webhooks", {"app": app, "webhook": {"url": url, "events": every}})

    def events(self) -> list[str]:
        """What the webhooks were told, by event."""
        return [payload["type"] for _, payload in self.told]


def password(user: str, secret: str = "only-for-the-example") -> dict[str, str]:
    """The header of password authentication."""
    return {"x-cybozu-authorization": base64.b64encode(f"{user}:{secret}".encode()).decode()}
