"""A desk with people at it, and a browser without JavaScript: what most tests of the console need."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

from argon2 import PasswordHasher
from lxml import html
from starlette.testclient import TestClient

from tests.desk import RETURN, Desk, mail
from uketsuke.console.web import create_app
from uketsuke.domain.calendar import JST
from uketsuke.domain.states import Role
from uketsuke.store.users import User

PASSWORD = "ひみつの合言葉 1234"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
"""As the product hashes, at a price that hundreds of tests can pay."""
USERS = tuple(
    User(login=login, name=name, roles=(role,), password_hash=PASSWORD_HASH, employee_number=number)
    for login, name, role, number in (
        ("hashimoto", "橋本 香織", Role.OPERATOR, "D1001"),
        ("tanaka", "田中 実", Role.OPERATOR, "D1002"),
        ("mori", "森 千夏", Role.OFFICER, "D1003"),
        ("ono", "小野 誠", Role.STAFF, "D1004"),
    )
)
MORNING = datetime(2026, 12, 10, 10, 1, tzinfo=JST)
FLAGGED = RETURN.format(unit="ＬＴＥ－００１２", day="12月19日")
"""A return asked for a Saturday, its number in full-width letters."""
CLEAN = RETURN.format(unit="LTE-0012", day="12月18日")


@dataclass
class Screen:
    """One browser in front of the console."""

    desk: Desk
    client: TestClient = field(init=False)
    held_back: list[float] = field(default_factory=list)
    """Seconds by which answers were held back; no test waits for them."""

    def __post_init__(self) -> None:
        """Open the console in process."""
        self.client = TestClient(
            create_app(self.desk.app, self._hold_back), follow_redirects=False, raise_server_exceptions=False
        )

    async def _hold_back(self, seconds: float) -> None:
        self.held_back.append(seconds)

    def sign_in(self, login: str = "hashimoto", password: str = PASSWORD) -> Screen:
        """Sign in; the browser keeps the session."""
        page = self.client.get("/sign-in")
        answer = self.client.post(
            "/sign-in", data={**hidden(page.text), "login": login, "password": password}
        )
        assert answer.status_code == 303, answer.text
        return self

    def get(self, address: str, code: int = 200) -> html.HtmlElement:
        """Open a page."""
        answer = self.client.get(address)
        assert answer.status_code == code, f"{address}: {answer.status_code} {text_of(answer.text)[:400]}"
        return html.fromstring(answer.text)

    def send(self, form: html.HtmlElement, button: str | None = None, code: int = 303, **values: Any) -> Any:
        """Press a button of a form as a browser without JavaScript would; gives the answer."""
        data = form_values(form)
        action = form.get("action")
        if button is not None:
            pressed = next(one for one in buttons(form) if button in one.text_content())
            action = pressed.get("formaction") or action
            if pressed.get("name"):
                data.append((pressed.get("name"), pressed.get("value") or ""))
        replaced = {name.replace("__", "."): value for name, value in values.items()}
        data = [(name, value) for name, value in data if name not in replaced]
        data += [(name, value) for name, value in replaced.items() if value is not None]
        body: dict[str, list[str]] = {}
        for name, value in data:
            body.setdefault(name, []).append(value)
        answer = self.client.post(action, data=body)
        assert answer.status_code == code, f"{action}: {answer.status_code} {text_of(answer.text)[:600]}"
        return answer

    def arrive(
        self, body: str = FLAGGED, message_id: str = "<a-1@mail.city.example.lg.jp>", **parts: Any
    ) -> str:
        """A mail comes in and is read; gives its receipt number."""
        number = self.desk.receive(mail(body, message_id=message_id, **parts)).number
        self.desk.work()
        return number


def open_screen(at: datetime = MORNING, **changes: Any) -> Screen:
    """A desk with its people, at that moment; nobody is signed in."""
    desk = Desk.open(at, **changes)
    with desk.app.database.transaction("people") as tx:
        for user in USERS:
            tx.users.put(user)
    return Screen(desk)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page with one form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def text_of(page: str) -> str:
    """The visible words of a page."""
    return " ".join(html.fromstring(page).text_content().split()) if page.strip() else ""


def words(element: html.HtmlElement) -> str:
    """The words of an element, blanks folded."""
    return " ".join(element.text_content().split())


def form(page: html.HtmlElement, action: str) -> html.HtmlElement:
    """The form that is sent to an address ending so."""
    return next(one for one in page.forms if (one.get("action") or "").endswith(action))


def controls(element: html.HtmlElement) -> list[html.HtmlElement]:
    """The controls of a form, those that name it from outside included."""
    inside = element.xpath(".//*[self::input or self::select or self::textarea][not(@form)]")
    name = element.get("id")
    outside = element.getroottree().xpath(
        f"//*[self::input or self::select or self::textarea][@form='{name}']"
    )
    return [*inside, *(outside if name else [])]


def buttons(element: html.HtmlElement) -> list[html.HtmlElement]:
    """The buttons of a form, those that name it from outside included."""
    name = element.get("id")
    outside = element.getroottree().xpath(f"//button[@form='{name}']") if name else []
    return [*element.xpath(".//button[not(@form)]"), *outside]


def form_values(element: html.HtmlElement) -> list[tuple[str, str]]:
    """What a browser would send of a form (HTML 4.10.22)."""
    data: list[tuple[str, str]] = []
    for one in controls(element):
        name = one.get("name")
        if not name or one.get("disabled") is not None:
            continue
        if one.tag == "select":
            options = one.xpath(".//option")
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            data += [(name, o.get("value") or "") for o in chosen]
        elif one.tag == "textarea":
            data.append((name, one.text or ""))
        elif one.get("type") in ("checkbox", "radio"):
            if one.get("checked") is not None:
                data.append((name, one.get("value") or "on"))
        else:
            data.append((name, one.get("value") or ""))
    return data
