"""Values are read as people write them; what cannot be read says why."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.sample_files import catalogue, context, world_on
from uketsuke.domain.snapshot import SnapshotWorld
from uketsuke.processors.extract import reader_for
from uketsuke.processors.values import Read, is_nothing
from uketsuke.store.likeness import nearest

WORLD = world_on(datetime.fromisoformat("2026-12-08T09:00:00+09:00"))
READER = reader_for(WORLD, date(2026, 12, 8), catalogue().key_patterns)
SPECS = catalogue().service("lte-handover").request.specs()


def read(name: str, raw: str) -> Read:
    return READER.read(SPECS[name], raw)


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("kind", "配布", "distribution"),
        ("kind", "新規（貸与）", "distribution"),
        ("kind", "故障による交換", "failure_exchange"),
        ("kind", "返納", "return"),
        ("kind", "return", "return"),
        ("quantity", "２本", 2),
        ("quantity", "三本", 3),
        ("quantity", "10", 10),
        ("current_asset_no", "ＬＴＥ‐００１７", "LTE-0017"),
        ("current_asset_no", "LTEー0017です", "LTE-0017"),
        ("current_asset_no", "lte0017", "LTE-0017"),
        ("current_asset_no", "LTE-0017（道路計画課）", "LTE-0017"),
        ("requester_phone", "３４５６", "3456"),
        ("requester_phone", "078-000-5678（内線3456）", "078-000-5678"),
        ("requester_phone", "078（000）5678", "078-000-5678"),
        ("requester_email", "Kobayashi-M@City.example.lg.jp", "kobayashi-m@city.example.lg.jp"),
        ("requester_email", "小林 <kobayashi-m@city.example.lg.jp>", "kobayashi-m@city.example.lg.jp"),
        ("requester_name", "髙橋 徹（タカハシ トオル）", "髙橋 徹"),
        ("requester_name", "小林 誠 様", "小林 誠"),
        ("department", "道路計画", "道路計画課"),
        ("department", "道路計画課 計画係", "道路計画課"),
        ("department", "110200", "道路計画課"),
        ("desired_date", "12月14日（月）", "2026-12-14"),
        ("desired_date", "R8.12.14", "2026-12-14"),
        ("desired_date", "明日", "2026-12-09"),
    ],
)
def test_a_value_is_read_as_people_write_it(name: str, raw: str, value: object) -> None:
    assert read(name, raw) == Read(value)


@pytest.mark.parametrize(
    ("name", "raw", "problem"),
    [
        ("kind", "配布と返却", "several-values"),
        ("kind", "廃棄", "unparsable-value"),
        ("quantity", "2〜3本", "several-values"),
        ("quantity", "約5本", "unparsable-value"),
        ("quantity", "数本", "unparsable-value"),
        ("current_asset_no", "LTE-0012とLTE-0017", "several-values"),
        ("requester_phone", "不明です", "unparsable-value"),
        ("department", "道路企画課", "unknown-department"),
        ("desired_date", "なるべく早く", "unparsable-value"),
        ("desired_date", "12月14日か15日", "several-dates"),
        ("desired_date", "2月30日", "impossible-date"),
        ("desired_date", "12月15日（月）", "weekday-contradiction"),
        ("desired_date", "12月14日以降", "open-ended"),
    ],
)
def test_what_cannot_be_read_for_sure_says_why(name: str, raw: str, problem: str) -> None:
    assert read(name, raw).problem == problem


@pytest.mark.parametrize("raw", ["なし", "無し", "特になし", "特になし。", "－", "ー", "", " 　"])
def test_no_is_no_value_and_no_concern(raw: str) -> None:
    assert is_nothing(raw)
    assert read("remarks", raw) == Read()


def test_an_unknown_unit_number_is_kept_as_written_for_the_ledger_rule() -> None:
    assert read("current_asset_no", "ＰＣ－００４４") == Read("PC-0044")
    assert read("current_asset_no", "わからない") == Read()


def test_a_section_nobody_knows_stays_unknown_and_what_it_nearly_is_is_only_asked() -> None:
    city = SnapshotWorld(context(), date(2026, 12, 8), nearest=nearest)
    found = reader_for(city, date(2026, 12, 8), catalogue().key_patterns).read(
        SPECS["department"], "道路計面課"
    )
    assert (found.value, found.problem) == ("道路計面課", "unknown-department")
    assert dict(found.facts)["similar"] == "道路計画課"
