"""lte-handover from the mailbox to the relay: ledger, letters and audit read back, on both databases."""

from __future__ import annotations

from datetime import date

import pytest

from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from tests.end_to_end.walk import OPERATOR, Walk, one, text_of
from uketsuke.domain.states import RequestState
from uketsuke.intake.note import Note, accept_note
from uketsuke.queue import decide
from uketsuke.queue.review import assess_now, planned

pytestmark = [pytest.mark.imap, pytest.mark.smtp]
AT = moment("2026-12-08 14:00")
TENTH, FOURTEENTH = date(2026, 12, 10), date(2026, 12, 14)
DESK = "digital-strategy@city.example.lg.jp"


def run(walk: Walk, number: int = 0) -> None:
    """An operator looks at the plan and has it run."""
    request = walk.requests()[number]
    with walk.app.database.reading() as tx:
        plan = planned(walk.app, tx, request, assess_now(walk.app, tx, request))
    decide.run(walk.app, OPERATOR, request.id, request.version, plan.hash() if plan else "")
    walk.work()


def test_a_distribution_ends_with_units_handed_out_and_the_requester_told(walk: Walk) -> None:
    walk.receive(mails.distribution(mails.SUZUKI, at=AT, message_id="<d@x>", count=2, day="R8.12.10"))
    assert [walk.unit(key)["status"] for key in ("LTE-0050", "LTE-0051")] == ["reserved", "reserved"]
    assert walk.work_list() == []
    walk.morning_of(TENTH)
    walk.confirm()
    for key in ("LTE-0050", "LTE-0051"):
        assert walk.states_of(key) == ["in_stock", "reserved", "handed_out"]
        assert walk.unit(key)["hand_over_date"] == "2026-12-10"
        assert walk.unit(key)["department"] == "福祉総務課"
    assert walk.states_of("LTE-0052") == ["in_stock"]
    request = walk.the_request()
    assert request.state is RequestState.DONE
    done = one(walk.mails(), "完了")
    assert (done["To"], done["Auto-Submitted"]) == (mails.SUZUKI.address, "auto-generated")
    assert request.number in str(done["Subject"])
    assert "LTE-0050" in text_of(done)
    assert walk.subjects(DESK) == ["LTE接続端子の受渡し情報（福祉総務課・配布）"]
    assert walk.audited().count("step-send-mail") == 3
    assert walk.is_sound()


def test_an_exchange_has_a_unit_out_and_a_unit_back(walk: Walk) -> None:
    walk.receive(mails.exchange(mails.KOBAYASHI, "LTE-0017", at=AT, message_id="<e@x>", day="12月14日（月）"))
    assert walk.unit("LTE-0017")["status"] == "awaiting_return"
    walk.morning_of(FOURTEENTH)
    assert len(walk.work_list()) == 2
    walk.confirm()
    assert walk.states_of("LTE-0050") == ["in_stock", "reserved", "handed_out"]
    assert walk.unit("LTE-0050")["replaced_asset_no"] == "LTE-0017"
    assert walk.states_of("LTE-0017") == ["handed_out", "awaiting_return", "in_repair"]
    assert "user_name" not in walk.unit("LTE-0017")
    assert walk.the_request().state is RequestState.DONE
    assert walk.is_sound()


def test_a_return_puts_the_unit_back_into_stock(walk: Walk) -> None:
    walk.receive(mails.return_of(mails.NAKAMURA, "LTE-0021", at=AT, message_id="<r@x>", day="R8.12.10"))
    walk.morning_of(TENTH)
    walk.confirm()
    assert walk.states_of("LTE-0021") == ["handed_out", "awaiting_return", "in_stock"]
    assert walk.unit("LTE-0021")["return_date"] == "2026-12-10"
    assert walk.the_request().state is RequestState.DONE
    assert len(walk.subjects(mails.NAKAMURA.address)) == 3
    assert walk.is_sound()


def test_a_flagged_return_waits_and_goes_on_when_an_operator_has_corrected_it(walk: Walk) -> None:
    walk.receive(mails.return_of(mails.INOUE, "", at=AT, message_id="<f@x>", day="R8.12.10"))
    request = walk.the_request()
    assert request.state is RequestState.NEEDS_REVIEW
    assert "current_asset_no" in [concern.field for concern in request.concerns]
    assert walk.unit("LTE-0022")["status"] == "handed_out"
    decide.correct(walk.app, OPERATOR, request.id, request.version, {"current_asset_no": "LTE-0022"})
    run(walk)
    walk.morning_of(TENTH)
    walk.confirm()
    assert walk.states_of("LTE-0022") == ["handed_out", "awaiting_return", "in_stock"]
    assert walk.the_request().state is RequestState.DONE
    assert {"correct", "run"} <= set(walk.audited())
    assert walk.is_sound()


def test_a_call_written_down_is_done_like_a_mail(walk: Walk) -> None:
    values = {
        "サービス": "LTE接続端子",
        "申請区分": "返却",
        "所属": "市民協働課",
        "氏名": "田中 花子",
        "メールアドレス": "tanaka-h@city.example.lg.jp",
        "端子番号": "LTE-0023",
        "受渡希望日": "2026-12-10",
    }
    note = Note("call-1", OPERATOR.login, AT, AT, "call-back", values)
    accept_note(walk.app.database, note, walk.app.now())
    accept_note(walk.app.database, note, walk.app.now())
    walk.work()
    walk.morning_of(TENTH)
    walk.confirm()
    assert walk.unit("LTE-0023")["status"] == "in_stock"
    assert walk.the_request().state is RequestState.DONE
    assert walk.is_sound()


def test_without_a_desired_date_a_reply_in_the_thread_chooses_one_of_the_days_offered(walk: Walk) -> None:
    walk.receive(mails.distribution(mails.TANAKA, at=AT, message_id="<o@x>"))
    offer = one(walk.mails(), "ご相談")
    assert "12月14日（月）" in text_of(offer)
    answer = mails.reply_to(
        mails.TANAKA,
        str(offer["Message-ID"]),
        "12月14日（月）でお願いします。",
        at=moment("2026-12-08 14:50"),
        message_id="<reply@x>",
    )
    walk.receive(answer)
    assert len(walk.requests()) == 1
    walk.morning_of(FOURTEENTH)
    walk.confirm()
    assert walk.unit("LTE-0050")["hand_over_date"] == "2026-12-14"
    assert walk.the_request().state is RequestState.DONE
    assert walk.is_sound()


def test_nobody_came_so_the_requester_is_asked_again_and_the_unit_stays_reserved(walk: Walk) -> None:
    walk.receive(mails.distribution(mails.SUZUKI, at=AT, message_id="<n@x>", day="R8.12.10"))
    walk.morning_of(TENTH)
    walk.confirm("no_show")
    assert walk.states_of("LTE-0050") == ["in_stock", "reserved"]
    assert len([words for words in walk.subjects(mails.SUZUKI.address) if "完了" not in words]) == 3
    assert walk.the_request().state is RequestState.RUNNING
    assert walk.is_sound()


def test_a_suspected_loss_stops_before_any_plan(walk: Walk) -> None:
    lost = "現場で紛失した可能性があり見つからない"
    walk.receive(mails.exchange(mails.KOBAYASHI, "LTE-0017", at=AT, message_id="<l@x>", fault=lost))
    request = walk.the_request()
    assert request.state is RequestState.NEEDS_REVIEW
    assert request.plan_id is None
    assert "loss-or-theft" in [concern.code for concern in request.concerns]
    assert walk.states_of("LTE-0017") == ["handed_out"]
    assert walk.is_sound()
