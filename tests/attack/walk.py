"""Goes through the whole application: every address of every route, every form of every page."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from lxml import html

from tests.attack.payloads import LINES, part, some
from tests.console.screens import Screen, buttons, controls, form_values
from uketsuke.console.access import TABLE
from uketsuke.console.views.decisions import PAGES
from uketsuke.store.tray import View

Answer = Any
Look = Callable[[str, Answer], None]
KEPT = frozenset({"csrf"})
LEFT_OUT = ("/sign-out", "/close")
"""Buttons that would end the walk."""
_TEXT = ("text", "search", "tel", "email", "", None)


def addresses(facts: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """Every GET address of the table with every fact that stands in its places, and with hostile ones."""
    places = {name: [quote(str(one), safe="") for one in values] for name, values in facts.items()}
    places |= {"index": ["0"], "ledger": ["lte-ledger", "vault-ledger"], "service": ["lte-handover"]}
    for path in sorted(path for method, path in TABLE if method == "GET"):
        names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
        filled = places | ({"number": places["person"]} if "people" in path else {})
        if "decision" in names:
            filled |= {"number": filled["number"][:1], "decision": list(PAGES)}
        for values in itertools.product(*(filled[name] for name in names)):
            yield path.format(**dict(zip(names, values, strict=True)))
        for wrong in ("9" * 30, "-1", "%00", "%ED%A0%80", quote(some("place"), safe="")) if names else ():
            yield path.format(**dict.fromkeys(names, wrong))
    asked = quote(some("asked", 900))
    yield from (f"/queue?view={view.value}" for view in View)
    for question in (
        "/queue?service=",
        "/queue?assignee=",
        "/queue?view=",
        "/requests?state=",
        "/requests?page=",
    ):
        yield from (question + asked, question + "9" * 30)
    for question in ("/requests?q=", "/settings/people?q=", "/sign-in?next=", "/ledgers/lte-ledger?q="):
        yield from (question + asked, question + "%00%ED%A0%80", question + "%E3%80%94")
    yield from ("/ledgers/lte-ledger?on=" + asked, "/ledgers/lte-ledger?page=" + "9" * 30)


@dataclass
class Walk:
    """One browser that tries every form it sees, each kind once."""

    screen: Screen
    look: Look
    done: set[str] = field(default_factory=set)
    sent: int = 0

    def get(self, address: str) -> Answer:
        """Open a page and look at it."""
        answer = self.screen.client.get(address)
        self.look(address, answer)
        return answer

    def try_forms(self, address: str) -> None:
        """Every button of the page in each hostile way, from a fresh page each time something was taken."""
        pressed = [*_pressed(self.get(address))]
        for kind in dict.fromkeys(kind for kind, _, _ in pressed):
            if kind in self.done or any(one in kind for one in LEFT_OUT):
                continue
            self.done.add(kind)
            for way in WAYS:
                found = next((one for one in pressed if one[0] == kind), None)
                values = way(found[2]) if found is not None else []
                if found is not None and values and self.send(found[1], values) != 422:
                    pressed = [*_pressed(self.get(address))]

    def send(self, action: str, values: list[tuple[str, str]]) -> int:
        """Send it, and open what it leads to; gives the status."""
        body: dict[str, list[str]] = {}
        for name, value in values:
            body.setdefault(name, []).append(value)
        answer = self.screen.client.post(action, data=body)
        self.sent += 1
        self.look(f"POST {action} {body}", answer)
        if answer.status_code == 303:
            self.get(answer.headers["location"])
        return int(answer.status_code)


@dataclass(frozen=True)
class Filled:
    """A form as the page gave it."""

    hidden: list[tuple[str, str]]
    shown: list[tuple[str, str]]
    boxes: frozenset[str]
    """Where people type."""
    areas: frozenset[str]
    """Those of them that take several lines."""
    ticks: tuple[str, ...]
    """What they can tick or choose, chosen or not."""


def _typed(form: Filled, number: int) -> list[tuple[str, str]]:
    shown = []
    for name, value in form.shown:
        words = part(name, number, 2) + "".join(LINES) if name in form.areas else some(name)
        shown.append((name, words if name in form.boxes else value))
    return form.hidden + shown


def first_half(form: Filled) -> list[tuple[str, str]]:
    """Half of the payloads where people write lines, so that it is not too long; all else as it was.

    What stands in single lines is put there whole as the fields that services declare (`places.fields`).
    """
    return _typed(form, 0)


def other_half(form: Filled) -> list[tuple[str, str]]:
    """The other payloads where people write lines; nothing new where they cannot."""
    return _typed(form, 1) if form.areas else []


def chosen(form: Filled) -> list[tuple[str, str]]:
    """Hostile words for everything that is shown, also where nobody can type."""
    names = dict.fromkeys([*(name for name, _ in form.shown), *form.ticks])
    return form.hidden + [(name, some(name)) for name in names]


def forged(form: Filled) -> list[tuple[str, str]]:
    """Hostile words in what the page keeps to itself, and numbers that nobody can read or count to."""
    ticked = [(name, f"2026-000001-5.{wrong}") for name in form.ticks for wrong in ("²", "9" * 5000)]
    kept = [(name, value if name in KEPT else _forged(name, value)) for name, value in form.hidden]
    return kept + [(name, "9" * 40 if name in form.boxes else "²") for name, _ in form.shown] + ticked


def _forged(name: str, value: str) -> str:
    return "9" * 18 if value.isdigit() else some(name)


WAYS = (forged, chosen, first_half, other_half)


def _pressed(answer: Answer) -> Iterator[tuple[str, str, Filled]]:
    """Every button of every form that changes something: its kind, where it sends, what."""
    if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
        return
    for form in html.fromstring(answer.text).forms:
        if form.get("method", "").lower() != "post":
            continue
        named = {one.get("name"): one for one in controls(form) if one.get("name")}
        secret = {name for name, one in named.items() if one.get("type") == "hidden"}
        values, ticks = (
            form_values(form),
            [n for n, one in named.items() if one.get("type") in ("radio", "checkbox")],
        )
        boxes = {n for n, one in named.items() if one.tag == "textarea" or one.get("type") in _TEXT} - secret
        boxes -= {name for name, one in named.items() if one.tag == "select"}
        for button in buttons(form) or [None]:
            given = dict(button.attrib) if button is not None else {}
            action = given.get("formaction") or form.get("action") or ""
            pressed = [(given["name"], given.get("value") or "")] if given.get("name") else []
            kind = re.sub(r"[0-9]+(-[0-9]+)*", "0", action.partition("?")[0]) + str(pressed)
            filled = Filled(
                [one for one in values if one[0] in secret] + pressed,
                [one for one in values if one[0] not in secret],
                frozenset(boxes),
                frozenset(n for n, one in named.items() if one.tag == "textarea"),
                tuple(ticks),
            )
            yield kind, action, filled
