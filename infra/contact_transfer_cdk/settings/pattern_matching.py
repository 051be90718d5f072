"""Whether a text matches the conditions of an event pattern's field, as EventBridge compares them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any


def could_match(conditions: Sequence[Any], text: str) -> bool:
    """Whether ``text`` matches one of the conditions, which have been checked by ``check_pattern``."""
    return any(_matches(condition, text) for condition in conditions)


def _matches(condition: Any, text: str) -> bool:  # noqa: PLR0911 - one an operator
    if not isinstance(condition, Mapping):
        return bool(condition == text)
    ((operator, operand),) = condition.items()
    match operator:
        case "prefix" | "suffix":
            return _affix(operator, operand, text)
        case "equals-ignore-case":
            return text.lower() == str(operand).lower()
        case "wildcard":
            return re.fullmatch(_expression(operand), text) is not None
        case "exists":
            return bool(operand)
        case "anything-but":
            return not _any_of(operand, text)
        case _:  # numbers and addresses
            return False


def _affix(operator: str, operand: Any, text: str) -> bool:
    if isinstance(operand, Mapping):
        operand, text = str(operand["equals-ignore-case"]).lower(), text.lower()
    return text.startswith(operand) if operator == "prefix" else text.endswith(operand)


def _any_of(operand: Any, text: str) -> bool:
    if not isinstance(operand, Mapping):
        return text in (operand if isinstance(operand, list) else [operand])
    ((operator, given),) = operand.items()
    return any(_matches({operator: one}, text) for one in (given if isinstance(given, list) else [given]))


def _expression(wildcard: str) -> str:
    """The wildcard as a regular expression: an asterisk is any text, unless a backslash is before it."""
    parts = re.findall(r"\\.|\*|[^\\*]+", wildcard)
    return "".join(".*" if part == "*" else re.escape(part.removeprefix("\\")) for part in parts)
