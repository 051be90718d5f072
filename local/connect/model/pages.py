"""Pages of a list: ``MaxResults`` and ``NextToken``. A token is the number of entries already given (assumed; opaque to callers)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local.connect.model import errors


def page(
    key: str, entries: Sequence[dict[str, Any]], params: Mapping[str, Any], default_size: int = 100
) -> dict[str, Any]:
    """Return the page that ``params`` ask for as ``{key: entries, "NextToken": …}``; no token on the last page."""
    size = int(params.get("MaxResults") or default_size)
    start = _start(params.get("NextToken"), len(entries))
    answer: dict[str, Any] = {key: list(entries[start : start + size])}
    if start + size < len(entries):
        answer["NextToken"] = f"page-{start + size}"
    return answer


def _start(token: str | None, count: int) -> int:
    if token is None:
        return 0
    number = token.removeprefix("page-")
    if not number.isdigit() or int(number) > count:
        raise errors.invalid_request("NextToken is not valid.")
    return int(number)
