"""JSON as somebody sent it: order and doubled names kept, sizes bounded, never an exception.

What two programs could understand differently (a name that stands twice in one object,
RFC 8259 4) is kept as it is, so that a person sees both.
"""

from __future__ import annotations

import json
from typing import cast

from uketsuke.intake.charset import clean
from uketsuke.intake.limits import Limits
from uketsuke.intake.problems import Findings, ProblemCode


class Object(tuple[tuple[str, object], ...]):
    """A JSON object with its order and its doubled names."""

    __slots__ = ()

    def get(self, name: str) -> object:
        """What stands under a name, the first one where it stands twice; None where it does not."""
        return next((value for found, value in self if found == name), None)


def parse(raw: bytes, limits: Limits, findings: Findings, broken: ProblemCode) -> Object:
    """The object that the bytes are; an empty one, with a problem, where they are none."""
    if len(raw) > limits.text:
        findings.add(ProblemCode.TOO_LARGE, str(len(raw)))
        return Object()
    try:
        parsed = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=Object)
    except (ValueError, RecursionError):
        findings.add(broken)
        return Object()
    if not isinstance(parsed, Object):
        findings.add(broken)
        return Object()
    return parsed if _is_simple(parsed, limits, findings) else Object()


def _is_simple(parsed: Object, limits: Limits, findings: Findings) -> bool:
    """Whether it is nested as things that people fill in are; names that stand twice are told."""
    level: list[object] = [parsed]
    for _ in range(limits.depth):
        below: list[object] = []
        for one in level:
            if isinstance(one, Object):
                for name in _doubled(one):
                    findings.add(ProblemCode.DOUBLED_NAME, clean(name))
                below += [value for _, value in one]
            elif isinstance(one, list):
                below += cast("list[object]", one)
        if not below:
            return True
        level = below
    findings.add(ProblemCode.TOO_DEEP)
    return False


def _doubled(one: Object) -> list[str]:
    seen: set[str] = set()
    found = []
    for name, _ in one:
        if name in seen:
            found.append(name)
        seen.add(name)
    return found


def words_of(value: object) -> str:
    """A JSON value as people would write it: lists with 、, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, Object):
        return "、".join(f"{clean(label)}：{words_of(inner)}" for label, inner in value)
    if isinstance(value, list):
        return "、".join(map(words_of, cast("list[object]", value)))
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(str(value))
