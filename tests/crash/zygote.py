"""A process that has everything loaded and forks the processes that are to be killed.

Starting Python and its libraries takes over a second; a fork takes milliseconds, so
that hundreds of kills hit work rather than start-up. It has lived a small day itself, so that
letters, words and SQL are read and compiled once. The zygote has no threads, and by then
no database and no connection; each child makes its own parts.

One JSON object per line in: `{"run": role, "environment": {…}, "log": path}`; its answer is
the child's process id. Ends when its input is closed, and its children with it.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import signal
import sys
import traceback
from datetime import datetime
from typing import Any, NoReturn

from tests import shared_sql
from tests.crash import roles
from tests.desk import RETURN, Desk, mail
from uketsuke import log
from uketsuke.domain.calendar import JST

_PR_SET_PDEATHSIG = 1
MORNING = datetime(2026, 12, 10, 10, 1, tzinfo=JST)


def warm_up() -> None:
    """Live a small day at a desk that is gone afterwards; what was compiled for it is inherited."""
    shared_sql.share()
    desk = Desk.open(MORNING)
    desk.receive(mail(RETURN.format(unit="LTE-0012", day="12月18日")))
    desk.work()
    desk.app.close()


def serve() -> None:
    """Fork on demand until the input ends; children that died are reaped by the kernel."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(order)
        print(pid, flush=True)


def become(order: dict[str, Any]) -> NoReturn:
    """The child: a process group of its own, its own environment, its output in a file."""
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["environment"])
    output = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    try:
        roles.ROLES[order["run"]]()
    except BaseException:  # noqa: BLE001 - the boundary of the process: it is told, and ends
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    log.configure("error")
    warm_up()
    serve()
