"""A desk of one of the sample cities that knows the city's key, for forged mails to come to."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from tests.desk import FOUNDED, Desk
from tests.sample_files import catalogue, context
from tests.spoof.corpus import Genuine
from uketsuke.domain.people import Account, Department, Person
from uketsuke.settings import Trust
from uketsuke.store.audit import Entry
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow
from uketsuke.systems import Form


@dataclass
class Office:
    """The desk and the city it serves."""

    desk: Desk
    city: Genuine

    @classmethod
    def of(cls, city: str, genuine: Genuine, relay: Form) -> Office:
        """Its people, accounts and ledgers; the clock stands where the genuine mail comes in."""
        world = context(city)
        trust = Trust(
            staff_domains=tuple(world["staff_domains"]),
            authserv_ids=tuple(world["trusted_authserv_ids"]),
            border_hosts=tuple(world["border_hosts"]),
            dkim_keys=dict([genuine.key.entry]),
        )
        desk = Desk.open(genuine.at, city=(city,), trust=trust, form=(relay,))
        office = cls(desk, genuine)
        office._found(world, city)
        return office

    def _found(self, world: dict[str, Any], city: str) -> None:
        origin = Origin(actor="import", at=FOUNDED)
        with self.desk.app.database.transaction("found") as tx:
            tx.people.import_rows([Person.model_validate(one) for one in world["staff"]])
            for department in world["departments"]:
                tx.departments.put(Department.model_validate(department))
            for system, accounts in world["systems_accounts"].items():
                for one in accounts:
                    tx.accounts.put(Account(system=system, **one))
            for ledger, key in catalogue(city).key_columns.items():
                for row in world.get(ledger, ()):
                    if tx.ledgers.row(ledger, str(row[key])) is None:
                        tx.ledgers.insert(ledger, str(row[key]), row, origin)

    def receive(self, raw: bytes) -> str:
        """A mail comes in; its receipt number."""
        return self.desk.receive(raw).number

    def request_of(self, number: str) -> RequestRow | None:
        """The request that a receipt opened or joined."""
        with self.desk.app.database.reading() as tx:
            receipt = tx.receipts.by_number(number)
            assert receipt is not None
            return None if receipt.request_id is None else tx.requests.get(receipt.request_id)

    def audited(self, number: str) -> dict[str, Entry]:
        """What the audit log says of a receipt, by what was done."""
        with self.desk.app.database.reading() as tx:
            receipt = tx.receipts.by_number(number)
            assert receipt is not None
            return {entry.action: entry for entry in tx.audit.of_receipt(receipt.id)}

    def letter_of(self, number: str) -> str:
        """The Message-ID of a letter about a request."""
        request = self.request_of(number)
        assert request is not None
        with self.desk.app.database.reading() as tx:
            found = text("SELECT message_id FROM letters WHERE request_id = :id")
            return str(tx.connection.execute(found, {"id": request.id}).scalars().first())

    def everything(self) -> object:
        """All that a plan could have changed."""
        with self.desk.app.database.reading() as tx:
            tables = ("ledger_rows", "accounts", "plans", "steps", "waits", "effects")
            return {
                name: sorted(str(row) for row in tx.connection.execute(text(f"SELECT * FROM {name}")))
                for name in tables
            }

    def close(self) -> None:
        self.desk.app.close()
        shutil.rmtree(self.desk.app.settings.data_dir)
