"""Whether a success is the service's own: somebody in between (a proxy, a load balancer) may answer in its place.

botocore reads such a page, or nothing at all, as an answer without fields.
"""

from __future__ import annotations

from typing import Any


def foreign(answer: Any) -> str | None:
    """Say why an answer of a service that speaks JSON is none of its own; None when it may be."""
    if answer.keys() - {"ResponseMetadata"}:
        return None  # no page has fields, whatever its type is said to be
    meta = answer.get("ResponseMetadata", {})
    headers = meta.get("HTTPHeaders", {})
    kind = headers.get("content-type", "json")
    if meta.get("HTTPStatusCode", 200) != 200 or "json" not in kind.lower() or headers.get("content-length") == "0":
        return f"an answer that is not the service's (HTTP {meta.get('HTTPStatusCode')}, {kind})"
    return None
