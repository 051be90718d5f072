"""Groups of messages that one call of SendMessageBatch takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

MESSAGES = 10
#: Bodies and attributes of all messages of one call. Source: SQS message quotas (1 MiB); less, since names count too.
_BYTES = 900_000


class Sendable(Protocol):
    """A message that is sent to a queue."""

    @property
    def body(self) -> str:
        """The message's body."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The message's attributes, by name."""


S = TypeVar("S", bound=Sendable)


def batches(messages: Iterable[S]) -> Iterator[list[S]]:
    """Yield groups of at most ten messages that together are not too large, in the same order."""
    some: list[S] = []
    size = 0
    for message in messages:
        own = len(message.body.encode(errors="replace")) + sum(len(str(value)) for value in message.attributes.values())
        if some and (len(some) == MESSAGES or size + own > _BYTES):
            yield some
            some, size = [], 0
        some.append(message)
        size += own
    if some:
        yield some
