"""`doctor` says whether everything is in order, and over the real route whether a forgery is noticed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.cli.conftest import Cli
from tests.cli.test_exits import MESSAGES
from tests.servers.border import Border, Stamp
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpRelay
from uketsuke.app import App
from uketsuke.cli import examination
from uketsuke.cli.opening import opened
from uketsuke.domain.people import Person
from uketsuke.intake.polling import Round
from uketsuke.queue.jobs import drain
from uketsuke.settings import load
from uketsuke.store.database import Database
from uketsuke.store.totals import Totals, totals

MX = "mx.city.example.lg.jp"
CITY = "city.example.lg.jp"
INSIDE = f"relay.{CITY} (relay.{CITY} [10.1.1.1])"
FORGERIES = 10
Route = Callable[..., Path]


def test_a_fresh_desk_is_in_order_but_for_the_mailbox_it_does_not_have(cli: Cli, desk: Path) -> None:
    ended = cli("doctor", "--config", desk, "--format", "json")
    verdicts = {one["name"]: one["verdict"] for one in ended.json["checks"]}
    assert ended.code == 0
    assert {name for name, verdict in verdicts.items() if verdict != "ok"} <= {"mailbox", "disk", "people"}
    assert {"config", "database", "broker", "smtp", "disk", "clock", "calendar", "parked"} <= verdicts.keys()


def test_every_remedy_is_written(cli: Cli, desk: Path) -> None:
    known = tomllib.loads(MESSAGES.read_text("utf-8"))["cli"]["doctor"]["remedy"]
    source = Path(examination.__file__).read_text("utf-8")
    named = set(re.findall(r'Finding\("([a-z-]+)", (?!"ok")', source)) | {
        "database",
        "mailbox",
        "smtp",
        "system",
    }
    assert named <= known.keys()


def test_a_relay_that_is_away_ends_with_4_and_its_remedy(
    cli: Cli, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UKETSUKE_SMTP__URL", "smtp://127.0.0.1:1")
    ended = cli("doctor", "--config", desk)
    assert ended.code == 4
    assert "失われません" in ended.out


def test_tables_of_another_version_are_told_with_the_rest(cli: Cli, desk: Path) -> None:
    database = Database(load(desk).database_url())
    with database.transaction("age") as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()
    ended = cli("doctor", "--config", desk)
    assert ended.code == 4
    assert "uketsuke upgrade" in ended.out
    assert "disk" in ended.out


def test_work_that_nobody_does_is_a_warning(cli: Cli, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "_lateness", lambda due, now, app: 7)
    ended = cli("doctor", "--config", desk)
    assert (ended.code, "7 分待っています" in ended.out) == (0, True)


def test_without_a_route_nothing_is_sent(cli: Cli, desk: Path) -> None:
    ended = cli("doctor", "--mail-path", "--config", desk)
    assert ended.code == 3
    assert "何も送っていません" in ended.err


def honest(sender: str | None, raw: bytes) -> str:
    """A border that checks: only the desk's own mail under its own name passes."""
    lines = re.findall(rb"(?im)^From: *(.*?)\r?$", raw.partition(b"\r\n\r\n")[0])
    about = lines[0].decode().rpartition("@")[2].strip(">")
    genuine = len(lines) == 1 and lines[0].decode() == sender == f"it-helpdesk@{CITY}"
    return f"dmarc={'pass' if genuine else 'fail'} header.from={about}"


def lying(sender: str | None, raw: bytes) -> str:
    """One that stamps pass on everything it is given."""
    return f"dmarc=pass header.from={CITY}"


def silent(sender: str | None, raw: bytes) -> str:
    """One that stamps nothing."""
    return ""


@pytest.fixture
def route(desk: Path, dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Route]:
    """Connects the desk to a border that stamps in a certain way."""
    started: list[SmtpRelay] = []

    def connect(stamp: Stamp, peer: str = INSIDE, drops: bool = True) -> Path:
        border = Border(tmp_path / "log", dovecot, MX, stamp, peer, drops)
        border.start()
        started.append(border)
        for name, value in {
            "MAILBOX__URL": dovecot.url,
            "SMTP__URL": border.url,
            "TRUST__AUTHSERV_IDS": MX,
            "TRUST__BORDER_HOSTS": MX,
        }.items():
            monkeypatch.setenv(f"UKETSUKE_{name}", value)
        with opened(load(desk)) as app, app.database.transaction("people") as tx:
            clerk = Person(
                employee_number="1", name="田中 花子", mail=f"tanaka-h@{CITY}", department="市民課"
            )
            tx.people.import_rows([clerk])
        return desk

    yield connect
    for border in started:
        border.stop()


