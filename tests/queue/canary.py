"""A run in which everything goes wrong, with words that no log may hold: `python -m tests.queue.canary`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr

from tests.desk import RETURN, Desk, mail
from uketsuke import log
from uketsuke.clock import SystemClock
from uketsuke.domain.calendar import JST
from uketsuke.errors import Refused
from uketsuke.intake.polling import Round
from uketsuke.queue.jobs import drain, new_owner
from uketsuke.settings import Mailbox
from uketsuke.store.tables import letters

WORDS = ("髙橋", "takahashi", "カナリアの言葉", "kanaria-password", "道路計画課")


@contextmanager
def failing(where: str) -> Iterator[None]:
    """What that name stands for quotes its arguments in an exception, as pydantic and psycopg do."""

    def fail(*args: Any, **more: Any) -> None:
        raise ValueError(f"input_value={args!r} {more!r} カナリアの言葉")

    with patch(where, fail):
        yield


def crash_everywhere(desk: Desk) -> None:
    body = RETURN.format(unit="LTE-0012", day="12月14日") + "備考：カナリアの言葉\n"
    desk.receive(mail(body))
    for where in ("process.assess", "perform._act", "deliver.envelope_of"):
        with failing(f"uketsuke.queue.{where}"):
            drain(desk.app)
        with desk.app.database.transaction("again") as tx:
            for job in tx.jobs.in_trouble():
                print("last_error:", job.last_error)
                tx.connection.exec_driver_sql("UPDATE jobs SET due_at = datetime('now', '-1 minute')")
        drain(desk.app, limit=1)
    with failing("uketsuke.queue.process.assess"):
        for name in ("b", "c"):
            desk.receive(mail(body, message_id=f"<{name}@city.example.lg.jp>"))
        drain(desk.app)


def break_a_constraint(desk: Desk) -> None:
    """The database's own words quote the row."""
    try:
        with desk.app.database.transaction("twice") as tx:
            row = tx.connection.execute(letters.select().limit(1)).one()._mapping
            tx.connection.execute(letters.insert().values({**row, "subject": "カナリアの言葉"}))
    except Exception:
        log.logger("canary").exception("constraint")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")


def look_into_mailboxes(desk: Desk) -> None:
    url = "imap://takahashi:kanaria-password@127.0.0.1:9/INBOX"
    looks = Round(desk.app.database, SystemClock(), new_owner(), timedelta(seconds=30))
    visit = looks.visit(0, Mailbox(name="desk", url=SecretStr(url), timeout_seconds=1))
    log.logger("canary").info("polled", outcome=visit.outcome, reason=visit.reason)


class Refuses:
    """A relay that says no, quoting the recipient."""

    def send(self, envelope: Any, mark: Any) -> Any:
        raise Refused("smtp", "550 5.1.1 no")

    def look(self, envelope: Any) -> None:
        return None

    def close(self) -> None:
        pass


def main() -> None:
    log.configure()
    desk = Desk.open(datetime(2026, 12, 10, 10, 1, tzinfo=JST))
    crash_everywhere(desk)
    break_a_constraint(desk)
    look_into_mailboxes(desk)
    desk.app = replace(desk.app, sender=Refuses())
    drain(desk.app)
    with desk.app.database.reading() as tx:
        for job in [*tx.jobs.in_trouble(), *tx.jobs.parked()]:
            print("last_error:", job.last_error)
        for cause in tx.letters.causes():
            print("letter:", cause.error)
    desk.app.close()
    sys.stderr.flush()


if __name__ == "__main__":
    main()
