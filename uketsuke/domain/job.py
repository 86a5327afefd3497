"""Queued units of work: a name and a row id (DESIGN 8)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from uketsuke.domain.content import Frozen

MAX_CRASHES = 3
"""A job whose lease ended this often without a result is parked, visibly."""


class JobName(StrEnum):
    """What the workers know to do; `row_id` is the id of the thing it is done to."""

    PROCESS = "process"
    """receipt id: read it, understand it, plan it."""
    PERFORM = "perform"
    """step id: carry it out."""
    DELIVER = "deliver"
    """letter id: send it."""
    COMMENT = "comment"
    """letter id: say on its kintone record that it has left."""
    POLL = "poll"
    """mailbox number, or less than 0 an app of kintone: whoever holds its lease is its one poller."""


class JobState(StrEnum):
    """WAITING until due, LEASED to a consumer, RUNNING, DONE, or PARKED for a person."""

    WAITING = "waiting"
    LEASED = "leased"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


class Claim(Frozen):
    """A job that this owner holds now; completing it is fenced by `owner`."""

    id: int
    name: JobName
    row_id: int
    owner: str
    crashes: int
    tries: int


def back_off(tries: int, first: timedelta = timedelta(minutes=1)) -> timedelta:
    """How long to wait after the n-th "not now" of a peer: `first`, doubled, at most 60 times as long."""
    return min(60, 1 << min(max(tries - 1, 0), 6)) * first
