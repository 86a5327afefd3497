"""The same message in the same world always means the same, and what people correct counts last."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_files import Sample, by_name, catalogue, samples, world_on
from uketsuke.domain.authority import Need
from uketsuke.domain.content import Attachment, Channel, Content, FormValue, FromFacts, Kind
from uketsuke.domain.plan import AgreeDate, Plan
from uketsuke.domain.reading import FieldValue, Reading, Source, SourceKind
from uketsuke.domain.world import OpenRequest
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment, PlanState, Thread

AT = datetime.fromisoformat("2026-12-08T09:00:00+09:00")
WORLD = world_on(AT)
SENDER = FromFacts(address="kobayashi-m@city.example.lg.jp")
ALL = tuple(samples())
WORDS = st.sampled_from(
    [
        "申請区分：",
        "返却",
        "配布",
        "所属：",
        "道路計画課",
        "LTE-0017",
        "ＬＴＥー００１２",
        "をお願いします。",
        "\n",
        "　",
        "①",
        "12月16日",
        "受渡希望日：",
        "内線３４５６",
        "つながりません",
        "です",
        "ｶﾞ",
        "㌔",
        "髙",
        "【氏名】",
        "：",
        "ﾒｰﾙ：",
        "紛失",
    ]
)


def message(text: str, subject: str = "LTE接続端子", **more: Any) -> Content:
    return Content(channel=Channel.MAIL, sender=SENDER, subject=subject, text=text, **more)


def judged(text: str, subject: str = "LTE接続端子", **more: Any) -> Assessment:
    return assess(message(text, subject), AT, WORLD, catalogue(), **more)


def typed(name: str, words: str, value: Any = None) -> Reading:
    source = Source(kind=SourceKind.OPERATOR, part=name, text=words, who="operator01", at=AT)
    found = FieldValue(value=words if value is None else value, raw=words, source=source, rule="operator")
    return Reading(values={name: (found,)})


@pytest.mark.parametrize("sample", ALL, ids=[one.path.stem for one in ALL])
def test_assessing_twice_gives_the_same_and_changes_nothing(sample: Sample) -> None:
    content, world = sample.content, sample.world
    before = content.model_dump_json(), repr(world.data)
    first, second = (assess(content, sample.received_at, world, catalogue()) for _ in range(2))
    assert first == second
    assert (content.model_dump_json(), repr(world.data)) == before


@pytest.mark.parametrize("sample", ALL, ids=[one.path.stem for one in ALL])
def test_a_plan_comes_back_from_its_json_as_it_was_with_the_same_hash(sample: Sample) -> None:
    steps = sample.assessed().steps
    if steps:
        plan = Plan(service="lte-handover", version=1, steps=steps)
        again = Plan.model_validate_json(plan.canonical())
        assert again == plan
        assert again.hash() == plan.hash()


@given(st.lists(WORDS, max_size=25).map("".join), st.lists(WORDS, max_size=6).map("".join))
def test_ap_61_every_span_is_text_that_occurs_there(text: str, subject: str) -> None:
    assessment = judged(text, subject)
    parts = {"text": text, "subject": subject}
    for history in assessment.reading.values.values():
        for value in history:
            if value.source.kind is SourceKind.SPAN:
                assert parts[value.source.part][value.source.start : value.source.end] == value.source.text
                assert value.raw == value.source.text


@given(st.text(max_size=300))
def test_no_text_at_all_makes_it_fail(text: str) -> None:
    assert judged(text, text[:80]).kind in (Kind.REQUEST, Kind.INQUIRY)


def test_quotes_and_signatures_give_no_value() -> None:
    content = message(
        "よろしくお願いします。", quoted_text="申請区分：返却\n管理番号：LTE-0017", signature="内線：3456"
    )
    values = assess(content, AT, WORLD, catalogue()).values
    assert not {"kind", "current_asset_no", "requester_phone"} & values.keys()


@pytest.mark.parametrize(
    "text",
    [
        "LTE-0017を返却しました。",
        "LTE-0017の返却方法を教えてください。",
        "LTE-0017はいつまでに返却すればよいですか。",
        "LTE-0017の返却は取りやめます。",
        "LTE-0017は返却済みです。返却をお願いします、と言われましたが返却しました。",
        "先日はLTE-0017の返却にご対応いただきありがとうございました。",
        "LTE-0017かLTE-0018を返却します。",
        "LTE-0017を紛失したため返却できません。交換をお願いします。",
        "LTE-0017を返却します。ただし来月にしてください。",
        "故障したLTE-0017を返却します。",
        "申請区分：返却\n管理番号：LTE-0017\n本数：2本",
        "LTE-0017の返却希望日を12月18日に変更してください。",
        "LTE-0017を返却します。12月18日以降になります。",
        "申請区分：配布\n予備を含めて3本あると助かります。",
    ],
)
def test_what_is_no_clear_request_never_gets_ready(text: str) -> None:
    assert judged(text).plan_state is not PlanState.READY


NUMBERED = """下記のとおり申請します。
１　申請区分　　配布
２　所　属　　　道路計画課
３　氏　名　　　小林 誠
４　本　数　　　２本
５　受渡希望日　令和８年１２月１５日（火）
"""


def test_a_numbered_form_with_spaced_labels_loses_nothing() -> None:
    read = judged(NUMBERED)
    assert not read.concerns
    assert (read.values["quantity"], read.values["desired_date"]) == (2, "2026-12-15")


def test_a_ticked_box_is_the_choice() -> None:
    read = judged("申請区分：□配布　■返却　□故障交換\n管理番号：LTE-0017\n")
    assert (read.values["kind"], read.concerns) == ("return", ())


def test_a_correction_counts_last_and_what_was_read_stays() -> None:
    text = "申請区分：返却\n管理番号：LTE-0099\n"
    assert [one.code for one in judged(text).concerns] == ["unknown-target"]
    corrected = judged(text, corrections=typed("current_asset_no", "ＬＴＥ－００１７"))
    assert corrected.values["current_asset_no"] == "LTE-0017"
    assert not corrected.concerns
    history = corrected.reading.values["current_asset_no"]
    assert [one.raw for one in history] == ["LTE-0099", "ＬＴＥ－００１７"]


def test_assessing_a_stored_reading_again_adds_no_value_twice() -> None:
    text = "申請区分：返却\n管理番号：LTE-0099\n"
    once = judged(text, corrections=typed("current_asset_no", "LTE0017"))
    again = judged(text, corrections=once.reading)
    assert again.reading == once.reading
    assert again == once


def test_a_correction_that_cannot_be_read_is_a_concern_again() -> None:
    wrong = judged(
        "申請区分：返却\n管理番号：LTE-0017\n", corrections=typed("desired_date", "12月15日（月）")
    )
    assert [(one.code, one.field) for one in wrong.concerns] == [("weekday-contradiction", "desired_date")]


def test_a_cleared_value_is_gone() -> None:
    text = "申請区分：返却\n管理番号：LTE-0017\n希望日：12月1日\n"
    cleared = judged(text, corrections=typed("desired_date", ""))
    assert "desired_date" not in cleared.values
    assert not cleared.concerns


def test_an_operators_choice_of_service_reads_its_fields() -> None:
    assert (
        judged("返却をお願いします。端子番号：LTE-0017", subject="お願い", service="lte-handover").service
        == "lte-handover"
    )


def test_a_loss_stops_the_plan_until_an_operator_has_decided() -> None:
    text = "申請区分：故障交換\n管理番号：LTE-0017\n症状：紛失した\n"
    stopped = judged(text)
    assert (stopped.plan_state, stopped.steps) == (PlanState.NONE, None)
    passed_over = judged(text, decided={one.key for one in stopped.concerns})
    assert (passed_over.plan_state, passed_over.steps) == (PlanState.NONE, None)
    decided = judged(text, corrections=typed("loss", "not_lost"))
    assert decided.plan_state is PlanState.READY
    assert decided.steps


def test_an_overridden_soft_concern_no_longer_holds_and_a_hard_one_does() -> None:
    soft = judged("申請区分：配布\n希望日：12月1日\n")
    assert soft.plan_state is PlanState.HELD
    assert (
        judged("申請区分：配布\n希望日：12月1日\n", decided={one.key for one in soft.concerns}).plan_state
        is PlanState.READY
    )
    hard = judged("申請区分：配布\n所属：道路企画課\n")
    assert (
        judged("申請区分：配布\n所属：道路企画課\n", decided={one.key for one in hard.concerns}).plan_state
        is PlanState.HELD
    )


def test_ap_66_clearing_every_reason_changes_no_authority() -> None:
    text = "申請区分：返却\n所属：市民協働課\n管理番号：LTE-0012\n"
    doubtful = judged(text)
    decided = judged(text, decided={one.key for one in doubtful.concerns})
    assert doubtful.authority == decided.authority
    assert decided.authority.need == (Need.OPERATOR,)


def test_two_services_claiming_equally_choose_nothing() -> None:
    both = judged("iPadとLTE接続端子を返却します。")
    assert both.service is None
    assert [one.code for one in both.concerns] == ["ambiguous-service"]
    assert both.candidates[0].words


class _Repeated:
    """The samples' world with one more open request in it."""

    def __init__(self, number: str) -> None:
        self._number = number

    def __getattr__(self, name: str) -> Any:
        return getattr(WORLD, name)

    def similar(self, service: str, department: str, field: str, value: str) -> list[OpenRequest]:
        return [
            OpenRequest(
                number=self._number, service=service, department=department, values={field: value}, at=AT
            )
        ]


