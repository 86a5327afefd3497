"""What every test may ask for."""

from __future__ import annotations

from typing import Any

import pytest

from tests import shared_sql
from tests.servers.fixtures import (
    chromium,
    crash_postgres,
    crash_postgres_url,
    dovecot,
    dovecot_server,
    page,
    postgres,
    postgres_url,
    redis,
    redis_server,
    samba,
    samba_server,
    scripted_imap,
    slapd,
    slapd_server,
    smtp_relay,
    window,
)

__all__ = [
    "chromium",
    "crash_postgres",
    "crash_postgres_url",
    "dovecot",
    "dovecot_server",
    "page",
    "postgres",
    "postgres_url",
    "redis",
    "redis_server",
    "samba",
    "samba_server",
    "scripted_imap",
    "slapd",
    "slapd_server",
    "smtp_relay",
    "window",
]

shared_sql.share()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """See `tests.lanes`; their order is that of collection, not of the number of tests."""
    from tests.lanes import Lanes  # only where there are workers is xdist asked for

    config.option.loadscopereorder = False
    return Lanes(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker, long work comes first; without workers the order is that of the files."""
    if hasattr(config, "workerinput"):
        from tests.lanes import rank

        items.sort(key=lambda item: rank(item.nodeid))
