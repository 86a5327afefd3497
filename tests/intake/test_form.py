"""A form of ours: values, tables and files come back as sent, and only our console says who sent it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from uketsuke.domain.claims import CLAIMS
from uketsuke.domain.content import Channel, Content
from uketsuke.errors import NotFound
from uketsuke.intake.files import MOST_FILES, file_bytes
from uketsuke.intake.form import Submission, Upload
from uketsuke.intake.forms import read_form
from uketsuke.intake.note import believed

AT = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)


def submission(*files: Upload, **values: Any) -> Submission:
    return Submission("s" * 20, "lte-handover", "takahashi-t", "10014", AT, values, files)


def test_values_tables_and_their_order_come_back() -> None:
    rows = [{"氏名": "甲", "メール": "a@x"}, {"氏名": "乙", "メール": ""}]
    content = read_form(submission(業務="x", 利用者=rows, 備考="2行\nあり").raw())
    assert [one.label for one in content.values] == ["業務", "利用者", "備考"]
    assert [[cell.value for cell in row] for row in content.values[1].rows] == [["甲", "a@x"], ["乙", ""]]
    assert "氏名：甲、メール：a@x\n氏名：乙" in content.text
    assert (content.submitted_at, content.original_id) == (AT, "s" * 20)


def test_files_are_named_without_a_path_and_found_again() -> None:
    data = bytes(range(256)) * 50
    raw = submission(Upload("..\\..\\私の\x00表.xlsx", "Application/PDF", data), Upload("/", "x", b"")).raw()
    first, second = read_form(raw).attachments
    assert (first.filename, first.media_type, first.size) == ("私の表.xlsx", "application/pdf", len(data))
    assert (second.filename, second.media_type) == ("", "application/octet-stream")
    assert file_bytes(raw, first) == data
    with pytest.raises(NotFound):
        file_bytes(raw, first.model_copy(update={"sha256": hashlib.sha256(b"").hexdigest()}))


@pytest.mark.parametrize("files", [1, "x", [None], [{"content": "%%%"}], [{"content": 1}], [{}] * 9, {}])
def test_what_is_no_file_is_a_problem_and_never_an_exception(files: Any) -> None:
    content = read_form(json.dumps({"values": {}, "attachments": files}).encode())
    assert len(content.attachments) == 0
    assert bool(content.problems) == isinstance(files, list)
    assert MOST_FILES < 9


def seen(channel: Channel, source: str, told: Content | None = None) -> Content:
    return believed(told or read_form(submission().raw()), channel, source)


def test_only_what_our_own_console_took_in_says_who_was_signed_in() -> None:
    assert seen(Channel.FORM, "console").signed_in == "10014"
    for channel, source in ((Channel.FORM, "main"), (Channel.FORM, "webhook:x"), (Channel.NOTE, "main")):
        content = seen(channel, source)
        assert content.signed_in is None, source
        assert CLAIMS in [one.code for one in content.problems]


def test_who_signed_is_told_by_the_receipt_and_never_by_the_message() -> None:
    plain = read_form(b'{"values": {}, "signed_by": "x", "signed_in": "10014"}')
    assert (plain.signed_in, plain.signed_by) == (None, None)
    signed = seen(Channel.FORM, "webhook:cms", plain)
    assert (signed.signed_by, signed.problems) == ("cms", ())
    assert seen(Channel.FORM, "webhook:cms", signed) == signed
    assert seen(Channel.FORM, "main", signed).signed_by is None


def test_a_form_says_nothing_of_checks_or_deeds() -> None:
    told = read_form(submission().raw()).model_copy(update={"identity_check": "counter", "entered_by": "x"})
    content = seen(Channel.FORM, "console", told)
    assert (content.identity_check, content.entered_by, content.signed_in) == (None, None, "10014")