def test_the_same_unit_asked_for_twice_is_flagged_but_never_by_itself() -> None:
    content = message("申請区分：返却\n管理番号：LTE-0017\n")
    world: Any = _Repeated("2026-000123-8")
    other, own = (
        assess(content, AT, world, catalogue(), number=number)
        for number in ("2026-000087-6", "2026-000123-8")
    )
    assert [one.code for one in other.concerns] == ["duplicate"]
    assert not own.concerns


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("パスワード：abcd1234", "sensitive-content"),
        ("番号は1234 5678 9012です", "sensitive-content"),
        ("申請書を添付します", "missing-attachment"),
        ("至急お願いします", "urgent"),
    ],
)
def test_general_rules_see_what_must_not_pass_unseen(text: str, code: str) -> None:
    assert code in [one.code for one in judged(f"申請区分：返却\n管理番号：LTE-0017\n\n{text}").concerns]


@pytest.mark.parametrize(
    "text",
    ["パスワードを忘れました", "緊急連絡先は別紙です", "お急ぎではありません。急ぎません", "078-000-5678"],
)
def test_general_rules_do_not_cry_wolf(text: str) -> None:
    raised = judged(f"申請区分：返却\n管理番号：LTE-0017\n\n{text}").concerns
    assert {one.code for one in raised} <= {"unread-text"}


