"""The product's own way: from the mailbox to a stored reading, and on to the completion letter."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from pathlib import Path

from tests.bench.measure import timed
from tests.crash.clerk import act
from tests.crash.office import Office
from tests.crash.scenario import START
from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from tests.end_to_end.world import furnish
from tests.servers.dovecot import DovecotServer
from tests.servers.smtp import SmtpRelay
from uketsuke.domain.job import JobName
from uketsuke.intake.polling import Round
from uketsuke.queue.jobs import drain, new_owner, run_claimed
from uketsuke.queue.timetable import tick
from uketsuke.store.database import Database

AT = moment("2026-12-08 14:00")


class Bench:
    """Fresh offices for each round, all on one mail server and one relay."""

    def __init__(self, folder: Path, server: DovecotServer, relay: SmtpRelay, returns: int) -> None:
        self.folder, self.server, self.relay, self.returns = folder, server, relay, returns
        self._numbers = count(1)
        self.letters_sent = 0
        """By one office, in its last round."""

    def office(self) -> Office:
        """Empty mailbox, furnished database, warm reader."""
        folder = self.folder / f"office-{next(self._numbers)}"
        folder.mkdir()
        url = f"sqlite:///{folder / 'uketsuke.db'}"
        database = Database(url)
        furnish(database, self.returns)
        database.close()
        office = Office(folder, self.server.account(), self.relay, url, lease=120, at=START)
        office.account.deliver_all(self.mails())
        return office

    def mails(self) -> list[bytes]:
        """Returns that run by themselves, of a unit each."""
        return [
            mails.return_of(
                mails.NAKAMURA,
                f"LTE-{200 + number:04}",
                at=AT,
                message_id=f"<bench-{number}@city>",
                day="R8.12.10",
            )
            for number in range(self.returns)
        ]

    def read(self) -> tuple[float, int]:
        """Mailbox to stored reading, with concerns, authority and plan."""
        office = self.office()

        def read() -> None:
            collect(office)
            do(office, JobName.PROCESS)

        seconds = timed(read)
        office.close()
        return seconds, self.returns

    def whole_way(self) -> tuple[float, int]:
        """Mailbox to completion letter accepted by the relay, a scripted operator confirming each."""
        office = self.office()
        before = len(self.relay.accepted())
        seconds = timed(lambda: finish(office, self.returns))
        self.letters_sent = len(self.relay.accepted()) - before
        with office.app.database.reading() as tx:
            ended = sum(row.state == "done" for row in tx.tray.all_requests(size=10_000).rows)
        assert ended == self.returns, f"{ended} of {self.returns} returns were done"
        office.close()
        return seconds, self.returns


def collect(office: Office) -> None:
    """One look into the mailbox."""
    around = Round(office.app.database, office.app.clock, new_owner(), timedelta(seconds=120))
    around.visit(0, office.app.settings.mailbox[0])


def do(office: Office, name: JobName) -> None:
    """Every job of that name, one after the other."""
    owner, lease = new_owner(), timedelta(seconds=120)
    while True:
        with office.app.database.transaction("claim") as tx:
            claim = tx.jobs.claim(owner, lease, names=(name,))
        if claim is None:
            return
        run_claimed(office.app, claim)


def finish(office: Office, returns: int) -> None:
    """Work and confirm until nothing is left."""
    collect(office)
    drain(office.app)
    while act(office.app, returns):
        tick(office.app)
        drain(office.app)
