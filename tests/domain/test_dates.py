"""Dates: every style is read, nothing else is, and doubt is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.domain.dates import read_date, read_dates
from uketsuke.domain.wording import console_day, letter_day, wareki

ON = date(2026, 11, 20)  # a Friday
EVERY_DAY = [date(2026, 1, 1) + timedelta(days=count) for count in range(365 + 365 + 366)]
FULL_WIDTH = str.maketrans("0123456789/-.R", "０１２３４５６７８９／－．Ｒ")
KANJI: list[str] = ["", *"一二三四五六七八九"]


def kanji(number: int) -> str:
    """12 → 十二."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else ("" if tens == 1 else KANJI[tens]) + "十") + KANJI[ones]


STYLES: dict[str, Callable[[date], str]] = {
    "kanji": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "spaced": lambda day: f"{day.year} 年 {day.month} 月 {day.day} 日",
    "slashes": lambda day: f"{day.year}/{day.month}/{day.day}",
    "padded": lambda day: f"{day:%Y/%m/%d}",
    "iso": lambda day: day.isoformat(),
    "dots": lambda day: f"{day.year}.{day.month}.{day.day}",
    "era": wareki,
    "era-letter": lambda day: f"R{day.year - 2018}.{day.month}.{day.day}",
    "era-letter-slashes": lambda day: f"r{day.year - 2018}/{day:%m/%d}",
    "era-letter-kanji": lambda day: f"R{day.year - 2018}年{day.month}月{day.day}日",
    "both-years": lambda day: f"{day.year}年（令和{day.year - 2018}年）{day.month}月{day.day}日",
    "era-kanji-digits": lambda day: f"令和{kanji(day.year - 2018)}年{kanji(day.month)}月{kanji(day.day)}日",
}

WITHOUT_YEAR: dict[str, Callable[[date], str]] = {
    "kanji": lambda day: f"{day.month}月{day.day}日",
    "slash": lambda day: f"{day.month}/{day.day}",
    "letter": letter_day,
    "console": lambda day: console_day(day, day),
    "kanji-digits": lambda day: f"{kanji(day.month)}月{kanji(day.day)}日",
}


@pytest.mark.parametrize("style", STYLES)
def test_every_day_of_three_years_is_read_back_in_every_style(style: str) -> None:
    write = STYLES[style]
    for day in EVERY_DAY:
        for text in (write(day), write(day).translate(FULL_WIDTH)):
            found = read_date(text, ON)
            assert found is not None, text
            assert (found.value, found.concern, text[found.start : found.end]) == (day, None, text)


@pytest.mark.parametrize("style", WITHOUT_YEAR)
@given(on=st.sampled_from(EVERY_DAY), ahead=st.integers(-30, 300))
def test_a_day_without_year_is_the_one_that_comes_or_just_was(style: str, on: date, ahead: int) -> None:
    day = on + timedelta(days=ahead)
    found = read_date(WITHOUT_YEAR[style](day), on)
    assert found is not None
    assert (found.value, found.rule, found.concern) == (day, "month-day", None)


@given(st.sampled_from(EVERY_DAY), st.integers(0, 27))
def test_a_day_of_the_month_is_this_months_or_the_next(on: date, ahead: int) -> None:
    day = on + timedelta(days=ahead)
    found = read_date(f"{day.day}日", on)
    assert found is not None
    assert found.value == day


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("11月20日", date(2026, 11, 20)),
        ("10月21日", date(2026, 10, 21)),  # 30 days ago: still that one, the field's rule flags it
        ("10月20日", date(2027, 10, 20)),  # 31 days ago: the next one
        ("1/15", date(2027, 1, 15)),
        ("来年4月1日", date(2027, 4, 1)),
        ("今年の4月1日", date(2026, 4, 1)),
        ("19日", date(2026, 12, 19)),
        ("来月15日", date(2026, 12, 15)),
        ("再来月の3日", date(2027, 1, 3)),
        ("今月末", date(2026, 11, 30)),
        ("月末", date(2026, 11, 30)),
        ("来月末日", date(2026, 12, 31)),
        ("2月末", date(2027, 2, 28)),
        ("本日", date(2026, 11, 20)),
        ("明日", date(2026, 11, 21)),
        ("あさって", date(2026, 11, 22)),
        ("明後日", date(2026, 11, 22)),
        ("今週金曜", date(2026, 11, 20)),
        ("来週の月曜", date(2026, 11, 23)),
        ("来週(水)", date(2026, 11, 25)),
        ("次の火曜日", date(2026, 11, 24)),
        ("次の金曜", date(2026, 11, 27)),
        ("希望日：12/4（金）でお願いします", date(2026, 12, 4)),
        ("二〇二六年十二月二十日", date(2026, 12, 20)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("㋿8年12月4日", date(2026, 12, 4)),
        ("2026/12/16 09:31", date(2026, 12, 16)),
        ("2026年12月2日 13時10分", date(2026, 12, 2)),
    ],
)
def test_what_a_date_means_seen_from_a_friday_in_november(text: str, value: date) -> None:
    found = read_date(text, ON)
    assert found is not None
    assert (found.value, found.concern) == (value, None)


