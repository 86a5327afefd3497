"""Mails that `doctor --mail-path` sends to ourselves: marked so that nobody else can hide a mail this way.

The mark is signed over the Message-ID and a time after which it is worth nothing.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from uketsuke.app import App
from uketsuke.domain.content import Content, Kind
from uketsuke.intake.message import PROBE

HEADER = "X-Uketsuke-Probe"
LASTS = timedelta(hours=1)
"""A marked mail that comes later is a mail like any other."""


def mark_of(app: App, message_id: str) -> str:
    """What the header says; `message_id` without brackets."""
    until = str(int((app.now() + LASTS).timestamp()))
    return f"{until}.{app.sign('probe', f'{until} {message_id}')}"


def is_probe(app: App, content: Content) -> bool:
    """Whether it is a marked mail of ours, still within its time."""
    until, _, signature = content.extra.get(PROBE, "").partition(".")
    if not (until.isdecimal() and content.message_id):
        return False
    expected = app.sign("probe", f"{until} {content.message_id}")
    return hmac.compare_digest(signature, expected) and datetime.fromtimestamp(int(until), UTC) >= app.now()


def set_aside(app: App, content: Content) -> Content:
    """A probe never opens a request, whatever it says; any other mail as it is."""
    if not is_probe(app, content):
        return content
    return content.model_copy(update={"automatic": PROBE, "automatic_kind": Kind.OWN})
