"""Records of kintone and FormBridge: every field type in words, whose it is; nothing breaks the reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.domain.calendar import local
from uketsuke.domain.content import Channel, Chosen
from uketsuke.intake.channels import read
from uketsuke.intake.limits import Limits
from uketsuke.intake.records import read_record, record_channel

SAMPLES = sorted((Path(__file__).parent.parent / "samples" / "kobe").glob("*/kobe-1[12678]-*.json"))
RECORDS = [path for path in SAMPLES if not path.name.endswith(".expected.json")]
OWN: dict[str, Any] = {
    "$id": {"type": "__ID__", "value": "7"},
    "$revision": {"type": "__REVISION__", "value": "3"},
    "番号": {"type": "RECORD_NUMBER", "value": "APP-7"},
    "作成者": {"type": "CREATOR", "value": {"code": "tanaka-h", "name": "田中 花子"}},
    "更新者": {"type": "MODIFIER", "value": {"code": "suzuki-k", "name": "鈴木 健一"}},
    "作成日時": {"type": "CREATED_TIME", "value": "2026-12-17T01:00:00Z"},
    "更新日時": {"type": "UPDATED_TIME", "value": "2026-12-18T02:00:00Z"},
    "ステータス": {"type": "STATUS", "value": "処理中"},
    "作業者": {"type": "STATUS_ASSIGNEE", "value": [{"code": "a", "name": "A"}]},
    "カテゴリー": {"type": "CATEGORY", "value": ["x"]},
}


def record(fields: Any = None, /, **more: Any) -> bytes:
    told = {"type": "RECORD", "app": {"id": "41", "name": "申請アプリ"}, "record": {**OWN, **(fields or {})}}
    return json.dumps({**told, **more}, ensure_ascii=False).encode()


def of_type(kind: str | None, value: Any) -> bytes:
    return record({"項目": {"type": kind, "value": value} if kind else {"value": value}})


@pytest.mark.parametrize("path", RECORDS, ids=[path.stem for path in RECORDS])
def test_the_catalogue_s_records_come_by_their_channel_and_start_the_clock_when_applied(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    channel = record_channel(path.read_bytes())
    content = read(path.read_bytes(), channel)
    assert (channel.value, content.problems) == (expected["channel"], ())
    assert content.submitted_at is not None
    assert local(content.submitted_at).isoformat() == expected["applied_at"]


def test_what_our_poll_found_beside_a_field_is_its_label_in_tables_too() -> None:
    table = [{"id": "1", "value": {"文字列_1": {"type": "SINGLE_LINE_TEXT", "value": "原 美咲"}}}]
    fields = {
        "文字列_0": {"type": "SINGLE_LINE_TEXT", "value": "広報課"},
        "表": {"type": "SUBTABLE", "value": table},
    }
    content = read_record(record(fields, labels={"文字列_0": "所属", "文字列_1": "氏名", "表": 3}))
    section, users = content.values
    assert (section.label, users.label, users.rows[0][0].label) == ("所属", "表", "氏名")


def test_a_record_says_which_one_it_is_and_whose() -> None:
    content = read_record(record(url="https://k.example.lg.jp/k/41/show#record=7"))
    assert content.record is not None
    assert content.record.model_dump() == {
        "app": "41",
        "id": "7",
        "revision": 3,
        "app_name": "申請アプリ",
        "creator": "tanaka-h",
        "modifier": "suzuki-k",
        "created_at": datetime(2026, 12, 17, 1, tzinfo=UTC),
        "updated_at": datetime(2026, 12, 18, 2, tzinfo=UTC),
        "status": "処理中",
        "url": "https://k.example.lg.jp/k/41/show#record=7",
    }
    assert content.original_id == "kintone:41:7:3"
    assert (content.submitted_at, content.subject) == (content.record.created_at, "申請アプリ")
    assert (content.values, content.problems) == ((), ())


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("SINGLE_LINE_TEXT", "中村　淳", "中村　淳"),
        ("MULTI_LINE_TEXT", "一行目\r\n二行目", "一行目\n二行目"),
        ("RICH_TEXT", "<div>太字<br />二行目<script>x</script></div>", "太字\n二行目"),
        ("NUMBER", "2", "2"),
        ("CALC", "2.5", "2.5"),
        ("NUMBER", None, ""),
        ("CHECK_BOX", ["研修受講済", "確認済"], "研修受講済、確認済"),
        ("CHECK_BOX", [], ""),
        ("RADIO_BUTTON", "非公開", "非公開"),
        ("DROP_DOWN", None, ""),
        ("MULTI_SELECT", ["A"], "A"),
        ("DATE", "2026-12-18", "2026-12-18"),
        ("DATE", None, ""),
        ("TIME", "09:10", "09:10"),
        ("DATETIME", "2026-12-18T00:10:00Z", "2026-12-18 09:10"),
        ("DATETIME", "", ""),
        ("DATETIME", "soon", "soon"),
        ("LINK", "https://example.lg.jp/", "https://example.lg.jp/"),
        ("FILE", [{"fileKey": "k", "name": "名簿.xlsx", "size": "1", "contentType": "x"}], "名簿.xlsx"),
        (None, "型のない値", "型のない値"),
        ("SOMETHING_NEW", ["a", {"b": 1}], "a、b：1"),
    ],
)
def test_every_field_type_is_read_as_people_would_write_it(kind: str, value: Any, words: str) -> None:
    (typed,) = read_record(of_type(kind, value)).values
    assert (typed.label, typed.value, typed.chosen, typed.rows) == ("項目", words, (), ())


@pytest.mark.parametrize("kind", ["USER", "GROUP", "ORGANIZATION"])
def test_who_or_what_was_chosen_keeps_code_and_name(kind: Any) -> None:
    given = [{"code": "a", "name": "田中 花子"}, {"code": "b", "name": ""}, {"name": "no code"}]
    (typed,) = read_record(of_type(f"{kind}_SELECT", given)).values
    assert typed.value == "田中 花子、b"
    assert typed.chosen == (Chosen(kind=kind, code="a", name="田中 花子"), Chosen(kind=kind, code="b"))


@pytest.mark.parametrize("typed", [True, False])
def test_a_table_has_the_rows_in_which_something_stands(typed: bool) -> None:
    def cell(kind: str, value: Any) -> dict[str, Any]:
        return {"type": kind, "value": value} if typed else {"value": value}

    rows = [
        {"id": "1", "value": {"氏名": cell("SINGLE_LINE_TEXT", name), "区分": cell("CHECK_BOX", boxes)}}
        for name, boxes in (("中村 淳", ["x"]), ("", []), ("原 美咲", []))
    ]
    (table,) = read_record(of_type("SUBTABLE" if typed else None, rows)).values
    assert [[one.value for one in row] for row in table.rows] == [["中村 淳", "x"], ["原 美咲", ""]]
    assert table.value == "氏名：中村 淳、区分：x\n氏名：原 美咲"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "broken-record"),
        (b"[]", "broken-record"),
        (b"\xff\xfe", "broken-record"),
        (b"{}", "broken-record"),
        (b'{"record": []}', "broken-record"),
        (b'{"type": "DELETE_RECORD", "recordId": "7", "app": {"id": "41"}}', "broken-record"),
        (b"[" * 100_000, "broken-record"),
        (b'{"record": {"a": {"value": ' + b"[" * 900 + b"]" * 900 + b"}}}", "too-deep"),
        (b" " * 3_000_000, "too-large"),
        (record({"$id": {"type": "__ID__", "value": None}}), "broken-record"),
        (record({"$revision": {"type": "__REVISION__", "value": "1e9"}}), "broken-record"),
        (record({"作成日時": {"type": "CREATED_TIME", "value": "2026-12-17T01:00:00"}}), "broken-date"),
        (record({"作成日時": {"type": "CREATED_TIME", "value": [{}]}}), "broken-date"),
        (record({"項目": "no field"}), "broken-record"),
        (record({"表": {"type": "SUBTABLE", "value": ["no row"]}}), "broken-record"),
        (record({f"f{n}": {"value": "x"} for n in range(600)}), "too-many-values"),
        (of_type("SUBTABLE", [{"value": {"a": {"value": "x"}}}] * 501), "too-many-rows"),
        (record().replace(b'"$id"', b'"$id": {"value": "8"}, "$id"'), "doubled-name"),
        (b'{"record": {}, "answered_at": "2026-12-10T09:05:00"}', "broken-date"),
        (b'{"app": {"id": []}, "record": {}}', "broken-record"),
        (
            record({"項目": {"type": ["USER_SELECT"], "value": {"code": 1}}}, app={"id": True}),
            "broken-record",
        ),
    ],
    ids=range(21),
)
def test_what_is_no_record_comes_back_with_a_problem(raw: bytes, code: str) -> None:
    content = read_record(raw)
    assert code in [problem.code for problem in content.problems]
    assert content.model_dump_json()


def test_a_huge_table_is_read_as_far_as_the_limit_says() -> None:
    raw = of_type("SUBTABLE", [{"value": {"a": {"value": str(n)}}} for n in range(1000)])
    (table,) = read_record(raw, Limits(rows=10)).values
    assert [row[0].value for row in table.rows] == list(map(str, range(10)))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", " https://x", 5, "http://" + "x" * 3000]
)
def test_only_an_address_of_the_web_is_kept(url: Any) -> None:
    found = read_record(record(url=url)).record
    assert found is not None
    assert found.url in (None, "https://x")


KEYS = st.sampled_from(
    ("value", "type", "code", "name", "id", "$id", "$revision", "app", "record")
) | st.text(max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
TYPES = st.sampled_from(
    ("SUBTABLE", "USER_SELECT", "FILE", "DATETIME", "RICH_TEXT", "CREATED_TIME", "CREATOR", "STATUS")
)
FIELDS = st.dictionaries(KEYS, st.fixed_dictionaries({"type": TYPES, "value": JSON}) | JSON, max_size=5)


@given(
    st.fixed_dictionaries(
        {"app": JSON, "record": FIELDS}, optional={"url": JSON, "form": JSON, "answered_at": JSON}
    )
)
def test_no_json_breaks_the_reader(told: Any) -> None:
    raw = json.dumps(told).encode()
    content = read(raw, record_channel(raw))
    assert content.model_validate_json(content.model_dump_json()) == content


def test_formbridge_s_own_webhook_names_no_record() -> None:
    told = {
        "form": {"name": "申請"},
        "answered_at": "2026-12-10T09:05:00+09:00",
        "record": {"所属": {"value": "広報課"}},
    }
    content = read(json.dumps(told).encode(), Channel.FORMBRIDGE)
    assert (content.record, content.original_id, content.subject) == (None, None, "申請")
    assert content.submitted_at == datetime(2026, 12, 10, 0, 5, tzinfo=UTC)
