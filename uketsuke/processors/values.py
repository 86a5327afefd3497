"""From the words of a value to the value: one reader per `Rule` of a field.

A reader never guesses: what it cannot read stays as raw words with a code that
says why, and becomes a concern.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from pydantic import JsonValue

from uketsuke.domain.dates import read_date
from uketsuke.domain.request import FieldSpec, Rule
from uketsuke.domain.text import asset_key, fold, key
from uketsuke.domain.world import World
from uketsuke.processors.courtesy import leftover
from uketsuke.processors.lists import codes_in, split_counts


@dataclass(frozen=True)
class Read:
    """A value, or why there is none; `facts` are what the sentence about it needs."""

    value: JsonValue = None
    problem: str | None = None
    """`unparsable-value`, `several-values`, `unknown-department`, or a concern of a date."""
    facts: tuple[tuple[str, JsonValue], ...] = ()


@dataclass(frozen=True)
class Reader:
    """What the readers may look at besides the words."""

    world: World
    on: date
    """The day of applying: 明日 and 12月4日 are seen from it."""
    patterns: tuple[tuple[str, str], ...] = ()
    """Ledger → form of its keys."""

    def read(self, spec: FieldSpec, raw: str) -> Read:
        """The value of a field from its words; no value and no problem where they say there is none."""
        if is_nothing(raw):
            return Read()
        return _READERS[spec.rule](self, spec, raw)


_NOTHING = frozenset(
    key(word)
    for word in ("なし", "無し", "無", "特になし", "特に無し", "ありません", "該当なし", "N/A", "-", "―")
)


_BOX = re.compile(r"[□☐]")
_REVOKED = re.compile(
    r"な[いく]|ません|せず|不要|未|以外|例|検討|中止|見送|取[りっ消下止]|[?○]|または|もしくは|or|場合|後日"
)
_REMARK = re.compile(r"\((?![^()]*[例誤仮他旧未])[^()0-9]{1,20}\)")
_COUNTERS = r"(?:合?計|[本台個枚件つ名人]|セット)"
_OF_DATES = (
    r"第?[1一]希望|(?:を|に)?(?:希望|持参|返却|受け?取り?|伺い?)(?:し|いたし)?(?:たい|ます)?"
    r"|祝日?|予定|(?:開庁)?時間内"
)
_TICKED = re.compile(r"[■☑☒✓✔●◉]\s*([^□☐■☑☒✓✔●◉○\s]+)")


def is_nothing(raw: str) -> bool:
    """Whether the words say that there is no value (備考：なし)."""
    bare = key(raw).strip("。.ー")
    return not bare or bare in _NOTHING or not re.search(r"\w", bare)


def key_in_text(pattern: str) -> str:
    """The form of a ledger key where it stands alone in a text, and is no part of a longer number."""
    return rf"(?<![A-Z0-9-])(?:{pattern})(?![A-Z0-9]|[-~][A-Z0-9])"


def _text(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    return Read(raw.strip())


def _choice(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    found = choices_in(spec, _ticked(raw))
    if len(found) == 1:
        return _alone(found[0], raw, bool(_REVOKED.search(fold(raw))))
    return Read(problem="several-values" if found else "unparsable-value", facts=(("raw", raw),))


def _flag(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    read = _choice(reader, spec, raw)
    return read if read.value is None else replace(read, value=read.value == "true")


def _listed(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    """Every code, or none: a list of which one piece is no code is put before a person."""
    codes = codes_in(raw, spec.pattern)
    return Read([*codes]) if codes else Read(problem="unparsable-value", facts=(("raw", raw),))


def _rows(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    """A table has cells and no words of its own: what stands there instead of rows is put before a person."""
    return Read(problem="unparsable-value", facts=(("raw", raw),))


def _alone(value: JsonValue, raw: str, doubtful: bool) -> Read:
    """The value, with a doubt where its words are not all (LTE-0017など, たぶん, 返却しない)."""
    return Read(value, "words-beside-value", (("raw", raw),)) if doubtful else Read(value)


def _ticked(raw: str) -> str:
    """What is ticked on a list of boxes (□配布　■返却); all of it where there are no boxes."""
    return " ".join(_TICKED.findall(raw)) if _BOX.search(raw) and _TICKED.search(raw) else raw


def choices_in(spec: FieldSpec, text: str) -> list[str]:
    """The values whose words stand in a text; a longer word hides the shorter ones inside it."""
    rest = key(text)
    if rest in spec.words:
        return [rest]
    words = sorted(
        ((key(word), value) for value, all_ in spec.words.items() for word in all_),
        key=lambda one: -len(one[0]),
    )
    found: dict[str, int] = {}
    for word, value in words:
        if word in rest:
            found[value] = min(found.get(value, len(rest)), rest.index(word))
            rest = rest.replace(word, "\0" * len(word))
    return sorted(found, key=lambda value: found[value])


def _count(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    counts = split_counts(raw)
    if len(counts) == 1 and not re.search(r"\d{7}|約|程度|以上|未満|\d\.\d|-\d", fold(raw)):
        rest = re.sub(r"\d+|[〇一二三四五六七八九十]+", " ", fold(raw))
        return _alone(counts[0], raw, bool(leftover(rest, _COUNTERS)))
    return Read(problem="several-values" if len(counts) > 1 else "unparsable-value", facts=(("raw", raw),))


def _date(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    found = read_date(raw, reader.on)
    if found is None:
        return Read(problem="unparsable-value", facts=(("raw", raw),))
    value = found.value.isoformat() if found.value else None
    if found.concern is None:
        rest = fold(" ".join((raw[: found.start], raw[found.end :])))
        vague = bool(leftover(rest, _OF_DATES))
        return Read(value, "inexact-date", (("raw", raw), ("date", value))) if vague else Read(value)
    return Read(value, found.concern, (("raw", raw), ("date", value)))


_PEOPLE = re.compile(r"[、,，/／＆&?？]|及び|および|または|ほか|(?:他|外)\s*[0-9０-９]*\s*名")


def _person(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    bare = re.sub(r"[（(].*?[）)]\s*$", "", raw).strip()
    name = re.sub(r"\s*(?:様|さん|殿)$", "", bare).strip() or raw.strip()
    return _alone(name, raw, bool(_PEOPLE.search(name)))


_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


def _email(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    found = list(dict.fromkeys(address.lower() for address in _EMAIL.findall(fold(raw))))
    if len(found) == 1:
        return Read(found[0])
    return Read(problem="several-values" if found else "unparsable-value", facts=(("raw", raw),))


def _phone(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    bare = re.sub(r"[()]", "-", re.sub(r"(?<=\d)\s*-\s*(?=\d)", "-", fold(raw)))
    for number in re.findall(r"\d[\d-]*\d", bare):
        short = re.sub(r"-+", "-", number).strip("-")
        if 3 <= len(short) <= 13:
            return Read(short)
    return Read(problem="unparsable-value", facts=(("raw", raw),))


def _department(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    if reader.world.departments("") is None:
        return Read(raw.strip())
    words = re.split(r"[\s\u3000]+", raw.strip())[:4]
    candidates = (
        raw.strip(),
        *(" ".join(words[:count]) for count in range(len(words) - 1, 0, -1)),
        *words[1:],
    )
    for candidate in candidates:
        found = reader.world.departments(candidate) or []
        if len(found) == 1:
            return Read(found[0].name)
        if found:
            names: list[JsonValue] = [one.name for one in found]
            return Read(raw.strip(), "unknown-department", (("raw", raw), ("candidates", names)))
    near = reader.world.like_department(raw.strip())
    asked: tuple[tuple[str, JsonValue], ...] = (("similar", near),) if near else ()
    return Read(raw.strip(), "unknown-department", (("raw", raw), *asked))


def _code(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    value = asset_key(raw)
    if spec.pattern is None or re.fullmatch(spec.pattern, value):
        return Read(value)
    return Read(problem="unparsable-value", facts=(("raw", raw),))


def _asset_no(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    pattern = dict(reader.patterns).get(spec.ledger or "") or spec.pattern
    found = dict.fromkeys(re.findall(pattern, asset_key(raw))) if pattern else {}
    if len(found) == 1:
        rest = _REMARK.sub("", asset_key(raw).replace(next(iter(found)), " "))
        own = (re.escape(asset_key(spec.label)), *map(re.escape, map(asset_key, spec.aliases)), r"\d本")
        value = as_listed(reader.world, spec.ledger, next(iter(found)))
        return _alone(value, raw, bool(leftover(rest, *own)))
    if len(found) > 1:
        return Read(problem="several-values", facts=(("raw", raw),))
    if re.search(r"不明|分から|わから|未定", raw):
        return Read()
    return (
        Read(asset_key(raw))
        if re.search(r"\d", fold(raw))
        else Read(problem="unparsable-value", facts=(("raw", raw),))
    )


def _account(reader: Reader, spec: FieldSpec, raw: str) -> Read:
    """An account id as the ledger writes it; case and width are the requester's.."""
    pattern = dict(reader.patterns).get(spec.ledger or "")
    words = "".join(fold(raw).split())
    found = (
        {one.casefold(): one for one in re.findall(key_in_text(pattern), fold(raw), re.IGNORECASE) if one}
        if pattern
        else {}
    )
    if len(found) > 1:
        return Read(problem="several-values", facts=(("raw", raw),))
    if found:
        account = next(iter(found.values()))
        own = map(re.escape, map(fold, (spec.label, *spec.aliases)))
        return _alone(
            as_kept(reader.world, spec.ledger, account),
            raw,
            bool(leftover(fold(raw).replace(account, " "), *own)),
        )
    if re.search(r"不明|分から|わから|忘れ", raw):
        return Read()
    plain = re.fullmatch(r"[!-~]{2,64}", words)
    return (
        Read(as_kept(reader.world, spec.ledger, words))
        if plain
        else Read(problem="unparsable-value", facts=(("raw", raw),))
    )


