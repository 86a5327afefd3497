"""The operator's note of a call."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.domain.content import Channel
from uketsuke.intake.channels import read
from uketsuke.intake.forms import read_note

SAMPLE = Path(__file__).parent.parent / "samples/kobe/lte-handover/kobe-06-lte-handover-flagged.json"


def test_a_note_gives_its_values_in_order_and_the_time_of_the_call() -> None:
    content = read(SAMPLE.read_bytes(), Channel.NOTE)
    assert content.channel is Channel.NOTE
    assert content.text.splitlines()[:3] == [
        "サービス：LTE接続端子",
        "申請区分：故障交換",
        "所属：道路計画課",
    ]
    assert [value.label for value in content.values][-2:] == ["端子番号", "故障内容"]
    assert content.submitted_at == datetime.fromisoformat("2026-12-07T10:02:00+09:00")
    assert (content.entered_by, content.identity_check) == ("operator02", None)
    assert content.original_id == "operator-entry-20261207101000"
    assert content.problems == ()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "broken-note"),
        (b"[]", "broken-note"),
        (b"{}", "broken-note"),
        (b"\xff\xfe", "broken-note"),
        (b"[" * 100_000, "broken-note"),
        (b"1" * 10_000, "broken-note"),
        (b'{"values": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}", "too-deep"),
        (b'{"values": {}, "called_at": "2026-12-07T10:02:00"}', "broken-date"),
        (b'{"values": {}, "called_at": "soon"}', "broken-date"),
        (b'{"values": []}', "broken-note"),
        (b" " * 3_000_000, "too-large"),
    ],
)
def test_a_broken_note_comes_back_with_a_problem(raw: bytes, code: str) -> None:
    assert code in [problem.code for problem in read_note(raw).problems]


def test_doubled_labels_lists_and_control_characters_survive_as_text() -> None:
    content = read_note(b'{"values": {"a": ["x", 1, null], "a": "\\ud800y\\u0000"}}')
    assert [(value.label, value.value) for value in content.values] == [("a", "x、1、"), ("a", "y")]


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=6))
def test_what_the_console_writes_comes_back(values: dict[str, str]) -> None:
    content = read_note(json.dumps({"values": values}).encode())
    assert len(content.values) == len(values)
    assert content.model_dump_json()
