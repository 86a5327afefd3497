"""What people ask in sentences, apart from what they ask about and what they have done already.

Only sentences that ask for something may give values: 返却しました is no return
request, 返却方法を教えてください is a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_ENDS = re.compile(r"[。!?！？]+|\n[ \t\u3000]*\n|\Z")
_ASKS = re.compile(
    r"お?願い|願います|希望|申請|依頼|ください|下さい|したい|たいです|たく|します|いたします|致します|伺|お渡しし|させていただ|させて頂"
)
_POLITE = re.compile(
    r"(?:願い|いただけ|いただき|頂け|頂き|もらえ|借り)[^。]{0,12}(?:でしょうか|ますか|ませんか|ないか)"
)
_PAST = re.compile(
    r"(?:し|き|ぎ|み|け|せ|れ|られ|り|い|ち|え|べ)ました(?!ら)|済み|済です|ありがとうござい|でした"
)
_TOLD = re.compile(r"ご?(?:連絡|報告|相談|メール)(?:を)?(?:(?:いた|致)?し|差し上げ|させていただき)ました")
"""返却いたしたく、ご連絡いたしました asks; it has only told so."""
_QUESTION = re.compile(
    r"教え|方法|手順|いつまで|どこ[へにでか]|何[時本日台]|どのよう|どうすれ|どうしたら|どうなり"
    r"|(?:です|でしょう|ます|ません|よい|いい|可能)か(?![らも])"
)
_REPLIED = re.compile(r"^\s*(?:re|fw|fwd|返信|転送)\s*[:：]", re.IGNORECASE)


_HAVE = r"(?:ている|ていた|ており|た)"
HAD = rf"(?:を|して)?(?:(?:(?:いただ|頂)い|され|受け){_HAVE}|済み)"
"""After a word such as 配布: the thing was handed out before, which asks for nothing."""


class Mood(Enum):
    """What a sentence does."""

    ASKS = "asks"
    QUESTION = "question"
    DONE = "done"
    SAYS = "says"


@dataclass(frozen=True)
class Sentence:
    """One sentence and where it stands."""

    text: str
    start: int
    mood: Mood


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a folded text; a line break alone does not end one."""
    start = 0
    for end in _ENDS.finditer(text):
        words = text[start : end.end()]
        if words.strip():
            yield Sentence(words, start, _mood(words))
        start = end.end()


def is_reply_subject(subject: str) -> bool:
    """Whether the subject was written for an earlier mail (Re:, Fw:)."""
    return bool(_REPLIED.match(subject))


def heading(subject: str) -> Sentence:
    """A subject names what is asked for, unless it asks a question (返却方法について)."""
    mood = _mood(subject)
    return Sentence(subject, 0, mood if mood in (Mood.QUESTION, Mood.DONE) else Mood.ASKS)


def _mood(words: str) -> Mood:
    words = _TOLD.sub("", words)
    if _QUESTION.search(words) and not _POLITE.search(words):
        return Mood.QUESTION
    if _POLITE.search(words):
        return Mood.ASKS
    asked = max((match.end() for match in _ASKS.finditer(words)), default=-1)
    done = max((match.end() for match in _PAST.finditer(words)), default=-1)
    if asked > done:
        return Mood.ASKS
    return Mood.DONE if done >= 0 else Mood.SAYS
