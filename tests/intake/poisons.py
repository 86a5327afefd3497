"""What a test lets run in the guarded process instead of reading: poisons for it (FAULTS F14).

The body of the mail says which. Nothing of this is in the product.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from multiprocessing.connection import Connection

from uketsuke.intake.guard import answer_safely, serve
from uketsuke.intake.limits import Limits, ProcessLimits
from uketsuke.intake.reader import Reader


def serve_poison(connection: Connection, process: ProcessLimits, limits: Limits) -> None:
    """As the product's, but the poisons take effect where the reading would be."""
    serve(connection, process, limits, answer_poison)


def answer_poison(request: bytes, limits: Limits) -> bytes:
    """Does what the mail says; a mail that says nothing is read."""
    match request.partition(b"POISON ")[2].split()[:1]:
        case [b"kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case [b"segfault"]:
            ctypes.string_at(0)
        case [b"exit"]:
            os._exit(3)
        case [b"sleep"]:
            signal.pause()
        case [b"loop"]:
            burn(60)
        case [b"busy"]:
            burn(0.7)
        case [b"memory"]:
            return answer_hungry()
        case [b"nonsense"]:
            return b"+{}"
        case [b"environment"]:
            return b"x" + repr(sorted(os.environ)).encode()
        case [b"write"]:
            return b"x" + try_to_write().encode()
        case _:
            pass
    return answer_safely(request, limits)


def burn(seconds: float) -> None:
    """Uses processor time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def answer_hungry() -> bytes:
    """Asks for more memory than the process may have."""
    try:
        return b"+" + bytes(2 * 1024**3)
    except MemoryError:
        return b"m"


def try_to_write() -> str:
    """Writes one byte to a nameless file."""
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
