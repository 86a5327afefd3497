"""One form for what people write in many: width, hyphens, kana, old characters.

Folding is for reading and for comparing; what is stored and shown of a name
stays as written (DESIGN 13). A folded text may be shorter or longer than the
original; `fold_marked` keeps the way back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

# catalogue/README "Traps": cp932 and strict ISO-2022-JP decode the same bytes to
# different hyphens, and NFKC leaves U+2010..2015 and U+2212 alone.
_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0x2043, 0xFE58, 0xFF0D], "-")
_WAVES = dict.fromkeys([0x301C, 0x3030, 0xFF5E], "~")
_FOLDS = str.maketrans({chr(code): to for code, to in {**_DASHES, **_WAVES}.items()})

# The long vowel mark (U+FF70 becomes U+30FC under NFKC) and the box rule are what
# an input method offers for "-"; inside words such as サーバー1 they are no hyphen.
_MARK_BETWEEN = re.compile(r"(?<=[0-9A-Za-z])[ー─━-]+(?=[0-9A-Za-z])")

_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_BLANKS_AND_COLONS = re.compile(r"[\s:]+")
_HIRAGANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}

# What stands around a label in mails and forms: ■氏名, 【氏名】, (1) 氏名, 氏名（必須）, ※氏名
_CIRCLED_START = re.compile(r"^\s*[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793]")
_LABEL_START = re.compile(
    r"^(?:\(\d{1,2}\)|\d{1,2}[.)、](?!\d)|[■□◆◇●○◎・･※★☆▼▽▲△▶►→>*#+\-\[【「『<《〈〔])+"
)
_LABEL_END = re.compile(r"(?:[(\[【]?(?:必須|任意)[)\]】]?|[\]】」』>》〉〕*※])+$")

# Old and variant forms that stand for the same family name on the same person's
# papers: the bracketed forms of the jōyō table and the shapes outside JIS that
# mail programs replace. Characters that are names of their own (斎 and 斉, 吉 and
# 佶, 竜 and 龍, 渡辺 and 渡部) are not merged.
_VARIANTS = str.maketrans(
    {
        **dict.fromkeys("髙", "高"),
        **dict.fromkeys("﨑嵜", "崎"),
        **dict.fromkeys("邉邊", "辺"),
        **dict.fromkeys("齋", "斎"),
        **dict.fromkeys("齊", "斉"),
        **dict.fromkeys("濱濵", "浜"),
        **dict.fromkeys("嶋嶌", "島"),
        **dict.fromkeys("澤", "沢"),
        **dict.fromkeys("廣", "広"),
        **dict.fromkeys("國", "国"),
        **dict.fromkeys("櫻", "桜"),
        **dict.fromkeys("冨", "富"),
        **dict.fromkeys("眞", "真"),
        **dict.fromkeys("瀨", "瀬"),
        **dict.fromkeys("惠", "恵"),
        **dict.fromkeys("德", "徳"),
        **dict.fromkeys("增", "増"),
        **dict.fromkeys("黑", "黒"),
        **dict.fromkeys("淸", "清"),
        **dict.fromkeys("榮", "栄"),
        **dict.fromkeys("藏", "蔵"),
        **dict.fromkeys("圓", "円"),
        **dict.fromkeys("條", "条"),
        **dict.fromkeys("澁", "渋"),
        **dict.fromkeys("淵渊", "渕"),
        **dict.fromkeys("峯", "峰"),
        **dict.fromkeys("舘", "館"),
        **dict.fromkeys("關", "関"),
        **dict.fromkeys("瀧", "滝"),
        **dict.fromkeys("豐", "豊"),
        **dict.fromkeys("壽", "寿"),
        **dict.fromkeys("𠮷", "吉"),
    }
)


class MarkedText(NamedTuple):
    """A folded text whose characters know where they stood in the original."""

    text: str
    starts: tuple[int, ...]
    """Where each folded character began in the original; one entry more for the end."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of the folded text into the span of the original that gave it."""
        return self.starts[start], self.starts[end]


def fold(text: str) -> str:
    """Give the text in one width and with one kind of hyphen (NFKC and more).

    Wave dashes become `~`; the long vowel mark becomes `-` only between ASCII
    letters or digits (`LTEー0017`). Blanks and case stay.
    """
    return _fold_dashes(_compose(text))


def fold_marked(text: str) -> MarkedText:
    """Fold, and keep where every character came from."""
    parts: list[str] = []
    starts: list[int] = []
    for start, cluster in _clusters(text):
        folded = _compose(cluster)
        parts.append(folded)
        starts.extend([start] * len(folded))
    return MarkedText(_fold_dashes("".join(parts)), (*starts, len(text)))


def key(text: str) -> str:
    """Give the form under which two spellings of one text are equal.

    Folded, case-folded, without blanks, invisible characters and colons, hiragana
    as katakana. For comparing and searching, never for showing.
    """
    composed = _compose(_compose(_INVISIBLE.sub("", text)).casefold())
    # Folded again: what a blank or colon kept apart may combine now.
    return fold(_BLANKS_AND_COLONS.sub("", composed)).translate(_HIRAGANA)


def label_key(text: str) -> str:
    """Give the key of a label without its bullet, number, brackets and 必須 mark."""
    bare = fold(_BLANKS_AND_COLONS.sub("", _compose(_CIRCLED_START.sub("", text))))
    without_start = _LABEL_START.sub("", bare)
    return key(_LABEL_END.sub("", without_start)) or key(text)


def asset_key(text: str) -> str:
    """Give a managed number as ledgers keep it: `ｌｔｅ － ０２１７` → `LTE-0217` (UX AP-13)."""
    bare = "".join(_compose(_INVISIBLE.sub("", text)).split())
    return fold(bare).upper()


def person_key(text: str) -> str:
    """Give the key of a person's name; old and variant characters count as the new ones."""
    return key(text.translate(_VARIANTS)).translate(_VARIANTS)


def _compose(text: str) -> str:
    # A wave dash that NFKC has not seen and one that it made must end alike.
    return unicodedata.normalize("NFKC", text).translate(_FOLDS)


def _fold_dashes(text: str) -> str:
    return _MARK_BETWEEN.sub(lambda found: "-" * len(found[0]), text)


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Cut before every character that does not combine with the one before it."""
    start = 0
    for index in range(1, len(text)):
        if not (unicodedata.combining(text[index]) or text[index] in "ﾞﾟ"):
            yield start, text[start:index]
            start = index
    if text:
        yield start, text[start:]
