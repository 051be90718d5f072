"""A DynamoDB table of documents: items by one key, and the one conditional write that the service makes. No sockets, no throughput.

    PutItem   if there is no item (``attribute_not_exists(pk)``), if it has the version that was seen (``version = :seen``), or always
    GetItem   always consistent

Anything else is refused loudly. Items that have expired (attribute ``expires``, epoch seconds) stay for a while: DynamoDB deletes them
within a few days, so nobody may rely on either (documented). How long each stays is drawn, unless they stay for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from botocore.exceptions import ClientError

Item = Mapping[str, Any]
EXPIRES = "expires"
#: DynamoDB refuses larger items (documented).
LARGEST_ITEM_BYTES = 400 * 1024
_PUT = frozenset(
    {
        "TableName",
        "Item",
        "ConditionExpression",
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
        "ReturnValuesOnConditionCheckFailure",
        "ReturnConsumedCapacity",
    }
)
_GET = frozenset({"TableName", "Key", "ConsistentRead", "ReturnConsumedCapacity"})


def item_bytes(item: Item) -> int:
    """How large DynamoDB takes an item to be: names and values, numbers about as long as their digits (documented)."""
    return sum(len(name.encode()) + len(str(next(iter(value.values()))).encode()) for name, value in item.items())


class Table:
    """``items`` by the text of their key. ``stay``: how many seconds an expired item stays at most, None: for ever.

    ``deleted``: how many items the table itself has deleted. ``largest``: the bytes of the largest item that was put.
    """

    def __init__(
        self, key: str = "pk", *, now: Callable[[], float] = lambda: 0.0, stay: float | None = None, seed: int = 0
    ) -> None:
        self.key = key
        self.items: dict[str, Item] = {}
        self.deleted = 0
        self.largest = 0
        self._now = now
        self._stay = stay
        self._seed = seed

    def sweep(self) -> None:
        """Delete what has expired long enough ago."""
        for key in list(self.items):
            self._forget(key)

    def _forget(self, key: str) -> None:
        item = self.items.get(key)
        if self._stay is None or item is None or EXPIRES not in item:
            return
        expires = float(item[EXPIRES]["N"])
        if self._now() < expires:
            return
        # drawn of the item alone: nothing else changes by what is asked, or how often
        if self._now() >= expires + self._stay * Random(f"{self._seed} {key} {expires}").random():
            del self.items[key]
            self.deleted += 1

    def put_item(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """PutItem. Raise ``ClientError`` ConditionalCheckFailedException, with the item when it was asked for."""
        _only(asked, _PUT)
        key = asked["Item"][self.key]["S"]
        self._forget(key)
        there = self.items.get(key)
        if not self._holds(asked, there):
            show = there is not None and asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            shown = {"Item": dict(there or {})} if show else {}
            raise _error("ConditionalCheckFailedException", "The conditional request failed", shown)
        if (size := item_bytes(asked["Item"])) > LARGEST_ITEM_BYTES:
            raise _error("ValidationException", "Item size has exceeded the maximum allowed size")
        self.largest = max(self.largest, size)
        self.items[key] = dict(asked["Item"])
        return _capacity(asked)

    def _holds(self, asked: Mapping[str, Any], there: Item | None) -> bool:
        condition = asked.get("ConditionExpression")
        if condition is None:
            return True
        if condition == f"attribute_not_exists({self.key})":
            return there is None
        if condition == "version = :seen":
            return there is not None and there.get("version") == asked["ExpressionAttributeValues"][":seen"]
        raise _error("ValidationException", f"the virtual table does not know the condition {condition!r}")

    def get_item(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """GetItem, always consistent."""
        _only(asked, _GET)
        key = asked["Key"][self.key]["S"]
        self._forget(key)
        item = self.items.get(key)
        return {**({"Item": dict(item)} if item else {}), **_capacity(asked)}


def _only(asked: Mapping[str, Any], known: frozenset[str]) -> None:
    if odd := sorted(asked.keys() - known):
        raise _error("ValidationException", f"the virtual table does not know {', '.join(odd)}")


def _capacity(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the call has consumed, if that was asked for."""
    if asked.get("ReturnConsumedCapacity", "NONE") == "NONE":
        return {}
    return {"ConsumedCapacity": {"TableName": asked.get("TableName"), "CapacityUnits": 1.0}}


def _error(code: str, message: str, more: Mapping[str, Any] | None = None) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 400},
        **(more or {}),
    }
    return ClientError(answer, "PutItem")
