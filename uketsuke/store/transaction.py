"""What can be done inside one transaction: the repositories, on one connection."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import Connection, select

from uketsuke.domain.job import JobName
from uketsuke.store.audit import Audit
from uketsuke.store.columns import db_now
from uketsuke.store.effects import Effects
from uketsuke.store.exchanges import Exchanges
from uketsuke.store.guesses import Guesses
from uketsuke.store.inquiries import Inquiries
from uketsuke.store.jobs import Jobs
from uketsuke.store.ledgers import Ledgers
from uketsuke.store.letters import Letters
from uketsuke.store.marks import Marks
from uketsuke.store.misses import Misses
from uketsuke.store.numbers import Numbers
from uketsuke.store.oversight import Oversight
from uketsuke.store.people import Accounts, Departments, People
from uketsuke.store.plans import Plans
from uketsuke.store.posts import Posts
from uketsuke.store.receipts import Receipts
from uketsuke.store.records import Records
from uketsuke.store.repository import Moment
from uketsuke.store.requests import Requests
from uketsuke.store.series import Series
from uketsuke.store.steps import Steps
from uketsuke.store.stock import Stock
from uketsuke.store.ticks import Ticks
from uketsuke.store.tray import Tray
from uketsuke.store.users import Sessions, Users
from uketsuke.store.waits import Waits


class Transaction:
    """The repositories of one open transaction; made by `Database` alone."""

    def __init__(self, connection: Connection, clock: Moment | None = None) -> None:
        self.connection = connection
        self._clock = clock
        self.enqueued: list[tuple[int, JobName]] = []
        """Jobs to wake once this is committed."""

    def enqueue(self, name: JobName, row_id: int, delay: timedelta = timedelta(0)) -> int:
        """Note work to be done after the commit, `delay` from now by database time; gives the job id."""
        return self.jobs.enqueue(name, row_id, delay)

    @cached_property
    def now(self) -> datetime:
        """The business moment of this transaction: one and the same for everything in it."""
        if self._clock is not None:
            return self._clock()
        return self.connection.execute(select(db_now())).scalar_one()

    def _at(self) -> datetime:
        return self.now

    @cached_property
    def jobs(self) -> Jobs:
        """Queued work and its leases."""
        return Jobs(self.connection, self._at, self.enqueued)

    @cached_property
    def series(self) -> Series:
        """Gap-free numbers."""
        return Series(self.connection, self._at)

    @cached_property
    def numbers(self) -> Numbers:
        """Numbers given out for ledgers."""
        return Numbers(self.connection, self._at)

    @cached_property
    def receipts(self) -> Receipts:
        """What arrived."""
        return Receipts(self.connection, self._at)

    @cached_property
    def records(self) -> Records:
        """Records of kintone apps."""
        return Records(self.connection, self._at)

    @cached_property
    def requests(self) -> Requests:
        """Requests and inquiries."""
        return Requests(self.connection, self._at)

    @cached_property
    def inquiries(self) -> Inquiries:
        """What stands beside an inquiry's row."""
        return Inquiries(self.connection, self._at)

    @cached_property
    def tray(self) -> Tray:
        """Lists of requests for screens."""
        return Tray(self.connection, self._at)

    @cached_property
    def plans(self) -> Plans:
        """Plans, as stored and hashed."""
        return Plans(self.connection, self._at)

    @cached_property
    def steps(self) -> Steps:
        """The steps of plans."""
        return Steps(self.connection, self._at)

    @cached_property
    def waits(self) -> Waits:
        """What steps wait for."""
        return Waits(self.connection, self._at)

    @cached_property
    def ticks(self) -> Ticks:
        """People of tasks that are done."""
        return Ticks(self.connection, self._at)

    @cached_property
    def effects(self) -> Effects:
        """Local effects that happened."""
        return Effects(self.connection, self._at)

    @cached_property
    def letters(self) -> Letters:
        """Mails of ours."""
        return Letters(self.connection, self._at)

    @cached_property
    def exchanges(self) -> Exchanges:
        """Questions and answers."""
        return Exchanges(self.connection, self._at)

    @cached_property
    def ledgers(self) -> Ledgers:
        """Ledger rows of now and of every past day."""
        return Ledgers(self.connection, self._at)

    @cached_property
    def stock(self) -> Stock:
        """Units taken from ledgers."""
        return Stock(self.connection, self._at)

    @cached_property
    def posts(self) -> Posts:
        """For whom people may ask beside themselves."""
        return Posts(self.connection, self._at)

    @cached_property
    def people(self) -> People:
        """Persons of the directory."""
        return People(self.connection, self._at)

    @cached_property
    def departments(self) -> Departments:
        """Departments and shared mailboxes."""
        return Departments(self.connection, self._at)

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts of named systems."""
        return Accounts(self.connection, self._at)

    @cached_property
    def users(self) -> Users:
        """Sign-ins."""
        return Users(self.connection, self._at)

    @cached_property
    def sessions(self) -> Sessions:
        """Signed-in browsers."""
        return Sessions(self.connection, self._at)

    @cached_property
    def guesses(self) -> Guesses:
        """Failed sign-ins."""
        return Guesses(self.connection, self._at)

    @cached_property
    def misses(self) -> Misses:
        """Failed sign-ins and wrong links, for people to look at."""
        return Misses(self.connection, self._at)

    @cached_property
    def audit(self) -> Audit:
        """The audit log."""
        return Audit(self.connection, self._at)

    @cached_property
    def oversight(self) -> Oversight:
        """R3 effects: how many were set going, and what another person looks at afterwards."""
        return Oversight(self.connection, self._at)

    @cached_property
    def marks(self) -> Marks:
        """When something was last done or went wrong."""
        return Marks(self.connection, self._at)
