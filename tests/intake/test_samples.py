"""The catalogue's mails come out right, and no public sample breaks the reader."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from uketsuke.domain.content import Content, Kind
from uketsuke.intake.message import read_mail

SAMPLES = Path(__file__).parent.parent / "samples"
MAILS = sorted(SAMPLES.rglob("*.eml"))
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "real"


def read(name: str) -> Content:
    return read_mail(next(SAMPLES.rglob(name)).read_bytes())


@pytest.mark.parametrize("path", MAILS, ids=[path.stem for path in MAILS])
def test_every_sample_mail_is_read_without_a_problem(path: Path) -> None:
    content = read_mail(path.read_bytes())
    assert content.problems == ()
    assert content.subject
    assert content.text
    assert content.sender.address


@pytest.mark.parametrize(
    ("name", "sender", "subject", "lines"),
    [
        (
            "kobe-06-lte-handover-clean.eml",
            "suzuki-k@city.example.lg.jp",
            "LTE接続端子の配布申請",
            ["申請区分：配布", "所属：福祉総務課", "氏名：鈴木 健一", "電話番号：078-000-5678", "本数：２本"],
        ),
        (
            "kobe-06-lte-handover-clean-exchange.eml",
            "kobayashi-m@city.example.lg.jp",
            "LTE接続端子の故障交換をお願いします",
            [
                "申請区分：故障交換",
                "所属：道路計画課",
                "氏名：小林 誠",
                "内線：3456",
                "LTE管理番号：ＬＴＥ‐００１７",
            ],
        ),
        (
            "edge-cp50221-jis-clean.eml",
            "takahashi-t@city.example.lg.jp",
            "LTE hand-over request",
            ["①申請区分：返却", "②所属：道路計画課", "③氏名：髙橋 徹", "④管理番号：LTE-0012"],
        ),
    ],
)
def test_sender_subject_and_first_lines_are_those_of_the_sample(
    name: str, sender: str, subject: str, lines: list[str]
) -> None:
    content = read(name)
    assert (content.sender.address, content.subject) == (sender, subject)
    assert content.text.splitlines()[: len(lines)] == lines


def test_the_border_s_time_is_that_of_the_expected_application() -> None:
    for path in MAILS:
        expected = json.loads(path.with_suffix("").with_suffix(".expected.json").read_text(encoding="utf-8"))
        if expected.get("authority", {}).get("path") == "cms-survey":
            continue  # the form says itself when it was answered
        border = [hop.at for hop in read_mail(path.read_bytes()).received if hop.by.startswith("mx.")]
        assert [at.isoformat() for at in border if at][:1] == [expected["applied_at"]], path.name


def test_the_border_s_verdict_is_read() -> None:
    (result,) = read("edge-outside-sender-flagged.eml").auth_results
    assert result.authserv_id == "mx.city.example.lg.jp"
    assert ("dmarc", "fail", "freemail.example.jp") in result.results


def test_automatic_samples_are_recognised() -> None:
    assert read("edge-auto-reply-ignored.eml").automatic_kind is Kind.AUTOMATIC
    bounce = read("edge-bounce-dsn.eml")
    assert bounce.automatic_kind is Kind.BOUNCE
    assert bounce.failed_recipients == ("unknown-user@city.example.lg.jp",)


def test_a_reply_keeps_its_quote_apart_and_names_the_letter() -> None:
    content = read("edge-thread-reply-attach.eml")
    assert content.text == "日程の件、11月30日（月）に変更をお願いします。"
    assert "PC-0101" in content.quoted_text
    assert content.in_reply_to == ("uketsuke-2026-000123-8@mail.city.example.lg.jp",)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the public samples are not beside the repository")
def test_no_public_sample_breaks_the_reader() -> None:
    paths = [path for path in CORPUS.rglob("*") if path.suffix in (".eml", ".txt")]
    assert paths
    for path in paths:
        assert read_mail(path.read_bytes()).model_dump_json(), os.fspath(path)
