"""One day at the office: the mails that come in, and how many receipts they make."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.end_to_end import mails
from tests.end_to_end.mails import moment

START = moment("2026-12-08 15:00")
"""A Tuesday; every mail was written before it."""
_AT = moment("2026-12-08 14:00")


@dataclass(frozen=True)
class Day:
    """Raw mails in the order of delivery; `copies` of them are the same bytes as an earlier one."""

    raw: tuple[bytes, ...]
    notes: int = 2
    """What the clerk writes down: a call, and an exchange that is done already."""

    @property
    def receipts(self) -> int:
        """How many receipts there are in the end: one for every message of its own bytes."""
        return len(set(self.raw)) + self.notes


def ordinary_day() -> Day:
    """Two distributions, an exchange, two returns, an outsider, an unclear one, copies, a robot."""
    first = mails.distribution(mails.SUZUKI, at=_AT, message_id=_id(1), count=2, day="R8.12.10")
    copy = mails.distribution(mails.SUZUKI, at=_AT, message_id=_id(1), count=2, day="R8.12.10", hop="S777")
    return Day(
        (
            first,
            mails.exchange(mails.KOBAYASHI, "LTE-0017", at=_AT, message_id=_id(2), day="12月14日（月）"),
            mails.return_of(mails.NAKAMURA, "LTE-0021", at=_AT, message_id=_id(3), day="12月11日（金）"),
            copy,
            first,
            mails.return_of(mails.INOUE, "", at=_AT, message_id=_id(4), day="12月11日（金）"),
            mails.distribution(mails.TANAKA, at=_AT, message_id=_id(5)),
            mails.absence(mails.TANAKA, at=_AT, message_id=_id(6)),
            mails.write_mail(
                mails.STRANGER, "ご提案", "新しい複合機のご案内です。", at=_AT, message_id=_id(7)
            ),
        )
    )


def _id(number: int) -> str:
    return f"<day-{number:03}.20261208@mail.city.example.lg.jp>"


def busy_day(chance: random.Random, count: int = 20) -> Day:
    """An ordinary day and more requests, in an order left to chance."""
    more = [
        mails.return_of(mails.TAKAHASHI, "LTE-0012", at=_AT, message_id=_id(20), day="12月10日（木）"),
        mails.exchange(mails.TAKAHASHI, "LTE-0018", at=_AT, message_id=_id(21)),
        *(
            mails.distribution(
                chance.choice([mails.SUZUKI, mails.TANAKA, mails.NAKAMURA]),
                at=_AT,
                message_id=_id(30 + number),
                day=chance.choice(["R8.12.10", "12月11日（金）", None]),
            )
            for number in range(count - 11)
        ),
    ]
    raw = [*ordinary_day().raw, *more]
    chance.shuffle(raw)
    return Day(tuple(raw))
