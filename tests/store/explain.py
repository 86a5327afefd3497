"""How the database means to find what a statement asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event


@dataclass
class QueryPlan:
    """The plans of all statements of a block."""

    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    @property
    def scans(self) -> list[str]:
        """Lines that read a whole table (an index read in order is none)."""
        whole = re.compile(r"Seq Scan|SCAN (?!.*USING)(?!.*CONSTANT)")
        return [line for line in self.lines if whole.search(line)]


@contextmanager
def explained(connection: Connection) -> Iterator[QueryPlan]:
    """Explain every statement of the block beside running it."""
    plan, statements = QueryPlan(), list[tuple[str, Any]]()

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    yield plan
    event.remove(connection, "before_cursor_execute", note)
    how = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    for statement, parameters in statements:
        plan.lines += [str(row[-1]) for row in connection.exec_driver_sql(how + statement, parameters)]
