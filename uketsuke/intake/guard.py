"""The guarded process: takes raw bytes, gives `Content` as JSON, and knows nothing else.

It has no database, no settings and no environment. What a hostile mail can
spend here is bounded by the kernel (FAULTS 2 guard 6); what it breaks is this
process only.
"""

from __future__ import annotations

import math
import os
import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from uketsuke.domain.content import Channel
from uketsuke.intake.channels import read
from uketsuke.intake.limits import Limits, ProcessLimits

Answer = Callable[[bytes, Limits], bytes]
DONE, MEMORY, CRASHED = b"+", b"m", b"x"
"""First byte of an answer: the content follows, memory ran out, or what was raised follows."""


def serve(
    connection: Connection, process_limits: ProcessLimits, limits: Limits, answer: Answer | None = None
) -> None:
    """Answers one message after another until the other end is closed or a message broke the process."""
    answer = answer or answer_safely
    confine(process_limits)
    while True:
        try:
            request = connection.recv_bytes()
        except EOFError:
            return
        allow_cpu(process_limits.cpu_seconds)
        given = answer(request, limits)
        connection.send_bytes(given)
        if not given.startswith(DONE):
            return


def confine(limits: ProcessLimits) -> None:
    """Takes away what reading does not need: environment, terminal signals, files, unbounded memory.

    An own session keeps a signal to the parent's group from looking like a poisonous mail.
    """
    os.setsid()
    os.environ.clear()
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    bound = _address_space() + limits.memory
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (bound if hard < 0 else min(bound, hard), hard))


def allow_cpu(seconds: int) -> None:
    """Raises the soft CPU limit to what is used so far plus `seconds`: it counts the whole life."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(usage.ru_utime + usage.ru_stime) + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))


def answer_safely(request: bytes, limits: Limits) -> bytes:
    """Reads one message: `<channel> <raw>` to an answer."""
    channel, _, raw = request.partition(b" ")
    try:
        content = read(raw, Channel(channel.decode("ascii")), limits)
        return DONE + content.model_dump_json().encode("utf-8")
    except MemoryError:
        return MEMORY
    except Exception as error:  # noqa: BLE001 - boundary of the process: what a mail breaks is told, by type
        return CRASHED + _place(error).encode("ascii", "replace")


def _place(error: Exception) -> str:
    """Type and place of an error; never its text, which may hold words of the mail."""
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    where = f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}" if traceback else "?"
    return f"{type(error).__name__} at {where}"


def _address_space() -> int:
    """Bytes of address space in use (Linux; elsewhere nothing is known and the bound stands alone)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()
