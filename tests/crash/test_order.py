"""F15: durable before told. Seen from outside, by what the kernel was asked to do and when."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.conftest import MakeOffice
from tests.crash.office import ROOT, Office
from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from tests.servers.programs import find_program

pytestmark = [pytest.mark.crash, pytest.mark.imap]
EVENTS = 100
LOOK = """
import sys
from datetime import timedelta
from pathlib import Path
from uketsuke import bootstrap
from uketsuke.intake.polling import Round
from uketsuke.settings import load
app = bootstrap.build(load(Path(sys.argv[1]), {}))
visit = Round(app.database, app.clock, "traced", timedelta(seconds=60)).visit(0, app.settings.mailbox[0])
print(visit.outcome.value, visit.summary.new, visit.summary.filed)
app.close()
"""
SYNC = re.compile(r"fdatasync\(|fsync\(")
MOVE = re.compile(r'(?:sendto|write)\(\d+, "\w+ UID MOVE ([\d,:]+) ')
FETCH = re.compile(r'(?:sendto|write)\(\d+, "\w+ UID FETCH (\d+) \(BODY.PEEK')


def traced_look(office: Office, output: Path) -> list[str]:
    """One look into the mailbox under strace; the calls in order."""
    strace = find_program("strace")
    calls = "trace=fdatasync,fsync,sendto,write"
    command = [strace, "-f", "-qq", "-s", "4096", "-e", calls, "-o", str(output)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, sys.executable, "-c", LOOK, str(office.config)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        check=False,
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["collected", str(EVENTS), str(EVENTS)]
    return output.read_text("utf-8", "replace").splitlines()


def test_every_mail_is_on_disk_before_the_mailbox_is_told(make_office: MakeOffice, tmp_path: Path) -> None:
    """Between the fetch of each mail and the first MOVE its commit has been synchronised, one by one."""
    office = make_office()
    at = moment("2026-12-08 14:00")
    raw = [mails.absence(mails.TANAKA, at=at, message_id=f"<{number}@order>") for number in range(EVENTS)]
    office.account.deliver_all(raw)
    lines = traced_look(office, tmp_path / "trace")
    syncs = [number for number, line in enumerate(lines) if SYNC.search(line)]
    fetches = [number for number, line in enumerate(lines) if FETCH.search(line)]
    moves = [number for number, line in enumerate(lines) if MOVE.search(line)]
    assert len(fetches) == EVENTS
    assert moves
    assert max(fetches) < min(moves)
    for fetched, following in zip(fetches, [*fetches[1:], moves[0]], strict=True):
        assert any(fetched < sync < following for sync in syncs), "not synchronised before the next command"


def test_sqlite_is_asked_for_full_durability_and_answers(make_office: MakeOffice) -> None:
    office = make_office()
    with office.app.database.reading() as tx:
        ask = tx.connection.exec_driver_sql
        pragmas = {name: ask(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")}
    assert pragmas == {"synchronous": 2, "journal_mode": "wal"}


@pytest.mark.postgres
def test_postgresql_of_these_tests_is_durable(make_office: MakeOffice) -> None:
    office = make_office("postgresql")
    with office.app.database.reading() as tx:
        ask = tx.connection.exec_driver_sql
        settings = [ask(f"SHOW {name}").scalar() for name in ("fsync", "synchronous_commit")]
    assert settings == ["on", "on"]


def test_strace_is_what_this_file_stands_on() -> None:
    """So that its absence is one line, here, and not a silent pass."""
    if shutil.which("strace") is None:
        find_program("strace")
