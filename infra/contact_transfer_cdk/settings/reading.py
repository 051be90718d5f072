"""Reading of JSON values, each typed. Whatever is wrong with a value is one sentence that names its key."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from contact_transfer.request import field_types, fields
from contact_transfer_cdk.errors import DeploymentError, UnknownKeyError
from contact_transfer_cdk.settings.arns import Instance, parse_instance


def refuse_unknown(content: Mapping[str, Any], known: Collection[str], what: str = "setting", within: str = "") -> None:
    """Raise ``UnknownKeyError`` with a sentence for each key that is not ``known``, and the one that was probably meant.

    ``what``: what a key is called; ``within``: the key that has them.
    """
    sentences = [
        _unknown(key, known, f"{what} '{key}'{within and f' in {within!r}'}")
        for key in sorted(set(content) - set(known))
    ]
    if sentences:
        raise UnknownKeyError(*sentences)


def _unknown(key: str, known: Collection[str], what: str) -> str:
    meant = probably(key, known)
    if meant is None:
        return f"There is no {what}: known are {', '.join(sorted(known))}."
    return f"There is no {what}: '{meant}' was probably meant."


def probably(word: str, known: Collection[str]) -> str | None:
    """The known word that is most like ``word``, whatever its case; None when none is like it."""
    by_lower = {one.lower(): one for one in sorted(known)}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[close[0]] if close else None


def number(key: str, value: Any, most: float, least: float = 0, *, above: bool = False) -> float:
    """A number from ``least`` (above it, when ``above``) to ``most``; it may have a fraction. Raise ``DeploymentError``."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    lowest = math.nextafter(least, math.inf) if above else least
    if not is_number or not lowest <= value <= most:  # so no NaN either
        lower = f"above {least:g} and up" if above else f"from {least:g}"
        raise DeploymentError(f"'{key}' must be a number {lower} to {most:g}.")
    return float(value)


def whole(key: str, value: Any, least: int, most: int) -> int:
    """A whole number from ``least`` to ``most``. Raise ``DeploymentError``."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise DeploymentError(f"'{key}' must be a whole number from {least} to {most}.")
    return value


def texts(key: str, value: Any) -> tuple[str, ...]:
    """A list of texts without blanks at their ends; repeated ones count once. Raise ``DeploymentError``."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() == item != "" for item in value):
        raise DeploymentError(f"'{key}' must be a list of texts, none of them empty.")
    return tuple(dict.fromkeys(value))


def instances(key: str, value: Any) -> tuple[Instance, ...]:
    """The instances by their ARNs: at least one, and all of one account and Region. Raise ``DeploymentError``."""
    given = texts(key, value)
    if not given:
        raise DeploymentError(f"'{key}' must name at least one Amazon Connect instance by its ARN.")
    found = [(text, parse_instance(text)) for text in given]
    wrong = [f"'{key}': '{text}' is not the ARN of an Amazon Connect instance." for text, one in found if one is None]
    if wrong:
        raise DeploymentError(*wrong)
    named = {text.lower(): one for text, one in found if one is not None}
    if len({one.place for one in named.values()}) > 1:
        raise DeploymentError(f"'{key}' names instances of several accounts or Regions: make one deployment for each.")
    if len(named) < len(found):
        raise DeploymentError(f"'{key}' names one instance in two spellings: keep one.")
    return tuple(named.values())


def ids(key: str, value: Any, kind: str, served: tuple[Instance, ...]) -> frozenset[str]:
    """Ids, of which some may be given as ARNs of a ``kind`` of one of the instances ``served``."""
    return frozenset(one_id(key, text, kind, served) for text in texts(key, value))


def one_id(key: str, value: Any, kind: str, served: tuple[Instance, ...]) -> str:
    """One id, which may be given as the ARN of a ``kind`` of one of the instances ``served``. Raise ``DeploymentError``."""
    if not isinstance(value, str):
        raise DeploymentError(f"'{key}' must be an id or ARN.")
    reduced = field_types.one_spelling(value)
    if reduced.startswith("arn:"):
        prefixes = [field_types.one_spelling(one.within(kind, "")) for one in served]
        prefix = next((one for one in prefixes if reduced.startswith(one)), None)
        if prefix is None:
            noun = field_types.NOUNS[kind]
            raise DeploymentError(f"'{key}': '{value}' is not the ARN of {noun} of one of the 'instanceArns'.")
        reduced = reduced[len(prefix) :]
    if not field_types.is_id(reduced) or len(reduced) > fields.LONGEST[kind]:
        raise DeploymentError(f"'{key}': '{value}' is not an id or ARN.")
    return reduced


def an_object(key: str, value: Any) -> Mapping[str, Any]:
    """A JSON object. Raise ``DeploymentError``."""
    if not isinstance(value, dict):
        raise DeploymentError(f"'{key}' must be an object.")
    return value


def objects(key: str, value: Any) -> tuple[Mapping[str, Any], ...]:
    """A list of JSON objects. Raise ``DeploymentError``."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DeploymentError(f"'{key}' must be a list of objects.")
    return tuple(value)
