"""The table of Powertools' idempotency utility: its three writes, understood by what they mean, on the virtual table.

Source: ``DynamoDBPersistenceLayer`` of aws-lambda-powertools: a record is put if there is none, if it has expired, or if the work that it
notes has taken too long; it is updated and deleted without a condition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from local.virtual.clients import DynamoDb
from local.virtual.dynamodb import Item, Table

_SET = re.compile(r"(#\w+) = (:\w+)")


class PeerTable(Table):
    """Items by ``id``."""

    def _holds(self, asked: Mapping[str, Any], there: Item | None) -> bool:
        if there is None:
            return True
        values = asked["ExpressionAttributeValues"]
        if _number(there, "expiration") < float(values[":now"]["N"]):
            return True
        since = "in_progress_expiration"
        overdue = since in there and _number(there, since) < float(values[":now_in_millis"]["N"])
        return there.get("status") == values[":inprogress"] and overdue

    def update_item(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateItem: ``SET`` of named attributes, without a condition."""
        key = asked["Key"][self.key]["S"]
        names, values = asked["ExpressionAttributeNames"], asked["ExpressionAttributeValues"]
        changes = {names[name]: values[value] for name, value in _SET.findall(asked["UpdateExpression"])}
        self.items[key] = {**self.items.get(key, asked["Key"]), **changes}
        return {}

    def delete_item(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """DeleteItem."""
        self.items.pop(asked["Key"][self.key]["S"], None)
        return {}


class PeerDynamoDb:
    """The client's four methods that the utility calls. ``client``: the one of the virtual cloud, on a ``PeerTable``."""

    def __init__(self, client: DynamoDb) -> None:
        self._client = client
        self.put_item, self.get_item = client.put_item, client.get_item

    def update_item(self, **asked: Any) -> Any:
        return self._client.call("UpdateItem", lambda table, given: table.update_item(given), asked)

    def delete_item(self, **asked: Any) -> Any:
        return self._client.call("DeleteItem", lambda table, given: table.delete_item(given), asked)


def _number(item: Item, name: str) -> float:
    return float(item[name]["N"])
