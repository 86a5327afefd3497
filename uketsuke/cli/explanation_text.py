"""What `explain` says about one message, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from uketsuke.cli.output import columns
from uketsuke.cli.words import on_pages, say
from uketsuke.domain.content import Kind
from uketsuke.domain.request import FieldSpec, cell_of, spec_at
from uketsuke.processors.catalogue import Catalogue
from uketsuke.templates.wordbook import Wordbook

WIDTH = 64


@dataclass(frozen=True)
class Telling:
    """Puts an explanation into the words of the desk."""

    wordbook: Wordbook
    catalogue: Catalogue

    def lines(self, one: Mapping[str, Any]) -> list[str]:
        """The explanation of one message, ending with an empty line."""
        lines = [f"── {one['id']} ".ljust(WIDTH, "─")]
        if one["error"]:
            return [*lines, say("explain.error", error=one["error"]), ""]
        lines += columns(self._head(one))
        for request in one["requests"]:
            service = self.catalogue.service(request["service"])
            lines += ["", say("explain.service", title=service.title, id=service.id)]
            lines += self._fields(request["fields"], service.request.specs())
            lines += [*_concerns(request["concerns"]), *self._authority(one["authority"])]
            lines += self._plan(request["plan"])
        if not one["requests"]:
            lines += ["", *self._fields(one["fields"], {}), *_concerns(one["concerns"])]
            if one["kind"] == Kind.REQUEST:
                lines += self._authority(one["authority"])
        return [*lines, ""]

    def _word(self, table: str, code: str) -> str:
        return self.wordbook.word(table, code) if self.wordbook.has(f"{table}.{code}") else code

    def _head(self, one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield say("explain.kind"), self._word("kind", one["kind"])
        for name in ("subject", "from", "received_at", "applied_at"):
            yield say(f"explain.{name}"), one[name] or say("explain.none")
        for part in one["attachments"]:
            yield say("explain.attachment"), say("explain.part", **part)
        if one["bounce"]:
            yield say("explain.bounce"), "、".join(one["bounce"]["recipients"])

    def _fields(self, fields: Mapping[str, Any], specs: Mapping[str, FieldSpec]) -> list[str]:
        if not fields:
            return []
        rows = [
            (f"  {self._label(path, specs)}", self._value(found, spec_at(specs, path)))
            for path, found in fields.items()
        ]
        return [say("explain.fields"), *columns(rows)]

    def _label(self, path: str, specs: Mapping[str, FieldSpec]) -> str:
        cell = cell_of(path)
        return self.wordbook.field(path, specs, cell.row + 1 if cell else None)

    def _value(self, found: Mapping[str, Any], spec: FieldSpec | None) -> str:
        shown = spec.shown(found["value"]) if spec else str(found["value"])
        if spec is not None and spec.row is not None:
            shown = say("explain.rows", count=len(found["value"]))
        source = found["source"]
        words = say("explain.words", text=source["text"]) if source["text"] else ""
        return say("explain.value", value=shown, kind=self._word("source", source["kind"]), words=words)

    def _authority(self, authority: Mapping[str, Any] | None) -> list[str]:
        if authority is None:
            return []
        need = "、".join(self._word("need", one) for one in authority["need"] or ["auto"])
        facts = {
            name: self._word(name, authority[name]) if authority[name] else say("explain.none")
            for name in ("evidence", "target", "risk")
        }
        why = "、".join(on_pages("doubt", doubt) for doubt in authority["doubts"])
        doubts = [say("explain.doubts", why=why)] if why else []
        declared = authority["declared"]
        heavier = [say("explain.heavier", declared=self._word("risk", declared))] if declared else []
        posts = [say("explain.posts", posts="、".join(authority["posts"]))] if authority["posts"] else []
        return [say("explain.authority", need=need, **facts), *posts, *heavier, *doubts]

    def _plan(self, plan: Mapping[str, Any] | None) -> list[str]:
        if plan is None:
            return [say("explain.no-plan")]
        lines = [say("explain.plan", hash=plan["hash"][:12])]
        for step in plan["steps"]:
            pending = step["pending"] and say("explain.pending", what=self._word("event", step["pending"]))
            when = step["due"] or pending or ""
            lines.append(f"  {step['seq']:>2}. {self._word('step', step['kind'])} {when}".rstrip())
            lines += [f"        {line}" for line in step["because"]]
        return lines


def _concerns(concerns: list[Mapping[str, Any]]) -> list[str]:
    if not concerns:
        return [say("explain.no-concerns")]
    lines = [
        say("explain.concern-hard" if one["hard"] else "explain.concern-soft", **one) for one in concerns
    ]
    return [say("explain.concerns"), *(f"  {line}" for line in lines)]
