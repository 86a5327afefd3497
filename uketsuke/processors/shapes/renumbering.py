"""Steps under new numbers: a reference to an earlier step stays true over the versions of a plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from uketsuke.domain.plan import STEP, Check, Ref, Step


def renumbered(step: Step, numbers: Mapping[int, int], refs: Mapping[tuple[int, str], int]) -> Step:
    """The step under its new number, pointing to the new numbers of the steps it needs."""
    # By way of JSON: from Python values pydantic takes a reference for the plain mapping it looks like.
    plain = mapped(step.model_dump(mode="json"), numbers, refs)
    plain["seq"] = numbers[step.seq]
    if step.after is not None:
        plain["after"] = [numbers.get(seq, seq) for seq in step.after]
    if isinstance(step, Check):
        plain["what"] = [numbers.get(seq, seq) for seq in step.what]
    renumbered: Step = STEP.validate_json(json.dumps(plain))
    return renumbered


def mapped(value: Any, numbers: Mapping[int, int], refs: Mapping[tuple[int, str], int]) -> Any:
    """JSON with every reference to an old step number replaced by its new one."""
    if isinstance(value, dict):
        if value.keys() == {"step", "name"}:
            step = refs.get((value["step"], value["name"]), numbers.get(value["step"], value["step"]))
            return Ref(step=step, name=value["name"]).model_dump()
        return {name: mapped(one, numbers, refs) for name, one in value.items()}
    return [mapped(one, numbers, refs) for one in value] if isinstance(value, list) else value
