"""A desk of real parts, and what tests do at it: a mail comes in, time passes, somebody decides."""

from __future__ import annotations

import email.policy
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from tests.crash.office import Office
from tests.end_to_end.world import LEDGER, furnish
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpRelay
from uketsuke.app import Actor, App
from uketsuke.domain.calendar import JST
from uketsuke.domain.receipt import parse
from uketsuke.domain.states import Role
from uketsuke.intake.polling import Round, Visit
from uketsuke.queue import answers
from uketsuke.queue.jobs import drain, new_owner
from uketsuke.queue.sweep import sweep
from uketsuke.queue.timetable import tick
from uketsuke.store.database import Database
from uketsuke.store.requests import RequestRow
from uketsuke.store.waits import WorkItem

OPERATOR = Actor("operator01", Role.OPERATOR)
HANDED_OVER = "handed_over"


@dataclass
class Walk:
    """The whole way, from the mailbox to the relay."""

    office: Office

    @classmethod
    def open(cls, folder: Path, mailbox: Dovecot, relay: SmtpRelay, url: str) -> Walk:
        """A furnished desk; its database at that URL."""
        database = Database(url)
        furnish(database)
        database.close()
        return cls(Office(folder / "office", mailbox, relay, url, lease=30))

    @property
    def app(self) -> App:
        """The product."""
        return self.office.app

    def close(self) -> None:
        """Let go of everything."""
        self.office.close()

    def receive(self, *raw: bytes) -> None:
        """Mails arrive in the mailbox, are taken in, and worked on until nothing is due."""
        self.office.account.deliver_all(raw)
        self.collect()
        self.work()

    def collect(self) -> Visit:
        """One look into the mailbox."""
        around = Round(self.app.database, self.app.clock, new_owner(), timedelta(seconds=30))
        return around.visit(0, self.app.settings.mailbox[0])

    def work(self) -> None:
        """Let everything happen that is due now."""
        while drain(self.app) + tick(self.app) + sweep(self.app):
            pass

    def morning_of(self, day: date) -> None:
        """It becomes 09:30 of that day."""
        self.office.clock.set(datetime(day.year, day.month, day.day, 9, 30, tzinfo=JST))
        self.work()

    def confirm(self, result: str = HANDED_OVER, **more: str) -> None:
        """Somebody records what happened to everything that is work today."""
        for item in self.work_list():
            results = {"hand_over_result": result, **more}
            if result == HANDED_OVER:
                results["handed_over_on"] = self.app.today().isoformat()
            answers.complete_step(self.app, OPERATOR, item.wait.step_id or 0, results)
        self.work()

    def work_list(self) -> list[WorkItem]:
        """What is work for a person today."""
        with self.app.database.reading() as tx:
            return tx.waits.work_list(self.app.today())

    def requests(self) -> list[RequestRow]:
        """All requests, oldest first."""
        with self.app.database.reading() as tx:
            return sorted(tx.tray.all_requests().rows, key=lambda row: row.id)

    def the_request(self) -> RequestRow:
        """The only one there is; its number is a valid one."""
        (row,) = self.requests()
        assert str(parse(row.number, self.app.today())) == row.number
        return row

    def unit(self, key: str) -> dict[str, Any]:
        """A unit's values now."""
        with self.app.database.reading() as tx:
            row = tx.ledgers.row(LEDGER, key)
        assert row is not None
        return row.values

    def states_of(self, key: str) -> list[Any]:
        """A unit's states from the beginning."""
        with self.app.database.reading() as tx:
            return [one.values.get("status") for one in tx.ledgers.history(LEDGER, key)]

    def mails(self) -> list[EmailMessage]:
        """What the relay accepted, decoded, in order."""
        parser = BytesParser(policy=email.policy.default)
        return [parser.parsebytes(one.raw) for one in self.office.relay.accepted()]

    def subjects(self, to: str) -> list[str]:
        """Subjects of the mails that somebody got, without the receipt number."""
        return [str(mail["Subject"]).partition("】")[2] for mail in self.mails() if to in str(mail["To"])]

    def is_sound(self) -> bool:
        """The audit chain is whole, and another round changes nothing."""
        with self.app.database.reading() as tx:
            assert tx.audit.verify() is None
            assert not tx.jobs.in_trouble()
            assert not tx.jobs.parked()
        before = len(self.mails())
        self.collect()
        self.work()
        return len(self.mails()) == before

    def audited(self) -> list[str]:
        """What the audit log says was done, in order."""
        with self.app.database.reading() as tx:
            return [entry.action for entry in reversed(tx.audit.latest(500))]


def text_of(mail: EmailMessage) -> str:
    """The words of a mail."""
    return str(mail.get_content())


def one(mails: Iterable[EmailMessage], words: str) -> EmailMessage:
    """The only mail whose subject has these words."""
    (found,) = [mail for mail in mails if words in str(mail["Subject"])]
    return found
