"""Nothing is forgotten: due jobs nobody holds are woken again, parked ones come into sight.

The database is the queue of record; a wiped or stopped broker costs one sweep
(DESIGN 2, promise 3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from uketsuke.app import App
from uketsuke.domain.job import JobName
from uketsuke.log import logger
from uketsuke.queue.opening import open_unreadable

log = logger(__name__)
BATCH = 500


def sweep(app: App, wake: Callable[[Sequence[tuple[int, JobName]]], None] | None = None) -> int:
    """One look over the table; how many jobs were woken or brought into sight."""
    with app.database.reading() as tx:
        due = tx.jobs.due_unleased(BATCH)
        parked = [job for job in tx.jobs.parked() if job.name is JobName.PROCESS]
        hidden = [job for job in parked if tx.receipts.get(job.row_id).request_id is None]
    if due and wake is not None:
        wake(due)
    for job in hidden:
        with app.database.transaction("surface") as tx:
            receipt = tx.receipts.get(job.row_id)
            if receipt.request_id is None:
                kind = (job.last_error or "crashed").partition(" at ")[0]
                open_unreadable(app, tx, receipt, f"parked: {kind}")
        log.error("receipt_parked", receipt=job.row_id)
    return len(due) + len(hidden)
