"""Tables and lists of typed requests: read from records and forms, judged cell by cell."""

from __future__ import annotations

import pytest

from tests.processors.tables import (
    AT,
    BASE,
    HARA,
    NAKAMURA,
    Application,
    Member,
    User,
    cells,
    judged,
    raised,
    record_content,
    table,
)
from tests.sample_files import world_on
from uketsuke.cli.explanation import explain_fields
from uketsuke.domain.authority import Identity, Path
from uketsuke.domain.content import API_USER, Channel, Chosen, FormValue
from uketsuke.domain.reading import FieldValue, Source, SourceKind
from uketsuke.processors.sender import who_asks
from uketsuke.templates.wordbook import Wordbook


def test_a_table_gives_typed_rows_whose_cells_know_where_they_stood() -> None:
    found = judged(record_content((*BASE, table(cells(**NAKAMURA), cells(**HARA)))))
    assert raised(found) == []
    assert found.values["users"] == [
        {"user_name": name, "user_email": mail, "amount": 1}
        for name, mail in (NAKAMURA.values(), HARA.values())
    ]
    assert found.request is not None
    assert found.request.model_dump()["users"][1]["user_email"] == "hara-m@city.example.lg.jp"
    cell = found.reading.current("users[1].user_email")
    assert cell is not None
    assert (cell.source.kind, cell.source.part) == (SourceKind.KINTONE_FIELD, "利用者一覧[1].利用者メール")
    rows = found.reading.current("users")
    assert rows is not None
    assert (rows.value, rows.raw, rows.rule) == ([0, 1], "2行", "label:利用者一覧")


def test_every_doubt_about_a_cell_names_its_row() -> None:
    lines = (
        cells(氏名="中村 淳"),
        cells(**{**HARA, "利用者メール": "hara@freemail.example.jp", "利用開始日": "2026年1月5日"}),
        cells(**{**HARA, "台数": "いくつか", "職員用ID": "K1"}),
    )
    found = judged(record_content((*BASE, table(*lines))))
    assert raised(found) == [
        ("FR-01", "users[0].user_email", 1),
        ("FR-02", "users[2].account_id", 3),
        ("FR-02", "users[2].amount", 3),
        ("FR-04", "users[1].user_email", 2),
        ("FR-09", "users[1].starts_on", 2),
    ]
    assert (found.request, found.steps) == (None, None)


def test_what_a_row_must_say_may_depend_on_the_request() -> None:
    change = FormValue(label="申請区分", value="変更")
    found = judged(record_content((change, *BASE[1:], table(cells(**HARA)))))
    assert raised(found) == [("FR-01", "users[0].account_id", 1)]
    assert raised(judged(record_content((change, *BASE[1:])))) == [("FR-01", "users", None)]


def test_more_rows_than_one_request_may_hold_are_shown_and_not_planned() -> None:
    found = judged(record_content((*BASE, table(*[cells(**HARA)] * 21))))
    assert [(one.rule, one.field, one.facts) for one in found.concerns] == [
        ("FR-15", "users", {"value": 21, "limit": 20})
    ]
    assert found.steps is None


def test_who_was_chosen_is_read_by_the_code_where_a_code_is_asked_for() -> None:
    mori = Chosen(kind="USER", code="mori-s", name="森 さくら")
    section = Chosen(kind="ORGANIZATION", code="110700", name="教育企画課")
    chosen = (
        FormValue(label="申請者", value="中村 淳", chosen=(Chosen(kind="USER", code="nakamura-j"),)),
        FormValue(label="管理者", value="森 さくら", chosen=(mori,)),
        FormValue(label="ログイン名", value="森 さくら", chosen=(mori,)),
        FormValue(label="参加ユーザー", value="森 さくら", chosen=(mori,)),
        FormValue(label="参加組織", value="教育企画課", chosen=(section,)),
    )
    found = judged(record_content((*BASE[:2], *chosen)))
    assert raised(found) == []
    assert found.values["requester_name"] == "中村 淳"
    assert (found.values["admins"], found.values["login_name"]) == (["mori-s"], "mori-s")
    assert found.values["members"] == [
        {"type": "USER", "code": "mori-s"},
        {"type": "ORGANIZATION", "code": "110700"},
    ]


@pytest.mark.parametrize(
    "words", ["mori-s、kato-y", "mori-s\nkato-y", "・mori-s\n・kato-y", "ｍｏｒｉ－ｓ, kato-y mori-s"]
)
def test_codes_are_listed_one_a_line_or_with_commas(words: str) -> None:
    found = judged(record_content((*BASE, FormValue(label="対象ユーザー", value=words))))
    assert (raised(found), found.values["admins"]) == ([], ["mori-s", "kato-y"])


def test_a_list_in_which_one_piece_is_no_code_is_put_before_a_person() -> None:
    found = judged(record_content((*BASE, FormValue(label="対象ユーザー", value="mori-s、森さくら"))))
    assert raised(found) == [("FR-02", "admins", None)]


def test_yes_and_no_have_their_words_and_an_empty_field_its_default() -> None:
    for words, value in (("非公開", True), ("公開", False), ("", True)):
        found = judged(record_content((*BASE, FormValue(label="公開区分", value=words))))
        assert (raised(found), found.values["is_private"]) == ([], value)
    found = judged(record_content((*BASE, FormValue(label="公開区分", value="一部"))))
    assert raised(found) == [("FR-02", "is_private", None)]


def test_nothing_is_taken_from_the_words_of_another_field() -> None:
    found = judged(record_content((*BASE, FormValue(label="備考", value="所属：道路計画課、内線：4567"))))
    assert "requester_phone" not in found.values
    assert found.values["department"] == "環境保全課"


