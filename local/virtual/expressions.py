"""DynamoDB's expressions, as much of them as conditional updates need: compiled once for each text, then evaluated on items.

    condition   attribute_exists(p)  attribute_not_exists(p)  = <> < <= > >=  AND OR NOT ( )
    update      SET a = operand [+ operand], a = if_not_exists(p, operand)   REMOVE a, b   ADD a :n   DELETE is not supported

Paths are top-level attributes, by name or ``#placeholder``. Every operand of an update is read from the item as it was before.
Values are DynamoDB's typed ones, as in ``{"S": "text"}``. Comparing values of different types is false, as in DynamoDB.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

Item = dict[str, dict[str, Any]]
Given = Mapping[str, Any]
Condition = Callable[[Item, Mapping[str, str], Given], bool]
Update = Callable[[Item, Mapping[str, str], Given], Item]
_Operand = Callable[[Item, Mapping[str, str], Given], "dict[str, Any] | None"]
_Change = Callable[[Item, Mapping[str, str], Given, Item], None]

_TOKEN = re.compile(r"\s*(<=|>=|<>|[()=<>,+]|[:#]?[A-Za-z_][A-Za-z0-9_.-]*)")
_SECTIONS = ("SET", "REMOVE", "ADD")


class BadExpression(ValueError):
    """The expression is outside what is supported; DynamoDB would accept it, or answer ValidationException."""


def number(value: Mapping[str, Any]) -> Decimal | int:
    """The number in ``{"N": …}``; whole ones as int, which is quicker."""
    text: str = value["N"]
    return int(text) if text.lstrip("-").isdigit() else Decimal(text)


@cache
def condition(text: str) -> Condition:
    """Compile a ConditionExpression. Raise ``BadExpression``."""
    tokens = _Tokens(text)
    compiled = _any(tokens)
    tokens.end()
    return compiled


@cache
def update(text: str) -> Update:
    """Compile an UpdateExpression to a function that answers the new item. Raise ``BadExpression``."""
    tokens = _Tokens(text)
    changes: list[_Change] = []
    while tokens.peek():
        section = tokens.take()
        if section not in _SECTIONS:
            raise BadExpression(f"'{section}' where SET, REMOVE or ADD was expected")
        changes.append(_CLAUSES[section](tokens))
        while tokens.peek() == ",":
            tokens.take()
            changes.append(_CLAUSES[section](tokens))

    def apply(item: Item, names: Mapping[str, str], values: Given) -> Item:
        after = dict(item)
        for change in changes:
            change(item, names, values, after)
        return after

    return apply


@cache
def placeholders(text: str) -> frozenset[str]:
    """Every ``:value`` and ``#name`` that an expression uses."""
    return frozenset(re.findall(r"[:#][A-Za-z0-9_]+", text))


class _Tokens:
    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        at, text = 0, text.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise BadExpression(f"cannot read '{text[at:]}'")
            self._tokens.append(found.group(1))
            at = found.end()
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise BadExpression(f"'{token}' where '{wanted or 'more'}' was expected")
        self._at += 1
        return token

    def end(self) -> None:
        if self.peek():
            raise BadExpression(f"'{self.peek()}' is left over")


def _path(tokens: _Tokens) -> Callable[[Mapping[str, str]], str]:
    token = tokens.take()
    if token.startswith("#"):
        return lambda names: names[token]
    if token.startswith(":") or not token[0].isalpha():
        raise BadExpression(f"'{token}' is no attribute")
    return lambda _: token


def _operand(tokens: _Tokens) -> _Operand:
    if tokens.peek().startswith(":"):
        token = tokens.take()
        return lambda _item, _names, values: values[token]
    path = _path(tokens)
    return lambda item, names, _values: item.get(path(names))


def _any(tokens: _Tokens) -> Condition:
    parts = [_all(tokens)]
    while tokens.peek() == "OR":
        tokens.take()
        parts.append(_all(tokens))
    return parts[0] if len(parts) == 1 else lambda i, n, v: any(part(i, n, v) for part in parts)


