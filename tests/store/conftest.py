"""Both databases, empty and migrated: SQLite always, PostgreSQL where its programs are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from uketsuke.store.database import Database

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def _found(program: str) -> str | None:
    return shutil.which(program) or next((str(p / program) for p in BINARIES if (p / program).exists()), None)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of our own on a free port; refuses root, so root becomes `postgres` (SERVERS 1)."""
    initdb, postgres = _found("initdb"), _found("postgres")
    if not initdb or not postgres:
        if os.environ.get("UKETSUKE_REQUIRE_SERVICES") == "1":
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    folder = Path("/tmp") / f"uketsuke-pg-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    subprocess.run(
        [initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        check=True, capture_output=True, cwd=folder, **user,
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    off = [f"-c{name}=off" for name in ("fsync", "synchronous_commit", "full_page_writes")]
    command = [
        postgres,
        "-D",
        data,
        "-p",
        str(port),
        "-clisten_addresses=127.0.0.1",
        "-cunix_socket_directories=",
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*command, *off], stderr=log, stdout=log, cwd=folder, **user)
        url = f"postgresql://postgres@127.0.0.1:{port}"
        _wait_for(url)
        yield url
        server.send_signal(2)
        server.wait(20)
    shutil.rmtree(folder)


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            psycopg.connect(f"{url}/postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise TimeoutError(url)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """A migrated database that the others are copied from."""
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE migrated")
    made = Database(f"{postgres_server}/migrated")
    made.upgrade()
    made.close()
    return postgres_server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that the others are copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    made = Database(f"sqlite:///{path}")
    made.upgrade()
    made.close()
    return path


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    yield from _made(postgres_server, "template1")


def _made(server: str, template: str) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield f"{server}/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database, once on each engine."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "uketsuke.db")
        yield f"sqlite:///{tmp_path}/uketsuke.db"
    else:
        yield from _made(request.getfixturevalue("migrated_postgres"), "migrated")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A migrated database, once on each engine."""
    found = Database(url)
    yield found
    found.close()
