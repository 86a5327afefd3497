"""The fixtures that tests use; servers start once per run, and each test gets a fresh part of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .browser import Window, running_chromium
from .dovecot import Dovecot, DovecotServer, running_dovecot
from .postgres import Postgres, running_postgres
from .redis import Redis, running_redis
from .samba import Samba, running_samba
from .scripted_imap import ScriptedImap
from .slapd import Slapd, running_slapd
from .smtp import SmtpRelay


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The cluster for ordinary tests: fast, not durable."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """SQLAlchemy URL of an empty database of this test's own."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def crash_postgres() -> Iterator[Postgres]:
    """A durable cluster that tests may `crash` and `start` again."""
    with running_postgres(is_durable=True) as server:
        yield server


@pytest.fixture
def crash_postgres_url(crash_postgres: Postgres) -> str:
    """SQLAlchemy URL of an empty database on the durable cluster."""
    return crash_postgres.create()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """The redis-server of this run."""
    with running_redis() as server:
        yield server


@pytest.fixture
def redis(redis_server: Redis) -> Redis:
    """The redis-server, running and empty."""
    redis_server.start()
    redis_server.flush()
    return redis_server


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[DovecotServer]:
    """The Dovecot of this run."""
    with running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot(dovecot_server: DovecotServer) -> Dovecot:
    """An empty mailbox account of this test's own on a running Dovecot."""
    dovecot_server.start()
    return dovecot_server.account()


@pytest.fixture(scope="session")
def slapd_server() -> Iterator[Slapd]:
    """The OpenLDAP of this run."""
    with running_slapd() as server:
        yield server


@pytest.fixture
def slapd(slapd_server: Slapd) -> Slapd:
    """The OpenLDAP, running; each test makes accounts of its own."""
    slapd_server.start()
    return slapd_server


@pytest.fixture(scope="session")
def samba_server() -> Iterator[Samba]:
    """The Active Directory of this run."""
    with running_samba() as server:
        yield server


@pytest.fixture
def samba(samba_server: Samba) -> Samba:
    """The Active Directory, running; each test makes accounts of its own."""
    samba_server.start()
    return samba_server


@pytest.fixture
def scripted_imap() -> Iterator[Callable[..., ScriptedImap]]:
    """Start a scripted IMAP server: `scripted_imap([raw, …], chunk=1)`; see `ScriptedImap`."""
    started: list[ScriptedImap] = []

    def start(*arguments: object, **options: object) -> ScriptedImap:
        server = ScriptedImap(*arguments, **options)  # type: ignore[arg-type]
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def smtp_relay(tmp_path: Path) -> Iterator[SmtpRelay]:
    """An SMTP relay that accepts everything and remembers it, until told to fail."""
    relay = SmtpRelay(tmp_path / "accepted.jsonl")
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium for the tests of one file (see `running_chromium` about asyncio)."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def window(chromium: Browser) -> Iterator[Window]:
    """Opens pages of any width; fails the test when one called outside, threw, or broke the policy."""
    opened = Window(chromium)
    yield opened
    opened.close()
    assert not opened.faults, "\n".join(opened.faults)


@pytest.fixture
def page(window: Window) -> Page:
    """One page, 1280 wide."""
    return window.open()
