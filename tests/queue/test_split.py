"""分割: one message becomes several requests, each judged and carried out by itself (AP-25)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.desk import OPERATOR, Desk, mail, sample
from uketsuke.app import Actor, token_hash
from uketsuke.domain.calendar import JST
from uketsuke.domain.receipt import parse
from uketsuke.domain.states import Decision, RequestState, Role
from uketsuke.errors import NotAllowed, StaleVersion
from uketsuke.processors.catalogue import UnknownService
from uketsuke.queue import decide
from uketsuke.queue.correspondence import status_token
from uketsuke.queue.review import assess_now, open_concerns, planned
from uketsuke.queue.split import split
from uketsuke.store.requests import RequestRow

LTE = "lte-handover"
TWO_UNITS = (
    "申請区分：返却\n所属：道路計画課\n氏名：髙橋 徹\n管理番号：LTE-0012\n返却希望日：12月18日\n\n"
    "LTE-0017も一緒に返却します。\n"
)


def arrive(
    desk: Desk, body: str = TWO_UNITS, message_id: str = "<two@mail.city.example.lg.jp>"
) -> RequestRow:
    """One mail about two units."""
    accepted = desk.receive(mail(body, message_id=message_id))
    desk.work()
    return desk.request(accepted.number)


def parts(desk: Desk, request: RequestRow, count: int = 2) -> list[RequestRow]:
    """The request, split; every part as it stands."""
    numbers = split(desk.app, OPERATOR, request.id, request.version, [LTE] * count, "2件の返却")
    return [desk.request(number) for number in numbers]


def open_codes(desk: Desk, request: RequestRow) -> list[str]:
    """What still stops it, with today's rules."""
    with desk.app.database.reading() as tx:
        row = tx.requests.get(request.id)
        return [one.code for one in open_concerns(row, assess_now(desk.app, tx, row).concerns)]


def correct(desk: Desk, request: RequestRow, **values: str) -> None:
    """Put values right."""
    decide.correct(desk.app, OPERATOR, request.id, request.version, values)


def run(desk: Desk, request: RequestRow) -> None:
    """Let it run as it is now; everything that is due happens."""
    with desk.app.database.reading() as tx:
        row = tx.requests.get(request.id)
        plan = planned(desk.app, tx, row, assess_now(desk.app, tx, row))
    assert plan is not None
    decide.run(desk.app, OPERATOR, row.id, row.version, plan.hash())
    desk.work()


def test_each_part_has_its_own_number_and_all_have_the_same_original(desk: Desk) -> None:
    request = arrive(desk)
    first, second, third = parts(desk, request, 3)
    assert first.id == request.id
    assert [parse(one.number, desk.app.today()).serial for one in (first, second, third)] == [1, 2, 3]
    assert {one.receipt_id for one in (first, second, third)} == {request.receipt_id}
    assert {one.state for one in (first, second, third)} == {RequestState.NEEDS_REVIEW}
    assert {one.applied_at for one in (first, second, third)} == {request.applied_at}
    assert {one.due_at for one in (first, second, third)} == {request.due_at}
    assert arrive(desk, TWO_UNITS, "<next@mail.city.example.lg.jp>").number[5:11] == "000004"


def test_a_part_keeps_the_fiscal_year_and_the_deadlines_of_its_message(desk: Desk) -> None:
    request = arrive(desk)
    desk.clock.at = datetime(2027, 4, 1, 10, tzinfo=JST)
    _, second = parts(desk, request)
    assert second.number.startswith("2026-000002-")
    assert second.due_at == request.due_at


def test_the_clock_of_a_part_began_when_its_message_came_even_where_the_message_does_not_say(
    desk: Desk,
) -> None:
    accepted = desk.receive(mail(TWO_UNITS).replace(b"Received:", b"X-Received:"))
    desk.work()
    request = desk.request(accepted.number)
    desk.clock.forward(days=5)
    _, second = parts(desk, request)
    correct(desk, second, current_asset_no="LTE-0017")
    assert desk.request(second.number).due_at == request.due_at


def test_a_part_begins_with_what_was_read_and_corrected_and_with_the_identity_that_was_checked(
    desk: Desk,
) -> None:
    request = arrive(desk)
    version = decide.correct(desk.app, OPERATOR, request.id, request.version, {"desired_date": "12/21"})
    decide.attest(desk.app, OPERATOR, request.id, version, "call-back")
    first, second = parts(desk, desk.request(request.number))
    assert second.reading == first.reading
    assert second.authority == first.authority
    corrected = second.reading.current("desired_date")
    assert corrected is not None
    assert (corrected.value, corrected.source.who) == ("2026-12-21", "operator01")


def test_two_parts_about_one_unit_are_held_apart_until_one_is_corrected(desk: Desk) -> None:
    """They come of one mail, but carried out as they are the unit would come back twice."""
    first, second = parts(desk, arrive(desk))
    assert open_codes(desk, first) == open_codes(desk, second) == ["duplicate"]
    correct(desk, second, current_asset_no="LTE-0017")
    assert open_codes(desk, first) == open_codes(desk, second) == []


