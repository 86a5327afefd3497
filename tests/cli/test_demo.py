"""The demo: everything from mail to ledger and letter, counted back from what it left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_supervisor import wait_for
from uketsuke.cli.demo_city import DemoFolder
from uketsuke.cli.opening import app_of
from uketsuke.domain.states import LetterState, RequestState, StepState

KEYS = [
    "schema_version", "receipts", "requests", "flagged", "ledger_changes", "account_changes", "work",
    "letters", "hostile",
]  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], DemoFolder]:
    """One demo, run as a person runs it: its JSON and its folder."""
    folder = tmp_path_factory.mktemp("demo") / "city"
    ended = subprocess.run(
        [sys.executable, "-m", "uketsuke", "demo", "--once", "--format", "json", "--folder", str(folder)],
        capture_output=True,
        check=True,
        env=plain_environment(),
    )
    return json.loads(ended.stdout), DemoFolder(folder)


def plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("UKETSUKE_")}


def test_it_ends_with_the_counts_that_are_documented(told: tuple[dict[str, Any], DemoFolder]) -> None:
    counts, _ = told
    assert list(counts) == KEYS
    assert counts["account_changes"] == 0
    assert counts["hostile"] == 2
    assert counts["receipts"] == counts["requests"] + 2, "an automatic answer and a reply open no request"


def test_its_counts_are_those_of_database_and_maildir(told: tuple[dict[str, Any], DemoFolder]) -> None:
    counts, folder = told
    with app_of(folder.settings_file) as app, app.database.reading() as tx:
        rows = tx.tray.all_requests().rows
        sent = tx.letters.in_states([LetterState.SENT])
        written = tx.letters.in_states([state for state in LetterState if state is not LetterState.SENT])
        versions = [one for row in rows for one in tx.ledgers.of_request(row.id)]
    assert counts["letters"] == len(list((folder.outbox / "new").iterdir())) == len(sent)
    assert written == []
    assert counts["ledger_changes"] == len(versions)
    assert counts["requests"] == len(rows)
    assert counts["flagged"] == sum(bool(row.concerns) for row in rows)


def test_a_distribution_an_exchange_and_a_return_are_complete(
    told: tuple[dict[str, Any], DemoFolder],
) -> None:
    _, folder = told
    with app_of(folder.settings_file) as app, app.database.reading() as tx:
        done = {
            (row.request or {})["kind"]
            for row in tx.tray.all_requests().rows
            if (row.service, row.state) == ("lte-handover", RequestState.DONE)
        }
        units = {row.key: row.values for row in tx.ledgers.rows("lte-ledger")}
    assert done == {"distribution", "failure_exchange", "return"}
    assert units["LTE-0023"]["status"] == "in_stock"
    assert units["LTE-0024"]["status"] == "in_repair"
    assert (
        sum(unit["status"] == "handed_out" and unit.get("department") == "税務課" for unit in units.values())
        == 1
    )


def test_an_account_is_unlocked_and_stands_for_another_person_to_look_at(
    told: tuple[dict[str, Any], DemoFolder],
) -> None:
    _, folder = told
    with app_of(folder.settings_file) as app, app.database.reading() as tx:
        (review,) = tx.oversight.waiting()
        row = tx.requests.get(review.request_id)
    assert (row.service, row.state) == ("ekobe-unlock", RequestState.DONE)


def test_whoever_looks_finds_the_last_mornings_mails_before_their_deadlines(
    told: tuple[dict[str, Any], DemoFolder],
) -> None:
    _, folder = told
    with app_of(folder.settings_file) as app, app.database.reading() as tx:
        waiting = [row for row in tx.tray.all_requests().rows if row.state is RequestState.NEEDS_REVIEW]
        late = [row.title for row in waiting if row.due_at is not None and row.due_at < app.now()]
    assert len(waiting) >= 6
    assert len(late) <= 1, late


def test_what_is_doubtful_or_hostile_waits_in_sight(told: tuple[dict[str, Any], DemoFolder]) -> None:
    _, folder = told
    with app_of(folder.settings_file) as app, app.database.reading() as tx:
        waiting = [row for row in tx.tray.all_requests().rows if row.state is RequestState.NEEDS_REVIEW]
        parked, failed = tx.jobs.parked(), tx.steps.in_state(StepState.FAILED)
        broken_at = tx.audit.verify()
    rules = {concern.code for row in waiting for concern in row.concerns}
    assert {"unknown-target", "loss-or-theft", "authentication-failed", "outside-sender"} <= rules
    assert (parked, failed, broken_at) == ([], [], None)


def test_a_folder_of_somebody_else_is_never_deleted(cli: Cli, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("keep")
    assert cli("demo", "--once", "--folder", mine).code == 1
    assert cli("demo", "--reset", "--folder", mine).code == 1
    assert (mine / "letter.txt").read_text() == "keep"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], DemoFolder]]:
    """A demo with its processes, ended by SIGTERM."""
    folder = DemoFolder(tmp_path / "city")
    process = subprocess.Popen(
        [sys.executable, "-m", "uketsuke", "demo", "--folder", str(folder.path), "--bind", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "errors").open("w"),
        text=True,
        env=plain_environment(),
        start_new_session=True,
    )
    yield process, folder
    process.send_signal(signal.SIGTERM)
    try:
        assert process.wait(12) == 0
        assert '"event"' not in (tmp_path / "errors").read_text(), "the screen is for the story"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_console_of_a_live_demo_answers_and_real_workers_tell_the_same_story(
    live: tuple[subprocess.Popen[str], DemoFolder], told: tuple[dict[str, Any], DemoFolder]
) -> None:
    process, folder = live
    assert process.stdout is not None
    url = next(line for line in process.stdout if "http://" in line).split()[-1]
    with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
        assert answer.status == 200
    text = ""
    for line in process.stdout:
        text += line
        if str(folder.inbox) in line:
            break
    for name in ("ledger_changes", "letters", "requests"):
        assert f" {told[0][name]}\n" in text
    (folder.inbox / "more.part").write_bytes(b"Subject: hello\r\n\r\nhello\r\n")
    (folder.inbox / "more.part").rename(folder.inbox / "more.eml")
    wait_for((folder.inbox / "stored" / "more.eml").exists, 60)
