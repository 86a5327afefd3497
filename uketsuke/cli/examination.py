"""What `doctor` looks at by itself: each thing ok, warn or fail, with its remedy; changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from uketsuke.app import App
from uketsuke.bootstrap import inlets
from uketsuke.cli.connections import try_all
from uketsuke.cli.opening import opened
from uketsuke.cli.words import say
from uketsuke.errors import UketsukeError
from uketsuke.settings import Settings

LITTLE, NOTHING_LEFT = 2_000_000_000, 200_000_000
"""Bytes free in the data folder."""
APART, FAR_APART = timedelta(seconds=30), timedelta(minutes=5)
"""How far the machine's clock and the database's may be from each other."""
YEAR = timedelta(days=366)
NOT_LOOKED_FOR = 15
"""Minutes after which a place should have been looked into again."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    """What, as in `doctor.check.<name>`."""
    verdict: str
    detail: str = ""
    key: str = ""
    """Under which its remedy stands, where it is not the name."""

    @property
    def remedy(self) -> str:
        """What to do; nothing where all is well."""
        return "" if self.verdict == "ok" else say(f"doctor.remedy.{self.key or self.name}")

    def facts(self) -> dict[str, object]:
        """As data."""
        return {"name": self.name, "verdict": self.verdict, "detail": self.detail, "remedy": self.remedy}

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{say(f'doctor.{self.verdict}')} {self.name}" + (f": {self.detail}" if self.detail else "")
        if self.remedy:
            yield say("doctor.remedy.line", remedy=self.remedy)


def examine(settings: Settings) -> list[Finding]:
    """The settings were read already; everything else that can be told without changing anything."""
    found = [Finding("config", "ok"), *_connections(settings), _disk(settings), *_trust(settings)]
    if not any(one.name == "database" and one.verdict == "fail" for one in found):
        try:
            with opened(settings) as app:
                found += [_clock(app), _calendar(app), _people(app), *_jobs(app), *_looks(app)]
        except UketsukeError as error:
            found.append(Finding("parts", "fail", str(error)))
    return found


def _connections(settings: Settings) -> Iterator[Finding]:
    for one in try_all(settings):
        key = one.name.partition(" ")[0]
        yield Finding(one.name, "ok" if one.error is None else "fail", one.error or "", key)
    if not settings.mailbox:
        yield Finding("mailbox", "warn", say("doctor.no-mailbox"), "no-mailbox")
    yield Finding("broker", "ok", settings.queue.broker.get_secret_value().partition(":")[0])


def _disk(settings: Settings) -> Finding:
    try:
        free = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        return Finding("disk", "fail", str(error.strerror))
    verdict = "fail" if free < NOTHING_LEFT else "warn" if free < LITTLE else "ok"
    return Finding("disk", verdict, say("doctor.free", megabytes=free // 1_000_000))


def _trust(settings: Settings) -> Iterator[Finding]:
    """Mail over the network without anything that could prove it."""
    mailed = any(box.url.get_secret_value().startswith("imap") for box in settings.mailbox)
    if mailed and not (settings.trust.authserv_ids or settings.trust.dkim_keys):
        yield Finding("trust", "warn", say("doctor.no-proof"))


def _clock(app: App) -> Finding:
    with app.database.reading() as tx:
        theirs = tx.jobs.now()
    apart = abs(app.now() - theirs)
    standing = app.settings.clock != "system"
    verdict = "ok" if standing or apart < APART else "warn" if apart < FAR_APART else "fail"
    return Finding("clock", verdict, say("doctor.apart", seconds=round(apart.total_seconds())))


def _calendar(app: App) -> Finding:
    until = app.calendar.known_until
    enough = until is not None and until >= app.today() + YEAR
    return Finding("calendar", "ok" if enough else "warn", until.isoformat() if until else "")


def _people(app: App) -> Finding:
    with app.database.reading() as tx:
        stale = app.stale_directory(tx)
    if stale is None:
        return Finding("people", "ok")
    said = say("doctor.no-directory") if stale.days is None else say("doctor.days", days=stale.days)
    return Finding("people", "warn", said)


def _jobs(app: App) -> Iterator[Finding]:
    with app.database.reading() as tx:
        parked, troubled = len(tx.jobs.parked()), len(tx.jobs.in_trouble())
        due, now = tx.jobs.next_due(), tx.jobs.now()
    yield Finding("parked", "warn" if parked else "ok", say("doctor.count", count=parked))
    yield Finding("retried", "warn" if troubled else "ok", say("doctor.count", count=troubled))
    late = _lateness(due, now, app)
    yield Finding("waiting", "warn" if late else "ok", say("doctor.late", minutes=late) if late else "")


def _looks(app: App) -> Iterator[Finding]:
    """Mailboxes and apps that nobody has looked into for long: no intake is at work, or it cannot get in."""
    for place in inlets(app):
        with app.database.reading() as tx:
            checked, error = (tx.marks.get(f"{place.mark}:{name}") for name in ("checked", "error"))
        if checked is None:
            yield Finding(f"intake {place.name}", "ok", say("doctor.never-looked"), "intake")
            continue
        minutes = round((app.now() - checked.at).total_seconds() / 60)
        late = minutes > max(NOT_LOOKED_FOR, 3 * place.poll_seconds / 60)
        why = error.value.get("reason") if error and isinstance(error.value, dict) else None
        said = say("doctor.looked-in-vain", minutes=minutes, reason=why) if why else ""
        said = said or say("doctor.looked", minutes=minutes)
        yield Finding(f"intake {place.name}", "warn" if late or why else "ok", said, "intake")


def _lateness(due: datetime | None, now: datetime, app: App) -> int:
    """Minutes that the oldest due job waits beyond three leases: no worker is at work."""
    if due is None:
        return 0
    allowed = timedelta(seconds=3 * app.settings.queue.lease_seconds)
    return round((now - due).total_seconds() / 60) if now - due > allowed else 0
