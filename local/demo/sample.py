"""An event that an event pattern matches, made from the pattern alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _text(given: Any) -> str:
    return str(given["equals-ignore-case"] if isinstance(given, Mapping) else given)


def _number(given: list[Any]) -> float:
    """A number within ``[">", 0, "<=", 5]``: at a bound that belongs to it, else beside one."""
    steps = {"=": 0, ">=": 0, "<=": 0, ">": 1e-6, "<": -1e-6}
    return float(given[1]) + steps[given[0]]


#: How a value that satisfies a comparison operator follows from the operator's argument.
_EXAMPLES: dict[str, Callable[[Any], Any]] = {
    "prefix": _text,
    "suffix": _text,
    "equals-ignore-case": str,
    "wildcard": lambda given: str(given).replace("*", "x"),
    "anything-but": lambda _given: "something-else",
    "exists": lambda given: "something" if given else None,
    "cidr": lambda given: str(given).partition("/")[0],
    "numeric": _number,
}


def matching(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object that ``pattern`` matches, as far as its operators allow one to be made so simply.

    Fields that must be absent are left out; of alternatives the first is taken. Let EventBridge's ``TestEventPattern`` judge the result.
    """
    made: dict[str, Any] = {}
    for key, wanted in pattern.items():
        if key == "$or":
            made |= matching(wanted[0])
        elif isinstance(wanted, Mapping):
            made[key] = matching(wanted)
        elif (value := _value(wanted[0])) is not None:
            made[key] = value
    return made


def _value(wanted: Any) -> Any:
    if not isinstance(wanted, Mapping):
        return wanted
    ((operator, argument),) = wanted.items()
    return _EXAMPLES[operator](argument)
