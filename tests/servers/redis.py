"""A redis-server of our own; it forgets everything when it stops, unless asked to keep a log."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .programs import HOST, Daemon, find_program, free_port, server_folder


class Redis:
    """A running server; `flush` is what an operator's mistake or an empty restart looks like."""

    def __init__(self, folder: Path, is_durable: bool = False) -> None:
        self.port = free_port()
        keep = "yes" if is_durable else "no"
        command = [find_program("redis-server"), "--port", str(self.port), "--bind", HOST]
        command += ["--dir", str(folder), "--save", "", "--appendonly", keep]
        self._daemon = Daemon(command, folder / "log")

    @property
    def url(self) -> str:
        """As the setting wants it."""
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        """Start and wait until it answers; nothing happens when it is running."""
        if not self._daemon.is_running:
            self._daemon.start(self._answers)

    def stop(self) -> None:
        """Stop; without a log everything in it is gone."""
        self._daemon.stop()

    def flush(self) -> None:
        """Forget everything."""
        assert self.ask("FLUSHALL").startswith(b"+OK")

    def ask(self, *words: str) -> bytes:
        """The first bytes of the answer to one command."""
        with socket.create_connection((HOST, self.port), timeout=5) as connection:
            parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
            connection.sendall(f"*{len(words)}\r\n{''.join(parts)}".encode())
            return connection.recv(65536)

    def _answers(self) -> bool:
        try:
            return self.ask("PING") == b"+PONG\r\n"
        except OSError:
            return False


@contextmanager
def running_redis(is_durable: bool = False) -> Iterator[Redis]:
    """A server in a folder of its own until the block ends."""
    with server_folder("redis") as folder:
        server = Redis(folder, is_durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()
