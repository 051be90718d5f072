"""When two values mean the same to AWS, although one is written in a template and the other comes from an API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def alike(wanted: Any, found: Any) -> bool:
    """Return whether ``found`` has all that ``wanted`` asks for.

    Numbers and booleans may be strings, a JSON document may be text, one value may stand for a list of one, the order of a
    list does not count, and ``found`` may say more (defaults).
    """
    found = _parsed(found, wanted)
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(alike(value, found.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list) or isinstance(found, list):
        return _same_items(_as_list(wanted), _as_list(found))
    return _word(wanted) == _word(found)


def _same_items(wanted: list[Any], found: list[Any]) -> bool:
    left = list(found)
    for item in wanted:
        match = next((one for one in left if alike(item, one)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parsed(found: Any, wanted: Any) -> Any:
    if isinstance(found, str) and isinstance(wanted, Mapping | list):
        try:
            return json.loads(found)
        except ValueError:
            return found
    return found


def shown(value: Any, width: int = 160) -> str:
    """Return a value for a line of text, cut where it gets long."""
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, default=str, sort_keys=True)
    return text if len(text) <= width else text[: width - 1] + "…"
