"""Files, outputs of commands, answers that echo: whose words may leave the desk in them (FAULTS S9).

Every row says which doors' words may come out there, and why; any other fails, and so does a way out
without a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.canary_day import Day, live_through
from tests.console.screens import PASSWORD, Screen, hidden
from uketsuke.cli import exports
from uketsuke.cli.program import main
from uketsuke.console.access import TABLE
from uketsuke.domain.states import Role
from uketsuke.queue.correspondence import status_token
from uketsuke.store.users import User

DIRECTORY = {"directory name", "directory kana", "directory mail", "directory phone"}
COMMANDS = {
    "export people": (DIRECTORY, "the directory itself, for who keeps it"),
    "export posts": (set[str](), "numbers and sections alone"),
    "export departments": (set[str](), "sections"),
    "export mailboxes": (set[str](), "addresses of sections"),
    "export accounts": (set[str](), "accounts and numbers"),
    "export ledger lte-ledger": ({"ledger value"}, "the ledger itself"),
    "user list": (set[str](), "sign-ins and roles"),
    "doctor": (set[str](), "the state of the desk, nobody's words"),
    "check-config": (set[str](), "settings, masked"),
    "audit verify": (set[str](), "numbers and hashes"),
}
FILES = {
    "/ledgers/{ledger}/export.csv": (set[str](), "the columns of the list; 備考 is none of them"),
    "/approvals/{plan}/export.csv": (set[str](), "the plan's rows; reasons stay on the page"),
    "/audit/export": ({"reason of closing screens"}, "what is no personal detail in the log"),
}
OF_NO_DAY = {
    "/work-items/{step}/export.csv": "the people of one piece of work, whom this day's services have not"
}
"""Files that nothing of the day can be had as."""
EVERYBODY = (Role.OPERATOR, Role.LEAD, Role.ADMIN, Role.OFFICER)


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    lived = live_through()
    vault = lived.vault
    vault.run(vault.ask("金庫の削除", "v00003", 41))
    with vault.desk.app.database.transaction("overseer") as tx:
        known = tx.users.get("kano")
        assert known is not None
        tx.users.put(User(**{**known.model_dump(), "roles": EVERYBODY}))
    yield lived
    vault.desk.app.close()


@pytest.fixture
def screen(day: Day) -> Screen:
    return Screen(day.vault.desk).sign_in("kano", PASSWORD)


def csrf(screen: Screen) -> str:
    return str(screen.get("/queue").xpath("//input[@name='csrf']/@value")[0])


def asked(day: Day, statement: str) -> str:
    with day.vault.desk.app.database.reading() as tx:
        return str(tx.connection.exec_driver_sql(statement).scalars().first())


def test_every_export_has_a_row() -> None:
    names = {one.replace("_", " ") for one in vars(exports) if one.startswith("export_")}
    assert names == {" ".join(one.split()[:2]) for one in COMMANDS if one.startswith("export ")}
    ways = {path for _, path in TABLE if "export" in path}
    assert ways == {*FILES, *OF_NO_DAY}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_tells_what_its_row_allows(
    day: Day, command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = day.vault.desk.app.settings.data_dir
    settings = f'data_dir = "{data}"\nmode = "test"\nsecret = "only for tests"\nlog_level = "debug"\n'
    (tmp_path / "uketsuke.toml").write_text(settings, "utf-8")
    with pytest.raises(SystemExit):
        main([*command.split(), "--config", str(tmp_path / "uketsuke.toml")])
    ended = capfd.readouterr()
    assert ended.out + ended.err
    assert set(day.canaries.told(ended.out + ended.err)) == COMMANDS[command][0]


@pytest.mark.parametrize("way", FILES)
def test_a_file_of_the_console_holds_what_its_row_allows(day: Day, screen: Screen, way: str) -> None:
    plan = asked(day, "SELECT max(plan_id) FROM requests WHERE state = 'awaiting-approval'")
    if way.startswith("/audit"):
        answer = screen.client.post(way, data={"csrf": csrf(screen)})
    else:
        answer = screen.client.get(way.format(ledger="lte-ledger", plan=plan))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert set(day.canaries.told(answer.content.decode())) == FILES[way][0]


def test_an_answer_that_echoes_holds_only_what_its_own_visitor_has_just_typed(
    day: Day, screen: Screen
) -> None:
    """422 and 409; a password is echoed by none, and nothing of it is kept."""
    word, secret = day.canaries.word, day.canaries.secret
    token = status_token(
        day.vault.desk.app, asked(day, "SELECT number FROM requests WHERE state = 'returned'")
    )
    number = asked(day, "SELECT number FROM requests WHERE state = 'needs-review' AND kind = 'request'")
    own = {"csrf": csrf(screen)}
    guest = Screen(day.vault.desk)
    public = hidden(guest.client.get("/sign-in").text)
    typed = {
        ("/sign-in", "login", 422): word("echoed login"),
        (f"/s/{token}/answer", "text", 409): word("echoed answer"),
        (f"/requests/{number}/correct", "remarks", 409): word("echoed correction"),
    }
    for (address, name, code), said in typed.items():
        client, held = (screen.client, own) if "correct" in address else (guest.client, public)
        answer = client.post(address, data={**held, name: said, "version": "0", "password": secret("echoed")})
        assert (answer.status_code, answer.headers["cache-control"]) == (code, "no-store"), address
        told = {one for one in day.canaries.told(answer.text) if one.startswith("echoed")}
        assert told <= {next(door for door, one in day.canaries.doors.items() if one == said)}, address
    again = {"old": secret("echoed old"), "new": secret("echoed new"), "again": secret("echoed new") + "x"}
    for body in (again, {**again, "again": again["new"]}):
        answer = screen.client.post("/my/sign-in/password", data={**own, **body})
        assert (answer.status_code, answer.headers["cache-control"]) == (422, "no-store")
        assert not re.search("Geheim", answer.text)
