"""The styles of dates: what each looks like, and which day it means.

All patterns are for folded text (`text.fold`). Every repetition is bounded, so
that no mail can make reading slow.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from uketsuke.domain.eras import ERAS, era_at, western_year

WEEKDAYS = "月火水木金土日"
"""As `date.weekday()` counts."""

_LOOKING_BACK = timedelta(days=30)
_DIGITS = "〇一二三四五六七八九"


class Day(NamedTuple):
    """What a style made of a match: the day, or None when there is no such day."""

    value: date | None
    concern: str | None = None


class Found(NamedTuple):
    """A date found in a folded text."""

    start: int
    end: int
    rule: str
    value: date | None
    concern: str | None


@dataclass(frozen=True, slots=True)
class Style:
    """One way to write a date."""

    rule: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], date], Day | None]
    """Gives None for what looks alike and is no date at all."""

    def find(self, text: str, on: date) -> Iterator[Found]:
        """Find all dates of this style, seen from the day `on`."""
        for match in self.pattern.finditer(text):
            day = self.read(match, on)
            if day is not None:
                yield Found(match.start(), match.end(), self.rule, day.value, day.concern)


# ---- what a month and a day may look like

_S = "[ ]{0,3}"
_N = "(?:[0-9]{1,2}|[二三四五六]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_ERA = "(?P<era>令和|平成|昭和|[RHSrhs])"
_MONTH_WORD = "(?P<word>今月|当月|本月|再来月|来月|翌月|先月|前月)"
_BEFORE_ASCII = r"(?<![0-9A-Za-z_./\-])(?<![0-9]:)"
_AFTER_ASCII = r"(?![0-9A-Za-z_/]|[\-.:][0-9])"
_BEFORE_KANJI = r"(?<![0-9A-Za-z_〇一二三四五六七八九十百千年])(?<![0-9][.~,、・])"
_COUNTED = "(?![ ]{0,3}[台個件枚本人名部頁号階割倍回ペ])"
_IN_BRACKETS = r"(?:\((?P<{0}>[^()]{{1,8}}?)年?\))?"

# 3日以内, 20日間, 四日市 and 約3日, 中3日, 2~3日, 第3日 are durations, places and counts.
_NO_DAY_AFTER = re.compile(
    r"[ ]{0,3}(?:間|以内|前|後|目|おき|ごと|毎|本|程|ほど|分|中|当た|あた|曜|市|町|村|だけ|につ|[0-9])"
)
_NO_DAY_BEFORE = re.compile(r"(?:[第約中計満毎延残月年]|あと|過去|今後|月の|[0-9][.,~、・/:\-])[ ]{0,3}$")

_OFFSETS = {
    **{"再来月": 2, "来月": 1, "翌月": 1, "今月": 0, "当月": 0, "本月": 0, "先月": -1, "前月": -1},
    **{"来年": 1, "翌年": 1, "今年": 0, "本年": 0, "昨年": -1, "去年": -1},
    **{"再来週": 2, "来週": 1, "翌週": 1, "今週": 0, "先週": -1},
    **{"明々後日": 3, "明明後日": 3, "しあさって": 3, "明後日": 2, "あさって": 2},
    **{"明日": 1, "あした": 1, "あす": 1, "本日": 0, "今日": 0, "きょう": 0, "昨日": -1, "一昨日": -2},
}


def _number(text: str) -> int:
    """Read digits, 元, 十二, 二〇二六; the pattern has made sure that it is one of them."""
    if text.isdecimal():
        return int(text)
    if text == "元":
        return 1
    if "十" in text:
        tens, ones = text.split("十")
        return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)
    return int("".join(str(_DIGITS.index(digit)) for digit in text))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_on(on: date, offset: int) -> tuple[int, int]:
    months = on.year * 12 + on.month - 1 + offset
    return months // 12, months % 12 + 1


def _year_of_next(month: int, day: int, on: date) -> int:
    """Say in which year a month and day come next, or came within the last 30 days."""
    earliest = on - _LOOKING_BACK
    # A day past the month's end counts as its last one here, so that 29 February is
    # looked for in the coming February and not in a far leap year.
    within = [
        year
        for year in (on.year - 1, on.year)
        if date(year, month, min(day, monthrange(year, month)[1])) >= earliest
    ]
    return within[0] if within else on.year + 1


# ---- with a year

_YEAR = rf"(?:{_ERA}\.?{_S}(?P<era_year>元|{_N})|(?P<year>[0-9]{{4}}|[{_DIGITS}]{{4}}))"
_ANY_YEAR = re.compile(rf"{_S}{_YEAR}{_S}年?{_S}")
_FULL = re.compile(
    rf"{_BEFORE_KANJI}{_YEAR}{_S}{_IN_BRACKETS.format('inner')}{_S}年{_S}{_IN_BRACKETS.format('outer')}"
    rf"{_S}(?P<month>{_N}){_S}月{_S}(?P<day>{_N}){_S}日(?!間)"
)
_WESTERN = re.compile(
    rf"{_BEFORE_ASCII}(?P<year>(?:19|20)[0-9]{{2}}){_S}(?P<cut>[./\-]){_S}(?P<month>[0-9]{{1,2}})"
    rf"{_S}(?P=cut){_S}(?P<day>[0-9]{{1,2}}){_AFTER_ASCII}"
)
_ERA_DOTTED = re.compile(
    rf"{_BEFORE_ASCII}{_ERA}\.?{_S}(?P<era_year>元|[0-9]{{1,2}}){_S}(?P<cut>[./\-]){_S}(?P<month>[0-9]{{1,2}})"
    rf"{_S}(?P=cut){_S}(?P<day>[0-9]{{1,2}}){_AFTER_ASCII}"
)


def _year(match: re.Match[str]) -> int:
    names = match.groupdict()
    if names.get("era"):
        return western_year(match["era"].upper(), _number(match["era_year"]))
    return _number(match["year"])


def _read_full(match: re.Match[str], on: date) -> Day:
    year = _year(match)
    value = _date(year, _number(match["month"]), _number(match["day"]))
    for name in ("inner", "outer"):
        other = _ANY_YEAR.fullmatch(match[name] or "")
        if other and _year(other) != year:
            return Day(value, "year-contradiction")
    return Day(value, _era_concern(match["era"], value))


def _read_western(match: re.Match[str], on: date) -> Day:
    return Day(_date(_year(match), int(match["month"]), int(match["day"])))


def _read_era(match: re.Match[str], on: date) -> Day | None:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    value = _date(_year(match), month, day)
    return Day(value, _era_concern(match["era"], value))


def _era_concern(era: str | None, value: date | None) -> str | None:
    """Notice 平成35年 and 令和元年4月: the year is clear, the era was another."""
    if era is None or value is None:
        return None
    meant = next(known for known in ERAS if era.upper() in (known.name, known.letter))
    return None if era_at(value) == meant else "era-mismatch"


# ---- without a year

_MONTH_DAY = re.compile(
    rf"{_BEFORE_KANJI}(?:(?P<word>今年|本年|来年|翌年|昨年|去年)の?{_S})?"
    rf"(?P<month>{_N}){_S}月の?{_S}(?P<day>{_N}){_S}日(?!間)"
)
_SLASHED = re.compile(
    rf"{_BEFORE_ASCII}(?P<month>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}}){_AFTER_ASCII}{_COUNTED}"
)
_NAMED_MONTH = re.compile(rf"{_MONTH_WORD}の?{_S}(?P<day>{_N}){_S}日(?!間)")
_DAY = re.compile(rf"{_BEFORE_KANJI}(?P<day>{_N}){_S}日")
_MONTH_END = re.compile(
    rf"(?:{_MONTH_WORD}(?:の?月)?|{_BEFORE_KANJI}(?P<month>{_N}){_S}月|(?<![毎年半期数々ヶケか箇0-9{_DIGITS}十])月)の?末日?"
)


def _read_month_day(match: re.Match[str], on: date) -> Day:
    month, day = _number(match["month"]), _number(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return Day(None)
    if match["word"]:
        return Day(_date(on.year + _OFFSETS[match["word"]], month, day))
    return Day(_date(_year_of_next(month, day, on), month, day))


def _read_slashed(match: re.Match[str], on: date) -> Day | None:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return Day(_date(_year_of_next(month, day, on), month, day))


def _read_named_month(match: re.Match[str], on: date) -> Day:
    year, month = _month_on(on, _OFFSETS[match["word"]])
    return Day(_date(year, month, _number(match["day"])))


def _read_day(match: re.Match[str], on: date) -> Day | None:
    day, text = _number(match["day"]), match.string
    before = text[max(match.start() - 5, 0) : match.start()]
    if not 1 <= day <= 31 or _NO_DAY_BEFORE.search(before) or _NO_DAY_AFTER.match(text, match.end()):
        return None
    year, month = _month_on(on, 0 if day >= on.day else 1)
    return Day(_date(year, month, day))


def _read_month_end(match: re.Match[str], on: date) -> Day | None:
    if match["month"]:
        month = _number(match["month"])
        if not 1 <= month <= 12:
            return None
        year = _year_of_next(month, 31, on)
    else:
        year, month = _month_on(on, _OFFSETS[match["word"]] if match["word"] else 0)
    return Day(date(year, month, monthrange(year, month)[1]))


# ---- seen from today

_DAY_WORD = re.compile(
    r"(?P<word>明々後日|明明後日|明後日|明日(?!香)|本日|今日|一昨日|昨日"
    r"|(?<![ぁ-んァ-ヶ])(?:しあさって|あさって|あした|あす|きょう)(?=$|[^ぁ-ん]|[のには]|まで))"
)
_WEEKDAY = re.compile(
    rf"(?:(?P<word>再来週|来週|翌週|今週|先週)の?{_S}"
    rf"\(?(?P<day>[{WEEKDAYS}])(?:曜日?\)?|\)|(?=$|[にのは,、。 ]))"
    rf"|(?:次|今度)の?{_S}(?P<next>[{WEEKDAYS}])曜日?)"
)


def _read_day_word(match: re.Match[str], on: date) -> Day:
    return Day(on + timedelta(days=_OFFSETS[match["word"]]))


def _read_weekday(match: re.Match[str], on: date) -> Day:
    if match["next"]:
        ahead = (WEEKDAYS.index(match["next"]) - on.weekday() - 1) % 7 + 1
        return Day(on + timedelta(days=ahead))
    weekday = WEEKDAYS.index(match["day"])
    monday = on - timedelta(days=on.weekday())
    # For some a week begins on Sunday: both readings of Sundays are a week apart.
    concern = "ambiguous-week" if 6 in (weekday, on.weekday()) else None
    return Day(monday + timedelta(weeks=_OFFSETS[match["word"]], days=weekday), concern)


STYLES = (
    Style("full-date", _FULL, _read_full),
    Style("full-date", _WESTERN, _read_western),
    Style("era-date", _ERA_DOTTED, _read_era),
    Style("month-day", _MONTH_DAY, _read_month_day),
    Style("month-day", _SLASHED, _read_slashed),
    Style("day-of-named-month", _NAMED_MONTH, _read_named_month),
    Style("day-of-month", _DAY, _read_day),
    Style("month-end", _MONTH_END, _read_month_end),
    Style("relative-day", _DAY_WORD, _read_day_word),
    Style("relative-weekday", _WEEKDAY, _read_weekday),
)
