"""The scripted IMAP server speaks well enough for a real client, and breaks where told."""

from __future__ import annotations

from collections.abc import Callable

import imapclient
import pytest
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from .faults import Act
from .programs import HOST, wait_until
from .scripted_imap import ScriptedImap

pytestmark = pytest.mark.imap

RAW = b"Subject: one\r\n\r\nbody\r\n"
Start = Callable[..., ScriptedImap]


def connect(server: ScriptedImap, seconds: float = 5) -> imapclient.IMAPClient:
    """A logged-in client with the inbox selected."""
    client = imapclient.IMAPClient(HOST, server.port, ssl=False, timeout=seconds)
    client.login(server.user, server.password)
    client.select_folder("INBOX")
    return client


@pytest.mark.parametrize("chunk", [None, 1, 7])
def test_a_client_fetches_however_the_lines_are_split(scripted_imap: Start, chunk: int | None) -> None:
    client = connect(scripted_imap([RAW, RAW * 2], chunk=chunk))
    assert client.search("ALL") == [1, 2]
    fetched = client.fetch([1, 2], ["BODY.PEEK[]", "FLAGS", "RFC822.SIZE", "INTERNALDATE"])
    assert [fetched[uid][b"BODY[]"] for uid in (1, 2)] == [RAW, RAW * 2]


def test_a_message_can_be_moved_appended_and_expunged(scripted_imap: Start) -> None:
    server = scripted_imap([RAW])
    client = connect(server)
    client.create_folder("Done")
    client.move([1], "Done")
    client.append("INBOX", RAW)
    client.delete_messages([2])
    client.expunge([2])
    counts = {name: len(folder.messages) for name, folder in server.folders.items()}
    assert counts == {"INBOX": 0, "Done": 1}
    assert client.folder_status("Done")[b"MESSAGES"] == 1


def test_only_the_messages_chosen_are_found_and_changed(scripted_imap: Start) -> None:
    server = scripted_imap([RAW] * 4)
    client = connect(server)
    client.add_flags([2, 4], ["\\Seen"])
    client.remove_flags([4], ["\\Seen"])
    assert client.search(["UNSEEN"]) == [1, 3, 4]
    assert client.search("UID 3:*") == [3, 4]
    assert client.fetch([1], ["BODY.PEEK[]<2.4>"])[1][b"BODY[]<2>"] == RAW[2:6]


@pytest.mark.parametrize("act", [Act.CUT, Act.CUT_AFTER, Act.CUT_MIDDLE])
@pytest.mark.parametrize(
    ("step", "ask"),
    [
        ("FETCH", lambda client: client.fetch([1], ["BODY.PEEK[]"])),
        ("STORE", lambda client: client.add_flags([1], ["\\Seen"])),
        ("COPY", lambda client: client.copy([1], "INBOX")),
    ],
)
def test_the_line_is_cut_at_a_step_and_works_again_after(
    scripted_imap: Start, step: str, ask: Callable[[imapclient.IMAPClient], object], act: Act
) -> None:
    server = scripted_imap([RAW])
    server.fault(step, act)
    with pytest.raises((IMAPClientAbortError, OSError)):
        ask(connect(server))
    done = server.folders["INBOX"].messages[1].flags or len(server.folders["INBOX"].messages) == 2
    assert bool(done) == (act is not Act.CUT and step != "FETCH")
    ask(connect(server))


def test_a_refusal_a_farewell_and_silence(scripted_imap: Start) -> None:
    server = scripted_imap([RAW])
    server.fault("SEARCH", Act.REPLY, "NO [UNAVAILABLE] try later")
    client = connect(server, seconds=0.5)
    with pytest.raises(IMAPClientError, match="UNAVAILABLE"):
        client.search()
    assert client.search() == [1]
    server.fault("SEARCH", Act.REPLY, "* BYE going down")
    with pytest.raises(IMAPClientAbortError, match="going down"):
        client.search()
    server.fault("SEARCH", Act.HANG)
    with pytest.raises(TimeoutError):
        connect(server, seconds=0.3).search()


@pytest.mark.parametrize("announce", [-5, 40])
def test_a_literal_can_lie_about_its_length(scripted_imap: Start, announce: int) -> None:
    server = scripted_imap([RAW])
    client = connect(server, seconds=0.3)
    server.announce = announce
    with pytest.raises((IMAPClientError, OSError, ValueError)):
        client.fetch([1], ["BODY.PEEK[]"])


def test_those_who_idle_are_told_and_can_be_dropped(scripted_imap: Start) -> None:
    server = scripted_imap()
    client = connect(server)
    client.idle()
    wait_until(lambda: bool(server.idlers), "IDLE")
    server.deliver(RAW)
    assert client.idle_check(timeout=5) == [(1, b"EXISTS")]
    server.drop()
    with pytest.raises((IMAPClientAbortError, OSError)):
        client.idle_done()


def test_a_wrong_password_is_refused_and_commands_are_remembered(scripted_imap: Start) -> None:
    server = scripted_imap()
    with pytest.raises(LoginError):
        imapclient.IMAPClient(HOST, server.port, ssl=False).login("helpdesk", "wrong")
    connect(server)
    assert server.commands[-1] == 'SELECT "INBOX"' or server.commands[-1] == "SELECT INBOX"


def test_uidvalidity_and_numbers_can_be_changed_by_the_test(scripted_imap: Start) -> None:
    server = scripted_imap([RAW])
    inbox = server.folders["INBOX"]
    inbox.uidvalidity, inbox.messages = 2, {9: inbox.messages[1]}
    client = connect(server)
    assert client.select_folder("INBOX")[b"UIDVALIDITY"] == 2
    assert client.search() == [9]