def as_kept(world: World, ledger: str | None, account: str) -> str:
    """The id with the letters of the ledger's row, where it has one."""
    if ledger is None:
        return account
    spellings = dict.fromkeys((account, account.lower(), account.upper()))
    return next((one for one in spellings if world.row(ledger, one) is not None), account)


def as_listed(world: World, ledger: str | None, number: str) -> str:
    """The key as the ledger writes it: LTE0017 is LTE-0017 where only that one exists."""
    if ledger is None or world.row(ledger, number) is not None:
        return number
    hyphened = re.sub(r"^([A-Z]+)(?=\d)", r"\1-", number)
    return hyphened if world.row(ledger, hyphened) is not None else number


_READERS: dict[Rule, Callable[[Reader, FieldSpec, str], Read]] = {
    Rule.TEXT: _text,
    Rule.CHOICE: _choice,
    Rule.COUNT: _count,
    Rule.DATE: _date,
    Rule.PERSON: _person,
    Rule.EMAIL: _email,
    Rule.PHONE: _phone,
    Rule.DEPARTMENT: _department,
    Rule.CODE: _code,
    Rule.ASSET_NO: _asset_no,
    Rule.ACCOUNT: _account,
    Rule.FLAG: _flag,
    Rule.LISTED: _listed,
    Rule.ROWS: _rows,
}
