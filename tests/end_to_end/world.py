"""The small world of the tests: the sample city's people and departments, its ledger, with more units."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from uketsuke.domain.people import Department, Person, SharedMailbox
from uketsuke.store.database import Database
from uketsuke.store.ledgers import Origin
from uketsuke.store.transaction import Transaction

CONTEXT = Path(__file__).resolve().parents[1] / "samples" / "kobe" / "context.json"
LEDGER = "lte-ledger"
IN_STOCK = tuple(f"LTE-{number:04}" for number in range(50, 80))
"""Free units, in the order in which they are handed out."""
HANDED_OUT = {
    "LTE-0012": ("道路計画課", "髙橋 徹"),
    "LTE-0017": ("道路計画課", "小林 誠"),
    "LTE-0018": ("道路計画課", "髙橋 徹"),
    "LTE-0021": ("環境保全課", "中村 淳"),
    "LTE-0022": ("広報課", "井上 彩"),
    "LTE-0023": ("市民協働課", "田中 花子"),
    "LTE-0024": ("市民協働課", "田中 花子"),
}


def furnish(database: Database, returnable: int = 0) -> None:
    """Make the tables and put people, departments and units into them, in one transaction.

    `returnable` more units, from LTE-0200 on, are held by 環境保全課: for runs with many returns.
    """
    database.upgrade()
    context = json.loads(CONTEXT.read_text("utf-8"))
    with database.transaction("furnish") as tx:
        _settle_people(tx, context)
        _stock_ledger(tx, [f"LTE-{number:04}" for number in range(200, 200 + returnable)])


def _settle_people(tx: Transaction, context: dict[str, Any]) -> None:
    tx.people.import_rows([Person.model_validate(row) for row in context["staff"]])
    for row in context["departments"]:
        tx.departments.put(Department.model_validate(row))
    for row in context["shared_mailboxes"]:
        tx.departments.put_mailbox(SharedMailbox.model_validate(row))


def _stock_ledger(tx: Transaction, returnable: list[str]) -> None:
    long_ago = date(2025, 4, 1).isoformat()
    rows: list[tuple[str, dict[str, Any]]] = [(key, {"status": "in_stock"}) for key in IN_STOCK]
    holders = {**HANDED_OUT, **dict.fromkeys(returnable, ("環境保全課", "中村 淳"))}
    for key, (department, user) in holders.items():
        values = {"status": "handed_out", "department": department, "user_name": user}
        rows.append((key, {**values, "hand_over_date": long_ago, "kind": "distribution"}))
    numbered = [(key, {"asset_no": key, **values}) for key, values in rows]
    tx.ledgers.import_rows(LEDGER, numbered, Origin(actor="import"))
