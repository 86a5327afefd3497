"""Slows down guessing of passwords and links (FAULTS S4, S5): longer after each failure, never for good.

Failures are counted by sign-in name and by address. A browser in which that person has signed in
before counts by itself alone: whoever fails on purpose from elsewhere does not lock the desk out.
A try is counted before its password is looked at, so that a hundred tries at once are a hundred.
Nothing here looks at whether there is such a sign-in.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Protocol
from unicodedata import normalize

from uketsuke.app import App
from uketsuke.console.visitor import same
from uketsuke.console.words import Words
from uketsuke.store.guesses import Guess
from uketsuke.store.transaction import Transaction

FIRST = timedelta(seconds=5)
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """So many failures cost nothing; then 5 seconds, doubled each time up to the longest pause."""

    free: int
    longest: timedelta

    def pause(self, failures: int) -> timedelta:
        """How long nothing is tried after so many failures."""
        over = failures - self.free
        return min(self.longest, FIRST * 2 ** min(over, 30)) if over >= 0 else timedelta(0)


LIMITS = {
    "login": Limit(5, timedelta(minutes=15)),
    "known": Limit(5, timedelta(minutes=15)),
    "address": Limit(20, timedelta(minutes=5)),
    "link": Limit(20, timedelta(seconds=10)),
}
"""Whole offices share one address; it may fail more often, and waits less."""


class Counted(Protocol):
    """A try of whatever kind, under the keys it is counted by."""

    def keys(self, app: App) -> dict[str, Limit]:
        """Keyed hashes, each with its limit."""
        ...


@dataclass(frozen=True)
class Attempt:
    """One try to sign in."""

    login: str
    address: str
    known: str = ""
    """What the browser shows of an earlier sign-in (see `known_mark`)."""
    what: str = "sign-in"
    """Failures of one kind of try do not count for another."""

    def keys(self, app: App) -> dict[str, Limit]:
        """Under what the try is counted: keyed hashes, as people type passwords where the login belongs."""
        named = {"login": folded(self.login), "address": network_of(self.address)}
        if is_known(app, self.login, self.known):
            named = {"known": self.known}
        return {_key(app, self.what, kind, value): LIMITS[kind] for kind, value in named.items()}


@dataclass(frozen=True)
class WrongLink:
    """A link of a letter that opened nothing. One that opens something is no try and never waits."""

    address: str

    def keys(self, app: App) -> dict[str, Limit]:
        """By address alone: a link has no name."""
        return {_key(app, "link", "link", network_of(self.address)): LIMITS["link"]}


def begin(app: App, attempt: Counted) -> timedelta:
    """Nought: go on, the try stands as failed until `succeed`; else so long, and nothing was counted."""
    limits = attempt.keys(app)
    with app.database.reading() as tx:  # whoever goes on trying costs no write
        known = tx.guesses.known(limits.keys())
        left = max((_left(tx, one, limits[key]) for key, one in known.items()), default=timedelta(0))
    if left > timedelta(0):
        return left
    with app.database.transaction("sign-in-try") as tx:
        tx.guesses.forget_before(tx.now - FORGOTTEN)
        counted = tx.guesses.lock(limits.keys())
        left = max(_left(tx, counted[key], limit) for key, limit in limits.items())
        if left > timedelta(0):
            return left
        for key, limit in limits.items():
            failures = counted[key].failures + 1
            tx.guesses.note(key, failures, tx.now + limit.pause(failures))
    return timedelta(0)


def succeed(app: App, tx: Transaction, attempt: Attempt) -> int:
    """The password was right; gives how many tries were not before.

    An address only loses this one: who knows one password must not get free tries at others.
    """
    (own, _), *others = attempt.keys(app).items()
    counted = tx.guesses.lock([own, *(key for key, _ in others)])
    tx.guesses.forget([own])
    for key, limit in others:
        left = max(0, counted[key].failures - 1)
        tx.guesses.note(key, left, counted[key].until if limit.pause(left) else tx.now)
    return max(0, counted[own].failures - 1)


def forgive(app: App, tx: Transaction, login: str) -> None:
    """A new password was given: the old failures count no more."""
    tx.guesses.forget([_key(app, "sign-in", "login", folded(login))])


def known_mark(app: App, login: str) -> str:
    """What a browser keeps after signing in: nothing that opens anything, and good for this login only."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{app.sign(f'known-browser:{nonce}', folded(login))}"


def is_known(app: App, login: str, mark: str) -> bool:
    """Whether somebody has signed in with that login in the browser that shows this."""
    nonce, _, signature = mark.rpartition(".")
    return bool(nonce) and same(app.sign(f"known-browser:{nonce}", folded(login)), signature)


def wait_words(wait: timedelta, words: Words) -> str:
    """How long that is, for people: seconds below two minutes, else minutes, rounded up."""
    seconds = ceil(wait.total_seconds())
    if seconds < 120:
        return words("throttle.seconds", count=seconds)
    return words("throttle.minutes", count=ceil(seconds / 60))


def folded(login: str) -> str:
    """One spelling for all ways to write a login."""
    return normalize("NFKC", login).strip().casefold()


def network_of(address: str) -> str:
    """The address; of IPv6 its /64, as one machine has all of those."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


def _left(tx: Transaction, counted: Guess, limit: Limit) -> timedelta:
    """What is left of the pause; a clock that was set back makes none longer."""
    if counted.last_at > tx.now:
        return timedelta(0)
    return min(counted.until - tx.now, limit.longest)


def _key(app: App, what: str, kind: str, value: str) -> str:
    return hmac.new(app.secret, f"guess\0{what}\0{kind}\0{value}".encode(), "sha256").hexdigest()
