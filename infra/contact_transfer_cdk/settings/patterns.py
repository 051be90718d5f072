"""EventBridge's event patterns, checked before anything is deployed: EventBridge itself says little about what is wrong.

Source: Amazon EventBridge user guide, "Creating Amazon EventBridge event patterns" and "Comparison operators".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from types import MappingProxyType
from typing import Any

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.reading import probably

#: Top-level fields of an event.
FIELDS = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "replay-name")
#: Characters of a pattern. Source: EventBridge quotas, "Event pattern size".
LONGEST = 2048
#: Numbers that can be compared, on both sides of 0. Source: "Comparison operators", numeric matching.
FURTHEST = 5_000_000_000
_ORDER = ("<", "<=", "=", ">=", ">")


def check_pattern(pattern: Any, where: str) -> None:
    """Raise ``DeploymentError`` with everything that EventBridge would refuse, or that can never match.

    ``where``: what the sentences call the pattern.
    """
    if not isinstance(pattern, Mapping):
        raise DeploymentError(f"{where} must be an EventBridge event pattern, a JSON object.")
    found = [*_unknown_fields(pattern, where), *_level(pattern, where)]
    if found:
        raise DeploymentError(*found)


def _unknown_fields(pattern: Mapping[str, Any], where: str) -> Iterator[str]:
    for key in pattern:
        if key not in FIELDS and key != "$or":
            meant = probably(key, FIELDS)
            hint = f"'{meant}' was probably meant" if meant else f"it has {', '.join(FIELDS)}"
            yield f"{where}: an event has no field '{key}': {hint}."


def _level(pattern: Mapping[str, Any], where: str) -> Iterator[str]:
    if not pattern:
        yield f"{where} is empty, which is no condition: leave it out, or say what is to match."
    for key, value in pattern.items():
        path = f"{where}.{key}"
        if key == "$or":
            yield from _alternatives(value, path)
        elif isinstance(value, Mapping):
            yield from _level(value, path)
        elif isinstance(value, list):
            yield from _values(value, path)
        else:
            yield f"{path} must be a list of what may match, as in [{_shown(value)}], or an object of fields."


def _alternatives(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(item, Mapping) for item in value):
        yield f"{path} must be a list of at least two patterns."
        return
    for number, item in enumerate(value):
        yield from _level(item, f"{path}[{number}]")


def _values(values: list[Any], path: str) -> Iterator[str]:
    if not values:
        yield f"{path} has an empty list, which nothing matches: say what may match, or leave the field out."
    for value in values:
        if isinstance(value, Mapping):
            yield from _operation(value, path)
        elif _numerical(value) and not _number(value):
            yield f"{path} has a number that EventBridge cannot compare: they go from -{FURTHEST:,} to {FURTHEST:,}."
        elif isinstance(value, list):
            yield f"{path} has a list within a list: write its values into the one list."


def _operation(operation: Mapping[str, Any], path: str) -> Iterator[str]:
    if len(operation) != 1:
        yield f"{path}: an operator is an object with one key, and this one has {len(operation)}."
        return
    ((name, operand),) = operation.items()
    if name not in _OPERATORS:
        yield f"{path} has an unknown operator '{name}': known are {', '.join(sorted(_OPERATORS))}."
    elif (wrong := _OPERATORS[name](operand)) is not None:
        yield f"{path}: '{name}' {wrong}."


def _text(operand: Any) -> str | None:
    return None if isinstance(operand, str) else "takes a text"


def _affix(operand: Any) -> str | None:
    if isinstance(operand, Mapping):
        ignoring = set(operand) == {"equals-ignore-case"} and isinstance(operand["equals-ignore-case"], str)
        return None if ignoring else "takes a text, or 'equals-ignore-case' with a text"
    return _text(operand)


def _wildcard(operand: Any) -> str | None:
    if not isinstance(operand, str):
        return "takes a text"
    plain = operand.replace("\\\\", "").replace("\\*", "")
    if "\\" in plain:
        return "knows only \\* and \\\\ as escapes"
    return "has two asterisks in a row" if "**" in plain else None


def _exists(operand: Any) -> str | None:
    return None if isinstance(operand, bool) else "takes true or false"


def _cidr(operand: Any) -> str | None:
    try:
        ip_network(operand if isinstance(operand, str) and "/" in operand else "", strict=False)
    except ValueError:
        return "takes a range of addresses, as in 10.0.0.0/24"
    return None


def _number(value: Any) -> bool:
    return _numerical(value) and -FURTHEST <= value <= FURTHEST


def _numerical(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _numeric(operand: Any) -> str | None:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        return "takes a comparison and a number, as in ['>', 5], or a range, as in ['>', 0, '<=', 5]"
    pairs = list(zip(operand[::2], operand[1::2], strict=True))
    if not all(sign in _ORDER and _number(value) for sign, value in pairs):
        return f"compares with {', '.join(_ORDER)} and takes numbers from -{FURTHEST:,} to {FURTHEST:,}"
    if len(pairs) == 1:
        return None
    (low_sign, low), (high_sign, high) = pairs
    if low_sign not in (">", ">=") or high_sign not in ("<", "<=") or not low < high:
        return "takes a range from its lower bound to its upper, as in ['>', 0, '<=', 5]"
    return None


def _anything_but(operand: Any) -> str | None:
    if isinstance(operand, Mapping):
        return _anything_but_operation(operand)
    values = operand if isinstance(operand, list) else [operand]
    if not values:
        return "has an empty list"
    if all(isinstance(value, str) for value in values) or all(_number(value) for value in values):
        return None
    return f"takes texts, or numbers from -{FURTHEST:,} to {FURTHEST:,}, not both"


def _anything_but_operation(operand: Mapping[str, Any]) -> str | None:
    names = ("prefix", "suffix", "equals-ignore-case", "wildcard")
    if len(operand) != 1 or next(iter(operand)) not in names:
        return f"takes one of {', '.join(names)}"
    ((name, given),) = operand.items()
    values = given if isinstance(given, list) else [given]
    if not values or not all(isinstance(value, str) and value for value in values):
        return f"with '{name}' takes a text or a list of texts"
    return next((wrong for value in values if name == "wildcard" and (wrong := _wildcard(value))), None)


_OPERATORS: Mapping[str, Callable[[Any], str | None]] = MappingProxyType(
    {
        "prefix": _affix,
        "suffix": _affix,
        "equals-ignore-case": _text,
        "wildcard": _wildcard,
        "exists": _exists,
        "cidr": _cidr,
        "numeric": _numeric,
        "anything-but": _anything_but,
    }
)


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
