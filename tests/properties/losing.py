"""The virtual table with botocore's methods, whose writes get lost, are repeated, or arrive late, as a test says."""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from contact_transfer.ledger.store import Store
from local.virtual import Table

#: What time it is for the store.
NOW = 1000.0


class Client:
    """``lose``: the next write's answer gets lost, and the SDK sends it again. ``late``: the client gives the next write up, and it

    reaches the table when ``arrive`` is called.
    """

    def __init__(self) -> None:
        self.table = Table()
        self.lose = False
        self.late = False
        self.under_way: list[dict[str, Any]] = []

    def put_item(self, **asked: Any) -> Any:
        if self.late:
            self.late = False
            self.under_way.append(asked)
            raise ReadTimeoutError(endpoint_url="dynamodb")
        if self.lose:
            self.lose = False
            with suppress(ClientError):
                self.table.put_item(asked)
        return self.table.put_item(asked)

    def get_item(self, **asked: Any) -> Any:
        return self.table.get_item(asked)

    def arrive(self) -> None:
        """What is under way reaches the table, the oldest first."""
        while self.under_way:
            with suppress(ClientError):
                self.table.put_item(self.under_way.pop(0))


def store(client: Client) -> Store:
    """A store on the table, whose versions are numbers."""
    return Store(client, "ledger", 1000.0, map(str, itertools.count()).__next__, lambda: NOW)
