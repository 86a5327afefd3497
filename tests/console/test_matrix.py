"""Role × route × owner: each route as each role, on one's own, others' and what is not there (FAULTS S3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.matrix import ROWS, Row
from tests.console.screens import PASSWORD_HASH, Screen, form, form_values, open_screen, text_of
from tests.console.test_access import routes
from tests.console.test_approval import Scene, scene
from uketsuke.console.access import is_public, may_open
from uketsuke.console.guard import ALWAYS
from uketsuke.domain.states import Role
from uketsuke.store.users import User

__all__ = ["scene"]
ROLES = {"s": Role.STAFF, "o": Role.OPERATOR, "l": Role.LEAD, "f": Role.OFFICER, "a": Role.ADMIN}
MISSING = {
    "number": "2026-999999-8",
    "index": "0",
    "decision": "hold",
    "act": "hand-over",
    "ledger": "no-ledger",
    "key": "LTE-9999",
    "token": "0" * 40,
    "login": "nobody",
}


@pytest.fixture(scope="module")
def desk() -> Iterator[Screen]:
    """One sign-in for each role, and one with all."""
    screen = open_screen()
    with screen.desk.app.database.transaction("people") as tx:
        for code, role in ROLES.items():
            tx.users.put(User(login=code, name=code, roles=(role,), password_hash=PASSWORD_HASH))
        every = tuple(ROLES.values())
        tx.users.put(User(login="all", name="all", roles=every, password_hash=PASSWORD_HASH))
    yield screen
    screen.desk.app.close()


def address(path: str) -> str:
    """The path with things in it that nobody has."""
    parts = (part.strip("{}") for part in path.split("/"))
    return "/".join(MISSING.get(part, "999999") if f"{{{part}}}" in path else part for part in parts)


def send(screen: Screen, row: Row, csrf: str) -> int:
    data = {"csrf": csrf, "version": "1", "shown": "x", "step": "999999", "how": "counter"}
    data |= {"reason": "x", "verdict": "fine", "comment": "x", "done": "x"}
    answer = screen.client.request(row.method, address(row.path), data=data if row.method == "POST" else None)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, row
    assert not [name for name in answer.headers if name.startswith("access-control-")], row
    return answer.status_code


def secret(screen: Screen) -> str:
    found: str = screen.get("/my/sign-in").xpath("//input[@name='csrf']/@value")[0]
    return found


def test_the_matrix_names_every_route_of_the_application_and_no_other(desk: Screen) -> None:
    assert sorted((row.method, row.path) for row in ROWS) == sorted(routes(desk))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_the_role_table_is_the_matrix(row: Row) -> None:
    assert is_public(row.method, row.path) == ("g" in row.roles)
    for code, role in ROLES.items():
        assert may_open(row.method, row.path, frozenset({role})) == (code in row.roles), role


@pytest.mark.parametrize("code", ROLES)
def test_what_a_role_may_not_do_is_refused_whatever_is_sent(desk: Screen, code: str) -> None:
    screen = Screen(desk.desk).sign_in(code)
    csrf = secret(screen)
    for row in ROWS:
        if code not in row.roles:
            assert send(screen, row, csrf) == 403, row


def test_what_is_not_there_is_said_so_and_carries_every_guard(desk: Screen) -> None:
    screen = Screen(desk.desk).sign_in("all")
    csrf = secret(screen)
    found = {
        f"{row.method} {row.path}": str(send(screen, row, csrf))
        for row in ROWS
        if row.missing != "-" and "g" not in row.roles
    }
    assert found == {
        f"{row.method} {row.path}": row.missing for row in ROWS if row.missing != "-" and "g" not in row.roles
    }


def deeds_of(scene: Scene) -> dict[str, tuple[str, dict[str, object]]]:
    """What only another person does, each at a thing of the same owner: route → address and form."""
    vault = scene.vault
    scene.unlocked(1)
    with vault.desk.app.database.reading() as tx:
        (review,) = tx.oversight.waiting()
    plan, checked = scene.waiting(2), vault.run(vault.ask(account="v00003", place=3))
    run, attested = (vault.ask(account=f"v0000{place}", place=place) for place in (4, 5))
    step = vault.step(checked, 1).id
    page = scene.browser("tanaka").get(f"/approvals/{plan.plan_id}")
    shown: dict[str, object] = dict(form_values(form(page, f"/approvals/{plan.plan_id}")))
    return {
        "/requests/{number}/run": (
            f"/requests/{run.number}/run",
            {"version": run.version, "shown": vault.plan_hash(run)},
        ),
        "/requests/{number}/attest": (
            f"/requests/{attested.number}/attest",
            {"version": attested.version, "how": "counter"},
        ),
        "/requests/{number}/owner-check": (
            f"/requests/{checked.number}/owner-check",
            {"step": step, "how": "counter"},
        ),
        "/approvals/{plan}": (f"/approvals/{plan.plan_id}", shown),
        "/reviews/{review}": (f"/reviews/{review.id}", {"verdict": "fine"}),
        "/settings/sign-ins/{login}": ("/settings/sign-ins/takahashi-t", {"role": "admin", "reason": "x"}),
    }


def test_nobody_lets_run_checks_approves_or_reviews_their_own_and_somebody_else_may(scene: Scene) -> None:
    """The owner, who also asks, has every role; so has the other person."""
    deeds = deeds_of(scene)
    # test_password: the owner never sees it; test_checks_page: nobody checks what they had a part in
    elsewhere = {"/work-items/{step}/password", "/checks/{step}"}
    assert set(deeds) | elsewhere == {row.path for row in ROWS if row.whose == "never"}
    for login, codes in (("takahashi-t", {403, 409}), ("mori", {303})):
        with scene.vault.desk.app.database.transaction("all") as tx:
            user = tx.users.get(login)
            assert user is not None
            tx.users.put(user.model_copy(update={"roles": tuple(ROLES.values())}))
        screen = scene.browser(login)
        csrf = secret(screen)
        for path, (where, data) in deeds.items():
            answer = screen.client.post(where, data={**data, "csrf": csrf})
            assert answer.status_code in codes, (login, path, text_of(answer.text))
