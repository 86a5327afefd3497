"""`intake once` and `intake watch`: taking messages in, and what the clock brings meanwhile."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from uketsuke import bootstrap, log
from uketsuke.app import App
from uketsuke.cli.configuration import ConfigOption, settings_of
from uketsuke.cli.exits import Failure
from uketsuke.cli.opening import opened
from uketsuke.cli.output import Format, FormatOption, show, tell
from uketsuke.cli.running import SupervisedOption
from uketsuke.cli.supervisor import end_with_parent
from uketsuke.cli.words import say
from uketsuke.domain.job import back_off
from uketsuke.errors import Refused, TryLater
from uketsuke.intake.polling import Inlet, Outcome, Round, Visit
from uketsuke.queue.jobs import new_owner
from uketsuke.queue.sweep import sweep
from uketsuke.queue.timetable import tick

HEARING_SECONDS = 2.0
"""How often it is asked whether a place's webhook has knocked; looks are never closer together."""
LONGEST_SECONDS = 300.0
"""A place that is away is tried again at least this often."""
events = log.logger(__name__)


def once(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """Look into every mailbox once; what was taken in before is not taken in again."""
    settings = settings_of(config)
    log.configure(settings.log_level)
    with opened(settings) as app:
        visits = collect(app)
    show(form, _facts(visits), [_line(visit) for visit in visits], rows="mailboxes")
    _end(visits)


def watch(config: ConfigOption = None, supervised: SupervisedOption = False) -> None:
    """Keep looking until SIGTERM."""
    if supervised:
        end_with_parent()
    settings = settings_of(config)
    log.configure(settings.log_level)
    with opened(settings) as app:
        watcher = Watcher(app)
        signal.signal(signal.SIGTERM, watcher.stop)
        signal.signal(signal.SIGINT, watcher.stop)
        watcher.run()


def collect(app: App) -> list[Visit]:
    """One look into every mailbox and app of the settings; raises `Failure` where there is none."""
    places = bootstrap.inlets(app)
    if not places:
        raise Failure("no-mailbox")
    around = _round(app)
    return [around.look(place) for place in places]


class Paced(Protocol):
    """What is looked into again and again."""

    @property
    def poll_seconds(self) -> float:
        """How often."""


@dataclass
class Watcher:
    """Looks into each mailbox and app from a thread of its own; timetable and sweep run in the caller's."""

    app: App
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until `stop`; a place that hangs holds up no other."""
        around = _round(self.app)
        threads = [
            threading.Thread(target=self._watch, args=(around, place), name=place.mark)
            for place in bootstrap.inlets(self.app)
        ]
        for thread in threads:
            thread.daemon = True  # a server that hangs must not hold up the end
            thread.start()
        while not self.stopping.is_set():
            self._look_after()
            self.stopping.wait(self.app.settings.queue.sweep_seconds)
        until = time.monotonic() + 4
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def stop(self, *_: object) -> None:
        """End soon; may be used as a signal handler."""
        self.stopping.set()

    def _watch(self, around: Round, place: Inlet) -> None:
        failures = 0
        while not self.stopping.is_set():
            visit = self._visit(around, place)
            failures = (
                failures + 1 if visit is None or visit.outcome in (Outcome.AWAY, Outcome.REFUSED) else 0
            )
            self._rest(place, failures)

    def _rest(self, place: Inlet, failures: int) -> None:
        """Until the next look, or until somebody says that something is new where nothing goes wrong."""
        until = time.monotonic() + pause(place, failures)
        while (left := until - time.monotonic()) > 0:
            if self.stopping.wait(min(left, HEARING_SECONDS)):
                return
            if not failures and self._is_woken(place):
                return

    def _is_woken(self, place: Inlet) -> bool:
        try:
            return place.is_woken(self.app.database)
        except TryLater:
            return False  # a hint only: the next look comes anyway

    def _visit(self, around: Round, place: Inlet) -> Visit | None:
        try:
            visit = around.look(place)
        except TryLater as error:
            events.warning("poll_later", mailbox=place.name, peer=error.peer)
            return None
        except Exception:  # noqa: BLE001 - the poll loop: one odd answer must not end the intake for good
            events.exception("poll_failed", mailbox=place.name)
            return None
        if visit.outcome is not Outcome.BUSY:
            counts = {"new": visit.summary.new, "known": visit.summary.known, "filed": visit.summary.filed}
            if any(counts.values()) or visit.reason:
                events.info(
                    "polled", mailbox=place.name, outcome=visit.outcome.value, reason=visit.reason, **counts
                )
        return visit

    def _look_after(self) -> None:
        try:
            tick(self.app)
            sweep(self.app)
        except TryLater as error:
            events.warning("timetable_later", peer=error.peer)
        except Exception:  # noqa: BLE001 - the poll loop: the next look may go well
            events.exception("timetable_failed")


def pause(place: Paced, failures: int) -> float:
    """Seconds until the next look: the place's interval, longer while its server is away."""
    if not failures:
        return place.poll_seconds
    slower = back_off(failures).total_seconds() / 12
    return max(min(place.poll_seconds, slower), min(slower, LONGEST_SECONDS))


def _round(app: App) -> Round:
    lease = timedelta(seconds=app.settings.queue.lease_seconds)
    return Round(app.database, app.clock, new_owner(), lease)


def _facts(visits: list[Visit]) -> dict[str, Any]:
    boxes = [
        {
            "mailbox": visit.mailbox,
            "outcome": visit.outcome.value,
            "new": visit.summary.new,
            "known": visit.summary.known,
            "filed": visit.summary.filed,
            "error": f"{visit.peer}: {visit.reason}" if visit.reason else None,
        }
        for visit in visits
    ]
    totals = {name: sum(int(box[name] or 0) for box in boxes) for name in ("new", "known", "filed")}
    return {**totals, "mailboxes": boxes}


def _line(visit: Visit) -> str:
    counts = {"new": visit.summary.new, "known": visit.summary.known, "filed": visit.summary.filed}
    return say(f"intake.{visit.outcome.value}", mailbox=visit.mailbox, reason=visit.reason, **counts)


def _end(visits: list[Visit]) -> None:
    """A mailbox that was not collected decides the exit code."""
    for visit in visits:
        if visit.outcome is Outcome.REFUSED:
            raise Refused(visit.peer, visit.reason)
    for visit in visits:
        if visit.outcome is Outcome.AWAY:
            tell(say("intake.waiting"))
            raise TryLater(visit.peer, visit.reason)
