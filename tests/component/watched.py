"""Clients whose calls a test alters, and a ledger whose writes it can watch, disturb, and let arrive late."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from tests.component.world import World

Match = Callable[[dict[str, Any]], bool]


Instead = Callable[[Callable[..., Any], dict[str, Any]], Any]


class Altered:
    """A client some of whose calls go another way: those of ``operation`` (any, if empty) from the nth on, and so many of them.

    ``instead``: carries out such a call, given the real one and its parameters.
    """

    def __init__(self, client: Any, instead: Instead, operation: str = "", nth: int = 0, calls: int = 1) -> None:
        self._client, self._instead, self._operation = client, instead, operation
        self._nth, self.left = nth, calls

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        if name == "meta" or self._operation not in ("", name):
            return real

        def call(**given: Any) -> Any:
            self._nth -= 1
            if self._nth >= 0 or not self.left:
                return real(**given)
            self.left -= 1
            return self._instead(real, given)

        return call


def sent_twice(real: Callable[..., Any], given: dict[str, Any]) -> Any:
    """The call is carried out, its answer is lost, and the SDK sends it again."""
    real(**given)
    return real(**given)


def answer_lost(real: Callable[..., Any], given: dict[str, Any]) -> Any:
    """The call is carried out, and its answer is lost for good."""
    real(**given)
    raise EndpointConnectionError(endpoint_url="https://aws")


def unreachable(_real: Callable[..., Any], _given: dict[str, Any]) -> Any:
    """The service cannot be reached."""
    raise EndpointConnectionError(endpoint_url="https://aws")


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
