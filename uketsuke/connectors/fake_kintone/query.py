"""kintone's query language: read into a tree, with the limits of its options not yet judged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from uketsuke.connectors.fake_kintone.problem import Problem, invalid, say

Operator = Literal["=", "!=", ">", "<", ">=", "<=", "in", "not in", "like", "not like", "is", "is not"]
_TOKEN = re.compile(
    r"""[\s\u3000]*(?:
        (?P<text>"(?:[^"\\\t\r\n]|\\.)*")
      | (?P<sign>!=|>=|<=|=|>|<|\(|\)|,)
      | (?P<word>[^\s\u3000"=<>!(),]+)
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_KEYWORDS = frozenset({"and", "or", "order", "by", "limit", "offset", "in", "not", "like", "is", "empty"})


@dataclass(frozen=True)
class Function:
    """A function such as `TODAY()` or `FROM_TODAY(5, DAYS)`."""

    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A field, an operator, what it is compared with; none for `is empty`."""

    field: str
    operator: Operator
    values: tuple[str | Function, ...]


@dataclass(frozen=True)
class Junction:
    """Conditions joined by one word; `and` binds closer than `or`."""

    word: Literal["and", "or"]
    parts: tuple[Condition, ...]


Condition = Comparison | Junction


@dataclass(frozen=True)
class Order:
    """One key of the order."""

    field: str
    descending: bool


@dataclass(frozen=True)
class Query:
    """A whole query; what was not written is None or empty."""

    condition: Condition | None = None
    orders: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None


def parse(text: str) -> Query:
    """Read a query; raises `Problem` CB_VA01 where it is not written as kintone wants it."""
    return _Reader(list(_tokens(text))).query()


def wrong() -> Problem:
    """CB_VA01 for the parameter `query`."""
    return invalid({"query": [say("query")]})


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str

    @property
    def low(self) -> str:
        return self.text.lower() if self.kind == "word" else ""


def _tokens(text: str) -> Iterator[_Token]:
    position, end = 0, len(text.rstrip(" \t\r\n\u3000"))
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise wrong()
        kind, position = found.lastgroup, found.end()
        raw = found[kind]
        if kind == "text":
            raw = re.sub(r"\\(.)", lambda one: _ESCAPES.get(one[1], one[1]), raw[1:-1])
        yield _Token(kind, raw)


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0

    def query(self) -> Query:
        starts = {"order", "limit", "offset"}
        condition = None if self._peek().low in {*starts, ""} and not self._sign("(") else self._either()
        orders: list[Order] = []
        if self._take("order"):
            self._expect("by")
            orders.append(self._order())
            while self._take_sign(","):
                orders.append(self._order())
        limit = self._count() if self._take("limit") else None
        offset = self._count() if self._take("offset") else None
        if self._at < len(self._tokens):
            raise wrong()
        return Query(condition, tuple(orders), limit, offset)

    def _either(self) -> Condition:
        return self._joined("or")

    def _all(self) -> Condition:
        return self._joined("and")

    def _joined(self, word: Literal["and", "or"]) -> Condition:
        read = self._all if word == "or" else self._one
        parts = [read()]
        while self._take(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Junction(word, tuple(parts))

    def _one(self) -> Condition:
        if self._take_sign("("):
            inner = self._either()
            self._expect_sign(")")
            return inner
        field = self._field()
        operator = self._operator()
        if operator in ("is", "is not"):
            self._expect("empty")
            return Comparison(field, operator, ())
        if operator in ("in", "not in"):
            self._expect_sign("(")
            values = [self._value()]
            while self._take_sign(","):
                values.append(self._value())
            self._expect_sign(")")
            return Comparison(field, operator, tuple(values))
        return Comparison(field, operator, (self._value(),))

    def _field(self) -> str:
        token = self._next()
        if token.kind != "word" or token.low in _KEYWORDS:
            raise wrong()
        return token.text

    def _operator(self) -> Operator:
        token = self._next()
        if token.kind == "sign" and token.text in ("=", "!=", ">", "<", ">=", "<="):
            return token.text  # type: ignore[return-value]
        if token.low == "is":
            return "is not" if self._take("not") else "is"
        if token.low == "not":
            return "not in" if self._take("in") else self._not_like()
        if token.low in ("in", "like"):
            return token.low  # type: ignore[return-value]
        raise wrong()

    def _not_like(self) -> Operator:
        self._expect("like")
        return "not like"

    def _value(self) -> str | Function:
        token = self._next()
        if token.kind == "text":
            return token.text
        if token.kind != "word":
            raise wrong()
        if not self._take_sign("("):
            if re.fullmatch(r"[+-]?\d+(\.\d+)?", token.text):
                return token.text
            raise wrong()
        arguments: list[str] = []
        while not self._take_sign(")"):
            arguments.append(self._next().text)
            self._take_sign(",")
        return Function(token.text.upper(), tuple(arguments))

    def _order(self) -> Order:
        field = self._field()
        if self._take("desc"):
            return Order(field, True)
        self._take("asc")
        return Order(field, False)

    def _count(self) -> int:
        token = self._next()
        if token.kind != "word" or not token.text.isdigit():
            raise wrong()
        return int(token.text)

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _Token("end", "")

    def _next(self) -> _Token:
        token = self._peek()
        if token.kind == "end":
            raise wrong()
        self._at += 1
        return token

    def _sign(self, sign: str) -> bool:
        return self._peek() == _Token("sign", sign)

    def _take_sign(self, sign: str) -> bool:
        taken = self._sign(sign)
        self._at += taken
        return taken

    def _take(self, word: str) -> bool:
        taken = self._peek().low == word
        self._at += taken
        return taken

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise wrong()

    def _expect_sign(self, sign: str) -> None:
        if not self._take_sign(sign):
            raise wrong()
