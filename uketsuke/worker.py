"""What the dramatiq command imports: `dramatiq uketsuke.worker:boot`.

Settings are read and the parts are made when a worker process calls `boot`, after
it was forked: connections and the reader's process belong to it alone.
"""

from __future__ import annotations

import dramatiq

from uketsuke import bootstrap, log
from uketsuke.queue.broker import connect
from uketsuke.settings import load


def boot() -> None:
    """Make the app and the broker of this worker process."""
    log.configure()
    dramatiq.set_broker(connect(bootstrap.build(load())))
