"""A ledger whose writes a test can watch, disturb, and let arrive late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ReadTimeoutError

from tests.component.world import World


class Watched:
    """DynamoDB that notes each update whose expression has a certain word, and calls ``before`` ahead of the first."""

    def __init__(self, client: Any, word: str, before: Callable[[], None] = lambda: None) -> None:
        self._client, self._word, self._before = client, word, before
        self.calls: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **call: Any) -> Any:
        if self._word in call["UpdateExpression"]:
            self.calls.append(call)
            if len(self.calls) == 1:
                self._before()
        return self._client.update_item(**call)

    def arrives_late(self) -> None:
        """The first of them reaches the table now; the SDK had sent it a second time, or given it up."""
        try:
            self._client.update_item(**self.calls[0])
        except self._client.exceptions.ConditionalCheckFailedException:
            return


def watch(world: World, word: str, before: Callable[[], None] = lambda: None) -> Watched:
    watched = Watched(world.dynamodb, word, before)
    world.dynamodb = watched
    world.worker = world.new_worker()
    return watched


def give_up() -> None:
    """What a client does whose write got no answer, as often as it sent it."""
    raise ReadTimeoutError(endpoint_url="dynamodb")
