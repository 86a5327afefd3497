"""受付トレイ: which requests stand where, and why (UX 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from uketsuke.console.views.due import Badge, badge
from uketsuke.console.views.inquiry_line import Line
from uketsuke.console.views.naming import Naming
from uketsuke.domain.authority import Need
from uketsuke.domain.content import Channel, Kind
from uketsuke.domain.states import RequestState
from uketsuke.store.requests import RequestRow
from uketsuke.store.tray import Filters, Page, View

SHOWN = (
    ("", (View.REVIEW, View.MINE, View.TODAY, View.OVERDUE, View.WAITING, View.HELD)),
    ("inquiry", (View.INQUIRY_OPEN, View.INQUIRY_CALL, View.INQUIRY_HANDED, View.INQUIRY)),
    ("done", (View.AUTO,)),
)
"""The views in their groups; the first is the tray itself."""
MOST_REASONS = 3


@dataclass(frozen=True)
class ViewLink:
    """One view of the tray with its count."""

    code: str
    word: str
    count: int
    css: str


@dataclass(frozen=True)
class ViewGroup:
    """Views under one heading."""

    word: str
    links: tuple[ViewLink, ...]


@dataclass(frozen=True)
class Choice:
    """One choice of a filter."""

    value: str
    word: str
    chosen: bool


@dataclass(frozen=True)
class TrayRow:
    """One request of the list."""

    number: str
    version: int
    href: str
    title: str
    department: str
    name: str
    badge: Badge | None
    reasons: tuple[str, ...]
    channel: str
    channel_word: str
    assignee: str
    kind: str = ""
    """問合せ before the title; nothing for a request."""
    icon: str = "warn"
    """The mark before its reasons."""


@dataclass(frozen=True)
class TrayPage:
    """The whole page."""

    view: str
    title: str
    why: str
    groups: tuple[ViewGroup, ...]
    rows: tuple[TrayRow, ...]
    total: int
    page: int
    size: int
    url: str
    me: str
    services: tuple[Choice, ...]
    people: tuple[Choice, ...]
    empty: str
    automatic: int


def tray_page(
    view: View,
    page: Page,
    counts: Mapping[View, int],
    filters: Filters,
    me: str,
    naming: Naming,
    running: Mapping[int, tuple[str, ...]],
    asked: Mapping[int, Line] | None = None,
    ahead: Mapping[int, tuple[str, ...]] | None = None,
) -> TrayPage:
    """Build the page of a view.

    `running` says by id what running requests wait for, or why they stopped; `asked` where inquiries
    stand; `ahead` what is said of any of them before all else.
    """
    words = naming.words
    query = {"view": view.value, "service": filters.service or "", "assignee": filters.assignee or ""}
    return TrayPage(
        view=view.value,
        title=words(f"view.{view.value}"),
        why=words("why.column-state" if view is View.AUTO else "why.column"),
        groups=tuple(_group(name, views, view, counts, naming) for name, views in SHOWN),
        rows=tuple(
            tray_row(
                row,
                view,
                naming,
                running.get(row.id, ()),
                (asked or {}).get(row.id),
                (ahead or {}).get(row.id, ()),
            )
            for row in page.rows
        ),
        total=page.total,
        page=page.page,
        size=page.size,
        url=f"/queue?{urlencode({name: value for name, value in query.items() if value})}&",
        me=me,
        services=tuple(
            Choice(one.id, naming.short(one.id), one.id == filters.service) for one in naming.catalogue.all()
        ),
        people=tuple(Choice(login, name, login == filters.assignee) for login, name in naming.people.items()),
        empty=words(f"empty.{view.value}"),
        automatic=counts[View.AUTO],
    )


def _group(
    name: str, views: Sequence[View], here: View, counts: Mapping[View, int], naming: Naming
) -> ViewGroup:
    links = (
        ViewLink(one.value, naming.words(f"view.{one.value}"), counts[one], _css(one, here, counts[one]))
        for one in views
    )
    return ViewGroup(naming.words(f"views.{name}") if name else "", tuple(links))


def tray_row(
    row: RequestRow,
    view: View | None,
    naming: Naming,
    running: tuple[str, ...] = (),
    asked: Line | None = None,
    ahead: tuple[str, ...] = (),
) -> TrayRow:
    """One line of a list of requests."""
    address = f"/requests/{row.number}" + (f"?view={view.value}" if view else "")
    ended = row.ended_at is not None
    return TrayRow(
        number=row.number,
        version=row.version,
        href=address,
        title=title_of(row, naming),
        department=row.department or "",
        name=row.requester_name or "",
        badge=None
        if ended
        else badge(row.due_at, naming.now, naming.calendar, naming.words, due_word(row, naming)),
        reasons=(
            *ahead,
            *(() if ended and ahead else running or ((asked.text,) if asked else reasons_of(row, naming))),
        ),
        channel=row.channel.value,
        channel_word=naming.words(f"channel.{row.channel.value}"),
        assignee=naming.person(row.assignee),
        kind=kind_of(row, naming),
        icon=asked.icon if asked and not running else "warn",
    )


def kind_of(row: RequestRow, naming: Naming) -> str:
    """The word that stands before an inquiry's title; empty for a request."""
    return naming.wordbook.word("kind", row.kind) if row.kind is Kind.INQUIRY else ""


