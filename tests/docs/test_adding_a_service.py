"""docs/ADDING-A-SERVICE.md is true: what stands there is put into a folder and run."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.desk import Desk
from uketsuke.domain.states import RequestState
from uketsuke.store.ledgers import Origin

PAGE = Path(__file__).parents[2] / "docs" / "ADDING-A-SERVICE.md"
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
AT = datetime.fromisoformat("2026-12-08T09:05:00+09:00")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with every file of the page."""
    files = dict(FILE.findall(PAGE.read_text("utf-8")))
    assert set(files) == {"services/monitor_loan.py", "services/mail/minato/monitor-loan.txt", "mail.eml"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_explain_understands_the_example(cli: Cli, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UKETSUKE_SERVICES_FOLDER", "services")
    one = json.loads(cli("explain", "mail.eml", "--format", "jsonl").out)
    (request,) = one["requests"]
    assert request["service"] == "monitor-loan"
    assert request["fields"]["room"]["value"] == "第2会議室"
    assert [step["kind"] for step in request["plan"]["steps"]] == ["reserve", "send-mail"]
    assert (one["needs_review"], request["plan"]["steps"][1]["due"]) == (False, "2026-12-09")


def test_the_example_lends_a_monitor_and_writes_its_letter(place: Path) -> None:
    (place / "data").mkdir()
    desk = Desk.open(AT, data=place / "data", services_folder=place / "services")
    with desk.app.database.transaction("stock") as tx:
        for number in (1, 2):
            unit = {"asset_no": f"M-{number}", "status": "in_stock"}
            tx.ledgers.insert("monitor-ledger", f"M-{number}", unit, Origin(actor="test"))
    number = desk.receive((place / "mail.eml").read_bytes()).number
    desk.work()
    assert desk.request(number).state is RequestState.DONE
    with desk.app.database.reading() as tx:
        lent = [
            row.key
            for row in tx.ledgers.rows("monitor-ledger", {"status": "lent", "department": "環境保全課"})
        ]
    assert len(lent) == 1
    assert any(f"管理番号 {lent[0]}" in letter.get_content() for letter in desk.letters())
    desk.app.close()
