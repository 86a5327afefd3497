"""Faults on demand: slow, refusing, broken before or after the effect, cut off, a page of maintenance."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

MAINTENANCE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>メンテナンス中</title></head>
<body><h1>ただいまメンテナンス中です</h1></body></html>
"""


class Fault(BaseModel):
    """What goes wrong with the next `times` requests that fit; empty `path` and `method` fit all."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["latency", "status", "cut", "busy", "locked", "html"]
    when: Literal["before", "after"] = "before"
    """Before the effect, or after it: then it has happened and nobody is told."""
    path: str = ""
    method: str = ""
    status: int = 503
    seconds: float = 0.0
    skip: int = 0
    """How many fitting requests pass first."""
    times: int = 1


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.maintenance = False

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up by it."""
        for fault in list(self.waiting):
            if fault.path not in ("", path) or fault.method not in ("", method):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return None
