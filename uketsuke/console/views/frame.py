"""What stands around every page of the desk: menu with counts, clock, name, the status line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from uketsuke.domain.calendar import Calendar
from uketsuke.domain.wording import console_time


@dataclass(frozen=True)
class MenuItem:
    """One entry of the main menu; `count` is None where there is nothing to count."""

    href: str
    word: str
    count: int | None
    current: bool
    css: str = ""
    """`over` where something of it is overdue."""


@dataclass(frozen=True)
class Undo:
    """The form behind 取り消す: the request, the version it undoes, and for how many seconds it is there."""

    number: str
    version: int
    seconds: int = 0


@dataclass(frozen=True)
class Notice:
    """The status line: what happened, and how to take it back while that is possible."""

    text: str
    undo: Undo | None = None


@dataclass(frozen=True)
class GuestFrame:
    """What a page for people who are not signed in knows: the secret of its forms."""

    csrf: str
    notice: Notice | None = None


@dataclass(frozen=True)
class Frame:
    """What a page of the desk knows about its surroundings."""

    name: str
    csrf: str
    clock: str
    within_hours: bool
    menu: tuple[MenuItem, ...] = ()
    here: str = ""
    sought: str = ""
    notice: Notice | None = None
    alerts: tuple[str, ...] = ()
    aside: tuple[MenuItem, ...] = ()


SECTIONS = (
    ("tray", "/queue", "review"),
    ("work", "/work-items", "work"),
    ("checks", "/checks", "checks"),
    ("approvals", "/approvals", "approvals"),
    ("reviews", "/reviews", "reviews"),
    ("requests", "/requests", None),
    ("ledgers", "/ledgers", None),
    ("outbox", "/outbox", "outbox"),
)
"""Code, address, and which count stands beside it."""
ASIDE = (("people", "/settings/people"), ("audit", "/audit"), ("own", "/my/sign-in"))
"""What stands in the menu of one's own name: seldom needed, some of it for few people."""


@dataclass(frozen=True)
class Surroundings:
    """What the frame is built from, gathered in the page's own transaction."""

    name: str
    csrf: str
    now: datetime
    calendar: Calendar
    counts: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    """Addresses of the menu that this visitor may open."""
    alerts: tuple[str, ...] = ()
    """What everybody must know until it is mended."""
    overdue: frozenset[str] = frozenset()
    """Codes of the menu where something is overdue."""


def frame(around: Surroundings, here: str, notice: Notice | None = None, sought: str = "") -> Frame:
    """Build the frame; entries that the visitor may not open are left out."""
    menu = tuple(
        MenuItem(
            href,
            around.words[code],
            around.counts.get(count, 0) if count else None,
            code == here,
            "over" if code in around.overdue else "",
        )
        for code, href, count in SECTIONS
        if href in around.allowed
    )
    return Frame(
        around.name,
        around.csrf,
        console_time(around.now, around.now),
        around.calendar.is_within_hours(around.now),
        menu,
        here,
        sought,
        notice,
        around.alerts,
        tuple(
            MenuItem(href, around.words[code], None, code == here)
            for code, href in ASIDE
            if href in around.allowed
        ),
    )
