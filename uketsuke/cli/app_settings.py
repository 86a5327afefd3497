"""What the settings say of kintone's apps, held against the services that there are."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator

from uketsuke.cli.words import say
from uketsuke.errors import ConfigurationError
from uketsuke.processors.catalogue import Catalogue, UnknownCity, UnknownService
from uketsuke.settings import Settings
from uketsuke.systems import KintoneApp, KintoneSite


def check_apps(settings: Settings) -> None:
    """Raises `ConfigurationError` with every problem of every app at once."""
    site = settings.kintone
    if site is None or not site.app:
        return
    try:
        catalogue = Catalogue.load(settings.city, settings.services_folder)
    except UnknownCity as error:
        raise ConfigurationError((f"city: {error}",)) from error
    if problems := tuple(_problems(site, catalogue)):
        raise ConfigurationError(problems)


def _problems(site: KintoneSite, catalogue: Catalogue) -> Iterator[str]:
    for app, times in Counter(one.id for one in site.app).items():
        if times > 1:
            yield say("apps.twice", app=app, times=times)
    for one in site.app:
        if one.id not in site.tokens and not (site.user and site.password.get_secret_value()):
            yield say("apps.no-token", app=one.id)
        yield from _about_service(one, catalogue)


def _about_service(app: KintoneApp, catalogue: Catalogue) -> Iterator[str]:
    try:
        specs = catalogue.service(app.service).request.specs()
    except UnknownService:
        near = _near(app.service, [service.id for service in catalogue.all()])
        yield say("apps.unknown-service", app=app.id, service=app.service, near=near)
        return
    for code, name in app.fields.items():
        if name not in specs:
            near = _near(name, list(specs))
            yield say("apps.unknown-field", app=app.id, code=code, field=name, service=app.service, near=near)
    for name, times in Counter(app.fields.values()).items():
        if times > 1:
            yield say("apps.field-twice", app=app.id, field=name, times=times)


def _near(name: str, known: list[str]) -> str:
    found = difflib.get_close_matches(name, known, n=1)
    return say("apps.near", name=found[0]) if found else ""