@pytest.mark.parametrize(("media", "raised"), [("application/pdf", ["unread-attachment"]), ("image/png", [])])
def test_a_paper_that_nobody_has_read_is_flagged_and_a_logo_is_not(media: str, raised: list[str]) -> None:
    attached = Attachment(filename="返却申請書", media_type=media, size=1, sha256="0" * 64, part=(1,))
    content = message("申請区分：返却\n管理番号：LTE-0017\n", attachments=(attached,))
    assert [one.code for one in assess(content, AT, WORLD, catalogue()).concerns] == raised


THREAD = Thread(
    "2026-000087-6", "lte-handover", "道路計画課", person="10002", awaits=("hand_over_date", "return_date")
)


def reply(text: str, thread: Thread = THREAD) -> Assessment:
    return assess(message(text, "Re: LTE接続端子の故障交換"), AT, WORLD, catalogue(), thread=thread)


def test_a_reply_with_one_possible_day_answers_every_date_asked_for() -> None:
    answered = reply("12月16日（水）でお願いします。")
    assert answered.kind is Kind.REPLY
    assert {name: day.isoformat() for name, day in answered.answer.items()} == dict.fromkeys(
        THREAD.awaits, "2026-12-16"
    )
    assert not answered.concerns


@pytest.mark.parametrize(
    "text",
    [
        "12月19日でお願いします。",
        "12月16日か17日で。",
        "12月16日（火）に伺います。",
        "12月1日でお願いします。",
        "わかりました。",
        "12月16日に。ただし午後のみ。",
        "12月16日以外でお願いします。",
        "12月16日は行けません。",
        "12月16日は休みです。",
        "12月16日にもう返却しました。",
        "12月16日に行けるかまだ分かりません。",
        "12月16日でお願いします。それと本数を2本にしてください。",
        "12月16日に伺います。LTE-0018も返却します。",
        "紛失しました。12月16日に報告に伺います。",
    ],
)
def test_any_other_reply_is_for_an_operator_to_read(text: str) -> None:
    assert reply(text).concerns
    assert not reply(text).answer