def test_both_parts_are_carried_out_each_once_under_its_own_number(desk: Desk) -> None:
    first, second = parts(desk, arrive(desk))
    correct(desk, second, current_asset_no="LTE-0017")
    run(desk, second)
    run(desk, first)
    for unit, part in (("LTE-0012", first), ("LTE-0017", second)):
        assert desk.unit(unit)["status"] == "awaiting_return"
        assert desk.unit(unit)["receipt_number"] == part.number
    told = [str(letter["Subject"]) for letter in desk.letters()]
    assert sum(first.number in subject for subject in told) == 3, "acknowledged, contacted, the desk told"
    assert sum(second.number in subject for subject in told) == 2, "contacted, the desk told"


def test_a_return_and_a_distribution_in_one_sentence_become_one_of_each(desk: Desk) -> None:
    accepted = desk.receive(sample("own-two-kinds-flagged"))
    desk.work()
    first, second = parts(desk, desk.request(accepted.number))
    correct(desk, first, kind="返却")
    correct(desk, second, kind="配布", quantity="2", current_asset_no="")
    for part in (first, second):
        run(desk, part)
    assert desk.unit("LTE-0017")["status"] == "awaiting_return"
    with desk.app.database.reading() as tx:
        reserved = tx.ledgers.rows("lte-ledger", {"status": "reserved"})
    assert [row.values["receipt_number"] for row in reserved] == [second.number] * 2


def test_the_audit_log_tells_of_each_part_once_and_where_it_came_from(desk: Desk) -> None:
    request = arrive(desk)
    first, second, third = parts(desk, request, 3)
    with desk.app.database.reading() as tx:
        entries = {one.number: tx.audit.of_request(one.id) for one in (first, second, third)}
        assert tx.audit.verify() is None
    (did,) = [one for one in entries[first.number] if one.action == "split"]
    assert did.facts["into"] == [first.number, second.number, third.number]
    assert did.personal == {"reason": "2件の返却"}
    for part in (second, third):
        (opened,) = entries[part.number]
        assert (opened.action, opened.facts["from"]) == ("split-off", first.number)
        assert opened.actor == "operator01"


def test_a_copy_of_the_mail_and_a_reply_to_the_acknowledgement_join_the_first(desk: Desk) -> None:
    request = arrive(desk)
    acknowledged = str(desk.letters()[0]["Message-ID"]).strip("<>")
    _, second = parts(desk, request)
    desk.receive(mail(TWO_UNITS, message_id="<two@mail.city.example.lg.jp>") + b"\r\n")
    desk.receive(mail("承知しました。", message_id="<re@mail.city.example.lg.jp>", replying_to=acknowledged))
    desk.work()
    with desk.app.database.reading() as tx:
        assert len(tx.receipts.of_request(request.id)) == 3
        assert tx.receipts.of_request(second.id) == []


def test_a_reply_to_a_letter_about_a_part_joins_that_part(desk: Desk) -> None:
    _, second = parts(desk, arrive(desk))
    decide.ask(desk.app, OPERATOR, second.id, second.version, ["どの端末ですか"], "")
    desk.work()
    asked = str(desk.letters()[-1]["Message-ID"]).strip("<>")
    desk.receive(mail("LTE-0017です。", message_id="<re@mail.city.example.lg.jp>", replying_to=asked))
    desk.work()
    assert desk.request(second.number).state is RequestState.NEEDS_REVIEW
    with desk.app.database.reading() as tx:
        assert [one.direction for one in tx.exchanges.of_request(second.id)] == ["out", "in"]


def test_each_part_has_a_status_page_of_its_own(desk: Desk) -> None:
    for part in parts(desk, arrive(desk)):
        assert part.token_hash == token_hash(status_token(desk.app, part.number))


@pytest.mark.parametrize("services", [[LTE], [LTE] * 21, []])
def test_two_to_twenty_parts_are_possible(desk: Desk, services: list[str]) -> None:
    request = arrive(desk)
    with pytest.raises(NotAllowed):
        split(desk.app, OPERATOR, request.id, request.version, services)


def test_what_is_refused_writes_nothing_and_uses_no_number(desk: Desk) -> None:
    request = arrive(desk)
    with pytest.raises(UnknownService):
        split(desk.app, OPERATOR, request.id, request.version, [LTE, "nonsense"])
    with pytest.raises(NotAllowed):
        split(desk.app, Actor("mori", Role.OFFICER), request.id, request.version, [LTE, LTE])
    first, _ = parts(desk, request)
    with pytest.raises(StaleVersion):
        split(desk.app, OPERATOR, request.id, request.version, [LTE, LTE])
    with desk.app.database.reading() as tx:
        assert len(tx.requests.of_receipt(first.receipt_id)) == 2
        assert tx.series.peek("receipt-2026") == 3


def test_the_split_decides_which_unit_each_part_means_and_nobody_is_asked_again(desk: Desk) -> None:
    request = arrive(desk)
    assert "other-unit-named" in open_codes(desk, request)
    first, second = parts(desk, request)
    for part in (first, second):
        assert {one.reason for one in part.overrides.values()} == {Decision.SPLIT.value}
        assert "other-unit-named" not in open_codes(desk, part)
