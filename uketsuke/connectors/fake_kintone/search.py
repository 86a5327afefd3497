"""Which records a query finds, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from uketsuke.connectors.fake_kintone.entry import read_day, read_moment
from uketsuke.connectors.fake_kintone.form import FieldSetting
from uketsuke.connectors.fake_kintone.problem import Problem
from uketsuke.connectors.fake_kintone.query import Comparison, Condition, Function, Junction, Query, wrong
from uketsuke.connectors.fake_kintone.rendering import shown_value
from uketsuke.connectors.fake_kintone.spans import TOKYO, Span, illegal, span_of
from uketsuke.connectors.fake_kintone.state import App, Domain, Record

_ORDERED = ("=", "!=", ">", "<", ">=", "<=")
_LISTED = ("in", "not in")
_WORDS = ("like", "not like")
_EMPTY = ("is", "is not")
_TEXT = ("=", "!=", *_LISTED, *_WORDS)
OPERATORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("RECORD_NUMBER", "NUMBER", "CALC"), (*_ORDERED, *_LISTED)),
    **dict.fromkeys(("DATE", "TIME", "DATETIME", "CREATED_TIME", "UPDATED_TIME"), _ORDERED),
    **dict.fromkeys(("SINGLE_LINE_TEXT", "LINK"), _TEXT),
    **dict.fromkeys(("MULTI_LINE_TEXT", "RICH_TEXT", "FILE"), (*_WORDS, *_EMPTY)),
    **dict.fromkeys(("CHECK_BOX", "MULTI_SELECT", "RADIO_BUTTON", "DROP_DOWN"), _LISTED),
    **dict.fromkeys(("USER_SELECT", "GROUP_SELECT", "ORGANIZATION_SELECT"), _LISTED),
    **dict.fromkeys(("CREATOR", "MODIFIER", "STATUS_ASSIGNEE"), _LISTED),
    "STATUS": ("=", "!=", *_LISTED),
}
"""Which operators a field's type allows (cybozu.dev, クエリの書き方)."""
_NUMBERS = frozenset({"RECORD_NUMBER", "NUMBER", "CALC"})
_MOMENTS = frozenset({"DATETIME", "CREATED_TIME", "UPDATED_TIME"})
_ID = FieldSetting(type="RECORD_NUMBER", code="$id")
Test = Callable[[Record], bool]


