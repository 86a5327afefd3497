"""Leases that outlive what is done under them: a slow peer must not cost a worker what it holds."""

from __future__ import annotations

from collections.abc import Iterator

from uketsuke.cli.words import say
from uketsuke.connectors.directory import QUESTIONS
from uketsuke.errors import ConfigurationError
from uketsuke.settings import Settings


def check_leases(settings: Settings) -> None:
    """Raises `ConfigurationError` with every peer that could be silent for longer than a lease lasts.

    A lease is renewed before each letter and before each change of an account; what follows must
    end within it, or another worker takes the same work up while the first still waits.
    """
    if problems := tuple(_problems(settings)):
        raise ConfigurationError(problems)


def _problems(settings: Settings) -> Iterator[str]:
    lease = settings.queue.lease_seconds
    if settings.smtp.timeout_seconds >= lease:
        yield say("leases.smtp", seconds=settings.smtp.timeout_seconds, lease=lease)
    for name, system in settings.systems.items():
        longest = QUESTIONS * system.timeout_seconds
        if system.connector == "directory" and longest >= lease:
            yield say(
                "leases.system",
                name=name,
                seconds=system.timeout_seconds,
                times=QUESTIONS,
                longest=longest,
                lease=lease,
            )
