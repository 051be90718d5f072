"""A DynamoDB table: items by one key, conditional writes, one at a time. No sockets, no throughput.

Items that have expired (attribute ``expires``, epoch seconds) stay for a while: DynamoDB deletes them within a few days, so nobody may
rely on either (documented). How long each stays is drawn, unless they stay for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from botocore.exceptions import ClientError

from local.virtual import expressions

Item = Mapping[str, Any]
EXPIRES = "expires"
#: DynamoDB refuses larger items (documented).
LARGEST_ITEM_BYTES = 400 * 1024


def item_bytes(item: Item) -> int:
    """How large DynamoDB takes an item to be: names and values, numbers about as long as their digits (documented)."""
    return sum(len(name.encode()) + len(str(next(iter(value.values()))).encode()) for name, value in item.items())


def _capacity(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the call has consumed, if that was asked for."""
    if asked.get("ReturnConsumedCapacity", "NONE") == "NONE":
        return {}
    return {"ConsumedCapacity": {"TableName": asked.get("TableName"), "CapacityUnits": 1.0}}


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

    def update_item(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateItem. Raise ``ClientError`` ConditionalCheckFailedException, with the item when it was asked for."""
        key, names, values = self._read(asked)
        self._forget(key)
        item = self.items.get(key, {})
        self._check(asked, item, names, values)
        base = item or {self.key: {"S": key}}
        after = expressions.update(asked["UpdateExpression"])(base, names, values)
        self.items[key] = after
        return {"Attributes": dict(after)} if asked.get("ReturnValues") == "ALL_NEW" else {}

    def put_item(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """PutItem: the same for whole items."""
        key = asked["Item"][self.key]["S"]
        _, names, values = self._read({**asked, "Key": {self.key: {"S": key}}})
        self._forget(key)
        self._check(asked, self.items.get(key, {}), names, values)
        if (size := item_bytes(asked["Item"])) > LARGEST_ITEM_BYTES:
            raise _error("ValidationException", "Item size has exceeded the maximum allowed size")
        self.largest = max(self.largest, size)
        self.items[key] = dict(asked["Item"])
        return _capacity(asked)

    def get_item(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """GetItem, always consistent."""
        key = asked["Key"][self.key]["S"]
        self._forget(key)
        item = self.items.get(key)
        return {**({"Item": dict(item)} if item else {}), **_capacity(asked)}

    def delete_item(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """DeleteItem, unconditional."""
        self.items.pop(asked["Key"][self.key]["S"], None)
        return {}

    def _read(self, asked: Mapping[str, Any]) -> tuple[str, Mapping[str, str], Mapping[str, Any]]:
        names = asked.get("ExpressionAttributeNames") or {}
        values = asked.get("ExpressionAttributeValues") or {}
        used = expressions.placeholders(asked.get("UpdateExpression", ""))
        used |= expressions.placeholders(asked.get("ConditionExpression") or "")
        if used != names.keys() | values.keys():
            odd = ", ".join(sorted(used ^ (names.keys() | values.keys())))
            raise _error("ValidationException", f"unused or undefined in the expressions: {odd}")
        return asked["Key"][self.key]["S"], names, values

    @staticmethod
    def _check(asked: Mapping[str, Any], item: Item, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
        text = asked.get("ConditionExpression")
        if text is None or expressions.condition(text)(item, names, values):
            return
        shown = {"Item": dict(item)} if item and asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else {}
        raise _error("ConditionalCheckFailedException", "The conditional request failed", shown)


def _error(code: str, message: str, more: Mapping[str, Any] | None = None) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 400},
        **(more or {}),
    }
    return ClientError(answer, "UpdateItem")
