"""The signed door for other form systems: once for each key, nothing without the secret (docs/API.md)."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.console.screens import MORNING, Screen, open_screen
from tests.console.serving import serving
from uketsuke.console.routes.api import LARGEST
from uketsuke.console.web import create_app
from uketsuke.domain.authority import Evidence
from uketsuke.domain.authority import Path as Way
from uketsuke.intake.signed import signature
from uketsuke.systems import SignedSender

SECRET = "invented-secret-of-the-form-system"
DOOR = "/api/v1/requests"
PAGE = Path(__file__).parents[2] / "docs" / "API.md"
BODY = {
    "form_id": "lte-handover",
    "submitted_at": "2026-12-10T09:30:00+09:00",
    "values": {
        "申請区分": "返却",
        "所属": "道路計画課",
        "氏名": "髙橋 徹",
        "メールアドレス": "takahashi-t@city.example.lg.jp",
        "管理番号": "LTE-0012",
        "返却希望日": "12/18",
    },
}


def door(at: datetime = MORNING) -> Screen:
    return open_screen(at, webhook={"cms": SignedSender.model_validate({"secret": SECRET})})


@pytest.fixture
def outside() -> Iterator[Screen]:
    opened = door()
    yield opened
    opened.desk.app.close()


def send(screen: Screen, body: Any = BODY, key: str = "k-1", **other: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    now = str(int(screen.desk.clock.now().timestamp()) - int(other.pop("age", "0")))
    told = {
        "Uketsuke-Sender": "cms",
        "Uketsuke-Timestamp": now,
        "Idempotency-Key": key,
        "Uketsuke-Signature": signature(SECRET, now, key, raw),
    }
    headers = {**told, **{name.replace("_", "-"): value for name, value in other.items()}}
    return screen.client.post(DOOR, content=raw, headers=headers)


def until_open(url: str) -> None:
    """The server listens a moment after its thread has begun."""
    host, _, port = url.removeprefix("http://").partition(":")
    for _ in range(500):
        with suppress(ConnectionRefusedError), socket.create_connection((host, int(port)), 1):
            return
        threading.Event().wait(0.02)
    raise AssertionError(url)


def problem_of(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    return answer.status_code, str(told["type"]).rpartition(":")[2]


def test_a_signed_application_becomes_a_request_of_whom_it_names_with_medium_evidence(
    outside: Screen,
) -> None:
    answer = send(outside)
    assert answer.status_code == 201
    outside.desk.work()
    row = outside.desk.request(answer.json()["receipt_number"])
    assert row.authority is not None
    assert (row.authority.path, row.authority.evidence) == (Way.SIGNED_WEBHOOK, Evidence.MEDIUM)
    assert (row.service, row.requester_name) == ("lte-handover", "髙橋 徹")
    assert row.applied_at == datetime(2026, 12, 10, 0, 30, tzinfo=UTC)


def test_the_same_key_is_one_receipt_and_with_another_body_a_problem(outside: Screen) -> None:
    first, again = send(outside), send(outside, age="60")
    assert (first.json()["receipt_number"], again.status_code) == (again.json()["receipt_number"], 200)
    other = send(outside, {**BODY, "values": {"申請区分": "配布"}})
    assert problem_of(other) == (422, "key-reused")
    assert other.json()["receipt"] == first.json()["receipt_number"]
    assert send(outside, key="k-2").json()["receipt_number"] != first.json()["receipt_number"]


@pytest.mark.parametrize(
    "other",
    [
        {"Uketsuke_Sender": "unknown"},
        {"Uketsuke_Sender": ""},
        {"Uketsuke_Signature": "0" * 64},
        {"Uketsuke_Signature": ""},
        {"Idempotency_Key": "k-9"},
        {"Uketsuke_Timestamp": "1796000000"},
        {"age": "301"},
        {"age": "-301"},
    ],
    ids=str,
)
def test_what_is_not_signed_now_by_a_sender_of_the_settings_is_refused_alike(
    outside: Screen, other: dict[str, str]
) -> None:
    answer = send(outside, **other)
    assert problem_of(answer) == (403, "signature")
    assert answer.json() == send(outside, Uketsuke_Signature="x").json()
    with outside.desk.app.database.reading() as tx:
        assert tx.receipts.find_original("webhook:cms:k-1") is None


def test_nobody_signs_for_a_sender_that_is_not_in_the_settings(outside: Screen) -> None:
    raw, now = json.dumps(BODY).encode(), str(int(outside.desk.clock.now().timestamp()))
    for secret in ("-", "", "None"):
        forged = {"Uketsuke_Sender": "unknown", "Uketsuke_Signature": signature(secret, now, "k-1", raw)}
        assert problem_of(send(outside, **forged)) == (403, "signature")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b"", [""]),
        (b"[" * 100_000, [""]),
        (b"\xff", [""]),
        ([], [""]),
        ({}, ["/form_id", "/values"]),
        ({**BODY, "form_id": ["x"]}, None),
        ({**BODY, "values": []}, ["/values"]),
    ],
)
def test_what_is_no_application_is_told_with_its_places(
    outside: Screen, body: Any, pointers: list[str] | None
) -> None:
    answer = send(outside, body)
    assert problem_of(answer) == (422, "body")
    assert [one["pointer"] for one in answer.json()["errors"]] == (pointers or ["/form_id"])


def test_a_body_that_is_too_large_or_without_a_key_is_refused(outside: Screen) -> None:
    assert problem_of(send(outside, b" " * (LARGEST + 1))) == (413, "too-large")
    assert problem_of(send(outside, key="")) == (400, "idempotency-key")


def test_what_a_signed_body_claims_of_a_sign_in_counts_for_nothing(outside: Screen) -> None:
    claimed = {**BODY, "submitter": {"person": "10014"}, "identity_check": "counter", "values": {"氏名": "x"}}
    number = send(outside, claimed).json()["receipt_number"]
    outside.desk.work()
    authority = outside.desk.request(number).authority
    assert authority is not None
    assert (authority.evidence, authority.person) == (Evidence.WEAK, None)


def test_the_example_of_the_page_works_as_it_stands() -> None:
    (example,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    screen = door(datetime.now(UTC))
    with serving(create_app(screen.desk.app)) as url:
        until_open(url)
        said = [
            subprocess.run(
                ["bash", "-eu", "-c", example],
                env={"PATH": "/usr/bin:/bin", "URL": url, "SECRET": SECRET},
                capture_output=True,
                check=True,
                timeout=20,
            ).stdout
            for _ in range(2)
        ]
    told = [json.loads(one) for one in said]
    assert [one["is_new"] for one in told] == [True, False]
    assert told[0]["receipt_number"] == told[1]["receipt_number"]
    screen.desk.work()
    assert screen.desk.request(told[0]["receipt_number"]).service == "lte-handover"
    screen.desk.app.close()
