"""e-KOBE accounts from the record to the letters: numbered once, registered, checked, told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.desk import LEAD, OPERATOR
from tests.ekobe import ACCOUNTS, HARA, NAKAMURA, NOBODY, TRIALS, EkobeDesk
from tests.vault import LINK
from uketsuke.domain.calendar import JST
from uketsuke.domain.job import JobName
from uketsuke.domain.states import RequestState
from uketsuke.errors import Incomplete, UketsukeError
from uketsuke.queue import approval, confirm, decide
from uketsuke.queue.jobs import drain
from uketsuke.store.ledgers import Origin


@pytest.fixture
def office() -> Iterator[EkobeDesk]:
    opened = EkobeDesk.open()
    yield opened
    opened.desk.app.close()


@pytest.fixture(scope="module")
def finished() -> Iterator[EkobeDesk]:
    """One application from the record to the letters, only to be looked at."""
    opened = EkobeDesk.open()
    opened.through(opened.apply())
    yield opened
    opened.desk.app.close()


def test_an_application_becomes_numbers_registrations_a_check_and_letters(office: EkobeDesk) -> None:
    row = office.apply()
    assert row.state is RequestState.NEEDS_REVIEW
    assert not office.book(), "no number before somebody let it run"
    row = office.run(row)
    prod, verify = office.open_steps(row, "manual-task")
    assert [one["account"] for one in (prod.resolved or {})["persons"]] == ["K1104001", "K1104002"]  # type: ignore[index,union-attr]
    assert prod.due_at == verify.due_at == datetime(2026, 12, 11, 17, 30, tzinfo=JST)
    office.register(row)
    ((to, asked),) = office.letters("確認のお願い")
    assert to == "digital-strategy@city.example.lg.jp"
    assert "中村 淳　職員用ID：K1104001" in asked
    assert "/checks" in asked
    assert "/s/" not in asked, "the status page is the applicant's"
    office.desk.clock.at = datetime(2026, 12, 18, 9, 0, tzinfo=JST)
    row = office.pass_check(row)
    assert row.state is RequestState.DONE
    told = [one.due_at for one in office.steps(row, "send-mail") if one.due_at]
    assert told == [datetime(2026, 12, 22, 17, 30, tzinfo=JST)] * 2


def test_who_applied_gets_every_id_and_everybody_else_only_their_own(finished: EkobeDesk) -> None:
    whole, own = finished.letters("作成のお知らせ")
    assert (whole[0], own[0]) == ("nakamura-j@city.example.lg.jp", "hara-m@city.example.lg.jp")
    assert all(one in whole[1] for one in ("D1104", "K1104001", "K1104002"))
    assert "K1104002" in own[1]
    assert "K1104001" not in own[1]
    assert "/s/" not in own[1], "the link is the applicant's"
    assert not [one for _, one in (whole, own) if "パスワード：" in one]


def test_the_ledger_says_who_registered_and_checked_when(finished: EkobeDesk) -> None:
    assert set(finished.book()) == {"K1104001", "K1104002"}
    assert finished.book()["K1104002"] == {
        "account_id": "K1104002",
        "department_id": "D1104",
        "department": "環境保全課",
        "user_name": "原 美咲",
        "user_email": "hara-m@city.example.lg.jp",
        "receipt_number": "2026-000001-5",
        "registered_prod_on": "2026-12-09",
        "registered_verify_on": "2026-12-09",
        "checked_by": "officer01",
        "checked_on": "2026-12-09",
        "state": "active",
        "unlock_dates": [],
    }


def test_what_is_sent_back_keeps_its_numbers_and_tells_nobody_twice(office: EkobeDesk) -> None:
    row = office.run(office.apply())
    office.register(row)
    office.send_back(row, "検証環境の氏名が違います")
    office.register(row)
    row = office.pass_check(row)
    assert row.state is RequestState.DONE
    assert set(office.book()) == {"K1104001", "K1104002"}
    assert office.book()["K1104001"]["registered_verify_on"] == "2026-12-09"
    assert len(office.letters("確認のお願い")) == 2
    assert len(office.letters("作成のお知らせ")) == 2


def test_a_second_application_of_the_department_reuses_its_id_and_goes_on_counting(office: EkobeDesk) -> None:
    office.through(office.apply(NAKAMURA))
    row = office.apply(HARA)
    assert office.concerns(row) == []
    office.through(row)
    assert {key: one["department_id"] for key, one in office.book().items()} == {
        "K1104001": "D1104",
        "K1104002": "D1104",
    }


def test_somebody_asked_for_twice_is_seen_while_the_first_application_is_open(office: EkobeDesk) -> None:
    office.apply(NAKAMURA, HARA)
    assert office.concerns(office.apply(HARA)) == [("FR-06", "department")]
    assert office.concerns(office.apply(NOBODY)) == [("FR-10", "users[0].user_email")], "in no directory"


def test_who_holds_an_id_is_taken_out_and_the_others_are_numbered(office: EkobeDesk) -> None:
    app = office.desk.app
    office.through(office.apply(HARA))
    row = office.apply(NAKAMURA, HARA)
    assert [(one.field, one.hard) for one in row.concerns if one.rule == "EK-2"] == [("users[1]", True)]
    with pytest.raises(UketsukeError):
        office.let_run(row)
    decide.correct(app, OPERATOR, row.id, row.version, {"users[1]": "", "head_count": "1"})
    row = office.through(office.desk.request(row.number))
    assert row.state is RequestState.DONE
    assert {key: one["user_name"] for key, one in office.book().items()} == {
        "K1104001": "原 美咲",
        "K1104002": "中村 淳",
    }


def test_a_repeated_job_gives_no_second_number_and_writes_no_second_letter(office: EkobeDesk) -> None:
    row = office.run(office.apply())
    for step in office.steps(row, "allocate-number"):
        with office.desk.app.database.transaction("again") as tx:
            tx.jobs.enqueue(JobName.PERFORM, step.id)
    drain(office.desk.app)
    office.register(row)
    office.pass_check(row)
    assert set(office.book()) == {"K1104001", "K1104002"}
    assert len(office.desk.letters()) == len({one["Message-ID"] for one in office.desk.letters()})
    assert len(office.letters("作成のお知らせ")) == 2


def test_a_change_gives_no_number_and_tells_what_was_changed(office: EkobeDesk) -> None:
    inoue = ("井上 彩", "inoue-a", {"職員用ID": "K1105001", "変更内容": "姓を「井上」から「上田」に変更"})
    typed = {"申請区分": "変更", "所属": "広報課", "所属コード": "", "所属部課ID": "D1105"}
    row = office.apply(inoue, **typed, 申請者氏名="井上 彩", メールアドレス="inoue-a@city.example.lg.jp")
    assert office.concerns(row) == []
    row = office.through(row)
    assert row.state is RequestState.DONE
    assert not office.book()
    with office.desk.app.database.reading() as tx:
        known = tx.ledgers.row(ACCOUNTS, "K1105001")
    assert known is not None
    assert (known.values["state"], known.values["user_name"]) == ("changed", "井上 彩")
    ((to, told),) = office.letters("変更のお知らせ")
    assert to == "inoue-a@city.example.lg.jp"
    assert "井上 彩　職員用ID：K1105001（姓を「井上」から「上田」に変更）" in told


def test_a_range_without_enough_numbers_is_told_before_anything_runs(office: EkobeDesk) -> None:
    values = {"account_id": "K1104998", "department_id": "D1104", "department": "環境保全課"}
    with office.desk.app.database.transaction("full") as tx:
        tx.ledgers.insert(ACCOUNTS, "K1104998", {**values, "state": "active"}, Origin(actor="import"))
    row = office.apply()
    assert office.concerns(row) == [("EK-4", "department")]


def test_more_than_twenty_at_once_are_approved_and_confirmed_before_any_number(office: EkobeDesk) -> None:
    app = office.desk.app
    row = office.run(office.apply(service="account", heads=21))
    assert row.state is RequestState.AWAITING_APPROVAL
    with app.database.reading() as tx:
        plan = tx.plans.get(row.plan_id or 0)
    with pytest.raises(Incomplete):
        approval.approve(app, LEAD, row.id, row.version, plan.hash)
    approval.approve(app, LEAD, row.id, row.version, plan.hash, count=42)  # 21 in each environment
    office.desk.work()
    assert not office.book()
    confirm.confirm(app, LINK.findall(office.letters("操作の確認のお願い")[-1][1])[-1])
    office.desk.work()
    assert len(office.book()) == 21
    office.register(row)
    assert office.pass_check(row).state is RequestState.DONE


def test_trial_accounts_expire_with_the_fiscal_year_and_are_not_given_twice_unseen(office: EkobeDesk) -> None:
    row = office.apply(service="trial")
    office.through(row)
    assert office.book(TRIALS) == {
        "T0046": {
            "trial_account_id": "T0046",
            "trial_department_id": "TD1103",
            "department": "福祉総務課",
            "receipt_number": row.number,
            "expires_on": "2027-03-31",
            "registered_verify_on": "2026-12-09",
            "checked_on": "2026-12-09",
        }
    }
    ((to, told),) = office.letters("作成のお知らせ")
    assert to == "suzuki-k@city.example.lg.jp"
    assert "利用期限は、2027年3月31日（水）です" in told
    office.desk.clock.at += timedelta(days=40)
    assert office.concerns(office.apply(service="trial")) == [("ET-1", "department")]
