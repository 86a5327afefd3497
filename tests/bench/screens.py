"""AP-89: lists and the request page with 5,000 and 50,000 stored requests, as server time.

Run by `python -m tests.bench.screens`; the rows are copies of one flagged request.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from tests.console.screens import USERS, Screen, open_screen
from uketsuke import log
from uketsuke.domain.receipt import ReceiptNumber
from uketsuke.domain.states import Role
from uketsuke.store.chain import START
from uketsuke.store.registers import audit
from uketsuke.store.tables import receipts, requests

PAGES = {
    "受付トレイ": "/queue?view=review",
    "期限超過": "/queue?view=overdue",
    "依頼一覧": "/requests",
    "検索（番号）": "/requests?q={number}",
    "検索（言葉）": "/requests?q=LTE-0012",
    "依頼": "/requests/{number}",
    "作業": "/work-items",
    "送信・再処理": "/outbox",
    "台帳の1台": "/ledgers/lte-ledger/LTE-0012",
    "操作記録": "/audit",
    "操作記録（日と人）": "/audit?since=12/10&until=12/10&who=hashimoto",
    "操作記録（番号）": "/audit?about={number}",
}
BLOCK = 2_000
SHARE_OPEN = 0.001
"""A desk has some tens of open requests; all the others have ended."""


def fill(screen: Screen, number: str, upto: int) -> None:
    """Copy the request of that number until there are `upto`, nearly all of them done."""
    database = screen.desk.app.database
    with database.reading() as tx:
        row = tx.connection.execute(select(requests).where(requests.c.number == number)).one()._asdict()
        receipt = (
            tx.connection.execute(select(receipts).where(receipts.c.id == row["receipt_id"])).one()._asdict()
        )
        last = tx.connection.execute(
            select(requests.c.id).order_by(requests.c.id.desc()).limit(1)
        ).scalar_one()
    for start in range(last + 1, upto + 1, BLOCK):
        ids = range(start, min(start + BLOCK, upto + 1))
        with database.transaction("fill") as tx:
            tx.connection.execute(insert(receipts), [_receipt(receipt, one) for one in ids])
            tx.connection.execute(insert(requests), [_request(row, one) for one in ids])
            tx.connection.execute(insert(audit), [_entry(one) for one in ids])


def _number(one: int) -> str:
    return str(ReceiptNumber.of(2025, one))


def _receipt(row: dict[str, object], one: int) -> dict[str, object]:
    own = {"id": one, "number": _number(one), "request_id": one}
    return {**row, **own, "message_id": f"copy-{one}@x", "copy_key": None, "original_id": None}


def _request(row: dict[str, object], one: int) -> dict[str, object]:
    own = {"id": one, "receipt_id": one, "number": _number(one), "token_hash": None, "automatic": False}
    ended = {} if one % int(1 / SHARE_OPEN) == 0 else {"state": "done", "ended_at": row["created_at"]}
    return {**row, **own, **ended}


def _entry(one: int) -> dict[str, object]:
    """An entry of the audit log behind all others; nobody checks this chain."""
    person = ("hashimoto", "tanaka", "mori")[one % 3]
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=one * 6)
    what = {"id": 10_000_000 + one, "at": at, "actor": person, "action": "run", "request_id": one}
    return {**what, "subject": "x", "facts": "{}", "previous": START, "hash": START}


def measure(screen: Screen, number: str, times: int) -> dict[str, list[float]]:
    """Milliseconds of each page, interleaved."""
    found: dict[str, list[float]] = {name: [] for name in PAGES}
    for turn in range(times + 1):
        for name, address in PAGES.items():
            begun = time.perf_counter()
            answer = screen.client.get(address.format(number=number))
            spent = (time.perf_counter() - begun) * 1000
            assert answer.status_code in (200, 303), (name, answer.status_code)
            if turn:
                found[name].append(spent)
    return found


def main() -> None:
    """Fill, measure, print medians and 95th percentiles."""
    parser = argparse.ArgumentParser(description="screens over many stored requests")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 5_000, 50_000])
    parser.add_argument("--times", type=int, default=30)
    options = parser.parse_args()
    log.configure("warning")
    with tempfile.TemporaryDirectory(prefix="uketsuke-screens-") as folder:
        screen = open_screen(data=Path(folder) / "data")
        with screen.desk.app.database.transaction("both roles") as tx:
            tx.users.put(USERS[0].model_copy(update={"roles": (Role.OPERATOR, Role.LEAD)}))
        screen.sign_in()
        number = screen.arrive()
        print("stored    page                      median ms   p95 ms")
        for size in options.sizes:
            fill(screen, number, size)
            for name, spent in measure(screen, number, options.times).items():
                p95 = statistics.quantiles(spent, n=20)[-1]
                print(f"{size:>7}   {name:<22}{statistics.median(spent):>9.0f}{p95:>9.0f}")
        screen.desk.app.close()


if __name__ == "__main__":
    main()
