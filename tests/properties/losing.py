"""The virtual table with botocore's methods, which loses an answer, or is reached late, when it is told to; and a machine around it."""

from __future__ import annotations

from contextlib import suppress

from botocore.exceptions import ReadTimeoutError
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from local.virtual import Table


class Client:
    """``lose`` makes the next answer get lost after the write, and the SDK send it again.

    ``late`` makes the client give up one of the next, the second for 2, which reaches the table when ``arrive`` is called.
    """

    def __init__(self) -> None:
        self.table = Table()
        self.lose = False
        self.late = 0
        self._under_way: list[dict[str, object]] = []

    def update_item(self, **asked: object) -> object:
        if self.lose:
            self.lose = False
            try:
                self.table.update_item(asked)
            except Exception:  # noqa: BLE001 - whatever the first answer was, nobody has seen it
                return self.table.update_item(asked)
        if self.late:
            self.late -= 1
            if not self.late:
                self._under_way.append(asked)
                raise ReadTimeoutError(endpoint_url="dynamodb")
        return self.table.update_item(asked)

    def arrive(self) -> None:
        """What was late first reaches the table, and whoever sent it has long given it up."""
        if self._under_way:
            with suppress(Exception):
                self.table.update_item(self._under_way.pop(0))

    def get_item(self, **asked: object) -> object:
        return self.table.get_item(asked)


class LosingMachine(RuleBasedStateMachine):
    """A ledger's table whose answers get lost while time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.client, self.now = Client(), 1000.0

    @rule(seconds=st.sampled_from([0.1, 5.0, 80.0]))
    def time_goes_on(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def the_next_answer_is_lost(self) -> None:
        self.client.lose = True