class Search:
    """Evaluates queries over one app, at a moment, for a caller."""

    def __init__(self, domain: Domain, app: App, now: datetime, caller: str) -> None:
        self._domain, self._app, self._now, self._caller = domain, app, now, caller

    def run(self, query: Query) -> list[Record]:
        """All records that it finds, in its order; without one the newest comes first."""
        test = self._test(query.condition) if query.condition else lambda record: True
        found = sorted((one for one in self._app.records.values() if test(one)), key=lambda one: -one.id)
        for order in reversed(query.orders):
            field = self._field(order.field)
            if field.type not in OPERATORS or field.type == "FILE":
                raise Problem(400, "GAIA_IQ03", "operator", code=order.field, operator="order by")
            found.sort(key=lambda one, field=field: self._key(one, field), reverse=order.descending)  # type: ignore[misc]
        return found

    def _test(self, condition: Condition) -> Test:
        if isinstance(condition, Junction):
            tests = [self._test(part) for part in condition.parts]
            joined = all if condition.word == "and" else any
            return lambda record: joined(test(record) for test in tests)
        return self._compared(condition)

    def _field(self, code: str) -> FieldSetting:
        if code == "$id":
            return _ID
        field = self._app.setting(code)
        if field is None:
            raise Problem(400, "GAIA_IQ11", "no-field", code=code)
        return field

    def _compared(self, one: Comparison) -> Test:
        field = self._field(one.field)
        in_table = field is not _ID and field.code not in self._app.form
        allowed = OPERATORS.get(field.type, ())
        if one.operator not in allowed or (in_table and one.operator in ("=", "!=")):
            raise Problem(400, "GAIA_IQ03", "operator", code=one.field, operator=one.operator)
        holds = self._judge(field, one)
        positive = one.operator not in ("!=", "not in", "not like", "is not")
        return lambda record: any(map(holds, self._held(record, field))) is positive

    def _held(self, record: Record, field: FieldSetting) -> Iterable[Any]:
        """The field's value; of a field in a table each row's."""
        if field is _ID or field.code in self._app.form:
            yield str(record.id) if field is _ID else shown_value(self._domain, self._app, record, field)
            return
        table = next(code for code, outer in self._app.form.items() if field.code in outer.fields)
        for row in record.values.get(table, ()):
            yield row["value"].get(field.code, field.empty())

    def _judge(self, field: FieldSetting, one: Comparison) -> Callable[[Any], bool]:
        """Whether one value fulfils the operator, its `not` left out."""
        if one.operator in _EMPTY:
            return lambda value: not (value if isinstance(value, list) else str(value or "").strip())
        if one.operator in _WORDS:
            sought = self._plain(one.values[0]).casefold()
            return lambda value: any(sought in each.casefold() for each in _words(value))
        if one.operator in _LISTED:
            wanted = {self._comparable(field, each) for each in one.values}
            return lambda value: not wanted.isdisjoint(_members(field, value))
        if field.type in _MOMENTS | {"DATE"}:
            return self._judge_moment(field, one)
        return self._judge_order(field, one)

    def _judge_order(self, field: FieldSetting, one: Comparison) -> Callable[[Any], bool]:
        bound = self._comparable(field, one.values[0])
        ordered = _COMPARED[one.operator]
        if one.operator in ("=", "!="):
            return lambda value: (_members(field, value) or [""])[0] == bound
        return lambda value: any(ordered(each, bound) for each in _members(field, value) if each != "")

    def _judge_moment(self, field: FieldSetting, one: Comparison) -> Callable[[Any], bool]:
        span = self._span(field, one.values[0])

        def judge(value: Any) -> bool:
            moment = _moment_of(field, value)
            if span is None or moment is None:
                return span is None and moment is None and one.operator in ("=", "!=")
            return {
                "=": span.start <= moment < span.end,
                "!=": span.start <= moment < span.end,
                ">": moment >= span.end,
                "<": moment < span.start,
                ">=": moment >= span.start,
                "<=": moment < span.end,
            }[one.operator]

        return judge

    def _span(self, field: FieldSetting, value: str | Function) -> Span | None:
        if isinstance(value, Function):
            return span_of(value, self._now)
        if not value:
            return None
        read = read_day(value) if field.type == "DATE" else read_moment(value)
        moment = _moment_of(field, read) if read else None
        if moment is None:
            raise wrong()
        length = timedelta(days=1) if field.type == "DATE" else timedelta(minutes=1)
        return Span(moment, moment + length)

    def _plain(self, value: str | Function) -> str:
        if isinstance(value, Function):
            if value.name == "LOGINUSER" and not value.arguments:
                return self._caller
            raise illegal()
        return value

    def _comparable(self, field: FieldSetting, value: str | Function) -> Any:
        plain = self._plain(value)
        if field.type == "RECORD_NUMBER":
            plain = plain.rpartition("-")[2]
        if field.type not in _NUMBERS or plain == "":
            return plain
        try:
            return Decimal(plain)
        except InvalidOperation:
            raise wrong() from None

    def _key(self, record: Record, field: FieldSetting) -> Any:
        """Sorts a record by a field; what is empty comes first."""
        members = _members(field, next(iter(self._held(record, field)), ""))
        return (0, Decimal(0), "") if not members or members[0] == "" else _sortable(members[0])


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: bool(one == other),
    "!=": lambda one, other: bool(one == other),
    ">": lambda one, other: bool(one > other),
    "<": lambda one, other: bool(one < other),
    ">=": lambda one, other: bool(one >= other),
    "<=": lambda one, other: bool(one <= other),
}


def _sortable(value: Any) -> tuple[int, Decimal, str]:
    return (1, value, "") if isinstance(value, Decimal) else (1, Decimal(0), value)


def _members(field: FieldSetting, value: Any) -> list[Any]:
    """A value as what `in` looks for: codes, options, one text; nothing is the empty text."""
    if isinstance(value, dict):
        return [value["code"]]
    if isinstance(value, list):
        return [one["code"] if isinstance(one, dict) else one for one in value] or [""]
    plain = "" if value is None else str(value)
    if field.type == "RECORD_NUMBER":
        plain = plain.rpartition("-")[2]
    return [Decimal(plain)] if field.type in _NUMBERS and plain else [plain]


def _words(value: Any) -> list[str]:
    return [one["name"] for one in value] if isinstance(value, list) else [str(value or "")]


def _moment_of(field: FieldSetting, value: Any) -> datetime | None:
    if not value:
        return None
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=TOKYO).astimezone(UTC) if field.type == "DATE" else moment