@pytest.mark.parametrize(
    "text",
    [
        "了解しました。12月16日に伺います。",
        "お世話になっております。小林です。\n12月16日（水）でお願いいたします。",
        "ありがとうございます。では12月16日の午後に持参します。",
        "候補の中では12月16日が都合がよいです。",
    ],
)
def test_courtesy_around_the_day_does_not_hold_an_answer_up(text: str) -> None:
    assert set(reply(text).answer) == set(THREAD.awaits)


def test_a_reply_of_another_person_answers_nothing() -> None:
    other = reply(
        "12月16日でお願いします。",
        Thread("2026-000087-6", "lte-handover", "道路計画課", person="10012", awaits=("return_date",)),
    )
    assert [one.code for one in other.concerns] == ["reply-of-another"]
    assert not other.answer


def test_a_note_gives_its_typed_values_and_reads_no_line_twice() -> None:
    values = (FormValue(label="申請区分", value="返却"), FormValue(label="管理番号", value="LTE-0017"))
    text = "".join(f"{one.label}：{one.value}\n" for one in values)
    note = Content(channel=Channel.NOTE, values=values, text=text, submitted_at=AT - timedelta(minutes=5))
    history = assess(note, AT, WORLD, catalogue(), service="lte-handover").reading.values["kind"]
    assert [one.source.kind for one in history] == [SourceKind.FORM_FIELD]


def test_without_an_address_in_the_directory_there_is_no_letter_and_no_plan() -> None:
    note = Content(
        channel=Channel.NOTE,
        values=(
            FormValue(label="申請区分", value="配布"),
            FormValue(label="所属", value="港湾管理課"),
            FormValue(label="氏名", value="名簿外 太郎"),
            FormValue(label="内線", value="3120"),
        ),
    )
    judged_note = assess(note, AT, WORLD, catalogue(), service="lte-handover")
    assert [one.code for one in judged_note.concerns] == ["no-recipient"]
    assert judged_note.steps is None


def test_letters_of_an_unlisted_caller_go_to_the_sections_address() -> None:
    note = Content(
        channel=Channel.NOTE,
        values=(
            FormValue(label="申請区分", value="配布"),
            FormValue(label="所属", value="道路計画課"),
            FormValue(label="氏名", value="名簿外 太郎"),
            FormValue(label="内線", value="3120"),
        ),
    )
    judged_note = assess(note, AT, WORLD, catalogue(), service="lte-handover")
    assert judged_note.subject
    assert judged_note.subject.to == "doro-soumu@city.example.lg.jp"
    assert judged_note.authority.need == (Need.REVIEW,)


def test_days_offered_are_open_and_far_enough_ahead() -> None:
    steps = by_name("kobe/lte-handover/own-no-date-clean").assessed().steps or ()
    agree = next(one for one in steps if isinstance(one, AgreeDate))
    assert all(WORLD.calendar.is_open(day) for day in agree.offered)
    assert len(set(agree.offered)) == 5
