"""`explain`: the reader's shop window (DESIGN 12); programs read its output, so its shape is pinned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from uketsuke.cli.demo_city import demo_files

SAMPLES = Path(__file__).parents[1] / "samples"
LTE = SAMPLES / "kobe" / "lte-handover"
WORLD = SAMPLES / "kobe" / "context.json"
CLEAN = LTE / "kobe-06-lte-handover-clean.eml"
REAL = Path(__file__).parents[3] / "shared" / "corpus" / "real"

KEYS = [
    "schema_version", "id", "error", "channel", "received_at", "applied_at", "subject", "from", "message_id",
    "date", "text", "quoted_text", "attachments", "kind", "thread", "bounce", "needs_review", "authority",
    "fields", "requests", "concerns",
]  # fmt: skip


def objects(cli: Cli, *words: object) -> list[dict[str, Any]]:
    ended = cli("explain", *words, "--format", "jsonl")
    assert ended.code == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


AUTHORITY = ["evidence", "target", "risk", "need", "second_person"]


def test_the_shape_is_the_documented_one(cli: Cli) -> None:
    (one,) = objects(cli, CLEAN, "--world", WORLD)
    assert list(one) == KEYS
    assert list(one["thread"]) == ["in_reply_to", "receipt"]
    assert list(one["authority"]) == [*AUTHORITY, "doubts", "posts", "declared"]
    (request,) = one["requests"]
    assert list(request) == ["service", "fields", "concerns", "plan"]
    field = request["fields"]["desired_date"]
    assert list(field) == ["value", "source", "rule"]
    assert list(field["source"]) == ["kind", "part", "start", "end", "text"]
    assert list(request["plan"]) == ["hash", "steps"]
    assert list(request["plan"]["steps"][0]) == ["seq", "kind", "due", "because", "pending"]


def test_a_concern_has_the_documented_shape(cli: Cli) -> None:
    (one,) = objects(cli, LTE / "own-past-date-flagged.eml", "--world", WORLD)
    concern = one["requests"][0]["concerns"][0]
    assert list(concern) == ["code", "rule", "field", "message", "hard"]
    assert one["needs_review"] is True


def test_values_and_plan_are_those_of_the_sample(cli: Cli) -> None:
    expected = json.loads(CLEAN.with_suffix(".expected.json").read_text("utf-8"))
    (one,) = objects(cli, CLEAN, "--world", WORLD)
    (request,) = one["requests"]
    assert {name: field["value"] for name, field in request["fields"].items()} == expected["fields"]
    assert [step["kind"] for step in request["plan"]["steps"]] == [step["kind"] for step in expected["plan"]]
    assert one["applied_at"] == expected["applied_at"]
    assert request["plan"]["steps"][1]["due"] == "2026-12-07"
    assert len(request["plan"]["steps"][1]["because"]) == 4


def mails() -> Iterator[Path]:
    yield from sorted(LTE.glob("*.eml"))
    yield from sorted(LTE.glob("own-note*[!d].json"))


def test_ap_61_every_value_is_explained_by_text_that_stands_in_the_mail(cli: Cli) -> None:
    for one in objects(cli, LTE, "--world", WORLD):
        for request in one["requests"]:
            for name, field in request["fields"].items():
                source = field["source"]
                if source["kind"] == "span" and source["part"] in ("text", "subject"):
                    assert one[source["part"]][source["start"] : source["end"]] == source["text"], (
                        one["id"],
                        name,
                    )
                elif source["kind"] == "header":
                    assert source["text"] in json.dumps(one["from"]), (one["id"], name)
                else:
                    assert source["kind"] in ("form-field", "directory", "default"), (one["id"], name)


def test_a_folder_is_explained_file_by_file_without_what_is_expected_of_them(cli: Cli) -> None:
    found = objects(cli, LTE, "--world", WORLD)
    assert len(found) == len([file for file in LTE.iterdir() if not file.name.endswith(".expected.json")])
    assert not any(one["error"] for one in found)


def test_without_a_world_the_demo_city_answers(cli: Cli) -> None:
    (one,) = objects(cli, CLEAN)
    assert one["authority"]["evidence"] == "strong"


def test_what_a_world_does_not_know_is_not_held_against_the_mail(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("{}")
    (one,) = objects(cli, CLEAN, "--world", "empty.json")
    assert not any(concern["code"] == "unknown-target" for concern in one["requests"][0]["concerns"])


def test_nothing_is_written_anywhere(cli: Cli, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in LTE.iterdir()}
    objects(cli, LTE)
    assert list(tmp_path.iterdir()) == []
    assert {path: path.stat().st_mtime_ns for path in LTE.iterdir()} == before


def test_every_file_gets_an_object_however_broken(cli: Cli, tmp_path: Path) -> None:
    bad = {
        "empty.eml": b"",
        "nul.eml": b"\0" * 1000,
        "commas.eml": b"From: " + b"," * 60_000 + b"\r\n\r\nx",
        "name.eml": b"Content-Type: text/plain; " + b"x" * 70_000 + b"=1\r\n\r\nx",
        "list.json": b"[1, 2]",
        "deep.json": b"[" * 100_000,
        "kintone.json": b'{"app": {"id": "21"}, "record": {}}',
        "latin.eml": b"Subject: \xe4\xf6\r\n\r\n\xff\xfe",
    }
    for name, raw in bad.items():
        (tmp_path / name).write_bytes(raw)
    found = {one["id"]: one for one in objects(cli, ".")}
    assert set(found) == {name.partition(".")[0] for name in bad}
    assert all(list(one) == KEYS and one["needs_review"] for one in found.values())


def test_the_expected_result_of_a_sample_is_named_as_what_it_is(cli: Cli) -> None:
    (one,) = objects(cli, LTE / "own-closed-day-flagged.expected.json")
    assert "期待値" in one["error"]
    assert one["concerns"] == []


def test_the_output_is_the_same_every_time(cli: Cli) -> None:
    first, second = (cli("explain", CLEAN, "--format", "jsonl").out for _ in range(2))
    assert first == second


def test_people_see_values_sources_reasons_and_how_the_deadline_is_counted(cli: Cli) -> None:
    out = cli("explain", CLEAN, LTE / "own-closed-day-flagged.eml", "--world", WORLD).out
    for words in (
        "LTE接続端子",
        "「R8.12.10」",
        "2026-12-05 土曜日（数えません）",
        "確認が必要な理由",
        "実行の条件",
        "FR-09",
    ):
        assert words in out


@pytest.mark.parametrize("text", ["[]", "{", '{"staff": [{"name": 1}]}', "\xff"])
def test_a_world_that_cannot_be_read_is_told(cli: Cli, tmp_path: Path, text: str) -> None:
    (tmp_path / "world.json").write_text(text, "latin-1")
    ended = cli("explain", CLEAN, "--world", "world.json")
    assert (ended.code, "world.json" in ended.err) == (1, True)


def test_the_demo_s_own_messages_are_all_understood(cli: Cli) -> None:
    found = {
        one["id"]: one
        for one in objects(cli, *(Path(str(demo_files() / part)) for part in ("mails", "notes")))
    }
    clean = [name for name, one in found.items() if one["requests"] and not one["needs_review"]]
    assert len(clean) == 8
    assert found["02-exchange"]["subject"] == "LTE接続端子①の故障交換について"
    assert found["11-out-of-office"]["kind"] == "auto-reply"
    assert found["07-inquiry"]["kind"] == "inquiry"


@pytest.mark.skipif(not REAL.is_dir(), reason="the corpus of real mails is not beside the repository")
def test_real_mails_each_get_an_object(cli: Cli) -> None:
    found = objects(cli, REAL)
    assert len(found) > 100
    assert not [one["id"] for one in found if one["error"]]
