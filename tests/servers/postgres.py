"""A PostgreSQL cluster of our own, one database per test."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from .programs import HOST, Daemon, demoted, find_program, free_port, server_folder

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""Loses everything at a power cut, which ordinary tests do not have; never for crash tests."""


class Postgres:
    """A running cluster. `create` gives the URL of a fresh database, from a prepared template if named."""

    def __init__(self, folder: Path, is_durable: bool) -> None:
        self.port = free_port()
        self.data = folder / "data"
        self.is_durable = is_durable
        self._numbers = count(1)
        self._templates: set[str] = set()
        self._owner = "postgres" if os.geteuid() == 0 else None
        settings = ["listen_addresses=" + HOST, "unix_socket_directories=", *(() if is_durable else FAST)]
        command = [find_postgres("postgres"), "-D", str(self.data), "-p", str(self.port)]
        for setting in settings:
            command += ["-c", setting]
        self._daemon = Daemon(command, folder / "log", self._owner)

    def initialise(self) -> None:
        """Write an empty cluster; done once."""
        command = [find_postgres("initdb"), "-D", str(self.data), "-U", "postgres", "-A", "trust"]
        command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        options = demoted(self._owner)
        subprocess.run(command, check=True, capture_output=True, cwd=self.data.parent, **options)  # type: ignore[call-overload]

    def start(self) -> None:
        """Start the cluster (recovery included) and wait until it answers."""
        self._daemon.start(self._answers)

    def stop(self) -> None:
        """Stop at once but orderly; connections are cut."""
        self._daemon.stop(signal.SIGINT)

    def crash(self) -> None:
        """Stop as a power cut would (SIGQUIT, no checkpoint); `start` then recovers from the log."""
        self._daemon.stop(signal.SIGQUIT)

    def url(self, database: str) -> str:
        """SQLAlchemy's URL of a database."""
        return f"postgresql+psycopg://postgres@{HOST}:{self.port}/{database}"

    def create(self, template: str = "template0") -> str:
        """URL of a fresh database, a copy of `template`."""
        name = f"test_{next(self._numbers)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def prepare(self, template: str, fill: Callable[[str], None]) -> str:
        """Name of a template that `fill(url)` has filled, once per cluster (for example: all migrations)."""
        if template not in self._templates:
            self._execute(f'CREATE DATABASE "{template}" TEMPLATE template0')
            fill(self.url(template))
            self._templates.add(template)
        return template

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self._execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._plain(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _plain(self) -> str:
        return f"postgresql://postgres@{HOST}:{self.port}/postgres"

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self._plain(), connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False


def find_postgres(program: str) -> str:
    """A program of the newest PostgreSQL here; Debian keeps them out of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return find_program(program, folders=[str(path) for path in reversed(versions)])


@contextmanager
def running_postgres(is_durable: bool = False) -> Iterator[Postgres]:
    """A cluster in a folder of its own until the block ends; `is_durable` for crash tests."""
    find_postgres("postgres")
    with server_folder("pg", "postgres" if os.geteuid() == 0 else None) as folder:
        server = Postgres(folder, is_durable)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
