"""Things to store, made in one line."""

from __future__ import annotations

from datetime import UTC, datetime

from uketsuke.domain.content import Channel, Content
from uketsuke.domain.plan import Plan, Ref, Reserve, SendMail
from uketsuke.store.receipts import Receipt
from uketsuke.store.transaction import Transaction

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""Noon in Japan, a Friday."""


def receipt(tx: Transaction, message: bytes = b"From: a@city.example.lg.jp\r\n\r\nhello") -> Receipt:
    """A stored receipt."""
    return tx.receipts.add(Channel.MAIL, tx.receipts.keep_raw(message), "desk", NOON)


def request(tx: Transaction, **changes: object) -> int:
    """An open request with a receipt of its own; gives its id."""
    return tx.requests.add(receipt(tx).id, **changes)  # type: ignore[arg-type]


def plan(version: int = 1, first: int = 1) -> Plan:
    """Reserve a unit, then tell somebody."""
    reserve = Reserve(
        seq=first, ledger="lte-ledger", criteria={"status": "in_stock"}, count=1, set={"status": "reserved"}
    )
    mail = SendMail(
        seq=first + 1,
        template="lte-handover.done",
        to="tanaka-h@city.example.lg.jp",
        facts={"asset_no": Ref(step=first, name="asset_no")},
    )
    return Plan(service="lte-handover", version=version, steps=(reserve, mail))


def content(text: str = "本文") -> Content:
    """What a message says."""
    return Content(channel=Channel.MAIL, subject="件名", text=text, message_id="<1@city.example.lg.jp>")


def letter(tx: Transaction, key: str = "1-1") -> int:
    """A written letter; gives its id."""
    return tx.letters.write(
        effect_key=key,
        purpose="plan",
        to="tanaka-h@city.example.lg.jp",
        subject="受渡しのご連絡",
        body="本文",
        message_id=f"<{key}@city.example.lg.jp>",
    )