def test_a_table_of_words_is_not_guessed() -> None:
    found = judged(record_content((*BASE, FormValue(label="利用者一覧", value="別紙のとおり"))))
    assert raised(found) == [("FR-02", "users", None)]


def test_rows_and_cells_that_a_person_corrects_are_read_and_judged_like_the_others() -> None:
    content = record_content((*BASE, table(cells(**NAKAMURA), cells(氏名="原 美咲"))))
    reading, by = judged(content).reading, Source(kind=SourceKind.OPERATOR, who="operator01")
    typed = "HARA-M＠city.example.lg.jp"
    corrected = reading.with_rows("users", [1], by, "operator").with_value(
        "users[1].user_email", FieldValue(value=typed, raw=typed, source=by, rule="operator")
    )
    found = judged(content, corrected)
    assert raised(found) == []
    assert found.values["users"] == [
        {"user_name": "原 美咲", "user_email": "hara-m@city.example.lg.jp", "amount": 1}
    ]
    assert found.reading.current("users[0].user_name") is not None


def test_what_the_model_refuses_in_a_row_is_named_by_the_row_s_id() -> None:
    content = record_content((*BASE, table(cells(**NAKAMURA), cells(**HARA))))
    reading, by = judged(content).reading, Source(kind=SourceKind.OPERATOR, who="operator01")
    odd = FieldValue(value={"no": "number"}, raw="?", source=by, rule="operator")
    corrected = reading.with_rows("users", [1], by, "operator").with_value("users[1].amount", odd)
    assert raised(judged(content, corrected)) == [("FR-02", "users[1].amount", 1)]


@pytest.mark.parametrize(
    ("facts", "identity", "doubts"),
    [
        ({}, Identity.ONE_PERSON, ()),
        ({"modifier": API_USER}, Identity.ONE_PERSON, ()),
        ({"modifier": "mori-s"}, Identity.UNKNOWN, ("changed-by-other",)),
        ({"creator": "nobody", "modifier": "nobody"}, Identity.UNKNOWN, ("unknown-person",)),
        ({"creator": API_USER, "modifier": API_USER}, Identity.UNKNOWN, ("unknown-person",)),
        ({"creator": None}, Identity.UNKNOWN, ("unknown-person",)),
        (dict.fromkeys(("creator", "modifier"), "hara-m@city.example.lg.jp"), Identity.ONE_PERSON, ()),
    ],
)
def test_who_made_a_record_asks_and_nobody_else_may_have_changed_it(
    facts: dict[str, str], identity: Identity, doubts: tuple[str, ...]
) -> None:
    who = who_asks(record_content(BASE, **facts), {}, world_on(AT))
    assert (who.path, who.identity, who.doubts) == (Path.KINTONE_CREATOR, identity, doubts)


@pytest.mark.parametrize(
    ("label", "words", "code"),
    [
        ("申請者", "森 さくら", "other-person-named"),
        ("メールアドレス", "mori-s@city.example.lg.jp", "sender-mismatch"),
    ],
)
def test_somebody_else_than_who_made_the_record_is_shown(label: str, words: str, code: str) -> None:
    others = [one for one in BASE if one.label != label]
    found = judged(record_content((*others, FormValue(label=label, value=words))))
    assert code in [one.code for one in found.concerns]


def test_by_formbridge_the_typed_person_asks_and_without_a_record_by_its_signed_webhook() -> None:
    typed = (*BASE, FormValue(label="メールアドレス", value="nakamura-j@city.example.lg.jp"))
    content = record_content(typed, Channel.FORMBRIDGE, creator=API_USER)
    for told, path in (
        (content, Path.FORMBRIDGE),
        (content.model_copy(update={"record": None}), Path.SIGNED_WEBHOOK),
    ):
        authority = judged(told).authority
        assert (authority.path, authority.identity) == (path, Identity.TYPED_ONE_PERSON)


def test_of_a_native_record_nobody_need_write_an_address() -> None:
    found = judged(record_content(BASE))
    assert raised(found) == []
    assert "requester_email" not in found.values
    assert found.subject is not None
    assert found.subject.to == "nakamura-j@city.example.lg.jp"
    unknown = judged(record_content(BASE, creator="nobody"))
    assert ("FR-01", "requester_email", None) in raised(unknown)


def test_members_are_rows_of_their_own_type() -> None:
    found = judged(record_content((*BASE, table(cells(種類="ユーザー", コード="mori-s"), label="参加者"))))
    assert found.request is not None
    assert found.request.members == (Member(type="USER", code="mori-s"),)  # type: ignore[attr-defined]
    assert User.specs()["user_email"].label == "メールアドレス"


@pytest.mark.parametrize(
    ("path", "row", "words"),
    [
        ("users", None, "利用者一覧"),
        ("users[1000].user_email", 3, "利用者一覧の3行目のメールアドレス"),
        ("users[1].user_email", None, "利用者一覧のメールアドレス"),
        ("users[1]", 2, "利用者一覧の2行目"),
        ("admins[2]", None, "管理者"),
        ("other[2].x", None, "other"),
    ],
)
def test_a_cell_is_named_by_its_place_and_column(path: str, row: int | None, words: str) -> None:
    assert Wordbook.load().field(path, Application.specs(), row) == words


def test_explain_gives_the_table_as_rows_and_every_cell_with_its_source() -> None:
    found = judged(record_content((*BASE, table(cells(**NAKAMURA), cells(**HARA)))))
    fields = explain_fields(found.reading)
    assert [row["user_name"] for row in fields["users"]["value"]] == ["中村 淳", "原 美咲"]
    assert fields["users[1].user_email"]["value"] == "hara-m@city.example.lg.jp"
    assert fields["users[1].user_email"]["source"]["part"] == "利用者一覧[1].利用者メール"
