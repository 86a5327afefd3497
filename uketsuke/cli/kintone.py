"""`kintone check`: whether the apps' forms hold what the services ask for, before the first record comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from uketsuke.app import App
from uketsuke.cli.configuration import ConfigOption
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.form_fit import FAIL, OK, WARN, Fit, fit
from uketsuke.cli.opening import app_of
from uketsuke.cli.output import Format, FormatOption, columns, show
from uketsuke.cli.words import say, say_or
from uketsuke.connectors.kintone_client import KintoneClient
from uketsuke.systems import KintoneApp


def check(
    app: Annotated[int | None, typer.Option("--app", help=say("option.kintone-app"), min=1)] = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Compare each app's form with its service; nothing is written."""
    with app_of(config) as running:
        found = [(one, _fits(running, one)) for one in _chosen(running, app)]
    rows = [_facts(one, each) for one, fits in found for each in fits]
    text = [line for one, fits in found for line in _lines(one, fits)]
    failed = sum(1 for row in rows if row["verdict"] == FAIL)
    show(form, {"ok": not failed, "fields": rows}, text, rows="fields")
    if failed:
        raise Failure("kintone-differs", Code.CONFIGURATION, count=failed)


def _chosen(app: App, number: int | None) -> tuple[KintoneApp, ...]:
    site = app.settings.kintone
    known = site.app if site else ()
    chosen = tuple(one for one in known if number in (None, one.id))
    if not chosen:
        raise Failure("no-kintone-app", Code.CONFIGURATION, app=number or "")
    return chosen


def _fits(app: App, setting: KintoneApp) -> list[Fit]:
    assert app.kintone is not None  # noqa: S101 - there is an app of it among the settings
    client, service = KintoneClient(app.kintone), app.catalogue.service(setting.service)
    form, process = client.form(setting.id), client.process(setting.id)
    return fit(setting, service.request, service.labels(), form, process)


def _facts(app: KintoneApp, one: Fit) -> dict[str, Any]:
    return {"app": app.id, "field": one.code, "verdict": one.verdict, "says": _says(one)}


def _lines(app: KintoneApp, fits: list[Fit]) -> Iterator[str]:
    """A heading, then a table; what is in order comes last."""
    counts = {name: sum(1 for one in fits if one.verdict == name) for name in (OK, WARN, FAIL)}
    yield say("kintone.heading", app=app.title, id=app.id, service=app.service, **counts)
    ordered = sorted(fits, key=lambda one: (FAIL, WARN, OK).index(one.verdict))
    yield from columns((f"  {say(f'doctor.{one.verdict}')} {one.code}", _says(one)) for one in ordered)


def _says(one: Fit) -> str:
    named = {name: say_or(f"kintone.{name}.{value}", value) for name, value in one.facts.items()}
    return say(f"kintone.fit.{one.key}", **named)
