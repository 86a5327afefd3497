"""`audit`: is the audit log what was written?"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from uketsuke.app import Actor
from uketsuke.cli.configuration import ConfigOption
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.opening import app_of
from uketsuke.cli.output import Format, FormatOption, show, tell
from uketsuke.cli.registers import ACTOR
from uketsuke.cli.words import say
from uketsuke.domain.states import Role
from uketsuke.queue.auditing import Anchor, finish, follow
from uketsuke.store.chain import Break, Place, Step

LOOK_UP_SECONDS = 0.5
"""How often the command says how far it is, on a terminal."""


def verify(
    end: Annotated[list[str] | None, typer.Option("--end", help=say("option.end"), metavar="ID:HASH")] = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Follow the chain from its first entry; what was found stands in the log, and is told."""
    noted = [_noted(text) for text in end or ()]
    with app_of(config) as app:
        step, total = Step(Place()), 0
        while not step.is_last:
            step = follow(app, step.place, LOOK_UP_SECONDS)
            with app.database.reading() as tx:
                total = tx.audit.head()[0]
            if sys.stderr.isatty():
                tell(say("audit.progress", done=step.place.last, total=total))
        broken = finish(app, Actor(ACTOR, Role.SYSTEM), step, noted)
    text = () if broken else (say("audit.whole", rows=step.place.last, hash=step.place.hash),)
    show(form, _facts(step, broken), text)
    if broken:
        raise Failure(f"audit-{broken.fault.value}", Code.PERSON, id=broken.id)


def _noted(text: str) -> Anchor:
    entry_id, _, entry_hash = text.partition(":")
    if not entry_id.isdigit() or not entry_hash:
        raise Failure("no-end", Code.USAGE, text=text)
    return Anchor(int(entry_id), entry_hash)


def _facts(step: Step, broken: Break | None) -> dict[str, Any]:
    return {
        "rows": step.place.last,
        "hash": step.place.hash,
        "broken": broken.id if broken else None,
        "fault": broken.fault.value if broken else None,
    }
