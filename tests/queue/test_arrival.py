"""What comes in is taken whole, once, and told to be cut where it is not whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from pydantic import SecretStr

from tests.desk import Desk, mail
from tests.servers.dovecot import Dovecot
from uketsuke.domain.states import RequestState
from uketsuke.intake import folder as folders
from uketsuke.intake.polling import Outcome, Round, Visit
from uketsuke.queue.jobs import drain
from uketsuke.settings import Mailbox
from uketsuke.store.tray import View

RETURN = "申請区分：返却\n所属：道路計画課\n氏名：髙橋 徹\n管理番号：LTE-0012\n返却希望日：12月18日\n"
AT = datetime(2026, 12, 10, 1, 1, tzinfo=UTC)
TAIL = "\n" * 3000 + "なお、管理番号は誤りで、正しくは LTE-0018 です。\n"


def look(desk: Desk, box: Mailbox) -> Visit:
    visit = Round(desk.app.database, desk.clock, "me", timedelta(seconds=60)).visit(0, box)
    desk.work()
    return visit


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    place = tmp_path / "inbox"
    place.mkdir()
    return place


def box_of(inbox: Path, **more: Any) -> Mailbox:
    return Mailbox(url=SecretStr(f"folder://{inbox}"), name="desk", **more)


def requests(desk: Desk) -> list[tuple[RequestState, list[str]]]:
    """State and problems of everything that was opened."""
    with desk.app.database.reading() as tx:
        rows = tx.tray.page(View.REVIEW, "operator01").rows
        found = [tx.requests.get(row.id) for row in rows]
    return [(row.state, [str(one.facts.get("problem")) for one in row.concerns]) for row in found]


def test_a_file_larger_than_the_limit_is_cut_and_waits_for_an_operator(desk: Desk, inbox: Path) -> None:
    """What was cut off may say the opposite; nothing of it runs by itself."""
    (inbox / "big.eml").write_bytes(mail(RETURN + TAIL))
    look(desk, box_of(inbox, max_bytes=2000))
    assert requests(desk) == [(RequestState.NEEDS_REVIEW, ["too-large"])]
    assert desk.unit("LTE-0012")["status"] == "handed_out"


@pytest.mark.imap
def test_a_mail_larger_than_the_limit_is_cut_and_waits_for_an_operator(desk: Desk, dovecot: Dovecot) -> None:
    dovecot.deliver(mail(RETURN + TAIL))
    look(desk, Mailbox(url=SecretStr(dovecot.url), name="desk", max_bytes=2000))
    assert requests(desk) == [(RequestState.NEEDS_REVIEW, ["too-large"])]
    assert desk.unit("LTE-0012")["status"] == "handed_out"


def test_one_file_that_cannot_be_read_holds_up_no_other_and_is_told(
    desk: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (inbox / f"{name}.eml").write_bytes(mail(RETURN, message_id=f"<{name}@city.example.lg.jp>"))
    refuse(monkeypatch, "a.eml")
    visit = look(desk, box_of(inbox))
    assert (visit.outcome, visit.reason) == (Outcome.AWAY, "a.eml: Permission denied")
    assert sorted(path.name for path in (inbox / "stored").iterdir()) == ["b.eml"]
    assert desk.unit("LTE-0012")["status"] == "awaiting_return"


def refuse(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """That file may not be opened (root may open everything, so the file's mode is not enough)."""
    whole = Path.open

    def open_(self: Path, *args: Any, **more: Any) -> Any:
        if self.name == name:
            raise PermissionError(13, "Permission denied", str(self))
        return whole(self, *args, **more)

    monkeypatch.setattr(Path, "open", open_)


def test_a_file_that_is_replaced_while_it_is_stored_is_taken_in_too(
    desk: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second message must not be put aside in the name of the first."""
    (inbox / "in.eml").write_bytes(mail(RETURN, message_id="<a@city.example.lg.jp>"))

    def replaced(before: Callable[..., Any]) -> Callable[..., Any]:
        def accept(*args: Any, **more: Any) -> Any:
            accepted = before(*args, **more)
            (inbox / "new").write_bytes(mail(RETURN, message_id="<b@city.example.lg.jp>"))
            (inbox / "new").replace(inbox / "in.eml")
            return accepted

        return accept

    with monkeypatch.context() as patch:
        patch.setattr(folders, "accept", replaced(folders.accept))
        look(desk, box_of(inbox))
    look(desk, box_of(inbox))
    with desk.app.database.reading() as tx:
        assert tx.receipts.with_message_id("b@city.example.lg.jp")


@pytest.mark.postgres
def test_the_same_bytes_taken_in_twice_at_once_are_one_receipt(postgres_url: str) -> None:
    """Two pollers of one mailbox, one of which has just lost its lease; the mail has no Message-ID."""
    desk, both = Desk.open(AT, url=postgres_url), Barrier(8)
    raw = mail(RETURN).replace(b"Message-ID", b"X-Nothing")

    def take(number: int) -> int:
        both.wait(10)
        return desk.receive(raw).receipt_id

    with ThreadPoolExecutor(8) as pool:
        assert len({*pool.map(take, range(8))}) == 1
    with desk.app.database.reading() as tx:
        assert tx.series.peek("receipt-2026") == 2
    desk.app.close()


@pytest.mark.postgres
def test_the_same_wish_twice_in_the_same_moment_reserves_once(postgres_url: str) -> None:
    """Two workers read two mails of one person at once: the second must see the first (FR-06)."""
    desk, both = Desk.open(AT, url=postgres_url), Barrier(2)
    wish = "申請区分：配布\n本数：1本\n受取希望日：12月16日\n"
    for name in ("a", "b"):
        desk.receive(mail(wish, message_id=f"<{name}@city.example.lg.jp>"))

    def work(owner: str) -> None:
        both.wait(10)
        drain(desk.app, owner)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, ("one", "two")))
    desk.work()
    with desk.app.database.reading() as tx:
        assert len(tx.ledgers.rows("lte-ledger", {"status": "reserved"})) == 1
        assert len(tx.tray.page(View.REVIEW, "operator01").rows) == 1
        assert tx.audit.verify() is None
    desk.app.close()
