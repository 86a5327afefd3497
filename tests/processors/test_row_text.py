"""Tables that people write into mails and notes: read whole or shown, never guessed (UX AP-14)."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.processors.tables import (
    AT,
    Application,
    cells,
    judged,
    raised,
    record_content,
    table,
)
from uketsuke.domain.content import Channel, Content, FormValue, FromFacts
from uketsuke.intake.channels import read
from uketsuke.processors.row_text import find_tables, rows_in, without_tables

A, B = "nakamura-j@city.example.lg.jp", "hara-m@city.example.lg.jp"
TWO = [("中村 淳", A), ("原 美咲", B)]
HEAD = "申請区分：新規\n所属：環境保全課\n氏名：中村 淳\nメールアドレス：nakamura-j@city.example.lg.jp\n"


def tables_of(text: str) -> list[list[tuple[str, ...]]]:
    """Every table of a text: its rows by name, address and code."""
    tables = find_tables(text, Application)
    return [[tuple(text[slice(*span)] for _, span in row) for row in one.rows] for one in tables]


def mail(body: str) -> Content:
    sender = FromFacts(address=A)
    return Content(channel=Channel.MAIL, subject="アカウント申請", sender=sender, text=body, submitted_at=AT)


@pytest.mark.parametrize(
    "text",
    [
        f"利用者一覧：\n1. 中村 淳 {A}\n2. 原 美咲 {B}\n備考：なし",
        f"■利用者（2名）\n(1) 中村 淳　{A}\n(2) 原 美咲　{B}\n\nよろしくお願いします。",
        f"利用者一覧\n・中村 淳（{A}）\n・原 美咲 <{B}>\n所属：環境保全課",
        f"氏名\tメールアドレス\n中村 淳\t{A}\n原 美咲\t{B}\n\n以上、よろしくお願いします。",
        f"【利用者一覧】\nNo,氏名,利用者メール\n1,中村 淳,{A}\n2,原 美咲,{B}",
        f"利用者メール｜氏名\n{A}｜中村 淳\n{B}｜原 美咲",
        f"利用者一覧\n①中村 淳、{A}\n②原 美咲、{B}\n計2名",
        f"利用者1 氏名：中村 淳 メールアドレス：{A}\n利用者2 氏名：原 美咲 メールアドレス：{B}\n申請人数：2",
        f"利用者①\n 氏名：中村 淳\n 利用者メール：{A}\n\n利用者②\n 氏名：原 美咲\n 利用者メール：{B}\n以上",
        f"利用者一覧：\n氏名：中村 淳、利用者メール：{A}\n氏名：原 美咲、利用者メール：{B}",
        f"利用者一覧\n----\n中村 淳  {A}\n原 美咲  {B}\n----\n備考：なし",
    ],
    ids=range(11),
)
def test_rows_are_read_as_people_write_them(text: str) -> None:
    (rows,) = tables_of(text)
    assert [{*row} for row in rows] == [{*one} for one in TWO]
    left = without_tables(text, Application)
    assert len(left) == len(text)
    assert "@" not in left


def test_names_with_wide_blanks_stay_one_name_and_full_width_addresses_are_read() -> None:
    text = "利用者一覧\n氏名　メールアドレス\n中村　淳　ｎａｋａｍｕｒａ－ｊ＠city.example.lg.jp\n"
    assert tables_of(text) == [[("中村　淳", "ｎａｋａｍｕｒａ－ｊ＠city.example.lg.jp")]]
    found = judged(mail(HEAD + text))
    assert found.values["users"] == [{"user_name": "中村　淳", "user_email": A, "amount": 1}]


@pytest.mark.parametrize(
    "line",
    [
        f"・山田（総務課） {B}",
        f"・{A} {B}",
        "・別紙参照",
        f"・原 美咲 内線4567 {B}",
        f"氏名：原 美咲 内線：4567 メールアドレス：{B}",
        "x" * 600,
    ],
)
def test_a_line_that_is_no_whole_row_is_shown_and_not_guessed(line: str) -> None:
    found = judged(mail(f"{HEAD}利用者一覧\n・中村 淳 {A}\n{line}\n・原 美咲 {B}\n"))
    unread = [one for one in found.concerns if one.code == "unread-row"]
    if len(line) < 600:
        assert [(one.field, one.facts["raw"]) for one in unread] == [("users", line)]
        assert [row["user_name"] for row in found.values["users"]] == ["中村 淳", "原 美咲"]  # type: ignore[union-attr, index, call-overload]
    assert found.concerns


def test_a_mail_with_a_table_is_clean_and_keeps_the_requester_apart() -> None:
    lines = f"申請人数：2\n利用者一覧：\n1. 中村 淳 {A}\n2. 原 美咲 {B}\n\nよろしくお願いします。"
    found = judged(mail(HEAD + lines))
    assert raised(found) == []
    assert (found.values["requester_name"], found.values["head_count"]) == ("中村 淳", 2)
    cell = found.reading.current("users[1].user_email")
    assert cell is not None
    assert (cell.source.part, cell.source.text) == ("text", B)


def test_words_instead_of_rows_are_put_before_a_person() -> None:
    assert ("FR-02", "users", None) in raised(judged(mail(f"{HEAD}利用者一覧：別紙のとおり\n")))


def test_rows_typed_as_lines_into_a_note_are_read_and_half_read_lines_shown() -> None:
    typed = FormValue(label="利用者一覧", value=f"中村 淳 {A}\n原 美咲 内線1 {B}")
    found = judged(record_content([FormValue(label="申請区分", value="新規"), typed]))
    assert [one.facts["raw"] for one in found.concerns if one.code == "unread-row"] == [f"原 美咲 内線1 {B}"]
    spec = Application.specs()["users"]
    assert rows_in("", "users", spec).rows == ()


@given(st.text(alphabet="利用者一覧：1.①氏名 　\t,、@aメ\n中村", max_size=60))
def test_no_text_breaks_the_reader_and_every_span_is_in_it(text: str) -> None:
    for one in find_tables(text, Application):
        assert all(0 <= start < end <= len(text) for row in one.rows for _, (start, end) in row)
    assert len(without_tables(text, Application)) == len(text)


FAMILY = st.sampled_from(("中村", "原", "髙橋", "佐々木", "森"))
GIVEN = st.sampled_from(("淳", "美咲", "徹", "さくら", "エミ"))
LOCAL = st.from_regex(r"[a-z]{2,8}-[a-z]\Z", fullmatch=True)
PERSON = st.tuples(st.tuples(FAMILY, GIVEN).map(" ".join), LOCAL.map("{}@city.example.lg.jp".format))
PEOPLE = st.lists(PERSON, min_size=1, max_size=5)


@settings(max_examples=15, deadline=None)
@given(PEOPLE)
def test_record_form_note_and_mail_give_the_same_typed_request(people: list[tuple[str, str]]) -> None:
    who = {"所属": "環境保全課", "申請者": "中村 淳", "メールアドレス": A}
    common = {"申請区分": "新規", **who, "人数": str(len(people))}
    lines = "\n".join(f"{number}. {name} {address}" for number, (name, address) in enumerate(people, 1))
    rows = [cells(氏名=name, 利用者メール=address) for name, address in people]
    plain = [FormValue(label=label, value=value) for label, value in common.items()]
    form = {**common, "利用者": [{"氏名": name, "メールアドレス": address} for name, address in people]}
    note = {**common, "利用者一覧": lines}
    body = "".join(f"{label}：{value}\n" for label, value in common.items()) + f"利用者一覧：\n{lines}\n"
    told = [
        record_content([*plain, table(*rows)]),
        read(json.dumps({"values": form}).encode(), Channel.FORM),
        read(json.dumps({"values": note}).encode(), Channel.NOTE),
        mail(body),
    ]
    first, *others = [judged(one).request for one in told]
    assert first is not None
    assert [row.user_email for row in first.users] == [address for _, address in people]  # type: ignore[attr-defined]
    assert all(one == first for one in others)


@pytest.mark.parametrize("text", ["利用者一覧：\n" * 7000, "利用者一覧\n" + "\n" * 60_000, "a" * 90_000])
def test_a_text_made_to_look_like_tables_costs_no_time(text: str) -> None:
    begun = time.process_time()
    assert find_tables(text, Application) == ()
    assert time.process_time() - begun < 5
