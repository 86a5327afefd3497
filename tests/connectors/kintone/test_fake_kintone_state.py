"""What is kept between two starts."""

from __future__ import annotations

from pathlib import Path

from tests.connectors.kintone.city import City
from uketsuke.clock import ManualClock
from uketsuke.connectors.fake_kintone.kintone import FakeKintone
from uketsuke.connectors.fake_kintone.server import example, open_kintone


def kept(city: City, file: Path) -> City:
    """The same city, in a kintone that goes on from its file."""
    city.kintone = open_kintone(example(), city.clock, lambda url, payload: None, file)
    city.domain = city.kintone.domain
    return city


def test_everything_is_there_after_a_restart(city: City, tmp_path: Path) -> None:
    file = tmp_path / "kintone.json"
    number = kept(city, file).apply(利用者=[{"value": {"利用者氏名": {"value": "甲"}}}])
    before = city.record(number)
    assert kept(City(), file).record(number) == before


def test_a_refused_call_keeps_nothing(city: City, tmp_path: Path) -> None:
    file = tmp_path / "kintone.json"
    kept(city, file).call("POST", "/k/v1/record.json", {"app": 11, "record": {}})
    assert not file.exists()


def test_reading_writes_no_file(city: City, tmp_path: Path) -> None:
    file = tmp_path / "kintone.json"
    number = kept(city, file).apply()
    file.unlink()
    city.record(number)
    assert not file.exists()


def test_calls_are_counted_by_app_and_day_that_begins_at_nine(city: City) -> None:
    city.apply()
    city.clock.forward(hours=24)
    city.apply()
    assert city.domain.calls == {"11 2026-11-20": 1, "11 2026-11-21": 1}


def test_time_is_that_of_the_clock_it_is_given() -> None:
    city = City()
    assert (
        FakeKintone(example(), ManualClock(city.clock.at), lambda url, payload: None).now() == city.clock.at
    )
