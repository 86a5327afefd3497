"""Dovecot answers; each test has an empty account; its UIDs can be made void."""

from __future__ import annotations

import imapclient
import pytest

from .dovecot import Dovecot
from .programs import wait_until

pytestmark = pytest.mark.imap

RAW = "Subject: 依頼\r\n\r\n本文\r\n".encode()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_an_empty_account(dovecot: Dovecot, turn: str) -> None:
    assert dovecot.messages() == []
    dovecot.deliver(RAW)
    (stored,) = dovecot.messages()
    assert (stored.raw, stored.flags) == (RAW, frozenset())


def test_bytes_that_are_no_mail_arrive_as_they_are(dovecot: Dovecot) -> None:
    raw = bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"\r\n")
    dovecot.deliver(raw)
    assert dovecot.messages()[0].raw == raw


def test_folders_are_made_and_filled(dovecot: Dovecot) -> None:
    dovecot.deliver(RAW, folder="処理済", flags=["\\Seen"])
    assert dovecot.folders() == ["INBOX", "処理済"]
    assert [stored.flags for stored in dovecot.messages("処理済")] == [frozenset({"\\Seen"})]
    assert dovecot.messages("no such folder") == []


def test_a_wrong_password_is_refused(dovecot: Dovecot) -> None:
    with (
        imapclient.IMAPClient(dovecot.host, dovecot.port, ssl=False) as client,
        pytest.raises(imapclient.exceptions.LoginError),
    ):
        client.login(dovecot.user, "wrong")


def test_a_stopped_server_refuses_and_a_started_one_has_kept_everything(dovecot: Dovecot) -> None:
    dovecot.deliver(RAW)
    dovecot.stop()
    with pytest.raises(ConnectionRefusedError):
        dovecot.messages()
    dovecot.start()
    assert len(dovecot.messages()) == 1


def is_cut(client: imapclient.IMAPClient) -> bool:
    """Whether the server has gone away; it is told to, and takes its time."""
    try:
        client.noop()
    except (imapclient.exceptions.IMAPClientAbortError, OSError):
        return True
    return False


def test_an_open_connection_can_be_cut_and_a_new_one_made(dovecot: Dovecot) -> None:
    with dovecot.session() as client:
        client.select_folder("INBOX")
        dovecot.drop()
        wait_until(lambda: is_cut(client), "the cut")
    assert dovecot.messages() == []


@pytest.mark.parametrize("folder", ["INBOX", "処理済"])
def test_uidvalidity_changes_and_uids_begin_anew(dovecot: Dovecot, folder: str) -> None:
    for number in (1, 2):
        dovecot.deliver(RAW + b"%d\r\n" % number, folder)
    with dovecot.session() as client:
        client.select_folder(folder)
        client.delete_messages([1])
        client.expunge()
    before = dovecot.uidvalidity(folder)
    dovecot.change_uidvalidity(folder)
    assert dovecot.uidvalidity(folder) != before
    assert [(stored.uid, stored.raw[-3:]) for stored in dovecot.messages(folder)] == [(1, b"2\r\n")]


def test_a_thousand_messages_are_there_at_once(dovecot: Dovecot) -> None:
    dovecot.deliver_all(RAW + b"%d\r\n" % number for number in range(1000))
    with dovecot.session() as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 1000
