"""A program in a network of its own that only has loopback, and one port of it shown outside.

    unshare -n python -m tests.servers.namespace --listen FD --port 636 -- program argument …

The listening socket was made outside and is inherited: it stays a socket of the outer network,
while what it is connected to is looked for in the inner one. So fixed ports disturb nobody.
"""

from __future__ import annotations

import argparse
import fcntl
import signal
import socket
import struct
import subprocess
import threading
from contextlib import suppress
from types import FrameType

from .programs import HOST

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
SIZE = 65536


def bring_up_loopback() -> None:
    """As `ip link set lo up`, which may not be installed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))


def serve(listener: socket.socket, port: int) -> None:
    """Connect everybody who comes, for ever."""
    while True:
        outer, _ = listener.accept()
        try:
            inner = socket.create_connection((HOST, port), timeout=10)
        except OSError:
            outer.close()
            continue
        inner.settimeout(None)
        for source, target in ((outer, inner), (inner, outer)):
            threading.Thread(target=_copy, args=(source, target), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(SIZE):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def main() -> None:
    """Run until the program ends, or SIGTERM ends both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    bring_up_loopback()
    program = subprocess.Popen(arguments.command)

    def end(number: int, frame: FrameType | None) -> None:
        program.kill()

    signal.signal(signal.SIGTERM, end)
    listener = socket.socket(fileno=arguments.listen)
    threading.Thread(target=serve, args=(listener, arguments.port), daemon=True).start()
    program.wait()


if __name__ == "__main__":
    main()
