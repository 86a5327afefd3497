"""Who may open what: every route of the application against every role (FAULTS S3)."""

from __future__ import annotations

import itertools

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from tests.console.screens import Screen
from uketsuke.console.access import MACHINES, TABLE, is_public, may_open
from uketsuke.domain.states import Role


def routes(screen: Screen) -> set[tuple[str, str]]:
    """Every (method, path) the application answers; `/static` is the one folder beside them."""
    found: set[tuple[str, str]] = set()
    waiting = list(screen.client.app.routes)  # type: ignore[attr-defined]
    while waiting:
        route = waiting.pop()
        if isinstance(route, Mount):
            assert route.path == "/static"
        elif isinstance(route, APIRoute | Route):
            found |= {(method, route.path) for method in (route.methods or ()) - {"HEAD"}}
        else:
            waiting += route.original_router.routes
    return found


def test_every_route_has_an_entry_in_the_role_table_and_every_entry_a_route(guest: Screen) -> None:
    assert routes(guest) == set(TABLE)


def test_a_route_without_an_entry_is_refused_to_everybody() -> None:
    assert not is_public("GET", "/forgotten")
    assert not any(may_open("GET", "/forgotten", frozenset({role})) for role in Role)


@pytest.mark.parametrize(
    ("login", "roles"), [("hashimoto", {Role.OPERATOR}), ("mori", {Role.OFFICER}), ("ono", {Role.STAFF})]
)
def test_each_role_gets_exactly_what_the_table_gives_it(guest: Screen, login: str, roles: set[Role]) -> None:
    guest.sign_in(login)
    for method, path in sorted(TABLE):
        if method != "GET":
            continue
        code = guest.client.get(filled(path)).status_code
        assert (code == 403) != may_open(method, path, frozenset(roles)), (path, code)


def test_nobody_who_is_not_signed_in_sees_more_than_the_public_pages(guest: Screen) -> None:
    for method, path in sorted(TABLE):
        answer = guest.client.request(method, filled(path))
        if is_public(method, path):
            assert answer.status_code in {200, 403, 404}, path
        else:
            assert answer.status_code == (303 if method == "GET" else 401), (method, path, answer.status_code)


def test_every_changing_route_refuses_a_form_that_is_not_ours(screen: Screen) -> None:
    for method, path in sorted(TABLE):
        if method == "POST" and (method, path) not in MACHINES:
            for data in ({}, {"csrf": "x" * 43}):
                assert screen.client.post(filled(path), data=data).status_code == 403, path


def test_a_form_sent_from_another_site_is_refused_even_with_the_secret(screen: Screen) -> None:
    secret = screen.get("/queue").xpath("//input[@name='csrf']/@value")[0]
    for site, code in (("cross-site", 403), ("same-site", 403), ("same-origin", 303)):
        answer = screen.client.post("/sign-out", data={"csrf": secret}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == code, site


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("http://testserver", 303),
        ("http://127.0.0.1:8765", 303),
        ("http://testserver.evil.example", 403),
        ("http://evil.example", 403),
        ("http://testserver:81", 403),
        ("null", 403),
        ("", 403),
        ("testserver", 403),
    ],
)
def test_over_plain_http_the_host_of_the_form_tells_where_it_came_from(
    screen: Screen, origin: str, code: int
) -> None:
    secret = screen.get("/queue").xpath("//input[@name='csrf']/@value")[0]
    answer = screen.client.post("/sign-out", data={"csrf": secret}, headers={"Origin": origin})
    assert answer.status_code == code


def test_a_requesters_page_sends_no_referrer_and_so_no_origin(guest: Screen) -> None:
    answer = guest.client.post("/s/unknown/answer", data={"csrf": ""}, headers={"Origin": "null"})
    assert answer.status_code == 403
    guest.client.cookies.set("uketsuke_guest", "x" * 43)
    answer = guest.client.post("/s/unknown/answer", data={"csrf": "x" * 43}, headers={"Origin": "null"})
    assert answer.status_code == 404


def filled(path: str) -> str:
    """The path with something in its places."""
    names = {
        "{number}": "2026-000001-5",
        "{index}": "0",
        "{decision}": "hold",
        "{act}": "hand-over",
        "{step}": "1",
        "{letter}": "1",
    }
    names |= {"{plan}": "1", "{review}": "1"}
    names |= {"{job}": "1", "{ledger}": "lte-ledger", "{key}": "LTE-0012", "{token}": "0" * 40}
    for name, value in names.items():
        path = path.replace(name, value)
    return path


def test_the_table_names_no_role_of_the_machine() -> None:
    assert Role.SYSTEM not in set(itertools.chain.from_iterable(roles or () for roles in TABLE.values()))
