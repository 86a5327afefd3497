"""The day that a sentence asks for, apart from days that it only mentions.

12月16日に持参します asks; 4月1日に借りた端子 and 12月18日の会議で使うため do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from uketsuke.domain.dates import DateReading, read_dates
from uketsuke.processors.sentences import Mood, Sentence

_BEFORE = re.compile(
    r"(?:希望(?:日時?)?|(?:返却|受け?取り?|受渡し?|持参|お渡し)(?:予定)?日?|日程|日時)[はをが:\s]{0,3}\Z"
)
_AFTER = re.compile(
    r"(?:[^。、\n]{0,14}[、\n])?(?:(?!ため|ので)[^。、\n]){0,24}?"
    r"(?:希望|受け?取|持参|持って|お持ち|伺|うかが|返却|返納|返し|取りに|参り|お届け|行き|いき(?=ます)|[でに]お願い)"
)
_REACH = 40
_KEPT = frozenset({None, "weekday-contradiction"})
"""Other doubts stand in words around the day, which a value of its own would lose."""


def wished_day(spoken: tuple[Sentence, ...], on: date) -> DateReading | None:
    """The one day asked for in folded sentences, with offsets of their text; None for none or several."""
    found = [day for sentence in spoken if sentence.mood is not Mood.DONE for day in _wished(sentence, on)]
    if len({day.value for day in found}) != 1 or any(day.concern not in _KEPT for day in found):
        return None
    return found[0]


def _wished(sentence: Sentence, on: date) -> Iterator[DateReading]:
    text = sentence.text
    for day in read_dates(text, on):
        before, after = text[max(day.start - 12, 0) : day.start], text[day.end : day.end + _REACH]
        if day.value is not None and (_BEFORE.search(before) or _AFTER.match(after)):
            start, end = sentence.start + day.start, sentence.start + day.end
            yield day.model_copy(update={"start": start, "end": end})
