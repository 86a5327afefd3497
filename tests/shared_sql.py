"""SQL is compiled once in a process of the tests, not once for every desk that one of them opens.

SQLAlchemy keeps compiled statements by engine and dialect; each desk has its own. Compiling was a
third of the CPU that a desk used. The statements run as ever: only their text is kept.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

_DIALECTS: dict[tuple[Any, ...], Dialect] = {}
_COMPILED: Any = LRUCache(4000)


def share() -> None:
    """From now on, in this process and those forked from it."""
    if not event.contains(Engine, "engine_connect", _use_shared):
        event.listen(Engine, "engine_connect", _use_shared)


def _use_shared(connection: Connection) -> None:
    """Engines that were made alike and met the same server share; all others stay apart."""
    own = connection.dialect
    alike = (type(own), own.dbapi, own.server_version_info, getattr(own, "_json_serializer", None))
    connection.dialect = _DIALECTS.setdefault(alike, own)
    connection.execution_options(compiled_cache=_COMPILED)
