"""The virtual table with botocore's methods, which loses an answer when it is told to."""

from __future__ import annotations

from local.virtual import Table


class Client:
    """``lose`` makes the next answer get lost after the write, and the SDK send it again."""

    def __init__(self) -> None:
        self.table = Table()
        self.lose = False

    def update_item(self, **asked: object) -> object:
        if self.lose:
            self.lose = False
            try:
                self.table.update_item(asked)
            except Exception:  # noqa: BLE001 - whatever the first answer was, nobody has seen it
                return self.table.update_item(asked)
        return self.table.update_item(asked)

    def get_item(self, **asked: object) -> object:
        return self.table.get_item(asked)