@pytest.mark.parametrize(
    ("text", "value", "concern"),
    [
        ("13月45日", None, "impossible-date"),
        ("2026/2/30", None, "impossible-date"),
        ("令和9年2月29日", None, "impossible-date"),
        ("2/29", None, "impossible-date"),
        ("31日", None, "impossible-date"),
        ("2026年12月4日（木）", date(2026, 12, 4), "weekday-contradiction"),
        ("12/4 月曜", date(2026, 12, 4), "weekday-contradiction"),
        ("令和7年(2026年)12月4日", date(2025, 12, 4), "year-contradiction"),
        ("平成38年12月4日", date(2026, 12, 4), "era-mismatch"),
        ("12/4か12/5", date(2026, 12, 4), "several-dates"),
        ("12/4、5のどちらか", date(2026, 12, 4), "several-dates"),
        ("12月4日から12月6日", date(2026, 12, 4), "several-dates"),
        ("来週火曜か水曜", date(2026, 11, 24), "several-dates"),
        ("来週の日曜", date(2026, 11, 29), "ambiguous-week"),
        ("12月4日以外", date(2026, 12, 4), "excluded-date"),
        ("12/4(金)は不可", date(2026, 12, 4), "excluded-date"),
        ("12月4日以降", date(2026, 12, 4), "open-ended"),
        ("12月4日午後まで", date(2026, 12, 4), "until-date"),
        ("12月4日頃", date(2026, 12, 4), "inexact-date"),
    ],
)
def test_doubt_is_said_and_never_settled_silently(text: str, value: date | None, concern: str) -> None:
    found = read_date(text, ON)
    assert found is not None
    assert (found.value, found.concern) == (value, concern)


@pytest.mark.parametrize(
    "text",
    [
        *("", "なし", "至急", "078-000-5678", "078(000)5678", "LTE-0012", "LTE-12/4", "IP-0033"),
        *("3.11", "3.11.7", "v2026.12.4", "1.2.3.4", "192.168.12.4", "16:55", "10:00~12:00"),
        *("3日以内", "20日間", "2~3日", "約3日", "中3日", "3日後", "第3日曜", "1日2回", "毎月20日", "毎月末"),
        *("四日市", "十日町", "日本", "来週の土日", "数日", "明日香", "2/3台", "1/2ページ", "24/7", "50%"),
        *("26/12/4", "8年12月4日", "12/4/2026", "2026-000087-6", "2026年度", "12-4", "12/4-12/6"),
        *("http://x.example/2026/12/04/a", "a12/4", "12/4b", "R8.13.40", "100000", "20261204", "43日"),
    ],
)
def test_what_is_no_date_is_never_read_as_one(text: str) -> None:
    assert read_date(text, ON) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("12月4日(金)午後", "pm"),
        ("12/4の午前中", "am"),
        ("明日 AM", "am"),
        ("12月4日", None),
        ("12月4日 午前・午後どちらでも", None),
    ],
)
def test_the_half_of_the_day_is_kept(text: str, part: str | None) -> None:
    found = read_date(text, ON)
    assert found is not None
    assert found.part_of_day == part


def test_the_place_is_that_in_the_text_as_written() -> None:
    text = "ｶﾞﾊﾟ㈱　受取希望日：Ｒ８．１２．１０（木） よろしく"
    found = read_date(text, ON)
    assert found is not None
    assert text[found.start : found.end] == "Ｒ８．１２．１０（木）"


def test_the_same_day_twice_is_no_contradiction() -> None:
    found = read_date("2026年12月4日（令和8年12月4日）", ON)
    assert found is not None
    assert (found.value, found.concern) == (date(2026, 12, 4), None)


def test_all_dates_of_a_text_come_in_their_order() -> None:
    values = [found.value for found in read_dates("12/6、12/4 または 来月15日", ON)]
    assert values == [date(2026, 12, 6), date(2026, 12, 4), date(2026, 12, 15)]


@given(
    st.text(
        st.sampled_from("0123456789０２年月日/／.-－:()（）曜金令和RH元末来週明 の十二一午前〜か\n"),
        max_size=40,
    )
)
def test_any_text_gives_a_reading_within_it_or_none(text: str) -> None:
    for found in read_dates(text, ON):
        assert 0 <= found.start < found.end <= len(text)
        assert (found.value is None) == (found.concern == "impossible-date")
