"""The processes that a desk really runs, by the commands that it types; the embedded default beside them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from tests.end_to_end.walk import HANDED_OVER, OPERATOR, Walk, one, text_of
from tests.servers.programs import wait_until
from uketsuke.domain.states import RequestState
from uketsuke.intake.polling import Round
from uketsuke.queue import answers
from uketsuke.queue.jobs import new_owner
from uketsuke.queue.timetable import tick
from uketsuke.settings import Mailbox

ROOT = Path(__file__).resolve().parents[2]
AT = moment("2026-12-08 14:00")
TENTH = date(2026, 12, 10)
DRAMATIQ = ("dramatiq", "uketsuke.worker:boot", "--processes", "1", "--threads", "2", "--skip-logging")
COMMANDS = {"worker": DRAMATIQ, "intake": ("uketsuke", "intake", "watch")}


@contextmanager
def running(walk: Walk, *names: str) -> Iterator[None]:
    """These processes, ended by SIGTERM to each parent (a second one to its child would kill it)."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"UKETSUKE_CONFIG": str(walk.office.config), "PYTHONPATH": str(ROOT)}
    started = []
    for name in names:
        with (walk.office.folder / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", *COMMANDS[name]]
            process = subprocess.Popen(
                command,
                env=environment,
                cwd=walk.office.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            started.append(process)
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        codes = [process.wait(15) for process in started]
        said = "\n".join((walk.office.folder / f"{name}.log").read_text("utf-8")[-3000:] for name in names)
        assert all(code in (0, -signal.SIGTERM) for code in codes), f"{codes}\n{said}"


def becomes(walk: Walk, state: RequestState) -> None:
    """Wait until the one request is in that state."""

    def is_there() -> bool:
        found = walk.requests()
        return bool(found) and found[0].state is state

    wait_until(is_there, f"the request {state}", 60)


@pytest.mark.imap
@pytest.mark.smtp
@pytest.mark.timeout(180)
def test_real_workers_and_a_real_intake_carry_a_return_from_mail_to_completion(walk: Walk) -> None:
    with running(walk, "worker", "intake"):
        walk.office.account.deliver_all(
            [mails.return_of(mails.NAKAMURA, "LTE-0021", at=AT, message_id="<p@x>", day="R8.12.10")]
        )
        becomes(walk, RequestState.RUNNING)
        wait_until(lambda: len(walk.mails()) == 3, "three letters", 60)
        walk.office.clock.set(moment("2026-12-10 09:30"))
        wait_until(lambda: bool(walk.work_list()), "the hand-over is work", 60)
        confirm_only(walk)
        becomes(walk, RequestState.DONE)
    assert walk.states_of("LTE-0021") == ["handed_out", "awaiting_return", "in_stock"]
    assert "LTE-0021" in text_of(one(walk.mails(), "完了"))
    assert walk.is_sound()


def confirm_only(walk: Walk) -> None:
    """A person confirms; what follows is the workers' business."""
    (item,) = walk.work_list()
    day = {"hand_over_result": HANDED_OVER, "handed_over_on": TENTH.isoformat()}
    answers.complete_step(walk.app, OPERATOR, item.wait.step_id or 0, day)


def test_the_embedded_default_needs_no_server_at_all(tmp_path: Path) -> None:
    """A folder of mails in, a Maildir out; looking twice and half-moved files change nothing."""
    desk = Desk.open(moment("2026-12-08 15:00"), data=tmp_path)
    folder = tmp_path / "inbox"
    folder.mkdir()
    raw = mails.return_of(mails.TAKAHASHI, "LTE-0012", at=AT, message_id="<m@x>", day="R8.12.10")
    (folder / "one.eml").write_bytes(raw)
    (folder / "same.eml").write_bytes(raw)
    box = Mailbox.model_validate({"url": f"folder://{folder}", "name": "folder"})
    around = Round(desk.app.database, desk.clock, new_owner(), timedelta(seconds=60))
    looks = [around.visit(0, box).summary for _ in range(2)]
    assert [(one.new, one.known) for one in looks] == [(1, 1), (0, 0)]
    assert sorted(path.name for path in (folder / "stored").iterdir()) == ["one.eml", "same.eml"]
    desk.work()
    assert len(desk.letters()) == 3
    desk.clock.forward(days=2)
    tick(desk.app)
    assert desk.unit("LTE-0012")["status"] == "awaiting_return"
    desk.app.close()
