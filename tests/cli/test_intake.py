"""`intake once`: idempotent, and honest about what it could not reach."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.cli.conftest import Cli
from tests.servers.dovecot import Dovecot
from uketsuke.cli.intake import LONGEST_SECONDS, pause
from uketsuke.settings import Mailbox

SAMPLES = Path(__file__).parents[1] / "samples/kobe/lte-handover"


def test_a_mail_is_taken_in_once_however_often_it_is_looked_for(cli: Cli, desk: Path) -> None:
    raw = (SAMPLES / "kobe-06-lte-handover-clean.eml").read_bytes()
    inbox = desk.parent / "inbox"
    inbox.mkdir()
    (inbox / "1.eml").write_bytes(raw)
    assert "受付 1件・重複 0件" in cli("intake", "once", "--config", desk).out
    assert "受付 0件・重複 0件" in cli("intake", "once", "--config", desk).out
    (inbox / "copy.eml").write_bytes(raw)
    assert "受付 0件・重複 1件" in cli("intake", "once", "--config", desk).out


def test_without_a_mailbox_there_is_a_message_not_silence(
    cli: Cli, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write_text(f'data_dir = "{desk.parent / "data"}"\n', "utf-8")
    ended = cli("intake", "once", "--config", desk)
    assert (ended.code, "UKETSUKE_MAILBOX__URL" in ended.err) == (1, True)


@pytest.mark.imap
def test_imap_is_read_and_a_wrong_password_wants_a_person(
    cli: Cli, desk: Path, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver((SAMPLES / "kobe-06-lte-handover-clean.eml").read_bytes())
    monkeypatch.setenv("UKETSUKE_MAILBOX__URL", dovecot.url)
    found = cli("intake", "once", "--config", desk, "--format", "json").json
    assert (found["new"], found["filed"]) == (1, 1)
    monkeypatch.setenv("UKETSUKE_MAILBOX__URL", dovecot.url.replace(dovecot.password, "wrong"))
    assert cli("intake", "once", "--config", desk).code == 5


def test_a_mailbox_that_is_away_is_tried_less_often_but_again_and_again() -> None:
    box = Mailbox(url=SecretStr("imap://u:p@127.0.0.1:1/INBOX"), poll_seconds=60)
    pauses = [pause(box, failures) for failures in range(30)]
    assert pauses[0] == 60
    assert pauses[1:] == sorted(pauses[1:])
    assert max(pauses) == LONGEST_SECONDS
