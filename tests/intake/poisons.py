"""What a test lets run in the guarded process instead of reading: poisons for it (FAULTS F14).

The body of the mail says which. Nothing of this is in the product.
"""

from __future__ import annotations

import ctypes
import os
import signal
from multiprocessing.connection import Connection

from uketsuke.intake.guard import allow_cpu, answer_safely, confine
from uketsuke.intake.limits import Limits, ProcessLimits
from uketsuke.intake.reader import Reader


def serve_poison(connection: Connection, process: ProcessLimits, limits: Limits) -> None:
    """As the product's, but the poisons take effect where the reading would be."""
    confine(process)
    while True:
        try:
            request = connection.recv_bytes()
        except EOFError:
            return
        allow_cpu(process.cpu_seconds)
        poison(request, connection)
        connection.send_bytes(answer_safely(request, limits))


def poison(request: bytes, connection: Connection) -> None:
    """Does what the mail says."""
    if b"POISON kill" in request:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"POISON segfault" in request:
        ctypes.string_at(0)
    if b"POISON exit" in request:
        os._exit(3)
    while b"POISON loop" in request:
        pass
    if b"POISON sleep" in request:
        signal.pause()
    if b"POISON memory" in request:
        try:
            bytearray(2 * 1024**3)
        except MemoryError:
            connection.send_bytes(b"m")
    if b"POISON nonsense" in request:
        connection.send_bytes(b"+{}")
    if b"POISON environment" in request:
        connection.send_bytes(b"x" + repr(sorted(os.environ)).encode())
    if b"POISON write" in request:
        connection.send_bytes(b"x" + repr(_try_to_write()).encode())


def _try_to_write() -> str:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    descriptor = os.open("/tmp", os.O_TMPFILE | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, b"x")
    except OSError as error:
        return type(error).__name__
    finally:
        os.close(descriptor)
    return "written"


class PoisonedReader(Reader):
    """A reader whose process can be poisoned."""

    entry = staticmethod(serve_poison)
