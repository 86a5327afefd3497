"""What `explain` says about one message, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from uketsuke.cli.output import columns
from uketsuke.cli.words import say, say_or
from uketsuke.domain.request import FieldSpec
from uketsuke.processors.catalogue import Catalogue
from uketsuke.templates.wordbook import Wordbook


def lines_of(one: Mapping[str, Any], wordbook: Wordbook, catalogue: Catalogue) -> list[str]:
    """The explanation of one message, ending with an empty line."""
    lines = [f"── {one['id']} " + "─" * max(3, 60 - len(one["id"]))]
    if one["error"]:
        return [*lines, say("explain.error", error=one["error"]), ""]
    lines += columns(_head(one))
    for request in one["requests"]:
        service = catalogue.service(request["service"])
        specs = service.request.specs()
        lines += ["", say("explain.service", title=service.title, id=service.id)]
        lines += [*_fields(request["fields"], specs), *_concerns(request["concerns"])]
        lines += [*_authority(one["authority"]), *_plan(request["plan"])]
    if not one["requests"]:
        lines += ["", *_fields(one["fields"], {}), *_concerns(one["concerns"]), *_authority(one["authority"])]
    return [*lines, ""]


def _head(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield say("explain.kind"), say_or(f"kind.{one['kind']}", one["kind"])
    for name in ("subject", "from", "received_at", "applied_at"):
        yield say(f"explain.{name}"), one[name] or say("explain.none")
    for part in one["attachments"]:
        yield say("explain.attachment"), say("explain.part", **part)
    if one["bounce"]:
        yield say("explain.bounce"), "、".join(one["bounce"]["recipients"])


def _fields(fields: Mapping[str, Any], specs: Mapping[str, FieldSpec]) -> list[str]:
    if not fields:
        return []
    rows = [
        (f"  {specs[path].label if path in specs else path}", _value(found, specs.get(path)))
        for path, found in fields.items()
    ]
    return [say("explain.fields"), *columns(rows)]


def _value(found: Mapping[str, Any], spec: FieldSpec | None) -> str:
    shown = spec.shown(found["value"]) if spec else str(found["value"])
    source = found["source"]
    kind = say_or(f"source.{source['kind']}", source["kind"])
    words = say("explain.words", text=source["text"]) if source["text"] else ""
    return say("explain.value", value=shown, kind=kind, words=words).rstrip()


def _concerns(concerns: list[Mapping[str, Any]]) -> list[str]:
    if not concerns:
        return [say("explain.no-concerns")]
    lines = [
        say("explain.concern-hard" if one["hard"] else "explain.concern-soft", **one) for one in concerns
    ]
    return [say("explain.concerns"), *(f"  {line}" for line in lines)]


def _authority(authority: Mapping[str, Any] | None) -> list[str]:
    if authority is None:
        return []
    need = "、".join(say(f"need.{one}") for one in authority["need"]) or say("need.none")
    target = say(f"target.{authority['target']}") if authority["target"] else say("explain.none")
    evidence = say(f"evidence.{authority['evidence']}")
    risk = authority["risk"] or say("explain.none")
    return [say("explain.authority", need=need, evidence=evidence, target=target, risk=risk)]


def _plan(plan: Mapping[str, Any] | None) -> list[str]:
    if plan is None:
        return [say("explain.no-plan")]
    lines = [say("explain.plan", hash=plan["hash"][:12])]
    for step in plan["steps"]:
        when = step["due"] or (
            say("explain.pending", what=_pending(step["pending"])) if step["pending"] else ""
        )
        kind = say_or(f"step.{step['kind']}", step["kind"])
        lines.append(f"  {step['seq']:>2}. {kind} {when}".rstrip())
        lines += [f"        {line}" for line in step["because"]]
    return lines


def _pending(code: str) -> str:
    return say_or(f"event.{code}", code)