def _all(tokens: _Tokens) -> Condition:
    parts = [_one(tokens)]
    while tokens.peek() == "AND":
        tokens.take()
        parts.append(_one(tokens))
    return parts[0] if len(parts) == 1 else lambda i, n, v: all(part(i, n, v) for part in parts)


def _one(tokens: _Tokens) -> Condition:
    token = tokens.peek()
    if token == "NOT":  # noqa: S105 - a word of the language
        tokens.take()
        inner = _one(tokens)
        return lambda i, n, v: not inner(i, n, v)
    if token == "(":  # noqa: S105 - a sign of the language
        tokens.take()
        inner = _any(tokens)
        tokens.take(")")
        return inner
    if token in ("attribute_exists", "attribute_not_exists"):
        return _presence(tokens)
    return _comparison(tokens)


def _presence(tokens: _Tokens) -> Condition:
    wanted = tokens.take() == "attribute_exists"
    tokens.take("(")
    path = _path(tokens)
    tokens.take(")")
    return lambda item, names, _values: (path(names) in item) is wanted


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "<>": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


def _comparison(tokens: _Tokens) -> Condition:
    left = _operand(tokens)
    sign = tokens.take()
    right = _operand(tokens)
    if sign not in _COMPARE:
        raise BadExpression(f"'{sign}' is no comparison that is supported")
    compare = _COMPARE[sign]

    def compared(item: Item, names: Mapping[str, str], values: Given) -> bool:
        a, b = left(item, names, values), right(item, names, values)
        if a is None or b is None:
            return sign == "<>"  # what is not there is unlike everything, and neither above nor below it
        kind, other = next(iter(a)), next(iter(b))
        if kind != other:
            return sign == "<>"
        return compare(number(a), number(b)) if kind == "N" else compare(a[kind], b[kind])

    return compared


def _set(tokens: _Tokens) -> _Change:
    path = _path(tokens)
    tokens.take("=")
    value = _value(tokens)
    if tokens.peek() == "+":
        tokens.take()
        value = _sum(value, _value(tokens))

    def change(before: Item, names: Mapping[str, str], values: Given, after: Item) -> None:
        found = value(before, names, values)
        if found is None:
            raise BadExpression("The provided expression refers to an attribute that does not exist in the item")
        after[path(names)] = found

    return change


def _value(tokens: _Tokens) -> _Operand:
    if tokens.peek() != "if_not_exists":
        return _operand(tokens)
    tokens.take()
    tokens.take("(")
    path = _path(tokens)
    tokens.take(",")
    otherwise = _operand(tokens)
    tokens.take(")")
    return lambda item, names, values: item.get(path(names)) or otherwise(item, names, values)


def _sum(left: _Operand, right: _Operand) -> _Operand:
    def total(item: Item, names: Mapping[str, str], values: Given) -> dict[str, Any] | None:
        a, b = left(item, names, values), right(item, names, values)
        return None if a is None or b is None else {"N": str(number(a) + number(b))}

    return total


def _remove(tokens: _Tokens) -> _Change:
    path = _path(tokens)

    def change(_before: Item, names: Mapping[str, str], _values: Given, after: Item) -> None:
        after.pop(path(names), None)

    return change


def _add(tokens: _Tokens) -> _Change:
    path = _path(tokens)
    amount = _operand(tokens)

    def change(before: Item, names: Mapping[str, str], values: Given, after: Item) -> None:
        added, name = amount(before, names, values), path(names)
        if added is None or "N" not in added:
            raise BadExpression("ADD is supported for numbers only")
        after[name] = {"N": str(number(before.get(name, {"N": "0"})) + number(added))}

    return change


_CLAUSES: Mapping[str, Callable[[_Tokens], _Change]] = {"SET": _set, "REMOVE": _remove, "ADD": _add}
