"""A letter is written once and ends in one of three ways (DESIGN 2 promise 6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError

from tests.store import samples
from uketsuke.domain.states import LetterState
from uketsuke.store.database import Database
from uketsuke.store.letters import Letters
from uketsuke.store.repository import StaleState
from uketsuke.store.shapes import Refusal

S = LetterState
MOVES: dict[str, tuple[Callable[[Letters, int], None], S, set[S]]] = {
    "sending": (lambda all_, one: all_.set_sending(one), S.SENDING, {S.WRITTEN}),
    "sent": (lambda all_, one: all_.set_sent(one, "250 queued as 1"), S.SENT, {S.SENDING}),
    "failed": (lambda all_, one: all_.set_failed(one, "550"), S.FAILED, {S.WRITTEN, S.SENDING}),
    "unknown": (lambda all_, one: all_.set_unknown(one, "cut"), S.UNKNOWN, {S.SENDING}),
    "later": (lambda all_, one: all_.set_later(one, "421", samples.NOON), S.WRITTEN, {S.WRITTEN, S.SENDING}),
    "settled": (lambda all_, one: all_.settle(one, S.SENT, "op"), S.SENT, {S.UNKNOWN, S.FAILED}),
}
WAY: dict[S, list[str]] = {
    S.WRITTEN: [],
    S.SENDING: ["sending"],
    S.SENT: ["sending", "sent"],
    S.FAILED: ["failed"],
    S.UNKNOWN: ["sending", "unknown"],
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("start", S)
def test_a_letter_moves_only_from_the_states_it_may(database: Database, start: S, move: str) -> None:
    act, end, allowed = MOVES[move]
    with database.transaction("letter") as tx:
        letter = samples.letter(tx)
        for step in WAY[start]:
            MOVES[step][0](tx.letters, letter)
        if start in allowed:
            act(tx.letters, letter)
        else:
            with pytest.raises(StaleState):
                act(tx.letters, letter)
        assert tx.letters.get(letter).state is (end if start in allowed else start)


def test_one_effect_writes_one_letter(database: Database) -> None:
    with database.transaction("write") as tx:
        letter = samples.letter(tx)
        found = tx.letters.by_effect_key("1-1")
        assert found
        assert found.id == letter
    with pytest.raises(IntegrityError), database.transaction("again") as tx:
        samples.letter(tx)


def test_what_the_server_said_is_kept(database: Database) -> None:
    refused = (Refusal(address="a@city.example.lg.jp", reply="550 no"),)
    with database.transaction("send") as tx:
        letter = samples.letter(tx)
        tx.letters.set_sending(letter)
        tx.letters.set_later(letter, "421 busy", samples.NOON)
        tx.letters.set_sending(letter)
        tx.letters.set_sent(letter, "250 queued as 7", refused)
        found = tx.letters.by_message_id("<1-1@city.example.lg.jp>")
    assert found
    assert (found.attempts, found.server_reply, found.refused) == (2, "250 queued as 7", refused)
    assert (found.last_error, found.next_attempt_at) == (None, None)
    assert found.sent_at


def test_what_was_not_sent_is_grouped_by_state_and_cause(database: Database) -> None:
    with database.transaction("send") as tx:
        ids = [samples.letter(tx, f"1-{number}") for number in range(5)]
        for letter in ids[:2]:
            tx.letters.set_later(letter, "421 busy", samples.NOON)
        tx.letters.set_failed(ids[2], "550 no")
        tx.letters.set_sending(ids[3])
        tx.letters.set_sent(ids[3], "250 ok")
        found = [(one.state, one.error, one.count) for one in tx.letters.causes()]
        assert sorted(found, key=str) == [
            (S.FAILED, "550 no", 1),
            (S.WRITTEN, "421 busy", 2),
            (S.WRITTEN, None, 1),
        ]
        assert [one.id for one in tx.letters.in_states([S.WRITTEN])] == [ids[0], ids[1], ids[4]]


def test_a_person_may_have_an_unknown_letter_sent_again(database: Database) -> None:
    with database.transaction("send") as tx:
        letter = samples.letter(tx)
        tx.letters.set_sending(letter)
        tx.letters.set_unknown(letter, "cut")
        tx.letters.settle(letter, S.WRITTEN, "op")
        found = tx.letters.get(letter)
    assert (found.state, found.settled_by, found.sent_at) == (S.WRITTEN, "op", None)
