"""botocore's DynamoDB client without a wire: tables of documents by name, whose calls answer at once and never fail by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.virtual.client_meta import ClientMeta
from local.virtual.dynamodb import Table


class TableClient:
    """The client's methods on tables, as far as the service and its tests call them.

    Attributes:
        tables: by name.
        meta: as botocore's client has it.
    """

    def __init__(self, *names: str) -> None:
        self.tables = {name: Table() for name in names}
        self.meta = ClientMeta("dynamodb")

    def create_table(self, **asked: Any) -> None:
        """Create the table ``TableName``; its key is ``pk`` whatever else is given."""
        self.tables[asked["TableName"]] = Table()

    def delete_table(self, **asked: Any) -> None:
        """Delete the table ``TableName``."""
        del self.tables[asked["TableName"]]

    def put_item(self, **asked: Any) -> dict[str, Any]:
        """Write an item. Raise ``ClientError`` if its condition does not hold or there is no such table."""
        return self._table(asked).put_item(asked)

    def get_item(self, **asked: Any) -> dict[str, Any]:
        """Read an item. Raise ``ClientError`` if there is no such table."""
        return self._table(asked).get_item(asked)

    def _table(self, asked: Mapping[str, Any]) -> Table:
        if asked["TableName"] not in self.tables:
            problem = {"Code": "ResourceNotFoundException", "Message": "Requested resource not found"}
            answer: Any = {"Error": problem, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(answer, "GetItem")
        return self.tables[asked["TableName"]]