@pytest.mark.imap
@pytest.mark.smtp
def test_over_a_border_that_checks_every_forgery_is_weak(cli: Cli, route: Route) -> None:
    ended = cli("doctor", "--mail-path", "--config", route(honest), "--format", "json")
    mails = {one["name"]: one for one in ended.json["mails"]}
    assert ended.code == 0, ended.out
    assert (mails["honest"]["path"], mails["honest"]["stamped"]) == ("mail-proven", True)
    forged = [one for name, one in mails.items() if name != "honest"]
    assert {one["evidence"] for one in forged} == {"weak"}
    assert all(one["doubts"] for one in forged)
    assert len(forged) == FORGERIES


@pytest.mark.imap
@pytest.mark.smtp
def test_a_border_that_stamps_pass_on_everything_fails_with_the_remedy(cli: Cli, route: Route) -> None:
    ended = cli("doctor", "--mail-path", "--config", route(lying))
    assert ended.code == 5
    assert "From と封筒の差出人を職員に偽ったメール" in ended.err
    assert "trust.authserv_ids を空に" in ended.err


@pytest.mark.imap
@pytest.mark.smtp
def test_a_border_that_lets_forged_results_in_fails(cli: Cli, route: Route) -> None:
    ended = cli("doctor", "--mail-path", "--config", route(silent, drops=False), "--format", "json")
    assert ended.code == 5
    wrong = {one["name"] for one in ended.json["mails"] if not one["ok"]}
    assert "forged-results" in wrong


@pytest.mark.imap
@pytest.mark.smtp
def test_an_inner_relay_that_lets_anybody_be_anybody_fails(cli: Cli, route: Route) -> None:
    ended = cli("doctor", "--mail-path", "--config", route(silent), "--format", "json")
    wrong = {one["name"] for one in ended.json["mails"] if not one["ok"]}
    assert (ended.code, wrong) == (5, {"wrong-envelope"})


@pytest.mark.imap
@pytest.mark.smtp
def test_what_is_lost_on_the_way_is_told(
    cli: Cli, route: Route, smtp_relay: SmtpRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = route(honest)
    monkeypatch.setenv("UKETSUKE_SMTP__URL", smtp_relay.url)
    ended = cli("doctor", "--mail-path", "--wait", 0, "--config", desk)
    assert ended.code == 4
    assert "--wait" in ended.err


@pytest.mark.imap
@pytest.mark.smtp
def test_the_marked_mails_open_no_request_and_stand_in_the_audit_log(
    cli: Cli, route: Route, dovecot: Dovecot
) -> None:
    desk = route(honest)
    assert cli("doctor", "--mail-path", "--config", desk).code == 0
    with opened(load(desk)) as app:
        collect(app)
        assert aside(app) == [{"kind": "own", "why": "probe"}] * (FORGERIES + 1)
        assert totals_of(app).requests == 0
        # A mail with somebody else's mark, or with ours over another mail, is a mail like any other.
        raw = dovecot.messages("uketsuke")[0].raw
        dovecot.deliver(raw.replace(b"Message-ID: <", b"Message-ID: <x"))
        collect(app)
        assert totals_of(app).requests == 1
        assert len(aside(app)) == FORGERIES + 1


def collect(app: App) -> None:
    """One look into the mailbox, and everything that follows."""
    around = Round(app.database, app.clock, "doctor", timedelta(seconds=30))
    around.visit(0, app.settings.mailbox[0])
    while drain(app):
        pass


def aside(app: App) -> list[object]:
    with app.database.reading() as tx:
        return [entry.facts for entry in tx.audit.latest() if entry.action == "set-aside"]


def totals_of(app: App) -> Totals:
    with app.database.reading() as tx:
        return totals(tx.connection, ())
