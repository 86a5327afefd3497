"""account-unlock from the mailbox to the sign-in at a real directory, told by a real relay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.unlocks import OPERATOR, OWNER_ADDRESS, SECOND, Unlocks, letter_of
from tests.end_to_end.walk import text_of
from tests.servers.directories import TestDirectory
from tests.servers.dovecot import Dovecot
from tests.servers.programs import wait_until
from tests.servers.slapd import Slapd
from tests.servers.smtp import SmtpRelay
from uketsuke.domain.calendar import local_day
from uketsuke.domain.states import RequestState, StepState
from uketsuke.errors import NotAllowed, SamePerson
from uketsuke.queue import confirm, hindsight, stopped
from uketsuke.store.oversight import Verdict

pytestmark = [pytest.mark.imap, pytest.mark.smtp, pytest.mark.directory]
Open = Callable[..., Unlocks]


@pytest.fixture
def open_unlocks(tmp_path: Path, dovecot: Dovecot, smtp_relay: SmtpRelay) -> Iterator[Open]:
    """Opens the desk in front of a directory."""
    opened: list[Unlocks] = []

    def start(directory: TestDirectory, url: str = f"sqlite:///{tmp_path / 'uketsuke.db'}") -> Unlocks:
        opened.append(Unlocks.open(tmp_path, dovecot, smtp_relay, url, directory))
        return opened[-1]

    yield start
    for one in opened:
        one.walk.close()


@pytest.fixture
def unlocks(open_unlocks: Open, slapd: Slapd) -> Unlocks:
    """The desk in front of OpenLDAP."""
    return open_unlocks(slapd)


def changes(unlocks: Unlocks) -> list[str]:
    """What the directory's own log says that we changed."""
    assert isinstance(unlocks.directory, Slapd)
    return unlocks.directory.changes(unlocks.clerk.dn)


@pytest.mark.parametrize(
    ("directory", "database"),
    [
        ("slapd", "sqlite"),
        ("samba", "sqlite"),
        pytest.param("slapd", "postgres_url", marks=pytest.mark.postgres),
    ],
)
def test_the_owners_link_unlocks_the_account_books_it_and_tells_them(
    directory: str, database: str, open_unlocks: Open, request: pytest.FixtureRequest
) -> None:
    url = () if database == "sqlite" else (request.getfixturevalue(database),)
    unlocks = open_unlocks(request.getfixturevalue(directory), *url)
    row = unlocks.arrive()
    assert (row.state, row.service) == (RequestState.NEEDS_REVIEW, "account-unlock")
    unlocks.run(row)
    assert not unlocks.directory.signs_in(unlocks.clerk)
    unlocks.press(unlocks.link())
    assert unlocks.directory.signs_in(unlocks.clerk)
    assert unlocks.unlocked_on() == ["2027-02-08"]
    assert unlocks.told() == [OWNER_ADDRESS]
    assert unlocks.walk.the_request().state is RequestState.DONE
    assert unlocks.walk.is_sound()


def test_another_person_looks_at_it_afterwards(unlocks: Unlocks) -> None:
    unlocks.run(unlocks.arrive())
    unlocks.press(unlocks.link())
    app = unlocks.walk.app
    with app.database.reading() as tx:
        (review,) = tx.oversight.waiting()
    assert (review.request_id, review.owner) == (unlocks.walk.the_request().id, "30512")
    assert local_day(review.due_at).isoformat() == "2027-02-10"
    with pytest.raises(SamePerson):
        hindsight.look(app, OPERATOR, review.id, Verdict.FINE, "")
    hindsight.look(app, SECOND, review.id, Verdict.FINE, "")


def test_an_operator_who_called_the_owner_back_sets_it_going(unlocks: Unlocks) -> None:
    unlocks.run(unlocks.arrive())
    assert changes(unlocks) == []
    confirm.record_check(unlocks.walk.app, SECOND, unlocks.step(1).id, "call-back")
    unlocks.walk.work()
    assert unlocks.directory.signs_in(unlocks.clerk)
    assert unlocks.told() == [OWNER_ADDRESS]
    assert unlocks.walk.the_request().state is RequestState.DONE


