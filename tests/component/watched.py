"""A ledger whose writes a test can watch, disturb, and let arrive late."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.component.world import World

Match = Callable[[dict[str, Any]], bool]


class Watched:
    """DynamoDB that notes each write to items whose key begins with ``prefix``, and calls ``before`` ahead of the first.

    ``match``: which of those writes, by the document written.
    """

    def __init__(self, client: Any, prefix: str, before: Callable[[], None], match: Match) -> None:
        self._client, self._prefix, self._before, self._match = client, prefix, before, match
        self.calls: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **call: Any) -> Any:
        item = call["Item"]
        if item["pk"]["S"].startswith(self._prefix) and self._match(json.loads(item["document"]["S"])):
            self.calls.append(call)
            if len(self.calls) == 1:
                self._before()
        return self._client.put_item(**call)

    def arrives_late(self) -> None:
        """The first of them reaches the table now; the SDK had sent it a second time, or given it up."""
        try:
            self._client.put_item(**self.calls[0])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def watch(
    world: World,
    prefix: str,
    before: Callable[[], None] = lambda: None,
    match: Match = lambda _: True,
) -> Watched:
    watched = Watched(world.dynamodb, prefix, before, match)
    world.dynamodb = watched
    world.worker = world.new_worker()
    return watched


def give_up() -> None:
    """What a client does whose write got no answer, as often as it sent it."""
    raise ReadTimeoutError(endpoint_url="dynamodb")


def is_free(document: dict[str, Any]) -> bool:
    """Whether a requestId's document frees the name."""
    return not document["isBound"]


def is_bound(document: dict[str, Any]) -> bool:
    return bool(document["isBound"])
