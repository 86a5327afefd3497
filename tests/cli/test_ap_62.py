"""AP-62: `explain` and the request page agree, because both ask the same function."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.desk import LTE, SAMPLES, Desk
from uketsuke.domain.content import Channel
from uketsuke.queue.review import assess_now

NAMES = sorted(
    path.stem for path in LTE.iterdir() if path.suffix == ".eml" or path.stem.startswith("own-note")
)
MESSAGES = [name for name in NAMES if not name.endswith(".expected")]


@pytest.mark.parametrize("name", MESSAGES)
def test_ap_62_explain_and_the_request_page_agree(cli: Cli, name: str, tmp_path: Path) -> None:
    file = next(path for path in LTE.glob(f"{name}.*") if not path.name.endswith(".expected.json"))
    at = datetime.fromisoformat(
        json.loads(file.with_suffix(".expected.json").read_text("utf-8"))["received_at"]
    )
    ended = cli("explain", file, "--world", SAMPLES / "kobe/context.json", "--format", "jsonl")
    shown = json.loads(ended.out)

    desk = Desk.open(at, data=tmp_path)
    accepted = desk.receive(file.read_bytes(), Channel.MAIL if file.suffix == ".eml" else Channel.NOTE)
    desk.work()
    with desk.app.database.reading() as tx:
        request = tx.requests.by_number(accepted.number)
        assert request is not None
        page = assess_now(desk.app, tx, request)
    desk.app.close()

    explained = shown["requests"][0] if shown["requests"] else shown
    assert [(one["code"], one["field"]) for one in explained["concerns"]] == [
        (one.code, one.field) for one in request.concerns
    ]
    assert shown["authority"]["evidence"] == page.authority.evidence
    assert shown["authority"]["need"] == [need.value for need in page.authority.need]
    plan = explained.get("plan")
    assert [step["kind"] for step in (plan or {"steps": []})["steps"]] == [
        step.kind for step in page.steps or ()
    ]