def test_a_call_that_was_checked_when_it_was_written_down_needs_no_letter_first(unlocks: Unlocks) -> None:
    row = unlocks.call()
    assert not unlocks.directory.signs_in(unlocks.clerk)
    unlocks.run(row)
    assert unlocks.directory.signs_in(unlocks.clerk)
    assert unlocks.unlocked_on() == ["2027-02-08"]
    assert unlocks.told() == [OWNER_ADDRESS]
    assert not [one for one in unlocks.walk.mails() if "/c/" in str(one.get_content())]


def test_the_same_mail_again_unlocks_nothing_again(unlocks: Unlocks) -> None:
    unlocks.run(unlocks.arrive())
    unlocks.press(unlocks.link())
    unlocks.directory.lock(unlocks.clerk)
    unlocks.walk.receive(letter_of(unlocks.clerk), letter_of(unlocks.clerk, hop="S002"))
    assert len(unlocks.walk.requests()) == 1
    assert not unlocks.directory.signs_in(unlocks.clerk)
    assert len(changes(unlocks)) == 1
    assert (unlocks.unlocked_on(), unlocks.told()) == (["2027-02-08"], [OWNER_ADDRESS])


def test_a_directory_that_comes_back_is_changed_by_itself_and_once(unlocks: Unlocks, slapd: Slapd) -> None:
    unlocks.run(unlocks.arrive())
    slapd.stop()
    unlocks.press(unlocks.link())
    assert (unlocks.step(2).state, unlocks.told()) == (StepState.RUNNING, [])
    slapd.start()

    def is_done() -> bool:
        unlocks.walk.work()
        return unlocks.walk.the_request().state is RequestState.DONE

    wait_until(is_done, "the unlock")
    assert slapd.signs_in(unlocks.clerk)
    assert len(changes(unlocks)) == 1
    assert unlocks.told() == [OWNER_ADDRESS]


def test_an_account_out_of_use_is_refused_in_words_and_nothing_is_booked(unlocks: Unlocks) -> None:
    unlocks.run(unlocks.arrive())
    unlocks.directory.disable(unlocks.clerk)
    unlocks.press(unlocks.link())
    step = unlocks.step(2)
    assert step.state is StepState.FAILED
    assert "停止されています" in unlocks.why(step)
    assert (changes(unlocks), unlocks.unlocked_on(), unlocks.told()) == ([], [], [])


def test_what_was_unlocked_by_hand_stops_in_words_and_may_stand(unlocks: Unlocks) -> None:
    unlocks.run(unlocks.arrive())
    unlocks.directory.unlock_by_hand(unlocks.clerk)
    unlocks.press(unlocks.link())
    step = unlocks.step(2)
    assert step.state is StepState.FAILED
    assert "既にその状態です" in unlocks.why(step)
    assert unlocks.told() == []
    stopped.accept_step(unlocks.walk.app, OPERATOR, step.id)
    unlocks.walk.work()
    assert unlocks.walk.the_request().state is RequestState.DONE
    assert (changes(unlocks), unlocks.unlocked_on(), unlocks.told()) == ([], [], [OWNER_ADDRESS])


def test_a_forged_mail_never_reaches_the_directory(unlocks: Unlocks) -> None:
    before = unlocks.directory.values(unlocks.clerk.id, unlocks.directory.lock_attribute)
    unlocks.walk.receive(letter_of(unlocks.clerk, forged=True))
    row = unlocks.walk.the_request()
    assert row.state is RequestState.NEEDS_REVIEW
    with pytest.raises(NotAllowed):
        unlocks.run(row)
    unlocks.walk.work()
    after = unlocks.directory.values(unlocks.clerk.id, unlocks.directory.lock_attribute)
    assert (after, changes(unlocks), unlocks.unlocked_on()) == (before, [], [])
    (letter,) = unlocks.walk.mails()
    assert (letter["To"], "/c/" in text_of(letter)) == (OWNER_ADDRESS, False)
