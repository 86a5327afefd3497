"""F1 for the embedded default: a folder of mails in, a Maildir out. There no letter is ever unknown."""

from __future__ import annotations

from collections import Counter
from email import policy
from email.parser import BytesParser
from itertools import count
from pathlib import Path

import pytest

from tests.crash.conftest import MakeOffice
from tests.crash.office import Crew, Office, Zygote
from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from tests.servers.programs import wait_until
from uketsuke.domain.states import LetterState

pytestmark = [pytest.mark.crash, pytest.mark.imap]
AT = moment("2026-12-08 14:00")
CALLS = ("folder.read", "folder.move", "maildir.write", "maildir.rename")
SIDES = [f"{call}:{side}" for call in CALLS for side in ("before", "after")]
POINTS = [
    *(f"{side}:1" for side in SIDES),
    *(pytest.param(f"{side}:3", marks=pytest.mark.slow) for side in SIDES),
]
COUNT = 3


def embedded(make_office: MakeOffice, place: Path) -> tuple[Office, Path, Path]:
    """An office without servers; its folder with three mails, and where its letters go."""
    inbox, outbox = place / "inbox", place / "outbox"
    inbox.mkdir()
    units = ("LTE-0012", "LTE-0018", "LTE-0017")
    for number, unit in enumerate(units):
        raw = mails.return_of(
            mails.TAKAHASHI, unit, at=AT, message_id=f"<embedded-{number}@city>", day="R8.12.11"
        )
        (inbox / f"{number}.eml").write_bytes(raw)
    office = make_office(lease=1, mailbox_url=f"folder://{inbox}", smtp_url=f"maildir://{outbox}")
    return office, inbox, outbox


def delivered(outbox: Path) -> Counter[str]:
    """How often each letter lies in the Maildir."""
    parser = BytesParser(policy=policy.default)
    found = [path for part in ("new", "cur") for path in (outbox / part).glob("*")]
    return Counter(str(parser.parsebytes(path.read_bytes())["Message-ID"]).strip("<>") for path in found)


@pytest.mark.parametrize("point", POINTS)
def test_a_death_at_this_point_loses_and_doubles_nothing(
    point: str, make_office: MakeOffice, zygote: Zygote, tmp_path: Path
) -> None:
    office, inbox, outbox = embedded(make_office, tmp_path)
    crew = Crew(office, zygote, COUNT)
    crew.roles = ("once",)
    crew.start({"once": point})
    turns = count()

    def is_over() -> bool:
        if crew.members["once"].is_alive:
            return False
        with office.app.database.reading() as tx:
            letters = tx.letters.in_states(list(LetterState))
            if next(turns) and len(letters) >= COUNT and not tx.jobs.counts():
                return True
        crew.restart_the_dead()
        return False

    wait_until(is_over, "everything done", 40)
    crew.stop()
    assert point.rpartition(":")[0] in crew.trace("once")
    with office.app.database.reading() as tx:
        letters = tx.letters.in_states(list(LetterState), 1000)
        assert tx.tray.all_requests().total == COUNT
        assert tx.audit.verify() is None
    assert {letter.state for letter in letters} == {LetterState.SENT}
    assert delivered(outbox) == Counter(letter.message_id.strip("<>") for letter in letters)
    assert sorted(path.name for path in (inbox / "stored").iterdir()) == ["0.eml", "1.eml", "2.eml"]
    assert not list(inbox.glob("*.eml"))
