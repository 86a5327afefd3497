"""`doctor`: is everything in order, and would a forged mail be noticed? (UX 8, FAULTS 3)"""

from __future__ import annotations

from typing import Annotated

import typer

from uketsuke.cli.configuration import ConfigOption, settings_of
from uketsuke.cli.examination import Finding, examine
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.mail_path import HONEST, Verdict, try_mail_path
from uketsuke.cli.opening import opened
from uketsuke.cli.output import Format, FormatOption, show
from uketsuke.cli.words import say
from uketsuke.settings import Settings

_REACHED = ("database", "mailbox", "smtp", "system", "kintone")


def doctor(
    config: ConfigOption = None,
    mail_path: Annotated[bool, typer.Option("--mail-path", help=say("option.mail-path"))] = False,
    wait: Annotated[float, typer.Option("--wait", help=say("option.wait"), min=0)] = 60,
    form: FormatOption = Format.TEXT,
) -> None:
    """Look at everything and change nothing; or send ourselves forged mails and tell how they are judged."""
    settings = settings_of(config)
    if mail_path:
        _mail_path(settings, wait, form)
    else:
        _examine(settings, form)


def _examine(settings: Settings, form: Format) -> None:
    found = examine(settings)
    failed = [one for one in found if one.verdict == "fail"]
    facts = {"ok": not failed, "checks": [one.facts() for one in found]}
    show(form, facts, (line for one in found for line in one.lines()), rows="checks")
    if failed:
        raise Failure("unwell", _code(failed), names=", ".join(one.name for one in failed))


def _code(failed: list[Finding]) -> Code:
    away = all((one.key or one.name) in _REACHED for one in failed)
    return Code.UNREACHABLE if away else Code.FAILED


def _mail_path(settings: Settings, wait: float, form: Format) -> None:
    with opened(settings) as app:
        verdicts = try_mail_path(app, wait)
    wrong = [one for one in verdicts if not one.ok]
    facts = {"ok": not wrong, "mails": [one.facts() for one in verdicts]}
    show(form, facts, (line for one in verdicts for line in _lines(one)), rows="mails")
    if any(one.name == HONEST for one in wrong):
        raise Failure("mail-path-lost", Code.UNREACHABLE, seconds=round(wait))
    if wrong:
        names = "、".join(say(f"doctor.mail.{one.name}") for one in wrong)
        raise Failure("mail-path-open", Code.PERSON, names=names)


def _lines(verdict: Verdict) -> list[str]:
    """The verdict, and for the honest mail what it tells about the border."""
    key = "stamped" if verdict.stamped else "unstamped"
    told = verdict.name == HONEST and verdict.outcome == "judged"
    return [verdict.line(), *([say(f"doctor.{key}")] if told else [])]
