"""A threaded line server on loopback that can play faults; SMTP and IMAP are built on it."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from .faults import Act, Fault, Script
from .programs import HOST


class Cut(Exception):
    """The connection ends here, by the peer's will or by ours."""


class Connection:
    """One client. `chunk` sends every reply in pieces of so many bytes, as real networks may."""

    def __init__(self, peer: socket.socket, chunk: int | None) -> None:
        self._socket = peer
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._input = peer.makefile("rb")
        self._chunk = chunk
        self._sending = threading.Lock()

    def line(self) -> bytes:
        """The next line with its end; `Cut` when the peer has gone."""
        try:
            line = self._input.readline()
        except OSError as error:
            raise Cut from error
        if not line.endswith(b"\n"):
            raise Cut
        return line

    def exactly(self, size: int) -> bytes:
        """The next `size` bytes; `Cut` when the peer has gone."""
        try:
            data = self._input.read(size)
        except OSError as error:
            raise Cut from error
        if len(data) < size:
            raise Cut
        return data

    def send(self, data: bytes) -> None:
        """Send it all; `Cut` when the peer has gone."""
        step = self._chunk or len(data) or 1
        try:
            with self._sending:
                for start in range(0, len(data), step):
                    self._socket.sendall(data[start : start + step])
        except OSError as error:
            raise Cut from error

    def hang(self) -> None:
        """Say nothing until the peer, or the server, closes the connection."""
        try:
            while self._socket.recv(65536):
                pass
        except OSError:
            return

    def close(self) -> None:
        """End the connection; wakes a thread that reads from it."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def release(self) -> None:
        """Give the descriptor back; only the serving thread does so."""
        self.close()
        self._input.close()
        self._socket.close()


class LoopbackServer(ABC):
    """Accepts on a port that stays the same over `stop` and `start`; one thread per connection."""

    def __init__(self, port: int = 0, chunk: int | None = None) -> None:
        self.port = port
        self.chunk = chunk
        self.script = Script()
        self.connections_seen = 0
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self._open: set[Connection] = set()
        self._lock = threading.Lock()

    @abstractmethod
    def serve(self, connection: Connection) -> None:
        """Talk to one client until it leaves (`Cut` ends the conversation)."""

    def fault(self, step: str, act: Act, reply: str = "", **how: str | int | None) -> None:
        """Play a fault; see `Fault` for `match`, `skip` and `times`."""
        self.script.add(Fault(step, act, reply, **how))  # type: ignore[arg-type]

    def start(self) -> None:
        """Listen; nothing happens when it already does."""
        if self._listener is not None:
            return
        self._listener = socket.create_server((HOST, self.port))
        self.port = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """Refuse connections from now on, and cut those that are open."""
        if self._listener is None or self._acceptor is None:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        self._listener = self._acceptor = None
        self.drop()

    def drop(self) -> None:
        """Cut every open connection; new ones are welcome."""
        with self._lock:
            for connection in self._open:
                connection.close()

    def answer(
        self, connection: Connection, step: str, line: str, do: Callable[[], bytes], tag: str = ""
    ) -> bool:
        """Do what was asked and reply, or play the fault that is due; says whether it went well.

        `tag` is put before a scripted refusal, unless that is untagged (`* …`).
        """
        fault = self.script.take(step, line)
        if fault is None:
            connection.send(do())
            return True
        if fault.act is Act.REPLY:
            mark = f"{tag} " if tag and not fault.reply.startswith("*") else ""
            connection.send(f"{mark}{fault.reply}\r\n".encode())
            if fault.reply.startswith(("421", "* BYE")):
                raise Cut
            return False
        reply = do() if fault.act in {Act.CUT_AFTER, Act.CUT_MIDDLE, Act.HANG_AFTER} else b""
        if fault.act is Act.CUT_MIDDLE:
            connection.send(fault.reply.encode() or reply[: len(reply) // 2])
        if fault.act in {Act.HANG, Act.HANG_AFTER}:
            connection.hang()
        raise Cut

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            connection = Connection(peer, self.chunk)
            with self._lock:
                self._open.add(connection)
                self.connections_seen += 1
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: Connection) -> None:
        try:
            self.serve(connection)
        except Cut:
            return
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.release()