def due_word(row: RequestRow, naming: Naming) -> str:
    """What is due of an inquiry; empty for a request, whose plan says it."""
    return naming.words(row.due_what) if row.kind is Kind.INQUIRY and row.due_what else ""


def title_of(row: RequestRow, naming: Naming) -> str:
    """What the request is called: its service, else that nobody knows which; an inquiry by its question."""
    if row.service:
        return _service_title(row, naming)
    if row.kind is Kind.INQUIRY:
        return row.title or naming.words("untitled.inquiry")
    mail = row.channel is Channel.MAIL
    return naming.words("untitled.mail" if mail else "untitled.request")


def _service_title(row: RequestRow, naming: Naming) -> str:
    """The service without what its title explains in brackets, and the kind that is asked for."""
    thing = naming.short(row.service) or row.title
    spec, kind = naming.specs(row.service).get("kind"), row.reading.current("kind")
    word = spec.shown(kind.value) if spec and kind and kind.value is not None else ""
    return naming.words("title.with-kind", thing=thing, kind=word) if word else thing


def reasons_of(row: RequestRow, naming: Naming) -> tuple[str, ...]:
    """Why the request stands where it stands: at least one sentence (AP-15)."""
    words, state = naming.words, row.state
    if state is not RequestState.NEEDS_REVIEW:
        return (_state_line(row, naming),)
    lines = [
        words(
            "why.candidate", service=naming.short(one.service), words="".join(f"「{w}」" for w in one.words)
        )
        for one in (row.candidates if row.service is None else ())
    ]
    lines += [
        naming.concern(concern, row.service) for concern in row.concerns if concern.key not in row.overrides
    ]
    if not lines and row.service is None:
        lines = [words("why.unknown-service")]
    if not lines:
        need = row.authority.need if row.authority else (Need.REVIEW,)
        lines = [words("why.authority", need=words(f"authority.need.{need[0].value if need else 'none'}"))]
    if len(lines) > MOST_REASONS:
        lines = [*lines[: MOST_REASONS - 1], words("why.more", count=len(lines) - MOST_REASONS + 1)]
    return tuple(lines)


def _state_line(row: RequestRow, naming: Naming) -> str:
    word = naming.wordbook.request_state(row.state)
    if row.state is RequestState.HELD and row.held_until:
        return naming.words("why.held-until", day=f"{row.held_until.month}/{row.held_until.day}")
    return word


def _css(one: View, current: View, count: int) -> str:
    if one is View.OVERDUE and count:
        return "red"
    return "hot" if one is current else ""


def position(rows: Sequence[RequestRow], number: str) -> int:
    """Where a request stands in a list, from 1; 0 when it is not in it (any more)."""
    return next((place for place, row in enumerate(rows, 1) if row.number == number), 0)
