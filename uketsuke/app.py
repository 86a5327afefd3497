"""The parts of a running uketsuke, put together once by `bootstrap` and handed to everyone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from uketsuke.clock import Clock
from uketsuke.connectors.account_work import task_of
from uketsuke.connectors.base import ExternalConnector
from uketsuke.connectors.initial_password import initial_password
from uketsuke.connectors.kintone_port import KintonePort
from uketsuke.domain.authority import SecondPerson
from uketsuke.domain.calendar import Calendar, local_day
from uketsuke.domain.content import Channel, Content
from uketsuke.domain.directory_age import StaleDirectory, stale_directory
from uketsuke.domain.letter import Envelope, Sent
from uketsuke.domain.people import RegisteredForm
from uketsuke.domain.plan import AccountAction, ManualTask, Step
from uketsuke.domain.states import Role
from uketsuke.processors.catalogue import Catalogue
from uketsuke.settings import Settings
from uketsuke.store.database import Database
from uketsuke.store.transaction import Transaction
from uketsuke.store.world import StoredWorld
from uketsuke.templates.letters import LetterTemplates
from uketsuke.templates.wordbook import Wordbook


class Sender(Protocol):
    """Hands letters to whoever carries them."""

    def send(self, envelope: Envelope, mark: Callable[[], None]) -> Sent:
        """Send one letter; `mark` commits `sending` at the last moment before it may be out.

        Raises `TryLater` (not sent), `Refused` (not sent, final), `UnknownOutcome`.
        """

    def look(self, envelope: Envelope) -> bool | None:
        """Whether it lies there already; None where nobody can tell."""

    def close(self) -> None:
        """Let go of connections and threads."""


class ContentReader(Protocol):
    """Turns raw bytes into Content; raises `intake.reader.ReaderFailed`."""

    def read(self, raw: bytes, channel: Channel) -> Content:
        """What the message says."""

    def close(self) -> None:
        """End its process."""


@dataclass(frozen=True)
class Actor:
    """Who does something: a sign-in with the role it acts in, and the person behind it."""

    login: str
    role: Role
    person: str | None = None


PEOPLE_IMPORTED = "import:people"
"""The mark of the last import of people."""
SYSTEM = Actor("uketsuke", Role.SYSTEM)
"""uketsuke itself, in the audit log."""


@dataclass(frozen=True)
class App:
    """Everything a job, a page or a command needs."""

    settings: Settings
    secret: bytes
    database: Database
    clock: Clock
    calendar: Calendar
    catalogue: Catalogue
    letters: LetterTemplates
    wordbook: Wordbook
    reader: ContentReader
    sender: Sender
    systems: Mapping[str, ExternalConnector]
    """Systems whose accounts are changed by a connector; in all others a person does it."""
    kintone: KintonePort | None = None
    """The city's kintone, where the settings name one."""

    def close(self) -> None:
        """End what was started: reader process, connections, threads."""
        self.reader.close()
        self.sender.close()
        if self.kintone is not None:
            self.kintone.close()
        self.database.close()

    def now(self) -> datetime:
        """The business moment it is, UTC."""
        return self.clock.now()

    def today(self) -> date:
        """The business day it is, Japan time."""
        return local_day(self.clock.now())

    def world(self, tx: Transaction) -> StoredWorld:
        """The read-only view that processors are given."""
        trust = self.settings.trust
        return StoredWorld(
            tx,
            today=self.today(),
            calendar=self.calendar,
            staff_domains=frozenset(trust.staff_domains),
            trusted_authserv_ids=frozenset(trust.authserv_ids),
            border_hosts=frozenset(trust.border_hosts),
            networks=frozenset(trust.networks),
            forms=[RegisteredForm(**form.model_dump()) for form in self.settings.form],
            policy={name: SecondPerson(choice) for name, choice in self.settings.second_person.items()},
            choices=self.settings.choices(),
        )

    def stale_directory(self, tx: Transaction) -> StaleDirectory | None:
        """What to tell people about the age of the directory; None while it is young enough."""
        limits, mark = self.settings.directory, tx.marks.get(PEOPLE_IMPORTED)
        return stale_directory(
            tx.people.known(),
            local_day(mark.at) if mark else None,
            self.today(),
            limits.stale_days,
            limits.stale_days_in_spring,
        )

    def system_title(self, system: str) -> str:
        """What people call a system."""
        known = self.settings.systems.get(system)
        named = (known.title if known else "") or self.catalogue.systems.get(system, "")
        return named or self.wordbook.system(system)

    def task_of(self, step: Step) -> ManualTask | None:
        """The work that a step is for a person; None where it is none."""
        system = self.system_title(step.system) if isinstance(step, AccountAction) else ""
        return task_of(step, self.wordbook, system)

    def initial_password(self, effect_key: str) -> str:
        """What the reset of that key sets; shown to who hands it over, and kept nowhere."""
        return initial_password(self.secret, effect_key)

    def sign(self, purpose: str, subject: str) -> str:
        """An unguessable token for that purpose and subject: 160 bits of an HMAC-SHA-256, base 16."""
        message = f"{purpose}\0{subject}".encode()
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()[:40]


def token_hash(token: str) -> str:
    """What is stored of a token; the token itself never is."""
    return hashlib.sha256(token.encode()).hexdigest()
